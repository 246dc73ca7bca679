//! One attribute of a record type: what kind of value it holds and in which answers it shows.
//!
//! Knows no records; how a kind's value is found is in `view`, how a sent one is checked in `intake`.

use serde_json::{Value, json};

use super::schema::Entity;

/// What kind of value an attribute holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    /// A display name made of first and last name.
    Person,
    Varchar(usize),
    Text,
    Int,
    Bool,
    Datetime,
    Enum(Vec<String>),
    /// A time that the server sets.
    Stamp,
    Deleted,
    /// A contact's title, kept on its link to an account.
    Title(usize),
    /// A property of the contact's account or of the link to it.
    Account,
    Link(Entity),
    Parent,
    /// Something stored that a client cannot write.
    Auto,
    LinkName(String),
    Email,
    Phone,
    /// Opt-out or invalid mark of the primary number or address.
    Flag,
    /// The whole set of numbers or addresses.
    Data,
    /// A list of linked ids that a client may write.
    Ids(Entity),
    Roles,
    /// Names or columns beside a list of ids.
    Multi,
    PhoneMap,
    Duration,
    /// Always the default.
    Fixed,
}

impl Kind {
    /// Reads the word of a schema table. Names with blanks are written with no-break spaces there.
    pub(super) fn parse(word: &str) -> Kind {
        let (kind, rest) = word.split_once(':').unwrap_or((word, ""));
        let length = rest.parse().unwrap_or(255);
        let entity = Entity::named(rest).unwrap_or(Entity::Contact);
        match kind {
            "id" => Kind::Id,
            "person" => Kind::Person,
            "text" => Kind::Text,
            "int" => Kind::Int,
            "bool" => Kind::Bool,
            "datetime" => Kind::Datetime,
            "enum" => Kind::Enum(rest.split('|').map(|option| option.replace('\u{a0}', " ")).collect()),
            "stamp" => Kind::Stamp,
            "deleted" => Kind::Deleted,
            "title" => Kind::Title(length),
            "account" => Kind::Account,
            "link" => Kind::Link(entity),
            "parent" => Kind::Parent,
            "auto" => Kind::Auto,
            "linkname" => Kind::LinkName(rest.to_owned()),
            "email" => Kind::Email,
            "phone" => Kind::Phone,
            "flag" => Kind::Flag,
            "data" => Kind::Data,
            "ids" => Kind::Ids(entity),
            "roles" => Kind::Roles,
            "multi" => Kind::Multi,
            "phonemap" => Kind::PhoneMap,
            "duration" => Kind::Duration,
            "fixed" => Kind::Fixed,
            _ => Kind::Varchar(length),
        }
    }
}

impl Kind {
    /// The record type that a writable link points to.
    pub(super) fn foreign(&self) -> Option<Entity> {
        if let Kind::Link(entity) | Kind::Ids(entity) = self {
            return Some(*entity);
        }
        None
    }

    /// True if a sent value is kept with the record itself: not in a number, a link to an account, or nowhere.
    pub(super) fn is_column(&self) -> bool {
        !matches!(self, Kind::Title(_) | Kind::Email | Kind::Phone | Kind::Flag | Kind::Data | Kind::Duration)
    }
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
    pub(super) in_list: bool,
    pub(super) always_in_list: bool,
    pub(super) in_read: bool,
    pub(super) in_create: bool,
    pub(super) default: Value,
    pub(super) is_custom: bool,
}

impl Attribute {
    /// The field's name in validation messages: that of the link or of the number, not of the sent attribute.
    pub(super) fn field(&self) -> &str {
        match &self.kind {
            Kind::Link(_) | Kind::Parent => self.name.trim_end_matches("Id"),
            Kind::Ids(_) => self.name.trim_end_matches("Ids"),
            Kind::Data => self.name.trim_end_matches("Data"),
            Kind::Id
            | Kind::Person
            | Kind::Varchar(_)
            | Kind::Text
            | Kind::Int
            | Kind::Bool
            | Kind::Datetime
            | Kind::Enum(_)
            | Kind::Stamp
            | Kind::Deleted
            | Kind::Title(_)
            | Kind::Account
            | Kind::Auto
            | Kind::LinkName(_)
            | Kind::Email
            | Kind::Phone
            | Kind::Flag
            | Kind::Roles
            | Kind::Multi
            | Kind::PhoneMap
            | Kind::Duration
            | Kind::Fixed => &self.name,
        }
    }
}

/// A field that an administrator added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    /// The record type.
    pub entity: Entity,
    /// The API name, with the prefix `c`.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
}

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Text up to this many characters.
    Varchar(usize),
    /// Long text.
    Text,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// A time, UTC.
    Datetime,
}

impl CustomField {
    /// A field of a record type.
    pub fn new(entity: Entity, name: &str, holds: Holds) -> Self {
        CustomField { entity, name: name.to_owned(), holds }
    }

    pub(super) fn attribute(&self) -> Attribute {
        let (kind, default) = match self.holds {
            Holds::Varchar(length) => (Kind::Varchar(length), Value::Null),
            Holds::Text => (Kind::Text, Value::Null),
            Holds::Int => (Kind::Int, Value::Null),
            Holds::Bool => (Kind::Bool, json!(false)),
            Holds::Datetime => (Kind::Datetime, Value::Null),
        };
        Attribute {
            name: self.name.clone(),
            in_create: kind == Kind::Bool,
            kind,
            is_required: false,
            in_list: true,
            always_in_list: false,
            in_read: true,
            default,
            is_custom: true,
        }
    }
}
