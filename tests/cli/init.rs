//! `vicisync init`: from nothing to the first push, by flags and by questions; and what it refuses.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::rig::{Ran, Rig, Started};

/// A rig without config and mapping.
fn bare(count: usize) -> Rig {
    let rig = Rig::new(count);
    fs::remove_file(rig.path("vicisync.toml")).unwrap();
    fs::remove_file(rig.path("mapping.toml")).unwrap();
    rig
}

/// `init` by flags alone.
fn init(rig: &Rig, more: &[&str]) -> Ran {
    let (vicidial, espo) = (rig.vicidial.url(), rig.espo.url());
    let (pass, key) = (rig.path("vicidial.pass"), rig.path("espo.key"));
    let mut arguments = vec!["init", "--yes", "--vicidial-url", &vicidial, "--vicidial-user", "apiuser", "--crm-site", &espo];
    arguments.extend(["--vicidial-pass-file", pass.to_str().unwrap(), "--crm-key-file", key.to_str().unwrap()]);
    arguments.extend(more);
    rig.run(&arguments)
}

/// The names in the rig's directory.
fn names(rig: &Rig) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(rig.dir.path()).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn from_nothing_to_the_first_push_by_flags() {
    let rig = bare(120);
    let ran = init(&rig, &["--crm-user", "00000000000000002"]).expect(0).says("check --live").says("sync --approve").says("VSGONE");
    assert!(ran.out.contains("mappings/sales.toml"), "{}", ran.out);
    assert_eq!(rig.writes(), (0, 0), "it changes nothing in either system");
    let config = fs::read_to_string(rig.path("vicisync.toml")).unwrap();
    let mapping = fs::read_to_string(rig.path("mappings/sales.toml")).unwrap();
    for words in ["file:vicidial.pass", "file:espo.key", "zone = \"America/New_York\"", "activity_key_field = \"cDialerKey\""] {
        assert!(config.contains(words), "{words} is not in\n{config}");
    }
    assert!(!config.contains("apipass") && !config.contains("rehearsal-key"));
    for words in [
        "first_name = { from = \"firstName\"",
        "state = { from = \"addressState\", transform = \"state_us\" }",
        "default_region = \"US\"",
        "crm_note = \"cNote\"",
        "plan = \"cPlan\"",
        "cDialerStatus = \"${status}\"",
        "cCallCount = \"${call_count}\"",
        "# when = { cSegment = ",
        "activity = true",
        "like a contact of the CRM",
    ] {
        assert!(mapping.contains(words), "{words} is not in\n{mapping}");
    }
    for contact in rig.espo.contacts() {
        for field in ["lastName", "phoneNumber", "emailAddress"] {
            let real = contact[field].as_str().unwrap_or_default();
            assert!(real.len() < 6 || !mapping.contains(real), "{real} of {field} stands in the mapping");
        }
    }
    rig.run(&["check"]).expect(0);
    rig.run(&["test"]).expect(0);
    rig.run(&["check", "--live"]).expect(0);
    rig.run(&["plan"]).expect(0);
    assert!(rig.vicidial.leads().is_empty());
    rig.run(&["sync", "--approve"]).expect(0);
    let (codes, leads) = rig.codes_and_leads();
    assert!(leads > 50 && codes == leads, "{leads}");
    rig.run(&["sync"]).expect(0);
    assert_eq!(rig.codes_and_leads(), (codes, leads));
}

