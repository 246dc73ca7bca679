//! Half-typed files: a shipped file that ends anywhere is never a panic, always a diagnostic, and all that is told can be drawn.

use std::fs;
use std::path::{Path, PathBuf};

use vicisync::diag::{Diagnostic, render};
use vicisync::{config, mapping};

fn shipped(folder: &str) -> Vec<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

/// Every 97th byte, and the bytes around it.
fn cuts(text: &str) -> impl Iterator<Item = &str> {
    let places = (0..text.len()).step_by(97).flat_map(|at| at..at + 2).filter(|at| text.is_char_boundary(*at));
    places.filter_map(|at| text.get(..at))
}

fn drawn(found: &[Diagnostic], text: &str) {
    assert!(render::render(found, text, false).contains("a.toml"));
    assert!(found.iter().all(|diagnostic| render::to_json(diagnostic, text, &[])["line"].as_u64().is_some_and(|line| line > 0)));
}

#[test]
fn a_mapping_cut_anywhere_is_read_or_told() {
    let mut told = 0;
    for file in shipped("mappings") {
        let text = fs::read_to_string(&file).unwrap();
        for half in cuts(&text) {
            if let Err(found) = mapping::parse("a.toml", half) {
                told += 1;
                assert!(found.iter().any(Diagnostic::is_error), "{}: {half}", file.display());
                drawn(&found, half);
            }
        }
    }
    assert!(told > 20, "{told}");
}

#[test]
fn a_config_cut_anywhere_is_read_or_told() {
    for file in shipped("config") {
        let text = fs::read_to_string(&file).unwrap();
        for half in cuts(&text) {
            if let Err(found) = config::parse("a.toml", half) {
                assert!(found.iter().any(Diagnostic::is_error), "{}: {half}", file.display());
                drawn(&found, half);
            }
        }
    }
}

#[test]
fn what_is_no_text_of_ours_ends_soon() {
    let large = [
        "[".repeat(1 << 20),
        format!("a = {}", "[".repeat(1 << 20)),
        format!("a = {}", "{ b = ".repeat(1 << 14)),
        "\"".repeat(1 << 16),
        format!("{}= 1", "a.".repeat(1 << 15)),
        "# a remark\n".repeat(1 << 14),
        "a\n".repeat(1 << 16),
        format!("x = \"{}\"", "é".repeat(1 << 16)),
        "\0".repeat(1 << 16),
        format!("a = [1{}", "]".repeat(1 << 16)),
    ];
    for text in large {
        let found = mapping::parse("a.toml", &text).err().unwrap();
        assert!(found.len() < 100, "{} for {}", found.len(), text.chars().take(20).collect::<String>());
        drawn(&found, &text);
        let length = render::render(&found, &text, false).len();
        assert!(length < 100_000, "{length} bytes are drawn of {}", text.chars().take(20).collect::<String>());
    }
}

#[test]
fn one_mistake_in_many_lines_is_told_for_each() {
    let lines: String = (0..50).map(|number| format!("k{number} = yes\n")).collect();
    let found = mapping::parse("a.toml", &format!("[lead]\n{lines}")).err().unwrap();
    assert_eq!(found.len(), 50);
}
