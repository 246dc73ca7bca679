//! Configs: what is read, and what is said about mistakes.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::{America, Europe};
use vicisync::config::{Brakes, Config, DatabaseConnection, DatabaseTls, NonLatin, SecretRef, parse};
use vicisync::diag::{Code, Diagnostic};
use vicisync::model::{Blackout, CampaignId, JobName};

const EXAMPLE: &str = include_str!("../../config/vicisync.example.toml");

const LEAST: &str = r#"
format = 1
[crm.espo]
kind = "espocrm"
site = "https://crm.example.com"
[vicidial.main]
url = "https://dialer.example.com/"
user = "vicisync"
pass = "env:VICIDIAL_PASS"
zone = "America/New_York"
[job.sales]
crm = "espo"
vicidial = "main"
mapping = "sales.toml"
"#;

fn config(text: &str) -> Config {
    match parse("vicisync.toml", text) {
        Ok(config) => config,
        Err(found) => panic!("{}", vicisync::diag::render::render(&found, text, false)),
    }
}

fn clean(text: &str) -> Config {
    let config = config(text);
    assert_eq!(config.warnings, []);
    config
}

#[track_caller]
fn only(text: &str) -> (Code, String, Diagnostic) {
    let found = parse("vicisync.toml", text).err().unwrap_or_default();
    assert_eq!(found.len(), 1, "{}", vicisync::diag::render::render(&found, text, false));
    let place = found[0].labels[0].0.clone();
    (found[0].code, text[place].to_owned(), found[0].clone())
}

/// Replaces a line's part in the least config and expects one mistake at `at`.
#[track_caller]
fn check(before: &str, after: &str, code: Code, at: &str) -> Diagnostic {
    assert!(LEAST.contains(before), "{before}");
    let (found, place, diagnostic) = only(&LEAST.replacen(before, after, 1));
    assert_eq!((found, place.as_str()), (code, at), "{}", diagnostic.message);
    diagnostic
}

#[test]
fn the_example_is_read_whole() {
    let config = clean(EXAMPLE);
    let crm = &config.crms["espo"];
    assert_eq!((crm.name.as_str(), crm.kind.as_str(), crm.site.as_str()), ("espo", "espocrm", "https://crm.example.com"));
    assert_eq!(crm.secrets["api_key"], SecretRef::File(PathBuf::from("/etc/vicisync/espo.key")));
    assert_eq!(crm.options["activity_key_field"], "cDialerKey");
    let vicidial = &config.vicidials["main"];
    assert_eq!((vicidial.user.as_str(), vicidial.concurrency, vicidial.use_non_latin), ("vicisync", 8, NonLatin::Unknown));
    assert_eq!(vicidial.pass, SecretRef::File(PathBuf::from("/etc/vicisync/vicidial.pass")));
    assert_eq!(vicidial.campaigns, [CampaignId::from("TESTCAMP")]);
    assert_eq!(vicidial.blackout.len(), 1);
    let job = &config.jobs[0];
    assert_eq!((&job.name, job.crm.as_str(), job.vicidial.as_str()), (&JobName::from("sales"), "espo", "main"));
    assert_eq!((job.mapping.to_str(), job.zone), (Some("mappings/sales.toml"), America::New_York));
    assert_eq!((job.schedule.text(), job.full_schedule.text()), ("*/2 * * * *", "0 3 * * *"));
    assert_eq!((job.settle, job.brakes), (Duration::from_secs(120), Brakes::default()));
}

#[test]
fn what_is_left_out_has_a_default() {
    let (least, example) = (clean(LEAST), clean(EXAMPLE));
    let (mine, other) = (&least.jobs[0], &example.jobs[0]);
    assert_eq!(
        (&mine.schedule, &mine.full_schedule, mine.settle, mine.brakes),
        (&other.schedule, &other.full_schedule, other.settle, other.brakes)
    );
    let vicidial = &least.vicidials["main"];
    assert_eq!((vicidial.url.as_str(), vicidial.concurrency), ("https://dialer.example.com", 8));
    assert!(vicidial.campaigns.is_empty() && vicidial.groups.is_empty());
}

