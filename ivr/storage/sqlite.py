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
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ivr.config import BadSetting
from ivr.engine.session import Session
from ivr.storage import sql
from ivr.storage.base import (
    CLOCKS_DIFFER,
    FINAL_REPORTS,
    IN_MEMORY,
    LATE,
    LEASE,
    LONGEST_CALL,
    LONGEST_PAUSE,
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
    PublishedMenu,
    Purged,
    SavedTurn,
    Unknown,
    Voicemail,
)
from ivr.storage.database import OPENING, Database, seconds_of
from ivr.storage.faults import primary_code
from ivr.storage.sqlite_file import refuse_what_others_use

BUSY_TIMEOUT = 10.0
"""Seconds to wait while another process writes: less than the 15 s that Twilio waits."""

_LEAST = (3, 37)  # knows STRICT tables and RETURNING

_LEASE, _TURN_LEASE = LEASE.total_seconds(), TURN_LEASE.total_seconds()
_DIFFER = CLOCKS_DIFFER.total_seconds()
_TRIAL, _TRIAL_SIZE = "trial", 32 * 1024
"""The row that :meth:`SqliteStore.ping` writes, and the bytes for which it needs room: more than those of a turn, so that
a file that may hardly grow is noticed before a call is lost."""
_PURGED_AT_ONCE = 200  # calls, and runs; some milliseconds of the only writer's time


