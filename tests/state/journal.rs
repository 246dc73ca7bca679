//! The journal by example: what a plan does to older ops, and what each result does to links, failures and activities.

use std::collections::BTreeMap;

use vicisync::model::{
    ContactId, Lane, Link, LinkId, LinkState, ListId, Op, OpId, OpResult, OpState, Outcome, Payload, Rejection, Seat, Slot, StatusRule,
    Value,
};
use vicisync::ports::{LOOK_AGAIN, LinkWrite, PlanCommit, Store, StoreErrorKind};

use super::{Desk, add, added, at, base, call, custom, deactivate, done, field, job, live, log, next_ops, patch, refused, update, wanted};

impl Desk {
    fn send(&self, op: OpId) {
        self.state.advance(&job(), &[], &[op], at(1)).unwrap();
    }

    /// Plans one op, sends it, and gives it as the journal has it.
    fn sent(&self, op: vicisync::model::Op) -> vicisync::model::Op {
        self.plan(vec![], vec![op]);
        let op = self.only_op(OpState::Intended);
        self.send(op.id);
        self.only_op(OpState::Sent)
    }

    fn states(&self, name: &str) -> Vec<OpState> {
        self.state.ops_of(&job(), &name.into(), 100).unwrap().into_iter().rev().map(|op| op.state).collect()
    }

    fn failed(&self) -> Vec<(String, String, u32)> {
        let failures = self.state.failures(&job(), None).unwrap();
        failures.into_iter().map(|failure| (failure.subject, failure.code, failure.tries)).collect()
    }

    fn due(&self, seconds: i64) -> usize {
        self.state.failures(&job(), Some(at(seconds))).unwrap().len()
    }
}

#[test]
fn ops_come_back_as_planned_by_lane_and_by_age() {
    let desk = Desk::new();
    let links = vec![wanted("C1"), live("C2", 12)];
    let mut with_row = update("C2", &[("city", "Bonn")], None, false);
    let planned = vec![add("C1", "Doe"), custom("C1", "gold"), patch("C1", "today"), log("C2", call("K1", "hi"), None)];
    desk.plan(links, planned.clone());
    with_row.link = Some(desk.link("C2").id);
    desk.plan(vec![], vec![with_row.clone()]);
    let kept = desk.state.ops(&job(), &[OpState::Intended, OpState::Sent, OpState::Intended], 10).unwrap();
    let ids: Vec<i64> = kept.iter().map(|op| op.id.0).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    let links: Vec<LinkId> = kept.iter().filter_map(|op| op.link).collect();
    let (first, second) = (desk.link("C1").id, desk.link("C2").id);
    assert_eq!(links, [first, first, first, second, second]);
    for (kept, mut planned) in kept.into_iter().zip(planned.into_iter().chain([with_row])) {
        (planned.id, planned.link) = (kept.id, kept.link);
        assert_eq!(kept, planned);
    }
    let next = |lane| next_ops(&desk.state, lane, 10).into_iter().map(|op| op.id.0).collect::<Vec<_>>();
    assert_eq!((next(Lane::Create), next(Lane::Update), next(Lane::Dnc)), (vec![1], vec![5], vec![]));
    assert_eq!(desk.state.ops(&job(), &[OpState::Intended], 2).unwrap().len(), 2);
    let of: Vec<i64> = desk.state.ops_of(&job(), &"C1".into(), 2).unwrap().into_iter().map(|op| op.id.0).collect();
    assert_eq!(of, [3, 2], "newest first");
    let waiting: Vec<ContactId> = desk.waiting().into_iter().collect();
    assert_eq!(waiting, ["C1".into(), "C2".into()]);
    assert!(desk.state.ops(&"south".into(), &[OpState::Intended], 10).unwrap().is_empty());
}

#[test]
fn a_plan_without_a_link_for_its_leads_is_refused() {
    let desk = Desk::new();
    let plan = PlanCommit { ops: vec![add("C1", "Doe")], ..PlanCommit::default() };
    let error = desk.state.commit_plan(&job(), desk.run, &plan, at(0)).unwrap_err();
    assert!(error.kind == StoreErrorKind::Broken && error.message.contains("C1"), "{error}");
    desk.plan(vec![], vec![patch("C1", "x"), deactivate("C1", LinkState::Left, Some(99))]);
}

