//! Both daylight-saving edges in two zones, the meaning of weekdays, and that time only moves forward.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{America, Australia, Europe, Pacific, Tz};
use proptest::prelude::*;
use vicisync::schedule::Schedule;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The next moments after a start, as text.
fn moments(expression: &str, zone: Tz, start: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(expression, zone).unwrap();
    let mut moment = at(start);
    let mut found = Vec::new();
    for _ in 0..count {
        moment = schedule.next_after(moment).unwrap();
        found.push(moment.format("%m-%dT%H:%M:%S").to_string());
    }
    found
}

#[test]
fn five_fields_mean_second_zero_and_six_bring_their_own() {
    assert_eq!(moments("*/2 * * * *", Tz::UTC, "2026-11-01T10:01:30Z", 2), ["11-01T10:02:00", "11-01T10:04:00"]);
    assert_eq!(moments("*/20 * * * * *", Tz::UTC, "2026-11-01T10:01:30Z", 2), ["11-01T10:01:40", "11-01T10:02:00"]);
}

#[test]
fn the_next_moment_is_strictly_later() {
    assert_eq!(moments("0 3 * * *", Tz::UTC, "2026-11-01T03:00:00Z", 1), ["11-02T03:00:00"]);
    assert_eq!(moments("0 3 * * *", Tz::UTC, "2026-11-01T02:59:59.5Z", 1), ["11-01T03:00:00"]);
}

#[test]
fn a_fixed_time_that_spring_skips_fires_where_the_gap_ends() {
    // New York, 8 March 2026: 02:00 EST is followed by 03:00 EDT, at 07:00 UTC.
    assert_eq!(moments("30 2 * * *", America::New_York, "2026-03-07T00:00:00Z", 3), ["03-07T07:30:00", "03-08T07:00:00", "03-09T06:30:00"]);
    // Berlin, 29 March 2026: 02:00 CET is followed by 03:00 CEST, at 01:00 UTC.
    assert_eq!(moments("30 2 * * *", Europe::Berlin, "2026-03-28T00:00:00Z", 3), ["03-28T01:30:00", "03-29T01:00:00", "03-30T00:30:00"]);
    // Several times in one gap fire once.
    assert_eq!(moments("0,20,40 2 * * *", America::New_York, "2026-03-08T06:00:00Z", 2), ["03-08T07:00:00", "03-09T06:00:00"]);
}

#[test]
fn a_fixed_time_that_autumn_repeats_fires_at_its_first_pass() {
    // New York, 1 November 2026: 01:30 is 05:30 UTC and again 06:30 UTC.
    assert_eq!(moments("30 1 * * *", America::New_York, "2026-10-31T00:00:00Z", 3), ["10-31T05:30:00", "11-01T05:30:00", "11-02T06:30:00"]);
    // Asked between the passes, it does not fire again.
    assert_eq!(moments("30 1 * * *", America::New_York, "2026-11-01T06:10:00Z", 1), ["11-02T06:30:00"]);
    // Berlin, 25 October 2026: 02:30 is 00:30 UTC and again 01:30 UTC.
    assert_eq!(moments("30 2 * * *", Europe::Berlin, "2026-10-25T00:00:00Z", 2), ["10-25T00:30:00", "10-26T01:30:00"]);
}

#[test]
fn every_so_often_runs_through_both_passes() {
    assert_eq!(
        moments("*/30 * * * *", America::New_York, "2026-11-01T05:00:00Z", 4),
        ["11-01T05:30:00", "11-01T06:00:00", "11-01T06:30:00", "11-01T07:00:00"]
    );
    assert_eq!(
        moments("30 */1 * * *", Europe::Berlin, "2026-10-24T23:40:00Z", 4),
        ["10-25T00:30:00", "10-25T01:30:00", "10-25T02:30:00", "10-25T03:30:00"]
    );
    // In spring there is nothing to run twice, and nothing is made up.
    assert_eq!(moments("30 * * * *", America::New_York, "2026-03-08T06:00:00Z", 3), ["03-08T06:30:00", "03-08T07:30:00", "03-08T08:30:00"]);
    // Every second hour: wall hours 0, 2 (skipped), 4.
    assert_eq!(moments("0 */2 * * *", America::New_York, "2026-03-08T04:00:00Z", 2), ["03-08T05:00:00", "03-08T08:00:00"]);
}

