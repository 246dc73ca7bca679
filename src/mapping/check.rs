//! List rules, and alternatives of conditions, that can never match: taken by an earlier rule, or against themselves or the filter.
//!
//! Says so only where it is certain; two rules that merely overlap are the admin's business. Disposition rules: [`super::dispositions_check`].

use crate::diag::{Code, Diagnostic, Place, Sink};

use super::condition::{Alternative, Condition, Conditions};

/// A rule as this check sees it.
pub(super) struct Placed<'c> {
    pub(super) when: &'c Conditions,
    pub(super) place: Place,
}

/// What becomes of the contacts that an alternative takes.
enum Fate<'c> {
    /// Some may get here.
    Reached,
    /// There are none: these two exclude each other.
    Contradiction(&'c Condition, &'c Condition),
    /// An earlier rule, by its number, takes all of them.
    Taken(usize),
}

/// Reports each list rule that no contact reaches, and each alternative in one.
pub(super) fn list_rules(sink: &Sink, filter: &Conditions, rules: &[Placed<'_>]) {
    // What the filter lets in; alternatives of it that let nobody in were reported there.
    let everybody = [[].as_slice()];
    let let_in: Vec<&[Condition]> = filter
        .0
        .iter()
        .filter(|alternative| alternative.contradiction(&[]).is_none())
        .map(|alternative| alternative.conditions.as_slice())
        .collect();
    let given = if filter.is_unconditional() { everybody.as_slice() } else { let_in.as_slice() };
    if given.is_empty() {
        return;
    }
    let all = Alternative { conditions: Vec::new(), place: 0..0 };
    for (number, rule) in rules.iter().enumerate() {
        let own: Vec<&Alternative> = if rule.when.0.is_empty() { vec![&all] } else { rule.when.0.iter().collect() };
        let fates: Vec<Fate<'_>> = own.iter().map(|own| fate(own, given, &rules[..number])).collect();
        let is_dead = !fates.iter().any(|fate| matches!(fate, Fate::Reached));
        if is_dead && let Some(fate) = fates.first() {
            let is_same = |other: &Fate<'_>| match (fate, other) {
                (Fate::Taken(one), Fate::Taken(other)) => one == other,
                (Fate::Contradiction(..), Fate::Contradiction(..)) => true,
                _ => false,
            };
            if fates.iter().all(is_same) {
                sink.report(told(sink, "this rule", fate, rules, rule.place.clone()));
            } else {
                let message = "this rule can never match: each of its alternatives is taken by an earlier rule, or excludes itself";
                let help = "put the narrower rule first, or take this one out";
                sink.report(sink.at(Code::NeverMatches, rule.place.clone(), message).help(help));
            }
            continue;
        }
        for (own, fate) in own.iter().zip(&fates).filter(|(_, fate)| !matches!(fate, Fate::Reached)) {
            sink.report(told(sink, "this alternative", fate, rules, own.place.clone()));
        }
        redundant(sink, rule.when);
    }
}

/// What becomes of an alternative's contacts, given what the filter lets in.
fn fate<'c>(own: &'c Alternative, given: &[&'c [Condition]], earlier: &[Placed<'c>]) -> Fate<'c> {
    let mut worst: Option<Fate<'c>> = None;
    for given in given {
        let is_taken = |rule: &Placed<'_>| {
            rule.when.is_unconditional() || rule.when.0.iter().any(|other| other.conditions.is_empty() || own.implies(given, other))
        };
        let fate = match own.contradiction(given) {
            Some((one, other)) => Fate::Contradiction(one, other),
            None => match earlier.iter().position(is_taken) {
                Some(number) => Fate::Taken(number),
                None => return Fate::Reached,
            },
        };
        worst = match (worst, fate) {
            (Some(Fate::Taken(number)), _) => Some(Fate::Taken(number)),
            (_, fate) => Some(fate),
        };
    }
    worst.unwrap_or(Fate::Reached)
}

fn told(sink: &Sink, what: &str, fate: &Fate<'_>, rules: &[Placed<'_>], place: Place) -> Diagnostic {
    let never = |why: String| sink.at(Code::NeverMatches, place, format!("{what} can never match: {why}"));
    match fate {
        Fate::Contradiction(one, other) => {
            never(format!("it wants that {one}, and that {other}")).help("take one of the two conditions out")
        }
        Fate::Taken(number) => {
            let told =
                never("an earlier rule takes all of its contacts".to_owned()).help("put the narrower rule first, or take this one out");
            match rules.get(*number) {
                Some(earlier) => told.and(earlier.place.clone(), "the earlier rule"),
                None => told,
            }
        }
        Fate::Reached => never("nothing speaks against it".to_owned()),
    }
}

/// Reports a filter that lets nobody in, and alternatives that let nobody more in.
pub(super) fn filter(sink: &Sink, filter: &Conditions) {
    let dead: Vec<_> = filter.0.iter().filter_map(|own| own.contradiction(&[]).map(|pair| (own, pair))).collect();
    let is_dead = !dead.is_empty() && dead.len() == filter.0.len();
    for (own, (one, other)) in dead {
        let whose = if is_dead { "no contact passes this filter" } else { "no contact passes this alternative of the filter" };
        let message = format!("{whose}: it wants that {one}, and that {other}");
        sink.report(sink.at(Code::NeverMatches, own.place.clone(), message).help("take one of the two conditions out"));
    }
    redundant(sink, filter);
}

/// Reports alternatives all of whose contacts another one takes as well.
fn redundant(sink: &Sink, conditions: &Conditions) {
    let live = |alternative: &&Alternative| !alternative.conditions.is_empty() && alternative.contradiction(&[]).is_none();
    let all: Vec<&Alternative> = conditions.0.iter().filter(live).collect();
    for (number, own) in all.iter().enumerate() {
        // Of two that say the same the later one is too much.
        let wider = all
            .iter()
            .enumerate()
            .find(|(place, other)| *place != number && own.implies(&[], other) && (*place < number || !other.implies(&[], own)));
        if let Some((_, wider)) = wider {
            let message = "this alternative adds nothing: another one takes all of its contacts";
            sink.report(
                sink.at(Code::NeverMatches, own.place.clone(), message).and(wider.place.clone(), "takes them too").help("take it out"),
            );
        }
    }
}
