//! Reads the reports: `[[report]]`, what each counts, when, and into which files.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use crate::diag::{Code, Item, Place, Sink, Table};
use crate::model::{CampaignId, Period, ReportKind};
use crate::report::{FileName, Placeholder, WrongName};
use crate::schedule::Schedule;

use super::connection::{Connections, VicidialConnection, campaign_list};
use super::job;

/// One report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// The VICIdial connection.
    pub vicidial: String,
    /// Which function of VICIdial counts.
    pub kind: ReportKind,
    /// When it is made.
    pub schedule: Schedule,
    /// Of what time, by the server's clock.
    pub period: Period,
    /// Campaigns; with `groups` empty too, all.
    pub campaigns: Vec<CampaignId>,
    /// In-groups.
    pub groups: Vec<CampaignId>,
    /// Agents; none for all.
    pub users: Vec<String>,
    /// The file as CSV.
    pub csv: Option<FileName>,
    /// The file as JSON lines.
    pub jsonl: Option<FileName>,
    /// The file for Prometheus.
    pub metrics: Option<FileName>,
}

/// Files that reports write, with the place of the first that names each.
type Files = BTreeMap<String, (String, Place)>;

pub(super) fn reports(root: &Table<'_, '_>, vicidials: &Connections<VicidialConnection>) -> (Vec<Report>, BTreeSet<String>) {
    let tables = root.get("report").and_then(|item| item.tables()).unwrap_or_default();
    let mut names: BTreeMap<String, Place> = BTreeMap::new();
    let mut files = Files::new();
    let mut used = BTreeSet::new();
    let mut reports = Vec::new();
    for table in &tables {
        let vicidial = table.need("vicidial").and_then(|item| job::connection(&item, "vicidial", vicidials));
        used.extend(vicidial.clone());
        reports.extend(report(table, vicidial, vicidials, &mut names, &mut files));
    }
    (reports, used)
}

fn report(
    table: &Table<'_, '_>,
    vicidial: Option<String>,
    vicidials: &Connections<VicidialConnection>,
    names: &mut BTreeMap<String, Place>,
    files: &mut Files,
) -> Option<Report> {
    let sink = table.sink();
    let name = table.need("name").and_then(|item| name(sink, &item, names));
    let kinds = ReportKind::ALL.map(|kind| (kind.name(), kind));
    let kind = table.need("kind").and_then(|item| item.word(&kinds));
    let own_zone = table.get("zone").map(|item| item.zone());
    let dialer_zone = vicidial.as_deref().and_then(|name| vicidials.get(name)).flatten().map(|connection| connection.zone);
    // With a zone that is wrong the expression is still checked.
    let zone = own_zone.unwrap_or(dialer_zone).unwrap_or(Tz::UTC);
    let schedule = table.need("schedule").and_then(|item| job::expression(&item, zone));
    let period = table.get("period").map_or(Some(Period::Today), |item| item.word(&Period::WORDS));
    let campaigns = table.get("campaigns").map(|item| campaign_list(&item)).unwrap_or_default();
    let groups = places(table, kind);
    let users = users(table, kind);
    let mut file = |key: &str| table.get(key).map(|item| file_name(sink, &item, name.as_deref(), period, files));
    let (csv, jsonl, metrics) = (file("csv"), file("jsonl"), file("metrics"));
    if csv.is_none() && jsonl.is_none() && metrics.is_none() {
        let message = format!("the report {}writes no file", name.as_deref().map(|name| format!("`{name}` ")).unwrap_or_default());
        let help = "say where it goes: csv = \"FILE\", jsonl = \"FILE\" or metrics = \"FILE.prom\"";
        sink.report(sink.at(Code::MissingKey, table.place(), message).help(help));
    }
    table.finish();
    // A file with a mistake in its name is not left out.
    let whole = |file: Option<Option<FileName>>| file.map_or(Some(None), |name| name.map(Some));
    Some(Report {
        name: name?,
        vicidial: vicidial?,
        kind: kind?,
        schedule: schedule?,
        period: period?,
        campaigns,
        groups,
        users,
        csv: whole(csv)?,
        jsonl: whole(jsonl)?,
        metrics: whole(metrics)?,
    })
}

