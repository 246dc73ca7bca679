//! Bad servers: each kind gives one clear message and a fitting exit code, and afterwards nothing is missing or double.

use std::process::Command;

use vicisync::emulator::fault::{Class, Fault, Script};

use crate::daemon::{daemon, message};
use crate::rig::{Rig, mapping};

/// A fault of VICIdial's during the first push; then the fault is gone, and the job comes to its end by itself.
#[track_caller]
fn heals(script: Script, code: i32) {
    let rig = Rig::new(40);
    rig.vicidial.script(script);
    let ran = rig.run(&["sync", "--approve"]);
    assert_eq!(ran.code, code, "{}\n{}", ran.out, ran.err);
    assert!(!ran.err.trim().is_empty(), "trouble is told");
    rig.vicidial.script(Script::new());
    rig.run_until_clean(&["sync", "--approve"]);
    let (codes, leads) = rig.codes_and_leads();
    assert!(leads > 25, "{leads}");
    assert_eq!(codes, leads);
    let before = rig.writes();
    rig.run(&["sync", "--full"]).expect(0);
    assert_eq!(rig.writes(), before);
}

#[test]
fn an_html_page_with_200_is_no_answer() {
    heals(Script::new().every(Class::Any, Fault::Html), 75);
}

#[test]
fn html_in_the_middle_of_a_push() {
    heals(Script::new().from(Class::Write, 10, Fault::Html), 75);
}

#[test]
fn a_cut_answer_of_a_write_is_looked_up() {
    heals(Script::new().nth(Class::Write, 5, Fault::CutBody(7)), 75);
}

#[test]
fn a_cut_answer_of_a_read() {
    heals(Script::new().every(Class::Function("lead_search".to_owned()), Fault::CutBody(3)), 75);
}

/// P14: the same against a server that has no unique key: the add took effect and its answer never came.
#[test]
fn a_lost_answer_is_looked_up_and_not_sent_again() {
    heals(Script::new().nth(Class::Write, 3, Fault::DropAfter), 75);
}

#[test]
fn a_500_with_nothing_in_it() {
    heals(Script::new().nth(Class::Write, 4, Fault::Status(500, String::new())), 1);
}

#[test]
fn a_database_that_is_down() {
    let rig = Rig::new(20);
    rig.vicidial.with_world(vicisync::emulator::vicidial::World::stop_database);
    rig.run(&["sync", "--approve"]).expect(75);
    rig.vicidial.with_world(vicisync::emulator::vicidial::World::start_database);
    rig.run_until_clean(&["sync", "--approve"]);
}

#[test]
fn an_unreachable_server_is_temporary() {
    let rig = Rig::new(20);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    rig.write_config(&format!("http://{closed}"), &rig.espo.url(), "");
    rig.run(&["sync", "--approve"]).expect(75);
    rig.run(&["plan"]).expect(75);
    rig.run(&["check", "--live"]).expect(75);
    rig.write_config(&rig.vicidial.url(), &format!("http://{closed}"), "");
    rig.run(&["sync", "--approve"]).expect(75);
    assert_eq!(rig.writes(), (0, 0));
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "");
    rig.run(&["sync", "--approve"]).expect(0);
}

#[test]
fn a_list_that_does_not_exist_is_named() {
    let rig = Rig::new(20);
    rig.write("mapping.toml", &mapping().replace("1003", "1999"));
    let ran = rig.run(&["sync", "--approve"]);
    assert!(matches!(ran.code, 1 | 2), "{}\n{}", ran.out, ran.err);
    assert!(format!("{}{}", ran.out, ran.err).contains("1999"), "{}\n{}", ran.out, ran.err);
    rig.run(&["check", "--live"]).expect(2);
    rig.vicidial.with_world(|world| world.add_list(1999, "West", "TESTCAMP", true));
    rig.vicidial.with_world(|world| {
        world.add_custom_field(1999, "crm_note", "TEXT", 100);
        world.add_custom_field(1999, "plan", "TEXT", 50);
    });
    rig.run_until_clean(&["sync", "--full", "--approve"]);
    let (codes, leads) = rig.codes_and_leads();
    assert_eq!(codes, leads);
    assert!(rig.vicidial.leads().iter().any(|lead| lead.list_id == 1999));
}

/// P29: one page again and again is an error with nothing written, and no loop.
#[test]
fn a_page_that_repeats_comes_to_an_end() {
    let rig = Rig::new(450);
    rig.espo.script(Script::new().from(Class::Read, 2, Fault::Repeat));
    let ran = rig.run(&["sync", "--approve"]);
    assert!(matches!(ran.code, 2 | 75), "{}\n{}", ran.out, ran.err);
    assert_eq!(rig.writes(), (0, 0));
    rig.espo.script(Script::new());
    rig.run(&["sync", "--approve"]).expect(0);
}

#[test]
fn a_crm_that_answers_html_or_half_a_page() {
    for fault in [Fault::Html, Fault::CutBody(40), Fault::Status(502, "<html>Bad Gateway</html>".to_owned())] {
        let rig = Rig::new(20);
        rig.espo.script(Script::new().every(Class::Any, fault));
        rig.run(&["sync", "--approve"]).expect(75);
        assert_eq!(rig.writes().0, 0);
        rig.espo.script(Script::new());
        rig.run(&["sync", "--approve"]).expect(0);
    }
}

/// P81: runs that were started over each other went on side by side for hours. One works on a state; another is turned away and told by whom.
#[test]
fn a_second_vicisync_on_the_state_is_refused_with_advice() {
    let rig = Rig::pushed(20);
    let (mut daemon, socket) = daemon(&rig);
    assert!(message(&socket).contains("READY=1"));
    rig.run(&["sync"]).expect(75).says("another vicisync").says("systemctl stop vicisync");
    rig.run(&["run"]).expect(75);
    // Looking is allowed.
    rig.run(&["status"]).expect(0);
    rig.run(&["plan"]).expect(0);
    rig.run(&["check", "--live"]).expect(0).says("another vicisync works on the state");
    daemon.signal("TERM");
    daemon.wait().expect(0);
    rig.run(&["sync"]).expect(0);
}

#[test]
fn a_full_disk_stops_sending_and_loses_nothing() {
    let rig = Rig::new(300);
    // The size of a file is limited as on a full disk; the signal that comes with it is ignored, so that the write fails.
    let plain = rig.command(&["sync", "--approve"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\""]).arg(plain.get_program()).args(plain.get_args());
    let output = limited.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(75), "{err}");
    assert!(err.contains("disk"), "{err}");
    rig.run_until_clean(&["sync", "--approve"]);
    let (codes, leads) = rig.codes_and_leads();
    assert!(leads > 200);
    assert_eq!(codes, leads);
}
