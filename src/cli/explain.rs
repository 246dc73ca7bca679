//! `vicisync explain`: all that the state knows of one contact, and why it is, or is not, dialed. It asks no server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::arguments::Explain;
use super::describe::{op_json, op_text, quoted, value_text};
use super::exit::Exit;
use super::screen::{Failed, table};
use super::session::Session;
use crate::mapping::Program;
use crate::model::{
    ActivityId, Call, ContactId, Failure, JobName, LeadId, Link, LinkState, ListChange, ListId, Op, OpState, Rejection, Seat, Slot,
};
use crate::ports::Store;
use crate::state::State;
use crate::sync::fold;

/// Ops shown, newest first.
const OPS_SHOWN: u32 = 50;

/// What one job knows of one of a contact's leads, there or not.
struct Known {
    job: JobName,
    seat: Seat,
    link: Option<Link>,
    /// The list that the rules say, where the mapping keeps the lead in another.
    ruled: Option<ListId>,
    rejection: Option<Rejection>,
    failures: Vec<Failure>,
    ops: Vec<Op>,
    calls: Vec<(Call, Option<ActivityId>)>,
}

/// Runs the command.
///
/// # Errors
/// Files or a state that cannot be read; an id that no job knows.
pub(super) fn run(session: &Session, wanted: &Explain) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let names = session.chosen(&checked, wanted.job.as_deref())?;
    let state = session.open_copy()?;
    let mut found = Vec::new();
    for name in &names {
        let Some(program) = checked.program(name) else { continue };
        for contact in contacts(&state, name, wanted.id.trim())? {
            found.extend(look(&state, name, &contact, program)?);
        }
    }
    if found.is_empty() {
        let example = names.first().map_or("JOB", JobName::as_str);
        return Err(Failed::new(
            Exit::Usage,
            format!("no job knows `{}`: it was never read, or the filter leaves it out", wanted.id),
            format!("ask the CRM what would become of a contact: vicisync sync {example} --contact CONTACT_ID --dry-run"),
        ));
    }
    for known in &found {
        session.screen.data(&text(known));
    }
    session.screen.json(&json!({ "found": found.iter().map(to_json).collect::<Vec<_>>() }));
    Ok(Exit::Fine)
}

/// The contacts that an id may mean: a contact's own, a lead's, or those of a phone.
fn contacts(state: &State, job: &JobName, id: &str) -> Result<Vec<ContactId>, Failed> {
    let mut contacts = vec![ContactId(id.to_owned())];
    if let Ok(lead) = id.parse::<u64>() {
        contacts.extend(state.link_by_lead(job, LeadId(lead))?.map(|link| link.contact));
    }
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 7 && id.chars().all(|letter| letter.is_ascii_digit() || "+-(). ".contains(letter)) {
        let mut spellings = vec![format!("+{digits}")];
        if digits.len() == 10 {
            spellings.push(format!("+1{digits}"));
        }
        for phone in spellings {
            contacts.extend(state.links_by_phone(job, &phone)?.into_iter().map(|link| link.contact));
        }
    }
    contacts.dedup();
    Ok(contacts)
}

fn look(state: &State, job: &JobName, contact: &ContactId, program: &Program) -> Result<Vec<Known>, Failed> {
    let mut links = state.links_of(job, contact)?;
    let mut rejections = state.rejections_of(job, contact)?;
    let mut ops = state.ops_of(job, contact, OPS_SHOWN)?;
    let mut failures: Vec<Failure> =
        state.failures(job, None)?.into_iter().filter(|failure| failure.contact.as_ref() == Some(contact)).collect();
    let further = links.iter().map(|link| &link.slot).chain(rejections.iter().map(|rejection| &rejection.slot));
    let further = further.chain(ops.iter().map(|op| &op.slot)).cloned().chain(program.slots());
    let further: BTreeSet<Slot> = further.filter(|slot| !slot.is_main()).collect();
    let mut found = Vec::new();
    // What says nothing of a further lead is told of the main one.
    for slot in further.into_iter().chain([Slot::main()]) {
        let is_main = slot.is_main();
        let seat = Seat { contact: contact.clone(), slot };
        let ending = format!(":{seat}");
        let link = links.extract_if(.., |link| link.slot == seat.slot).next();
        let rejection = rejections.extract_if(.., |rejection| rejection.slot == seat.slot).next();
        let ops = ops.extract_if(.., |op| op.slot == seat.slot).collect();
        let failures = failures.extract_if(.., |failure| is_main || failure.subject.ends_with(&ending)).collect();
        let known = Known { job: job.clone(), seat, link, ruled: None, rejection, failures, ops, calls: Vec::new() };
        if known.link.is_some() || known.rejection.is_some() || !known.ops.is_empty() || !known.failures.is_empty() {
            found.push(called(state, program, known)?);
        }
    }
    found.sort_by(|one, other| one.seat.cmp(&other.seat));
    Ok(found)
}

