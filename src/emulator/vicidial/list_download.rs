//! list_download.php: all leads of a list as they are now, and the do-not-call lists.
//!
//! Decides the columns. With custom fields on, the list's own come behind the standard ones, and as soon as one lead has
//! custom data, as many spare columns as the list has custom fields, and two more. Rows without custom data end early.

use super::custom;
use super::pages::{Page, Viewer};
use super::params::Params;
use super::text::Keep;
use super::world::World;

const COLUMNS: &[&str] = &[
    "lead_id",
    "entry_date",
    "modify_date",
    "status",
    "user",
    "vendor_lead_code",
    "source_id",
    "list_id",
    "gmt_offset_now",
    "called_since_last_reset",
    "phone_code",
    "phone_number",
    "title",
    "first_name",
    "middle_initial",
    "last_name",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "province",
    "postal_code",
    "country_code",
    "gender",
    "date_of_birth",
    "alt_phone",
    "email",
    "security_phrase",
    "comments",
    "called_count",
    "last_local_call_time",
    "rank",
    "owner",
    "entry_list_id",
];

/// Spare columns beyond one for each custom field.
const SPARE: usize = 2;

/// Answers the page.
pub(super) fn page(world: &World, viewer: &Viewer, params: &Params) -> Page {
    match params.clean("download_type", Keep::Plain).as_str() {
        "systemdnc" => numbers(world, "vicidial_dnc", None, "There are no leads in System DNC list"),
        "dnc" => {
            let group = params.clean("group_id", Keep::Code);
            let none = format!("There are no leads in Campaign DNC list: {group}");
            numbers(world, "vicidial_campaign_dnc", Some(&group), &none)
        }
        _ => leads(world, viewer, &params.clean("list_id", Keep::Code)),
    }
}

fn numbers(world: &World, table: &str, campaign: Option<&str>, none: &str) -> Page {
    let table = world.table(table);
    let found = table.select(|slot| campaign.is_none_or(|campaign| table.is(slot, "campaign_id", campaign)));
    let mut numbers: Vec<&str> = found.into_iter().map(|slot| table.get(slot, "phone_number")).collect();
    if numbers.is_empty() {
        return Page::Line(none.to_owned());
    }
    numbers.sort_unstable();
    numbers.insert(0, "phone_number");
    Page::File(numbers.iter().map(|number| format!("{number}\r\n")).collect())
}

fn leads(world: &World, viewer: &Viewer, list_id: &str) -> Page {
    let is_all = list_id == "ALL-LISTS";
    let campaign = world.campaign_of(list_id);
    if !is_all && (!world.has_list(list_id) || !viewer.sees(&campaign)) {
        return Page::Line(format!("You are not allowed to download this list: {list_id}"));
    }
    let leads = world.table("vicidial_list");
    let found = leads.select(|slot| {
        let list = leads.get(slot, "list_id");
        let is_visible = viewer.campaigns.is_none() || viewer.sees(&world.campaign_of(list));
        if is_all { is_visible } else { list == list_id }
    });
    if found.is_empty() {
        return Page::Line(format!("There are no leads in list_id: {list_id}"));
    }
    let has_fields = world.has_custom_fields() && world.table("vicidial_lists_fields").len() > 0 && !is_all;
    if has_fields && !custom::has_table(world, list_id) {
        return Page::Dead { as_file: true };
    }
    let labels = if has_fields { custom::labels(world, list_id) } else { Vec::new() };
    let places: Vec<(&str, Option<usize>)> = COLUMNS.iter().map(|name| (*name, leads.place(name))).collect();
    let mut rows = String::new();
    let mut is_any_custom = false;
    for slot in found {
        let Some(row) = leads.row(slot) else { continue };
        let mut cells = Vec::with_capacity(COLUMNS.len() + labels.len() + SPARE);
        if is_all {
            cells.push(leads.get(slot, "list_id").to_owned());
        }
        for (name, place) in &places {
            let value = place.and_then(|place| row.cells[place].as_deref()).unwrap_or_default();
            let value = viewer.value(name, value);
            cells.push(if *name == "comments" { without_breaks(&value) } else { value });
        }
        if has_fields {
            let custom = world.custom_row(list_id, leads.get(slot, "lead_id"));
            if !custom.is_empty() {
                is_any_custom = true;
                cells.extend(labels.iter().map(|label| custom.get(label).cloned().unwrap_or_default()));
                cells.extend(std::iter::repeat_n(String::new(), SPARE));
            }
        }
        rows.push_str(&cells.join("\t"));
        rows.push_str("\r\n");
    }
    let mut header: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    if is_all {
        header.insert(0, "list_id".to_owned());
    }
    let spare = if is_any_custom { labels.len() + SPARE } else { 0 };
    header.extend(labels);
    header.extend((1..=spare).map(|number| format!("custom{number}")));
    Page::File(format!("{}\r\n{rows}", header.join("\t")))
}

/// Comments with each character of a line break as the two characters `!N`.
pub(super) fn without_breaks(comments: &str) -> String {
    comments.replace(['\n', '\r'], "!N")
}
