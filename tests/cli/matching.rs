//! Leads that somebody else made, found again through the whole program and over the wire.

use std::fs;

use serde_json::json;

use crate::rig::{Rig, mapping};

#[test]
fn leads_that_lost_their_marks_are_found_by_phone_and_name_and_marked_again() {
    let rig = Rig::pushed(60);
    let before = rig.vicidial.leads();
    let stray = before[0].lead_id;
    rig.vicidial.with_world(|world| {
        for lead in &before {
            world.agent_edit(lead.lead_id, "vendor_lead_code", if lead.lead_id == stray { "OLD-TOOL-1" } else { "" });
        }
    });
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        fs::remove_file(rig.path("state").join(file)).ok();
    }
    rig.write("mapping.toml", &format!("{}\n[match]\nphone = true\nand = [\"last_name\"]\n", mapping()));
    rig.run(&["check"]).expect(0);
    let found = before.len() - 1;
    let plan = rig.run(&["plan", "--json"]).expect(0).json();
    let totals = &plan["jobs"][0]["totals"];
    assert_eq!((&totals["matched_by_phone"], &totals["unmatched"], &totals["added"]), (&json!(found), &json!(1), &json!(0)), "{totals}");
    assert!(rig.run(&["plan"]).expect(0).out.contains(&format!("{found} adopted by phone")));
    rig.run(&["sync", "--approve"]).expect(1);
    let after = rig.vicidial.leads();
    assert_eq!(after.len(), before.len(), "nobody is in a list twice");
    for (was, is) in before.iter().zip(&after) {
        let expected = if was.lead_id == stray { "OLD-TOOL-1" } else { &was.vendor_lead_code };
        assert_eq!((is.vendor_lead_code.as_str(), &is.status, is.list_id), (expected, &was.status, was.list_id));
    }
    let status = rig.run(&["status"]).expect(0).out;
    assert!(status.contains("foreign_code") && status.contains("OLD-TOOL-1"), "{status}");
    // A person mends it.
    rig.vicidial.with_world(|world| world.agent_edit(stray, "vendor_lead_code", ""));
    rig.run(&["sync", "--full"]).expect(0);
    assert_eq!(rig.codes_and_leads(), (before.len(), before.len()));
    let writes = rig.writes();
    rig.run(&["sync", "--full"]).expect(0);
    assert_eq!(rig.writes(), writes);
}
