//! Each call of the store by example, but for the journal's.

use vicisync::model::{Base, Failure, JobName, LeadId, Link, LinkId, LinkState, OpState, Rejection, RunEnd, Slot, Totals, Value};
use vicisync::ports::{JobRecord, LinkWrite, PlanCommit, Store, StoreErrorKind};

use super::{Desk, add, added, at, base, field, job, leg, live, wanted};

#[test]
fn a_jobs_memory_comes_back_as_it_was_kept() {
    let desk = Desk::new();
    assert_eq!(desk.state.job(&JobName::from("south")).unwrap(), JobRecord::default());
    let record = JobRecord {
        is_approved: true,
        mapping_hash: "m2".to_owned(),
        watermark: Some(at(5)),
        calls_watermark: Some(at(7).naive_utc()),
        full_done_at: Some(at(9)),
        proven: ["last_name".to_owned(), "last_name delicate".to_owned()].into(),
        stopped: [(field("city"), "kept `Bonn`, shows `bonn`".to_owned())].into(),
    };
    desk.state.put_job(&"south".into(), &record).unwrap();
    assert_eq!(desk.state.job(&"south".into()).unwrap(), record);
    assert_eq!(desk.state.job(&job()).unwrap(), JobRecord::default());
    desk.commit(&PlanCommit { job: record.clone(), ..PlanCommit::default() });
    assert_eq!(desk.state.job(&job()).unwrap(), record);
}

#[test]
fn a_refused_login_is_remembered_until_it_is_forgotten() {
    let desk = Desk::new();
    assert_eq!(desk.state.login_refused("dialer").unwrap(), None);
    desk.state.put_login_refused("dialer", Some((at(1), "print1"))).unwrap();
    desk.state.put_login_refused("dialer", Some((at(2), "print2"))).unwrap();
    assert_eq!(desk.state.login_refused("dialer").unwrap(), Some((at(2), "print2".to_owned())));
    assert_eq!(desk.state.login_refused("crm").unwrap(), None);
    desk.state.put_login_refused("dialer", None).unwrap();
    assert_eq!(desk.state.login_refused("dialer").unwrap(), None);
}

#[test]
fn runs_are_listed_newest_first_with_their_end() {
    let desk = Desk::new();
    let ends = [RunEnd::Clean, RunEnd::WithFailures, RunEnd::Held, RunEnd::Stopped, RunEnd::Refused];
    for (number, end) in ends.into_iter().enumerate() {
        let run = desk.state.begin_run(&"south".into(), "schedule", at(number as i64)).unwrap();
        let totals = Totals { added: number as u64, ..Totals::default() };
        desk.state.end_run(run, end, "why", &totals, at(60)).unwrap();
    }
    let runs = desk.state.runs(4).unwrap();
    assert_eq!(runs.iter().map(|run| run.end.unwrap()).collect::<Vec<_>>(), [ends[4], ends[3], ends[2], ends[1]]);
    let newest = &runs[0];
    assert_eq!((newest.job.as_str(), newest.trigger.as_str(), newest.message.as_str()), ("south", "schedule", "why"));
    assert_eq!((newest.started, newest.ended, newest.totals.added), (Some(at(4)), Some(at(60)), 4));
    let first = desk.state.runs(100).unwrap().pop().unwrap();
    assert_eq!((first.job.as_str(), first.started, first.ended, first.end), ("north", Some(at(0)), None, None));
    desk.state.end_run(vicisync::model::RunId(99), RunEnd::Clean, "", &Totals::default(), at(0)).unwrap_err();
}

#[test]
fn links_are_found_by_contact_lead_row_and_phone() {
    let desk = Desk::new();
    let mut first = live("C1", 11);
    first.base = base(&[("last_name", "Doe"), ("custom.plan", "gold")]);
    first.base.pulled.insert("calls".to_owned(), Value::List(vec![Value::Int(3), Value::Bool(true), Value::Null]));
    first.fingerprint = "f1".to_owned();
    desk.plan(vec![first.clone(), wanted("C2"), live("C3", 13)], vec![]);
    let kept = desk.link("C1");
    first.id = kept.id;
    assert_eq!(kept, first);
    assert_eq!(desk.state.link_by_lead(&job(), LeadId(11)).unwrap(), Some(first.clone()));
    assert_eq!(desk.state.link(first.id).unwrap(), Some(first.clone()));
    assert_eq!(desk.state.link_by_code(&job(), &first.code).unwrap(), Some(first.clone()));
    assert_eq!(desk.state.link_by_code(&"south".into(), &first.code).unwrap(), None);
    assert_eq!(desk.state.link(LinkId(99)).unwrap(), None);
    assert_eq!(desk.state.link_by_lead(&"south".into(), LeadId(11)).unwrap(), None);
    let found = desk.state.links_by_contacts(&job(), &["C3".into(), "C1".into(), "C9".into()]).unwrap();
    assert_eq!(found.into_values().flatten().collect::<Vec<_>>(), [first.clone(), desk.link("C3")]);
    let phone = |name: &str| desk.state.links_by_phone(&job(), name).unwrap().into_iter().map(|link| link.contact.0).collect::<Vec<_>>();
    assert_eq!(phone("+12025550100"), ["C1", "C3"]);
    let mut left = desk.link("C3");
    left.state = LinkState::Left;
    desk.state.put_link(&job(), &left).unwrap();
    assert_eq!(desk.link("C3"), left);
    assert_eq!(phone("+12025550100"), ["C1"]);
    assert_eq!(phone(""), [""; 0]);
}

