//! `vicisync run`: by schedule, told to the service manager, ended by SIGTERM.

use std::os::unix::net::UnixDatagram;

use serde_json::json;

use crate::rig::{Rig, Started, until};

/// The daemon with a socket of the service manager's.
pub(crate) fn daemon(rig: &Rig) -> (Started, UnixDatagram) {
    let path = rig.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(crate::rig::PATIENCE)).unwrap();
    let mut command = rig.command(&["run"]);
    command.env("NOTIFY_SOCKET", &path).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    (Started::of(command.spawn().unwrap()), socket)
}

/// What the service manager is told next.
pub(crate) fn message(socket: &UnixDatagram) -> String {
    let mut bytes = [0; 4096];
    let length = socket.recv(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

#[test]
fn the_daemon_runs_by_schedule_and_ends_on_sigterm() {
    let rig = Rig::pushed(20);
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "schedule = \"* * * * * *\"");
    let (mut daemon, socket) = daemon(&rig);
    let ready = message(&socket);
    assert!(ready.contains("READY=1") && ready.contains("STATUS="), "{ready}");
    until("the first run", || message(&socket).contains("next: sales"));
    daemon.signal("HUP");
    let lead = rig.vicidial.leads()[0].clone();
    for name in ["Once", "Twice"] {
        rig.edit(&lead.source_id, json!({ "lastName": name }));
        until(name, || rig.vicidial.with_world(|world| world.lead(lead.lead_id)).unwrap().last_name == name);
    }
    daemon.signal("TERM");
    until("the farewell", || message(&socket).contains("STOPPING=1"));
    let ran = daemon.wait().expect(0).says("run ended").says("SIGHUP is ignored").says("vicisync ends");
    assert!(!ran.err.contains(&lead.source_id) && !ran.err.contains(&lead.phone_number), "no person stands in the log");
    assert_eq!(ran.out, "");
    rig.run(&["sync", "--full"]).expect(0);
}

#[test]
fn a_blackout_lets_opt_outs_out_and_says_when_it_ends() {
    let rig = Rig::pushed(20);
    // From an hour ago to an hour from now, by the server's clock.
    let now = chrono::Utc::now().with_timezone(&chrono_tz::America::New_York);
    let wall = |minutes: i64| (now + chrono::TimeDelta::minutes(minutes)).format("%H:%M").to_string();
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "schedule = \"* * * * * *\"");
    let text = std::fs::read_to_string(rig.path("vicisync.toml")).unwrap();
    let window = format!("blackout = [\"{}-{}\"]\nzone = \"America/New_York\"", wall(-60), wall(60));
    assert!(text.contains("zone = \"America/New_York\""), "{text}");
    std::fs::write(rig.path("vicisync.toml"), text.replacen("zone = \"America/New_York\"", &window, 1)).unwrap();
    let lead = rig.vicidial.leads()[0].clone();
    let other = rig.vicidial.leads()[1].clone();
    rig.edit(&other.source_id, json!({ "lastName": "Waits" }));
    let ran = rig.run(&["sync"]).expect(75).says("left alone until").says(&wall(60));
    assert!(ran.out.contains("ended by a blackout"), "{ran:?}");
    rig.run(&["plan"]).expect(75).says("left alone until");
    let (mut daemon, socket) = daemon(&rig);
    until("the first run", || message(&socket).contains("next: sales"));
    rig.edit(&lead.source_id, json!({ "doNotCall": true }));
    until("the opt-out", || rig.vicidial.with_world(|world| world.lead(lead.lead_id)).unwrap().status == "DNC");
    daemon.signal("TERM");
    let ran = daemon.wait().expect(0);
    assert!(!ran.err.contains("needs a look"), "a blackout is no trouble: {}", ran.err);
    assert_ne!(rig.vicidial.with_world(|world| world.lead(other.lead_id)).unwrap().last_name, "Waits");
}

#[test]
fn a_held_job_says_so_and_sends_nothing() {
    let rig = Rig::new(20);
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "schedule = \"* * * * * *\"");
    let (mut daemon, socket) = daemon(&rig);
    until("the held run", || message(&socket).contains("is held"));
    daemon.signal("TERM");
    let ran = daemon.wait().expect(0);
    assert_eq!(ran.err.matches("needs a look").count(), 1, "{}", ran.err);
    assert_eq!(rig.writes(), (0, 0));
}

#[test]
fn a_daemon_with_a_wrong_config_ends_with_2() {
    let rig = Rig::new(0);
    rig.write("mapping.toml", "nonsense = true\n");
    rig.run(&["run"]).expect(2);
}

#[test]
fn servers_that_are_out_of_reach_do_not_end_the_daemon_and_are_told_of_once() {
    let rig = Rig::pushed(20);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    rig.write_config(&format!("http://{closed}"), &rig.espo.url(), "schedule = \"* * * * * *\"");
    let (mut daemon, socket) = daemon(&rig);
    let mut runs = 0;
    until("three runs that stopped", || {
        runs += usize::from(message(&socket).contains("sales stopped"));
        runs >= 3
    });
    assert!(daemon.is_running());
    daemon.signal("TERM");
    let ran = daemon.wait().expect(0);
    assert_eq!(ran.err.matches("needs a look").count(), 1, "{}", ran.err);
    assert!(ran.err.matches("run ended").count() >= 3);
}
