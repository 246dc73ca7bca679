//! Texts with `${..}` in them: names and expressions that are replaced by facts of a call, or by fields of a contact.
//!
//! A text is cut into pieces once, when the file is read. A piece that is a name alone is looked up; everything else is a [`Formula`].
//! Which names there are is not decided here: whoever reads a text asks [`Template::names`]. What a name stands for is data and is never
//! read as a template. `$${` stands for the characters `${`.

use std::ops::Range;

use crate::diag::Code;
use crate::model::Value;

use super::formula::Formula;
use super::source;

/// A text with names and expressions.
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Name(Name),
    Formula(Formula),
}

/// A name in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    /// Bytes of the whole text.
    pub(super) place: Range<usize>,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) code: Code,
    /// Bytes of the whole text.
    pub(super) place: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let mut parts = Vec::new();
        let mut mistakes = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(start) = text[at..].find("${").map(|start| at + start) {
            let before = &text[at..start];
            if let Some(before) = before.strip_suffix('$') {
                plain.push_str(before);
                plain.push_str("${");
                at = start + 2;
                continue;
            }
            plain.push_str(before);
            let Some(end) = closing(&text[start + 2..]).map(|end| start + 2 + end) else {
                mistakes.push(Mistake {
                    code: Code::BadTemplate,
                    place: start..text.len(),
                    message: "a `${` has no `}`".to_owned(),
                    help: "write `${name}`, or `$${` for the characters themselves".to_owned(),
                });
                return Err(mistakes);
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            match piece(&text[start + 2..end], start + 2) {
                Ok(part) => parts.push(part),
                Err(found) => mistakes.extend(found),
            }
            at = end + 1;
        }
        plain.push_str(&text[at..]);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        if mistakes.is_empty() { Ok(Self(parts)) } else { Err(mistakes) }
    }

    /// The names in it, in the order of the text.
    pub(super) fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().flat_map(|part| match part {
            Part::Text(_) => &[],
            Part::Name(name) => std::slice::from_ref(name),
            Part::Formula(formula) => formula.names(),
        })
    }

    /// Its value, given what the names stand for: a piece alone keeps its type, all else is text.
    ///
    /// # Errors
    /// Why an expression cannot be worked out, in a sentence.
    pub(super) fn work_out(&self, value: &dyn Fn(&str) -> Value) -> Result<Value, String> {
        match self.0.as_slice() {
            [Part::Name(name)] => Ok(value(&name.text)),
            [Part::Formula(formula)] => formula.value(value),
            _ => self.spell(value).map(Value::Text),
        }
    }

    /// The same as text. A blank is an empty text, several values are joined by commas.
    ///
    /// # Errors
    /// Why an expression cannot be worked out, in a sentence.
    pub(super) fn spell(&self, value: &dyn Fn(&str) -> Value) -> Result<String, String> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Name(name) => filled.push_str(&source::text(&value(&name.text))),
                Part::Formula(formula) => filled.push_str(&source::text(&formula.value(value)?)),
            }
        }
        Ok(filled)
    }

    /// Whether nothing that it names says anything, and it does not say itself what becomes of a blank: then the text around says nothing
    /// either. A text without names always says something.
    pub(super) fn is_blank(&self, value: &dyn Fn(&str) -> Value) -> bool {
        let mut names = self.names().peekable();
        let minds = self.0.iter().any(|part| matches!(part, Part::Formula(formula) if formula.minds_blanks()));
        names.peek().is_some() && !minds && names.all(|name| value(&name.text).is_blank())
    }
}

/// Where the `}` is that belongs to a `${` just before: braces inside of it, and in texts in quotes, are passed over.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

/// What stands between `${` and `}`; `offset` is where it begins.
fn piece(inner: &str, offset: usize) -> Result<Part, Vec<Mistake>> {
    let name = inner.trim();
    let start = offset + inner.find(name).unwrap_or_default();
    let place = start..start + name.len();
    if name.is_empty() {
        return Err(vec![Mistake {
            code: Code::BadTemplate,
            place: offset - 2..offset + inner.len() + 1,
            message: "nothing stands between `${` and `}`".to_owned(),
            help: "write a name there, as in `${status}`, or `$${` for the characters themselves".to_owned(),
        }]);
    }
    if is_name(name) {
        return Ok(Part::Name(Name { text: name.to_owned(), place }));
    }
    Formula::parse(name, start).map(Part::Formula)
}

