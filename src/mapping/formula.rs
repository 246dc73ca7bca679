//! Expressions inside of `${..}`: minijinja's, without statements, without anything outside of the values that they name.
//!
//! Everything that can be wrong with an expression itself is found when the file is read: its syntax, its filters and tests, what stands in
//! their brackets. What depends on a value comes out as a reason. Fuel bounds the work of one expression.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use minijinja::machinery::{Token, parse_expr, tokenize};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Object, ObjectRepr, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Expression, UndefinedBehavior};

use crate::diag::{Code, suggest};
use crate::model::Value;

use super::source;
use super::template::{Mistake, Name};
use super::transform_named::{self, Wrong};

/// The longest expression, in bytes: nesting is bounded by it.
const BYTES_MAX: usize = 1000;
/// Steps of one expression; 64 bytes of text count as one.
const FUEL: u64 = 20_000;
/// minijinja's own filters that an expression may use. None looks outside, none takes another filter's name.
const FILTERS: [&str; 22] = [
    "abs",
    "bool",
    "capitalize",
    "count",
    "first",
    "float",
    "int",
    "join",
    "last",
    "length",
    "list",
    "max",
    "min",
    "replace",
    "reverse",
    "round",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "unique",
];
/// Tests after `is`; `blank` and `set` are ours.
const TESTS: [&str; 18] = [
    "blank",
    "divisibleby",
    "endingwith",
    "even",
    "false",
    "float",
    "in",
    "integer",
    "lower",
    "none",
    "number",
    "odd",
    "sequence",
    "set",
    "startingwith",
    "string",
    "true",
    "upper",
];
const WORDS: [&str; 13] = ["and", "or", "not", "if", "else", "in", "is", "true", "false", "none", "True", "False", "None"];

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    for name in transforms() {
        engine.add_filter(name, move |value: minijinja::Value, arguments: Rest<minijinja::Value>| turn(name, &value, &arguments));
    }
    engine.add_test("blank", |value: minijinja::Value| value_of(&value).is_ok_and(|value| value.is_blank()));
    engine.add_test("set", |value: minijinja::Value| value_of(&value).is_ok_and(|value| !value.is_blank()));
    engine
});

/// Our own steps that can be written as filters: those that are no tables. `join` is the engine's: it sees the values before they are one text.
fn transforms() -> impl Iterator<Item = &'static str> {
    transform_named::names().filter(|name| *name != "join")
}

/// An expression that was compiled.
#[derive(Clone)]
pub(super) struct Formula {
    source: String,
    names: Vec<Name>,
    minds_blanks: bool,
    compiled: Arc<Expression<'static, 'static>>,
}

impl fmt::Debug for Formula {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Formula").field(&self.source).finish()
    }
}

impl Formula {
    /// Reads an expression that begins at a byte of a text.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(super) fn parse(source: &str, offset: usize) -> Result<Self, Vec<Mistake>> {
        let mistake = |place: Range<usize>, message: String, help: &str| {
            let place = place.start + offset..place.end + offset;
            Mistake { code: Code::BadTemplate, place, message, help: help.to_owned() }
        };
        let whole = 0..source.len();
        if source.len() > BYTES_MAX {
            let message = format!("this expression has more than {BYTES_MAX} characters");
            return Err(vec![mistake(whole, message, "split it into several `${..}`")]);
        }
        let (place, message) = match parse_expr(source) {
            Ok(_) => {
                let mut scan = Scan::of(source, offset);
                scan.run();
                if !scan.mistakes.is_empty() {
                    return Err(scan.mistakes);
                }
                match ENGINE.compile_expression_owned(source.to_owned()) {
                    Ok(compiled) => {
                        let (names, minds_blanks) = (scan.names, scan.minds_blanks);
                        let formula = Self { source: source.to_owned(), names, minds_blanks, compiled: Arc::new(compiled) };
                        match formula.certain_trouble() {
                            None => return Ok(formula),
                            Some(why) => (whole, format!("this expression never works: {why}")),
                        }
                    }
                    Err(error) => (whole, format!("this is no expression: {}", reason(&error))),
                }
            }
            Err(_) => syntax(source),
        };
        Err(vec![mistake(place, message, "write it as in `${firstName ~ \" \" ~ lastName | upper}`; texts inside stand in quotes")])
    }

    /// The names that it uses, in the order of the text.
    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }

    /// Whether it says itself what becomes of a blank: by `default`, `if`, `or`, `not` or `is`.
    pub(super) fn minds_blanks(&self) -> bool {
        self.minds_blanks
    }

    /// Its value, given what the names stand for.
    ///
    /// # Errors
    /// Why it cannot be worked out, in a sentence.
    pub(super) fn value(&self, value: &dyn Fn(&str) -> Value) -> Result<Value, String> {
        let found = self.run(value).map_err(|error| format!("`{}`: {}", self.source, reason(&error)))?;
        value_of(&found).map_err(|why| format!("`{}`: {why}", self.source))
    }

    fn run(&self, value: &dyn Fn(&str) -> Value) -> Result<minijinja::Value, Error> {
        let given = self.names.iter().map(|name| (name.text.as_str(), engine_value(&value(&name.text))));
        let given = minijinja::Value::from_pairs(given);
        self.compiled.eval(given)
    }

    /// Trouble that no value can help: brackets with too much or too little in them.
    fn certain_trouble(&self) -> Option<String> {
        let error = self.run(&|_| Value::Text("1".to_owned())).err()?;
        let is_certain = matches!(
            error.kind(),
            ErrorKind::MissingArgument
                | ErrorKind::TooManyArguments
                | ErrorKind::UnknownFilter
                | ErrorKind::UnknownTest
                | ErrorKind::UnknownFunction
                | ErrorKind::UnknownMethod
        );
        is_certain.then(|| reason(&error))
    }
}

