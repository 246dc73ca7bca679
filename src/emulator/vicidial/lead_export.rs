//! lead_report_export.php: one row for each lead that had a call in a window, by its latest one, newest first.
//!
//! Decides which call stands for a lead. The status is the lead's present one.

use std::collections::BTreeSet;

use super::call_export;
use super::export::{self, Asked, Leg};
use super::pages::{Page, Viewer};
use super::params::Params;
use super::world::World;

const EXTENDED: &[&str] = &["entry_date", "called_count", "last_local_call_time", "modify_date", "called_since_last_reset"];
const CARRIER: &[&str] =
    &["uniqueid", "caller_code", "server_ip", "hangup_cause", "dialstatus", "channel", "dial_time", "answered_time", "cpd_result"];

/// Answers the page.
pub(super) fn page(world: &World, viewer: &Viewer, params: &Params) -> Page {
    if params.is("exclude_call_log_data", "YES") {
        return Page::Dead { as_file: false };
    }
    let asked = Asked::of_leads(world, params);
    let leads = world.table("vicidial_list");
    let mut legs = export::legs(world, viewer, &asked, "vicidial_log");
    legs.extend(export::legs(world, viewer, &asked, "vicidial_closer_log"));
    let called = |leg: &Leg| world.table(leg.log).get(leg.slot, "call_date").to_owned();
    legs.sort_by_key(|leg| std::cmp::Reverse(called(leg)));
    let mut seen = BTreeSet::new();
    legs.retain(|leg| seen.insert(leg.lead));
    if legs.is_empty() && !asked.has_campaigns && !asked.has_groups {
        return Page::Line("\nThere are no calls during this time period for these parameter".to_owned());
    }
    if legs.is_empty() {
        let kind = if asked.has_campaigns { "outbound" } else { "inbound" };
        return Page::Line(format!("There are no {kind} calls during this time period for these parameters"));
    }
    let is_extended = asked.fields == "EXTENDED";
    let mut text = String::new();
    if asked.has_header {
        let mut header = export::COLUMNS.to_vec();
        header.extend(if is_extended { EXTENDED } else { &[] });
        header.extend(["list_name", "list_description", "status_name"]);
        header.extend(call_export::recording_columns(&asked));
        header.extend(if is_extended { CARRIER } else { &[] });
        if asked.has_custom {
            header.push("custom_fields");
        }
        text.push_str(&format!("{}\r\n", header.join("\t")));
    }
    for leg in &legs {
        let status = leads.get(leg.lead, "status");
        let mut row = export::cells(world, viewer, leg, status);
        if is_extended {
            row.extend(EXTENDED.iter().map(|name| leads.get(leg.lead, name).to_owned()));
        }
        row.extend(export::list_cells(world, leg));
        row.push(export::status_name(world, status).unwrap_or_default().to_owned());
        row.extend(call_export::recordings(world, &asked, leg));
        if is_extended {
            row.push(world.table(leg.log).get(leg.slot, "uniqueid").to_owned());
            let (code, server) = call_export::dialed(world, &asked, leg);
            row.extend([code, server]);
            row.extend(std::iter::repeat_n(String::new(), CARRIER.len() - 3));
        }
        row.extend(call_export::custom_cells(world, &asked, leg));
        text.push_str(&format!("{}\r\n", row.join("\t")));
    }
    Page::File(text)
}
