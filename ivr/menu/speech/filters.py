"""The filters of menu templates, which say values in each language: money, dates, or digits one by one.

:data:`FILTERS` is their table. A filter of ours is a function of a value and a speaker (:mod:`ivr.menu.speech.values`). Its
docstring is its line in the reference page. ``ivr check`` measures its example, and ``ivr explore`` tries it. Nothing else knows
the filters by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from jinja2 import StrictUndefined, Undefined
from jinja2.filters import do_int, do_round

from ivr.menu.speech.limits import MAX_TEXT, TemplateTooLarge
from ivr.menu.speech.values import numbers, texts, times


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter."""

    means: str
    """One sentence for the reference page, or a few."""
    say: Callable[..., str] | None = None
    """How a speaker says a value. A filter that knows no languages has None."""
    example: Any = None
    """A value of usual length to apply it to. It is None if the filter tells nothing about its value."""
    apply: Callable[..., Any] = str
    """What a filter that knows no languages makes of a value. They are Jinja2's, but cannot make anything huge."""


def _spoken(say: Callable[..., str], example: Any) -> Filter:
    """Return a filter of ours. Its docstring is what it means."""
    return Filter(" ".join((say.__doc__ or "").split()), say, example)


_DAY = date(2026, 11, 24)

FILTERS: dict[str, Filter] = {
    "money": _spoken(numbers.money, Decimal("3512.40")),
    "number": _spoken(numbers.number, Decimal("0.4102")),
    "percent": _spoken(numbers.percent, Decimal("1.534")),
    "ordinal": _spoken(numbers.ordinal, 3),
    "count": _spoken(numbers.count, 3),
    "minutes": _spoken(times.minutes, 174),
    "weekday": _spoken(times.weekday, _DAY),
    "day": _spoken(times.day, _DAY),
    "full_day": _spoken(times.full_day, _DAY),
    "clock": _spoken(times.clock, datetime(2026, 11, 24, 15, 30, tzinfo=UTC)),
    "digits": _spoken(texts.digits, "6688"),
    "tail": _spoken(texts.tail, "6688"),
    "card": _spoken(texts.card, "6222021234567890"),
    "phone": _spoken(texts.phone, "+12025550100"),
    "spell": _spoken(texts.spell, "AB12"),
    "listing": _spoken(texts.listing, ("1", "2")),
}
"""Every filter that a menu may use, ours first."""


# --- filters that know no languages


def _default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002 - as in Jinja2
    return default_value if isinstance(value, Undefined) or (boolean and not value) else value


def _first(value: Iterable[Any]) -> Any:
    return next(iter(value), StrictUndefined("there is no first item"))


def _last(value: Sequence[Any]) -> Any:
    return next(reversed(value), StrictUndefined("there is no last item"))


def _join(value: Iterable[Any], d: str = "") -> str:
    texts = [str(each) for each in value]
    _keep_short(sum(map(len, texts)) + len(texts) * len(d))
    return d.join(texts)


def _replace(value: Any, old: str, new: str, count: int = -1) -> str:
    text = str(value)
    found = text.count(old) if count < 0 else min(text.count(old), count)
    _keep_short(len(text) + found * (len(new) - len(old)))
    return text.replace(old, new, count)


def _keep_short(length: int) -> None:
    """Refuse a text before it is made."""
    if length > MAX_TEXT:
        raise TemplateTooLarge(f"a text would be longer than {MAX_TEXT:,} characters")


def _round(value: Any, precision: int = 0, method: Literal["common", "ceil", "floor"] = "common") -> Any:
    if abs(precision) > MAX_DECIMALS:
        raise ValueError(f"at most {MAX_DECIMALS} decimals")
    return do_round(value, precision, method)


MAX_DECIMALS = 18
"""The most decimals of ``round``. Otherwise ``round(1000000000, 'ceil')`` would compute ten to that power."""


FILTERS |= {
    "default": Filter("Another value where there is none: `{{ name | default('you') }}`.", apply=_default),
    "join": Filter("The items of a list with a text between them.", example=("one", "two"), apply=_join),
    "length": Filter("How many characters or items it has.", apply=len),
    "lower": Filter("In small letters.", apply=lambda value: str(value).lower()),
    "upper": Filter("In capital letters.", apply=lambda value: str(value).upper()),
    "round": Filter("Rounded to so many decimals.", example=Decimal("12.5"), apply=_round),
    "int": Filter("As a whole number.", example="12", apply=do_int),
    "first": Filter("The first item or character.", apply=_first),
    "last": Filter("The last item or character.", apply=_last),
    "replace": Filter("With one part replaced by another.", apply=_replace),
    "abs": Filter("Without its sign.", example=Decimal("12.5"), apply=abs),
}
