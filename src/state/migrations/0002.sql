-- What is known of the servers of connections: one row a fact, value as JSON.

CREATE TABLE server_fact (
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    at TEXT NOT NULL,
    -- What it was before, and when it was first seen otherwise.
    before TEXT,
    changed_at TEXT,
    PRIMARY KEY (connection, name)
) STRICT;
