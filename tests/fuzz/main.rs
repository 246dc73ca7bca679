//! The corpus of the fuzz targets, replayed without a fuzzer: what was ever found stays mended.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../fuzz/bodies.rs"]
mod bodies;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

/// The names of what is in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_piece_of_the_corpus_keeps_the_promises() {
    for (target, body) in bodies::TARGETS {
        let folder = corpus().join(target);
        let pieces = names(&folder);
        assert!(pieces.len() >= 2, "{target} has a corpus");
        for piece in pieces {
            let data = fs::read(folder.join(&piece)).unwrap();
            println!("{target}/{piece}");
            body(&data);
            // And what a broken connection would leave of it.
            for end in 0..data.len().min(600) {
                body(&data[..end]);
            }
        }
    }
}

#[test]
fn each_target_is_one_for_the_fuzzer_too() {
    let mut targets: Vec<String> = bodies::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    targets.sort();
    assert_eq!(names(&corpus()), targets);
    let manifest = fs::read_to_string(corpus().join("../Cargo.toml")).unwrap();
    for target in &targets {
        let program = fs::read_to_string(corpus().join(format!("../fuzz_targets/{target}.rs"))).unwrap();
        assert!(program.contains(&format!("bodies::{target}(data)")) && manifest.contains(&format!("name = \"{target}\"")), "{target}");
    }
    assert_eq!(names(&corpus().join("../fuzz_targets")).len(), targets.len());
}
