"""The section ``values:`` of a language pack: how a language says values, where CLDR does not know it.

Everything may be left out; CLDR's way is taken then. A place for a value is in single braces, such as ``{n}``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from ivr.menu.language.model import Model

Category = Literal["zero", "one", "two", "few", "many", "other"]
"""CLDR's plural categories."""
CATEGORIES: tuple[str, ...] = get_args(Category)


def _forms(value: Any) -> Any:
    """Take a lone text as the only form."""
    return {"other": value} if isinstance(value, str) else value


Forms = Annotated[dict[Category, str], BeforeValidator(_forms)]
"""A text by CLDR's plural categories: `{one: "{n} cent", other: "{n} cents"}`. A lone text stands for every number, and
a form for `zero` for 0 in every language."""


class MoneyPatterns(Model):
    """How money is said."""

    units: dict[str, Forms] = Field(default_factory=dict)
    """The currencies whose names in CLDR nobody says, such as `GBP: {one: "{n} pound", other: "{n} pounds"}`."""
    home: dict[str, Forms] = Field(default_factory=dict)
    """The same for the currency of the hotline, which callers need not be told from others: dollars, and not US dollars."""
    cents: dict[str, Forms] = Field(default_factory=dict)
    """The smallest unit of each currency. A currency without it is said with decimals."""
    joined: str = "{units} {cents}"
    """A sum of units and cents."""
    decimals: Literal["all", "needed"] = "all"
    """Whether an amount with decimals has all of them, as in `3.50`, or only those that are needed, as in `3.5`."""
    grouped: bool = False
    """Whether thousands are separated. Some voices stumble over the mark."""


class OrdinalPatterns(Model):
    """How ordinal numbers are said."""

    words: list[str] = Field(default_factory=list)
    """The first ones in words, from one on."""
    forms: Forms = Field(default={"other": "{n}"})
    """The others, by CLDR's categories for ordinal numbers."""
    feminine: list[str] = Field(default_factory=list)
    """The same as `words` for a noun that is feminine."""
    feminine_forms: Forms = Field(default_factory=dict)


class ClockPatterns(Model):
    """How a time of day is said.

    `{hour}` is the hour as it is said, `{period}` the part of the day, and `{hours}` and `{minutes}` the numbers with their nouns. The
    numbers are those of CLDR's patterns: `{H}` is the hour from 0 to 23, `{h}` from 1 to 12, `{K}` from 0 to 11, `{m}` the minute and
    `{mm}` the minute with two digits.
    """

    periods: dict[int, str] = Field(default_factory=dict)
    """The parts of the day by the hour at which they begin: `{0: a.m., 12: p.m.}`."""
    hour: str = ""
    """An hour."""
    hours: dict[int, str] = Field(default_factory=dict)
    """The hours that are said otherwise."""
    exact: str = "{hour}"
    """The time of a full hour."""
    with_minutes: str = "{hour} {m}"
    """Any other time."""
    times: dict[str, str] = Field(default_factory=dict)
    """The times with a name: `{"12:00": noon}`."""


class Values(Model):
    """How values are said in one language."""

    minus: str = "-{n}"
    """A negative number."""
    percent: Forms = Field(default_factory=dict)
    money: MoneyPatterns = MoneyPatterns()
    ordinal: OrdinalPatterns = OrdinalPatterns()
    hours: Forms = Field(default_factory=dict)
    """A number of hours. CLDR has it for most languages."""
    minutes: Forms = Field(default_factory=dict)
    """A number of minutes, likewise."""
    duration: str = "{hours} {minutes}"
    """Hours and minutes."""
    day: str = ""
    """A day with its weekday, as a date pattern of CLDR, such as `EEEE, MMMM d`."""
    full_day: str = ""
    """A day with its year, likewise. Without it, CLDR's long date of the region."""
    first_day: str = ""
    """How the first day of a month is written so that it is read right, such as `1er`."""
    clock: ClockPatterns = ClockPatterns()
    digits: dict[str, str] = Field(default_factory=dict)
    """Digits that are said otherwise one by one than in a number, such as `"1": 幺`."""
    between_digits: str = " "
    """What stands between two digits."""
    symbols: dict[str, str] = Field(default_factory=dict)
    """The names of other characters: `{"+": plus, "@": at}`."""
    pause: str = ", "
    """What stands between two groups of digits, and between letters that are spelled."""
    phone: Literal["digits", "numbers"] = "digits"
    """Whether a group of a phone number is said digit by digit, or in pairs as numbers."""
    counted: str = "{n} {form}"
    """A number of things."""
