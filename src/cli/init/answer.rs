//! Answers: by flags, else typed. On a terminal secrets are not shown; from a pipe each answer is a line.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::files;
use crate::cli::exit::Exit;
use crate::cli::screen::{Failed, Screen};
use crate::setup::Draft;

/// How often a wrong answer is asked for again.
const TRIES: usize = 5;

/// Whoever asks.
pub(super) struct Asking<'s> {
    screen: &'s Screen,
    is_silent: bool,
}

/// A secret, and where it is kept.
pub(super) enum Secret {
    /// In the environment.
    Env { name: String, text: SecretString },
    /// In a file of the admin's; the path as the config writes it.
    File { path: String, text: SecretString },
    /// Typed: goes to `secrets/NAME`.
    Typed { name: &'static str, text: SecretString },
    /// Not there yet.
    Missing { name: &'static str },
}

impl Secret {
    /// As the config refers to it.
    pub(super) fn reference(&self) -> String {
        match self {
            Self::Env { name, .. } => format!("env:{name}"),
            Self::File { path, .. } => format!("file:{path}"),
            Self::Typed { name, .. } | Self::Missing { name } => format!("file:secrets/{name}"),
        }
    }

    /// The file that keeps it, if it is to be written.
    pub(super) fn draft(&self, home: &Path) -> Option<Draft> {
        match self {
            Self::Typed { name, text } => {
                Some(Draft { path: home.join("secrets").join(name), text: format!("{}\n", text.expose_secret()), is_secret: true })
            }
            Self::Env { .. } | Self::File { .. } | Self::Missing { .. } => None,
        }
    }

    /// The secret itself; empty where it is missing.
    pub(super) fn text(&self) -> SecretString {
        match self {
            Self::Env { text, .. } | Self::File { text, .. } | Self::Typed { text, .. } => text.clone(),
            Self::Missing { .. } => SecretString::from(String::new()),
        }
    }
}

impl<'s> Asking<'s> {
    pub(super) fn new(screen: &'s Screen, is_silent: bool) -> Self {
        Self { screen, is_silent }
    }

    pub(super) fn talk(&self, text: &str) {
        self.screen.talk(text);
    }

    /// Any text that says something.
    pub(super) fn text(&mut self, question: &str, given: Option<&str>, flag: &str, default: Option<&str>) -> Result<String, Failed> {
        self.checked(question, given, flag, default, |text| Ok(text.to_owned()))
    }

    /// The address of a server.
    pub(super) fn url(&mut self, question: &str, given: Option<&str>, flag: &str) -> Result<String, Failed> {
        self.checked(question, given, flag, None, files::address)
    }

    /// An answer that `read` takes. By a flag a wrong one is an error; a typed one is asked for again.
    pub(super) fn checked<T>(
        &mut self,
        question: &str,
        given: Option<&str>,
        flag: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Result<T, Failed> {
        let wrong = |text: &str, why: &str| Failed::new(Exit::Usage, format!("`{text}` is no answer to {flag}"), why);
        if let Some(given) = given.map(str::trim).or(default.filter(|_| self.is_silent)) {
            return read(given).map_err(|why| wrong(given, why));
        }
        if self.is_silent {
            return Err(Failed::new(Exit::Usage, format!("{flag} is missing"), "give it, or leave --yes out to be asked"));
        }
        let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
        for _ in 0..TRIES {
            let line = self.line(&format!("{question}{shown}: "), flag)?;
            let answer = if line.trim().is_empty() { default.unwrap_or_default() } else { line.trim() };
            if answer.is_empty() {
                continue;
            }
            match read(answer) {
                Ok(read) => return Ok(read),
                Err(why) => self.talk(&format!("  {why}")),
            }
        }
        Err(Failed::new(Exit::Usage, format!("no usable answer to: {question}"), format!("give it by {flag}")))
    }

    /// An answer that may be none.
    pub(super) fn optional(&mut self, question: &str, given: Option<&str>) -> Result<Option<String>, Failed> {
        let text = match given {
            Some(given) => given.to_owned(),
            None if self.is_silent => String::new(),
            None => self.line(&format!("{question}: "), "--crm-user")?,
        };
        Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// A secret: from a file or a variable that a flag names, else typed. Where nobody is to be asked, it may be missing.
    pub(super) fn secret(
        &mut self,
        question: &str,
        given: (Option<&Path>, Option<&str>),
        (flag, name): (&str, &'static str),
        home: &Path,
        is_offline: bool,
    ) -> Result<Secret, Failed> {
        match given {
            (Some(file), _) => {
                let text = files::secret(file)?;
                return Ok(Secret::File { path: files::beside_config(home, file)?, text });
            }
            (None, Some(variable)) => {
                let text = std::env::var(variable).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
                let Some(text) = text else {
                    let message = format!("the environment has no variable `{variable}`");
                    return Err(Failed::new(Exit::Usage, message, format!("set it: export {variable}=...")));
                };
                return Ok(Secret::Env { name: variable.to_owned(), text: text.into() });
            }
            (None, None) if is_offline => return Ok(Secret::Missing { name }),
            (None, None) if self.is_silent => {
                return Err(Failed::new(Exit::Usage, format!("{flag} is missing"), "give it, or leave --yes out to type the secret"));
            }
            (None, None) => {}
        }
        let typed = if io::stdin().is_terminal() {
            rpassword::prompt_password(format!("{question} (it is not shown): ")).map_err(|error| {
                Failed::new(Exit::Usage, format!("the secret cannot be read: {error}"), format!("keep it in a file: {flag} FILE"))
            })?
        } else {
            self.line(&format!("{question}: "), flag)?
        };
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(Failed::new(Exit::Usage, format!("no answer to: {question}"), format!("keep it in a file: {flag} FILE")));
        }
        Ok(Secret::Typed { name, text: typed.to_owned().into() })
    }

    /// Yes or no; yes where nobody is asked.
    pub(super) fn agreed(&mut self, question: &str) -> Result<bool, Failed> {
        if self.is_silent {
            return Ok(true);
        }
        let line = self.line(&format!("{question} [Y/n]: "), "--yes")?;
        Ok(matches!(line.trim().to_lowercase().as_str(), "" | "y" | "yes"))
    }

    fn line(&self, prompt: &str, flag: &str) -> Result<String, Failed> {
        let ended = |why: String| Failed::new(Exit::Usage, why, format!("give the answer by {flag}, or type it; nothing was written"));
        self.screen.question(prompt);
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(0) => Err(ended(format!("there is no answer to: {}", prompt.trim_end_matches(": ")))),
            Ok(_) => Ok(line),
            Err(error) => Err(ended(format!("the answer cannot be read: {error}"))),
        }
    }
}
