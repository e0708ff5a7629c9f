-- What is known of files: which are here, who else holds them, and how much their bytes are wanted.
CREATE TABLE files (
    hash BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    is_held INTEGER NOT NULL,
    -- The line of this node's own list that tells of its last change here; 0 for none.
    own_seq INTEGER NOT NULL,
    -- A bit for each member known to hold it.
    holders INTEGER NOT NULL,
    class INTEGER NOT NULL,
    -- Minus the milliseconds when it was last added: newest first.
    age INTEGER NOT NULL
) WITHOUT ROWID;
DROP TABLE files_held;
CREATE INDEX files_wanted ON files (class, age, hash) WHERE is_held = 0 AND class <= 2;
CREATE INDEX files_kept ON files (class, age, hash) WHERE is_held = 1;
CREATE INDEX files_told ON files (own_seq) WHERE own_seq > 0;
