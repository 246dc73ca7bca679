//! The form of vicisync.toml: every key with what it is for. What a value may say is checked where it is read.

use crate::diag::form::{Form, Key, Kind, Names, Others, Word};

/// The whole file.
pub static CONFIG: Form = Form {
    about: "Which CRM and which VICIdial there are, and which jobs run between them.",
    keys: &[
        Key::must("format", Kind::Number(1, 1), "Which edition of this language is meant: 1."),
        Key::must("crm", Kind::Table(&CRMS), "The CRM connections."),
        Key::must("vicidial", Kind::Table(&VICIDIALS), "The VICIdial connections."),
        Key::must("job", Kind::Table(&JOBS), "The jobs."),
        Key::may("report", Kind::Tables(&REPORT), "Files with VICIdial's own counts, made by a schedule."),
        Key::later("http", Kind::Any, "the status page", "The status page."),
        Key::later("status_page", Kind::Any, "the status page", "The status page."),
        Key::later("metrics", Kind::Any, "metrics", "Metrics of the daemon."),
        Key::later("webhook", Kind::Any, "hints by webhook", "Hints by webhook."),
        Key::later("webhooks", Kind::Any, "hints by webhook", "Hints by webhook."),
        Key::later("hints", Kind::Any, "hints", "Hints of VICIdial."),
        Key::later("notify", Kind::Any, "notifications", "Who is told when something stops."),
        Key::later("daemon", Kind::Any, "settings of the daemon", "The daemon."),
        Key::later("log", Kind::Any, "settings of the log", "The log."),
        Key::later("state", Kind::Any, "the state's place in the file; use --state", "Where the state is."),
        Key::later("sql", Kind::Any, "SQL as a CRM", "SQL as a CRM."),
        Key::later("csv", Kind::Any, "CSV folders as a CRM", "CSV folders as a CRM."),
        Key::later("dnc", Kind::Any, "do-not-call lists", "Do-not-call lists."),
        Key::later("retention", Kind::Any, "retention", "How long what is done is kept."),
    ],
    others: None,
};

static CRMS: Form = Form {
    about: "CRM connections by name.",
    keys: &[],
    others: Some(Others {
        name: "NAME",
        about: "A CRM. The name is yours: 1 to 32 small letters, digits, `-` or `_`. The state remembers connections by name.",
        names: None,
        kind: &Kind::Table(&CRM),
    }),
};

static CRM: Form = Form {
    about: "A CRM and how to log in.",
    keys: &[
        Key::must("kind", Kind::Text, "Which connector talks to it: `\"espocrm\"`."),
        Key::must("site", Kind::Url, "The address that people use in the browser, with https:// in front."),
        Key::may("secrets", Kind::Table(&SECRETS), "What the connector needs to log in; EspoCRM: `api_key`."),
        Key::may("options", Kind::Table(&OPTIONS), "Choices that the connector offers; EspoCRM: `user_id`, `activity_key_field`."),
        Key::may("connector", Kind::Path, "A connector file of your own in place of the built-in one."),
        Key::later("concurrency", Kind::Number(1, 8), "several requests at one time", "Requests at one time."),
        Key::later("webhook", Kind::Any, "hints by webhook", "Hints by webhook."),
        Key::later("oauth", Kind::Any, "OAuth", "OAuth."),
        Key::later("budget", Kind::Any, "request budgets", "How many requests a day it may take."),
        Key::later("timeout_s", Kind::Number(1, 3600), "time-outs", "How long an answer may take."),
    ],
    others: None,
};

static SECRETS: Form = Form {
    about: "Secrets by the connector's names for them.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "Where the secret is.", names: None, kind: &Kind::Secret }),
};

static OPTIONS: Form = Form {
    about: "Options by the connector's names for them.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "What is chosen.", names: None, kind: &Kind::Text }),
};

static VICIDIALS: Form = Form {
    about: "VICIdial connections by name.",
    keys: &[],
    others: Some(Others {
        name: "NAME",
        about: "A VICIdial. The name is yours: 1 to 32 small letters, digits, `-` or `_`. The state remembers connections by name.",
        names: None,
        kind: &Kind::Table(&VICIDIAL),
    }),
};

static CAMPAIGNS: Kind = Kind::Name(Names::Campaign);

