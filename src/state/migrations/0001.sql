-- The first schema. Instants are UTC text of fixed width, so that they sort; wall times of VICIdial's server have no zone.
-- Ids are never used twice (AUTOINCREMENT): an op remembers the ids that were handed out before it.

CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    is_approved INTEGER NOT NULL DEFAULT 0,
    mapping_hash TEXT NOT NULL DEFAULT '',
    watermark TEXT,
    calls_watermark TEXT,
    full_done_at TEXT,
    proven TEXT NOT NULL DEFAULT '[]',
    stopped TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE login_refused (
    connection TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES job (id),
    cause TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    ending TEXT,
    message TEXT NOT NULL DEFAULT '',
    totals TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE link (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES job (id),
    contact TEXT NOT NULL,
    slot INTEGER NOT NULL,
    lead_id INTEGER,
    code TEXT NOT NULL,
    list_id INTEGER NOT NULL,
    phone TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'live', 'left', 'opted_out', 'lead_missing')),
    base TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX link_contact ON link (job, contact, slot);
CREATE UNIQUE INDEX link_code ON link (job, code);
CREATE UNIQUE INDEX link_lead ON link (job, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX link_phone ON link (job, phone) WHERE state = 'live';
CREATE INDEX link_standing ON link (job, state, list_id);

CREATE TABLE op (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES job (id),
    run INTEGER NOT NULL REFERENCES run (id),
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    link INTEGER REFERENCES link (id) ON DELETE SET NULL,
    contact TEXT NOT NULL,
    payload TEXT NOT NULL,
    base_after TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('intended', 'sent', 'unknown', 'done', 'refused', 'superseded')),
    tries INTEGER NOT NULL DEFAULT 0,
    raw TEXT NOT NULL DEFAULT '',
    closed_at TEXT,
    planned_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX op_open ON op (job, lane, subject, kind) WHERE state IN ('intended', 'sent', 'unknown');
CREATE INDEX op_intended ON op (job, lane, id) WHERE state = 'intended';
CREATE INDEX op_state ON op (job, state, id);
CREATE INDEX op_contact ON op (job, contact, id);
CREATE INDEX op_link ON op (link) WHERE link IS NOT NULL;

CREATE TABLE leg (
    job INTEGER NOT NULL REFERENCES job (id),
    key TEXT NOT NULL,
    lead_id INTEGER NOT NULL,
    start_at TEXT NOT NULL,
    body TEXT NOT NULL,
    is_folded INTEGER NOT NULL,
    PRIMARY KEY (job, key)
) STRICT;
CREATE INDEX leg_lead ON leg (job, lead_id, start_at);
CREATE INDEX leg_unfolded ON leg (job, lead_id) WHERE is_folded = 0;

CREATE TABLE activity (
    job INTEGER NOT NULL REFERENCES job (id),
    call_key TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    written TEXT NOT NULL,
    PRIMARY KEY (job, call_key)
) STRICT;

CREATE TABLE failure (
    job INTEGER NOT NULL REFERENCES job (id),
    subject TEXT NOT NULL,
    contact TEXT,
    code TEXT NOT NULL,
    raw TEXT NOT NULL,
    tries INTEGER NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    next_at TEXT NOT NULL,
    -- The newest op there was when the failure arose: only a younger op that is done says that the subject is good.
    after_op INTEGER NOT NULL,
    PRIMARY KEY (job, subject)
) STRICT;
CREATE INDEX failure_due ON failure (job, next_at);

CREATE TABLE rejection (
    job INTEGER NOT NULL REFERENCES job (id),
    contact TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (job, contact)
) STRICT;
CREATE INDEX rejection_reason ON rejection (job, reason);
