//! The long explanations of codes, each with an example: what `vicisync code E0102` prints.
//!
//! Written for a campaign admin. What a code means in the machine stands where it is raised.

use super::code::Code;
use super::{explain_across as across, explain_connector as connector, explain_machine as machine, explain_two_ways as two_ways};

impl Code {
    /// A few sentences and an example.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Syntax => {
                "The file is read as TOML: `key = value` lines under `[table]` lines. Text stands in quotes, a list in square\n\
                 brackets, a small table in braces on one line. The place shown is where reading stopped making sense; the\n\
                 mistake is there or just before it.\n\n\
                 Wrong:   site = https://crm.example.com\n\
                 Right:   site = \"https://crm.example.com\""
            }
            Self::UnknownKey => {
                "vicisync refuses keys that it does not know, so that a misspelt key is never ignored in silence. Look at the\n\
                 suggestion, or at the keys in docs/reference/config.md and docs/reference/mapping.md.\n\n\
                 Wrong:   schedul = \"*/5 * * * *\"\n\
                 Right:   schedule = \"*/5 * * * *\""
            }
            Self::NotYet => {
                "The key or word belongs to a part of vicisync that this release does not have. It is refused rather than\n\
                 ignored: a file must not promise what does not happen. Take it out, or wait for a release that has it.\n\n\
                 Not yet: cPlan = { matches = \"^gold\" }\n\
                 Works:   cPlan = { starts_with = \"gold\" }"
            }
            Self::WrongType => {
                "The key is right, the kind of value is not. Text stands in quotes, numbers and true/false do not, a list\n\
                 stands in square brackets.\n\n\
                 Wrong:   concurrency = \"4\"\n\
                 Right:   concurrency = 4"
            }
            Self::MissingKey => {
                "This table needs a key that is not there.\n\n\
                 Wrong:   [crm.espo]\n         kind = \"espocrm\"\n\
                 Right:   [crm.espo]\n         kind = \"espocrm\"\n         site = \"https://crm.example.com\""
            }
            Self::BadValue => {
                "The value is of the right kind, but not one that is allowed here. The message says what is.\n\n\
                 Wrong:   concurrency = 400\n\
                 Right:   concurrency = 4"
            }
            Self::Doubled => {
                "Two entries mean one and the same target. VICIdial compares names without regard to case, so `Plan` and\n\
                 `plan` are one custom field. Keep one of them; of two fields the first that is not blank can fill it. Slots are known by their names, which\n\
                 may not differ by capitals alone. The `key` of\n\
                 [without_contact] is filled by vicisync itself, so its `set` leaves that field out.\n\n\
                 Wrong:   [custom]\n         plan = \"cPlan\"\n         Plan = \"cOldPlan\"\n\
                 Right:   [custom]\n         plan = [\"cPlan\", \"cOldPlan\"]"
            }
            Self::BadFormat => {
                "`format` says which edition of the file's language is meant. This release reads format 1.\n\n\
                 Right:   format = 1"
            }
            Self::UnknownConnection => {
                "A job names its two connections; each must be a table of the same file. Where that file has [crm.espo]:\n\n\
                 Wrong:   [job.sales]\n         crm = \"expo\"\n\
                 Right:   [job.sales]\n         crm = \"espo\""
            }
            Self::BadUrl => {
                "The address must be a whole one, with http:// or https:// in front, without user name, password, `?` or `#`.\n\n\
                 Wrong:   url = \"dialer.example.com\"\n\
                 Right:   url = \"https://dialer.example.com\""
            }
            Self::PlainSecret => {
                "Passwords and keys do not stand in the file, because files are copied, mailed and committed. Write where\n\
                 the secret is: an environment variable, a file that only vicisync's user can read, or a systemd credential.\n\n\
                 Wrong:   pass = \"hunter2\"\n\
                 Right:   pass = \"env:VICIDIAL_PASS\"\n         pass = \"file:/etc/vicisync/vicidial.pass\"\n         pass = \"credential:vicidial-pass\""
            }
            Self::BadSchedule => {
                "A schedule is a cron expression of five fields (minute, hour, day of the month, month, day of the week), or\n\
                 of six with seconds in front. Days of the week are 0 to 7 as in crontab, 0 and 7 being Sunday, or names.\n\n\
                 Every two minutes:       schedule = \"*/2 * * * *\"\n\
                 At 3, Monday to Friday:  schedule = \"0 3 * * mon-fri\""
            }
            Self::BadZone => {
                "Time zones are written as the IANA names of places, so that daylight saving is known.\n\n\
                 Wrong:   zone = \"EST5EDT-whatever\"\n\
                 Right:   zone = \"America/New_York\""
            }
            Self::UnknownLeadField => {
                "The name is none of the standard fields of a VICIdial lead. Fields that you made in VICIdial yourself are\n\
                 custom fields and stand in the table [custom].\n\n\
                 Wrong:   [lead]\n         plan = \"cPlan\"\n\
                 Right:   [custom]\n         plan = \"cPlan\""
            }
            Self::ReservedField => {
                "vicisync or VICIdial fills this field itself: `vendor_lead_code` is the mark by which a lead is known again,\n\
                 `list_id` comes from the [[list]] rules, the phone from [phone], and `status`, `user` and the call counters\n\
                 belong to VICIdial.\n\n\
                 Wrong:   [lead]\n         phone_number = \"phoneNumber\"\n\
                 Right:   [phone]\n         from = \"phoneNumber\""
            }
            Self::TooWide => {
                "VICIdial cuts what is longer than its column without a word. A constant, or a result of a `map`, that does\n\
                 not fit is a mistake in the file.\n\n\
                 Wrong:   title = { value = \"Doctor\" }      # title has 4 characters\n\
                 Right:   title = { value = \"Dr\" }"
            }
            Self::NeverMatches => {
                "Rules are tried from top to bottom and the first that fits decides. This one is never reached, because an\n\
                 earlier rule takes all that it could take, or its own conditions exclude each other.\n\
                 Put the rule with the narrower condition first.\n\n\
                 Wrong:   [[list]]\n         when = { cSegment = { is_set = true } }\n         list = 1001\n         [[list]]\n         when = { cSegment = \"south\" }\n         list = 1002\n\
                 Right:   [[list]]\n         when = { cSegment = \"south\" }\n         list = 1002\n         [[list]]\n         when = { cSegment = { is_set = true } }\n         list = 1001"
            }
            Self::UnknownTransform => {
                "Transforms are named steps that change a value, applied from left to right: trim, collapse, upper, lower,\n\
                 title_case, digits, truncate:N, state_us, country_iso2, country_iso3, date, phone_digits:REGION,\n\
                 default:TEXT, and { map = { .. } }.\n\n\
                 Wrong:   city = { from = \"addressCity\", transform = [\"uppercase\"] }\n\
                 Right:   city = { from = \"addressCity\", transform = [\"upper\"] }"
            }
            Self::UnknownVariable => {
                "In what calls set, `${name}` stands for a fact of the call: status, agent, call_start, call_end, call_count,\n\
                 talk_seconds, campaign, list, lead_id.\n\n\
                 Wrong:   set = { cDialerStatus = \"${disposition}\" }\n\
                 Right:   set = { cDialerStatus = \"${status}\" }"
            }
            Self::BadCondition => {
                "A condition names a field of the contact and says what must hold: a value, or a small table of is, is_not,\n\
                 in, not_in, is_set, is_blank, starts_with, ends_with, contains, at_least, more_than, at_most, less_than.\n\n\
                 Wrong:   when = { cSegment = { in = [] } }\n\
                 Right:   when = { cSegment = \"north\" }\n         when = { cSegment = { in = [\"north\", \"east\"] } }"
            }
            Self::NoDefaultList => {
                "Say what happens to contacts that no [[list]] rule takes: a list for them, or a rejection.\n\n\
                 Either:  [list_default]\n         list = 1000\n\
                 or:      [list_default]\n         reject = true"
            }
            Self::BadRegion => {
                "Countries of phone numbers are written as two capital letters, as in US, CA, GB. Puerto Rico (PR), Guam (GU)\n\
                 and the other territories count as countries of their own.\n\n\
                 Wrong:   default_region = \"USA\"\n\
                 Right:   default_region = \"US\""
            }
            Self::BadStatus => {
                "A status has 1 to 6 letters, digits, `-` or `_`, as in VICIdial's own list of statuses. Where the message says what a\n\
                 status means: it is one that a rule may not set, or not take a lead out of.\n\n\
                 Wrong:   status = \"VS_LEFT_CRM\"\n\
                 Right:   status = \"VSGONE\""
            }
            Self::NoGoLive => {
                "Calls are taken from the go-live date on, so that a first run does not write years of history into the CRM.\n\
                 A mapping with dispositions, or with rules for leads without a contact, must say which date that is.\n\n\
                 Right:   [calls]\n         go_live = 2026-11-01T00:00:00Z"
            }
            Self::BadMoment => {
                "A date without an offset says a moment only together with a time zone, and clocks skip some times of day in\n\
                 spring. Write the offset (Z for UTC), or give `zone` beside it.\n\n\
                 Wrong:   go_live = 2026-11-01\n\
                 Right:   go_live = 2026-11-01T00:00:00-04:00\n\
                 or:      go_live = 2026-11-01\n         zone = \"America/New_York\""
            }
            Self::EmptyTest => {
                "A [[test]] gives a contact and says what must become of it (lead, rejected or filtered), or what is typed into its\n\
                 lead (typed) and what the contact then gets (set); or a call and what it must set.\n\n\
                 Right:   [[test]]\n         name = \"no phone\"\n         contact = { firstName = \"Ann\" }\n         rejected = \"phone_missing\""
            }
            Self::FlagsUnknown => {
                "Which flags a status has (sale, human_answered, dnc and so on) stands in VICIdial's database only. A mapping with\n\
                 rules by flag needs a connection that reads it; the account needs SELECT and nothing else.\n\n\
                 Either:  [vicidial.main.database]\n         host = \"127.0.0.1\"\n         user = \"vicisync\"\n         pass = \"env:VICIDIAL_SQL_PASS\"\n\
                 or:      [[disposition]]\n         status = [\"SALE\", \"UPSELL\"]"
            }
            Self::BadBound => {
                "at_least, more_than, at_most and less_than compare numbers, written plainly, or dates. There is no today: a mapping\n\
                 makes the same lead of the same contact at any time. Let the CRM keep a field that says it, or write the date.\n\n\
                 Wrong:   cScore = { at_least = \"1,000\" }\n         cSince = { less_than = \"today\" }\n\
                 Right:   cScore = { at_least = 1000 }\n         cSince = { less_than = 2026-11-01 }"
            }
            Self::MethodWithoutField => {
                "VICIdial finds the time zone by a field of the lead, and goes by the area code without a word where that field is\n\
                 blank: people could be called at night. Fill it: `postal_code` for postal_code, `owner` for tz_code.\n\n\
                 Wrong:   [time_zone]\n         method = \"postal_code\"\n\
                 Right:   [time_zone]\n         method = \"postal_code\"\n         [lead]\n         postal_code = \"addressPostalCode\""
            }
            Self::SaysNothing => {
                "Another line switches off what this one is for, so it would be taken and do nothing.\n\n\
                 Wrong:   [hopper]\n         new_leads = false\n         priority = 50\n\
                 Right:   [hopper]\n         new_leads = true\n         priority = 50"
            }
            Self::BadTemplate => {
                "A text may have `${name}` in it, or an expression between `${` and `}`. This one cannot be read: a `}` is missing,\n\
                 or the expression makes no sense at the place shown. Texts inside of an expression stand in quotes.\n\
                 `$${` stands for the characters `${` themselves.\n\n\
                 Wrong:   comments = { template = \"${firstName\" }\n\
                 Right:   comments = { template = \"${firstName}\" }\n         comments = { template = \"${firstName ~ ' ' ~ lastName}\" }"
            }
            Self::UnknownFilter => {
                "In an expression, filters stand behind a bar and change the value: the transforms of a mapping by their names,\n\
                 with their argument in brackets, and some more (docs/mapping.md has the list). Tests stand behind `is`. There\n\
                 are no functions.\n\n\
                 Wrong:   comments = { template = \"${upper(lastName)}\" }\n\
                 Right:   comments = { template = \"${lastName | upper}\" }\n         comments = { template = \"${description | truncate(30)}\" }"
            }
            Self::NoWayBack => two_ways::NO_WAY_BACK,
            Self::NothingToWin => two_ways::NOTHING_TO_WIN,
            Self::TwoSources => two_ways::TWO_SOURCES,
            Self::PulledPhone => two_ways::PULLED_PHONE,
            Self::PulledDecides => two_ways::PULLED_DECIDES,
            Self::Narrower => two_ways::NARROWER,
            Self::NumberInEach => two_ways::NUMBER_IN_EACH,
            Self::BrokenText => {
                "The expression was tried with made-up calls and cannot be worked out, so it would fail for real ones too: a text\n\
                 is taken for a number, or it is too much work.\n\n\
                 Wrong:   set = { cMinutes = \"${status / 60}\" }\n\
                 Right:   set = { cMinutes = \"${(talk_seconds / 60) | round | int}\" }"
            }
            Self::ConnectorName => connector::NAME,
            Self::ConnectorTemplate => connector::TEMPLATE,
            Self::ConnectorPath => connector::PATH,
            Self::ConnectorUndeclared => connector::UNDECLARED,
            Self::ConnectorLogin => connector::LOGIN,
            Self::ConnectorTime => connector::TIME,
            Self::ConnectorRequest => connector::REQUEST,
            Self::ConnectorJson => connector::JSON,
            Self::ConnectorHeader => connector::HEADER,
            Self::ConnectorFieldKind => connector::FIELD_KIND,
            Self::PlainHttp => {
                "Over plain http everybody on the way can read the password and the people's data. It is meant for a server on\n\
                 the same machine, or behind a private network that you trust.\n\n\
                 Better:  url = \"https://dialer.example.com\""
            }
            Self::PlainTemplate => {
                "The text has no `${..}` in it, so every contact gets the same. Mostly a name was meant; a text that is the same for\n\
                 all stands behind `value`.\n\n\
                 Instead of: template = \"firstName\"\n\
                 write:      template = \"${firstName}\"\n            value = \"firstName\""
            }
            Self::UnusedConnection => {
                "The connection is defined and no job names it, so nothing is read from it or written to it. Name it in a job,\n\
                 or take it out.\n\n\
                 Right:   [job.sales]\n         crm = \"espo\""
            }
            Self::WrongObject => across::WRONG_OBJECT,
            Self::NeverSet => across::NEVER_SET,
            Self::ComputedSet => across::COMPUTED_SET,
            Self::UnknownOption => across::UNKNOWN_OPTION,
            Self::UnknownSecret => across::UNKNOWN_SECRET,
            Self::NoLogin => across::NO_LOGIN,
            Self::UnknownCrmField => across::UNKNOWN_CRM_FIELD,
            Self::ReadOnlyField => across::READ_ONLY_FIELD,
            Self::ListNotAllowed => across::LIST_NOT_ALLOWED,
            Self::SharedList => across::SHARED_LIST,
            Self::SameSystems => across::SAME_SYSTEMS,
            Self::MayNotDelete => across::MAY_NOT_DELETE,
            Self::FinalStatus => across::FINAL_STATUS,
            Self::ListNotSeen => across::LIST_NOT_SEEN,
            Self::LabelNotSeen => across::LABEL_NOT_SEEN,
            Self::StatusNotSeen => across::STATUS_NOT_SEEN,
            Self::CampaignNotSeen => across::CAMPAIGN_NOT_SEEN,
            Self::AgentNotSeen => across::AGENT_NOT_SEEN,
            Self::StatusDialed => across::STATUS_DIALED,
            Self::OtherNonLatin => across::OTHER_NON_LATIN,
            Self::UnknownChoice => across::UNKNOWN_CHOICE,
            Self::OtherType => across::OTHER_TYPE,
            Self::SetTwice => across::SET_TWICE,
            Self::MappedTwice => across::MAPPED_TWICE,
            Self::Cut => across::CUT,
            Self::HomeNotDialed => {
                "Numbers that are written without a country are read as those of `default_region`. Where `regions` does not name that\n\
                 country, each of them is refused as phone_foreign.\n\n\
                 Wrong:   default_region = \"US\"\n         regions = [\"CA\"]\n\
                 Right:   default_region = \"US\"\n         regions = [\"US\", \"CA\"]"
            }
            Self::Unreadable => machine::UNREADABLE,
            Self::NotUtf8 => machine::NOT_UTF8,
            Self::TooLarge => machine::TOO_LARGE,
            Self::NoVariable => machine::NO_VARIABLE,
            Self::NoCredential => machine::NO_CREDENTIAL,
            Self::NoSecretFile => machine::NO_SECRET_FILE,
            Self::NotASecret => machine::NOT_A_SECRET,
            Self::BadConnection => machine::BAD_CONNECTION,
            Self::Unwritable => machine::UNWRITABLE,
            Self::OpenSecret => machine::OPEN_SECRET,
            Self::NoFolder => machine::NO_FOLDER,
        }
    }
}
