//! Looks at both systems for `init`: each login is tried once, and nothing is written there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono_tz::Tz;

use super::answer::Secret;
use crate::cli::screen::Failed;
use crate::crm::{self, Connector, Crm};
use crate::model::{Contact, ListId};
use crate::ports::{Fault, Reach};
use crate::setup::propose::{Fields, Seen, guessed_fields};
use crate::vicidial::offered_lists::OfferedList;
use crate::vicidial::{self, NonLatin, Vicidial};

/// The longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Contacts that are looked at.
const SAMPLES: usize = 25;
/// Names by which a field of EspoCRM's calls may keep the key of a call.
const KEY_FIELDS: [&str; 3] = ["cDialerKey", "cVicisyncKey", "cCallKey"];

/// What VICIdial told.
pub(super) struct FoundVicidial {
    pub(super) release: String,
    /// Whole minutes that its clock is from UTC.
    pub(super) offset_min: i64,
    pub(super) lists: Vec<OfferedList>,
    /// Why its lists cannot be seen.
    pub(super) trouble: Option<String>,
}

/// Release, clock, login, lists.
pub(super) async fn vicidial(url: &str, user: &str, pass: &Secret, named: &BTreeSet<ListId>) -> Result<FoundVicidial, Failed> {
    let client = Vicidial::new(vicidial::Settings {
        url: url.to_owned(),
        user: user.to_owned(),
        pass: pass.text(),
        source: "vicisync".to_owned(),
        timeout: TIMEOUT,
        zone: Tz::UTC,
        use_non_latin: NonLatin::Unknown,
        campaigns: Vec::new(),
        groups: Vec::new(),
    })
    .map_err(|fault| failed("VICIdial's version, login and lists", fault))?;
    let (release, offset_min) = client.release().await.map_err(|fault| failed("VICIdial's version, login and lists", fault))?;
    client.login().await.map_err(|fault| failed("VICIdial's lists", fault))?;
    let (lists, trouble) = match client.offered_lists(named).await {
        Ok(lists) => (lists, None),
        // A right that is missing: lists can be named all the same.
        Err(fault) if fault.reach == Reach::Person => (Vec::new(), Some(fault.message)),
        Err(fault) => return Err(failed("VICIdial's lists", fault)),
    };
    Ok(FoundVicidial { release, offset_min, lists, trouble })
}

/// Login, fields, a few contacts.
pub(super) async fn crm(kind: &str, site: &str, key: &Secret, object: &str) -> Result<Seen, Failed> {
    let what = "the CRM's login, fields and contacts";
    let connector = Connector::embedded(kind)
        .ok_or_else(|| Failed::new(crate::cli::exit::Exit::Usage, format!("there is no connector `{kind}`"), "write --crm espocrm"))?;
    let client = Crm::new(crm::Settings {
        site: site.to_owned(),
        secrets: BTreeMap::from([("api_key".to_owned(), key.text())]),
        options: BTreeMap::new(),
        connector,
        fields: BTreeSet::new(),
        object: object.to_owned(),
        timeout: TIMEOUT,
        concurrency: 4,
        page_size: SAMPLES,
    })
    .map_err(|fault| failed(what, fault))?;
    client.login().await.map_err(|fault| failed(what, fault))?;
    let samples = client.sample_contacts(SAMPLES).await.map_err(|fault| failed(what, fault))?;
    let fields = fields(&client, object, &samples).await;
    let keys = client.activity_attributes(&KEY_FIELDS).await;
    // Without the right to read calls there is no such field to propose; `check --live` names the right.
    let activity_key_field = keys.ok().and_then(|keys| KEY_FIELDS.into_iter().find(|name| keys.contains(*name))).map(str::to_owned);
    Ok(Seen { release: None, lists: Vec::new(), fields, samples, activity_key_field })
}

/// What the CRM says of its fields; where it does not tell, what a few records show.
async fn fields(client: &Crm, object: &str, samples: &[Contact]) -> Fields {
    // A right that is missing for that is no reason to propose nothing.
    if client.describes()
        && let Ok(fields) = client.describe(object).await
    {
        return Fields::Told(fields);
    }
    if samples.is_empty() { Fields::Unknown } else { Fields::Guessed(guessed_fields(samples)) }
}

fn failed(what: &str, fault: Fault) -> Failed {
    let reach = fault.reach;
    let mut failed = Failed::from(fault);
    match reach {
        Reach::Login => {
            failed.message =
                format!("{} It was tried once: repeated wrong logins lock an account. Nothing was written.", ended(&failed.message));
        }
        Reach::Connection => {
            failed.message = format!("{} Could not be asked: {what}. Nothing was written.", ended(&failed.message));
            failed.help = Some(format!(
                "{}mend the address or the network and run it again; or propose from the answers alone: --offline",
                failed.help.map(|help| format!("{help}; ")).unwrap_or_default()
            ));
        }
        Reach::Person | Reach::Record => {}
    }
    failed
}

fn ended(sentence: &str) -> String {
    if sentence.ends_with('.') { sentence.to_owned() } else { format!("{sentence}.") }
}
