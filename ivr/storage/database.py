"""An SQLite database over one connection, which the threads of a process use one after the other."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from ivr.storage.base import IN_MEMORY
from ivr.storage.deadline import ends_within
from ivr.storage.faults import (
    BUSY,
    DAMAGED,
    DELETED,
    LOG_DAMAGED,
    LOG_DELETED,
    NO_TABLES,
    NOT_WRITABLE,
    OPENING_WAITS,
    REPLACED,
    SLOW,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseMoved,
    DatabaseNotWritable,
    primary_code,
)
from ivr.storage.sqlite_file import (
    Beside,
    Identity,
    beside,
    close_to_strangers,
    create,
    discard_log,
    folder_locked,
    identity_and_size_of,
    identity_of,
    is_left_over,
    log_begins_well,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LOOK_AGAIN = 0.05
"""Seconds that SQLite itself waits for another process before it asks us whether there is time left."""
_AFTER_A_FAILURE = 1.0
"""Seconds to wait if the last one waited in vain. If all waited for as long as they may while a file is locked, every
thread of the server would wait, and new calls would not even be read."""
LOOKS_EVERY = 0.01
"""Seconds between two looks at which file is at the path: a look costs as much as a statement, so that a busy server
cannot look before each. Nothing is written into a deleted file after that."""
_OPENS_WITHIN = 0.3
"""Seconds to open a file anew. It waits for other processes of ours that do the same, and those take milliseconds. If the
file cannot be opened, every webhook tries: they must not add up to what a caller can notice."""
_LOOKS_THROUGH = 0.4
"""Seconds for a look through a file in which damage was met."""
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SUSPECT = _DAMAGE | {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
"""After these errors a connection may go on failing, although the file is in order again."""

# Closing a file drops all locks of this process on it, even those of a connection that another thread just opened.
OPENING = threading.RLock()

log = structlog.get_logger(__name__)

Values = Mapping[str, Any] | Sequence[Any]


def seconds_of(at: datetime) -> float:
    """Return the time as it is stored: seconds since 1970. A time without a zone is a ``TypeError``, not a guess."""
    return (at - _EPOCH).total_seconds()


def statements(file: str) -> list[str]:
    """Return the statements of an SQL file of this folder."""
    text = Path(__file__).with_name(file).read_text(encoding="utf-8")
    return [statement for statement in text.split(";\n") if statement.strip()]


class Database:
    """An SQLite file, which other tables may share, or :data:`IN_MEMORY`. Safe from any thread.

    A missing file is created, readable by its owner alone. Open it in each process, not before a fork. The journal mode
    is a matter of the file and of whoever shares it: this works with every mode.

    Nothing is written into a file that is deleted. While it is gone, or another one is in its place, every access
    raises :class:`DatabaseMoved`; while it is empty, :class:`DatabaseDamaged`. As soon as a file of ours is at the
    path, it is opened.
    """

    TABLE = ""
    """A table that every file of ours has, once it is set up."""

    PATIENCE = 8.0
    """Seconds to wait while another process writes, if no deadline is nearer. A worker that hangs while it writes is ended
