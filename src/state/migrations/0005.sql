-- A contact may have several leads, each under the name of its slot; the main one has none.

ALTER TABLE link ADD COLUMN slot_name TEXT NOT NULL DEFAULT '';
DROP INDEX link_contact;
CREATE UNIQUE INDEX link_contact ON link (job, contact, slot_name);
ALTER TABLE link DROP COLUMN slot;
ALTER TABLE link RENAME COLUMN slot_name TO slot;

ALTER TABLE op ADD COLUMN slot TEXT NOT NULL DEFAULT '';

CREATE TABLE rejected_lead (
    job INTEGER NOT NULL REFERENCES job (id),
    contact TEXT NOT NULL,
    slot TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (job, contact, slot)
) STRICT;
INSERT INTO rejected_lead (job, contact, slot, reason, detail) SELECT job, contact, '', reason, detail FROM rejection;
DROP TABLE rejection;
ALTER TABLE rejected_lead RENAME TO rejection;
CREATE INDEX rejection_reason ON rejection (job, reason);
