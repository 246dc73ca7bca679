//! How people write numbers: what of a text is digits to dial, and what is a label, a separator, an extension or a remark.
//!
//! - Extensions are cut, in words (`x5`, `ext. 5`, `Durchwahl 5`), after `#`, and as the parameters of a `tel:` address.
//! - Words in front are labels (`Tel.: ...`), words behind are remarks (`... (home)`).
//! - Letters that stand for digits (1-800-FLOWERS) are refused: taken for digits, a remark would be dialed.
//! - Of several numbers in one text each is read: `;`, `|`, `&`, a line's end and `or` part them, and so do `/` and `,` behind a whole number.

use std::borrow::Cow;

use phonenumber::country::Id;
use unicode_normalization::UnicodeNormalization;

use super::number::Number;
use super::plan;

/// Characters that are looked at.
const TEXT_MAX: usize = 200;

/// Fewer digits are no whole number: what follows may belong to it.
const DIGITS_MIN: usize = 7;

/// More digits are no number anywhere.
const DIGITS_MAX: usize = 20;

/// The usable numbers of a text, in its order, each once.
pub(super) fn numbers(region: Id, text: &str) -> Vec<Number> {
    let end = text.char_indices().nth(TEXT_MAX).map_or(text.len(), |(place, _)| place);
    let is_cut = end < text.len();
    let text = &text[..end];
    // Full-width digits of some keyboards become plain ones; a raised or circled digit is a note, and no part of the number.
    let plain = || text.chars().filter(|letter| !is_note(*letter)).nfkc().collect::<String>();
    let text: Cow<'_, str> = if text.is_ascii() { text.into() } else { plain().into() };
    let mut numbers: Vec<Number> = Vec::new();
    let mut pieces = pieces(&text);
    if is_cut {
        // Half of a number may be another one.
        pieces.pop();
    }
    for piece in pieces {
        let number = digits(piece).and_then(|written| plan::read(region, &written));
        if let Some(number) = number.filter(|number| !numbers.iter().any(|known| known.is_same_phone(number))) {
            numbers.push(number);
        }
    }
    numbers
}

/// A number's digits, and whether a `+` says that the country code stands first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) digits: String,
    pub(super) has_plus: bool,
}

