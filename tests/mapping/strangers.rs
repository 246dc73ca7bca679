//! `[without_contact]`: which calls make a lead such a one, and what a new contact says.

use std::collections::BTreeMap;

use vicisync::diag::Code;
use vicisync::mapping::Then;
use vicisync::model::{CampaignId, LeadId, LeadRow, ListId, Phone, Value};

use super::mapping::{BASE, call, contact, program};
use super::mistakes::only;

const TABLE: &str = r#"
[calls]
go_live = 2026-11-01T00:00:00Z
[without_contact]
then = "create"
statuses = ["SALE"]
groups = ["testcamp"]
key = "cLead"
set = { firstName = "${lead_first_name | title}", lastName = "${lead_last_name}", cPhone = "${lead_phone}", cCalls = "${call_count}", isNew = true }
"#;

fn row(values: &[(&str, &str)]) -> LeadRow {
    LeadRow {
        lead_id: LeadId(77),
        code: String::new(),
        list_id: ListId(999),
        status: "SALE".to_owned(),
        called_count: 1,
        modified: None,
        values: values.iter().map(|(name, text)| (name.parse().unwrap(), (*text).to_owned())).collect(),
    }
}

fn phone() -> Phone {
    Phone { code: "1".to_owned(), number: "2125550100".to_owned() }
}

#[test]
fn what_is_listed_is_taken_whatever_the_capitals() {
    let program = program(&format!("{BASE}{TABLE}"));
    let rule = program.without_contact().unwrap();
    assert_eq!((rule.then(), rule.key()), (Then::Create, Some("cLead")));
    assert!(rule.takes(&call("sale", "VDAD")) && !rule.takes(&call("NI", "VDAD")));
    let mut elsewhere = call("SALE", "VDAD");
    elsewhere.campaign = CampaignId::from("OTHER");
    assert!(!rule.takes(&elsewhere));
    assert!(program.contact_fields().contains("cLead"));
}

#[test]
fn a_new_contact_says_what_the_lead_and_its_call_say() {
    let program = program(&format!("{BASE}[lead]\ncity = {{ from = \"cCity\", direction = \"both\" }}\nemail = \"cMail\"\n{TABLE}"));
    let row = row(&[("first_name", "cara"), ("last_name", " "), ("city", "Tampa"), ("email", "cara@example.com")]);
    let text = |text: &str| Value::Text(text.to_owned());
    let expected = [
        ("firstName", text("Cara")),
        ("cPhone", text("+12125550100")),
        ("cCalls", Value::Int(3)),
        ("isNew", Value::Bool(true)),
        ("cCity", text("Tampa")),
    ];
    let expected: BTreeMap<String, Value> = expected.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(program.new_contact(&row, &phone(), &call("SALE", "VDAD"), 3), expected);
}

/// P66, P67: the very number, in any of the fields.
#[test]
fn phones_are_compared_as_numbers() {
    let program = program(&format!("{BASE}{TABLE}"));
    let of = |code: &str, number: &str| {
        program.stranger_phone(&row(&[("phone_code", code), ("phone_number", number)])).map_err(|(word, _)| word)
    };
    assert_eq!(of("1", "2125550100"), Ok(phone()));
    assert_eq!(of("", "2125550100"), Ok(phone()), "without a code it is one of the home country");
    assert_eq!(of("1", "5550100"), Err("phone_invalid"));
    assert_eq!(of("", ""), Err("phone_invalid"));
    assert_eq!(of("44", "2079460100"), Err("phone_foreign"));
    let has = |name: &str, value: &str| program.has_phone(&contact(&[(name, Value::Text(value.to_owned()))]), &phone());
    assert!(has("phoneNumber", "(212) 555-0100") && has("phones", "+1 212 555 0100"));
    assert!(!has("phoneNumber", "5550100") && !has("phoneNumber", "+44 212 555 0100") && !has("cOther", "2125550100"));
}

#[test]
fn a_key_that_is_set_as_well_is_a_mistake() {
    let text = format!("{BASE}{}", TABLE.replace("isNew", "cLead"));
    assert_eq!(only(&text).0, Code::Doubled);
    let text = format!("{BASE}{}", TABLE.replace("then = \"create\"", "then = \"make\""));
    assert_eq!(only(&text).0, Code::BadValue);
}
