-- Leads that no contact of the CRM has and that wait for a person.

CREATE TABLE stranger (
    job INTEGER NOT NULL REFERENCES job (id),
    lead_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (job, lead_id)
) STRICT;
