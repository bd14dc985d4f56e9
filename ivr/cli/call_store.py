"""The stored calls, for commands that look back at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivr.cli.arguments import read_settings
from ivr.cli.errors import CommandFailed
from ivr.storage import database_file, open_store
from ivr.storage.base import IN_MEMORY, CallFilter
from ivr.storage.sqlite import SqliteStore


@contextmanager
def open_call_store() -> Iterator[SqliteStore]:
    """Open an existing store. A new one would only be empty, so a missing file is an error."""
    url = read_settings().database_url
    path = database_file(url)
    if path != IN_MEMORY and not Path(path).exists():
        raise CommandFailed(
            f"there is no {path} here; IVR_DATABASE_URL says where `ivr serve` keeps its calls"
        )
    with closing(open_store(url)) as store:
        yield store


def call_filter(since: str | None, until: str | None, ending: str | None = None, **wanted: Any) -> CallFilter:
    """Return the filter of a command line. Raises ``ValueError`` if a moment cannot be read."""
    return CallFilter(_moment("since", since), _moment("until", until), ending=ending or "", **wanted)


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise ValueError(
            f"--{name}: `{text}` is no moment; write it like 2026-11-22 or 2026-11-22T10:00"
        ) from None