static VICIDIAL: Form = Form {
    about: "A VICIdial and how to log in.",
    keys: &[
        Key::must("url", Kind::Url, "The web server's address."),
        Key::must("user", Kind::Text, "The API user; `vicisync check --live` says which rights it lacks."),
        Key::must("pass", Kind::Secret, "Where its password is."),
        Key::must("zone", Kind::Zone, "The server's own time zone: VICIdial's times carry none."),
        Key::or(
            "concurrency",
            Kind::Number(1, 8),
            "8",
            "Requests at one time, at most. How many there are follows VICIdial's own pace; more wrong logins at once would lock the account.",
        ),
        Key::may("blackout", Kind::List(&Kind::Text), "Times of day in which VICIdial is left alone: `[\"02:00-03:30\"]`."),
        Key::or(
            "use_non_latin",
            Kind::Word(&[
                Word::now("unknown", "vicisync goes by what it found out"),
                Word::now("on", "letters of all scripts are kept"),
                Word::now("off", "VICIdial drops letters beyond Latin ones"),
            ]),
            "\"unknown\"",
            "As in VICIdial's system settings.",
        ),
        Key::may("campaigns", Kind::List(&CAMPAIGNS), "Campaigns whose calls are read; all without it."),
        Key::may("groups", Kind::List(&CAMPAIGNS), "In-groups whose calls are read; all without it."),
        Key::may("database", Kind::Table(&DATABASE), "Its database, where reading goes by SQL."),
        Key::later("dnc", Kind::Any, "do-not-call lists", "Do-not-call lists."),
        Key::later("agent_api", Kind::Any, "the agent API", "The agent API."),
        Key::later(
            "batch",
            Kind::Any,
            "a switch for updates in batches",
            "Whether leads that are changed alike go in one request; so it is anyway.",
        ),
        Key::later("callbacks", Kind::Any, "callbacks", "Callbacks."),
        Key::later("hints", Kind::Any, "hints", "Hints of VICIdial."),
        Key::later("cluster", Kind::Any, "several VICIdials as one", "Several VICIdials as one."),
    ],
    others: None,
};

static DATABASE: Form = Form {
    about: "A VICIdial's database and an account that can only read.",
    keys: &[
        Key::must("host", Kind::Text, "The server's name or address."),
        Key::or("port", Kind::Number(1, 65_535), "3306", "Its port."),
        Key::must("user", Kind::Text, "The account."),
        Key::must("pass", Kind::Secret, "Where its password is."),
        Key::or("database", Kind::Text, "\"asterisk\"", "The database's name."),
        Key::may(
            "tls",
            Kind::Word(&[
                Word::now("required", "encrypted; so it is without the key for a server elsewhere"),
                Word::now("off", "not encrypted; so it is without the key for a server on this machine, and only there"),
                Word::later("preferred", "encrypted where the server can"),
            ]),
            "Whether the connection is encrypted.",
        ),
        Key::may(
            "ca",
            Kind::Path,
            "The certificate of the authority that the server's certificate is from; public authorities without it.",
        ),
        Key::later("socket", Kind::Path, "the server's own socket", "The server's own socket."),
        Key::later("timeout_s", Kind::Number(1, 3600), "time-outs", "How long an answer may take."),
        Key::later("archive", Kind::Any, "a database of archives", "A database of archives."),
    ],
    others: None,
};

static JOBS: Form = Form {
    about: "Jobs by name.",
    keys: &[],
    others: Some(Others {
        name: "NAME",
        about: "One mapping between one CRM and one VICIdial. The name is yours: 1 to 32 small letters, digits, `-` or `_`.",
        names: None,
        kind: &Kind::Table(&JOB),
    }),
};

static JOB: Form = Form {
    about: "One mapping between one CRM and one VICIdial.",
    keys: &[
        Key::must("crm", Kind::Name(Names::CrmConnection), "The name of a `[crm.NAME]` table."),
        Key::must("vicidial", Kind::Name(Names::VicidialConnection), "The name of a `[vicidial.NAME]` table."),
        Key::must("mapping", Kind::Path, "The mapping's file."),
        Key::may(
            "lists",
            Kind::List(&Kind::Number(100, 99_999_999_999_999)),
            "The lists that the mapping may fill; any without it. Who edits the mapping cannot fill another by mistake.",
        ),
        Key::or("schedule", Kind::Schedule, "\"*/2 * * * *\"", "When it looks for changes: every two minutes."),
        Key::or("full_schedule", Kind::Schedule, "\"0 3 * * *\"", "When it compares everything: every day at 3."),
        Key::may("zone", Kind::Zone, "The time zone of both schedules; the VICIdial's without it."),
        Key::or(
            "settle_s",
            Kind::Number(10, 3600),
            "120",
            "How many seconds a write whose answer was lost rests before vicisync looks what became of it.",
        ),
        Key::may("brakes", Kind::Table(&BRAKES), "How much one run may change."),
        Key::may(
            "slot",
            Kind::Text,
            "Which lead of a contact is this job's, where another job syncs the same CRM with the same VICIdial: up to 20 letters, digits, `-` or `_`.",
        ),
        Key::or(
            "may_delete",
            Kind::Flag,
            "false",
            "Whether `[leaving]` of the mapping may say `\"delete\"`: deleted leads cannot be brought back.",
        ),
        Key::later("callbacks", Kind::Any, "callbacks", "Callbacks."),
        Key::later("dnc", Kind::Any, "do-not-call lists", "Do-not-call lists."),
        Key::later("blackout", Kind::Any, "blackout windows of a job alone", "Times in which the job rests."),
        Key::later("backfill", Kind::Any, "older calls", "Calls before the go-live date."),
        Key::later("notify", Kind::Any, "notifications", "Who is told when it stops."),
        Key::later("priority", Kind::Any, "priorities of jobs", "Which job goes first."),
        Key::later("webhook", Kind::Any, "hints by webhook", "Hints by webhook."),
    ],
    others: None,
};