/// The same with the lead's calls, and the list that the rules say.
fn called(state: &State, program: &Program, mut known: Known) -> Result<Known, Failed> {
    let Known { job, link, .. } = &known;
    let mut calls = Vec::new();
    if let Some(lead) = link.as_ref().and_then(|link| link.lead_id) {
        for call in fold::fold(&state.legs_of(job, lead)?, &|status| program.is_transient(status)) {
            let activity = state.activity(job, &call.key)?.map(|(id, _)| id);
            calls.push((call, activity));
        }
    }
    let ruled = match program.list_change() {
        ListChange::Move => None,
        ListChange::Stay => link.as_ref().and_then(|link| link.base.ruled_list.filter(|list| *list != link.list_id)),
    };
    (known.ruled, known.calls) = (ruled, calls);
    Ok(known)
}

/// Why the contact is, or is not, dialed.
fn why(known: &Known) -> String {
    if let Some(rejection) = &known.rejection {
        let kept = known.link.as_ref().filter(|link| link.state == LinkState::Live && rejection.reason != "opted_out");
        return match kept.and_then(|link| link.lead_id) {
            Some(lead) => format!(
                "rejected, {}: {}; its lead {lead} is kept as it is, as [leaving] of the mapping says, or leaves with the next run",
                rejection.reason, rejection.detail
            ),
            None => format!("not dialed: rejected, {}: {}", rejection.reason, rejection.detail),
        };
    }
    if let Some(op) = known.ops.iter().find(|op| matches!(op.state, OpState::Sent | OpState::Unknown)) {
        return format!("a write of unknown effect waits to be looked up ({}): {}", op.payload.kind(), op.reason);
    }
    let failure = known.failures.first().map(|failure| format!("; it failed: {}: {}", failure.code, failure.raw)).unwrap_or_default();
    let Some(link) = &known.link else { return format!("not dialed: it has no lead{failure}") };
    match link.state {
        LinkState::Wanted => format!("not dialed yet: its lead waits to be added{failure}"),
        LinkState::Live => format!(
            "dialable as far as vicisync is concerned: lead {} is in list {}{}{failure}; VICIdial's own rules decide the rest (list active, status, call time, hopper)",
            link.lead_id.map_or_else(|| "?".to_owned(), |lead| lead.to_string()),
            link.list_id,
            stays(link, known.ruled)
        ),
        LinkState::Left if link.slot.is_main() => {
            format!("not dialed: the contact left (gone, filtered out, or rejected), and its lead was taken out of dialing{failure}")
        }
        LinkState::Left => {
            format!(
                "not dialed: the contact left, or has no number of its own for this lead any more, and the lead was taken out of dialing{failure}"
            )
        }
        LinkState::OptedOut => "not dialed: the person opted out".to_owned(),
        LinkState::LeadMissing => {
            format!("not dialed: VICIdial no longer has its lead (deleted, or archived); vicisync does not add it again by itself{failure}")
        }
    }
}

/// Why a lead is not in the list that the rules say.
fn stays(link: &Link, ruled: Option<ListId>) -> String {
    ruled.map(|ruled| format!(" (the rules say list {ruled}; list_change = \"stay\" keeps it in {})", link.list_id)).unwrap_or_default()
}

