//! Expressions inside of `${..}`: minijinja's, without statements, without anything outside of the values that they name.
//!
//! Everything that can be wrong with an expression itself is found when the file is read, by [`super::formula_scan`]. What depends on a value comes out as a
//! reason. Fuel bounds the work of one expression.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use minijinja::machinery::parse_expr;
use minijinja::value::{Enumerator, Object, ObjectRepr, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Expression, UndefinedBehavior};

use crate::diag::Code;
use crate::model::Value;

use super::formula_scan::{Scan, syntax, transforms};
use super::source;
use super::template::{Mistake, Name};
use super::transform_named::{self, Wrong};

/// The longest expression, in bytes: nesting is bounded by it.
const BYTES_MAX: usize = 1000;
/// Steps of one expression; 64 bytes of text count as one.
const FUEL: u64 = 20_000;
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
                let scan = Scan::of(source, offset);
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
