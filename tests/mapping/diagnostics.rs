//! How diagnostics look, and that the registry is whole.

use proptest::prelude::*;
use vicisync::diag::{Code, Diagnostic, Severity, render};
use vicisync::{config, mapping};

#[test]
fn every_code_is_found_by_its_name_and_explained_with_an_example() {
    for (number, code) in Code::ALL.iter().enumerate() {
        assert_eq!(Code::from_name(&code.name().to_lowercase()), Some(*code));
        assert!(!Code::ALL[..number].iter().any(|other| other.name() == code.name()), "{code} stands twice");
        assert_eq!(code.name().starts_with('W'), code.severity() == Severity::Warning, "{code}");
        assert!(code.explanation().contains(":  ") && code.explanation().contains("\n\n"), "{code} has no example");
        assert!(!code.title().is_empty());
    }
    assert_eq!(Code::from_name("E9999"), None);
}

#[test]
fn a_diagnostic_is_drawn_with_its_line() {
    let text = "object = \"Contact\"\nobjekt = 5\n";
    let diagnostic = Diagnostic::new(Code::UnknownKey, "sales.toml", 19..25, "there is no key `objekt`")
        .label("this one")
        .help("did you mean `object`?");
    let drawn = render::render(&[diagnostic], text, false);
    let expected = "error[E0102]: there is no key `objekt`\n --> sales.toml:2:1\n  |\n2 | objekt = 5\n  | ^^^^^^ this one\n  |\n  = help: did you mean `object`?\n";
    assert_eq!(drawn, expected);
}

#[test]
fn colour_is_a_choice() {
    let diagnostic = Diagnostic::new(Code::PlainHttp, "a.toml", 0..1, "m");
    assert!(render::render(std::slice::from_ref(&diagnostic), "x", true).contains('\u{1b}'));
    let plain = render::render(&[diagnostic], "x", false);
    assert!(!plain.contains('\u{1b}') && plain.starts_with("warning[W0401]"));
}

#[test]
fn json_counts_lines_and_characters_from_one() {
    let text = "a = 1\nname = \"José\" ; x\n";
    let at = text.find(';').unwrap();
    let diagnostic = Diagnostic::new(Code::Syntax, "sales.toml", at..at + 1, "m").help("h");
    let expected = serde_json::json!({
        "code": "E0101", "severity": "error", "file": "sales.toml", "line": 2, "column": 15, "end_line": 2, "end_column": 16,
        "message": "m", "help": "h",
        "labels": [{ "file": "sales.toml", "line": 2, "column": 15, "end_line": 2, "end_column": 16, "text": "" }]
    });
    assert_eq!(render::to_json(&diagnostic, text, &[]), expected);
}

#[test]
fn places_outside_of_the_text_are_cut_to_fit() {
    for place in [0..0, 5..900, 900..901, 3..4] {
        let diagnostic = Diagnostic::new(Code::Syntax, "a.toml", place, "m");
        assert!(render::render(std::slice::from_ref(&diagnostic), "aéé\nb", false).contains("E0101"));
        assert_eq!(render::to_json(&diagnostic, "aéé\nb", &[])["code"], "E0101");
    }
    assert!(render::render(&[Diagnostic::new(Code::Syntax, "a.toml", 0..0, "m")], "", false).contains("E0101"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, cases: 300, ..Default::default()
    })]

    /// Whatever stands in a file, it is read or refused, and the refusal can be drawn.
    #[test]
    fn no_text_panics(
        cut in 0_usize..6000,
        length in 0_usize..40,
        patch in prop_oneof![any::<String>(), "[\\[\\]{}=\"'.,# \n\\$a-z0-9-]{0,12}"],
        is_mapping in any::<bool>(),
    ) {
        let base = if is_mapping { include_str!("../../mappings/rehearsal.toml") } else { include_str!("../../config/vicisync.example.toml") };
        let mut start = cut % base.len();
        while !base.is_char_boundary(start) { start -= 1; }
        let mut end = (start + length).min(base.len());
        while !base.is_char_boundary(end) { end += 1; }
        let text = format!("{}{patch}{}", &base[..start], &base[end..]);
        let found = if is_mapping { mapping::parse("a.toml", &text).err() } else { config::parse("a.toml", &text).err() };
        for diagnostic in found.iter().flatten() {
            prop_assert!(!diagnostic.labels.is_empty());
            prop_assert_eq!(&render::to_json(diagnostic, &text, &[])["file"], "a.toml");
        }
        prop_assert_eq!(render::render(found.as_deref().unwrap_or_default(), &text, false).is_empty(), found.is_none());
        prop_assert!(found.is_none_or(|found| found.iter().any(Diagnostic::is_error)));
    }
}
