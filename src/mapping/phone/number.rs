//! A valid number as it is kept: its digits in place, so that copying one asks for no memory.

use phonenumber::country::Id;

use crate::model::Phone;

/// Digits of the longest number anywhere, country code among them (E.164).
const DIGITS_MAX: usize = 15;

/// A valid number, and the country it belongs to where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    digits: [u8; DIGITS_MAX],
    code_length: u8,
    length: u8,
    pub(super) region: Option<Id>,
}

impl Number {
    /// None where there are more digits than a number can have, or other letters.
    pub(super) fn new(code: &str, national: &str, region: Option<Id>) -> Option<Self> {
        let mut digits = [0; DIGITS_MAX];
        let length = code.len() + national.len();
        let all = code.bytes().chain(national.bytes());
        if length > DIGITS_MAX || !all.clone().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        digits.iter_mut().zip(all).for_each(|(place, digit)| *place = digit);
        Some(Self { digits, code_length: u8::try_from(code.len()).ok()?, length: u8::try_from(length).ok()?, region })
    }

    /// The country calling code.
    pub(super) fn code(&self) -> &str {
        self.text(0, self.code_length)
    }

    /// The national number.
    pub(super) fn national(&self) -> &str {
        self.text(self.code_length, self.length)
    }

    /// The number in two parts.
    pub(super) fn phone(&self) -> Phone {
        Phone { code: self.code().to_owned(), number: self.national().to_owned() }
    }

    /// Whether both are dialed alike.
    pub(super) fn is_same_phone(&self, other: &Self) -> bool {
        (self.digits, self.code_length, self.length) == (other.digits, other.code_length, other.length)
    }

    fn text(&self, start: u8, end: u8) -> &str {
        // Digits were looked at when it was made.
        self.digits.get(usize::from(start)..usize::from(end)).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_back_in_their_two_parts() {
        for (code, national) in [("1", "2125550100"), ("49", "3023125123"), ("353", "123456789012")] {
            let number = Number::new(code, national, None).expect("a number");
            assert_eq!((number.code(), number.national()), (code, national));
            assert_eq!(number.phone(), Phone { code: code.to_owned(), number: national.to_owned() });
        }
        assert_eq!(Number::new("353", "1234567890123", None), None, "sixteen digits");
        assert_eq!(Number::new("49", "30 23125", None), None, "a space");
        let same = |one: (&str, &str), other: (&str, &str)| {
            let [one, other] = [one, other].map(|(code, national)| Number::new(code, national, Some(Id::US)).expect("a number"));
            one.is_same_phone(&other)
        };
        assert!(same(("1", "2125550100"), ("1", "2125550100")));
        assert!(!same(("1", "2125550100"), ("12", "125550100")) && !same(("1", "2125550100"), ("1", "212555010")));
        let abroad = Number { region: None, ..Number::new("1", "2125550100", Some(Id::US)).expect("a number") };
        assert!(abroad.is_same_phone(&Number::new("1", "2125550100", Some(Id::US)).expect("a number")));
    }
}
