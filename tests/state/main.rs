//! The state by example and by a law: what each call keeps, what a crash leaves, who may open it.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod calls;
mod crm_fields;
mod files;
mod journal;
mod life;
mod links;
mod power;
mod servers;
mod strangers;
mod turns;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use vicisync::model::{
    Activity, Base, CampaignId, ContactId, FieldName, InstallKey, Intake, JobName, Lane, Lead, LeadChange, LeadField, LeadId, Leg, LegKey,
    LegKind, Link, LinkId, LinkState, ListId, Op, OpId, OpResult, OpState, Outcome, Pair, Payload, Phone, RunId, Seat, Slot, Value,
    VendorLeadCode,
};
use vicisync::ports::{LinkWrite, PlanCommit, Store};
use vicisync::state::State;

/// An open state in a directory of its own.
struct Desk {
    dir: tempfile::TempDir,
    state: State,
    run: RunId,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(dir.path()).unwrap();
        let run = state.begin_run(&job(), "manual", at(0)).unwrap();
        Self { dir, state, run }
    }

    fn commit(&self, plan: &PlanCommit) {
        self.state.commit_plan(&job(), self.run, plan, at(0)).unwrap();
    }

    fn plan(&self, links: Vec<Link>, ops: Vec<Op>) {
        self.commit(&PlanCommit { links: links.into_iter().map(LinkWrite::Put).collect(), ops, ..PlanCommit::default() });
    }

    fn finish(&self, op: Op, outcome: Outcome) {
        self.state.advance(&job(), &[OpResult { op, outcome }], &[], at(10)).unwrap();
    }

    fn only_op(&self, state: OpState) -> Op {
        let ops = self.state.ops(&job(), &[state], 10).unwrap();
        assert_eq!(ops.len(), 1, "{ops:?}");
        ops.into_iter().next().unwrap()
    }

    fn waiting(&self) -> Vec<ContactId> {
        waiting(&self.state)
    }

    fn link(&self, name: &str) -> Link {
        self.state.link_at(&job(), &name.into()).unwrap().unwrap()
    }
}

/// The next intended ops of a lane, oldest first.
fn next_ops(state: &State, lane: Lane, limit: usize) -> Vec<Op> {
    let intended = state.ops(&job(), &[OpState::Intended], 10_000).unwrap();
    intended.into_iter().filter(|op| op.lane == lane).take(limit).collect()
}

/// The contacts with open ops.
fn waiting(state: &State) -> Vec<ContactId> {
    let open = [OpState::Intended, OpState::Sent, OpState::Unknown];
    state.contacts_with_ops(&job(), &open).unwrap().into_iter().collect()
}

fn job() -> JobName {
    "north".into()
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 123_456_789).unwrap() + TimeDelta::seconds(seconds)
}

fn field(name: &str) -> FieldName {
    name.parse().unwrap()
}

fn base(pairs: &[(&str, &str)]) -> Base {
    let pair = |value: &str| Pair { crm: value.to_owned(), vicidial: value.to_owned() };
    Base { fields: pairs.iter().map(|(name, value)| (field(name), pair(value))).collect(), ..Base::default() }
}

/// One of a contact's leads: the main one by the contact's name, a further one as `CONTACT/SLOT`.
fn seat(name: &str) -> Seat {
    match name.split_once('/') {
        Some((contact, slot)) => Seat { contact: contact.into(), slot: Slot::named(slot) },
        None => name.into(),
    }
}

fn wanted(name: &str) -> Link {
    let Seat { contact, slot } = seat(name);
    let code = VendorLeadCode::derive(&InstallKey([7; 32]), "crm", &seat(name));
    Link {
        id: LinkId(0),
        contact,
        slot,
        lead_id: None,
        code,
        list_id: ListId(101),
        phone: String::new(),
        state: LinkState::Wanted,
        base: Base::default(),
        fingerprint: "seen".to_owned(),
    }
}

fn live(name: &str, lead: u64) -> Link {
    Link { lead_id: Some(LeadId(lead)), state: LinkState::Live, phone: "+12025550100".to_owned(), ..wanted(name) }
}

