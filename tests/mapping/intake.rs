//! What a mapping says of new leads beside their fields, and of lists that change.

use vicisync::diag::Code;
use vicisync::model::{Hopper, Intake, ListChange, TzMethod};

use crate::mapping::{BASE, program};
use crate::mistakes::only;

#[test]
fn time_zone_hopper_and_list_change_are_read() {
    let least = program(BASE);
    assert_eq!((least.intake(), least.list_change()), (Intake::default(), ListChange::Move));
    let with = |more: &str| program(&format!("list_change = \"stay\"\n{BASE}[lead]\npostal_code = \"zip\"\nowner = \"zone\"\n{more}"));
    assert_eq!(with("").list_change(), ListChange::Stay);
    for (word, method) in [
        ("area_code", TzMethod::AreaCode),
        ("postal_code", TzMethod::PostalCode),
        ("nanpa", TzMethod::Nanpa),
        ("tz_code", TzMethod::TzCode),
    ] {
        assert_eq!(with(&format!("[time_zone]\nmethod = \"{word}\"\n")).intake().tz_method, method);
    }
    let hopper = |lines: &str| with(&format!("[hopper]\n{lines}\n")).intake().hopper;
    assert_eq!(hopper("new_leads = true"), Some(Hopper { priority: 0, checks_local_time: true }));
    assert_eq!(hopper("new_leads = true\npriority = -99\nlocal_time = false"), Some(Hopper { priority: -99, checks_local_time: false }));
    assert_eq!(hopper("new_leads = false"), None);
}

#[test]
fn what_would_do_nothing_is_refused() {
    for (more, code, at) in [
        ("[time_zone]\nmethod = \"postal_code\"\n", Code::MethodWithoutField, "\"postal_code\""),
        ("[time_zone]\nmethod = \"tz_code\"\n", Code::MethodWithoutField, "\"tz_code\""),
        ("[time_zone]\nmethod = \"zip\"\n", Code::BadValue, "\"zip\""),
        ("[time_zone]\n", Code::MissingKey, "[time_zone]"),
        ("[hopper]\npriority = 5\n", Code::MissingKey, "[hopper]"),
        ("[hopper]\nnew_leads = false\npriority = 5\n", Code::SaysNothing, "priority"),
        ("[hopper]\nnew_leads = false\nlocal_time = true\n", Code::SaysNothing, "local_time"),
        ("[hopper]\nnew_leads = true\npriority = 100\n", Code::BadValue, "100"),
    ] {
        let (found, place, diagnostic) = only(&format!("{BASE}{more}"));
        assert_eq!((found, place.as_str()), (code, at), "{}", diagnostic.message);
    }
    let (_, _, diagnostic) = only(&format!("{BASE}[time_zone]\nmethod = \"postal_code\"\n"));
    assert!(diagnostic.help.unwrap().contains("add `postal_code = "));
}
