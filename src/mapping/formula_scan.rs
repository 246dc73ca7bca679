//! What stands in an expression, and what of it is wrong: its syntax, its filters and tests, what stands in their brackets. It works nothing out.

use std::ops::Range;

use minijinja::machinery::{Token, parse_expr, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::template::{Mistake, Name};
use super::transform_named::{self, Wrong};
use crate::diag::{Code, suggest};

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

/// Our own steps that can be written as filters: those that are no tables. `join` is the engine's: it sees the values before they are one text.
pub(super) fn transforms() -> impl Iterator<Item = &'static str> {
    transform_named::names().filter(|name| *name != "join")
}

/// Where the syntax breaks: at the first piece after which nothing could follow that makes sense of it.
pub(super) fn syntax(source: &str) -> (Range<usize>, String) {
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
pub(super) struct Scan<'s> {
    source: &'s str,
    offset: usize,
    tokens: Vec<(Token<'s>, Range<usize>)>,
    /// The names that it uses, in the order of the text.
    pub(super) names: Vec<Name>,
    /// Whether it says itself what becomes of a blank.
    pub(super) minds_blanks: bool,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'s> Scan<'s> {
    /// Walks over an expression that begins at a byte of a text.
    pub(super) fn of(source: &'s str, offset: usize) -> Self {
        let tokens = tokenize(source, true, SyntaxConfig::default()).map_while(Result::ok);
        let tokens = tokens.map(|(token, span)| (token, span.start_offset as usize..span.end_offset as usize)).collect();
        let mut scan = Self { source, offset, tokens, names: Vec::new(), minds_blanks: false, mistakes: Vec::new() };
        scan.run();
        scan
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
                    let help = suggest::meant(word, TESTS).unwrap_or_else(|| format!("after `is` may stand: {}", TESTS.join(", ")));
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
            let help = suggest::meant(name, known()).unwrap_or_else(|| format!("there are: {}", known().join(", ")));
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
