"""The forms of what is typed: what is taken, and how a good one looks."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from ivr.menu.language import scalars as forms

GOOD_AND_BAD = [
    (forms.Name, ["main", "a1_b"], ["Main", "1a", "", "主", "a b", "a-b"]),
    (forms.NodeName, ["main", "backwards"], ["back", "repeat", "return", "Main", ""]),
    (forms.Target, ["main", "back", "repeat", "return"], ["Main", ""]),
    (forms.Language, ["zh-CN", "en-US", "yue-HK"], ["zh", "zh_CN", "ZH-cn", "xx-XX", "zh-XX", ""]),
    (forms.MenuKey, ["1", "*", "#", "12"], ["", "a", "1 ", "+", "１"]),
    (forms.AnywhereKey, ["0", "*", "#"], ["10", "", "x"]),
    (forms.Number, ["+8657100000000", "sip:a@b.cn", "sips:a@b.cn"], ["110", "+0123456", "8657100000000", "sip:b"]),
    (forms.Days, ["mon", "mon-fri", "sat-mon"], ["monday", "mon-", "Mon", "mon,tue", ""]),
    (forms.Hours, ["08:30-21:00", "00:00-24:00", "closed"], ["8:30-21:00", "21:00-08:30", "09:00-09:00", "24:00-24:00", ""]),
    (forms.Date, ["2026-10-01"], ["2026-02-30", "2026-10-1", "01.10.2026", "２０２６-10-01"]),
    (forms.Length, ["6", "4-8", "18"], ["0", "8-4", "six", "100", "-4"]),
    (forms.Range, ["1-50000", "0.5-1.5", "5-5"], ["5-1", "1", "-5", "1..2"]),
    (forms.Recording, ["greeting.wav", "menu/main.mp3"], ["greeting.ogg", "../secret.wav", "/a.wav", "greeting"]),
    (forms.YamlFile, ["login.yaml", "a/b.yaml"], ["login.yml", "../login.yaml", "login", "/a.yaml"]),
    (forms.Country, ["CN"], ["cn", "CHN"]),
    (forms.Currency, ["USD", "CNY"], ["usd", "$", "US dollar", "XQQ", ""]),
    (forms.HotlineName, ["yuebao", "my-line"], ["Yuebao", ""]),
    (forms.Flag, ["true", "false"], ["yes", "on", "True", "1", ""]),
    (forms.SingleLine, ["您好", " x "], ["", "  ", "\n"]),
    (forms.Seconds, ["1", "60"], ["0", "61", "five", "1.5"]),
    (forms.Tries, ["1", "5"], ["0", "6"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "typed"), [(form, typed) for form, good, _ in GOOD_AND_BAD for typed in good]
)
def test_what_is_taken(form: Any, typed: str) -> None:
    """It is taken, and a text stays as it was typed."""
    taken = TypeAdapter(form).validate_python(typed)
    assert taken == typed or not isinstance(taken, str)


@pytest.mark.parametrize(("form", "typed"), [(form, typed) for form, _, bad in GOOD_AND_BAD for typed in bad])
def test_what_is_refused(form: Any, typed: str) -> None:
    """It is refused."""
    with pytest.raises(ValidationError):
        TypeAdapter(form).validate_python(typed)


@pytest.mark.parametrize("form", [form for form in vars(forms).values() if isinstance(form, forms.Form)])
def test_the_examples_are_good(form: forms.Form) -> None:
    """What a remedy tells an editor to write is taken."""
    assert [example for example in form.like if form.wrong(example)] == []


def test_the_remedy_of_a_form_shows_good_ones() -> None:
    """Noun and examples are those of the declaration."""
    form = forms.Form("colour", "red|green", ("red", "green"), lambda typed: typed != "green")
    assert form.wrong("red") is None
    assert form.wrong("green") == ("`green` is no colour", "write it like `red` or `green`")
    assert form.wrong("blue") == ("`blue` is no colour", "write it like `red` or `green`")


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        ("usd", "write `USD`"),
        ("€", "write `EUR`"),
        ("mexican peso", "write `MXN`"),
        ("dollar", "write it like `USD` or `CNY`"),
    ],
)
def test_a_currency_is_written_by_its_code(typed: str, remedy: str) -> None:
    """A sign or a name of CLDR gets the code to write instead."""
    assert forms.CURRENCY.wrong(typed) == (f"`{typed}` is no currency (an ISO 4217 code)", remedy)
