"""The markup of a spoken text: ``<pause 500ms>``, ``<slow>…</slow>``, ``<spell>…</spell>`` and ``<say as date>…</say>``.

It is read when a menu is loaded and never in a call. Each mark then becomes private characters in the text, of which no value
can have one. So a value such as ``<pause>``, which a caller has typed or a service has told, is said as it stands.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ivr.menu.language.model import read_table
from ivr.menu.language.suggestions import did_you_mean, nearest, shown


class MarkKind(enum.Enum):
    """What a mark does."""

    pause = "pause"
    slow = "slow"
    spell = "spell"
    say = "say"


class SpeechMark(NamedTuple):
    """A mark as an editor types it."""

    kind: MarkKind
    argument: str = ""
    """The milliseconds of a pause; what something is said as, such as ``digits`` or ``date ymd``."""


class MarkupMistake(NamedTuple):
    """Something in a text that would be said in a way that nobody meant."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class MarkupText:
    """A text whose marks are private characters: two for each mark, of which a pause uses the first."""

    source: str
    marks: tuple[SpeechMark, ...] = ()
    mistakes: tuple[MarkupMistake, ...] = ()

    @property
    def plain(self) -> str:
        """The text without its marks."""
        return without_marks(self.source).strip() if self.marks else self.source


class _Table(NamedTuple):
    usage: Mapping[str, str]
    marks: Mapping[str, str]
    kinds: Mapping[str, str]
    date_formats: tuple[str, ...]
    tags: Mapping[str, str]
    names: Mapping[str, str]
    interpret_as: Mapping[str, str]


_TABLE = read_table(_Table, Path(__file__).with_name("markup.yaml"))
SAID_AS = _TABLE.kinds
"""What ``<say as …>`` takes, each with its meaning."""
MARKS: Mapping[str, str] = {
    mark: does.format(kinds="; ".join(f"`{kind}`, {means}" for kind, means in SAID_AS.items()))
    for mark, does in _TABLE.marks.items()
}
"""How each mark is written, and what it does."""
MAX_MARKS = 100
"""Marks of one text."""
USUAL_PAUSE = 500
"""Milliseconds of a pause that does not say its time."""
SHORTEST_PAUSE, LONGEST_PAUSE = 100, 10_000

_FIRST = 0xF0000
PRIVATE = re.compile("[\U000f0000-\U000fffff]")
"""The characters that stand for marks, in a plane of Unicode that no text needs."""


def without_marks(value: object) -> str:
    """Return a value as a text in which nothing stands for a mark."""
    text = value if isinstance(value, str) else str(value)
    return text if text.isascii() else PRIVATE.sub("", text)


def plain(text: str) -> str:
    """Return a text as it is typed, without its marks."""
    return marked_text(text).plain


_TEMPLATE = r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)|\{#.*?(?:#\}|\Z)"
_NAME = r"[A-Za-z][\w-]*+(?::[\w-]++)?+"
_OURS = "|".join(kind.value for kind in MarkKind)
_CLOSE = rf"/?+(?=[A-Za-z])|\s*+/?+\s*+(?=(?:{_OURS})\b)"
_TAG = rf"<(?P<close>{_CLOSE})(?P<name>{_NAME})(?P<rest>(?:[\s/][^<>{{}}]*+)?+)>"
_NAMES = "|".join([_OURS, *(tag for tag in _TABLE.tags if len(tag) > 2)])
_CUT = rf"<(?P<cut>/?+(?:{_NAMES})\b[^<>{{}}]*+)"
_TIMES = r"\s*+[0-9.]*+\s*+(?:ms|s|毫秒|秒)?+\s*+"
_CALLED = rf"(?:{_OURS}|break)\b|(?:{'|'.join(_TABLE.names)})(?={_TIMES}[\]］】》〉＞>])"
_MORE = r"[^\[\]［］【】《》〈〉＜＞<>{}]{0,40}"
_BRACKETS = rf"[\[［【《〈＜<]\s*+(?P<ends>/?+)\s*+(?P<slip>{_CALLED})(?P<more>{_MORE})[\]］】》〉＞>]"
_PART = re.compile(rf"(?P<template>{_TEMPLATE})|{_TAG}|{_CUT}|{_BRACKETS}", re.DOTALL)
_TAG_INSIDE = re.compile(rf"<\s*(?:/\s*)?(?:{_OURS}|break)\b[^<>]{{0,40}}>")
_BRANCH = re.compile(r"\{%-?\s*(if|elif|else|endif)\b")
_TIME = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)\s?(ms|s)")