#[test]
fn what_is_written_is_what_counts() {
    let more = "may_delete = true\nzone = \"Europe/Berlin\"\nschedule = \"*/5 8-20 * * mon-fri\"\nfull_schedule = \"0 30 4 * * *\"\nsettle_s = 300\n\
                [job.sales.brakes]\ncreates = 5\nupdates = 6\ndeactivates = 0\ndeactivates_share = 1\nmoves = 8\npatches = 9\ndeletes = 10\n";
    let job = &clean(&format!("{LEAST}{more}")).jobs[0];
    assert_eq!((job.zone, job.schedule.zone(), job.full_schedule.zone()), (Europe::Berlin, Europe::Berlin, Europe::Berlin));
    assert_eq!((job.schedule.text(), job.full_schedule.text()), ("*/5 8-20 * * mon-fri", "0 30 4 * * *"));
    assert_eq!(job.settle, Duration::from_secs(300));
    assert_eq!(
        job.brakes,
        Brakes { creates: 5, updates: 6, deactivates: 0, deactivates_share: 1.0, moves: 8, patches: 9, deletes: 10, contacts: 50 }
    );
    let least = &clean(LEAST).jobs[0];
    assert_eq!((job.may_delete, least.may_delete, least.brakes.deletes), (true, false, 0), "nothing is deleted by chance");
}

#[test]
fn blackouts_are_times_of_the_servers_day() {
    let text = LEAST.replace("zone =", "blackout = [\"2:00-03:30\", \"23:50 - 00:20\", \"22:00-24:00\"]\nzone =");
    let time = |hour, minute| chrono::NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    let window = |begin, end| Blackout { begin, end };
    let expected = [window(time(2, 0), time(3, 30)), window(time(23, 50), time(0, 20)), window(time(22, 0), time(0, 0))];
    assert_eq!(clean(&text).vicidials["main"].blackout, expected);
    assert_eq!(clean(LEAST).vicidials["main"].blackout, []);
    let found = check("zone =", "blackout = [\"02:00\"]\nzone =", Code::BadValue, "\"02:00\"");
    assert!(found.help.is_some_and(|help| help.contains("23:50-00:20")));
}

#[test]
fn jobs_keep_the_order_of_the_text() {
    let more = "[job.apple]\ncrm = \"espo\"\nvicidial = \"main\"\nmapping = \"a.toml\"\n";
    let names: Vec<_> = clean(&format!("{LEAST}{more}")).jobs.into_iter().map(|job| job.name.0).collect();
    assert_eq!(names, ["sales", "apple"]);
}

#[test]
fn secrets_in_plain_text_are_refused_and_not_repeated() {
    let diagnostic = check("env:VICIDIAL_PASS", "hunter2", Code::PlainSecret, "\"hunter2\"");
    assert!(!diagnostic.message.contains("hunter2") && !diagnostic.help.unwrap().contains("hunter2"));
    let text = LEAST.replace("env:VICIDIAL_PASS", "hüñter2").replace("main\"\nmapping", "mein\"\nmapping");
    let drawn = vicisync::diag::render::render(&parse("vicisync.toml", &text).unwrap_err(), &text, false);
    assert!(drawn.contains("pass = *****") && drawn.contains("mein") && !drawn.contains("ter2"), "{drawn}");
    check("env:VICIDIAL_PASS", "http://x", Code::PlainSecret, "\"http://x\"");
    check("env:VICIDIAL_PASS", "env:", Code::BadValue, "\"env:\"");
    check("env:VICIDIAL_PASS", "env:MY PASS", Code::BadValue, "\"env:MY PASS\"");
    check("env:VICIDIAL_PASS", "credential:../x", Code::BadValue, "\"credential:../x\"");
    let config = clean(&LEAST.replace("env:VICIDIAL_PASS", "credential:vicidial-pass"));
    assert_eq!(config.vicidials["main"].pass, SecretRef::Credential("vicidial-pass".to_owned()));
    let (code, place, _) = only(&LEAST.replace("[vicidial.main]", "secrets = { api_key = \"abc\" }\n[vicidial.main]"));
    assert_eq!((code, place.as_str()), (Code::PlainSecret, "\"abc\""));
}

#[test]
fn addresses() {
    for address in
        ["crm.example.com", "ftp://crm.example.com", "https://", "crm", "https://crm.example.com/?a=b", "https://crm.example.com/#a"]
    {
        check("https://crm.example.com", address, Code::BadUrl, &format!("\"{address}\""));
    }
    let diagnostic = check(
        "https://crm.example.com",
        "https://ann:hunter2@crm.example.com",
        Code::PlainSecret,
        "\"https://ann:hunter2@crm.example.com\"",
    );
    assert!(!diagnostic.message.contains("hunter2"));
    for (address, warns) in [
        ("http://crm.example.com", true),
        ("http://192.0.2.7:8080/espo", true),
        ("http://127.0.0.1:8080", false),
        ("http://[::1]", false),
        ("http://localhost", false),
    ] {
        let config = config(&LEAST.replace("https://crm.example.com", address));
        let codes: Vec<_> = config.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes, if warns { vec![Code::PlainHttp] } else { vec![] }, "{address}");
        assert_eq!(config.crms["espo"].site, address);
    }
}

