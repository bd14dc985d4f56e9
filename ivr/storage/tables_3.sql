-- The nodes that a call entered after each event, with a space between two. Calls of before have none.
ALTER TABLE path ADD COLUMN passed TEXT NOT NULL DEFAULT '';
