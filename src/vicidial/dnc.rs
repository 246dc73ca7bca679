//! Do-not-call lists: the file of the download page read into entries, and what an entry stands for. Pure.
//!
//! An entry is a number as somebody once typed it, compared digit by digit, or `312XXXXXXX` for all numbers of an area. Which lists a
//! campaign looks at is its own setting, and not known here.

use super::line::decode;
use super::listing::split_crlf;
use crate::model::CampaignId;
use crate::ports::Fault;

/// Why a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not begin with the column of numbers.
    Header,
    /// It does not end with a line's end.
    CutOff,
}

/// Reads the file of a do-not-call list.
///
/// # Errors
/// [`Unreadable`] where it is not a whole one: an entry that is left out would be a person who is called.
pub fn read(body: &[u8]) -> Result<Vec<String>, Unreadable> {
    let Some(body) = body.strip_suffix(b"\r\n") else { return Err(Unreadable::CutOff) };
    let mut lines = split_crlf(body).map(|line| decode(line).into_owned());
    if lines.next().as_deref() != Some("phone_number") {
        return Err(Unreadable::Header);
    }
    Ok(lines.filter(|entry| !entry.is_empty()).collect())
}

/// The fault of a campaign that has no list because it is none. VICIdial says the same of one that the user may not see.
#[must_use]
pub fn no_campaign(campaign: &CampaignId) -> Fault {
    Fault::refused("campaign_missing", format!("VICIdial has no campaign `{campaign}`, or does not show it to the API user"))
        .help("correct the campaign in the configuration, or let the API user see it")
}

/// The area that an entry stands for, if it stands for one: `312` of `312XXXXXXX`.
#[must_use]
pub fn area(entry: &str) -> Option<&str> {
    let area = entry.trim_end_matches('X');
    let is_area = area.len() == 3 && entry.len() == 10 && area.bytes().all(|byte| byte.is_ascii_digit());
    is_area.then_some(area)
}

/// Whether an entry forbids a number, where the campaign looks at areas too. Digits are compared as they are.
#[must_use]
pub fn forbids(entry: &str, number: &str) -> bool {
    entry == number || area(entry).is_some_and(|area| number.len() == 10 && number.starts_with(area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries() {
        assert_eq!(read(b"phone_number\r\n17275550101\r\n312XXXXXXX\r\n"), Ok(vec!["17275550101".into(), "312XXXXXXX".into()]));
        assert_eq!(read(b"phone_number\r\n1727555"), Err(Unreadable::CutOff));
        assert_eq!(read(b"lead_id\tstatus\r\n1\tNEW\r\n"), Err(Unreadable::Header));
        assert!(forbids("312XXXXXXX", "3125550101") && !forbids("312XXXXXXX", "7275550101") && !forbids("312XXXXXXX", "13125550101"));
        assert!(forbids("7275550101", "7275550101") && !forbids("17275550101", "7275550101"));
    }
}
