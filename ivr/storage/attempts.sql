-- The answer to each key: the same question gets the same answer again.
CREATE TABLE IF NOT EXISTS ledger_answers (
    question TEXT NOT NULL, holder TEXT NOT NULL, key TEXT NOT NULL, answer TEXT NOT NULL,
    minutes_left INTEGER NOT NULL, forget REAL NOT NULL, PRIMARY KEY (question, holder, key));
CREATE INDEX IF NOT EXISTS ledger_answers_by_age ON ledger_answers (forget);

-- The wrong tries that still count, and until when each of them locks its holder (0 if it does not).
CREATE TABLE IF NOT EXISTS ledger_wrongs (
    kind TEXT NOT NULL, holder TEXT NOT NULL, at REAL NOT NULL, locked_until REAL NOT NULL,
    forget REAL NOT NULL);
CREATE INDEX IF NOT EXISTS ledger_wrongs_of_holder ON ledger_wrongs (kind, holder, at);
CREATE INDEX IF NOT EXISTS ledger_wrongs_by_age ON ledger_wrongs (forget);

-- The uses of rate limits. The rows of a holder are numbered in the order of their times.
CREATE TABLE IF NOT EXISTS ledger_spent (
    holder TEXT NOT NULL, at REAL NOT NULL, number INTEGER NOT NULL, forget REAL NOT NULL);
CREATE INDEX IF NOT EXISTS ledger_spent_of_holder ON ledger_spent (holder, at, number);
CREATE INDEX IF NOT EXISTS ledger_spent_by_age ON ledger_spent (forget);

-- The latest code of each account.
CREATE TABLE IF NOT EXISTS ledger_codes (
    account TEXT PRIMARY KEY, call TEXT NOT NULL, digest TEXT NOT NULL, expires REAL NOT NULL,
    wrong INTEGER NOT NULL, forget REAL NOT NULL);
CREATE INDEX IF NOT EXISTS ledger_codes_by_age ON ledger_codes (forget);
