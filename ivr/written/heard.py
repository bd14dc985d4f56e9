"""What a caller hears of a turn's commands, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ivr.engine.commands import Command, Gather, Say
from ivr.menu.speech.prompts import Utterance


def said(commands: Sequence[Command]) -> Iterator[Utterance]:
    for command in commands:
        if isinstance(command, Say | Gather):
            yield from command.utterances


def seconds_heard(commands: Sequence[Command]) -> float:
    return sum((each.seconds for each in said(commands)), 0.0)
