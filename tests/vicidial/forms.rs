//! Stored forms: what VICIdial really showed after recorded writes, and the laws of our own prediction.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use vicisync::model::{FieldName, LeadField};
use vicisync::vicidial::{Forms, NonLatin};

use crate::recorded::scenarios;

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Values that our calls never send: a backslash is an SQL escape, a line break depends on the function, and the character set
/// of an old server changes unfiltered text beyond ASCII.
fn is_sent_by_us(text: &str, is_filtered: bool, non_latin: NonLatin) -> bool {
    let is_plain = match non_latin {
        NonLatin::Off => is_filtered || text.is_ascii(),
        NonLatin::On | NonLatin::Unknown => text.chars().all(|letter| is_filtered || letter.len_utf8() < 4),
    };
    !text.contains(['\\', '\n', '\r']) && is_plain
}

#[test]
fn recorded_adds_show_what_is_predicted() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for scenario in scenarios().iter().filter(|scenario| scenario["name"].as_str().unwrap().starts_with("stored form")) {
        let non_latin = if scenario["settings"]["use_non_latin"] == "1" { NonLatin::On } else { NonLatin::Off };
        let forms = Forms { non_latin };
        let steps = scenario["steps"].as_array().unwrap();
        let rows = steps
            .iter()
            .filter(|step| step["check"]["table"] == "vicidial_list")
            .map(|step| step["check"]["rows"].as_array().unwrap())
            .find(|rows| rows.len() > 20)
            .unwrap();
        let shown: BTreeMap<&str, &Value> = rows.iter().map(|row| (row["phone_number"].as_str().unwrap(), row)).collect();
        for step in steps {
            let Some(params) = step["request"]["params"].as_array() else { continue };
            let params: BTreeMap<&str, &Value> = params.iter().map(|pair| (pair[0].as_str().unwrap(), &pair[1])).collect();
            let (Some(function), Some(phone)) = (params.get("function"), params.get("phone_number")) else { continue };
            let Some(row) = phone.as_str().and_then(|phone| shown.get(phone)).filter(|_| *function == "add_lead") else { continue };
            for &field in LeadField::ALL {
                let Some(sent) = params.get(field.name()).and_then(|value| value.as_str()) else { continue };
                if !is_sent_by_us(sent, !matches!(field, LeadField::SourceId | LeadField::Comments), non_latin) {
                    continue;
                }
                compared += 1;
                let (predicted, real) = (forms.shown(&FieldName::Standard(field), sent), text(&row[field.name()]).unwrap());
                if predicted != real {
                    wrong.push(format!("{}: {} of {sent:?}: predicted {predicted:?}, is {real:?}", scenario["name"], field.name()));
                }
            }
        }
    }
    assert!(compared > 1000, "{compared} compared");
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn recorded_custom_updates_show_what_is_predicted() {
    let mut compared = 0;
    for scenario in scenarios().iter().filter(|scenario| scenario["name"].as_str().unwrap().starts_with("stored form")) {
        let forms = Forms { non_latin: if scenario["settings"]["use_non_latin"] == "1" { NonLatin::On } else { NonLatin::Off } };
        let mut sent: Option<String> = None;
        for step in scenario["steps"].as_array().unwrap() {
            if let Some(params) = step["request"]["params"].as_array() {
                sent = params.iter().find(|pair| pair[0] == "crm_id").and_then(|pair| pair[1].as_str()).map(str::to_owned);
            }
            let Some(text) = &sent else { continue };
            if step["check"]["table"] == "custom_1001"
                && is_sent_by_us(text, false, NonLatin::Off)
                && text != "--BLANK--"
                && text.len() <= 50
            {
                compared += 1;
                assert_eq!(
                    forms.shown(&FieldName::Custom("crm_id".to_owned()), text),
                    step["check"]["rows"][0]["crm_id"].as_str().unwrap()
                );
            }
        }
    }
    assert!(compared >= 12, "{compared} compared");
}

#[track_caller]
fn check(field: &str, text: &str, wire: &str, stored: &str) {
    let field: FieldName = field.parse().unwrap();
    let forms = Forms { non_latin: NonLatin::On };
    assert_eq!((forms.wire(&field, text).as_str(), forms.stored(&field, text).as_str()), (wire, stored));
}

