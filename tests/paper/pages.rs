//! What is made from the code and committed is what the code makes now. `VICISYNC_BLESS=1 cargo test --test paper` writes it.

use std::collections::BTreeSet;
use std::fs;

use clap::{Command, CommandFactory};
use vicisync::cli::arguments::Arguments;
use vicisync::cli::schema::FILES;
use vicisync::diag::reference;
use vicisync::model::{Direction, Side, Way, Winner};
use vicisync::sync::field::{self, Action, Edit};

use crate::root;

const MADE: &str = "Made from the program itself; `VICISYNC_BLESS=1 cargo test --test paper` writes it anew.";

/// What stands under the title of a file's page.
fn intro(name: &str) -> String {
    let guide = match name {
        "config" => "Every key of `vicisync.toml`. What it is for, with examples: [config.md](../config.md).",
        "mapping" => "Every key of a mapping. What it is for, with examples: [mapping.md](../mapping.md).",
        "connector" => "Every key of a connector's file. What it is for: [connectors.md](../connectors.md).",
        other => panic!("the page of `{other}` has no introduction"),
    };
    format!("{guide} Editors take the same from [{name}.schema.json](../schema/{name}.schema.json).\n\n{MADE}")
}

/// All pages, with their paths.
fn pages() -> Vec<(String, String)> {
    let mut pages = vec![
        ("docs/reference/errors.md".to_owned(), errors()),
        ("docs/reference/help.md".to_owned(), help()),
        ("docs/reference/transforms.md".to_owned(), transforms()),
        ("docs/reference/two-ways.md".to_owned(), two_ways()),
    ];
    for file in FILES {
        pages.push((format!("docs/schema/{}.schema.json", file.name), file.schema_text()));
        pages.push((format!("docs/reference/{}.md", file.name), reference::page(file.title, &intro(file.name), file.form)));
    }
    pages
}

fn errors() -> String {
    let intro = format!(
        "Each message about a file begins with a code. `vicisync code E0102` prints what stands here; `vicisync code` lists all codes. A code keeps its \
         meaning for ever. Errors stop the file's use, warnings stop nothing.\n\n{MADE}"
    );
    vicisync::diag::catalogue(&intro)
}

fn transforms() -> String {
    let intro = format!(
        "Every step of `transform`, with examples: the text before, and the text after. Several values are separated by `|` here. How steps are used: \
         [mapping.md](../mapping.md#transforms).\n\n{MADE}"
    );
    let steps: Vec<reference::Step> = vicisync::mapping::documented()
        .into_iter()
        .map(|known| {
            let quoted = |text: &str| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned();
            let written = match (known.argument, known.examples.first()) {
                // A table is shown as its example writes it.
                ("", Some(example)) if example.written.starts_with('{') => example.written.to_owned(),
                ("", _) => known.name.to_owned(),
                (argument, _) => format!("{}:{argument}", known.name),
            };
            let undone = if known.undo { " (it can be undone)" } else { "" };
            reference::Step {
                written,
                about: format!("{}{undone}", known.about),
                examples: known
                    .examples
                    .iter()
                    .map(|example| (quoted(example.written), example.before.to_owned(), example.after.to_owned()))
                    .collect(),
            }
        })
        .collect();
    reference::steps("Transforms", &intro, &steps)
}

/// The table of what becomes of a field, as the program decides it.
fn two_ways() -> String {
    let did = |edit| match edit {
        Edit::None => "nothing",
        Edit::Value => "another value",
        Edit::Blank => "emptied",
        Edit::Late => "shows an older write of ours",
    };
    let follows = |action: Option<Action>| match action {
        None => "by `wins`",
        Some(Action::Nothing) => "nothing",
        Some(Action::Keep) => "both stay",
        Some(Action::Push) => "CRM's to VICIdial",
        Some(Action::Pull) => "VICIdial's to the CRM",
        Some(Action::Hold) => "a person decides",
    };
    let mut page = format!(
        "# Two ways\n\nWhat becomes of a field, by what the CRM and VICIdial did to it since each was last seen. Each side is compared with what it showed last, \
         never with the other. How a field says which way it goes: [mapping.md](../mapping.md).\n\n{MADE}\n\nWhere both sides show the same now, nothing is \
         written, whatever they did.\n"
    );
    for (clears, title) in
        [(false, "A blank says nothing (`blank = \"keep\"`)"), (true, "A blank empties the other side (`blank = \"clear\"`)")]
    {
        page.push_str(&format!("\n## {title}\n\n| CRM | VICIdial | `push` | `pull` | `both` |\n|---|---|---|---|---|\n"));
        for row in field::rows() {
            let cells = if clears { row.clears } else { row.keeps }.map(follows);
            page.push_str(&format!("| {} | {} | {} |\n", did(row.crm), did(row.vicidial), cells.join(" | ")));
        }
    }
    page.push_str("\n## Both changed it, and it goes both ways\n\n| `wins` | `otherwise` | CRM later | VICIdial later | not known |\n|---|---|---|---|---|\n");
    for winner in field::winners() {
        let side = |side| match side {
            Some(Side::Crm) => "`crm`",
            Some(Side::Vicidial) => "`vicidial`",
            None => "`hold`",
        };
        let (wins, otherwise) = match winner {
            Winner::Always(always) => (side(always), ""),
            Winner::Newest(otherwise) => ("`newest`", side(otherwise)),
        };
        let way = Way { direction: Direction::Both, winner, clears: false };
        let cells = [Some(Side::Crm), Some(Side::Vicidial), None]
            .map(|later| follows(Some(field::decide(way, Edit::Value, Edit::Value, false, later))));
        page.push_str(&format!("| {wins} | {otherwise} | {} |\n", cells.join(" | ")));
    }
    page.push_str(
        "\nNeither side dates single fields. The CRM's change lies between the last run's look and the contact's own date, VICIdial's between the last full \
         run and the lead's: one is the later only where these times do not touch, by a minute at least.\n\nWithout a last look at both, of a field that \
         the mapping names newly or a lead that is taken over, what is filled counts as changed, and a blank says nothing.\n",
    );
    page
}

