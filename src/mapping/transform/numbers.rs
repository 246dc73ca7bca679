//! Numbers as people and machines write them. Worked out digit by digit: no value goes through a binary fraction.

use std::borrow::Cow;

/// Digits of the longest number that is read.
const DIGITS_MAX: usize = 30;

/// Zeros in front of the digits of a code, up to `width` digits: `2134` is `02134`, `2134-5678` is `02134-5678`. What does not begin with
/// digits alone stays as it is.
pub(super) fn pad(text: Cow<'_, str>, width: usize) -> Cow<'_, str> {
    let trimmed = text.trim();
    let (digits, rest) = trimmed.split_at(trimmed.find('-').unwrap_or(trimmed.len()));
    if digits.is_empty() || digits.len() >= width || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    Cow::Owned(format!("{digits:0>width$}{rest}"))
}

/// A number with a point and so many decimals, rounded half away from zero. `None` for what is no number.
pub(super) fn number(text: &str, decimals: usize) -> Option<String> {
    let mut bare: String = text.chars().filter(|letter| !letter.is_whitespace() && !"$€£¥'\u{2019}_".contains(*letter)).collect();
    let is_in_brackets = bare.len() > 2 && bare.starts_with('(') && bare.ends_with(')');
    if is_in_brackets {
        // A book-keeper's minus.
        bare = bare[1..bare.len() - 1].to_owned();
    }
    let unsigned = bare.strip_prefix(['-', '\u{2212}']);
    let is_negative = is_in_brackets || unsigned.is_some();
    let body = unsigned.or_else(|| bare.strip_prefix('+')).unwrap_or(&bare);
    let (whole, fraction) = parts(body)?;
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || whole.len() + fraction.len() > DIGITS_MAX || !is_number(&whole) || !is_number(&fraction) {
        return None;
    }
    let rounded = rounded(&whole, &fraction, decimals);
    let (whole, fraction) = rounded.split_at(rounded.len() - decimals);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let is_zero = whole == "0" && fraction.bytes().all(|digit| digit == b'0');
    let sign = if is_negative && !is_zero { "-" } else { "" };
    let point = if decimals == 0 { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// The digits before and after the decimal sign. Where both `.` and `,` stand, the last is it; one that stands several times, or a comma
/// before three digits at the end, parts thousands.
fn parts(body: &str) -> Option<(String, String)> {
    let (points, commas) = (body.matches('.').count(), body.matches(',').count());
    let decimal = match (points, commas) {
        (0, 0) => None,
        (1, 0) => body.rfind('.'),
        (0, 1) => body.rfind(',').filter(|place| body.len() - place != 4),
        (_, 0) | (0, _) => None,
        (_, 1) if body.rfind(',') > body.rfind('.') => body.rfind(','),
        (1, _) if body.rfind('.') > body.rfind(',') => body.rfind('.'),
        (_, _) => return None,
    };
    let (whole, fraction) = match decimal {
        Some(place) => (&body[..place], &body[place + 1..]),
        None => (body, ""),
    };
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    // `1,23,456` is how India groups: two digits or three.
    let is_grouped = groups.len() == 1
        || ((1..=3).contains(&groups[0].len())
            && groups.last().is_some_and(|last| last.len() == 3)
            && groups[1..].iter().all(|group| (2..=3).contains(&group.len())));
    is_grouped.then(|| (groups.concat(), fraction.to_owned()))
}

/// The digits of whole and fraction with exactly so many decimals.
fn rounded(whole: &str, fraction: &str, decimals: usize) -> String {
    let kept = &fraction[..fraction.len().min(decimals)];
    let mut digits = format!("0{whole}{kept:0<decimals$}").into_bytes();
    let is_up = fraction.as_bytes().get(decimals).is_some_and(|digit| *digit >= b'5');
    if is_up {
        // The nought in front takes the last carry.
        for digit in digits.iter_mut().rev() {
            if *digit != b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::{number, pad};

    #[test]
    fn zeros_in_front() {
        for (before, after) in [
            ("2134", "02134"),
            (" 2134 ", "02134"),
            ("2134-5678", "02134-5678"),
            ("02134", "02134"),
            ("123456", "123456"),
            ("K1A", "K1A"),
            ("-5", "-5"),
            ("٣", "٣"),
            ("", ""),
        ] {
            assert_eq!(pad(before.into(), 5), after, "{before}");
        }
    }

    #[test]
    fn numbers_as_they_are_written() {
        for (text, decimals, expected) in [
            ("1,234.50", 2, "1234.50"),
            ("1.234,50", 2, "1234.50"),
            ("1 234,5", 2, "1234.50"),
            ("1'234.5", 1, "1234.5"),
            ("$1,234", 0, "1234"),
            ("1.234", 3, "1.234"),
            ("1.234", 1, "1.2"),
            ("1,5", 1, "1.5"),
            ("1.234.567", 0, "1234567"),
            ("12,34,567", 0, "1234567"),
            ("0.995", 2, "1.00"),
            ("999.5", 0, "1000"),
            ("-2.5", 0, "-3"),
            ("-0.001", 2, "0.00"),
            ("(12.50)", 2, "-12.50"),
            ("+7", 0, "7"),
            (".5", 1, "0.5"),
            ("5.", 1, "5.0"),
            ("007", 0, "7"),
            ("1.005", 2, "1.01"),
        ] {
            assert_eq!(number(text, decimals).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", " ", "-", ".", "1,2,3", "1.2.3", "1,2.3,4", "1e5", "12 apples", "0x10", "()", "--1", "1234567890123456789012345678901"]
        {
            assert_eq!(number(text, 2), None, "{text}");
        }
    }
}
