//! The facts of a call that texts may name: `${status}` and the others, and what a text says of a call.

use crate::model::{Call, Value};

use super::template::{Name, Template};

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

            /// The fact of that name.
            pub(super) fn from_name(name: &str) -> Option<Self> {
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
    /// What a call says of it.
    pub(super) fn value(self, call: &Call, call_count: u64) -> Value {
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

    /// Why its text of an older call changes later, if it does.
    pub(super) fn moves_on(self) -> Option<&'static str> {
        match self {
            Self::CallCount => Some("it grows with every later call"),
            // The export shows the lead's present list beside each of its calls.
            Self::List => Some("it changes for all calls of a lead that is moved"),
            Self::Status | Self::Agent | Self::CallStart | Self::CallEnd | Self::TalkSeconds | Self::Campaign | Self::LeadId => None,
        }
    }
}

fn number(number: u64) -> Value {
    i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Int)
}

/// Texts of calls. They were tried with made-up calls when the file was read; what cannot be worked out for a real one all the same sets nothing.
impl Template {
    /// The value for a call: `${call_count}` or another piece alone keeps its type, all else is text.
    pub(super) fn fill(&self, call: &Call, call_count: u64) -> Value {
        self.of_call(call, call_count).unwrap_or(Value::Null)
    }

    /// The same as text; the call's status where it cannot be worked out.
    pub(super) fn text(&self, call: &Call, call_count: u64) -> String {
        self.spell(&|name| fact(name, call, call_count)).unwrap_or_else(|_| call.status.clone())
    }

    /// The value for a call.
    ///
    /// # Errors
    /// Why it cannot be worked out, in a sentence.
    pub(super) fn of_call(&self, call: &Call, call_count: u64) -> Result<Value, String> {
        self.work_out(&|name| fact(name, call, call_count))
    }

    /// Why its text of an older call changes later, if it does: the variable, and the words.
    pub(super) fn moves_on(&self) -> Option<(&Name, &'static str)> {
        self.names().find_map(|name| Some((name, Variable::from_name(&name.text)?.moves_on()?)))
    }
}

/// What a name stands for.
pub(super) fn fact(name: &str, call: &Call, call_count: u64) -> Value {
    Variable::from_name(name).map_or(Value::Null, |variable| variable.value(call, call_count))
}
