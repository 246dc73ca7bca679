//! A form as a page for people: each table with its keys, what counts without them, and what the words mean; at the end what is refused for now.
//!
//! The pages in `docs/reference` are made here, so they say what the readers read. It knows no key of any file, and no file.

use super::form::{Form, Key, Kind, Names, Need, Others, Word};
use super::outline::{self, Header, Part};

/// The page of a file's form. `intro` stands under the title.
#[must_use]
pub fn page(title: &str, intro: &str, form: &'static Form) -> String {
    let writer = Writer { parts: outline::parts(form).into_iter().filter(|part| !is_small(part.form)).collect() };
    let mut page = format!("# {title}\n\n{intro}\n");
    for part in &writer.parts {
        writer.section(part, &mut page);
    }
    let later: String = writer.parts.iter().map(|part| writer.refused(part)).collect();
    if !later.is_empty() {
        page.push_str(&format!("\n## Refused for now\n\n{REFUSED}\n\n{later}"));
    }
    page
}

const REFUSED: &str =
    "These belong to the language, and vicisync does not do yet what they ask for. It refuses them (E0103) rather than ignore them.";

/// A step of the kind that changes a value, as a page shows it.
#[derive(Debug, Clone)]
pub struct Step {
    /// As it is written: `truncate:30`.
    pub written: String,
    /// What it does, in a sentence without a full stop.
    pub about: String,
    /// Each as it is written, with the text before and the text after.
    pub examples: Vec<(String, String, String)>,
}

/// The page of all steps.
#[must_use]
pub fn steps(title: &str, intro: &str, steps: &[Step]) -> String {
    let mut page = format!("# {title}\n\n{intro}\n\n| step | | before | after |\n|---|---|---|---|\n");
    for step in steps {
        let mut first = (code(&step.written), cell(&step.about));
        if step.examples.is_empty() {
            page.push_str(&format!("| {} | {} | | |\n", first.0, first.1));
        }
        for (written, before, after) in &step.examples {
            // An example that is written otherwise than the step itself says how.
            let written = if *written == step.written { String::new() } else { format!("{}: ", code(written)) };
            page.push_str(&format!("| {} | {} | {written}{} | {} |\n", first.0, first.1, code(before), code(after)));
            first = (String::new(), String::new());
        }
    }
    page
}

/// A table that is told in a few words, where it stands: nothing but keys of the admin's own with plain values.
fn is_small(form: &'static Form) -> bool {
    let mut inner = Vec::new();
    if let Some(others) = &form.others {
        outline::forms(others.kind, &mut inner);
    }
    form.keys.is_empty() && inner.is_empty()
}

/// A table that has nothing but tables with names of the admin's own.
fn is_passage(form: &Form) -> Option<&Others> {
    form.others.as_ref().filter(|others| form.keys.is_empty() && matches!(others.kind, Kind::Table(_)))
}

struct Writer {
    parts: Vec<Part>,
}

/// A line of a section's table.
struct Row {
    key: String,
    written: String,
    without: String,
    about: String,
}

/// More words than these stand in the key's description only.
const WORDS_SHOWN_MAX: usize = 3;

impl Writer {
    fn section(&self, part: &Part, page: &mut String) {
        if is_passage(part.form).is_some() {
            return;
        }
        let title = title(part);
        let about = self.about(part);
        page.push_str(&format!("\n## {title}\n\n"));
        if about.trim_end_matches('.') != title {
            page.push_str(&format!("{about}\n\n"));
        }
        if is_shared(part) {
            page.push_str(&format!("Stands in: {}.\n\n", self.places(part.form).join(", ")));
        }
        let rows = self.rows(part.form);
        let alike =
            rows.first().map(|row| row.written.clone()).filter(|first| rows.len() > 3 && rows.iter().all(|row| row.written == *first));
        match &alike {
            Some(written) => page.push_str(&format!("Each is written as {written}.\n\n| key | without it | |\n|---|---|---|\n")),
            None => page.push_str("| key | written as | without it | |\n|---|---|---|---|\n"),
        }
        for row in &rows {
            let written = if alike.is_some() { String::new() } else { format!(" {} |", row.written) };
            page.push_str(&format!("| {} |{written} {} | {} |\n", row.key, row.without, row.about));
        }
    }

