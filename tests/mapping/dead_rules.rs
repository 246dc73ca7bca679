//! A rule that is called dead is dead: against brute force, over all contacts with a few values. And the plain cases are found.

use proptest::prelude::*;
use vicisync::diag::{Code, Diagnostic};
use vicisync::mapping::{Mapped, parse};
use vicisync::model::{Contact, Value};

use crate::mapping::{BASE, PHONE, contact, program};

fn with(rules: &str) -> String {
    BASE.replace("[list_default]", &format!("{rules}\n[list_default]"))
}

fn list_rule(when: &str, list: u64) -> String {
    format!("[[list]]\nwhen = {when}\nlist = {list}\n")
}

fn found(text: &str) -> Vec<Diagnostic> {
    parse("sales.toml", text).map_or_else(|found| found, |(_, warnings)| warnings)
}

/// What is wrong with the second of two rules, if something is.
#[track_caller]
fn dead(filter: &str, earlier: &str, later: &str) -> Option<String> {
    let rules = [earlier, later].into_iter().enumerate().filter(|(_, when)| !when.is_empty());
    let text = with(&format!("{filter}\n{}", rules.map(|(number, when)| list_rule(when, 1001 + number as u64)).collect::<String>()));
    let found = found(&text);
    assert!(found.len() <= 1 && found.iter().all(|one| one.code == Code::NeverMatches), "{text}\n{found:#?}");
    found.first().map(|one| one.message.clone())
}