#[test]
fn the_questions_are_answered_from_a_pipe() {
    let rig = bare(40);
    let mut command = rig.command(&["init"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (vicidial, espo) = (rig.vicidial.url(), rig.espo.url());
    // Job, address (a wrong one first), user, password, zone and lists as proposed, site, key, user, country, yes.
    let answers = format!("calls\nftp://x\n{vicidial}\napiuser\napipass\n\n\n{espo}\nrehearsal-key\n\n\ny\n");
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let ran = Started::of(child).wait().expect(0).says("write it as https://");
    assert!(!ran.err.contains("apipass") && !ran.out.contains("apipass"));
    for name in ["vicidial.pass", "crm.key"] {
        let mode = fs::metadata(rig.path("secrets").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let config = fs::read_to_string(rig.path("vicisync.toml")).unwrap();
    assert!(config.contains("file:secrets/vicidial.pass") && config.contains("[job.calls]") && !config.contains("apipass"), "{config}");
    rig.run(&["check", "--live"]).expect(0);
    rig.run(&["test"]).expect(0);
}

#[test]
fn answers_that_end_too_early_leave_nothing() {
    let rig = bare(0);
    let before = names(&rig);
    rig.run(&["init"]).expect(2).says("there is no answer to");
    rig.run(&["init", "--yes"]).expect(2).says("--vicidial-url is missing");
    init(&rig, &["--zone", "America/Nowhere"]).expect(2).says("--zone");
    init(&rig, &["--job", "Sales Job"]).expect(2).says("job's name");
    assert_eq!(names(&rig), before);
}

#[test]
fn nothing_is_ever_overwritten() {
    let rig = bare(10);
    init(&rig, &[]).expect(0);
    let texts = || [fs::read(rig.path("vicisync.toml")).unwrap(), fs::read(rig.path("mappings/sales.toml")).unwrap()];
    let before = texts();
    let asked = rig.requests();
    init(&rig, &[]).expect(2).says("is there already; nothing was written");
    fs::remove_file(rig.path("vicisync.toml")).unwrap();
    init(&rig, &[]).expect(2).says("mappings/sales.toml is there already");
    assert!(!rig.path("vicisync.toml").exists());
    assert_eq!(rig.requests(), asked, "nobody is asked in vain");
    assert_eq!(fs::read(rig.path("mappings/sales.toml")).unwrap(), before[1]);
    let shown = init(&rig, &["--stdout"]).expect(0).says("nothing was written");
    assert!(shown.out.contains("[job.sales]") && shown.out.contains("[list_default]"), "{}", shown.out);
    assert!(!rig.path("vicisync.toml").exists());
    let json = init(&rig, &["--stdout", "--json"]).expect(0).json();
    assert_eq!(json["written"], false);
    assert!(json["mapping"].as_str().unwrap().contains("[phone]"));
}

#[test]
fn a_wrong_password_is_tried_once() {
    let rig = bare(10);
    let before = names(&rig);
    rig.secret("vicidial.pass", "wrong");
    init(&rig, &[]).expect(2).says("tried once").says("Nothing was written");
    assert_eq!(rig.vicidial.requests(), 2, "the clock, which needs no login, and one login");
    assert_eq!(rig.espo.requests(), 0);
    rig.secret("vicidial.pass", "apipass");
    rig.secret("espo.key", "wrong");
    init(&rig, &[]).expect(2).says("tried once");
    assert_eq!(rig.espo.requests(), 1);
    assert_eq!(names(&rig), before);
}

#[test]
fn a_server_out_of_reach_stops_it_unless_nobody_is_to_be_asked() {
    let rig = bare(0);
    let before = names(&rig);
    let (pass, key) = (rig.path("vicidial.pass"), rig.path("espo.key"));
    // Port 9 of this machine: nobody listens there.
    let mut arguments = vec!["init", "--yes", "--vicidial-url", "http://127.0.0.1:9", "--vicidial-user", "apiuser"];
    arguments.extend(["--crm-site", "http://127.0.0.1:9", "--vicidial-pass-file", pass.to_str().unwrap()]);
    arguments.extend(["--crm-key-file", key.to_str().unwrap(), "--zone", "Europe/London", "--region", "GB", "--list", "4001"]);
    rig.run(&arguments).expect(75).says("Could not be asked: VICIdial's version").says("--offline");
    assert_eq!(names(&rig), before);
    arguments.push("--offline");
    rig.run(&arguments).expect(0).says("nothing is known of the CRM's fields");
    let mapping = fs::read_to_string(rig.path("mappings/sales.toml")).unwrap();
    assert!(mapping.contains("list = 4001") && mapping.contains("default_region = \"GB\""), "{mapping}");
    rig.run(&["check"]).expect(0);
    rig.run(&["test"]).expect(0);
}

#[test]
fn an_empty_crm_gives_a_mapping_that_holds() {
    let rig = bare(0);
    init(&rig, &["--list", "1001", "--list", "9999"]).expect(0).says("make the list 9999");
    rig.run(&["check"]).expect(0);
    rig.run(&["test"]).expect(0);
}
