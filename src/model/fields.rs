//! The texts of a lead by field, kept so that many leads take little time and memory: all texts of a lead are one text, cut at places, and leads of
//! one mapping share the names of their fields. It is read as a map is, in the order of the names; what a field may hold is not known here.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::field::FieldName;

/// Texts by field, each field once.
#[derive(Clone, PartialEq, Eq)]
pub struct Fields {
    /// In their order, each once.
    names: Arc<[FieldName]>,
    /// The texts one behind the other, in the order of the names.
    text: String,
    /// Of each name, where its text ends.
    ends: Vec<usize>,
}

/// Room for the text of a field, in bytes: many are blank, few are long.
const ROOM: usize = 16;

impl Fields {
    /// The texts of these names, in their order; where there are too few, the last ones are blank. The names must be in their order, each once:
    /// the keys of a map.
    ///
    /// # Errors
    /// The first text that cannot be had.
    pub fn of<E>(names: Arc<[FieldName]>, texts: impl IntoIterator<Item = Result<impl AsRef<str>, E>>) -> Result<Self, E> {
        debug_assert!(names.is_sorted_by(|one, next| one < next), "names in their order: {names:?}");
        let mut text = String::with_capacity(names.len() * ROOM);
        let mut ends = Vec::with_capacity(names.len());
        for one in texts.into_iter().take(names.len()) {
            text.push_str(one?.as_ref());
            ends.push(text.len());
        }
        ends.resize(names.len(), text.len());
        Ok(Self { names, text, ends })
    }

    /// Those of these, of which of two with the same name the later one counts.
    fn of_pairs(mut pairs: Vec<(FieldName, &str)>) -> Self {
        pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
        pairs.reverse();
        pairs.dedup_by(|(one, _), (other, _)| one == other);
        pairs.reverse();
        let mut text = String::with_capacity(pairs.iter().map(|(_, text)| text.len()).sum());
        let mut ends = Vec::with_capacity(pairs.len());
        for (_, one) in &pairs {
            text.push_str(one);
            ends.push(text.len());
        }
        Self { names: pairs.into_iter().map(|(name, _)| name).collect(), text, ends }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The text of a field.
    #[must_use]
    pub fn get(&self, name: &FieldName) -> Option<&str> {
        self.names.binary_search(name).ok().map(|place| self.text_at(place))
    }

    /// Whether that field is there.
    #[must_use]
    pub fn contains_key(&self, name: &FieldName) -> bool {
        self.names.binary_search(name).is_ok()
    }

    /// The names, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &FieldName> {
        self.names.iter()
    }

    /// Names and texts, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldName, &str)> {
        self.names.iter().enumerate().map(|(place, name)| (name, self.text_at(place)))
    }

    /// Sets the text of a field, and gives back the one that was there.
    pub fn insert(&mut self, name: FieldName, text: String) -> Option<String> {
        let before = self.get(&name).map(str::to_owned);
        self.extend([(name, text)]);
        before
    }

    /// Leaves the fields that are to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(&FieldName, &str) -> bool) {
        let kept: Vec<(FieldName, &str)> =
            self.iter().filter(|(name, text)| keep(name, text)).map(|(name, text)| (name.clone(), text)).collect();
        if kept.len() < self.len() {
            *self = Self::of_pairs(kept);
        }
    }

    fn text_at(&self, place: usize) -> &str {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.ends.get(place).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }
}

impl Default for Fields {
    fn default() -> Self {
        Self { names: Arc::from([]), text: String::new(), ends: Vec::new() }
    }
}

/// As a map is shown.
impl fmt::Debug for Fields {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

/// Panics where the field is not there, as a map does.
impl Index<&FieldName> for Fields {
    type Output = str;

