//! Whether a real value stands in what is to come out. A word of three letters or more counts, and the last seven digits of a number; what stays on
//! purpose does not.

use std::collections::BTreeSet;

use crate::model::{Contact, Value};

/// Words of every made-up mail address.
const HARMLESS: [&str; 2] = ["example", "com"];

/// So many digits tell a phone number.
const DIGITS: usize = 7;

/// The field of which a real value stands in the masked contact, or in one of these texts where there are any. `is_kept` says which fields stay on
/// purpose.
pub(super) fn shows(real: &Contact, masked: &Contact, is_kept: impl Fn(&str) -> bool, texts: &[&str]) -> Option<String> {
    let kept: BTreeSet<String> = real.fields.iter().filter(|(name, _)| is_kept(name)).flat_map(|(_, value)| words(value)).collect();
    let outputs: Vec<Value> = if texts.is_empty() {
        masked.fields.values().cloned().collect()
    } else {
        texts.iter().map(|text| Value::Text((*text).to_owned())).collect()
    };
    let shown: BTreeSet<String> = outputs.iter().flat_map(words).collect();
    let digits: Vec<String> = outputs.iter().flat_map(singles).map(|text| digits(&text)).collect();
    let changed = real.fields.iter().filter(|(name, _)| !is_kept(name));
    let mut found = changed.filter(|(_, value)| {
        let is_word = words(value).iter().any(|word| {
            let is_short_number = word.len() < 4 && word.bytes().all(|byte| byte.is_ascii_digit());
            !kept.contains(word) && !HARMLESS.contains(&word.as_str()) && !is_short_number && shown.contains(word)
        });
        let numbers = singles(value).into_iter().map(|text| self::digits(&text)).filter(|number| number.len() >= DIGITS);
        let is_number =
            numbers.map(|number| number[number.len() - DIGITS..].to_owned()).any(|end| digits.iter().any(|shown| shown.contains(&end)));
        is_word || is_number
    });
    if let Some((name, _)) = found.next() {
        return Some(name.clone());
    }
    let id = real.id.as_str();
    texts.iter().any(|text| id.len() >= 3 && text.contains(id)).then(|| "id".to_owned())
}

fn singles(value: &Value) -> Vec<String> {
    match value {
        Value::List(values) => values.iter().flat_map(singles).collect(),
        single => single.text().into_iter().collect(),
    }
}

fn words(value: &Value) -> Vec<String> {
    // Phone numbers are looked at by their last digits: what stands before those may be the same.
    let is_number = |text: &String| digits(text).len() >= DIGITS && !text.chars().any(char::is_alphabetic);
    let texts: Vec<String> = singles(value).into_iter().filter(|text| !is_number(text)).collect();
    let words = texts.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()));
    words.filter(|word| word.chars().count() >= 3).map(str::to_lowercase).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
