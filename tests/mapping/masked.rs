//! Recorded tests hold nobody's data, take the real contact's way, and pass at once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::mapping::{Mapped, Program, parse};
use vicisync::model::{Contact, ContactId, CrmFieldKind, Value};
use vicisync::setup::mask::{Unmasked, record};

const SALES: &str = include_str!("../../mappings/sales.toml");
const COLLECTIONS: &str = include_str!("../../mappings/collections.toml");
const APPOINTMENTS: &str = include_str!("../../mappings/appointments.toml");

/// Words of the tables themselves, of made-up addresses, and of the rest of a mapping.
const OWN_WORDS: [&str; 12] =
    ["test", "name", "contact", "lead", "list", "phone", "custom", "true", "example", "com", "recorded", "rejected"];

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 60, ..Default::default() }
}

fn program(text: &str) -> Program {
    parse("m.toml", text).unwrap().0
}

fn contact(fields: &[(&str, Value)], opted_out: bool) -> Contact {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Contact { id: ContactId("6b0815ad3e36d5c75".to_owned()), updated: None, opted_out, fields }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    words.map(str::to_lowercase).collect()
}

/// Records the contact, and asserts what must hold of any recording. `kept` are the fields whose values may stand in it.
fn recorded(mapping: &str, contact: &Contact, kept: &[&str]) -> Result<String, TestCaseError> {
    let program = program(mapping);
    let made = match record(&program, mapping, contact, &BTreeMap::new(), Some("a recorded one"), "2026-11-26") {
        Ok(made) => made,
        Err(unmasked) => return Err(TestCaseError::fail(format!("{unmasked:?} of {contact:?}"))),
    };
    let whole = format!("{mapping}\n{}", made.text);
    let (with, warnings) = parse("m.toml", &whole).map_err(|found| TestCaseError::fail(format!("{found:?}\n{}", made.text)))?;
    prop_assert_eq!(warnings, vec![]);
    let outcomes = with.tests();
    let last = outcomes.last().expect("the recorded one");
    prop_assert_eq!((last.name.as_str(), &last.problems), ("a recorded one", &Vec::new()));
    let made_way = last.made.iter().map(|(name, value)| (name.clone(), value.split(':').next().unwrap_or_default().to_owned())).next();
    let real_way = match program.map(contact) {
        Mapped::Lead(lead) => ("list".to_owned(), lead.list_id.to_string()),
        Mapped::Rejected(rejection) => ("rejected".to_owned(), rejection.reason),
        Mapped::Filtered { why } => ("filtered".to_owned(), why),
    };
    prop_assert_eq!(made_way, Some(real_way));
    let read = program.contact_fields();
    let allowed: BTreeSet<String> = contact
        .fields
        .iter()
        .filter(|(name, _)| kept.contains(&name.as_str()))
        .flat_map(|(_, value)| words(&value.text().unwrap_or_default()))
        .collect();
    let shown = words(&made.text);
    let digits: String = made
        .text
        .lines()
        .filter(|line| line.contains("hone") || line.contains("Mobile"))
        .flat_map(str::chars)
        .filter(char::is_ascii_digit)
        .collect();
    for (name, value) in contact.fields.iter().filter(|(name, _)| read.contains(*name) && !kept.contains(&name.as_str())) {
        let real = value.text().unwrap_or_default();
        let is_number = real.chars().filter(char::is_ascii_digit).count() >= 7 && !real.chars().any(char::is_alphabetic);
        if is_number {
            let number: String = real.chars().filter(char::is_ascii_digit).collect();
            prop_assert!(!digits.contains(&number[number.len() - 7..]), "{} of {} stands in\n{}", real, name, made.text);
            continue;
        }
        for word in words(&real).difference(&allowed).filter(|word| !OWN_WORDS.contains(&word.as_str())) {
            prop_assert!(!shown.contains(word), "{} of {} stands in\n{}", word, name, made.text);
        }
    }
    prop_assert!(!made.text.contains(contact.id.as_str()));
    Ok(made.text)
}

/// Names of few letters among them: made-up ones come out like them now and then, and must not.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[BDFGK][aeiou][dfgkl][aeiou]",
        "[A-Z][a-z]{2,9}",
        "[A-Z]'[A-Z][a-z]{3,7}",
        "[ÁÉÖ][a-zéñöł]{3,8}",
        "[А-Я][а-я]{3,8}",
        "[a-z]{1,3}"
    ]
}

