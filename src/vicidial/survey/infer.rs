//! Conclusions from answers that say it only between the lines: how PHP takes a failing statement, whether logins start a program. Pure.

use std::time::Duration;

/// A hashed password costs about 25 ms a login: a Perl process is started for it.
const SLOW: Duration = Duration::from_millis(15);
/// A plain one costs one look-up.
const FAST: Duration = Duration::from_millis(8);

/// How PHP takes a statement that fails, by the answer to a request whose log entry fails after its data was printed. `None` where the answer is
/// that of something else between us and VICIdial.
pub(super) fn php_errors(status: u16, body: &str) -> Option<&'static str> {
    match status {
        500 if !body.trim().is_empty() => Some("exceptions"),
        // With `display_errors` on, PHP says so itself, and calls it a success.
        200 if body.contains("mysqli_sql_exception") => Some("exceptions"),
        200 if !body.trim().is_empty() => Some("hidden"),
        _ => None,
    }
}

/// What a login costs: the middle of what requests with one took longer than such without.
pub(super) fn login_cost(pairs: &[(Duration, Duration)]) -> Option<Duration> {
    let mut more: Vec<Duration> = pairs.iter().map(|(open, login)| login.saturating_sub(*open)).collect();
    more.sort_unstable();
    more.get(more.len() / 2).copied()
}

/// Whether passwords are hashed, by that cost; `None` where it may be either.
pub(super) fn slow_logins(cost: Duration) -> Option<bool> {
    if cost >= SLOW {
        Some(true)
    } else if cost <= FAST {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn php_shows_itself_by_what_follows_the_data() {
        assert_eq!(php_errors(500, "SALES|Sales|Y|\n"), Some("exceptions"));
        assert_eq!(php_errors(200, "Fatal error: Uncaught mysqli_sql_exception: You have an error"), Some("exceptions"));
        assert_eq!(php_errors(200, "SALES|Sales|Y|\n"), Some("hidden"));
        for (status, body) in [(500, ""), (403, "<html>Forbidden</html>"), (200, ""), (502, "<html>Bad Gateway</html>")] {
            assert_eq!(php_errors(status, body), None, "{status} {body}");
        }
    }

    #[test]
    fn one_slow_answer_makes_no_slow_login() {
        let pair = |open, login| (Duration::from_millis(open), Duration::from_millis(login));
        assert_eq!(login_cost(&[]), None);
        let cost = login_cost(&[pair(5, 6), pair(5, 90), pair(40, 7)]).expect("a middle");
        assert_eq!((cost, slow_logins(cost)), (Duration::from_millis(1), Some(false)));
        let cost = login_cost(&[pair(5, 31), pair(5, 30), pair(40, 7)]).expect("a middle");
        assert_eq!((cost, slow_logins(cost)), (Duration::from_millis(25), Some(true)));
        assert_eq!(slow_logins(Duration::from_millis(11)), None);
    }
}
