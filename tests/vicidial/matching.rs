//! Leads of others: found by number and by what they carry as code, and marked as ours, against the emulated VICIdial.

use std::collections::{BTreeMap, BTreeSet};

use vicisync::model::{Intake, Lead, LeadChange, LeadId, Phone, VendorLeadCode};
use vicisync::ports::{Dialer, Sought};
use vicisync::vicidial::{Vicidial, call, sendable};

use crate::emulated::{code, lead, start};

fn phone(number: &str) -> Phone {
    Phone { code: "1".into(), number: number.into() }
}

async fn add(dialer: &Vicidial, carries: &str, number: &str) -> LeadId {
    let lead = Lead { phone: phone(number), ..lead(1, &[("last_name", "Example"), ("comments", "mine")]) };
    dialer.add_lead(&VendorLeadCode::read(carries).unwrap(), &lead, Intake::default()).await.unwrap()
}

async fn carried(dialer: &Vicidial, lead: LeadId) -> String {
    dialer.codes_of(&[lead]).await.unwrap().remove(&lead).unwrap().unwrap()
}

#[tokio::test]
async fn a_lead_that_carries_nothing_gets_our_mark_and_nothing_else() {
    let (server, dialer) = start().await;
    let id = add(&dialer, "OLD", "7275550101").await;
    let other = add(&dialer, "OLD", "7275550101").await;
    server.with_world(|world| world.agent_edit(id.0, "vendor_lead_code", ""));
    let before = server.leads();
    dialer.update_lead(id, &LeadChange { code: Some(code(7)), ..LeadChange::default() }).await.unwrap();
    assert_eq!((carried(&dialer, id).await, carried(&dialer, other).await.as_str()), (code(7).to_string(), "OLD"));
    let after = server.leads();
    for (was, is) in before.iter().zip(&after) {
        let differs: Vec<&String> = was.columns.keys().filter(|name| was.columns[*name] != is.columns[*name]).collect();
        assert!(differs.iter().all(|name| ["vendor_lead_code", "modify_date"].contains(&name.as_str())), "{differs:?}");
    }
    assert_eq!(dialer.read_lead(id, &BTreeSet::new()).await.unwrap().unwrap().code, code(7).to_string());
}

#[tokio::test]
async fn leads_are_found_by_number_whatever_they_carry_and_beside_agents_too() {
    let (server, dialer) = start().await;
    let leads =
        [add(&dialer, "OLD-1", "7275550101").await, add(&dialer, "V-2", "7275550102").await, add(&dialer, "OLD-1", "7275550102").await];
    let numbers = ["7275550101", "7275550102", "7275550103", "5550101"].map(phone);
    let expected: BTreeMap<Phone, Vec<LeadId>> =
        numbers.iter().cloned().zip([vec![leads[0]], vec![leads[1], leads[2]], vec![], vec![]]).collect();
    assert_eq!(dialer.leads_by_phone(&numbers).await.unwrap(), expected, "no part of a number is enough");
    assert_eq!(dialer.leads_by_phone(&[]).await.unwrap(), BTreeMap::new());
    server.with_world(|world| world.log_in_agent("6001", "TESTCAMP"));
    assert_eq!(dialer.leads_by_phone(&numbers).await.unwrap(), expected);
}

#[tokio::test]
async fn a_number_that_too_many_leads_have_is_not_answered() {
    let (_server, dialer) = start().await;
    for _ in 0..201 {
        add(&dialer, "OLD-1", "7275550101").await;
    }
    add(&dialer, "OLD-1", "7275550102").await;
    let found = dialer.leads_by_phone(&["7275550101", "7275550102"].map(phone)).await.unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), [&phone("7275550102")]);
}

/// P66: VICIdial takes codes for one that are two. What comes back is compared to the letter, where leads are read beside agents.
#[tokio::test]
async fn a_code_of_an_older_tool_is_looked_for_as_ours_are() {
    let (server, dialer) = start().await;
    let (one, other) = (add(&dialer, "OLD-1", "7275550101").await, add(&dialer, "old-1", "7275550101").await);
    let old = VendorLeadCode::read("OLD-1").unwrap();
    let sought = [Sought { code: old.clone(), phone: Some(phone("7275550101")) }];
    assert!(dialer.find_by_code(&sought).await.unwrap()[&old].contains(&one));
    server.with_world(|world| {
        world.log_in_agent("6001", "TESTCAMP");
    });
    let (_, dialer) = (dialer, crate::emulated::client(&server, "apipass"));
    assert_eq!(dialer.find_by_code(&sought).await.unwrap(), BTreeMap::from([(old, vec![one])]));
    assert_eq!(carried(&dialer, other).await, "old-1");
}

#[test]
fn no_code_goes_onto_a_lead_but_one_of_ours_and_only_onto_one_lead() {
    let forms = vicisync::vicidial::Forms::default();
    let to = |code: VendorLeadCode| LeadChange { code: Some(code), ..LeadChange::default() };
    assert_eq!(sendable::check(&call::update_lead(forms, LeadId(1), &to(code(1)), None)), Ok(()));
    let foreign = to(VendorLeadCode::read("OLD-1").unwrap());
    assert_eq!(sendable::check(&call::update_lead(forms, LeadId(1), &foreign, None)).unwrap_err().code, "never_sent");
    assert_eq!(sendable::check(&call::update_leads(forms, &[LeadId(1)], &to(code(1)))).unwrap_err().code, "never_sent");
}
