-- The big columns come last, so that a list of calls never reads them. The first turn of a call settles the indexed
-- columns, so that no later turn pays for an index.
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL UNIQUE,
    turn INTEGER NOT NULL DEFAULT 0,
    token INTEGER NOT NULL,
    leased REAL,
    started REAL NOT NULL,
    ended REAL,
    ending TEXT NOT NULL DEFAULT '',
    hotline TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    caller TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    urgent INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    session TEXT,
    answer BLOB
) STRICT;

CREATE INDEX calls_by_start ON calls (started);

CREATE INDEX calls_by_version ON calls (version);

-- The number of the call and the token of its claim order the rows as they were saved, and keep the rows of
-- present calls on neighbouring pages.
CREATE TABLE path (
    call_id INTEGER NOT NULL,
    token INTEGER NOT NULL,
    place INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    at REAL NOT NULL,
    node TEXT NOT NULL,
    event TEXT NOT NULL,
    keys TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (call_id, token, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    call_id INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    language TEXT NOT NULL,
    at REAL NOT NULL,
    status TEXT NOT NULL
) STRICT;

CREATE INDEX messages_by_call ON messages (call_id);

CREATE TABLE voicemails (
    url TEXT PRIMARY KEY,
    call TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE INDEX voicemails_by_call ON voicemails (call);

CREATE TABLE versions (
    version TEXT PRIMARY KEY,
    hotline TEXT NOT NULL,
    kept INTEGER NOT NULL,
    sources TEXT NOT NULL
) STRICT;
