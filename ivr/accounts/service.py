"""The embedded account service: a small SQLite database of its own, filled from a YAML file.

It stands where a company's account system would, so that a hotline works with no account anywhere. Any number of
threads and processes may use one file; open it in each process, not before a fork.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

from ivr.accounts.customers import ACCOUNT, FILE, RULES, Account, Rules, born, tail_matches
from ivr.datafile import parse

_TABLES = (
    "CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS accounts (
        place INTEGER PRIMARY KEY, phone TEXT NOT NULL UNIQUE, id_card TEXT NOT NULL, data TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS tries (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, account TEXT NOT NULL, at REAL NOT NULL,
        verdict TEXT NOT NULL, locked_until REAL NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS tries_of_account ON tries (account, at)",
    "CREATE INDEX IF NOT EXISTS tries_by_age ON tries (at)",
)

_KEYS_LIVE = timedelta(days=1)
"""How long an idempotency key is remembered: far longer than any call."""

_WAIT_SECONDS = 5.0
"""How long a writer waits for another one; still within what a caller endures."""

Verdict = Literal["ok", "mismatch", "locked"]


class NoSuchAccount(LookupError):
    """The service has no account of that name."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a try to prove one's identity ended."""

    verdict: Verdict
    minutes_left: int = 0
    """Minutes until tries are taken again, rounded up; 0 unless locked."""


class Accounts:
    """The account service. Every method is safe to call from any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # One connection for all threads: a query takes microseconds, and ":memory:" lives in a single connection.
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: str, source: Path | None) -> Self:
        """Open the database at ``path`` (or ``":memory:"``) and fill it from ``source`` if that has changed.

        No source, or one that is not there, is a service without customers.
        Raises :class:`ivr.datafile.BadFile` when the source is wrong, and sqlite3.Error when the database is.
        """
        if path != ":memory:":
            with contextlib.suppress(FileExistsError):
                Path(path).touch(mode=0o600, exist_ok=False)  # for its owner's eyes only
        # With SQLite's plain journal: writes are rare here, and turning WAL on is the one step that does not wait for
        # the other processes that start at the same moment.
        connection = sqlite3.connect(
            path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        service = cls(connection)
        try:
            service._load(source)
        except BaseException:
            connection.close()
            raise
        return service

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._connection.close()

    def phones(self) -> list[str]:
        """Return the phone of every account, in the order of the file."""
        with self._lock:
            rows = self._connection.execute("SELECT phone FROM accounts ORDER BY place").fetchall()
        return [phone for (phone,) in rows]

    def find(self, phone: str) -> Account | None:
        """Return the account with this phone (E.164), or None."""
        row = self._row("SELECT data FROM accounts WHERE phone = ?", phone)
        return None if row is None else ACCOUNT.validate_json(row[0])

    def get(self, phone: str) -> Account:
        """Return the account with this phone, which must be there. Raises :class:`NoSuchAccount`."""
        account = self.find(phone)
        if account is None:
            raise NoSuchAccount
        return account

    def age(self, phone: str, on: date) -> int:
        """Return the customer's age in whole years on a day. Raises :class:`NoSuchAccount`."""
        row = self._row("SELECT id_card FROM accounts WHERE phone = ?", phone)
        if row is None:
            raise NoSuchAccount
        birth = born(row[0])
        return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))

    def rules(self) -> Rules:
        """Return the rules that hold for every account. Raises LookupError when no file gave any."""
        row = self._row("SELECT value FROM kept WHERE name = 'rules'")
        if row is None:
            raise LookupError("the account service has no rules")
        return RULES.validate_json(row[0])

    def try_tail(self, phone: str, tail: str, *, key: str, at: datetime) -> Tried:
        """Compare a typed tail with the ID card of the account, and count the try against the account.

        It is one transaction, so that tries at the same moment are counted one by one. The same ``key`` again gets
        the same answer and is not counted. While the account is locked the tail is not looked at.
        """
        now, rules = at.timestamp(), self.rules()
        with self._writing() as db:
            found = db.execute("SELECT verdict, at, locked_until FROM tries WHERE key = ?", (key,)).fetchone()
            if found is None:
                verdict, until = _judge(db, phone, tail, now, rules)
                db.execute(
                    "INSERT INTO tries (key, account, at, verdict, locked_until) VALUES (?, ?, ?, ?, ?)",
                    (key, phone, now, verdict, until),
                )
                oldest = now - _KEYS_LIVE.total_seconds() - rules.identity_lock_minutes * 60
                db.execute("DELETE FROM tries WHERE at < ?", (oldest,))
                found = verdict, now, until
        verdict, then, until = found
        return Tried(verdict, math.ceil(max(0.0, until - then) / 60))

    def _row(self, query: str, *values: str) -> Any:
        with self._lock:
            return self._connection.execute(query, values).fetchone()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection within one transaction that no other writer, thread or process, can interleave."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection

    def _load(self, source: Path | None) -> None:
        content = source.read_bytes() if source is not None and source.exists() else None
        # The declaration is part of the mark: rows that an older program wrote are written again.
        mark = hashlib.sha256(json.dumps(FILE.json_schema()).encode() + repr(content).encode()).hexdigest()
        with self._writing() as db:
            for table in _TABLES:
                db.execute(table)
            if db.execute("SELECT 1 FROM kept WHERE name = 'mark' AND value = ?", (mark,)).fetchone():
                return
            db.execute("DELETE FROM accounts")
            db.execute("DELETE FROM kept")
            if source is not None and content is not None:
                _fill(db, source, content)
            db.execute("INSERT INTO kept VALUES ('mark', ?)", (mark,))


def _fill(db: sqlite3.Connection, source: Path, content: bytes) -> None:
    filed = parse(source, content, FILE)
    db.executemany(
        "INSERT INTO accounts (phone, id_card, data) VALUES (?, ?, ?)",
        # Written as an Account: the ID card is left out of the data.
        [(account.phone, account.id_card, ACCOUNT.dump_json(account).decode()) for account in filed.accounts],
    )
    db.execute("INSERT INTO kept VALUES ('rules', ?)", (RULES.dump_json(filed.rules).decode(),))


def _judge(db: sqlite3.Connection, phone: str, tail: str, now: float, rules: Rules) -> tuple[Verdict, float]:
    """Return the verdict on a new try, and until when the account is locked (0: it is not)."""
    (until,) = db.execute("SELECT max(locked_until) FROM tries WHERE account = ?", (phone,)).fetchone()
    if until is not None and until > now:
        return "locked", until
    card = db.execute("SELECT id_card FROM accounts WHERE phone = ?", (phone,)).fetchone()
    if card is not None and tail_matches(card[0], tail):
        return "ok", 0.0
    lock = rules.identity_lock_minutes * 60
    (wrong,) = db.execute(
        "SELECT count(*) FROM tries WHERE account = :account AND verdict = 'mismatch' AND at > :since AND id >"
        " (SELECT coalesce(max(id), 0) FROM tries WHERE account = :account AND verdict = 'ok')",
        {"account": phone, "since": now - lock},
    ).fetchone()
    return ("mismatch", 0.0) if wrong + 1 < rules.identity_tries_before_lock else ("locked", now + lock)