#[test]
fn a_newer_plan_replaces_an_intended_op_and_waits_for_one_on_its_way() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![update("C1", &[("city", "Bonn")], None, false)]);
    desk.plan(vec![], vec![update("C1", &[("city", "Köln")], None, false), patch("C1", "x")]);
    assert_eq!(desk.states("C1"), [OpState::Superseded, OpState::Intended, OpState::Intended]);
    assert_eq!(desk.failed(), []);
    desk.send(OpId(2));
    assert_eq!(desk.only_op(OpState::Sent).tries, 1);
    let third = update("C1", &[("city", "Mainz")], None, false);
    let plan = PlanCommit {
        links: vec![LinkWrite::Put(live("C1", 11))],
        ops: vec![third.clone(), log("C1", call("K1", ""), None)],
        mended: vec!["contact:C1".to_owned()],
        ..PlanCommit::default()
    };
    desk.commit(&plan);
    assert_eq!(desk.states("C1"), [OpState::Superseded, OpState::Sent, OpState::Intended, OpState::Intended]);
    // The newest value is not lost: the contact is due at once, and nothing says that it was seen.
    assert_eq!(desk.failed(), [("contact:C1".to_owned(), LOOK_AGAIN.to_owned(), 0)]);
    assert_eq!(desk.due(0), 1);
    assert_eq!(desk.link("C1").fingerprint, "");
    desk.finish(desk.only_op(OpState::Sent), done());
    assert_eq!(desk.failed().len(), 1, "the older op does not end it");
    desk.plan(vec![], vec![third]);
    let last = next_ops(&desk.state, Lane::Update, 1).remove(0);
    desk.send(last.id);
    desk.finish(last, done());
    assert_eq!(desk.failed(), []);
    assert_eq!(desk.link("C1").base, base(&[("city", "Mainz")]));
}

#[test]
fn a_contact_that_left_is_not_added_by_an_older_plan() {
    let desk = Desk::new();
    desk.plan(vec![wanted("C1"), live("C2", 12), live("C3", 13)], vec![add("C1", "Doe"), custom("C1", "gold"), patch("C1", "x")]);
    desk.plan(vec![], vec![update("C2", &[("city", "Bonn")], None, false), update("C3", &[("city", "Bonn")], None, false)]);
    let mut left = desk.link("C2");
    left.state = LinkState::OptedOut;
    let rejection = Rejection { contact: "C1".into(), slot: Slot::main(), reason: "opted_out".to_owned(), detail: String::new() };
    desk.commit(&PlanCommit {
        links: vec![LinkWrite::Put(left), LinkWrite::Put(live("C3", 13))],
        ops: vec![deactivate("C1", LinkState::OptedOut, None)],
        rejections: vec![rejection],
        ..PlanCommit::default()
    });
    assert_eq!(desk.states("C1"), [OpState::Superseded, OpState::Superseded, OpState::Intended, OpState::Intended]);
    assert_eq!(desk.states("C2"), [OpState::Superseded]);
    assert_eq!(desk.states("C3"), [OpState::Intended]);
}