#[test]
fn connections_that_are_not_there_and_those_that_nobody_uses() {
    let diagnostic = check("crm = \"espo\"", "crm = \"expo\"", Code::UnknownConnection, "\"expo\"");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `espo`?"));
    let spare = "[crm.spare]\nkind = \"espocrm\"\nsite = \"https://spare.example.com\"\n";
    let config = config(&format!("{LEAST}{spare}"));
    let warnings: Vec<_> = config.warnings.iter().map(|warning| (warning.code, warning.message.clone())).collect();
    assert_eq!(warnings, [(Code::UnusedConnection, "no job uses the connection `crm.spare`".to_owned())]);
    // A connection with a mistake of its own is known all the same.
    check("zone = \"America/New_York\"", "zone = \"New York\"", Code::BadZone, "\"New York\"");
}

#[test]
fn kinds_of_crm() {
    check("\"espocrm\"", "\"hubspot\"", Code::NotYet, "\"hubspot\"");
    let diagnostic = check("\"espocrm\"", "\"espo_crm2\"", Code::BadValue, "\"espo_crm2\"");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `espocrm`?"));
    let config = clean(&LEAST.replace("kind = \"espocrm\"", "kind = \"ours\"\nconnector = \"ours.toml\""));
    assert_eq!(config.crms["espo"].connector, Some(PathBuf::from("ours.toml")));
}

#[test]
fn values_out_of_bounds() {
    for (line, code, at) in [
        ("concurrency = 0", Code::BadValue, "0"),
        ("concurrency = 9", Code::BadValue, "9"),
        ("concurrency = -1", Code::BadValue, "-1"),
        ("concurrency = \"4\"", Code::WrongType, "\"4\""),
        ("concurrency = 1.5", Code::WrongType, "1.5"),
        ("blackout = \"02:00-03:30\"", Code::WrongType, "\"02:00-03:30\""),
        ("blackout = [\"02:00\"]", Code::BadValue, "\"02:00\""),
        ("blackout = [\"01:00-02:00\", \"2:60-3:30\"]", Code::BadValue, "\"2:60-3:30\""),
        ("blackout = [\"2-3\"]", Code::BadValue, "\"2-3\""),
        ("blackout = [\"02:00-25:00\"]", Code::BadValue, "\"02:00-25:00\""),
        ("blackout = [\"02:00-02:00\"]", Code::BadValue, "\"02:00-02:00\""),
        ("blackout = [\"00:00-24:00\"]", Code::BadValue, "\"00:00-24:00\""),
        ("blackout = [\"00:00-12:00\", \"12:00-24:00\"]", Code::BadValue, "[\"00:00-12:00\", \"12:00-24:00\"]"),
        ("use_non_latin = true", Code::WrongType, "true"),
        ("use_non_latin = \"yes\"", Code::BadValue, "\"yes\""),
        ("campaigns = \"TESTCAMP\"", Code::WrongType, "\"TESTCAMP\""),
        ("campaigns = [\"A B\"]", Code::BadValue, "\"A B\""),
        ("groups = [5]", Code::WrongType, "5"),
        ("agent_api = \"x\"", Code::NotYet, "agent_api"),
        ("sql = \"x\"", Code::UnknownKey, "sql"),
    ] {
        check("zone =", &format!("{line}\nzone ="), code, at);
    }
    for (line, code, at) in [
        ("schedule = \"* * *\"", Code::BadSchedule, "\"* * *\""),
        ("full_schedule = \"0 3 1 * 1\"", Code::BadSchedule, "\"0 3 1 * 1\""),
        ("settle_s = 1", Code::BadValue, "1"),
        ("zone = \"Mars\"", Code::BadZone, "\"Mars\""),
        ("brakes = { deactivates_share = 20 }", Code::BadValue, "20"),
        ("brakes = { creates_share = 0.5 }", Code::NotYet, "creates_share"),
        ("brakes = { delete = 5 }", Code::UnknownKey, "delete"),
        ("schedul = \"* * * * *\"", Code::UnknownKey, "schedul"),
    ] {
        check("mapping =", &format!("{line}\nmapping ="), code, at);
    }
    check("[job.sales]", "[job.\"My Job\"]", Code::BadValue, "\"My Job\"");
    check("format = 1", "format = 2", Code::BadFormat, "2");
    check("format = 1", "format = 1\n[metrics]", Code::NotYet, "metrics");
}

