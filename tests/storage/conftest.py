"""A database's file, and a store in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.storage.sqlite import SqliteStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The path of a database that is not there yet."""
    return tmp_path / "calls.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[SqliteStore]:
    """An empty store in that file."""
    opened = SqliteStore(file)
    yield opened
    opened.close()


@pytest.fixture
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every access look at the file, and not only one of a few."""
    monkeypatch.setattr("ivr.storage.database.LOOKS_EVERY", 0.0)
