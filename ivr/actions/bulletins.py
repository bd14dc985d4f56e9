"""Tells the policy bulletins of the day, from a file that editors may change while calls go on."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

import structlog
from pydantic import AfterValidator, Field, RootModel, model_validator

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.menu.language.contract import Outcome
from ivr.menu.language.model import Model
from ivr.menu.language.scalars import Language, SingleLine, wrong, wrong_key
from ivr.menu.reading.problems import BadFile
from ivr.menu.reading.validation import parse_file
from ivr.menu.reading.yaml import content_of
from ivr.menu.speech.markup import marked_text
from ivr.menu.speech.packs import pack

_log = structlog.get_logger()


@action(
    "Tells the policy bulletins that hold on the day of the call, from the hotline's bulletins.yaml.",
    outcomes={
        "some": Outcome(
            means="There is something to tell in the language of the call.",
            tells={"bulletins": "the words of all of them, one after the other, ready to be spoken"},
        ),
        "none": Outcome(means="There is nothing to tell in the language of the call."),
    },
)
def bulletins(services: Services, request: ActionRequest) -> ActionResult:
    words = services.bulletins.current(request.at.date(), request.language)
    if not words:
        return ActionResult("none")
    space = " " if pack(request.language).spaces else ""
    return ActionResult("some", {"bulletins": space.join(words)})


def _unmarked(text: str) -> str:
    """Refuse what looks like a mark or a tag. A bulletin is a value, in which it would be read aloud."""
    marked = marked_text(text)
    if marked.marks or marked.mistakes:
        raise wrong_key(
            "has a mark or a tag, which would be read aloud", "write it in words: a bulletin has no marks"
        )
    return text


class Bulletin(Model):
    """One bulletin, spoken from its first day to its last, both included."""

    first: date = Field(description="The first day on which it is spoken, such as `2026-10-01`.")
    last: date = Field(description="The last day on which it is spoken.")
    words: Annotated[
        dict[Language, Annotated[SingleLine, AfterValidator(_unmarked)]], Field(min_length=1)
    ] = Field(description="What is said, by language. In a language without words it is not said.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise wrong("`last` is before `first`", "write the days the other way round")
        return self


class BulletinsFile(RootModel[list[Bulletin]]):
    """The file `bulletins.yaml`: a list of bulletins, in the order in which they are spoken."""


FileStamp = tuple[int, ...]


def file_stamp(path: Path) -> FileStamp | None:
    """Return a value that changes with the file, or None if there is no file. Links are followed.

    The time of change alone is not enough: after a deployment all files may have the same one.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class Bulletins:
    """The bulletins of one file. Safe from any thread."""

    def __init__(self, path: Path | None, stamp: FileStamp | None, bulletins: list[Bulletin]) -> None:
        self._path = path
        # Replaced as a whole, because other threads read it.
        self._latest_read = stamp, bulletins

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """Read the bulletins. Without a path or a file there are none. Raises ``BadFile``."""
        stamp = file_stamp(path) if path else None
        return cls(path, stamp, _read(path))

    def current(self, on: date, language: str) -> list[str]:
        """Return the words of the bulletins for this day, in the order of the file.

        A changed file is read again. If it is broken, the earlier bulletins stay and the log says why.
        """
        return [
            bulletin.words[language]
            for bulletin in self._latest()
            if bulletin.first <= on <= bulletin.last and language in bulletin.words
        ]

    def replace(self, text: str) -> None:
        """Tell the bulletins of this text instead. If it is broken, the earlier ones stay and the log says why."""
        try:
            bulletins = parse_bulletins(text)
        except BadFile as error:
            _log.warning("bulletins not taken up", problems=str(error))
        else:
            self._latest_read = None, bulletins

    def _latest(self) -> list[Bulletin]:
        stamp = file_stamp(self._path) if self._path else None
        bulletins = self._latest_read[1]
        if stamp != self._latest_read[0]:
            try:
                bulletins = _read(self._path)
            except (BadFile, OSError) as error:
                _log.warning("bulletins not taken up", problems=str(error))
            self._latest_read = stamp, bulletins
        return bulletins


def parse_bulletins(text: str) -> list[Bulletin]:
    """Return the bulletins of a file's text. Raises ``BadFile``."""
    return _parsed(Path("bulletins.yaml"), text.encode())


def _read(path: Path | None) -> list[Bulletin]:
    try:
        return _parsed(path, content_of(path)) if path else []
    except FileNotFoundError:
        return []


@lru_cache(maxsize=16)  # each written call opens the same file
def _parsed(path: Path, content: bytes) -> list[Bulletin]:
    return parse_file(BulletinsFile, path, content).root
