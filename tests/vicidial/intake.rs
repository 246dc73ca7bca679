//! What a new lead is told to VICIdial beside its fields, against an emulated one: its place in the hopper, and by what its time zone is found.

use std::collections::BTreeMap;

use serde_json::json;
use vicisync::emulator::vicidial::Server;
use vicisync::model::{FieldName, Hopper, Intake, Lead, LeadChange, LeadId, ListId, Phone, TzMethod};
use vicisync::ports::{Dialer, Effect, Reach};
use vicisync::vicidial::Vicidial;

use crate::emulated::{NOW, code, lead, start};

const FIVE: Intake = Intake { tz_method: TzMethod::AreaCode, hopper: Some(Hopper { priority: 5, checks_local_time: false }) };
const BY_DAY: Intake = Intake { tz_method: TzMethod::AreaCode, hopper: Some(Hopper { priority: -99, checks_local_time: true }) };

/// Lead, priority, list and campaign of what waits in the hopper.
fn hopper(server: &Server) -> Vec<[String; 4]> {
    let cell = |row: &BTreeMap<String, Option<String>>, name: &str| row[name].clone().unwrap_or_default();
    let row = |row: &BTreeMap<String, Option<String>>| ["lead_id", "priority", "list_id", "campaign_id"].map(|name| cell(row, name));
    server.with_world(|world| world.rows("vicidial_hopper").iter().map(row).collect())
}

fn database(server: &Server, step: serde_json::Value) {
    server.with_world(|world| world.database(&step)).unwrap();
}

fn offset(server: &Server, lead: LeadId) -> String {
    server.with_world(|world| world.lead(lead.0).unwrap().columns["gmt_offset_now"].clone())
}

#[tokio::test]
async fn a_new_lead_enters_the_hopper_where_it_is_asked_for() {
    let (server, dialer) = start().await;
    dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    assert_eq!(hopper(&server), Vec::<[String; 4]>::new(), "not unless the mapping says so");
    let second = dialer.add_lead(&code(2), &lead(2, &[]), FIVE).await.unwrap();
    let third = dialer.add_lead(&code(3), &lead(3, &[]), BY_DAY).await.unwrap();
    let row = |lead: LeadId, priority: &str| [lead.to_string(), priority.into(), "1001".into(), "TESTCAMP".into()];
    assert_eq!(hopper(&server), [row(second, "5"), row(third, "-99")]);
}

#[tokio::test]
async fn outside_of_its_call_times_it_is_added_and_stays_out() {
    let (server, dialer) = start().await;
    database(&server, json!({"update": "vicidial_campaigns", "set": {"local_call_time": "9am-9pm"}}));
    // Three in the morning.
    server.with_world(|world| world.clock.hold(NOW - 7 * 3600));
    dialer.add_lead(&code(1), &lead(1, &[]), BY_DAY).await.unwrap();
    assert_eq!((server.leads().len(), hopper(&server).len()), (1, 0));
    dialer.add_lead(&code(2), &lead(2, &[]), FIVE).await.unwrap();
    assert_eq!((server.leads().len(), hopper(&server).len()), (2, 1), "nobody asked for a look at the clock");
}

#[tokio::test]
async fn nobody_enters_it_who_must_not_be_called() {
    let (server, dialer) = start().await;
    server.with_world(|world| {
        world.add_dnc("7275550101", None);
        world.add_dnc("7275550102", Some("TESTCAMP"));
        world.add_list(2009, "Switched off", "TESTCAMP", false);
    });
    for number in [1, 2] {
        let fault = dialer.add_lead(&code(number), &lead(number, &[]), FIVE).await.unwrap_err();
        assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Record, "on_dnc"));
    }
    let nowhere = Lead { list_id: ListId(5555), ..lead(3, &[]) };
    assert_eq!(dialer.add_lead(&code(3), &nowhere, FIVE).await.unwrap_err().code, "list_missing");
    assert_eq!((server.leads().len(), hopper(&server).len()), (0, 0));
    // A list that is off keeps its leads to itself; VICIdial would put them into the hopper.
    let off = Lead { list_id: ListId(2009), ..lead(4, &[]) };
    dialer.add_lead(&code(4), &off, FIVE).await.unwrap();
    assert_eq!((server.leads().len(), hopper(&server).len()), (1, 0));
    // From the next run on it may be another way.
    server
        .with_world(|world| world.database(&json!({"update": "vicidial_lists", "set": {"active": "Y"}, "where": {"list_id": "2009"}})))
        .unwrap();
    dialer.prepare().await.unwrap();
    dialer.add_lead(&code(5), &Lead { list_id: ListId(2009), ..lead(5, &[]) }, FIVE).await.unwrap();
    assert_eq!(hopper(&server).len(), 1);
}

