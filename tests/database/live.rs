//! Both lanes against a real VICIdial, where one is named. Only reads: its leads may be anything.

use std::time::Duration;

use chrono::Days;
use mysql_async::Opts;
use vicisync::model::{CampaignId, ListId};
use vicisync::ports::Dialer;
use vicisync::vicidial::database::{Settings, Tls};
use vicisync::vicidial::{Database, NonLatin, Settings as WebSettings, Vicidial};

use super::world::alike;

use crate::swept;

/// The web tier, with the API user in it: `http://user:pass@127.0.0.1:8080`.
const WEB: &str = "VICISYNC_LIVE_VICIDIAL_URL";
/// Its database, with an account in it: `mysql://user:pass@127.0.0.1:3306/asterisk`.
const DATABASE: &str = "VICISYNC_LIVE_VICIDIAL_DATABASE_URL";
/// Lists to compare, separated by commas.
const LISTS: &str = "VICISYNC_LIVE_VICIDIAL_LISTS";
/// The server's zone.
const ZONE: &str = "VICISYNC_LIVE_VICIDIAL_ZONE";

#[tokio::test]
async fn a_real_server_shows_the_same() {
    let (Ok(web), Ok(database)) = (std::env::var(WEB), std::env::var(DATABASE)) else {
        eprintln!("a_real_server_shows_the_same: skipped, since {WEB} and {DATABASE} name no VICIdial");
        return;
    };
    let zone = std::env::var(ZONE).map_or(chrono_tz::America::New_York, |zone| zone.parse().unwrap());
    let lists = std::env::var(LISTS).unwrap_or_else(|_| "1001,1002,1003".to_owned());
    let mut web = url::Url::parse(&web).unwrap();
    let (user, pass) = (web.username().to_owned(), web.password().unwrap_or_default().to_owned());
    web.set_username("").unwrap();
    web.set_password(None).unwrap();
    let client = || {
        Vicidial::new(WebSettings {
            url: web.to_string(),
            user: user.clone(),
            pass: pass.clone().into(),
            source: "vicisync".into(),
            timeout: Duration::from_secs(60),
            zone,
            use_non_latin: NonLatin::On,
            campaigns: Vec::new(),
            groups: Vec::new(),
        })
        .unwrap()
    };
    let opts = Opts::from_url(&database).unwrap();
    let lane = Database::new(Settings {
        host: opts.ip_or_hostname().to_owned(),
        port: opts.tcp_port(),
        user: opts.user().unwrap().to_owned(),
        pass: opts.pass().unwrap_or_default().into(),
        database: opts.db_name().unwrap().to_owned(),
        tls: Tls::Off,
        timeout: Duration::from_secs(60),
        zone,
        non_latin: NonLatin::Unknown,
    })
    .unwrap();
    let (http, sql) = (client(), client().with_database(lane));
    for list in lists.split(',').map(|list| ListId(list.trim().parse().unwrap())) {
        let (http, sql) = alike(swept(http.sweep(list)).await.unwrap(), swept(sql.sweep(list)).await.unwrap());
        assert_eq!(http.len(), sql.len(), "list {list}");
        for (http, sql) in http.iter().zip(&sql) {
            assert_eq!(http, sql);
        }
        eprintln!("list {list}: {} leads are the same", http.len());
        let fields = http.first().map(|row| row.values.keys().cloned().collect()).unwrap_or_default();
        for row in http.iter().take(20) {
            let both = (client().read_lead(row.lead_id, &fields).await.unwrap(), sql_row(&sql, row.lead_id));
            assert_eq!(both.0.map(|row| row.values), both.1);
        }
    }
    let now = http.time().await.unwrap().local;
    let from = now.checked_sub_days(Days::new(2)).unwrap();
    let (mut first, mut second) = (http.calls(from, now).await.unwrap(), sql.calls(from, now).await.unwrap());
    second.legs.retain(|leg| first.legs.iter().any(|other| other.key == leg.key));
    first.legs.sort_by(|left, right| left.key.cmp(&right.key));
    second.legs.sort_by(|left, right| left.key.cmp(&right.key));
    assert_eq!(first.legs, second.legs);
    eprintln!("{} legs since {from} are the same", first.legs.len());
    let lists = lists.split(',').next().map(|list| ListId(list.trim().parse().unwrap())).unwrap();
    let campaign = http.campaign_of(lists).await.unwrap();
    assert_eq!(campaign, sql.campaign_of(lists).await.unwrap());
    let campaign = campaign.unwrap_or_else(|| CampaignId::from(""));
    assert_eq!(http.hopper(&campaign).await, sql.hopper(&campaign).await);
}

fn sql_row(
    rows: &[vicisync::model::LeadRow],
    lead: vicisync::model::LeadId,
) -> Option<std::collections::BTreeMap<vicisync::model::FieldName, String>> {
    rows.iter().find(|row| row.lead_id == lead).map(|row| row.values.clone())
}
