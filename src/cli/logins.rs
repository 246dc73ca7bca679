//! Logins that were refused. Ten wrong ones lock an account, so a command that only looks sends nothing with a login that was refused before, and a refusal that
//! it meets is the one thing that it keeps. When a login is free again is decided by `engine` and by `check --live`.

use chrono::{DateTime, Utc};

use super::exit::Exit;
use super::screen::Failed;
use super::session::Session;
use crate::engine::login_stopped;
use crate::ports::{Fault, Reach, Store};
use crate::setup::{Checked, alone};

/// Before anything is sent: whether this login, by the fingerprint of its credentials, was refused.
///
/// # Errors
/// It was, and is not tried again.
pub(super) fn not_stopped<S: Store>(store: &S, connection: &str, credentials: &str) -> Result<(), Failed> {
    match store.login_refused(connection)? {
        Some((at, refused)) if refused == credentials => Err(login_stopped(connection, at).into()),
        Some(_) | None => Ok(()),
    }
}

/// What a connection answered; a refused login is kept.
///
/// # Errors
/// The fault.
pub(super) fn answered<T>(session: &Session, checked: &Checked, connection: &str, answer: Result<T, Fault>) -> Result<T, Failed> {
    if answer.as_ref().is_err_and(|fault| fault.reach == Reach::Login) {
        keep(session, checked, connection, Utc::now());
    }
    Ok(answer?)
}

/// Keeps a refused login for what follows; a copy of the state forgets.
pub(super) fn keep(session: &Session, checked: &Checked, connection: &str, at: DateTime<Utc>) {
    let kept = session.open().and_then(|state| {
        // The copy of a state that is not there yet has a key of its own, so the fingerprint is made anew.
        let Some(print) = alone::credentials(checked, connection, &state.install_key()?) else {
            return Err(Failed::new(Exit::Usage, "its secrets cannot be read any more", "run: vicisync check"));
        };
        if state.login_refused(connection)?.is_none_or(|(_, known)| known != print) {
            state.put_login_refused(connection, Some((at, &print)))?;
        }
        Ok(())
    });
    if let Err(failed) = kept {
        session.screen.talk(&format!("warning: the refused login of `{connection}` could not be kept: {}", failed.message));
    }
}
