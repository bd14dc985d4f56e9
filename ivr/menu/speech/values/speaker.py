"""Who says a value: a language with its pack, and the hotline's country and currency."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from babel import Locale
from babel.numbers import format_decimal, get_territory_currencies

from ivr.menu.language.hotline import Hotline
from ivr.menu.speech.packs import pack
from ivr.menu.speech.values.patterns import CATEGORIES, Values

Amount = Decimal | int

MAX_DIGITS = 20
"""The most digits of a number that is said. With its decimals it has fewer than the 28 with which Python computes."""


class Territory(NamedTuple):
    """A country and its currency: what a phone number and an amount of money without a word about it belong to."""

    country: str = ""
    """Such as ``CN``."""
    currency: str = ""
    """Such as ``CNY``."""


def territory_of(hotline: Hotline) -> Territory:
    """Return where a hotline is at home. Its first language names the country, and the country the currency."""
    country = hotline.languages[0].partition("-")[2]
    return Territory(country, hotline.currency or _currency_of(country))


@functools.cache
def _currency_of(country: str) -> str:
    return next(iter(get_territory_currencies(country)), "")


@dataclass(frozen=True, slots=True, eq=False)
class Speaker:
    """Who says or writes a value."""

    language: str
    locale: Locale
    values: Values
    territory: Territory
    written: bool
    """Whether the value stands in a text message, which is read and not heard."""

    def signed(self, amount: Amount, said: str) -> str:
        """Return the absolute value of an amount, as it is said, with the language's minus if the amount is negative."""
        if amount >= 0:
            return said
        return ("-{n}" if self.written else self.values.minus).replace("{n}", said)

    def number(self, amount: Amount, pattern: str = "0.######") -> str:
        """Return a number without its sign in the digits and marks of the language."""
        return format_decimal(magnitude(amount), pattern, locale=self.locale)

    def form(self, forms: Mapping[Any, str], amount: Amount) -> str:
        """Return the form of a text for a number. One for zero is taken also where CLDR has no such category."""
        if amount == 0 and "zero" in forms:
            return forms["zero"]
        return _form(forms, self.locale.plural_form(magnitude(amount)))

    def ordinal_form(self, forms: Mapping[Any, str], amount: int) -> str:
        return _form(forms, self.locale.ordinal_form(abs(amount)))

    @property
    def counts(self) -> list[str]:
        """The plural categories that whole numbers have in the language, in CLDR's order."""
        return _counts(self.locale)


@functools.cache
def speaker(language: str, territory: Territory | None = None, *, written: bool = False) -> Speaker:
    """Return the speaker of a language. Without a territory, the language's own is taken."""
    if territory is None:
        country = language.partition("-")[2]
        territory = Territory(country, _currency_of(country))
    return Speaker(language, Locale.parse(language, sep="-"), pack(language).values, territory, written)


def _form(forms: Mapping[Any, str], category: str) -> str:
    """Return the form of a category. CLDR's categories for fractions and millions may be left out."""
    return next((forms[each] for each in (category, "other", "many") if each in forms), "{n}")


@functools.cache
def _counts(locale: Locale) -> list[str]:
    found = {locale.plural_form(number) for number in range(201)}
    return [each for each in CATEGORIES if each in found]


def magnitude(amount: Amount) -> Amount:
    """Return an amount without its sign. For mypy, ``abs`` of either type is an object."""
    return -amount if amount < 0 else amount


def decimal(value: Any) -> Decimal:
    """Return an amount that can be said. Babel would write all zeros of ``1e999999999``."""
    amount = Decimal(str(value))
    if not amount.is_finite() or amount.adjusted() >= MAX_DIGITS:
        raise ValueError(f"a number of more than {MAX_DIGITS} digits cannot be said")
    return amount


def rounded(value: Any, places: int = 0) -> Decimal:
    """Return an amount with so many decimals. Half a cent is rounded up."""
    return decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def trimmed(value: Any) -> Decimal | int:
    """Return a number with the decimals that are said, and without zeros at its end: they would change its plural form."""
    amount = rounded(value, _DECIMALS)
    whole = int(amount)
    return whole if amount == whole else amount.normalize()


_DECIMALS = 6
"""The most decimals of a number that is said."""


def scaled(amount: Decimal, places: int) -> int:
    """Return how many of the smallest units an amount has: 350 cents."""
    return int(amount.scaleb(places))
