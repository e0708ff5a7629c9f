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
-- Its segments are merged in idle moments (`merging.rs`), not within an officer's commit; only where there is never such a
-- moment are 64 of them merged at once.
INSERT INTO dossier_text (dossier_text, rank) VALUES ('automerge', 0);
INSERT INTO dossier_text (dossier_text, rank) VALUES ('crisismerge', 64);
-- The longest that leaves a row within one page of 4 KiB, of which encryption takes 80 bytes.
INSERT INTO dossier_text (dossier_text, rank) VALUES ('pgsz', 3950);

-- `issuer` is empty while only the paper is known here. `finished` is what an index may ask of `state`, so that its other
-- steps leave the indexes alone.
CREATE TABLE tickets (
    id          INTEGER PRIMARY KEY,
    doc         BLOB NOT NULL UNIQUE,
    day         INTEGER NOT NULL,
    lane        TEXT NOT NULL,
    issuer      BLOB NOT NULL,
    number      INTEGER NOT NULL,
    number_text TEXT NOT NULL,
    finished    INTEGER NOT NULL,
    state       TEXT NOT NULL,
    keeper      BLOB NOT NULL,
    row         BLOB NOT NULL
);
CREATE INDEX tickets_of_day ON tickets (day, lane, issuer, number, doc);
CREATE INDEX tickets_kept ON tickets (keeper, lane, issuer, number, doc) WHERE finished = 0;

CREATE TABLE procedures (
    id             INTEGER PRIMARY KEY,
    doc            BLOB NOT NULL UNIQUE,
    code           TEXT NOT NULL,
    effective_from INTEGER,
    search_text    TEXT NOT NULL,
    row            BLOB NOT NULL
);
CREATE INDEX procedures_of_code ON procedures (code, effective_from, doc);

-- The files that documents name.
CREATE TABLE file_uses (
    doc       BLOB NOT NULL,
    hash      BLOB NOT NULL,
    size      INTEGER NOT NULL,
    is_open   INTEGER NOT NULL,
    is_chosen INTEGER NOT NULL,
    added     INTEGER NOT NULL,
    PRIMARY KEY (doc, hash)
) WITHOUT ROWID;
CREATE INDEX file_uses_of_file ON file_uses (hash);
