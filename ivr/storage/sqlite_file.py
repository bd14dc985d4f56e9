"""The file of a database: which one it is, who may read it, and what lies beside it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import structlog

Identity = tuple[int, int]
"""The device and the inode. A file keeps both when it is renamed, and another file at its path has others."""

BESIDE = ("-wal", "-shm")
"""What SQLite appends to the path for the files that it puts beside a database."""

_ANYBODY = stat.S_IRWXO

log = structlog.get_logger(__name__)


def identity_of(path: str) -> Identity | None:
    """Return which file is at this path, or None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - at every access, and a Path costs more than the call
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def create(path: str) -> None:
    """Create a missing file, readable by its owner alone. SQLite gives the files beside it the same rights.

    A log that lies there already is that of a file which was deleted. SQLite could not open the new file with it.
    """
    with folder_locked(path):
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
def folder_locked(path: str) -> Iterator[None]:
    """Keep the other processes that open a new file at this path waiting."""
    try:
        folder = os.open(Path(path).parent, os.O_RDONLY)
    except OSError as error:  # whoever reads this has named the file, not its folder
        raise OSError(error.errno, error.strerror, path) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)  # which ends the lock


def is_log(path: str, log_file: Identity | None) -> bool:
    """Return whether what lies beside a new file is this write-ahead log, which belongs to the file before."""
    return log_file is not None and identity_of(os.path.realpath(path) + "-wal") == log_file


def discard_log(path: str) -> None:
    """Delete the write-ahead log that lies beside a new file and belongs to the one before.

    SQLite would take it for the log of the new file and destroy that. Each process compares it with the log that it
    has open, while the folder is locked, so that nobody deletes a log that is in use.
    """
    for suffix in BESIDE:
        with contextlib.suppress(FileNotFoundError):
            Path(os.path.realpath(path) + suffix).unlink()
            log.warning("log of a deleted database discarded", file=path + suffix)
