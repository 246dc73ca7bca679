//! What a mapping says of leads beside their fields: by what VICIdial finds their time zone, whether new ones enter the hopper at once, and whether
//! known ones follow the list rules. It knows no lead, and decides nothing.

use serde::{Deserialize, Serialize};

use super::field::LeadField;

/// By what VICIdial finds the time zone of a lead (`tz_method`). Where the data that a method goes by is missing or wrong, VICIdial falls back to
/// the area code without a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TzMethod {
    /// Country and area code: VICIdial's own way, for which nothing is sent.
    #[default]
    AreaCode,
    /// The postal code, of the United States only.
    PostalCode,
    /// Area code and prefix, from a table of North America that is loaded on few servers.
    Nanpa,
    /// The time-zone code in the field `owner`: `EST`, `PST`.
    TzCode,
}

impl TzMethod {
    /// All.
    pub const ALL: [Self; 4] = [Self::AreaCode, Self::PostalCode, Self::Nanpa, Self::TzCode];

    /// VICIdial's word for it; `None` where nothing is sent.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::AreaCode => None,
            Self::PostalCode => Some("POSTAL"),
            Self::Nanpa => Some("NANPA"),
            Self::TzCode => Some("TZCODE"),
        }
    }

    /// The field that it goes by beside the phone.
    #[must_use]
    pub fn field(self) -> Option<LeadField> {
        match self {
            Self::AreaCode | Self::Nanpa => None,
            Self::PostalCode => Some(LeadField::PostalCode),
            Self::TzCode => Some(LeadField::Owner),
        }
    }

    /// Whether it is VICIdial's own way.
    #[must_use]
    pub fn is_own(&self) -> bool {
        *self == Self::AreaCode
    }
}

/// How new leads enter the hopper: the leads that are dialed next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hopper {
    /// -99 to 99; the higher is dialed first, and 0 is what VICIdial gives.
    pub priority: i8,
    /// Whether a lead stays out where it is outside of its local call times now. It is added all the same, and dialed in its turn.
    pub checks_local_time: bool,
}

/// What VICIdial is told of a new lead beside its fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Intake {
    /// By what its time zone is found.
    #[serde(default, skip_serializing_if = "TzMethod::is_own")]
    pub tz_method: TzMethod,
    /// Whether it enters the hopper, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hopper: Option<Hopper>,
}

impl Intake {
    /// Whether VICIdial is told nothing.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// What happens to a lead when the list rules say another list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ListChange {
    /// It is moved there.
    #[default]
    Move,
    /// It stays in its list; only new leads go by the rules.
    Stay,
}
