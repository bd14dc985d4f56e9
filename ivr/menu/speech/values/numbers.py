"""Amounts: money, numbers, percentages, ordinal numbers, and numbers of things."""

from __future__ import annotations

from typing import Any

from babel import Locale
from babel.numbers import get_currency_name, get_currency_precision, get_currency_unit_pattern
from babel.units import format_unit

from ivr.menu.speech.values.patterns import CATEGORIES, MoneyPatterns
from ivr.menu.speech.values.speaker import Amount, Speaker, magnitude, rounded, scaled, trimmed

_ENGLISH = Locale("en")


def money(value: Any, speaker: Speaker, currency: str = "") -> str:
    """An amount of money in the hotline's `currency:`: `3 dollars and 50 cents`, `3.5元`.

    `money('EUR')` says another currency, by its ISO 4217 code. A text message has it in digits: `3.50 dollars`, `3.50元`.
    """
    code = currency or speaker.territory.currency
    if not code:
        raise ValueError(
            "the hotline's country has no currency; write `currency:` in `menu.yaml`, or `money('USD')`"
        )
    if code not in _ENGLISH.currencies:
        raise ValueError(f"`{code}` is no currency; write it like `USD`")
    patterns, places = speaker.values.money, get_currency_precision(code)
    amount = rounded(value, places)
    units, cents = divmod(scaled(abs(amount), places), 10**places)
    if cents and code in patterns.cents and not speaker.written:
        return speaker.signed(amount, _units_and_cents(units, cents, code, places, speaker))
    return speaker.signed(amount, _units(abs(amount) if cents else units, code, places, speaker))


def _units(amount: Amount, code: str, places: int, speaker: Speaker) -> str:
    """Return an amount in the currency's own unit, with decimals if it has any."""
    patterns = speaker.values.money
    all_decimals = speaker.written or patterns.decimals == "all"
    number = speaker.number(amount, _pattern(amount, places if all_decimals else 0, patterns))
    home = patterns.home.get(code) if code == speaker.territory.currency else None
    if forms := home or patterns.units.get(code):
        return speaker.form(forms, amount).replace("{n}", number)
    name = get_currency_name(code, count=amount, locale=speaker.locale)
    return plain_spaces(
        get_currency_unit_pattern(code, count=amount, locale=speaker.locale).format(number, name)
    )


def _pattern(amount: Amount, places: int, patterns: MoneyPatterns) -> str:
    """Return the number pattern of CLDR for an amount with at least so many decimals."""
    whole = "#,##0" if patterns.grouped else "0"
    return whole if isinstance(amount, int) else f"{whole}.{'0' * places}{'#' * 4}"


def _units_and_cents(units: int, cents: int, code: str, places: int, speaker: Speaker) -> str:
    """Return such as `3 dollars and 50 cents`, or `50 cents`."""
    patterns = speaker.values.money
    said = speaker.form(patterns.cents[code], cents).replace("{n}", speaker.number(cents, "0"))
    if not units:
        return said
    return patterns.joined.format(units=_units(units, code, places, speaker), cents=said)


def number(value: Any, speaker: Speaker) -> str:
    """A number with its decimals: `0.4102`."""
    amount = trimmed(value)
    return speaker.signed(amount, speaker.number(amount))


def percent(value: Any, speaker: Speaker) -> str:
    """A percentage that is given in percent: 1.534 is `1.534 percent`, `百分之1.534`."""
    amount = trimmed(value)
    forms = speaker.values.percent
    if forms:
        said = speaker.form(forms, amount).replace("{n}", speaker.number(amount))
    else:
        said = unit("concentr-percent", magnitude(amount), speaker)
    return speaker.signed(amount, said)


def ordinal(value: Any, speaker: Speaker, gender: str = "") -> str:
    """An ordinal number: `3rd`, `第3`. `ordinal('feminine')` goes with a feminine noun: `tercera` in place of `tercero`."""
    if gender not in {"", "masculine", "feminine"}:
        raise ValueError("write `ordinal`, `ordinal('masculine')` or `ordinal('feminine')`")
    patterns, amount = speaker.values.ordinal, int(rounded(value))
    words, forms = patterns.words, patterns.forms
    if gender == "feminine":
        words, forms = patterns.feminine or words, patterns.feminine_forms or forms
    if 1 <= abs(amount) <= len(words):
        return speaker.signed(amount, words[abs(amount) - 1])
    said = speaker.ordinal_form(forms, amount).replace("{n}", speaker.number(amount, "0"))
    return speaker.signed(amount, said)


def count(value: Any, speaker: Speaker, *forms: str, **named: str) -> str:
    """A number of things, in the right form.

    The forms are CLDR's plural categories: `count('message', 'messages')` in English,
    `count('条短信')` in Chinese, `count(one='сообщение', few='сообщения', many='сообщений')` in Russian. `{n}` in a form is the place
    of the number; without it in any form, the number comes first. `zero='no messages'` is said of 0 in every language.
    """
    amount, texts = trimmed(value), dict(zip(speaker.counts, forms, strict=False)) | named
    missing = [each for each in speaker.counts if each not in texts]
    if missing or len(forms) > len(speaker.counts) or not named.keys() <= set(CATEGORIES):
        wanted = ", ".join(f"{each}='…'" for each in speaker.counts)
        language = speaker.locale.get_language_name("en")
        raise ValueError(f"write the forms that {language} has, as in `count({wanted})`")
    number = speaker.number(amount)
    form = speaker.form(texts, amount)
    if not any("{n}" in each for each in texts.values()):
        form = speaker.values.counted.replace("{form}", form)
    return speaker.signed(amount, form.replace("{n}", number))


def unit(name: str, amount: Amount, speaker: Speaker) -> str:
    """Return a number of units in the longest words that CLDR has. Babel has none for some units, and then says the name itself."""
    for length in ("long", "short", "narrow"):
        said = format_unit(amount, name, length, format="0.######", locale=speaker.locale)
        if name not in said:
            break
    return plain_spaces(said)


def plain_spaces(said: str) -> str:
    """Return a text of CLDR with ordinary spaces, since some voices stumble over others."""
    return said.replace("\u00a0", " ").replace("\u202f", " ")