/// Where the syntax breaks: at the first piece after which nothing could follow that makes sense of it.
fn syntax(source: &str) -> (Range<usize>, String) {
    let mut last = 0..source.len();
    for token in tokenize(source, true, SyntaxConfig::default()) {
        let Ok((_, span)) = token else {
            // What is no piece of any expression: the character after the last good one.
            let rest = &source[if last == (0..source.len()) { 0 } else { last.end }..];
            let start = source.len() - rest.trim_start().len();
            let end = source[start..].chars().next().map_or(start, |letter| start + letter.len_utf8());
            return (start..end, format!("`{}` cannot stand in an expression", &source[start..end]));
        };
        let place = span.start_offset as usize..span.end_offset as usize;
        let is_going_on = match parse_expr(source.get(..place.end).unwrap_or(source)) {
            Ok(_) => true,
            Err(error) => error.detail().is_some_and(|detail| detail.contains("unexpected end of")),
        };
        if !is_going_on {
            let piece = source.get(place.clone()).unwrap_or_default();
            return (place, format!("`{piece}` cannot stand here"));
        }
        last = place;
    }
    let piece = source.get(last.clone()).unwrap_or_default();
    let message = format!("the expression ends too early: something is missing behind `{}`", piece.trim());
    (last, message)
}

/// A walk over the pieces of an expression whose syntax is right.
struct Scan<'s> {
    source: &'s str,
    offset: usize,
    tokens: Vec<(Token<'s>, Range<usize>)>,
    names: Vec<Name>,
    minds_blanks: bool,
    mistakes: Vec<Mistake>,
}

impl<'s> Scan<'s> {
    fn of(source: &'s str, offset: usize) -> Self {
        let tokens = tokenize(source, true, SyntaxConfig::default()).map_while(Result::ok);
        let tokens = tokens.map(|(token, span)| (token, span.start_offset as usize..span.end_offset as usize)).collect();
        Self { source, offset, tokens, names: Vec::new(), minds_blanks: false, mistakes: Vec::new() }
    }

