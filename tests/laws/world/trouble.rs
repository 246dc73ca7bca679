//! What goes wrong, by script: at the n-th request of all, or at the n-th of one name. And what other people do meanwhile.

use vicisync::ports::Reach;

use super::World;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Turned down, nothing done, this record only.
    Refused,
    /// The database turned the statement down: nothing done.
    NotWritten,
    /// No connection.
    Unreachable,
    /// A right is missing.
    NoRight,
    /// The login is refused.
    Login,
    /// Done, and the answer lost.
    Lost(Reach),
    /// Not done, and nobody can tell.
    Vanished(Reach),
    /// No answer; done so many seconds later.
    Late(i64),
    /// The asking process is killed before the request arrives.
    DieBefore,
    /// It is killed before the answer arrives.
    DieAfter,
    /// It is killed, and the server does it so many seconds later.
    DieLate(i64),
}

/// Which request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// The n-th of all, from 1.
    Request(u64),
    /// The n-th of that name, from 1.
    Call(&'static str, u64),
    /// Each one of that name.
    Every(&'static str),
}

/// Something that somebody else does right before a request.
pub(crate) type Hook = Box<dyn FnOnce(&mut World) + Send>;

/// Troubles and hooks to come. Counting starts when a script is set.
#[derive(Default)]
pub(crate) struct Script {
    troubles: Vec<(At, Trouble)>,
    hooks: Vec<(At, Hook)>,
    seen: Vec<&'static str>,
}

impl Script {
    /// A fresh script; what was left of the last one is gone.
    pub(crate) fn of(troubles: &[(At, Trouble)]) -> Self {
        Self { troubles: troubles.to_vec(), ..Self::default() }
    }

    /// Something that happens right before a request.
    pub(crate) fn meanwhile(mut self, at: At, hook: impl FnOnce(&mut World) + Send + 'static) -> Self {
        self.hooks.push((at, Box::new(hook)));
        self
    }

    /// Counts the request; gives the hooks that are due.
    pub(super) fn hooks_of(&mut self, name: &'static str) -> Vec<Hook> {
        self.seen.push(name);
        let mut due = Vec::new();
        let mut index = 0;
        while index < self.hooks.len() {
            if self.is_at(self.hooks[index].0, name) {
                due.push(self.hooks.remove(index).1);
            } else {
                index += 1;
            }
        }
        due
    }

    /// The trouble of the request just counted.
    pub(super) fn trouble_of(&self, name: &'static str) -> Option<Trouble> {
        self.troubles.iter().find(|(at, _)| self.is_at(*at, name)).map(|(_, trouble)| *trouble)
    }

    fn is_at(&self, at: At, name: &'static str) -> bool {
        match at {
            At::Request(n) => self.seen.len() as u64 == n,
            At::Call(wanted, n) => wanted == name && self.seen.iter().filter(|seen| **seen == wanted).count() as u64 == n,
            At::Every(wanted) => wanted == name,
        }
    }
}
