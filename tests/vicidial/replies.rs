//! What answers mean: every recorded one by its true outcome, and nothing secret in what is kept for people.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::vicidial::call::{Ask, Page};
use vicisync::vicidial::reply::{self, Outcome};
use vicisync::vicidial::trouble;

use crate::recorded::{Exchange, named_scenarios, named_transcripts, step, transcripts};

fn read(exchange: &Exchange) -> reply::Reply {
    reply::read(&exchange.ask, exchange.status, &exchange.content_type, &exchange.body)
}

fn disagreements<'a>(exchanges: impl IntoIterator<Item = &'a Exchange>) -> Vec<String> {
    let differs = |exchange: &&Exchange| read(exchange).outcome.name() != exchange.outcome;
    exchanges
        .into_iter()
        .filter(differs)
        .map(|exchange| {
            format!("{} ({}): read as {}, is {}", exchange.name, exchange.ask.function(), read(exchange).outcome.name(), exchange.outcome)
        })
        .collect()
}

#[test]
fn transcripts_are_read_to_their_true_outcome() {
    let all = named_transcripts();
    assert!(!all.is_empty());
    let wrong = disagreements(&all);
    assert!(wrong.is_empty(), "{} of {} are misread:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn answers_of_scenarios_are_read_to_their_true_outcome() {
    let all: Vec<Exchange> = named_scenarios()
        .iter()
        .flat_map(|scenario| scenario["steps"].as_array().unwrap().iter().filter_map(|entry| step(scenario, entry)).collect::<Vec<_>>())
        // The single exchanges call this answer `refused`, the scenarios `not_found`; it is the same answer to the same question.
        .filter(|exchange| exchange.ask.function() != "logged_in_agents")
        .collect();
    let wrong = disagreements(&all);
    assert!(wrong.is_empty(), "{} of {} are misread:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn typed_parts_of_recorded_answers() {
    for exchange in transcripts() {
        let reply = read(&exchange);
        let body = String::from_utf8_lossy(&exchange.body);
        if reply.outcome == Outcome::Duplicate {
            assert!(reply.existing().is_some(), "{}", exchange.name);
        }
        if matches!(reply.outcome, Outcome::Done | Outcome::DoneInPart) && exchange.ask.function() == "add_lead" {
            let lead = reply.added().unwrap_or_else(|| panic!("{}", exchange.name));
            assert!(body.contains(&format!("|{lead}|")), "{}", exchange.name);
        }
    }
}

#[test]
fn a_cut_answer_is_no_proof() {
    let ask = Ask::api("add_lead");
    let whole = b"SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|12|-5|apiuser\n";
    for length in 0..whole.len() {
        let reply = reply::read(&ask, 200, "text/html; charset=utf-8", &whole[..length]);
        assert_eq!(reply.outcome, Outcome::Unknown, "cut at {length}");
    }
    assert_eq!(reply::read(&ask, 200, "text/html; charset=utf-8", whole).outcome, Outcome::Done);
}

#[test]
fn web_pages_are_no_answers() {
    let page = b"<html><head><title>502 Bad Gateway</title></head></html>\n";
    let read = |ask: Ask| reply::read(&ask, 200, "text/html", page);
    let write = read(Ask::api("update_lead").with("lead_id", "1"));
    assert_eq!(write.outcome, Outcome::Unknown);
    assert!(write.said.contains("502 Bad Gateway"), "{}", write.said);
    assert_eq!(read(Ask::api("lead_field_info")).outcome, Outcome::ServerFault);
    assert_eq!(read(Ask::page(Page::ListDownload)).outcome, Outcome::ServerFault);
}

#[test]
fn php_warnings_before_the_answer_do_not_hide_it() {
    let body = b"<br />\n<b>Warning</b>:  Undefined variable in <b>/var/www/non_agent_api.php</b> on line <b>9</b><br />\nSUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|12|-5|apiuser\n";
    let reply = reply::read(&Ask::api("add_lead"), 200, "text/html", body);
    assert_eq!((reply.outcome, reply.added().map(|lead| lead.0)), (Outcome::Done, Some(12)));
    let fatal = reply::read(&Ask::api("add_lead"), 200, "text/html", b"Fatal error: Uncaught mysqli_sql_exception: You have an error\n");
    assert_eq!(fatal.outcome, Outcome::Unknown);
}

#[test]
fn a_value_that_looks_like_an_error_is_a_value() {
    let reply = reply::read(&Ask::api("lead_field_info").with("lead_id", "1"), 200, "text/html", b"ERROR: fake");
    assert_eq!((reply.outcome, reply.data.as_str()), (Outcome::Data, "ERROR: fake"));
}

#[test]
fn no_fault_repeats_an_answer() {
    for exchange in transcripts() {
        let reply = read(&exchange);
        let told = format!("{} {reply:?}", trouble::fault(&exchange.ask, &reply));
        for part in ["apipass", "wrong1", "lowpass", "lockpass", "pssword", "INSERT INTO", "O'Post", "7275550"] {
            assert!(!told.contains(part), "{}: `{told}` holds {part}", exchange.name);
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 400, ..ProptestConfig::default() }
}

/// Bytes with the words of real answers among them, so that the deeper branches are met.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        prop::sample::select(vec![
            "SUCCESS: ",
            "ERROR: ",
            "NOTICE: ",
            "add_lead ",
            "update_lead ",
            "LEAD HAS BEEN ADDED",
            " - ",
            ": |",
            "|",
            "\n",
            "\r\n",
            "<title>",
            "</title>",
            "Login incorrect, please try again: |u|p|BAD|",
            "-1",
            "AREACODE: 1|",
            "#",
            "\t",
            "ERROR: auth ",
            " DUPLICATE ",
            "<html>",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_panics_on_any_bytes(body in body(), status in prop_oneof![Just(200u16), Just(500), any::<u16>()], function in prop::sample::select(vec!["add_lead", "update_lead", "lead_search", "version", "hopper_list", ""])) {
        let ask = Ask::api(function);
        let reply = reply::read(&ask, status, "text/html", &body);
        prop_assert!(reply.said.chars().count() <= 200);
        let _ = (reply.added(), reply.existing(), trouble::fault(&ask, &reply).to_string());
        for page in [Page::ListDownload, Page::CallReport, Page::CallbacksExport] {
            for content_type in ["application/octet-stream", "text/html"] {
                prop_assert!(reply::read(&Ask::page(page), status, content_type, &body).said.chars().count() <= 200);
            }
        }
    }

    #[test]
    fn an_echoed_password_reaches_nobody(user in "[a-z]{3,8}", pass in "[A-Za-z0-9]{9,20}", status in prop_oneof![Just(200u16), Just(401), Just(500)]) {
        for body in [format!("ERROR: Login incorrect, please try again: |{user}|{pass}|BAD|\n"), format!("Login incorrect, please try again: |{user}|{pass}|BAD|\n")] {
            for ask in [Ask::api("add_lead"), Ask::page(Page::ListDownload)] {
                let reply = reply::read(&ask, status, "text/html", body.as_bytes());
                let told = format!("{reply:?} {:?} {}", reply.lines, trouble::fault(&ask, &reply));
                prop_assert!(!told.contains(&pass), "{}", told);
            }
        }
    }
}
