//! Broken files and what an admin is told of them: each case is a file, or a folder, beside this one, with what `vicisync check` draws as a `.txt`.
//!
//! To add a case, drop a file and run `VICISYNC_BLESS=1 cargo test --test broken`, then read the new `.txt` as an admin would:
//! - `config-NAME.toml` stands in place of the good config, any other `NAME.toml` in place of the good mapping;
//! - a folder is a whole set of files; what it lacks of config, mapping and secrets is taken from `good/`.
//!   Beside them may lie `facts.json` (what VICIdial told earlier), `crm_fields.json` (what the CRM has), `rights` (lines `MODE FILE`) and
//!   `size` (`BYTES FILE`).

#![allow(clippy::unwrap_used)]

mod case;
mod half;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use case::{Case, Seen};
use vicisync::diag::Code;

/// All cases and what came of each: they are run once.
fn all() -> &'static [(Case, Seen)] {
    static SEEN: OnceLock<Vec<(Case, Seen)>> = OnceLock::new();
    SEEN.get_or_init(|| case::all().into_iter().map(|case| (case.run(), case)).map(|(seen, case)| (case, seen)).collect())
}

#[test]
fn every_case_is_told_as_it_is_written_down() {
    let is_blessing = std::env::var_os("VICISYNC_BLESS").is_some();
    let mut wrong = Vec::new();
    for (case, seen) in all() {
        if is_blessing {
            std::fs::write(case.expected_file(), &seen.text).unwrap();
        } else if case.expected() != seen.text {
            wrong.push(format!("{}: expected\n{}\nand it is\n{}", case.name, case.expected(), seen.text));
        }
    }
    assert!(wrong.is_empty(), "{} cases differ; VICISYNC_BLESS=1 writes them anew:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn json_says_what_the_drawing_says() {
    for (case, seen) in all() {
        let drawn: Vec<(String, String)> = places(&seen.text);
        let json: Vec<(String, String)> = seen
            .diagnostics
            .iter()
            .map(|found| {
                let text = |key: &str| found[key].as_str().unwrap().to_owned();
                let at = if found["labels"][0]["line"] == 1 && found["labels"][0]["end_column"] == 1 && text("code") != "E0101" {
                    format!("{}:1", text("file"))
                } else {
                    format!("{}:{}:{}", text("file"), found["line"], found["column"])
                };
                (text("code"), at)
            })
            .collect();
        assert_eq!(drawn.len(), json.len(), "{}\n{}", case.name, seen.text);
        for ((drawn_code, drawn_at), (code, at)) in drawn.iter().zip(&json) {
            assert_eq!(drawn_code, code, "{}", case.name);
            assert!(drawn_at.starts_with(at.as_str()), "{}: {code} is drawn at {drawn_at} and told at {at}", case.name);
        }
        for found in &seen.diagnostics {
            let end = (found["end_line"].as_u64(), found["end_column"].as_u64());
            assert!(end >= (found["line"].as_u64(), found["column"].as_u64()), "{}: {found}", case.name);
            assert!(
                !found["message"].as_str().unwrap().ends_with('.') && found["labels"].as_array().is_some_and(|labels| !labels.is_empty())
            );
        }
    }
}

#[test]
fn everything_that_is_told_comes_with_what_to_type() {
    for (case, seen) in all() {
        for found in &seen.diagnostics {
            assert!(found["help"].as_str().is_some_and(|help| !help.is_empty()), "{}: {found}", case.name);
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let told: BTreeSet<&str> =
        all().iter().flat_map(|(_, seen)| seen.diagnostics.iter().map(|found| found["code"].as_str().unwrap())).collect();
    // What is about a file that was to be written, no file can show.
    let is_shown = |code: &&Code| **code != Code::Unwritable;
    let without: Vec<&str> = Code::ALL.iter().filter(is_shown).map(|code| code.name()).filter(|code| !told.contains(*code)).collect();
    assert!(without.is_empty(), "no broken file produces {without:?}: drop one into tests/broken");
    assert!(all().len() >= 60, "{} cases", all().len());
}

#[test]
fn no_case_shows_a_secret() {
    for (case, Seen { text, diagnostics }) in all() {
        assert!(!text.contains("hunter2") && !format!("{diagnostics:?}").contains("hunter2"), "{}:\n{text}", case.name);
    }
}

/// Each drawn diagnostic's code and place.
fn places(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut code = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("error[").or_else(|| line.strip_prefix("warning[")) {
            code = rest.split(']').next().map(str::to_owned);
        } else if let Some(place) = line.trim_start().strip_prefix("--> ")
            && let Some(code) = code.take()
        {
            found.push((code, place.trim().to_owned()));
        }
    }
    found
}

#[test]
fn the_good_files_are_good() {
    let case = Case::good();
    let seen = case.run();
    assert_eq!(seen.diagnostics, Vec::<serde_json::Value>::new(), "{}", seen.text);
}
