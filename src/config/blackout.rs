//! Reads blackouts: `["02:00-03:30", "23:50-00:20"]`, times of the server's own wall clock.

use chrono::{NaiveTime, Timelike};

use crate::diag::{Code, Item};
use crate::model::Blackout;

const FORM: &str = "write it as \"02:00-03:30\", in the server's own time; over midnight as \"23:50-00:20\"";
const MINUTES_A_DAY: usize = 24 * 60;

/// The windows that are right; each wrong one is reported.
pub(super) fn read(item: &Item<'_, '_>) -> Vec<Blackout> {
    let windows: Vec<Blackout> = item.list().unwrap_or_default().iter().filter_map(window).collect();
    let mut minutes = [false; MINUTES_A_DAY];
    for window in &windows {
        for (at, minute) in minutes.iter_mut().enumerate() {
            *minute |= NaiveTime::from_num_seconds_from_midnight_opt(at as u32 * 60, 0).is_some_and(|time| window.holds(time));
        }
    }
    if minutes.iter().all(|minute| *minute) {
        item.wrong(Code::BadValue, "these blackouts leave no time of the day", "leave vicisync some hours, or take the job out");
    }
    windows
}

fn window(item: &Item<'_, '_>) -> Option<Blackout> {
    let text = item.text()?;
    let Some((begin, end)) = text.split_once('-') else {
        item.wrong(Code::BadValue, format!("`{text}` is no window of time"), FORM);
        return None;
    };
    let time = |part: &str| {
        let time = time(part.trim());
        if time.is_none() {
            item.wrong(Code::BadValue, format!("`{}` is no time of day", part.trim()), FORM);
        }
        time
    };
    // One mistake of a window is enough to look at it.
    let begin = time(begin)?;
    let end = time(end)?;
    if begin.num_seconds_from_midnight() == 0 && end == begin && text.trim_end().ends_with("24:00") {
        item.wrong(Code::BadValue, "this blackout is the whole day", "leave vicisync some hours, or take the job out");
        return None;
    }
    if begin == end {
        item.wrong(Code::BadValue, format!("the blackout `{text}` ends as it begins"), FORM);
        return None;
    }
    Some(Blackout { begin, end })
}

/// `02:00`, `2:00`; `24:00` is midnight as an end.
fn time(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    let is_number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hour) || !is_number(minute) || minute.len() != 2 {
        return None;
    }
    if (hour, minute) == ("24", "00") {
        return Some(NaiveTime::MIN);
    }
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}