#[test]
fn links_are_walked_in_the_order_of_their_rows() {
    let desk = Desk::new();
    desk.plan(vec![wanted("C3"), wanted("C1")], vec![]);
    desk.state.put_link(&"south".into(), &wanted("C1")).unwrap();
    desk.plan(vec![wanted("C2")], vec![]);
    let mut walked = Vec::new();
    let mut after = LinkId(0);
    while let Some(link) = desk.state.links_after(&job(), after, 1).unwrap().pop() {
        after = link.id;
        walked.push(link.contact.0);
    }
    assert_eq!(walked, ["C3", "C1", "C2"]);
    assert_eq!(desk.state.links_after(&job(), LinkId(0), 2).unwrap().len(), 2);
}

#[test]
fn links_are_counted_by_state() {
    let desk = Desk::new();
    assert!(desk.state.link_count(&job()).unwrap().is_empty());
    assert_eq!(desk.state.live_leads_per_link_max(&job()).unwrap(), 0);
    let mut moved = live("C2", 12);
    moved.list_id.0 = 102;
    let mut left = live("C3", 13);
    left.state = LinkState::Left;
    desk.plan(vec![live("C1", 11), moved, left, wanted("C4")], vec![]);
    let counts = desk.state.link_count(&job()).unwrap();
    let counts: Vec<(&str, u64)> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, [("left", 1), ("live", 2), ("wanted", 1)]);
    assert_eq!(desk.state.live_leads_per_link_max(&job()).unwrap(), 1);
}

#[test]
fn putting_a_link_again_keeps_its_row() {
    let desk = Desk::new();
    desk.plan(vec![wanted("C1")], vec![]);
    let before = desk.link("C1").id;
    desk.plan(vec![wanted("C2"), live("C1", 11)], vec![]);
    let after = desk.link("C1");
    assert_eq!((after.id, after.lead_id, after.state), (before, Some(LeadId(11)), LinkState::Live));
}

#[test]
fn no_two_links_of_a_job_have_one_lead_or_one_code() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![]);
    let error = desk.state.put_link(&job(), &live("C2", 11)).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Broken);
    assert_eq!(error.message, "lead 11 cannot belong to contact C2 because it belongs to contact C1");
    let mut same_code = live("C2", 12);
    same_code.code = wanted("C1").code;
    let plan = PlanCommit { links: vec![LinkWrite::Put(wanted("C3")), LinkWrite::Put(same_code)], ..PlanCommit::default() };
    let error = desk.state.commit_plan(&job(), desk.run, &plan, at(0)).unwrap_err();
    assert!(error.message.contains("vendor_lead_code") && error.message.contains("C2") && error.message.contains("C1"), "{error}");
    assert_eq!(desk.state.link_at(&job(), &"C3".into()).unwrap(), None, "nothing of the plan is kept");
    assert_eq!(desk.link("C1").lead_id, Some(LeadId(11)));
    // Another job may have the same lead: that is for the checks of the config.
    desk.state.put_link(&"south".into(), &live("C1", 11)).unwrap();
}

#[test]
fn a_contact_that_was_seen_keeps_its_base_but_for_what_moved() {
    let desk = Desk::new();
    let mut link = live("C1", 11);
    link.base = base(&[("last_name", "Doe"), ("city", "Bonn")]);
    link.base.pulled.insert("calls".to_owned(), Value::Int(1));
    desk.plan(vec![link], vec![]);
    let id = desk.link("C1").id;
    let seen = |fingerprint: &str, base: Option<Base>| {
        let seen = LinkWrite::Seen { link: id, fingerprint: fingerprint.to_owned(), base };
        PlanCommit { links: vec![seen], ..PlanCommit::default() }
    };
    desk.commit(&seen("f2", None));
    let kept = desk.link("C1");
    assert_eq!((kept.fingerprint.as_str(), kept.base.fields.len()), ("f2", 2));
    desk.commit(&seen("f3", Some(base(&[("city", "Köln")]))));
    let kept = desk.link("C1");
    let mut expected = base(&[("last_name", "Doe"), ("city", "Köln")]);
    expected.pulled.insert("calls".to_owned(), Value::Int(1));
    assert_eq!((kept.fingerprint.as_str(), kept.base), ("f3", expected));
    let nowhere = LinkWrite::Seen { link: LinkId(99), fingerprint: String::new(), base: None };
    let plan = PlanCommit { links: vec![nowhere], ..PlanCommit::default() };
    desk.state.commit_plan(&job(), desk.run, &plan, at(0)).unwrap_err();
}

