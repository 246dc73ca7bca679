//! The life of links, ops and failures as a law: the state against a naive model, by contact and slot: what is done to one lead of a contact leaves the other
//! alone. After each call the files are copied as a crash would
//! leave them, and the copy must hold all that the call said it kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::model::{
    ActivityId, ContactId, Failure, Lane, Link, LinkId, LinkState, Op, OpId, OpResult, OpState, Outcome, Payload, Rejection, Seat,
};
use vicisync::ports::{LOOK_AGAIN, LinkWrite, PlanCommit, Store};
use vicisync::state::State;

use super::{Desk, add, added, at, call, custom, deactivate, done, job, log, next_ops, patch, refused, seat, update, waiting, wanted};

/// Two of them are leads of one contact.
const NAMES: [&str; 3] = ["C1", "C1/S", "C3"];
const STATES: [LinkState; 5] = [LinkState::Wanted, LinkState::Live, LinkState::Left, LinkState::OptedOut, LinkState::LeadMissing];
const OPEN: [OpState; 3] = [OpState::Intended, OpState::Sent, OpState::Unknown];

#[derive(Debug, Clone)]
enum Act {
    Plan {
        who: usize,
        put: Option<usize>,
        ops: Vec<u8>,
        reject: bool,
        accept: bool,
        mend: bool,
        fail: bool,
        anew: bool,
    },
    Advance {
        results: Vec<(usize, u8)>,
        sent: Vec<usize>,
    },
    CloseSent,
    /// A lead becomes that of another contact, or slot.
    Pass {
        from: usize,
        to: usize,
    },
    Fail {
        who: usize,
    },
    Mend {
        who: usize,
    },
    Reopen,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let flag = || prop::bool::weighted(0.15);
    let plan =
        (0..NAMES.len(), prop::option::of(0..STATES.len()), prop::collection::vec(0..8_u8, 0..4), flag(), flag(), flag(), flag(), flag())
            .prop_map(|(who, put, ops, reject, accept, mend, fail, anew)| Act::Plan { who, put, ops, reject, accept, mend, fail, anew });
    let advance = (prop::collection::vec((0..9_usize, 0..8_u8), 0..4), prop::collection::vec(0..9_usize, 0..4))
        .prop_map(|(results, sent)| Act::Advance { results, sent });
    let who = || 0..NAMES.len();
    let act = prop_oneof![
        6 => plan,
        9 => advance,
        1 => Just(Act::CloseSent),
        2 => (who(), who()).prop_map(|(from, to)| Act::Pass { from, to }),
        1 => who().prop_map(|who| Act::Fail { who }),
        1 => who().prop_map(|who| Act::Mend { who }),
        1 => Just(Act::Reopen),
    ];
    prop::collection::vec(act, 1..25)
}

/// An op, its link, and when its connection closed. The link is the model's own name of it, or whose it is.
#[derive(Debug, Clone, PartialEq)]
struct Row<L = LinkId> {
    op: Op,
    link: Option<L>,
    closed: Option<DateTime<Utc>>,
}

/// All that can be seen of a job: of the state, and of what it should be.
#[derive(Debug, Clone, Default, PartialEq)]
struct Picture {
    links: BTreeMap<Seat, Link>,
    ops: Vec<Row<Seat>>,
    due: Vec<Failure>,
    failures: Vec<Failure>,
    rejections: Vec<Rejection>,
    activities: BTreeMap<String, (ActivityId, String)>,
    intended: Vec<OpId>,
    waiting: Vec<ContactId>,
}

#[derive(Debug, Clone)]
struct Kept {
    failure: Failure,
    next: DateTime<Utc>,
    after: usize,
}

#[derive(Debug, Default)]
struct Model {
    links: BTreeMap<Seat, Link>,
    made: i64,
    ops: Vec<Row>,
    failures: BTreeMap<String, Kept>,
    rejections: BTreeMap<Seat, Rejection>,
    activities: BTreeMap<String, (ActivityId, String)>,
}

