"""The policy bulletins of a hotline: a file that an editor may change while calls go on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Self

import structlog
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from ivr.datafile import BadFile, parse

_log = structlog.get_logger()

BulletinWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Bulletin:
    """One bulletin, spoken from its first day to its last, both included."""

    first: date
    last: date
    words: Annotated[dict[str, BulletinWords], Field(min_length=1)]
    """What is said, per language; in a language without words it is not said."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last is before first; write the days the other way round")
        return self


_FILE = TypeAdapter(list[Bulletin])
_Stamp = tuple[int, int] | None


class Bulletins:
    """The bulletins of one file. Safe to use from any thread."""

    def __init__(self, path: Path | None, stamp: _Stamp, notices: list[Bulletin]) -> None:
        self._path = path
        # Replaced as a whole, so that another thread never sees half a change.
        self._read = stamp, notices

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Read the bulletins. No path, or no file there, is no bulletins. Raises BadFile."""
        stamp = _stamp(path)
        return cls(path, stamp, _notices(path))

    def current(self, on: date, language: str) -> list[str]:
        """Return the words of the bulletins that hold on this day, in the order of the file.

        A changed file is read again; while it is broken, what it said before is kept and the log says why.
        """
        return [
            notice.words[language]
            for notice in self._latest()
            if notice.first <= on <= notice.last and language in notice.words
        ]

    def _latest(self) -> list[Bulletin]:
        stamp, notices = _stamp(self._path), self._read[1]
        if stamp != self._read[0]:
            try:
                notices = _notices(self._path)
            except (BadFile, OSError) as error:
                _log.warning("bulletins not taken up", problems=str(error))
            self._read = stamp, notices
        return notices


def _stamp(path: Path | None) -> _Stamp:
    """Return what changes when the file changes; None when it is not there."""
    try:
        status = path.stat() if path else None
    except FileNotFoundError:
        return None
    return (status.st_mtime_ns, status.st_size) if status else None


def _notices(path: Path | None) -> list[Bulletin]:
    try:
        return parse(path, path.read_bytes(), _FILE) if path else []
    except FileNotFoundError:
        return []
