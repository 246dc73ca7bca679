//! What `vicisync code` calls wrong is refused with that very code, and what it calls right is taken.
//!
//! An example is put into a whole file, at each place where such lines may stand; at one of them all must be so. What shows only across files, in a
//! connector or on a machine (E05.., E06.., E07.., warnings beyond W0402) is not tried here.

use std::collections::BTreeSet;

use toml::{Table, Value};
use vicisync::diag::Code;

use crate::whole::{Kind, codes, merge};

/// An example of an explanation.
#[derive(Debug)]
struct Example {
    is_wrong: bool,
    text: String,
}

/// The labelled examples at the end of an explanation.
fn examples(explanation: &str) -> Vec<Example> {
    let Some((_, part)) = explanation.rsplit_once("\n\n") else { return Vec::new() };
    let mut found: Vec<(Example, usize)> = Vec::new();
    for line in part.lines() {
        if line.starts_with(' ') {
            let Some((example, column)) = found.last_mut() else { continue };
            example.text.push_str(line.get(*column..).unwrap_or_else(|| line.trim_start()));
            example.text.push('\n');
        } else if let Some((label, rest)) = line.split_once(':') {
            let text = rest.trim_start();
            let column = line.len() - text.len();
            let is_wrong = label.starts_with("Wrong") || label.starts_with("Not yet");
            found.push((Example { is_wrong, text: format!("{text}\n") }, column));
        }
    }
    found.into_iter().map(|(example, _)| example).collect()
}

/// A place in a file where lines may stand.
struct Place {
    kind: Kind,
    /// The tables that lead there; the last one is a list's element where `element` says what it has besides.
    path: &'static [&'static str],
    element: Option<&'static str>,
}

const PLACES: &[Place] = &[
    Place { kind: Kind::Config, path: &[], element: None },
    Place { kind: Kind::Config, path: &["crm", "espo"], element: None },
    Place { kind: Kind::Config, path: &["vicidial", "main"], element: None },
    Place { kind: Kind::Config, path: &["job", "sales"], element: None },
    Place { kind: Kind::Mapping, path: &[], element: None },
    Place { kind: Kind::Mapping, path: &["filter"], element: None },
    Place { kind: Kind::Mapping, path: &["lead"], element: None },
    Place { kind: Kind::Mapping, path: &["custom"], element: None },
    Place { kind: Kind::Mapping, path: &["phone"], element: None },
    Place { kind: Kind::Mapping, path: &["leaving"], element: None },
    Place { kind: Kind::Mapping, path: &["calls"], element: None },
    Place { kind: Kind::Mapping, path: &["list"], element: Some("when = { cOther = \"x\" }\nlist = 1001") },
    Place { kind: Kind::Mapping, path: &["disposition"], element: Some("status = \"SALE\"") },
];

/// How a piece is put in its place.
#[derive(Clone, Copy)]
enum Way {
    /// Beside what is there.
    Beside,
    /// A table of the piece in place of the one that is there.
    Instead,
}

impl Place {
    fn file(&self, piece: &Table, way: Way) -> String {
        let mut whole = self.kind.base();
        if self.path.contains(&"disposition") {
            merge(&mut whole, &"[calls]\ngo_live = 2026-11-01T00:00:00Z\n".parse().unwrap());
        }
        let mut piece = piece.clone();
        if let Some(element) = self.element {
            let mut element: Table = element.parse().unwrap();
            merge(&mut element, &piece);
            piece = Table::from_iter([(self.path[0].to_owned(), Value::Array(vec![Value::Table(element)]))]);
        } else {
            for name in self.path.iter().rev() {
                piece = Table::from_iter([((*name).to_owned(), Value::Table(piece))]);
            }
        }
        match way {
            Way::Beside => merge(&mut whole, &piece),
            Way::Instead => {
                for (key, value) in &piece {
                    match (whole.get_mut(key), value) {
                        (Some(Value::Table(whole)), Value::Table(piece)) => whole.extend(piece.clone()),
                        _ => {
                            whole.insert(key.clone(), value.clone());
                        }
                    }
                }
            }
        }
        whole.to_string()
    }

    /// The codes of the errors and warnings that an example gets here.
    fn codes(&self, example: &Example, way: Way) -> Vec<Code> {
        match example.text.parse::<Table>() {
            Ok(piece) => codes(&self.kind.read(&self.file(&piece, way))),
            // Several lines for one key are several ways to write it.
            Err(_) if !example.is_wrong && example.text.lines().count() > 1 => {
                let lines = example.text.lines().map(|line| Example { is_wrong: false, text: line.to_owned() });
                lines.flat_map(|line| self.codes(&line, way)).collect()
            }
            Err(_) => codes(&self.kind.read(&format!("{}\n{}", example.text, self.kind.base_text()))),
        }
    }

    fn is_as_said(&self, code: Code, examples: &[Example], way: Way) -> bool {
        examples.iter().all(|example| {
            let mut codes = self.codes(example, way);
            if example.is_wrong {
                // What is warned of besides is not what the example is about.
                codes.retain(|found| found.severity() == code.severity() && (code == Code::NotYet || *found != Code::NotYet));
                !codes.is_empty() && codes.iter().all(|found| *found == code)
            } else {
                codes.is_empty()
            }
        })
    }
}

fn is_shown_by_one_file(code: Code) -> bool {
    let name = code.name();
    // Whether VICIdial's database is read stands in another file than the rule.
    code != Code::FlagsUnknown
        && (["E01", "E02", "E03"].iter().any(|start| name.starts_with(start)) || ["W0401", "W0402", "W0403", "W0418"].contains(&name))
}

#[test]
fn explanations_tell_the_truth() {
    let mut lies = Vec::new();
    for code in Code::ALL.iter().copied().filter(|code| is_shown_by_one_file(*code)) {
        let examples = examples(code.explanation());
        if examples.is_empty() {
            lies.push(format!("{code} has no example"));
            continue;
        }
        let is_so = PLACES.iter().any(|place| [Way::Beside, Way::Instead].iter().any(|way| place.is_as_said(code, &examples, *way)));
        if !is_so {
            let mut seen = BTreeSet::new();
            for place in PLACES {
                let codes: Vec<_> = examples.iter().map(|example| (example.is_wrong, place.codes(example, Way::Beside))).collect();
                seen.insert(format!("  {:?} {}: {codes:?}", place.kind, place.path.join(".")));
            }
            lies.push(format!("{code}: {examples:#?}\n{}", seen.into_iter().collect::<Vec<_>>().join("\n")));
        }
    }
    assert!(lies.is_empty(), "{}", lies.join("\n\n"));
}

#[test]
fn what_is_wrong_is_shown_for_most_codes() {
    let shown = |code: &Code| examples(code.explanation()).iter().any(|example| example.is_wrong);
    let tried = || Code::ALL.iter().filter(|code| is_shown_by_one_file(**code));
    let wrong = tried().filter(|code| shown(code)).count();
    assert!(wrong * 3 >= tried().count() * 2, "{wrong} of {} explanations show what is wrong", tried().count());
}