#[test]
fn the_plain_cases_are_found() {
    for (earlier, later) in [
        (r#"{ s = { starts_with = "a" } }"#, r#"{ s = { in = ["ab", "ac"] } }"#),
        (r#"{ s = { ends_with = ["b", "c"] } }"#, r#"{ s = { in = ["ab", "ac"] } }"#),
        (r#"{ s = { contains = "b" } }"#, r#"{ s = "abc" }"#),
        (r#"{ s = { contains = "b" } }"#, r#"{ s = { starts_with = ["ab", "bb"] } }"#),
        (r#"{ s = { contains = "b" } }"#, r#"{ s = { ends_with = "bc" } }"#),
        (r#"{ s = { starts_with = ["a", "b"] } }"#, r#"{ s = { starts_with = ["ab", "bc"] } }"#),
        ("{ s = { at_least = 5 } }", "{ s = { more_than = 5 } }"),
        ("{ s = { at_least = 5 } }", "{ s = { at_least = 6, at_most = 7 } }"),
        ("{ s = { at_most = 2026-11-01 } }", "{ s = { less_than = 2026-11-01 } }"),
        ("{ s = { is_set = true } }", "{ s = { at_most = 5 } }"),
        (r#"{ s = { not_in = ["1", "x"] } }"#, "{ s = { at_least = 2 } }"),
        ("[{ s = 1 }, { t = 1 }]", "{ t = 1, u = 1 }"),
        ("[{ s = 1 }, { t = 1 }]", "[{ t = 1, u = 1 }, { s = 1, u = 1 }]"),
    ] {
        assert_eq!(
            dead("", earlier, later).as_deref(),
            Some("this rule can never match: an earlier rule takes all of its contacts"),
            "{later}"
        );
    }
    for (filter, when) in [
        ("[filter]\ns = { at_least = 5 }", "{ s = { less_than = 5 } }"),
        ("[filter]\ns = { at_most = 2026-11-01 }", "{ s = { more_than = 2026-11-01 } }"),
        ("[filter]\ns = { at_most = 2026-11-01 }", "{ s = { more_than = 5 } }"),
        ("[filter]\ns = { at_least = 5 }", r#"{ s = { in = [1, "x"] } }"#),
        ("[filter]\ns = { at_least = 5 }", "{ s = { is_blank = true } }"),
        ("[filter]\ns = { is_blank = true }", r#"{ s = { contains = "a" } }"#),
        ("[[filter]]\ns = { at_least = 5 }\n[[filter]]\ns = { is_blank = true }", "{ s = { less_than = 5 } }"),
        ("[filter]\ns = { at_least = 5 }", "[{ s = 1 }, { s = 2 }]"),
    ] {
        let message = dead(filter, when, "").unwrap_or_else(|| panic!("{filter} {when} was not found"));
        assert!(message.starts_with("this rule can never match: it wants that `s` "), "{message}");
    }
    // What the filter says counts for what an earlier rule takes.
    assert!(dead("[filter]\ns = 1", "{ s = { in = [1, 2] } }", "{ t = 1 }").is_some());
    // Each alternative dies of something else.
    let message = dead("[filter]\ns = { at_least = 5 }", "{ t = 1 }", "[{ s = 4 }, { t = 1 }]");
    assert_eq!(
        message.as_deref(),
        Some("this rule can never match: each of its alternatives is taken by an earlier rule, or excludes itself")
    );
}

#[test]
fn one_dead_alternative_is_pointed_at() {
    for (filter, rules, place) in [
        ("", list_rule("{ s = 1 }", 1001) + &list_rule("[{ t = 1 }, { s = 1, u = 1 }]", 1002), "{ s = 1, u = 1 }"),
        ("[filter]\ns = { at_least = 5 }", list_rule("[{ s = { at_most = 4 } }, { t = 1 }]", 1001), "{ s = { at_most = 4 } }"),
        ("", list_rule("[{ s = { in = [1, 2] } }, { s = 1 }]", 1001), "{ s = 1 }"),
        ("", list_rule("[{ s = 1, t = 1 }, { s = 1 }]", 1001), "{ s = 1, t = 1 }"),
        ("", list_rule("[{ s = 1 }, { t = 1 }, { s = 1 }]", 1001), "{ s = 1 }"),
    ] {
        let text = with(&format!("{filter}\n{rules}"));
        let found = found(&text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!((found[0].code, &text[found[0].labels[0].0.clone()]), (Code::NeverMatches, place));
        assert!(found[0].message.starts_with("this alternative "), "{}", found[0].message);
    }
    let filter = with("[[filter]]\ns = { is_blank = true, is_set = true }\n[[filter]]\ns = 1\n");
    assert!(found(&filter)[0].message.starts_with("no contact passes this alternative of the filter"), "{:?}", found(&filter));
}

#[test]
fn rules_that_merely_overlap_are_left_alone() {
    for (filter, earlier, later) in [
        // A field may have several values.
        ("", r#"{ s = { starts_with = "x" } }"#, r#"{ s = "ab" }"#),
        (
            r#"[filter]
s = "ab""#,
            r#"{ s = { starts_with = "x" } }"#,
            "",
        ),
        // A list of one number is no number.
        ("", "{ s = { at_least = 1 } }", "{ s = 5 }"),
        ("", "{ s = { at_least = 6 } }", "{ s = { at_least = 5 } }"),
        ("", r#"{ s = { starts_with = "ab" } }"#, r#"{ s = { starts_with = "a" } }"#),
        ("", r#"{ s = { ends_with = "b" } }"#, r#"{ s = { contains = "b" } }"#),
        ("", "[{ s = 1, t = 1 }, { u = 1 }]", "[{ s = 1 }, { u = 1, t = 1 }]"),
        ("[[filter]]\ns = { at_least = 5 }\n[[filter]]\nt = 1", "{ s = { less_than = 5 } }", "{ t = 1 }"),
    ] {
        let message = dead(filter, earlier, later);
        assert!(
            message.as_deref().is_none_or(|message| message.starts_with("this alternative")),
            "{filter} {earlier} {later}: {message:?}"
        );
    }
}

/// Conditions on one field. Bounds that stand in one table make one range.
const CONDITIONS: [&str; 30] = [
    "\"x\"",
    "5",
    "{ in = [\"xy\", \"yx\"] }",
    "{ in = [\"xy\", 7, \"\\u0041\"] }",
    "{ in = [5, \"5.0\"] }",
    "{ is_not = \"x\" }",
    "{ is_not = 5 }",
    "{ not_in = [\"x\", \"xy\", \"yx\", \"y\"] }",
    "{ not_in = [5, 7] }",
    "{ is_set = true }",
    "{ is_blank = true }",
    "{ starts_with = \"x\" }",
    "{ starts_with = [\"xy\", \"y\"] }",
    "{ ends_with = \"x\" }",
    "{ ends_with = [\"xy\", \"yx\"] }",
    "{ contains = \"x\" }",
    "{ contains = [\"y\", \"5\"] }",
    "{ contains = \"xy\" }",
    "{ at_least = 5 }",
    "{ more_than = 5 }",
    "{ at_most = 5 }",
    "{ less_than = 5 }",
    "{ at_least = 5, at_most = 7 }",
    "{ more_than = 5, less_than = 7.5 }",
    "{ at_least = 2026-01-01 }",
    "{ at_most = 2026-01-01 }",
    "{ less_than = 2026-01-01T12:00:00Z }",
    "{ more_than = 2026-01-01, at_most = 2026-01-03 }",
    "{ starts_with = \"x\", is_not = \"xy\" }",
    "{ is_set = true, not_in = [\"x\", 5] }",
];

fn values() -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let list = |texts: &[&str]| Value::List(texts.iter().map(|one| text(one)).collect());
    let mut values = vec![Value::Null, Value::Int(5), Value::Int(-7), Value::Bool(true)];
    values.extend(["", " x", "xy", "yx", "y", "A", "xyx", "5", "5.0", "7", "7.25", "6"].map(text));
    values.extend(["2025-12-31", "2026-01-01", "2026-01-01 13:00:00", "2026-01-03", "2026-01-04"].map(text));
    values.extend([
        list(&[]),
        list(&[""]),
        list(&["x", "y"]),
        list(&["5"]),
        list(&["xy", "7"]),
        list(&["yx", "2026-01-01"]),
        list(&["x", "5", "xy"]),
    ]);
    values
}

/// Which of the values fulfil each condition.
fn truths(values: &[Value]) -> Vec<Vec<bool>> {
    let one = |condition: &&str| {
        let program = program(&with(&format!("[filter]\nf = {condition}")));
        let passes = |value: &Value| {
            let contact: Contact = contact(&[PHONE, ("f", value.clone())]);
            matches!(program.map(&contact), Mapped::Lead(_))
        };
        values.iter().map(passes).collect()
    };
    CONDITIONS.iter().map(one).collect()
}

/// Alternatives of conditions on the fields `a` and `b`, by their numbers.
type When = Vec<Vec<(usize, usize)>>;

/// A key stands once in a table.
fn when() -> impl Strategy<Value = When> {
    let one = prop_oneof![
        3 => (0..2_usize, 0..CONDITIONS.len()).prop_map(|(field, condition)| vec![(field, condition)]),
        2 => (0..CONDITIONS.len(), 0..CONDITIONS.len()).prop_map(|(a, b)| vec![(0, a), (1, b)]),
    ];
    proptest::collection::vec(one, 1..3)
}

fn written(when: &When) -> String {
    let condition = |(field, condition): &(usize, usize)| format!("{} = {}", ["a", "b"][*field], CONDITIONS[*condition]);
    let table = |all: &Vec<(usize, usize)>| format!("{{ {} }}", all.iter().map(condition).collect::<Vec<_>>().join(", "));
    format!("[{}]", when.iter().map(table).collect::<Vec<_>>().join(", "))
}

#[test]
fn a_rule_that_is_called_dead_takes_nobody() {
    let values = values();
    let truths = truths(&values);
    let holds = |all: &[(usize, usize)], contact: [usize; 2]| all.iter().all(|(field, condition)| truths[*condition][contact[*field]]);
    let takes = |when: &When, contact: [usize; 2]| when.is_empty() || when.iter().any(|all| holds(all, contact));
    let contacts: Vec<[usize; 2]> = (0..values.len()).flat_map(|a| (0..values.len()).map(move |b| [a, b])).collect();
    let called_dead = std::cell::Cell::new(0);
    let config =
        ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, cases: 1000, ..Default::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let strategy = (prop_oneof![Just(When::new()), when()], when(), when());
    let result = runner.run(&strategy, |(filter, earlier, later)| {
        let filter_text = if filter.is_empty() { String::new() } else { format!("filter = {}\n", written(&filter)) };
        let rules = list_rule(&written(&earlier), 1001) + &list_rule(&written(&later), 1002);
        let text = format!("{filter_text}{}", with(&rules));
        let starts = [text.find("[[list]]").unwrap(), text.rfind("[[list]]").unwrap()];
        for one in found(&text) {
            prop_assert_eq!(one.code, Code::NeverMatches, "{}\n{:?}", &text, &one);
            let place = one.labels[0].0.clone();
            called_dead.set(called_dead.get() + 1);
            let (number, whose) = match starts.iter().filter(|start| **start <= place.start).count() {
                0 => (0, &filter),
                1 => (1, &earlier),
                _ => (2, &later),
            };
            // Whom this rule, or only that alternative of it, would take.
            let is_alternative = one.message.contains("alternative") && !one.message.starts_with("this rule");
            let alternatives: Vec<usize> = (0..whose.len())
                .filter(|alternative| {
                    !is_alternative || text[place.clone()].trim() == written(&vec![whose[*alternative].clone()]).trim_matches(['[', ']'])
                })
                .collect();
            prop_assert!(!alternatives.is_empty(), "{}\n{:?}", &text, &one);
            for contact in &contacts {
                let is_let_in = number == 0 || takes(&filter, *contact);
                let is_taken = number == 2 && takes(&earlier, *contact);
                // Of an alternative that adds nothing another one takes the contacts.
                let adds_nothing = one.message.contains("adds nothing");
                for alternative in &alternatives {
                    let others: When =
                        whose.iter().enumerate().filter(|(other, _)| other != alternative).map(|(_, all)| all.clone()).collect();
                    let is_others = adds_nothing && takes(&others, *contact);
                    let is_reached = is_let_in && !is_taken && !is_others && holds(&whose[*alternative], *contact);
                    prop_assert!(!is_reached, "{}\nis not dead for {:?}: {}", &text, contact.map(|value| &values[value]), &one.message);
                }
            }
        }
        Ok(())
    });
    result.unwrap();
    assert!(called_dead.get() > 100, "the cases call too little dead: {}", called_dead.get());
}
