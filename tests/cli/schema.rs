//! `vicisync schema` prints what is committed, and needs no config.

use std::process::{Command, Output};

fn schema(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vicisync")).arg("schema").args(arguments).current_dir(std::env::temp_dir()).output().unwrap()
}

#[test]
fn a_schema_is_printed_as_it_is_committed() {
    for (name, committed) in [
        ("config", include_str!("../../docs/schema/config.schema.json")),
        ("mapping", include_str!("../../docs/schema/mapping.schema.json")),
    ] {
        let output = schema(&[name]);
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), committed, "{name}");
        let json: serde_json::Value = serde_json::from_slice(&schema(&[name, "--json"]).stdout).unwrap();
        assert_eq!(json, serde_json::from_str::<serde_json::Value>(committed).unwrap(), "{name}");
    }
}

#[test]
fn a_file_without_a_schema_is_refused_with_those_that_have_one() {
    let output = schema(&["mappings"]);
    assert_eq!(output.status.code(), Some(2));
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.contains("mapping") && talk.contains("config"), "{talk}");
}
