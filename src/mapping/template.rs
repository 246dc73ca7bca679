//! Texts with `${name}` in them: facts of a call put into what the CRM is given.
//!
//! Strict: a name that does not exist is found when the file is read. `$${` stands for the characters `${`.

use crate::model::{Call, Value};

macro_rules! variables {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// A fact of a call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Variable {
            $($(#[$doc])* $variant,)*
        }

        impl Variable {
            /// The names as they are written.
            pub(super) const NAMES: &'static [&'static str] = &[$($name,)*];

            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

variables! {
    /// The disposition.
    Status = "status";
    /// The agent's user name.
    Agent = "agent";
    /// Start, UTC, `YYYY-MM-DD HH:MM:SS`.
    CallStart = "call_start";
    /// End, the same way.
    CallEnd = "call_end";
    /// Calls of the lead so far, this one among them.
    CallCount = "call_count";
    /// Length in seconds.
    TalkSeconds = "talk_seconds";
    /// Campaign, or in-group.
    Campaign = "campaign";
    /// The list's number.
    List = "list";
    /// The lead's number.
    LeadId = "lead_id";
}

impl Variable {
    fn value(self, call: &Call, call_count: u64) -> Value {
        match self {
            Self::Status => Value::Text(call.status.clone()),
            Self::Agent => Value::Text(call.user.clone()),
            Self::CallStart => Value::Text(call.start.format("%Y-%m-%d %H:%M:%S").to_string()),
            Self::CallEnd => Value::Text(call.end.max(call.start).format("%Y-%m-%d %H:%M:%S").to_string()),
            Self::CallCount => number(call_count),
            Self::TalkSeconds => number(call.seconds),
            Self::Campaign => Value::Text(call.campaign.as_str().to_owned()),
            // Numbers by name only: CRMs keep them in text fields.
            Self::List => Value::Text(call.list_id.to_string()),
            Self::LeadId => Value::Text(call.lead_id.to_string()),
        }
    }
}

fn number(number: u64) -> Value {
    i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Int)
}

/// A text with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(Variable),
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadTemplate {
    /// `${` without `}`.
    Open,
    /// No variable of that name.
    Unknown(String),
}

impl Template {
    /// Reads a text.
    pub(super) fn parse(text: &str) -> Result<Self, BadTemplate> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, after) = (&rest[..start], &rest[start + 2..]);
            if let Some(before) = before.strip_suffix('$') {
                plain.push_str(before);
                plain.push_str("${");
                rest = after;
                continue;
            }
            plain.push_str(before);
            let (name, after) = after.split_once('}').ok_or(BadTemplate::Open)?;
            let variable = Variable::from_name(name.trim()).ok_or_else(|| BadTemplate::Unknown(name.trim().to_owned()))?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Variable(variable));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// Why its text of an older call changes later, if it does: the variable, and the words.
    pub(super) fn moves_on(&self) -> Option<(&'static str, &'static str)> {
        let has = |variable| self.0.contains(&Part::Variable(variable));
        if has(Variable::CallCount) {
            return Some(("call_count", "it grows with every later call"));
        }
        // The export shows the lead's present list beside each of its calls.
        has(Variable::List).then_some(("list", "it changes for all calls of a lead that is moved"))
    }

    /// The value for a call: `${call_count}` or `${talk_seconds}` alone is a number, all else is text.
    pub(super) fn fill(&self, call: &Call, call_count: u64) -> Value {
        if let [Part::Variable(variable)] = self.0.as_slice() {
            return variable.value(call, call_count);
        }
        Value::Text(self.text(call, call_count))
    }

    /// The same as text.
    pub(super) fn text(&self, call: &Call, call_count: u64) -> String {
        let filled = self.0.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Variable(variable) => variable.value(call, call_count).text().unwrap_or_default(),
        });
        filled.collect()
    }
}
