//! Leads without a contact: held, let go, and given a contact.

use std::collections::{BTreeMap, BTreeSet};

use vicisync::model::{Base, ContactId, Lane, LeadId, Op, OpState, Outcome, Payload, Phone, Stranger, stranger_subject};
use vicisync::ports::{LOOK_AGAIN, PlanCommit, Store};

use super::{Desk, at, job, op};

fn stranger(lead: u64, reason: &str) -> Stranger {
    Stranger {
        lead: LeadId(lead),
        phone: "+12025550101".to_owned(),
        status: "SALE".to_owned(),
        campaign: "INBOUND".into(),
        reason: reason.to_owned(),
        detail: format!("{reason}!"),
        first_at: at(0),
        last_at: at(5),
    }
}

fn make(lead: u64) -> Op {
    let payload = Payload::CreateContact {
        lead: LeadId(lead),
        phone: Phone { code: "1".to_owned(), number: "2025550101".to_owned() },
        phones: BTreeSet::new(),
        others: BTreeSet::new(),
        key: "cLead".to_owned(),
        mark: format!("main:{lead}"),
        set: BTreeMap::new(),
    };
    Op {
        subject: stranger_subject(LeadId(lead)),
        link: None,
        contact: ContactId(String::new()),
        ..op(Lane::Contact, "", payload, Base::default())
    }
}

#[test]
fn they_are_kept_until_they_are_none_any_more() {
    let desk = Desk::new();
    let held = |desk: &Desk| desk.state.strangers(&job()).unwrap();
    desk.commit(&PlanCommit { strangers: vec![stranger(9, "no_contact"), stranger(7, "phone_invalid")], ..PlanCommit::default() });
    assert_eq!(held(&desk), [stranger(7, "phone_invalid"), stranger(9, "no_contact")]);
    desk.commit(&PlanCommit {
        strangers: vec![stranger(9, "several_contacts")],
        no_strangers: vec![LeadId(7), LeadId(8)],
        ..PlanCommit::default()
    });
    assert_eq!(held(&desk), [stranger(9, "several_contacts")]);
}

#[test]
fn a_contact_that_is_to_be_made_is_nobody_until_it_is() {
    let desk = Desk::new();
    desk.commit(&PlanCommit { strangers: vec![stranger(7, "no_contact")], ops: vec![make(7)], ..PlanCommit::default() });
    assert!(desk.state.contacts_with_ops(&job(), &[OpState::Intended]).unwrap().is_empty());
    let op = desk.only_op(OpState::Intended);
    desk.finish(op.clone(), Outcome::Refused { code: "validation".to_owned(), raw: "no".to_owned() });
    let failures = desk.state.failures(&job(), None).unwrap();
    assert_eq!((failures[0].subject.as_str(), failures[0].contact.as_ref()), ("stranger:7", None));
    desk.commit(&PlanCommit { ops: vec![make(7)], ..PlanCommit::default() });
    let op = desk.only_op(OpState::Intended);
    desk.finish(op, Outcome::Made { contact: "C7".into() });
    assert!(desk.state.strangers(&job()).unwrap().is_empty());
    let due = desk.state.failures(&job(), Some(at(10))).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].code.as_str(), due[0].contact.as_ref()), (LOOK_AGAIN, Some(&"C7".into())));
}

#[test]
fn what_an_older_plan_wanted_to_make_is_not_made_for_who_is_held_or_none() {
    for plan in [
        PlanCommit { strangers: vec![stranger(7, "several_contacts")], ..PlanCommit::default() },
        PlanCommit { no_strangers: vec![LeadId(7)], ..PlanCommit::default() },
    ] {
        let desk = Desk::new();
        desk.commit(&PlanCommit { ops: vec![make(7), make(8)], ..PlanCommit::default() });
        desk.commit(&plan);
        assert_eq!(desk.only_op(OpState::Intended).subject, "stranger:8");
    }
}
