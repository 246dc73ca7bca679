//! A value without the person in it: its shape shows what a field holds, and nobody is in a listing that is sent to somebody. Pure.

use crate::model::{CrmFieldKind, Value};

/// So many values of several are shown.
const SEVERAL_MAX: usize = 3;

/// Letters become x or X, digits 9; length and all else stay.
#[must_use]
pub fn masked(text: &str) -> String {
    let mask = |letter: char| match letter {
        letter if letter.is_uppercase() => 'X',
        letter if letter.is_alphabetic() => 'x',
        letter if letter.is_numeric() => '9',
        // What is put onto a letter, and signs of no known kind: a person's name may be written in them.
        letter if !letter.is_ascii() && !letter.is_whitespace() => 'x',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    text.chars().map(mask).collect()
}

/// An example of a CRM's value; `None` where it says nothing. Flags are shown as they are, and of choices those that the CRM itself lists.
#[must_use]
pub fn example(kind: &CrmFieldKind, value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) if *kind == CrmFieldKind::Flag && matches!(number, 0 | 1) => Some(number.to_string()),
        Value::Int(number) => Some(masked(&number.to_string())),
        Value::Text(text) if text.trim().is_empty() => None,
        Value::Text(text) if kind.options().contains(text) => Some(text.clone()),
        Value::Text(text) if text == "{}" => None,
        // A table, kept as its JSON text.
        Value::Text(text) if text.starts_with('{') => Some("{..}".to_owned()),
        Value::Text(text) => Some(masked(text)),
        Value::List(values) => {
            let shown: Vec<String> = values.iter().filter_map(|value| example(kind, value)).take(SEVERAL_MAX).collect();
            (!shown.is_empty()).then(|| shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_stays_and_the_person_goes() {
        assert_eq!(masked("Zoë O'Brien-Ng"), "Xxx X'Xxxxx-Xx");
        assert_eq!(masked("+1 (202) 555-0101"), "+9 (999) 999-9999");
        assert_eq!(masked("vera.t7@example.com"), "xxxx.x9@xxxxxxx.xxx");
        assert_eq!(masked("2026-11-25 01:20:37"), "9999-99-99 99:99:99");
        assert_eq!(masked("a\u{301}b\tc\n日本४"), "xxx x xx9");
        assert_eq!(masked("🙂"), "x");
    }

    #[test]
    fn only_what_the_crm_lists_is_shown_as_it_is() {
        let choice = CrmFieldKind::Choice(vec!["Mr.".to_owned()]);
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(example(&choice, &text("Mr.")).as_deref(), Some("Mr."));
        assert_eq!(example(&choice, &text("Duke")).as_deref(), Some("Xxxx"));
        assert_eq!(example(&CrmFieldKind::Flag, &Value::Bool(true)).as_deref(), Some("true"));
        assert_eq!(example(&CrmFieldKind::Flag, &Value::Int(1)).as_deref(), Some("1"));
        assert_eq!(example(&CrmFieldKind::Number, &Value::Int(-42)).as_deref(), Some("-99"));
        assert_eq!(example(&CrmFieldKind::Phone, &Value::List(vec![text("+1202"), text(""), text("55")])).as_deref(), Some("+9999, 99"));
        assert_eq!(example(&CrmFieldKind::Other("x".into()), &text("{\"Ann\":1}")).as_deref(), Some("{..}"));
        assert_eq!(
            (example(&choice, &Value::Null), example(&choice, &text(" ")), example(&choice, &Value::List(vec![]))),
            (None, None, None)
        );
    }
}
