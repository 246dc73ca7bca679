//! Disposition rules, and statuses and flags in them, that no call reaches: earlier rules take all of their calls.
//!
//! Says so only where it is certain. Whether a status has a flag is known by the server alone, so that rules by flag and rules by status never take
//! from one another here. A rule for some campaigns, or for one direction, takes only those calls.

use std::collections::BTreeSet;

use crate::diag::{Code, Place, Sink};

use super::flags::Flag;

/// One thing that a rule takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A status, in capitals.
    Status(String),
    /// All statuses with that flag.
    Flag(Flag),
    /// All.
    Any,
}

impl What {
    pub(super) fn status(&self) -> Option<String> {
        match self {
            Self::Status(status) => Some(status.clone()),
            Self::Flag(_) | Self::Any => None,
        }
    }

    pub(super) fn flag(&self) -> Option<Flag> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Status(_) | Self::Any => None,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Status(status) => status,
            Self::Flag(flag) => flag.name(),
            Self::Any => "any",
        }
    }
}

/// A rule as this check sees it.
pub(super) struct Taken {
    pub(super) what: Vec<(What, Place)>,
    /// In capitals; `None` for all.
    pub(super) campaigns: Option<BTreeSet<String>>,
    pub(super) is_inbound: Option<bool>,
    pub(super) place: Place,
}

/// One thing that an earlier place takes, with the rule that it stands in.
struct Claim<'r> {
    rule: &'r Taken,
    what: &'r What,
    place: &'r Place,
}

impl Claim<'_> {
    /// Whether it takes all calls of that result, campaign (`None`: whatever campaign) and direction.
    fn takes(&self, what: &What, campaign: Option<&String>, is_inbound: bool) -> bool {
        (*self.what == What::Any || self.what == what)
            && self.rule.is_inbound.is_none_or(|own| own == is_inbound)
            && self.rule.campaigns.as_ref().is_none_or(|own| campaign.is_some_and(|campaign| own.contains(campaign)))
    }
}

/// Reports each rule, and each status or flag in one, that earlier places have taken.
pub(super) fn check(sink: &Sink, rules: &[Taken]) {
    let mut claims: Vec<Claim<'_>> = Vec::new();
    for rule in rules {
        let dead: Vec<_> = rule
            .what
            .iter()
            .enumerate()
            .filter_map(|(number, (what, place))| {
                let claim = taken(rule, what, &claims)?;
                // Within a rule a value may stand twice.
                Some((number, what, place, claim.place.clone(), *claim.what == What::Any))
            })
            .collect();
        let is_dead = !rule.what.is_empty() && dead.len() == rule.what.len();
        match dead.first() {
            Some((.., earlier, true)) if is_dead && dead.iter().all(|(.., is_any)| *is_any) => {
                let message = "this rule can never match: an earlier rule takes any status";
                sink.report(
                    sink.at(Code::NeverMatches, rule.place.clone(), message)
                        .and(earlier.clone(), "takes any status")
                        .help("put the rule with `any = true` last"),
                );
                continue;
            }
            _ => {}
        }
        for (_, what, place, earlier, _) in &dead {
            let message = match what {
                What::Status(_) | What::Flag(_) => format!("`{}` never gets here: it stands in an earlier place", what.name()),
                What::Any => "this rule can never match: earlier rules take any status".to_owned(),
            };
            sink.report(
                sink.at(Code::NeverMatches, (*place).clone(), message).and(earlier.clone(), "taken here").help("keep one of the two"),
            );
        }
        for (number, (what, place)) in rule.what.iter().enumerate() {
            let is_dead = dead.iter().any(|(dead, ..)| *dead == number);
            if let Some((_, first)) = rule.what[..number].iter().find(|(before, _)| before == what).filter(|_| !is_dead) {
                let message = format!("`{}` stands twice in this rule", what.name());
                sink.report(
                    sink.at(Code::NeverMatches, place.clone(), message).and(first.clone(), "here first").help("keep one of the two"),
                );
            }
        }
        claims.extend(rule.what.iter().map(|(what, place)| Claim { rule, what, place }));
    }
}

/// One of the claims that together take all calls of a rule with that result; `None` where some are left.
fn taken<'c, 'r>(rule: &Taken, what: &What, claims: &'c [Claim<'r>]) -> Option<&'c Claim<'r>> {
    let campaigns: Vec<Option<&String>> = match &rule.campaigns {
        Some(campaigns) => campaigns.iter().map(Some).collect(),
        None => vec![None],
    };
    let mut found = None;
    for campaign in campaigns {
        for is_inbound in [false, true].into_iter().filter(|way| rule.is_inbound.is_none_or(|own| own == *way)) {
            found = Some(claims.iter().find(|claim| claim.takes(what, campaign, is_inbound))?);
        }
    }
    found
}