#[test]
fn a_contact_that_was_looked_at_anew_has_its_older_plan_cancelled() {
    let desk = Desk::new();
    let all = |name: &str| vec![add(name, "Doe"), custom(name, "gold"), deactivate(name, LinkState::Left, None), patch(name, "x")];
    desk.plan(vec![wanted("C1"), live("C2", 12), wanted("C3"), wanted("C4")], vec![]);
    desk.plan(vec![], ["C1", "C2", "C3", "C4"].into_iter().flat_map(all).collect());
    let waits = next_ops(&desk.state, Lane::Create, 4).pop().unwrap();
    desk.send(waits.id);
    // The plan puts C3 again, and its op names the row that the link had when the plan was made.
    let row = desk.link("C3").id;
    let cancelled = ["C1", "C2", "C3", "C4", "C9"].map(Seat::from).to_vec();
    let links = vec![LinkWrite::Put(wanted("C3"))];
    let ops = vec![vicisync::model::Op { link: Some(row), ..add("C3", "Roe") }];
    desk.commit(&PlanCommit { cancelled, links, ops, ..PlanCommit::default() });
    let (over, waits) = (OpState::Superseded, OpState::Intended);
    assert_eq!(desk.states("C1"), [over, over, over, waits]);
    assert_eq!(desk.states("C2"), [over, over, over, waits]);
    assert_eq!(desk.states("C3"), [over, over, over, waits, waits]);
    assert_eq!(desk.states("C4"), [OpState::Sent, over, over, waits]);
    let link = |name: &str| desk.state.link_at(&job(), &name.into()).unwrap();
    assert_eq!(link("C1"), None, "nothing of it is anywhere");
    assert_eq!(link("C3").unwrap().id, row);
    assert_eq!(link("C2").unwrap().lead_id.unwrap().0, 12);
    assert_eq!(link("C4").unwrap().state, LinkState::Wanted, "its lead may be there already");
    let with =
        |states: &[OpState]| desk.state.contacts_with_ops(&job(), states).unwrap().into_iter().map(|name| name.0).collect::<Vec<_>>();
    assert_eq!(with(&[OpState::Sent, OpState::Unknown]), ["C4"]);
    assert_eq!(with(&[OpState::Intended]), ["C1", "C2", "C3", "C4"]);
    assert_eq!(with(&[]), [""; 0]);
}

#[test]
fn marking_what_does_not_wait_is_an_error_and_keeps_nothing() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![patch("C1", "x"), update("C1", &[("city", "Bonn")], None, false)]);
    desk.send(OpId(1));
    let error = desk.state.advance(&job(), &[], &[OpId(2), OpId(1)], at(1)).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Broken);
    assert_eq!(desk.states("C1"), [OpState::Sent, OpState::Intended]);
    desk.state.advance(&job(), &[], &[OpId(9)], at(1)).unwrap_err();
    desk.state.advance(&"south".into(), &[], &[OpId(2)], at(1)).unwrap_err();
}

#[test]
fn an_added_lead_makes_its_link_live() {
    let desk = Desk::new();
    desk.plan(vec![wanted("C1")], vec![add("C1", "Doe")]);
    let op = desk.only_op(OpState::Intended);
    desk.send(op.id);
    let error = desk.state.advance(&job(), &[OpResult { op: op.clone(), outcome: done() }], &[], at(2)).unwrap_err();
    assert!(error.message.contains("did not learn its id"), "{error}");
    desk.finish(op, added(11));
    let link = desk.link("C1");
    assert_eq!((link.lead_id.unwrap().0, link.state, link.list_id), (11, LinkState::Live, ListId(102)));
    assert_eq!((link.phone.as_str(), link.fingerprint.as_str()), ("+12025550111", "seen"));
    assert_eq!(link.base, base(&[("last_name", "Doe"), ("phone_code", "1"), ("phone_number", "2025550111")]));
    assert_eq!(desk.states("C1"), [OpState::Done]);
    assert!(desk.waiting().is_empty());
}

#[test]
fn a_lead_that_another_contact_has_stops_everything() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11), wanted("C2")], vec![add("C2", "Doe")]);
    let op = desk.only_op(OpState::Intended);
    desk.send(op.id);
    let error = desk.state.advance(&job(), &[OpResult { op, outcome: added(11) }], &[], at(2)).unwrap_err();
    assert!(error.message.contains("contact C2") && error.message.contains("contact C1"), "{error}");
    assert_eq!(desk.states("C2"), [OpState::Sent]);
}

#[test]
fn an_add_that_ends_after_its_contact_left_is_looked_at_again() {
    let desk = Desk::new();
    desk.plan(vec![wanted("C1")], vec![add("C1", "Doe")]);
    let op = desk.only_op(OpState::Intended);
    desk.send(op.id);
    let mut left = desk.link("C1");
    left.state = LinkState::OptedOut;
    desk.plan(vec![left], vec![]);
    desk.finish(op, added(11));
    let link = desk.link("C1");
    assert_eq!((link.lead_id.unwrap().0, link.state, link.fingerprint.as_str()), (11, LinkState::Live, ""));
    assert_eq!((desk.failed()[0].1.as_str(), desk.due(10)), (LOOK_AGAIN, 1));
}

