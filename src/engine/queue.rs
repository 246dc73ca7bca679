//! What is sent next in a lane, and what became of what was sent. It decides the order, what waits for what, when more ops are
//! taken from the journal, and when the lane stops; it sends nothing and keeps nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::{LeadChange, Op, OpId, OpResult, Outcome, Taken};
use crate::ports::{Effect, Fault, Reach};

use super::change::{Change, First, Group, Step, Went, alike, first};
use super::send::Sent;

/// So many requests without a clear answer, between two takings, are trouble of the connection, not of records.
const UNKNOWN_MAX: usize = 8;

/// So many leads are looked at before they are written together. Somebody may call the first of them, and say what came of it, until the last one
/// was looked at: that would be written over.
const LOOKED_AT_MAX: usize = 64;

/// The code of the stop of a lane that rests: its run ends as one in a blackout.
pub(crate) const BLACKOUT: &str = "blackout";

/// A lane's queue.
#[derive(Default)]
pub(crate) struct Queue {
    steps: VecDeque<Step>,
    groups: BTreeMap<Group, Gathered>,
    next_group: u64,
    /// Phones that leads are being added with.
    phones: BTreeSet<String>,
    /// Ops that were taken and have no result.
    open: usize,
    /// Results that no commit holds yet.
    pub(crate) results: Vec<OpResult>,
    /// Ops that were not sent after all: they wait for another run.
    pub(crate) past: BTreeSet<OpId>,
    unknown: usize,
    /// What the lane ends with.
    stop: Option<Fault>,
    is_at_end: bool,
}

/// A group of changes while they are looked at.
struct Gathered {
    has_begun: bool,
    missing: usize,
    looked: BTreeMap<LeadChange, Vec<Change>>,
}

impl Queue {
    /// Whether it is time to take more: half of a window is under way, and the other half waits. So the next ops are marked while
    /// requests are out.
    pub(crate) fn is_low(&self, window: usize) -> bool {
        let fresh: usize = self.steps.iter().map(Step::fresh).sum();
        self.stop.is_none() && !self.is_at_end && fresh <= window / 2 && self.open <= window
    }

    /// Ops that were marked as sent just now, up to `window` of them.
    pub(crate) fn taken(&mut self, taken: Vec<Taken>, window: usize) -> Vec<(Op, Sent)> {
        self.is_at_end = taken.len() < window;
        self.unknown = 0;
        self.open += taken.len();
        let mut answers = Vec::new();
        let mut changes = Vec::new();
        for taken in taken {
            match first(taken) {
                First::Alone(taken) => self.steps.push_back(Step::Alone(taken)),
                First::Change(asked, change) => changes.push((asked, change)),
                First::Answer(op, sent) => answers.push((op, sent)),
            }
        }
        let (alone, groups) = alike(changes);
        self.steps.extend(alone);
        for (asked, changes) in groups {
            if !changes.iter().any(Change::is_looked_at) {
                self.steps.push_back(Step::Write(asked, changes));
                continue;
            }
            self.gather(changes);
        }
        answers
    }

