"""The rules of single kinds of entries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.entries import InvalidEntry, Typing, ValidEntry, fixed_length, lengths, read_entry
from ivr.menu.language.nodes import AskNode
from ivr.menu.speech.packs import DateOrder
from ivr.menu.speech.values.speaker import Territory

TODAY = date(2026, 11, 23)


def read(
    ask: str, keys: str, *, ended: bool = True, order: DateOrder = "ymd", currency: str = "CNY", **more: str
) -> ValidEntry | InvalidEntry:
    """Read keys as this kind of entry, in China."""
    node = AskNode.model_validate({"ask": ask, "then": "next", **more})
    return read_entry(node, keys, Typing(Territory("CN", currency), order, lambda: TODAY), ended=ended)


@pytest.mark.parametrize("keys", ["11010519491231002X".replace("X", "*"), "440524188001010014"])
def test_a_resident_identity_number_has_a_check_character(keys: str) -> None:
    """The standard's own examples are right; the star stands for X (GB 11643-1999)."""
    assert read("id_card", keys) == ValidEntry(keys.replace("*", "X"))


@pytest.mark.parametrize("position", range(17))
def test_any_wrong_digit_of_an_identity_number_is_found(position: int) -> None:
    """The check character finds every single wrong digit."""
    good = "440524188001010014"
    wrong = good[:position] + str((int(good[position]) + 1) % 10) + good[position + 1 :]
    assert read("id_card", wrong) == InvalidEntry()


@pytest.mark.parametrize(
    "keys",
    [
        "440524188002300013",  # there is no 30 February
        "11010520991231000*",  # not born yet
        "1101051949123100*2",  # the star stands for X, and only at the end
    ],
)
def test_an_identity_number_names_a_birthday(keys: str) -> None:
    """A number of nobody who could be alive is none."""
    assert read("id_card", keys) == InvalidEntry()


def test_the_birthday_of_an_identity_number_may_be_today() -> None:
    """A number is given at birth; one of tomorrow is none."""

    def born(day: str) -> str:
        body = "110105" + day + "000"
        weighed = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
        return body + "10*98765432"[weighed % 11]

    assert isinstance(read("id_card", born("20261123")), ValidEntry)
    assert read("id_card", born("20261124")) == InvalidEntry()


@pytest.mark.parametrize(("keys", "tail"), [("002*", "002X"), ("0014", "0014")])
def test_the_tail_of_an_identity_number_may_end_in_a_star(keys: str, tail: str) -> None:
    """The star is X there too."""
    assert read("id_tail", keys) == ValidEntry(tail)


@pytest.mark.parametrize(
    "ask", ["digits", "code", "pin", "id_tail", "id_card", "phone", "amount", "date", "yes_no"]
)
@given(keys=st.text("0123456789*#", max_size=24), ended=st.booleans())
def test_whatever_is_typed_is_read_or_rejected(ask: str, keys: str, ended: bool) -> None:  # noqa: FBT001
    """No keys can make the reader fail."""
    more: dict[str, Any] = {"length": "1-8"} if ask == "digits" else {}
    assert isinstance(read(ask, keys, ended=ended, **more), ValidEntry | InvalidEntry)


@pytest.mark.parametrize(("order", "keys"), [("ymd", "20240229"), ("mdy", "02292024"), ("dmy", "29022024")])
def test_a_date_is_typed_in_the_order_of_the_language(order: DateOrder, keys: str) -> None:
    """The same day has its digits in the order of the region, and no other order of them is a date."""
    assert read("date", keys, order=order) == ValidEntry(date(2024, 2, 29))
    others = {"ymd", "mdy", "dmy"} - {order}
    assert [read("date", keys, order=other) for other in others] == [InvalidEntry()] * 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("currency", "keys", "good"),
    [
        ("JPY", "1200", True),
        ("JPY", "1200*5", False),
        ("USD", "1200*50", True),
        ("USD", "1200*505", False),
        ("KWD", "1*505", True),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(currency: str, keys: str, *, good: bool) -> None:
    """A yen has none, and an amount that is read back rounded is not the one that was typed."""
    assert isinstance(read("amount", keys, currency=currency), ValidEntry) is good


@pytest.mark.parametrize("keys", ["１２３４", "१२३४", "²²²²"])
def test_only_the_keys_of_a_telephone_are_digits(keys: str) -> None:
    """Digits of other scripts cannot be typed, and are refused wherever they come from."""
    assert read("digits", keys, length="4") == InvalidEntry()
    assert isinstance(read("phone", keys), InvalidEntry)


def test_nothing_at_all_is_no_part_of_an_entry() -> None:
    """Words that were no digits are a wrong entry, and not an unfinished one."""
    assert read("code", "") == InvalidEntry(unfinished=False)


@pytest.mark.parametrize(
    ("ask", "length", "span", "fixed"),
    [
        ("digits", "4-8", (4, 8), None),
        ("digits", "5", (5, 5), 5),
        ("code", None, (6, 6), 6),
        ("code", "4", (4, 4), 4),
        ("pin", None, (6, 6), 6),
        ("id_tail", None, (4, 4), 4),
        ("amount", None, None, None),
        ("phone", None, None, None),
    ],
)
def test_lengths(ask: str, length: str | None, span: tuple[int, int] | None, fixed: int | None) -> None:
    """The menu's length, the kind's own, the usual one, or none."""
    node = AskNode.model_validate({"ask": ask, "then": "next"} | ({"length": length} if length else {}))
    assert (lengths(node), fixed_length(node)) == (span, fixed)
