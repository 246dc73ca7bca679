//! One field of one lead: what each side did to it since it was last seen, and what follows. The table of two ways, and nothing else.
//!
//! It knows no values: what a change is, whether both sides show the same, and which was later, comes in.

use crate::model::{Side, Way, Winner};

/// What a side did to a field since it last showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Nothing.
    None,
    /// It has another value.
    Value,
    /// It is blank now.
    Blank,
    /// VICIdial shows a value of an earlier write of ours whose answer never came: it took effect late, over a newer one.
    Late,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Neither side moved.
    Nothing,
    /// What both sides show is kept, and nothing is written.
    Keep,
    /// The CRM's value goes to VICIdial.
    Push,
    /// VICIdial's value goes to the CRM.
    Pull,
    /// Both changed it, and a person decides.
    Hold,
}

/// Decides about a field. `agrees`: VICIdial shows what it would show of the CRM's value. `later`: the side that changed it later, where that
/// can be told.
///
/// A blank says something only where the field's rule is that it clears. Where both sides say something different, the field's rule decides; where one
/// does, it goes the field's way, and where the field does not go that way, it stays as it is.
#[must_use]
pub fn decide(way: Way, crm: Edit, vicidial: Edit, agrees: bool, later: Option<Side>) -> Action {
    let says = |edit: Edit| match edit {
        Edit::Value => true,
        Edit::Blank => way.clears,
        Edit::None | Edit::Late => false,
    };
    let (pushes, pulls) = (way.direction.pushes(), way.direction.pulls());
    let goes = |side: Option<Side>| match side {
        Some(Side::Crm) => Action::Push,
        Some(Side::Vicidial) => Action::Pull,
        None => Action::Hold,
    };
    match (crm, vicidial) {
        (Edit::None, Edit::None) => Action::Nothing,
        _ if agrees => Action::Keep,
        (_, Edit::Late) if pushes => Action::Push,
        _ => match (says(crm) && pushes, says(vicidial) && pulls) {
            (false, false) => Action::Keep,
            (true, false) => Action::Push,
            (false, true) => Action::Pull,
            (true, true) => match way.winner {
                Winner::Always(side) => goes(side),
                Winner::Newest(otherwise) => goes(later.or(otherwise)),
            },
        },
    }
}