#[test]
fn custom_fields_that_were_written_are_in_the_base() {
    let desk = Desk::new();
    let mut link = live("C1", 11);
    link.base = base(&[("last_name", "Doe"), ("custom.plan", "silver")]);
    desk.plan(vec![link], vec![]);
    let op = desk.sent(custom("C1", "gold"));
    desk.finish(op, done());
    assert_eq!(desk.link("C1").base, base(&[("last_name", "Doe"), ("custom.plan", "gold")]));
}

#[test]
fn an_update_moves_list_phone_and_base() {
    let desk = Desk::new();
    let mut link = live("C1", 11);
    link.base = base(&[("last_name", "Doe"), ("phone_code", "1"), ("phone_number", "2025550100")]);
    desk.plan(vec![link], vec![]);
    let op = desk.sent(update("C1", &[("last_name", "Roe")], None, false));
    desk.finish(op, done());
    let link = desk.link("C1");
    assert_eq!((link.list_id, link.phone.as_str()), (ListId(101), "+12025550100"));
    assert_eq!(link.base, base(&[("last_name", "Roe"), ("phone_code", "1"), ("phone_number", "2025550100")]));
    let op = desk.sent(update("C1", &[("phone_code", "44"), ("phone_number", "1632960000")], Some(103), false));
    desk.finish(op, done());
    let link = desk.link("C1");
    assert_eq!((link.list_id, link.phone.as_str(), link.state), (ListId(103), "+441632960000", LinkState::Live));
    let op = desk.sent(update("C1", &[("phone_number", "1632960001")], None, false));
    desk.finish(op, done());
    assert_eq!(desk.link("C1").phone, "+441632960001");
}

#[test]
fn leads_leave_and_return() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![]);
    let op = desk.sent(deactivate("C1", LinkState::Left, Some(99)));
    desk.finish(op, done());
    assert_eq!(desk.link("C1").state, LinkState::Live, "only a double left");
    let leave = |then| {
        let op = desk.sent(deactivate("C1", then, None));
        desk.finish(op, done());
        assert_eq!((desk.link("C1").state, desk.link("C1").lead_id.unwrap().0), (then, 11));
    };
    leave(LinkState::Left);
    let op = desk.sent(update("C1", &[], None, false));
    desk.finish(op, done());
    assert_eq!(desk.link("C1").state, LinkState::Left, "a plain update brings nobody back");
    let op = desk.sent(update("C1", &[], Some(102), true));
    desk.finish(op, done());
    assert_eq!((desk.link("C1").state, desk.link("C1").list_id), (LinkState::Live, ListId(102)));
    leave(LinkState::OptedOut);
}

#[test]
fn what_was_written_to_the_crm_is_remembered() {
    let desk = Desk::new();
    let mut link = live("C1", 11);
    link.base.pulled.insert("calls".to_owned(), Value::Int(2));
    desk.plan(vec![link], vec![]);
    let op = desk.sent(patch("C1", "today"));
    desk.finish(op, done());
    let pulled = desk.link("C1").base.pulled;
    assert_eq!(pulled, [("calls".to_owned(), Value::Int(2)), ("lastCall".to_owned(), Value::Text("today".to_owned()))].into());
    assert_eq!(desk.state.activity(&job(), "K1").unwrap(), None);
    let created = Outcome::Done { lead_id: None, activity: Some("A7".into()) };
    let op = desk.sent(log("C1", call("K1", "first"), None));
    desk.finish(op, created);
    assert_eq!(desk.state.activity(&job(), "K1").unwrap(), Some(("A7".into(), call("K1", "first").hash())));
    let op = desk.sent(log("C1", call("K1", "second"), Some("A7")));
    desk.finish(op, done());
    assert_eq!(desk.state.activity(&job(), "K1").unwrap(), Some(("A7".into(), call("K1", "second").hash())));
    assert_ne!(call("K1", "first").hash(), call("K1", "second").hash());
    let op = desk.sent(log("C1", call("K2", ""), None));
    desk.state.advance(&job(), &[OpResult { op, outcome: done() }], &[], at(2)).unwrap_err();
}

