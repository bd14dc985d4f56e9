"""How long callers listen in a written call, until they have heard what its last ``hears`` names.

One caller listens to each menu until the key that they want has been said, and to each question until it has been asked:
the keys that lead away from it come after that. Another caller knows the keys and presses each at once. Typing, the way
of a text message and the work of services take no time here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ivr.calls.line import Heard
from ivr.menu.checks.words import said_keys
from ivr.written.model import At, Hears, HearsNot, Press, Texted, TypesCode
from ivr.written.runner import PlayedCall, PlayedStep

SILENCE_AFTER = 0.33
"""Seconds of silence that a voice leaves after each prompt: what espeak-ng leaves, see ``python -m benchmarks.spoken``."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Seconds that a call takes."""

    listening: float
    """For a caller who waits until the key that they want has been said."""
    knowing: float
    """For one who knows the keys and interrupts."""


def listening(played: PlayedCall) -> Listening:
    """Return how long callers listen in a call that passed."""
    turns = list(_turns(played))
    before = sum(_seconds(items[: _key_said(items, key)]) + waited for items, key, waited in turns[:-1])
    items, _, waited = turns[-1]
    last = _seconds(_until(items, _last_words(played))) + waited
    return Listening(before + last, last)


def _turns(played: PlayedCall) -> Iterator[tuple[list[Heard], str, float]]:
    """Yield what is heard after each thing that the caller does, the keys that they press then, and their silence before."""
    steps = list(zip(played.call.steps, played.rows[1:], strict=False))
    end = max((place for place, (step, _) in enumerate(steps) if isinstance(step, Hears)), default=len(steps))
    heard, waited = _heard(played.rows[0]), 0.0
    for step, row in steps[:end]:
        if isinstance(step, Hears | HearsNot | At | Texted) or step == "nothing_texted":
            continue
        yield heard, _typed(step), waited
        heard = _heard(row)
        waited = max(row.seconds - sum(each.seconds for each in heard), 0.0) if step == "silence" else 0.0
    yield heard, "", waited


def _typed(step: object) -> str:
    if isinstance(step, Press):
        return step.press.removesuffix("#")
    return step.code if isinstance(step, TypesCode) else ""


def _heard(row: PlayedStep) -> list[Heard]:
    return [each for each in row.happened if isinstance(each, Heard)]


def _key_said(items: Sequence[Heard], key: str) -> int:
    """Return how many items are heard until a key has been said. If none says it, something is typed: then what is asked."""
    said = [said_keys(each.text, each.language) for each in items]
    wanted = next((place for place, keys in enumerate(said, 1) if key and key in keys), 0)
    asked = len(items) - len(list(itertools.takewhile(bool, reversed(said)))) if key else 0
    return wanted or asked or len(items)


def _until(items: Sequence[Heard], words: str) -> Iterator[Heard]:
    """Yield the items up to the sentence that has these words."""
    folded = " ".join(words.casefold().split())
    for each in items:
        text = " ".join(each.text.split())
        place = text.casefold().find(folded)
        if folded and place >= 0:
            rest = _SENTENCE_END.search(text, place + len(folded))
            yield replace(each, text=text[: rest.end()] if rest else text)
            return
        yield each


_SENTENCE_END = re.compile("[。！？]|[.!?](?= |$)")


def _last_words(played: PlayedCall) -> str:
    """Return the last words that the call must hear."""
    wanted = [step.hears for step in played.call.steps if isinstance(step, Hears)]
    parts = wanted[-1] if wanted else ""
    return parts if isinstance(parts, str) else parts[-1]


def _seconds(items: Iterable[Heard]) -> float:
    return sum(each.seconds + SILENCE_AFTER for each in items)
