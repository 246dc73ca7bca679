//! Bytes to characters and back, and what the API strips from each kind of parameter.
//!
//! Decides how a byte of a request ends up as a character of a table. With `use_non_latin` off the connection of a stock
//! server speaks the Western code page, so each byte of a UTF-8 text becomes a character of its own; reading gives the
//! same bytes back. With it on, texts are UTF-8, and what three bytes cannot hold becomes question marks. Knows no field
//! of a lead and no table.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Where bytes that are not UTF-8 are kept while a request is at work; plane 15 has no characters of its own.
const STRAY: u32 = 0xF_0000;

/// How texts of a request are read: the system setting `use_non_latin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// Off: the Western code page.
    Western,
    /// On: UTF-8.
    Utf8,
    /// Off, on a database that speaks UTF-8 all the same: texts are stored as they are, but only plain letters count.
    Narrow,
}

/// The characters of the Western code page from 0x80 to 0x9F; undefined places stand for themselves.
const WESTERN_HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–',
    '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Charset {
    /// A request's bytes as text.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Charset::Western => bytes.iter().copied().map(western_char).collect(),
            // What needs four bytes is lost on the way to the table, one question mark for each.
            Charset::Narrow => {
                let text = String::from_utf8_lossy(bytes);
                text.chars().map(|char| if char > '\u{FFFF}' || char == char::REPLACEMENT_CHARACTER { '?' } else { char }).collect()
            }
            Charset::Utf8 => {
                let mut text = String::with_capacity(bytes.len());
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    let stray = chunk.invalid().iter();
                    text.extend(stray.filter_map(|byte| char::from_u32(STRAY + u32::from(*byte))));
                }
                text
            }
        }
    }

    /// Text as the bytes of an answer.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Charset::Western => text.chars().map(western_byte).collect(),
            Charset::Narrow => text.as_bytes().to_vec(),
            Charset::Utf8 => {
                let mut bytes = Vec::with_capacity(text.len());
                for char in text.chars() {
                    match stray_byte(char) {
                        Some(byte) => bytes.push(byte),
                        None => bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
                    }
                }
                bytes
            }
        }
    }

    fn is_letter(self, char: char) -> bool {
        match self {
            Charset::Western | Charset::Narrow => char.is_ascii_alphabetic(),
            Charset::Utf8 => is_letter(char),
        }
    }
}

