//! The config's reports: what is read, and every mistake with its place.

use chrono_tz::{America, Europe};
use vicisync::config::{Report, parse};
use vicisync::diag::{Code, Diagnostic, render};
use vicisync::model::{CampaignId, Period, ReportKind};

const BASE: &str = r#"format = 1
[crm.espo]
kind = "espocrm"
site = "https://crm.example.com"
[vicidial.main]
url = "https://dialer.example.com"
user = "vicisync"
pass = "env:VICIDIAL_PASS"
zone = "America/New_York"
[vicidial.other]
url = "https://other.example.com"
user = "vicisync"
pass = "env:VICIDIAL_PASS"
zone = "America/Chicago"
[job.sales]
crm = "espo"
vicidial = "main"
mapping = "sales.toml"
"#;

const REPORT: &str = r#"[[report]]
name = "calls"
vicidial = "other"
kind = "call_dispo_report"
schedule = "5 * * * *"
csv = "calls-{date}.csv"
"#;

fn reports(text: &str) -> Vec<Report> {
    let whole = format!("{BASE}{text}");
    match parse("vicisync.toml", &whole) {
        Ok(config) => {
            assert_eq!(config.warnings.len(), usize::from(!text.contains("\"other\"")), "a VICIdial that only reports ask is in use");
            config.reports
        }
        Err(found) => panic!("{}", render::render(&found, &whole, false)),
    }
}

#[track_caller]
fn wrong(text: &str, code: Code, at: &str) -> Diagnostic {
    let whole = format!("{BASE}{text}");
    let mut found = parse("vicisync.toml", &whole).err().unwrap_or_default();
    found.retain(Diagnostic::is_error);
    assert_eq!(found.len(), 1, "{}", render::render(&found, &whole, false));
    let diagnostic = found.remove(0);
    let place = &whole[diagnostic.labels[0].0.clone()];
    assert_eq!((diagnostic.code, place), (code, at), "{}", diagnostic.message);
    diagnostic
}

/// Expects one mistake after a line's part was replaced.
#[track_caller]
fn check(before: &str, after: &str, code: Code, at: &str) -> Diagnostic {
    assert!(REPORT.contains(before), "{before}");
    wrong(&REPORT.replacen(before, after, 1), code, at)
}

#[test]
fn a_report_is_read() {
    assert_eq!(reports(""), []);
    let least = &reports(REPORT)[0];
    assert_eq!((least.name.as_str(), least.vicidial.as_str(), least.kind), ("calls", "other", ReportKind::CallDispoReport));
    assert_eq!((least.period, least.schedule.text(), least.schedule.zone()), (Period::Today, "5 * * * *", America::Chicago));
    assert!(least.campaigns.is_empty() && least.groups.is_empty() && least.users.is_empty());
    assert_eq!((least.csv.is_some(), least.jsonl.is_some(), least.metrics.is_some()), (true, false, false));

    let more = "period = \"last_hour\"\nzone = \"Europe/Berlin\"\ncampaigns = [\"SALES\"]\ngroups = [\"IN_1\"]\nusers = [\"6001\"]\n\
                jsonl = \"/var/{report}-{date}-{hour}.jsonl\"\nmetrics = \"{report}.prom\"\n";
    let agents = REPORT.replace("\"calls\"", "\"agents\"").replace("call_dispo_report", "agent_stats_export").replace("calls-", "agents-");
    let all = reports(&format!("{REPORT}{more}{agents}"));
    assert_eq!(all.iter().map(|report| report.name.as_str()).collect::<Vec<_>>(), ["calls", "agents"]);
    let whole = &all[0];
    assert_eq!((whole.period, whole.schedule.zone()), (Period::LastHour, Europe::Berlin));
    assert_eq!((&whole.campaigns, &whole.groups), (&vec![CampaignId::from("SALES")], &vec![CampaignId::from("IN_1")]));
    assert_eq!(whole.users, ["6001"]);
    assert_eq!(whole.jsonl.as_ref().unwrap().to_string(), "/var/{report}-{date}-{hour}.jsonl");
}

