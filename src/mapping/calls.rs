//! What a call sets in the CRM, and what is logged of it.
//!
//! The first `[[disposition]]` rule whose statuses include the call's decides. `[calls.always]` counts every call that has a result. A
//! blank never goes out: what a call does not say is left as it is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::{Activity, Call, Value};

use super::template::Template;

/// What becomes of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disposed {
    /// Attributes to set, if the call is the lead's newest.
    pub set: BTreeMap<String, Value>,
    /// The activity to log, whether newest or not.
    pub activity: Option<Activity>,
}

/// `[calls]`, `[[disposition]]` and `[users]`.
#[derive(Debug, Clone)]
pub(super) struct Calls {
    pub(super) go_live: Option<DateTime<Utc>>,
    pub(super) transient: BTreeSet<String>,
    pub(super) always: BTreeMap<String, Setting>,
    pub(super) rules: Vec<DispositionRule>,
    pub(super) title: Template,
    pub(super) note: Template,
    /// By user name in small letters: VICIdial's users do not tell capitals from small letters.
    pub(super) users: BTreeMap<String, String>,
    pub(super) user_default: Option<String>,
}

/// One rule of `[[disposition]]`.
#[derive(Debug, Clone)]
pub(super) struct DispositionRule {
    /// The statuses it takes; `None` for any.
    pub(super) statuses: Option<BTreeSet<String>>,
    pub(super) set: BTreeMap<String, Setting>,
    pub(super) is_logged: bool,
    pub(super) is_answered: bool,
}

/// What an attribute is set to.
#[derive(Debug, Clone)]
pub(super) enum Setting {
    Constant(Value),
    Filled(Template),
}

impl Calls {
    pub(super) fn is_transient(&self, status: &str) -> bool {
        status.trim().is_empty() || self.transient.contains(&status.to_uppercase())
    }

    pub(super) fn patch_names(&self) -> BTreeSet<String> {
        self.rules.iter().flat_map(|rule| rule.set.keys()).chain(self.always.keys()).cloned().collect()
    }

    pub(super) fn dispose(&self, call: &Call, call_count: u64) -> Disposed {
        if self.is_transient(&call.status) {
            return Disposed::default();
        }
        let status = call.status.to_uppercase();
        let rule = self.rules.iter().find(|rule| rule.statuses.as_ref().is_none_or(|statuses| statuses.contains(&status)));
        let own = rule.map(|rule| &rule.set).into_iter().flatten();
        let set = self.always.iter().chain(own).filter_map(|(name, setting)| {
            let value = setting.value(call, call_count);
            (!value.is_blank()).then(|| (name.clone(), value))
        });
        Disposed {
            set: set.collect(),
            activity: rule.filter(|rule| rule.is_logged).map(|rule| self.activity(call, call_count, rule.is_answered)),
        }
    }

    fn activity(&self, call: &Call, call_count: u64, is_answered: bool) -> Activity {
        Activity {
            key: call.key.clone(),
            title: self.title.text(call, call_count),
            note: self.note.text(call, call_count),
            status: call.status.clone(),
            is_answered,
            is_inbound: call.is_inbound,
            start: call.start,
            end: call.end.max(call.start),
            user: self.users.get(&call.user.to_lowercase()).or(self.user_default.as_ref()).cloned(),
            phone: call.phone.clone(),
        }
    }
}

impl Setting {
    fn value(&self, call: &Call, call_count: u64) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Filled(template) => template.fill(call, call_count),
        }
    }
}