impl Model {
    fn fail(&mut self, failure: &Failure, now: DateTime<Utc>, after: usize) {
        let tries = self.failures.get(&failure.subject).map_or(0, |kept| kept.failure.tries) + 1;
        let next = now + TimeDelta::minutes((5 * (1 << (tries - 1).min(9))).min(24 * 60));
        let failure = Failure { tries, ..failure.clone() };
        self.failures.insert(failure.subject.clone(), Kept { failure, next, after });
    }

    fn look_again(&mut self, op: &Op, why: &str, now: DateTime<Utc>) {
        let fresh = Failure {
            subject: op.subject.clone(),
            contact: Some(op.contact.clone()),
            code: LOOK_AGAIN.to_owned(),
            raw: why.to_owned(),
            tries: 0,
        };
        let failure = self.failures.get(&op.subject).map_or(fresh, |kept| kept.failure.clone());
        self.failures.insert(op.subject.clone(), Kept { failure, next: now, after: self.ops.len() });
        self.forget(&op.contact);
    }

    fn forget(&mut self, contact: &ContactId) {
        self.links.values_mut().filter(|link| link.contact == *contact).for_each(|link| link.fingerprint.clear());
    }

    fn link(&self, id: Option<LinkId>) -> Option<&Link> {
        self.links.values().find(|link| Some(link.id) == id)
    }

    fn remove(&mut self, id: LinkId) {
        self.links.retain(|_, link| link.id != id);
        self.ops.iter_mut().filter(|row| row.link == Some(id)).for_each(|row| row.link = None);
    }

    /// A lead passes: what hangs on its link goes along.
    fn pass(&mut self, from: &Seat, link: &Link) {
        let id = self.links.remove(from).unwrap().id;
        self.links.insert(link.seat(), Link { id, ..link.clone() });
    }

    fn supersede(&mut self, which: impl Fn(&Row) -> bool) {
        for row in self.ops.iter_mut().filter(|row| row.op.state == OpState::Intended && which(row)) {
            row.op.state = OpState::Superseded;
        }
    }

    fn commit(&mut self, plan: &PlanCommit, now: DateTime<Utc>) {
        let writes = |row: &Row, seat: &Seat| row.op.seat() == *seat && [Lane::Create, Lane::Custom, Lane::Update].contains(&row.op.lane);
        let put = |write: &LinkWrite| match write {
            LinkWrite::Put(link) => Some(link.seat()),
            LinkWrite::Pass(_) | LinkWrite::Seen { .. } => None,
        };
        let put: BTreeSet<Seat> = plan.links.iter().filter_map(put).collect();
        for seat in &plan.cancelled {
            self.supersede(|row| row.op.seat() == *seat && ![Lane::Patch, Lane::Activity].contains(&row.op.lane));
            let is_wanted = |link: &&Link| link.state == LinkState::Wanted && link.lead_id.is_none();
            let Some(wanted) = self.links.get(seat).filter(is_wanted).map(|link| link.id).filter(|_| !put.contains(seat)) else { continue };
            let is_under_way = |row: &Row| row.link == Some(wanted) && [OpState::Sent, OpState::Unknown].contains(&row.op.state);
            if !self.ops.iter().any(is_under_way) {
                self.remove(wanted);
            }
        }
        for write in &plan.links {
            let LinkWrite::Put(link) = write else { continue };
            self.made += 1;
            let id = self.links.get(&link.seat()).map_or(LinkId(self.made), |known| known.id);
            self.links.insert(link.seat(), Link { id, ..link.clone() });
            if ![LinkState::Wanted, LinkState::Live].contains(&link.state) {
                self.supersede(|row| writes(row, &link.seat()));
            }
        }
        for rejection in &plan.rejections {
            self.rejections.insert(rejection.seat(), rejection.clone());
            self.supersede(|row| writes(row, &rejection.seat()));
        }
        for seat in &plan.accepted {
            self.rejections.remove(seat);
        }
        for subject in &plan.mended {
            self.failures.remove(subject);
        }
        let mut left_out = Vec::new();
        for op in &plan.ops {
            let same = |row: &Row| (row.op.lane, &row.op.subject, row.op.payload.kind()) == (op.lane, &op.subject, op.payload.kind());
            if self.ops.iter().any(|row| same(row) && [OpState::Sent, OpState::Unknown].contains(&row.op.state)) {
                left_out.push(op.clone());
                continue;
            }
            self.supersede(same);
            // The same write planned again, after a look replaced it, was tried as often as before.
            let of = |row: &&Row| (row.op.lane, &row.op.subject, &row.op.contact) == (op.lane, &op.subject, &op.contact);
            let last = self.ops.iter().rev().find(of);
            let last = last.filter(|row| row.op.state == OpState::Superseded && row.op.payload == op.payload);
            let tries = last.map_or(0, |row| row.op.tries);
            let id = OpId(self.ops.len() as i64 + 1);
            let link = self.links.get(&op.seat()).map(|link| link.id);
            self.ops.push(Row { op: Op { id, tries, ..op.clone() }, link, closed: None });
        }
        for failure in &plan.failures {
            self.fail(failure, now, self.ops.len());
        }
        for op in left_out {
            self.look_again(&op, "an earlier write of the same kind is not settled yet", now);
        }
    }

