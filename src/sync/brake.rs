//! Brakes: how much one run may change before a person has to say yes.

use crate::model::Totals;

/// The limits of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// New leads.
    pub creates: u64,
    /// Changed leads.
    pub updates: u64,
    /// Moved leads.
    pub moves: u64,
    /// Leads taken out of dialing because their contact left.
    pub deactivates: u64,
    /// The same as a share of the live leads, where these are more than ten.
    pub deactivates_share: f64,
    /// Contacts of the CRM that change since their lead was edited.
    pub patches: u64,
    /// Leads deleted.
    pub deletes: u64,
    /// Contacts made in the CRM.
    pub contacts: u64,
}

/// A limit that a plan goes beyond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blown {
    /// A stable word: `first_run`, `creates`, `deactivates`.
    pub brake: &'static str,
    /// What the plan wants and what the limit is, in a sentence.
    pub message: String,
}

/// Holds a plan against its limits. Opt-outs are no deactivations here: do-not-call is never braked.
#[must_use]
pub fn blown(plan: &Totals, live: u64, is_first_run: bool, limits: &Limits) -> Vec<Blown> {
    let mut found = Vec::new();
    let mut hold = |brake, message: String| found.push(Blown { brake, message });
    let writes = plan.added
        + plan.updated
        + plan.moved
        + plan.deactivated
        + plan.deleted
        + plan.adopted
        + plan.patched
        + plan.logged
        + plan.contacts;
    if is_first_run && writes > 0 {
        hold("first_run", "this is the job's first run, and a first run is a plan until somebody approves it".to_owned());
    }
    for (brake, wanted, limit, words) in [
        ("creates", plan.added, limits.creates, "leads to add"),
        ("updates", plan.updated, limits.updates, "leads to change"),
        ("moves", plan.moved, limits.moves, "leads to move"),
        ("deactivates", plan.deactivated, limits.deactivates, "leads to take out of dialing"),
        ("patches", plan.pulled, limits.patches, "contacts to change for edits in VICIdial"),
        ("deletes", plan.deleted, limits.deletes, "leads to delete"),
        ("contacts", plan.contacts, limits.contacts, "contacts to make in the CRM"),
    ] {
        if wanted > limit && !(is_first_run && brake == "creates") {
            hold(brake, format!("{wanted} {words}, and the brake `{brake}` is set to {limit}"));
        }
    }
    if live > 10 && plan.deactivated > 1 && plan.deactivated as f64 > live as f64 * limits.deactivates_share {
        hold(
            "deactivates_share",
            format!(
                "{} of {live} live leads to take out of dialing, and the brake `deactivates_share` is set to {} %",
                plan.deactivated,
                limits.deactivates_share * 100.0
            ),
        );
    }
    found
}
