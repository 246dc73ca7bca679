//! The flags that VICIdial's statuses have, as far as the facts of a server know them.
//!
//! A campaign's own status goes before one of the system's. A status that only campaigns have is known for calls of in-groups too, where all
//! campaigns that have it agree, or all of the lists' campaigns: such a call bears the in-group's name, and the status of its agent's campaign.
//! VICIdial does not tell capitals from small letters in either.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FactName, FactValue, ServerFacts};

macro_rules! flags {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// A flag of a status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Flag {
            $($(#[$doc])* $variant,)*
        }

        impl Flag {
            /// All, by their words.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($name, Self::$variant),)*];

            /// Its word in a mapping, and VICIdial's own name of the column.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

flags! {
    /// A human answered.
    HumanAnswered = "human_answered";
    /// A sale.
    Sale = "sale";
    /// The person must not be called.
    Dnc = "dnc";
    /// The customer was reached.
    CustomerContact = "customer_contact";
    /// The customer does not want it.
    NotInterested = "not_interested";
    /// Nothing can be done with the number.
    Unworkable = "unworkable";
    /// A callback was agreed.
    ScheduledCallback = "scheduled_callback";
    /// Nothing is left to do.
    Completed = "completed";
    /// An answering machine.
    AnsweringMachine = "answering_machine";
}

/// The flags of one status.
pub type Flags = BTreeSet<Flag>;

/// The flags of all statuses that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusFlags {
    /// By status, both in capitals.
    of_campaigns: BTreeMap<String, BTreeMap<String, Flags>>,
    of_system: BTreeMap<String, Flags>,
    /// The campaigns of lists, in capitals.
    homes: BTreeSet<String>,
}

impl StatusFlags {
    /// What the facts of a server say.
    #[must_use]
    pub fn of(facts: &ServerFacts) -> Self {
        let mut known = Self::default();
        for (name, fact) in &facts.0 {
            if let (FactName::Status(campaign, status), FactValue::Words(words)) = (name, &fact.value) {
                let flags = Flag::ALL.iter().filter(|(word, _)| words.iter().any(|own| own == word)).map(|(_, flag)| *flag);
                known.put(campaign.as_ref().map(|campaign| campaign.as_str()), status, flags);
            }
            if let (FactName::ListCampaign(_), FactValue::Text(campaign)) = (name, &fact.value) {
                known.homes.insert(campaign.to_uppercase());
            }
        }
        known
    }

    /// Adds a status of a campaign, or of the system.
    pub fn put(&mut self, campaign: Option<&str>, status: &str, flags: impl IntoIterator<Item = Flag>) {
        let (status, flags) = (status.to_uppercase(), flags.into_iter().collect());
        match campaign {
            Some(campaign) => self.of_campaigns.entry(status).or_default().insert(campaign.to_uppercase(), flags),
            None => self.of_system.insert(status, flags),
        };
    }

    /// Whether no status is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of_system.is_empty() && self.of_campaigns.is_empty()
    }

    /// Whether some status has the flag.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.of_campaigns.values().flat_map(BTreeMap::values).chain(self.of_system.values()).any(|flags| flags.contains(&flag))
    }

    /// A flag of a lead's status that ends its dialing for good, or makes it wait for a callback; whichever campaign has it.
    #[must_use]
    pub fn final_flag(&self, status: &str) -> Option<Flag> {
        let status = status.to_uppercase();
        let own = self.of_campaigns.get(&status).into_iter().flat_map(BTreeMap::values);
        let all: Vec<&Flags> = own.chain(self.of_system.get(&status)).collect();
        [Flag::Dnc, Flag::ScheduledCallback, Flag::Sale, Flag::Completed]
            .into_iter()
            .find(|flag| all.iter().any(|flags| flags.contains(flag)))
    }

    /// The flags of a call's status; `None` where they are not known.
    #[must_use]
    pub fn get(&self, campaign: &str, status: &str) -> Option<&Flags> {
        let status = status.to_uppercase();
        let own = self.of_campaigns.get(&status);
        own.and_then(|own| own.get(&campaign.to_uppercase())).or_else(|| self.of_system.get(&status)).or_else(|| {
            let own = own?;
            let of_homes = own.iter().filter(|(campaign, _)| self.homes.contains(*campaign)).map(|(_, flags)| flags);
            agreed(of_homes).or_else(|| agreed(own.values()))
        })
    }
}

/// The flags that all of them are.
fn agreed<'f>(mut all: impl Iterator<Item = &'f Flags>) -> Option<&'f Flags> {
    let first = all.next()?;
    all.all(|flags| flags == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use crate::model::{FactSource, ListId};

    use super::*;

    #[test]
    fn of_an_in_groups_calls_the_lists_campaigns_tell_first() {
        let mut facts = ServerFacts::default();
        let mut put = |name, value: FactValue| facts.put(name, value, FactSource::Database, DateTime::UNIX_EPOCH);
        put(FactName::Status(Some("SALES".into()), "STOP".to_owned()), vec!["dnc".to_owned()].into());
        put(FactName::Status(Some("OTHER".into()), "STOP".to_owned()), Vec::new().into());
        assert_eq!(StatusFlags::of(&facts).get("INGROUP", "STOP"), None);
        facts.put(FactName::ListCampaign(ListId(1001)), "sales", FactSource::Asked, DateTime::UNIX_EPOCH);
        let known = StatusFlags::of(&facts);
        assert_eq!(known.get("INGROUP", "STOP"), Some(&Flags::from([Flag::Dnc])));
        assert_eq!(known.get("OTHER", "STOP"), Some(&Flags::new()));
    }

    #[test]
    fn a_campaigns_status_goes_before_the_systems() {
        let mut known = StatusFlags::default();
        assert!(known.is_empty() && known.get("SALES", "SALE").is_none());
        known.put(None, "SALE", [Flag::Sale]);
        known.put(Some("sales"), "sale", []);
        known.put(Some("A"), "OWN", [Flag::Dnc]);
        known.put(Some("B"), "OWN", [Flag::Dnc]);
        known.put(Some("A"), "SPLIT", [Flag::Dnc]);
        known.put(Some("B"), "SPLIT", []);
        let flags = |campaign, status| known.get(campaign, status).map(|flags| flags.iter().copied().collect::<Vec<_>>());
        assert_eq!(flags("Sales", "Sale"), Some(vec![]));
        assert_eq!(flags("OTHER", "sale"), Some(vec![Flag::Sale]));
        assert_eq!(flags("INGROUP", "own"), Some(vec![Flag::Dnc]));
        assert_eq!(flags("INGROUP", "SPLIT"), None);
        assert_eq!(flags("B", "SPLIT"), Some(vec![]));
        assert!(known.has(Flag::Dnc) && !known.has(Flag::Completed));
    }
}