    fn settle(&mut self, result: &OpResult, now: DateTime<Utc>) {
        let index = result.op.id.0 as usize - 1;
        let row = self.ops[index].clone();
        if !OPEN.contains(&row.op.state) {
            return;
        }
        let (state, closed) = match &result.outcome {
            Outcome::Done { .. } | Outcome::Made { .. } => (OpState::Done, None),
            Outcome::Refused { .. } => (OpState::Refused, None),
            Outcome::Unknown { .. } => (OpState::Unknown, Some(now)),
            Outcome::NotSent => (OpState::Intended, None),
            Outcome::Superseded { .. } => (OpState::Superseded, None),
        };
        (self.ops[index].op.state, self.ops[index].closed) = (state, closed);
        let op = row.op;
        let is_add = matches!(op.payload, Payload::AddLead { .. });
        let lost = self.link(row.link).filter(|link| is_add && link.lead_id.is_none()).map(|link| link.id);
        match &result.outcome {
            Outcome::Done { .. } => {
                if self.failures.get(&op.subject).is_some_and(|kept| kept.after <= index) {
                    self.failures.remove(&op.subject);
                }
                self.finish(&op, row.link, &result.outcome, now);
            }
            Outcome::Refused { code, raw } => {
                let failure = Failure {
                    subject: op.subject.clone(),
                    contact: Some(op.contact.clone()),
                    code: code.clone(),
                    raw: raw.clone(),
                    tries: 0,
                };
                self.fail(&failure, now, self.ops.len());
                self.forget(&op.contact);
                if let Some(lost) = lost {
                    self.supersede(|row| row.link == Some(lost));
                    self.remove(lost);
                }
            }
            Outcome::Superseded { why } => {
                self.look_again(&op, why, now);
                if lost.is_some() {
                    self.supersede(|row| row.link == lost);
                }
            }
            Outcome::Unknown { .. } | Outcome::NotSent | Outcome::Made { .. } => {}
        }
    }

