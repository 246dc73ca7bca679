//! What a new lead is told beside its fields: into the hopper only as the mapping says and only once, and by what its time zone is found.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use vicisync::engine::Scope;
use vicisync::model::{Blackout, Hopper, Intake, LeadField, RunEnd, TzMethod};
use vicisync::ports::Reach;
use vicisync::sync::quiet::Quiet;

use super::leaving::troubles;
use super::rig::{Rig, id, list};
use super::world::trouble::{At, Trouble};

const AT_ONCE: Intake = Intake { tz_method: TzMethod::AreaCode, hopper: Some(Hopper { priority: 10, checks_local_time: true }) };

impl Rig {
    /// How often a contact's leads entered the hopper as they were added.
    pub(crate) fn entered(&self, id: &str) -> usize {
        let code = self.code(id);
        self.world().vici.entered.iter().filter(|entered| *entered == code.as_str()).count()
    }
}

/// Contacts are added, changed, moved, closed, brought back, and forgotten by a lost state.
fn life(rig: &mut Rig) {
    rig.add("c09", 9, "north");
    rig.run();
    rig.edit("c09", "firstName", "Zoe");
    rig.edit("c01", "segment", "west");
    rig.edit("c02", "segment", "closed");
    rig.wait(60);
    rig.run();
    rig.edit("c02", "segment", "south");
    rig.wait(60);
    rig.run();
    rig.lose_database();
    rig.approve();
    rig.is_quiet();
}

#[test]
fn nobody_enters_the_hopper_unless_the_mapping_says_so() {
    let mut rig = Rig::started(3);
    life(&mut rig);
    assert_eq!(rig.world().vici.entered, Vec::<String>::new());
    assert!(rig.world().vici.hopper.is_empty());
}

#[test]
fn a_lead_enters_it_as_it_is_added_and_never_again() {
    let mut rig = Rig::started(3);
    rig.intake(AT_ONCE);
    life(&mut rig);
    assert_eq!(rig.world().vici.entered, [rig.code("c09").as_str()], "changed, moved, returned and adopted leads do not enter it");
}

#[test]
fn outside_of_call_times_a_lead_is_added_all_the_same_and_nothing_is_wrong() {
    let mut rig = Rig::started(1);
    rig.intake(AT_ONCE);
    rig.world().vici.is_night = true;
    rig.add("c09", 9, "north");
    let report = rig.run();
    assert_eq!((report.end, report.totals.added, rig.entered("c09")), (RunEnd::Clean, 1, 0));
    rig.is_quiet();
    assert_eq!(rig.entered("c09"), 0, "its campaign dials it in its turn");
}

