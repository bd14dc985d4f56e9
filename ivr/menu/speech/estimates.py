"""Estimates the words of a prompt before any call, by putting plausible values into its template."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from babel import Locale

from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.packs import pack
from ivr.menu.speech.prompts import Prompt

_IF = re.compile(r"\{%-?\s*if\b[^%]*%\}(?P<inside>(?:(?!\{%-?\s*if\b).)*?)\{%-?\s*endif\s*-?%\}", re.DOTALL)
_ELSE = re.compile(r"\{%-?\s*el(?:se|if)\b[^%]*%\}")
_REST = re.compile(r"\{%.*?(?:%\}|\Z)|\{#.*?(?:#\}|\Z)", re.DOTALL)
_VALUE = re.compile(r"\{\{(.*?)(?:\}\}|\Z)", re.DOTALL)
_FILTER = re.compile(r"\|\s*(\w+)")


def words(prompt: Prompt) -> str:
    """Return what a prompt may say in some call, with its longest branches and plausible values."""
    return _filled(prompt.source, prompt.fixed.language) if prompt.template else prompt.fixed.text


def seconds_of(prompts: Iterable[Prompt]) -> float:
    """Return the seconds that prompts take one after the other."""
    return sum(spoken_seconds(words(prompt), prompt.fixed.language, prompt.fixed.voice) for prompt in prompts)


@functools.lru_cache(maxsize=8192)
def _filled(source: str, language: str) -> str:
    """Return a template's words without evaluating it."""
    text, before = source, ""
    while text != before:  # from the inside out, since branches nest
        before, text = text, _IF.sub(lambda found: max(_ELSE.split(found["inside"]), key=len), text)
    text = _VALUE.sub(lambda found: _value(found[1], language), _REST.sub("", text))
    return " ".join(text.split())


def _value(expression: str, language: str) -> str:
    """Return how a value may sound, by the last of our filters that it passes."""
    ours = [found for name in _FILTER.findall(expression) if (found := FILTERS.get(name)) and found.say]
    if ours and ours[-1].say:
        return ours[-1].say(ours[-1].example, Locale.parse(language, sep="-"))
    return pack(language).seconds.value