@functools.lru_cache(maxsize=8192)
def marked_text(text: str) -> MarkupText:
    """Read the marks of a text."""
    if not any(bracket in text for bracket in "<[［【《〈＜"):
        return MarkupText(without_marks(text))
    reading = _Reading()
    at = 0
    for part in _PART.finditer(text):
        reading.words(text[at : part.start()])
        at = part.end()
        if part["template"]:
            reading.template(part[0])
        elif part["name"]:
            reading.tag(part[0], part["close"], part["name"], part["rest"])
        elif part["cut"]:
            name = re.split(r"[\s/]", part["cut"].lstrip("/"))[0]
            cut = f"`<{part['cut'].strip()}` is not ended by `>`, and would be read aloud"
            reading.mistake(cut, _remedy(name, part["cut"], "/" * part["cut"].startswith("/")))
        else:
            reading.words(part[0])
            reading.mistake(
                f"{shown(part[0])} would be read aloud",
                f"write `{_mended(part['ends'], part['slip'], part['more'])}`",
            )
    reading.words(text[at:])
    return reading.result()


def _mended(ends: str, name: str, more: str) -> str:
    """Return the mark that was typed in other brackets, or by its Chinese name."""
    mark = {"break": "pause", **_TABLE.names}.get(name, name)
    time = more.replace("毫秒", "ms").replace("秒", "s")
    return f"<{ends}{' '.join((mark, *time.split()))}>"


class _Open(NamedTuple):
    """A mark that is not closed yet."""

    number: int
    mark: SpeechMark
    tag: str
    branch: tuple[int, ...]
    """The branches of the template that it stands in, each by its number."""
    begin: int
    """How much had been read before its words."""


@dataclass(slots=True)
class _Reading:
    """The reading of one text."""

    parts: list[str] = field(default_factory=list)
    marks: list[SpeechMark] = field(default_factory=list)
    mistakes: list[MarkupMistake] = field(default_factory=list)
    opened: list[_Open] = field(default_factory=list)
    branches: list[int] = field(default_factory=list)
    count: int = 0
    """Branches so far."""
    has_words: bool = False
    after_space: bool = True
    after_mark: bool = False

    def mistake(self, what: str, remedy: str) -> None:
        self.mistakes.append(MarkupMistake(what, remedy))

    def words(self, text: str) -> None:
        """Add words. Of the spaces on both sides of a mark, the first is kept."""
        text = PRIVATE.sub("", text)
        if self.after_mark and self.after_space:
            text = text.lstrip()
        if text:
            self.parts.append(text)
            self.after_space, self.after_mark = text[-1].isspace(), False
            self.has_words = self.has_words or not text.isspace()

    def template(self, part: str) -> None:
        self.parts.append(PRIVATE.sub("", part))
        self.after_space = self.after_mark = False
        self.has_words = self.has_words or part.startswith("{{")
        if found := _TAG_INSIDE.search(part):
            self.mistake(
                f"`{found[0]}` within `{part[:2]}` would be read aloud", "write it outside of the braces"
            )
        if branch := _BRANCH.match(part):
            self.count += 1
            if branch[1] != "if" and self.branches:
                self.branches.pop()
            if branch[1] != "endif":
                self.branches.append(self.count)

    def tag(self, tag: str, closing: str, name: str, rest: str) -> None:
        if closing == "/" and name in MarkKind.__members__ and not rest.strip():
            self.close(tag, MarkKind[name])
            return
        mark = None if closing else _mark(name, rest.strip())
        if mark is None:
            self.mistake(f"{shown(tag)} would be read aloud", _remedy(name, rest, closing))
        elif len(self.marks) == MAX_MARKS:
            self.mistake(f"a text has at most {MAX_MARKS} marks", "write less, or several nodes")
        else:
            self.open(mark, tag)

    def open(self, mark: SpeechMark, tag: str) -> None:
        outer = self.opened[-1] if self.opened else None
        if outer and outer.mark.kind is not MarkKind.slow:
            self.mistake(
                f"`{outer.tag}` holds words only", f"write `</{outer.mark.kind.value}>` before `{tag}`"
            )
        elif mark.kind is MarkKind.slow and any(each.mark.kind is mark.kind for each in self.opened):
            self.mistake("`<slow>` stands within `<slow>`", "delete one of them")
        number = len(self.marks)
        self.marks.append(mark)
        self.boundary(2 * number)
        if mark.kind is not MarkKind.pause:
            self.opened.append(_Open(number, mark, tag, tuple(self.branches), len(self.parts)))

    def close(self, tag: str, kind: MarkKind) -> None:
        if kind is MarkKind.pause:
            self.mistake("a pause has no end", f"delete `{tag}`")
            return
        if not any(each.mark.kind is kind for each in self.opened):
            self.mistake(f"`{tag}` closes nothing", f"write {_usage(kind.value)}, or delete it")
            return
        while (last := self.opened.pop()).mark.kind is not kind:
            inner = last.mark.kind.value
            self.mistake(f"`{last.tag}` is not closed before `{tag}`", f"write `</{inner}>` before `{tag}`")
            self.boundary(2 * last.number + 1)
        inside = "".join(self.parts[last.begin :])
        if last.branch != tuple(self.branches):
            what = f"`{last.tag}` and `{tag}` stand in different branches of `{{% if %}}`"
            self.mistake(what, f"write `{tag}` in the branch of `{last.tag}`")
        elif not without_marks(inside).strip():
            self.mistake(f"`{last.tag}{tag}` holds no words", "delete it")
        elif kind is MarkKind.say and "{{" not in inside and not any(map(str.isnumeric, inside)):
            what = f"{shown(inside)} has no figure, and cannot be said as {last.mark.argument.split()[0]}"
            self.mistake(what, "write it in figures, or without the mark")
        self.boundary(2 * last.number + 1)

    def boundary(self, offset: int) -> None:
        self.parts.append(chr(_FIRST + offset))
        self.after_mark = True

    def result(self) -> MarkupText:
        for each in self.opened:
            self.mistake(f"`{each.tag}` is not closed", f"write `</{each.mark.kind.value}>` where it ends")
        if self.marks and not self.has_words:
            self.mistake("there is a pause and there are no words", "write it into a sentence")
        return MarkupText("".join(self.parts), tuple(self.marks), tuple(self.mistakes))


