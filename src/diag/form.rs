//! The form of a file, as data: which keys its tables have, what may stand behind each, and what it is for.
//!
//! One source of four things: what the reader takes ([`super::reader::Table`] asks for no key that the form does not have, and complains of every other one),
//! the JSON Schema, the reference page, and where names of other systems stand in a text ([`super::names`]). It knows no key itself: a file's form
//! stands beside its reader.

/// A table's keys.
#[derive(Debug)]
pub struct Form {
    /// What the table is for, in a sentence.
    pub about: &'static str,
    /// The keys that it has.
    pub keys: &'static [Key],
    /// Keys that the admin names himself.
    pub others: Option<Others>,
}

/// Keys that the admin names himself, as in `[crm.NAME]`.
#[derive(Debug)]
pub struct Others {
    /// How the reference calls such a key: `NAME`.
    pub name: &'static str,
    /// What they are, in a sentence.
    pub about: &'static str,
    /// What the key itself names, if it is the name of something elsewhere.
    pub names: Option<Names>,
    /// What stands behind them.
    pub kind: &'static Kind,
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What may stand behind it.
    pub kind: Kind,
    /// Whether it must be there.
    pub need: Need,
    /// What it is for, in a sentence.
    pub about: &'static str,
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Must,
    /// It may; what is so without it stands in its sentence.
    May,
    /// It may; without it this counts, as it would be written.
    Else(&'static str),
    /// It belongs to the language, and is refused until there is what it asks for: these words say what that is.
    Later(&'static str),
}

/// What may stand behind a key.
#[derive(Debug)]
pub enum Kind {
    /// Text.
    Text,
    /// Text by which something elsewhere is named.
    Name(Names),
    /// A whole number within these bounds.
    Number(i64, i64),
    /// A number from 0 to 1.
    Share,
    /// True or false.
    Flag,
    /// A date, perhaps with time and offset, without quotes.
    Date,
    /// An IANA time zone.
    Zone,
    /// A cron expression.
    Schedule,
    /// A reference to a secret.
    Secret,
    /// The address of a server.
    Url,
    /// A path, relative to the config.
    Path,
    /// One of these words.
    Word(&'static [Word]),
    /// Text, a number, or true or false: a value as the CRM gives it.
    Scalar,
    /// Text with `${..}` in it.
    Template,
    /// Anything that TOML has.
    Any,
    /// A list of these.
    List(&'static Kind),
    /// One of these.
    OneOf(&'static [Kind]),
    /// A table.
    Table(&'static Form),
    /// A list of tables.
    Tables(&'static Form),
}

/// A word that a key takes.
#[derive(Debug)]
pub struct Word {
    /// As it is written.
    pub name: &'static str,
    /// What it means, in a few words.
    pub about: &'static str,
    /// Refused until there is what it asks for.
    pub is_later: bool,
}

/// What a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Names {
    /// The CRM's kind of record.
    Object,
    /// A contact's field that is read.
    ContactField,
    /// A contact's field that is set.
    Attribute,
    /// Text of a contact with `${field}` in it.
    ContactTemplate,
    /// A VICIdial list.
    List,
    /// The label of a custom field.
    CustomLabel,
    /// A status that leads are given.
    LeadStatus,
    /// A status that calls end with.
    CallStatus,
    /// A campaign.
    Campaign,
    /// An agent.
    Agent,
    /// A user of the CRM.
    CrmUser,
    /// A `[crm.NAME]` of the same file.
    CrmConnection,
    /// A `[vicidial.NAME]` of the same file.
    VicidialConnection,
}

/// A table of which nothing is known beforehand: all keys are the admin's own.
pub static FREE: Form =
    Form { about: "Anything.", keys: &[], others: Some(Others { name: "NAME", about: "Anything.", names: None, kind: &Kind::Any }) };

impl Form {
    /// The key of that name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// What may stand behind that name: of a key, or of one that the admin chose.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&'static Kind> {
        self.key(name).map(|key| &key.kind).or_else(|| self.others.as_ref().map(|others| others.kind))
    }
}

impl Key {
    /// A key that must be there.
    #[must_use]
    pub const fn must(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::Must, about }
    }

    /// A key that may be there.
    #[must_use]
    pub const fn may(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, need: Need::May, about }
    }

    /// A key without which something else counts, as it would be written.
    #[must_use]
    pub const fn or(name: &'static str, kind: Kind, otherwise: &'static str, about: &'static str) -> Self {
        Self { name, kind, need: Need::Else(otherwise), about }
    }

    /// A key that is refused until there is `what`.
    #[must_use]
    pub const fn later(name: &'static str, kind: Kind, what: &'static str, about: &'static str) -> Self {
        Self { name, kind, need: Need::Later(what), about }
    }
}

impl Word {
    /// A word that is taken.
    #[must_use]
    pub const fn now(name: &'static str, about: &'static str) -> Self {
        Self { name, about, is_later: false }
    }

    /// A word that is refused for now.
    #[must_use]
    pub const fn later(name: &'static str, about: &'static str) -> Self {
        Self { name, about, is_later: true }
    }
}

impl Kind {
    /// The form of the table that may stand here.
    #[must_use]
    pub fn form(&self) -> Option<&'static Form> {
        match self {
            Self::Table(form) | Self::Tables(form) => Some(form),
            Self::List(kind) => kind.form(),
            Self::OneOf(kinds) => kinds.iter().find_map(Self::form),
            Self::Any => Some(&FREE),
            Self::Text
            | Self::Name(_)
            | Self::Number(..)
            | Self::Share
            | Self::Flag
            | Self::Date
            | Self::Zone
            | Self::Schedule
            | Self::Secret
            | Self::Url
            | Self::Path
            | Self::Word(_)
            | Self::Scalar
            | Self::Template => None,
        }
    }

    /// What may stand in a list that stands here.
    #[must_use]
    pub fn element(&'static self) -> &'static Self {
        match self {
            Self::List(kind) => kind,
            Self::OneOf(kinds) => kinds.iter().find(|kind| matches!(kind, Self::List(_) | Self::Tables(_))).map_or(self, Self::element),
            _ => self,
        }
    }

    /// The words that may stand here.
    #[must_use]
    pub fn words(&self) -> &'static [Word] {
        match self {
            Self::Word(words) => words,
            Self::List(kind) => kind.words(),
            Self::OneOf(kinds) => kinds.iter().map(Self::words).find(|words| !words.is_empty()).unwrap_or_default(),
            _ => &[],
        }
    }
}
