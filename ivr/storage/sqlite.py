"""Calls in SQLite: one file, shared by the threads of several processes on one machine, or the memory of one process.

SQLite has one writer at a time, so each process writes over one connection. Its threads queue at a lock instead of
sleeping and trying again, and the pages and statements of the connection stay warm. A second connection reads, so
that a long list of calls delays no turn. Between processes SQLite's busy timeout decides. No transaction reads before
it writes, so none fails because another process has written meanwhile.

Times are seconds since 1970 as floats. They compare alike in every time zone, are exact to the microsecond, and can
be shown with ``datetime(started, 'unixepoch')``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.config import BadSetting
from ivr.engine.session import Session
from ivr.storage import sql
from ivr.storage.base import (
    FINAL_REPORTS,
    IN_MEMORY,
    LEASE,
    LONGEST_CALL,
    RUNS_LIVE,
    TURN_LEASE,
    Answered,
    Busy,
    CallFilter,
    CallHistory,
    CallRecord,
    Claim,
    Claimed,
    ClaimLost,
    Free,
    Look,
    Message,
    PathEntry,
    Purged,
    SavedTurn,
    Unknown,
    Voicemail,
)
from ivr.storage.database import seconds_of

BUSY_TIMEOUT = 10.0
"""Seconds to wait while another process writes: less than the 15 s that Twilio waits."""

_LEAST = (3, 37)  # knows STRICT tables and RETURNING

_LEASE, _TURN_LEASE = LEASE.total_seconds(), TURN_LEASE.total_seconds()
_PURGED_AT_ONCE = 200  # calls, and runs; some milliseconds of the only writer's time

# Closing a file drops all locks of this process on it, even those of a connection that another thread just opened.
_OPENING = threading.Lock()


class SqliteStore:
    """A :class:`~ivr.storage.base.Store` in an SQLite file. A missing file is created, readable by its owner alone.

    The path :data:`~ivr.storage.base.IN_MEMORY` opens an empty store in memory. Its threads share one connection,
    because SQLite gives each connection a memory of its own. Open a store after a fork, not before.

    Raises ``BadSetting`` if a newer program wrote the file or SQLite is too old, and ``OSError`` or ``sqlite3.Error``
    if it cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if sqlite3.sqlite_version_info < _LEAST:
            raise BadSetting(f"SQLite {sqlite3.sqlite_version} is too old; it must be 3.37 or newer")
        file = Path(path)
        in_memory = path == IN_MEMORY
        with _OPENING, contextlib.ExitStack() as undo:
            if not in_memory:
                with contextlib.suppress(FileExistsError):
                    # SQLite gives its -wal and -shm files the same mode.
                    file.touch(mode=0o600, exist_ok=False)
            self._writer = self._reader = _SharedConnection(_connect(file))
            undo.callback(self._writer.close)
            if not in_memory:
                self._reader = _SharedConnection(_connect(file))
                undo.callback(self._reader.close)
            self._migrate(file)
            undo.pop_all()

    def _migrate(self, file: Path) -> None:
        with self._writer.transaction("BEGIN IMMEDIATE") as db:
            (present,) = db.execute("PRAGMA user_version").fetchone()
            if present > len(sql.MIGRATIONS):
                raise BadSetting(
                    f"IVR_DATABASE_URL: {file} was written by a newer version of this program (its tables are of version {present}, "
                    f"the latest known here is {len(sql.MIGRATIONS)}); update the program or name another file"
                )
            for migration in sql.MIGRATIONS[present:]:
                for statement in migration:
                    db.execute(statement)
            if present < len(sql.MIGRATIONS):
                db.execute(f"PRAGMA user_version = {len(sql.MIGRATIONS)}")

    def look(self, call: str, turn: int, at: datetime) -> Look:
        """Look at a turn with one statement, over the connection that writes: its pages are warm."""
        found = self._writer.rows(sql.LOOK, (call,))
        if not found:
            return Unknown() if turn else Free(0, None)
        token, awaited, leased, ended, session, answer = found[0]
        refused = _refusal(turn, awaited, leased, ended, answer, seconds_of(at))
        return refused or Free(token, Session.from_json(session) if session else None)

    def claim(self, call: str, turn: int, at: datetime) -> Claim:
        """Claim a turn. An awaited turn, which is nearly every one, takes one statement."""
        now = seconds_of(at)
        values = {"call": call, "turn": turn, "at": now, "leased": now + _TURN_LEASE}
        while True:
            claimed = self._writer.rows(sql.CLAIM if turn else sql.CLAIM_FIRST, values)
            if claimed:
                token, session = claimed[0]
                return Claimed(token, Session.from_json(session) if session else None)
            standing = self._reader.rows(sql.STANDING, (call,))
            if not standing and turn:
                return Unknown()
            if not standing:
                continue
            awaited, leased, ended, answer = standing[0]
            refused = _refusal(turn, awaited, leased, ended, answer, now)
            if refused is not None:
                return refused

    def save(self, token: int, turn: SavedTurn) -> None:
        values = _saved(token, turn)
        with self._writer.transaction("BEGIN IMMEDIATE") as db:
            saved = db.execute(_statement(token, turn), values).fetchall()
            if not saved:
                raise ClaimLost(f"turn before {turn.session.turn} of call {turn.session.call}")
            ((number,),) = saved
            if turn.path:
                rows = (_path_row(number, token, place, entry) for place, entry in enumerate(turn.path))
                db.executemany(sql.SAVE_PATH, rows)
            if turn.messages:
                db.executemany(sql.SAVE_MESSAGE, map(_message_values, turn.messages))
            if turn.collected_run:
                db.execute(sql.FORGET_RUN, (turn.collected_run,))

    def end(self, call: str, ending: str, at: datetime) -> None:
        self._writer.rows(sql.END, {"ending": ending, "at": seconds_of(at), "call": call})

    def ended(self, call: str) -> bool:
        return bool(self._reader.rows("SELECT 1 FROM calls WHERE call = ? AND ended IS NOT NULL", (call,)))

    def keep_voicemail(self, voicemail: Voicemail) -> None:
        values = (voicemail.url, voicemail.call, voicemail.seconds, seconds_of(voicemail.at))
        self._writer.rows(sql.KEEP_VOICEMAIL, values)

    def keep_run(self, run: str, result: str, messages: Sequence[Message], at: datetime) -> None:
        with self._writer.transaction("BEGIN IMMEDIATE") as db:
            db.execute(sql.PURGE_RUNS, (seconds_of(at - RUNS_LIVE), _PURGED_AT_ONCE))
            if db.execute(sql.KEEP_RUN, (run, seconds_of(at), result)).rowcount:
                db.executemany(sql.SAVE_MESSAGE, map(_message_values, messages))

    def run(self, run: str) -> str | None:
        found = self._reader.rows("SELECT result FROM runs WHERE run = ?", (run,))
        return found[0][0] if found else None

    def claim_messages(self, at: datetime, most: int) -> Sequence[Message]:
        """Claim messages with one statement. It is repeated if it only met messages that must not be sent any more."""
        now = seconds_of(at)
        values = {"at": now, "leased": now + _LEASE, "most": most}
        while touched := self._writer.rows(sql.CLAIM_MESSAGES, values):
            messages = [_message(call, row) for _, _, call, *row in sorted(touched)]
            given = [message for message in messages if message.status == "waiting"]
            if given:
                return given
        return ()

    def mark_sending(self, number: int, at: datetime) -> bool:
        """Note that a request leaves. The note is on the disk before this returns."""
        now = seconds_of(at)
        return bool(
            self._writer.durably(sql.MARK_SENDING, {"number": number, "at": now, "leased": now + _LEASE})
        )

    def mark_message(
        self, number: int, status: str, *, carrier_id: str = "", error: str = "", due: datetime | None = None
    ) -> None:
        values = {"number": number, "status": status, "carrier_id": carrier_id, "error": error}
        self._writer.rows(sql.MARK_MESSAGE, values | {"due": None if due is None else seconds_of(due)})

    def report_message(self, number: int, status: str, *, carrier_id: str = "", error: str = "") -> None:
        known = status if status in FINAL_REPORTS else "sent"
        values = {"number": number, "status": known, "carrier_id": carrier_id, "error": error}
        self._writer.rows(sql.REPORT_MESSAGE, values)

    def keep_version(self, version: str, hotline: str, sources: Mapping[str, str]) -> None:
        self._writer.rows(sql.KEEP_VERSION, (version, hotline, json.dumps(dict(sources), ensure_ascii=False)))

    def version(self, version: str) -> Mapping[str, str] | None:
        found = self._reader.rows("SELECT sources FROM versions WHERE version = ?", (version,))
        return json.loads(found[0][0]) if found else None

    def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        values = dataclasses.asdict(wanted) | {
            "since": float("-inf") if wanted.since is None else seconds_of(wanted.since),
            "until": float("inf") if wanted.until is None else seconds_of(wanted.until),
        }
        return [_record(row) for row in self._reader.rows(sql.RECORD + sql.WANTED, values)]

    def call(self, call: str) -> CallHistory | None:
        with self._reader.transaction("BEGIN") as db:
            row = db.execute(sql.RECORD + "WHERE call = ?", (call,)).fetchone()
            if row is None:
                return None
            number = row[-1]
            path = db.execute(sql.PATH, (number,)).fetchall()
            messages = db.execute(sql.MESSAGES, (number,)).fetchall()
            voicemails = db.execute(sql.VOICEMAILS, (call,)).fetchall()
        return CallHistory(
            record=_record(row),
            path=tuple(PathEntry(turn, _moment(at), *rest) for turn, at, *rest in path),
            messages=tuple(_message(call, row) for row in messages),
            voicemails=tuple(Voicemail(call, url, seconds, _moment(at)) for url, seconds, at in voicemails),
        )

    def purge(self, before: datetime, at: datetime) -> Purged:
        """Delete a few calls in each of many transactions, so that no turn waits until a million are deleted."""
        limits = _purge_limits(before, at)
        runs_before = min(limits["before"], seconds_of(at - RUNS_LIVE))
        forgotten: Counter[str] = Counter()
        while True:
            began = time.monotonic()
            with self._writer.transaction("BEGIN IMMEDIATE") as db:
                oldest = db.execute(sql.OLDEST, limits | {"most": _PURGED_AT_ONCE}).fetchall()
                for number, call in oldest:
                    for kind, statement in sql.PURGE:
                        forgotten[kind] += db.execute(statement, {"id": number, "call": call}).rowcount
                runs = db.execute(sql.PURGE_RUNS, (runs_before, _PURGED_AT_ONCE)).rowcount
                forgotten["runs"] += runs
                if max(len(oldest), runs) < _PURGED_AT_ONCE:
                    forgotten["voicemails"] += db.execute(sql.PURGE_STRAYS, (limits["before"],)).rowcount
                    forgotten["versions"] += db.execute(sql.PURGE_VERSIONS).rowcount
                    return Purged(**forgotten)
            time.sleep(time.monotonic() - began)  # those who wait find the file free half of the time

    def count_purgeable(self, before: datetime, at: datetime) -> int:
        """Count over the connection that reads, so that no turn waits."""
        ((count,),) = self._reader.rows(sql.COUNT_PURGEABLE, _purge_limits(before, at))
        return int(count)

    def ping(self) -> None:
        """Raise if the file cannot be written. SQLite needs write access even for a change of no row."""
        self._writer.rows("UPDATE calls SET turn = turn WHERE FALSE", ())

    def close(self) -> None:
        self._writer.close()
        self._reader.close()