    fn word(&self, at: Option<usize>) -> Option<&'s str> {
        match self.tokens.get(at?) {
            Some((Token::Ident(word), _)) => Some(word),
            Some(_) | None => None,
        }
    }

    fn is(&self, at: Option<usize>, wanted: impl Fn(&Token<'s>) -> bool) -> bool {
        at.and_then(|at| self.tokens.get(at)).is_some_and(|(token, _)| wanted(token))
    }

    fn run(&mut self) {
        for at in 0..self.tokens.len() {
            let (before, after) = (at.checked_sub(1), Some(at + 1));
            let is_called = self.is(after, |token| matches!(token, Token::ParenOpen));
            let Some(word) = self.word(Some(at)) else {
                let is_end =
                    |token: &Token<'_>| matches!(token, Token::ParenClose | Token::BracketClose | Token::Str(_) | Token::String(_));
                if is_called && self.is(Some(at), is_end) {
                    self.wrong(at..at + 1, "something is called here, and there is nothing to call".to_owned(), String::new());
                }
                continue;
            };
            let is_test = self.word(before) == Some("is")
                || (self.word(before) == Some("not") && self.word(before.and_then(|before| before.checked_sub(1))) == Some("is"));
            if self.is(before, |token| matches!(token, Token::Pipe)) {
                self.filter(at, word);
            } else if self.is(before, |token| matches!(token, Token::Dot)) {
                let message = format!("there is no `.{word}` here: values are texts, numbers and lists");
                self.wrong(
                    at..at + 1,
                    message,
                    format!("filters stand behind a bar, as in `firstName | {}`", similar(word).unwrap_or("upper")),
                );
            } else if is_test && word != "not" {
                if !TESTS.contains(&word) {
                    let help = suggest::closest(word, TESTS)
                        .map_or_else(|| format!("after `is` may stand: {}", TESTS.join(", ")), |word| format!("did you mean `{word}`?"));
                    self.wrong(at..at + 1, format!("there is no test `{word}`"), help);
                }
            } else if WORDS.contains(&word) {
                self.minds_blanks |= ["if", "or", "not", "is"].contains(&word);
            } else if is_called {
                let help = similar(word).map_or_else(
                    || "there are no functions; a field stands alone, as in `firstName`".to_owned(),
                    |name| format!("write it behind the value, as in `firstName | {name}`"),
                );
                self.wrong(at..at + 1, format!("there is no function `{word}`"), help);
            } else if !self.is(after, |token| matches!(token, Token::Assign)) {
                let place = self.tokens[at].1.clone();
                self.names.push(Name { text: word.to_owned(), place: place.start + self.offset..place.end + self.offset });
            }
        }
    }

    fn filter(&mut self, at: usize, name: &'s str) {
        if transforms().any(|known| known == name) {
            self.minds_blanks |= name == "default";
            let (end, argument) = self.argument(at);
            let made = match argument {
                // Another field in place of a blank is as good as a text.
                Argument::Never if name == "default" => Vec::new(),
                Argument::Never => transform_named::by_name(name, None).map_or_else(
                    |wrong| {
                        let message = format!("`{name}` takes one number or text, written there as it is");
                        wrong.into_iter().map(|wrong| Wrong { message: message.clone(), ..wrong }).collect()
                    },
                    |_| transform_named::by_name(name, Some(" ")).err().unwrap_or_default(),
                ),
                Argument::None => transform_named::by_name(name, None).err().unwrap_or_default(),
                Argument::Text(text) => transform_named::by_name(name, Some(&text)).err().unwrap_or_default(),
            };
            for Wrong { code, message, help, .. } in made {
                let message = message.replace("after a colon", "in brackets");
                let help = transform_named::bracketed(name, &help);
                let code = if code == Code::UnknownTransform { Code::UnknownFilter } else { code };
                self.wrong_as(code, at..end, message, help);
            }
        } else if !FILTERS.contains(&name) {
            let help = similar(name).map_or_else(|| format!("there are: {}", known().join(", ")), |word| format!("did you mean `{word}`?"));
            self.wrong(at..at + 1, format!("there is no filter `{name}`"), help);
        }
    }

    /// What stands in the brackets of a filter, and the piece after it.
    fn argument(&self, at: usize) -> (usize, Argument) {
        if !self.is(Some(at + 1), |token| matches!(token, Token::ParenOpen)) {
            return (at + 1, Argument::None);
        }
        let mut depth = 0_usize;
        let mut end = at + 1;
        for (token, _) in &self.tokens[at + 1..] {
            end += 1;
            match token {
                Token::ParenOpen => depth += 1,
                Token::ParenClose => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let inside: Vec<&Token<'_>> = self.tokens[at + 2..(end - 1).max(at + 2)].iter().map(|(token, _)| token).collect();
        let argument = match inside.as_slice() {
            [] => Argument::None,
            [Token::Str(text)] => Argument::Text((*text).to_owned()),
            [Token::String(text)] => Argument::Text(text.clone().into_string()),
            [Token::Int(number)] => Argument::Text(number.to_string()),
            _ => Argument::Never,
        };
        (end, argument)
    }

    fn wrong(&mut self, tokens: Range<usize>, message: String, help: String) {
        self.wrong_as(Code::UnknownFilter, tokens, message, help);
    }

    fn wrong_as(&mut self, code: Code, tokens: Range<usize>, message: String, help: String) {
        let start = self.tokens.get(tokens.start).map_or(0, |(_, place)| place.start);
        let end = self.tokens.get(tokens.end.saturating_sub(1)).map_or(self.source.len(), |(_, place)| place.end);
        self.mistakes.push(Mistake { code, place: start + self.offset..end + self.offset, message, help });
    }
}

/// What stands in a filter's brackets.
enum Argument {
    None,
    Text(String),
    /// Something that is known only when it is worked out.
    Never,
}

fn known() -> Vec<&'static str> {
    let mut known: Vec<&str> = transforms().chain(FILTERS).collect();
    known.sort_unstable();
    known
}

fn similar(name: &str) -> Option<&'static str> {
    suggest::closest(name, known())
}

