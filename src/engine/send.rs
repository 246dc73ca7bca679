//! One op, sent by itself: which calls it takes, and what their answers say about it. Changes of leads go their own way, in `change`.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Activity, ActivityId, Contact, ContactId, LeadId, Link, ListId, Outcome, Payload, Phone, Taken, Value};
use crate::ports::{Birth, Contacts, Dialer, Effect, Fault, Reach};
use crate::sync::settle;

use super::Outside;
use super::strangers::spellings;

/// What became of a sent op.
pub(crate) struct Sent {
    pub(crate) outcome: Outcome,
    /// Trouble that stops the lane.
    pub(crate) stop: Option<Fault>,
    /// The lead that was written.
    pub(crate) lead: Option<LeadId>,
    /// The status that a lead had before it left dialing.
    pub(crate) left_status: Option<String>,
    /// The lead that left dialing, or its list, and the lists that it may have been taken from.
    pub(crate) departed: Option<(LeadId, [ListId; 2])>,
    /// Nothing had to be written: the other side shows it already.
    pub(crate) is_shown: bool,
}

impl Sent {
    pub(crate) fn not_sent() -> Self {
        Self::of(Outcome::NotSent)
    }

    pub(crate) fn of(outcome: Outcome) -> Self {
        Self { outcome, stop: None, lead: None, left_status: None, departed: None, is_shown: false }
    }

    pub(crate) fn done(lead: Option<LeadId>) -> Self {
        Self { lead, ..Self::of(Outcome::Done { lead_id: None, activity: None }) }
    }

    pub(crate) fn superseded(why: &str) -> Self {
        Self::of(Outcome::Superseded { why: why.to_owned() })
    }

    /// What a fault says about an op whose write it answers.
    pub(crate) fn fault(fault: Fault) -> Self {
        let outcome = match (fault.effect, fault.reach) {
            (Effect::Unknown, _) => Outcome::Unknown { raw: fault.message.clone() },
            (Effect::None, Reach::Record) => Outcome::Refused { code: fault.code.to_owned(), raw: fault.message.clone() },
            (Effect::None, Reach::Connection | Reach::Person | Reach::Login) => Outcome::NotSent,
        };
        let stop = (fault.reach != Reach::Record).then_some(fault);
        Self { stop, ..Self::of(outcome) }
    }

    /// A fault of a read before anything was written: the op is not sent.
    pub(crate) fn before(fault: Fault) -> Self {
        if fault.reach == Reach::Record {
            return Self::of(Outcome::Refused { code: fault.code.to_owned(), raw: fault.message });
        }
        Self { stop: Some(fault), ..Self::of(Outcome::NotSent) }
    }
}

/// Sends one op. It was marked as sent before.
pub(crate) async fn send<D: Dialer, C: Contacts, S, K>(outside: &Outside<'_, D, C, S, K>, taken: &Taken) -> Sent {
    let link = taken.link.as_ref();
    match &taken.op.payload {
        Payload::PatchContact { contact, set } => patch(outside, link, contact, set).await,
        Payload::LogCall { contact, activity, existing } => log_call(outside, contact, activity, existing.as_ref()).await,
        Payload::AddLead { lead, intake } => {
            let Some(link) = link else { return Sent::superseded("its link is gone") };
            if link.lead_id.is_some() {
                return Sent::superseded("its link has a lead by now");
            }
            match outside.dialer.add_lead(&link.code, lead, *intake).await {
                Ok(id) => Sent { lead: Some(id), ..Sent::of(Outcome::Done { lead_id: Some(id), activity: None }) },
                Err(fault) => Sent::fault(fault),
            }
        }
        Payload::SetCustom { values } => {
            let Some(link) = link else { return Sent::superseded("its link is gone") };
            // The lead's own add has an unknown effect: this waits for what a look finds.
            let Some(lead) = link.lead_id else { return Sent::not_sent() };
            match outside.dialer.set_custom(lead, values).await {
                Ok(()) => Sent::done(Some(lead)),
                Err(fault) => Sent::fault(fault),
            }
        }
        Payload::CreateContact { phone, phones, others, key, mark, set, .. } => {
            match make(outside, (phone, phones, others), (key, mark), set).await {
                Ok(sent) => sent,
                Err(fault) => Sent::before(fault),
            }
        }
        Payload::UpdateLead { .. } | Payload::Deactivate { .. } | Payload::SetStatus { .. } | Payload::DeleteLead { .. } => {
            Sent::not_sent()
        }
    }
}

