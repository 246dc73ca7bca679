//! The registry of transforms: the name of each, what stands behind its colon, what it does, and examples. What admins read of transforms is
//! made from it, and the examples are tests.

use chrono_tz::Tz;

use super::{Pattern, Transform};
use crate::mapping::phone::Dialing;
use crate::mapping::places::States;

/// A transform as its documents show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Documented {
    /// The word that is written.
    pub name: &'static str,
    /// What stands behind the colon, as in `30` or `US`; empty where nothing does, and for those that are tables.
    pub argument: &'static str,
    /// One sentence without a full stop.
    pub about: &'static str,
    /// Whether a value can be taken back to the CRM through it, at least in some of its uses.
    pub undo: bool,
    /// At least one.
    pub examples: &'static [Example],
}

/// What a transform makes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// As it is written in a mapping: `"truncate:3"`, in TOML.
    pub written: &'static str,
    /// The text before; several are separated by `|` where `written` joins.
    pub before: &'static str,
    /// The text after.
    pub after: &'static str,
}

/// What a transform is made from.
pub(in crate::mapping) enum Make {
    /// The name alone.
    Bare(fn() -> Transform),
    /// Any text that says something.
    Text(fn(String) -> Transform),
    /// Any text, a space too.
    Joint(fn(String) -> Transform),
    /// A whole number between two bounds.
    Number(usize, usize, fn(usize) -> Transform),
    /// The form of a date: one to read by, or one to write by.
    ReadForm(fn(Pattern) -> Transform),
    WriteForm(fn(Pattern) -> Transform),
    /// A country by two letters.
    Country(fn(Dialing) -> Transform),
    /// A country whose states are known.
    States(fn(&'static States) -> Transform),
    /// A time zone.
    Zone(fn(Tz) -> Transform),
    /// Two of them with `>` between.
    Zones(fn(Tz, Tz) -> Transform),
    /// Two texts with `/` between.
    Pair(fn(String, String) -> Transform),
    /// A table.
    Map,
    /// A table.
    Replace,
}

/// One line of the registry.
pub(in crate::mapping) struct Known {
    pub(in crate::mapping) shown: Documented,
    pub(in crate::mapping) make: Make,
}

macro_rules! transforms {
    ($($name:literal $argument:literal, $undo:literal, $about:literal, $make:expr, [$($written:literal: $before:literal => $after:literal),+ $(,)?];)*) => {
        /// All of them, in the order in which people read them.
        pub(in crate::mapping) const KNOWN: &[Known] = &[$(Known {
            shown: Documented {
                name: $name,
                argument: $argument,
                about: $about,
                undo: $undo,
                examples: &[$(Example { written: $written, before: $before, after: $after }),+],
            },
            make: $make,
        },)*];
    };
}

transforms! {
    "trim" "", true, "cuts spaces at both ends", Make::Bare(|| Transform::Trim),
        ["\"trim\"": "  Ann " => "Ann"];
    "collapse" "", true, "makes every run of spaces and line breaks one space", Make::Bare(|| Transform::Collapse),
        ["\"collapse\"": " 1  Main\nStreet " => "1 Main Street"];
    "upper" "", false, "makes all letters capitals", Make::Bare(|| Transform::Upper),
        ["\"upper\"": "josé" => "JOSÉ"];
    "lower" "", false, "makes all letters small", Make::Bare(|| Transform::Lower),
        ["\"lower\"": "Ann@Example.com" => "ann@example.com"];
    "title_case" "", false, "makes the first letter of each word a capital and all others small", Make::Bare(|| Transform::TitleCase),
        ["\"title_case\"": "mary o'brien" => "Mary O'Brien", "\"title_case\"": "12 NORTH MAIN ST" => "12 North Main St"];
    "name_case" "", false, "gives a person's name its usual capitals; a word that has both kinds of letters stays as it is",
        Make::Bare(|| Transform::NameCase),
        ["\"name_case\"": "RONALD MCDONALD" => "Ronald McDonald", "\"name_case\"": "jean-luc o'brien" => "Jean-Luc O'Brien",
         "\"name_case\"": "ANNA VAN DER BERG" => "Anna van der Berg", "\"name_case\"": "DeShawn" => "DeShawn"];
    "first_word" "", false, "keeps the first word", Make::Bare(|| Transform::FirstWord),
        ["\"first_word\"": "Mary Ann Lee" => "Mary"];
    "last_word" "", false, "keeps the last word", Make::Bare(|| Transform::LastWord),
        ["\"last_word\"": "Mary Ann Lee" => "Lee"];
    "first_letter" "", false, "keeps the first letter, as a capital: a middle initial", Make::Bare(|| Transform::FirstLetter),
        ["\"first_letter\"": "marie" => "M"];
    "digits" "", false, "keeps 0 to 9", Make::Bare(|| Transform::Digits),
        ["\"digits\"": "AB-12 34" => "1234"];
    "truncate" "30", false, "keeps at most so many characters", Make::Number(1, 1000, Transform::Truncate),
        ["\"truncate:6\"": "Montgomery" => "Montgo"];
    "pad" "5", false, "puts zeros in front of digits until there are so many: postal codes that lost theirs", Make::Number(1, 50, Transform::Pad),
        ["\"pad:5\"": "2134" => "02134", "\"pad:5\"": "2134-1000" => "02134-1000", "\"pad:5\"": "K1A 0B1" => "K1A 0B1"];
    "number" "2", false, "writes a number with a point and so many decimals; blank for what is no number",
        Make::Number(0, 6, Transform::Number),
        ["\"number:2\"": "$1,234.5" => "1234.50", "\"number:2\"": "1.234,50" => "1234.50", "\"number:0\"": "about 7" => ""];
    "before" "TEXT", false, "keeps what stands before the first TEXT; all of it where there is none", Make::Text(Transform::Before),
        ["\"before:@\"": "ann@example.com" => "ann", "\"before:@\"": "ann" => "ann"];
    "after" "TEXT", false, "keeps what stands after the first TEXT; blank where there is none", Make::Text(Transform::After),
        ["\"after:@\"": "ann@example.com" => "example.com", "\"after:@\"": "ann" => ""];
    "prefix" "TEXT", true, "puts TEXT in front; a blank stays blank", Make::Text(Transform::Prefix),
        ["\"prefix:CRM-\"": "7" => "CRM-7", "\"prefix:CRM-\"": "" => ""];
    "suffix" "TEXT", true, "puts TEXT behind; a blank stays blank", Make::Text(Transform::Suffix),
        ["\"suffix: EUR\"": "7" => "7 EUR"];
    "replace" "", false, "puts pieces of text in place of others, wherever they stand; of two that begin at one place the longer counts",
        Make::Replace,
        ["{ replace = { \"Street\" = \"St\", \"North\" = \"N\" } }": "12 North Main Street" => "12 N Main St"];
    "strip_html" "", false, "takes the tags out of formatted text", Make::Bare(|| Transform::StripHtml),
        ["\"strip_html\"": "<p>Call <b>Ann</b></p><p>Q&amp;A</p>" => "Call Ann Q&A"];
    "gender" "", false, "M, F or U for a word in English, German, Spanish, French, Italian or Portuguese, or a title; blank for any other",
        Make::Bare(|| Transform::Gender),
        ["\"gender\"": "Female" => "F", "\"gender\"": "Herr" => "M", "\"gender\"": "divers" => "U", "\"gender\"": "?" => ""];
    "yes_no" "Y/N", true, "one word for yes, true, 1 or on, and the other for no, false, 0 or off; blank for anything else",
        Make::Pair(|yes, no| Transform::YesNo { yes, no }),
        ["\"yes_no:Y/N\"": "true" => "Y", "\"yes_no:Y/N\"": "nein" => "N", "\"yes_no:Y/N\"": "maybe" => ""];
    "state_us" "", false, "a US state or territory by name or code, as two letters; blank for what is none; the same as `state:US`",
        Make::Bare(us),
        ["\"state_us\"": "New York" => "NY", "\"state_us\"": "Bavaria" => ""];
    "state" "US", false, "a state or province of that country (US, CA, MX, AU, BR) by name or code, as its code; blank for what is none",
        Make::States(Transform::State),
        ["\"state:CA\"": "Québec" => "QC", "\"state:AU\"": "new south wales" => "NSW", "\"state:MX\"": "CDMX" => "CMX",
         "\"state:BR\"": "Sao Paulo" => "SP"];
    "country_iso2" "", false, "a country by name or code, as two letters; blank for what is none", Make::Bare(|| Transform::CountryIso2),
        ["\"country_iso2\"": "Deutschland" => "DE", "\"country_iso2\"": "USA" => "US", "\"country_iso2\"": "Narnia" => ""];
    "country_iso3" "", false, "a country by name or code, as three letters; blank for what is none", Make::Bare(|| Transform::CountryIso3),
        ["\"country_iso3\"": "Great Britain" => "GBR", "\"country_iso3\"": "mx" => "MEX"];
    "date" "", false, "the day of an ISO date or time; blank for dates like 01/02/1990, which mean different days in different places",
        Make::Bare(|| Transform::Date),
        ["\"date\"": "2026-11-01 10:00:00" => "2026-11-01", "\"date\"": "01/02/1990" => ""];
    "date" "%d/%m/%Y", true, "a date in that form, as an ISO date; blank for what is none", Make::ReadForm(Transform::DateFrom),
        ["\"date:%d/%m/%Y\"": "01/02/1990" => "1990-02-01", "\"date:%m/%d/%Y\"": "01/02/1990" => "1990-01-02",
         "\"date:%d/%m/%Y\"": "31/02/1990" => ""];
    "date_to" "%d/%m/%Y", true, "an ISO date in that form; blank for what is none", Make::WriteForm(Transform::DateTo),
        ["\"date_to:%d/%m/%Y\"": "1990-02-01" => "01/02/1990", "\"date_to:%B %Y\"": "1990-02-01 10:00:00" => "February 1990"];
    "moment" "America/New_York", true, "a moment of the CRM (ISO; UTC where it has no offset) as the wall time of that zone",
        Make::Zone(|to| Transform::Moment { from: Tz::UTC, to }),
        ["\"moment:America/New_York\"": "2026-07-01 12:00:00" => "2026-07-01 08:00:00",
         "\"moment:Europe/Berlin\"": "2026-07-01T12:00:00-04:00" => "2026-07-01 18:00:00"];
    "moment_from" "Europe/Berlin>America/New_York", true,
        "a wall time of the first zone as that of the second; a time that comes twice means its first pass, one that is skipped the hour after",
        Make::Zones(|from, to| Transform::Moment { from, to }),
        ["\"moment_from:Europe/Berlin>America/New_York\"": "2026-07-01 12:00:00" => "2026-07-01 06:00:00",
         "\"moment_from:UTC>Europe/Berlin\"": "2026-01-01 12:00:00" => "2026-01-01 13:00:00",
         "\"moment_from:Europe/Berlin>UTC\"": "2026-03-29 02:30:00" => "2026-03-29 01:30:00"];
    "phone_digits" "US", false, "a valid number as its national digits, without country code and extension; blank for what is none",
        Make::Country(Transform::PhoneDigits),
        ["\"phone_digits:US\"": "+1 (212) 555-0100 x5" => "2125550100", "\"phone_digits:US\"": "555-0100" => ""];
    "alt_phone" "US", false, "the same, and blank where there are more than the 12 digits that VICIdial's `alt_phone` holds",
        Make::Country(Transform::AltPhone),
        ["\"alt_phone:GB\"": "020 7946 0123" => "2079460123"];
    "map" "", true, "one text for another, whatever the capitals; what is in no pair becomes the default, or blank without one", Make::Map,
        ["{ map = { gold = \"G\", silver = \"S\" } }": "Gold" => "G", "{ map = { gold = \"G\" }, default = \"?\" }": "bronze" => "?"];
    "default" "TEXT", false, "TEXT in place of a blank", Make::Text(Transform::Default),
        ["\"default:none\"": "" => "none", "\"default:none\"": "gold" => "gold"];
    "join" "TEXT", false, "makes several values one text with TEXT between them; without it there is a comma and a space at the end",
        Make::Joint(Transform::Join),
        ["\"join: | \"": "red|blue" => "red | blue", "\"join:;\"": "red" => "red"];
}

fn us() -> Transform {
    crate::mapping::places::states("US").map_or(Transform::Truncate(0), Transform::State)
}

/// All transforms, as their documents show them.
#[must_use]
pub fn documented() -> Vec<Documented> {
    KNOWN.iter().map(|known| known.shown).collect()
}

/// The steps as a transform's examples write them.
#[cfg(test)]
pub(super) fn of_examples(one: &Documented) -> Vec<Transform> {
    one.examples.iter().flat_map(|example| crate::mapping::transform_read::of_text(example.written)).collect()
}
