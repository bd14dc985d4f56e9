"""Where calls and tries are kept: one Protocol (:mod:`ivr.storage.base`), kept by SQLite in a file or in memory.

Everything that outlives a process is opened here, by one URL, the setting ``IVR_DATABASE_URL``:

=================================  ==========================================================================
``memory://``                      this process's memory, for the simulator and for tests
``sqlite:///calls.sqlite3``        a file, named from the working directory; several processes may share it
``sqlite:////var/lib/ivr/calls``   the same with an absolute path (four slashes)
=================================  ==========================================================================
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.config import BadSetting
from ivr.storage.base import IN_MEMORY, Store

if TYPE_CHECKING:
    from ivr.storage.attempts import Attempts


def open_store(url: str) -> Store:
    """Open the store of calls that a URL names.

    Raises :class:`BadSetting` for a URL that names none, and for a database of a newer program; ``OSError`` or the
    database's own error when it cannot be opened.
    """
    from ivr.storage.sqlite import SqliteStore

    return SqliteStore(database_file(url))


def open_attempts(url: str) -> Attempts:
    """Open the tables of tries, codes and rate limits. They are in the database of the calls."""
    from ivr.storage.attempts import Attempts

    return Attempts.open(database_file(url))


def file_beside(url: str, name: str) -> str:
    """Return a database of its own beside that of the calls: ``ivr-accounts.sqlite3``, or one in memory like theirs."""
    file = database_file(url)
    calls = Path(file)
    return (
        file
        if file == IN_MEMORY
        else str(calls.with_name(f"{calls.stem}-{name}{calls.suffix or '.sqlite3'}"))
    )


def database_file(url: str) -> str:
    """Return the file that a URL names, or :data:`IN_MEMORY`. Raises :class:`BadSetting`, which says what to write."""
    if url == "memory://":
        return IN_MEMORY
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and IN_MEMORY not in rest:
        if re.fullmatch(r"///.+", rest):
            return rest.removeprefix("///")
        path = rest.removeprefix("//").rstrip("/") or "ivr.sqlite3"
        raise BadSetting(f"IVR_DATABASE_URL: a file is named after three slashes; write `sqlite:///{path}`")
    if scheme in {"sqlite", "memory"}:
        raise BadSetting("IVR_DATABASE_URL: a store in memory has no name; write `memory://`")
    raise BadSetting(f"IVR_DATABASE_URL: {_unknown(url, scheme)}")


def _unknown(url: str, scheme: str) -> str:
    """Say what to write for a URL of no known kind. Only its scheme is told: the rest may hold a password."""
    from rapidfuzz import process

    if scheme == url:
        return "it names no kind of store; write `sqlite:///` and the file, such as `sqlite:///ivr.sqlite3`"
    meant = process.extractOne(scheme.lower(), _EXAMPLES.keys(), score_cutoff=60)
    examples = [_EXAMPLES[meant[0]]] if meant else _EXAMPLES.values()
    return (
        f"no kind of store is called `{scheme[:20]}`; write {' or '.join(f'`{each}`' for each in examples)}"
    )


_EXAMPLES = {"sqlite": "sqlite:///ivr.sqlite3", "memory": "memory://"}
