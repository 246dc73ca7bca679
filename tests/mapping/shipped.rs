//! The mappings that are shipped: each is read without a remark, says what it does, and its own tests pass.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use vicisync::diag::render::render;
use vicisync::mapping::parse;

/// Every file of `mappings/`, with its name.
pub(crate) fn all() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut texts: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    texts.sort();
    texts
}

#[test]
fn every_shipped_mapping_passes_its_own_tests() {
    let all = all();
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["appointments.toml", "collections.toml", "rehearsal.toml", "sales.toml"]);
    for (name, text) in &all {
        let (program, warnings) = parse(name, text).unwrap_or_else(|found| panic!("{}", render(&found, text, false)));
        assert_eq!(warnings, [], "{name}");
        let outcomes = program.tests();
        assert!(outcomes.len() >= 10, "{name} has {} tests", outcomes.len());
        for outcome in &outcomes {
            assert_eq!(outcome.problems, Vec::<String>::new(), "{name}: {}", outcome.name);
        }
        let titles: BTreeSet<&str> = outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
        assert_eq!(titles.len(), outcomes.len(), "{name}: two tests have one name");
    }
}

#[test]
fn the_tests_of_shipped_mappings_cover_rejections_filters_and_calls() {
    for (name, text) in &all() {
        for words in [
            "rejected = \"opted_out\"",
            "rejected = \"phone_missing\"",
            "rejected = \"phone_invalid\"",
            "filtered = true",
            "call = {",
            "lead = {",
        ] {
            assert!(text.contains(words), "{name} has no test with {words}");
        }
    }
}

#[test]
fn a_test_knows_its_line_and_what_differs() {
    let text = "object = \"Contact\"\n[list_default]\nlist = 1001\n[phone]\nfrom = \"phone\"\ndefault_region = \"US\"\n[lead]\ncity = \"city\"\n\n\
                [[test]]\nname = \"one\"\ncontact = { phone = \"(212) 555-0100\", city = \"Rome\" }\nlead = { list = 1002, city = \"Roma\", state = \"NY\" }\n\
                [[test]]\nname = \"two\"\ncontact = { phone = \"none\" }\nlead = { list = 1001 }\n";
    let (program, _) = parse("m.toml", text).unwrap();
    let outcomes = program.tests();
    assert_eq!(outcomes.iter().map(|outcome| outcome.line).collect::<Vec<_>>(), [10, 14]);
    let told: Vec<_> =
        outcomes[0].differences.iter().map(|found| (found.field.as_str(), found.expected.as_str(), found.actual.as_deref())).collect();
    assert_eq!(told, [("list", "1002", Some("1001")), ("city", "\"Roma\"", Some("\"Rome\"")), ("state", "\"NY\"", None)]);
    assert_eq!(outcomes[0].problems.len(), 3, "each difference is a sentence as well");
    assert!(outcomes[1].differences.is_empty() && outcomes[1].problems.len() == 1);
    assert_eq!(outcomes[1].made[0].0, "rejected");
}
