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

/// A small generator of the same numbers every time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides.max(1)
    }
}

/// Pieces that parsers look for.
const WORDS: [&[u8]; 24] = [
    b"SUCCESS: ",
    b"ERROR: ",
    b"NOTICE: ",
    b" - ",
    b": |",
    b"|",
    b"\n",
    b"\r\n",
    b"\t",
    b"\\",
    b"!N",
    b"--BLANK--",
    b"0000-00-00",
    b"'",
    b"\"",
    b"\xff",
    b"\xc3\xa9",
    b"\xf0\x9f\x98\x80",
    b"\xcc\x88",
    b"-1",
    b"99999999999999999999",
    b"[",
    b"=",
    b"\0",
];

/// A piece of the corpus, changed a few times.
fn shaken(pieces: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut data = pieces[dice.throw(pieces.len())].clone();
    for _ in 0..=dice.throw(6) {
        let at = dice.throw(data.len() + 1);
        let end = (at + dice.throw(24)).min(data.len());
        match dice.throw(6) {
            0 => drop(data.splice(at..at, WORDS[dice.throw(WORDS.len())].iter().copied())),
            1 => drop(data.drain(at..end)),
            2 => data.extend_from_within(at..end),
            3 => {
                let other = &pieces[dice.throw(pieces.len())];
                let from = dice.throw(other.len() + 1);
                drop(data.splice(at..end, other[from..].iter().take(64).copied()));
            }
            4 if at < data.len() => data[at] ^= 1 << dice.throw(8),
            _ => data.insert(at, u8::try_from(dice.throw(256)).unwrap()),
        }
    }
    data
}

/// Some hundred pieces of each target; for as many seconds each as `VICISYNC_FUZZ_SECONDS` says, where it says so.
#[test]
fn shaken_pieces_keep_the_promises() {
    let seconds = std::env::var("VICISYNC_FUZZ_SECONDS").ok().map(|text| text.parse::<u64>().expect("seconds"));
    for (target, body) in bodies::TARGETS {
        let folder = corpus().join(target);
        let pieces: Vec<Vec<u8>> = names(&folder).iter().map(|piece| fs::read(folder.join(piece)).unwrap()).collect();
        let start = std::time::Instant::now();
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ seconds.unwrap_or(0));
        let mut count = 0_u64;
        while seconds.map_or(count < 400, |seconds| start.elapsed().as_secs() < seconds) {
            let data = shaken(&pieces, &mut dice);
            let kept = data.clone();
            if let Err(broken) = std::panic::catch_unwind(move || body(&data)) {
                println!("{target} breaks on {:?}", String::from_utf8_lossy(&kept));
                println!("as bytes: {kept:?}");
                std::panic::resume_unwind(broken);
            }
            count += 1;
        }
        println!("{target}: {count} pieces");
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