#[test]
fn mistakes_have_a_place_and_advice() {
    for (before, after, code, at) in [
        ("\"calls\"", "\"My calls\"", Code::BadValue, "\"My calls\""),
        ("\"other\"", "\"othr\"", Code::UnknownConnection, "\"othr\""),
        ("call_dispo_report", "call_dispo_reports", Code::BadValue, "\"call_dispo_reports\""),
        ("5 * * * *", "hourly", Code::BadSchedule, "\"hourly\""),
        ("kind =", "zone = \"Mars\"\nkind =", Code::BadZone, "\"Mars\""),
        ("kind =", "period = \"todday\"\nkind =", Code::BadValue, "\"todday\""),
        ("kind =", "period = \"this_week\"\nkind =", Code::NotYet, "\"this_week\""),
        ("kind =", "campaigns = [\"A-B\"]\nkind =", Code::BadValue, "\"A-B\""),
        ("kind =", "users = [\"6001-6002\"]\nkind =", Code::BadValue, "\"6001-6002\""),
        ("kind =", "users = \"6001\"\nkind =", Code::WrongType, "\"6001\""),
        ("kind =", "user_groups = [\"A\"]\nkind =", Code::NotYet, "user_groups"),
        ("kind =", "campaign = [\"A\"]\nkind =", Code::UnknownKey, "campaign"),
        ("{date}", "{dat}", Code::BadValue, "\"calls-{dat}.csv\""),
        ("{date}", "{campaign}", Code::BadValue, "\"calls-{campaign}.csv\""),
        ("{date}", "{date", Code::BadValue, "\"calls-{date.csv\""),
        ("{date}", "{hour}", Code::BadValue, "\"calls-{hour}.csv\""),
        ("calls-{date}.csv", "{date}/calls.csv", Code::BadValue, "\"{date}/calls.csv\""),
        ("calls-{date}.csv", "/var/reports/", Code::BadValue, "\"/var/reports/\""),
        ("calls-{date}.csv", "", Code::BadValue, "\"\""),
        ("csv =", "metrics = \"calls-{date}.prom\"\ncsv =", Code::BadValue, "\"calls-{date}.prom\""),
        ("csv =", "metrics = \"calls.txt\"\ncsv =", Code::BadValue, "\"calls.txt\""),
        ("csv =", "jsonl = \"./{report}-{date}.csv\"\ncsv =", Code::Doubled, "\"./{report}-{date}.csv\""),
    ] {
        check(before, after, code, at);
    }
    let help = |before: &str, after: &str, code, at: &str| check(before, after, code, at).help.unwrap_or_default();
    assert_eq!(help("\"other\"", "\"othr\"", Code::UnknownConnection, "\"othr\""), "did you mean `other`?");
    assert_eq!(help("{date}", "{dat}", Code::BadValue, "\"calls-{dat}.csv\""), "did you mean `{date}`?");
    assert_eq!(help("csv =", "jsnl = \"a\"\ncsv =", Code::UnknownKey, "jsnl"), "did you mean `jsonl`?");
}

#[test]
fn what_a_function_does_not_take_is_refused() {
    let agents = REPORT.replace("call_dispo_report", "agent_stats_export");
    wrong(&format!("{agents}groups = [\"IN\"]\n"), Code::BadValue, "groups");
    let stats = REPORT.replace("call_dispo_report", "call_status_stats");
    wrong(&format!("{stats}users = [\"6001\"]\n"), Code::BadValue, "users");
}

#[test]
fn a_report_writes_somewhere_and_alone() {
    let no_output = wrong(&REPORT.replace("csv = \"calls-{date}.csv\"\n", ""), Code::MissingKey, "[[report]]");
    assert!(no_output.message.contains("writes no file"));
    let again = REPORT.replace("calls-{date}.csv", "more-{date}.csv");
    wrong(&format!("{REPORT}{again}"), Code::Doubled, "\"calls\"");
    let same_file = REPORT.replace("\"calls\"", "\"more\"");
    let diagnostic = wrong(&format!("{REPORT}{same_file}"), Code::Doubled, "\"calls-{date}.csv\"");
    assert_eq!(diagnostic.labels.len(), 2, "the first one is shown too");
    // The name in the file's own makes them two.
    reports(&format!("{REPORT}{same_file}").replace("calls-{date}", "{report}-{date}"));
    wrong(&REPORT.replace("[[report]]", "[report]"), Code::WrongType, "report");
}

#[test]
fn the_manuals_example_is_read_and_names_every_kind_and_period() {
    let manual = include_str!("../../docs/reports.md");
    let example = manual.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let report = &reports(&example.replace("\"main\"", "\"other\""))[0];
    assert_eq!((report.kind, report.period), (ReportKind::CallDispoReport, Period::Today));
    let reference = include_str!("../../docs/reference/config.md");
    for word in ReportKind::ALL.map(ReportKind::name) {
        assert!(manual.contains(word) && reference.contains(&format!("`{word}`: ")), "{word}");
    }
    for (word, _) in Period::WORDS {
        assert!(reference.contains(&format!("`{word}`: ")), "{word}");
    }
    // The commented example of the config is one too.
    let commented = include_str!("../../config/vicisync.example.toml").lines().skip_while(|line| *line != "#[[report]]");
    let example: String = commented.map(|line| format!("{}\n", line.trim_start_matches('#'))).collect();
    assert_eq!(reports(&example.replace("\"main\"", "\"other\"")).len(), 1);
}
