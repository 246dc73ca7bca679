//! What a connector says about settings and fields before anything is sent: for checks of the admin's files.

use std::collections::BTreeSet;

use super::connector::Connector;

impl Connector {
    /// The ways to log in, each by the secrets that it needs; the first whose secrets are all there is used.
    pub fn logins(&self) -> impl Iterator<Item = &BTreeSet<String>> {
        self.auth.iter().map(|auth| &auth.needs)
    }

    /// Attributes that are never written: opt-outs could be cleared by them.
    #[must_use]
    pub fn never_set(&self) -> &BTreeSet<String> {
        &self.patch.never
    }

    /// Attributes that the CRM sets by itself: what is sent is dropped.
    #[must_use]
    pub fn computed(&self) -> &BTreeSet<String> {
        &self.patch.computed
    }

    /// Attributes that may be set to true only.
    #[must_use]
    pub fn only_true(&self) -> &BTreeSet<String> {
        &self.patch.only_true
    }

    /// Whether the file says how records are found by a value.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.search.is_some()
    }

    /// Whether the file says how a record is made.
    #[must_use]
    pub fn creates(&self) -> bool {
        self.create.is_some()
    }
}