#[test]
fn an_empty_file_says_what_it_needs() {
    let found = parse("vicisync.toml", "").unwrap_err();
    let messages: Vec<_> = found.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(found.iter().all(|diagnostic| diagnostic.code == Code::MissingKey));
}

#[test]
fn all_mistakes_come_out_at_once() {
    let text = r#"
format = "1"
[crm.espo]
kind = "espocrm"
[vicidial.main]
url = "dialer"
pass = "hunter2"
zone = "Mars"
port = 80
[job.sales]
crm = "other"
vicidial = "main"
schedule = "often"
"#;
    let found = parse("vicisync.toml", text).unwrap_err();
    let codes: Vec<_> = found.iter().map(|diagnostic| diagnostic.code.name()).collect();
    let expected = ["E0104", "E0105", "E0105", "E0202", "E0203", "E0205", "E0102", "E0105", "E0201", "E0204"];
    assert_eq!(codes, expected, "{}", vicisync::diag::render::render(&found, text, false));
}

const DATABASE: &str = "[vicidial.main.database]\nhost = \"dialer.example.com\"\nuser = \"reader\"\npass = \"env:READER_PASS\"\n";

/// A config with a database lane of these lines.
fn with_database(before: &str, after: &str) -> String {
    assert!(DATABASE.contains(before), "{before}");
    format!("{LEAST}{}", DATABASE.replacen(before, after, 1))
}

#[test]
fn a_database_lane_is_read() {
    let lane = |text: &str| clean(text).vicidials["main"].database.clone();
    assert_eq!(lane(LEAST), None);
    let least = DatabaseConnection {
        host: "dialer.example.com".into(),
        port: 3306,
        user: "reader".into(),
        pass: SecretRef::Env("READER_PASS".into()),
        database: "asterisk".into(),
        tls: DatabaseTls::Required,
    };
    assert_eq!(lane(&with_database("", "")), Some(least.clone()));
    let whole = with_database("user =", "port = 3307\ndatabase = \"vici_2\"\ntls = \"required\"\nca = \"ca.pem\"\nuser =");
    let ca = DatabaseTls::RequiredWithCa(PathBuf::from("ca.pem"));
    assert_eq!(lane(&whole), Some(DatabaseConnection { port: 3307, database: "vici_2".into(), tls: ca, ..least }));
    for host in ["127.0.0.1", "localhost", "::1"] {
        let tls = |more: &str| lane(&with_database("dialer.example.com\"", &format!("{host}\"{more}"))).map(|lane| lane.tls);
        assert_eq!(tls(""), Some(DatabaseTls::Off), "{host}");
        assert_eq!(tls("\ntls = \"off\""), Some(DatabaseTls::Off), "{host}");
        assert_eq!(tls("\ntls = \"required\""), Some(DatabaseTls::Required), "{host}");
        assert_eq!(tls("\nca = \"ca.pem\""), Some(DatabaseTls::RequiredWithCa(PathBuf::from("ca.pem"))), "{host}");
    }
}

#[test]
fn mistakes_in_a_database_lane() {
    for (before, after, code, at) in [
        ("\"dialer.example.com\"", "\"mysql://reader:hunter2@dialer\"", Code::BadValue, "\"mysql://reader:hunter2@dialer\""),
        ("env:READER_PASS", "hunter2", Code::PlainSecret, "\"hunter2\""),
        ("user =", "tls = \"off\"\nuser =", Code::BadValue, "\"off\""),
        ("user =", "tls = \"preferred\"\nuser =", Code::NotYet, "\"preferred\""),
        ("user =", "tls = false\nuser =", Code::WrongType, "false"),
        ("user =", "port = 0\nuser =", Code::BadValue, "0"),
        ("user =", "database = \"a.b\"\nuser =", Code::BadValue, "\"a.b\""),
        ("user =", "socket = \"/run/mysqld.sock\"\nuser =", Code::NotYet, "socket"),
        ("user =", "hots = \"x\"\nuser =", Code::UnknownKey, "hots"),
        ("dialer.example.com\"", "127.0.0.1\"\ntls = \"off\"\nca = \"ca.pem\"", Code::BadValue, "ca"),
    ] {
        let (found, place, diagnostic) = only(&with_database(before, after));
        assert_eq!((found, place.as_str()), (code, at), "{}", diagnostic.message);
        let shown = format!("{} {}", diagnostic.message, diagnostic.help.clone().unwrap_or_default());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let (found, ..) = only(&with_database("user = \"reader\"", ""));
    assert_eq!(found, Code::MissingKey);
}
