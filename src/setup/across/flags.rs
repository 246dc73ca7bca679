//! Whether the rules by flag of a mapping can be followed: which flags VICIdial's statuses have stands in its database only.

use super::super::problem::Problem;
use super::Work;
use crate::diag::Code;

/// The mistake of a mapping with rules by flag, of a job whose VICIdial is not read by SQL.
pub(super) fn check(work: Work<'_>) -> Option<Problem> {
    let place = work.mapping.program.flag_place()?;
    let name = &work.job.vicidial;
    let connection = work.checked.config.vicidials.get(name)?;
    connection.database.is_none().then(|| {
        let message =
            format!("rules by flag need the flags of VICIdial's statuses, and [vicidial.{name}] has no `database` table to read them");
        Problem::at(Code::FlagsUnknown, &work.mapping.source, place, message).help(format!(
            "add [vicidial.{name}.database] to the config, with an account that may read; or write `status = [..]` in place of `flag`"
        ))
    })
}
