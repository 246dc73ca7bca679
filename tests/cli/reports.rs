//! Reports: by hand and by the daemon's schedule, into files; what a failure leaves; a refused login is tried once.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use vicisync::emulator::fault::{Class, Fault, Script};
use vicisync::emulator::vicidial::CallSpec;

use crate::rig::{Rig, until};

const DISPOSITIONS: &str = r#"[[report]]
name = "dispositions"
vicidial = "main"
kind = "call_dispo_report"
schedule = "* * * * * *"
csv = "dispositions-{date}.csv"
jsonl = "dispositions.jsonl"
metrics = "dispositions.prom"
"#;

const HOURS: &str = r#"[[report]]
name = "hours"
vicidial = "main"
kind = "call_status_stats"
schedule = "5 * * * *"
csv = "hours.csv"
"#;

/// A rig with leads, a few calls of today, and reports of these tables; `job` is added to the job.
fn rig(job: &str, reports: &str) -> Rig {
    let rig = Rig::pushed(20);
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), &format!("{job}\n{reports}"));
    for (lead, status) in rig.vicidial.leads().iter().zip(["NI", "NI", "SALE", "NA"]) {
        call(&rig, lead.lead_id, status);
    }
    rig
}

fn call(rig: &Rig, lead: u64, status: &str) {
    rig.vicidial.with_world(|world| world.call(lead, CallSpec { seconds: 1, ..CallSpec::answered("6001", status, 1) })).unwrap();
}

fn read(rig: &Rig, name: &str) -> String {
    fs::read_to_string(rig.path(name)).unwrap_or_default()
}

/// The name of the one file that begins and ends so.
fn dated(rig: &Rig, start: &str, end: &str) -> String {
    let names = fs::read_dir(rig.dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: Vec<String> = names.filter(|name| name.starts_with(start) && name.ends_with(end)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// Status and calls of each row of JSON lines.
fn counts(text: &str) -> Vec<(String, u64)> {
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        (row["status"].as_str().unwrap().to_owned(), row["calls"].as_u64().unwrap())
    };
    text.lines().map(row).collect()
}

fn failed_logins(rig: &Rig) -> String {
    let rows = rig.vicidial.with_world(|world| world.rows("vicidial_users"));
    let user = rows.into_iter().find(|row| row["user"].as_deref() == Some("apiuser")).unwrap();
    user["failed_login_count"].clone().unwrap_or_default()
}

#[test]
fn reports_by_hand_write_their_files() {
    let rig = rig("", &format!("{DISPOSITIONS}{HOURS}"));
    let ran = rig.run(&["report"]).expect(0);
    assert!(ran.out.contains("dispositions.jsonl") && ran.out.contains("hours.csv"), "{}", ran.out);
    let csv = read(&rig, &dated(&rig, "dispositions-20", ".csv"));
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!((lines[0], lines.len()), ("from,until,campaign,status,calls,percent", 5), "{csv}");
    assert!(lines[2].ends_with(",TESTCAMP,NI,2,50"), "{csv}");
    let expected = [("NA".to_owned(), 1), ("NI".to_owned(), 2), ("SALE".to_owned(), 1)];
    assert_eq!(counts(&read(&rig, "dispositions.jsonl")), expected);
    let metrics = read(&rig, "dispositions.prom");
    assert!(metrics.contains("vicisync_calls{report=\"dispositions\",campaign=\"TESTCAMP\",status=\"NI\"} 2\n"), "{metrics}");
    assert!(metrics.contains("vicisync_report_up{report=\"dispositions\"} 1\n"), "{metrics}");
    assert!(read(&rig, "hours.csv").contains(",TESTCAMP,all,,4\r\n"));
    for name in ["dispositions.jsonl", "dispositions.prom", "hours.csv"] {
        assert_eq!(fs::metadata(rig.path(name)).unwrap().permissions().mode() & 0o777, 0o640, "{name}");
    }
    let leftovers =
        fs::read_dir(rig.dir.path()).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().ends_with(".new"));
    assert_eq!(leftovers.count(), 0);

    let status = rig.run(&["status"]).expect(0).out;
    assert!(status.contains("report dispositions (call_dispo_report of main)") && status.contains("3 rows"), "{status}");
    let json = rig.run(&["status", "--json"]).expect(0).json();
    assert_eq!((&json["reports"][1]["report"], &json["reports"][1]["failure"]), (&Value::from("hours"), &Value::Null));
    assert!(json["reports"][0]["last_good"].is_string());
    assert!(!rig.run(&["status", "sales"]).expect(0).out.contains("report dispositions"));
    let checked = rig.run(&["check", "--live"]);
    assert!(checked.out.contains("reports: dispositions, hours") && checked.out.contains("may use `call_status_stats`"), "{}", checked.out);
}

#[test]
fn another_day_and_stdout_leave_the_metrics_alone() {
    let rig = rig("", &format!("{DISPOSITIONS}{HOURS}"));
    let ran = rig.run(&["report", "dispositions", "--stdout"]).expect(0).says("3 rows");
    assert!(ran.out.starts_with("from,until,campaign,status,calls,percent\r\n") && ran.out.contains(",NI,2,50\r\n"), "{}", ran.out);
    assert_eq!(read(&rig, "dispositions.jsonl"), "", "no file is written");
    assert!(rig.run(&["status"]).expect(0).out.contains("last good (never)"));
    rig.run(&["report", "dispositions"]).expect(0);
    let metrics = read(&rig, "dispositions.prom");
    let ran = rig.run(&["report", "dispositions", "--day", "2026-01-31"]).expect(0);
    assert!(ran.out.contains("2026-01-31 00:00:00 to 2026-01-31 23:59:59, 0 rows"), "{}", ran.out);
    assert_eq!(read(&rig, "dispositions-2026-01-31.csv"), "from,until,campaign,status,calls,percent\r\n");
    assert_eq!(read(&rig, "dispositions.prom"), metrics);
    let json = rig.run(&["report", "--json", "--since", "2d", "dispositions", "--stdout"]).expect(0).json();
    assert_eq!(json["reports"][0]["rows"].as_array().unwrap().len(), 3);

    rig.run(&["report", "--stdout"]).expect(2).says("prints one report");
    rig.run(&["report", "nothing"]).expect(2).says("its reports are: dispositions, hours");
    rig.run(&["report", "--day", "tomorrow"]).expect(2).says("no day up to today");
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "");
    rig.run(&["report"]).expect(2).says("docs/reports.md");
}

