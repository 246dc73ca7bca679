//! One lead at once: what proves itself is taken, and anything else is asked for field by field.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::emulator::vicidial::{Options, Php, Server};
use vicisync::model::{FieldName, Intake, Lead, LeadField, LeadId, LeadRow, ListId, Phone, VendorLeadCode};
use vicisync::ports::{Dialer, Reach};
use vicisync::vicidial::{Vicidial, lead_info};

use crate::peer::settings;
use crate::recorded::{scenarios, step, transcripts};
use crate::swept;

const LIST: ListId = ListId(1001);

fn field(name: &str) -> FieldName {
    name.parse().unwrap()
}

fn all_fields() -> BTreeSet<FieldName> {
    LeadField::ALL.iter().map(|&field| FieldName::Standard(field)).chain([field("custom.plan"), field("custom.crm_note")]).collect()
}

async fn start(options: Options) -> (Server, Vicidial, LeadId) {
    let server = Server::start(options).await.unwrap();
    let mut settings = settings(&server.url(), Duration::from_secs(20));
    settings.pass = "apipass".into();
    let dialer = Vicidial::new(settings).unwrap();
    let lead = Lead {
        list_id: LIST,
        phone: Phone { code: "1".into(), number: "7275550101".into() },
        fields: [(field("first_name"), "Ada".into()), (field("comments"), "one".into())].into(),
    };
    let lead = dialer.add_lead(&VendorLeadCode::parse("V0000000000000000001").unwrap(), &lead, Intake::default()).await.unwrap();
    (server, dialer, lead)
}

/// Reads a lead, and says how many requests that took. What the list shows of it is the same.
async fn read(server: &Server, dialer: &Vicidial, lead: LeadId, fields: &BTreeSet<FieldName>) -> (LeadRow, u64) {
    server.reset_counts();
    let row = dialer.read_lead(lead, fields).await.unwrap().unwrap();
    let requests = server.requests();
    let mut listed = swept(dialer.sweep(LIST)).await.unwrap().remove(0);
    listed.values.retain(|field, _| fields.contains(field));
    listed.modified = None;
    assert_eq!(row, listed);
    (row, requests)
}

#[tokio::test]
async fn one_request_shows_a_lead() {
    let (server, dialer, lead) = start(Options::default()).await;
    let standard: BTreeSet<FieldName> = all_fields().into_iter().filter(|field| matches!(field, FieldName::Standard(_))).collect();
    assert_eq!(read(&server, &dialer, lead, &BTreeSet::new()).await.1, 1);
    assert_eq!(read(&server, &dialer, lead, &standard).await.1, 1);
    assert_eq!(read(&server, &dialer, lead, &all_fields()).await.1, 2, "a lead without custom data");
    dialer.set_custom(lead, &BTreeMap::from([("plan".to_owned(), "gold".to_owned())])).await.unwrap();
    let (row, requests) = read(&server, &dialer, lead, &all_fields()).await;
    assert_eq!((row.values[&field("custom.plan")].as_str(), requests), ("gold", 1));
    assert_eq!(dialer.read_lead(LeadId(99_999), &all_fields()).await, Ok(None));
}

#[tokio::test]
async fn texts_that_the_one_request_breaks_on_are_read_alone() {
    for php in [Php::Exceptions, Php::Silent] {
        let (server, dialer, lead) = start(Options { php, ..Options::default() }).await;
        dialer.set_custom(lead, &BTreeMap::from([("plan".to_owned(), "gold".to_owned())])).await.unwrap();
        for (name, text) in [
            ("last_name", "O'Hara"),
            ("source_id", "a\tb"),
            ("comments", "line\nfeed"),
            ("owner", "\n"),
            ("source_id", "x\r\n12\ty"),
            ("comments", "ERROR: lead_all_info LEAD NOT FOUND: x|1|"),
            ("status", "ERROR:"),
        ] {
            server.with_world(|world| assert!(world.agent_edit(lead.0, name, text), "{name}"));
            read(&server, &dialer, lead, &all_fields()).await;
            server.with_world(|world| world.agent_edit(lead.0, name, ""));
        }
        for text in ["it's", "a\tb", "a\nb\r\nc", "ends\n"] {
            server.with_world(|world| assert!(world.agent_edit_custom(lead.0, "crm_note", text)));
            read(&server, &dialer, lead, &all_fields()).await;
        }
    }
}

#[tokio::test]
async fn a_user_who_may_not_view_reports_reads_field_by_field() {
    let (server, dialer, lead) = start(Options::default()).await;
    server.with_world(|world| world.set_user("apiuser", &[("view_reports", "0")]));
    let (row, requests) = read(&server, &dialer, lead, &BTreeSet::from([field("first_name")])).await;
    assert_eq!((row.values[&field("first_name")].as_str(), requests), ("Ada", 6));
}

#[tokio::test]
async fn a_custom_field_that_the_list_lacks_is_not_blank() {
    let (_server, dialer, lead) = start(Options::default()).await;
    dialer.set_custom(lead, &BTreeMap::from([("plan".to_owned(), "gold".to_owned())])).await.unwrap();
    let fault = dialer.read_lead(lead, &BTreeSet::from([field("custom.nosuch")])).await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Record, "custom_unknown"), "one lead stops no run: {fault}");
}

#[tokio::test]
async fn a_lead_whose_custom_row_is_gone_has_blank_fields() {
    let (server, dialer, lead) = start(Options::default()).await;
    server.with_world(|world| world.agent_edit(lead.0, "entry_list_id", "1001"));
    let (row, _) = read(&server, &dialer, lead, &all_fields()).await;
    assert_eq!((row.values[&field("custom.plan")].as_str(), row.values[&field("custom.crm_note")].as_str()), ("", ""));
}

