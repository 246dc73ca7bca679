//! Whether the rules by flag of a mapping can be followed: which flags VICIdial's statuses have stands in its database only. Pure.

use crate::config::VicidialConnection;
use crate::diag::{Code, Diagnostic};
use crate::mapping::Program;

/// The mistake of a mapping with rules by flag, of a job whose VICIdial is not read by SQL.
pub(super) fn unknown(file: &str, program: &Program, name: &str, connection: &VicidialConnection) -> Option<Diagnostic> {
    let place = program.flag_place()?;
    connection.database.is_none().then(|| {
        let message =
            format!("rules by flag need the flags of VICIdial's statuses, and [vicidial.{name}] has no `database` table to read them");
        Diagnostic::new(Code::FlagsUnknown, file, place, message).help(format!(
            "add [vicidial.{name}.database] to the config, with an account that may read; or write `status = [..]` in place of `flag`"
        ))
    })
}
