"""An SQLite database over one connection, which the threads of a process use one after the other."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.storage.base import IN_MEMORY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    """

    PATIENCE = 5.0
    """Seconds to wait while another process writes: still within what a caller endures."""

    def __init__(self, path: str) -> None:
        if path != IN_MEMORY:
            with contextlib.suppress(FileExistsError):
                # SQLite gives its -wal and -shm files the same mode.
                Path(path).touch(mode=0o600, exist_ok=False)
        # One connection for all threads: a change takes microseconds, and a database in memory has only one.
        self._connection = sqlite3.connect(
            path, timeout=self.PATIENCE, isolation_level=None, check_same_thread=False
        )
        self._lock = threading.Lock()
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    def _set_up(self) -> None:
        """Make the connection and its tables ready. If this raises, the connection is closed."""

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _row(self, query: str, *values: str | float) -> Any:
        with self._lock:
            return self._connection.execute(query, values).fetchone()

    @contextlib.contextmanager
    def transaction(self, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """Give the connection with an open transaction. It is committed, or rolled back after an exception.

        No other thread or process can interleave.
        """
        with self._lock, self._connection:
            self._connection.execute(begin)
            yield self._connection