#[test]
fn values_that_people_have() {
    check("last_name", "O'Brien-Müller", "O'Brien-Müller", "O'Brien-Müller");
    check("address1", "Apt #2 & (rear)", "Apt 2  rear", "Apt 2  rear");
    check("comments", "said \"no\";\r\ncall back #2", "said no call back 2", "said no call back 2");
    check("comments", "C:\\new\\t", "C:/new/t", "C:/new/t");
    check("comments", "Call !Now", "Call ! Now", "Call ! Now");
    check("comments", "see you 😀", "see you", "see you");
    check("first_name", "Zoe\u{308}", "Zoë", "Zoë");
    check("email", "bob+tag@example.com", "bob tag@example.com", "bob tag@example.com");
    check("state", "Florida", "Fl", "Fl");
    check("gender", "Female", "F", "F");
    check("gender", "", "", "U");
    check("gender", "X", "", "U");
    check("date_of_birth", "1980-12-10", "1980-12-10", "1980-12-10");
    check("date_of_birth", "31/12/1990", "", "0000-00-00");
    check("date_of_birth", "", "", "0000-00-00");
    check("rank", "007", "007", "7");
    check("rank", "99999", "99999", "32767");
    check("rank", "", "", "0");
    check("owner", "   ", "", "");
    check("first_name", "--BLANK--", "", "");
    check("custom.note", "a;\"b\"\n#1 + c\\", "ab #1   c/", "ab #1   c/");
    check("custom.note", "Call !Now", "Call ! Now", "Call ! Now");
    check("custom.renewal", "0000-00-00", "", "");
}

#[test]
fn without_non_latin_other_letters_go_and_bytes_count() {
    let forms = Forms { non_latin: NonLatin::Off };
    assert_eq!(forms.stored(&FieldName::Standard(LeadField::FirstName), "Łukasz"), "ukasz");
    assert_eq!(forms.stored(&FieldName::Standard(LeadField::Comments), &"é".repeat(200)).chars().count(), 127);
    let forms = Forms { non_latin: NonLatin::Unknown };
    assert_eq!(forms.stored(&FieldName::Standard(LeadField::Comments), &"é".repeat(300)).chars().count(), 255);
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ a-zé\u{301}\u{308}\\\\+;#\"!N\r\n\t0-9-]{0,40}",
        "[\u{2160}-\u{2170}\u{300}-\u{310}가-힣ᄀ-ᇿa-z ]{0,150}",
        ".{240,300}",
        Just("--BLANK--".to_owned()),
        Just("--BLANK--;".to_owned()),
        Just("0000-00-00".to_owned()),
    ]
}

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 400, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_stored_stays_so(text in value()) {
        for non_latin in [NonLatin::On, NonLatin::Off, NonLatin::Unknown] {
            let forms = Forms { non_latin };
            for field in LeadField::ALL.iter().map(|&field| FieldName::Standard(field)).chain([FieldName::Custom("note".to_owned())]) {
                let stored = forms.stored(&field, &text);
                prop_assert_eq!(forms.stored(&field, &stored), stored.clone(), "{} of {:?}", field, text);
                let wire = forms.wire(&field, &text);
                prop_assert_eq!(forms.wire(&field, &wire), wire.clone(), "{} of {:?}", field, text);
                prop_assert!(!wire.contains(['\\', '\n', '\r', '\t', '+', '"']), "{:?}", wire);
                if let FieldName::Standard(field) = field {
                    prop_assert!(stored.chars().count() <= field.width());
                }
            }
        }
    }

    #[test]
    fn the_server_has_nothing_left_to_change(text in value()) {
        let forms = Forms { non_latin: NonLatin::On };
        for &field in LeadField::ALL {
            let name = FieldName::Standard(field);
            let wire = forms.wire(&name, &text);
            if !wire.is_empty() && field != LeadField::Rank {
                prop_assert_eq!(forms.shown(&name, &wire), wire);
            }
        }
    }
}