fn phone() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\([2-8][02-8][1-9]\\) [2-8][02-8][2-9]-[0-9]{4}",
        "\\+1 ?[2-8][02-8][1-9][2-8][02-8][2-9][0-9]{4}",
        "[2-8][02-8][1-9]\\.[2-8][02-8][2-9]\\.[0-9]{4} x[0-9]{1,3}",
        "\\+4420[0-9]{8}",
        "\\(212\\) 555-01[0-9]{2}",
        "[2-9][0-9]{2}-[0-9]{4}",
        "call [a-z]{3,6}",
        Just(String::new()),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_value_of_a_masked_field_stands_in_a_recorded_test(
        first in name(), last in name(), street in "[1-9][0-9]{0,3} [A-Z][a-z]{3,8} (Road|Street)", city in "[A-Z][a-z]{4,9}( [A-Z][a-z]{3,6})?",
        postal in "[0-9]{5}(-[0-9]{4})?", mail in "[a-z]{3,8}\\.[a-z]{2,8}@[a-z]{4,8}\\.(com|org)", note in "([a-z]{2,9} ){0,12}[A-Z][a-z]{3,8}[.!]?",
        number in phone(), mobile in phone(), plan in prop_oneof![Just("gold"), Just("Silver"), Just("")],
        stage in prop_oneof![Just("prospect"), Just("customer"), Just("partner")], opted_out in proptest::bool::weighted(0.2),
    ) {
        let contact = contact(&[
            ("firstName", text(&first)), ("lastName", text(&last)), ("addressStreet", text(&street)), ("addressCity", text(&city)),
            ("addressPostalCode", text(&postal)), ("addressState", text("New York")), ("addressCountry", text("USA")), ("emailAddress", text(&mail)),
            ("description", text(&note)), ("cNote", text(&note)), ("phoneNumber", text(&number)), ("cMobile", text(&mobile)),
            ("cPlan", text(plan)), ("cSalesStage", text(stage)), ("salutationName", text("Mrs.")), ("middleName", Value::Null),
        ], opted_out);
        recorded(SALES, &contact, &["addressState", "addressCountry", "cPlan", "cSalesStage", "salutationName"])?;
    }

    #[test]
    fn amounts_accounts_and_days_are_made_up_too(
        last in name(), account in "[A-Z]{2}-[0-9]{5,9}", balance in "[1-9][0-9]{3,5}\\.[0-9]{2}", born in "19[4-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9])",
        creditor in "[A-Z][a-z]{4,8} Bank", number in phone(), work in phone(), ageing in prop_oneof![Just("1-30"), Just("91+"), Just("other")],
        status in prop_oneof![Just("open"), Just("promise"), Just("dispute"), Just("paid")],
    ) {
        let contact = contact(&[
            ("lastName", text(&last)), ("cAccountNumber", text(&account)), ("cBalance", text(&balance)), ("cDateOfBirth", text(&born)),
            ("cCreditor", text(&creditor)), ("phoneNumber", text(&number)), ("cWorkPhone", text(&work)), ("cAgeing", text(ageing)),
            ("cAccountStatus", text(status)), ("addressState", text("FL")), ("cDueDate", text("2026-10-01")),
        ], false);
        let made = recorded(COLLECTIONS, &contact, &["cAgeing", "cAccountStatus", "addressState", "cDueDate"])?;
        prop_assert!(!made.contains(&born) && !made.contains(&balance) && !made.contains(&account), "{}", made);
    }
}

#[test]
fn the_same_contact_gives_the_same_test_with_shapes_kept() {
    let contact = contact(
        &[
            ("cAppointmentStatus", text("agreed")),
            ("cAppointmentAt", text("2026-12-10 09:30:00")),
            ("firstName", text("ANNELIESE")),
            ("emailAddress", text("anneliese@practice.example.org")),
            ("addressPostalCode", text("CT1 2AB")),
            ("phoneNumber", text("020 7123 4567")),
            ("cFirstVisit", Value::Bool(true)),
        ],
        false,
    );
    let program = program(APPOINTMENTS);
    let one = record(&program, APPOINTMENTS, &contact, &BTreeMap::new(), None, "2026-11-26").unwrap();
    let two = record(&program, APPOINTMENTS, &contact, &BTreeMap::new(), None, "2026-11-26").unwrap();
    assert_eq!(one, two);
    assert_eq!(one.name, "recorded 2026-11-26: a lead in list 3002");
    for part in [
        "cAppointmentStatus = \"agreed\"",
        "phoneNumber = \"020 7946 0",
        "@example.com\"",
        "cFirstVisit = true",
        "list = 3002",
        "first_visit = \"yes\"",
    ] {
        assert!(one.text.contains(part), "{part} is not in\n{}", one.text);
    }
    for real in ["ANNELIESE", "Anneliese", "practice", "2026-12-10", "CT1 2AB"] {
        assert!(!one.text.contains(real), "{real} is in\n{}", one.text);
    }
}