static BRAKES: Form = Form {
    about: "How much one run may change. A run that would change more sends nothing but opt-outs, and waits for a person.",
    keys: &[
        Key::or("creates", Kind::Number(0, 1_000_000_000), "1000", "Leads added."),
        Key::or("updates", Kind::Number(0, 1_000_000_000), "2000", "Leads changed."),
        Key::or("deactivates", Kind::Number(0, 1_000_000_000), "100", "Leads taken out of dialing."),
        Key::or("deactivates_share", Kind::Share, "0.2", "The same as a share of the job's live leads."),
        Key::or("moves", Kind::Number(0, 1_000_000_000), "1000", "Leads moved to another list."),
        Key::or("patches", Kind::Number(0, 1_000_000_000), "2000", "Contacts of the CRM changed for edits in VICIdial."),
        Key::or("deletes", Kind::Number(0, 1_000_000_000), "0", "Leads deleted; so every run that would delete one waits for a person."),
        Key::or("contacts", Kind::Number(0, 1_000_000_000), "50", "Contacts made in the CRM."),
        Key::later("creates_share", Kind::Share, "shares of other brakes", "Leads added, as a share."),
        Key::later("updates_share", Kind::Share, "shares of other brakes", "Leads changed, as a share."),
        Key::later("moves_share", Kind::Share, "shares of other brakes", "Leads moved, as a share."),
    ],
    others: None,
};

static REPORT: Form = Form {
    about: "Files with VICIdial's own counts, made by a schedule.",
    keys: &[
        Key::must("name", Kind::Text, "Its name, yours to choose: 1 to 32 small letters, digits, `-` or `_`."),
        Key::must("vicidial", Kind::Name(Names::VicidialConnection), "The name of a `[vicidial.NAME]` table."),
        Key::must(
            "kind",
            Kind::Word(&[
                Word::now("call_status_stats", "calls by status and hour"),
                Word::now("call_dispo_report", "calls by disposition"),
                Word::now("agent_stats_export", "agents and their times"),
            ]),
            "What is counted, by the name of VICIdial's function.",
        ),
        Key::must("schedule", Kind::Schedule, "When it is made."),
        Key::may("zone", Kind::Zone, "The time zone of the schedule; the VICIdial's without it."),
        Key::or(
            "period",
            Kind::Word(&[
                Word::now("last_hour", "the last whole hour"),
                Word::now("today", "the day so far"),
                Word::now("yesterday", "the day before"),
                Word::now("last_7_days", "the seven days before today"),
                Word::later("this_hour", "the hour so far"),
                Word::later("this_week", "the week so far"),
                Word::later("last_month", "the month before"),
            ]),
            "\"today\"",
            "The time that it is about.",
        ),
        Key::may("campaigns", Kind::List(&CAMPAIGNS), "Campaigns that are counted; all without it."),
        Key::may("groups", Kind::List(&CAMPAIGNS), "In-groups that are counted; all without it."),
        Key::may("users", Kind::List(&Kind::Name(Names::Agent)), "Agents that are counted; all without it."),
        Key::may("csv", Kind::Path, "The file as CSV."),
        Key::may("jsonl", Kind::Path, "The file as JSON lines."),
        Key::may("metrics", Kind::Path, "The file for Prometheus' node exporter: it ends with .prom."),
        Key::later("dids", Kind::Any, "reports of DIDs", "DIDs that are counted."),
        Key::later("statuses", Kind::Any, "reports of some statuses only", "Statuses that are counted."),
        Key::later("user_groups", Kind::Any, "reports of groups of agents", "Groups of agents that are counted."),
        Key::later("email", Kind::Any, "reports by mail", "Who gets it by mail."),
        Key::later("blackout", Kind::Any, "blackout windows of a report alone", "Times in which it is not made."),
    ],
    others: None,
};
