-- What screens read, made from the documents; dropped and built anew at any time (raise PROJECTION_VERSION with every
-- change here). `row` is the canonical CBOR of the row, so that two nodes can compare digests.

-- `id` is the second of reception × 2^12 and a number within it: falling ids are newest first, whatever the order in
-- which documents arrived here.
CREATE TABLE dossiers (
    id          INTEGER PRIMARY KEY,
    doc         BLOB NOT NULL UNIQUE,
    status      TEXT NOT NULL,
    n_conflicts INTEGER NOT NULL,
    row         BLOB NOT NULL
);
-- The ids alone, a few hundred a page: to jump into a list and to count it without reading the rows.
CREATE INDEX dossiers_by_id ON dossiers (id);
CREATE INDEX dossiers_of_status ON dossiers (status, id);
CREATE INDEX dossiers_in_conflict ON dossiers (id) WHERE n_conflicts > 0;

CREATE TABLE dossier_codes (
    code       TEXT NOT NULL,
    dossier_id INTEGER NOT NULL,
    PRIMARY KEY (code, dossier_id)
) WITHOUT ROWID;

-- Text is folded before it comes here (đ too, which unicode61 would leave). Prefixes of up to three letters are indexed
-- because search runs while the officer types. Words are looked for, never phrases: no positions are kept.
-- `erasing.rs` says how the words of a forgotten dossier leave it.
CREATE VIRTUAL TABLE dossier_text USING fts5 (
    text, content = '', columnsize = 0, detail = none, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 0'
);

-- `issuer` is empty while only the paper is known here.
CREATE TABLE tickets (
    id          INTEGER PRIMARY KEY,
    doc         BLOB NOT NULL UNIQUE,
    day         INTEGER NOT NULL,
    lane        TEXT NOT NULL,
    issuer      BLOB NOT NULL,
    number      INTEGER NOT NULL,
    number_text TEXT NOT NULL,
    state       TEXT NOT NULL,
    keeper      BLOB NOT NULL,
    row         BLOB NOT NULL
);
CREATE INDEX tickets_of_day ON tickets (day, lane, issuer, number, doc);
CREATE INDEX tickets_kept ON tickets (keeper, lane, issuer, number, doc) WHERE state <> 'finished';

CREATE TABLE procedures (
    id             INTEGER PRIMARY KEY,
    doc            BLOB NOT NULL UNIQUE,
    code           TEXT NOT NULL,
    effective_from INTEGER,
    search_text    TEXT NOT NULL,
    row            BLOB NOT NULL
);
CREATE INDEX procedures_of_code ON procedures (code, effective_from, doc);
