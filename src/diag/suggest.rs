//! "Did you mean": the known word that is closest to what was typed, if it is close enough.

/// The candidate that the admin most likely meant. Case, `-` and `_` count for nothing; a guess that is far off is none.
#[must_use]
pub fn closest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(typed);
    let reach = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Of more known words none is listed.
const LISTED_MAX: usize = 24;
/// A help text: the closest word.
#[must_use]
pub fn meant<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(typed, candidates).map(|word| format!("did you mean `{word}`?"))
}

/// A help text: the closest word, or all of them where there are few.
#[must_use]
pub fn help(typed: &str, candidates: &[&str]) -> Option<String> {
    let few = || (1..=LISTED_MAX).contains(&candidates.len()).then(|| format!("known here: {}", candidates.join(", ")));
    meant(typed, candidates.iter().copied()).or_else(few)
}

/// A help text for a time zone that there is not.
#[must_use]
pub fn zone(typed: &str) -> String {
    let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    meant(typed, known).unwrap_or_else(|| "write the name of a place, as in America/New_York".to_owned())
}

fn plain(text: &str) -> String {
    text.chars().filter(|character| !matches!(character, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{closest, help};

    #[test]
    fn the_closest_word_within_reach_wins() {
        let known = ["schedule", "full_schedule", "settle_s"];
        assert_eq!(closest("schedul", known), Some("schedule"));
        assert_eq!(closest("FullSchedule", known), Some("full_schedule"));
        assert_eq!(closest("mapping", known), None);
        assert_eq!(closest("", known), None);
    }

    #[test]
    fn without_a_close_word_the_few_known_ones_are_listed() {
        assert_eq!(help("equals", &["is", "in"]).as_deref(), Some("known here: is, in"));
        assert_eq!(help("equals", &[]), None);
        assert!(help("equals", &["is"; 13]).is_some());
    }
}
