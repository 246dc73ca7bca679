//! Any text, written to an emulated VICIdial and read back: it shows what was predicted, on each kind of server. The emulator shares no code
//! with the prediction, so they can only agree by both being right.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use vicisync::emulator::vicidial::{Options, Php, Server};
use vicisync::model::{FieldName, Intake, Lead, LeadChange, LeadField, LeadId, ListId, Phone, VendorLeadCode};
use vicisync::ports::Dialer;
use vicisync::vicidial::{NonLatin, Settings, Vicidial};

use crate::peer::{self, PASSWORD};
use crate::swept;

const LIST: ListId = ListId(1001);
const LEADS: u32 = 40;

/// Texts that people, imports and other programs leave in CRMs.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<String>(),
        3 => "[ a-zA-Zé\u{301}\u{308}\\\\+;#\"'!N|&<>%\r\n\t0-9_.,:/@-]{0,60}",
        2 => "[\u{200b}\u{200d}\u{202e}\u{feff}\u{00a0}\u{00ad}\u{2028}a-z ]{0,20}",
        2 => "[\u{905}-\u{94d}\u{5d0}-\u{5ea}\u{627}-\u{64a}가-힣ᄀ-ᇿЀ-ӿ\u{2160}-\u{2170}\u{24b6}-\u{24c0}a-z ]{0,60}",
        1 => "(é|x|😀|ß|—|€){100,300}",
        1 => "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        1 => "[0-9]{0,12}",
        1 => "(F|M|U|X|f|female|Male)",
        1 => Just("--BLANK--".to_owned()),
        1 => Just(";--BLANK--".to_owned()),
        1 => Just("0000-00-00".to_owned()),
        1 => Just("\u{fffd}\u{80}\u{9f}\u{81} end \\".to_owned()),
        1 => Just("ERROR: add_lead SUCCESS: x\r\nNOTICE: y".to_owned()),
        1 => Just("O'Brien\\' OR 1=1 --".to_owned()),
    ]
}

fn runner() -> TestRunner {
    TestRunner::new(Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })
}

fn text(runner: &mut TestRunner) -> String {
    nasty().new_tree(runner).unwrap().current()
}

fn fields(runner: &mut TestRunner) -> BTreeMap<FieldName, String> {
    let own = LeadField::ALL.iter().filter(|field| !matches!(field, LeadField::PhoneCode | LeadField::PhoneNumber));
    own.map(|&field| (FieldName::Standard(field), text(runner))).collect()
}

struct Written {
    lead: LeadId,
    values: BTreeMap<FieldName, String>,
}

fn differences(dialer: &Vicidial, written: &Written, shown: &BTreeMap<FieldName, String>, place: &str) -> Vec<String> {
    let predicted = dialer.stored(&written.values).0;
    let apart = predicted.iter().filter(|(name, text)| shown[*name] != **text);
    apart.map(|(name, text)| format!("{place}: {name} of {:?}: predicted {text:?}, is {:?}", written.values[name], shown[name])).collect()
}

async fn check(php: Php, use_non_latin: bool, setting: NonLatin) {
    let server = Server::start(Options { php, use_non_latin, password: PASSWORD.into(), ..Options::default() }).await.unwrap();
    let settings = Settings { use_non_latin: setting, ..peer::settings(&server.url(), Duration::from_secs(20)) };
    let dialer = Vicidial::new(settings).unwrap();
    let mut runner = runner();
    let mut all = Vec::new();
    for number in 0..LEADS {
        let phone = Phone { code: "1".into(), number: format!("72755501{number:02}") };
        let lead = Lead { list_id: LIST, phone, fields: fields(&mut runner).into() };
        let code = VendorLeadCode::parse(&format!("V{number:019}")).unwrap();
        let id = dialer.add_lead(&code, &lead, Intake::default()).await.unwrap();
        all.push(Written { lead: id, values: lead.values() });
    }
    let mut apart = Vec::new();
    let mut look = async |all: &[Written], place: &str| {
        let rows: BTreeMap<LeadId, BTreeMap<FieldName, String>> =
            swept(dialer.sweep(LIST)).await.unwrap().into_iter().map(|row| (row.lead_id, row.values)).collect();
        assert_eq!(rows.len(), all.len());
        for written in all {
            apart.extend(differences(&dialer, written, &rows[&written.lead], place));
        }
        for written in all.iter().step_by(7) {
            let names: BTreeSet<FieldName> = written.values.keys().cloned().collect();
            let row = dialer.read_lead(written.lead, &names).await.unwrap().unwrap();
            apart.extend(differences(&dialer, written, &row.values, &format!("{place}, alone")));
        }
    };
    look(&all, "added").await;
    for written in &mut all {
        let change = LeadChange { fields: fields(&mut runner), ..LeadChange::default() };
        dialer.update_lead(written.lead, &change).await.unwrap();
        written.values.extend(change.fields);
    }
    look(&all, "updated").await;
    let alike = LeadChange { fields: fields(&mut runner), ..LeadChange::default() };
    let leads: Vec<LeadId> = all.iter().map(|written| written.lead).collect();
    assert_eq!(dialer.update_leads(&leads, &alike).await.unwrap().len(), leads.len());
    for written in &mut all {
        written.values.extend(alike.fields.clone());
    }
    look(&all, "updated alike").await;
    for written in &mut all {
        let custom: BTreeMap<String, String> = ["plan", "crm_note"].map(|label| (label.to_owned(), text(&mut runner))).into();
        dialer.set_custom(written.lead, &custom).await.unwrap();
        // Values that would be cut are left to where the width is known.
        written.values =
            custom.into_iter().filter(|(_, text)| text.len() <= 50).map(|(label, text)| (FieldName::Custom(label), text)).collect();
    }
    look(&all, "custom").await;
    assert!(apart.is_empty(), "{} of {php:?}, {use_non_latin}:\n{}", apart.len(), apart.join("\n"));
}

#[tokio::test]
async fn on_a_server_with_letters_of_all_scripts() {
    for php in [Php::Exceptions, Php::Silent] {
        check(php, true, NonLatin::On).await;
    }
}

#[tokio::test]
async fn on_a_server_without() {
    for php in [Php::Exceptions, Php::Silent] {
        check(php, false, NonLatin::Off).await;
    }
}

#[tokio::test]
async fn unknown_is_taken_for_on() {
    check(Php::Exceptions, true, NonLatin::Unknown).await;
}
