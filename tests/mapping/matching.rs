//! `[match]`: what it says, and what contacts and leads are compared by.

use std::collections::BTreeMap;

use vicisync::mapping::{self, Program};
use vicisync::model::{Ambiguous, Contact, ContactId, FieldName, LeadField, Matching, Phone, Slot, Value};

fn program(table: &str) -> Program {
    let text = format!(
        "object = \"Contact\"\n[list_default]\nlist = 1001\n[phone]\nfrom = [\"phone\", \"mobile\"]\ndefault_region = \"US\"\nregions = [\"US\", \"GB\"]\n\
         [lead]\nlast_name = \"lastName\"\n[custom]\nplan = \"plan\"\n{table}"
    );
    mapping::parse("mapping.toml", &text).unwrap_or_else(|found| panic!("{found:#?}")).0
}

fn contact(fields: &[(&str, Value)]) -> Contact {
    let fields: BTreeMap<String, Value> = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Contact { id: ContactId::from("c-1"), updated: None, opted_out: false, fields }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn the_table_is_read() {
    assert_eq!(program("").matching(), None);
    let whole = program("[match]\ncode_from = \"old\"\nphone = true\nand = [\"last_name\", \"custom.plan\"]\nambiguous = \"new\"\n");
    let and = [FieldName::Standard(LeadField::LastName), FieldName::Custom("plan".to_owned())];
    let expected = Matching { code_from: Some("old".to_owned()), phone_and: Some(and.into()), ambiguous: Ambiguous::New };
    assert_eq!(whole.matching(), Some(&expected));
    assert_eq!(expected.phone_words(), "phone, last_name and custom.plan");
    assert!(whole.contact_fields().contains("old"), "the CRM is asked for it");
    let phone = program("[match]\nphone = true\n");
    assert_eq!(phone.matching(), Some(&Matching { code_from: None, phone_and: Some([].into()), ambiguous: Ambiguous::Hold }));
    assert_eq!(phone.matching().map(Matching::phone_words).as_deref(), Some("phone"));
    assert_eq!(program("[match]\ncode_from = \"old\"\nphone = false\n").matching().and_then(|matching| matching.phone_and.clone()), None);
}

#[test]
fn an_older_code_is_a_trimmed_text() {
    let program_of = |field: &str| program(&format!("[match]\ncode_from = \"{field}\"\n"));
    let code = |value: Value| program_of("old").older_code(&contact(&[("old", value)]));
    assert_eq!(code(text(" A-17 ")).as_deref(), Some("A-17"));
    assert_eq!(code(Value::Int(4711)).as_deref(), Some("4711"));
    assert_eq!((code(text("  ")), code(Value::Null)), (None, None));
    assert_eq!(program_of("id").older_code(&contact(&[])).as_deref(), Some("c-1"));
    assert_eq!(program("").older_code(&contact(&[("old", text("A-17"))])), None);
}

/// P10, P67: every number of a contact, and a lead's number however an older tool wrote it.
#[test]
fn numbers_of_both_sides_have_one_form() {
    let program = program("[match]\nphone = true\n");
    let numbers = contact(&[("phone", text("n/a")), ("mobile", text("(727) 555-0101 or +44 20 7946 0123, +49 30 23125123, 727.555.0101"))]);
    let found: Vec<String> = program.phones(&numbers, &Slot::main()).iter().map(Phone::e164).collect();
    assert_eq!(found, ["+17275550101", "+442079460123"]);
    let check = |code: &str, number: &str, expected: Option<&str>| {
        assert_eq!(program.phone_of_lead(code, number).map(|phone| phone.e164()).as_deref(), expected, "{code} {number}");
    };
    check("1", "7275550101", Some("+17275550101"));
    check("1", "17275550101", Some("+17275550101"));
    check("", "7275550101", Some("+17275550101"));
    check("", "17275550101", Some("+17275550101"));
    check("44", "2079460123", Some("+442079460123"));
    check("44", "02079460123", Some("+442079460123"));
    check("44", "442079460123", Some("+442079460123"));
    // A part of a number, and one of another country, are not the same.
    check("1", "5550101", None);
    check("44", "7275550101", Some("+447275550101"));
    check("", "", None);
}
