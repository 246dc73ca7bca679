//! `vicisync test`: what a failed test shows, choosing tests by name, and tests recorded of the CRM's contacts.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::rig::{Rig, mapping};

/// A contact of which nothing may come out.
fn somebody(rig: &Rig) -> String {
    rig.espo.with_world(|world| {
        world.insert_contact(json!({
            "firstName": "Wilhelmina", "lastName": "Quackenbush", "phoneNumber": "+12128675309", "emailAddress": "wilhelmina@quackenbush.test",
            "addressStreet": "4711 Zephyr Road", "addressCity": "Poughkeepsie", "addressState": "New York", "addressCountry": "USA",
            "addressPostalCode": "12601", "cSegment": "north", "cNote": "prefers Tuesdays", "cPlan": "Gold", "description": "Knows Bartholomew",
        }))
    })
}

const REAL: [&str; 12] = [
    "ilhelmina",
    "uackenbush",
    "8675309",
    "Zephyr",
    "4711",
    "oughkeepsie",
    "12601",
    "Tuesdays",
    "prefers",
    "artholomew",
    "Knows",
    ".test\"",
];

#[test]
fn a_contact_becomes_a_test_that_passes_and_tells_nothing_of_it() {
    let rig = Rig::new(0);
    let id = somebody(&rig);
    let before = fs::read_to_string(rig.path("mapping.toml")).unwrap();
    fs::set_permissions(rig.path("mapping.toml"), fs::Permissions::from_mode(0o640)).unwrap();
    let printed = rig.run(&["test", "--record", &id, "--print"]).expect(0).says("nothing was written");
    assert_eq!(fs::read_to_string(rig.path("mapping.toml")).unwrap(), before);
    let ran = rig.run(&["test", "--record", &id, "--name", "from the north"]).expect(0).says("vicisync test");
    let after = fs::read_to_string(rig.path("mapping.toml")).unwrap();
    let added = after.strip_prefix(before.as_str()).expect("what stood there stays").to_owned();
    assert_eq!(fs::metadata(rig.path("mapping.toml")).unwrap().permissions().mode() & 0o777, 0o640);
    for text in [&added, &ran.out, &ran.err, &printed.out, &printed.err] {
        for real in REAL {
            assert!(!text.contains(real), "{real} is in\n{text}");
        }
        assert!(!text.contains(&id), "the id is in\n{text}");
    }
    for kept in [
        "cSegment = \"north\"",
        "addressState = \"New York\"",
        "list = 1001",
        "state = \"NY\"",
        "phoneNumber = \"+1212555",
        "country_code = \"USA\"",
    ] {
        assert!(added.contains(kept), "{kept} is not in\n{added}");
    }
    let tested = rig.run(&["test", "--only", "FROM THE north"]).expect(0);
    assert!(tested.out.starts_with("ok ") && tested.out.lines().count() == 1, "{}", tested.out);
    rig.run(&["test"]).expect(0);
    assert_eq!(rig.writes(), (0, 0));
    assert_eq!(rig.vicidial.requests(), 0);
}

#[test]
fn recordings_without_a_name_do_not_collide() {
    let rig = Rig::new(0);
    let id = somebody(&rig);
    rig.run(&["test", "--record", &id]).expect(0);
    rig.run(&["test", "--record", &id]).expect(0);
    let text = fs::read_to_string(rig.path("mapping.toml")).unwrap();
    assert!(text.contains(": a lead in list 1001 (2)\""), "{text}");
    rig.run(&["test"]).expect(0);
}

#[test]
fn what_cannot_be_recorded_leaves_the_mapping_as_it_is() {
    let rig = Rig::new(0);
    let id = somebody(&rig);
    let before = fs::read(rig.path("mapping.toml")).unwrap();
    rig.run(&["test", "--record", &id, "--name", "a sale"]).expect(2).says("has a test `a sale` already");
    rig.run(&["test", "--record", &id, "--name", "for Mrs Quackenbush"]).expect(2).says("the name of the test holds the real value of");
    rig.run(&["test", "--record", "0123456789abcdef0"]).expect(2).says("has no Contact with the id");
    rig.run(&["test", "--record", &id, "--job", "none"]).expect(2).says("no job `none`");
    assert_eq!(fs::read(rig.path("mapping.toml")).unwrap(), before);
    let by_name = mapping().replace("cSegment = { is_set = true }", "lastName = { starts_with = \"Quack\" }");
    rig.write("mapping.toml", &by_name);
    let ran = rig.run(&["test", "--record", &id]).expect(2).says("lastName cannot be masked");
    assert!(!ran.err.contains("Quack"), "{}", ran.err);
    assert_eq!(fs::read_to_string(rig.path("mapping.toml")).unwrap(), by_name);
    rig.write("mapping.toml", &mapping().replace("[phone]", "[phones]"));
    rig.run(&["test", "--record", &id]).expect(2).says("phones");
}

#[test]
fn a_failed_test_shows_both_values_and_marks_what_differs() {
    let rig = Rig::new(0);
    let wrong = "\n[[test]]\nname = \"two blanks\"\n\
                 contact = { firstName = \"Ann\", phoneNumber = \"+12125550100\", cSegment = \"north\" }\n\
                 lead = { list = 1002, first_name = \"Anna\" }\n\
                 [[test]]\nname = \"nobody\"\ncontact = { cSegment = \"north\" }\nlead = { list = 1001 }\n";
    rig.write("mapping.toml", &format!("{}{wrong}", mapping()));
    let line = mapping().lines().count() + 2;
    let ran = rig.run(&["test", "--only", "two blanks"]).expect(1);
    let expected = format!(
        "FAILED {}:{line}: two blanks\n       \
         list        expected  1002\n                                \
         ^\n                   actual    1001\n                                \
         ^\n       \
         first_name  expected  \"Anna\"\n                                 \
         ^\n                   actual    \"Ann\"\n",
        rig.path("mapping.toml").display()
    );
    assert_eq!(ran.out, expected);
    let ran = rig.run(&["test", "--only", "nobody"]).expect(1);
    assert!(
        ran.out.contains("expected a lead, and it is rejected as `phone_missing`") && ran.out.contains("the mapping made of it:"),
        "{}",
        ran.out
    );
    let json = rig.run(&["test", "--only", "two blanks", "--json"]).expect(1).json();
    assert_eq!(json["tests"][0]["differences"][1], json!({ "field": "first_name", "expected": "\"Anna\"", "actual": "\"Ann\"" }));
    assert_eq!(json["tests"][0]["line"], line);
    assert_eq!(json["tests"][0]["made"]["list"], "1001");
    rig.run(&["test", "--only", "no such test"]).expect(2).says("no test has `no such test` in its name");
}