#[test]
fn a_half_hour_change_and_a_skipped_day() {
    // Lord Howe, 5 April 2026: 02:00 is followed by 01:30, half an hour is repeated (15:00 UTC of the 4th).
    assert_eq!(
        moments("45 1 * * *", Australia::Lord_Howe, "2026-04-03T00:00:00Z", 3),
        ["04-03T14:45:00", "04-04T14:45:00", "04-05T15:15:00"]
    );
    // Samoa had no 30 December 2011: its noon fires where the 31st begins.
    assert_eq!(moments("0 12 * * *", Pacific::Apia, "2011-12-29T00:00:00Z", 3), ["12-29T22:00:00", "12-30T10:00:00", "12-30T22:00:00"]);
}

#[test]
fn weekdays_are_those_of_crontab() {
    // 1 November 2026 is a Sunday.
    for sunday in ["0", "7", "sun", "Sunday"] {
        assert_eq!(moments(&format!("0 3 * * {sunday}"), Tz::UTC, "2026-10-27T00:00:00Z", 1), ["11-01T03:00:00"], "{sunday}");
    }
    let workdays = ["11-02T03:00:00", "11-03T03:00:00", "11-04T03:00:00", "11-05T03:00:00", "11-06T03:00:00", "11-09T03:00:00"];
    for range in ["1-5", "mon-fri", "1,2,3,4,5"] {
        assert_eq!(moments(&format!("0 3 * * {range}"), Tz::UTC, "2026-11-01T00:00:00Z", 6), workdays, "{range}");
    }
    assert_eq!(moments("0 3 * * 6-7", Tz::UTC, "2026-11-02T00:00:00Z", 2), ["11-07T03:00:00", "11-08T03:00:00"]);
    assert_eq!(moments("0 3 * * fri-mon/3", Tz::UTC, "2026-11-02T04:00:00Z", 2), ["11-06T03:00:00", "11-09T03:00:00"]);
}

#[test]
fn what_is_no_schedule_is_refused_with_advice() {
    for (text, words) in [
        ("", "5 fields"),
        ("* * *", "5 fields"),
        ("0 0 3 * * * 2026", "5 fields"),
        ("61 * * * *", "cron expression"),
        ("x * * * *", "cron expression"),
        ("0 3 * * 8", "0 to 7"),
        ("0 3 * * monday-funday", "0 to 7"),
        ("0 3 1 * 1", "either"),
        ("0 3 * * 1/0", "0 to 7"),
    ] {
        let said = Schedule::parse(text, Tz::UTC).unwrap_err();
        assert!(said.contains(words), "`{text}` was answered: {said}");
    }
}

#[test]
fn a_date_that_never_comes_has_no_next_moment() {
    assert_eq!(Schedule::parse("0 3 30 2 *", Tz::UTC).unwrap().next_after(at("2026-01-01T00:00:00Z")), None);
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, cases: 300, ..Default::default()
    })]

    #[test]
    fn moments_strictly_rise_and_are_found_again_from_in_between(
        zone in prop::sample::select(vec![America::New_York, Europe::Berlin, Australia::Lord_Howe, America::Sao_Paulo, Tz::UTC]),
        expression in prop::sample::select(vec![
            "*/2 * * * *", "30 2 * * *", "0,30 1-3 * * *", "15 */2 * * *", "0 0 * * 0", "*/7 1 * * *", "10 30 2 * * *", "0 3 1 * *",
        ]),
        days in 0_i64..730,
        seconds in 0_i64..86_400,
    ) {
        let schedule = Schedule::parse(expression, zone).unwrap();
        let start = at("2025-01-01T00:00:00Z") + TimeDelta::days(days) + TimeDelta::seconds(seconds);
        let mut moment = start;
        for _ in 0..12 {
            let next = schedule.next_after(moment).unwrap();
            prop_assert!(next > moment);
            let between = moment + (next - moment) / 2;
            prop_assert_eq!(schedule.next_after(between).unwrap(), next);
            moment = next;
        }
    }
}
