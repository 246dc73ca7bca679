//! A pusher's turn at the journal: the results that it brings, the ops that it takes away. How the two are kept is not known here.

use std::collections::BTreeSet;

use super::id::{ContactId, OpId};
use super::link::Link;
use super::op::{Lane, Op, OpResult};

/// One step of a pusher through a lane.
#[derive(Debug, Clone)]
pub struct Turn {
    /// What became of ops that were taken before.
    pub results: Vec<OpResult>,
    /// The lane.
    pub lane: Lane,
    /// So many ops are taken at most, oldest first.
    pub limit: u32,
    /// Only ops of these contacts, where it is about some.
    pub only: Option<BTreeSet<ContactId>>,
    /// Ops that are passed over: they had their turn.
    pub past: BTreeSet<OpId>,
}

/// An op that may be sent now, as it was before it was marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The op.
    pub op: Op,
    /// Its link, if it has one that is still there.
    pub link: Option<Link>,
}
