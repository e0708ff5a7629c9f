-- A document was saved over applied entries that may still have their change bytes. Set when it is saved, cleared when a
-- reading of the saved document has shown that it contains them and they were dropped.
ALTER TABLE docs ADD COLUMN saved_over INTEGER NOT NULL DEFAULT 0;
UPDATE docs SET saved_over = 1 WHERE covered > 0 AND forgotten = 0;
CREATE INDEX docs_saved_over ON docs (id) WHERE saved_over = 1;
