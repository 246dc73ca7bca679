//! Templates, paths, records, paging and the connector's file, by table.

use chrono::{DateTime, Utc};
use serde_json::json;
use vicisync::crm::Connector;
use vicisync::crm::paging::{self, More, Place, Row};
use vicisync::crm::path::Path;
use vicisync::crm::record::{Unreadable, json as to_json, value};
use vicisync::crm::template::{Names, Shape, Text};
use vicisync::diag::Code;
use vicisync::model::Value;
use vicisync::ports::{Cursor, Reach};

use super::{connector, names};

const ESPOCRM: &str = include_str!("../../src/crm/connectors/espocrm.toml");

#[test]
fn embedded_connectors_are_sound() {
    for name in Connector::names() {
        assert_eq!(Connector::embedded(name).unwrap().name, name);
    }
    Connector::parse("espocrm.toml", ESPOCRM).unwrap();
    assert!(Connector::embedded("nosuch").is_none());
    assert_eq!(connector().fields(), names(&["phones"]));
}

#[test]
fn templates_are_strict() {
    let filled = Names::default().with("a", "x y").with("n", 3).with("list", vec![1, 2]).with("empty", "").with("none", json!(null));
    let render = |text: &str| Text::parse(text).unwrap().0.render(&filled, str::to_uppercase);
    assert_eq!(render("<${a}-${n}>").unwrap().unwrap(), "<X Y-3>");
    assert_eq!(render("[${empty}]").unwrap().unwrap(), "[]");
    assert_eq!(render("$ {a} }").unwrap().unwrap(), "$ {a} }");
    assert_eq!(render("${a}${gone?}").unwrap(), None);
    assert_eq!(render("${gone}").unwrap_err().to_string(), "`gone` has no value");
    assert!(render("${none}").is_err());
    assert!(render("${list}").unwrap_err().is_misfit);
    for bad in ["${", "${}", "${A}", "${a b}", "${a??}"] {
        assert!(Text::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn shapes_keep_types_and_leave_out_what_has_no_value() {
    let shape = |text: &str| {
        let (shape, found) = Shape::read(text, &["n", "list", "k", "gone"]);
        assert_eq!(found, [], "{text}");
        shape.unwrap()
    };
    let filled = Names::default().with("n", 3).with("list", vec!["a"]).with("k", "key");
    let render = |text: &str| shape(text).render(&filled).unwrap().unwrap();
    assert_eq!(render("a = '${n}'\nb = 'x${n}'\nc = '${list}'\nd = true"), json!({"a": 3, "b": "x3", "c": ["a"], "d": true}));
    assert_eq!(render("'${k}' = 1\n'${gone?}' = 2"), json!({"key": 1}));
    assert_eq!(render("a = ['${gone?}', 'x', { '?' = 'gone', b = '${gone}' }]"), json!({"a": ["x"]}));
    assert_eq!(render("a = [{ '?' = 'k', b = '${k}' }]"), json!({"a": [{"b": "key"}]}));
    assert!(shape("a = '${gone}'").render(&filled).is_err());
    assert_eq!(Shape::read("a = 2026-01-01", &[]).1[0].code, Code::ConnectorJson);
}

#[test]
fn paths_lead_to_values() {
    let json = json!({"a": {"b": "deep"}, "phones": [
        {"number": "1", "primary": true, "out": false}, {"number": "2", "primary": false, "out": true}, {"number": "3", "primary": false}]});
    let all = |text: &str| Path::parse(text).unwrap().all(&json).into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(all("a.b"), [json!("deep")]);
    assert_eq!(all("phones[?primary==true].number"), [json!("1")]);
    assert_eq!(all("phones[?primary!=true].number"), [json!("2"), json!("3")]);
    assert_eq!(all("phones[?primary==false && out!=true].number"), [json!("3")]);
    assert_eq!(all("phones[?number=='2'].out"), [json!(true)]);
    assert!(all("a.b.c").is_empty() && all("nosuch").is_empty() && all("a[?b==1]").is_empty());
    for bad in ["", ".", "a.", "a..b", "a[", "a[0]", "a[?b]", "a[?b==]", "a[?b==x]", "a[?==1]", "a]b", "a b"] {
        assert!(Path::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_record_becomes_a_contact() {
    let record = json!({"id": "6b0", "modifiedAt": "2026-11-25 01:20:37", "firstName": "Zoë", "cCallCount": 3, "score": 1.5, "doNotCall": false,
        "phoneNumber": "+12025550101", "phoneNumberIsOptedOut": false, "phoneNumberData": [
            {"phoneNumber": "+12025550102", "primary": false, "optOut": false},
            {"phoneNumber": "+12025550101", "primary": true, "optOut": false},
            {"phoneNumber": "+12025550103", "primary": false, "optOut": true}]});
    let contact = connector().contact(&names(&["firstName", "cCallCount", "score", "phones"]), &record).unwrap().unwrap();
    assert_eq!(contact.id.as_str(), "6b0");
    assert_eq!(contact.updated, Some("2026-11-25T01:20:37Z".parse().unwrap()));
    assert!(!contact.opted_out);
    assert_eq!(*contact.get("firstName"), Value::Text("Zoë".into()));
    assert_eq!(*contact.get("cCallCount"), Value::Int(3));
    assert_eq!(*contact.get("score"), Value::Text("1.5".into()));
    // Primary first; another number that opted out is not offered for dialing.
    assert_eq!(*contact.get("phones"), Value::List(vec![Value::Text("+12025550101".into()), Value::Text("+12025550102".into())]));
}

#[test]
fn opting_out_needs_a_clear_yes() {
    let opted_out = |json: serde_json::Value| connector().contact(&names(&[]), &json).unwrap().unwrap().opted_out;
    assert!(opted_out(json!({"id": "a", "doNotCall": true})));
    assert!(opted_out(json!({"id": "a", "doNotCall": false, "phoneNumberIsOptedOut": true})));
    assert!(opted_out(json!({"id": "a", "phoneNumberData": [{"primary": true, "optOut": true}]})));
    assert!(!opted_out(json!({"id": "a", "phoneNumberData": [{"primary": false, "optOut": true}]})));
    assert!(!opted_out(json!({"id": "a"})));
    assert!(!opted_out(json!({"id": "a", "doNotCall": null, "phoneNumberIsOptedOut": null})));
}

#[test]
fn what_is_not_there_is_not_blank() {
    let read = |json: serde_json::Value| connector().contact(&names(&["title"]), &json);
    assert_eq!(*read(json!({"id": "a", "title": null})).unwrap().unwrap().get("title"), Value::Null);
    assert_eq!(read(json!({"id": "a"})), Err(Unreadable::Lacks("title".into())));
    assert_eq!(read(json!({"title": "x"})), Err(Unreadable::NoId));
    // An administrator is shown deleted records.
    assert_eq!(read(json!({"id": "a", "title": "x", "deleted": true})), Ok(None));
}

#[test]
fn values_go_both_ways() {
    for json in [json!(null), json!(true), json!(-7), json!("text"), json!(["a", 1, [null]])] {
        assert_eq!(to_json(&value(&json)), json);
    }
    assert_eq!(value(&json!(18_446_744_073_709_551_615_u64)), Value::Text("18446744073709551615".into()));
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok().map(|time| time.and_utc())
}

fn rows(list: &[(&str, u32)]) -> Vec<Row> {
    list.iter().map(|(id, second)| Row { id: (*id).to_owned(), updated: format!("2026-11-25 01:00:{second:02}") }).collect()
}

fn since(second: u32) -> DateTime<Utc> {
    // A fraction of a second must not hide rows of that second.
    time(&format!("2026-11-25 01:00:{second:02}")).unwrap() + chrono::TimeDelta::milliseconds(700)
}

#[test]
fn pages_by_change_go_on_after_their_last_row() {
    let first = rows(&[("a", 5), ("c", 5), ("b", 6)]);
    let checked = paging::by_change(since(5), None, &first, More::Yes, time).unwrap();
    assert_eq!(checked.new, [0, 1, 2]);
    let place = checked.next.unwrap();
    assert_eq!((place.page, place.last.id.as_str()), (1, "b"));
    assert_eq!(Place::read(&place.cursor()).unwrap(), place);
    // `b` comes again unchanged and is left out; `a` comes again because it changed meanwhile, and counts.
    let second = rows(&[("b", 6), ("d", 6), ("a", 9)]);
    let checked = paging::by_change(since(5), Some(&place), &second, More::No, time).unwrap();
    assert_eq!((checked.new, checked.next), (vec![1, 2], None));
}

#[test]
fn a_filter_or_order_that_was_not_applied_is_seen() {
    let code = |rows: &[Row], before: Option<&Place>| {
        let fault = paging::by_change(since(5), before, rows, More::Yes, time).unwrap_err();
        assert_eq!(fault.reach, Reach::Person);
        fault.code
    };
    assert_eq!(code(&rows(&[("a", 4)]), None), "filter_not_understood");
    assert_eq!(code(&rows(&[("a", 9), ("b", 4)]), None), "filter_not_understood");
    assert_eq!(code(&rows(&[("a", 9), ("b", 8)]), None), "order_not_understood");
    let page = rows(&[("a", 5), ("b", 6)]);
    let place = paging::by_change(since(5), None, &page, More::Yes, time).unwrap().next.unwrap();
    assert_eq!(code(&page, Some(&place)), "page_repeats");
    assert_eq!(code(&rows(&[("a", 5), ("z", 7)]), Some(&place)), "filter_not_understood");
    let by_id = |ids: &[&str], before: Option<&Place>| {
        let rows: Vec<Row> = ids.iter().map(|id| Row { id: (*id).to_owned(), updated: String::new() }).collect();
        paging::by_id(before, &rows, More::Yes)
    };
    let place = by_id(&["a", "B", "c"], None).unwrap().next.unwrap();
    assert_eq!(by_id(&["b", "a"], None).unwrap_err().code, "order_not_understood");
    assert_eq!(by_id(&["a", "B", "c"], Some(&place)).unwrap_err().code, "page_repeats");
}

/// P29, P32: thousands of records were missing and nobody was told: a page that was not full was taken for the last. Here the CRM says whether there are
/// more, and a listing that never ends is ended.
#[test]
fn the_end_is_what_the_crm_says_it_is() {
    let end = |count: usize, more: More| {
        let rows: Vec<Row> = (0..count).map(|n| Row { id: format!("id{n}"), updated: String::new() }).collect();
        paging::by_id(None, &rows, more).map(|checked| checked.next.is_none())
    };
    assert!(end(3, More::No).unwrap() && end(0, More::No).unwrap());
    assert!(!end(3, More::Yes).unwrap());
    // A total that is larger than the page: not the end, however short the page.
    assert!(!end(3, More::Total(4)).unwrap() && end(3, More::Total(3)).unwrap());
    assert!(!end(3, More::Unsaid).unwrap() && end(0, More::Unsaid).unwrap());
    // Nothing, and more to come: where from?
    assert_eq!(end(0, More::Yes).unwrap_err().code, "not_an_answer");
    let last = Place { page: paging::PAGES_MAX - 1, last: Row { id: "a".into(), updated: String::new() }, seen: vec![] };
    let row = [Row { id: "b".into(), updated: String::new() }];
    assert_eq!(paging::by_id(Some(&last), &row, More::Yes).unwrap_err().code, "too_many_pages");
    assert_eq!(Place::read(&Cursor("{}".into())).unwrap_err().code, "bad_cursor");
}
