//! Names of report files, with placeholders that each run fills: `/var/lib/reports/calls-{date}.csv`. The folder is fixed, so that
//! nothing but a file is ever made.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::Window;

/// What a run fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// `{date}`: the last day of the window, as 2026-11-25.
    Date,
    /// `{hour}`: the hour at which the window begins, as 09.
    Hour,
    /// `{report}`: the report's name.
    Report,
}

impl Placeholder {
    /// The words in braces.
    pub const WORDS: [(&'static str, Self); 3] = [("date", Self::Date), ("hour", Self::Hour), ("report", Self::Report)];
}

/// A file's path with placeholders in its last part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    folder: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Filled(Placeholder),
}

/// Why a text is no file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrongName {
    /// It ends with a slash, or is `.` or `..`.
    NoFile,
    /// A brace without its partner.
    Brace,
    /// No such placeholder.
    Unknown(String),
    /// A placeholder in the folder.
    Folder,
}

impl FileName {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, WrongName> {
        let (folder, file) = text.rsplit_once('/').map_or(("", text), |(folder, file)| (folder, file));
        let folder = if folder.is_empty() && text.starts_with('/') { "/" } else { folder };
        if folder.contains(['{', '}']) {
            return Err(WrongName::Folder);
        }
        if matches!(file, "" | "." | "..") {
            return Err(WrongName::NoFile);
        }
        let mut parts = Vec::new();
        let mut rest = file;
        while let Some((before, after)) = rest.split_once('{') {
            let (word, after) = after.split_once('}').ok_or(WrongName::Brace)?;
            if before.contains('}') || word.contains('{') {
                return Err(WrongName::Brace);
            }
            let known = Placeholder::WORDS.iter().find(|(name, _)| *name == word);
            let (_, placeholder) = known.ok_or_else(|| WrongName::Unknown(word.to_owned()))?;
            parts.extend([Part::Text(before.to_owned()), Part::Filled(*placeholder)]);
            rest = after;
        }
        if rest.contains('}') {
            return Err(WrongName::Brace);
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        // `a//b` and `./a/b` are the folders of `a/b`.
        let pieces: Vec<&str> = folder.split('/').filter(|piece| !matches!(*piece, "" | ".")).collect();
        let folder = format!("{}{}", if folder.starts_with('/') { "/" } else { "" }, pieces.join("/"));
        Ok(Self { folder, parts })
    }

    /// The folder; empty for that of the config.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Its placeholders.
    #[must_use]
    pub fn placeholders(&self) -> BTreeSet<Placeholder> {
        let filled = |part: &Part| match part {
            Part::Text(_) => None,
            Part::Filled(placeholder) => Some(*placeholder),
        };
        self.parts.iter().filter_map(filled).collect()
    }

    /// The path for one report, its other placeholders left as they are: two that are alike are one file.
    #[must_use]
    pub fn of_report(&self, report: &str) -> String {
        self.put_together(|placeholder| match placeholder {
            Placeholder::Report => report.to_owned(),
            Placeholder::Date => "{date}".to_owned(),
            Placeholder::Hour => "{hour}".to_owned(),
        })
    }

    /// The path for one report and window.
    #[must_use]
    pub fn fill(&self, report: &str, window: &Window) -> String {
        self.put_together(|placeholder| match placeholder {
            Placeholder::Report => report.to_owned(),
            Placeholder::Date => window.until.format("%Y-%m-%d").to_string(),
            Placeholder::Hour => window.from.format("%H").to_string(),
        })
    }

    fn put_together(&self, fill: impl Fn(Placeholder) -> String) -> String {
        let mut path = self.folder.clone();
        if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => path.push_str(text),
                Part::Filled(placeholder) => path.push_str(&fill(*placeholder)),
            }
        }
        path
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.of_report("{report}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn placeholders_are_filled_and_mistakes_are_named() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).expect("a fixed day");
        let window = Window::of_days(day(18), day(24));
        for (text, expected) in [
            ("/var/reports/{report}-{date}.csv", "/var/reports/calls-2026-11-24.csv"),
            ("calls_{hour}.csv", "calls_00.csv"),
            ("./a//b/{date}", "a/b/2026-11-24"),
            ("/calls", "/calls"),
        ] {
            assert_eq!(FileName::parse(text).map(|name| name.fill("calls", &window)), Ok(expected.to_owned()), "{text}");
        }
        for (text, wrong) in [
            ("", WrongName::NoFile),
            ("/var/reports/", WrongName::NoFile),
            ("/var/..", WrongName::NoFile),
            ("{date}/x.csv", WrongName::Folder),
            ("a-{day}.csv", WrongName::Unknown("day".to_owned())),
            ("a-{}.csv", WrongName::Unknown(String::new())),
            ("a-{date.csv", WrongName::Brace),
            ("a-date}.csv", WrongName::Brace),
            ("a}-{date}.csv", WrongName::Brace),
            ("a-{{date}}.csv", WrongName::Brace),
        ] {
            assert_eq!(FileName::parse(text), Err(wrong), "{text}");
        }
        let alike = |text: &str| FileName::parse(text).map(|name| name.of_report("calls"));
        assert_eq!(alike("a/./{report}-{date}.csv"), alike("a/calls-{date}.csv"));
    }
}