/// Names stand in the state, in commands and in metrics.
fn name(sink: &Sink, item: &Item<'_, '_>, names: &mut BTreeMap<String, Place>) -> Option<String> {
    let name = item.filled()?;
    let is_name = name.len() <= 32
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-'));
    if !is_name {
        item.wrong(Code::BadValue, format!("`{name}` cannot be a name"), "use 1 to 32 small letters, digits, `-` or `_`");
        return None;
    }
    if let Some(first) = names.insert(name.clone(), item.place()) {
        let message = format!("there are two reports `{name}`");
        sink.report(sink.at(Code::Doubled, item.place(), message).and(first, "the first one").help("give one of them another name"));
        return None;
    }
    Some(name)
}

fn places(table: &Table<'_, '_>, kind: Option<ReportKind>) -> Vec<CampaignId> {
    let Some(item) = table.get("groups") else { return Vec::new() };
    match kind {
        Some(kind @ ReportKind::AgentStatsExport) => {
            item.wrong_key(Code::BadValue, format!("`{kind}` does not count by in-group"), "take the line out");
            Vec::new()
        }
        Some(ReportKind::CallStatusStats | ReportKind::CallDispoReport) | None => campaign_list(&item),
    }
}

/// VICIdial takes them joined by `-`.
fn users(table: &Table<'_, '_>, kind: Option<ReportKind>) -> Vec<String> {
    let Some(item) = table.get("users") else { return Vec::new() };
    if let Some(kind @ ReportKind::CallStatusStats) = kind {
        item.wrong_key(
            Code::BadValue,
            format!("`{kind}` does not count by agent"),
            "take the line out, or use kind = \"call_dispo_report\"",
        );
        return Vec::new();
    }
    let mut users = Vec::new();
    for entry in item.list().unwrap_or_default() {
        let Some(user) = entry.text() else { continue };
        if (1..=20).contains(&user.len()) && user.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            users.push(user);
        } else {
            let help = "write the user id as VICIdial shows it: 1 to 20 letters, digits or `_`";
            entry.wrong(Code::BadValue, format!("`{user}` cannot be an agent"), help);
        }
    }
    users
}

fn file_name(sink: &Sink, item: &Item<'_, '_>, report: Option<&str>, period: Option<Period>, files: &mut Files) -> Option<FileName> {
    let text = item.filled()?;
    let words = Placeholder::WORDS.map(|(word, _)| format!("{{{word}}}")).join(", ");
    let wrong = |message: String, help: &str| {
        item.wrong(Code::BadValue, message, help);
        None
    };
    let name = match FileName::parse(text.trim()) {
        Ok(name) => name,
        Err(WrongName::NoFile) => {
            return wrong(format!("`{}` is not the name of a file", item.path()), "write a path to a file, not to a folder");
        }
        Err(WrongName::Brace) => {
            return wrong(format!("`{}` has a brace without its partner", item.path()), &format!("placeholders are {words}"));
        }
        Err(WrongName::Unknown(word)) => {
            let known = Placeholder::WORDS.map(|(word, _)| word);
            let help = crate::diag::suggest::closest(&word, known)
                .map_or_else(|| format!("placeholders are {words}"), |word| format!("did you mean `{{{word}}}`?"));
            return wrong(format!("there is no placeholder `{{{word}}}`"), &help);
        }
        Err(WrongName::Folder) => {
            let help = "write placeholders into the file's name only; vicisync makes no folders";
            return wrong(format!("`{}` has a placeholder in its folder", item.path()), help);
        }
    };
    let placeholders = name.placeholders();
    let is_hourly = matches!(period, Some(Period::LastHour) | None);
    if placeholders.contains(&Placeholder::Hour) && !is_hourly {
        return wrong("`{hour}` says nothing of a whole day".to_owned(), "take it out, or write period = \"last_hour\"");
    }
    if item.key == "metrics" {
        if placeholders.iter().any(|placeholder| *placeholder != Placeholder::Report) {
            let help = "take `{date}` and `{hour}` out: the collector reads every file of its folder, old ones too";
            return wrong("a file of metrics must be the same one each time".to_owned(), help);
        }
        if !text.trim().ends_with(".prom") {
            return wrong("a file of metrics must end with `.prom`".to_owned(), "write .prom: the node exporter reads no other file");
        }
    }
    let path = name.of_report(report.unwrap_or_default());
    if let Some((first, place)) = files.get(&path) {
        let diagnostic = sink.at(Code::Doubled, item.place(), format!("`{path}` is written twice"));
        sink.report(diagnostic.and(place.clone(), format!("the first time, as {first}")).help("give each output a file of its own"));
        return None;
    }
    files.insert(path, (item.key.clone(), item.place()));
    Some(name)
}
