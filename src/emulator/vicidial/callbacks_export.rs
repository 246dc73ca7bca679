//! callbacks_export.php: the scheduled callbacks in a range of days, as quoted CSV.
//!
//! Decides what is in range. With nothing to list the page gives its form, a whole HTML page. Once an archive of leads
//! exists, a callback whose lead is not in the lead table makes the page die.

use super::pages::{Page, Viewer};
use super::params::Params;
use super::text::Keep;
use super::world::World;

/// The form is as long as the real one, so that a client that reads it as a file has something to read.
const FORM_BYTES: usize = 55_001;
const HEADER: &str = "\"LEAD ID\",\"PHONE NUMBER\",\"CALLBACK STATUS\",\"CREATED BY USER\",\"CALLBACK ENTRY TIME\",\"SCHEDULED \
                      CALLBACK TIME\",\"NOTES\"\n";

/// Answers the page.
pub(super) fn page(world: &World, viewer: &Viewer, params: &Params) -> Page {
    let today = world.now().local[..10].to_owned();
    let or_today = |name: &str| Some(params.clean(name, Keep::Date)).filter(|date| date.len() == 10);
    let from = format!("{} 00:00:00", or_today("query_date").unwrap_or_else(|| today.clone()));
    let to = format!("{} 23:59:59", or_today("end_date").unwrap_or(today));
    let groups = params.all("cb_groups");
    let is_all = groups.iter().any(|group| group == "ALL" || group == "--ALL--");
    let callbacks = world.table("vicidial_callbacks");
    let leads = world.table("vicidial_list");
    let found = callbacks.select(|slot| {
        let campaign = callbacks.get(slot, "campaign_id");
        let time = callbacks.get(slot, "callback_time");
        (is_all || groups.iter().any(|group| group == campaign)) && viewer.sees(campaign) && time >= from.as_str() && time <= to.as_str()
    });
    let mut rows = Vec::new();
    for slot in found {
        let own = |name: &str| callbacks.get(slot, name);
        let Some(lead) = leads.find("lead_id", own("lead_id")) else {
            if world.find_table("vicidial_list_archive").is_some() {
                return Page::Dead { as_file: false };
            }
            continue;
        };
        let cells = [
            own("lead_id"),
            leads.get(lead, "phone_number"),
            own("status"),
            own("user"),
            own("entry_time"),
            own("callback_time"),
            own("comments"),
        ];
        rows.push((own("callback_time"), cells.map(|cell| format!("\"{cell}\"")).join(",")));
    }
    if rows.is_empty() || params.sent("file_download").is_none() {
        return Page::Html(form(&viewer.user));
    }
    rows.sort_by(|left, right| left.0.cmp(right.0));
    let rows: String = rows.into_iter().map(|(_, row)| format!("{row}\n")).collect();
    Page::File(format!("{HEADER}{rows}"))
}

/// A page that starts and is as long as the form of the real one; the rest of it no client has a use for.
fn form(user: &str) -> String {
    let start = format!(
        "<html>\n<head>\n<META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=utf-8\">\n<script \
         language=\"JavaScript\" src=\"calendar_db.js\"></script>\n<link rel=\"stylesheet\" href=\"calendar.css\">\n\
         <title>ADMINISTRATION: Callbacks Export</title>\n</head>\n<body>{user}\n"
    );
    let end = "</body>\n</html>\n";
    let filler = "<!-- form -->\n".repeat(FORM_BYTES / 14);
    let room = FORM_BYTES.saturating_sub(start.len() + end.len());
    format!("{start}{}{end}", &filler[..room])
}
