//! What a mapping makes of contacts and calls.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use vicisync::mapping::{Mapped, Program, parse};
use vicisync::model::{Call, CampaignId, Contact, ContactId, FieldName, Fields, Lead, LeadId, ListId, Value};

/// A small mapping whose parts tests replace.
pub(crate) const BASE: &str = r#"
object = "Contact"
[list_default]
list = 1000
[phone]
from = ["phoneNumber", "phones"]
default_region = "US"
"#;

/// The program of a text that must be right.
pub(crate) fn program(text: &str) -> Program {
    match parse("sales.toml", text) {
        Ok((program, warnings)) => {
            assert_eq!(warnings, []);
            program
        }
        Err(found) => panic!("{}", vicisync::diag::render::render(&found, text, false)),
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn contact(fields: &[(&str, Value)]) -> Contact {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Contact { id: ContactId::from("c1"), updated: None, opted_out: false, fields }
}

fn lead(program: &Program, fields: &[(&str, Value)]) -> Lead {
    match program.map(&contact(fields)) {
        Mapped::Lead(lead) => lead,
        other => panic!("no lead: {other:?}"),
    }
}

pub(crate) fn reason(program: &Program, fields: &[(&str, Value)]) -> String {
    match program.map(&contact(fields)) {
        Mapped::Rejected(rejection) => rejection.reason,
        Mapped::Filtered { .. } => "filtered".to_owned(),
        Mapped::Lead(lead) => format!("list {}", lead.list_id),
    }
}

pub(crate) fn call(status: &str, user: &str) -> Call {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    Call {
        key: "KEY0".to_owned(),
        lead_id: LeadId(77),
        status: status.to_owned(),
        user: user.to_owned(),
        campaign: CampaignId::from("TESTCAMP"),
        list_id: ListId(1001),
        start: at("2026-11-02T15:00:00Z"),
        end: at("2026-11-02T15:01:05Z"),
        seconds: 65,
        is_inbound: false,
        phone: "2125550100".to_owned(),
    }
}

pub(crate) const PHONE: (&str, Value) = ("phoneNumber", Value::Int(2_125_550_100));

#[test]
fn the_rehearsal_mapping_passes_its_own_tests() {
    let program = program(include_str!("../../mappings/rehearsal.toml"));
    let outcomes = program.tests();
    assert!(outcomes.len() >= 6);
    for outcome in outcomes {
        assert_eq!(outcome.problems, Vec::<String>::new(), "{}", outcome.name);
    }
    let fields: Vec<_> = program.contact_fields().into_iter().collect();
    let expected = [
        "addressCity",
        "addressCountry",
        "addressPostalCode",
        "addressState",
        "addressStreet",
        "cNote",
        "cPlan",
        "cSegment",
        "description",
        "emailAddress",
        "firstName",
        "lastName",
        "phoneNumber",
    ];
    assert_eq!(fields, expected);
    assert_eq!(program.patch_names().into_iter().collect::<Vec<_>>(), ["cCallCount", "cDialerLeadId", "cDialerStatus", "cLastCalledAt"]);
    assert_eq!(program.lists().into_iter().collect::<Vec<_>>(), [ListId(1001), ListId(1002), ListId(1003)]);
    assert_eq!(program.custom_labels().into_iter().collect::<Vec<_>>(), ["crm_note", "plan"]);
    assert_eq!(program.object(), "Contact");
    assert_eq!(program.leaving().status, "VSGONE");
    assert_eq!(program.leaving().keep, ["SALE", "DNC", "DNCL", "DNCC"]);
    assert_eq!(program.opt_out_status(), "DNC");
    assert_eq!(program.go_live(), "2026-01-01T00:00:00Z".parse().ok());
    assert!(program.is_transient("xfer") && program.is_transient("") && !program.is_transient("SALE"));
}

#[test]
fn the_least_mapping_gives_a_lead_with_the_contacts_id() {
    let program = program(BASE);
    let lead = lead(&program, &[PHONE]);
    assert_eq!(lead.list_id, ListId(1000));
    assert_eq!(lead.phone.e164(), "+12125550100");
    assert_eq!(lead.fields, Fields::from([("source_id".parse().unwrap(), "c1".to_owned())]));
    assert_eq!(program.go_live(), None);
    assert_eq!(program.dispose(&call("SALE", "agent6001"), 1), vicisync::mapping::Disposed::default());
    let names: Vec<String> = program.lead_fields().iter().map(FieldName::to_string).collect();
    assert_eq!(names, ["source_id", "phone_code", "phone_number"]);
}

#[test]
fn the_hash_follows_the_text() {
    assert_eq!(program(BASE).hash(), program(BASE).hash());
    assert_eq!(program(BASE).hash().len(), 64);
    assert_ne!(program(BASE).hash(), blake3::hash(BASE.as_bytes()).to_hex().as_str(), "a release that reads it otherwise has another");
    assert_ne!(program(BASE).hash(), program(&BASE.replace("1000", "1001")).hash());
}

#[test]
fn the_first_list_rule_that_fits_decides() {
    let rules = r#"
object = "Contact"
[[list]]
when = { cSegment = "north", cScore = { in = [1, 2] } }
list = 1001
[[list]]
when = { tags = "vip" }
list = 1002
[[list]]
when = { cClosed = true }
reject = true
[list_default]
list = 1000
[phone]
from = "phoneNumber"
default_region = "US"
"#;
    let program = program(rules);
    let vip = Value::List(vec![text("new"), text("vip")]);
    assert_eq!(reason(&program, &[PHONE, ("cSegment", text("north")), ("cScore", Value::Int(2)), ("tags", vip.clone())]), "list 1001");
    assert_eq!(reason(&program, &[PHONE, ("cSegment", text("north")), ("cScore", Value::Int(3)), ("tags", vip)]), "list 1002");
    assert_eq!(reason(&program, &[PHONE, ("cClosed", Value::Bool(true))]), "no_list");
    assert_eq!(reason(&program, &[PHONE, ("cClosed", Value::Bool(false))]), "list 1000");
}

#[test]
fn every_condition_of_the_filter_must_hold() {
    let check = |condition: &str, value: Value| {
        let program = program(&BASE.replace("[list_default]", &format!("[filter]\nf = {condition}\n[list_default]")));
        match program.map(&contact(&[PHONE, ("f", value)])) {
            Mapped::Lead(_) => true,
            Mapped::Filtered { why } => {
                assert!(why.contains("`f`"), "{why}");
                false
            }
            Mapped::Rejected(rejection) => panic!("{rejection:?}"),
        }
    };
    let list = |texts: &[&str]| Value::List(texts.iter().map(|one| text(one)).collect());
    for (condition, value, holds) in [
        (r#""a""#, text(" a "), true),
        (r#""a""#, text("A"), false),
        (r#""a""#, Value::Null, false),
        (r#""a""#, list(&["b", "a"]), true),
        ("5", text("5"), true),
        ("5", Value::Int(5), true),
        ("false", Value::Bool(false), true),
        ("false", Value::Null, false),
        (r#"{ is = "a" }"#, text("a"), true),
        (r#"{ is_not = "a" }"#, text("a"), false),
        (r#"{ is_not = "a" }"#, text("b"), true),
        (r#"{ is_not = "a" }"#, Value::Null, true),
        (r#"{ is_not = "a" }"#, list(&["b", "a"]), false),
        (r#"{ in = ["a", "b"] }"#, text("b"), true),
        (r#"{ in = ["a", "b"] }"#, text("c"), false),
        (r#"{ not_in = ["a", "b"] }"#, text("c"), true),
        (r#"{ not_in = ["a", "b"] }"#, text("a"), false),
        ("{ is_set = true }", text("x"), true),
        ("{ is_set = true }", Value::Int(0), true),
        ("{ is_set = true }", text("  "), false),
        ("{ is_set = true }", list(&[""]), false),
        ("{ is_set = false }", Value::Null, true),
        ("{ is_blank = true }", Value::Null, true),
        ("{ is_blank = true }", text("x"), false),
        ("{ is_blank = false }", text("x"), true),
        (r#"{ starts_with = "ab" }"#, text("abc"), true),
        (r#"{ starts_with = "ab" }"#, text("ba"), false),
        (r#"{ starts_with = "ab", is_not = "abc" }"#, text("abc"), false),
        (r#"{ starts_with = "ab", is_not = "abc" }"#, text("abd"), true),
    ] {
        assert_eq!(check(condition, value.clone()), holds, "{condition} of {value:?}");
    }
}

#[test]
fn a_contact_is_judged_by_filter_then_opt_out_then_list_then_phone() {
    let text_of = BASE.replace("[list_default]\nlist = 1000", "[filter]\nf = { is_set = true }\n[list_default]\nreject = true");
    let program = program(&text_of);
    let mut judged = contact(&[]);
    judged.opted_out = true;
    assert!(matches!(program.map(&judged), Mapped::Filtered { .. }));
    judged.fields.insert("f".to_owned(), Value::Int(1));
    assert!(
        matches!(program.map(&judged), Mapped::Rejected(rejection) if rejection.reason == "opted_out" && rejection.contact == judged.id)
    );
    judged.opted_out = false;
    assert!(matches!(program.map(&judged), Mapped::Rejected(rejection) if rejection.reason == "no_list"));
}

#[test]
fn the_first_usable_phone_is_dialed_and_else_the_first_one_says_why_not() {
    let program = program(BASE);
    let phones = |numbers: &[&str]| Value::List(numbers.iter().map(|number| text(number)).collect());
    let dialed = |fields: &[(&str, Value)]| lead(&program, fields).phone.e164();
    assert_eq!(dialed(&[("phoneNumber", text("555")), ("phones", phones(&["+44 20 7946 0123", "212 555 0101"]))]), "+12125550101");
    assert_eq!(reason(&program, &[]), "phone_missing");
    assert_eq!(reason(&program, &[("phoneNumber", text("  ")), ("phones", phones(&[]))]), "phone_missing");
    assert_eq!(reason(&program, &[("phoneNumber", text("555-0100"))]), "phone_invalid");
    assert_eq!(reason(&program, &[("phones", phones(&["+44 20 7946 0123", "555"]))]), "phone_foreign");
    // Canada shares the country code with the US and is another country.
    assert_eq!(reason(&program, &[("phoneNumber", text("416 555 0100"))]), "phone_foreign");
}

#[test]
fn regions_open_other_countries() {
    let with = |regions: &str| {
        let text = BASE.replace("default_region", &format!("regions = {regions}\ndefault_region"));
        // That numbers at home are not among them is worth a word, and no mistake.
        vicisync::mapping::parse("sales.toml", &text).unwrap().0
    };
    let number = |text_of: &str| [("phoneNumber", text(text_of))];
    assert_eq!(reason(&with("\"all\""), &number("+49 30 23125123")), "list 1000");
    assert_eq!(reason(&with("[\"GB\"]"), &number("+44 20 7946 0123")), "list 1000");
    assert_eq!(reason(&with("[\"GB\"]"), &number("212 555 0100")), "phone_foreign");
    // Italian numbers begin with 0 after the country code.
    assert_eq!(reason(&with("[\"IT\"]"), &number("+39 06 5550 0123")), "list 1000");
    assert_eq!(reason(&with("[\"US\"]"), &number("+39 06 5550 0123")), "phone_foreign");
}

#[test]
fn fields_fall_back_are_turned_and_may_be_constant() {
    let program = program(&format!(
        "{BASE}{}",
        r#"
[lead]
first_name = "firstName"
last_name = { from = ["lastName", "accountName"], transform = ["trim", "upper", "truncate:5"], blank = "clear" }
title = { value = "Dr" }
rank = { value = 5 }
owner = { from = "id", direction = "push" }
comments = { from = "tags", blank = "keep" }
[custom]
Plan = { from = "cPlan", transform = { map = { gold = "G" }, default = "?" } }
"#
    ));
    let tags = Value::List(vec![text("a"), Value::Null, text("b")]);
    let lead =
        lead(&program, &[PHONE, ("lastName", text(" ")), ("accountName", text(" Example Ltd")), ("tags", tags), ("cPlan", text("GOLD"))]);
    let value = |name: &str| &lead.fields[&name.parse::<FieldName>().unwrap()];
    assert_eq!(value("first_name"), "");
    assert_eq!(value("last_name"), "EXAMP");
    assert_eq!(value("title"), "Dr");
    assert_eq!(value("rank"), "5");
    assert_eq!(value("owner"), "c1");
    assert_eq!(value("comments"), "a, b");
    assert_eq!(value("custom.Plan"), "G");
    assert_eq!(value("source_id"), "c1");
    assert!(program.ways()[&"last_name".parse().unwrap()].clears);
    assert!(!program.ways()[&"comments".parse().unwrap()].clears && !program.ways().contains_key(&"city".parse().unwrap()));
    assert!(!program.contact_fields().contains("id"));
}

#[test]
fn source_id_is_the_mappings_if_it_wants() {
    let program = program(&format!("{BASE}[lead]\nsource_id = \"accountNumber\"\n"));
    assert_eq!(&lead(&program, &[PHONE, ("accountNumber", text("A-1"))]).fields[&"source_id".parse().unwrap()], "A-1");
}

const CALLS: &str = r#"
[calls]
go_live = 2026-11-01T00:00:00-04:00
title = "Call: ${status}, $${campaign} ${campaign}"
note = "by ${agent}"
[calls.always]
set = { cCount = "${call_count}", cSeen = true }
[[disposition]]
status = "SALE"
set = { cStatus = "${status}", cWhen = "${call_start}", cLead = "Lead ${lead_id} of ${list}", cSeconds = "${talk_seconds}", cStage = "won", cScore = 9 }
activity = true
[[disposition]]
status = ["A", "AA"]
set = { cStatus = "machine" }
[[disposition]]
status = "DROP"
answered = false
activity = true
[[disposition]]
any = true
set = { cStatus = "other", cAgent = "${agent}" }
[users]
default = "u0"
Agent6001 = "u1"
"#;

#[test]
fn the_first_rule_for_the_status_decides_what_a_call_sets() {
    let program = program(&format!("{BASE}{CALLS}"));
    let sale = program.dispose(&call("sale", "agent6001"), 3);
    let set =
        |entries: &[(&str, Value)]| entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<BTreeMap<_, _>>();
    let expected = [
        ("cCount", Value::Int(3)),
        ("cSeen", Value::Bool(true)),
        ("cStatus", text("sale")),
        ("cWhen", text("2026-11-02 15:00:00")),
        ("cLead", text("Lead 77 of 1001")),
        ("cSeconds", Value::Int(65)),
        ("cStage", text("won")),
        ("cScore", Value::Int(9)),
    ];
    assert_eq!(sale.set, set(&expected));
    let activity = sale.activity.unwrap();
    assert_eq!(
        (activity.key.as_str(), activity.title.as_str(), activity.note.as_str()),
        ("KEY0", "Call: sale, ${campaign} TESTCAMP", "by agent6001")
    );
    assert_eq!((activity.user.as_deref(), activity.is_answered, activity.status.as_str()), (Some("u1"), true, "sale"));

    let machine = program.dispose(&call("AA", "VDAD"), 4);
    assert_eq!(machine.set, set(&[("cCount", Value::Int(4)), ("cSeen", Value::Bool(true)), ("cStatus", text("machine"))]));
    assert_eq!(machine.activity, None);

    let dropped = program.dispose(&call("DROP", "VDAD"), 1).activity.unwrap();
    assert_eq!((dropped.user.as_deref(), dropped.is_answered), (Some("u0"), false));

    // A blank never goes out.
    let other = program.dispose(&call("XYZ", " "), 1);
    assert_eq!(other.set, set(&[("cCount", Value::Int(1)), ("cSeen", Value::Bool(true)), ("cStatus", text("other"))]));
    assert_eq!(program.dispose(&call("INCALL", "agent6001"), 1), vicisync::mapping::Disposed::default());
    assert_eq!(program.go_live(), "2026-11-01T04:00:00Z".parse().ok());
}

#[test]
fn a_call_never_ends_before_it_starts() {
    let program = program(&format!("{BASE}{CALLS}"));
    let mut call = call("SALE", "agent6001");
    call.end = "2026-11-02T14:00:00Z".parse().unwrap();
    let activity = program.dispose(&call, 1).activity.unwrap();
    assert_eq!(activity.end, activity.start);
}

#[test]
fn go_live_may_be_a_date_of_a_zone() {
    let of = |lines: &str| program(&format!("{BASE}[calls]\n{lines}\n")).go_live().unwrap().to_rfc3339();
    assert_eq!(of("go_live = 2026-11-02\nzone = \"America/New_York\""), "2026-11-02T05:00:00+00:00");
    assert_eq!(of("go_live = 2026-07-01 08:30:00\nzone = \"Europe/Berlin\""), "2026-07-01T06:30:00+00:00");
}

#[test]
fn transient_statuses_may_be_replaced() {
    let program = program(&format!("{BASE}[calls]\ntransient = [\"INCALL\"]\n"));
    assert!(program.is_transient("INCALL") && !program.is_transient("XFER"));
}

#[test]
fn a_failed_test_says_what_differs() {
    let with = |test: &str| {
        let outcomes = program(&format!("{BASE}{CALLS}[[test]]\nname = \"t\"\n{test}\n")).tests();
        assert_eq!((outcomes.len(), outcomes[0].name.as_str()), (1, "t"));
        outcomes[0].problems.clone()
    };
    let good = "contact = { phoneNumber = \"2125550100\" }\n";
    assert_eq!(
        with(&format!("{good}lead = {{ list = 1000, phone = \"+12125550100\", source_id = \"test-contact\" }}")),
        Vec::<String>::new()
    );
    assert_eq!(
        with(&format!("{good}lead = {{ list = 1001, phone = \"+1\", source_id = \"x\", city = \"Rome\", custom = {{ plan = \"a\" }} }}")),
        [
            "`list`: expected 1001, and it is 1000",
            "`phone`: expected +1, and it is +12125550100",
            "`source_id`: expected \"x\", and it is \"test-contact\"",
            "`city`: expected \"Rome\", and the mapping does not fill this field",
            "`custom.plan`: expected \"a\", and the mapping does not fill this field",
        ]
    );
    assert_eq!(
        with(&format!("{good}rejected = \"phone_missing\"")),
        ["expected a rejection `phone_missing`, and it gives a lead in list 1000 with phone +12125550100"]
    );
    assert_eq!(with("contact = {}\nfiltered = true").len(), 1);
    assert_eq!(with("contact = { opted_out = true }\nrejected = \"phone_missing\"").len(), 1);
    assert_eq!(
        with("call = { status = \"AA\", count = 2 }\nset = { cStatus = \"x\", cCount = 2, cStage = \"won\" }\nactivity = true"),
        [
            "`cStage`: expected \"won\", and the call does not set it",
            "`cStatus`: expected \"x\", and it is \"machine\"",
            "expected an activity, and none is logged",
        ]
    );
    assert_eq!(with("call = { status = \"AA\" }\nset = {}"), ["expected that nothing is set, and the call sets cCount, cSeen, cStatus"]);
    assert_eq!(with("call = { status = \"SALE\" }\nactivity = false"), ["expected no activity, and one is logged"]);
}

/// A value as a CRM may give it.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let single = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<String>().prop_map(Value::Text),
        "[+0-9 ().x#/-]{0,20}".prop_map(Value::Text),
    ];
    prop_oneof![4 => single.clone(), 1 => prop::collection::vec(single, 0..4).prop_map(Value::List)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, cases: 400, ..Default::default()
    })]

    /// Any contact is mapped, twice to the same, and every lead has a phone that could be dialed.
    #[test]
    fn mapping_is_total_and_pure(values in prop::collection::vec(any_value(), 14), segment in "north|south|west|east|", opted_out in any::<bool>()) {
        let program = program(include_str!("../../mappings/rehearsal.toml"));
        let mut fields: BTreeMap<String, Value> = program.contact_fields().into_iter().zip(values).collect();
        fields.insert("cSegment".to_owned(), Value::Text(segment));
        let contact = Contact { id: ContactId::from("c1"), updated: None, opted_out, fields };
        let mapped = program.map(&contact);
        prop_assert_eq!(&mapped, &program.map(&contact));
        if let Mapped::Lead(lead) = mapped {
            prop_assert!(!opted_out);
            prop_assert!(program.lists().contains(&lead.list_id));
            let e164 = lead.phone.e164();
            prop_assert!(e164.len() >= 8 && e164.len() <= 16 && e164[1..].bytes().all(|byte| byte.is_ascii_digit()));
            let filled: std::collections::BTreeSet<_> = lead.values().into_keys().collect();
            prop_assert_eq!(filled, program.lead_fields());
        }
    }
}

/// The made-up people of the rehearsal, as the emulated CRM shows them to a list.
#[test]
fn the_rehearsals_people_are_mostly_dialable() {
    let program = program(include_str!("../../mappings/rehearsal.toml"));
    let mut judged: BTreeMap<String, usize> = BTreeMap::new();
    for person in vicisync::emulator::people::people(7, 1000) {
        let primary = &person["phoneNumberData"][0];
        let opted_out = person["doNotCall"] == true || primary["optOut"] == true;
        let mut fields = BTreeMap::new();
        for name in program.contact_fields() {
            let value = if name == "phoneNumber" { primary.get("phoneNumber").unwrap_or(&person[&name]) } else { &person[&name] };
            fields.insert(name, serde_json::from_value(value.clone()).unwrap());
        }
        let contact = Contact { id: ContactId::from("c1"), updated: None, opted_out, fields };
        let word = match program.map(&contact) {
            Mapped::Lead(_) => "lead".to_owned(),
            Mapped::Rejected(rejection) => rejection.reason,
            Mapped::Filtered { .. } => "filtered".to_owned(),
        };
        *judged.entry(word).or_default() += 1;
    }
    for word in ["opted_out", "phone_missing", "phone_invalid"] {
        assert!(judged.get(word).is_some_and(|count| *count > 0), "{judged:?}");
    }
    assert!(judged["lead"] >= 820, "{judged:?}");
}
