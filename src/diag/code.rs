//! The registry of codes: one line for each kind of trouble that a text can have.
//!
//! A code once given keeps its meaning for ever, because people search for it. The long explanations stand in [`super::explain`].

use std::fmt;

use super::Severity;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident, $title:literal;)*) => {
        /// A kind of trouble.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All of them, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// `E0102`, or `W0401` for what never stops anything.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Error or warning.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it is, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    /// Not TOML.
    Syntax = "E0101", Error, "the file is not valid TOML";
    /// A key that nothing reads.
    UnknownKey = "E0102", Error, "a key that vicisync does not know";
    /// A key or word of a later release.
    NotYet = "E0103", Error, "something that is not yet supported";
    /// Text where a number belongs, and so on.
    WrongType = "E0104", Error, "a value of the wrong type";
    /// A key that must be there.
    MissingKey = "E0105", Error, "a key is missing";
    /// A value of the right type that is not allowed.
    BadValue = "E0106", Error, "a value that is not allowed here";
    /// Two entries that mean the same place.
    Doubled = "E0107", Error, "two entries for one target";
    /// A file format of another release.
    BadFormat = "E0108", Error, "a file format that this release does not read";
    /// A job names a connection that is not there.
    UnknownConnection = "E0201", Error, "a connection that is not defined";
    /// Not an address of a server.
    BadUrl = "E0202", Error, "not an address of a server";
    /// A secret written into the file.
    PlainSecret = "E0203", Error, "a secret in plain text";
    /// Not a cron expression.
    BadSchedule = "E0204", Error, "not a schedule";
    /// Not a time zone.
    BadZone = "E0205", Error, "not a time zone";
    /// A target that is no lead field.
    UnknownLeadField = "E0301", Error, "not a lead field";
    /// A target that mappings cannot fill.
    ReservedField = "E0302", Error, "a lead field that a mapping cannot fill";
    /// A constant that VICIdial would cut.
    TooWide = "E0303", Error, "a value too wide for its field";
    /// A rule that nothing reaches.
    NeverMatches = "E0304", Error, "a rule that can never match";
    /// No such transform.
    UnknownTransform = "E0305", Error, "a transform that does not exist";
    /// No such variable.
    UnknownVariable = "E0306", Error, "a variable that does not exist";
    /// A condition that makes no sense.
    BadCondition = "E0307", Error, "a condition that cannot be understood";
    /// Contacts that no rule sends to a list.
    NoDefaultList = "E0308", Error, "contacts that no rule sends to a list";
    /// Not a country code.
    BadRegion = "E0309", Error, "not a country";
    /// Not a status of VICIdial.
    BadStatus = "E0310", Error, "not a VICIdial status";
    /// Dispositions without a date to start from.
    NoGoLive = "E0311", Error, "dispositions without a go-live date";
    /// A date that is no moment.
    BadMoment = "E0312", Error, "a date that is not a moment in time";
    /// A test that tests nothing.
    EmptyTest = "E0313", Error, "a test without an expected result";
    /// Rules by flag where no flags are known.
    FlagsUnknown = "E0314", Error, "rules by flag without VICIdial's database";
    /// A bound that nothing can be compared with.
    BadBound = "E0315", Error, "a bound that is neither a number nor a date";
    /// A time-zone method without what it goes by.
    MethodWithoutField = "E0316", Error, "a time-zone method without the field that it goes by";
    /// A line beside which it does nothing.
    SaysNothing = "E0317", Error, "a line that has no effect";
    /// A text with `${..}` that cannot be read.
    BadTemplate = "E0320", Error, "a text with `${..}` that cannot be read";
    /// No such filter, test or function.
    UnknownFilter = "E0321", Error, "a filter, test or function that does not exist";
    /// A value that has no way back.
    NoWayBack = "E0322", Error, "a field whose value cannot go back to the CRM";
    /// A winner without a contest.
    NothingToWin = "E0323", Error, "`wins` for a field that goes one way";
    /// An expression that fails for every call.
    BrokenText = "E0324", Error, "a text that cannot be worked out";
    /// A contact's field with two writers.
    TwoSources = "E0330", Error, "a CRM field that is written from two places";
    /// A field that goes back to where phones are read.
    PulledPhone = "E0331", Error, "a field that goes back to where the phone is read";
    /// An object that the connector does not know.
    WrongObject = "E0501", Error, "a kind of record that the connector cannot sync";
    /// An attribute that must not be written.
    NeverSet = "E0502", Error, "a CRM field that vicisync never writes";
    /// An attribute that the CRM fills.
    ComputedSet = "E0503", Error, "a CRM field that the CRM fills by itself";
    /// An option that the connector does not have.
    UnknownOption = "E0504", Error, "an option that the connector does not have";
    /// A secret that the connector does not want.
    UnknownSecret = "E0505", Error, "a secret that the connector does not ask for";
    /// No way to log in.
    NoLogin = "E0506", Error, "too few secrets to log in";
    /// A field that the CRM does not have.
    UnknownCrmField = "E0507", Error, "a field that the CRM does not have";
    /// A field that cannot be set.
    ReadOnlyField = "E0508", Error, "a CRM field that cannot be set";
    /// A list that the job may not fill.
    ListNotAllowed = "E0509", Error, "a list that the job does not allow";
    /// A list of two jobs.
    SharedList = "E0510", Error, "a list that two jobs fill";
    /// Two jobs between the same servers.
    SameSystems = "E0511", Error, "two jobs that would have the same leads";
    /// Deletions that the job does not allow.
    MayNotDelete = "E0514", Error, "leads that the job may not delete";
    /// A rule out of a status that ends dialing.
    FinalStatus = "E0515", Error, "a final status that a rule would take leads out of";
    /// `${..}` with a name that the place does not offer.
    ConnectorName = "E0601", Error, "a name in `${..}` that is not offered here";
    /// A `${` that is no template.
    ConnectorTemplate = "E0602", Error, "a `${..}` that cannot be read";
    /// Not a path into an answer.
    ConnectorPath = "E0603", Error, "not a path into an answer";
    /// A secret or option that the connector does not declare.
    ConnectorUndeclared = "E0604", Error, "a secret or option that the connector does not declare";
    /// No `[[auth]]`.
    ConnectorLogin = "E0605", Error, "a connector without a way to log in";
    /// Not a form of times.
    ConnectorTime = "E0606", Error, "not a form of times";
    /// A request that cannot be sent.
    ConnectorRequest = "E0607", Error, "a request that cannot be sent";
    /// TOML that has no form in JSON.
    ConnectorJson = "E0608", Error, "a value that JSON does not have";
    /// Not the name of a header, or not a value of one.
    ConnectorHeader = "E0609", Error, "not a header";
    /// A kind of field that vicisync does not know.
    ConnectorFieldKind = "E0610", Error, "a kind of field that does not exist";
    /// A file that cannot be read.
    Unreadable = "E0701", Error, "a file that cannot be read";
    /// Not a text file.
    NotUtf8 = "E0702", Error, "a file that is not UTF-8";
    /// Too large.
    TooLarge = "E0703", Error, "a file that is too large";
    /// No such variable.
    NoVariable = "E0704", Error, "an environment variable that is not set";
    /// No such credential.
    NoCredential = "E0705", Error, "a systemd credential that is not there";
    /// No such file of a secret.
    NoSecretFile = "E0706", Error, "a secret's file that cannot be read";
    /// What a secret's file holds is no secret.
    NotASecret = "E0707", Error, "a file that does not hold one secret";
    /// A connection that cannot be made.
    BadConnection = "E0708", Error, "a connection that cannot be made";
    /// A file that is not written.
    Unwritable = "E0709", Error, "a file that cannot be written";
    /// Passwords in the clear.
    PlainHttp = "W0401", Warning, "a server reached without encryption";
    /// A connection without a job.
    UnusedConnection = "W0402", Warning, "a connection that no job uses";
    /// A template that is the same for every contact.
    PlainTemplate = "W0403", Warning, "a template that names no field";
    /// A secret that others can read.
    OpenSecret = "W0404", Warning, "a secret that others can read";
    /// A report's folder that is missing.
    NoFolder = "W0405", Warning, "a folder that is not there";
    /// A list that VICIdial lacks.
    ListNotSeen = "W0406", Warning, "a list that VICIdial does not have, or does not dial";
    /// A custom field that a list lacks.
    LabelNotSeen = "W0407", Warning, "a custom field that a list does not have";
    /// A status that VICIdial lacks.
    StatusNotSeen = "W0408", Warning, "a status that VICIdial does not have";
    /// A campaign that VICIdial lacks.
    CampaignNotSeen = "W0409", Warning, "a campaign that VICIdial does not show";
    /// An agent that VICIdial lacks.
    AgentNotSeen = "W0410", Warning, "an agent that VICIdial does not have";
    /// Who left would be called.
    StatusDialed = "W0411", Warning, "a status of people who left, which a campaign dials";
    /// The config and the server disagree.
    OtherNonLatin = "W0412", Warning, "another use_non_latin than the server's";
    /// A value that a choice lacks.
    UnknownChoice = "W0413", Warning, "a value that the CRM's field does not have";
    /// Text beside a number.
    OtherType = "W0414", Warning, "a comparison with another kind of value";
    /// A field of two jobs.
    SetTwice = "W0415", Warning, "a CRM field that two jobs set";
    /// A mapping of two jobs.
    MappedTwice = "W0416", Warning, "a mapping that two jobs use";
    /// VICIdial would cut it.
    Cut = "W0417", Warning, "values that VICIdial would cut";
    /// Numbers at home that are not dialed.
    HomeNotDialed = "W0418", Warning, "a home country that is not dialed";
    /// A field that goes back and decides.
    PulledDecides = "W0430", Warning, "an edit in VICIdial that decides about the lead's list";
    /// A CRM field that holds less than VICIdial's.
    Narrower = "W0431", Warning, "a CRM field that is narrower than VICIdial's";
    /// A further number beside slots.
    NumberInEach = "W0432", Warning, "a further number that each lead of a contact has";
}

impl Code {
    /// The code of that name, written in either case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name.trim()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