    fn finish(&mut self, op: &Op, link: Option<LinkId>, outcome: &Outcome, now: DateTime<Utc>) {
        let Outcome::Done { lead_id, activity: id, .. } = outcome else { return };
        if let Payload::LogCall { activity, .. } = &op.payload {
            self.activities.insert(activity.key.clone(), (id.clone().unwrap(), activity.hash()));
            return;
        }
        let Some(mut link) = self.link(link).cloned() else { return };
        match &op.payload {
            Payload::AddLead { lead, .. } => {
                if [LinkState::Left, LinkState::OptedOut].contains(&link.state) {
                    self.look_again(op, "the contact left while its lead was being added", now);
                    link.fingerprint.clear();
                }
                (link.lead_id, link.state, link.list_id, link.phone) = (*lead_id, LinkState::Live, lead.list_id, lead.phone.e164());
            }
            Payload::UpdateLead { change, is_return, .. } => {
                link.list_id = change.list_id.unwrap_or(link.list_id);
                link.state = if *is_return && link.state != LinkState::OptedOut { LinkState::Live } else { link.state };
            }
            Payload::Deactivate { double: Some(_), .. } => return,
            Payload::Deactivate { then, double: None, list, .. } => {
                link.list_id = list.unwrap_or(link.list_id);
                link.state = if link.state == LinkState::OptedOut { link.state } else { *then };
            }
            Payload::DeleteLead { .. } => {
                if link.state != LinkState::OptedOut {
                    self.remove(link.id);
                }
                return;
            }
            Payload::SetCustom { .. }
            | Payload::PatchContact { .. }
            | Payload::LogCall { .. }
            | Payload::SetStatus { .. }
            | Payload::CreateContact { .. } => {}
        }
        link.base.fields.extend(op.base_after.fields.clone());
        link.base.pulled.extend(op.base_after.pulled.clone());
        self.links.insert(link.seat(), link);
    }

    fn picture(&self, now: DateTime<Utc>) -> Picture {
        let mut failures: Vec<&Kept> = self.failures.values().collect();
        failures.sort_by_key(|kept| (kept.next, kept.failure.subject.clone()));
        let open = self.ops.iter().filter(|row| OPEN.contains(&row.op.state));
        let mut waiting: Vec<ContactId> = open.map(|row| row.op.contact.clone()).collect();
        waiting.sort();
        waiting.dedup();
        let intended =
            |lane: Lane| self.ops.iter().filter(move |row| row.op.state == OpState::Intended && row.op.lane == lane).map(|row| row.op.id);
        Picture {
            links: self.links.iter().map(|(seat, link)| (seat.clone(), Link { id: LinkId(0), ..link.clone() })).collect(),
            ops: self
                .ops
                .iter()
                .map(|row| Row { op: row.op.clone(), link: self.link(row.link).map(Link::seat), closed: row.closed })
                .collect(),
            due: failures.iter().filter(|kept| kept.next <= now).map(|kept| kept.failure.clone()).collect(),
            failures: failures.into_iter().map(|kept| kept.failure.clone()).collect(),
            rejections: self.rejections.values().cloned().collect(),
            activities: self.activities.clone(),
            intended: Lane::ALL.into_iter().flat_map(intended).collect(),
            waiting,
        }
    }
}

fn look(state: &State, now: DateTime<Utc>) -> Picture {
    let all = [OpState::Intended, OpState::Sent, OpState::Unknown, OpState::Done, OpState::Refused, OpState::Superseded];
    let closed: BTreeMap<OpId, DateTime<Utc>> =
        state.unknown_ops(&job()).unwrap().into_iter().map(|(op, closed)| (op.id, closed)).collect();
    let links = state.links_after(&job(), LinkId(0), 100).unwrap();
    let row = |mut op: Op| {
        let link = op.link.take().map(|id| links.iter().find(|link| link.id == id).expect("its link is there").seat());
        Row { closed: closed.get(&op.id).copied(), op, link }
    };
    let names = NAMES.map(|name| seat(name).contact);
    let keys = NAMES.map(|name| format!("K{name}"));
    let activity = |key: String| state.activity(&job(), &key).unwrap().map(|kept| (key, kept));
    Picture {
        links: state
            .links_by_contacts(&job(), &names)
            .unwrap()
            .into_values()
            .flatten()
            .map(|link| (link.seat(), Link { id: LinkId(0), ..link }))
            .collect(),
        ops: state.ops(&job(), &all, 10_000).unwrap().into_iter().map(row).collect(),
        due: state.failures(&job(), Some(now)).unwrap(),
        failures: state.failures(&job(), None).unwrap(),
        rejections: state.rejections(&job(), 100).unwrap().0,
        activities: keys.into_iter().filter_map(activity).collect(),
        intended: Lane::ALL.into_iter().flat_map(|lane| next_ops(state, lane, 100)).map(|op| op.id).collect(),
        waiting: waiting(state),
    }
}