    fn index(&self, name: &FieldName) -> &str {
        self.get(name).expect("a field that is there")
    }
}

impl Extend<(FieldName, String)> for Fields {
    fn extend<I: IntoIterator<Item = (FieldName, String)>>(&mut self, others: I) {
        let others: Vec<(FieldName, String)> = others.into_iter().collect();
        if !others.is_empty() {
            let own = self.iter().map(|(name, text)| (name.clone(), text));
            *self = Self::of_pairs(own.chain(others.iter().map(|(name, text)| (name.clone(), text.as_str()))).collect());
        }
    }
}

impl FromIterator<(FieldName, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (FieldName, String)>>(pairs: I) -> Self {
        let mut fields = Self::default();
        fields.extend(pairs);
        fields
    }
}

impl<const N: usize> From<[(FieldName, String); N]> for Fields {
    fn from(pairs: [(FieldName, String); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl From<BTreeMap<FieldName, String>> for Fields {
    fn from(pairs: BTreeMap<FieldName, String>) -> Self {
        pairs.into_iter().collect()
    }
}

impl From<&Fields> for BTreeMap<FieldName, String> {
    fn from(fields: &Fields) -> Self {
        fields.iter().map(|(name, text)| (name.clone(), text.to_owned())).collect()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(from).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Map = BTreeMap<FieldName, String>;

    fn name(text: &str) -> FieldName {
        text.parse().expect(text)
    }

    fn pair((field, text): (&str, &str)) -> (FieldName, String) {
        (name(field), text.to_owned())
    }

    /// Unordered, twice the same, blank, and letters of several bytes.
    const PAIRS: [(&str, &str); 7] = [
        ("custom.plan", "gold"),
        ("last_name", "Novák"),
        ("city", ""),
        ("comments", "first"),
        ("comments", "é"),
        ("custom.a", "ÿ"),
        ("title", "Ms"),
    ];

    #[test]
    fn they_are_what_a_map_of_the_same_is() {
        for count in 0..=PAIRS.len() {
            let map: Map = PAIRS.into_iter().take(count).map(pair).collect();
            let fields: Fields = PAIRS.into_iter().take(count).map(pair).collect();
            assert!(fields.iter().eq(map.iter().map(|(name, text)| (name, text.as_str()))), "{fields:?}");
            assert!(fields.keys().eq(map.keys()), "{fields:?}");
            assert_eq!((fields.len(), fields.is_empty()), (map.len(), map.is_empty()));
            for (field, _) in PAIRS.into_iter().chain([("email", "")]) {
                assert_eq!(fields.get(&name(field)), map.get(&name(field)).map(String::as_str), "{field} of {fields:?}");
                assert_eq!(fields.contains_key(&name(field)), map.contains_key(&name(field)), "{field} of {fields:?}");
            }
            assert_eq!((format!("{fields:?}"), Map::from(&fields)), (format!("{map:?}"), map.clone()));
            assert_eq!(fields, Fields::from(map));
        }
    }

    #[test]
    fn they_change_as_a_map_does() {
        let mut map: Map = PAIRS.into_iter().map(pair).collect();
        let mut fields: Fields = map.clone().into();
        for (field, text) in [("comments", "later"), ("email", "ann@example.com"), ("address1", ""), ("custom.plan", "")] {
            assert_eq!(fields.insert(name(field), text.to_owned()), map.insert(name(field), text.to_owned()));
            assert_eq!(Map::from(&fields), map);
        }
        map.retain(|field, text| matches!(field, FieldName::Standard(_)) && !text.is_empty());
        fields.retain(|field, text| matches!(field, FieldName::Standard(_)) && !text.is_empty());
        assert_eq!((Map::from(&fields), fields.len()), (map, 4));
    }

    #[test]
    fn texts_of_known_names_come_in_their_order() {
        let names: Arc<[FieldName]> = ["title", "city", "custom.plan"].map(name).into();
        let of = |texts: &[Result<&'static str, &'static str>]| Fields::of(Arc::clone(&names), texts.iter().copied());
        let expected: Fields = [("title", "Ms"), ("city", ""), ("custom.plan", "gold")].map(pair).into();
        assert_eq!(of(&[Ok("Ms"), Ok(""), Ok("gold"), Ok("none asked for it")]), Ok(expected.clone()));
        assert_eq!(of(&[Ok("Ms")]).map(|fields| fields[&name("custom.plan")].to_owned()), Ok(String::new()));
        assert_eq!(of(&[Ok("Ms"), Err("why"), Ok("gold")]), Err("why"));
        assert_ne!(of(&[Ok("M"), Ok("s"), Ok("gold")]), Ok(expected), "the same letters, cut elsewhere");
    }

    #[test]
    fn they_are_written_and_read_as_a_map_is() {
        for json in ["{}", r#"{"last_name":"Novák","comments":"","custom.plan":"gold"}"#] {
            let fields: Fields = serde_json::from_str(json).expect(json);
            assert_eq!(serde_json::to_string(&fields).expect(json), json);
        }
        let mixed: Result<Fields, _> = serde_json::from_str(r#"{"custom.plan":"gold","last_name":"Novák"}"#);
        assert!(mixed.is_ok_and(|fields| fields.keys().map(ToString::to_string).eq(["last_name", "custom.plan"])));
        assert!(serde_json::from_str::<Fields>(r#"{"nosuch":"x"}"#).is_err());
    }
}