/// A server that knows a postal code and a time-zone code.
async fn with_places() -> (Server, Vicidial) {
    let (server, dialer) = start().await;
    for (area, offset, zone) in [("727", "-5", "EST"), ("415", "-8", "PST"), ("312", "-6", "CST")] {
        let row = json!({"country_code": "1", "areacode": area, "GMT_offset": offset, "DST": "Y", "DST_range": "SSM-FSN", "tz_code": zone});
        database(&server, json!({"insert": "vicidial_phone_codes", "row": row}));
    }
    let row = json!({"postal_code": "94105", "country_code": "1", "GMT_offset": "-8", "DST": "Y", "DST_range": "SSM-FSN"});
    database(&server, json!({"insert": "vicidial_postal_codes", "row": row}));
    (server, dialer)
}

fn by(tz_method: TzMethod) -> Intake {
    Intake { tz_method, hopper: None }
}

#[tokio::test]
async fn the_time_zone_of_a_new_lead_goes_by_the_method() {
    let (server, dialer) = with_places().await;
    let cases = [
        (TzMethod::AreaCode, "94105", "PST", "-5.00"),
        (TzMethod::PostalCode, "94105", "", "-8.00"),
        // VICIdial falls back to the area code without a word.
        (TzMethod::PostalCode, "SW1A 1AA", "", "-5.00"),
        (TzMethod::PostalCode, "94105-1234", "", "-5.00"),
        (TzMethod::PostalCode, "", "", "-5.00"),
        (TzMethod::TzCode, "94105", "CST", "-6.00"),
        (TzMethod::TzCode, "94105", "nowhere", "-5.00"),
        // Without a table of prefixes it says so, and adds the lead all the same.
        (TzMethod::Nanpa, "94105", "PST", "-5.00"),
    ];
    for (number, (method, postal_code, owner, expected)) in (1..).zip(cases) {
        let values = lead(number, &[("postal_code", postal_code), ("owner", owner)]);
        let added = dialer.add_lead(&code(number), &values, by(method)).await.unwrap();
        assert_eq!(offset(&server, added), expected, "{method:?} {postal_code:?} {owner:?}");
    }
}

type Values = &'static [(&'static str, &'static str)];

/// What a lead is like does not depend on the order in which its fields came.
#[tokio::test]
async fn a_change_finds_the_time_zone_as_an_add_does() {
    let (server, dialer) = with_places().await;
    let ways: [(TzMethod, Values, Values); 9] = [
        (TzMethod::AreaCode, &[], &[("phone_code", "1"), ("phone_number", "4155550101")]),
        (TzMethod::AreaCode, &[], &[("postal_code", "94105"), ("owner", "PST")]),
        (TzMethod::PostalCode, &[], &[("postal_code", "94105")]),
        (TzMethod::PostalCode, &[("postal_code", "94105")], &[("phone_code", "1"), ("phone_number", "3125550101")]),
        (TzMethod::PostalCode, &[("postal_code", "94105")], &[("postal_code", "")]),
        (TzMethod::PostalCode, &[("postal_code", "94105")], &[("postal_code", "94105-1234")]),
        (TzMethod::TzCode, &[("owner", "PST")], &[("owner", "CST")]),
        (TzMethod::TzCode, &[("owner", "PST")], &[("phone_code", "1"), ("phone_number", "3125550102")]),
        (TzMethod::Nanpa, &[], &[("phone_code", "1"), ("phone_number", "3125550103")]),
    ];
    for (number, (method, first, then)) in (1..).zip(ways) {
        let values = lead(number, first);
        let changed = dialer.add_lead(&code(number), &values, by(method)).await.unwrap();
        let fields: BTreeMap<FieldName, String> = then.iter().map(|(name, text)| (name.parse().unwrap(), (*text).to_owned())).collect();
        dialer.update_lead(changed, &LeadChange { fields: fields.clone(), tz_method: method, ..LeadChange::default() }).await.unwrap();
        let mut whole = values;
        for (name, text) in fields {
            match name.to_string().as_str() {
                "phone_code" => {}
                "phone_number" => whole.phone = Phone { code: "1".into(), number: text },
                _ => drop(whole.fields.insert(name, text)),
            }
        }
        let added = dialer.add_lead(&code(100 + number), &whole, by(method)).await.unwrap();
        assert_eq!(offset(&server, changed), offset(&server, added), "{method:?} {first:?} then {then:?}");
    }
}

#[tokio::test]
async fn changes_that_move_no_zone_ask_for_none() {
    let (server, dialer) = with_places().await;
    let id = dialer.add_lead(&code(1), &lead(1, &[]), by(TzMethod::PostalCode)).await.unwrap();
    server.reset_counts();
    for (method, name) in [(TzMethod::AreaCode, "postal_code"), (TzMethod::PostalCode, "owner"), (TzMethod::Nanpa, "postal_code")] {
        let fields = [(name.parse().unwrap(), "94105".to_owned())].into();
        dialer.update_lead(id, &LeadChange { fields, tz_method: method, ..LeadChange::default() }).await.unwrap();
    }
    assert_eq!((server.requests(), server.writes()), (3, 3));
}
