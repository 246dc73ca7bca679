//! list_download.php: all leads of a list as they are now, and the do-not-call lists.
//!
//! Decides the columns. With custom fields on, the list's own come behind the standard ones, and as soon as one lead has
//! custom data, as many spare columns as the list has custom fields, and two more. Rows without custom data end early.

use super::custom;
use super::pages::{Page, Viewer};
use super::params::Params;
use super::table::Table;
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

/// Answers the page. What is larger than PHP's memory ends in the middle of the script, with the file announced.
pub(super) fn page(world: &World, viewer: &Viewer, params: &Params) -> Page {
    match whole(world, viewer, params) {
        Page::File(text) if world.download_bytes_max.is_some_and(|limit| text.len() > limit) => Page::Dead { as_file: true },
        page => page,
    }
}

fn whole(world: &World, viewer: &Viewer, params: &Params) -> Page {
    let group = params.clean("group_id", Keep::Code);
    let kind = params.clean("download_type", Keep::Ascii);
    let kind = if params.sent("group_id") == Some("SYSTEM_INTERNAL") { "systemdnc" } else { kind.as_str() };
    match kind {
        "systemdnc" => numbers(world, "vicidial_dnc", None, "There are no phone numbers in list: SYSTEM INTERNAL DNC"),
        "dnc" if !world.has_campaign(&group) || !viewer.sees(&group) => refused(&group),
        "dnc" => {
            let none = format!("There are no leads in Campaign DNC list: {group}");
            numbers(world, "vicidial_campaign_dnc", Some(("campaign_id", &group)), &none)
        }
        "fpgn" if world.table("vicidial_filter_phone_groups").find("filter_phone_group_id", &group).is_none() => refused(&group),
        "fpgn" => {
            let none = format!("There are no leads in this filter phone group: {group}");
            numbers(world, "vicidial_filter_phone_numbers", Some(("filter_phone_group_id", &group)), &none)
        }
        _ => leads(world, viewer, &params.clean("list_id", Keep::Code)),
    }
}

fn refused(name: &str) -> Page {
    Page::Line(format!("You are not allowed to download this list: {name}"))
}

fn numbers(world: &World, table: &str, of: Option<(&str, &str)>, none: &str) -> Page {
    let table = world.table(table);
    let found = table.select(|slot| of.is_none_or(|(column, value)| table.is(slot, column, value)));
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
    let has_fields = world.has_custom_fields() && (is_all || world.tables.keys().any(|name| name.starts_with("custom_")));
    let labels = if has_fields && !is_all { custom::labels(world, list_id) } else { Vec::new() };
    let mut rows = String::new();
    let mut spare = 0;
    for slot in found {
        let mut cells = standard_cells(leads, viewer, slot, is_all);
        if has_fields {
            let entry_list = leads.get(slot, "entry_list_id");
            let is_list = entry_list.parse::<u64>().is_ok_and(|list| list > 99);
            let own = if is_list { entry_list } else { leads.get(slot, "list_id") };
            let Some(table) = world.find_table(&format!("custom_{own}")) else {
                if is_all {
                    rows.push_str(&format!("{}\r\n", cells.join("\t")));
                    continue;
                }
                return Page::Dead { as_file: true };
            };
            if let Some(row) = table.find("lead_id", leads.get(slot, "lead_id")) {
                let columns = table.columns().iter().skip(1);
                cells.extend(columns.map(|column| custom_cell(table.get(row, &column.name))));
                cells.extend(std::iter::repeat_n(String::new(), SPARE));
                spare = table.columns().len() - 1 + SPARE;
            }
        }
        rows.push_str(&format!("{}\r\n", cells.join("\t")));
    }
    let mut header: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    if is_all {
        header.insert(0, "list_id".to_owned());
    }
    header.extend(labels);
    header.extend((1..=spare).map(|number| format!("custom{number}")));
    Page::File(format!("{}\r\n{rows}", header.join("\t")))
}

/// The standard cells of a lead. With all lists a further cell stands first, and the masks and the care for line breaks go
/// by the place: they hit the cell before the one they are meant for.
fn standard_cells(leads: &Table, viewer: &Viewer, slot: usize, is_all: bool) -> Vec<String> {
    let first = is_all.then_some("list_id");
    let names: Vec<&str> = first.into_iter().chain(COLUMNS.iter().copied()).collect();
    let cells = names.iter().enumerate().map(|(place, name)| {
        let meant = COLUMNS.get(place).copied().unwrap_or_default();
        let value = viewer.value(meant, leads.get(slot, name));
        if meant == "comments" { without_breaks(&value) } else { value }
    });
    cells.collect()
}

/// A custom value as a cell.
fn custom_cell(value: &str) -> String {
    value.replace("\r\n", "!N").replace('\n', "!N")
}

/// Comments with each character of a line break as the two characters `!N`.
pub(super) fn without_breaks(comments: &str) -> String {
    comments.replace(['\n', '\r'], "!N")
}
