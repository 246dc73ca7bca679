//! Wrong files: every mistake at once, with its place, and nothing sent.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::rig::{Rig, mapping};

#[test]
fn ten_mistakes_give_ten_diagnostics() {
    let rig = Rig::new(0);
    let text = r#"object = "Contact"
colour = "red"
[[list]]
when = { cSegment = "north" }
list = "many"
[list_default]
list = 1001
[phone]
from = "phoneNumber"
default_region = "Atlantis"
[lead]
first_nam = "firstName"
vendor_lead_code = "id"
last_name = { from = "lastName", transform = "shout" }
city = { from = "addressCity", transform = "upper", direction = "both" }
state = { value = "California" }
[leaving]
status = "MUCHTOOLONG"
[calls]
go_live = 2026-11-01T00:00:00Z
[[disposition]]
status = ["SALE"]
set = { cDialerStatus = "${nonsense}" }
"#;
    rig.write("mapping.toml", text);
    let ran = rig.run(&["check", "--json"]).expect(2);
    let problems = ran.json()["diagnostics"].as_array().unwrap().clone();
    assert_eq!(problems.len(), 10, "{}", ran.err);
    assert!(problems.iter().all(|problem| problem["line"].as_u64().unwrap() > 0 && problem["code"].is_string()));
    rig.run(&["sync", "--approve"]).expect(2).says("10 errors");
    rig.run(&["test", rig.path("mapping.toml").to_str().unwrap()]).expect(2);
    assert_eq!(rig.requests(), 0);
}

#[test]
fn problems_of_all_files_come_at_once() {
    let rig = Rig::new(0);
    rig.write("mapping.toml", &mapping().replace("[phone]", "[phones]"));
    fs::remove_file(rig.path("espo.key")).unwrap();
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "colour = 1");
    let ran = rig.run(&["check", "--json"]).expect(2).says("colour").says("phones").says("espo.key");
    let found: Vec<_> = ran.json()["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].clone()).collect();
    assert_eq!(found, ["E0706", "E0102", "E0102"], "by file and line: {}", ran.err);
    assert_eq!(rig.requests(), 0);
}

#[test]
fn a_secret_that_others_can_read_is_a_warning() {
    let rig = Rig::new(0);
    fs::set_permissions(rig.path("espo.key"), fs::Permissions::from_mode(0o644)).unwrap();
    rig.run(&["check"]).expect(0).says("others can read").says("chmod 600");
}

#[test]
fn secrets_come_from_the_environment_and_from_credentials() {
    let rig = Rig::new(10);
    let text = fs::read_to_string(rig.path("vicisync.toml")).unwrap();
    rig.write("vicisync.toml", &text.replace("file:espo.key", "env:ESPO_KEY").replace("file:vicidial.pass", "credential:vicidial"));
    rig.run(&["check"]).expect(2).says("no variable `ESPO_KEY`").says("LoadCredential=vicidial:");
    rig.secret("vicidial", "apipass\n");
    let output =
        rig.command(&["sync", "--approve"]).env("ESPO_KEY", "rehearsal-key").env("CREDENTIALS_DIRECTORY", rig.dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_missing_config_says_how_to_get_one() {
    let rig = Rig::new(0);
    fs::remove_file(rig.path("vicisync.toml")).unwrap();
    rig.run(&["status"]).expect(2).says("README.md");
}

#[test]
fn two_jobs_never_share_leads() {
    let rig = Rig::new(0);
    let more = "[job.more]\ncrm = \"espo\"\nvicidial = \"main\"\nmapping = \"mapping.toml\"\n";
    let check = |more: &str| {
        rig.write_config(&rig.vicidial.url(), &rig.espo.url(), more);
        rig.run(&["check"])
    };
    check(more).expect(2).says("E0511").says("each would claim one contact's lead").says("slot = \"more\"");
    check(&format!("{more}slot = \"two words\"\n")).expect(2).says("`two words` cannot be the name of a slot");
    // With leads of its own it still fills no list of the other's.
    check(&format!("{more}slot = \"more\"\n")).expect(2).says("E0510").says("two jobs cannot share a list");
}

#[test]
fn rules_by_flag_need_the_database_and_nothing_is_sent_without_it() {
    let rig = Rig::new(3);
    rig.write(
        "mapping.toml",
        &mapping().replacen("[[disposition]]", "[[disposition]]\nflag = \"sale\"\nactivity = true\n[[disposition]]", 1),
    );
    rig.run(&["check"]).expect(2).says("E0314").says("[vicidial.main.database]");
    let ran = rig.run(&["check", "--json"]).expect(2);
    assert!(ran.out.contains("\"E0314\"") && ran.out.contains("mapping.toml"), "{}", ran.out);
    rig.run(&["sync", "--approve"]).expect(2);
    rig.run(&["plan"]).expect(2);
    assert_eq!(rig.requests(), 0);
    // The mapping's own tests need no server.
    rig.run(&["test", rig.path("mapping.toml").to_str().unwrap()]).expect(0);
    let database = "[vicidial.main.database]\nhost = \"127.0.0.1\"\nport = 1\nuser = \"reader\"\npass = \"file:vicidial.pass\"\n";
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), database);
    rig.run(&["check"]).expect(0);
}

