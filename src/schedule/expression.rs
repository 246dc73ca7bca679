//! A cron expression's text, made unambiguous for the `cron` crate.
//!
//! Two things differ from program to program, so they are settled here. Days of the week are crontab's: 0 and 7 are Sunday (the crate
//! counts Sunday as 1). Day of the month *and* day of the week together mean "either" in crontab and "both" elsewhere: refused.

use std::collections::BTreeSet;

/// What was read.
pub(super) struct Expression {
    /// In wall time.
    pub(super) wall: cron::Schedule,
    /// Whether the hour says "every so often" rather than naming times of day.
    pub(super) is_every_so_often: bool,
}

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) fn parse(text: &str) -> Result<Expression, String> {
    let mut fields: Vec<&str> = text.split_whitespace().collect();
    match fields.len() {
        5 => fields.insert(0, "0"),
        6 => {}
        count => {
            return Err(format!(
                "a schedule has 5 fields (minute hour day month weekday) or 6 with seconds in front, and this has {count}; \
                 write `*/2 * * * *` for every two minutes"
            ));
        }
    }
    let (day, weekday) = (fields[3], fields[5]);
    let is_free = |field: &str| field == "*" || field == "?";
    if !is_free(day) && !is_free(weekday) {
        return Err("day of the month and day of the week are both given; crontab runs on either, other programs on both: \
                    write `*` for one of them"
            .to_owned());
    }
    let weekdays = weekdays(weekday)?;
    let hour = fields[2];
    let is_every_so_often = hour.contains('*') || hour.contains('/');
    fields[5] = &weekdays;
    let wall = fields.join(" ").parse::<cron::Schedule>().map_err(|_| {
        "this is not a cron expression; write `*/2 * * * *` for every two minutes, `0 3 * * *` for every day at 3".to_owned()
    })?;
    Ok(Expression { wall, is_every_so_often })
}

/// The crate's own numbers, 1 for Sunday to 7 for Saturday, as a list.
fn weekdays(field: &str) -> Result<String, String> {
    if field == "*" || field == "?" {
        return Ok("*".to_owned());
    }
    let mut days = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0).ok_or_else(|| wrong_day(part))?),
            None => (part, 1),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (weekday(first)?, weekday(last)?),
            None if range == "*" => (0, 6),
            None if part.contains('/') => (weekday(range)?, 6),
            None => (weekday(range)?, weekday(range)?),
        };
        // `fri-sun` and `sat-mon` run over the end of the week.
        let last = if last < first { last + 7 } else { last };
        days.extend((first..=last).step_by(step).map(|day| day % 7 + 1));
    }
    Ok(days.iter().map(usize::to_string).collect::<Vec<_>>().join(","))
}

fn weekday(text: &str) -> Result<usize, String> {
    let lower = text.to_lowercase();
    let by_name = (lower.len() >= 3).then(|| DAYS.iter().position(|day| lower.starts_with(day))).flatten();
    by_name.or_else(|| text.parse().ok().filter(|day| *day <= 7)).ok_or_else(|| wrong_day(text))
}

fn wrong_day(text: &str) -> String {
    format!("`{text}` is not a day of the week; write 0 to 7 (0 and 7 are Sunday) or sun, mon, tue, wed, thu, fri, sat")
}
