//! Lists: reading the search parameters, and giving the page of rows that they ask for.
//!
//! Both forms are understood: `searchParams` (one JSON text, which then is all that counts) and bracket keys. What this
//! version does not know (`whereGroup`, `attributeSelect`) is left out without a word, as the real server does.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::attribute::{Attribute, Kind};
use super::filter::{Test, fold};
use super::login::Actor;
use super::schema::Entity;
use super::wire::{Object, Outcome, Refusal, query, tree};
use super::world::{Row, World};
use crate::emulator::http::Request;

/// The most rows of one page (`recordListMaxSizeLimit`).
const PAGE_MAX: i64 = 200;
/// The rows of a page when the request does not say (`recordsPerPage`).
const PAGE_DEFAULT: i64 = 20;

/// What a list request asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    pub(super) select: Option<Vec<String>>,
    pub(super) wheres: Vec<Value>,
    pub(super) text: Option<String>,
    pub(super) order_by: Option<String>,
    pub(super) is_descending: Option<bool>,
    pub(super) max: i64,
    pub(super) offset: i64,
    pub(super) is_counted: bool,
}

impl Search {
    /// Reads the parameters of a list request.
    pub(super) fn read(request: &Request) -> Result<Search, Refusal> {
        let pairs = query(request);
        let packed = pairs.iter().find(|(key, _)| key == "searchParams");
        let (params, is_packed) = match packed {
            Some((_, text)) => match serde_json::from_str(text) {
                Ok(Value::Object(params)) => (params, true),
                _ => return Err(Refusal::new(400, "Invalid search params JSON.")),
            },
            None => (tree(&pairs), false),
        };
        let mut search = Search::of(&params, is_packed)?;
        search.is_counted = request.header("x-no-total") != Some("true");
        Ok(search)
    }

    fn of(params: &Object, is_packed: bool) -> Result<Search, Refusal> {
        let select = match params.get("select") {
            None | Some(Value::Null) => None,
            Some(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            Some(Value::String(names)) if !is_packed => Some(names.split(',').map(|name| name.trim().to_owned()).collect()),
            Some(_) => return Err(Refusal::new(400, "select should be array.")),
        };
        let wheres = match params.get("where") {
            Some(Value::Array(items)) => items.clone(),
            Some(Value::Object(items)) => items.values().cloned().collect(),
            _ => Vec::new(),
        };
        let text = |name: &str| params.get(name).and_then(Value::as_str).map(str::to_owned);
        let is_descending = match params.get("order") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(is_descending)) => Some(*is_descending),
            Some(Value::String(order)) => match order.to_lowercase().as_str() {
                "asc" | "false" => Some(false),
                "desc" | "true" => Some(true),
                _ => return Err(Refusal::new(400, "order value is bad.")),
            },
            Some(_) => return Err(Refusal::new(400, "order value is bad.")),
        };
        Ok(Search {
            select,
            wheres,
            text: text("textFilter").filter(|text| !text.is_empty()),
            order_by: text("orderBy").filter(|name| !name.is_empty()),
            is_descending,
            max: whole(params, "maxSize", PAGE_DEFAULT)?,
            offset: whole(params, "offset", 0)?,
            is_counted: true,
        })
    }
}

/// A whole number of the parameters. A negative one passes here and breaks the query later, which answers 500.
fn whole(params: &Object, name: &str, default: i64) -> Result<i64, Refusal> {
    let number = match params.get(name) {
        None | Some(Value::Null) => Some(default),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    };
    number.ok_or_else(|| Refusal::new(400, format!("{name} must be integer.")))
}