#[test]
fn a_failing_test_of_the_admins_is_exit_1() {
    let rig = Rig::new(0);
    let wrong = "[[test]]\nname = \"wrong\"\ncontact = { firstName = \"Ann\", phoneNumber = \"+12125550100\", cSegment = \"north\" }\nlead = { list = 1002 }\n";
    rig.write("mapping.toml", &format!("{}\n{wrong}", mapping()));
    let ran = rig.run(&["test"]).expect(1);
    assert!(ran.out.contains("FAILED") && ran.out.contains("wrong"), "{}", ran.out);
    let json = rig.run(&["test", "--json"]).expect(1).json();
    assert_eq!(json["failed"], 1);
}

#[test]
fn codes_are_explained() {
    let rig = Rig::new(0);
    let ran = rig.run(&["code", "e0102"]).expect(0);
    assert!(ran.out.starts_with("E0102"));
    rig.run(&["code", "E9999"]).expect(2);
    rig.run(&["code", "E102"]).expect(2).says("did you mean E0102");
    let all = rig.run(&["code"]).expect(0);
    assert_eq!(all.out.lines().count(), vicisync::diag::Code::ALL.len());
    assert!(all.out.starts_with("E0101  the file is not valid TOML\n"), "{}", all.out);
    let json = rig.run(&["code", "--json"]).expect(0).json();
    assert_eq!(json["codes"].as_array().map(Vec::len), Some(vicisync::diag::Code::ALL.len()));
    let json = rig.run(&["code", "w0401", "--json"]).expect(0).json();
    assert_eq!((json["code"].as_str(), json["severity"].as_str()), (Some("W0401"), Some("warning")));
    assert!(json["explanation"].as_str().is_some_and(|text| text.contains("https")));
}

#[test]
fn help_names_the_exit_codes() {
    let rig = Rig::new(0);
    let ran = rig.run(&["--help"]).expect(0);
    for words in ["rehearse", "sync", "75", "approved yet"] {
        assert!(ran.out.contains(words), "{words}");
    }
}

/// The codes of `check --json` with the words of their messages.
fn told(rig: &Rig, arguments: &[&str], exit: i32) -> Vec<(String, String)> {
    let json = rig.run(arguments).expect(exit).json();
    let found = json["diagnostics"].as_array().unwrap().clone();
    found.iter().map(|found| (found["code"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn what_vicidial_lacked_is_told_later_without_asking_and_never_twice() {
    let rig = Rig::new(0);
    rig.write("mapping.toml", &format!("{}\n[users]\nnobody = \"00000000000000002\"\n", mapping().replace("1003", "1999")));
    let text = fs::read_to_string(rig.path("vicisync.toml")).unwrap();
    rig.write("vicisync.toml", &text.replace("use_non_latin = \"on\"", "campaigns = [\"TESTCAMP\", \"NOCAMP\"]"));
    assert_eq!(told(&rig, &["check", "--json"], 0), [], "nothing is known yet");
    let live = rig.run(&["check", "--live", "--json"]).expect(2).json();
    assert_eq!(live["diagnostics"], serde_json::json!([]), "the findings say it");
    let asked = rig.requests();
    let later = told(&rig, &["check", "--json"], 0);
    let codes: Vec<&str> = later.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["W0409", "W0406", "W0410"], "{later:?}");
    assert!(later[0].1.starts_with("VICIdial showed no campaign NOCAMP on 20"), "{later:?}");
    assert!(later[1].1.starts_with("VICIdial had no list 1999 on 20") && later[2].1.contains("no user `nobody`"), "{later:?}");
    assert_eq!(rig.requests(), asked);
}

#[test]
fn values_of_the_crm_that_vicidial_would_cut_are_told_without_being_shown() {
    let rig = Rig::new(30);
    rig.write("mapping.toml", &mapping().replace("comments = \"description\"", "title = \"lastName\""));
    let of_the_crm = |found: Vec<(String, String)>| found.iter().filter(|(_, message)| message.contains("contacts of the CRM")).count();
    assert_eq!(of_the_crm(told(&rig, &["check", "--json"], 0)), 0);
    let ran = rig.run(&["check", "--live"]).expect(0).says("warning[W0417]").says("contacts of the CRM");
    assert!(ran.err.contains("it would keep \"X"), "{}", ran.err);
    assert_eq!(of_the_crm(told(&rig, &["check", "--live", "--json"], 0)), 1);
    assert_eq!((rig.codes_and_leads(), rig.writes().1), ((0, 0), 0), "nothing was pushed");
}