/// Attributes that nobody knows to have been written are read first: a state that was lost writes nothing that the contact shows already.
async fn patch<D, C: Contacts, S, K>(
    outside: &Outside<'_, D, C, S, K>,
    link: Option<&Link>,
    contact: &ContactId,
    set: &BTreeMap<String, Value>,
) -> Sent {
    let nothing = BTreeMap::new();
    let last = link.map_or(&nothing, |link| &link.base.pulled);
    let unknown: BTreeSet<String> = set.keys().filter(|name| !last.contains_key(*name)).cloned().collect();
    let shown = match unknown.is_empty() {
        true => None,
        false => match outside.contacts.read(contact, &unknown).await {
            Ok(shown) => shown,
            Err(fault) => return Sent::before(fault),
        },
    };
    let set = shown.map_or_else(|| set.clone(), |shown| settle::unwritten(set, last, &shown));
    if set.is_empty() {
        return Sent { is_shown: true, ..Sent::done(None) };
    }
    match outside.contacts.patch(contact, &set).await {
        Ok(()) => Sent::done(None),
        Err(fault) => Sent::fault(fault),
    }
}

/// A call that nobody knows to have been logged is looked for by its key, and changed only where the CRM shows it otherwise.
async fn log_call<D, C: Contacts, S, K>(
    outside: &Outside<'_, D, C, S, K>,
    contact: &ContactId,
    activity: &Activity,
    existing: Option<&ActivityId>,
) -> Sent {
    let done = |id| Sent::of(Outcome::Done { lead_id: None, activity: Some(id) });
    let known = match existing {
        Some(id) => Some(id.clone()),
        None => match outside.contacts.known_activity(contact, activity).await {
            Ok(Some(known)) if known.is_same => return Sent { is_shown: true, ..done(known.id) },
            Ok(known) => known.map(|known| known.id),
            Err(fault) => return Sent::before(fault),
        },
    };
    let written = match &known {
        Some(id) => outside.contacts.update_activity(id, contact, activity).await.map(|()| id.clone()),
        None => outside.contacts.create_activity(contact, activity).await,
    };
    match written {
        Ok(id) => done(id),
        Err(fault) => Sent::fault(fault),
    }
}

/// Makes a contact, unless it, or another one with the phone, is there by now. A fault is one of a look, before anything was written.
async fn make<D, C: Contacts, S, K>(
    outside: &Outside<'_, D, C, S, K>,
    (phone, phones, others): (&Phone, &BTreeSet<String>, &BTreeSet<ContactId>),
    (key, mark): (&str, &str),
    set: &BTreeMap<String, Value>,
) -> Result<Sent, Fault> {
    let made = |contact: ContactId| Sent::of(Outcome::Made { contact });
    if let Some(contact) = marked(outside, key, mark).await? {
        return Ok(made(contact));
    }
    for name in phones {
        let found = outside.contacts.find(name, &spellings(phone)).await?;
        if let Some(contact) = found.iter().find(|contact| !others.contains(&contact.id)) {
            return Ok(Sent::superseded(&format!("contact {} has, or had, the phone {} meanwhile", contact.id, phone.e164())));
        }
    }
    let mut set = set.clone();
    set.insert(key.to_owned(), Value::Text(mark.to_owned()));
    match outside.contacts.create(phone, &set).await {
        Ok(Birth::Made(contact)) => Ok(made(contact)),
        Ok(Birth::Alike(alike)) => {
            // A search may lag behind: then the one that was made is told here.
            for id in &alike {
                let contact = outside.contacts.get(id).await?;
                if contact.is_some_and(|contact| is_marked(&contact, key, mark)) {
                    return Ok(made(id.clone()));
                }
            }
            let names = alike.iter().map(ContactId::as_str).collect::<Vec<_>>().join(", ");
            let raw = format!(
                "the CRM takes a new contact with the phone {} for one that it has ({names}), and that has another phone; add the phone there, or make the \
                 contact by hand",
                phone.e164()
            );
            Ok(Sent::of(Outcome::Refused { code: "contact_alike".to_owned(), raw }))
        }
        Err(fault) => Ok(Sent::fault(fault)),
    }
}

/// The contact that was made for a lead.
pub(crate) async fn marked<D, C: Contacts, S, K>(
    outside: &Outside<'_, D, C, S, K>,
    key: &str,
    mark: &str,
) -> Result<Option<ContactId>, Fault> {
    let found = outside.contacts.find(key, &[mark.to_owned()]).await?;
    Ok(found.into_iter().filter(|contact| is_marked(contact, key, mark)).map(|contact| contact.id).min())
}

fn is_marked(contact: &Contact, key: &str, mark: &str) -> bool {
    contact.get(key).text().as_deref() == Some(mark)
}
