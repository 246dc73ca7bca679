//! Links looked up many at once, and what a lead that is deleted leaves to the others of its contact.

use std::collections::BTreeSet;

use vicisync::model::{Base, Lane, LeadId, Link, LinkState, Payload, Value};
use vicisync::ports::Store;

use super::{Desk, base, done, job, live, op, seat, wanted};

#[test]
fn the_links_of_a_page_of_leads() {
    let desk = Desk::new();
    let left = vicisync::model::Link { state: LinkState::Left, ..live("c", 9) };
    desk.plan(vec![live("a", 7), live("b", 8), left, wanted("d")], Vec::new());
    let found = desk.state.links_by_leads(&job(), &[9, 7, 100, 7].map(LeadId)).unwrap();
    let shown: Vec<(LeadId, &str)> = found.iter().map(|(lead, link)| (*lead, link.contact.as_str())).collect();
    assert_eq!(shown, [(LeadId(7), "a"), (LeadId(9), "c")]);
    assert_eq!(Some(found[&LeadId(7)].clone()), desk.state.link_by_lead(&job(), LeadId(7)).unwrap());
    assert!(desk.state.links_by_leads(&"other".into(), &[LeadId(7)]).unwrap().is_empty());
    assert!(desk.state.links_by_leads(&job(), &[]).unwrap().is_empty());
}

/// A link of which calls set these attributes.
fn told(name: &str, lead: u64, set: &[(&str, &str)]) -> Link {
    let pulled = set.iter().map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned()))).collect();
    Link { base: Base { pulled, ..base(&[("city", "Tampa")]) }, ..live(name, lead) }
}

fn delete(desk: &Desk, name: &str) {
    let payload = Payload::DeleteLead { out: Vec::new(), shown: None };
    desk.plan(Vec::new(), vec![op(Lane::Delete, name, payload, Base::default())]);
    let op = desk.only_op(vicisync::model::OpState::Intended);
    desk.finish(op, done());
}

/// What the link of a seat has: leads that were, and what was told.
fn has(desk: &Desk, name: &str) -> (Vec<u64>, Vec<(String, String)>) {
    let base = desk.state.link_at(&job(), &seat(name)).unwrap().unwrap().base;
    assert_eq!(base.fields.len(), 1, "fields are the lead's own");
    let pulled = base.pulled.into_iter().map(|(name, value)| (name, value.text().unwrap_or_default()));
    (base.former.iter().map(|lead| lead.0).collect(), pulled.collect())
}

fn pairs(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Of what two links were told, that of the one that stands first counts, whichever of them is deleted.
#[test]
fn a_deleted_lead_leaves_its_calls_and_what_they_set_to_the_first_of_the_others() {
    for (gone, lead, heir) in [("a", 1, "a/home"), ("a/home", 2, "a")] {
        let desk = Desk::new();
        let main = told("a", 1, &[("outcome", "SALE"), ("calls", "3")]);
        let home = told("a/home", 2, &[("outcome", "NI"), ("note", "late")]);
        desk.plan(vec![main, home, told("a/work", 3, &[]), told("b", 4, &[])], Vec::new());
        delete(&desk, gone);
        assert_eq!(desk.state.link_at(&job(), &seat(gone)).unwrap(), None);
        assert_eq!(has(&desk, heir), (vec![lead], pairs(&[("calls", "3"), ("note", "late"), ("outcome", "SALE")])), "{gone}");
        assert_eq!((has(&desk, "a/work"), has(&desk, "b")), ((vec![], vec![]), (vec![], vec![])), "{gone}");
        // And what it was left itself, it leaves.
        delete(&desk, heir);
        assert_eq!(has(&desk, "a/work"), (vec![1, 2], pairs(&[("calls", "3"), ("note", "late"), ("outcome", "SALE")])), "{gone}");
        // The last one has nobody to leave anything to.
        delete(&desk, "a/work");
        let leads: BTreeSet<LeadId> = desk.state.links_by_leads(&job(), &[1, 2, 3, 4].map(LeadId)).unwrap().into_keys().collect();
        assert_eq!(leads, [LeadId(4)].into());
    }
}

#[test]
fn a_deleted_lead_of_somebody_who_opted_out_stays_known() {
    let desk = Desk::new();
    desk.plan(vec![Link { state: LinkState::OptedOut, ..told("a", 1, &[]) }, told("a/home", 2, &[])], Vec::new());
    delete(&desk, "a");
    assert_eq!(desk.link("a").state, LinkState::OptedOut);
    assert_eq!(has(&desk, "a/home"), (vec![], vec![]));
}
