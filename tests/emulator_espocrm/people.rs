//! The made-up contacts: the same each time, dirty enough, and nobody real.

use std::collections::BTreeSet;

use serde_json::Value;
use vicisync::emulator::people::people;

fn numbers(person: &Value) -> Vec<&Value> {
    person["phoneNumberData"].as_array().into_iter().flatten().collect()
}

fn is_strict(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn the_same_seed_gives_the_same_people() {
    assert_eq!(people(7, 300), people(7, 300));
    assert_ne!(people(7, 300), people(8, 300));
}

#[test]
fn at_least_820_of_1000_can_be_dialed_with_any_seed() {
    for seed in 0..20 {
        let can_be_dialed = people(seed, 1000)
            .iter()
            .filter(|person| {
                let first = numbers(person).first().cloned().cloned().unwrap_or_default();
                let number = first["phoneNumber"].as_str().unwrap_or_default();
                let is_valid = phonenumber::parse(None, number).is_ok_and(|number| number.is_valid());
                is_strict(number) && is_valid && first["optOut"] == false && person["doNotCall"] == false
            })
            .count();
        assert!(can_be_dialed >= 820, "seed {seed}: {can_be_dialed}");
        assert!(can_be_dialed <= 950, "seed {seed}: {can_be_dialed} leaves too little dirt");
    }
}

#[test]
fn nobody_is_real() {
    for person in people(1, 2000) {
        for entry in numbers(&person) {
            let number = entry["phoneNumber"].as_str().unwrap();
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let is_fiction = match digits.as_str() {
                uk if uk.starts_with("44") => uk.starts_with("447700900"),
                german if german.starts_with("49") => german.starts_with("493023125"),
                mexican if mexican.starts_with("52") => mexican.starts_with("52555555"),
                american if american.starts_with('1') && american.len() >= 11 => american[4..].starts_with("55501"),
                scrap => scrap.len() < 11,
            };
            assert!(is_fiction, "{number}");
        }
        if let Some(address) = person["emailAddress"].as_str() {
            let domain = address.rsplit('@').next().unwrap();
            assert!(["example.com", "example.org", "example.net"].contains(&domain), "{address}");
        }
    }
}

#[test]
fn all_kinds_of_dirt_are_there() {
    let people = people(1, 1000);
    let count = |is_so: &dyn Fn(&Value) -> bool| people.iter().filter(|person| is_so(person)).count();
    let text = |person: &Value, name: &str| person[name].as_str().unwrap_or_default().to_owned();
    let first_number = |person: &Value| {
        let numbers = numbers(person);
        numbers.first().map(|entry| entry["phoneNumber"].as_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert!(count(&|person| text(person, "firstName").contains('é')) > 3);
    assert!(count(&|person| text(person, "firstName").contains("e\u{301}")) > 0);
    assert!(count(&|person| text(person, "lastName").contains('\'')) > 5);
    assert!(count(&|person| text(person, "emailAddress").contains('+')) > 20);
    assert!(count(&|person| first_number(person).is_empty()) > 10);
    assert!(count(&|person| first_number(person).contains('x')) > 2);
    for code in ["+44", "+49", "+52"] {
        assert!(count(&|person| first_number(person).starts_with(code)) > 5, "{code}");
    }
    assert!(count(&|person| person["doNotCall"] == true) > 10);
    assert!(count(&|person| numbers(person).iter().any(|entry| entry["optOut"] == true)) > 5);
    assert!(count(&|person| numbers(person).len() > 1) > 40);
    assert!(count(&|person| text(person, "addressStreet").chars().count() == 140) > 5);
    assert!(count(&|person| text(person, "addressStreet").ends_with('\\')) > 5);
    assert!(count(&|person| text(person, "addressState").len() > 2) > 200);
    for piece in ["\n", "|", ";", "\"", "#"] {
        assert!(count(&|person| text(person, "description").contains(piece)) > 5, "{piece:?}");
    }
    for segment in ["north", "south", "west"] {
        assert!(count(&|person| person["cSegment"] == segment) > 250);
    }
    let all: Vec<String> = people.iter().map(first_number).filter(|number| is_strict(number)).collect();
    let different: BTreeSet<&String> = all.iter().collect();
    assert!(all.len() - different.len() > 10, "numbers are shared");
    assert!(different.len() > 800);
    let names: BTreeSet<String> = people.iter().map(|person| text(person, "firstName") + " " + &text(person, "lastName")).collect();
    assert!(names.len() > 980);
}