    /// Changes that are looked at, and then written with those for which the look allows the same.
    fn gather(&mut self, changes: Vec<Change>) {
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let group = Group(self.next_group);
            self.next_group += 1;
            let looks: Vec<Step> = changes.by_ref().take(LOOKED_AT_MAX).map(|change| Step::Look(Some(group), change)).collect();
            self.groups.insert(group, Gathered { has_begun: false, missing: looks.len(), looked: BTreeMap::new() });
            self.steps.extend(looks);
        }
    }

    /// What is sent next; `None` where all that waits has to wait.
    pub(crate) fn next(&mut self) -> Option<Step> {
        let may_go = |step: &Step| match &self.stop {
            None => step.phone().is_none_or(|phone| !self.phones.contains(&phone)),
            // A person is needed, and the server answers: what was begun is ended. A lead that was written does not stay in the hopper.
            Some(Fault { reach: Reach::Person, .. }) => step.is_ending(),
            Some(Fault { reach: Reach::Record | Reach::Connection | Reach::Login, .. }) => false,
        };
        let ready = self.steps.iter().enumerate().filter(|(_, step)| may_go(step));
        let at = ready.min_by_key(|(at, step)| (!self.is_awaited(step), *at))?.0;
        let step = self.steps.remove(at)?;
        self.phones.extend(step.phone());
        if let Step::Look(Some(group), _) = &step
            && let Some(gathered) = self.groups.get_mut(group)
        {
            gathered.has_begun = true;
        }
        Some(step)
    }

    /// Whether looks grow old while it waits.
    fn is_awaited(&self, step: &Step) -> bool {
        match step {
            Step::Write(..) | Step::Delete(_) => true,
            Step::Look(Some(group), _) => self.groups.get(group).is_some_and(|gathered| gathered.has_begun),
            Step::Look(None, _) | Step::Alone(_) | Step::Hopper(_) | Step::Leave(_) => false,
        }
    }

    /// A step came back; `phone` is that of [`Step::phone`]. Gives the ops that are through.
    pub(crate) fn went(&mut self, went: Went, phone: Option<&String>) -> Vec<(Op, Sent)> {
        if let Some(phone) = phone {
            self.phones.remove(phone);
        }
        // What was begun goes first: between a look and its write, somebody may call the lead.
        for step in went.steps.into_iter().rev() {
            self.steps.push_front(step);
        }
        if let Some((group, looked)) = went.looked {
            self.looked(group, looked);
        }
        for fault in went.answers.iter().filter_map(|(_, sent)| sent.stop.as_ref()) {
            self.stop_with(fault);
        }
        // What stops the lane by itself says better why.
        let is_unclear = went.answers.iter().any(|(_, sent)| sent.stop.is_none() && matches!(sent.outcome, Outcome::Unknown { .. }));
        self.unknown += usize::from(is_unclear);
        if self.unknown >= UNKNOWN_MAX {
            self.stop_with(&too_many_unknown(self.unknown));
        }
        went.answers
    }

    fn looked(&mut self, group: Group, looked: Option<(LeadChange, Change)>) {
        let Some(gathered) = self.groups.get_mut(&group) else { return };
        gathered.missing -= 1;
        if let Some((written, change)) = looked {
            gathered.looked.entry(written).or_default().push(change);
        }
        if gathered.missing == 0
            && let Some(gathered) = self.groups.remove(&group)
        {
            for (written, changes) in gathered.looked {
                self.steps.push_front(Step::Write(written, changes));
            }
        }
    }

    /// The worst of what went wrong is kept: a refused login must be remembered, and without a connection nothing more is tried.
    fn stop_with(&mut self, fault: &Fault) {
        if self.stop.as_ref().is_none_or(|known| badness(known) < badness(fault)) {
            self.stop = Some(fault.clone());
        }
    }

    /// A blackout began: what was begun is ended, and nothing else is begun.
    pub(crate) fn rest(&mut self) {
        self.stop_with(&Fault::new(Effect::None, Reach::Person, BLACKOUT, "VICIdial has a blackout now"));
    }

    /// Keeps what became of an op.
    pub(crate) fn keep(&mut self, mut op: Op, sent: Sent) {
        self.open -= 1;
        if sent.outcome == Outcome::NotSent {
            self.past.insert(op.id);
        }
        // A write that got no clear answer before may show by now: then only that time's look saw the status.
        op.base_after.left_status = sent.left_status.or(op.base_after.left_status);
        self.results.push(OpResult { op, outcome: sent.outcome });
    }

    /// After the last step: what the lane stopped with, and the ops that are given up for it.
    pub(crate) fn end(&mut self) -> Option<(Fault, Vec<(Op, Sent)>)> {
        let stop = self.stop.take()?;
        let gathered = std::mem::take(&mut self.groups).into_values().flat_map(|gathered| gathered.looked);
        let looked = gathered.map(|(written, changes)| Step::Write(written, changes));
        let rest = self.steps.drain(..).chain(looked).flat_map(|step| step.given_up(&stop)).collect();
        Some((stop, rest))
    }
}