#[test]
fn a_refused_add_goes_with_its_link_and_what_waited_for_it() {
    let desk = Desk::new();
    desk.plan(vec![wanted("C1")], vec![add("C1", "Doe"), custom("C1", "gold")]);
    desk.send(OpId(1));
    desk.finish(desk.only_op(OpState::Sent), refused("bad_phone"));
    assert_eq!(desk.state.link_at(&job(), &"C1".into()).unwrap(), None);
    assert_eq!(desk.states("C1"), [OpState::Refused, OpState::Superseded]);
    assert_eq!(desk.failed(), [("contact:C1".to_owned(), "bad_phone".to_owned(), 1)]);
    assert_eq!((desk.due(309), desk.due(310)), (0, 1));
    assert!(desk.state.ops_of(&job(), &"C1".into(), 10).unwrap().iter().all(|op| op.link.is_none()));
    // A later look plans it anew, and what it plans ends the failure.
    desk.plan(vec![wanted("C1")], vec![add("C1", "Doe")]);
    let op = desk.only_op(OpState::Intended);
    desk.send(op.id);
    desk.finish(op, added(11));
    assert_eq!(desk.failed(), []);
}

#[test]
fn a_refused_add_of_a_contact_that_has_a_lead_leaves_the_link() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![add("C1", "Doe"), custom("C1", "gold")]);
    desk.send(OpId(1));
    desk.finish(desk.only_op(OpState::Sent), refused("duplicate"));
    assert_eq!(desk.link("C1").lead_id.unwrap().0, 11);
    assert_eq!(desk.states("C1"), [OpState::Refused, OpState::Intended]);
}

#[test]
fn a_refused_change_is_a_failure_until_a_younger_op_is_done() {
    let desk = Desk::new();
    let two = vec![custom("C1", "gold"), update("C1", &[("city", "Bonn")], None, false)];
    desk.plan(vec![live("C1", 11)], two);
    desk.state.advance(&job(), &[], &[OpId(1), OpId(2)], at(1)).unwrap();
    let [first, second] = desk.state.ops(&job(), &[OpState::Sent], 2).unwrap().try_into().unwrap();
    let results = [OpResult { op: first, outcome: refused("no_such_field") }, OpResult { op: second, outcome: done() }];
    desk.state.advance(&job(), &results, &[], at(2)).unwrap();
    let link = desk.link("C1");
    assert_eq!((link.lead_id.unwrap().0, link.fingerprint.as_str(), link.base), (11, "", base(&[("city", "Bonn")])));
    // The other op of the same plan is done, and says nothing of the refused one.
    assert_eq!(desk.failed(), [("contact:C1".to_owned(), "no_such_field".to_owned(), 1)]);
    let op = desk.sent(custom("C1", "gold"));
    desk.finish(op, refused("no_such_field"));
    assert_eq!(desk.failed()[0].2, 2);
    let op = desk.sent(custom("C1", "gold"));
    desk.finish(op, done());
    assert_eq!(desk.failed(), []);
}

#[test]
fn a_superseded_op_has_its_contact_looked_at_at_once() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11), wanted("C2")], vec![add("C2", "Doe"), custom("C2", "gold")]);
    let why = || Outcome::Superseded { why: "VICIdial shows another city".to_owned() };
    desk.send(OpId(1));
    desk.finish(desk.only_op(OpState::Sent), why());
    assert_eq!(desk.states("C2"), [OpState::Superseded, OpState::Superseded]);
    assert_eq!((desk.link("C2").state, desk.link("C2").fingerprint.as_str()), (LinkState::Wanted, ""));
    let op = desk.sent(update("C1", &[("city", "Bonn")], None, false));
    desk.finish(op, why());
    assert_eq!((desk.link("C1").fingerprint.as_str(), desk.link("C1").base.fields.len()), ("", 0));
    let expected = |subject: &str| (subject.to_owned(), LOOK_AGAIN.to_owned(), 0);
    assert_eq!(desk.failed(), [expected("contact:C1"), expected("contact:C2")]);
    assert_eq!((desk.due(9), desk.due(10)), (0, 2));
    // A known failure keeps its reason, and is due.
    let op = desk.sent(update("C1", &[("city", "Bonn")], None, false));
    desk.finish(op, refused("locked"));
    let op = desk.sent(update("C1", &[("city", "Bonn")], None, false));
    desk.finish(op, why());
    assert!(desk.failed().contains(&("contact:C1".to_owned(), "locked".to_owned(), 1)));
    assert_eq!(desk.due(10), 2);
}