class SqliteStore:
    """The place where calls are kept. Every method is one transaction and may be called from any thread.

    The docstrings of the methods are what every store must promise; the tests of the contract hold it to them.
    A missing file is created, readable by its owner alone.

    The path :data:`~ivr.storage.base.IN_MEMORY` opens an empty store in memory. Its threads share one connection,
    because SQLite gives each connection a memory of its own. Open a store after a fork, not before.

    Raises ``BadSetting`` if a newer program wrote the file or SQLite is too old, and ``OSError`` or ``sqlite3.Error``
    if it cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if sqlite3.sqlite_version_info < _LEAST:
            raise BadSetting(f"SQLite {sqlite3.sqlite_version} is too old; it must be 3.37 or newer")
        file = os.fspath(path)
        with OPENING, contextlib.ExitStack() as undo:
            self._writer = self._reader = _CallsConnection(file)
            undo.callback(self._writer.close)
            if file != IN_MEMORY:
                # Never a file of its own: the one of the writer may have been moved away meanwhile.
                self._reader = _CallsConnection(file, make=False)
                undo.callback(self._reader.close)
            self._migrate(file)
            undo.pop_all()

    def _migrate(self, file: str) -> None:
        with self._writer.transaction() as db:
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
        """Look at a turn of a call, and write nothing.

        The answer is that of :meth:`claim`, with ``Free`` in place of ``Claimed``. The token of a ``Free`` turn saves
        it as long as nobody else has claimed or saved it.
        """
        found = self._writer.rows(sql.LOOK, (call,))  # over the connection that writes: its pages are warm
        if not found:
            return Unknown() if turn else Free(0, None)
        token, awaited, leased, ended, session, answer = found[0]
        refused = _refusal(turn, awaited, leased, ended, answer, seconds_of(at))
        return refused or Free(token, Session.from_json(session) if session else None)

    def claim(self, call: str, turn: int, at: datetime) -> Claim:
        """Take a turn of a call. Its token is one more than that of the look before it, if nothing happened in between.

        An unknown call is created if ``turn`` is 0 (``Claimed`` without a session); otherwise it is ``Unknown``. An
        awaited turn is ``Claimed``, or ``Busy`` while somebody's lease (:data:`TURN_LEASE`) runs. Any other turn, and
        any turn of a call that has ended, is ``Answered`` with the latest answer of the call.
        """
        now = seconds_of(at)
        leased = now + _TURN_LEASE
        values = {"call": call, "turn": turn, "at": now, "leased": leased, "latest": leased + _DIFFER}
        while True:
            claimed = self._writer.rows(sql.CLAIM if turn else sql.CLAIM_FIRST, values)
            if claimed:
                token, session = claimed[0]
                return Claimed(token, Session.from_json(session) if session else None)
            look = self.look(call, turn, at)
            if not isinstance(look, Free):  # if it is free, somebody has just let it go
                return look

    def save(self, token: int, turn: SavedTurn) -> None:
        """Write a turn. Raises :class:`ClaimLost` if somebody else has claimed or saved it since ``token`` was given.

        A call that has ended meanwhile, because the caller hung up, keeps its ending.
        """
        values = _saved(token, turn)
        with self._writer.transaction() as db:
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
        """Note that a call is over, and delete its session. An unknown call is ignored.

        The first ending stays, with one exception: ``transferred`` replaces ``hung_up``, because the carrier may
        report a conversation with a human just after the hang-up that ended it.
        """
        self._writer.rows(sql.END, {"ending": ending, "at": seconds_of(at), "call": call})

    def ended(self, call: str) -> bool:
        return bool(self._reader.rows("SELECT 1 FROM calls WHERE call = ? AND ended IS NOT NULL", (call,)))

    def keep_voicemail(self, voicemail: Voicemail) -> None:
        """Keep a recording. The same URL again updates it."""
        values = (voicemail.url, voicemail.call, voicemail.seconds, seconds_of(voicemail.at))
        self._writer.rows(sql.KEEP_VOICEMAIL, values)

    def keep_run(self, run: str, result: str, messages: Sequence[Message], at: datetime) -> None:
        """Keep the result of a slow action under its idempotency key, and the messages that it sends.

        The first result of a key stays, with its messages. Results that nobody collects are deleted after
        :data:`RUNS_LIVE`. A message is not kept if its key is there already, or if its call was purged meanwhile.
        """
        with self._writer.transaction() as db:
            db.execute(sql.PURGE_RUNS, (seconds_of(at - RUNS_LIVE), _PURGED_AT_ONCE))
            if db.execute(sql.KEEP_RUN, (run, seconds_of(at), result)).rowcount:
                db.executemany(sql.SAVE_MESSAGE, map(_message_values, messages))

    def keep_late(self, call: str, ended: PathEntry) -> None:
        """Keep how an action of a call ended that went on after its turn."""
        self._writer.rows(
            sql.SAVE_LATE, dataclasses.asdict(ended) | {"call": call, "at": seconds_of(ended.at)}
        )

    def run(self, run: str) -> str | None:
        """Return the result of a slow action, or None while it runs."""
        found = self._reader.rows("SELECT result FROM runs WHERE run = ?", (run,))
        return found[0][0] if found else None

    def claim_messages(self, at: datetime, most: int) -> Sequence[Message]:
        """Claim up to ``most`` messages that are due, for :data:`LEASE`; those that have been due longest come first.

        Nobody else gets them meanwhile. A message that is out of date becomes ``expired`` and is not returned. One
        that was still ``sending`` at the end of its lease becomes ``unknown``.
        """
        now = seconds_of(at)
        leased = now + _LEASE
        values = {"at": now, "leased": leased, "latest": leased + _DIFFER, "most": most}
        while (touched := self._writer.rows(sql.CLAIM_MESSAGES, values)) or self._held_up(now):
            messages = [_message(call, row) for _, _, call, *row in sorted(touched)]
            given = [message for message in messages if message.status == "waiting"]
            if given:
                return given
        return ()

    def _held_up(self, now: float) -> bool:
        """Make messages due that wait for a time before which the clock was set back; return whether there were any."""
        limits = {"written": now + _DIFFER, "put_off": now + _DIFFER + LONGEST_PAUSE.total_seconds()}
        if not self._reader.rows(sql.HELD_UP, limits):
            return False
        self._writer.rows(sql.DUE_NOW, limits | {"at": now})
        return True

    def release_messages(self, numbers: Sequence[int]) -> None:
        """End the lease of claimed messages for which no request has left, so that anybody may claim them now."""
        if numbers:
            with self._writer.transaction() as db:
                db.executemany(sql.RELEASE_MESSAGE, [(number,) for number in numbers])

    def mark_sending(self, number: int, at: datetime) -> bool:
        """Note that the request for a claimed message leaves now. Not even a crash undoes this.

        The lease begins again. If the result is False, do not send: the lease has ended, the message has expired, or
        somebody else is sending it. Only one worker at a time gets True for a message.
        """
        now = seconds_of(at)
        return bool(
            self._writer.durably(sql.MARK_SENDING, {"number": number, "at": now, "leased": now + _LEASE})
        )

    def mark_message(
        self, number: int, status: str, *, carrier_id: str = "", error: str = "", due: datetime | None = None
    ) -> None:
        """Note what became of a message for which :meth:`mark_sending` returned True.

        ``waiting`` with ``due`` tries it again then; any other status blanks a sealed body. A report that came
        meanwhile stays. A message that became ``unknown`` meanwhile can still become ``sent`` or ``failed``.
        """
        values = {"number": number, "status": status, "carrier_id": carrier_id, "error": error}
        self._writer.rows(sql.MARK_MESSAGE, values | {"due": None if due is None else seconds_of(due)})

    def report_message(self, number: int, status: str, *, carrier_id: str = "", error: str = "") -> None:
        """Note what the carrier reports of a message.

        A status of :data:`FINAL_REPORTS` is final. Any other one (``queued``, ``sending``, ``sent``) means ``sent``.
        Reports come in any order, even before the answer to our request. A report is ignored if the number is
        unknown, if the ``carrier_id`` is not the message's, or if the message never left.
        """
        known = status if status in FINAL_REPORTS else "sent"
        values = {"number": number, "status": known, "carrier_id": carrier_id, "error": error}
        self._writer.rows(sql.REPORT_MESSAGE, values)

    def keep_version(self, version: str, hotline: str, sources: Mapping[str, str]) -> None:
        """Keep the sources (file name to text) of a menu version under its hash. Again only notes that it is in use."""
        self._writer.rows(sql.KEEP_VERSION, (version, hotline, json.dumps(dict(sources), ensure_ascii=False)))

    def version(self, version: str) -> Mapping[str, str] | None:
        """Return the sources of a menu version, or None."""
        found = self._reader.rows("SELECT sources FROM versions WHERE version = ?", (version,))
        return json.loads(found[0][0]) if found else None

    def present_sources(self) -> Sequence[Mapping[str, str]]:
        """Return the sources of the newest menu of each hotline."""
        return [json.loads(sources) for (sources,) in self._reader.rows(sql.PRESENT_SOURCES, ())]

    def versions(self) -> frozenset[str]:
        """Return the hashes of all menu versions that are kept."""
        return frozenset(row[0] for row in self._reader.rows("SELECT version FROM versions", ()))

    def publish(self, folder: str, menu: PublishedMenu) -> None:
        """Let the servers of a folder serve this from now on. Its version must have been kept before."""
        recordings = json.dumps(dict(menu.recordings))
        values = dataclasses.asdict(menu) | {"folder": folder, "recordings": recordings}
        self._writer.rows(sql.PUBLISH, values)

    def published(self, folder: str) -> PublishedMenu | None:
        """Return what the servers of a folder serve, or None if nothing of it was ever good."""
        for version, recordings, *rest in self._reader.rows(sql.PUBLISHED, (folder,)):
            return PublishedMenu(version, json.loads(recordings), *rest)
        return None

    def calls(self, wanted: CallFilter) -> Sequence[CallRecord]:
        """List calls, the latest first."""
        values = dataclasses.asdict(wanted) | {
            "since": float("-inf") if wanted.since is None else seconds_of(wanted.since),
            "until": float("inf") if wanted.until is None else seconds_of(wanted.until),
        }
        return [_record(row) for row in self._reader.rows(sql.RECORD + sql.WANTED, values)]

    def call(self, call: str) -> CallHistory | None:
        """Return all that is kept of one call, or None."""
        with self._reader.transaction("BEGIN") as db:
            row = db.execute(sql.RECORD + "WHERE call = ?", (call,)).fetchone()
            if row is None:
                return None
            number = row[-1]
            path = db.execute(sql.PATH, (number,)).fetchall()
            messages = db.execute(sql.MESSAGES, (number,)).fetchall()
            voicemails = db.execute(sql.VOICEMAILS, (call,)).fetchall()
        entries = [
            PathEntry(turn, _moment(at), node, event, keys, outcome, tuple(passed.split()))
            for turn, at, node, event, keys, outcome, passed in path
        ]
        return CallHistory(
            record=_record(row),
            path=tuple(entry for entry in entries if entry.event != LATE),
            late=tuple(entry for entry in entries if entry.event == LATE),
            messages=tuple(_message(call, row) for row in messages),
            voicemails=tuple(Voicemail(call, url, seconds, _moment(at)) for url, seconds, at in voicemails),
        )

    def purge(self, before: datetime, at: datetime) -> Purged:
        """Delete the calls that started before this time, and the recordings, versions and results that only they used.

        A call that is still going on at ``at`` is kept, whenever it started. A call whose end was never reported
        counts as over after :data:`LONGEST_CALL`.
        """
        limits = _purge_limits(before, at)
        runs_before = min(limits["before"], seconds_of(at - RUNS_LIVE))
        forgotten: Counter[str] = Counter()
        while True:
            began = time.monotonic()
            # Many transactions, so that no turn waits until a million calls are deleted.
            with self._writer.transaction() as db:
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
        """Return how many calls :meth:`purge` would delete."""
        ((count,),) = self._reader.rows(sql.COUNT_PURGEABLE, _purge_limits(before, at))
        return int(count)

    def ping(self) -> None:
        """Raise an exception if a call could not be answered and kept.

        This reads the file, and not only what is remembered of it; it looks whether there is room for a large turn;
        and it writes a row, which is deleted in the same transaction, so that nothing grows.
        """
        self._writer.look_over()
        with self._writer.transaction() as db:
            db.execute(sql.LOOK, ("",))
            db.execute("SAVEPOINT room")
            db.execute(sql.KEEP_RUN, (_TRIAL, 0.0, "x" * _TRIAL_SIZE))
            db.execute("ROLLBACK TO room")
            db.execute(sql.KEEP_RUN, (_TRIAL, 0.0, ""))
            db.execute(sql.FORGET_RUN, (_TRIAL,))

    def close(self) -> None:
        self._writer.close()
        self._reader.close()


class _CallsConnection(Database):
    """A connection to the database of the calls, with write-ahead logging."""

    PATIENCE = BUSY_TIMEOUT
    TABLE = "calls"

    def __init__(self, path: str, *, make: bool = True) -> None:
        if make and path != IN_MEMORY:
            refuse_what_others_use(path)
        super().__init__(path, make=make)

    def _configure(self, db: sqlite3.Connection) -> None:
        self._write_ahead(db)
        # A crash of the machine may lose turns, never the file.
        db.execute("PRAGMA synchronous = NORMAL")
        # In pages (16 MB): fewer, larger copies into the file.
        db.execute("PRAGMA wal_autocheckpoint = 4000")

    def _write_ahead(self, db: sqlite3.Connection) -> None:
        """Turn on write-ahead logging. The first time, SQLite does not wait for another process but fails at once."""
        while True:
            try:
                self._refuse_others(db)
                db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > self._gives_up:
                    raise
            time.sleep(0.01)

    def _refuse_others(self, db: sqlite3.Connection) -> None:
        """Raise ``BadSetting`` for a file with tables of another program, before anything is changed in it."""
        others = _other_tables(db)
        # Read last: another process may make our tables meanwhile, which sets the version in the same transaction.
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if others and not version:
            raise BadSetting(
                f"IVR_DATABASE_URL: {self._path} is the database of another program (it has a table `{others[0]}`); "
                "name another file"
            )

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        return bool(version == len(sql.MIGRATIONS)) and self._has_table(db)

    def durably(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """Run one statement like :meth:`rows`, and wait for the disk, so that a crash of the machine does not undo it."""
        with self._alone() as db:
            db.execute("PRAGMA synchronous = FULL")
            try:
                return self._execute(statement, values).fetchall()
            finally:
                db.execute("PRAGMA synchronous = NORMAL")


def _other_tables(db: sqlite3.Connection) -> list[str]:
    """Return the tables of a file without ours that do not belong to :class:`~ivr.storage.attempts.Attempts` either."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    names = [name for (name,) in db.execute(tables)]
    return [name for name in names if not name.startswith(("ledger_", "sqlite_"))]


def _refusal(
    turn: int, awaited: int, leased: float | None, ended: float | None, answer: bytes | None, now: float
) -> Answered | Busy | Unknown | None:
    """Return why a turn of a call cannot be done now, or None if it can."""
    if ended is not None:
        return Answered(answer or b"")
    if turn == awaited:
        # A lease that ends later than any lease can was given before the clock was set back.
        return Busy() if leased is not None and now < leased <= now + _TURN_LEASE + _DIFFER else None
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
    what = entry.node, entry.event, entry.keys, entry.outcome, " ".join(entry.passed)
    return (number, token, place, entry.turn, at, *what)


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
