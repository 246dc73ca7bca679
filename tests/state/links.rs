//! Links looked up many at once.

use vicisync::model::{LeadId, LinkState};
use vicisync::ports::Store;

use super::{Desk, job, live, wanted};

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
