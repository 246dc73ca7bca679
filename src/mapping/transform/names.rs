//! Capitals in names. [`title_case`] goes by letters alone; [`name_case`] knows how people's names are written.

/// `O'BRIEN-smith` becomes `O'Brien-Smith`, `don't` becomes `Don't`: after an apostrophe only where a word follows.
pub(super) fn title_case(text: &str) -> String {
    let mut cased = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut before = None;
    while let Some(letter) = letters.next() {
        let starts_word = match before {
            None => true,
            // `O'Brien`, and not `Don'T`: the letter after the apostrophe is not the word's last.
            Some('\'' | '\u{2019}') => letters.peek().is_some_and(|next| next.is_alphabetic()),
            Some(before) => !char::is_alphanumeric(before),
        };
        push(&mut cased, letter, starts_word);
        before = Some(letter);
    }
    cased
}

/// Pushes a letter as a capital or a small one.
fn push(cased: &mut String, letter: char, is_capital: bool) {
    if letter.is_ascii() {
        cased.push(if is_capital { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
    } else if is_capital {
        cased.extend(letter.to_uppercase());
    } else {
        cased.extend(letter.to_lowercase());
    }
}

/// Words that stand small before a family name.
const PARTICLES: [&str; 20] =
    ["van", "von", "vom", "zu", "zum", "zur", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "ter", "ten", "y", "bin"];

/// Names with Mac whose next letter is a capital; most words with Mac, as Mack or Machado, are not such names.
const MACS: [&str; 20] = [
    "macallister",
    "macarthur",
    "macaulay",
    "macbride",
    "maccarthy",
    "macdonald",
    "macdonnell",
    "macdougall",
    "macdowell",
    "macfarlane",
    "macgregor",
    "macintosh",
    "macintyre",
    "mackenzie",
    "maclean",
    "macleod",
    "macmillan",
    "macneil",
    "macpherson",
    "macrae",
];

/// A person's name with its usual capitals. A word that has both small letters and capitals was written by somebody who cared: it stays.
pub(super) fn name_case(text: &str) -> String {
    let mut cased = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| !letter.is_whitespace()) {
        let (space, from) = rest.split_at(start);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        cased.push_str(space);
        name_word(&mut cased, word, !after.trim().is_empty());
        rest = after;
    }
    cased.push_str(rest);
    cased
}

fn name_word(cased: &mut String, word: &str, is_followed: bool) {
    let has = |case: fn(char) -> bool| word.chars().any(case);
    if has(char::is_uppercase) && has(char::is_lowercase) {
        cased.push_str(word);
        return;
    }
    let small = word.to_lowercase();
    if is_followed && PARTICLES.contains(&small.as_str()) {
        cased.push_str(&small);
    } else if matches!(small.as_str(), "ii" | "iii" | "iv" | "vi" | "vii" | "viii") {
        cased.extend(word.chars().flat_map(char::to_uppercase));
    } else {
        // `jean-luc`, `j.r.`: each part is a name of its own.
        for part in small.split_inclusive(['-', '.', '/', '(', '"', '&']) {
            name_part(cased, part);
        }
    }
}

fn name_part(cased: &mut String, part: &str) {
    if let Some((before, after)) = part.split_once(['\'', '\u{2019}'])
        && before.chars().count() <= 1
        && after.chars().filter(|letter| letter.is_alphabetic()).count() > 1
    {
        // `O'Brien`, `D'Angelo`.
        capital(cased, before);
        cased.push_str(&part[before.len()..part.len() - after.len()]);
        capital(cased, after);
    } else if part.len() > 3 && part.starts_with("mc") {
        cased.push_str("Mc");
        capital(cased, &part[2..]);
    } else if MACS.contains(&part.trim_end_matches(|letter: char| !letter.is_alphabetic())) {
        cased.push_str("Mac");
        capital(cased, &part[3..]);
    } else {
        capital(cased, part);
    }
}

fn capital(cased: &mut String, part: &str) {
    let mut letters = part.chars();
    if let Some(first) = letters.next() {
        cased.extend(first.to_uppercase());
        cased.push_str(letters.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::{name_case, title_case};

    #[test]
    fn title_case_goes_by_letters() {
        for (before, after) in [
            ("mary ann o'brien", "Mary Ann O'Brien"),
            ("SMITH-JONES", "Smith-Jones"),
            ("don't", "Don't"),
            ("élodie", "Élodie"),
            ("3rd street", "3rd Street"),
            ("", ""),
        ] {
            assert_eq!(title_case(before), after, "{before}");
        }
    }

    #[test]
    fn name_case_knows_names() {
        for (before, after) in [
            ("MCDONALD", "McDonald"),
            ("mcdonald", "McDonald"),
            ("mc", "Mc"),
            ("macgregor", "MacGregor"),
            ("MACHADO", "Machado"),
            ("MACY", "Macy"),
            ("o'brien", "O'Brien"),
            ("O\u{2019}BRIEN", "O\u{2019}Brien"),
            ("d'angelo", "D'Angelo"),
            ("van der berg", "van der Berg"),
            ("ANNA VAN DER BERG", "Anna van der Berg"),
            ("van", "Van"),
            ("JEAN-LUC", "Jean-Luc"),
            ("j.r. smith", "J.R. Smith"),
            ("ann mcdonald-o'neil iii", "Ann McDonald-O'Neil III"),
            ("DeShawn", "DeShawn"),
            ("DeShawn JONES", "DeShawn Jones"),
            ("ÉLODIE  ÖZ", "Élodie  Öz"),
            ("mcé", "McÉ"),
            ("o'", "O'"),
            ("'", "'"),
            (" ann ", " Ann "),
            ("", ""),
            ("42", "42"),
            ("李", "李"),
        ] {
            assert_eq!(name_case(before), after, "{before}");
        }
    }
}
