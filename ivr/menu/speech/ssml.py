"""What a voice makes of the markup of a text: elements of SSML, or the same in words where it takes none.

That is decided when a menu is loaded. A call only puts the elements where they belong.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple, assert_never

from ivr.menu.language.model import read_table
from ivr.menu.language.pronunciation import Pronunciation
from ivr.menu.speech.markup import MarkKind, SpeechMark
from ivr.menu.speech.voices import default_voice


@dataclass(frozen=True, slots=True)
class Break:
    """``<break>``: silence within a sentence."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Silence between two sentences, for a voice that takes no ``<break>``: a pause of the channel's own."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Prosody:
    """``<prosody>``: the words at another speed, in percent of the usual one."""

    rate: int


@dataclass(frozen=True, slots=True)
class SayAs:
    """``<say-as>``: what the words are."""

    interpret_as: str
    format: str = ""


@dataclass(frozen=True, slots=True)
class Sub:
    """``<sub>``: other words in place of these."""

    alias: str


@dataclass(frozen=True, slots=True)
class Phoneme:
    """``<phoneme>``: how the word sounds."""

    alphabet: str
    phonemes: str


@dataclass(frozen=True, slots=True)
class Instead:
    """Other words in place of these, for a voice that takes no ``<sub>``."""

    words: str


@dataclass(frozen=True, slots=True)
class Spelled:
    """The characters with spaces between them, which every voice says one by one."""

    as_sub: bool = False
    """Whether the voice takes a ``<sub>``, which keeps the word itself in the text."""


Element = Break | Silence | Prosody | SayAs | Sub | Phoneme | Instead | Spelled


class Span(NamedTuple):
    """The part of a text to which an element belongs. That of a silence is empty."""

    start: int
    end: int
    element: Element

    @property
    def order(self) -> tuple[int, bool, int]:
        """What puts spans in the order of the text: a silence before what begins there, the outer one before the inner one."""
        return self.start, self.end > self.start, -self.end


@dataclass(frozen=True, slots=True)
class Family:
    """Voices that take the same."""

    name: str
    voices: str
    """A regular expression for their names."""
    example: str = ""
    pause: bool = False
    slow: bool = False
    sub: bool = False
    say: Mapping[str, str] | None = None
    """The value of ``interpret-as``, by what something is said as."""
    phonemes: tuple[str, ...] = ()
    """The alphabets."""


class _Table(NamedTuple):
    checked: date
    slow: int
    families: tuple[Family, ...]
    languages: Mapping[str, tuple[str, ...]]
    alphabets: Mapping[str, str]


_TABLE = read_table(_Table, Path(__file__).with_name("ssml.yaml"))
FAMILIES = _TABLE.families
CHECKED = _TABLE.checked
"""When the table was last compared with its sources."""
SLOW = _TABLE.slow
"""The speed of slow words, in percent."""
_NONE = Family("voices that are not known here", "")


@functools.lru_cache(maxsize=1024)
def family_of(voice: str) -> Family:
    """Return the family of a voice; one that is not known takes nothing."""
    return next((each for each in FAMILIES if re.fullmatch(each.voices, voice)), _NONE)


class Rendition(NamedTuple):
    """What becomes of a mark or of a pronunciation in a voice."""

    element: Element | None
    """None if it is left out."""
    loss: str = ""
    """What the voice does not do, and what is heard instead; empty if it does what was typed."""
    remedy: str = ""


def delivery(mark: SpeechMark, language: str, voice: str = "") -> Rendition:
    """Return what becomes of a mark in a voice of a language."""
    family = family_of(voice or default_voice(language))
    match mark.kind:
        case MarkKind.pause:
            return _pause(int(mark.argument), family)
        case MarkKind.slow:
            if family.slow:
                return Rendition(Prosody(SLOW))
            return Rendition(
                None, "says nothing more slowly: these words come at the usual speed", "write short sentences"
            )
        case MarkKind.spell:
            value = _said_as("spell", language, family)
            return Rendition(SayAs(value) if value else Spelled(family.sub))
        case MarkKind.say:
            return _say(mark.argument, language, family)
        case _:
            assert_never(mark.kind)


def slow(voice: str) -> Prosody | None:
    """Return what makes a voice speak slowly, or None if it cannot."""
    return Prosody(SLOW) if family_of(voice).slow else None


def _pause(milliseconds: int, family: Family) -> Rendition:
    if family.pause:
        return Rendition(Break(milliseconds))
    seconds = round(milliseconds / 1000)
    if milliseconds < 1000:
        return Rendition(
            None, "makes no pause of less than a second: it is left out", "end the sentence there"
        )
    loss = "" if seconds * 1000 == milliseconds else f"makes pauses of whole seconds: it takes {seconds} s"
    return Rendition(Silence(seconds), loss, f"write `<pause {seconds}s>`")


def _said_as(kind: str, language: str, family: Family) -> str:
    """Return the value of ``interpret-as``, or an empty string if a voice of this language has none."""
    return (family.say or {}).get(kind, "") if _takes(kind, language) else ""


def _takes(name: str, language: str) -> bool:
    only = _TABLE.languages.get(name)
    return only is None or language.partition("-")[0] in only


def _say(argument: str, language: str, family: Family) -> Rendition:
    kind, _, order = argument.partition(" ")
    if value := _said_as(kind, language, family):
        return Rendition(SayAs(value, order))
    if kind in {"digits", "phone"}:
        return Rendition(Spelled(family.sub))
    return Rendition(None, f"knows no {kind}: it is read as it stands", "write it in words")


def pronounced(how: str | Pronunciation, language: str, voice: str = "") -> Rendition:
    """Return what becomes of a pronunciation in a voice of a language: its phonemes, or else its alias."""
    family = family_of(voice or default_voice(language))
    alias = how if isinstance(how, str) else how.alias or ""
    phonemes = {} if isinstance(how, str) else how.phonemes
    for alphabet, each in phonemes.items():
        if alphabet in family.phonemes and _takes(alphabet, language):
            return Rendition(Phoneme(_TABLE.alphabets[alphabet], each))
    if alias:
        return Rendition(Sub(alias) if family.sub else Instead(alias))
    loss = f"takes no {' and no '.join(phonemes)}: the word is read as it is written"
    return Rendition(None, loss, "add `alias:`, with words that sound like it")


def as_said(text: str, spans: tuple[Span, ...]) -> str:
    """Return a text with the words that are said in place of others, for an estimate of its time."""
    parts: list[str] = []
    at = 0
    for start, end, element in spans:
        match element:
            case Sub(alias=words) | Instead(words=words):
                said = words
            case Spelled() | SayAs(interpret_as="characters" | "digits" | "telephone"):
                said = spelled(text[start:end])
            case Break() | Silence() | Prosody() | SayAs() | Phoneme():
                continue
            case _:
                assert_never(element)
        parts += text[at:start], said
        at = end
    return "".join((*parts, text[at:]))


def spelled(text: str) -> str:
    """Return the characters of a text with spaces between them, in capitals: `a` alone would be read as a word."""
    return " ".join(character for character in text.upper() if not character.isspace())
