"""The log: one line an event, and nothing in it that must not be."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from ivr.logs import configure, masked, origin_of


@pytest.fixture(autouse=True)
def usual_log() -> Iterator[None]:
    """Leave the log as it was."""
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+8613800138000", "**********8000"), ("12345", "*2345"), ("1234", "****"), ("", "")],
)
def test_of_a_number_the_last_four_digits_are_shown(number: str, shown: str) -> None:
    """A number that is no longer than that is not shown at all."""
    assert masked(number) == shown


def test_the_place_of_an_exception_has_neither_its_words_nor_its_values() -> None:
    """They may hold what a caller typed."""

    def inner(code: str) -> None:
        raise ValueError(f"wrong code {code}")

    try:
        inner("739155")
    except ValueError as error:
        place = origin_of(error)
    assert place["error"] == "ValueError"
    assert place["where"].startswith("test_logs.py:")
    assert "739155" not in str(place)


def test_json_is_one_object_a_line() -> None:
    """With the time, the level and the words as they are."""
    out = io.StringIO()
    configure("json", stream=out)
    structlog.get_logger().info("call", caller=masked("+8613800138000"), hotline="余额宝")
    line = out.getvalue()
    assert line.count("\n") == 1
    assert "余额宝" in line
    assert json.loads(line) | {"timestamp": ""} == {
        "event": "call",
        "caller": "**********8000",
        "hotline": "余额宝",
        "level": "info",
        "timestamp": "",
    }


def test_where_the_log_is_no_terminal_it_is_json() -> None:
    """Without a setting."""
    out = io.StringIO()
    configure(stream=out)
    structlog.get_logger().info("call")
    assert out.getvalue().startswith("{")


def test_text_is_for_people() -> None:
    """Without colours where there is no terminal."""
    out = io.StringIO()
    configure("text", stream=out)
    structlog.get_logger().warning("call", turn=1)
    assert "turn=1" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_the_level_is_obeyed() -> None:
    """What is below it is not written."""
    out = io.StringIO()
    configure("json", level="warning", stream=out)
    structlog.get_logger().info("quiet")
    structlog.get_logger().error("loud")
    assert "quiet" not in out.getvalue()
    assert "loud" in out.getvalue()