/// What a column of three-byte UTF-8 keeps of a text: four-byte characters and stray bytes turn into question marks.
pub(super) fn stored(text: &str) -> String {
    if text.chars().all(|char| char < '\u{10000}') {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(text.len());
    for char in text.chars() {
        if stray_byte(char).is_some() {
            kept.push('?');
        } else if char < '\u{10000}' {
            kept.push(char);
        } else {
            kept.push_str("????");
        }
    }
    kept
}

fn stray_byte(char: char) -> Option<u8> {
    let code = u32::from(char);
    (STRAY..STRAY + 0x100).contains(&code).then(|| u8::try_from(code - STRAY).unwrap_or_default())
}

fn western_char(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WESTERN_HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn western_byte(char: char) -> u8 {
    let place = WESTERN_HIGH.iter().position(|high| *high == char);
    if let Some(place) = place {
        return u8::try_from(place).map_or(b'?', |place| place + 0x80);
    }
    u8::try_from(u32::from(char)).unwrap_or(b'?')
}

/// The Unicode class L: marks that spell vowels, number letters and circled letters do not belong to it.
fn is_letter(char: char) -> bool {
    char.is_alphabetic()
        && !is_combining_mark(char)
        && !char.is_numeric()
        && !matches!(char, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}')
}

/// What a parameter may hold; the rest of it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// First and last names.
    Name,
    /// The title.
    Title,
    /// The middle initial.
    Initial,
    /// Addresses, city, security phrase, owner.
    Address,
    /// The e-mail address.
    Email,
    /// The province.
    Province,
    /// The state.
    State,
    /// The postal code.
    Postal,
    /// The second phone number.
    AltPhone,
    /// Statuses, campaigns, users and other codes.
    Code,
    /// Comments and the two foreign keys: everything but three characters.
    Free,
    /// A custom field's value.
    Custom,
    /// Digits.
    Digits,
    /// Digits and commas.
    Numbers,
    /// Digits and the minus sign.
    Date,
    /// Capitals.
    Switch,
    /// Letters and digits.
    Plain,
    /// The time of a callback.
    Moment,
    /// The comment of a callback.
    Remark,
    /// An offset from Greenwich.
    Offset,
    /// A name or a description of a list.
    Label,
    /// Further phone numbers of a lead.
    Alternates,
    /// Names between spaces, dots, commas or dashes.
    Statuses,
    /// A time of day.
    Clock,
    /// A switch that is 1 or Y.
    Flag,
    /// Names between dashes, commas or pipes.
    Words,
    /// A web address.
    Url,
    /// The label of a custom field.
    FieldLabel,
    /// A code of plain letters, whatever the character set.
    Ascii,
    /// The unique id of a call.
    CallId,
    /// An extension of the telephone system.
    Extension,
    /// A group, or several.
    Group,
    /// A moment with digits only.
    Instant,
    /// Times of day with dashes.
    Times,
}

impl Keep {
    /// Letters, digits and these are kept, or `None` where the rule is of another kind.
    fn besides(self) -> Option<&'static str> {
        match self {
            Keep::Name => Some(" '_.-"),
            Keep::Title => Some(" '_.-"),
            Keep::Initial | Keep::Code => Some("-_"),
            Keep::Address => Some(" '.:/@_-"),
            Keep::Email => Some(" '.:/@_%-"),
            Keep::Province => Some(" '._-"),
            Keep::State => Some(" -"),
            Keep::Postal => Some(" '-"),
            Keep::AltPhone => Some(" '_.-"),
            Keep::Plain => Some(""),
            Keep::Moment => Some(" .:/@_-"),
            Keep::Remark => Some(" .:/@_-"),
            Keep::Offset => Some("._-"),
            Keep::Label => Some(" .:/@?&_-"),
            Keep::Alternates => Some(" !:_-"),
            Keep::Words => Some("-,|_"),
            Keep::Statuses => Some("- .,_"),
            Keep::Url => Some(" -%=+.:/@?&_"),
            Keep::FieldLabel => Some("_"),
            Keep::CallId => Some(" ._-"),
            Keep::Extension => Some("-_"),
            Keep::Group => Some("-|_"),
            Keep::Free
            | Keep::Custom
            | Keep::Digits
            | Keep::Numbers
            | Keep::Date
            | Keep::Switch
            | Keep::Ascii
            | Keep::Times
            | Keep::Instant
            | Keep::Clock
            | Keep::Flag => None,
        }
    }

    fn plus_is_space(self) -> bool {
        matches!(
            self,
            Keep::Name
                | Keep::Address
                | Keep::Email
                | Keep::Province
                | Keep::Postal
                | Keep::AltPhone
                | Keep::Free
                | Keep::Custom
                | Keep::Moment
                | Keep::Remark
                | Keep::Alternates
                | Keep::Instant
        )
    }

    /// The text without what may not be in it.
    pub(super) fn clean(self, text: &str, charset: Charset) -> String {
        let besides = self.besides();
        // The pattern of a class of letters fails as a whole on a text that is not UTF-8, and a failed one gives nothing.
        if charset == Charset::Utf8 && besides.is_some() && text.chars().any(|char| stray_byte(char).is_some()) {
            return String::new();
        }
        let mut kept = String::with_capacity(text.len());
        for char in text.chars() {
            let char = if char == '+' && self.plus_is_space() { ' ' } else { char };
            let is_kept = match (self, besides) {
                (_, Some(besides)) => charset.is_letter(char) || char.is_ascii_digit() || besides.contains(char),
                (Keep::Free, None) => !matches!(char, ';' | '#' | '"'),
                (Keep::Custom, None) => !matches!(char, ';' | '"'),
                (Keep::Numbers, None) => char.is_ascii_digit() || char == ',',
                (Keep::Ascii, None) => char.is_ascii_alphanumeric() || matches!(char, '-' | '_'),
                (Keep::Instant, None) => char.is_ascii_digit() || matches!(char, '-' | ' ' | ':' | '_'),
                (Keep::Clock, None) => char.is_ascii_digit() || char == ':',
                (Keep::Flag, None) => matches!(char, '1' | 'Y'),
                (Keep::Times, None) => char.is_ascii_digit() || matches!(char, '-' | '_'),
                (Keep::Date, None) => char.is_ascii_digit() || char == '-',
                (Keep::Switch, None) => char.is_ascii_uppercase(),
                (_, None) => char.is_ascii_digit(),
            };
            if is_kept {
                kept.push(char);
            }
        }
        if self == Keep::Custom && kept.ends_with('\\') {
            kept.pop();
        }
        kept
    }
}