class _SharedConnection:
    """One connection that the threads of a process use one after the other."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._lock = threading.Lock()

    def rows(self, statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[Any]:
        """Run one statement in a transaction of its own. SQLite commits it when the last row is fetched."""
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def durably(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """Run one statement like :meth:`rows`, and wait for the disk, so that a crash of the machine does not undo it."""
        with self._lock:
            self._db.execute("PRAGMA synchronous = FULL")
            try:
                return self._db.execute(statement, values).fetchall()
            finally:
                self._db.execute("PRAGMA synchronous = NORMAL")

    @contextlib.contextmanager
    def transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """Give the connection with an open transaction. It is committed, or rolled back after an exception."""
        with self._lock:
            self._db.execute(begin)
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # some errors, such as a full disk, have rolled it back already
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _connect(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(db)
        db.execute("PRAGMA synchronous = NORMAL")  # a crash of the machine may lose turns, never the file
        db.execute("PRAGMA wal_autocheckpoint = 4000")  # pages (16 MB): fewer, larger copies into the file
    except BaseException:
        db.close()
        raise
    return db


def _write_ahead(db: sqlite3.Connection) -> None:
    """Turn on write-ahead logging. The first time, SQLite does not wait for another process but fails at once."""
    patience_ends = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience_ends:
                raise
        time.sleep(0.01)


def _refusal(
    turn: int, awaited: int, leased: float | None, ended: float | None, answer: bytes | None, now: float
) -> Answered | Busy | Unknown | None:
    """Return why a turn of a call cannot be done now, or None if it can."""
    if ended is not None:
        return Answered(answer or b"")
    if turn == awaited:
        return Busy() if leased is not None and now < leased else None
    return Answered(answer) if answer else Unknown()


def _statement(token: int, turn: SavedTurn) -> str:
    """Return the statement that writes a turn: the first one (claimed or not), or a later one."""
    if token == 0:
        return sql.SAVE_FIRST
    return sql.SAVE_FIRST_CLAIMED if turn.session.turn == 1 or turn.restarted else sql.SAVE_LATER


def _saved(token: int, turn: SavedTurn) -> dict[str, Any]:
    session = turn.session
    over = bool(session.ending)
    return {
        "call": session.call,
        "token": token,
        "turn": session.turn,
        "started": seconds_of(session.started),
        "ended": seconds_of(turn.at) if over else None,
        "ending": session.ending,
        "hotline": turn.hotline,
        "version": session.version,
        "caller": session.caller,
        "language": session.language,
        "urgent": turn.urgent,
        "reason": turn.reason,
        "session": None if over else session.to_json(),
        "answer": turn.answer,
    }


def _path_row(number: int, token: int, place: int, entry: PathEntry) -> tuple[Any, ...]:
    at = seconds_of(entry.at)
    return (number, token, place, entry.turn, at, entry.node, entry.event, entry.keys, entry.outcome)


def _message_values(message: Message) -> dict[str, Any]:
    expires = None if message.expires is None else seconds_of(message.expires)
    return dataclasses.asdict(message) | {"at": seconds_of(message.at), "expires": expires}


def _message(call: str, row: Sequence[Any]) -> Message:
    to, body, language, at, status, key, sealed, expires, *rest = row
    until = None if expires is None else _moment(expires)
    return Message(call, to, body, language, _moment(at), status, key, bool(sealed), until, *rest)


def _record(row: tuple[Any, ...]) -> CallRecord:
    call, hotline, version, caller, language, started, ended, ending, turns, urgent, reason, _ = row
    over = None if ended is None else _moment(ended)
    known = call, hotline, version, caller, language
    return CallRecord(*known, _moment(started), over, ending, turns, bool(urgent), reason)


def _purge_limits(before: datetime, at: datetime) -> dict[str, float]:
    return {"before": seconds_of(before), "abandoned": seconds_of(at - LONGEST_CALL)}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
