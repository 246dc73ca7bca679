//! Custom fields of lists, as update_list and add_list define, change, delete and copy them.
//!
//! Decides what each command needs and what it prints; the result of a command is a word inside its notice, since the script
//! asks another page to do the work.

use super::api::Call;
use super::custom;
use super::seed;
use super::table::Table;
use super::text::Keep;
use super::world::{Died, World};

/// A command of update_list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Add,
    Update,
    Delete,
}

/// The commands in the order in which they are carried out.
pub(super) const COMMANDS: &[Command] = &[Command::Add, Command::Update, Command::Delete];

impl Command {
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Command::Add => ("custom_fields_add", "ADD", "added"),
            Command::Update => ("custom_fields_update", "UPDATE", "updated"),
            Command::Delete => ("custom_fields_delete", "DELETE", "deleted"),
        }
    }

    /// Whether the request has it.
    pub(super) fn is_sent(self, call: &Call<'_>) -> bool {
        call.text(self.words().0, Keep::Code) == "Y"
    }
}

/// What a request says about a field.
struct Wanted {
    label: String,
    name: String,
    size: String,
    kind: String,
    rank: String,
}

impl Wanted {
    fn read(call: &Call<'_>) -> Self {
        Wanted {
            label: call.text("field_label", Keep::FieldLabel),
            name: call.text("field_name", Keep::Code),
            size: call.digits("field_size"),
            kind: call.text("field_type", Keep::Plain),
            rank: call.digits("field_rank"),
        }
    }
}

/// Carries out the commands on custom fields that the request has.
pub(super) fn run(world: &mut World, call: &Call<'_>, list_id: &str, exists: bool, out: &mut String) -> Result<(), Died> {
    for command in COMMANDS.iter().copied().filter(|command| command.is_sent(call)) {
        let (user, (_, verb, done)) = (&call.user, command.words());
        if !exists && custom::labels(world, list_id).is_empty() {
            let line = format!("NOTICE: update_list CUSTOM FIELDS LIST ID TO {verb} TO HAS NO CUSTOM FIELDS, THIS IS AN OPTIONAL FIELD");
            call.say(out, &format!("{line}: |{user}|{list_id}|0"))?;
            continue;
        }
        if !may_modify(world, call) {
            let from = call.digits("custom_fields_copy");
            let line = "NOTICE: update_list USER DOES NOT HAVE PERMISSION TO MODIFY CUSTOM FIELDS, THIS IS AN OPTIONAL FIELD";
            call.say(out, &format!("{line}: |{user}|{list_id}|{from}|0"))?;
            continue;
        }
        let wanted = Wanted::read(call);
        let Wanted { label, name, size, kind, rank } = &wanted;
        let is_complete = !label.is_empty() && (command != Command::Add || [name, size, kind, rank].iter().all(|value| !value.is_empty()));
        let rest = if command == Command::Add { format!("{label}|{name}|{size}|{kind}|{rank}|") } else { format!("{label}|") };
        let optional = format!("FIELD NOT {}, THIS IS AN OPTIONAL FIELD", done.to_uppercase());
        if !is_complete {
            let line = format!("NOTICE: update_list REQUIRED CUSTOM FIELDS VARIABLES ARE MISSING, {optional}");
            call.say(out, &format!("{line}: |{user}|{list_id}|{rest}"))?;
            continue;
        }
        let found = field_slot(world, list_id, label);
        if command != Command::Add && found.is_none() {
            let rest = if command == Command::Update { format!("{label}|{name}|{size}|{kind}|{rank}|") } else { rest };
            let line = format!("NOTICE: update_list FIELD DOES NOT EXIST, {optional}");
            call.say(out, &format!("{line}: |{user}|{list_id}|{rest}"))?;
            continue;
        }
        let is_done = match command {
            Command::Add => add(world, call, list_id, &wanted),
            Command::Update => update(world, found, &wanted),
            Command::Delete => delete(world, list_id, label, found),
        };
        let result = if is_done { format!("SUCCESS: Field {done}") } else { format!("ERROR: Field not {done}") };
        let kind = match command {
            Command::Add => kind.clone(),
            Command::Update if kind.is_empty() => found.map_or_else(String::new, |slot| field(world, slot, "field_type")),
            Command::Update => kind.clone(),
            // The script prints a variable here that it never fills.
            Command::Delete => String::new(),
        };
        let line = format!("NOTICE: update_list {verb} CUSTOM FIELD COMMAND SENT");
        call.say(out, &format!("{line} - {user}|{list_id}|{label}|{kind}|{result}|"))?;
    }
    Ok(())
}

fn may_modify(world: &World, call: &Call<'_>) -> bool {
    world.table("vicidial_users").is(call.slot, "custom_fields_modify", "1")
}

fn field(world: &World, slot: usize, name: &str) -> String {
    world.table("vicidial_lists_fields").get(slot, name).to_owned()
}

fn field_slot(world: &World, list_id: &str, label: &str) -> Option<usize> {
    let fields = world.table("vicidial_lists_fields");
    fields.find_all("list_id", list_id).into_iter().find(|slot| fields.is(*slot, "field_label", label))
}

/// The kinds of fields that can be made.
const KINDS: &[&str] =
    &["TEXT", "AREA", "SELECT", "MULTI", "RADIO", "CHECKBOX", "DATE", "TIME", "DISPLAY", "SCRIPT", "HIDDEN", "READONLY", "HIDEBLOB"];