#[test]
fn a_failure_is_seen_in_status_and_metrics_until_it_is_over() {
    let rig = rig("", DISPOSITIONS);
    rig.run(&["report"]).expect(0);
    let good = read(&rig, "dispositions.prom");
    rig.vicidial.with_world(|world| world.set_user("apiuser", &[("view_reports", "0")]));
    rig.run(&["report"]).expect(2).says("`view_reports`");
    let up = |value| format!("vicisync_report_up{{report=\"dispositions\"}} {value}\n");
    assert_eq!(read(&rig, "dispositions.prom"), good.replace(&up(1), &up(0)), "the last numbers stay");
    rig.run(&["report"]).expect(2);
    let status = rig.run(&["status"]).expect(0).out;
    assert!(status.contains("FAILED 2 times: main: the API user may not use `call_dispo_report`"), "{status}");
    rig.vicidial.with_world(|world| world.set_user("apiuser", &[("view_reports", "1")]));
    rig.vicidial.script(Script::new().every(Class::Any, Fault::Html));
    rig.run(&["report"]).expect(75);
    rig.vicidial.script(Script::new());
    rig.run(&["report"]).expect(0);
    assert!(read(&rig, "dispositions.prom").contains(&up(1)));
    assert!(!rig.run(&["status"]).expect(0).out.contains("FAILED"));
}

#[test]
fn a_folder_that_is_not_there_is_said_before_and_after() {
    let rig = rig("", &DISPOSITIONS.replace("dispositions.jsonl", "none/d.jsonl"));
    rig.run(&["check"]).expect(0).says("there is no folder").says("install -d");
    rig.run(&["report"]).expect(2).says("cannot be written");
    fs::create_dir(rig.path("none")).unwrap();
    rig.run(&["report"]).expect(0);
}

