"""The log: one line an event, and nothing in it that must not be."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from ivr.logs import ONE_BY_ONE, Alarms, BoundedLog, configure, masked, origin_of, warn_root


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


# --- what strangers and libraries can make it say


def test_a_flood_of_refusals_has_few_lines() -> None:
    """The first ones one by one, then their number, once for each kind and period."""
    bounded = BoundedLog(period=3600)
    with capture_logs() as lines:
        for number in range(10_000):
            bounded.warning("signature refused", path=f"/{number}")
        bounded.error("request failed")
        assert len(lines) == ONE_BY_ONE + 1
        bounded.end_period("signature refused")
        bounded.end_period("request failed")
        bounded.end_period("body too large")
        assert lines[-1] == {
            "event": "signature refused",
            "log_level": "warning",
            "more": 10_000 - ONE_BY_ONE,
            "seconds": 3600,
        }
        assert len(lines) == ONE_BY_ONE + 2
        bounded.warning("signature refused", path="/again")
    assert lines[-1]["path"] == "/again"


def test_the_number_is_told_although_nothing_more_happens() -> None:
    """A flood that has ended is not forgotten."""
    told = threading.Event()
    bounded = BoundedLog(period=0.01, one_by_one=0)
    with capture_logs() as lines:
        bounded.warning("signature refused")
        for _ in range(500):
            if lines or told.wait(0.01):
                break
    assert [line["more"] for line in lines] == [1]


OTHERS = """
import logging, sys, threading
from concurrent.futures import Future
from ivr.logs import configure
configure("json")
SECRET = "https://ivr.example.com/reset/ticket-4711"

def fails():
    raise ValueError(f"no answer from {SECRET}")

thread = threading.Thread(target=fails); thread.start(); thread.join()
logging.getLogger("urllib3.connectionpool").warning("Retrying %s", SECRET)
try:
    fails()
except ValueError:
    logging.getLogger("somebody").exception("failed at %s", SECRET)
future = Future(); future.add_done_callback(lambda _: fails()); future.set_result(1)

class Closes:
    def __del__(self):
        fails()

Closes()
"""


def test_libraries_and_lost_exceptions_say_only_where() -> None:
    """Python itself would print their words, which have URLs: the log has one line for each, without them."""
    done = subprocess.run([sys.executable, "-c", OTHERS], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line.get("library", ""), line.get("error", "")) for line in lines] == [
        ("exception not caught", "", "ValueError"),
        ("a library warns", "urllib3.connectionpool", ""),
        ("a library warns", "somebody", "ValueError"),
        ("a library warns", "concurrent.futures", "ValueError"),
        ("exception not caught", "", "ValueError"),
    ]
    assert all(line["where"] for line in lines)
    assert "4711" not in done.stderr + done.stdout
    assert "ivr.example.com" not in done.stderr


def test_root_is_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever breaks into a server of root has the machine; any other user hears nothing."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with capture_logs() as lines:
        warn_root()
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        warn_root()
    assert [line["event"] for line in lines] == ["runs as root"]


# --- alarms


def test_an_alarm_names_its_call_and_masks_the_numbers() -> None:
    """It is a warning with a stable name."""
    with capture_logs() as lines:
        Alarms().sound("lock", "tail", call="CA1", caller="+8613800138000", account="+8613800138001")
    assert lines == [
        {
            "event": "alarm",
            "log_level": "warning",
            "kind": "lock",
            "scope": "tail",
            "call": "CA1",
            "caller": "**********8000",
            "account": "**********8001",
        }
    ]


def test_a_flood_of_alarms_has_few_lines_for_each_kind_and_scope() -> None:
    """The first ones have lines; then a line says how many more there were, also when the program ends."""
    alarms = Alarms(BoundedLog(period=60))
    with capture_logs() as lines:
        for n in range(10_000):
            alarms.sound("wrong_tail", ("calling number", "other number")[n % 2], call=f"CA{n}")
        alarms.sound("lock", "calling number")
        assert alarms.counts() == {
            "wrong_tail calling number": 5000,
            "wrong_tail other number": 5000,
            "lock calling number": 1,
        }
        assert len(lines) == 2 * ONE_BY_ONE + 1
        alarms.close()
    assert lines[2 * ONE_BY_ONE + 1 :] == [
        {
            "event": "alarm",
            "log_level": "warning",
            "kind": "wrong_tail",
            "scope": scope,
            "more": 5000 - ONE_BY_ONE,
            "seconds": 60,
        }
        for scope in ("calling number", "other number")
    ]


def test_an_alarm_never_breaks_what_it_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no thread can be started for the count, each alarm is logged."""

    def no_thread(_timer: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", no_thread)
    alarms = Alarms(BoundedLog(one_by_one=1))
    with capture_logs() as lines:
        for _ in range(3):
            alarms.sound("bound", "text-country")
    assert [line["event"] for line in lines] == ["alarm"] * 3
