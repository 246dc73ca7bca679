//! A refused login stops the connection at once, and stays stopped: ten more tries would lock the account.

use crate::rig::Rig;

/// How often the API user's login failed, by the server's own count.
fn failed_logins(rig: &Rig) -> String {
    let rows = rig.vicidial.with_world(|world| world.rows("vicidial_users"));
    let user = rows.into_iter().find(|row| row["user"].as_deref() == Some("apiuser")).unwrap();
    user["failed_login_count"].clone().unwrap_or_default()
}

#[test]
fn a_wrong_password_is_tried_once_and_never_again() {
    let rig = Rig::new(20);
    rig.secret("vicidial.pass", "wrong-password");
    let ran = rig.run(&["sync", "--approve"]).expect(2);
    assert!(!ran.err.contains("wrong-password") && !ran.out.contains("wrong-password"));
    assert_eq!(failed_logins(&rig), "1");

    let before = rig.requests();
    rig.run(&["sync", "--approve"]).expect(2).says("is not tried again").says("vicisync check --live");
    rig.run(&["plan"]).expect(2);
    assert_eq!(rig.requests(), before, "nothing is sent");
    assert!(rig.run(&["status"]).expect(0).out.contains("STOPPED"));

    // Other credentials are a new start.
    rig.secret("vicidial.pass", "apipass");
    rig.run(&["sync", "--approve"]).expect(0);
    assert!(!rig.vicidial.leads().is_empty());
}

#[test]
fn check_live_frees_a_login_that_is_good_again() {
    let rig = Rig::new(20);
    rig.vicidial.with_world(|world| world.set_user("apiuser", &[("pass", "another")]));
    rig.run(&["sync", "--approve"]).expect(2);
    rig.run(&["check", "--live"]).expect(2);
    rig.vicidial.with_world(|world| world.set_user("apiuser", &[("pass", "apipass")]));
    let before = rig.requests();
    rig.run(&["sync", "--approve"]).expect(2);
    assert_eq!(rig.requests(), before);
    rig.run(&["check", "--live"]).expect(0);
    rig.run(&["sync", "--approve"]).expect(0);
}

#[test]
fn a_plan_with_a_wrong_password_stops_the_connection_too() {
    let rig = Rig::new(20);
    rig.secret("vicidial.pass", "wrong-password");
    rig.run(&["plan"]).expect(2);
    assert_eq!(failed_logins(&rig), "1");
    rig.run(&["plan"]).expect(2);
    rig.run(&["sync"]).expect(2);
    assert_eq!(failed_logins(&rig), "1");
}

#[test]
fn a_command_that_only_looks_tries_a_wrong_login_once() {
    let rig = Rig::new(5);
    rig.secret("vicidial.pass", "wrong-password");
    rig.run(&["fields", "vicidial"]).expect(2);
    for way in [vec!["fields", "vicidial"], vec!["fields", "vicidial", "--vicidial", "main"], vec!["sync"]] {
        rig.run(&way).expect(2).says("is not tried again");
    }
    assert_eq!(failed_logins(&rig), "1");

    for (turn, way) in [vec!["fields", "crm"], vec!["map", "someone"], vec!["test", "--record", "someone"]].iter().enumerate() {
        rig.secret("espo.key", &format!("wrong-key-{turn}"));
        rig.run(way).expect(2).says("refused the login");
        let requests = rig.requests();
        rig.run(way).expect(2).says("is not tried again");
        rig.run(&["fields", "crm", "--crm", "espo"]).expect(2).says("is not tried again");
        assert_eq!(rig.requests(), requests, "{way:?}");
    }
}

#[test]
fn a_wrong_key_of_the_crm_is_tried_once() {
    let rig = Rig::new(20);
    rig.secret("espo.key", "wrong-key");
    let ran = rig.run(&["sync", "--approve"]).expect(2);
    assert!(!ran.err.contains("wrong-key"));
    let before = rig.requests();
    rig.run(&["sync", "--approve"]).expect(2);
    assert_eq!(rig.requests(), before);
    assert_eq!(rig.writes(), (0, 0));
}

#[test]
fn a_missing_right_names_itself_and_nothing_is_lost() {
    let rig = Rig::new(30);
    rig.vicidial.with_world(|world| world.set_user("apiuser", &[("modify_leads", "0")]));
    rig.run(&["sync", "--approve"]).expect(2).says("`modify_leads`");
    assert!(rig.vicidial.leads().is_empty());
    rig.run(&["check", "--live"]).expect(2);
    rig.vicidial.with_world(|world| world.set_user("apiuser", &[("modify_leads", "1")]));
    rig.run_until_clean(&["sync", "--approve"]);
    let (codes, leads) = rig.codes_and_leads();
    assert!(leads > 20);
    assert_eq!(codes, leads);
}