fn add(world: &mut World, call: &Call<'_>, list_id: &str, wanted: &Wanted) -> bool {
    let Wanted { label, name, size, kind, rank } = wanted;
    let is_taken = field_slot(world, list_id, label).is_some();
    if is_taken || !KINDS.contains(&kind.as_str()) || label == "lead_id" {
        return false;
    }
    let width = Some(call.digits("field_max")).filter(|width| !width.is_empty()).unwrap_or_else(|| size.clone());
    let row = [
        ("field_id", next_id(world)),
        ("list_id", list_id.to_owned()),
        ("field_label", label.clone()),
        ("field_name", name.clone()),
        ("field_type", kind.clone()),
        ("field_max", width),
        ("field_rank", rank.clone()),
        ("field_order", "1".to_owned()),
    ];
    let row: Vec<(&str, &str)> = row.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let now = world.now();
    world.table_mut("vicidial_lists_fields").insert(&row, &now);
    seed::custom_tables(&mut world.tables);
    true
}

fn update(world: &mut World, found: Option<usize>, wanted: &Wanted) -> bool {
    let now = world.now();
    let values = [("field_name", &wanted.name), ("field_type", &wanted.kind), ("field_rank", &wanted.rank)];
    let values: Vec<(&str, &str)> =
        values.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, value.as_str())).collect();
    let fields = world.table_mut("vicidial_lists_fields");
    if let Some(slot) = found {
        fields.update(slot, &values, &now);
    }
    found.is_some()
}

fn delete(world: &mut World, list_id: &str, label: &str, found: Option<usize>) -> bool {
    let Some(slot) = found else {
        return false;
    };
    world.table_mut("vicidial_lists_fields").delete(slot);
    if let Some(table) = world.tables.get_mut(&format!("custom_{list_id}")) {
        table.drop_column(label);
    }
    true
}

fn next_id(world: &World) -> String {
    let fields = world.table("vicidial_lists_fields");
    let last = fields.slots().map(|slot| fields.number(slot, "field_id")).max();
    (last.unwrap_or(0) + 1).to_string()
}

/// Why fields cannot be copied from a list, as the line goes on; `None` if they can.
pub(super) fn copy_trouble(world: &World, call: &Call<'_>, list_id: &str, from: &str) -> Option<String> {
    let what = if !world.has_list(from) {
        "CUSTOM FIELDS LIST ID TO COPY FROM DOES NOT EXIST"
    } else if custom::labels(world, from).is_empty() {
        "CUSTOM FIELDS LIST ID TO COPY FROM HAS NO CUSTOM FIELDS"
    } else if !may_modify(world, call) {
        "USER DOES NOT HAVE PERMISSION TO MODIFY CUSTOM FIELDS"
    } else {
        return None;
    };
    Some(format!("{what}, THIS IS AN OPTIONAL FIELD: |{}|{list_id}|{from}|0", call.user))
}

/// Copies fields to a list that is there, and says so.
pub(super) fn copy_and_say(world: &mut World, call: &Call<'_>, list_id: &str, from: &str, out: &mut String) -> Result<(), Died> {
    if let Some(why) = copy_trouble(world, call, list_id, from) {
        return call.say(out, &format!("NOTICE: update_list {why}"));
    }
    let method = call.text("custom_copy_method", Keep::Code);
    let method = if matches!(method.as_str(), "UPDATE" | "REPLACE") { method.as_str() } else { "APPEND" };
    // A copy onto itself, or without anything new, is refused by the other page.
    let is_done = list_id != from;
    copy(world, from, list_id);
    let result = if is_done { "SUCCESS: Fields copied" } else { "ERROR: Fields not copied" };
    let line = "NOTICE: update_list COPY CUSTOM FIELDS COMMAND SENT";
    call.say(out, &format!("{line} - {}|{list_id}|{from}|{method}|{result}|", call.user))
}

/// Copies the definitions of custom fields from one list to another, and makes the table.
pub(super) fn copy(world: &mut World, from: &str, to: &str) {
    let known = custom::labels(world, to);
    let now = world.now();
    let fields = world.table("vicidial_lists_fields");
    let new = fields.find_all("list_id", from).into_iter().filter(|slot| !known.iter().any(|label| fields.is(*slot, "field_label", label)));
    let rows: Vec<Vec<(String, String)>> = new.map(|slot| field_row(fields, slot, to)).collect();
    for mut row in rows {
        let next = next_id(world);
        for (name, value) in &mut row {
            if name == "field_id" {
                value.clone_from(&next);
            }
        }
        let row: Vec<(&str, &str)> = row.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        world.table_mut("vicidial_lists_fields").insert(&row, &now);
    }
    seed::custom_tables(&mut world.tables);
}

fn field_row(fields: &Table, slot: usize, list_id: &str) -> Vec<(String, String)> {
    let cells = fields.columns().iter().map(|column| {
        let value = if column.name == "list_id" { list_id } else { fields.get(slot, &column.name) };
        (column.name.clone(), value.to_owned())
    });
    cells.collect()
}

impl World {
    /// Defines a custom field of a list and makes room for it in the list's table.
    pub fn add_custom_field(&mut self, list_id: u64, label: &str, kind: &str, width: usize) {
        let now = self.now();
        let next = next_id(self);
        let rank = (self.table("vicidial_lists_fields").len() + 1).to_string();
        let (list_id, width) = (list_id.to_string(), width.to_string());
        let row = [
            ("field_id", next.as_str()),
            ("list_id", &list_id),
            ("field_label", label),
            ("field_name", label),
            ("field_type", kind),
            ("field_max", &width),
            ("field_rank", &rank),
            ("field_order", "1"),
        ];
        self.table_mut("vicidial_lists_fields").insert(&row, &now);
        seed::custom_tables(&mut self.tables);
    }
}
