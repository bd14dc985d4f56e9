-- The tables of the demonstration's account service. A statement ends with a semicolon at the end of a line.

CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- `filed` is what the file says of a customer, `data` what holds now.
CREATE TABLE accounts (
    phone TEXT PRIMARY KEY,
    place INTEGER NOT NULL,
    id_card TEXT NOT NULL,
    filed TEXT NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE passwords (
    phone TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
    which TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (phone, which)
);

-- One row for each signed-in device. `revoked` is when it was signed out from here.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    phone TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
    revoked REAL
);
CREATE INDEX tokens_of_account ON tokens (phone);

CREATE TABLE resets (
    key TEXT PRIMARY KEY,
    phone TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
    which TEXT NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    case_number TEXT NOT NULL UNIQUE,
    expires REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'used', 'void'))
);
CREATE UNIQUE INDEX one_open_reset ON resets (phone, which) WHERE state = 'open';
CREATE INDEX resets_by_age ON resets (expires);

-- One row for each request to freeze a number. `done` says whether there was something to freeze.
CREATE TABLE freezes (
    key TEXT PRIMARY KEY,
    phone TEXT NOT NULL,
    at REAL NOT NULL,
    done INTEGER NOT NULL
);
