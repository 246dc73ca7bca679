//! The leads and calls that most recorded reads were made of: eight leads, seven outbound calls, one inbound one.

use serde_json::{Value, json};
use vicisync::emulator::vicidial::World;

/// Number, list, status, user, count of calls, time of the last change.
const LEADS: &[(u32, u32, &str, &str, u32, &str)] = &[
    (1, 1001, "SALE", "agent1", 1, "2026-11-24 14:06:10"),
    (2, 1001, "NI", "agent1", 2, "2026-11-24 15:00:30"),
    (3, 1001, "DNC", "agent2", 1, "2026-11-24 15:30:30"),
    (4, 1001, "CBHOLD", "agent2", 1, "2026-11-24 16:00:30"),
    (5, 1001, "NA", "VDAD", 1, "2026-11-24 16:10:30"),
    (6, 1002, "SALE", "agent2", 1, "2026-11-23 11:10:30"),
    (7, 1002, "NEW", "apiuser", 0, "2026-11-24 20:25:02"),
    (8, 1002, "NEW", "apiuser", 0, "2026-11-24 20:25:32"),
];

/// Lead, time, status, user, seconds, reason, id, count.
type Call = (u32, &'static str, &'static str, &'static str, u32, &'static str, &'static str, u32);

const CALLS: &[Call] = &[
    (1, "2026-11-24 14:05:00", "SALE", "agent1", 65, "AGENT", "1795547100.11", 1),
    (2, "2026-11-24 14:20:00", "NA", "VDAD", 5, "NONE", "1795547200.12", 1),
    (2, "2026-11-24 15:00:00", "NI", "agent1", 30, "CALLER", "1795550400.13", 2),
    (3, "2026-11-24 15:30:00", "DNC", "agent2", 30, "CALLER", "1795552200.14", 1),
    (4, "2026-11-24 16:00:00", "CALLBK", "agent2", 30, "AGENT", "1795554000.15", 1),
    (5, "2026-11-24 16:10:00", "NA", "VDAD", 30, "NONE", "1795554600.16", 1),
    (6, "2026-11-23 11:10:00", "SALE", "agent2", 30, "CALLER", "1795449600.17", 1),
];

fn insert(world: &mut World, table: &str, row: &Value) {
    world.database(&json!({"insert": table, "row": row})).unwrap();
}

/// Puts them in.
pub(crate) fn fill(world: &mut World) {
    for (id, list, status, user, count, changed) in LEADS {
        let called = if *id == 1 { "2026-11-24 14:05:00" } else { "2026-11-24 20:25:02" };
        let is_odd = *id == 8;
        insert(
            world,
            "vicidial_list",
            &json!({
                "lead_id": id, "list_id": list, "status": status, "user": user, "called_count": count, "modify_date": changed,
                "entry_date": "2026-11-24 20:25:02", "vendor_lead_code": format!("CRM-{id}"), "phone_code": "1",
                "phone_number": format!("727555050{id}"), "first_name": if is_odd { "P|Q".to_owned() } else { format!("First{id}") },
                "last_name": format!("Last{id}"), "city": "Tampa", "state": "FL", "gmt_offset_now": "-5.00",
                "comments": if is_odd { "a|b\nc".to_owned() } else { format!("note {id}") }, "last_local_call_time": called,
                "entry_list_id": if *id == 1 { 1001 } else { 0 }, "date_of_birth": "0000-00-00",
            }),
        );
    }
    insert(world, "custom_1001", &json!({"lead_id": 1, "crm_id": "c-1", "product": "A"}));
    for (lead, time, status, user, seconds, reason, id, count) in CALLS {
        let list = if *lead == 6 { 1002 } else { 1001 };
        let group = if *user == "VDAD" { Value::Null } else { "ADMIN".into() };
        insert(
            world,
            "vicidial_log",
            &json!({
                "uniqueid": id, "lead_id": lead, "list_id": list, "campaign_id": "CAMP1", "call_date": time, "length_in_sec": seconds,
                "status": status, "phone_code": "1", "phone_number": format!("727555050{lead}"), "user": user, "user_group": group,
                "term_reason": reason, "alt_dial": "MAIN", "called_count": count,
            }),
        );
    }
    insert(
        world,
        "vicidial_closer_log",
        &json!({
            "lead_id": 7, "list_id": 1002, "campaign_id": "AGENTDIRECT", "call_date": "2026-11-24 17:00:00", "length_in_sec": 100,
            "status": "SALE", "phone_number": "7275550507", "user": "agent1", "queue_seconds": "3.20", "user_group": "ADMIN",
            "term_reason": "CALLER", "uniqueid": "1795557600.21", "called_count": 0,
        }),
    );
    for (lead, time, id, talk, dispo, sub) in
        [(1, "2026-11-24 14:05:00", "1795547100.11", 65, 7, "LOGIN"), (2, "2026-11-24 15:00:00", "1795550400.13", 30, 4, "")]
    {
        insert(
            world,
            "vicidial_agent_log",
            &json!({
                "user": "agent1", "event_time": time, "lead_id": lead, "campaign_id": "CAMP1", "pause_sec": 5, "wait_sec": 15,
                "talk_sec": talk, "dispo_sec": dispo, "dead_sec": 0, "user_group": "ADMIN", "uniqueid": id, "sub_status": sub,
            }),
        );
    }
    insert(
        world,
        "recording_log",
        &json!({
            "recording_id": 1, "start_time": "2026-11-24 14:05:00", "length_in_sec": 65, "lead_id": 1, "user": "agent1",
            "filename": "20261124-140500_7275550501", "vicidial_id": "1795547100.11",
            "location": "http://rec.example/20261124-140500_7275550501-all.mp3",
        }),
    );
    insert(
        world,
        "vicidial_callbacks",
        &json!({
            "lead_id": 4, "list_id": 1001, "campaign_id": "CAMP1", "status": "ACTIVE", "entry_time": "2026-11-24 16:00:30",
            "callback_time": "2026-11-30 09:00:00", "user": "agent2", "recipient": "USERONLY", "comments": "ring back",
            "user_group": "ADMIN", "lead_status": "CALLBK",
        }),
    );
    world.add_dnc("7275550910", None);
    world.add_dnc("7275550911", Some("CAMP1"));
    world.add_list(9006, "Spare list", "CAMP1", false);
}
