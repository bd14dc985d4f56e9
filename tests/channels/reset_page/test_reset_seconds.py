"""A whole reset takes less than ninety seconds of call time; the table in docs/identity.md is measured here.

The silence that a voice leaves after each prompt is not counted: see :mod:`ivr.menu.speech.durations`.

``IVR_UPDATE_DOCS=1 pytest tests/channels/reset_page/test_reset_seconds.py`` writes the present figures into the page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import DirectLine, Heard
from ivr.harness import DirectHarnesses
from ivr.written.model import WrittenCall
from ivr.written.runner import CallHarness

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "identity.md"
TABLE = re.compile(r"(?<=<!-- reset seconds -->\n).*?(?=<!-- /reset seconds -->)", re.DOTALL)
YUEBAO = ROOT / "menus" / "yuebao"
STAGES = DirectHarnesses(YUEBAO, load_tree(YUEBAO))
AT_MOST = 90
CASE_NUMBER, USUAL_CASE_NUMBER = re.compile(r"\d( \d){7}"), "1 2 3 4 5 6 7 8"
"""It is random, and in English no two digits take the same time: measured is one of usual length."""


@dataclass(frozen=True)
class Caller:
    """A customer, and what he presses and hears in his language."""

    number: str
    language_key: str
    tail: str
    case_number: str
    """The words that lead to the case number."""


CALLERS = {
    "Chinese": Caller("+8613800138000", "1", "1237", "您的个案号是"),
    "English": Caller("+12025550142", "2", "0181", "Your case number is"),
}
PASSWORDS = {"login": "1", "payment": "2"}


def reset(caller: Caller, password: str) -> Iterator[tuple[str, float]]:
    """Reset a password, listening to every word; yield what was heard to its end, and the seconds since the ringing.

    Typing takes no time, and so does the way of a text message.
    """
    written = WrittenCall.model_validate({"call": "a reset", "from": caller.number, "steps": ["hang_up"]})
    harness = STAGES(written)
    with closing(harness):
        line = harness.line
        assert isinstance(line, DirectLine)
        rang = line.clock.now

        def seconds() -> float:
            return (line.clock.now - rang).total_seconds()

        line.start()
        yield "the greeting and the choice of languages", seconds()
        line.press(caller.language_key)
        yield "the notice and the main menu", seconds()
        line.press("1")
        yield "the menu of passwords", seconds()
        line.press(PASSWORDS[password])
        yield "the question for the ID tail", seconds()
        line.press(caller.tail)
        yield "the question for the code", seconds()
        line.press(texted_code(harness))
        yield "the question whether to go on", seconds()
        line.take()
        agreed = seconds()
        line.press("1")
        yield "the case number", agreed + seconds_until(line, caller.case_number)


def texted_code(harness: CallHarness) -> str:
    """Return the code of the latest message."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", harness.texts[-1])
    assert found
    return found[0]


def seconds_until(line: DirectLine, words: str) -> float:
    """Return how long it takes from now to the end of what has these words."""
    seconds = 0.0
    for item in line.take():
        if isinstance(item, Heard):
            seconds += replace(item, text=CASE_NUMBER.sub(USUAL_CASE_NUMBER, item.text)).seconds
            if words in item.text:
                return seconds
    raise AssertionError(f"`{words}` was not heard")


@cache
def measured(language: str, password: str) -> dict[str, float]:
    """Return when each step of a reset was reached, in seconds."""
    return dict(reset(CALLERS[language], password))


def table() -> str:
    """Return the figures as the page shows them."""
    rows = [(step, [measured(language, "login")[step] for language in CALLERS]) for step in steps()]
    last = steps()[-1]
    payment = [measured(language, "payment")[last] for language in CALLERS]
    rows.append((f"{last}, when it is the payment password", payment))
    lines = [f"| a new login password: heard to the end | {' | '.join(CALLERS)} |", "|---|---:|---:|"]
    lines += [f"| {step} | {' | '.join(f'{each:.1f} s' for each in reached)} |" for step, reached in rows]
    return "\n".join(lines) + "\n"


def steps() -> list[str]:
    """Return the steps of a reset, in order."""
    return list(measured("Chinese", "login"))


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("language", CALLERS)
def test_a_reset_takes_less_than_ninety_seconds(language: str, password: str) -> None:
    """From the greeting to the end of the sentence with the case number, for who listens to every word."""
    assert 0 < measured(language, password)["the case number"] < AT_MOST


def test_the_page_has_the_seconds() -> None:
    """The table of the page is what is measured."""
    text = PAGE.read_text(encoding="utf-8")
    shown = TABLE.findall(text)
    assert len(shown) == 1, "the page has no place for the table"
    if os.environ.get("IVR_UPDATE_DOCS") == "1":
        PAGE.write_text(TABLE.sub(lambda _: table(), text), encoding="utf-8")
        return
    assert shown[0] == table()
