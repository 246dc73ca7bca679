//! Which lead is whose, of contacts and leads that nobody linked yet: by an older tool's code, then by phone and what must agree beside it. All at
//! once, since a lead that fits two people is nobody's before a person looked.
//!
//! Pure: who is compared with whom comes in, and what a phone is in its normal form. It does not know where leads were found, and writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Ambiguous, Failure, FieldName, JobName, LeadId, LeadRow, Matching, Phone, Seat, VendorLeadCode};

use super::decide::subject_of;

/// The code of failures of contacts that several leads fit, or that share one.
pub const AMBIGUOUS: &str = "ambiguous_match";
/// The code of failures of contacts whose lead carries somebody else's code.
pub const FOREIGN_CODE: &str = "foreign_code";
/// The code of failures of contacts whose lead is another job's.
pub const CLAIMED: &str = "claimed";
/// Leads that a message names.
const NAMED_MAX: usize = 5;

/// A contact, or a further lead of one, as leads are compared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Whose lead it is to be.
    pub seat: Seat,
    /// What an older tool wrote on its lead.
    pub code: Option<String>,
    /// The numbers that this lead may have.
    pub phones: Vec<Phone>,
    /// What VICIdial would show of the fields that must agree.
    pub shown: BTreeMap<FieldName, String>,
}

/// A lead that no contact of the job has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The lead.
    pub lead: LeadId,
    /// What it carries as its code.
    pub code: String,
    /// Its number in normal form, where it is one.
    pub phone: Option<Phone>,
    /// What it shows of the fields that must agree.
    pub shown: BTreeMap<FieldName, String>,
    /// The job that has it, where another one on the same VICIdial does.
    pub claimed: Option<JobName>,
}

/// By what a lead was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The code of an older tool.
    Code,
    /// The phone, and what must agree beside it.
    Phone,
}

/// How well a lead fits a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// Not at all.
    No,
    /// It is theirs.
    Yes(By),
    /// The phone agrees, and this field says nothing on one of the sides.
    Blank(FieldName),
}

/// What becomes of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// No lead fits, or none that can be told: they get a new one.
    Nobody,
    /// This lead is theirs.
    Lead(LeadId, By),
    /// A person decides first.
    Held(Failure),
}

/// How a lead fits a person. Codes agree to the letter, phones in their normal form, other fields as VICIdial shows them, without regard to case and to
/// spaces at the ends. Nothing is cut, and no part of a number is enough.
#[must_use]
pub fn fit(person: &Person, stranger: &Stranger, matching: &Matching) -> Fit {
    let carried = stranger.code.trim();
    if matching.code_from.is_some() && !carried.is_empty() && person.code.as_deref() == Some(carried) {
        return Fit::Yes(By::Code);
    }
    let (Some(and), Some(phone)) = (&matching.phone_and, &stranger.phone) else { return Fit::No };
    if !person.phones.contains(phone) {
        return Fit::No;
    }
    let folded = |values: &BTreeMap<FieldName, String>, field| values.get(field).map(|text| text.trim().to_lowercase()).unwrap_or_default();
    let mut blank = None;
    for field in and {
        let (ours, theirs) = (folded(&person.shown, field), folded(&stranger.shown, field));
        if ours.is_empty() || theirs.is_empty() {
            blank = Some(field);
        } else if ours != theirs {
            return Fit::No;
        }
    }
    blank.map_or(Fit::Yes(By::Phone), |field| Fit::Blank(field.clone()))
}

/// People with the leads that may be theirs.
#[derive(Debug, Default)]
pub struct Pairs {
    strangers: BTreeMap<LeadId, Stranger>,
    /// Of each person, in order: the leads that fit, with how.
    people: Vec<(Person, BTreeMap<LeadId, Fit>)>,
    /// Whom a lead fits by its code, and whom by its phone.
    by_code: BTreeMap<LeadId, BTreeSet<Seat>>,
    by_phone: BTreeMap<LeadId, BTreeSet<Seat>>,
}

impl Pairs {
    /// A person, and leads of which some may fit.
    pub fn person(&mut self, person: Person, strangers: Vec<Stranger>, matching: &Matching) {
        let mut fits = BTreeMap::new();
        for stranger in strangers {
            let (lead, fit) = (stranger.lead, fit(&person, &stranger, matching));
            self.count(&person.seat, lead, &fit);
            if fit != Fit::No {
                fits.insert(lead, fit);
                self.strangers.entry(lead).or_insert(stranger);
            }
        }
        // Whose code it is has it, whatever other numbers say.
        if fits.values().any(|fit| *fit == Fit::Yes(By::Code)) {
            for lead in fits.keys() {
                if let Some(people) = self.by_phone.get_mut(lead) {
                    people.remove(&person.seat);
                }
            }
            fits.retain(|_, fit| *fit == Fit::Yes(By::Code));
        }
        self.people.push((person, fits));
    }

    /// Somebody who is not decided about, and whom some of the leads may fit as well.
    pub fn rival(&mut self, rival: &Person, matching: &Matching) {
        let fits: Vec<(LeadId, Fit)> = self.strangers.iter().map(|(lead, stranger)| (*lead, fit(rival, stranger, matching))).collect();
        for (lead, fit) in fits {
            self.count(&rival.seat, lead, &fit);
        }
    }

