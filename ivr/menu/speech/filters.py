"""The filters of menu templates, which say values in each language: money, dates, or digits one by one.

Each filter of ours is a function of a value and a Babel locale under ``@spoken``. Its docstring is its line in the reference
page. ``ivr check`` measures its example, and ``ivr explore`` tries it. Nothing else knows the filters by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit
from jinja2 import StrictUndefined, Undefined
from jinja2.filters import do_int, do_round

from ivr.menu.speech.limits import MAX_TEXT, TemplateTooLarge


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter."""

    means: str
    """One sentence for the reference page."""
    say: Callable[..., str] | None = None
    """How it says a value in a locale. A filter that knows no languages has None."""
    example: Any = None
    """A value of usual length to apply it to. It is None if the filter tells nothing about its value."""
    apply: Callable[..., Any] = str
    """What a filter that knows no languages makes of a value. They are Jinja2's, but cannot make anything huge."""


FILTERS: dict[str, Filter] = {}
"""Every filter that a menu may use, ours first."""


def spoken(example: Any) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register a filter of ours under its function's name."""

    def add(say: Callable[..., str]) -> Callable[..., str]:
        FILTERS[say.__name__] = Filter(" ".join((say.__doc__ or "").split()), say, example)
        return say

    return add


def _decimal(value: Any) -> Decimal:
    """Return an amount that can be said. Babel would write all zeros of ``1e999999999``."""
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount.adjusted()) > MAX_DIGITS:
        raise ValueError(f"a number of more than {MAX_DIGITS} digits cannot be said")
    return amount


MAX_DIGITS = 30

_ENGLISH = Locale("en")
_SPOKEN_DIGITS = dict(zip("0123456789*#", "零幺二三四五六七八九星井", strict=True))
"""The digit 1 is 幺, because in a number that is copied down yī sounds like qī."""


@spoken(example=Decimal("3512.40"))
def money(value: Any, locale: Locale, currency: str = "CNY") -> str:
    """An amount of money: `3000元`, `3,000 yuan`, `0.50 yuan`. `money('USD')` says US dollars; any ISO 4217 code will do."""
    if currency not in _ENGLISH.currencies:
        raise ValueError(f"`{currency}` is no currency; write it like `USD`")
    amount = _decimal(value).quantize(Decimal("0.01"))
    pattern = "0.##" if amount == amount.to_integral_value() else "0.00"
    if locale.language == "zh":
        number = format_decimal(amount, pattern, locale=locale)
    else:
        number = format_decimal(amount, "#,##" + pattern, locale=locale)
    if currency == "CNY" and locale.language in {"zh", "en"}:
        return number + ("元" if locale.language == "zh" else " yuan")
    return format_currency(amount, currency, locale=locale, format_type="name")


@spoken(example=Decimal("0.4102"))
def number(value: Any, locale: Locale) -> str:
    """A number with its decimals: `0.4102`."""
    return format_decimal(_decimal(value), "0.######", locale=locale)


@spoken(example=Decimal("1.534"))
def percent(value: Any, locale: Locale) -> str:
    """A percentage that is given in percent: 1.534 is `百分之1.534`, `1.534 percent`."""
    spoken = number(value, locale)
    return f"百分之{spoken}" if locale.language == "zh" else f"{spoken} percent"


@spoken(example=date(2026, 11, 24))
def day(value: date, locale: Locale) -> str:
    """A day with its weekday: `11月24日星期二`, `Tuesday, November 24`."""
    # Babel's skeletons shorten the weekday, so Chinese and English have patterns of their own.
    patterns = {"zh": "M月d日EEEE", "en": "EEEE, MMMM d"}
    if locale.language in patterns:
        return format_date(value, patterns[locale.language], locale=locale)
    return format_skeleton("MMMMEEEEd", value, locale=locale)


@spoken(example=date(2026, 11, 24))
def full_day(value: date, locale: Locale) -> str:
    """A day with its year: `1990年3月7日`, `March 7, 1990`."""
    return format_date(value, "long", locale=locale)


@spoken(example=datetime(2026, 11, 24, 15, 30, tzinfo=UTC))
def clock(value: datetime, locale: Locale) -> str:
    """A time of day: `15:00`, `3:00 PM`."""
    return format_time(value, "short", locale=locale).replace("\u202f", " ")


@spoken(example=174)
def minutes(value: Any, locale: Locale) -> str:
    """A number of minutes as hours and minutes: `2小时54分钟`, `2 hours 54 minutes`."""
    hours, rest = divmod(max(int(value), 0), 60)
    spaced = locale.language != "zh"
    length: Literal["long", "short"] = "long" if spaced else "short"  # Babel has no long units in Chinese
    said = [
        format_unit(count, unit, length, locale=locale)
        for count, unit in ((hours, "duration-hour"), (rest, "duration-minute"))
        if count or (unit == "duration-minute" and not hours)
    ]
    return " ".join(said) if spaced else "".join(said).replace(" ", "")


@spoken(example="6688")
def digits(value: Any, locale: Locale) -> str:
    """Digits one by one, as a number that is copied down: `九五五八八`, `9 5 5 8 8`."""
    keys = str(value)
    if locale.language == "zh":
        return "".join(_SPOKEN_DIGITS.get(key, key) for key in keys)
    return " ".join({"*": "star", "#": "pound", "+": "plus"}.get(key, key) for key in keys)


@spoken(example="6688")
def tail(value: Any, locale: Locale) -> str:
    """The last four digits of a number, one by one."""
    return digits(str(value)[-4:], locale)


@spoken(example=("1", "2"))
def listing(value: Iterable[Any], locale: Locale) -> str:
    """Several things as one list: `招商银行和中国银行`, `one, two and three`."""
    return format_list([str(each) for each in value], locale=locale)


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
