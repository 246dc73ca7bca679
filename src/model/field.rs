//! The columns of VICIdial's lead table that vicisync can fill, and names of fields as admins write them.
//!
//! Widths are those of `vicidial_list` (observed on a live server, schema 1720), in characters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! lead_fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $width:literal;)*) => {
        /// A standard lead field that a mapping may fill.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LeadField {
            $($(#[$doc])* $variant,)*
        }

        impl LeadField {
            /// All of them, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// VICIdial's own name of the column.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The column's width in characters; what is longer is cut by VICIdial without a word.
            #[must_use]
            pub fn width(self) -> usize {
                match self { $(Self::$variant => $width,)* }
            }

            /// The field of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

lead_fields! {
    /// The CRM's own id, for people who look from VICIdial into the CRM.
    SourceId = "source_id", 50;
    /// Country calling code; written with the phone number only.
    PhoneCode = "phone_code", 10;
    /// The number that is dialed; written with its code only.
    PhoneNumber = "phone_number", 18;
    /// Mr, Mrs.
    Title = "title", 4;
    /// Given name.
    FirstName = "first_name", 30;
    /// One letter.
    MiddleInitial = "middle_initial", 1;
    /// Family name.
    LastName = "last_name", 30;
    /// First line of the address.
    Address1 = "address1", 100;
    /// Second line.
    Address2 = "address2", 100;
    /// Third line.
    Address3 = "address3", 100;
    /// City.
    City = "city", 50;
    /// Two letters; state call-time rules go by it.
    State = "state", 2;
    /// Province, where there is one.
    Province = "province", 50;
    /// Postal code.
    PostalCode = "postal_code", 10;
    /// Country, two or three letters.
    CountryCode = "country_code", 3;
    /// `M`, `F` or `U`.
    Gender = "gender", 1;
    /// `YYYY-MM-DD`.
    DateOfBirth = "date_of_birth", 10;
    /// A second number; never dialed by itself.
    AltPhone = "alt_phone", 12;
    /// E-mail address.
    Email = "email", 70;
    /// Free text that agents see.
    SecurityPhrase = "security_phrase", 100;
    /// Free text.
    Comments = "comments", 255;
    /// 0 to 32767.
    Rank = "rank", 5;
    /// Owner of the lead.
    Owner = "owner", 20;
}

/// A field of a lead, standard or custom. Custom ones are written `custom.LABEL`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum FieldName {
    /// A column of the lead table.
    Standard(LeadField),
    /// A column of the list's custom table, by its label.
    Custom(String),
}

/// What VICIdial shows where there is no date.
pub const NO_DATE: &str = "0000-00-00";

impl FieldName {
    /// Whether that is what VICIdial shows where nothing was ever entered.
    #[must_use]
    pub fn shows_nothing(&self, shown: &str) -> bool {
        match self {
            Self::Standard(LeadField::Gender) => matches!(shown.trim(), "" | "U"),
            Self::Standard(LeadField::Rank) => matches!(shown.trim(), "" | "0"),
            Self::Standard(_) | Self::Custom(_) => matches!(shown.trim(), "" | NO_DATE),
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(field) => out.write_str(field.name()),
            Self::Custom(label) => write!(out, "custom.{label}"),
        }
    }
}

impl FromStr for FieldName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(label) = text.strip_prefix("custom.") {
            return Ok(Self::Custom(label.to_owned()));
        }
        LeadField::from_name(text).map(Self::Standard).ok_or_else(|| format!("`{text}` is no lead field"))
    }
}

impl TryFrom<String> for FieldName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<FieldName> for String {
    fn from(field: FieldName) -> Self {
        field.to_string()
    }
}
