"""How values are said: the table of expected texts, and what holds for every language, filter and value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ivr.menu.language.model import read_table
from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.packs import pack, pack_tags
from ivr.menu.speech.sandbox import environment, render
from ivr.menu.speech.templates import template
from ivr.menu.speech.values import numbers, texts, times
from ivr.menu.speech.values.speaker import Speaker, Territory, speaker

LANGUAGES = ("zh-CN", "zh-TW", "yue-HK", "en-US", "en-GB", "es-ES", "es-MX", "fr-FR", "fr-CA", "de-DE", "pt-BR", "it-IT",
             "ja-JP", "ko-KR", "ar-EG", "hi-IN", "ru-RU", "vi-VN")  # fmt: skip
OTHER_SCRIPTS = {"zh", "yue", "ja", "ko", "ar", "hi", "ru"}
EXPECTED = read_table(list[dict[str, Any]], Path(__file__).with_name("expected.yaml"))


def typed(written: Any) -> Any:
    """Return a value of the table with its type."""
    match written:
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"day": date() as day}:
            return day
        case {"time": str(text)}:
            return datetime.combine(date(2026, 11, 24), time.fromisoformat(text))
    return written


@pytest.mark.parametrize("row", EXPECTED, ids=[f"{row['filter']} of {row['say']}" for row in EXPECTED])
def test_a_value_is_said_as_a_speaker_of_the_language_says_it(row: dict[str, Any]) -> None:
    """Each filter in nine languages, as texts that were written by hand."""
    value, source = typed(row["say"]), "{{ value | " + row["filter"] + " }}"
    expected = {key: text for key, text in row.items() if key not in {"say", "filter"}}
    assert len(expected) >= 8
    said = {language: render(template(source, language), {"value": value}) for language in expected}
    assert said == {language: str(text) for language, text in expected.items()}


AMOUNTS: tuple[Any, ...] = (
    0, -0.0, Decimal("-0"), Decimal("-0.004"), 0.125, 1e8, Decimal("1E+8"), -1, 1, 2, 3, 5, 11, 21, 22, 100, 101, 1_000_000,
    Decimal("0.01"), Decimal("0.1"), Decimal("1.01"), Decimal("1.10"), Decimal("-1234.5"), Decimal("-0.5"), "42", "007", 1e-7,
    10**20 - 1, Decimal("1e-999999"), 0.1 + 0.2,
)  # fmt: skip
DAYS = (
    date(2028, 2, 29),
    date(2026, 1, 1),
    date(2026, 12, 31),
    date(1990, 3, 7),
    datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
)
CLOCKS = [time(hour, minute) for hour in range(24) for minute in (0, 1, 2, 5, 10, 30, 59)]
CODES = (
    "0",
    "-5",
    -5,
    "+8613800138000",
    "13800138000",
    "+12025550100",
    "110",
    "6222021234567890",
    "1*#",
    "+",
    "12-34",
    "1.5",
)
NAMES = ("张三", "李-四", "هدى", "हिन्दी", "Ольга", "가나다")


def _counted(value: Any, by: Speaker) -> str:
    return numbers.count(value, by, *"①②③④⑤⑥"[: len(by.counts)])


SAID: dict[str, tuple[tuple[Any, ...] | list[time], list[Callable[[Any, Speaker], str]]]] = {
    "money": (AMOUNTS, [
        lambda value, by, code=code: numbers.money(value, by, code)  # type: ignore[misc]
        for code in ("", "USD", "EUR", "CNY", "JPY", "GBP", "KWD", "CHF", "INR")
    ]),
    "number": (AMOUNTS, [numbers.number]),
    "percent": (AMOUNTS, [numbers.percent]),
    "ordinal": (AMOUNTS, [numbers.ordinal, lambda value, by: numbers.ordinal(value, by, "feminine")]),
    "count": (AMOUNTS, [_counted]),
    "minutes": (AMOUNTS, [times.minutes]),
    "weekday": (DAYS, [times.weekday]),
    "day": (DAYS, [times.day]),
    "full_day": (DAYS, [times.full_day]),
    "clock": (CLOCKS, [times.clock]),
    "digits": (CODES, [texts.digits, lambda value, by: texts.digits(value, by, 2, 3)]),
    "tail": (CODES, [texts.tail]),
    "card": (CODES, [texts.card]),
    "phone": (CODES, [texts.phone]),
    "spell": ((*CODES, *NAMES), [texts.spell]),
    "listing": ((["1"], ["1", "2"], ["1", "2", "3", "4"]), [texts.listing]),
}  # fmt: skip
"""The values that each filter is tried with, and the ways to use it."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_value_is_said_in_another_language_or_in_signs(language: str) -> None:
    """No filter fails with an odd value, says nothing, says a key of CLDR, or leaves a sign for the voice to read."""
    assert SAID.keys() == {name for name, each in FILTERS.items() if each.say}
    wrong = [
        (name, value, said)
        for by in (speaker(language), speaker(language, Territory("CN", "CNY")))
        for name, (values, ways) in SAID.items()
        for value in values
        for way in ways
        if any(_faults(said := way(value, by), language))
    ]
    assert wrong == []


