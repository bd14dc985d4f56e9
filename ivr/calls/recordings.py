"""The recordings of a hotline: which files are any, what they are called in a URL, and which may be fetched.

Anybody may fetch a recording, because Twilio fetches it without a signature. So a file is one only if it lies under
``audio/`` after every link is resolved, is of a type that Twilio plays, by its name and by its content, and is no larger
than a prompt can be. It can be fetched only if some version of the menu names it.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import BinaryIO

from ivr.menu.reading.problems import MAX_PROBLEMS, Problem
from ivr.menu.speech.voices import has_voice
from ivr.menu.tree import Tree
from ivr.storage.sqlite import SqliteStore

FOLDER = "audio"
TYPES: Mapping[str, str] = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".aiff": "audio/aiff",
    ".gsm": "audio/x-gsm",
    ".ulaw": "audio/basic",
}
"""The content type of each ending that a menu may name."""
LARGEST = 16 * 1024 * 1024
"""Bytes of a recording: a quarter of an hour at the quality of a telephone line."""
MAX_FILES = 4_000
"""Files and folders under ``audio/`` that are looked at. Each takes 0.1 ms. A hotline of a thousand nodes has half as many texts
in a language."""
LOOK_EVERY = 1.0
"""Seconds between two looks for new versions of the menu in the store."""

_NAME = re.compile(r"[A-Za-z0-9-]{1,35}/\w[\w/-]{0,200}\.(?:wav|mp3|ulaw|gsm|aiff)")
"""A language and a file, as ``audio:`` of a menu writes it."""
_NAMED = re.compile(r"(?<![\w/.-])\w[\w/-]{0,200}\.(?:wav|mp3|ulaw|gsm|aiff)(?![\w.-])")
"""What may be the name of a recording anywhere in a source. A word too many does no harm."""
_HEAD = 512


class NoRecording(Exception):
    """A file may not be served. The text says what is wrong with it; ``remedy`` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was opened and checked. Whoever has it closes ``file``."""

    file: BinaryIO
    size: int
    modified: float
    content_type: str
    digest: str
    """The hash of the content, in hexadecimal."""


def open_recording(folder: Path, name: str) -> Recording:
    """Open the recording of a hotline's folder with this name, ``zh-CN/welcome.wav``.

    Raises :class:`NoRecording`, and ``OSError`` if there is no such file.
    """
    if not _NAME.fullmatch(name):
        raise NoRecording("is no name of a recording", "name it like `zh-CN/welcome.wav`")
    found = _resolved(folder, name)
    content_type = TYPES[Path(name).suffix]
    if TYPES.get(found.suffix) != content_type:
        raise NoRecording("is a link to a file of another type", "put the recording itself there")
    file = os.fdopen(_opened(_root(folder), found), "rb")
    try:
        return _checked(file, content_type)
    except BaseException:
        file.close()
        raise


def _root(folder: Path) -> Path:
    """Return where the recordings are. The folder of a hotline may be a link; what is in it leads nowhere else."""
    root = (folder / FOLDER).resolve()
    if not root.is_relative_to(folder.resolve()):
        raise NoRecording("the folder of the recordings is a link that leads out of the hotline", _COPY)
    return root


_COPY = "copy what it leads to into the folder"


def _resolved(folder: Path, name: str) -> Path:
    try:
        found = (folder / FOLDER / name).resolve(strict=True)
    except RuntimeError as error:  # a link to itself
        raise NoRecording("is a link that leads nowhere", _COPY) from error
    if not found.is_relative_to(_root(folder)):
        raise NoRecording(f"is a link that leads out of `{FOLDER}/`", _COPY)
    return found


def _opened(root: Path, found: Path) -> int:
    """Open a file below a folder without following a link, even if one is put there just now."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    at = os.open(root, flags | os.O_DIRECTORY)
    *folders, last = found.relative_to(root).parts
    try:
        for each in folders:
            inner = os.open(each, flags | os.O_DIRECTORY, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(last, flags | os.O_NONBLOCK, dir_fd=at)  # a pipe would be waited for
    finally:
        os.close(at)


def _checked(file: BinaryIO, content_type: str) -> Recording:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise NoRecording("is no file", "put a recording there")
    if status.st_size > LARGEST:
        what = f"is larger than {LARGEST // 1024 // 1024} MB"
        raise NoRecording(what, "shorten it, or save it with 8,000 samples a second")
    if not _IS[content_type](os.pread(file.fileno(), _HEAD, 0)):
        raise NoRecording(
            f"its content is not {content_type}", "save the recording in the format that its ending names"
        )
    stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    digest = _digest(file.fileno(), stamp)
    return Recording(file, status.st_size, status.st_mtime, content_type, digest)


def _digest(descriptor: int, stamp: tuple[int, ...]) -> str:
    """Return the hash of an open file. It is remembered until the file changes."""
    known = _DIGESTS.get(stamp)
    if known is None:
        digest, place = hashlib.sha256(), 0
        while place <= LARGEST and (part := os.pread(descriptor, 1 << 20, place)):
            digest.update(part)
            place += len(part)
        if len(_DIGESTS) >= _MOST_DIGESTS:
            _DIGESTS.clear()
        known = _DIGESTS[stamp] = digest.hexdigest()
    return known


_MOST_DIGESTS = 4096
_DIGESTS: dict[tuple[int, ...], str] = {}
"""By what changes with a file."""


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a character is cut at the end
            return False
        text = head[: error.start].decode()
    return all(each.isprintable() or each.isspace() for each in text)


_IS: Mapping[str, Callable[[bytes], bool]] = {
    "audio/wav": lambda head: head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE",
    "audio/mpeg": lambda head: head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] >= b"\xe0"),
    "audio/aiff": lambda head: head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"},
    "audio/x-gsm": lambda head: head[:1] >= b"\xd0" and head[:1] < b"\xe0",
    "audio/basic": lambda head: not _is_text(head),  # nothing but samples: any bytes are some sound
}
"""Whether the first bytes of a file are of a type."""


