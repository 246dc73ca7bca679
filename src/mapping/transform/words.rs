//! Steps that pick, cut and change words and letters. They know no language but the words for yes, no, man and woman.

use std::borrow::Cow;

/// A part of a text, without a copy of what is borrowed.
#[inline]
pub(super) fn part(text: Cow<'_, str>, cut: impl for<'t> FnOnce(&'t str) -> &'t str) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text)),
        Cow::Owned(text) => {
            let kept = cut(&text);
            if kept.len() == text.len() { Cow::Owned(text) } else { Cow::Owned(kept.to_owned()) }
        }
    }
}

/// Every run of white space as one space, none at the ends.
#[inline]
pub(super) fn collapse(text: Cow<'_, str>) -> Cow<'_, str> {
    if is_tidy(&text) {
        return text;
    }
    let mut tidy = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    Cow::Owned(tidy)
}

/// Whether a text has plain letters and single spaces between them alone. Letters beyond ASCII, which have white space of their own, are looked at
/// by those who work on it.
fn is_tidy(text: &str) -> bool {
    let mut before = b' ';
    let is_tidy = text.bytes().all(|byte| {
        let fits = byte.is_ascii_graphic() || (byte == b' ' && before != b' ');
        before = byte;
        fits
    });
    is_tidy && (before != b' ' || text.is_empty())
}

/// Capitals.
#[inline]
pub(super) fn upper(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase()) { text } else { text.to_uppercase().into() }
}

/// Small letters.
#[inline]
pub(super) fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) { text } else { text.to_lowercase().into() }
}

/// Keeps 0 to 9.
pub(super) fn digits(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text } else { text.chars().filter(char::is_ascii_digit).collect::<String>().into() }
}

/// At most so many characters, with no space at the end.
pub(super) fn truncated(text: &str, width: usize) -> &str {
    let end = if text.len() <= width { text.len() } else { text.char_indices().nth(width).map_or(text.len(), |(place, _)| place) };
    text[..end].trim_end()
}

/// The first letter, as a capital where that is one letter.
pub(super) fn first_letter(text: &str) -> String {
    let Some(letter) = text.chars().find(|letter| letter.is_alphabetic()) else { return String::new() };
    let mut capital = letter.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(capital), None) => capital.to_string(),
        (Some(_) | None, _) => letter.to_string(),
    }
}

/// A value with something around it; a blank has nothing around it.
pub(super) fn around<'t>(start: &str, text: &str, end: &str) -> Cow<'t, str> {
    if text.trim().is_empty() { Cow::Borrowed("") } else { Cow::Owned([start, text, end].concat()) }
}

/// Letters and digits alone, small.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What stands on a form, or in front of a name, as VICIdial's letter.
pub(super) fn gender(text: &str) -> &'static str {
    match plain(text).as_str() {
        "m" | "male" | "man" | "men" | "boy" | "mr" | "mister" | "sir" | "männlich" | "mann" | "herr" | "hr" | "hombre" | "masculino"
        | "varón" | "varon" | "señor" | "senor" | "sr" | "don" | "homme" | "masculin" | "monsieur" | "maschio" | "uomo" | "maschile"
        | "signor" | "sig" | "homem" | "senhor" => "M",
        "f" | "female" | "woman" | "women" | "girl" | "mrs" | "ms" | "miss" | "madam" | "w" | "weiblich" | "frau" | "fr" | "mujer"
        | "femenino" | "femenina" | "señora" | "senora" | "sra" | "señorita" | "senorita" | "srta" | "doña" | "femme" | "féminin"
        | "feminin" | "madame" | "mme" | "mademoiselle" | "mlle" | "femmina" | "donna" | "femminile" | "signora" | "mulher"
        | "feminino" | "senhora" | "vrouw" => "F",
        "u" | "x" | "d" | "divers" | "diverse" | "other" | "nonbinary" | "nb" | "undefined" | "unknown" | "unspecified" | "neutral"
        | "mx" => "U",
        _ => "",
    }
}

