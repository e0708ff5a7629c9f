-- Rowid tables with UNIQUE throughout: WITHOUT ROWID was measured at twice the size and three times the time for rows
-- that carry blobs. 64-bit timestamps are stored with their top bit flipped, so that SQLite's signed order is theirs.

-- Facts of this PC's shell (identity, machine marker), apart from the engine's `meta`.
CREATE TABLE local (
    key   TEXT NOT NULL UNIQUE,
    value BLOB NOT NULL
);

CREATE TABLE meta (
    key   TEXT NOT NULL UNIQUE,
    value BLOB NOT NULL
);

CREATE TABLE statements (
    id        INTEGER PRIMARY KEY,
    hash      BLOB NOT NULL UNIQUE,
    bytes     BLOB NOT NULL,
    signature BLOB NOT NULL
);

-- 48-byte log ids are interned; `log` is the node id and the incarnation (big-endian), 40 bytes.
CREATE TABLE log_ids (
    id  INTEGER PRIMARY KEY,
    log BLOB NOT NULL UNIQUE
);

CREATE TABLE logs (
    log_id   INTEGER PRIMARY KEY REFERENCES log_ids (id),
    received INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    closed   INTEGER NOT NULL,
    -- For a losing branch kept as a log of its own: where it left its log.
    base_of   BLOB,
    base_at   INTEGER,
    base_hash BLOB
);

-- Every document any entry names. `held` is 0 until something of it was applied or saved.
CREATE TABLE docs (
    id        INTEGER PRIMARY KEY,
    doc       BLOB NOT NULL UNIQUE,
    held      INTEGER NOT NULL DEFAULT 0,
    kind      INTEGER NOT NULL DEFAULT 0,
    n_since   INTEGER NOT NULL DEFAULT 0,
    touched   INTEGER NOT NULL,
    flag      TEXT,
    forgotten INTEGER NOT NULL DEFAULT 0,
    -- Applied entries up to this `applied_no` are contained in the snapshot.
    covered   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX docs_newest ON docs (touched, doc) WHERE held = 1 AND forgotten = 0;

-- How many documents are held: counting them reads 4 MiB a 100,000 documents, and health asks every few seconds.
CREATE TABLE totals (
    n_docs INTEGER NOT NULL
);
INSERT INTO totals (n_docs) VALUES (0);
CREATE TRIGGER docs_counted_when_added AFTER INSERT ON docs WHEN new.held = 1 AND new.forgotten = 0 BEGIN
    UPDATE totals SET n_docs = n_docs + 1;
END;
CREATE TRIGGER docs_counted_when_changed AFTER UPDATE OF held, forgotten ON docs
WHEN (new.held = 1 AND new.forgotten = 0) <> (old.held = 1 AND old.forgotten = 0) BEGIN
    UPDATE totals SET n_docs = n_docs + CASE WHEN new.held = 1 AND new.forgotten = 0 THEN 1 ELSE -1 END;
END;

-- Apart from `docs`, so that noting one more entry does not rewrite kilobytes.
CREATE TABLE snapshots (
    doc_id INTEGER PRIMARY KEY REFERENCES docs (id),
    bytes  BLOB NOT NULL
);

CREATE TABLE entries (
    id         INTEGER PRIMARY KEY,
    log_id     INTEGER NOT NULL REFERENCES log_ids (id),
    seq        INTEGER NOT NULL,
    doc_id     INTEGER NOT NULL REFERENCES docs (id),
    -- Rises within a document in the order of applying, which is not the order of arrival. Null: not applied.
    applied_no INTEGER,
    state      INTEGER NOT NULL,
    reason     TEXT,
    header     BLOB NOT NULL,
    UNIQUE (log_id, seq)
);
CREATE INDEX entries_of_doc ON entries (doc_id, applied_no);
-- Apart from `entries`, so that changes a snapshot contains can be dropped and their pages used again: holes between
-- headers would not be.
CREATE TABLE changes (
    entry_id INTEGER PRIMARY KEY REFERENCES entries (id),
    bytes    BLOB NOT NULL
);
-- What is not simply applied: little, and asked for often.
CREATE INDEX entries_set_aside ON entries (state, reason, doc_id) WHERE state <> 0;

CREATE TABLE signatures (
    id        INTEGER PRIMARY KEY,
    log_id    INTEGER NOT NULL REFERENCES log_ids (id),
    seq       INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    signature BLOB NOT NULL,
    UNIQUE (log_id, seq)
);

CREATE TABLE grants (
    id             INTEGER PRIMARY KEY,
    ticket         BLOB NOT NULL UNIQUE,
    epoch          INTEGER NOT NULL,
    fenced_by      INTEGER NOT NULL,
    released       INTEGER NOT NULL,
    called_node    BLOB,
    called_request BLOB,
    called_counter INTEGER,
    last_request   BLOB,
    last_answer    BLOB
);

CREATE TABLE numbers (
    id      INTEGER PRIMARY KEY,
    series  TEXT NOT NULL,
    number  INTEGER NOT NULL,
    request BLOB NOT NULL,
    doc     BLOB NOT NULL,
    UNIQUE (series, number)
);
CREATE INDEX numbers_of_request ON numbers (request);

CREATE TABLE outcomes (
    id      INTEGER PRIMARY KEY,
    request BLOB NOT NULL UNIQUE,
    outcome BLOB NOT NULL
);
