//! Lists as a person sees them: campaign and custom fields of all lists, or of those that are named.

use std::collections::BTreeSet;

use vicisync::model::{CampaignId, ListId};
use vicisync::vicidial::{CustomShown, ListShown};

use crate::peer::{Act, Peer};

fn list(list: u64, is_active: bool, labels: &[&str]) -> ListShown {
    let custom = labels.iter().map(|label| CustomShown { label: (*label).to_owned(), definition: None }).collect();
    ListShown { list: ListId(list), campaign: CampaignId("CAMP1".to_owned()), is_active, custom }
}

/// As `list_custom_fields` has them: a name may hold a pipe, and a list may have no custom fields.
const LISTS: &str = "1001|North | all|CAMP1|Y|2026-11-24 10:00:00||crm_note plan\n\
                     1002|South|CAMP1|N|2026-11-24 10:00:00||\n\
                     998|Manual|CAMP1|Y|||plan\n";

#[tokio::test]
async fn all_lists_are_shown_or_those_that_are_named() {
    let peer = Peer::start(|request| {
        assert!(request.contains("function=list_custom_fields"), "{request}");
        Act::text(LISTS)
    })
    .await;
    let dialer = peer.client();
    let found = dialer.lists_shown(&BTreeSet::new()).await.unwrap();
    assert_eq!(found, [list(998, true, &["plan"]), list(1001, true, &["crm_note", "plan"]), list(1002, false, &[])]);
    let named = dialer.lists_shown(&BTreeSet::from([ListId(1001), ListId(7)])).await.unwrap();
    assert_eq!(named, found[1..2]);
}

#[tokio::test]
async fn without_custom_fields_the_lists_are_shown_all_the_same() {
    let peer = Peer::start(|request| match request {
        _ if request.contains("function=list_custom_fields") => {
            Act::text("ERROR: CUSTOM LIST FIELDS ARE NOT ENABLED ON THIS SYSTEM: |apiuser|list_custom_fields|\n")
        }
        _ if request.contains("list_id=1001") => Act::text("1001|North|CAMP1|Y|2026-11-24 10:00:00||2099-12-31|0|5|5|\n"),
        _ => Act::text("ERROR: list_info LIST DOES NOT EXIST: |apiuser|7|\n"),
    })
    .await;
    let found = peer.client().lists_shown(&BTreeSet::from([ListId(1001), ListId(7)])).await.unwrap();
    assert_eq!(found, [list(1001, true, &[])]);
}
