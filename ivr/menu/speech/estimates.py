"""Estimates the words of a prompt before any call, by putting plausible values into its template."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import TemplateError, nodes

from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.packs import pack
from ivr.menu.speech.prompts import Prompt, Utterance
from ivr.menu.speech.sandbox import MenuEnvironment
from ivr.menu.speech.templates import options_of
from ivr.menu.speech.values.speaker import Speaker

_IF = re.compile(r"\{%-?\s*if\b[^%]*%\}(?P<inside>(?:(?!\{%-?\s*if\b).)*?)\{%-?\s*endif\s*-?%\}", re.DOTALL)
_ELSE = re.compile(r"\{%-?\s*el(?:se|if)\b[^%]*%\}")
_REST = re.compile(r"\{%.*?(?:%\}|\Z)|\{#.*?(?:#\}|\Z)", re.DOTALL)
_VALUE = re.compile(r"\{\{(.*?)(?:\}\}|\Z)", re.DOTALL)


def words(prompt: Prompt) -> str:
    """Return what a prompt may say in some call, with its longest branches and plausible values."""
    return utterance(prompt).text


def utterance(prompt: Prompt) -> Utterance:
    """Return what a prompt may become in some call, likewise."""
    if prompt.template is None:
        return prompt.fixed
    assert isinstance(prompt.template.environment, MenuEnvironment)
    return prompt.delivered(_filled(prompt.marked or prompt.source, prompt.template.environment))


def seconds_of(prompts: Iterable[Prompt]) -> float:
    """Return the seconds that prompts take one after the other."""
    return sum(utterance(prompt).seconds for prompt in prompts)


@functools.lru_cache(maxsize=8192)
def _filled(source: str, env: MenuEnvironment) -> str:
    """Return a template's words without evaluating it."""
    text, before = source, ""
    while text != before:  # from the inside out, since branches nest
        before, text = text, _IF.sub(lambda found: max(_ELSE.split(found["inside"]), key=len), text)
    text = _VALUE.sub(lambda found: _value(found[1], env), _REST.sub("", text))
    return " ".join(text.split())


def _value(expression: str, env: MenuEnvironment) -> str:
    """Return how a value may sound, by the last of our filters that it passes."""
    with contextlib.suppress(TemplateError, ValueError):  # the check has named it
        for found in env.parse("{{" + expression + "}}").find_all(nodes.Filter):  # the last one comes first
            ours = FILTERS.get(found.name)
            if ours and ours.say:
                return _example(ours.say, ours.example, found, env.speaker)
    return pack(env.speaker.language).seconds.value


def _example(say: Callable[..., str], example: Any, filtered: nodes.Filter, speaker: Speaker) -> str:
    try:
        options, named = options_of(filtered)
    except nodes.Impossible:  # a variable decides
        return say(example, speaker)
    return say(example, speaker, *options, **named)
