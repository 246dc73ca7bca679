//! What a mapping says of leads whose contact left, and of statuses that the CRM sets.

use vicisync::diag::Code;
use vicisync::mapping::{StatusFlags, parse};
use vicisync::model::{Fate, Fates, ListId, Value};

use super::mapping::{BASE, contact, program};

#[track_caller]
fn wrong(text: &str) -> Vec<Code> {
    parse("sales.toml", &format!("{BASE}{text}")).expect_err("it is wrong").iter().map(|found| found.code).collect()
}

#[test]
fn each_reason_has_a_word_and_deactivate_counts_without_one() {
    let fates = |text: &str| program(&format!("{BASE}[leaving]\n{text}")).leaving().fates;
    assert_eq!(fates(""), Fates::default());
    assert_eq!(program(BASE).leaving().fates, Fates::default());
    let moved = Fate::Move(ListId(9999));
    assert_eq!(
        fates("gone = \"delete\"\nfiltered = \"move\"\nmove_to = 9999\nrejected = \"keep\""),
        Fates { gone: Fate::Delete, filtered: moved, rejected: Fate::Keep }
    );
    assert_eq!(fates("gone = \"deactivate\"\nrejected = \"move\"\nmove_to = 9999"), Fates { rejected: moved, ..Fates::default() });
    let all = program(&format!("{BASE}[leaving]\ngone = \"move\"\nmove_to = 9999")).all_lists();
    assert_eq!(all.into_iter().collect::<Vec<_>>(), [ListId(1000), ListId(9999)]);
    for (text, code) in [
        ("gone = \"move\"", Code::MissingKey),
        ("gone = \"archive\"", Code::BadValue),
        ("move_to = 9999", Code::SaysNothing),
        ("gone = \"move\"\nmove_to = 1000", Code::BadValue),
        ("gone = \"move\"\nmove_to = 99", Code::BadValue),
    ] {
        assert_eq!(wrong(&format!("[leaving]\n{text}")), [code], "{text}");
    }
}

fn status(from: &str, to: &str) -> String {
    format!("[[status]]\nwhen = {{ stage = \"won\" }}\nfrom = {from}\nto = \"{to}\"\n")
}

#[test]
fn the_first_rule_that_holds_says_the_status() {
    let two =
        format!("{}[[status]]\nwhen = {{ stage = {{ is_set = true }} }}\nfrom = [\"NA\"]\nto = \"NEW\"\n", status("[\"NEW\"]", "WON"));
    let program = program(&format!("{BASE}{two}"));
    assert!(program.contact_fields().contains("stage"), "the CRM is asked for it");
    let asked = |stage: &str| program.status(&contact(&[("stage", Value::Text(stage.to_owned()))])).map(|rule| rule.to.clone());
    assert_eq!((asked("won"), asked("lost"), asked("")), (Some("WON".to_owned()), Some("NEW".to_owned()), None));
    let held = program.trace(&contact(&[("stage", Value::Text("lost".into())), ("phoneNumber", Value::Text("2125550100".into()))])).status;
    assert_eq!(held.map(|held| (held.number, held.place.is_some())), Some((2, true)));
}

#[test]
fn no_rule_leaves_or_sets_a_status_that_means_something_to_vicidial() {
    for from in ["DNC", "DNCL", "dncc", "CALLBK", "CBHOLD", "INCALL", "QUEUE", "DISPO", "SALE", "XFER", "VSGONE", "TOOLONG", ""] {
        assert_eq!(wrong(&status(&format!("[\"NEW\", \"{from}\"]"), "WON")), [Code::BadStatus], "{from}");
    }
    for to in ["DNC", "DNCL", "dncc", "CALLBK", "CBHOLD", "INCALL", "QUEUE", "DISPO", "VSGONE", "TOOLONG"] {
        assert_eq!(wrong(&status("[\"NEW\"]", to)), [Code::BadStatus], "{to}");
    }
    assert_eq!(wrong(&status("[\"NEW\", \"won\"]", "WON")), [Code::SaysNothing]);
    assert_eq!(wrong(&status("[]", "WON")), [Code::SaysNothing]);
    let own = "[leaving]\nstatus = \"LEFT\"\n[opt_out]\nstatus = \"STOP\"\n";
    assert_eq!(wrong(&format!("{own}{}", status("[\"LEFT\", \"STOP\"]", "WON"))), [Code::BadStatus, Code::BadStatus]);
    assert_eq!(wrong(&format!("{own}{}", status("[\"NEW\"]", "STOP"))), [Code::BadStatus]);
}

#[test]
fn flags_say_which_statuses_are_final() {
    use vicisync::mapping::Flag::{Completed, Dnc, HumanAnswered, Sale, ScheduledCallback};
    let mut flags = StatusFlags::default();
    for (campaign, status, flag) in [
        (None, "WON", Sale),
        (Some("SALES"), "LATER", ScheduledCallback),
        (Some("OTHER"), "STOP", Dnc),
        (None, "END", Completed),
        (None, "NI", HumanAnswered),
    ] {
        flags.put(campaign, status, [flag]);
    }
    let found = ["won", "LATER", "STOP", "END", "NI", "NONE"].map(|status| flags.final_flag(status));
    assert_eq!(found, [Some(Sale), Some(ScheduledCallback), Some(Dnc), Some(Completed), None, None]);
}

#[test]
fn a_test_can_name_the_status() {
    let with = |wanted: &str| {
        let test = format!(
            "[[test]]\nname = \"t\"\ncontact = {{ phoneNumber = \"2125550100\", stage = \"won\" }}\nlead = {{ status = \"{wanted}\" }}\n"
        );
        program(&format!("{BASE}{}{test}", status("[\"NEW\"]", "WON"))).tests().remove(0).problems
    };
    assert_eq!(with("WON"), Vec::<String>::new());
    assert_eq!(with(""), ["`status`: expected \"\", and it is \"WON\""]);
}
