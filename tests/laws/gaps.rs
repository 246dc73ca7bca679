//! No call is lost without a word: what VICIdial counts and does not hand out is told, stops nothing, and is over when it came.

use chrono::TimeDelta;
use vicisync::engine::Scope;
use vicisync::model::RunEnd;

use super::rig::Rig;

fn gaps(rig: &Rig) -> Vec<String> {
    rig.failures().into_iter().map(|failure| failure.subject).filter(|subject| subject.starts_with("gap:")).collect()
}

/// P35: calls that VICIdial counts and does not hand out were lost without a word. They are a failure with their number, until they came.
#[test]
fn calls_that_are_not_handed_out_are_told_and_stop_nothing() {
    let mut rig = Rig::started(3);
    rig.call("c01", "SALE");
    rig.world().vici.undefined.insert("SALES");
    assert_eq!(rig.run().end, RunEnd::Clean, "the hour goes on: nobody knows yet");
    rig.wait(3600);
    rig.edit("c02", "firstName", "Newly Named");
    let report = rig.run();
    assert_eq!((report.end, report.totals.updated), (RunEnd::WithFailures, 1), "{}", report.message);
    assert_eq!(gaps(&rig).len(), 1);
    assert_eq!(rig.failure_codes(), ["calls_missing"]);
    let told = rig.failures().remove(0).raw;
    assert!(told.contains("1 call counted, 0 exported") && told.contains("vicisync sync"), "{told}");
    // Told once, however often it is seen.
    rig.wait(600);
    rig.run();
    assert_eq!(gaps(&rig).len(), 1);
    assert!(rig.logged("c01").is_empty());
    rig.world().vici.undefined.clear();
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.logged("c01"), ["SALE"]);
    rig.is_quiet();
}

#[test]
fn a_gap_behind_the_window_ends_when_it_is_read_again() {
    let mut rig = Rig::started(2);
    rig.call("c01", "SALE");
    rig.world().vici.undefined.insert("SALES");
    rig.wait(3600);
    rig.run();
    let start = rig.world().now - TimeDelta::hours(2);
    for _ in 0..3 {
        rig.wait(5 * 3600);
        rig.run();
    }
    assert_eq!(gaps(&rig).len(), 1, "usual runs do not look so far back");
    rig.world().vici.undefined.clear();
    rig.wait(60);
    rig.run();
    assert_eq!(gaps(&rig).len(), 1);
    let report = rig.ask(Scope::Since(start), false).unwrap();
    assert_eq!((report.end, gaps(&rig).len()), (RunEnd::Clean, 0));
    assert_eq!(rig.logged("c01"), ["SALE"]);
    rig.is_quiet();
}

#[test]
fn what_nobody_can_mend_is_kept_for_a_week() {
    let mut rig = Rig::started(2);
    rig.call("c01", "SALE");
    rig.world().vici.undefined.insert("SALES");
    rig.wait(3600);
    rig.run();
    assert_eq!(gaps(&rig).len(), 1);
    for _ in 0..6 {
        rig.wait(24 * 3600);
        rig.run();
    }
    assert_eq!(gaps(&rig).len(), 1);
    rig.wait(2 * 24 * 3600);
    assert_eq!(rig.run().end, RunEnd::Clean);
}