#[test]
fn legs_wait_to_be_folded_whenever_they_say_something_new() {
    let desk = Desk::new();
    let leads = |numbers: &[u64]| numbers.iter().map(|number| LeadId(*number)).collect::<Vec<_>>();
    let put = |legs: &[vicisync::model::Leg]| desk.state.put_legs(&job(), legs).unwrap().into_iter().collect::<Vec<_>>();
    assert_eq!(put(&[leg(12, 5, "B"), leg(11, 9, "NA"), leg(11, 3, "SALE")]), leads(&[11, 12]));
    assert_eq!(desk.state.unfolded(&job(), 10).unwrap(), leads(&[11, 12]));
    assert_eq!(desk.state.unfolded(&job(), 1).unwrap(), leads(&[11]));
    assert_eq!(desk.state.legs_of(&job(), LeadId(11)).unwrap(), [leg(11, 3, "SALE"), leg(11, 9, "NA")]);
    let fold = |numbers: &[u64]| desk.commit(&PlanCommit { folded: leads(numbers), ..PlanCommit::default() });
    fold(&[11]);
    assert_eq!(desk.state.unfolded(&job(), 10).unwrap(), leads(&[12]));
    fold(&[12]);
    // The same rows again, as overlapping windows bring them: nothing new.
    assert_eq!(put(&[leg(12, 5, "B"), leg(11, 3, "SALE")]), leads(&[]));
    assert_eq!(desk.state.unfolded(&job(), 10).unwrap(), leads(&[]));
    // An agent changed the disposition afterwards.
    assert_eq!(put(&[leg(11, 3, "NI")]), leads(&[11]));
    assert_eq!(desk.state.unfolded(&job(), 10).unwrap(), leads(&[11]));
    assert_eq!(desk.state.legs_of(&job(), LeadId(11)).unwrap(), [leg(11, 3, "NI"), leg(11, 9, "NA")]);
    // A transferred call keeps its uniqueid: another agent's leg is another leg.
    let mut transferred = leg(11, 3, "XFER");
    transferred.key.user = "7777".to_owned();
    assert_eq!(put(&[transferred]), leads(&[11]));
    assert_eq!(desk.state.legs_of(&job(), LeadId(11)).unwrap().len(), 3);
    assert!(desk.state.legs_of(&"south".into(), LeadId(11)).unwrap().is_empty());
}

#[test]
fn calls_of_a_lead_that_is_linked_later_are_folded_again() {
    let desk = Desk::new();
    desk.plan(vec![wanted("C3")], vec![add("C3", "Doe")]);
    let folded = |links: Vec<LinkWrite>| {
        desk.state.put_legs(&job(), &[leg(11, 1, "SALE"), leg(12, 2, "SALE"), leg(13, 3, "SALE")]).unwrap();
        let leads = vec![LeadId(11), LeadId(12), LeadId(13)];
        desk.commit(&PlanCommit { folded: leads, links, ..PlanCommit::default() });
        desk.state.unfolded(&job(), 10).unwrap()
    };
    assert_eq!(folded(vec![]), []);
    assert_eq!(folded(vec![LinkWrite::Put(live("C1", 11)), LinkWrite::Put(wanted("C4"))]), [LeadId(11)]);
    assert_eq!(folded(vec![]), []);
    desk.state.put_link(&job(), &live("C2", 12)).unwrap();
    assert_eq!(desk.state.unfolded(&job(), 10).unwrap(), [LeadId(12)]);
    assert_eq!(folded(vec![]), []);
    desk.finish(desk.only_op(OpState::Intended), added(13));
    assert_eq!(desk.state.unfolded(&job(), 10).unwrap(), [LeadId(13)]);
}

fn failure(subject: &str, code: &str, tries: u32) -> Failure {
    Failure { subject: subject.to_owned(), contact: Some("C1".into()), code: code.to_owned(), raw: "raw".to_owned(), tries }
}