/// The long help of every command, as wide as it was written.
fn help() -> String {
    // What stands in the environment of whoever makes the page is no part of it.
    let mut program = Arguments::command().term_width(0).mut_arg("config", |config| config.hide_env_values(true));
    program.build();
    let mut page = format!(
        "# What `--help` says\n\nEvery command with its options. What they are for, and what comes out: [commands.md](../commands.md).\n\n{MADE}\n"
    );
    section(&program, &mut page);
    page
}

fn section(command: &Command, page: &mut String) {
    let mut command = command.clone();
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    page.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        section(inner, page);
    }
}

#[test]
fn committed_pages_are_what_the_code_makes() {
    let is_blessed = std::env::var_os("VICISYNC_BLESS").is_some();
    let mut drifted = Vec::new();
    for (path, made) in pages() {
        let place = root().join(&path);
        let committed = fs::read_to_string(&place).unwrap_or_default();
        if committed == made {
            continue;
        }
        if is_blessed {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, &made).unwrap();
            continue;
        }
        let line = committed.lines().zip(made.lines()).position(|(one, other)| one != other);
        let line = line.unwrap_or_else(|| committed.lines().count().min(made.lines().count()));
        let shown = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
        drifted.push(format!("{path}, line {}:\n  committed: {}\n  made:      {}", line + 1, shown(&committed), shown(&made)));
    }
    assert!(drifted.is_empty(), "VICISYNC_BLESS=1 cargo test --test paper writes these:\n{}", drifted.join("\n"));
}

#[test]
fn no_page_is_left_over() {
    let made: BTreeSet<String> = pages().into_iter().map(|(path, _)| path).collect();
    for folder in ["docs/reference", "docs/schema"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = crate::within(&entry.unwrap().path());
            assert!(made.contains(&path), "nothing makes {path}");
        }
    }
}

#[test]
fn pages_are_the_same_however_often_they_are_made() {
    assert_eq!(pages(), pages());
}

#[test]
fn each_heading_of_a_page_is_there_once() {
    for (path, page) in pages().into_iter().filter(|(path, _)| path.ends_with(".md")) {
        let headings: Vec<String> = page.lines().filter_map(|line| line.strip_prefix("## ")).map(reference::anchor).collect();
        let once: BTreeSet<&String> = headings.iter().collect();
        assert_eq!(once.len(), headings.len(), "{path}: {headings:?}");
    }
}

#[test]
fn steps_are_drawn_with_their_examples() {
    let steps = [
        reference::Step {
            written: "truncate:30".to_owned(),
            about: "keeps at most so many characters".to_owned(),
            examples: vec![("truncate:3".to_owned(), "Annabel".to_owned(), "Ann".to_owned())],
        },
        reference::Step {
            written: "join:TEXT".to_owned(),
            about: "makes several one".to_owned(),
            examples: vec![
                ("join: | ".to_owned(), "a|b".to_owned(), "a | b".to_owned()),
                ("join:TEXT".to_owned(), "a".to_owned(), String::new()),
            ],
        },
        reference::Step { written: "trim".to_owned(), about: "cuts".to_owned(), examples: Vec::new() },
    ];
    let page = reference::steps("Steps", "All of them.", &steps);
    let expected = "# Steps\n\nAll of them.\n\n| step | | before | after |\n|---|---|---|---|\n\
                    | `truncate:30` | keeps at most so many characters | `truncate:3`: `Annabel` | `Ann` |\n\
                    | `join:TEXT` | makes several one | `join: \\| `: `a\\|b` | `a \\| b` |\n\
                    |  |  | `a` |  |\n\
                    | `trim` | cuts | | |\n";
    assert_eq!(page, expected);
}