def _faults(said: str, language: str) -> Iterator[bool]:
    yield not said.strip()
    yield "duration-" in said or "concentr" in said
    yield re.search(r"[{}\u200e\u200f\u202f]", said) is not None
    yield re.search(r"(?<![^\W\d])[-−+]|[-−+](?![^\W\d])", said) is not None  # a hyphen within a word is none
    yield "00:0" in said or said == "0:05"
    if language.partition("-")[0] in OTHER_SCRIPTS:
        yield re.search(r"[A-Za-z]{2}", said) is not None


@pytest.mark.parametrize("language", ["nl-NL", "pl-PL", "he-IL", "id-ID", "quc-GT"])
def test_a_language_without_a_pack_has_what_cldr_knows(language: str) -> None:
    """No filter fails, says nothing, or says a key of CLDR."""
    by = speaker(language)
    said = [way(value, by) for values, ways in SAID.values() for value in values for way in ways]
    assert [each for each in said if not each.strip() or "duration-" in each or "concentr" in each] == []


@pytest.mark.parametrize("language", [tag if "-" in tag else f"{tag}-EG" for tag in pack_tags()])
def test_a_pack_has_the_form_of_each_number(language: str) -> None:
    """A pack that names units has every plural form that whole numbers have in its language."""
    by, values = speaker(language), pack(language).values
    forms = [values.hours, values.minutes, values.percent]
    forms += [*values.money.home.values(), *values.money.units.values(), *values.money.cents.values()]
    for each in filter(None, forms):
        assert set(each) == {"other"} or set(by.counts) <= set(each), each


def test_the_packs_that_come_ready_have_values() -> None:
    """Each of the languages has its word for minus, its parts of a day, and a pause."""
    for language in LANGUAGES:
        values = pack(language).values
        assert values.minus != "-{n}", language
        assert values.clock.hour, language
        assert values.symbols, language


@pytest.mark.parametrize(
    ("source", "value", "said"),
    [
        ("spell", "हिन्दी", "हि, न्, दी"),  # a vowel sign belongs to its letter
        ("spell", "e\u0301", "É"),
        ("digits", "٣٤", "3 4"),
        ("digits", "-5", "minus 5"),
        ("digits", "400-820-8820", "4 0 0 8 2 0 8 8 2 0"),
        ("phone", "+12025550100;ext=5", "2 0 2, 5 5 5, 0 1 0 0"),
        ("phone", "95588", "9 5 5 8 8"),
        ("phone", "12345678", "1 2 3 4, 5 6 7 8"),
        ("phone", "123456789012345", "1 2 3, 4 5 6 7, 8 9 0 1, 2 3 4 5"),
        ("phone", "unknown", "u n k, n o w n"),
        ("minutes", 89.5, "1 hour 30 minutes"),
        ("minutes", -5, "0 minutes"),
        ("money", Decimal(99999999999999999999), "99,999,999,999,999,999,999 dollars"),
    ],
)
def test_an_odd_value_is_said_all_the_same(source: str, value: Any, said: str) -> None:
    """A service may tell digits of another script, marks that stand apart, or a number that is no telephone's."""
    assert render(template("{{ value | " + source + " }}", "en-US"), {"value": value}) == said


def test_a_day_without_a_pack_has_its_weekday_written_out() -> None:
    """CLDR's pattern has it shortened."""
    assert times.day(date(2026, 11, 24), speaker("nl-NL")) == "dinsdag 24 november"


def test_a_country_without_money_needs_a_currency() -> None:
    """The remedy names both ways to give one, and a currency of the value needs none of the hotline."""
    nowhere = speaker("en-US", Territory("AQ", ""))
    with pytest.raises(ValueError, match=r"write `currency:` in `menu.yaml`, or `money\('USD'\)`"):
        numbers.money(1, nowhere)
    assert numbers.money(1, nowhere, "EUR") == "1 euro"


@pytest.mark.parametrize("value", ["1e20", Decimal("1e999999999"), "inf", "nan"])
def test_a_number_that_is_too_long_is_not_said(value: Any) -> None:
    """Nobody can follow it, and Babel would write all its zeros."""
    with pytest.raises(ValueError, match="more than 20 digits"):
        numbers.money(value, speaker("en-US"))


# --- in text messages


@pytest.mark.parametrize(
    ("source", "value", "chinese", "english"),
    [
        ("money", Decimal("3512.40"), "3512.40元", "3,512.40 yuan"),
        ("money", Decimal(3000), "3000元", "3,000 yuan"),
        ("money", Decimal("-5.5"), "-5.50元", "-5.50 yuan"),
        ("clock", time(15, 0), "15:00", "3:00 PM"),
        ("clock", time(0, 5), "00:05", "12:05 AM"),
        ("number", Decimal("-0.5"), "-0.5", "-0.5"),
        ("card", "6222021234567890", "6222 0212 3456 7890", "6222 0212 3456 7890"),
        ("phone", "+8613800138000", "138 0013 8000", "138 0013 8000"),
        ("spell", "ab-12", "ab-12", "ab-12"),
        ("day", date(2026, 11, 24), "11月24日星期二", "Tuesday, November 24"),
    ],
)
def test_a_text_message_has_values_as_they_are_written(
    source: str, value: Any, chinese: str, english: str
) -> None:
    """What is read and not heard has digits and signs."""
    china = Territory("CN", "CNY")
    said = [
        render(template("{{ value | " + source + " }}", language, china, written=True), {"value": value})
        for language in ("zh-CN", "en-US")
    ]
    assert said == [chinese, english]


