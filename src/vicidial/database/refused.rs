//! From the driver's errors to a [`Fault`] in an admin's words. The lane only reads, so nothing here ever had an effect.

use mysql_async::{DriverError, Error, IoError, ServerError};

use super::connect::Settings;
use crate::ports::{Effect, Fault, Reach};

/// The code of the fault that a table is not there.
pub(super) const TABLE_MISSING: &str = "table_missing";

/// Whether an error says that the connection is no more, rather than that a statement failed.
pub(super) fn is_gone(error: &Error) -> bool {
    match error {
        // Shutdown, killed, idle for too long.
        Error::Server(error) => matches!(error.code, 1053 | 1927 | 4031),
        Error::Driver(_) | Error::Io(_) | Error::Other(_) | Error::Url(_) => true,
    }
}

/// The fault that an error means.
pub(super) fn fault(settings: &Settings, error: &Error) -> Fault {
    let host = &settings.host;
    match error {
        Error::Server(error) => of_server(settings, error),
        Error::Io(IoError::Tls(why)) => no_tls(host, &why.to_string()),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => no_tls(host, "the server has no TLS"),
        // A certificate that is turned down comes as an error of input.
        Error::Io(IoError::Io(why)) if why.kind() == std::io::ErrorKind::InvalidData => no_tls(host, &why.to_string()),
        Error::Io(IoError::Io(why)) => unreachable(host, &why.to_string()),
        Error::Driver(_) | Error::Other(_) | Error::Url(_) => unreachable(host, &error.to_string()),
    }
}

/// The fault of an answer that did not come in time.
pub(super) fn timed_out(settings: &Settings) -> Fault {
    Fault::new(
        Effect::None,
        Reach::Connection,
        "database_timed_out",
        format!("VICIdial's database at {} did not answer within {} seconds", settings.host, settings.timeout.as_secs()),
    )
    .help("vicisync tries again at the next run; see whether the database is busy, as with a nightly archive job")
}

/// The fault of a setting that cannot work.
pub(super) fn bad_settings(message: impl Into<String>, help: &str) -> Fault {
    Fault::new(Effect::None, Reach::Person, "bad_settings", message).help(help)
}

/// The fault of an answer that VICIdial's tables would not give.
pub(super) fn odd(what: &str) -> Fault {
    Fault::new(Effect::None, Reach::Connection, "not_an_answer", format!("VICIdial's database shows {what}"))
        .help("see whether this database is a VICIdial's that vicisync knows: run `vicisync check --live`")
}

fn unreachable(host: &str, why: &str) -> Fault {
    Fault::new(
        Effect::None,
        Reach::Connection,
        "database_unreachable",
        format!("VICIdial's database at {host} cannot be reached: {}", short(why)),
    )
    .help("check `host` and `port` of the database, the firewall, and whether MariaDB runs; or take the `database` table out of the config")
}

fn no_tls(host: &str, why: &str) -> Fault {
    Fault::new(
        Effect::None,
        Reach::Person,
        "database_tls",
        format!("no encrypted connection to VICIdial's database at {host}: {}", short(why)),
    )
    .help("name the certificate authority of the server as `ca`; the certificate must be for the name that stands as `host`")
}

fn of_server(settings: &Settings, error: &ServerError) -> Fault {
    let (host, user, database) = (&settings.host, &settings.user, &settings.database);
    let said = short(&error.message);
    let person = |code, message: String, help: String| Fault::new(Effect::None, Reach::Person, code, message).help(help);
    match error.code {
        1045 | 1698 => Fault::new(
            Effect::None,
            Reach::Login,
            "database_login_refused",
            format!("VICIdial's database at {host} refused the login of `{user}`; vicisync sends nothing more"),
        )
        .help("check user and password of the database, and that the account may come from this machine; then run `vicisync check --live`"),
        1044 | 1049 => person(
            "database_missing",
            format!("the account `{user}` sees no database `{database}` at {host}"),
            format!("correct `database`, or allow it: GRANT SELECT ON {database}.* TO '{user}'@'…'"),
        ),
        1142 | 1143 | 1227 | 1370 => person(
            "no_right",
            format!("the account `{user}` may not read VICIdial's database: {said}"),
            format!("allow it: GRANT SELECT ON {database}.* TO '{user}'@'…'"),
        ),
        1129 | 1130 => person(
            "database_host_refused",
            format!("VICIdial's database at {host} lets nobody in from this machine: {said}"),
            format!("allow this machine's address in the account: CREATE USER '{user}'@'ADDRESS' …"),
        ),
        1054 | 1146 => person(
            TABLE_MISSING,
            format!("the database `{database}` at {host} lacks a table or column of VICIdial's: {said}"),
            "correct `database`; it is called asterisk on most servers".to_owned(),
        ),
        1969 | 3024 => timed_out(settings),
        code => Fault::new(
            Effect::None,
            Reach::Connection,
            "database_failed",
            format!("VICIdial's database at {host} failed (error {code}): {said}"),
        )
        .help("vicisync tries again at the next run; look at the error log of MariaDB"),
    }
}

/// Kept short: a message may go on and on.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: u16, reach: Reach, name: &str) {
        let settings = Settings { user: "reader".to_owned(), ..Settings::local("asterisk") };
        let error = ServerError { code, message: "it said so".to_owned(), state: "HY000".to_owned() };
        let fault = fault(&settings, &Error::Server(error));
        assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, reach, name), "{fault}");
        assert!(fault.help.is_some());
    }

    #[test]
    fn each_refusal_says_who_can_mend_it() {
        check(1045, Reach::Login, "database_login_refused");
        check(1049, Reach::Person, "database_missing");
        check(1142, Reach::Person, "no_right");
        check(1130, Reach::Person, "database_host_refused");
        check(1146, Reach::Person, TABLE_MISSING);
        check(1969, Reach::Connection, "database_timed_out");
        check(1040, Reach::Connection, "database_failed");
    }
}
