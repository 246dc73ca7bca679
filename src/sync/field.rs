//! One field of one lead: what each side did to it since it was last seen, and what follows. The table of two ways, and nothing else.
//!
//! It knows no values: what a change is, whether both sides show the same, and which was later, comes in.

use crate::model::{Direction, Side, Way, Winner};

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

impl Edit {
    /// What a side of the CRM can have done.
    pub const OF_CRM: [Self; 3] = [Self::None, Self::Value, Self::Blank];
    /// What VICIdial's can.
    pub const OF_VICIDIAL: [Self; 4] = [Self::None, Self::Value, Self::Blank, Self::Late];
}

/// All rules about whose value counts.
#[must_use]
pub fn winners() -> Vec<Winner> {
    let sides = [Some(Side::Crm), Some(Side::Vicidial), None];
    sides.map(Winner::Always).into_iter().chain(sides.map(Winner::Newest)).collect()
}

/// One line of the table: what follows from what the two sides did, where they do not show the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the CRM did.
    pub crm: Edit,
    /// What VICIdial did.
    pub vicidial: Edit,
    /// What follows for a field that is pushed, pulled, and both, where a blank says nothing; `None` where it is the field's rule that decides.
    pub keeps: [Option<Action>; 3],
    /// The same where a blank clears.
    pub clears: [Option<Action>; 3],
}

/// The whole table, worked out by [`decide`] itself.
#[must_use]
pub fn rows() -> Vec<Row> {
    let cell = |crm, vicidial, direction, clears| {
        let mut actions = winners().into_iter().map(|winner| decide(Way { direction, winner, clears }, crm, vicidial, false, None));
        let first = actions.next();
        first.filter(|first| actions.all(|action| action == *first))
    };
    let pairs = Edit::OF_CRM.into_iter().flat_map(|crm| Edit::OF_VICIDIAL.map(|vicidial| (crm, vicidial)));
    let row = |(crm, vicidial)| {
        let cells = |clears| Direction::ALL.map(|direction| cell(crm, vicidial, direction, clears));
        Row { crm, vicidial, keeps: cells(false), clears: cells(true) }
    };
    pairs.map(row).collect()
}
