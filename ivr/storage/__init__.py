"""Where calls are kept: one Protocol (:mod:`ivr.storage.base`) and one module for each kind of store.

A store is opened by its URL, which is the setting ``IVR_DATABASE_URL``:

=================================  ==========================================================================
``memory://``                      this process's memory, for the simulator and for tests
``sqlite:///calls.sqlite3``        a file, named from the working directory; several processes may share it
``sqlite:////var/lib/ivr/calls``   the same with an absolute path (four slashes)
=================================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.storage.base import (
    FINAL_REPORTS,
    LEASE,
    SEALED_AS,
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
    Store,
    Unknown,
    Voicemail,
    with_open_messages,
)

__all__ = [
    "FINAL_REPORTS",
    "LEASE",
    "SEALED_AS",
    "TURN_LEASE",
    "Answered",
    "Busy",
    "CallFilter",
    "CallHistory",
    "CallRecord",
    "Claim",
    "ClaimLost",
    "Claimed",
    "Free",
    "Look",
    "Message",
    "PathEntry",
    "Purged",
    "SavedTurn",
    "Store",
    "Unknown",
    "Voicemail",
    "open_store",
    "with_open_messages",
]


def open_store(url: str) -> Store:
    """Open the store that a URL names.

    Raises ``ValueError`` for a URL that names no store, or a database of a newer program; ``OSError`` or the
    database's own error when it cannot be opened.
    """
    scheme, _, rest = url.partition("://")
    if scheme in _KINDS:
        return _KINDS[scheme](rest)
    from rapidfuzz import process

    known = ", ".join(f"{kind}://" for kind in _KINDS)
    nearest = process.extractOne(scheme.lower(), _KINDS.keys(), score_cutoff=60)
    hint = f"; did you mean {nearest[0]}://?" if nearest else ""
    # Only the scheme is told: the rest of a database's URL may hold a password.
    raise ValueError(f"no kind of store is called {scheme[:20]!r}; known are {known}{hint}")


def _memory(rest: str) -> Store:
    if rest:
        raise ValueError("a store in memory has no name: write memory://")
    from ivr.storage.memory import MemoryStore

    return MemoryStore()


def _sqlite(rest: str) -> Store:
    path = rest.removeprefix("/")
    if path in ("", rest):
        raise ValueError(
            "a file is named after three slashes: sqlite:///calls.sqlite3, sqlite:////var/lib/calls.sqlite3"
        )
    if path == ":memory:":
        raise ValueError("sqlite is a store with a file: write memory:// for one without")
    from ivr.storage.sqlite import SqliteStore

    return SqliteStore(path)


_KINDS: Mapping[str, Callable[[str], Store]] = {"memory": _memory, "sqlite": _sqlite}
