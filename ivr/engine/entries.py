"""What a caller types: the rule of each kind of entry, from keys to a value, and how the value is read back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import phonenumbers
from babel.numbers import get_currency_precision

from ivr.menu.language.nodes import FIXED_LENGTHS, USUAL_LENGTHS, AskNode
from ivr.menu.speech.packs import DateOrder
from ivr.menu.speech.values import numbers, texts, times
from ivr.menu.speech.values.speaker import Territory, speaker


@dataclass(frozen=True, slots=True)
class Typing:
    """What an entry's meaning depends on, beside its keys."""

    territory: Territory
    """Where a telephone number without a country belongs, and an amount without a currency."""
    date_order: DateOrder
    """The order in which callers of this language type a date."""
    date_of_call: Callable[[], date]
    """The date of the call: most kinds of entry do not ask for it."""


@dataclass(frozen=True, slots=True)
class ValidEntry:
    """A good entry."""

    value: Any


@dataclass(frozen=True, slots=True)
class InvalidEntry:
    """An entry that cannot be right. ``unfinished``: it was only a part when the caller fell silent."""

    unfinished: bool = False


def lengths(node: AskNode) -> tuple[int, int] | None:
    """Return the fewest and the most keys of an entry, or None when its kind has no length."""
    if node.ask in FIXED_LENGTHS:
        return FIXED_LENGTHS[node.ask], FIXED_LENGTHS[node.ask]
    written = node.length or USUAL_LENGTHS.get(node.ask)
    if written is None:
        return None
    least, _, most = written.partition("-")
    return int(least), int(most or least)


def fixed_length(node: AskNode) -> int | None:
    """Return the length of an entry that is over by itself, or None when ``#`` must end it."""
    span = set(lengths(node) or ())
    return span.pop() if len(span) == 1 else None


def read_entry(node: AskNode, keys: str, typing: Typing, *, ended: bool) -> ValidEntry | InvalidEntry:
    """Read what was typed.

    ``ended`` says that the caller ended it with ``#``. What is left at a silence is no entry, unless nothing could
    be added to it: it has as many keys as it may have, or is a whole telephone number.
    """
    span = lengths(node)
    value = _READERS[node.ask](keys, typing)
    if span:
        whole, fits = ended or len(keys) == span[1], span[0] <= len(keys) <= span[1]
        unfinished = not whole or 0 < len(keys) < span[0]
    else:
        fits = True
        unfinished = not ended and not (node.ask == "phone" and _number(keys, typing.territory.country))
    if unfinished or not fits or value is None or not _in_range(node, value):
        return InvalidEntry(unfinished)
    return ValidEntry(value)


def _in_range(node: AskNode, value: Any) -> bool:
    if node.range is None:
        return True
    least, most = node.range.split("-")
    return Decimal(least) <= Decimal(value) <= Decimal(most)


def _digits(keys: str, _typing: Typing) -> str | None:
    return keys if keys.isdecimal() and keys.isascii() else None


def _phone(keys: str, typing: Typing) -> str | None:
    """Read a telephone number, also one with its country's code and nothing before it."""
    if _digits(keys, typing) is None:
        return None
    return _number(keys, typing.territory.country) or _number("+" + keys, typing.territory.country)


def _number(typed: str, region: str) -> str | None:
    with contextlib.suppress(phonenumbers.NumberParseException):
        number = phonenumbers.parse(typed, region)
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def _id_card(keys: str, typing: Typing) -> str | None:
    """Read a resident ID number. The check character is that of GB 11643-1999 (ISO 7064, MOD 11-2)."""
    typed = keys.replace("*", "X")
    if not re.fullmatch(r"\d{17}[\dX]", typed, re.ASCII):
        return None
    born = _day(typed[6:14], "ymd")
    weighed = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(typed[:17]))
    good = "10X98765432"[weighed % 11] == typed[17]
    return typed if good and born is not None and born <= typing.date_of_call() else None


def _id_tail(keys: str, _typing: Typing) -> str | None:
    typed = keys.replace("*", "X")
    return typed if re.fullmatch(r"\d{3}[\dX]", typed, re.ASCII) else None


def _amount(keys: str, typing: Typing) -> Decimal | None:
    decimals = get_currency_precision(typing.territory.currency or "XXX")
    if not re.fullmatch(r"\d{1,12}" + (rf"(\*\d{{1,{decimals}}})?" if decimals else ""), keys, re.ASCII):
        return None
    return Decimal(keys.replace("*", "."))


def _date(keys: str, typing: Typing) -> date | None:
    return _day(keys, typing.date_order)


_DATES: Mapping[DateOrder, str] = {"dmy": "%d%m%Y", "mdy": "%m%d%Y", "ymd": "%Y%m%d"}


def _day(keys: str, order: DateOrder) -> date | None:
    if not re.fullmatch(r"\d{8}", keys, re.ASCII):
        return None
    with contextlib.suppress(ValueError):
        return datetime.strptime(keys, _DATES[order]).date()  # noqa: DTZ007 - a date has no zone
    return None


def _yes_no(keys: str, _typing: Typing) -> bool | None:
    return {"1": True, "2": False}.get(keys)


_READERS: Mapping[str, Callable[[str, Typing], Any]] = {
    "digits": _digits,
    "phone": _phone,
    "id_card": _id_card,
    "id_tail": _id_tail,
    "code": _digits,
    "pin": _digits,
    "amount": _amount,
    "date": _date,
    "yes_no": _yes_no,
}


def say_value(value: Any, language: str, territory: Territory, *, kind: str = "") -> str:
    """Return an entry as it is read back: as money, a date, a phone number in its groups, or digit by digit.

    ``kind`` is the kind of the entry.
    """
    by = speaker(language, territory)
    if isinstance(value, Decimal):
        return numbers.money(value, by)
    if isinstance(value, date):
        return times.full_day(value, by)
    return texts.phone(value, by) if kind == "phone" else texts.digits(value, by)
