//! Trouble in the world: what is known of its effect, how far it reaches, and its words.

use std::fmt;

/// What is known of a write's effect when a call went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Certainly none.
    None,
    /// It may have taken effect, or still will.
    Unknown,
}

/// How far a fault reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This record only: the others go on.
    Record,
    /// The connection, for now: stop sending, a later run may get through.
    Connection,
    /// The connection, until a person mends it: a missing right, a wrong address, a setting.
    Person,
    /// The login was refused: the connection stays stopped until credentials change. Ten more tries lock the account.
    Login,
}

/// Trouble in the world, in words that an admin understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is known of the effect.
    pub effect: Effect,
    /// How far it reaches.
    pub reach: Reach,
    /// A stable code, lower case with underscores: `login_refused`, `no_right`, `unreachable`, `not_an_answer`.
    pub code: &'static str,
    /// What happened; secrets removed.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Fault {
    /// A fault of one record that certainly wrote nothing.
    #[must_use]
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self { effect: Effect::None, reach: Reach::Record, code, message: message.into(), help: None }
    }

    /// A fault with all its parts.
    #[must_use]
    pub fn new(effect: Effect, reach: Reach, code: &'static str, message: impl Into<String>) -> Self {
        Self { effect, reach, code, message: message.into(), help: None }
    }

    /// The same fault with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(out, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}
