"""Values that are put together from recordings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from ivr.menu.language.clips import Clips
from ivr.menu.speech.clip_values import ClipValues
from ivr.menu.speech.recorded import Recorder
from ivr.menu.speech.values.speaker import Territory

DIGITS = {str(digit): f"d{digit}" for digit in range(10)}
HOME = Territory("NG", "NGN")
ENGLISH: dict[str, Any] = {
    "numbers": {
        **DIGITS,
        **{str(number): f"n{number}" for number in range(10, 20)},
        "20": "twenty[ {rest}]",
        "30": "thirty[ {rest}]",
        "100": "{times} hundred[ and {rest}]",
        "1000": "{times} thousand[ {rest}]",
    },
    "minus": "minus {number}",
    "point": "{number} point {decimals}",
    "percent": "{number} per cent",
    "money": {"NGN": "{amount} naira[ and {cents} kobo]", "JPY": "{amount} yen"},
    "minutes": "{minutes} minutes",
    "hours": "{hours} hours[ and {minutes} minutes]",
    "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "months": [f"month{number}" for number in range(1, 13)],
    "day": "{weekday} the {day} of {month}",
    "full_day": "{month} {day}, {year}",
    "clock": "{hour} o'clock[ and {minute}]",
}


def heard(clips: dict[str, Any], name: str, value: Any, *options: Any) -> str:
    """Return the words of a value, and see that each recording is in the script."""
    values = ClipValues(Clips.model_validate(clips), HOME)
    recorder = Recorder(values)
    currency = options[0] if name == "money" and options else ""
    known = {f"{clip.name}.wav" for clip in values.clips(name, currency)}
    said = recorder.heard(values.filters()[name](value, *options))
    assert set(said.audio) <= known
    return said.text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("number", 0, "d0"),
        ("number", 25, "twenty d5"),
        ("number", 30, "thirty"),
        ("number", 3120, "d3 thousand d1 hundred and twenty"),
        ("number", 41, "thirty n11"),
        ("number", 27000, "twenty d7 thousand"),
        ("number", -3, "minus d3"),
        ("number", "0.50", "d0 point d5"),
        ("percent", Decimal("1.25"), "d1 point d2 d5 per cent"),
        ("money", "1250.50", "d1 thousand d2 hundred and thirty n20 naira and thirty n20 kobo"),
        ("money", -2, "minus d2 naira"),
        ("money", "0.005", "d0 naira and d1 kobo"),
        ("minutes", 5, "d5 minutes"),
        ("minutes", 120, "d2 hours"),
        ("minutes", 130, "d2 hours and n10 minutes"),
        ("weekday", date(2026, 11, 24), "Tue"),
        ("day", date(2026, 11, 24), "Tue the twenty d4 of month11"),
        ("full_day", date(2026, 1, 2), "month1 d2, d2 thousand twenty d6"),
        ("clock", datetime(2026, 1, 2, 15, 0, tzinfo=UTC), "n15 o'clock"),
        ("clock", datetime(2026, 1, 2, 0, 5, tzinfo=UTC), "d0 o'clock and d5"),
        ("digits", "40-71", "d4 d0 d7 d1"),
        ("tail", "6222021234", "d1 d2 d3 d4"),
        ("card", "6222", "d6 d2 d2 d2"),
        ("phone", "+2348031234567", "d0 d8 d0 d3 d1 d2 d3 d4 d5 d6 d7"),
        ("phone", "+12025550100", "d0 d0 d1 d2 d0 d2 d5 d5 d5 d0 d1 d0 d0"),
    ],
)
def test_a_value_is_put_together(name: str, value: Any, said: str) -> None:
    """In the words of the language, with the parts left out whose number is zero."""
    clips = (
        {**ENGLISH, "numbers": {**ENGLISH["numbers"], "50": "thirty n20[ {rest}]"}}
        if name == "money"
        else ENGLISH
    )
    assert heard(clips, name, value) == said


def test_another_currency_is_said_in_its_own_words() -> None:
    """A yen has no cents."""
    assert heard(ENGLISH, "money", 3, "JPY") == "d3 yen"


def test_people_may_count_by_twenties() -> None:
    """As in K'iche', where four hundred is the next unit after twenty."""
    numbers = {**DIGITS, **{str(n): f"n{n}" for n in range(10, 20)}, "20": "winaq[ {rest}]"}
    numbers |= {"40/20": "{times} winaq[ {rest}]", "400/20": "{times} q'o'[ {rest}]"}
    assert heard({**ENGLISH, "numbers": numbers}, "number", 39) == "winaq n19"
    assert heard({**ENGLISH, "numbers": numbers}, "number", 399) == "n19 winaq n19"
    assert heard({**ENGLISH, "numbers": numbers}, "number", 847) == "d2 q'o' d2 winaq d7"


def test_a_number_beyond_the_rules_is_said_digit_by_digit() -> None:
    """With the digits alone, every number is: nothing that passes the check breaks in a call."""
    assert heard({**ENGLISH, "numbers": DIGITS}, "number", 2050) == "d2 d0 d5 d0"
    assert heard({**ENGLISH, "numbers": {**DIGITS, "20": "twenty[ {rest}]"}}, "number", 45) == "d4 d5"
    assert heard({**ENGLISH, "numbers": {**DIGITS, "100": "{times} hundred"}}, "number", 250) == "d2 d5 d0"


def test_the_same_words_are_recorded_once() -> None:
    """The word between tens and ones is one recording for all tens."""
    numbers = {**DIGITS, "10": "ten[ and {rest}]", "20": "twenty[ and {rest}]"}
    values = ClipValues(
        Clips.model_validate({"numbers": numbers, "minus": "{number}", "point": "{decimals}"}), HOME
    )
    words = [clip.words for clip in dict.fromkeys(values.clips("number"))]
    assert sorted(words) == sorted({*DIGITS.values(), "ten", "and", "twenty"})


@pytest.mark.parametrize(
    ("clips", "says"),
    [
        ({"minus": "minus {number}"}, "`numbers:` has no 0, 1, 2"),
        ({"numbers": {**DIGITS, "20": "twenty {ones}"}}, "there is no place `{ones}` here"),
        ({"numbers": {**DIGITS, "20": "twenty[ {rest}"}}, "a bracket is open"),
        ({"numbers": {**DIGITS, "5": "five {times}"}}, "`5` is one digit"),
        ({"numbers": {**DIGITS, "20/30": "x"}}, "`20/30` begins below 30"),
        ({"numbers": DIGITS, "money": {"NGN": "naira"}}, "the place `{amount}` is missing"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(clips: dict[str, Any], says: str) -> None:
    """It would loop, say half a number, or break in a call."""
    with pytest.raises(ValidationError) as found:
        Clips.model_validate(clips)
    assert says in str(found.value)
