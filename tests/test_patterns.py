"""Every regular expression of the program is linear: an editor's or a caller's 200 KB of its worst takes milliseconds.

Nobody lists the patterns: they are found in the modules. The worst for each is searched among repetitions of what it is made of.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._constants as kinds  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.local import LocalProxy

import ivr
from ivr.menu.language.scalars import Form

SHORT, LONG, LONGEST = 800, 20_000, 200_000
SECONDS = 0.4
"""For :data:`LONG` characters. A linear pattern takes some milliseconds, and a quadratic one two seconds and more."""

ANCHORED = frozenset({
    # Only `match` and `fullmatch` are called on these. A search would begin anew at each character.
    "ivr.channels.twilio.audio._PUBLISHED",
    "ivr.lint.wording._COPIED",
    "ivr.menu.graph.languages._ASKS_LANGUAGE",
    "ivr.menu.reading.fullwidth._FLOW_BEGINS",
    "ivr.menu.reading.fullwidth._HOLDS_A_TEXT",
    "ivr.menu.reading.fullwidth._IN_BLOCK",
    "ivr.menu.reading.validation.NO_SPACE",
    "ivr.menu.reading.yaml.NO_SPACE",
    "ivr.menu.reading.yaml._COMMENT_AS_KEY",
    "ivr.menu.reading.yaml._COMMENT_FOLLOWS",
    "ivr.menu.reading.yaml._KEYS_BELOW",
    "ivr.menu.translation.words_text._CHANGED",
    "ivr.menu.translation.words_text._SOURCE",
    "ivr.menu.translation.words_text._TO_FILL",
})  # fmt: skip
BOUNDED: Mapping[str, str] = {
    "ivr.menu.loader._COPY": "a file's name, which has 255 characters at most",
    "ivr.menu.language.scalars re.split": "forty characters at most, by _LONGEST_DAYS",
}
"""Patterns that are not linear, and what bounds their text."""


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(ivr.__path__, "ivr."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def _patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    match value:
        case re.Pattern():
            yield value
        case tuple() | list():
            for each in value:
                yield from _patterns_in(each)
        case dict():
            for each in value.values():
                yield from _patterns_in(each)


def _written_inside(module: Any) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Yield the patterns that a function of `re` is given where it is called, if they are constants."""
    for call in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=attr), args=[pattern, *_]):
                if attr in {"compile", "escape"}:
                    continue
                try:
                    text = eval(compile(ast.Expression(pattern), "", "eval"), vars(module))
                except NameError:
                    continue  # put together when it is called
                if isinstance(text, str):
                    yield attr, re.compile(text)


def _all() -> Iterator[tuple[str, bool, re.Pattern[Any]]]:
    """Yield every pattern with its name, and whether it is tried at the beginning only."""
    for module in _modules():
        for name, value in vars(module).items():
            if type(value) is LocalProxy:
                continue  # Flask's `request`, which is only there in one
            where = f"{module.__name__}.{name}"
            for each in _patterns_in(value):
                yield where, where in ANCHORED, each
            for form in (*getattr(value, "__metadata__", ()), value):
                if isinstance(form, Form):
                    yield where, True, re.compile(form.pattern)
        for attr, each in _written_inside(module):
            yield f"{module.__name__} re.{attr}", attr in {"match", "fullmatch"}, each


PATTERNS = {(pattern.pattern, pattern.flags, anchored): (name, pattern) for name, anchored, pattern in _all()}


def _characters(parsed: Any) -> Iterator[str]:
    """Yield what a pattern is made of: its characters, and one of each class."""
    for kind, value in parsed:
        match kind:
            case kinds.LITERAL:
                yield chr(value)
            case kinds.IN:
                for inner, each in value[:4]:
                    if inner in (kinds.LITERAL, kinds.RANGE):
                        yield chr(each if inner is kinds.LITERAL else each[0])
            case kinds.MAX_REPEAT | kinds.MIN_REPEAT | kinds.POSSESSIVE_REPEAT:
                yield from _characters(value[2])
            case kinds.SUBPATTERN:
                yield from _characters(value[3])
            case kinds.ATOMIC_GROUP:
                yield from _characters(value)
            case kinds.BRANCH:
                for each in value[1]:
                    yield from _characters(each)
            case kinds.ASSERT | kinds.ASSERT_NOT:
                yield from _characters(value[1])


def _texts(pattern: re.Pattern[Any]) -> Iterator[Callable[[int], str]]:
    """Yield makers of texts that a pattern may take long over: a beginning, a repetition, and what fits nothing."""
    made_of = list(dict.fromkeys(_characters(parser.parse(pattern.pattern, pattern.flags))))
    single = [*made_of[:12], *(each for each in "a1 \n" if each not in made_of)]
    literal = "".join(made_of)[:12]
    repeated = [*single, *(a + b for a in single[:8] for b in single[:8] if a != b)]
    repeated += [literal[:end] for end in range(3, len(literal) + 1)]
    for begin in ("", *single[:2], literal[:3]):
        for each in repeated:
            yield lambda size, begin=begin, each=each: begin + each * (size // len(each)) + "\x00"  # type: ignore[misc]


def _seconds(pattern: re.Pattern[Any], text: str, *, anchored: bool) -> float:
    given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    begun = time.process_time()
    if anchored:
        pattern.match(given)
        pattern.fullmatch(given)
    else:
        for _ in pattern.finditer(given):
            pass
    return time.process_time() - begun


@pytest.mark.parametrize("key", PATTERNS, ids=[name for name, _ in PATTERNS.values()])
def test_a_pattern_is_linear(key: tuple[Any, int, bool]) -> None:
    """It takes its worst, of 20 KB and then of 200 KB, in far less time than a quadratic one would."""
    (name, pattern), anchored = PATTERNS[key], key[2]
    if name in BOUNDED:
        return
    worst = max(_texts(pattern), key=lambda text: _seconds(pattern, text(SHORT), anchored=anchored))
    assert _seconds(pattern, worst(LONG), anchored=anchored) < SECONDS, repr(worst(20))
    assert _seconds(pattern, worst(LONGEST), anchored=anchored) < 10 * SECONDS


def test_a_quadratic_pattern_would_be_found() -> None:
    """Such as an opening whose closing is searched for up to the end, from each opening anew."""
    pattern = re.compile(r"\{\{.*?\}\}", re.DOTALL)
    worst = max(_texts(pattern), key=lambda text: _seconds(pattern, text(SHORT), anchored=False))
    assert _seconds(pattern, worst(LONG // 3), anchored=False) > SECONDS / 9


def test_what_is_named_here_is_there() -> None:
    """An exception that nobody needs any longer is deleted."""
    names = {name for name, _, _ in _all()}
    assert names >= ANCHORED
    assert names >= BOUNDED.keys()