# --- forms and options


@pytest.mark.parametrize(
    ("language", "source", "said"),
    [
        ("en-US", "{{ n | count('message', 'messages') }}", ["0 messages", "1 message", "2 messages", "5 messages"]),
        ("en-US", "{{ n | count(zero='no messages', one='{n} message', other='{n} messages') }}",
         ["no messages", "1 message", "2 messages", "5 messages"]),
        ("en-US", "{{ n | count(one='{n} new message', other='{n} new messages') }}",
         ["0 new messages", "1 new message", "2 new messages", "5 new messages"]),
        ("zh-CN", "{{ n | count('条短信') }}", ["0条短信", "1条短信", "2条短信", "5条短信"]),
        ("ru-RU", "{{ n | count('сообщение', 'сообщения', 'сообщений') }}",
         ["0 сообщений", "1 сообщение", "2 сообщения", "5 сообщений"]),
        ("ar-EG", "{{ n | count('لا رسائل', 'رسالة واحدة', 'رسالتان', '{n} رسائل', '{n} رسالة', '{n} رسالة') }}",
         ["لا رسائل", "رسالة واحدة", "رسالتان", "5 رسائل"]),
    ],
)  # fmt: skip
def test_things_are_counted_in_the_right_form(language: str, source: str, said: list[str]) -> None:
    """The editor gives the forms of CLDR's plural categories; the number comes first, or where `{n}` is."""
    assert [render(template(source, language), {"n": n}) for n in (0, 1, 2, 5)] == said


def test_nothing_has_a_form_of_its_own_where_a_pack_gives_one() -> None:
    """CLDR has one form for 0 and 1 in Hindi, and nobody says it of 0 rupees."""
    assert [numbers.money(each, speaker("hi-IN")) for each in (0, 1, 2)] == ["0 रुपये", "1 रुपया", "2 रुपये"]


def test_zeros_at_the_end_of_a_number_do_not_change_its_form() -> None:
    """Croatian has one form for 0.1 and another one for 0.100."""
    forms = "{{ n | count(one='litra', few='litre', other='litara') }}"
    assert render(template(forms, "hr-HR"), {"n": Decimal("0.100")}) == "0,1 litra"


def test_the_filters_of_an_environment_are_those_of_its_territory() -> None:
    """The same hotline speaks of the same currency in each of its languages."""
    assert environment("en-US").from_string("{{ 3 | money }}").render() == "3 dollars"
    assert environment("en-US", Territory("CN", "CNY")).from_string("{{ 3 | money }}").render() == "3 yuan"


MENUS_PAGE = Path(__file__).parents[4] / "docs" / "menus.md"


def test_the_page_about_menus_shows_what_is_said() -> None:
    """Each row of its table of values is what the filters say."""
    section = MENUS_PAGE.read_text(encoding="utf-8").partition("\n## Values\n")[2].partition("\n## ")[0]
    head, _, *rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 15
    for source, written, *said in rows:
        for language, text in zip(head[2:], said, strict=True):
            compiled = template(source.strip("`").replace("\\|", "|"), language)
            assert render(compiled, {"x": _of_page(written)}) == text, source


def _of_page(written: str) -> Any:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", written):
        return date.fromisoformat(written)
    return time.fromisoformat(written) if re.fullmatch(r"\d\d:\d\d", written) else written


@pytest.mark.parametrize(
    ("language", "currency", "said"),
    [
        ("en-US", "USD", "3 dollars and 50 cents"),
        ("en-CA", "USD", "3 US dollars and 50 cents"),
        ("en-CA", "CAD", "3 dollars and 50 cents"),
        ("en-US", "CAD", "3 Canadian dollars and 50 cents"),
        ("en-AU", "AUD", "3 dollars and 50 cents"),
        ("en-IN", "INR", "3 rupees and 50 paise"),
        ("es-AR", "ARS", "3 pesos con 50 centavos"),
        ("es-MX", "ARS", "3 pesos argentinos con 50 centavos"),
        ("es-US", "USD", "3 dólares con 50 centavos"),
        ("fr-CA", "CAD", "3 dollars et 50 cents"),
        ("de-CH", "CHF", "3 Franken und 50 Rappen"),
        ("zh-TW", "TWD", "3.5元"),
        ("yue-HK", "HKD", "3.5元"),
        ("ar-KW", "KWD", "3 دنانير و500 فلس"),
        ("ja-JP", "USD", "3ドル50セント"),
    ],
)
def test_the_currency_of_the_country_needs_no_name_of_it(language: str, currency: str, said: str) -> None:
    """A dollar is a US dollar only where another one is nearer."""
    assert numbers.money(Decimal("3.5"), speaker(language), currency) == said
