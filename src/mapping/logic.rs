//! What conditions say of one another: which follow from others, and which exclude each other.
//!
//! All of it may say no where the truth is yes, never the other way: a rule that is called dead must be dead. Fields may have several values, so two
//! different texts do not exclude each other; ranges do, because a field with several values is in none.

use super::condition::{Alternative, Condition, Part, Test};

impl Condition {
    /// Whether every contact that fulfils `self` fulfils `other`.
    pub(super) fn implies(&self, other: &Self) -> bool {
        self.field == other.field
            && match (&self.test, &other.test) {
                (Test::OneOf(own), Test::OneOf(others)) => own.is_subset(others),
                (Test::NoneOf(own), Test::NoneOf(others)) => own.is_superset(others),
                (Test::OneOf(_) | Test::Has(..) | Test::In(..), Test::IsSet) => true,
                (Test::IsBlank, Test::NoneOf(_)) => true,
                (Test::OneOf(own), Test::Has(part, wanted)) => own.iter().all(|own| wanted.iter().any(|wanted| part.fits(own, wanted))),
                (Test::Has(part, own), Test::Has(other_part, wanted)) => {
                    (part == other_part || *other_part == Part::Anywhere)
                        && own.iter().all(|own| wanted.iter().any(|wanted| other_part.fits(own, wanted)))
                }
                (Test::In(own, _), Test::In(other, _)) => own.is_within(other),
                // Its only value is in the range, and none of these is.
                (Test::In(own, _), Test::NoneOf(unwanted)) => !unwanted.iter().any(|text| own.has(text)),
                (Test::IsSet, Test::IsSet) | (Test::IsBlank, Test::IsBlank) => true,
                (Test::OneOf(_), Test::NoneOf(_) | Test::IsBlank | Test::In(..))
                | (Test::NoneOf(_), Test::OneOf(_) | Test::IsSet | Test::IsBlank | Test::Has(..) | Test::In(..))
                | (Test::IsSet, Test::OneOf(_) | Test::NoneOf(_) | Test::IsBlank | Test::Has(..) | Test::In(..))
                | (Test::IsBlank, Test::OneOf(_) | Test::IsSet | Test::Has(..) | Test::In(..))
                | (Test::Has(..), Test::OneOf(_) | Test::NoneOf(_) | Test::IsBlank | Test::In(..))
                | (Test::In(..), Test::OneOf(_) | Test::IsBlank | Test::Has(..)) => false,
            }
    }

    /// Whether no contact fulfils both. Says so in one direction only.
    fn excludes(&self, other: &Self) -> bool {
        self.field == other.field
            && match (&self.test, &other.test) {
                (Test::IsBlank, Test::IsSet | Test::OneOf(_) | Test::Has(..) | Test::In(..)) => true,
                (Test::OneOf(wanted), Test::NoneOf(unwanted)) => wanted.is_subset(unwanted),
                (Test::In(own, _), Test::In(other, _)) => own.is_apart(other),
                // In a range there is one value only.
                (Test::In(range, _), Test::OneOf(wanted)) => !wanted.iter().any(|text| range.has(text)),
                _ => false,
            }
    }
}

impl Alternative {
    /// Two conditions, of `self` or one of `given`, that exclude each other.
    pub(super) fn contradiction<'c>(&'c self, given: &'c [Condition]) -> Option<(&'c Condition, &'c Condition)> {
        let all = || self.conditions.iter().chain(given);
        self.conditions.iter().find_map(|one| all().find(|other| one.excludes(other) || other.excludes(one)).map(|other| (one, other)))
    }

    /// Whether every contact that fulfils `self` and `given` fulfils `other`.
    pub(super) fn implies(&self, given: &[Condition], other: &Self) -> bool {
        other.conditions.iter().all(|wanted| self.conditions.iter().chain(given).any(|own| own.implies(wanted)))
    }
}