/// The plan of an act; `step` makes its values new.
fn plan_of(model: &Model, act: &Act, step: usize) -> Option<PlanCommit> {
    let Act::Plan { who, put, ops, reject, accept, mend, fail, anew } = act else { return None };
    let name = NAMES[*who];
    let value = format!("v{step}");
    let planned: Vec<Op> = ops
        .iter()
        .map(|kind| match kind {
            0 => add(name, &value),
            1 => custom(name, &value),
            2 => update(name, &[("city", &value)], None, false),
            3 => update(name, &[("city", &value)], Some(200 + step as u64), true),
            4 => deactivate(name, STATES[2 + step % 2], None),
            5 => deactivate(name, LinkState::Left, Some(7 + *who as u64)),
            6 => patch(name, &value),
            _ => log(name, call(&format!("K{name}"), &value), None),
        })
        .collect();
    let known = model.links.get(&seat(name));
    let put = put.map(|state| STATES[state]).or_else(|| known.is_none().then_some(LinkState::Wanted));
    let link = put.map(|state| {
        let link = known.cloned().unwrap_or_else(|| wanted(name));
        LinkWrite::Put(Link { state, fingerprint: value.clone(), ..link })
    });
    let subject = format!("contact:{name}");
    let rejection = Rejection { contact: seat(name).contact, slot: seat(name).slot, reason: "opted_out".to_owned(), detail: value.clone() };
    let failure = Failure { subject: subject.clone(), contact: Some(seat(name).contact), code: "bad".to_owned(), raw: value, tries: 0 };
    // A contact that is cancelled and not put again may lose its link: then there is nothing to plan ops for.
    let is_dropped = *anew && link.is_none();
    Some(PlanCommit {
        cancelled: anew.then(|| seat(name)).into_iter().collect(),
        links: link.into_iter().collect(),
        ops: if is_dropped { Vec::new() } else { planned },
        rejections: reject.then_some(rejection).into_iter().collect(),
        accepted: accept.then(|| seat(name)).into_iter().collect(),
        failures: fail.then_some(failure).into_iter().collect(),
        mended: mend.then_some(subject).into_iter().collect(),
        ..PlanCommit::default()
    })
}

/// A result for the op as the state has it.
fn outcome_of(op: &Op, kind: u8, lead: u64) -> Outcome {
    match (kind, &op.payload) {
        (0, _) => refused("bad_phone"),
        (1, _) => Outcome::Unknown { raw: "reset".to_owned() },
        (2, _) => Outcome::NotSent,
        (3, _) => Outcome::Superseded { why: "moved on".to_owned() },
        (_, Payload::AddLead { .. }) => added(lead),
        (_, Payload::LogCall { .. }) => Outcome::Done { lead_id: None, activity: Some(format!("A{lead}").as_str().into()) },
        _ => done(),
    }
}