    /// What a table is for. One with a name of the admin's own is told about with its name.
    fn about(&self, part: &Part) -> &'static str {
        let passages = self.parts.iter().filter_map(|outer| is_passage(outer.form));
        let named = passages.into_iter().find(|others| matches!(others.kind, Kind::Table(form) if std::ptr::eq(*form, part.form)));
        named.map_or(part.form.about, |others| others.about)
    }

    fn rows(&self, form: &'static Form) -> Vec<Row> {
        let mut rows = Vec::new();
        for key in form.keys {
            let without = match key.need {
                Need::Later(_) => continue,
                Need::Must => "must be there".to_owned(),
                Need::May => String::new(),
                Need::Else(otherwise) => code(otherwise),
            };
            rows.push(Row { key: code(key.name), written: self.one(&key.kind), without, about: cell(&told(key.about, &key.kind)) });
        }
        if let Some(others) = &form.others {
            let key = if form.keys.is_empty() { others.name.to_owned() } else { format!("{}: any other key", others.name) };
            let about = cell(&told(others.about, others.kind));
            rows.push(Row { key, written: self.one(others.kind), without: String::new(), about });
        }
        rows
    }

    /// What of a table is refused for now, a line each.
    fn refused(&self, part: &Part) -> String {
        let mut lines = String::new();
        for key in part.form.keys {
            match key.need {
                Need::Later(what) if is_said(key.about, what) => lines.push_str(&format!("  - {}: {}\n", code(key.name), key.about)),
                Need::Later(what) => lines.push_str(&format!("  - {} ({what}): {}\n", code(key.name), key.about)),
                Need::Must | Need::May | Need::Else(_) => {
                    for word in key.kind.words().iter().filter(|word| word.is_later) {
                        lines.push_str(&format!("  - {}: {}.\n", code(&format!("{} = \"{}\"", key.name, word.name)), word.about));
                    }
                }
            }
        }
        let title = title(part);
        if lines.is_empty() { lines } else { format!("- [{title}](#{})\n{lines}", anchor(&title)) }
    }

    /// The link to the section of a table; `words` where its header is none that could stand in a file.
    fn link(&self, form: &'static Form, words: &str) -> String {
        let Some(part) = outline::part_of(&self.parts, form) else {
            return form.others.as_ref().map_or_else(|| words.to_owned(), |others| format!("`{{ {} = .. }}`", others.name));
        };
        if let Some(others) = is_passage(form) {
            return self.one(others.kind);
        }
        let anchor = anchor(&title(part));
        match &part.header {
            Header::Top | Header::Braces(..) => format!("[{words}](#{anchor})"),
            _ if is_shared(part) => format!("[{words}](#{anchor})"),
            header if part.places > 1 => format!("{words} as [{}](#{anchor})", short(header)),
            header => format!("[{}](#{anchor})", short(header)),
        }
    }

    /// Where a table may stand.
    fn places(&self, wanted: &'static Form) -> Vec<String> {
        let holds = |kind: &'static Kind| {
            let mut inner = Vec::new();
            outline::forms(kind, &mut inner);
            inner.iter().any(|inner| std::ptr::eq(*inner, wanted))
        };
        let mut places = Vec::new();
        for part in &self.parts {
            let keys: Vec<&Key> = part.form.keys.iter().filter(|key| !matches!(key.need, Need::Later(_)) && holds(&key.kind)).collect();
            let is_others = part.form.others.as_ref().is_some_and(|others| holds(others.kind));
            let title = title(part);
            let title = format!("[{title}](#{})", anchor(&title));
            if part.header == Header::Top {
                places.extend(keys.iter().map(|key| code(key.name)));
                continue;
            }
            match keys.as_slice() {
                [] if is_others => places.push(title),
                [] => {}
                [key] => places.push(format!("{} of {title}", code(key.name))),
                _ => places.push(title),
            }
        }
        places
    }

    /// One value of a kind, in words.
    fn one(&self, kind: &'static Kind) -> String {
        match kind {
            Kind::Text | Kind::Name(Names::Object) => "text".to_owned(),
            Kind::Name(names) => name(*names).0.to_owned(),
            Kind::Number(i64::MIN, i64::MAX) => "a whole number".to_owned(),
            Kind::Number(least, most) if *most == i64::MAX => format!("a number, {least} or more"),
            Kind::Number(least, most) if least == most => format!("the number {least}"),
            Kind::Number(least, most) => format!("a number from {least} to {most}"),
            Kind::Share => "a share from 0 to 1".to_owned(),
            Kind::Flag => "`true` or `false`".to_owned(),
            Kind::Date => "a date, without quotes".to_owned(),
            Kind::Zone => "a time zone".to_owned(),
            Kind::Schedule => "a schedule".to_owned(),
            Kind::Secret => "where a secret is".to_owned(),
            Kind::Url => "an address".to_owned(),
            Kind::Path => "a file".to_owned(),
            Kind::Word(words) => {
                let now: Vec<String> = words.iter().filter(|word| !word.is_later).map(|word| code(&format!("\"{}\"", word.name))).collect();
                if now.len() > WORDS_SHOWN_MAX { "a word".to_owned() } else { now.join(" or ") }
            }
            Kind::Scalar => "a value (text, number, `true` or `false`)".to_owned(),
            Kind::Template => "text with `${..}`".to_owned(),
            Kind::Any => "anything".to_owned(),
            Kind::List(kind) => format!("a list of {}", self.many(kind)),
            Kind::OneOf([Kind::Table(form), Kind::Tables(several)]) if std::ptr::eq(*form, *several) => {
                format!("{}, or several", self.link(form, "a table"))
            }
            Kind::OneOf(kinds) => {
                let mut words: Vec<String> = kinds.iter().map(|kind| self.one(kind)).collect();
                words.dedup();
                words.join(" or ")
            }
            Kind::Table(form) => self.link(form, "a table"),
            Kind::Tables(form) => self.link(form, "tables"),
        }
    }

    /// Several values of a kind, in words.
    fn many(&self, kind: &'static Kind) -> String {
        match kind {
            Kind::Text | Kind::Name(Names::Object) => "texts".to_owned(),
            Kind::Name(names) => name(*names).1.to_owned(),
            Kind::Number(..) => "numbers".to_owned(),
            Kind::Path => "files".to_owned(),
            Kind::Schedule => "schedules".to_owned(),
            Kind::Date => "dates".to_owned(),
            Kind::Zone => "time zones".to_owned(),
            Kind::Url => "addresses".to_owned(),
            Kind::Template => "texts with `${..}`".to_owned(),
            Kind::Scalar => "values".to_owned(),
            Kind::Table(form) | Kind::Tables(form) => self.link(form, "tables"),
            Kind::OneOf(kinds) => kinds.iter().map(|kind| self.many(kind)).collect::<Vec<_>>().join(" or "),
            Kind::Share | Kind::Flag | Kind::Secret | Kind::Word(_) | Kind::Any | Kind::List(_) => self.one(kind),
        }
    }
}

