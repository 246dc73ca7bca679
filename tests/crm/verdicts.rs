//! What became of a request, by table.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use vicisync::crm::verdict::{Answer, Kind, Verdict, tidy};
use vicisync::crm::{Connector, path::Path};
use vicisync::ports::{Effect, Fault, Reach};

use super::connector;

fn config(cases: u32) -> Config {
    Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases, ..Config::default() }
}

fn judge(kind: Kind, status: u16, reason: Option<&str>, body: &str) -> Verdict {
    connector().judge(kind, Answer { status, reason, body: body.as_bytes() })
}

fn fault(kind: Kind, status: u16, reason: Option<&str>, body: &str) -> Fault {
    match judge(kind, status, reason, body) {
        Verdict::Fault(fault) => fault,
        other => panic!("{status} {body:?}: {other:?}"),
    }
}

#[test]
fn each_answer_has_its_verdict() {
    use Effect::{None as Nothing, Unknown};
    use Kind::{List, Read, Write};
    use Reach::{Connection, Login, Person, Record};
    let relate = r#"{"messageTranslation":{"label":"cannotRelateNonExisting","scope":null,"data":{"foreignEntityType":"User"}}}"#;
    let forbidden = r#"{"messageTranslation":{"label":"cannotRelateForbidden","scope":null,"data":{"foreignEntityType":"User"}}}"#;
    let html = "\n <!DOCTYPE html><title>Maintenance</title>";
    let table = [
        (Read, 401, None, "", Nothing, Login, "login_refused"),
        (Write, 401, None, "", Nothing, Login, "login_refused"),
        (Read, 403, None, "", Nothing, Connection, "locked_out"),
        (Read, 403, Some(""), "", Nothing, Person, "no_right"),
        (List, 403, Some("No read access."), "", Nothing, Person, "no_right"),
        (Write, 403, Some("No edit access."), "", Nothing, Person, "no_right"),
        (Write, 403, Some("Can't relate with non-existing record."), relate, Nothing, Record, "related_missing"),
        (Write, 403, Some("Can't relate."), forbidden, Nothing, Person, "no_right"),
        (Read, 404, None, "<html>Not found</html>", Nothing, Person, "wrong_address"),
        (List, 404, Some("Controller does not exist."), "", Nothing, Person, "list_missing"),
        (Write, 409, Some("modified"), r#"{"values":{"title":"A"}}"#, Nothing, Record, "conflict"),
        (Write, 400, Some("x"), "", Nothing, Record, "validation"),
        (List, 400, Some("Not existing attribute 'nope' in where."), "", Nothing, Person, "request_refused"),
        (Read, 429, None, "", Nothing, Connection, "rate_limited"),
        (Read, 302, None, "", Nothing, Person, "moved"),
        (Write, 500, None, "", Unknown, Record, "server_error"),
        (Write, 504, None, html, Unknown, Record, "server_error"),
        (Read, 500, None, "", Nothing, Record, "server_error"),
        (List, 503, None, "", Nothing, Connection, "server_error"),
        (Write, 200, None, html, Unknown, Connection, "not_an_answer"),
        (Read, 200, None, html, Nothing, Connection, "not_an_answer"),
        (Write, 200, None, r#"{"id":"6b0"#, Unknown, Record, "not_an_answer"),
        (Write, 200, None, "", Unknown, Record, "not_an_answer"),
        (Write, 200, None, "[]", Unknown, Record, "not_an_answer"),
        (List, 200, None, "true", Nothing, Connection, "not_an_answer"),
        (Write, 100, None, "", Unknown, Connection, "not_an_answer"),
        (Write, 999, None, "", Unknown, Connection, "not_an_answer"),
    ];
    for (kind, status, reason, body, effect, reach, code) in table {
        let fault = fault(kind, status, reason, body);
        assert_eq!((fault.effect, fault.reach, fault.code), (effect, reach, code), "{kind:?} {status} {reason:?} {body}");
    }
    assert_eq!(judge(Read, 404, Some("Record 000000000000000ff does not exist."), ""), Verdict::Missing);
    assert_eq!(judge(Write, 404, Some(""), ""), Verdict::Missing);
    assert_eq!(judge(Write, 201, None, r#"{"id":"a"}"#), Verdict::Found(serde_json::json!({"id": "a"})));
}

#[test]
fn messages_say_what_the_crm_said() {
    let no_right = fault(Kind::Read, 403, Some("No read access."), "");
    assert!(no_right.message.contains("No read access"), "{no_right}");
    let body = r#"{"messageTranslation":{"label":"validationFailure","scope":null,"data":{"field":"lastName","type":"required"}}}"#;
    let validation = fault(Kind::Write, 400, Some("Field validation failure; entityType: Contact."), body);
    assert!(validation.message.contains("lastName") && validation.message.contains("required"), "{validation}");
    let locked = fault(Kind::Read, 403, None, "");
    assert!(locked.help.unwrap().contains("minute"));
    // Other people's records in the body of a conflict stay there.
    let conflict = fault(Kind::Write, 409, Some("duplicate"), r#"[{"name":"Vera Testerman"}]"#);
    assert!(!conflict.to_string().contains("Vera"), "{conflict}");
}

#[test]
fn reasons_are_short_and_on_one_line() {
    let text = tidy(&format!("a\r\nb{}", "x".repeat(5000)));
    assert!(text.starts_with("a  b") && text.chars().count() <= 300);
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn no_bytes_panic_a_verdict(status in 0_u16..1000, reason in proptest::option::of(".{0,40}"), body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let espocrm = connector();
        for kind in [Kind::List, Kind::Read, Kind::Write] {
            let verdict = espocrm.judge(kind, Answer { status, reason: reason.as_deref(), body: &body });
            // Whatever came, a read has written nothing.
            if let (Kind::List | Kind::Read, Verdict::Fault(fault)) = (kind, &verdict) {
                prop_assert_eq!(fault.effect, Effect::None);
            }
        }
    }

    #[test]
    fn no_text_panics_a_path(text in "[a-c.\\[\\]?=!&' 1]{0,24}") {
        if let Ok(path) = Path::parse(&text) {
            let json = serde_json::json!({"a": [{"b": 1, "c": "x"}, {"b": 2}, 3], "b": {"a": null}});
            prop_assert!(path.all(&json).len() <= 3);
        }
    }

    #[test]
    fn no_text_panics_a_connector(cut in 0_usize..12_000, text in "\\PC{0,12}") {
        let whole = include_str!("../../src/crm/connectors/espocrm.toml");
        let cut = (0..=cut.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        // Only the absence of a panic counts: what is left can be sound by chance.
        drop(Connector::parse("a.toml", &format!("{}{text}{}", &whole[..cut], &whole[cut..])));
        drop(Connector::parse("a.toml", &format!("{}{text}", &whole[..cut])));
    }
}
