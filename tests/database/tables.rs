//! VICIdial's tables as far as the lane reads them, and the emulator's rows in them.

use std::collections::BTreeMap;

use mysql_async::Value;
use mysql_async::prelude::Queryable;
use vicisync::emulator::vicidial::World;

use super::server::Mariadb;

const YES: &str = "enum('Y','N') default 'N'";

/// A column's name and type.
type Column = (&'static str, &'static str);

/// Each table with its columns, in the types of schema 1720, and its keys.
const TABLES: &[(&str, &[Column], &str)] = &[
    (
        "vicidial_list",
        &[
            ("lead_id", "int(9) unsigned not null auto_increment"),
            ("entry_date", "datetime"),
            ("modify_date", "timestamp not null default current_timestamp() on update current_timestamp()"),
            ("status", "varchar(6)"),
            ("user", "varchar(20)"),
            ("vendor_lead_code", "varchar(20)"),
            ("source_id", "varchar(50)"),
            ("list_id", "bigint(14) unsigned not null default 0"),
            ("gmt_offset_now", "decimal(4,2) default 0.00"),
            ("called_since_last_reset", "enum('Y','N','Y1','Y2','Y3','D') default 'N'"),
            ("phone_code", "varchar(10)"),
            ("phone_number", "varchar(18) not null"),
            ("title", "varchar(4)"),
            ("first_name", "varchar(30)"),
            ("middle_initial", "varchar(1)"),
            ("last_name", "varchar(30)"),
            ("address1", "varchar(100)"),
            ("address2", "varchar(100)"),
            ("address3", "varchar(100)"),
            ("city", "varchar(50)"),
            ("state", "varchar(2)"),
            ("province", "varchar(50)"),
            ("postal_code", "varchar(10)"),
            ("country_code", "varchar(3)"),
            ("gender", "enum('M','F','U') default 'U'"),
            ("date_of_birth", "date"),
            ("alt_phone", "varchar(12)"),
            ("email", "varchar(70)"),
            ("security_phrase", "varchar(100)"),
            ("comments", "varchar(255)"),
            ("called_count", "smallint(5) unsigned default 0"),
            ("last_local_call_time", "datetime"),
            ("rank", "smallint(5) not null default 0"),
            ("owner", "varchar(20) default ''"),
            ("entry_list_id", "bigint(14) unsigned not null default 0"),
        ],
        "primary key (lead_id), key (phone_number), key (list_id)",
    ),
    (
        "vicidial_lists",
        &[
            ("list_id", "bigint(14) unsigned not null"),
            ("list_name", "varchar(30)"),
            ("campaign_id", "varchar(8)"),
            ("active", "enum('Y','N')"),
        ],
        "primary key (list_id)",
    ),
    (
        "vicidial_lists_fields",
        &[
            ("field_id", "int(9) unsigned not null auto_increment"),
            ("list_id", "bigint(14) unsigned not null default 0"),
            ("field_label", "varchar(50)"),
            ("field_encrypt", YES),
        ],
        "primary key (field_id)",
    ),
    ("vicidial_log", LOG, "primary key (uniqueid), key (call_date)"),
    ("vicidial_log_archive", LOG, "primary key (uniqueid), key (call_date)"),
    ("vicidial_closer_log", CLOSER_LOG, "primary key (closecallid), key (call_date)"),
    ("vicidial_closer_log_archive", CLOSER_LOG, "primary key (closecallid), key (call_date)"),
    (
        "vicidial_hopper",
        &[
            ("hopper_id", "int(9) unsigned not null auto_increment"),
            ("lead_id", "int(9) unsigned not null"),
            ("campaign_id", "varchar(8)"),
            ("status", "enum('READY','QUEUE','INCALL','DONE','HOLD','DNC','RHOLD','RQUEUE') default 'READY'"),
            ("list_id", "bigint(14) unsigned not null"),
            ("priority", "tinyint(2) default 0"),
        ],
        "primary key (hopper_id)",
    ),
    ("vicidial_callbacks", CALLBACKS, "primary key (callback_id)"),
    ("vicidial_callbacks_archive", CALLBACKS, "primary key (callback_id)"),
    (
        "vicidial_live_agents",
        &[
            ("live_agent_id", "int(9) unsigned not null auto_increment"),
            ("user", "varchar(20)"),
            ("campaign_id", "varchar(8)"),
            ("status", "varchar(20)"),
            ("lead_id", "int(9) unsigned not null"),
        ],
        "primary key (live_agent_id)",
    ),
    ("vicidial_dnc", &[("phone_number", "varchar(18) not null")], "primary key (phone_number)"),
    (
        "vicidial_campaign_dnc",
        &[("phone_number", "varchar(18) not null"), ("campaign_id", "varchar(8) not null")],
        "unique key (phone_number, campaign_id)",
    ),
    (
        "vicidial_statuses",
        &[
            ("status", "varchar(6) not null"),
            ("status_name", "varchar(30)"),
            ("selectable", YES),
            ("human_answered", YES),
            ("sale", YES),
            ("dnc", YES),
            ("customer_contact", YES),
            ("not_interested", YES),
            ("unworkable", YES),
            ("scheduled_callback", YES),
            ("completed", YES),
        ],
        "primary key (status)",
    ),
    (
        "vicidial_campaign_statuses",
        &[("status", "varchar(6) not null"), ("status_name", "varchar(30)"), ("selectable", YES), ("campaign_id", "varchar(20)")],
        "unique key (status, campaign_id)",
    ),
    (
        "vicidial_campaigns",
        &[
            ("campaign_id", "varchar(8) not null"),
            ("campaign_name", "varchar(40)"),
            ("active", "enum('Y','N')"),
            ("dial_statuses", "varchar(255) default ' NEW -'"),
            ("use_internal_dnc", "enum('Y','N','AREACODE') default 'N'"),
            ("use_campaign_dnc", "enum('Y','N','AREACODE') default 'N'"),
            ("use_other_campaign_dnc", "varchar(8) default ''"),
        ],
        "primary key (campaign_id)",
    ),
    (
        "vicidial_users",
        &[
            ("user", "varchar(20) not null"),
            ("admin_hide_phone_data", "varchar(8) default '0'"),
            ("admin_hide_lead_data", "varchar(8) default '0'"),
        ],
        "unique key (user)",
    ),
    (
        "system_settings",
        &[
            ("use_non_latin", "enum('0','1') default '0'"),
            ("custom_fields_enabled", "enum('0','1') default '0'"),
            ("pass_hash_enabled", "enum('0','1') default '0'"),
            ("db_schema_version", "int(8) unsigned default 0"),
        ],
        "",
    ),
    ("custom_1001", CUSTOM, "primary key (lead_id)"),
    ("custom_1002", CUSTOM, "primary key (lead_id)"),
    ("custom_1003", CUSTOM, "primary key (lead_id)"),
];

