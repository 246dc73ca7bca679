//! Made-up values of the same shape as real ones: as many characters, capitals and digits where they were, the same signs between them.
//!
//! Which letters come out follows from the contact's id, the field and a salt: the same contact gives the same test, and nobody gets from there back to
//! the value.

use chrono::{NaiveDate, TimeDelta};

/// Numbers that only look random.
pub(super) struct Dice(blake3::OutputReader);

impl Dice {
    pub(super) fn new(contact: &str, field: &str, salt: u32) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [contact.as_bytes(), field.as_bytes(), &salt.to_le_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize_xof())
    }

    /// A number below `limit`, which is more than zero.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) % limit
    }

    fn one_of(&mut self, letters: &str) -> char {
        let count = u32::try_from(letters.chars().count()).unwrap_or(1);
        letters.chars().nth(self.below(count) as usize).unwrap_or('o')
    }
}

/// How often a word is made again because it came out as it was.
const TRIES: usize = 16;

/// A text of the same shape. No word of it is the word that stood there, unless nothing else has its shape.
pub(super) fn text(text: &str, dice: &mut Dice) -> String {
    let mut made = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            word.push(letter);
        } else {
            made.push_str(&other_word(&word, dice));
            word.clear();
            made.push(letter);
        }
    }
    made.push_str(&other_word(&word, dice));
    made
}

fn other_word(word: &str, dice: &mut Dice) -> String {
    let mut made = String::new();
    for _ in 0..TRIES {
        made = self::word(word, dice);
        if made.to_lowercase() != word.to_lowercase() {
            break;
        }
    }
    made
}

/// Consonants and vowels by turns, so that it can be read aloud.
fn word(word: &str, dice: &mut Dice) -> String {
    // The CRM's ids: what looks for one must find one.
    let is_id = word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) && word.bytes().any(|byte| byte.is_ascii_digit());
    let mut is_vowel = dice.below(2) == 0;
    let letters = word.chars().enumerate().map(|(place, letter)| {
        if is_id {
            return dice.one_of("0123456789abcdef");
        }
        if letter.is_ascii_digit() {
            return dice.one_of(if place == 0 && letter != '0' { "123456789" } else { "0123456789" });
        }
        is_vowel = !is_vowel;
        let made = dice.one_of(alphabet(letter, is_vowel));
        if letter.is_uppercase() { made.to_uppercase().next().unwrap_or(made) } else { made }
    });
    letters.collect()
}

/// Letters of the same script: VICIdial keeps some and drops others.
fn alphabet(letter: char, is_vowel: bool) -> &'static str {
    match letter {
        _ if letter.is_ascii() && is_vowel => "aeiou",
        _ if letter.is_ascii() => "bdfgklmnprstv",
        '\u{370}'..='\u{3ff}' => "αβγδεηικλμνορτυ",
        '\u{400}'..='\u{52f}' => "абвгдеиклмнорсту",
        '\u{590}'..='\u{5ff}' => "אבגדהולמנרת",
        '\u{600}'..='\u{6ff}' => "ابتدرسلمنوي",
        '\u{3040}'..='\u{30ff}' => "あいうえおかきくけこ",
        '\u{4e00}'..='\u{9fff}' => "山川田中村木林石",
        '\u{ac00}'..='\u{d7af}' => "가나다라마바사",
        _ => "áéíóúàèñöüçåø",
    }
}

/// A mail address at a domain that is nobody's; `None` for what is none.
pub(super) fn mail(address: &str, dice: &mut Dice) -> Option<String> {
    let trimmed = address.trim();
    let (person, domain) = trimmed.split_once('@')?;
    if person.is_empty() || domain.is_empty() || trimmed.contains(char::is_whitespace) {
        return None;
    }
    // As long as it was, within reason: what is cut in VICIdial is cut here too.
    const DOMAIN: &str = "@example.com";
    let wanted = trimmed.chars().count().saturating_sub(DOMAIN.len()).max(3);
    let mut made = text(person, dice);
    while made.chars().count() < wanted {
        made.push(dice.one_of("aeiou"));
        made.push(dice.one_of("bdfgklmnprstv"));
    }
    let made: String = made.chars().take(wanted).collect();
    Some(address.replace(trimmed, &format!("{}{DOMAIN}", made.trim_end_matches(|letter: char| !letter.is_alphanumeric()))))
}

/// A date some months earlier, the rest of the text as it was; `None` for what begins with none.
pub(super) fn date(text: &str, dice: &mut Dice) -> Option<String> {
    let (day, rest) = text.split_at_checked(10)?;
    let is_whole = rest.is_empty() || rest.starts_with([' ', 'T']);
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().filter(|_| is_whole)?;
    let moved = day.checked_sub_signed(TimeDelta::days(i64::from(30 + dice.below(400))))?;
    Some(format!("{}{rest}", moved.format("%Y-%m-%d")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dice() -> Dice {
        Dice::new("a", "b", 1)
    }

    fn shape(text: &str) -> String {
        let letter = |letter: char| match letter {
            _ if letter.is_ascii_digit() => '9',
            _ if letter.is_uppercase() => 'A',
            _ if letter.is_alphabetic() => 'a',
            other => other,
        };
        text.chars().map(letter).collect()
    }

    #[test]
    fn a_made_up_text_has_the_shape_of_the_real_one() {
        for real in ["Ann Marie O'Brien-Smith", "1835 St. Mary's Road, Apt 4B", "José", "Łódź", "Олег", "山田", "A", "x\ny", "", " "]
        {
            let made = text(real, &mut dice());
            assert_eq!(shape(&made), shape(real), "{real} {made}");
            assert!(real.trim().is_empty() || made != real, "{made}");
        }
        let id = text("6b0815ad3e36d5c75", &mut dice());
        assert!(id.len() == 17 && id != "6b0815ad3e36d5c75" && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }

    #[test]
    fn mails_are_at_nobodys_domain_and_dates_move() {
        let made = mail("Ann.Marie@acme-corp.test", &mut dice()).expect("an address");
        assert!(made.ends_with("@example.com") && made.len() == "Ann.Marie@acme-corp.test".len(), "{made}");
        assert_eq!(mail("call @ noon", &mut dice()), None);
        let moved = date("1980-02-29 10:00:00", &mut dice()).expect("a date");
        assert!(moved.ends_with(" 10:00:00") && ("1978-11".."1980-02-01").contains(&moved.as_str()), "{moved}");
        assert_eq!(date("1980-02-30", &mut dice()), None);
        assert_eq!(date("1980-02-29x", &mut dice()), None);
    }
}
