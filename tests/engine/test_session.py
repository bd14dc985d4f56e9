"""A session goes into JSON and comes back the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.session import Session
from ivr.menu.language.contract import Level

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(datetime(2000, 1, 1), timezones=st.sampled_from([UTC, ZoneInfo("Asia/Shanghai")])),  # noqa: DTZ001 - hypothesis wants it so
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=8,
)


def session() -> Session:
    """Return a session of which every field has a value of its own."""
    return Session(
        call="CA1",
        version="abc",
        started=datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai")),
        caller="+8613800138000",
        called="+8657100000000",
        node="main",
        language="zh-CN",
        turn=3,
        level=Level.verified,
        account="A1",
        variables={"amount": Decimal("12.50"), "day": date(2026, 11, 23), "names": ["张", "Li"]},
        history=["main", "more"],
        replayable=["news"],
        noinputs=1,
        nomatches=2,
        repeats=3,
        confirming=Decimal("0.10"),
        pending_returns=["balance"],
        human_tried=True,
        urgent=True,
        reason="why",
        limited=True,
        ending="completed",
    )


def test_every_field_comes_back() -> None:
    """Nothing is lost between two webhooks, and money is still money."""
    assert Session.from_json(session().to_json()) == session()


@given(st.dictionaries(st.text(max_size=10), VALUES, max_size=4), VALUES)
def test_every_plain_value_comes_back(variables: dict[str, object], confirming: object) -> None:
    """Decimals, dates and times come back as what they were."""
    before = Session("CA1", "v", datetime(2026, 1, 1, tzinfo=UTC), variables=variables, confirming=confirming)
    assert Session.from_json(before.to_json()) == before


def test_it_is_one_readable_line() -> None:
    """A person who looks into the store can read it."""
    text = session().to_json()
    assert "\n" not in text
    assert "张" in text
    assert json.loads(text)["level"] == "verified"


def test_a_copy_can_be_changed_alone() -> None:
    """A step works on a copy."""
    one = session()
    other = one.copy()
    other.variables["x"] = 1
    other.history.append("x")
    other.replayable.append("x")
    other.pending_returns.append("x")
    assert one == session()


@pytest.mark.parametrize("value", [object(), {1: "x"}, b"x", {"x": {"y": {1, 2}}}, "x".upper, [print]])
def test_only_what_can_be_saved_is_remembered(value: object) -> None:
    """A value that is no plain data is refused before it is kept, and none of its neighbours is kept either."""
    one = session()
    with pytest.raises(TypeError, match="`bad` is not plain data"):
        one.remember({"good": 1, "bad": value})
    assert one == session()


def test_what_is_no_plain_data_cannot_be_written() -> None:
    """However it came in."""
    with pytest.raises(TypeError, match="plain data"):
        Session("CA1", "v", datetime(2026, 1, 1, tzinfo=UTC), confirming=object()).to_json()