#[test]
fn an_unknown_op_keeps_the_moment_its_connection_closed() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![update("C1", &[("city", "Bonn")], None, false), patch("C1", "x")]);
    desk.state.advance(&job(), &[], &[OpId(1), OpId(2)], at(1)).unwrap();
    let [first, second] = desk.state.ops(&job(), &[OpState::Sent], 2).unwrap().try_into().unwrap();
    let unknown = OpResult { op: first.clone(), outcome: Outcome::Unknown { raw: "reset".to_owned() } };
    desk.state.advance(&job(), &[unknown], &[], at(5)).unwrap();
    assert_eq!(desk.state.close_sent(&job(), at(7)).unwrap(), 1);
    assert_eq!(desk.state.close_sent(&job(), at(8)).unwrap(), 0);
    let closed: Vec<_> = desk.state.unknown_ops(&job()).unwrap().into_iter().map(|(op, closed)| (op.id, op.tries, closed)).collect();
    assert_eq!(closed, [(OpId(1), 1, at(5)), (OpId(2), 1, at(7))]);
    assert_eq!(desk.waiting().len(), 1);
    desk.finish(first.clone(), Outcome::NotSent);
    assert_eq!(desk.states("C1"), [OpState::Intended, OpState::Unknown]);
    desk.send(OpId(1));
    assert_eq!(desk.only_op(OpState::Sent).tries, 2);
    desk.finish(first, done());
    desk.finish(second, done());
    assert_eq!(desk.states("C1"), [OpState::Done, OpState::Done]);
    assert!(desk.state.unknown_ops(&job()).unwrap().is_empty());
}

/// Both are writes of one lane about one contact, planned one after the other.
#[test]
fn a_status_beside_an_update_of_unknown_effect_does_not_reset_its_count_of_tries() {
    let desk = Desk::new();
    let rule = StatusRule { from: vec!["NEW".to_owned()], to: "HOT".to_owned() };
    let status = || Op { payload: Payload::SetStatus { rule: rule.clone() }, ..update("C1", &[], None, false) };
    let city = || update("C1", &[("city", "Bonn")], None, false);
    desk.plan(vec![live("C1", 11)], vec![city(), status()]);
    for tries in 1..=3 {
        let waiting = next_ops(&desk.state, Lane::Update, 10);
        let op = waiting.into_iter().find(|op| matches!(op.payload, Payload::UpdateLead { .. })).unwrap();
        assert_eq!(op.tries, tries - 1);
        desk.send(op.id);
        let op = desk.only_op(OpState::Sent);
        assert_eq!(op.tries, tries);
        desk.finish(op.clone(), Outcome::Unknown { raw: "reset".to_owned() });
        desk.finish(op, Outcome::Superseded { why: "it did not take effect".to_owned() });
        // A newer look plans both again.
        desk.plan(vec![], vec![city(), status()]);
    }
}

#[test]
fn a_late_reply_changes_nothing() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![]);
    let op = desk.sent(update("C1", &[("city", "Bonn")], None, false));
    desk.finish(op.clone(), Outcome::Superseded { why: "read back".to_owned() });
    let (link, failed) = (desk.link("C1"), desk.failed());
    for late in [done(), refused("late"), Outcome::Unknown { raw: String::new() }, Outcome::NotSent] {
        desk.finish(op.clone(), late);
        assert_eq!((desk.link("C1"), desk.failed()), (link.clone(), failed.clone()));
        assert_eq!(desk.states("C1"), [OpState::Superseded]);
    }
}

#[test]
fn a_result_of_another_op_is_an_error() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![]);
    let op = desk.sent(update("C1", &[("city", "Bonn")], None, false));
    let result = |op: vicisync::model::Op| [OpResult { op, outcome: done() }];
    let mut nowhere = op.clone();
    nowhere.id = OpId(99);
    desk.state.advance(&job(), &result(nowhere), &[], at(2)).unwrap_err();
    desk.state.advance(&"south".into(), &result(op.clone()), &[], at(2)).unwrap_err();
    let mut other_kind = patch("C1", "x");
    other_kind.id = op.id;
    desk.state.advance(&job(), &result(other_kind), &[], at(2)).unwrap_err();
    assert_eq!(desk.states("C1"), [OpState::Sent]);
}

