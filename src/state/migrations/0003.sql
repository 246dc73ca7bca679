-- The fields of the CRM's objects, as the CRM described them last: one row an object, all its fields as JSON.

CREATE TABLE crm_fields (
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (connection, object)
) STRICT;
