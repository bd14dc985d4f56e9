"""Values in a language without a voice: numbers, money, dates and times, put together from recordings as its ``clips:`` say.

Each filter here is called like the one of other languages (:mod:`ivr.menu.speech.filters`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from babel.numbers import get_currency_precision
from jinja2 import nodes

from ivr.menu.language.clips import Clips
from ivr.menu.speech.values.speaker import Territory, magnitude, rounded, scaled, trimmed
from ivr.menu.speech.values.texts import phone_digits

_BEGIN, _WORDS, _END = "\U000ffff0", "\U000ffff1", "\U000ffff2"
"""What stands around the name and the words of a recording. No value has these characters."""
_CLIP = re.compile(f"{_BEGIN}([^{_BEGIN}{_WORDS}]*){_WORDS}([^{_BEGIN}{_END}]*){_END}")


class Clip(NamedTuple):
    """A recording, by its name without an ending, and its words."""

    name: str
    words: str


def encoded(name: str, words: str) -> str:
    """Return what stands for a recording in a text."""
    return f"{_BEGIN}{name}{_WORDS}{words}{_END}"


def parts_of(said: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text: the words, and the name of their recording. What only separates words has none."""
    at = 0
    for found in _CLIP.finditer(said):
        if found.start() > at:
            yield said[at : found.start()], ""
        yield found[2], found[1]
        at = found.end()
    if at < len(said):
        yield said[at:], ""


def has_words(text: str) -> bool:
    return re.search(r"\w", text) is not None


class _Part(NamedTuple):
    text: str
    """What stands for the words, or the name of a place."""
    is_place: bool
    group: int
    """The pair of brackets that it stands in; 0 is none."""


@dataclass(frozen=True, slots=True)
class ClipPattern:
    """A text of ``clips:`` with its places."""

    parts: tuple[_Part, ...]
    clips: tuple[Clip, ...]

    @classmethod
    def of(cls, name: str, text: str, shared: dict[str, Clip]) -> ClipPattern:
        """Read a text. ``shared`` has the recordings of the language by their words, so that none is made twice."""
        parts, clips, group, inside = list[_Part](), list[Clip](), 0, False
        for piece in re.findall(r"\[|\]|\{\w+\}|[^\[\]{}]+", text):
            if piece in "[]":
                inside = piece == "["
                group += inside
                continue
            if piece.startswith("{"):
                parts.append(_Part(piece[1:-1], True, group if inside else 0))
                continue
            said = piece
            if has_words(piece):
                own = Clip(f"clips/{name}-{len(clips) + 1}" if clips else f"clips/{name}", piece.strip())
                clip = shared.setdefault(own.words.casefold(), own)
                clips.append(clip)
                said = encoded(clip.name, piece)
            parts.append(_Part(said, False, group if inside else 0))
        return cls(tuple(parts), tuple(clips))

    @property
    def places(self) -> frozenset[str]:
        return frozenset(part.text for part in self.parts if part.is_place)

    def fill(self, **values: tuple[int | Decimal, str]) -> str:
        """Return the text with these values, each a number and what stands for it. A bracket whose number is 0 is left out."""
        empty = {
            part.group for part in self.parts if part.is_place and part.group and not values[part.text][0]
        }
        return "".join(
            values[part.text][1] if part.is_place else part.text
            for part in self.parts
            if part.group not in empty
        )


