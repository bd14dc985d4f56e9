ALTER TABLE messages ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN expires REAL;
ALTER TABLE messages ADD COLUMN due REAL NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN leased REAL;
ALTER TABLE messages ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN carrier_id TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN error TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX messages_by_key ON messages (key) WHERE key <> '';
-- Holds only the messages that are still to be sent.
CREATE INDEX messages_open ON messages (due) WHERE status IN ('waiting', 'sending');
CREATE TABLE runs (run TEXT PRIMARY KEY, at REAL NOT NULL, result TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_time ON runs (at);
