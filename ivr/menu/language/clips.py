"""How a language without a voice says values: in words, each run of which is one recording."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ivr.menu.language.model import Model
from ivr.menu.language.scalars import Currency, Form, SingleLine, wrong


def _pattern(*places: str, needed: str = "") -> AfterValidator:
    """Return the check of a text that may have these places, and must have ``needed``."""

    def check(text: str) -> str:
        found = re.findall(r"\{(\w*)\}", text)
        listed = ", ".join(f"`{{{each}}}`" for each in places)
        if unknown := [each for each in found if each not in places]:
            raise wrong(f"there is no place `{{{unknown[0]}}}` here", f"write {listed}")
        if needed and needed not in found:
            raise wrong(f"the place `{{{needed}}}` is missing", f"write `{{{needed}}}` where it is said")
        if re.sub(r"\[[^\[\]]*\]|\{\w+\}", "", text) != re.sub(r"\[[^\[\]]*\]|\{\w+\}|[\[\]{}]", "", text):
            raise wrong("a bracket is open", "write `[` and `]` in pairs, and none inside another")
        return text

    return AfterValidator(check)


Number = Annotated[
    str,
    Form("number in words", r"[0-9]|[1-9][0-9]{1,17}(/([2-9]|[1-9][0-9]))?", ("0", "20", "1000", "400/20")),
]
NumberWords = Annotated[SingleLine, _pattern("times", "rest")]


class Clips(Model):
    """How values are put together from recordings, in a language that Twilio has no voice for.

    What stands between the places of a text is one recording each. What stands in `[ ]` is left out where its number is zero.
    """

    numbers: dict[Number, NumberWords] = Field(default_factory=dict)
    """Numbers in words, each from where it holds on, with `{times}` and `{rest}`: `"0": zero`, …, `"20": "twenty[ {rest}]"`,
    `"100": "{times} hundred[ and {rest}]"`. Where people count by twenties, `"400/20"` says so. A number that they cannot say is
    said digit by digit."""
    minus: Annotated[SingleLine, _pattern("number", needed="number")] | None = None
    """A number below zero, with `{number}`."""
    point: Annotated[SingleLine, _pattern("number", "decimals", needed="decimals")] | None = None
    """A number with decimals, with `{number}` and `{decimals}`."""
    percent: Annotated[SingleLine, _pattern("number", needed="number")] | None = None
    """With `{number}`."""
    money: dict[Currency, Annotated[SingleLine, _pattern("amount", "cents", needed="amount")]] = Field(
        default_factory=dict
    )
    """By currency, with `{amount}` and `{cents}`: `USD: "{amount} dollars[ and {cents} cents]"`."""
    minutes: Annotated[SingleLine, _pattern("minutes", needed="minutes")] | None = None
    """Less than an hour, with `{minutes}`."""
    hours: Annotated[SingleLine, _pattern("hours", "minutes", needed="hours")] | None = None
    """An hour and more, with `{hours}` and `{minutes}`: `"{hours} hours[ and {minutes} minutes]"`."""
    weekdays: Annotated[list[SingleLine], Field(min_length=7, max_length=7)] | None = None
    """From Monday on."""
    months: Annotated[list[SingleLine], Field(min_length=12, max_length=12)] | None = None
    """From January on."""
    day: Annotated[SingleLine, _pattern("weekday", "day", "month", needed="day")] | None = None
    """A date near by, with `{weekday}`, `{day}` and `{month}`."""
    full_day: Annotated[SingleLine, _pattern("day", "month", "year", needed="year")] | None = None
    """A date with its year, with `{day}`, `{month}` and `{year}`."""
    clock: Annotated[SingleLine, _pattern("hour", "minute", needed="hour")] | None = None
    """A time of the day, from 0 to 23 hours, with `{hour}` and `{minute}`."""

    @model_validator(mode="after")
    def _has_digits(self) -> Self:
        missing = [str(digit) for digit in range(10) if str(digit) not in self.numbers]
        if missing and self.model_fields_set:
            raise wrong(f"`numbers:` has no {', '.join(missing)}", "write the words of each digit")
        for number, words in self.numbers.items():
            begins, _, radix = number.partition("/")
            if len(begins) == 1 and "{" in words:
                raise wrong(f"`{number}` is one digit, and has a place for another", "write its word alone")
            if radix and int(radix) > int(begins):
                raise wrong(
                    f"`{number}` begins below {radix}", f"write `{radix}/{radix}`, or a greater number"
                )
        return self
