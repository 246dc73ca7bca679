//! Stars in place of secrets: drawn lines end up in logs. What is no reference and stands behind a key that sounds like a secret's is taken for one,
//! wherever the mistake of the line is.

use std::ops::Range;

use super::{Code, Diagnostic};

const KEYS: [&str; 8] = ["pass", "password", "passwd", "secret", "token", "apikey", "api_key", "hmac_key"];
const ENDS: [&str; 5] = ["_pass", "_password", "_secret", "_token", "_key"];
const REFERENCES: [&str; 3] = ["env:", "file:", "credential:"];

/// The text with stars in place of what is, or may be, a secret; every range still points at the same place.
#[must_use]
pub(super) fn masked(diagnostics: &[&Diagnostic], source: &str) -> String {
    let told =
        diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::PlainSecret).filter_map(|diagnostic| diagnostic.labels.first());
    let mut places: Vec<Range<usize>> = told.map(|(place, _)| place.clone()).collect();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        places.extend(values(line).into_iter().map(|place| start + place.start..start + place.end));
        start += line.len();
    }
    let mut hidden = vec![false; source.len()];
    for place in places {
        hidden.iter_mut().take(place.end).skip(place.start).for_each(|hide| *hide = true);
    }
    let mut masked = String::with_capacity(source.len());
    for (at, letter) in source.char_indices() {
        if hidden[at] && !matches!(letter, '\n' | '\r') {
            masked.extend(std::iter::repeat_n('*', letter.len_utf8()));
        } else {
            masked.push(letter);
        }
    }
    masked
}

/// Where a line has values behind keys of secrets that are no references.
fn values(line: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for (equals, _) in line.match_indices(['=', ':']) {
        let before = line[..equals].trim_end().trim_end_matches(['"', '\'']);
        let word = before.rsplit(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '-'))).next().unwrap_or_default();
        if !is_secret(word) {
            continue;
        }
        let rest = line[equals + 1..].trim_start();
        let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''));
        let inner = rest.trim_start_matches(['"', '\'']);
        let end = match quote.and_then(|quote| inner.find(quote)) {
            Some(end) => end,
            // Not closed, or without quotes: anything in the line may belong to it.
            None => inner.trim_end().len(),
        };
        let start = line.len() - inner.len();
        if !REFERENCES.iter().any(|word| inner.starts_with(word)) && !rest.starts_with(['{', '[']) && end > 0 {
            places.push(start..start + end);
        }
    }
    places
}

fn is_secret(word: &str) -> bool {
    let word = word.to_lowercase();
    let is_near = |key: &str| word.chars().count() > 3 && strsim::damerau_levenshtein(key, &word) <= 1;
    KEYS.iter().any(|key| is_near(key)) || ENDS.iter().any(|end| word.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::masked;

    fn check(text: &str, expected: &str) {
        let seen = masked(&[], text);
        assert_eq!((seen.as_str(), seen.len()), (expected, text.len()));
    }

    #[test]
    fn what_may_be_a_secret_is_never_drawn() {
        check("pass = \"hunter2\"\nurl = 1\n", "pass = \"*******\"\nurl = 1\n");
        check("passs = 'hunter2", "passs = '*******");
        check("pass = hunter2 # mine\r\n", "pass = **************\r\n");
        check("pass: \"hunter2\"", "pass: \"*******\"");
        check("secrets = { api_key = \"abc\", user = \"x\" }", "secrets = { api_key = \"***\", user = \"x\" }");
        check("\"hmac_key\"=\"é\"", "\"hmac_key\"=\"**\"");
    }

    #[test]
    fn references_and_other_words_stay() {
        for text in ["pass = \"env:A\"", "pass = file:/x", "passport = \"cPassport\"", "set = { cDialerKey = \"x\" }", "pass = "] {
            check(text, text);
        }
    }
}