# --- all recordings of a folder


def recordings_of(folder: Path) -> tuple[dict[str, str], list[Problem]]:
    """Return the published name of every recording, and the problems of the files that are none.

    A published name is the path under ``audio/`` with a hash of the content.
    """
    published, problems = {}, []
    files = recording_files(folder)
    if len(files) >= MAX_FILES:
        what = f"there are {MAX_FILES:,} files here or more, and only some of them are played"
        problems.append(Problem(FOLDER, 1, 1, "", what, "delete those that no menu names", "warning"))
    for path in files:
        name = path.relative_to(folder / FOLDER).as_posix()
        try:
            found = open_recording(folder, name)
            found.file.close()
        except NoRecording as wrong:
            if path.suffix in TYPES:
                problems.append(_problem(f"{FOLDER}/{name}", str(wrong), wrong.remedy))
        except OSError as error:
            problems.append(
                _problem(f"{FOLDER}/{name}", f"cannot be read: {error.strerror}", "let us read it")
            )
        else:
            published[name] = published_name(name, found.digest)
    return published, problems[:MAX_PROBLEMS]


def _problem(file: str, what: str, remedy: str) -> Problem:
    return Problem(file, 1, 1, "", f"{what}, and its words are spoken instead", remedy, "warning")


def published_name(name: str, digest: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{digest[:8]}{dot}{ending}"


def recording_files(folder: Path) -> list[Path]:
    """Return what lies under ``audio/<language>/`` and may be a recording, at most :data:`MAX_FILES`.

    No link to a folder elsewhere is followed.
    """
    root = folder / FOLDER
    inside = root.resolve()
    todo = [
        each for each in _entries(root, MAX_FILES) if each.is_dir() and each.resolve().is_relative_to(inside)
    ]
    files: list[Path] = []
    looked_at = 0
    while todo and looked_at < MAX_FILES:
        for each in _entries(todo.pop(), MAX_FILES - looked_at):
            looked_at += 1
            if each.is_dir():
                todo += [] if each.is_symlink() else [each]
            else:
                files.append(each)
    return sorted(files)


def _entries(folder: Path, most: int) -> list[Path]:
    """Return what is in a folder, without hidden names, or so much of it."""
    try:
        with os.scandir(folder) as entries:
            visible = (folder / each.name for each in entries if not each.name.startswith("."))
            return [*itertools.islice(visible, most)]
    except OSError:
        return []


# --- what the menu names


@dataclass(slots=True)
class NamedRecordings:
    """Which recordings some version of the menu names: the present one, or one that is kept in the store for its calls."""

    store: SqliteStore
    _named: dict[str, frozenset[str]] = field(default_factory=dict)
    """By version."""
    _looked: float = float("-inf")
    _lock: Lock = field(default_factory=Lock)

    def has(self, name: str, present: Tree) -> bool:
        """Return whether a name such as ``zh-CN/welcome.wav`` is one that a menu names."""
        if not _NAME.fullmatch(name):
            return False
        file = name.partition("/")[2]
        if present.version not in self._named:
            self._named[present.version] = _named_and_words(present.sources)
        if name in present.recordings or file in self._named[present.version]:
            return True
        return self._kept_has(file, _words_of(name), present.version)

    def _kept_has(self, file: str, words: frozenset[str], present: str) -> bool:
        if self._one_names(file, words, present):
            return True
        with self._lock:  # strangers may ask for what is not there as often as they like
            if monotonic() - self._looked < LOOK_EVERY:
                return False
            self._looked = monotonic()
        kept = self.store.versions()
        known = {version: names for version, names in list(self._named.items()) if version in kept}
        for version in kept - known.keys():
            known[version] = _named_and_words(self.store.version(version) or {})
        self._named = known
        return self._one_names(file, words, present)

    def _one_names(self, file: str, words: frozenset[str], present: str) -> bool:
        """Whether a version names the file, or one but the present has all these words."""
        return any(
            file in names or (version != present and words and words <= names)
            for version, names in list(self._named.items())
        )


def named_in(sources: Mapping[str, str]) -> frozenset[str]:
    """Return all names in these sources that may be those of recordings."""
    return frozenset(name for text in sources.values() for name in _NAMED.findall(text))


def _named_and_words(sources: Mapping[str, str]) -> frozenset[str]:
    """Return these names, and the names of languages and of nodes.

    A language without a voice has recordings that no source names in full: ``ha-NG/nodes/hours/say.wav`` is that of the
    node ``hours``.
    """
    words = (word for text in sources.values() for word in re.findall(r"[\w-]+", text))
    return named_in(sources).union(words)


def _words_of(name: str) -> frozenset[str]:
    """Return the words that a menu has if it plays this recording of a language without a voice; none if it is no such one."""
    language, _, file = name.partition("/")
    folder, *places = file.rpartition(".")[0].split("/")
    if folder not in _PLACES or has_voice(language):
        return frozenset()
    if folder in {"nodes", "anywhere"}:
        return frozenset({language, places[0].partition("-")[0]})
    return frozenset({language})


_PLACES = frozenset({"nodes", "phrases", "keys", "anywhere", "clips"})
"""The folders of the recordings of a language without a voice."""