within seven; an action that waits for it goes on, while its caller hears "one moment"."""

    def __init__(self, path: str, *, make: bool = True) -> None:
        """Open the file at a path. Unless ``make`` is false, a missing one is created."""
        self._path = path
        self._lock = threading.Lock()
        self._gives_up = 0.0
        """When the thread that has the lock stops to wait for another process."""
        self._waited_in_vain = False
        self._suspect = False
        """Whether the connection may be what fails, and not the file."""
        self._blocked = False
        """Whether the thread that has the lock waits for another process."""
        self._identity: Identity | None = None
        self._looked = 0.0
        self._filled = False
        """Whether the file was seen with something in it, so that it is damaged when it is empty."""
        self._beside: Beside | None = None
        """The write-ahead log and its index that the connection uses, once there are some."""
        self.damaged = False
        """Whether an access has met damage since the file was last found in order."""
        if make and path != IN_MEMORY:
            create(path)
            close_to_strangers(path)
        self._connection, self._identity = self._connect()
        try:
            self._gives_up = ends_within(self.PATIENCE)
            self._configure(self._connection)
            self._set_up()
            self._remember_files()
        except BaseException:
            self.close()
            raise

    def _configure(self, db: sqlite3.Connection) -> None:
        """Make a connection ready. This is done again for each new one."""

    def _set_up(self) -> None:
        """Make the tables ready. If this raises, the connection is closed."""

    def _is_ours(self, db: sqlite3.Connection) -> bool:
        """Return whether a file can be used in the place of the one before."""
        return self._has_table(db)

    def _has_table(self, db: sqlite3.Connection) -> bool:
        return not self.TABLE or has_table(db, self.TABLE)

    def _require_table(self, db: sqlite3.Connection) -> None:
        if not self._has_table(db):
            raise DatabaseMoved(NO_TABLES)

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            self._beside = None

    def rows(self, statement: str, values: Values = ()) -> list[Any]:
        """Run one statement in a transaction of its own. SQLite commits it when the last row is fetched."""
        self._begin()
        try:
            return self._execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            self._note(error)
            raise
        finally:
            self._lock.release()

    def _row(self, query: str, *values: str | float) -> Any:
        found = self.rows(query, values)
        return found[0] if found else None

    @contextlib.contextmanager
    def transaction(self, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """Give the connection with an open transaction. It is committed, or rolled back after an exception.

        No other thread or process can interleave.
        """
        self._begin()
        try:
            self._execute(begin)
            yield self._connection
            self._execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(
                sqlite3.Error
            ):  # SQLite has rolled back by itself, or cannot even do that
                self._connection.rollback()
            self._note(error)
            raise
        finally:
            self._lock.release()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to this thread alone, without a transaction."""
        self._begin()
        try:
            yield self._connection
        except sqlite3.DatabaseError as error:
            self._note(error)
            raise
        finally:
            self._lock.release()

    def _begin(self) -> None:
        """Take the lock, and be sure of the file. Raises :class:`DatabaseBusy` if others do not let go in time."""
        ends = ends_within(_AFTER_A_FAILURE if self._waited_in_vain else self.PATIENCE)
        if not self._lock.acquire(timeout=max(ends - time.monotonic(), 0)):
            raise DatabaseBusy(BUSY if self._blocked else SLOW)
        self._gives_up, now, self._blocked = ends, time.monotonic(), False
        if self._suspect or now - self._looked >= LOOKS_EVERY:
            try:
                self._follow_file()
                self._looked = now
            except BaseException:
                self._lock.release()
                raise

    def _note(self, error: BaseException) -> None:
        """Remember what an error says of the connection and the file."""
        code = primary_code(error)
        self._suspect = self._suspect or code in _SUSPECT
        self.damaged = self.damaged or code in _DAMAGE

    def _execute(self, statement: str, values: Values = ()) -> sqlite3.Cursor:
        """Run a statement, waiting while another process writes. The lock must be held."""
        while True:
            try:
                cursor = self._connection.execute(statement, values)
            except sqlite3.OperationalError as error:
                if primary_code(error) != sqlite3.SQLITE_BUSY:
                    raise
                if time.monotonic() >= self._gives_up:
                    self._waited_in_vain = True
                    raise DatabaseBusy(BUSY) from error
                self._blocked = True
            else:
                self._waited_in_vain = False
                return cursor

    # --- the file

    def look_over(self) -> None:
        """Raise an exception if the file is gone, cannot be written or is damaged where everybody must read.

        If an access has met damage elsewhere, the whole file is looked through, as far as the deadline allows.
        """
        if self._path == IN_MEMORY:
            return
        with self._alone():
            self._follow_file()
            self._look_beside()
        if not os.access(self._path, os.W_OK):
            raise DatabaseNotWritable(NOT_WRITABLE)
        with contextlib.closing(self._another_connection()) as db:
            self._require_table(db)
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in tables:
                db.execute(f"SELECT * FROM {name} LIMIT 1").fetchall()  # noqa: S608 - a name of ours
            if self.damaged:
                self.damaged = not _sound(db, ends_within(_LOOKS_THROUGH))
                if self.damaged:
                    raise DatabaseDamaged(DAMAGED)

    def _look_beside(self) -> None:
        """Raise an exception if the log and its index are not those that the connection uses, or the log is damaged.

        The connection still works: it has them open. But a process that starts now would use others, and the two would
        write over each other's changes.
        """
        if self._beside is not None and beside(self._path) != self._beside:
            raise DatabaseDamaged(LOG_DELETED)
        if not log_begins_well(self._path):
            self.damaged = True
            raise DatabaseDamaged(LOG_DAMAGED)

    def _another_connection(self, *, alone: bool = False) -> sqlite3.Connection:
        """Return a connection that reads, and remembers nothing of the file.

        With ``alone`` it reads nothing of the log that lies beside the file, because that is another file's.
        """
        uri = Path(os.path.realpath(self._path)).as_uri()
        how = "mode=ro&immutable=1" if alone else "mode=ro"
        return sqlite3.connect(f"{uri}?{how}", timeout=_LOOK_AGAIN, uri=True)

    def _connect(self) -> tuple[sqlite3.Connection, Identity | None]:
        """Open the file that is at the path now. A missing one is an error: only :func:`create` makes one."""
        path = self._path if self._path == IN_MEMORY else f"{Path(self._path).absolute().as_uri()}?mode=rw"
        while True:
            before = self._identity_now()
            # One connection for all threads: a change takes microseconds, and a database in memory has only one.
            db = sqlite3.connect(
                path, timeout=_LOOK_AGAIN, isolation_level=None, check_same_thread=False, uri=True
            )
            if before == self._identity_now():
                return db, before
            db.close()

    def _identity_now(self) -> Identity | None:
        return None if self._path == IN_MEMORY else identity_of(self._path)

    def _follow_file(self) -> None:
        """Raise an exception if our file is no longer at its path, or empty; open the one that is, if it is ours."""
        if self._path == IN_MEMORY:
            return
        found = identity_and_size_of(self._path)
        if found is None:
            raise DatabaseMoved(DELETED)
        identity, size = found
        if identity == self._identity:
            self._filled = self._filled or size > 0
            if self._filled and not size:
                # SQLite must not see this: it would delete the log, and begin a new database as soon as nobody else
                # has the file open, for which it waits.
                self._suspect = True
                raise DatabaseDamaged(DAMAGED)
            if not self._suspect:
                self._beside = self._beside or beside(self._path)
                return
        with self._opening():
            self._open_anew(moved=identity != self._identity)

    def _remember_files(self) -> None:
        """Note what the connection uses. A look must know it even if it is the first one after a fault."""
        if self._path != IN_MEMORY:
            found = identity_and_size_of(self._path)
            self._filled = found is not None and found[1] > 0
            self._beside = beside(self._path)

    @contextlib.contextmanager
    def _opening(self) -> Iterator[None]:
        """Let no other thread or process open a file at the path, for a moment."""
        patience, ends = self._gives_up, min(self._gives_up, time.monotonic() + _OPENS_WITHIN)
        if not OPENING.acquire(timeout=max(ends - time.monotonic(), 0)):
            raise DatabaseBusy(OPENING_WAITS)
        try:
            self._gives_up = ends
            with folder_locked(self._path, ends):
                yield
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY:
                raise
            raise DatabaseBusy(OPENING_WAITS) from error
        finally:
            self._gives_up = patience
            OPENING.release()

    def _open_anew(self, *, moved: bool) -> None:
        if moved:
            left_over = self._beside is not None and is_left_over(self._path, self._beside)
            with contextlib.closing(self._another_connection(alone=left_over)) as there:
                if not self._found_ours(there):
                    raise DatabaseMoved(REPLACED)
            if left_over:
                discard_log(self._path)
        elif self._beside is not None and beside(self._path) != self._beside:
            raise DatabaseDamaged(
                LOG_DELETED
            )  # a new connection would not see what is in the log of this one
        opened, identity = self._connect()
        try:
            self._require_table(opened)
            self._configure(opened)
        except BaseException:
            opened.close()
            raise
        self._connection.close()
        self._connection, self._identity = opened, identity
        self._suspect, self.damaged = False, self.damaged and not moved
        self._remember_files()
        log.warning("database opened anew", file=self._path, moved=moved)

    def _found_ours(self, there: sqlite3.Connection) -> bool:
        try:
            return self._is_ours(there)
        except sqlite3.Error:
            return False


def _sound(db: sqlite3.Connection, ends: float) -> bool:
    """Return whether a file has no damage. If that cannot be found out in time, it is taken for damaged."""
    db.set_progress_handler(lambda: time.monotonic() > ends, 10_000)
    try:
        return bool(db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def has_table(db: sqlite3.Connection, name: str) -> bool:
    found = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return found.fetchone() is not None