#[test]
fn failures_are_due_after_a_backoff_that_grows() {
    let desk = Desk::new();
    let due = |seconds: i64| desk.state.failures(&job(), Some(at(seconds))).unwrap().len();
    desk.state.put_failure(&job(), &failure("contact:C1", "bad_phone", 0), at(0)).unwrap();
    assert_eq!((due(299), due(300)), (0, 1));
    desk.state.put_failure(&job(), &failure("contact:C1", "worse", 0), at(300)).unwrap();
    assert_eq!((due(899), due(900)), (0, 1));
    assert_eq!(desk.state.failures(&job(), None).unwrap(), [failure("contact:C1", "worse", 2)]);
    desk.state.put_failure(&job(), &failure("contact:C2", "old", 40), at(0)).unwrap();
    assert_eq!((due(86_399), due(86_400)), (1, 2), "at most a day");
    let nobody = Failure { contact: None, ..failure("contact:C1", "worse", 0) };
    desk.state.put_failure(&job(), &nobody, at(900)).unwrap();
    assert_eq!(desk.state.failures(&job(), None).unwrap()[0].contact, Some("C1".into()), "the contact stays known");
    desk.state.drop_failure(&job(), "contact:C1").unwrap();
    assert_eq!(desk.state.failures(&job(), None).unwrap(), [failure("contact:C2", "old", 40)]);
    assert!(desk.state.failures(&"south".into(), None).unwrap().is_empty());
}

#[test]
fn a_plan_keeps_failures_and_drops_mended_ones() {
    let desk = Desk::new();
    desk.commit(&PlanCommit { failures: vec![failure("contact:C1", "a", 0), failure("contact:C2", "b", 0)], ..PlanCommit::default() });
    assert_eq!(desk.state.failures(&job(), Some(at(299))).unwrap(), []);
    assert_eq!(desk.state.failures(&job(), Some(at(300))).unwrap(), [failure("contact:C1", "a", 1), failure("contact:C2", "b", 1)]);
    let plan = PlanCommit { failures: vec![failure("contact:C2", "b", 0)], mended: vec!["contact:C1".to_owned()], ..PlanCommit::default() };
    desk.commit(&plan);
    assert_eq!(desk.state.failures(&job(), None).unwrap(), [failure("contact:C2", "b", 2)]);
}

#[test]
fn rejections_stay_until_their_contact_is_accepted() {
    let desk = Desk::new();
    let rejection = |name: &str, reason: &str| Rejection {
        contact: name.into(),
        slot: Slot::main(),
        reason: reason.to_owned(),
        detail: format!("{reason}!"),
    };
    let first = vec![rejection("C2", "opted_out"), rejection("C1", "phone_missing"), rejection("C3", "opted_out")];
    desk.commit(&PlanCommit { rejections: first, ..PlanCommit::default() });
    let (list, counts) = desk.state.rejections(&job(), 2).unwrap();
    assert_eq!(list, [rejection("C1", "phone_missing"), rejection("C2", "opted_out")]);
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("opted_out".to_owned(), 2), ("phone_missing".to_owned(), 1)]);
    let again = vec![rejection("C1", "opted_out")];
    desk.commit(&PlanCommit { rejections: again, accepted: vec!["C2".into(), "C9".into()], ..PlanCommit::default() });
    let (list, counts) = desk.state.rejections(&job(), 10).unwrap();
    assert_eq!(list, [rejection("C1", "opted_out"), rejection("C3", "opted_out")]);
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("opted_out".to_owned(), 2)]);
    assert_eq!(desk.state.rejections_of(&job(), &"C3".into()).unwrap(), [rejection("C3", "opted_out")]);
    assert_eq!(desk.state.rejections_of(&job(), &"C2".into()).unwrap(), []);
}

#[test]
fn a_link_that_passes_to_another_contact_keeps_its_row_and_its_calls() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11), wanted("C2")], vec![]);
    let row = desk.link("C1").id;
    desk.state.put_legs(&job(), &[leg(11, 1, "SALE")]).unwrap();
    desk.commit(&PlanCommit { folded: vec![LeadId(11)], ..PlanCommit::default() });
    let passed = Link { id: row, base: base(&[("city", "Bonn")]), ..live("C2", 11) };
    desk.commit(&PlanCommit {
        links: vec![LinkWrite::Pass(passed.clone())],
        cancelled: vec!["C1".into(), "C2".into()],
        ..PlanCommit::default()
    });
    assert_eq!(desk.state.link_at(&job(), &"C1".into()).unwrap(), None);
    assert_eq!(desk.link("C2"), passed, "the lead that it wanted is not wanted any more");
    assert_eq!(desk.state.unfolded(&job(), 10).unwrap(), [LeadId(11)], "the new contact is told of the calls");
    // One that nobody has.
    let nowhere = PlanCommit { links: vec![LinkWrite::Pass(Link { id: LinkId(99), ..live("C3", 12) })], ..PlanCommit::default() };
    desk.state.commit_plan(&job(), desk.run, &nowhere, at(0)).unwrap_err();
}
