//! Contacts that the CRM made one: what becomes of the leads of those that are no more.
//!
//! One person is dialed by one lead. The winner's own lead stays, else one of the losers' becomes the winner's, with its history; the others leave dialing. An
//! opt-out of any of them is the person's: nothing here loosens, whatever the CRM kept of it.

use crate::model::{Base, ContactId, Lane, Link, LinkState, Payload, Rejection, Seat, StoredLead, VendorLeadCode};

use super::{Seen, Settings, Step, Verdict, linked, op};
use crate::sync::delta::Shown;

/// What becomes of a loser's lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It becomes the winner's.
    Passes,
    /// It leaves dialing: the winner has another.
    Leaves,
    /// It leaves dialing as that of a person who opted out.
    OptsOut,
    /// It is out of dialing already, or was never added.
    Stays,
}

/// What a merge comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The losers' fates, in their order.
    pub fates: Vec<Fate>,
    /// Whether the winner's own lead leaves dialing, since a loser opted out.
    pub winner_opts_out: bool,
}

/// Decides about the losers of one winner, slot by slot. `winner` is its link where it has a lead, or is to have one that cannot be called back any more;
/// `is_opted_out` is what the CRM says of it now, and `has_opted_out` whether any of the losers opted out, by whichever lead.
///
/// | loser's lead | the winner has none | the winner has one | anybody of them opted out |
/// |---|---|---|---|
/// | live | becomes the winner's | leaves | leaves, opted out |
/// | left | becomes the winner's | stays away | leaves, opted out |
/// | opted out | becomes the winner's, which is opted out with it | stays away, and the winner's leaves | stays away |
/// | missing | becomes the winner's, which waits for a person | stays away | stays away |
///
/// Of several, one that opted out comes first, then a live one, then one that left; the oldest lead of those.
#[must_use]
pub fn merged(winner: Option<&Link>, is_opted_out: bool, has_opted_out: bool, losers: &[Link]) -> Merged {
    let is_out = is_opted_out || has_opted_out || winner.is_some_and(|link| link.state == LinkState::OptedOut);
    let rank = |link: &Link| match link.state {
        LinkState::OptedOut => Some(0),
        LinkState::Live => Some(1),
        LinkState::Left => Some(2),
        LinkState::LeadMissing => Some(3),
        LinkState::Wanted => None,
    };
    let candidates = losers.iter().enumerate().filter_map(|(at, link)| Some((rank(link)?, link.lead_id?, at)));
    let heir = winner.is_none().then(|| candidates.min()).flatten().map(|(_, _, at)| at);
    let fate = |(at, link): (usize, &Link)| match link.state {
        _ if heir == Some(at) => Fate::Passes,
        LinkState::Live | LinkState::Left if is_out => Fate::OptsOut,
        LinkState::Live => Fate::Leaves,
        LinkState::Left | LinkState::Wanted | LinkState::OptedOut | LinkState::LeadMissing => Fate::Stays,
    };
    let fates = losers.iter().enumerate().map(fate).collect();
    Merged { fates, winner_opts_out: has_opted_out && winner.is_some_and(|link| link.state != LinkState::OptedOut) }
}

/// A loser's link as it becomes the winner's: the same lead, under the winner's code. What was written to the loser for its calls is told the winner
/// again, as far as it does not show it.
#[must_use]
pub fn passed(loser: &Link, winner: &Seat, code: &VendorLeadCode) -> Link {
    let mut link = Link { contact: winner.contact.clone(), slot: winner.slot.clone(), fingerprint: String::new(), ..loser.clone() };
    link.base.pulled.clear();
    // The code of an older tool stays where it is.
    if loser.code.is_ours() {
        link.code = code.clone();
        link.base.carries.get_or_insert_with(|| loser.code.to_string());
    }
    link
}

/// What the winner comes to with the lead that passed to it.
#[must_use]
pub fn inherits(seen: &Seen, link: &Link, stored: &StoredLead, shown: &Shown, settings: &Settings) -> Step {
    let mut step = linked(seen, link, stored, shown, settings);
    let mut link = link.clone();
    if let Some(base) = step.base.take() {
        link.base = base;
    }
    step.link = Some(link);
    step
}

/// What a loser comes to whose lead does not pass.
#[must_use]
pub fn yields(fate: Fate, link: &Link, winner: &ContactId, settings: &Settings) -> Step {
    let (lane, status, keep, then) = match fate {
        Fate::Leaves => (Lane::Deactivate, &settings.leaving, settings.keep.clone(), LinkState::Left),
        Fate::OptsOut => (Lane::Dnc, &settings.opt_out, Vec::new(), LinkState::OptedOut),
        Fate::Passes | Fate::Stays => return Step::new(Verdict::Out),
    };
    let reason = format!("the CRM merged the contact into {winner}, which has a lead of its own");
    let payload = Payload::Deactivate { status: status.clone(), keep, then, double: None, list: None };
    Step { ops: vec![op(lane, &link.seat(), Some(link.id), payload, Base::default(), reason)], ..Step::new(Verdict::Leaves) }
}

/// The winner of somebody who opted out.
#[must_use]
pub fn opted_out(winner: &Seat) -> Seen {
    Seen::OptedOut(Rejection {
        contact: winner.contact.clone(),
        slot: winner.slot.clone(),
        reason: "opted_out".to_owned(),
        detail: "the person opted out as another contact, which the CRM merged into this one".to_owned(),
    })
}
