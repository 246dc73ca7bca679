//! `vicisync schema`: the JSON Schema of the files that an admin writes, and the list of those files.
//!
//! The schemas in `docs/schema` and the pages in `docs/reference` are made from the same list.

use serde_json::Value as Json;

use super::arguments;
use super::exit::Exit;
use super::screen::{Failed, Screen};
use crate::diag::{Form, schema};
use crate::{config, crm, mapping};

/// A kind of file that an admin writes.
#[derive(Debug)]
pub struct File {
    /// The word by which it is asked for.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// Its keys.
    pub form: &'static Form,
}

/// All of them.
pub static FILES: &[File] = &[
    File { name: "config", title: "vicisync.toml", form: &config::form::CONFIG },
    File { name: "mapping", title: "A mapping of vicisync", form: &mapping::form::MAPPING },
    File { name: "connector", title: "A connector of vicisync", form: &crm::form::CONNECTOR },
];

impl File {
    /// The JSON Schema.
    #[must_use]
    pub fn schema(&self) -> Json {
        schema::schema(self.title, self.form)
    }

    /// The JSON Schema as it stands in a file, with an end of line.
    #[must_use]
    pub fn schema_text(&self) -> String {
        format!("{:#}\n", self.schema())
    }
}

/// Runs the command.
///
/// # Errors
/// A file that does not exist.
pub(super) fn run(screen: &Screen, wanted: &arguments::Schema) -> Result<Exit, Failed> {
    let Some(file) = FILES.iter().find(|file| file.name == wanted.file) else {
        let names: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        let help = format!("there are: {}", names.join(", "));
        return Err(Failed::new(Exit::Usage, format!("there is no schema `{}`", wanted.file), help));
    };
    screen.data(file.schema_text().trim_end());
    screen.json(&file.schema());
    Ok(Exit::Fine)
}
