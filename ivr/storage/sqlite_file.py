"""The file of a database: which one it is, who may read it, and what lies beside it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import structlog

from ivr.storage.deadline import ends_within
from ivr.storage.faults import (
    DAMAGED,
    LOG_DELETED,
    OPENING_WAITS,
    DatabaseBusy,
    DatabaseDamaged,
    primary_code,
)

Identity = tuple[int, int]
"""The device and the inode. A file keeps both when it is renamed, and another file at its path has others."""

Beside = tuple[Identity, Identity]
"""The write-ahead log and its index."""

BESIDE = ("-wal", "-shm")
"""What SQLite appends to the path for the files that it puts beside a database."""

_ANYBODY = stat.S_IRWXO
_CREATED_WITHIN = 10.0
"""Seconds in which the processes that start together must have created a new file, one after the other."""
_ALONE_WITHIN = 2.0
"""Seconds in which other processes that start have opened the database or let it go. They need milliseconds."""
_LOG_BEGINS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""The first bytes of a write-ahead log, by the order of the bytes in its checksums."""

log = structlog.get_logger(__name__)


def identity_of(path: str) -> Identity | None:
    """Return which file is at this path, or None if there is none."""
    found = identity_and_size_of(path)
    return None if found is None else found[0]


def identity_and_size_of(path: str) -> tuple[Identity, int] | None:
    """Return which file is at this path, and its bytes; None if there is no file."""
    try:
        found = os.stat(path)  # noqa: PTH116 - at every access, and a Path costs more than the call
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino), found.st_size


def create(path: str) -> None:
    """Create a missing file, readable by its owner alone. SQLite gives the files beside it the same rights.

    A log that lies there already is that of a file which was deleted. SQLite could not open the new file with it.
    """
    with folder_locked(path, ends_within(_CREATED_WITHIN)):
        if identity_of(path) is None:
            discard_log(path)
            Path(path).touch(mode=0o600)


def close_to_strangers(path: str) -> None:
    """Take the rights of everybody away from a file that was open to them, and log that. Those of a group stay."""
    real = os.path.realpath(path)
    for name in (real, *(real + suffix for suffix in BESIDE)):
        with contextlib.suppress(FileNotFoundError):
            mode = stat.S_IMODE(Path(name).stat().st_mode)
            if mode & _ANYBODY:
                _close_to_strangers(name, mode)


def _close_to_strangers(name: str, mode: int) -> None:
    try:
        Path(name).chmod(mode & ~_ANYBODY)
    except PermissionError:
        remedy = "let the owner of the file run `chmod o-rwx` on it"
        log.warning("database open to everybody", file=name, mode=f"{mode:o}", remedy=remedy)
    else:
        log.warning("database was open to everybody", file=name, mode=f"{mode:o}", remedy="mended")


@contextlib.contextmanager
def folder_locked(path: str, ends: float) -> Iterator[None]:
    """Keep the other processes that open a new file at this path waiting.

    Raises :class:`DatabaseBusy` if another process still keeps us waiting at ``ends``, as ``time.monotonic`` counts.
    """
    try:
        folder = os.open(Path(path).parent, os.O_RDONLY)
    except OSError as error:  # whoever reads this has named the file, not its folder
        raise OSError(error.errno, error.strerror, path) from error
    try:
        _lock(folder, ends)
        yield
    finally:
        os.close(folder)  # which ends the lock


def _lock(folder: int, ends: float) -> None:
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= ends:
                raise DatabaseBusy(OPENING_WAITS) from error
        else:
            return
        time.sleep(0.005)


def beside(path: str) -> Beside | None:
    """Return the log and its index that lie beside a file now; None unless both do."""
    log_file, index = (identity_of(os.path.realpath(path) + suffix) for suffix in BESIDE)
    return (log_file, index) if log_file and index else None


def refuse_what_others_use(path: str) -> None:
    """Raise :class:`DatabaseDamaged` if others have the database open, but it was emptied, or their log or its index deleted.

    A process that starts would begin a log and an index of its own. Each side would write over the other's changes, and
    neither would notice. In an emptied file SQLite would delete the log by its name, again and again while it waits for
    the others, even when a good file with a log of its own is in the place by then.
    """
    ends = ends_within(_ALONE_WITHIN)
    with folder_locked(path, ends):
        while (found := identity_and_size_of(path)) is not None:
            empty = not found[1]
            if empty and identity_of(os.path.realpath(path) + BESIDE[0]) is not None:
                raise DatabaseDamaged(DAMAGED)
            if not empty and beside(path) is not None:
                return
            if _used_by_nobody(path):
                discard_log(path)  # an index that SQLite has left is that of a file before
                return
            if time.monotonic() >= ends:
                raise DatabaseDamaged(DAMAGED if empty else LOG_DELETED)
            time.sleep(0.01)


def _used_by_nobody(path: str) -> bool:
    """Return whether nobody has the database open. If so, a log that lies there is copied into the file."""
    file = Path(os.path.realpath(path)).as_uri()
    with contextlib.closing(
        sqlite3.connect(f"{file}?mode=rw", timeout=0, isolation_level=None, uri=True)
    ) as db:
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")  # keeps the index in memory
            db.execute("BEGIN EXCLUSIVE")
            db.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True


def is_left_over(path: str, former: Beside) -> bool:
    """Return whether the log or the index beside a new file is that of the file before. SQLite may have deleted one."""
    real = os.path.realpath(path)
    return any(identity_of(real + suffix) == one for suffix, one in zip(BESIDE, former, strict=True))


def log_begins_well(path: str) -> bool:
    """Return whether the write-ahead log is empty or begins as one does.

    Somebody may have emptied it, or written into it. SQLite would notice that only after a crash, and forget the log.
    """
    try:
        with Path(os.path.realpath(path) + "-wal").open("rb") as log_file:  # on which SQLite has no locks
            begins = log_file.read(4)
    except FileNotFoundError:
        return True
    return not begins or begins in _LOG_BEGINS


def discard_log(path: str) -> None:
    """Delete the write-ahead log that lies beside a new file and belongs to the one before.

    SQLite would take it for the log of the new file and destroy that. Each process compares it with the log that it
    has open, while the folder is locked, so that nobody deletes a log that is in use.
    """
    for suffix in BESIDE:
        with contextlib.suppress(FileNotFoundError):
            Path(os.path.realpath(path) + suffix).unlink()
            log.warning("log of a deleted database discarded", file=path + suffix)
