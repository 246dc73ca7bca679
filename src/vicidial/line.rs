//! One line of an API answer: its word, its message, its data. Knows the separators, not what any message means.
//!
//! The API prints `SUCCESS: …`, `ERROR: …` and `NOTICE: …` lines, several to one answer, with ` - ` or `: ` between the
//! message and the data. Data may hold names, phones and even the password; so messages and data are kept apart from here on.

use std::borrow::Cow;

/// The first word of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Something was done.
    Success,
    /// Something was turned down.
    Error,
    /// Something else: a part that was or was not done, or a remark.
    Notice,
}

/// A line of that form.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// Its word.
    pub word: Word,
    /// The message without the data: `add_lead PHONE NUMBER IN DNC`.
    pub message: String,
    /// The data, cut at pipes. May hold people and secrets: never shown.
    pub data: Vec<String>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}: {} (+{} data)", self.word, self.message, self.data.len())
    }
}

impl Line {
    /// Reads one line; `None` where it is none of ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (word, rest) = [("SUCCESS: ", Word::Success), ("ERROR: ", Word::Error), ("NOTICE: ", Word::Notice)]
            .into_iter()
            .find_map(|(prefix, word)| text.strip_prefix(prefix).map(|rest| (word, rest)))?;
        let cuts = [" - ", ": "].into_iter().filter_map(|separator| rest.split_once(separator));
        let (message, data) = cuts.min_by_key(|(message, _)| message.len()).unwrap_or((rest.trim_end_matches(['\r', ':']), ""));
        let data = data.strip_prefix('|').unwrap_or(data);
        Some(Self {
            word,
            message: message.trim_end().to_owned(),
            data: data.trim_end_matches('\r').split('|').map(str::to_owned).collect(),
        })
    }

    /// Whether the line speaks for this function, or for the API as a whole.
    #[must_use]
    pub fn is_of(&self, function: &str) -> bool {
        let first = self.message.split(' ').next().unwrap_or("");
        // `call_dispo_report` names the wrong function when a right is missing.
        first == function || first == "auth" || (function == "call_dispo_report" && first == "call_status_stats") || self.is_general()
    }

    fn is_general(&self) -> bool {
        const GENERAL: [&str; 6] = [
            "Login incorrect",
            "Too many login attempts",
            "Your IP Address is not allowed",
            "Invalid Source",
            "NO FUNCTION SPECIFIED",
            "CUSTOM LIST FIELDS ARE NOT ENABLED",
        ];
        GENERAL.iter().any(|start| self.message.starts_with(start))
    }

    /// A piece of the data; empty where there is none.
    #[must_use]
    pub fn datum(&self, index: usize) -> &str {
        self.data.get(index).map_or("", String::as_str)
    }
}

/// Bytes as text: UTF-8, or else Latin-1, which every byte string is. A server with an old character set mixes both in one body.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
    }
}

/// Whether a body is a web page or PHP's own complaint rather than an answer of VICIdial's.
#[must_use]
pub fn is_html(text: &str) -> bool {
    let start: String =
        text.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']).chars().take(24).collect::<String>().to_ascii_lowercase();
    ["<!doctype", "<html", "<head", "<br />\n<b>", "<br />\r\n<b>", "<?xml", "fatal error:", "php fatal error:", "warning:  "]
        .iter()
        .any(|prefix| start.starts_with(prefix))
}

/// The title of a web page, short and plain, to tell an admin which page it was.
#[must_use]
pub fn page_title(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title>")? + "<title>".len();
    let to = from + lower.get(from..)?.find("</title>")?;
    let title: String =
        text.get(from..to)?.chars().filter(|letter| letter.is_alphanumeric() || " -.:/'".contains(*letter)).take(60).collect();
    let title = title.trim().to_owned();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, message: &str, data: &[&str]) {
        let line = Line::read(text).expect("a line");
        assert_eq!((line.message.as_str(), line.data.iter().map(String::as_str).collect::<Vec<_>>()), (message, data.to_vec()));
    }

    #[test]
    fn both_separators() {
        check(
            "SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|1|-5|apiuser",
            "add_lead LEAD HAS BEEN ADDED",
            &["7275550101", "1001", "1", "-5", "apiuser"],
        );
        check("ERROR: Login incorrect, please try again: |u|p|BAD|", "Login incorrect, please try again", &["u", "p", "BAD", ""]);
        check("ERROR: NO FUNCTION SPECIFIED", "NO FUNCTION SPECIFIED", &[""]);
        check(
            "SUCCESS: update_lead LEAD HAS BEEN DELETED 1|1 - u|1|1|1|1|",
            "update_lead LEAD HAS BEEN DELETED 1|1",
            &["u", "1", "1", "1", "1", ""],
        );
        assert_eq!(Line::read("1001|Sync list|CAMP1"), None);
    }

    #[test]
    fn debug_shows_no_data() {
        let line = Line::read("ERROR: Login incorrect, please try again: |u|hunter2|BAD|").expect("a line");
        assert!(!format!("{line:?}").contains("hunter2"));
    }
}