fn badness(fault: &Fault) -> u8 {
    match fault.reach {
        Reach::Record => 0,
        Reach::Person => 1,
        Reach::Connection => 2,
        Reach::Login => 3,
    }
}

fn too_many_unknown(unknown: usize) -> Fault {
    Fault::new(
        Effect::Unknown,
        Reach::Connection,
        "many_unknown",
        format!("{unknown} writes got no clear answer; the next run looks at what became of them"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Queue, Step, Went};
    use crate::engine::send::Sent;
    use crate::model::{
        Base, ContactId, InstallKey, Intake, Lane, Lead, LeadChange, LeadId, Link, LinkId, LinkState, ListId, Op, OpId, OpState, Outcome,
        Payload, Phone, Seat, Slot, Taken, VendorLeadCode,
    };
    use crate::ports::{Effect, Fault, Reach};

    const WINDOW: usize = 128;

    fn op(number: i64, lane: Lane, payload: Payload) -> Op {
        Op {
            id: OpId(number),
            lane,
            subject: format!("contact:{number}"),
            link: Some(LinkId(number)),
            contact: number.to_string().into(),
            slot: Slot::main(),
            payload,
            base_after: Base::default(),
            reason: String::new(),
            state: OpState::Intended,
            tries: 0,
        }
    }

    fn add(number: i64, phone: &str) -> Taken {
        let phone = Phone { code: "1".to_owned(), number: phone.to_owned() };
        let lead = Lead { list_id: ListId(101), phone, fields: [].into() };
        Taken { op: op(number, Lane::Create, Payload::AddLead { lead, intake: Intake::default() }), link: None }
    }

    fn change(number: i64, list: u64) -> Taken {
        let to = |list| LeadChange { list_id: Some(ListId(list)), ..LeadChange::default() };
        let payload = Payload::UpdateLead { change: to(list), before: to(101), is_return: false };
        let contact: ContactId = number.to_string().into();
        let link = Link {
            id: LinkId(number),
            code: VendorLeadCode::derive(&InstallKey([7; 32]), "espo", &Seat::main(&contact)),
            contact,
            slot: Slot::main(),
            lead_id: Some(LeadId(number.unsigned_abs())),
            list_id: ListId(101),
            phone: "+12025550100".to_owned(),
            state: LinkState::Live,
            base: Base::default(),
            fingerprint: String::new(),
        };
        Taken { op: op(number, Lane::Update, payload), link: Some(link) }
    }

    /// Everything that may go now, as the numbers of its ops.
    fn out(queue: &mut Queue, most: usize) -> Vec<(Step, i64)> {
        let number = |step: &Step| match step {
            Step::Alone(taken) => taken.op.id.0,
            Step::Look(..) | Step::Write(..) | Step::Hopper(_) | Step::Leave(_) | Step::Delete(_) => 0,
        };
        std::iter::from_fn(|| queue.next()).take(most).map(|step| (number(&step), step)).map(|(number, step)| (step, number)).collect()
    }

    fn back(queue: &mut Queue, step: Step, outcome: &Outcome) {
        let phone = step.phone();
        let Step::Alone(taken) = step else { panic!("{step:?} does not stand alone") };
        let answers = vec![(taken.op, Sent::of(outcome.clone()))];
        for (op, sent) in queue.went(Went { answers, ..Went::default() }, phone.as_ref()) {
            queue.keep(op, sent);
        }
    }

    fn done() -> Outcome {
        Outcome::Done { lead_id: Some(LeadId(1)), activity: None }
    }

    #[test]
    fn leads_of_one_number_are_added_one_after_the_other() {
        let mut queue = Queue::default();
        queue.taken(vec![add(1, "2025550101"), add(2, "2025550102"), add(3, "2025550101")], 3);
        let mut first = out(&mut queue, 9);
        assert_eq!(first.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [1, 2]);
        // Also those that are taken later wait for the one that is out.
        queue.taken(vec![add(4, "2025550101")], 1);
        assert!(queue.next().is_none());
        back(&mut queue, first.remove(1).0, &done());
        assert!(queue.next().is_none(), "another number's answer changes nothing");
        back(&mut queue, first.remove(0).0, &done());
        let mut second = out(&mut queue, 9);
        assert_eq!(second.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [3], "the older one is first");
        back(&mut queue, second.remove(0).0, &done());
        assert_eq!(out(&mut queue, 9).iter().map(|(_, number)| *number).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn more_is_taken_while_half_of_the_last_window_waits() {
        let mut queue = Queue::default();
        assert!(queue.is_low(WINDOW));
        queue.taken((0..128).map(|number| add(number, &number.to_string())).collect(), WINDOW);
        let under_way: Vec<_> = out(&mut queue, 63);
        assert!(!queue.is_low(WINDOW));
        let more = out(&mut queue, 1);
        assert!(queue.is_low(WINDOW), "half of it is under way");
        assert_eq!((under_way.len(), more.len()), (63, 1));
        queue.taken(vec![], WINDOW);
        assert!(!queue.is_low(WINDOW), "the lane came to its end");
    }

    #[test]
    fn a_group_is_written_when_the_last_of_it_was_looked_at() {
        let mut queue = Queue::default();
        queue.taken(vec![change(1, 102), change(2, 102), change(3, 103)], WINDOW);
        let mut written = Vec::new();
        while let Some(step) = queue.next() {
            match step {
                Step::Look(group, change) => {
                    let change_to = LeadChange { list_id: Some(ListId(7)), ..LeadChange::default() };
                    queue.went(Went { looked: group.map(|group| (group, Some((change_to, change)))), ..Went::default() }, None);
                }
                Step::Write(_, changes) => written.push(changes.len()),
                Step::Alone(_) | Step::Hopper(_) | Step::Leave(_) | Step::Delete(_) => panic!("nothing of that kind was asked for"),
            }
        }
        assert_eq!(written, [2, 1], "the first group does not wait for the other one's looks");
    }

    #[test]
    fn without_a_connection_what_waits_is_not_sent_and_what_was_written_is_of_unknown_effect() {
        let mut queue = Queue::default();
        queue.taken(vec![change(1, 102), change(2, 102), change(3, 103)], 3);
        let (Some(Step::Look(Some(group), one)), Some(Step::Look(_, two))) = (queue.next(), queue.next()) else { panic!("no looks") };
        let moved = LeadChange { list_id: Some(ListId(102)), ..LeadChange::default() };
        queue.went(Went { looked: Some((group, Some((moved, one)))), ..Went::default() }, None);
        let fault = Fault::new(Effect::None, Reach::Connection, "unreachable", "nobody answers");
        let third = add(4, "2025550104").op;
        let went = Went { answers: vec![(third, Sent::before(fault))], steps: vec![Step::Leave(two)], looked: None };
        assert_eq!(queue.went(went, None).len(), 1);
        assert!(queue.next().is_none());
        let (stop, rest) = queue.end().expect("it stopped");
        let mut ends: Vec<(i64, Outcome)> = rest.into_iter().map(|(op, sent)| (op.id.0, sent.outcome)).collect();
        ends.sort_by_key(|(number, _)| *number);
        let unknown = Outcome::Unknown { raw: "nobody answers".to_owned() };
        assert_eq!((stop.code, ends), ("unreachable", vec![(1, Outcome::NotSent), (2, unknown), (3, Outcome::NotSent)]));
    }
}