/// What a checkbox, or a word for one, says.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "true" | "1" | "yes" | "y" | "t" | "on" | "checked" | "ja" | "j" | "si" | "sí" | "s" | "oui" | "sim" | "wahr" | "verdadero" => {
            Some(true)
        }
        "false" | "0" | "no" | "n" | "f" | "off" | "unchecked" | "nein" | "non" | "não" | "nao" | "nee" | "falsch" | "falso" => {
            Some(false)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Transform;
    use super::*;

    fn check(transform: &Transform, cases: &[(&str, &str)]) {
        for (before, after) in cases {
            assert_eq!(transform.apply(Cow::Borrowed(before)), *after, "{transform:?} of \"{before}\"");
            assert_eq!(transform.apply(Cow::Owned((*before).to_owned())), *after, "{transform:?} of \"{before}\"");
        }
    }

    #[test]
    fn white_space_and_letters() {
        check(&Transform::Trim, &[("  Ann \n", "Ann"), ("", ""), (" a b ", "a b")]);
        check(
            &Transform::Collapse,
            &[
                (" 1  Main\r\nStreet\t2 ", "1 Main Street 2"),
                (" ", ""),
                ("a b", "a b"),
                ("a b ", "a b"),
                (" a", "a"),
                ("é\u{a0}\u{3000}é", "é é"),
                ("a\u{b}b", "a b"),
                ("a\u{1c}b", "a\u{1c}b"),
            ],
        );
        check(&Transform::Upper, &[("josé", "JOSÉ"), ("", ""), ("A1", "A1")]);
        check(&Transform::Lower, &[("ANN@Example.COM", "ann@example.com"), ("É", "é")]);
        check(&Transform::Digits, &[("(212) 555-0100 x5", "21255501005"), ("none", ""), ("12", "12")]);
        check(&Transform::Truncate(3), &[("abcdef", "abc"), ("Łuk", "Łuk"), ("Łuka", "Łuk"), ("ab cd", "ab"), ("ab ", "ab"), ("", "")]);
    }

    #[test]
    fn words_out_of_a_text() {
        check(&Transform::FirstWord, &[("  Mary Ann ", "Mary"), ("Mary", "Mary"), (" ", "")]);
        check(&Transform::LastWord, &[("Mary Ann\u{a0}Lee", "Lee"), ("", "")]);
        check(&Transform::FirstLetter, &[("marie", "M"), ("  (élise)", "É"), ("ßa", "ß"), ("42", ""), ("", "")]);
        check(&Transform::Before("@".to_owned()), &[("ann@example.com", "ann"), ("ann", "ann"), ("@", "")]);
        check(&Transform::After("@".to_owned()), &[("ann@example.com", "example.com"), ("ann", ""), ("a@b@c", "b@c")]);
        check(&Transform::Prefix("CRM-".to_owned()), &[("7", "CRM-7"), ("  ", ""), ("", "")]);
        check(&Transform::Suffix(" kg".to_owned()), &[("7", "7 kg"), ("", "")]);
        check(&Transform::CutEnd(" kg".to_owned()), &[("7 kg", "7"), ("7 kg kg", "7 kg"), ("7", "7")]);
    }

    #[test]
    fn words_for_the_sexes() {
        check(
            &Transform::Gender,
            &[
                ("Male", "M"),
                ("MR.", "M"),
                ("männlich", "M"),
                ("Hombre", "M"),
                ("f", "F"),
                ("Mrs.", "F"),
                ("weiblich", "F"),
                ("Señora", "F"),
                ("x", "U"),
                ("divers", "U"),
                ("Non-binary", "U"),
                ("robot", ""),
                ("", ""),
            ],
        );
    }

    #[test]
    fn words_for_yes_and_no() {
        let step = Transform::YesNo { yes: "Y".to_owned(), no: "N".to_owned() };
        check(
            &step,
            &[("true", "Y"), ("1", "Y"), ("Ja", "Y"), ("SÍ", "Y"), ("off", "N"), ("0", "N"), ("nein", "N"), ("maybe", ""), ("", "")],
        );
    }
}
