"""The language packs: all that the machine says in a language, and all that it must know to hear and to judge it.

A pack is one file of ``languages/``, such as ``es-MX.yaml``, so that a speaker can mend it without Python. It is read when a
language is first needed. A tag without a pack of its own takes that of ``packs.yaml``: ``en-NZ`` takes ``en-GB``. A language
without either has an empty pack: its hotline writes every sentence itself, and no rule looks at its words.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from babel import Locale
from pydantic import Field

from ivr.menu.language.model import Model, read_table
from ivr.menu.language.phrases import Phrases
from ivr.menu.speech.values.patterns import Values

Pattern = str
"""A regular expression. In ``lint:``, ``<<name>>`` in it stands for a part."""


DateOrder = Literal["dmy", "mdy", "ymd"]
"""In which order the day, the month and the year are typed, with two, two and four digits."""


class Keys(Model):
    """How keys are spoken: how a caller says them, and how a text tells a caller to press them."""

    digits: str = "{digits}"
    """How a key of digits is named where a caller is told to press it, with `{digits}`."""
    between: str = "{least}-{most}"
    """How a number of keys is said that may vary, with `{least}` and `{most}`."""
    names: dict[str, list[str]] = Field(default_factory=dict)
    """What a caller may say for each key, beside the digit: `"0": [zero, oh]`, `"*": [star]`."""
    before: list[str] = Field(default_factory=list)
    """What a caller may say before a key and mean no more than the key, such as `press`."""
    after: list[str] = Field(default_factory=list)
    """The same after a key, such as `please`."""
    press: list[Pattern] = Field(default_factory=list)
    """How a text tells a caller to press keys, with `<<keys>>` where they stand."""
    named: Pattern = ""
    """A key that is named in such a text. Without it, any of the names as a whole word."""
    joined: Pattern = r"\s*,\s*"
    """What stands between two keys of such a text."""
    counted: Pattern = ""
    """What follows a number that counts something and is no key, such as a unit."""
    polite: list[Pattern] = Field(default_factory=list)
    """What politeness puts before a yes or a no."""
    yes: list[Pattern] = Field(default_factory=list)
    """How an answer begins that is a yes."""
    no: list[Pattern] = Field(default_factory=list)
    """How an answer begins that is a no."""
    denied: list[Pattern] = Field(default_factory=list)
    """What makes it a no, wherever it stands."""
    date: DateOrder | None = None
    """The order in which a date is typed. Without it, the order in which the region writes one."""


class Advice(Model):
    """Words that a rule proposes."""

    enter: str = "please enter …"
    pound: str = "then press pound"
    goodbye: str = "goodbye"


class LintWords(Model):
    """What the rules of the voice look for. A rule passes over a language that lacks its words."""

    parts: dict[str, Pattern] = Field(default_factory=dict)
    """What stands between ``<<`` and ``>>`` in a pattern or another part. ``hour`` is there too: one to twelve in words."""
    numbers: list[Pattern] = Field(default_factory=list)
    """The numbers from zero on, in words."""
    counted: list[Pattern] = Field(default_factory=list)
    """A number of digits to type, with `<<number>>`."""
    filler: list[Pattern] = Field(default_factory=list)
    """What callers are tired of. The sentence that a call is recorded is not among it, because many laws demand it."""
    blame: list[Pattern] = Field(default_factory=list)
    """Words that blame the caller."""
    expected: list[Pattern] = Field(default_factory=list)
    """Words that say what to do."""
    key_first: list[Pattern] = Field(default_factory=list)
    """A key that is named before what it is for."""
    enters: list[Pattern] = Field(default_factory=list)
    """Words that ask a caller to type data."""
    enters_a_key: list[Pattern] = Field(default_factory=list)
    """A menu key that a caller is told to type like data."""
    goodbye: list[Pattern] = Field(default_factory=list)
    hash: list[Pattern] = Field(default_factory=list)
    password_said: list[Pattern] = Field(default_factory=list)
    """Words that ask a caller to say a password."""
    password_asked: list[Pattern] = Field(default_factory=list)
    """Words that ask a caller to type or say one."""
    other_code: list[Pattern] = Field(default_factory=list)
    """Words that ask for a code that somebody else sent, for another purpose."""
    hours: list[Pattern] = Field(default_factory=list)
    """An hour or a day. A lone digit is neither, since it may be a key or a number to dial."""
    account_number: list[Pattern] = Field(default_factory=list)
    """Words that show that an account's number is typed."""
    id_number: list[Pattern] = Field(default_factory=list)
    question: Pattern = "[?？؟]$"
    """How a sentence ends that is a question."""
    open_question: list[Pattern] = Field(default_factory=list)
    """A question that cannot be answered with yes."""
    forbidden: list[Pattern] = Field(default_factory=list)
    """Words before a demand that make it none: “never say your password”."""
    yes: frozenset[str] = frozenset()
    """What an option is for if it only says yes."""
    no: frozenset[str] = frozenset()
    advice: Advice = Advice()


