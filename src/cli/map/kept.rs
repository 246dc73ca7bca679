//! What VICIdial will keep of a value where that is not all of it, and why, in words. What it keeps is `vicidial`'s word. Pure.

use crate::model::{FieldName, LeadField};
use crate::vicidial::Forms;

/// Characters that are named at most.
const NAMED_MAX: usize = 8;

/// What is kept of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// What VICIdial will show.
    pub value: String,
    /// Why it differs, in words.
    pub why: Vec<String>,
}

/// What VICIdial keeps of a value; `None` where that is all of it, or there is none.
pub(super) fn kept(forms: Forms, field: &FieldName, text: &str) -> Option<Kept> {
    let value = forms.stored(field, text);
    if text.is_empty() || value == text {
        return None;
    }
    let mut why = Vec::new();
    if forms.wire(field, text).is_empty() {
        why.push(format!("nothing of it can be kept, so it counts as a blank{}", nature(field)));
        return Some(Kept { value: String::new(), why });
    }
    let (dropped, becoming) = letters(forms, field, text);
    if !dropped.is_empty() {
        why.push(format!("VICIdial drops {}", named(&dropped)));
    }
    why.extend(becoming);
    if text.trim() != text {
        why.push("spaces at the ends are cut".to_owned());
    }
    if let FieldName::Standard(standard) = field {
        let length = text.trim().chars().filter(|letter| !dropped.contains(letter)).count();
        if length > standard.width() {
            why.push(format!("too long by {}: {} characters fit", length - standard.width(), standard.width()));
        } else if *standard == LeadField::Rank {
            why.push("a rank is a number from 0 to 32767".to_owned());
        }
    }
    if why.is_empty() {
        why.push("VICIdial writes it in its own way".to_owned());
    }
    Some(Kept { value, why })
}

/// Letters of a text that are dropped, and sentences on those that become others.
fn letters(forms: Forms, field: &FieldName, text: &str) -> (Vec<char>, Vec<String>) {
    let mut dropped: Vec<char> = Vec::new();
    let mut becoming: Vec<String> = Vec::new();
    let mut put = |sentence: String| {
        if !becoming.contains(&sentence) {
            becoming.push(sentence);
        }
    };
    for letter in text.chars() {
        match letter {
            ' ' => {}
            '\n' | '\r' | '\t' => put("line breaks and tabs become spaces".to_owned()),
            '+' if !matches!(field, FieldName::Standard(LeadField::Rank | LeadField::AltPhone)) => put("`+` becomes a space".to_owned()),
            _ => match forms.wire(field, letter.encode_utf8(&mut [0; 4])) {
                sent if sent.is_empty() => {
                    if !dropped.contains(&letter) {
                        dropped.push(letter);
                    }
                }
                sent if sent.chars().eq([letter]) => {}
                sent => put(format!("`{letter}` becomes `{sent}`")),
            },
        }
    }
    (dropped, becoming)
}

/// `;`, `#` and 3 more.
fn named(letters: &[char]) -> String {
    let names: Vec<String> = letters.iter().take(NAMED_MAX).map(|letter| format!("`{}`", letter.escape_debug())).collect();
    let more = letters.len().saturating_sub(NAMED_MAX);
    if more == 0 { names.join(" ") } else { format!("{} and {more} more", names.join(" ")) }
}

/// What a field wants, where it is more than text.
fn nature(field: &FieldName) -> &'static str {
    match field {
        FieldName::Standard(LeadField::DateOfBirth) => ": a date is written as 1990-12-31",
        FieldName::Standard(LeadField::Gender) => ": it is M, F or U",
        FieldName::Standard(LeadField::Rank) => ": a rank is a number from 0 to 32767",
        FieldName::Standard(_) | FieldName::Custom(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vicidial::NonLatin;

    #[track_caller]
    fn check(field: &str, text: &str, expected: Option<(&str, &str)>) {
        let field: FieldName = field.parse().expect("a field");
        let found = kept(Forms { non_latin: NonLatin::On }, &field, text);
        let found = found.as_ref().map(|kept| (kept.value.as_str(), kept.why.join("; ")));
        assert_eq!(found.as_ref().map(|(value, why)| (*value, why.as_str())), expected, "{field}: {text}");
    }

    #[test]
    fn each_difference_has_its_words() {
        check("first_name", "Ann", None);
        check("first_name", "", None);
        check("first_name", "Łukasz", None);
        check("first_name", "Ann (\"Annie\")", Some(("Ann Annie", "VICIdial drops `(` `\\\"` `)`")));
        check("city", "A+B", Some(("A B", "`+` becomes a space")));
        check("title", "Doctor", Some(("Doct", "too long by 2: 4 characters fit")));
        check("comments", "a\nb; c\\d", Some(("a b c/d", "VICIdial drops `;`; line breaks and tabs become spaces; `\\` becomes `/`")));
        check(
            "date_of_birth",
            "01/02/1990",
            Some(("", "nothing of it can be kept, so it counts as a blank: a date is written as 1990-12-31")),
        );
        check("gender", "x", Some(("", "nothing of it can be kept, so it counts as a blank: it is M, F or U")));
        check("rank", "40000", Some(("32767", "a rank is a number from 0 to 32767")));
        check("custom.plan", "a;b", Some(("ab", "VICIdial drops `;`")));
        check("email", " ann@example.com", Some(("ann@example.com", "spaces at the ends are cut")));
    }

    #[test]
    fn letters_of_other_scripts_are_dropped_where_the_server_keeps_none() {
        let field = FieldName::Standard(LeadField::FirstName);
        let found = kept(Forms { non_latin: NonLatin::Off }, &field, "Łukasz");
        assert_eq!(found, Some(Kept { value: "ukasz".to_owned(), why: vec!["VICIdial drops `Ł`".to_owned()] }));
    }
}
