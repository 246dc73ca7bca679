//! Leads written alike in one request: against the emulator, and against answers that are not what one hopes for.

use std::collections::BTreeSet;
use std::time::Duration;

use vicisync::emulator::vicidial::{Options, Server};
use vicisync::model::{FieldName, Intake, Lead, LeadChange, LeadId, ListId, Phone, VendorLeadCode};
use vicisync::ports::{Dialer, Effect, Reach};
use vicisync::vicidial::{Settings, Vicidial};

use crate::peer::{Act, Peer, settings};

async fn start(leads: u64) -> (Server, Vicidial, Vec<LeadId>) {
    let server = Server::start(Options::default()).await.unwrap();
    let dialer = Vicidial::new(Settings { pass: "apipass".into(), ..settings(&server.url(), Duration::from_secs(20)) }).unwrap();
    let mut ids = Vec::new();
    for number in 0..leads {
        let phone = Phone { code: "1".into(), number: format!("727555{:04}", 100 + number) };
        let code = VendorLeadCode::parse(&format!("V{number:019}")).unwrap();
        ids.push(dialer.add_lead(&code, &Lead { list_id: ListId(1001), phone, fields: [].into() }, Intake::default()).await.unwrap());
    }
    server.reset_counts();
    (server, dialer, ids)
}

fn change(values: &[(&str, &str)]) -> LeadChange {
    let fields = values.iter().map(|(name, text)| (name.parse::<FieldName>().unwrap(), (*text).to_owned()));
    LeadChange { fields: fields.collect(), ..LeadChange::default() }
}

fn moved(list: u64) -> LeadChange {
    LeadChange { list_id: Some(ListId(list)), ..LeadChange::default() }
}

#[tokio::test]
async fn many_leads_take_one_request_and_those_that_are_not_there_are_told() {
    let (server, dialer, ids) = start(40).await;
    let asked: Vec<LeadId> = ids.iter().copied().take(30).chain([LeadId(9_999), ids[0]]).collect();
    let to =
        LeadChange { list_id: Some(ListId(1002)), status: Some("NI".into()), ..change(&[("city", "Saint Paul"), ("comments", "a\\'b;")]) };
    assert_eq!(dialer.update_leads(&asked, &to).await, Ok(ids[..30].iter().copied().collect()));
    assert_eq!(server.requests(), 1);
    for lead in server.leads() {
        let is_asked = ids[..30].contains(&LeadId(lead.lead_id));
        let shown = (lead.list_id, lead.status.as_str(), lead.columns["city"].as_str());
        assert_eq!(shown, if is_asked { (1002, "NI", "Saint Paul") } else { (1001, "NEW", "") });
    }
    // The same once more changes no row, and finds them all.
    assert_eq!(dialer.update_leads(&asked, &to).await.unwrap().len(), 30);
    // A blank clears, each as it is predicted.
    dialer.update_leads(&ids, &change(&[("city", ""), ("comments", "")])).await.unwrap();
    assert!(server.leads().iter().all(|lead| lead.columns["city"].is_empty() && lead.columns["comments"].is_empty()));
    assert_eq!(dialer.update_leads(&[LeadId(9_998), LeadId(9_999)], &to).await, Ok(BTreeSet::new()));
}

#[tokio::test]
async fn together_or_alone_the_row_is_the_same() {
    let (server, dialer, ids) = start(3).await;
    let nasty = "tab\there \"quoted\" O'Brien #1; caf\u{e9} + 1\\";
    let to = change(&[
        ("first_name", nasty),
        ("comments", nasty),
        ("address1", nasty),
        ("rank", ""),
        ("gender", ""),
        ("email", "a+b@example.com"),
    ]);
    dialer.update_lead(ids[0], &to).await.unwrap();
    dialer.update_leads(&ids[1..], &to).await.unwrap();
    let shown: Vec<Vec<String>> = server
        .leads()
        .iter()
        .map(|lead| {
            ["first_name", "comments", "address1", "rank", "gender", "email"].iter().map(|name| lead.columns[*name].clone()).collect()
        })
        .collect();
    assert_eq!((&shown[0], &shown[0]), (&shown[1], &shown[2]));
}

#[tokio::test]
async fn a_list_that_is_not_there_moves_nobody() {
    let (server, dialer, ids) = start(3).await;
    let fault = dialer.update_leads(&ids, &moved(5_555)).await.unwrap_err();
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Record, "list_missing"));
    assert!(server.leads().iter().all(|lead| lead.list_id == 1001));
}

#[tokio::test]
async fn what_the_answer_says_decides() {
    for (said, effect, reach, code) in [
        // The statement failed: nobody was written.
        ("SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|-1|2|2,1\n", Effect::None, Reach::Record, "not_written"),
        ("ERROR: batch_update_lead NOT AN ALLOWED LIST ID - apiuser|1002\n", Effect::None, Reach::Record, "no_right"),
        (
            "ERROR: batch_update_lead USER DOES NOT HAVE PERMISSION TO UPDATE LEADS IN THE SYSTEM: |apiuser|0|\n",
            Effect::None,
            Reach::Person,
            "no_right",
        ),
        ("ERROR: batch_update_lead NO LEADS DEFINED - apiuser|\n", Effect::None, Reach::Record, "refused"),
        // Ids that cannot be read say nothing of which were written.
        ("SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|2|2|2,x\n", Effect::Unknown, Reach::Connection, "not_an_answer"),
        ("SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|2|2\n", Effect::Unknown, Reach::Connection, "not_an_answer"),
        // Cut inside an id, it could name another lead.
        ("SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|2|2|12,1", Effect::Unknown, Reach::Connection, "not_an_answer"),
        ("", Effect::Unknown, Reach::Connection, "not_an_answer"),
        ("<html><title>Proxy</title></html>", Effect::Unknown, Reach::Connection, "not_an_answer"),
    ] {
        let peer = Peer::start(move |_| Act::text(said)).await;
        let fault = peer.client().update_leads(&[LeadId(1), LeadId(2)], &moved(1002)).await.unwrap_err();
        assert_eq!((fault.effect, fault.reach, fault.code), (effect, reach, code), "{said}: {fault}");
    }
    let peer = Peer::start(|_| Act::text("ERROR: batch_update_lead NO MATCHES FOUND IN THE SYSTEM: |apiuser|1,2\n")).await;
    assert_eq!(peer.client().update_leads(&[LeadId(1), LeadId(2)], &moved(1002)).await, Ok(BTreeSet::new()));
    // A 500 with the line: the log's statement broke after the work was done.
    let peer =
        Peer::start(|_| Act::Answer(500, "text/html", "SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|2|2|2,1\n".to_owned()))
            .await;
    assert_eq!(peer.client().update_leads(&[LeadId(1), LeadId(2)], &moved(1002)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_request_has_no_phone_no_comma_at_its_end_and_room_for_all() {
    let peer = Peer::start(|_| Act::text("SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|2|2|2,1\n")).await;
    let to = change(&[("phone_number", "7275550199"), ("phone_code", "1"), ("city", "Troy")]);
    peer.client().update_leads(&[LeadId(2), LeadId(1), LeadId(2)], &to).await.unwrap();
    let seen = peer.seen().remove(0);
    let body = seen.split_once("\r\n\r\n").unwrap().1;
    assert!(body.contains("lead_ids=1%2C2&records=2&city=Troy&zz=1"), "{body}");
    assert!(!body.contains("phone"), "{body}");
}