const LOG: &[Column] = &[
    ("uniqueid", "varchar(20) not null"),
    ("lead_id", "int(9) unsigned not null"),
    ("list_id", "bigint(14) unsigned"),
    ("campaign_id", "varchar(8)"),
    ("call_date", "datetime"),
    ("length_in_sec", "int(10)"),
    ("status", "varchar(6)"),
    ("phone_number", "varchar(18)"),
    ("user", "varchar(20)"),
];

const CALLBACKS: &[Column] = &[
    ("callback_id", "int(9) unsigned not null auto_increment"),
    ("lead_id", "int(9) unsigned"),
    ("list_id", "bigint(14) unsigned"),
    ("campaign_id", "varchar(8)"),
    ("status", "varchar(10)"),
    ("entry_time", "datetime"),
    ("callback_time", "datetime"),
    ("user", "varchar(20)"),
    ("recipient", "enum('USERONLY','ANYONE')"),
    ("comments", "varchar(255)"),
    ("lead_status", "varchar(6) default 'CALLBK'"),
];

const CLOSER_LOG: &[Column] = &[
    ("closecallid", "int(9) unsigned not null auto_increment"),
    ("lead_id", "int(9) unsigned not null"),
    ("list_id", "bigint(14) unsigned"),
    ("campaign_id", "varchar(20)"),
    ("call_date", "datetime"),
    ("length_in_sec", "int(10)"),
    ("status", "varchar(6)"),
    ("phone_number", "varchar(18)"),
    ("user", "varchar(20)"),
    ("queue_seconds", "decimal(7,2) default 0.00"),
    ("uniqueid", "varchar(20) not null default ''"),
];

const CUSTOM: &[Column] = &[("lead_id", "int(9) unsigned not null"), ("crm_note", "varchar(100)"), ("plan", "varchar(50)")];

/// Makes all tables anew and fills them with the emulator's rows.
pub(crate) async fn copy(world: &World, into: &mut Mariadb) {
    make(into).await;
    for (table, ..) in TABLES {
        fill(into, table, &world.rows(table)).await;
    }
}

/// A row of the emulator's.
type Row = BTreeMap<String, Option<String>>;

/// A copy that follows the emulator.
pub(crate) struct Mirror {
    mariadb: Mariadb,
    copied: BTreeMap<&'static str, Vec<Row>>,
}

impl Mirror {
    /// Empty tables.
    pub(crate) async fn new(mut mariadb: Mariadb) -> Self {
        make(&mut mariadb).await;
        Self { mariadb, copied: BTreeMap::new() }
    }

    /// Copies the tables whose rows are others by now.
    pub(crate) async fn follow(&mut self, world: &World) {
        for (table, ..) in TABLES {
            let rows = world.rows(table);
            if self.copied.get(table) != Some(&rows) {
                self.mariadb.run(&format!("DELETE FROM {table}")).await;
                fill(&mut self.mariadb, table, &rows).await;
                self.copied.insert(table, rows);
            }
        }
    }
}

async fn make(into: &mut Mariadb) {
    for (table, columns, keys) in TABLES {
        let engine = if *table == "vicidial_hopper" { "MEMORY" } else { "MyISAM" };
        let mut parts: Vec<String> = columns.iter().map(|(name, kind)| format!("`{name}` {kind}")).collect();
        parts.extend((!keys.is_empty()).then(|| (*keys).to_owned()));
        into.run(&format!("DROP TABLE IF EXISTS {table}")).await;
        into.run(&format!("CREATE TABLE {table} ({}) ENGINE={engine} CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci", parts.join(", ")))
            .await;
    }
}

async fn fill(into: &mut Mariadb, table: &str, rows: &[Row]) {
    let columns = TABLES.iter().find(|(name, ..)| *name == table).map_or(&[][..], |(_, columns, _)| columns);
    let cells = |row: &Row| columns.iter().map(|(name, _)| row.get(*name).cloned().flatten().map_or(Value::NULL, Value::from)).collect();
    let rows: Vec<Vec<Value>> = rows.iter().map(cells).collect();
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("`{name}`")).collect();
    let marks = vec!["?"; columns.len()].join(", ");
    let insert = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
    into.conn.exec_batch(insert, rows).await.unwrap_or_else(|error| panic!("{table}: {error}"));
}
