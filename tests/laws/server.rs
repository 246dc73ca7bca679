//! What is known of the server: asked rarely, concluded from what is read and written, and heeded.

use vicisync::engine::Scope;
use vicisync::model::{FactName, FactSource, FactValue, ListId, RunEnd, ServerFacts};
use vicisync::ports::{Effect, Fault, Reach, Store};

use super::rig::{Rig, id};
use super::world::trouble::{At, Trouble};

const HOUR: i64 = 3_600;

/// How often the server was asked about itself since this was last called.
fn surveys(rig: &Rig) -> usize {
    let mut world = rig.world();
    let count = world.requests.iter().filter(|name| **name == "survey").count();
    world.forget_counts();
    count
}

fn known(rig: &Rig) -> ServerFacts {
    rig.store().server_facts(&rig.job.vicidial).unwrap()
}

fn set(rig: &Rig, name: FactName, is_on: bool, source: FactSource) {
    let mut world = rig.world();
    let now = world.now;
    world.vici.facts.put(name, is_on, source, now);
}

#[test]
fn ordinary_runs_ask_nothing_and_full_ones_once_a_day() {
    let mut rig = Rig::new();
    rig.add("c00", 0, "north");
    rig.run();
    assert_eq!(surveys(&rig), 1, "the first run asks");
    rig.wait(60);
    rig.approve();
    assert_eq!(surveys(&rig), 0, "it was asked just now");
    for _ in 0..30 {
        rig.wait(HOUR);
        rig.edit("c00", "firstName", "Zoe");
        rig.run();
    }
    assert_eq!(surveys(&rig), 0, "an ordinary run never asks");
    rig.full();
    assert_eq!(surveys(&rig), 1, "a full run a day later asks");
    rig.wait(HOUR);
    rig.full();
    assert_eq!(surveys(&rig), 0);
    rig.wait(20 * HOUR);
    rig.ask(Scope::Contact("c00".into()), false);
    assert_eq!(surveys(&rig), 0, "a run about one contact does not ask");
    assert_eq!(known(&rig).switch(&FactName::ZoneAgrees), Some(true));
}

#[test]
fn custom_fields_that_were_switched_off_stop_the_job_until_they_are_on_again_and_opt_outs_go_out() {
    let mut rig = Rig::started(3);
    set(&rig, FactName::CustomFields, false, FactSource::Asked);
    rig.wait(21 * HOUR);
    rig.edit("c00", "plan", "gold");
    rig.opt_out("c01");
    let report = rig.full();
    assert_eq!(report.end, RunEnd::Refused);
    assert!(report.message.contains("custom fields are switched off") && report.help.is_some(), "{}", report.message);
    assert_eq!(rig.row("c01").status, "DNC", "do-not-call goes out also while the job is stopped");
    assert_eq!(rig.world().count("set_custom"), 0);
    let before = known(&rig).0[&FactName::CustomFields].before.clone();
    assert_eq!(before.map(|(value, _)| value), Some(true.into()), "what it was is remembered");

    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Refused, "it stays stopped");
    set(&rig, FactName::CustomFields, true, FactSource::Asked);
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Clean, "what is mended is seen by the next run");
    assert_eq!(rig.row("c00").values[&"custom.plan".parse().unwrap()], "gold");
    rig.is_quiet();
}

#[test]
fn a_server_in_another_zone_or_with_another_character_set_than_the_config_says_is_not_written_to() {
    for (facts, words) in [
        (vec![(FactName::ZoneAgrees, false, FactSource::Asked)], "configured zone"),
        (
            vec![(FactName::NonLatin, false, FactSource::Database), (FactName::NonLatinSaid, true, FactSource::Config)],
            "`use_non_latin` is off on the server",
        ),
    ] {
        let mut rig = Rig::started(2);
        for (name, is_on, source) in facts {
            set(&rig, name, is_on, source);
        }
        rig.wait(21 * HOUR);
        rig.edit("c00", "firstName", "Zoe");
        let report = rig.full();
        assert_eq!(report.end, RunEnd::Refused);
        assert!(report.message.contains(words), "{}", report.message);
        assert_eq!(rig.written(), Vec::<String>::new());
    }
}

#[test]
fn a_survey_without_an_answer_stops_nothing() {
    let mut rig = Rig::new();
    rig.add("c00", 0, "north");
    rig.trouble(&[(At::Every("survey"), Trouble::Unreachable)]);
    rig.approve();
    rig.calm();
    assert!(rig.leads("c00").len() == 1, "{:?}", rig.world().requests);
    assert_eq!(known(&rig).surveyed_at(), None);
    rig.wait(60);
    rig.full();
    assert!(known(&rig).surveyed_at().is_some(), "the next full run asks again");
}

#[test]
fn hidden_data_and_lists_too_large_are_remembered() {
    for (trouble, name, value) in [
        (Fault::new(Effect::None, Reach::Person, "masked", "X"), FactName::Masking, FactValue::Switch(true)),
        (Fault::new(Effect::None, Reach::Connection, "too_large_or_broken", "500"), FactName::SmallestTooLarge, FactValue::Number(4000)),
    ] {
        let mut rig = Rig::new();
        let now = rig.world().now;
        rig.world().vici.facts.put(FactName::ListLeads(ListId(1001)), 4000_i64, FactSource::Asked, now);
        rig.world().vici.unreadable = Some(trouble.clone());
        rig.add("c00", 0, "north");
        let report = rig.full();
        assert!(report.message.contains(&trouble.message), "{}", report.message);
        assert_eq!(known(&rig).0[&name].value, value);
        rig.world().vici.unreadable = None;
        rig.wait(60);
        rig.approve();
        rig.wait(60);
        rig.full();
        let masking = known(&rig).switch(&FactName::Masking);
        assert_eq!(masking, Some(false), "rows that come whole are real ones");
    }
}

#[test]
fn a_name_with_other_letters_in_a_list_proves_that_they_are_kept() {
    let mut rig = Rig::started(2);
    assert_eq!(known(&rig).switch(&FactName::NonLatin), None);
    assert_eq!(known(&rig).switch(&FactName::Masking), None, "an empty list shows no real data");
    rig.agent("c00", |row| drop(row.values.insert("last_name".parse().unwrap(), "Łukasz".to_owned())));
    rig.full();
    let facts = known(&rig);
    assert_eq!(facts.switch(&FactName::NonLatin), Some(true));
    assert_eq!(facts.switch(&FactName::Masking), Some(false));
    assert_eq!(facts.number(&FactName::LargestList), Some(2));
    assert_eq!(facts.0[&FactName::NonLatin].source, FactSource::Inferred);
}

#[test]
fn a_write_of_ours_that_loses_its_letters_proves_that_they_are_dropped() {
    let mut rig = Rig::started(2);
    rig.world().vici.drops_letters = true;
    rig.edit(&id(0), "firstName", "Łucja");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.failure_codes(), ["stored_otherwise"]);
    assert_eq!(known(&rig).switch(&FactName::NonLatin), Some(false));
    // An older name in a list does not say otherwise.
    rig.agent("c01", |row| drop(row.values.insert("last_name".parse().unwrap(), "Łukasz".to_owned())));
    rig.wait(60);
    rig.full();
    assert_eq!(known(&rig).switch(&FactName::NonLatin), Some(false));
}