    fn count(&mut self, seat: &Seat, lead: LeadId, fit: &Fit) {
        let people = match fit {
            Fit::No => return,
            Fit::Yes(By::Code) => &mut self.by_code,
            Fit::Yes(By::Phone) | Fit::Blank(_) => &mut self.by_phone,
        };
        people.entry(lead).or_default().insert(seat.clone());
    }

    /// Whether any lead fits anybody.
    #[must_use]
    pub fn has_any(&self) -> bool {
        !self.strangers.is_empty()
    }

    /// What becomes of each person, in order.
    #[must_use]
    pub fn decide(&self, matching: &Matching) -> Vec<Found> {
        self.people.iter().map(|(person, fits)| self.found(person, fits, matching)).collect()
    }

    fn found(&self, person: &Person, fits: &BTreeMap<LeadId, Fit>, matching: &Matching) -> Found {
        // A lead that somebody has by its code is no candidate by its phone.
        let is_free = |lead: &LeadId, fit: &Fit| *fit == Fit::Yes(By::Code) || !self.by_code.contains_key(lead);
        let fits: Vec<(&LeadId, &Fit)> = fits.iter().filter(|(lead, fit)| is_free(lead, fit)).collect();
        let unclear = |raw: String| match matching.ambiguous {
            Ambiguous::Hold => Found::Held(held(&person.seat, AMBIGUOUS, raw)),
            Ambiguous::New => Found::Nobody,
        };
        let rule = |by: By| match by {
            By::Code => format!("`{}`", matching.code_from.as_deref().unwrap_or_default()),
            By::Phone => matching.phone_words(),
        };
        let (lead, by) = match fits.as_slice() {
            [] => return Found::Nobody,
            [(lead, Fit::Yes(by))] => (*lead, *by),
            [(lead, Fit::Blank(field))] => {
                return unclear(format!(
                    "lead {lead} has a number of this contact, and whether `{field}` agrees cannot be told, since it is blank on one side; fill it in the CRM or in VICIdial, on whichever side it is \
                     missing"
                ));
            }
            [(lead, Fit::No)] => return unclear(format!("lead {lead} does not fit")),
            [(_, first), ..] => {
                let by = if **first == Fit::Yes(By::Code) { By::Code } else { By::Phone };
                let leads = named(fits.iter().map(|(lead, _)| lead.to_string()));
                return unclear(format!(
                    "several leads fit this contact by {}: {leads}; delete the leads that are too many in VICIdial, or make them differ from the contact",
                    rule(by)
                ));
            }
        };
        let Some(stranger) = self.strangers.get(lead) else { return Found::Nobody };
        let others = match by {
            By::Code => self.by_code.get(lead),
            By::Phone => self.by_phone.get(lead),
        };
        let others: Vec<String> = others.into_iter().flatten().filter(|other| **other != person.seat).map(ToString::to_string).collect();
        if !others.is_empty() {
            return unclear(format!(
                "lead {lead} fits this contact by {}, and contact {} as well; merge the contacts if they are one person, or make them differ",
                rule(by),
                named(others.into_iter())
            ));
        }
        if let Some(job) = &stranger.claimed {
            return Found::Held(claimed(&person.seat, &format!("lead {lead}"), job));
        }
        let code = stranger.code.trim();
        if by == By::Phone && !code.is_empty() {
            let from = matching.code_from.as_ref();
            let way = from.map_or_else(String::new, |field| format!(", or enter `{code}` as the contact's `{field}`"));
            let raw = format!(
                "lead {lead} fits this contact by {} and carries the code `{code}`, which vicisync did not write and does not overwrite; clear its vendor_lead_code in VICIdial{way}",
                rule(by)
            );
            return Found::Held(held(&person.seat, FOREIGN_CODE, raw));
        }
        Found::Lead(*lead, by)
    }
}

/// The failure of a contact whose lead, or code, is another job's.
#[must_use]
pub fn claimed(seat: &Seat, what: &str, job: &JobName) -> Failure {
    let raw = format!(
        "{what} is this contact's and belongs to job {job}, which syncs with the same VICIdial: two jobs cannot share a lead; narrow the filter or the lists of one of the two"
    );
    held(seat, CLAIMED, raw)
}

/// Whether a lead without a link may be somebody's: one that carries a mark of ours is another contact's, or made under another key.
#[must_use]
pub fn is_stranger(row: &LeadRow) -> bool {
    VendorLeadCode::parse(row.code.trim()).is_none()
}

fn held(seat: &Seat, code: &str, raw: String) -> Failure {
    Failure { subject: subject_of(seat), contact: Some(seat.contact.clone()), code: code.to_owned(), raw, tries: 0 }
}

fn named(names: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = names.collect();
    match all.len().checked_sub(NAMED_MAX) {
        Some(more) if more > 0 => format!("{} and {more} more", all[..NAMED_MAX].join(", ")),
        Some(_) | None => all.join(", "),
    }
}
