//! Custom columns whose types the lane tells: what we send of a value is what a real database stores of it.

use std::collections::{BTreeMap, BTreeSet};

use vicisync::emulator::vicidial::Options;
use vicisync::model::{FieldName, ListId};
use vicisync::ports::Dialer;
use vicisync::vicidial::NonLatin;
use vicisync::vicidial::custom::Column;

use super::server::mariadb;
use super::tables::copy;
use super::world::{client, field, start};

const TEXTS: [&str; 12] = [
    "gold",
    "Silver",
    "O'Brien",
    "bronze",
    "",
    "Żółć długa",
    "2027-03-04",
    "2027-02-30",
    "0000-00-00",
    "longer than eight",
    "12345678 9",
    "x;y",
];

#[tokio::test]
async fn values_fit_their_columns() {
    let Some(mut mariadb) = mariadb("values_fit_their_columns").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    mariadb.run("SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'").await;
    mariadb.run("SET NAMES utf8mb4").await;
    for list in [1001, 1002, 1003] {
        mariadb.run(&format!("DROP TABLE custom_{list}")).await;
        let columns = "lead_id INT PRIMARY KEY, plan ENUM('Gold','Silver','O''Brien'), crm_note VARCHAR(8), renewal DATE, memo TEXT";
        mariadb.run(&format!("CREATE TABLE custom_{list} ({columns}) ENGINE=MyISAM DEFAULT CHARSET=utf8mb3")).await;
    }
    mariadb.run("INSERT INTO custom_1001 (lead_id) VALUES (1)").await;
    let dialer = client(&server, NonLatin::On).with_database(mariadb.lane());
    dialer.prepare().await.unwrap();
    for text in TEXTS {
        for label in ["plan", "crm_note", "renewal", "memo"] {
            let name: FieldName = field(&format!("custom.{label}"));
            let predicted = dialer.stored(&BTreeMap::from([(name.clone(), text.to_owned())])).0.remove(&name).unwrap();
            mariadb.run(&format!("UPDATE custom_1001 SET {label} = '{}'", predicted.replace('\'', "''"))).await;
            let kept = mariadb.texts(&format!("SELECT IFNULL({label}, '') FROM custom_1001")).await.remove(0);
            let kept = if kept == "0000-00-00" { String::new() } else { kept };
            assert_eq!(kept, predicted, "{text:?} as {label}");
            // And the text itself, where VICIdial would not change it on the way.
            if !text.contains(';') && text != "0000-00-00" {
                mariadb.run(&format!("UPDATE custom_1001 SET {label} = '{}'", text.replace('\'', "''"))).await;
                let kept = mariadb.texts(&format!("SELECT IFNULL({label}, '') FROM custom_1001")).await.remove(0);
                let kept = if kept == "0000-00-00" { String::new() } else { kept };
                assert_eq!(kept.trim_end(), predicted, "{text:?} as {label}, sent as it is");
            }
        }
    }
    // Lists that differ in a column: the narrower text, or nothing that is known.
    mariadb.run("ALTER TABLE custom_1002 MODIFY crm_note VARCHAR(4), MODIFY plan DATE").await;
    dialer.prepare().await.unwrap();
    let values = BTreeMap::from([(field("custom.crm_note"), "abcdefgh".to_owned()), (field("custom.plan"), "bronze".to_owned())]);
    let stored = dialer.stored(&values).0;
    assert_eq!((stored[&field("custom.crm_note")].as_str(), stored[&field("custom.plan")].as_str()), ("abcd", "bronze"));
}

#[tokio::test]
async fn lists_are_shown_with_the_types_of_their_custom_fields() {
    let Some(mut mariadb) = mariadb("lists_are_shown_with_the_types_of_their_custom_fields").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    mariadb.run("ALTER TABLE custom_1001 MODIFY plan ENUM('Gold','Silver'), MODIFY crm_note VARCHAR(8)").await;
    let shown = client(&server, NonLatin::On).with_database(mariadb.lane()).lists_shown(&BTreeSet::from([ListId(1001)])).await.unwrap();
    assert_eq!(shown.len(), 1);
    let column = |label: &str| shown[0].custom.iter().find(|custom| custom.label == label).unwrap().column();
    assert_eq!(column("plan"), Some(Column::Words(vec!["Gold".to_owned(), "Silver".to_owned()])));
    assert_eq!(column("crm_note"), Some(Column::Text(8)));
}
