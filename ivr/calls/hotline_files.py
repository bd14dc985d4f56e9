"""What is read from a hotline's folder: only files with a known name, never other files that lie beside them.

The names are ``menu.yaml``, the files that it includes, ``prompts.*.yaml``, ``actions.yaml``, ``accounts.yaml``,
``bulletins.yaml``, everything under ``calls/`` and the recordings under ``audio/``. Hidden names are never read:
editors, version control and Kubernetes keep their own files under such names.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ivr.actions.bulletins import FileStamp, file_stamp
from ivr.calls.recordings import recording_files, recordings_of
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.loader import MAX_HOTLINE, included_files, original_of
from ivr.menu.reading.draft import DATA_FILES, MENU_FILE
from ivr.menu.reading.problems import Problem
from ivr.menu.reading.yaml import content_of, decode

LARGEST_HASHED = 64 * 1024 * 1024
"""Bytes: a recording of an hour has less. Hashing as many takes a twentieth of a second."""


@dataclass(frozen=True, slots=True)
class HotlineFiles:
    """The content of a folder at one moment. Two that are equal make the same menu."""

    sources: Mapping[str, str] = field(default_factory=dict)
    """The files of the menu, name to text."""
    problems: tuple[Problem, ...] = ()
    """Files that cannot be read, or have a wrong name."""
    recordings: Mapping[str, str] = field(default_factory=dict)
    """The published name of each."""
    unusable: tuple[Problem, ...] = ()
    """Recordings that cannot be played. They keep nothing from loading, because their words are spoken instead."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """YAML files at the top of the folder that have no name in the hotline, and copies: name to text."""


def read_folder(folder: Path) -> HotlineFiles:
    if not folder.is_dir():
        what, remedy = "there is no such folder", "name a hotline's folder, or make one with `ivr new`"
        return HotlineFiles(problems=(Problem(MENU_FILE, 1, 1, "", what, remedy),))
    if misnamed := misnamed_menu(folder):
        problem = Problem(misnamed, 1, 1, "", "the menu is read from `menu.yaml`", "rename it to `menu.yaml`")
        return HotlineFiles(problems=(problem,))
    sources: dict[str, str] = {}
    problems: list[Problem] = []
    size = 0
    names = [MENU_FILE, ACTIONS_FILE, *sorted(_prompts(folder, "yaml"))]
    for name in names:  # grows by the files that the menu includes
        if name in sources or not (folder / name).exists():
            continue
        if size > MAX_HOTLINE:  # which the check of the menu says
            break
        text, wrong = read_text(folder / name, name)
        problems += wrong
        if not wrong:
            sources[name] = text
            size += len(text)
        if name == MENU_FILE:
            names += included_files(text)
    problems += _other_suffixes(folder, {*names, *DATA_FILES})
    beside = {path.name for path in _visible(folder, "*.yaml") if path.is_file()}
    unread: dict[str, str] = {}
    for name in sorted(beside - {*names, *DATA_FILES}):
        if size > MAX_HOTLINE:
            break
        unread[name] = read_text(folder / name, name)[0]
        size += len(unread[name])
    recordings, unusable = recordings_of(folder)
    return HotlineFiles(sources, tuple(problems), recordings, tuple(unusable), unread)


def read_text(path: Path, name: str) -> tuple[str, list[Problem]]:
    """Return the text of a file, and the problems if it cannot be read."""
    try:
        return decode(content_of(path), name)
    except OSError as error:
        return "", [Problem(name, 1, 1, "", f"cannot be read: {error.strerror}", "let us read it")]


def call_files(folder: Path) -> tuple[list[str], list[Problem]]:
    """Return the names of the files of written calls, and a problem for each file that has the wrong suffix."""
    found = [path.relative_to(folder) for path in sorted((folder / "calls").glob("**/*.y*ml"))]
    named = [path for path in found if not any(part.startswith(".") for part in path.parts)]
    files = [path.as_posix() for path in named if path.suffix == ".yaml" and (folder / path).is_file()]
    return files, [_wrong_suffix(path.as_posix()) for path in named if path.suffix == ".yml"]


def stamps(folder: Path, included: Iterable[str]) -> dict[str, FileStamp | None]:
    """Return values that change when a file changes that is read, or would be. This costs little.

    ``included`` are the files that the menu includes.
    """
    return {str(path): file_stamp(path) for path in _readable(folder, included)}


def folder_digest(folder: Path, others: Iterable[str]) -> str:
    """Return a hash of what is in the files that are read, and in ``others``.

    A file that is larger than any that could be read is known by its time alone, and a pipe by its name.
    """
    digest = hashlib.sha256()
    for path in sorted({*_readable(folder, others)}):
        digest.update(os.fsencode(path.relative_to(folder)) + b"\0" + _content_digest(path))
    return digest.hexdigest()


def _content_digest(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return b"special"
        if found.st_size > LARGEST_HASHED:
            return f"{found.st_size} {found.st_mtime_ns}".encode()
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return str(error.errno).encode()


def _readable(folder: Path, others: Iterable[str]) -> Iterator[Path]:
    yield from (folder / name for name in (MENU_FILE, *others))
    yield from _visible(folder, "*.yaml")
    yield from _visible(folder, "*.yml")
    yield from recording_files(folder)


def _visible(folder: Path, pattern: str) -> Iterator[Path]:
    return (path for path in folder.glob(pattern) if not path.name.startswith("."))


def _prompts(folder: Path, suffix: str) -> set[str]:
    """Return the names of the words files. A copy of one is not read: a mistake in it keeps nothing from loading."""
    return {path.name for path in _visible(folder, f"prompts.*.{suffix}") if not original_of(path.name)}


def misnamed_menu(folder: Path) -> str:
    """Return the file that was meant as the menu of a folder without a menu.yaml, or an empty string."""
    if (folder / MENU_FILE).exists():
        return ""
    names = (path.name for path in _visible(folder, "*") if path.is_file())
    return next((each for each in names if re.fullmatch(r"menu\.ya?ml(\.txt)?", each, re.IGNORECASE)), "")


def _other_suffixes(folder: Path, names: Collection[str]) -> list[Problem]:
    """Return a problem for each file that is not read because it ends in ``.yml``."""
    others = {name.removesuffix(".yaml") + ".yml" for name in names if name.endswith(".yaml")}
    others |= _prompts(folder, "yml")
    return [_wrong_suffix(other) for other in sorted(others) if (folder / other).is_file()]


def _wrong_suffix(name: str) -> Problem:
    remedy = f"rename it to `{PurePosixPath(name).with_suffix('.yaml').name}`"
    return Problem(name, 1, 1, "", "only files that end in `.yaml` are read", remedy)