/// A name alone needs no engine: letters, digits, `_`, and dots between them, as connectors may name fields.
fn is_name(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let is_constant = ["true", "false", "none", "True", "False", "None"].contains(&text) || text.parse::<f64>().is_ok();
    !is_constant && text.split('.').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Value {
        match name {
            "first" => Value::Text("Ann".to_owned()),
            "trap" => Value::Text("${first} {{ 7*7 }} {% raw %}".to_owned()),
            "tags" => Value::List(vec![Value::Text("a".to_owned()), Value::Null, Value::Text("b".to_owned())]),
            "count" => Value::Int(3),
            "flag" => Value::Bool(true),
            _ => Value::Null,
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let template = Template::parse(text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"));
        assert_eq!(template.spell(&value).as_deref(), Ok(expected), "{text}");
    }

    #[track_caller]
    fn mistakes(text: &str) -> Vec<(Code, &str)> {
        let mistakes = Template::parse(text).err().unwrap_or_default();
        mistakes.into_iter().map(|mistake| (mistake.code, &text[mistake.place])).collect()
    }

    #[test]
    fn texts_names_and_expressions() {
        check("", "");
        check("plain", "plain");
        check("Hi ${first}!", "Hi Ann!");
        check("$${first} costs $5 $", "${first} costs $5 $");
        check("${ first | upper }${none_such}", "ANN");
        check("${tags}; ${tags | join('/')}; ${tags ~ '.'}", "a, b; a/b; a, b.");
        check("${count + 1} ${count > 2} ${flag}", "4 true true");
        check("${\"}{\" ~ '\\'}'} ${ {'a': 1}['a'] }", "}{'} 1");
        check("${'yes' if flag else 'no'}", "yes");
        check("${nobody | default('friend')}", "friend");
        check("${first if nobody}", "");
    }

    #[test]
    fn what_a_name_stands_for_is_never_read_as_a_template() {
        check("${trap}", "${first} {{ 7*7 }} {% raw %}");
        check("${trap ~ ''}", "${first} {{ 7*7 }} {% raw %}");
        check("${trap | upper}", "${FIRST} {{ 7*7 }} {% RAW %}");
        check("{{ first }} {% if %}", "{{ first }} {% if %}");
    }

    #[test]
    fn a_piece_alone_keeps_its_type() {
        let fill = |text: &str| Template::parse(text).map(|template| template.work_out(&value)).unwrap_or_else(|found| panic!("{found:?}"));
        assert_eq!(fill("${count}"), Ok(Value::Int(3)));
        assert_eq!(fill("${count * 2}"), Ok(Value::Int(6)));
        assert_eq!(fill("${count / 2}"), Ok(Value::Text("1.5".to_owned())));
        assert_eq!(fill("${not flag}"), Ok(Value::Bool(false)));
        assert_eq!(fill("${none}"), Ok(Value::Null));
        assert_eq!(fill("${tags | list}"), Ok(Value::List(vec![Value::Text("a".to_owned()), Value::Text("b".to_owned())])));
        assert_eq!(fill("${count} "), Ok(Value::Text("3 ".to_owned())));
    }

    #[test]
    fn names_have_their_places() {
        let text = "é ${ first } ${last | upper ~ (tags if flag else '${not_this}')}";
        let template = Template::parse(text).unwrap_or_else(|found| panic!("{found:?}"));
        let names: Vec<(&str, &str)> = template.names().map(|name| (name.text.as_str(), &text[name.place.clone()])).collect();
        assert_eq!(names, [("first", "first"), ("last", "last"), ("tags", "tags"), ("flag", "flag")]);
        assert!(!template.is_blank(&|_| Value::Null), "it says itself what a blank is");
        let template = Template::parse("Dear ${a} ${b | upper}").unwrap_or_else(|found| panic!("{found:?}"));
        assert!(template.is_blank(&|_| Value::Text(" ".to_owned())));
        assert!(!template.is_blank(&|name| if name == "b" { Value::Int(0) } else { Value::Null }));
        assert!(Template::parse("Dear").is_ok_and(|template| !template.is_blank(&|_| Value::Null)));
    }

    #[test]
    fn mistakes_stand_at_their_characters() {
        assert_eq!(mistakes("ab ${first"), [(Code::BadTemplate, "${first")]);
        assert_eq!(mistakes("ab ${ } c"), [(Code::BadTemplate, "${ }")]);
        assert_eq!(mistakes("é ${first +} c"), [(Code::BadTemplate, "+")]);
        assert_eq!(mistakes("${first + * 2}"), [(Code::BadTemplate, "*")]);
        assert_eq!(mistakes("${first last}"), [(Code::BadTemplate, "last")]);
        assert_eq!(mistakes("${first ? 'a' : 'b'}"), [(Code::BadTemplate, "?")]);
        assert_eq!(mistakes("${first | shout | lower}"), [(Code::UnknownFilter, "shout")]);
        assert_eq!(mistakes("${first is lout}"), [(Code::UnknownFilter, "lout")]);
        assert_eq!(mistakes("${now()} ${shout(first)}"), [(Code::UnknownFilter, "now"), (Code::UnknownFilter, "shout")]);
        assert_eq!(mistakes("${first.upper()}"), [(Code::UnknownFilter, "upper")]);
        assert_eq!(mistakes("${first | truncate}"), [(Code::UnknownFilter, "truncate")]);
        assert_eq!(mistakes("${first | truncate('x')}"), [(Code::BadValue, "truncate('x')")]);
        assert_eq!(mistakes("${first | truncate(count)}"), [(Code::UnknownFilter, "truncate(count)")]);
        assert_eq!(mistakes("${first | upper('x')}"), [(Code::UnknownFilter, "upper('x')")]);
        assert_eq!(mistakes("${first | phone_digits('XX')}"), [(Code::BadRegion, "phone_digits('XX')")]);
        assert_eq!(mistakes("${first | replace('a')}"), [(Code::BadTemplate, "first | replace('a')")]);
    }

    #[test]
    fn what_takes_too_long_or_makes_no_sense_gives_a_reason() {
        let text = |text: &str| Template::parse(text).map(|template| template.spell(&value)).unwrap_or_else(|found| panic!("{found:?}"));
        assert!(text("${first * 100000000}").is_err_and(|why| why.contains("too much")));
        assert!(text("${first - 1}").is_err());
        assert!(text("${first | int}").is_err());
        assert!(text("${ {'a': first} }").is_err());
        assert!(mistakes(&format!("${{{}first}}", "not ".repeat(400))).len() == 1);
    }
}