/// One of our steps, as a filter. Of several values each is turned.
fn turn(name: &str, value: &minijinja::Value, arguments: &[minijinja::Value]) -> Result<minijinja::Value, Error> {
    if name == "default" && arguments.len() == 1 {
        let is_blank = value_of(value).is_ok_and(|value| value.is_blank());
        return Ok(if is_blank { arguments[0].clone() } else { value.clone() });
    }
    let argument = arguments.first().map(ToString::to_string);
    let transform =
        transform_named::by_name(name, argument.as_deref()).map_err(|wrong| Error::new(ErrorKind::InvalidOperation, reasons(&wrong)))?;
    let value = value_of(value).map_err(|why| Error::new(ErrorKind::InvalidOperation, why))?;
    let turned = match &value {
        Value::List(values) if !value.is_blank() => {
            Value::List(values.iter().map(|value| Value::Text(transform.apply(source::text(value).into()).into_owned())).collect())
        }
        _ => Value::Text(transform.apply(source::text(&value).into()).into_owned()),
    };
    Ok(engine_value(&turned))
}

fn reasons(wrong: &[Wrong]) -> String {
    wrong.iter().map(|wrong| wrong.message.as_str()).collect::<Vec<_>>().join(", ")
}

/// Several values, which as a text are joined by commas.
#[derive(Debug)]
struct Several(Vec<minijinja::Value>);

impl Object for Several {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &minijinja::Value) -> Option<minijinja::Value> {
        self.0.get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn render(self: &Arc<Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, value) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(out, "{comma}{value}")?;
        }
        Ok(())
    }
}

/// A value as the engine takes it. A blank is an empty text; blanks among several are left out.
fn engine_value(value: &Value) -> minijinja::Value {
    match value {
        value if value.is_blank() => minijinja::Value::from(""),
        Value::Null => minijinja::Value::from(""),
        Value::Bool(flag) => minijinja::Value::from(*flag),
        Value::Int(number) => minijinja::Value::from(*number),
        Value::Text(text) => minijinja::Value::from(text.as_str()),
        Value::List(values) => {
            minijinja::Value::from_object(Several(values.iter().filter(|value| !value.is_blank()).map(engine_value).collect()))
        }
    }
}

/// What the engine gives, as a value.
fn value_of(value: &minijinja::Value) -> Result<Value, String> {
    Ok(match value.kind() {
        ValueKind::Undefined | ValueKind::None => Value::Null,
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number => match value.as_i64().filter(|_| value.is_integer()) {
            Some(number) => Value::Int(number),
            None => Value::Text(value.to_string()),
        },
        ValueKind::String => Value::Text(value.as_str().unwrap_or_default().to_owned()),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|error| reason(&error))?;
            Value::List(items.map(|item| value_of(&item)).collect::<Result<_, _>>()?)
        }
        ValueKind::Map | ValueKind::Bytes | ValueKind::Plain | ValueKind::Invalid => {
            return Err("it gives something that is no text, number or list".to_owned());
        }
        _ => return Err("it gives something that is no text, number or list".to_owned()),
    })
}

/// The engine's reason, in a sentence without a full stop.
fn reason(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "it takes too much work".to_owned(),
        (ErrorKind::UndefinedError, _) => "it uses something that is not there, as the first of no values".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However deep an expression is nested, it is worked out or refused; nothing runs out of room.
    #[test]
    fn deep_expressions_do_no_harm() {
        let times = |piece: &str, end: &str| format!("{}{end}", piece.repeat((BYTES_MAX - end.len()) / piece.len()));
        let nested = |open: &str, close: &str| format!("{}a{}", open.repeat(490), close.repeat(490));
        let deep = [
            times("-", "a"),
            times("not ", "a"),
            times("a~", "a"),
            times("a**", "a"),
            times("a if ", "a"),
            times("a or ", "a"),
            times("a<", "a"),
            times("{'a':", "a"),
            format!("a{}", times("|upper", "")),
            format!("a{}", "[0]".repeat(300)),
            format!("a{}", " is set".repeat(130)),
            nested("(", ")"),
            nested("[", "]"),
            "x".repeat(BYTES_MAX + 1),
        ];
        for source in deep {
            match Formula::parse(&source, 0) {
                Ok(formula) => drop(formula.value(&|_| Value::Text("1".to_owned()))),
                Err(mistakes) => assert!(mistakes.iter().all(|mistake| source.get(mistake.place.clone()).is_some()), "{source}"),
            }
        }
    }
}