impl World {
    /// A page of the records of a type that `within` lets through.
    pub(super) fn list(&self, actor: &Actor, entity: Entity, search: &Search, within: &dyn Fn(&Row) -> bool) -> Outcome {
        if search.max > PAGE_MAX {
            let reason = format!("Max size should not exceed {PAGE_MAX}. Use offset and limit.");
            return Err(Refusal::new(403, reason));
        }
        let schema = self.schema(entity);
        let order_by = search.order_by.as_deref().unwrap_or(entity.default_order());
        let Some(order) = schema.iter().find(|attribute| attribute.name == order_by) else {
            return Err(Refusal::new(400, format!("Order by non-existing field '{order_by}'.")));
        };
        let found = self.find(actor, entity, search, within)?;
        let (Ok(offset), Ok(max)) = (usize::try_from(search.offset), usize::try_from(search.max)) else {
            return Err(Refusal::silent(500));
        };
        let total = found.len();
        let mut keyed: Vec<(Key, &Row)> = found.into_iter().map(|row| (self.sort_key(row, order), row)).collect();
        let is_descending = search.is_descending.unwrap_or(search.order_by.is_none());
        keyed.sort_by(|(a, x), (b, y)| a.order(b).then_with(|| x.id.cmp(&y.id)));
        if is_descending {
            keyed.reverse();
        }
        // Without a count the server reads one row more than asked for, and so knows whether this page is the last.
        let is_counted = search.is_counted && entity != Entity::ActionHistoryRecord;
        let has_more = max > 0 && total > offset.saturating_add(max);
        let total = match (is_counted, has_more) {
            (true, _) => json!(total),
            (false, true) => json!(-1),
            (false, false) => json!(-2),
        };
        let rows = keyed.into_iter().skip(offset).take(max).map(|(_, row)| row);
        let list: Vec<Value> = rows.map(|row| self.show_row(actor, row, search, order_by)).collect();
        Ok(json!({"total": total, "list": list}))
    }

    /// All records of a type that a search asks for, unordered and unpaged.
    pub(super) fn find<'a>(
        &'a self,
        actor: &Actor,
        entity: Entity,
        search: &Search,
        within: &dyn Fn(&Row) -> bool,
    ) -> Result<Vec<&'a Row>, Refusal> {
        let schema = self.schema(entity);
        let test = Test::all(&search.wheres, &schema, actor.is_admin)?;
        let now = self.clock.now();
        let text = search.text.as_deref().map(fold);
        let mut found = Vec::new();
        for row in self.rows(entity) {
            let is_own = entity != Entity::ActionHistoryRecord || actor.is_admin || row.text("userId") == actor.id;
            let is_hit =
                is_own && within(row) && test.passes(self, row, now) && text.as_deref().is_none_or(|text| self.has_text(row, text));
            if is_hit {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// The text filter looks at the start of names and addresses; a number in international form finds nothing.
    fn has_text(&self, row: &Row, text: &str) -> bool {
        let name = fold(&super::view::display_name(row));
        name.starts_with(text)
            || fold(row.text("lastName")).starts_with(text)
            || row.emails.keys.iter().any(|address| address.starts_with(text))
    }

    fn show_row(&self, actor: &Actor, row: &Row, search: &Search, order_by: &str) -> Value {
        // The history ignores a selection, and only an administrator sees how a user was logged in.
        let is_history = row.entity == Entity::ActionHistoryRecord;
        let select = search.select.as_deref().filter(|_| !is_history);
        let mut shown = self.list_row(row, select, order_by);
        if is_history && !actor.is_admin {
            shown.retain(|name, _| !name.starts_with("auth"));
        }
        self.without_hidden(actor, row.entity, &mut shown);
        Value::Object(shown)
    }

    fn sort_key(&self, row: &Row, attribute: &Attribute) -> Key {
        let value = self.attribute(row, attribute);
        let is_exact = matches!(attribute.kind, Kind::Id | Kind::Stamp | Kind::Datetime);
        match value {
            Value::String(text) if is_exact => Key::Text(text),
            Value::String(text) => Key::Text(fold(&text)),
            Value::Number(number) => Key::Number(number.as_f64().unwrap_or_default()),
            Value::Bool(is_true) => Key::Number(f64::from(u8::from(is_true))),
            Value::Null | Value::Array(_) | Value::Object(_) => Key::Nothing,
        }
    }
}

/// What a list is sorted by. Nothing comes first.
enum Key {
    Nothing,
    Number(f64),
    Text(String),
}

impl Key {
    fn order(&self, other: &Key) -> Ordering {
        let rank = |key: &Key| match key {
            Key::Nothing => 0,
            Key::Number(_) => 1,
            Key::Text(_) => 2,
        };
        if let (Key::Number(a), Key::Number(b)) = (self, other) {
            return a.total_cmp(b);
        }
        if let (Key::Text(a), Key::Text(b)) = (self, other) {
            return a.cmp(b);
        }
        rank(self).cmp(&rank(other))
    }
}