/// A name in words: one, and several.
fn name(names: Names) -> (&'static str, &'static str) {
    match names {
        Names::Object => ("an object", "objects"),
        Names::ContactField => ("a contact's field", "contact's fields"),
        Names::Attribute => ("a CRM field", "CRM fields"),
        Names::ContactTemplate => ("text with `${field}`", "texts with `${field}`"),
        Names::List => ("a list's number", "lists' numbers"),
        Names::CustomLabel => ("a label", "labels"),
        Names::LeadStatus | Names::CallStatus => ("a status", "statuses"),
        Names::Campaign => ("a campaign or in-group", "campaigns or in-groups"),
        Names::Agent => ("an agent's user name", "agents' user names"),
        Names::CrmUser => ("a CRM user's id", "CRM users' ids"),
        Names::CrmConnection | Names::VicidialConnection => ("a connection's name", "connections' names"),
    }
}

/// Tables that several keys share are called by what they are for; one that has a header of its own only where many do.
fn is_shared(part: &Part) -> bool {
    part.places > 2 || (part.places > 1 && matches!(part.header, Header::Braces(..)))
}

/// The heading of a table.
fn title(part: &Part) -> String {
    if is_shared(part) { first_words(part.form.about) } else { heading(&part.header) }
}

/// Whether what a key waits for says no more than what it is for.
fn is_said(about: &str, what: &str) -> bool {
    about.trim_end_matches('.').to_lowercase().contains(&what.to_lowercase())
}

fn heading(header: &Header) -> String {
    match header {
        Header::Top => "At the top of the file".to_owned(),
        Header::Table(names) => format!("`[{names}]`"),
        Header::Tables(names) => format!("`[[{names}]]`"),
        Header::Either(names) => format!("`[{names}]`, or several `[[{names}]]`"),
        Header::Braces(key, outer) => match outer.as_ref() {
            Header::Braces(..) | Header::Top => format!("`{key} = {{ .. }}`"),
            Header::Table(_) | Header::Tables(_) | Header::Either(_) => format!("`{key} = {{ .. }}` in {}", short(outer)),
        },
    }
}

/// The same, in the midst of a sentence.
fn short(header: &Header) -> String {
    match header {
        Header::Either(names) => format!("`[{names}]`"),
        Header::Top | Header::Table(_) | Header::Tables(_) | Header::Braces(..) => heading(header),
    }
}

/// What a key is for, with what its words mean, and what stands in a small table.
fn told(about: &str, kind: &'static Kind) -> String {
    let mut text = about.to_owned();
    let now: Vec<&Word> = kind.words().iter().filter(|word| !word.is_later).collect();
    if !now.is_empty() {
        let words: Vec<String> = now.iter().map(|word| format!("{}: {}", code(word.name), word.about.trim_end_matches('.'))).collect();
        text.push_str(&format!(" {}.", words.join("; ")));
    }
    let mut inner = Vec::new();
    outline::forms(kind, &mut inner);
    inner.dedup_by(|one, other| std::ptr::eq(*one, *other));
    for others in inner.iter().filter(|form| is_small(form)).filter_map(|form| form.others.as_ref()) {
        text.push_str(&format!(" {}: {}", others.name, others.about));
    }
    text
}

fn first_words(about: &str) -> String {
    about.split(['.', ':']).next().unwrap_or(about).to_owned()
}

fn code(text: &str) -> String {
    let text = cell(text);
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

/// Text of a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The anchor that a page's readers make of a heading.
#[must_use]
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}
