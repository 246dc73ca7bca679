//! Rules that can never match: taken by an earlier rule, or against themselves.
//!
//! Says so only where it is certain; two rules that merely overlap are the admin's business.

use crate::diag::{Code, Place, Sink};

use super::condition::Conditions;

/// A rule as this check sees it.
pub(super) struct Placed<'c> {
    pub(super) when: &'c Conditions,
    pub(super) place: Place,
}

/// A disposition rule as this check sees it.
pub(super) struct StatusRule {
    /// The statuses with their places; `None` for any.
    pub(super) statuses: Option<Vec<(String, Place)>>,
    pub(super) place: Place,
}

/// Reports each list rule that no contact reaches.
pub(super) fn list_rules(sink: &Sink, filter: &Conditions, rules: &[Placed<'_>]) {
    for (number, rule) in rules.iter().enumerate() {
        let never = |message: String| sink.at(Code::NeverMatches, rule.place.clone(), message);
        if let Some((one, other)) = rule.when.contradiction(filter) {
            let message = format!("this rule can never match: it wants that {one}, and that {other}");
            sink.report(never(message).help("take one of the two conditions out"));
        } else if let Some(earlier) = rules[..number].iter().find(|earlier| rule.when.imply(earlier.when)) {
            let message = "this rule can never match: an earlier rule takes all of its contacts";
            let help = "put the narrower rule first, or take this one out";
            sink.report(never(message.to_owned()).and(earlier.place.clone(), "the earlier rule").help(help));
        }
    }
}

/// Reports a filter that lets nobody in.
pub(super) fn filter(sink: &Sink, filter: &Conditions, place: Place) {
    if let Some((one, other)) = filter.contradiction(&Conditions::default()) {
        let message = format!("no contact passes this filter: it wants that {one}, and that {other}");
        sink.report(sink.at(Code::NeverMatches, place, message).help("take one of the two conditions out"));
    }
}

/// Reports each disposition rule, or status in one, that an earlier rule has taken.
pub(super) fn dispositions(sink: &Sink, rules: &[StatusRule]) {
    let mut taken: Vec<(&str, &Place)> = Vec::new();
    let mut any: Option<&Place> = None;
    for StatusRule { statuses, place } in rules {
        if let Some(earlier) = any {
            let message = "this rule can never match: an earlier rule takes any status";
            sink.report(
                sink.at(Code::NeverMatches, place.clone(), message)
                    .and(earlier.clone(), "takes any status")
                    .help("put the rule with `any = true` last"),
            );
            continue;
        }
        let Some(statuses) = statuses else {
            any = Some(place);
            continue;
        };
        for (status, status_place) in statuses {
            if let Some((_, earlier)) = taken.iter().find(|(known, _)| known == status) {
                let message = format!("`{status}` never gets here: it stands in an earlier place");
                sink.report(
                    sink.at(Code::NeverMatches, status_place.clone(), message)
                        .and((*earlier).clone(), "taken here")
                        .help("keep one of the two"),
                );
            } else {
                taken.push((status, status_place));
            }
        }
    }
}