/// The texts that hold one number each.
fn pieces(text: &str) -> Vec<&str> {
    const JOINING: [&str; 9] = ["or", "and", "oder", "und", "y", "o", "et", "ou", "e"];
    let mut pieces = Vec::new();
    let (mut start, mut count) = (0, 0);
    let mut letters = text.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        if digit(letter).is_some() {
            count += 1;
            continue;
        }
        let mut end = place + letter.len_utf8();
        let is_cut = match letter {
            '\n' | '\r' | ';' | '|' | '&' => true,
            '/' | ',' => count >= DIGITS_MIN,
            letter if letter.is_alphabetic() => {
                while let Some((next, letter)) = letters.next_if(|(_, letter)| letter.is_alphabetic()) {
                    end = next + letter.len_utf8();
                }
                let word = &text[place..end];
                count >= DIGITS_MIN && JOINING.iter().any(|joining| joining.eq_ignore_ascii_case(word))
            }
            _ => false,
        };
        if is_cut {
            pieces.push(&text[start..place]);
            (start, count) = (end, 0);
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// A digit of any script that CRMs are typed in.
fn digit(letter: char) -> Option<char> {
    let value = match letter {
        '0'..='9' => return Some(letter),
        '٠'..='٩' => u32::from(letter) - u32::from('٠'),
        '۰'..='۹' => u32::from(letter) - u32::from('۰'),
        '०'..='९' => u32::from(letter) - u32::from('०'),
        _ => return None,
    };
    char::from_digit(value, 10)
}

/// The digits of the one number in a piece.
fn digits(piece: &str) -> Option<Written> {
    let mut digits = String::with_capacity(16);
    let mut has_plus = false;
    let mut before = ' ';
    for (place, letter) in piece.char_indices() {
        if let Some(digit) = digit(letter) {
            if before.is_alphabetic() && digits.is_empty() && !is_label(piece, place) {
                return None;
            }
            digits.push(digit);
        } else if letter == '+' {
            if !digits.is_empty() {
                return None;
            }
            has_plus = true;
        } else if letter == '=' && digits.is_empty() && is_parameter(&piece[..place]) {
            return None;
        } else if letter.is_alphabetic() {
            if !digits.is_empty() {
                if !ends_at(&piece[place..], before, digits.len()) {
                    return None;
                }
                break;
            }
        } else if letter == '#' && !digits.is_empty() {
            break;
        } else if digits.len() >= DIGITS_MIN && is_count(&piece[place..]) {
            // `030 23125123 (2)`: where numbers have any length, the 2 would make another one of it.
            break;
        } else if !is_separator(letter) && !digits.is_empty() {
            return None;
        }
        before = letter;
    }
    let is_number = (1..=DIGITS_MAX).contains(&digits.len());
    is_number.then_some(Written { digits, has_plus })
}

/// Whether a digit or two stand there in brackets, and nothing behind them.
fn is_count(rest: &str) -> bool {
    let inner = rest.trim_end().strip_prefix(['(', '[']).and_then(|rest| rest.strip_suffix([')', ']']));
    inner.is_some_and(|inner| (1..=2).contains(&inner.len()) && inner.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Digits above or below the line, and in circles.
fn is_note(letter: char) -> bool {
    matches!(letter, '²' | '³' | '¹' | '\u{2070}'..='\u{2089}' | '\u{2460}'..='\u{249b}')
}

/// Whether a parameter of a `tel:` address stands there, which is no number of its own.
fn is_parameter(before: &str) -> bool {
    ["ext", "isub", "phone-context"].iter().any(|name| name.eq_ignore_ascii_case(before.trim()))
}

/// Whether the letters that touch the first digit are a label (`Tel2125550100`), and not a code like `AB1234567`.
fn is_label(piece: &str, end: usize) -> bool {
    let start = piece[..end].rfind(|letter: char| !letter.is_alphabetic()).map_or(0, |place| place + 1);
    let word = piece.get(start..end).unwrap_or_default();
    ["tel", "phone", "ph", "t", "m", "mob", "mobile", "cell", "p", "fon", "telefon", "fax", "f", "h", "w"]
        .iter()
        .any(|label| label.eq_ignore_ascii_case(word))
}

/// Whether a number of so many digits ends before that word: an extension, or a remark.
fn ends_at(rest: &str, before: char, count: usize) -> bool {
    const EXTENSIONS: [&str; 14] =
        ["x", "xt", "ext", "extn", "extension", "dw", "durchwahl", "app", "poste", "anexo", "interno", "int", "ramal", "toestel"];
    let end = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
    let word = &rest[..end];
    if EXTENSIONS.iter().any(|extension| extension.eq_ignore_ascii_case(word)) {
        return true;
    }
    // `555 CALL` are digits, `(CALL)` and `home` are none.
    let is_shouted = word.chars().count() > 2 && word.chars().all(char::is_uppercase);
    let is_apart = before.is_whitespace() || before == '(' || before == '[';
    is_apart && count >= DIGITS_MIN && (!is_shouted || before != ' ' || count >= 10)
}

fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '-' | '.' | ',' | '(' | ')' | '[' | ']' | '/' | '_' | '~' | '\'' | '"' | '·' | '•' | '\u{2019}' | '\u{ad}' | '\u{2212}'
        )
        || matches!(letter, '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(piece: &str) -> Option<String> {
        digits(piece).map(|written| format!("{}{}", if written.has_plus { "+" } else { "" }, written.digits))
    }

    #[test]
    fn texts_are_parted_into_numbers() {
        for (text, parts) in [
            ("212-555-0100 / 212-555-0101", vec!["212-555-0100 ", " 212-555-0101"]),
            ("2125550100 OR 2125550101", vec!["2125550100 ", " 2125550101"]),
            ("030/23125123", vec!["030/23125123"]),
            ("030 23125123/24", vec!["030 23125123", "24"]),
            ("212,555,0100", vec!["212,555,0100"]),
            ("tel:+12125550100;ext=5", vec!["tel:+12125550100", "ext=5"]),
            ("a\nb|c", vec!["a", "b", "c"]),
            ("", vec![""]),
        ] {
            assert_eq!(pieces(text), parts, "{text}");
        }
    }

    #[test]
    fn digits_without_labels_extensions_and_remarks() {
        for (piece, expected) in [
            ("(212) 555-0100", "2125550100"),
            ("++1 212 555 0100", "+12125550100"),
            ("Tel.: 212.555.0100", "2125550100"),
            ("tel2125550100", "2125550100"),
            ("212\u{a0}555\u{2011}0100 ext. 7", "2125550100"),
            ("2125550100x7", "2125550100"),
            ("2125550100#7", "2125550100"),
            ("2125550100 (home)", "2125550100"),
            ("2125550100 HOME", "2125550100"),
            ("12345678 mobil", "12345678"),
            ("1 800 356 9377 (FLOWERS)", "18003569377"),
            ("\u{202a}+12125550100\u{202c}", "+12125550100"),
            ("☎ 2125550100", "2125550100"),
            ("٠١٢٣", "0123"),
        ] {
            assert_eq!(read(piece).as_deref(), Some(expected), "{piece}");
        }
        for piece in [
            "1-800-FLOWERS",
            "1 800 555 CALL",
            "AB1234567",
            "2125550100abc",
            "212*5550100",
            "12@example.com",
            "1 + 1",
            "2125550100 = 7",
            "ext=5551234",
            "phone-context=+12125550100",
            "123456789012345678901",
            "n/a",
            "",
        ] {
            assert_eq!(read(piece), None, "{piece}");
        }
    }

    #[test]
    fn a_number_that_the_end_of_what_is_looked_at_cuts_is_none() {
        let text = |before: usize| format!("{}; 030 23125123", "x".repeat(before));
        assert_eq!(numbers(Id::DE, &text(TEXT_MAX - 14)).len(), 1);
        assert!(numbers(Id::DE, &text(TEXT_MAX - 12)).is_empty());
        let both = format!("030 23125124; {}; 030 23125123", "x".repeat(TEXT_MAX - 25));
        let found: Vec<String> = numbers(Id::DE, &both).iter().map(|number| number.phone().e164()).collect();
        assert_eq!(found, ["+493023125124"]);
    }
}