#[test]
fn results_and_marks_are_one_commit() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![update("C1", &[("city", "Bonn")], None, false), patch("C1", "x")]);
    desk.send(OpId(1));
    let first = desk.only_op(OpState::Sent);
    let again = OpResult { op: first.clone(), outcome: Outcome::NotSent };
    desk.state.advance(&job(), &[again], &[OpId(1), OpId(2)], at(2)).unwrap();
    assert_eq!(desk.states("C1"), [OpState::Sent, OpState::Sent]);
    let result = OpResult { op: first, outcome: done() };
    desk.state.advance(&job(), &[result], &[OpId(2)], at(3)).unwrap_err();
    assert_eq!(desk.states("C1"), [OpState::Sent, OpState::Sent]);
    assert!(desk.link("C1").base.fields.is_empty());
}

#[test]
fn an_open_write_does_not_bring_back_who_opted_out() {
    for open in [update("C1", &[("city", "Bonn")], None, true), deactivate("C1", LinkState::Left, None)] {
        let desk = Desk::new();
        desk.plan(vec![Link { state: LinkState::Left, ..live("C1", 11) }], vec![]);
        let op = desk.sent(open);
        desk.state.put_link(&job(), &Link { state: LinkState::OptedOut, ..live("C1", 11) }).unwrap();
        desk.state.advance(&job(), &[OpResult { op, outcome: done() }], &[], at(2)).unwrap();
        assert_eq!(desk.link("C1").state, LinkState::OptedOut);
    }
}

#[test]
fn writes_that_got_no_answer_may_come_late_for_as_long_as_somebody_asks() {
    let desk = Desk::new();
    let late = |since: i64| desk.state.late_writes(&job(), desk.link("C1").id, at(since)).unwrap();
    let city = |values: &[&str]| [(field("city"), values.iter().map(|value| (*value).to_owned()).collect())].into();
    desk.plan(vec![live("C1", 11)], vec![]);
    let send = |value: &str| desk.sent(update("C1", &[("city", value)], None, false));
    // Seen to be done after its one try: it cannot come once more.
    let op = send("Bonn");
    desk.finish(op.clone(), Outcome::Unknown { raw: "reset".to_owned() });
    desk.finish(op, done());
    // Answered at once.
    let op = send("Köln");
    desk.finish(op, done());
    assert_eq!(late(0), BTreeMap::new());
    // Not seen, and sent again: the first try may still come.
    let op = send("Trier");
    desk.finish(op.clone(), Outcome::Unknown { raw: "reset".to_owned() });
    desk.finish(op.clone(), Outcome::NotSent);
    assert_eq!(late(0), city(&["Trier"]));
    desk.send(op.id);
    desk.finish(op, done());
    // Given up for what the lead shows.
    let op = send("Mainz");
    desk.finish(op.clone(), Outcome::Unknown { raw: "reset".to_owned() });
    desk.finish(op, Outcome::Superseded { why: "it shows another city".to_owned() });
    assert_eq!((late(0), late(10)), (city(&["Mainz", "Trier"]), city(&["Mainz", "Trier"])));
    assert_eq!(late(11), BTreeMap::new());
}

#[test]
fn a_contact_that_is_looked_at_anew_loses_the_edit_that_waits_for_it_and_keeps_what_calls_set() {
    let desk = Desk::new();
    let edit = Op { subject: Op::pull_of(&"C1".into()), ..patch("C1", "x") };
    let of_calls = Op { subject: "patch:C1".to_owned(), ..patch("C1", "y") };
    desk.plan(vec![live("C1", 11)], vec![edit, of_calls]);
    desk.commit(&PlanCommit { cancelled: vec!["C1".into()], ..PlanCommit::default() });
    assert_eq!(desk.only_op(OpState::Intended).subject, "patch:C1");
    assert!(desk.only_op(OpState::Superseded).is_pull());
}
