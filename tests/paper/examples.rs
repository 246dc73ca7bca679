//! Every TOML example of README and `docs` is read without a mistake, and its own tests pass.
//!
//! A block of `docs/mapping.md` is of a mapping, one of `docs/connectors.md` of a connector, all others are of a config; a word behind `toml` in the
//! fence's first line says otherwise: `mapping`, `config`, `connector`. `wrong` says that it must be refused. A piece of a file is made whole first.

use toml::Table;
use vicisync::crm::Connector;
use vicisync::diag::render::render;
use vicisync::mapping;

use crate::whole::{Kind, codes};
use crate::{documents, read};

/// A block of TOML in a page.
struct Block {
    place: String,
    words: Vec<String>,
    text: String,
}

fn blocks(path: &str, page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    // The indent of a fence in a list, the block, whether it is TOML.
    let mut open: Option<(usize, Block, bool)> = None;
    for (number, line) in page.lines().enumerate() {
        let start = line.trim_start();
        let Some((indent, block, is_toml)) = open.as_mut() else {
            if let Some(info) = start.strip_prefix("```") {
                let mut words = info.split_whitespace().map(str::to_owned);
                let is_toml = words.next().as_deref() == Some("toml");
                let block = Block { place: format!("{path}:{}", number + 2), words: words.collect(), text: String::new() };
                open = Some((line.len() - start.len(), block, is_toml));
            }
            continue;
        };
        if start == "```" {
            let block = Block { place: block.place.clone(), words: block.words.clone(), text: block.text.clone() };
            if *is_toml {
                blocks.push(block);
            }
            open = None;
        } else {
            block.text.push_str(line.get(*indent..).unwrap_or_default());
            block.text.push('\n');
        }
    }
    assert!(open.is_none(), "{path} has a fence without an end");
    blocks
}

fn all() -> Vec<Block> {
    documents().iter().flat_map(|path| blocks(path, &read(path))).collect()
}

/// The word for the kind of file.
fn kind(block: &Block) -> &str {
    let marked = block.words.iter().find(|word| ["mapping", "config", "connector"].contains(&word.as_str()));
    match marked {
        Some(word) => word,
        None if block.place.starts_with("docs/mapping.md") => "mapping",
        None if block.place.starts_with("docs/connectors.md") => "connector",
        None => "config",
    }
}

#[test]
fn every_example_is_read_as_it_should_be() {
    let mut wrong = Vec::new();
    for block in all() {
        let place = &block.place;
        for word in &block.words {
            assert!(["mapping", "config", "connector", "wrong"].contains(&word.as_str()), "{place}: what is `{word}`?");
        }
        let is_wrong = block.words.iter().any(|word| word == "wrong");
        let piece: Table = match block.text.parse() {
            Ok(piece) => piece,
            Err(error) => {
                wrong.push(format!("{place}: {error}"));
                continue;
            }
        };
        let kind = match kind(&block) {
            "mapping" => Kind::Mapping,
            "config" => Kind::Config,
            _ => {
                // A piece of a connector has no base; it is TOML, and a whole one is read.
                if piece.contains_key("format") && Connector::parse("example.toml", &block.text).is_err() != is_wrong {
                    wrong.push(format!("{place}: a connector that is not read as it should be"));
                }
                continue;
            }
        };
        let text = kind.with(&piece);
        let found = kind.read(&text);
        if found.is_empty() == is_wrong {
            wrong.push(format!("{place}: {:?}\n{}", codes(&found), render(&found, &text, false)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tests_in_examples_pass() {
    let mut count = 0;
    for block in all().iter().filter(|block| kind(block) == "mapping" && !block.words.contains(&"wrong".to_owned())) {
        let text = Kind::Mapping.with(&block.text.parse().unwrap());
        let (program, _) = mapping::parse("example.toml", &text).unwrap();
        for outcome in program.tests() {
            assert_eq!(outcome.problems, Vec::<String>::new(), "{}: {}", block.place, outcome.name);
            count += 1;
        }
    }
    assert!(count >= 4);
}

#[test]
fn examples_are_found_where_they_stand() {
    let page = "a\n```toml\nx = 1\n```\n1. b\n   ```toml mapping wrong\n   y = 2\n\n   z = 3\n   ```\n```sql\nselect\n```\n";
    let found = blocks("docs/a.md", page);
    let shown: Vec<(&str, &str, &str)> = found.iter().map(|block| (block.place.as_str(), kind(block), block.text.as_str())).collect();
    assert_eq!(shown, [("docs/a.md:3", "config", "x = 1\n"), ("docs/a.md:7", "mapping", "y = 2\n\nz = 3\n")]);
    // Each guide that teaches by examples is among them.
    let all = all();
    for (page, least) in [("docs/mapping.md", 9), ("docs/config.md", 2), ("docs/reports.md", 1), ("docs/database-lane.md", 1)] {
        assert!(all.iter().filter(|block| block.place.starts_with(page)).count() >= least, "{page}");
    }
}