fn op(lane: Lane, name: &str, payload: Payload, base_after: Base) -> Op {
    Op {
        id: OpId(0),
        lane,
        subject: format!("contact:{name}"),
        link: None,
        contact: seat(name).contact,
        slot: seat(name).slot,
        payload,
        base_after,
        reason: "for the test".to_owned(),
        state: OpState::Intended,
        tries: 0,
    }
}

fn add(name: &str, last_name: &str) -> Op {
    let phone = Phone { code: "1".to_owned(), number: "2025550111".to_owned() };
    let last = FieldName::Standard(LeadField::LastName);
    let lead = Lead { list_id: ListId(102), phone, fields: [(last, last_name.to_owned())].into() };
    let after = base(&[("last_name", last_name), ("phone_code", "1"), ("phone_number", "2025550111")]);
    op(Lane::Create, name, Payload::AddLead { lead, intake: Intake::default() }, after)
}

fn custom(name: &str, value: &str) -> Op {
    let payload = Payload::SetCustom { values: [("plan".to_owned(), value.to_owned())].into() };
    op(Lane::Custom, name, payload, base(&[("custom.plan", value)]))
}

fn update(name: &str, pairs: &[(&str, &str)], list_id: Option<u64>, is_return: bool) -> Op {
    let fields = pairs.iter().map(|(name, value)| (field(name), (*value).to_owned())).collect();
    let change = LeadChange { fields, list_id: list_id.map(ListId), ..LeadChange::default() };
    op(Lane::Update, name, Payload::UpdateLead { change, before: LeadChange::default(), is_return }, base(pairs))
}

fn deactivate(name: &str, then: LinkState, double: Option<u64>) -> Op {
    let (status, keep) = ("XLEFT".to_owned(), vec!["DNC".to_owned()]);
    let payload = Payload::Deactivate { status, keep, then, double: double.map(LeadId), list: None };
    let mut op = op(Lane::Deactivate, name, payload, Base::default());
    if let Some(lead) = double {
        op.subject = format!("lead:{lead}");
    }
    op
}

fn patch(name: &str, value: &str) -> Op {
    let set: BTreeMap<String, Value> = [("lastCall".to_owned(), Value::Text(value.to_owned()))].into();
    let after = Base { pulled: set.clone(), ..Base::default() };
    op(Lane::Patch, name, Payload::PatchContact { contact: seat(name).contact, set }, after)
}

fn call(key: &str, note: &str) -> Activity {
    Activity {
        key: key.to_owned(),
        title: "Call".to_owned(),
        note: note.to_owned(),
        status: "SALE".to_owned(),
        is_answered: true,
        is_inbound: false,
        start: at(-60),
        end: at(-5),
        user: None,
        phone: "12025550111".to_owned(),
    }
}

fn log(name: &str, activity: Activity, existing: Option<&str>) -> Op {
    let subject = format!("call:{}", activity.key);
    let payload = Payload::LogCall { contact: seat(name).contact, activity, existing: existing.map(Into::into) };
    Op { subject, ..op(Lane::Activity, name, payload, Base::default()) }
}

fn done() -> Outcome {
    Outcome::Done { lead_id: None, activity: None }
}

fn added(lead: u64) -> Outcome {
    Outcome::Done { lead_id: Some(LeadId(lead)), activity: None }
}

fn refused(code: &str) -> Outcome {
    Outcome::Refused { code: code.to_owned(), raw: "ERROR: no".to_owned() }
}

fn leg(lead: u64, minute: u32, status: &str) -> Leg {
    let wall = NaiveDate::from_ymd_opt(2025, 6, 15).unwrap().and_hms_opt(9, minute, 0).unwrap();
    Leg {
        key: LegKey {
            kind: LegKind::Outbound,
            lead_id: LeadId(lead),
            campaign: CampaignId::from("SALES"),
            start: wall,
            uniqueid: format!("17500000{minute:02}.1"),
            user: "6666".to_owned(),
        },
        start: wall.and_utc(),
        status: status.to_owned(),
        seconds: 42,
        phone: "12025550111".to_owned(),
        code: String::new(),
        list_id: ListId(101),
        term_reason: "AGENT".to_owned(),
    }
}
