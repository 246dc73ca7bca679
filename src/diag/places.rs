//! Where an entry of a text stands, by its path: for trouble that shows only after the text was read.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{Place, Sink};
use super::syntax;

/// An entry's places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its key; of a list's element, the element.
    pub key: Place,
    /// Its value.
    pub value: Place,
}

/// Finds `["job", "sales", "lists"]`; of a list, its elements by number. Where a part is not there, what is nearest to it is found: the text may
/// leave an entry out that has a meaning all the same. `None` where not even the first part is there.
#[must_use]
pub fn find(text: &str, path: &[&str]) -> Option<Found> {
    // What is no TOML was told when the text was read.
    let text = syntax::mend(&Sink::new(""), text);
    let (document, _) = DeTable::parse_recoverable(&text);
    let (first, rest) = path.split_first()?;
    let mut found = entry(document.get_ref(), first)?;
    let mut value = document.get_ref().get(*first)?.get_ref();
    for part in rest {
        let next = match value {
            DeValue::Table(table) => entry(table, part).zip(table.get(*part)),
            DeValue::Array(items) => {
                let item = part.parse::<usize>().ok().and_then(|number| items.get(number));
                item.map(|item| (Found { key: item.span(), value: item.span() }, item))
            }
            _ => None,
        };
        let Some((place, item)) = next else { break };
        found = place;
        value = item.get_ref();
    }
    Some(found)
}

fn entry(table: &DeTable<'_>, name: &str) -> Option<Found> {
    let (key, value) = table.get_key_value(name)?;
    let place = |value: &Spanned<DeValue<'_>>| if value.span().is_empty() { key.span() } else { value.span() };
    Some(Found { key: key.span(), value: place(value) })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn entries_are_found_by_their_path_and_what_is_left_out_by_what_is_nearest() {
        let text = "[a.b]\nc = [10, 20]\nd = { e = \"x\" }\n[[f]]\ng = 1\n[[f]]\ng = 2\n";
        let value = |path: &[&str]| find(text, path).map(|found| &text[found.value]);
        assert_eq!(value(&["a", "b", "c", "1"]), Some("20"));
        assert_eq!(value(&["a", "b", "d", "e"]), Some("\"x\""));
        assert_eq!(value(&["f", "1", "g"]), Some("2"));
        assert_eq!(value(&["a", "b", "none"]), Some("[a.b]"));
        assert_eq!(find(text, &["a", "b", "d"]).map(|found| &text[found.key]), Some("d"));
        assert_eq!(find(text, &["none"]), None);
        let torn = "[a]\nb\n[c]\nd = 5\n";
        assert_eq!(find(torn, &["c", "d"]).map(|found| &torn[found.value]), Some("5"));
    }
}