/// What the database makes of a text between double quotes of a statement, or `None` if the statement breaks: a
/// backslash at the end swallows the closing quote.
pub(super) fn unescape(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            plain.push(char);
            continue;
        }
        match chars.next()? {
            '0' => plain.push('\0'),
            'b' => plain.push('\u{8}'),
            'n' => plain.push('\n'),
            'r' => plain.push('\r'),
            't' => plain.push('\t'),
            'Z' => plain.push('\u{1a}'),
            wildcard @ ('%' | '_') => plain.extend(['\\', wildcard]),
            other => plain.push(other),
        }
    }
    Some(plain)
}

/// Whether a text between single quotes breaks the statement that it stands in: an apostrophe on its own ends the text, and
/// a backslash at the end swallows the closing quote. Doubled and escaped ones do not.
pub(super) fn breaks_a_statement(text: &str) -> bool {
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let is_bad = match char {
            '\\' => chars.next().is_none(),
            '\'' => chars.next_if_eq(&'\'').is_none(),
            _ => false,
        };
        if is_bad {
            return true;
        }
    }
    false
}

/// Whether the database takes two texts for the same: case, accents and spaces at the end do not count.
pub(super) fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.trim_end_matches(' '), right.trim_end_matches(' '));
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left == right || fold(left) == fold(right)
}

/// A form of a text that two texts share if and only if the database takes them for the same.
pub(super) fn fold(text: &str) -> String {
    let text = text.trim_end_matches(' ');
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let bare = text.nfd().filter(|char| !is_combining_mark(*char));
    bare.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_as_the_two_kinds_of_server_keep_them() {
        let western = Charset::Western.decode("Łukasz".as_bytes());
        assert_eq!(western, "Å\u{81}ukasz");
        assert_eq!(Charset::Western.encode(&western), "Łukasz".as_bytes());
        assert_eq!(Keep::Name.clean(&western, Charset::Western), "ukasz");
        assert_eq!(Keep::Name.clean("Łukasz", Charset::Utf8), "Łukasz");
        let stray = Charset::Utf8.decode(b"\xff\xfe bad");
        assert_eq!(stored(&stray), "?? bad");
        assert_eq!(Charset::Utf8.encode(&stray), b"\xff\xfe bad");
        assert_eq!(Keep::Name.clean(&stray, Charset::Utf8), "");
        assert_eq!(Keep::Name.clean("हिन्दी", Charset::Utf8), "हनद");
        assert_eq!(stored("a 😀"), "a ????");
    }

    #[test]
    fn backslashes_are_read_as_the_database_reads_them() {
        assert_eq!(unescape(r"C:\new\t"), Some("C:\new\t".to_owned()));
        assert_eq!(unescape(r"mid\slash"), Some("midslash".to_owned()));
        assert_eq!(unescape(r"end\"), None);
        assert_eq!(unescape(r"end\\"), Some(r"end\".to_owned()));
    }
}