/// Does an act to the state and to the model.
fn act(desk: &Desk, model: &mut Model, act: &Act, step: usize, now: DateTime<Utc>) {
    let failure = |who: usize| Failure {
        subject: format!("contact:{}", NAMES[who]),
        contact: None,
        code: "odd".to_owned(),
        raw: String::new(),
        tries: 0,
    };
    match act {
        Act::Plan { .. } => {
            let plan = plan_of(model, act, step).unwrap();
            desk.state.commit_plan(&job(), desk.run, &plan, now).unwrap();
            model.commit(&plan, now);
        }
        Act::Advance { results, sent } => {
            let all = [OpState::Intended, OpState::Sent, OpState::Unknown, OpState::Done, OpState::Refused, OpState::Superseded];
            let ops = desk.state.ops(&job(), &all, 10_000).unwrap();
            let newest = |back: usize| ops.len().checked_sub(1 + back).map(|index| ops[index].clone());
            let mut wanted = Vec::new();
            for (number, (back, kind)) in results.iter().enumerate() {
                let Some(op) = newest(*back) else { continue };
                let outcome = outcome_of(&op, *kind, (1000 + step * 10 + number) as u64);
                let result = OpResult { op, outcome };
                model.settle(&result, now);
                wanted.push(result);
            }
            let mut marked: Vec<OpId> = Vec::new();
            for op in sent.iter().filter_map(|back| newest(*back)) {
                let kept = &mut model.ops[op.id.0 as usize - 1].op;
                if kept.state == OpState::Intended {
                    (kept.state, kept.tries) = (OpState::Sent, kept.tries + 1);
                    marked.push(op.id);
                }
            }
            desk.state.advance(&job(), &wanted, &marked, now).unwrap();
        }
        Act::Pass { from, to } => {
            let (from, to) = (seat(NAMES[*from]), wanted(NAMES[*to]));
            let Some(link) = model.links.get(&from).filter(|link| link.lead_id.is_some() && !model.links.contains_key(&to.seat())) else {
                return;
            };
            let id = desk.state.link_at(&job(), &from).unwrap().unwrap().id;
            let link = Link { id, contact: to.contact, slot: to.slot, code: to.code, fingerprint: format!("v{step}"), ..link.clone() };
            let plan = PlanCommit { cancelled: vec![from.clone()], links: vec![LinkWrite::Pass(link.clone())], ..PlanCommit::default() };
            desk.state.commit_plan(&job(), desk.run, &plan, now).unwrap();
            model.pass(&from, &link);
            model.commit(&PlanCommit { links: Vec::new(), ..plan }, now);
        }
        Act::CloseSent => {
            let mut closed = 0;
            for row in model.ops.iter_mut().filter(|row| row.op.state == OpState::Sent) {
                (row.op.state, row.closed) = (OpState::Unknown, Some(now));
                closed += 1;
            }
            assert_eq!(desk.state.close_sent(&job(), now).unwrap(), closed);
        }
        Act::Fail { who } => {
            let mut failure = failure(*who);
            desk.state.put_failure(&job(), &failure, now).unwrap();
            failure.contact = model.failures.get(&failure.subject).and_then(|kept| kept.failure.contact.clone());
            let after = model.ops.len();
            model.fail(&failure, now, after);
        }
        Act::Mend { who } => {
            desk.state.drop_failure(&job(), &failure(*who).subject).unwrap();
            model.failures.remove(&failure(*who).subject);
        }
        Act::Reopen => {}
    }
}

fn live_through(acts: &[Act]) {
    let mut desk = Desk::new();
    let mut model = Model::default();
    for (step, next) in acts.iter().enumerate() {
        let now = at(60 * step as i64);
        act(&desk, &mut model, next, step, now);
        if matches!(next, Act::Reopen) {
            let Desk { dir, state, run } = desk;
            drop(state);
            desk = Desk { state: State::open(dir.path()).unwrap(), dir, run };
        }
        let expected = model.picture(now);
        assert_eq!(look(&desk.state, now), expected, "after step {step}");
        // As power loss leaves it: the files as they are now, without a word to SQLite.
        let crashed = tempfile::tempdir().unwrap();
        for name in ["state.db", "state.db-wal"] {
            fs::copy(desk.dir.path().join(name), crashed.path().join(name)).unwrap();
        }
        assert_eq!(look(&State::open_copy(crashed.path()).unwrap(), now), expected, "after a crash behind step {step}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_state_is_what_its_calls_said(acts in acts()) {
        live_through(&acts);
    }
}
