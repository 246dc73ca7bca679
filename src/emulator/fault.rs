//! Scripted trouble: which request of a server goes wrong, and how.
//!
//! A script is a list of rules. Each rule watches one kind of request, counts it, and names the fault that its n-th one
//! meets. This file decides only which fault is due; the HTTP shell carries it out. It knows no server's functions.

/// What goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Reset the connection and do nothing.
    Reset,
    /// Do what was asked, then close the connection without an answer.
    DropAfter,
    /// Do what was asked, then answer after a pause.
    Stall {
        /// The pause in milliseconds.
        ms: u64,
    },
    /// Close the connection at once; do what was asked after a pause.
    LateCommit {
        /// The pause in milliseconds.
        ms: u64,
    },
    /// Do nothing and answer with this status code and text.
    Status(u16, String),
    /// Do nothing and answer status 200 with the error page of a proxy in between.
    Html,
    /// Do what was asked, then send only the first bytes of the answer and close.
    CutBody(usize),
    /// Do nothing and give the answer to the previous request of the same function again.
    Repeat,
}

/// A kind of request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Every request.
    Any,
    /// Requests that change something.
    Write,
    /// Requests that only look.
    Read,
    /// Requests of one function, by the name the server itself gives it.
    Function(String),
}

/// Which of the watched requests meet the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Nth(u64),
    From(u64),
    Every,
}

#[derive(Clone, Debug)]
struct Rule {
    class: Class,
    turn: Turn,
    fault: Fault,
    seen: u64,
}

/// The rules in force. Empty means no trouble. Counting starts when the script is handed to a server.
#[derive(Clone, Debug, Default)]
pub struct Script {
    rules: Vec<Rule>,
}

impl Script {
    /// A script without trouble.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds: the n-th request of the class (the first is 1) meets the fault.
    #[must_use]
    pub fn nth(self, class: Class, n: u64, fault: Fault) -> Self {
        self.rule(class, Turn::Nth(n), fault)
    }

    /// Adds: the n-th request of the class (the first is 1) and all later ones meet the fault.
    #[must_use]
    pub fn from(self, class: Class, n: u64, fault: Fault) -> Self {
        self.rule(class, Turn::From(n), fault)
    }

    /// Adds: every request of the class meets the fault.
    #[must_use]
    pub fn every(self, class: Class, fault: Fault) -> Self {
        self.rule(class, Turn::Every, fault)
    }

    /// Adds: the n-th request of this function (the first is 1) meets the fault.
    #[must_use]
    pub fn function(self, name: &str, n: u64, fault: Fault) -> Self {
        self.rule(Class::Function(name.to_owned()), Turn::Nth(n), fault)
    }

    fn rule(mut self, class: Class, turn: Turn, fault: Fault) -> Self {
        self.rules.push(Rule { class, turn, fault, seen: 0 });
        self
    }

    /// Counts one request and says which fault it meets, if any. The first rule that is due wins; all rules count.
    pub fn take(&mut self, function: &str, is_write: bool) -> Option<Fault> {
        let mut due = None;
        for rule in &mut self.rules {
            let is_watched = match &rule.class {
                Class::Any => true,
                Class::Write => is_write,
                Class::Read => !is_write,
                Class::Function(name) => name == function,
            };
            if !is_watched {
                continue;
            }
            rule.seen += 1;
            let is_due = match rule.turn {
                Turn::Nth(n) => rule.seen == n,
                Turn::From(n) => rule.seen >= n,
                Turn::Every => true,
            };
            if is_due && due.is_none() {
                due = Some(rule.fault.clone());
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_count_apart_and_the_first_due_wins() {
        let mut script =
            Script::new().nth(Class::Write, 2, Fault::DropAfter).from(Class::Any, 3, Fault::Html).function("look", 1, Fault::Reset);
        assert_eq!(script.take("look", false), Some(Fault::Reset));
        assert_eq!(script.take("add", true), None);
        assert_eq!(script.take("add", true), Some(Fault::DropAfter));
        assert_eq!(script.take("look", false), Some(Fault::Html));
    }
}