fn text(known: &Known) -> String {
    let Seat { contact, slot } = &known.seat;
    let slot = if slot.is_main() { String::new() } else { format!(", its lead of the slot `{}`,", slot.as_str()) };
    let mut text = format!("contact {contact}{slot} in job {}\n  {}\n", known.job, why(known));
    let mut block = |title: &str, body: &str| {
        if !body.is_empty() {
            text.push_str(&format!("  {title}:\n"));
            for line in body.lines() {
                text.push_str(&format!("    {line}\n"));
            }
        }
    };
    if let Some(link) = &known.link {
        let lead = link.lead_id.map_or_else(|| "(none yet)".to_owned(), |lead| lead.to_string());
        block(
            "link",
            &format!("state {}, lead {lead}, list {}, code {}, phone {}", link.state.name(), link.list_id, link.code, link.phone),
        );
        let mut rows = vec![vec!["field".to_owned(), "from the CRM".to_owned(), "in VICIdial".to_owned()]];
        rows.extend(link.base.fields.iter().map(|(field, pair)| vec![field.to_string(), quoted(&pair.crm), quoted(&pair.vicidial)]));
        block("what each side last showed", if rows.len() > 1 { table(&rows) } else { String::new() }.as_str());
        let pulled: Vec<Vec<String>> = link.base.pulled.iter().map(|(name, value)| vec![name.clone(), value_text(value)]).collect();
        block("set in the CRM by calls", &table(&pulled));
    }
    let failures: Vec<String> =
        known.failures.iter().map(|failure| format!("{} ({} tries): {}", failure.code, failure.tries, failure.raw)).collect();
    block("failures", &failures.join("\n"));
    let calls: Vec<Vec<String>> = known.calls.iter().map(call_row).collect();
    block("calls", &table(&calls));
    let ops: Vec<String> = known.ops.iter().map(|op| format!("{:<10} {}", op.state.name(), op_text(op))).collect();
    block("writes, newest first", &ops.join("\n"));
    text
}

fn call_row((call, activity): &(Call, Option<ActivityId>)) -> Vec<String> {
    vec![
        call.start.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        if call.is_inbound { "in" } else { "out" }.to_owned(),
        call.status.clone(),
        format!("{} s", call.seconds),
        call.user.clone(),
        activity.as_ref().map_or_else(|| "no activity".to_owned(), |id| format!("activity {id}")),
    ]
}

fn to_json(known: &Known) -> Json {
    let calls: Vec<Json> = known
        .calls
        .iter()
        .map(|(call, activity)| {
            json!({
                "key": call.key, "lead": call.lead_id, "list": call.list_id, "campaign": call.campaign, "user": call.user,
                "status": call.status, "start": call.start, "end": call.end, "seconds": call.seconds, "inbound": call.is_inbound,
                "activity": activity,
            })
        })
        .collect();
    let link = known.link.as_ref().map(|link| {
        let base: BTreeMap<String, Json> = link
            .base
            .fields
            .iter()
            .map(|(field, pair)| (field.to_string(), json!({ "crm": pair.crm, "vicidial": pair.vicidial })))
            .collect();
        json!({
            "state": link.state.name(), "lead": link.lead_id, "list": link.list_id, "code": link.code, "phone": link.phone,
            "base": base, "pulled": link.base.pulled, "ruled_list": known.ruled,
        })
    });
    json!({
        "job": known.job,
        "contact": known.seat.contact,
        "slot": Some(&known.seat.slot).filter(|slot| !slot.is_main()),
        "why": why(known),
        "link": link,
        "rejection": known.rejection,
        "failures": known.failures,
        "calls": calls,
        "ops": known.ops.iter().map(op_json).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Base, InstallKey, LinkId, VendorLeadCode};

    #[test]
    fn why_a_lead_stays_is_said() {
        let contact = ContactId::from("c1");
        let code = VendorLeadCode::derive(&InstallKey([7; 32]), "espo", &Seat::main(&contact));
        let link = Link {
            id: LinkId(1),
            contact: contact.clone(),
            slot: Slot::main(),
            lead_id: Some(LeadId(5)),
            code,
            list_id: ListId(1001),
            phone: "+12025550101".to_owned(),
            state: LinkState::Live,
            base: Base { ruled_list: Some(ListId(1002)), ..Base::default() },
            fingerprint: String::new(),
        };
        let mut known = Known {
            job: "sales".into(),
            seat: Seat::main(&contact),
            link: Some(link),
            ruled: Some(ListId(1002)),
            rejection: None,
            failures: Vec::new(),
            ops: Vec::new(),
            calls: Vec::new(),
        };
        assert!(
            why(&known).contains("lead 5 is in list 1001 (the rules say list 1002; list_change = \"stay\" keeps it in 1001);"),
            "{}",
            why(&known)
        );
        assert_eq!(to_json(&known)["link"]["ruled_list"], 1002);
        known.ruled = None;
        assert!(why(&known).contains("is in list 1001;"), "{}", why(&known));
    }
}