#[test]
fn an_add_of_unknown_effect_enters_the_hopper_once() {
    for trouble in troubles() {
        let mut rig = Rig::started(2);
        rig.intake(AT_ONCE);
        rig.add("c09", 9, "north");
        rig.wait(60);
        rig.trouble(&[(At::Call("add_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        for _ in 0..3 {
            rig.wait(400);
            rig.run();
        }
        assert_eq!((rig.leads("c09").len(), rig.entered("c09")), (1, 1), "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn who_opts_out_before_or_while_being_added_is_not_dialed() {
    let mut rig = Rig::started(2);
    rig.intake(AT_ONCE);
    rig.add("c08", 8, "north");
    rig.opt_out("c08");
    rig.run();
    assert_eq!((rig.leads("c08").len(), rig.entered("c08")), (0, 0));
    for trouble in troubles() {
        let mut rig = Rig::started(2);
        rig.intake(AT_ONCE);
        rig.add("c09", 9, "north");
        rig.trouble(&[(At::Call("add_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        rig.opt_out("c09");
        for _ in 0..3 {
            rig.wait(400);
            rig.run();
        }
        let dialable = rig.leads("c09").into_iter().filter(|lead| rig.world().vici.is_dialable(*lead)).count();
        assert_eq!(dialable, 0, "{trouble:?}");
    }
}

#[test]
fn a_number_on_a_do_not_call_list_enters_nothing() {
    let mut rig = Rig::started(1);
    rig.intake(AT_ONCE);
    rig.add("c09", 9, "north");
    rig.world().vici.dnc.insert("7275550109".to_owned());
    let report = rig.run();
    assert_eq!(report.rejected.get("on_dnc"), Some(&1));
    assert_eq!((rig.leads("c09").len(), rig.entered("c09")), (0, 0));
}

#[test]
fn a_blackout_adds_nobody_to_the_hopper() {
    let mut rig = Rig::started(2);
    rig.intake(AT_ONCE);
    rig.add("c09", 9, "north");
    let zone = chrono_tz::America::New_York;
    let begin = rig.world().now.with_timezone(&zone).time();
    rig.job.quiet = Quiet { windows: vec![Blackout { begin, end: begin + TimeDelta::minutes(60) }], zone };
    for scope in [Scope::Changed, Scope::List(list(1001))] {
        assert_eq!(rig.ask(scope, false).unwrap().end, RunEnd::Stopped);
    }
    assert_eq!((rig.written(), rig.entered("c09")), (vec![], 0));
    rig.wait(3600);
    rig.run();
    assert_eq!(rig.entered("c09"), 1);
}

#[test]
fn an_add_that_waits_is_planned_anew_by_another_mapping() {
    for (planned, then) in [(Intake::default(), AT_ONCE), (AT_ONCE, Intake::default())] {
        let mut rig = Rig::started(2);
        rig.intake(planned);
        rig.add("c09", 9, "north");
        rig.trouble(&[(At::Every("add_lead"), Trouble::NoRight)]);
        rig.run();
        rig.calm();
        rig.wait(400);
        rig.remap("go_live = 2026-11-02", "go_live = 2026-11-01");
        rig.intake(then);
        rig.run();
        assert_eq!((rig.leads("c09").len(), rig.entered("c09")), (1, usize::from(then == AT_ONCE)));
        rig.is_quiet();
    }
}

#[test]
fn the_method_goes_with_adds_and_with_what_it_goes_by() {
    let mut rig = Rig::new();
    rig.remap("[custom]", "postal_code = { from = \"zip\", blank = \"clear\" }\n[custom]");
    rig.intake(Intake { tz_method: TzMethod::PostalCode, hopper: None });
    for number in 0..4 {
        rig.add(&id(number), number, "north");
    }
    rig.approve();
    let zoned = |rig: &Rig| std::mem::take(&mut rig.world().vici.zoned);
    let by_code = |rig: &Rig, ids: &[&str]| ids.iter().map(|id| (rig.lead(id), TzMethod::PostalCode)).collect::<BTreeMap<_, _>>();
    assert_eq!(zoned(&rig), by_code(&rig, &["c00", "c01", "c02", "c03"]));
    rig.edit("c00", "phoneNumber", "+17275550177");
    rig.edit("c01", "zip", "94105");
    rig.edit("c02", "firstName", "Zoe");
    rig.edit("c03", "segment", "west");
    rig.run();
    assert_eq!(zoned(&rig), by_code(&rig, &["c00", "c01"]), "nothing else moves a zone");
    assert_eq!(rig.row("c01").get(LeadField::PostalCode), "94105");
    rig.is_quiet();
}

#[test]
fn a_change_of_what_a_zone_goes_by_ends_well_when_its_answer_is_lost() {
    for trouble in [Trouble::Lost(Reach::Record), Trouble::Vanished(Reach::Record), Trouble::DieAfter] {
        let mut rig = Rig::new();
        rig.remap("[custom]", "postal_code = \"zip\"\n[custom]");
        rig.intake(Intake { tz_method: TzMethod::PostalCode, hopper: None });
        rig.add("c00", 0, "north");
        rig.approve();
        rig.wait(60);
        rig.edit("c00", "zip", "94105");
        rig.trouble(&[(At::Call("update_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        for _ in 0..2 {
            rig.wait(400);
            rig.run();
        }
        assert_eq!(rig.row("c00").get(LeadField::PostalCode), "94105", "{trouble:?}");
        rig.is_quiet();
    }
}
