//! What a call sets in the CRM, and what is logged of it.
//!
//! The first `[[disposition]]` rule that takes the call decides: by its status or that status's flags, its campaign, its direction. `[calls.always]`
//! is set by every call that has a result. A blank never goes out: what a call does not say is left as it is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::diag::Place;
use crate::model::{Activity, Call, Value};

use super::flags::{Flag, Flags, StatusFlags};
use super::template::Template;

/// What becomes of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disposed {
    /// Attributes to set, if the call is the lead's newest.
    pub set: BTreeMap<String, Value>,
    /// The attribute that counts it, whether newest or not.
    pub counter: Option<String>,
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
    /// Where the first rule by flag says so.
    pub(super) flag_place: Option<Place>,
    /// What is known of VICIdial's statuses; set when the mapping is put to work.
    pub(super) statuses: StatusFlags,
}

/// Which results a rule takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Results {
    /// `status`, in capitals.
    Statuses(BTreeSet<String>),
    /// `flag`: statuses with one of these.
    Flags(Flags),
    /// `any = true`.
    Any,
}

/// One rule of `[[disposition]]`.
#[derive(Debug, Clone)]
pub(super) struct DispositionRule {
    pub(super) results: Results,
    /// Campaigns and in-groups in capitals; `None` for all.
    pub(super) campaigns: Option<BTreeSet<String>>,
    /// Inbound calls only, or outbound ones; `None` for both.
    pub(super) is_inbound: Option<bool>,
    pub(super) set: BTreeMap<String, Setting>,
    /// The attribute that gets the number of the lead's calls that it took.
    pub(super) counter: Option<String>,
    pub(super) title: Option<Template>,
    pub(super) note: Option<Template>,
    pub(super) is_logged: bool,
    pub(super) is_answered: bool,
}

impl DispositionRule {
    /// Whether it takes a call. A status whose flags are not known has none.
    fn takes(&self, call: &Call, flags: Option<&Flags>) -> bool {
        let result = match &self.results {
            Results::Statuses(statuses) => statuses.contains(&call.status.to_uppercase()),
            Results::Flags(wanted) => flags.is_some_and(|flags| !flags.is_disjoint(wanted)),
            Results::Any => true,
        };
        result
            && self.is_inbound.is_none_or(|is_inbound| is_inbound == call.is_inbound)
            && self.campaigns.as_ref().is_none_or(|campaigns| campaigns.contains(&call.campaign.as_str().to_uppercase()))
    }
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
        let set = self.rules.iter().flat_map(|rule| rule.set.keys()).chain(self.always.keys()).cloned();
        set.chain(self.counters()).collect()
    }

    /// The attributes that count calls.
    pub(super) fn counters(&self) -> BTreeSet<String> {
        self.rules.iter().filter_map(|rule| rule.counter.clone()).collect()
    }

    /// The statuses that rules name.
    pub(super) fn named_statuses(&self) -> BTreeSet<String> {
        let named = self.rules.iter().filter_map(|rule| match &rule.results {
            Results::Statuses(statuses) => Some(statuses),
            Results::Flags(_) | Results::Any => None,
        });
        named.flatten().cloned().collect()
    }

    /// The flags that rules name.
    pub(super) fn named_flags(&self) -> BTreeSet<Flag> {
        let named = self.rules.iter().filter_map(|rule| match &rule.results {
            Results::Flags(flags) => Some(flags),
            Results::Statuses(_) | Results::Any => None,
        });
        named.flatten().copied().collect()
    }

    pub(super) fn dispose(&self, call: &Call, call_count: u64) -> Disposed {
        self.dispose_as(call, call_count, self.statuses.get(call.campaign.as_str(), &call.status))
    }

    /// The same of a call whose status has these flags.
    pub(super) fn dispose_as(&self, call: &Call, call_count: u64, flags: Option<&Flags>) -> Disposed {
        if self.is_transient(&call.status) {
            return Disposed::default();
        }
        let rule = self.rules.iter().find(|rule| rule.takes(call, flags));
        let own = rule.map(|rule| &rule.set).into_iter().flatten();
        let set = self.always.iter().chain(own).filter_map(|(name, setting)| {
            let value = setting.value(call, call_count);
            (!value.is_blank()).then(|| (name.clone(), value))
        });
        Disposed {
            set: set.collect(),
            counter: rule.and_then(|rule| rule.counter.clone()),
            activity: rule.filter(|rule| rule.is_logged).map(|rule| self.activity(call, call_count, rule)),
        }
    }

    fn activity(&self, call: &Call, call_count: u64, rule: &DispositionRule) -> Activity {
        Activity {
            key: call.key.clone(),
            title: rule.title.as_ref().unwrap_or(&self.title).text(call, call_count),
            note: rule.note.as_ref().unwrap_or(&self.note).text(call, call_count),
            status: call.status.clone(),
            is_answered: rule.is_answered,
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
