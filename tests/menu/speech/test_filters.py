"""How values are said, in Chinese and in English."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from babel import Locale

from ivr.menu.speech.filters import FILTERS

ZH, EN = Locale.parse("zh-CN", sep="-"), Locale.parse("en-US", sep="-")
DAY = date(2026, 11, 24)
TIME = datetime(2026, 11, 24, 15, 0, tzinfo=timezone(timedelta(hours=8)))


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
    assert (FILTERS[name](value, ZH), FILTERS[name](value, EN)) == (chinese, english)


def test_another_currency_is_named() -> None:
    """Money that is not in yuan says what it is."""
    assert FILTERS["money"](5, EN, "USD") == "5.00 US dollars"
    assert FILTERS["money"](5, ZH, "USD") == "5.00美元"


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_has_a_sentence_for_the_reference_page(name: str) -> None:
    """With an example, or the whole rule."""
    assert (FILTERS[name].__doc__ or "").endswith(".")


@pytest.mark.parametrize("name", ["money", "number", "percent", "minutes", "digits", "tail"])
def test_a_filter_takes_what_a_caller_typed(name: str) -> None:
    """A text of digits is a number where a number is wanted."""
    assert FILTERS[name]("42", EN)
