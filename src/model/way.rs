//! Which way a field goes, whose value counts where both sides changed it, and what a blank means. Said by a mapping, decided by in `sync`.

use std::fmt;

/// Which way a field goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the CRM to VICIdial.
    #[default]
    Push,
    /// From VICIdial to the CRM.
    Pull,
    /// Both ways.
    Both,
}

/// A side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The CRM.
    Crm,
    /// VICIdial.
    Vicidial,
}

/// Whose value counts where both sides changed a field that goes both ways; `None` within is: neither, a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Winner {
    /// Always the same.
    Always(Option<Side>),
    /// The later change, where it can be told; else this.
    Newest(Option<Side>),
}

impl Default for Winner {
    fn default() -> Self {
        Self::Always(Some(Side::Crm))
    }
}

/// How one field of the lead goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Way {
    /// Which way.
    pub direction: Direction,
    /// Whose value counts.
    pub winner: Winner,
    /// Whether a blank of the side that it comes from empties the other's field; else a blank says nothing.
    pub clears: bool,
}

impl Direction {
    /// All.
    pub const ALL: [Self; 3] = [Self::Push, Self::Pull, Self::Both];

    /// The word in a mapping.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Both => "both",
        }
    }

    /// Whether values of the CRM go to VICIdial.
    #[must_use]
    pub fn pushes(self) -> bool {
        match self {
            Self::Push | Self::Both => true,
            Self::Pull => false,
        }
    }

    /// Whether values of VICIdial go to the CRM.
    #[must_use]
    pub fn pulls(self) -> bool {
        match self {
            Self::Pull | Self::Both => true,
            Self::Push => false,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
