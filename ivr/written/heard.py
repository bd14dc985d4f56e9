"""What a caller hears of commands, and for how long."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from ivr.engine.commands import Command, Gather, Say
from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.speech.prompts import Utterance

_SPEAKING = (Say, Gather)


def said(commands: Sequence[Command]) -> Iterator[Utterance]:
    """Yield what the caller hears."""
    for command in commands:
        if isinstance(command, _SPEAKING):
            yield from command.utterances


def seconds_heard(commands: Sequence[Command]) -> float:
    """Return the seconds of what the caller hears."""
    seconds = 0.0
    for command in commands:
        if isinstance(command, _SPEAKING):
            for each in command.utterances:
                seconds += _seconds(each.text, each.language, each.voice)
    return seconds


@functools.lru_cache(maxsize=65536)
def _seconds(text: str, language: str, voice: str) -> float:
    return spoken_seconds(text, language, voice)
