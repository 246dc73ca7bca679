//! Names of states and countries, as people type them, and their codes.
//!
//! Countries are all of ISO 3166-1, states those of the countries where call-time rules or many callers' records have them. What is not here
//! becomes blank, and `map` or `default` can say more.

mod countries;
mod states;

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

pub(super) use states::{COUNTRIES as WITH_STATES, States, of as states};

/// Codes of a country.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Country {
    pub(super) two: &'static str,
    pub(super) three: &'static str,
    names: &'static [&'static str],
}

/// A country by name, two letters or three.
pub(super) fn country(text: &str) -> Option<&'static Country> {
    static KNOWN: LazyLock<HashMap<&'static str, &'static Country, RandomState>> = LazyLock::new(|| {
        let names = |country: &'static Country| country.names.iter().map(move |name| (*name, country));
        let codes = |country: &'static Country| [(country.two, country), (country.three, country)];
        countries::ALL.iter().flat_map(|country| names(country).chain(codes(country))).collect()
    });
    let text = text.trim();
    if let Some(country) = code(text, |code| KNOWN.get(code).copied()) {
        return Some(country);
    }
    let wanted = plain(text);
    KNOWN.get(wanted.as_str()).or_else(|| KNOWN.get(wanted.to_ascii_uppercase().as_str())).copied()
}

/// What is known of a text by its capitals, if it can be a code.
fn code<T>(text: &str, known: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let mut code = [0; 3];
    let code = code.get_mut(..text.len())?;
    code.copy_from_slice(text.as_bytes());
    code.make_ascii_uppercase();
    known(str::from_utf8(code).ok()?)
}

/// Small letters without accents, dots, commas, apostrophes and doubled spaces; `-` is a space, `&` is `and`, `St` is `Saint`, a `the` in
/// front is cut.
fn plain(text: &str) -> String {
    let mut bare = String::with_capacity(text.len() + 8);
    let mut push = |letter: char| match letter {
        '.' | ',' | '\'' | '\u{2019}' | '(' | ')' => {}
        '&' => bare.push_str(" and "),
        '-' | '\u{2010}'..='\u{2015}' => bare.push(' '),
        'ß' => bare.push_str("ss"),
        'ø' | 'Ø' => bare.push('o'),
        'ł' | 'Ł' => bare.push('l'),
        'æ' | 'Æ' => bare.push_str("ae"),
        'ı' => bare.push('i'),
        letter if letter.is_whitespace() => bare.push(' '),
        letter if letter.is_ascii() => bare.push(letter.to_ascii_lowercase()),
        letter => bare.extend(letter.to_lowercase().filter(|letter| !is_combining_mark(*letter))),
    };
    if text.is_ascii() {
        text.chars().for_each(&mut push);
    } else {
        text.nfd().filter(|letter| !is_combining_mark(*letter)).for_each(&mut push);
    }
    let mut words = String::with_capacity(bare.len() + 3);
    for word in bare.split(' ').filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(if words.is_empty() && word == "st" { "saint" } else { word });
    }
    match words.strip_prefix("the ") {
        Some(rest) => rest.to_owned(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{WITH_STATES, countries, country, plain, states};

    #[test]
    fn all_countries_of_the_standard_are_here_once() {
        assert_eq!(countries::ALL.len(), 249);
        let mut keys = BTreeSet::new();
        for one in countries::ALL {
            assert!(one.two.len() == 2 && one.three.len() == 3 && !one.names.is_empty(), "{one:?}");
            assert!(one.names.iter().all(|name| plain(name) == *name), "kept as they are looked for: {one:?}");
            for key in one.names.iter().map(|name| (*name).to_owned()).chain([one.two.to_lowercase(), one.three.to_lowercase()]) {
                assert!(keys.insert(key.clone()), "{key} means two countries");
                assert_eq!(country(&key.to_uppercase()).map(|found| found.two), Some(one.two), "{key}");
            }
        }
    }

    #[test]
    fn countries_as_people_type_them() {
        for (text, two) in [
            (" the  Netherlands ", "NL"),
            ("U.S.A.", "US"),
            ("u.k.", "GB"),
            ("Côte d'Ivoire", "CI"),
            ("Cote D\u{2019}Ivoire", "CI"),
            ("ÖSTERREICH", "AT"),
            ("Türkiye", "TR"),
            ("Turkey", "TR"),
            ("St. Lucia", "LC"),
            ("Trinidad & Tobago", "TT"),
            ("Guinea-Bissau", "GW"),
            ("Korea, Republic of", "KR"),
            ("Congo, Democratic Republic of the", "CD"),
            ("viet nam", "VN"),
            ("deu", "DE"),
            ("Großbritannien", "GB"),
        ] {
            assert_eq!(country(text).map(|country| country.two), Some(two), "{text}");
        }
        for text in ["", " ", "Narnia", "XX", "XXX", "U", "the", "United", "ééé", "\u{0}"] {
            assert_eq!(country(text), None, "{text:?}");
        }
    }

    #[test]
    fn states_of_five_countries() {
        let counts: Vec<(&str, usize)> = WITH_STATES.iter().map(|states| (states.country, states.len())).collect();
        assert_eq!(counts, [("US", 59), ("CA", 13), ("MX", 32), ("AU", 8), ("BR", 27)]);
        for (land, text, code) in [
            ("US", " new  york ", Some("NY")),
            ("US", "N.Y.", Some("NY")),
            ("US", "Washington, D.C.", Some("DC")),
            ("US", "washington", Some("WA")),
            ("US", "Ontario", None),
            ("CA", "Québec", Some("QC")),
            ("CA", "pei", Some("PE")),
            ("CA", "b.c.", Some("BC")),
            ("MX", "Nuevo León", Some("NLE")),
            ("MX", "cdmx", Some("CMX")),
            ("MX", "Edo. Mex.", Some("MEX")),
            ("AU", "new south wales", Some("NSW")),
            ("AU", "Qld", Some("QLD")),
            ("BR", "São Paulo", Some("SP")),
            ("BR", "Sao Paulo", Some("SP")),
            ("BR", "", None),
            ("BR", "X", None),
        ] {
            assert_eq!(states(land).and_then(|states| states.code(text)), code, "{land} {text}");
        }
        assert_eq!(states("FR"), None);
    }

    #[test]
    fn each_state_is_found_by_its_code_and_by_each_of_its_names() {
        for states in WITH_STATES {
            for (code, names) in states.each() {
                for text in names.iter().copied().chain([code]) {
                    assert_eq!(states.code(&text.to_uppercase()), Some(code), "{} {text}", states.country);
                    assert_eq!(plain(text), text.to_lowercase(), "kept as it is looked for");
                }
            }
        }
    }
}