def _mark(name: str, argument: str) -> SpeechMark | None:
    """Return the mark that a tag is, or None if it is none."""
    match name:
        case "pause":
            milliseconds = _milliseconds(argument) if argument else USUAL_PAUSE
            if SHORTEST_PAUSE <= milliseconds <= LONGEST_PAUSE:
                return SpeechMark(MarkKind.pause, str(milliseconds))
        case "slow" | "spell" if not argument:
            return SpeechMark(MarkKind[name])
        case "say":
            match argument.split():
                case ["as", "date"]:
                    return SpeechMark(MarkKind.say, "date ymd")
                case ["as", "date", order] if order in _TABLE.date_formats:
                    return SpeechMark(MarkKind.say, f"date {order}")
                case ["as", kind] if kind in SAID_AS:
                    return SpeechMark(MarkKind.say, kind)
    return None


def _milliseconds(time: str) -> int:
    """Return a time such as ``500ms`` or ``1.5s`` in milliseconds, or 0 if it is none."""
    found = _TIME.fullmatch(time)
    return round(float(found[1]) * (1 if found[2] == "ms" else 1000)) if found else 0


def _usage(tag: str) -> str:
    """Return how the mark is written whose tag begins like this."""
    name = next((kind.value for kind in MarkKind if tag.strip("/ ").lower().startswith(kind.value)), "pause")
    return _TABLE.usage[name].format(kinds=", ".join(f"`{kind}`" for kind in SAID_AS))


def _remedy(name: str, rest: str, closing: str) -> str:
    """Return what to write in place of a tag that is no mark."""
    folded = name.lower()
    meant = folded if folded in MarkKind.__members__ else _TABLE.tags.get(folded)
    if meant is None:
        close = nearest(folded, MarkKind.__members__)
        return (
            f"write {_usage(close)}" if close else did_you_mean(name, (), "write it in words, or delete it")
        )
    if not meant:
        return "delete it"
    if meant == "pronounce":
        return "write the word alone, and under `pronounce:` how it is said"
    if "/" in closing:
        return f"write `</{meant}>`" if meant != "pause" else "delete it"
    if meant == "pause" and (time := _TIME.search(rest)):
        found = min(max(_milliseconds(time[0]), SHORTEST_PAUSE), LONGEST_PAUSE)
        return f"write `<pause {found}ms>`" if found % 1000 else f"write `<pause {found // 1000}s>`"
    if meant == "say" and (value := re.search(r"interpret-as\s*=\s*[\"']?([\w-]+)", rest)):
        kind = _TABLE.interpret_as.get(value[1], value[1])
        if kind in SAID_AS:
            return f"write `<say as {kind}>…</say>`"
        meant = "spell" if kind == "spell" else meant
    return f"write {_usage(meant)}"


def boundaries(source: str) -> Iterator[tuple[str, int | None]]:
    """Yield the words of a marked text, and after each the boundary behind it: twice the mark's number, and 1 if it closes."""
    at = 0
    for found in PRIVATE.finditer(source):
        yield source[at : found.start()], ord(found[0]) - _FIRST
        at = found.end()
    yield source[at:], None