@dataclass(frozen=True, slots=True)
class ClipValues:
    """Says the values of one language."""

    declared: Clips
    territory: Territory
    _patterns: dict[str, ClipPattern] = field(default_factory=dict)
    _begins: list[int] = field(default_factory=list)
    _radix: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        written = self.declared
        shared = dict[str, Clip]()
        for key, words in written.numbers.items():
            begins, _, radix = key.partition("/")
            self._radix[int(begins)] = int(radix or 10)
            self._patterns[f"numbers/{begins}"] = ClipPattern.of(f"numbers/{begins}", words, shared)
        self._begins.extend(sorted(self._radix))
        named = {f"money/{code}": words for code, words in written.money.items()}
        named |= {f"weekdays/{number}": words for number, words in enumerate(written.weekdays or (), 1)}
        named |= {f"months/{number}": words for number, words in enumerate(written.months or (), 1)}
        named |= {name: words for name in _SENTENCES if (words := getattr(written, name))}
        self._patterns.update({name: ClipPattern.of(name, words, shared) for name, words in named.items()})

    # --- the filters

    def filters(self) -> Mapping[str, Callable[..., str]]:
        """Return the filters that a text of the language may have."""
        return {name: getattr(self, name) for name in FILTERS_FROM_CLIPS}

    def digits(self, value: Any, *_groups: int) -> str:
        return self._spaced(str(int(each)) for each in str(value) if each.isdecimal())

    def tail(self, value: Any) -> str:
        return self.digits(str(value)[-4:])

    def card(self, value: Any) -> str:
        return self.digits(value)

    def phone(self, value: Any) -> str:
        return self.digits(phone_digits(str(value), self.territory.country))

    def number(self, value: Any) -> str:
        amount = trimmed(value)
        return self._signed(amount, self._with_decimals(magnitude(amount)))

    def percent(self, value: Any) -> str:
        amount = trimmed(value)
        said = self._patterns["percent"].fill(number=(amount, self._with_decimals(magnitude(amount))))
        return self._signed(amount, said)

    def money(self, value: Any, currency: str = "") -> str:
        code = currency or self.territory.currency
        places = get_currency_precision(code)
        amount = rounded(value, places)
        units, cents = divmod(scaled(abs(amount), places), 10**places)
        pattern = self._patterns[f"money/{code}"]
        return self._signed(amount, pattern.fill(amount=self._counted(units), cents=self._counted(cents)))

    def minutes(self, value: Any) -> str:
        hours, rest = divmod(max(int(rounded(value)), 0), 60)
        pattern = self._patterns["hours" if hours else "minutes"]
        return pattern.fill(hours=self._counted(hours), minutes=self._counted(rest))

    def weekday(self, value: date) -> str:
        return self._patterns[f"weekdays/{value.isoweekday()}"].fill()

    def day(self, value: date) -> str:
        return self._date("day", value)

    def full_day(self, value: date) -> str:
        return self._date("full_day", value)

    def clock(self, value: datetime | time) -> str:
        hour, minute = self._counted(value.hour), self._counted(value.minute)
        return self._patterns["clock"].fill(hour=hour, minute=minute)

    def _date(self, name: str, value: date) -> str:
        pattern = self._patterns[name]
        said = {"day": self._counted(value.day), "year": self._counted(value.year)}
        if "weekday" in pattern.places:
            said["weekday"] = 1, self.weekday(value)
        if "month" in pattern.places:
            said["month"] = 1, self._patterns[f"months/{value.month}"].fill()
        return pattern.fill(**said)

    # --- numbers

    def _counted(self, number: int) -> tuple[int, str]:
        return number, self._number(number)

    def _number(self, number: int) -> str:
        return self._in_words(number) or self.digits(number)

    def _in_words(self, number: int) -> str:
        """Return a number in words, or an empty text if the rules do not say it."""
        begins = self._begins[bisect_right(self._begins, number) - 1]
        pattern, times, rest = self._patterns[f"numbers/{begins}"], 1, number - begins
        if "times" in pattern.places:
            divisor, radix = 1, self._radix[begins]
            while divisor * radix <= begins:
                divisor *= radix
            times, rest = divmod(number, divisor)
        elif rest >= begins > 9:  # 45 is no “twenty and twenty and five”: an entry is missing
            return ""
        if rest and "rest" not in pattern.places:
            return ""
        said = {"times": times, "rest": rest}
        parts = {name: (said[name], self._in_words(said[name])) for name in pattern.places}
        return pattern.fill(**parts) if all(words for _, words in parts.values()) else ""

    def _with_decimals(self, amount: Decimal | int) -> str:
        whole, _, decimals = f"{Decimal(amount):f}".partition(".")
        said = self._number(int(whole))
        if not decimals:
            return said
        return self._patterns["point"].fill(number=(1, said), decimals=(1, self.digits(decimals)))

    def _signed(self, amount: Decimal | int, said: str) -> str:
        return self._patterns["minus"].fill(number=(1, said)) if amount < 0 else said

    def _spaced(self, digits: Iterator[str]) -> str:
        return " ".join(self._patterns[f"numbers/{digit}"].fill() for digit in digits)

    # --- what must be there

    def lacking(self, name: str, currency: str | None = "") -> str:
        """Return the key of ``clips:`` that a filter needs and that is not there, or an empty text.

        ``currency`` is the currency that the text names; None if only a call knows it.
        """
        for key in _NEEDS[name]:
            if not getattr(self.declared, key):
                return key
        if name == "money":
            return self._lacking_money(currency)
        places = self._patterns[name].places if name in {"day", "full_day"} else ()
        needed = (each for each in ("weekday", "month") if each in places)
        return next((f"{each}s" for each in needed if not getattr(self.declared, f"{each}s")), "")

    def _lacking_money(self, currency: str | None) -> str:
        code = currency or self.territory.currency
        if currency is None or code not in self.declared.money:
            return f"money: {{{code or 'USD'}: …}}"
        cents = get_currency_precision(code) and "cents" not in self._patterns[f"money/{code}"].places
        return f"money: {{{code}: …}}` with `[ … {{cents}}]" if cents else ""

    def clips(self, name: str, currency: str = "") -> Iterator[Clip]:
        """Yield the recordings that a filter may play."""
        keys = [*_NEEDS[name], *(["weekdays", "months"] if name in {"day", "full_day"} else [])]
        code = currency or self.territory.currency
        for key, pattern in self._patterns.items():
            first, _, number = key.partition("/")
            if first not in keys or (first == "money" and number != code):
                continue
            if first in {"weekdays", "months"} and first[:-1] not in self._places_of(name):
                continue
            if first != "numbers" or name not in _DIGITS_ONLY or len(number) == 1:
                yield from pattern.clips

    def _places_of(self, name: str) -> frozenset[str]:
        return frozenset({name}) if name == "weekday" else self._patterns[name].places

    def used(self, parsed: nodes.Template) -> Iterator[Clip]:
        """Yield the recordings that the values of a template may play."""
        for each in parsed.find_all(nodes.Filter):
            if each.name in FILTERS_FROM_CLIPS:
                yield from self.clips(each.name, currency_of(each) or "")


def currency_of(filtered: nodes.Filter) -> str | None:
    """Return the currency that ``money('USD')`` names, or None if it is no fixed text."""
    given = [*filtered.args, *(each.value for each in filtered.kwargs)]
    if filtered.name != "money" or not given:
        return ""
    return given[0].value if isinstance(given[0], nodes.Const) else None


_SENTENCES = ("minus", "point", "percent", "minutes", "hours", "day", "full_day", "clock")
_DIGITS_ONLY = frozenset({"digits", "tail", "card", "phone"})
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "digits": ("numbers",),
    "tail": ("numbers",),
    "card": ("numbers",),
    "phone": ("numbers",),
    "number": ("numbers", "minus", "point"),
    "percent": ("numbers", "minus", "point", "percent"),
    "money": ("numbers", "minus", "money"),
    "minutes": ("numbers", "minutes", "hours"),
    "weekday": ("weekdays",),
    "day": ("numbers", "day"),
    "full_day": ("numbers", "full_day"),
    "clock": ("numbers", "clock"),
}
"""The keys of ``clips:`` that each filter needs."""
FILTERS_FROM_CLIPS = tuple(_NEEDS)
"""The filters that say a value from recordings."""
