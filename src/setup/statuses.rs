//! Whether the statuses that a mapping names fit what is known of the VICIdial: those that leads leave with must not be dialed, and those that
//! calls are expected to end with should be there. Pure.

use std::collections::BTreeSet;

use crate::mapping::{Flag, Program, StatusFlags};
use crate::model::{CampaignId, FactName, FactValue, ServerFacts};

/// One thing that was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Whether it is as it should be.
    pub is_ok: bool,
    /// What was found.
    pub what: String,
    /// What to do.
    pub advice: Option<String>,
}

/// Compares a mapping's statuses with the campaigns of its lists, and with the statuses where they are known.
#[must_use]
pub fn statuses(program: &Program, facts: &ServerFacts) -> Vec<Compared> {
    let lists = program.lists();
    let campaigns: BTreeSet<CampaignId> = lists
        .iter()
        .filter_map(|list| match &facts.0.get(&FactName::ListCampaign(*list))?.value {
            FactValue::Text(campaign) => Some(CampaignId::from(campaign.as_str())),
            FactValue::Switch(_) | FactValue::Number(_) | FactValue::Words(_) => None,
        })
        .collect();
    let mut compared = Vec::new();
    let out = [("the leads of contacts that left", program.leaving().status.as_str()), ("opted-out people", program.opt_out_status())];
    for (who, status) in out {
        let dialed_by: Vec<&str> = campaigns
            .iter()
            .filter(|campaign| {
                let dialed = facts.words(&FactName::DialStatuses((*campaign).clone())).unwrap_or_default();
                dialed.iter().any(|other| other.eq_ignore_ascii_case(status))
            })
            .map(CampaignId::as_str)
            .collect();
        if !dialed_by.is_empty() {
            compared.push(Compared {
                is_ok: false,
                what: format!("campaign {} dials the status {status}, which {who} get: they would be called again", dialed_by.join(", ")),
                advice: Some(format!("take {status} out of the dial statuses of the campaign, or choose another status in the mapping")),
            });
        }
    }
    let known: BTreeSet<String> = facts
        .0
        .keys()
        .filter_map(|name| match name {
            FactName::Status(None, status) => Some(status.to_uppercase()),
            FactName::Status(Some(campaign), status) if campaigns.contains(campaign) => Some(status.to_uppercase()),
            _ => None,
        })
        .collect();
    compared.extend(flags(program, facts));
    if known.is_empty() {
        return compared;
    }
    let named = program.call_statuses().into_iter().chain(out.map(|(_, status)| status.to_uppercase()));
    let missing: BTreeSet<String> = named.filter(|status| !known.contains(status)).collect();
    if missing.is_empty() {
        compared.push(Compared { is_ok: true, what: "VICIdial has all statuses of the mapping".to_owned(), advice: None });
    } else {
        let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
        compared.push(Compared {
            is_ok: true,
            what: format!("VICIdial has no status {missing}: no call ends with it, and leads that get it show no name for it"),
            advice: Some("define it in VICIdial (Admin, System Statuses), or correct it in the mapping".to_owned()),
        });
    }
    compared
}

/// The flags that rules go by: without any every call would pass these rules by.
fn flags(program: &Program, facts: &ServerFacts) -> Option<Compared> {
    let wanted = program.call_flags();
    let known = StatusFlags::of(facts);
    if wanted.is_empty() {
        return None;
    }
    if known.is_empty() {
        return Some(Compared {
            is_ok: false,
            what: "the mapping has rules by flag, and the flags of VICIdial's statuses are not known".to_owned(),
            advice: Some("let the database account read vicidial_statuses and vicidial_campaign_statuses".to_owned()),
        });
    }
    let unused: Vec<&str> = wanted.into_iter().filter(|flag| !known.has(*flag)).map(Flag::name).collect();
    (!unused.is_empty()).then(|| Compared {
        is_ok: true,
        what: format!("no status in VICIdial has the flag {}: no call takes the rules for it", unused.join(", ")),
        advice: Some("set the flag in VICIdial (Admin, System Statuses), or write the rule by status".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::model::{FactSource, ListId};

    fn program() -> Program {
        let text = include_str!("../../mappings/rehearsal.toml");
        crate::mapping::parse("rehearsal.toml", text).expect("a mapping").0
    }

    fn facts(dialed: &str) -> ServerFacts {
        let mut facts = ServerFacts::default();
        let words: Vec<String> = dialed.split_whitespace().map(str::to_owned).collect();
        for list in program().lists() {
            facts.put(FactName::ListCampaign(list), "SALES", FactSource::Asked, DateTime::UNIX_EPOCH);
        }
        facts.put(FactName::ListCampaign(ListId(9)), "OTHER", FactSource::Asked, DateTime::UNIX_EPOCH);
        facts.put(FactName::DialStatuses("SALES".into()), words, FactSource::Asked, DateTime::UNIX_EPOCH);
        facts.put(FactName::DialStatuses("OTHER".into()), vec!["DNC".to_owned()], FactSource::Asked, DateTime::UNIX_EPOCH);
        facts
    }

    #[test]
    fn a_campaign_that_dials_who_left_is_wrong() {
        let program = program();
        assert_eq!(statuses(&program, &facts("NEW NA B")), []);
        let leaving = program.leaving().status.clone();
        let compared = statuses(&program, &facts(&format!("NEW {leaving}")));
        assert!(compared.len() == 1 && !compared[0].is_ok && compared[0].what.contains("campaign SALES dials"), "{compared:?}");
        let compared = statuses(&program, &facts(program.opt_out_status()));
        assert!(compared.len() == 1 && compared[0].what.contains("opted-out people"), "{compared:?}");
    }

    #[test]
    fn statuses_that_are_not_there_are_told_where_they_are_known() {
        let program = program();
        let mut facts = facts("NEW");
        for status in program.call_statuses() {
            facts.put(FactName::Status(None, status), Vec::new(), FactSource::Database, DateTime::UNIX_EPOCH);
        }
        let leaving = program.leaving().status.clone();
        let compared = statuses(&program, &facts);
        assert!(compared.len() == 1 && compared[0].is_ok && compared[0].what.contains(&leaving), "{compared:?}");
        for status in [leaving, program.opt_out_status().to_owned()] {
            facts.put(FactName::Status(Some("SALES".into()), status), Vec::new(), FactSource::Database, DateTime::UNIX_EPOCH);
        }
        assert_eq!(statuses(&program, &facts)[0].what, "VICIdial has all statuses of the mapping");
    }

    #[test]
    fn rules_by_flag_want_statuses_that_have_the_flag() {
        let text = include_str!("../../mappings/rehearsal.toml").replacen(
            "[[disposition]]",
            "[[disposition]]\nflag = \"sale\"\n[[disposition]]",
            1,
        );
        let program = crate::mapping::parse("rehearsal.toml", &text).expect("a mapping").0;
        let mut facts = ServerFacts::default();
        let told = flags(&program, &facts).expect("nothing is known");
        assert!(!told.is_ok && told.what.contains("are not known"), "{told:?}");
        let mut put = |status: &str, flag: &str| {
            facts.put(FactName::Status(None, status.to_owned()), vec![flag.to_owned()], FactSource::Database, DateTime::UNIX_EPOCH);
            flags(&program, &facts)
        };
        let told = put("NI", "not_interested").expect("no sale");
        assert!(told.is_ok && told.what.contains("the flag sale"), "{told:?}");
        assert_eq!(put("WON", "sale"), None);
        assert_eq!(flags(&self::program(), &ServerFacts::default()), None);
    }
}
