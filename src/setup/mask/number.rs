//! Phone numbers that nobody has, of the same country and written the same way.
//!
//! The ranges are those that the countries' authorities keep for films and books: 555-0100 to 555-0199 of every area of North America, and what Ofcom,
//! the Bundesnetzagentur, Arcep and ACMA name. Of another country's number an English or American one is made: whether that takes the same way through
//! the mapping is seen afterwards.

use std::str::FromStr;

use phonenumber::country::Id;

use super::made_up::{self, Dice};

/// A number in place of another. What is no number becomes something of the same shape that is none either, as far as that can be told here.
pub(super) fn fictional(region: &str, text: &str, dice: &mut Dice, salt: u32) -> String {
    let is_fiction_first = (salt / 2).is_multiple_of(2);
    let parsed = phonenumber::parse(Id::from_str(region).ok(), text.trim()).ok();
    let Some(parsed) = parsed else { return broken(text, dice, is_fiction_first) };
    let (code, national) = (parsed.code().value(), parsed.national().to_string());
    // The mapping takes new area codes of North America that the library does not know: whether this is one shows with another salt.
    let may_be_new = code == 1 && national.len() == 10 && salt.is_multiple_of(2);
    if !parsed.is_valid() && !may_be_new {
        return broken(text, dice, is_fiction_first);
    }
    // Now and then another country's, for those whose own ones are taken for something else.
    match made(code, &national, dice).filter(|_| salt % 4 != 3) {
        Some(other) => respelt(text, code, &national, &other, dice),
        None if code == 44 || salt % 8 == 5 => format!("+121255501{:02}", dice.below(100)),
        None => format!("+442079460{:03}", dice.below(1000)),
    }
}

/// A national number of the same country that is kept for fiction.
fn made(code: u16, national: &str, dice: &mut Dice) -> Option<String> {
    let (last2, last3, last4) = (dice.below(100), dice.below(1000), dice.below(10_000));
    let length = national.len();
    Some(match code {
        1 if length == 10 => format!("{}55501{last2:02}", &national[..3]),
        // The phone library takes neither England's nor France's numbers for mobiles for valid ones: those of London and of France's 01 stand for them.
        44 => format!("2079460{last3:03}"),
        49 => format!("3023125{last3:03}"),
        33 => format!("19900{last4:04}"),
        61 if national.starts_with('4') => format!("49157{:04}", 156 + last4 % 4),
        61 if length == 9 => format!("{}5550{last4:04}", &national[..1]),
        _ => return None,
    })
}

/// The other number in the first one's spelling: the same signs between the digits. What follows the number is an extension, and made up as well.
fn respelt(text: &str, code: u16, national: &str, other: &str, dice: &mut Dice) -> String {
    let digits: Vec<(usize, char)> = text.char_indices().filter(|(_, letter)| letter.is_ascii_digit()).collect();
    let plain: String = digits.iter().map(|(_, digit)| *digit).collect();
    let start = plain.find(national).filter(|start| *start <= 5 && other.len() == national.len());
    let Some(start) = start else { return format!("+{code}{other}") };
    let mut made = String::with_capacity(text.len());
    let mut place: usize = 0;
    for letter in text.chars() {
        if !letter.is_ascii_digit() {
            made.push(letter);
            continue;
        }
        let inside = place.checked_sub(start).and_then(|inside| other.chars().nth(inside));
        made.push(match inside {
            Some(digit) => digit,
            None if place < start => letter,
            None => char::from_digit(1 + dice.below(9), 10).unwrap_or('7'),
        });
        place += 1;
    }
    made
}

/// What is no number: the digits at its end become 555-01xx where there are enough, since seven digits may be somebody's.
fn broken(text: &str, dice: &mut Dice, by_fiction: bool) -> String {
    let made = made_up::text(text, dice);
    let count = made.chars().filter(char::is_ascii_digit).count();
    if count < 7 || !by_fiction {
        return made;
    }
    let fiction: Vec<char> = format!("55501{:02}", dice.below(100)).chars().collect();
    let mut place: usize = 0;
    let letters = made.chars().map(|letter| {
        if !letter.is_ascii_digit() {
            return letter;
        }
        place += 1;
        (place + 7).checked_sub(count + 1).and_then(|inside| fiction.get(inside)).copied().unwrap_or(letter)
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(region: &str, text: &str, start: &str, shape: &str) {
        let made = fictional(region, text, &mut Dice::new("a", text, 0), 0);
        assert!(made.starts_with(start), "{text}: {made}");
        let found: String = made.chars().map(|letter| if letter.is_ascii_digit() { '9' } else { letter }).collect();
        assert_eq!(found, shape, "{text}: {made}");
    }

    #[test]
    fn a_number_stays_in_its_country_and_spelling() {
        check("US", "(508) 867-5309", "(508) 555-01", "(999) 999-9999");
        check("US", "+1 416.867.5309 x55", "+1 416.555.01", "+9 999.999.9999 x99");
        check("US", "1-212-867-5309", "1-212-555-01", "9-999-999-9999");
        check("GB", "020 7123 4567", "020 7946 0", "999 9999 9999");
        check("US", "+44 7123 456789", "+44 2079 460", "+99 9999 999999");
        check("DE", "030 1234 5678", "030 2312 5", "999 9999 9999");
        check("US", "867-5309", "555-01", "999-9999");
    }

    #[test]
    fn a_country_without_numbers_for_fiction_gets_another_ones() {
        check("US", "+34 912 345 678", "+442079460", "+999999999999");
        let odd = fictional("US", "+34 912 345 678", &mut Dice::new("a", "b", 5), 5);
        assert!(odd.starts_with("+121255501"), "{odd}");
    }

    #[test]
    fn made_up_numbers_are_valid() {
        for (region, real) in [
            ("US", "2128675309"),
            ("CA", "4168675309"),
            ("GB", "02071234567"),
            ("DE", "03012345678"),
            ("FR", "0612345678"),
            ("FR", "0142345678"),
            ("AU", "0412345678"),
            ("AU", "0298765432"),
        ] {
            for salt in 0..20 {
                let made = fictional(region, real, &mut Dice::new("a", real, salt), salt);
                let parsed = phonenumber::parse(Id::from_str(region).ok(), &made).expect("a number");
                assert!(parsed.is_valid(), "{region} {real}: {made}");
            }
        }
    }

    #[test]
    fn what_is_no_number_is_none_afterwards() {
        for text in ["call me", "n/a", "12", "?"] {
            let made = fictional("US", text, &mut Dice::new("a", text, 0), 0);
            assert_eq!(made.chars().count(), text.chars().count());
        }
    }
}
