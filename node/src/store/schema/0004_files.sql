-- Files whose bytes are on this PC, whole and synced.
CREATE TABLE files_held (
    hash BLOB PRIMARY KEY,
    size INTEGER NOT NULL
) WITHOUT ROWID;
