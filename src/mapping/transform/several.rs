//! A field's several values on their way through a pipeline: each step works on each value, `join` makes one of them.

use std::borrow::Cow;

use super::Transform;

/// Between several values that nobody joined.
const JOINT: &str = ", ";

/// One value, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mapping) enum Values<'v> {
    One(Cow<'v, str>),
    Several(Vec<Cow<'v, str>>),
}

impl<'v> Values<'v> {
    /// The values as one text; a blank among several is left out.
    pub(in crate::mapping) fn joined(self, joint: &str) -> Cow<'v, str> {
        let values = match self {
            Self::One(text) => return text,
            Self::Several(values) => values,
        };
        let mut filled = values.into_iter().filter(|text| !text.trim().is_empty());
        let Some(first) = filled.next() else { return Cow::Borrowed("") };
        filled.fold(first, |mut joined, text| {
            let whole = joined.to_mut();
            whole.push_str(joint);
            whole.push_str(&text);
            joined
        })
    }

    fn through(self, step: &'v Transform) -> Self {
        match (self, step) {
            (Self::Several(values), Transform::Join(joint)) => Self::One(Self::Several(values).joined(joint)),
            (Self::Several(values), step) => Self::Several(values.into_iter().map(|text| step.apply(text)).collect()),
            (Self::One(text), step) => Self::One(step.apply(text)),
        }
    }
}

/// All steps, from left to right; several values that are left are joined by commas. No value at all is one blank, so `default` says what it is.
pub(in crate::mapping) fn apply<'v>(transforms: &'v [Transform], values: Values<'v>) -> Cow<'v, str> {
    let values = match values {
        Values::Several(values) if values.is_empty() => Values::One(Cow::Borrowed("")),
        values => values,
    };
    transforms.iter().fold(values, Values::through).joined(JOINT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn several(values: &[&'static str]) -> Values<'static> {
        Values::Several(values.iter().map(|text| Cow::Borrowed(*text)).collect())
    }

    #[test]
    fn each_step_works_on_each_value() {
        let steps = [Transform::Trim, Transform::Upper];
        assert_eq!(apply(&steps, several(&[" a", "b "])), "A, B");
        assert_eq!(apply(&[], several(&["a", " ", "b"])), "a, b");
        let one = [Transform::Truncate(2), Transform::Join(" | ".to_owned()), Transform::Truncate(6)];
        assert_eq!(apply(&one, several(&["abc", "def", "ghi"])), "ab | d");
        assert_eq!(apply(&one, Values::One("abc".into())), "ab");
        let default = [Transform::Default("none".to_owned())];
        assert_eq!(apply(&default, several(&[])), "none");
        assert_eq!(apply(&default, several(&["a", ""])), "a, none");
        assert_eq!(apply(&[], several(&[])), "");
    }
}
