"""Where calls and tries are kept: in SQLite, in a file or in memory. :mod:`ivr.storage.sqlite` has the store.

Everything that outlives a process is opened here, by one URL, the setting ``IVR_DATABASE_URL``:

=================================  ==========================================================================
``memory://``                      the memory of this process, for the simulator and for tests
``sqlite:///calls.sqlite3``        a file in the working directory; several processes may share it
``sqlite:////var/lib/ivr/calls``   a file with an absolute path (four slashes)
=================================  ==========================================================================
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.config import BadSetting
from ivr.storage.base import IN_MEMORY

if TYPE_CHECKING:
    from ivr.storage.attempts import Attempts
    from ivr.storage.sqlite import SqliteStore


def open_store(url: str) -> SqliteStore:
    """Open the store of calls at a URL.

    Raises :class:`BadSetting` for a bad URL, and for a database that a newer program wrote; ``OSError`` or the
    database's own error if it cannot be opened.
    """
    from ivr.storage.sqlite import SqliteStore

    return SqliteStore(database_file(url))


def open_attempts(url: str) -> Attempts:
    """Open the tables of tries, codes and rate limits, which are in the database of the calls."""
    from ivr.storage.attempts import Attempts

    return Attempts(database_file(url))


def file_beside(url: str, name: str) -> str:
    """Return another database file beside that of the calls, such as ``ivr-accounts.sqlite3``. Memory stays memory."""
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
    if re.match("postgres|mysql|mariadb", scheme, re.IGNORECASE):
        raise BadSetting(f"IVR_DATABASE_URL: only SQLite is built in; write `{_EXAMPLES['sqlite']}`")
    if scheme in {"sqlite", "memory"}:
        raise BadSetting("IVR_DATABASE_URL: a store in memory has no name; write `memory://`")
    raise BadSetting(f"IVR_DATABASE_URL: {_unknown(url, scheme)}")


def _unknown(url: str, scheme: str) -> str:
    """Say what to write for an unknown kind of URL. Only its scheme is shown, because the rest may hold a password."""
    from rapidfuzz import process

    if scheme == url:
        return "it names no kind of store; write `sqlite:///` and the file, such as `sqlite:///ivr.sqlite3`"
    meant = process.extractOne(scheme.lower(), _EXAMPLES.keys(), score_cutoff=60)
    examples = [_EXAMPLES[meant[0]]] if meant else _EXAMPLES.values()
    return (
        f"no kind of store is called `{scheme[:20]}`; write {' or '.join(f'`{each}`' for each in examples)}"
    )


_EXAMPLES = {"sqlite": "sqlite:///ivr.sqlite3", "memory": "memory://"}