#[test]
fn a_wrong_password_of_a_report_is_tried_once() {
    let rig = rig("", &format!("{DISPOSITIONS}{HOURS}"));
    rig.secret("vicidial.pass", "wrong-password");
    let ran = rig.run(&["report"]).expect(2);
    assert!(!ran.err.contains("wrong-password") && !ran.out.contains("wrong-password"));
    assert_eq!(failed_logins(&rig), "1", "two reports, one login");
    let before = rig.requests();
    rig.run(&["report"]).expect(2).says("is not tried again");
    rig.run(&["report", "hours", "--stdout"]).expect(2).says("is not tried again");
    rig.run(&["sync"]).expect(2).says("is not tried again");
    assert_eq!(rig.requests(), before, "nothing is sent, by reports or jobs");
    assert!(rig.run(&["status"]).expect(0).out.matches("STOPPED").count() == 3);
    rig.secret("vicidial.pass", "apipass");
    rig.run(&["report"]).expect(0);
    assert!(!rig.run(&["status"]).expect(0).out.contains("STOPPED"));

    // A wrong login to stdout is kept too.
    rig.secret("vicidial.pass", "other-password");
    rig.run(&["report", "hours", "--stdout"]).expect(2);
    assert_eq!(failed_logins(&rig), "1");
    rig.run(&["report"]).expect(2).says("is not tried again");
    assert_eq!(failed_logins(&rig), "1");
}

#[test]
fn the_daemon_makes_reports_on_schedule_beside_its_jobs() {
    let rig = rig("schedule = \"* * * * * *\"", DISPOSITIONS);
    let mut daemon = rig.spawn(&["run"]);
    let lead = rig.vicidial.leads()[4].clone();
    until("the first report", || counts(&read(&rig, "dispositions.jsonl")).contains(&("NI".to_owned(), 2)));
    call(&rig, lead.lead_id, "NI");
    until("the next report", || counts(&read(&rig, "dispositions.jsonl")).contains(&("NI".to_owned(), 3)));
    // A report that hangs makes no job wait.
    rig.vicidial.script(Script::new().every(Class::Function("call_dispo_report".to_owned()), Fault::Stall { ms: 600_000 }));
    std::thread::sleep(std::time::Duration::from_millis(1500));
    rig.edit(&lead.source_id, serde_json::json!({ "lastName": "Beside" }));
    until("the job's work", || rig.vicidial.with_world(|world| world.lead(lead.lead_id)).unwrap().last_name == "Beside");
    daemon.signal("TERM");
    let ran = daemon.wait().expect(0).says("report ended").says("run ended");
    assert!(!ran.err.contains("Agent"), "no name of an agent stands in the log");
    let leftovers =
        fs::read_dir(rig.dir.path()).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().ends_with(".new"));
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn in_the_daemon_a_password_that_changed_stops_jobs_and_reports_together() {
    let rig = rig("schedule = \"* * * * * *\"", &format!("{DISPOSITIONS}{}", HOURS.replace("5 * * * *", "* * * * * *")));
    let mut daemon = rig.spawn(&["run"]);
    until("the first report", || !read(&rig, "hours.csv").is_empty());
    rig.vicidial.with_world(|world| world.set_user("apiuser", &[("pass", "another")]));
    let up = |value: u8| read(&rig, "dispositions.prom").contains(&format!("vicisync_report_up{{report=\"dispositions\"}} {value}\n"));
    until("the report that is down", || up(0));
    let failed = failed_logins(&rig);
    // One of a job and one of a report may be under way when the password changes; none is sent after.
    assert!(["1", "2"].contains(&failed.as_str()), "{failed}");
    let before = rig.vicidial.requests();
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!((failed_logins(&rig), rig.vicidial.requests()), (failed, before));
    // The mended secret is read without a restart, by the job, and the reports follow.
    rig.secret("vicidial.pass", "another");
    until("the report that is up again", || up(1));
    fs::remove_file(rig.path("dispositions.jsonl")).unwrap();
    until("the report after it", || !read(&rig, "dispositions.jsonl").is_empty());
    assert_eq!(failed_logins(&rig), "0");
    daemon.signal("TERM");
    let ran = daemon.wait().expect(0).says("the credentials changed").says("the report is well again");
    assert!(!ran.err.contains("another\""));
}
