//! The parameters of a request: query and form body, the query first.
//!
//! Decides which of two values counts and what is sent in place of a text. Values stay bytes until the server's character
//! set is known.

use super::text::{self, Charset, Keep};
use crate::emulator::http::Request;

/// The parameters of one request, decoded.
#[derive(Clone, Debug)]
pub(super) struct Params {
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    charset: Charset,
    /// Whether the query holds an apostrophe that is not percent-encoded.
    has_bare_apostrophe: bool,
}

impl Params {
    /// Reads a request's parameters. A body that is not a form has none.
    pub(super) fn read(request: &Request, charset: Charset) -> Self {
        let kind = request.header("content-type").unwrap_or_default();
        let form = if request.method == "POST" && kind.starts_with("application/x-www-form-urlencoded") {
            pairs(&request.body, charset)
        } else {
            Vec::new()
        };
        Params { query: pairs(request.query.as_bytes(), charset), form, charset, has_bare_apostrophe: request.query.contains('\'') }
    }

    /// A value as sent: the last of that name in the query, else the last in the body.
    pub(super) fn sent(&self, name: &str) -> Option<&str> {
        let last = |pairs: &'_ [(String, String)]| pairs.iter().rposition(|(key, _)| key == name);
        if let Some(place) = last(&self.query) {
            return Some(&self.query[place].1);
        }
        last(&self.form).map(|place| self.form[place].1.as_str())
    }

    /// A value without what may not be in it; empty if it was not sent.
    pub(super) fn clean(&self, name: &str, keep: Keep) -> String {
        keep.clean(self.sent(name).unwrap_or_default(), self.charset)
    }

    /// A switch: whether the value is the word.
    pub(super) fn is(&self, name: &str, word: &str) -> bool {
        self.clean(name, Keep::Switch) == word
    }

    /// Whether a parameter stands behind another one in the text of the request, which is how the script looks for custom
    /// fields: the first parameter of all is overlooked.
    pub(super) fn is_sent_after_another(&self, name: &str) -> bool {
        let pairs = self.query.iter().chain(&self.form);
        pairs.skip(1).any(|(key, _)| key == name)
    }

    /// All values of `name[]`.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let wanted = format!("{name}[]");
        let pairs = self.query.iter().chain(&self.form);
        let values = pairs.filter(|(key, _)| *key == wanted || *key == name);
        values.map(|(_, value)| value.clone()).collect()
    }

    /// Whether any parameter was sent as an array.
    pub(super) fn has_array(&self) -> bool {
        let mut pairs = self.query.iter().chain(&self.form);
        pairs.any(|(key, _)| key.contains('['))
    }

    /// Whether the statement that logs the request breaks: the last value of a form is pasted into it as it is, and of
    /// a query the text.
    pub(super) fn breaks_the_log(&self) -> bool {
        let is_last_bad = self.form.last().is_some_and(|(_, value)| text::breaks_a_statement(value));
        is_last_bad || self.has_bare_apostrophe
    }
}

fn pairs(text: &[u8], charset: Charset) -> Vec<(String, String)> {
    let parts = text.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    let decoded = parts.map(|part| {
        let split = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        let value = part.get(split + 1..).unwrap_or_default();
        let name = String::from_utf8_lossy(&unquote(&part[..split])).into_owned();
        (name, charset.decode(&unquote(value)))
    });
    decoded.collect()
}

fn unquote(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let quoted = match (first, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        rest = if quoted.is_some() { &after[2..] } else { after };
        bytes.push(quoted.unwrap_or(if *first == b'+' { b' ' } else { *first }));
    }
    bytes
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_wins_and_the_last_value_counts() {
        let request = Request {
            method: "POST".to_owned(),
            query: "a=1&b=x%2By+z".to_owned(),
            headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
            body: "a=2&c=3&c=O%27x".into(),
            ..Request::default()
        };
        let params = Params::read(&request, Charset::Utf8);
        assert_eq!(params.sent("a"), Some("1"));
        assert_eq!(params.sent("b"), Some("x+y z"));
        assert_eq!(params.sent("c"), Some("O'x"));
        assert!(params.breaks_the_log());
    }
}