class Seconds(Model):
    """The seconds that each part of a text takes; see :mod:`ivr.menu.speech.durations`."""

    prompt: float = 0.111
    """A prompt as such."""
    character: float = 0.257
    """A character that is a syllable, such as a Chinese one."""
    kana: float | None = None
    """A kana; without it, what a character takes."""
    word: float = 0.0487
    letter: float = 0.049
    pause: float = 0.255
    numbers: Literal["characters", "words"] = "words"
    """How a number is counted: by characters, as 三千 is read, or by words, as `three thousand` is."""
    value: str = "the bank card"
    """What stands for a value without a filter, such as a name."""


class Pack(Model):
    """All that is known of one language."""

    language: str = ""
    """The tag, which is the name of the file too."""
    name: str = ""
    """The language in itself."""
    english: str = ""
    """The language in English."""
    like: str = ""
    """The tag of a pack that has what ``keys``, ``lint`` and ``seconds`` leave out, such as `en-US` for British English."""
    spaces: bool = True
    """Whether a space stands between words, and between sentences."""
    sentences: Phrases = Phrases()
    """The machine's own sentences."""
    keys: Keys = Keys()
    values: Values = Values()
    lint: LintWords = LintWords()
    seconds: Seconds = Seconds()


ENGLISH = "en-US"
"""Its words are understood in every language, since people everywhere mix them in: “For English, press 2.”"""

_FOLDER = Path(__file__).with_name("languages")
_NEAREST = read_table(dict[str, str], Path(__file__).with_suffix(".yaml"))


def pack(language: str) -> Pack:
    """Return what is known of a language, such as ``es-MX``: its own pack, the nearest, or an empty one."""
    return _pack(pack_tag(language))


def pack_tag(language: str) -> str:
    """Return the tag of the pack that a language takes, or an empty text."""
    if language in pack_tags():
        return language
    return _NEAREST.get(language) or _NEAREST.get(language.partition("-")[0], "")


@functools.cache
def pack_tags() -> tuple[str, ...]:
    """Return the tags of all packs, without reading them."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


@functools.cache
def _pack(tag: str) -> Pack:
    if not tag:
        return Pack()
    own = _written(tag)
    if "like" not in own:
        return Pack.model_validate(own)
    other = _written(own["like"])
    rest = {name: {**other[name], **own.get(name, {})} for name in _BORROWED if name in other}
    return Pack.model_validate({**own, **rest})


_BORROWED = ("keys", "lint", "seconds")


def _written(tag: str) -> dict[str, Any]:
    return read_table(dict[str, Any], _FOLDER / f"{tag}.yaml")


@functools.cache
def date_order(language: str) -> DateOrder:
    """Return the order in which callers of a language type a date: the pack's, or the one in which the region writes it."""
    if written := pack(language).keys.date:
        return written
    pattern = Locale.parse(language, sep="-").date_formats["short"].pattern
    order = "".join(sorted("dmy", key=pattern.lower().find))
    return next(each for each in get_args(DateOrder) if each in {order, "ymd"})


def packs_understood(*languages: str) -> Iterable[Pack]:
    """Return the packs of some languages, and English last."""
    return {each.language: each for each in map(pack, (*languages, ENGLISH))}.values()


def key_names(language: str) -> Mapping[str, str]:
    """Return the key of each name that a caller or a text may give it, in this language or in English."""
    english_first = reversed([*packs_understood(language)])
    return {name: key for each in english_first for key, names in each.keys.names.items() for name in names}
