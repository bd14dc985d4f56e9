"""How values are said, in Chinese and in English."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from babel import Locale

from ivr.explore.samples import Samples
from ivr.menu.reference import node_reference
from ivr.menu.speech import filters
from ivr.menu.speech.estimates import words
from ivr.menu.speech.filters import FILTERS, Filter
from ivr.menu.speech.sandbox import environment
from tests.support import menus

ZH, EN = Locale.parse("zh-CN", sep="-"), Locale.parse("en-US", sep="-")
DAY = date(2026, 11, 24)
TIME = datetime(2026, 11, 24, 15, 0, tzinfo=timezone(timedelta(hours=8)))


def said(name: str, value: Any, locale: Locale) -> str:
    """Return a value in the words of one of our filters."""
    say = FILTERS[name].say
    assert say is not None
    return say(value, locale)


@pytest.mark.parametrize(
    ("name", "value", "chinese", "english"),
    [
        ("money", Decimal(3000), "3000元", "3,000 yuan"),
        ("money", Decimal("3000.00"), "3000元", "3,000 yuan"),
        ("money", "3000.5", "3000.50元", "3,000.50 yuan"),
        ("money", Decimal("0.1"), "0.10元", "0.10 yuan"),
        ("money", 0, "0元", "0 yuan"),
        ("money", Decimal("1234567.89"), "1234567.89元", "1,234,567.89 yuan"),
        ("money", Decimal("-5.5"), "-5.50元", "-5.50 yuan"),
        ("number", Decimal("0.4102"), "0.4102", "0.4102"),
        ("number", 10_000, "10000", "10000"),
        ("percent", Decimal("1.534"), "百分之1.534", "1.534 percent"),
        ("day", DAY, "11月24日星期二", "Tuesday, November 24"),
        ("day", TIME, "11月24日星期二", "Tuesday, November 24"),
        ("full_day", date(1990, 3, 7), "1990年3月7日", "March 7, 1990"),
        ("clock", TIME, "15:00", "3:00 PM"),
        ("minutes", 174, "2小时54分钟", "2 hours 54 minutes"),
        ("minutes", 61, "1小时1分钟", "1 hour 1 minute"),
        ("minutes", 120, "2小时", "2 hours"),
        ("minutes", "180", "3小时", "3 hours"),
        ("minutes", 0, "0分钟", "0 minutes"),
        ("minutes", -5, "0分钟", "0 minutes"),
        ("digits", "95588", "九五五八八", "9 5 5 8 8"),
        ("digits", "1*#", "幺星井", "1 star pound"),
        ("digits", "+86", "+八六", "plus 8 6"),
        ("tail", "6222021234567890", "七八九零", "7 8 9 0"),
        ("tail", "12", "幺二", "1 2"),
        ("listing", ["招行", "中行"], "招行和中行", "招行 and 中行"),
        ("listing", ["a", "b", "c"], "a、b和c", "a, b, and c"),
        ("listing", ["a"], "a", "a"),
    ],
)
def test_a_value_is_said(name: str, value: Any, chinese: str, english: str) -> None:
    """As a person at a counter would say it."""
    assert (said(name, value, ZH), said(name, value, EN)) == (chinese, english)


def test_another_currency_is_named() -> None:
    """Money that is not in yuan says what it is."""
    assert filters.money(5, EN, "USD") == "5.00 US dollars"
    assert filters.money(5, ZH, "USD") == "5.00美元"


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_has_a_sentence_for_the_reference_page(name: str) -> None:
    """With an example, or the whole rule."""
    assert FILTERS[name].means.endswith(".")


@pytest.mark.parametrize("name", ["money", "number", "percent", "minutes", "digits", "tail"])
def test_a_filter_takes_what_a_caller_typed(name: str) -> None:
    """A text of digits is a number where a number is wanted."""
    assert said(name, "42", EN)


def test_every_filter_of_ours_says_its_example() -> None:
    """In both languages: `ivr check` measures it, and `ivr explore` tries it."""
    for name, each in FILTERS.items():
        if each.say:
            assert each.example is not None, name
            assert all(each.say(each.example, locale) for locale in (ZH, EN)), name


def test_a_filter_is_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new record is all that templates, lengths, proofs and the reference page need of a filter."""
    monkeypatch.setitem(FILTERS, "loudly", Filter("In a loud voice.", lambda v, locale: f"{v}!", 4711))
    environment.cache_clear()
    tree = menus.bilingual(menus.MENU.replace("remaining | money", "remaining | loudly")).tree
    assert tree is not None
    assert words(tree.speech["zh-CN"].nodes["limits_told"].say[0]) == "您今天还可以转出4711!。"
    assert environment("en-US").from_string("{{ 1 | loudly }}").render() == "1!"
    assert Samples(tree).values("remaining") == (4711,)
    assert "| `loudly` | In a loud voice. |" in node_reference()
    environment.cache_clear()