#[tokio::test]
async fn a_moved_lead_that_is_read_alone_ends_no_list() {
    let (server, dialer, lead) = start(Options::default()).await;
    let there = |id: u64, label: &str| server.with_world(|world| world.add_custom_field(id, label, "TEXT", 20));
    server.with_world(|world| world.add_list(2001, "Elsewhere", "TESTCAMP", true));
    there(2001, "colour");
    dialer.set_custom(lead, &BTreeMap::from([("plan".to_owned(), "gold".to_owned())])).await.unwrap();
    // Its custom data stay with the list that it came in by, and its row cannot be read from the file.
    let step = serde_json::json!({"update": "vicidial_list", "set": {"list_id": 2001, "source_id": "a\tb"}, "where": {"lead_id": lead.0}});
    server.with_world(|world| world.database(&step)).unwrap();
    let rows = swept(dialer.sweep(ListId(2001))).await.unwrap();
    assert_eq!((rows.len(), rows[0].lead_id, rows[0].values[&field("source_id")].as_str()), (1, lead, "a\tb"));
    assert!(!rows[0].values.contains_key(&field("custom.colour")), "left out, not blank");
}

#[test]
fn recorded_answers_are_read_or_are_none() {
    let scenarios = scenarios();
    let exchanges = scenarios
        .iter()
        .flat_map(|scenario| scenario["steps"].as_array().unwrap().iter().filter_map(|entry| step(scenario, entry)).collect::<Vec<_>>())
        .chain(transcripts())
        .filter(|exchange| exchange.ask.function() == "lead_all_info");
    let (mut count, mut read) = (0, 0);
    for exchange in exchanges {
        count += 1;
        let Ok(lead) = exchange.ask.get("lead_id").parse() else { continue };
        let found = lead_info::read(&exchange.body, LeadId(lead));
        let is_as_ours = exchange.ask.get("stage") == "tab" && exchange.ask.get("header") == "YES" && exchange.outcome == "data";
        assert_eq!(found.is_some(), is_as_ours, "{}: {found:?}", exchange.name);
        if let Some(found) = found {
            read += 1;
            assert_eq!((found.row.code.as_str(), found.row.list_id, found.has_custom), ("CRM-0001", LIST, false));
            assert_eq!(found.row.values[&field("last_name")], "Lovelace");
            assert_eq!(found.row.values[&field("owner")], "maria");
        }
        // Another lead's answer is none of this one's.
        assert_eq!(lead_info::read(&exchange.body, LeadId(lead + 1)), None);
    }
    assert!(count > 20 && read > 0, "{count} {read}");
}

const HEADER: &str = "status\tuser\tvendor_lead_code\tsource_id\tlist_id\tgmt_offset_now\tphone_code\tphone_number\ttitle\tfirst_name\tmiddle_initial\tlast_name\taddress1\taddress2\taddress3\tcity\tstate\tprovince\tpostal_code\tcountry_code\tgender\tdate_of_birth\talt_phone\temail\tsecurity_phrase\tcomments\tcalled_count\tlast_local_call_time\trank\towner\tentry_list_id\tlead_id\tplan\n";

fn answer(source: &[u8], owner: &[u8], plan: &[u8]) -> Vec<u8> {
    [
        HEADER.as_bytes(),
        b"NEW\tapiuser\tV0000000000000000001\t",
        source,
        b"\t1001\t-5.00\t1\t7275550101\tMs\tAda\tK\tLovelace\t1 Main St\t\t\tTampa\tFL\t\t33701\tUSA\tF\t1980-12-10\t\tada@example.com\t\tnote\t3\t2026-11-24 10:04:00\t7\t",
        owner,
        b"\t1001\t12\t",
        plan,
        b"\n",
    ]
    .concat()
}

#[test]
fn each_cell_has_its_own_character_set() {
    let info = lead_info::read(&answer("Zoë".as_bytes(), b"Zo\xeb", b"gold"), LeadId(12)).unwrap();
    assert_eq!((info.row.values[&field("source_id")].as_str(), info.row.values[&field("owner")].as_str()), ("Zoë", "Zoë"));
    assert_eq!((info.custom, info.has_custom), (vec![("plan".to_owned(), "gold".to_owned())], true));
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    /// Whatever stands in the free texts: an answer that is taken shows it in its place.
    #[test]
    fn a_taken_answer_is_true(source in "[a-z0-9 \t\r\n]{0,20}", owner in "[a-z\t\r\n]{0,8}", plan in "[a-z\t\r\n]{0,8}") {
        let found = lead_info::read(&answer(source.as_bytes(), owner.as_bytes(), plan.as_bytes()), LeadId(12));
        prop_assert_eq!(found.is_some(), ![&source, &owner, &plan].iter().any(|text| text.contains('\t')));
        if let Some(info) = found {
            prop_assert_eq!(&info.row.values[&field("source_id")], &source);
            prop_assert_eq!(&info.row.values[&field("owner")], &owner);
            prop_assert_eq!(&info.custom, &[("plan".to_owned(), plan)]);
            prop_assert_eq!(info.row.called_count, 3);
        }
    }

    #[test]
    fn nothing_panics_on_any_answer(noise in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..800) {
        let mut body = answer(b"s", b"o", b"p");
        let at = at.min(body.len());
        body.splice(at..at, noise.iter().copied());
        let _ = lead_info::read(&body, LeadId(12));
        let _ = lead_info::read(&noise, LeadId(12));
    }
}