#[test]
fn a_field_whose_value_decides_and_is_personal_stops_the_recording() {
    let mapping = SALES.replace("cSalesStage = { in = [\"prospect\", \"customer\"] }", "lastName = { starts_with = \"Zw\" }");
    let contact = contact(&[("lastName", text("Zwingli")), ("phoneNumber", text("(212) 867-5309"))], false);
    let found = record(&program(&mapping), &mapping, &contact, &BTreeMap::new(), None, "2026-11-26");
    assert_eq!(found, Err(Unmasked::Decides("lastName".to_owned())));
    let named = record(&program(&mapping), &mapping, &contact, &BTreeMap::new(), Some("what becomes of Zwingli"), "2026-11-26");
    assert_eq!(named, Err(Unmasked::Decides("lastName".to_owned())));
}

#[test]
fn a_name_that_tells_who_it_is_is_refused() {
    let contact =
        contact(&[("cSalesStage", text("prospect")), ("lastName", text("Zwingli")), ("phoneNumber", text("(212) 867-5309"))], false);
    for name in ["what becomes of zwingli", "contact 6b0815ad3e36d5c75", "the one with 212 867 5309"] {
        let found = record(&program(SALES), SALES, &contact, &BTreeMap::new(), Some(name), "2026-11-26");
        assert!(matches!(found, Err(Unmasked::Named(_))), "{name}: {found:?}");
    }
}

#[test]
fn what_the_crm_calls_a_choice_stays() {
    let contact =
        contact(&[("cSalesStage", text("prospect")), ("cNote", text("Platinum")), ("phoneNumber", text("(212) 867-5309"))], false);
    let of = |kinds: BTreeMap<String, CrmFieldKind>| record(&program(SALES), SALES, &contact, &kinds, None, "2026-11-26").unwrap().text;
    assert!(!of(BTreeMap::new()).contains("Platinum"));
    assert!(of([("cNote".to_owned(), CrmFieldKind::Choice(vec!["Platinum".to_owned()]))].into()).contains("cNote = \"Platinum\""));
}

/// What a step makes of the made-up value is of the same kind as what it makes of the real one.
#[test]
fn values_of_steps_that_know_what_they_take_stay_of_their_kind() {
    let mapping = r#"
object = "Contact"
list_default = { list = 1000 }
phone = { from = "phoneNumber", default_region = "US" }
custom.next = { from = "cNext", transform = "moment:America/New_York" }
custom.due = { from = "cDue", transform = "date_to:%m/%d/%Y" }
custom.home = { from = "cHome", transform = "state:US" }
custom.sex = { from = "cSex", transform = "gender" }
custom.letters = { from = "cLetters", transform = "yes_no:Y/N" }
custom.work = { from = "cWork", transform = "alt_phone:US" }
"#;
    let fields = [
        ("phoneNumber", "+12025550101"),
        ("cNext", "2026-11-25 01:20:37"),
        ("cDue", "2026-12-01"),
        ("cHome", "Texas"),
        ("cSex", "female"),
        ("cLetters", "yes"),
        ("cWork", "(202) 555-0144"),
    ];
    let contact = contact(&fields.map(|(name, value)| (name, text(value))), false);
    recorded(mapping, &contact, &["cHome", "cSex", "cLetters"]).unwrap();
    let made = record(&program(mapping), mapping, &contact, &BTreeMap::new(), Some("one"), "2026-11-26").unwrap().text;
    for label in ["next", "due", "home", "sex", "letters", "work"] {
        let is_filled = made.contains(&format!("{label} = \"")) && !made.contains(&format!("{label} = \"\""));
        assert!(is_filled, "{label} in {made}");
    }
}
