//! SIGKILL in the middle of a push, and signals that ask politely: no lead twice, none missing.

use crate::rig::{Rig, until};

#[track_caller]
fn whole(rig: &Rig, expected: usize) {
    assert_eq!(rig.codes_and_leads(), (expected, expected));
    let customs = rig.vicidial.leads().iter().filter(|lead| !lead.custom.is_empty()).count();
    assert_eq!(customs, expected, "every lead has its custom fields");
    let before = rig.writes();
    rig.run(&["sync", "--full"]).expect(0);
    assert_eq!(rig.writes(), before, "nothing is left to write");
}

#[track_caller]
fn planned(rig: &Rig) -> usize {
    rig.run(&["plan", "--json"]).expect(0).json()["jobs"][0]["totals"]["added"].as_u64().unwrap() as usize
}

/// P80: what a killed process left behind kept the next ones from working for days. The lock dies with its process, and the next run goes on.
#[test]
fn sigkill_in_mid_push_leaves_no_double_and_no_gap() {
    let rig = Rig::new(400);
    let expected = planned(&rig);
    for writes in [30, 200, 420] {
        let mut started = rig.spawn(&["sync", "--approve"]);
        until("the push", || rig.vicidial.writes() >= writes || !started.is_running());
        started.kill();
    }
    rig.run_until_clean(&["sync", "--approve"]);
    whole(&rig, expected);
}

#[test]
fn a_signal_ends_a_sync_cleanly_and_the_next_goes_on() {
    for signal in ["INT", "TERM"] {
        let rig = Rig::new(300);
        let expected = planned(&rig);
        let mut started = rig.spawn(&["sync", "--approve"]);
        until("the push", || rig.vicidial.writes() >= 30 || !started.is_running());
        started.signal(signal);
        started.wait().expect(75).says("nothing is lost").says("vicisync sync sales");
        rig.run_until_clean(&["sync", "--approve"]);
        whole(&rig, expected);
    }
}
