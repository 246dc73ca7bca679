//! What only the database tells of a server's settings, as facts of a survey.

use chrono::{DateTime, Utc};
use vicisync::emulator::vicidial::Options;
use vicisync::model::{CampaignId, FactName, FactSource, FactValue};
use vicisync::ports::{Dialer, Wanted};
use vicisync::vicidial::{Database, NonLatin};

use super::server::{Mariadb, mariadb};
use super::tables::copy;
use super::world::{LISTS, client, start};

fn wanted() -> Wanted {
    Wanted { lists: LISTS.into(), custom: ["plan".to_owned()].into() }
}

fn words(words: &[&str]) -> FactValue {
    FactValue::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

async fn filled(name: &str) -> Option<(vicisync::emulator::vicidial::Server, Mariadb)> {
    let mut mariadb = mariadb(name).await?;
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    Some((server, mariadb))
}

#[tokio::test]
async fn settings_are_facts() {
    let Some((server, mut mariadb)) = filled("settings_are_facts").await else { return };
    mariadb.run("UPDATE system_settings SET pass_hash_enabled = '1', db_schema_version = 1720").await;
    mariadb.run("UPDATE vicidial_users SET admin_hide_phone_data = '2_DIGITS' WHERE user = 'apiuser'").await;
    mariadb
        .run("UPDATE vicidial_campaigns SET use_internal_dnc = 'AREACODE', use_campaign_dnc = 'N', use_other_campaign_dnc = 'OTHER'")
        .await;
    mariadb
        .run("UPDATE vicidial_statuses SET sale = 'Y', human_answered = 'Y', selectable = 'N', completed = 'N' WHERE status = 'SALE'")
        .await;
    mariadb
        .run("INSERT INTO vicidial_campaign_statuses VALUES ('WARM', 'Warm lead', 'Y', 'TESTCAMP'), ('COLD', 'Cold lead', 'Y', 'ELSE')")
        .await;
    let dialer = client(&server, NonLatin::Unknown).with_database(mariadb.lane());
    let now: DateTime<Utc> = Utc::now();
    let facts = dialer.survey(&wanted(), now).await.unwrap();
    let campaign = CampaignId::from("TESTCAMP");
    for (name, value) in [
        (FactName::NonLatin, FactValue::Switch(true)),
        (FactName::CustomFields, FactValue::Switch(true)),
        (FactName::SlowLogins, FactValue::Switch(true)),
        (FactName::Schema, FactValue::Number(1720)),
        (FactName::Masking, FactValue::Switch(true)),
        (FactName::Column(LISTS[0], "plan".to_owned()), FactValue::Text("varchar(50)".to_owned())),
        (FactName::Column(LISTS[2], "crm_note".to_owned()), FactValue::Text("varchar(100)".to_owned())),
        (
            FactName::CampaignDnc(campaign.clone()),
            words(&["system_list_with_area_codes", "list_of_OTHER", "callbacks_dialed_nevertheless"]),
        ),
        (FactName::Campaign(campaign.clone()), FactValue::Text("active".to_owned())),
        (FactName::Status(None, "SALE".to_owned()), words(&["human_answered", "sale"])),
        (FactName::Status(Some(campaign), "WARM".to_owned()), words(&["selectable"])),
        // No list is of that campaign, and a lead may be called in it.
        (FactName::Status(Some("ELSE".into()), "COLD".to_owned()), words(&["selectable"])),
    ] {
        let fact = facts.0.get(&name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((&fact.value, fact.source, fact.at), (&value, FactSource::Database, now), "{name}");
    }
    assert!(!facts.0.contains_key(&FactName::NonLatinSaid), "the config says nothing");
    assert!(!facts.0.contains_key(&FactName::Column(LISTS[0], "lead_id".to_owned())));
}

#[tokio::test]
async fn settings_that_the_account_may_not_read_are_left_out() {
    let Some((server, mut mariadb)) = filled("settings_that_the_account_may_not_read_are_left_out").await else { return };
    // A right to a whole database cannot be taken back for one table; that it is not there is as good.
    mariadb.run("DROP TABLE vicidial_users").await;
    mariadb.run("UPDATE system_settings SET use_non_latin = '0'").await;
    let dialer = client(&server, NonLatin::On).with_database(mariadb.lane());
    let facts = dialer.survey(&wanted(), Utc::now()).await.unwrap();
    assert_ne!(facts.0.get(&FactName::Masking).map(|fact| fact.source), Some(FactSource::Database));
    assert_eq!(facts.switch(&FactName::NonLatin), Some(false));
    assert_eq!(facts.switch(&FactName::NonLatinSaid), Some(true));
    let agents = ["6001".to_owned(), "ghost".to_owned()].into();
    assert_eq!(dialer.unknown_agents(&agents).await.unwrap(), ["ghost".to_owned()].into(), "they are asked for over HTTP");
}

#[tokio::test]
async fn a_campaign_that_looks_at_no_list_is_told() {
    let Some((server, mut mariadb)) = filled("a_campaign_that_looks_at_no_list_is_told").await else { return };
    mariadb.run("UPDATE vicidial_campaigns SET use_internal_dnc = 'N', use_campaign_dnc = 'N'").await;
    let findings = client(&server, NonLatin::On).with_database(mariadb.lane()).probe(&LISTS, &[]).await;
    let told = findings.iter().find(|finding| finding.what.contains("campaign TESTCAMP looks at no do-not-call list"));
    assert!(told.is_some_and(|finding| finding.advice.is_some()), "{findings:?}");
}

#[tokio::test]
async fn agents_and_the_databases_own_zone() {
    let Some((server, mariadb)) = filled("agents_and_the_databases_own_zone").await else { return };
    let elsewhere = vicisync::vicidial::database::Settings { zone: chrono_tz::Asia::Kathmandu, ..mariadb.settings() };
    let dialer = client(&server, NonLatin::On).with_database(Database::new(elsewhere).unwrap());
    let before = server.requests();
    let agents = ["6001".to_owned(), "ghost".to_owned()].into();
    assert_eq!(dialer.unknown_agents(&agents).await.unwrap(), ["ghost".to_owned()].into());
    assert_eq!(server.requests(), before, "one statement, no request");
    let facts = dialer.survey(&wanted(), Utc::now()).await.unwrap();
    assert_eq!(facts.switch(&FactName::ZoneAgrees), Some(false), "the web side agrees, the database does not");
}
