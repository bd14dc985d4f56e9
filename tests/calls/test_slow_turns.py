"""Turns whose action takes long, and what crosses them: polls, keys, hang-ups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import ActionRequest, ActionResult
from ivr.engine.events import DigitsPressed, NoInput
from tests.support.at_once import AtOnce
from tests.support.switchboards import AT, CALLER, SwitchboardCall

MENU = """
hotline: test
languages: [en-US]
timezone: Asia/Shanghai
start: main
anywhere: {"0": agent, "*": back, "9": repeat}
phrases: {working: [One moment., Still at it.], internal_error: Trouble.}
desks: {service: {number: "+8657100000001", busy: main, no_answer: main, failed: main}}
nodes:
  main: {say: Hello., menu: {"1": {for: a link, go: link}, "2": {for: the end, go: bye}}}
  link:
    run: send_link
    with: {page: somewhere}
    text: Here is the link.
    outcomes: {sent: sent, no_number: main, rationed: main, unavailable: sorry}
  sent: {say: Sent., then: main}
  sorry: {say: Not now., then: agent}
  agent: {say: Connecting., transfer: service}
  bye: {end: Goodbye.}
"""
MAIN = "Hello.\nFor a link, press 1.\nFor the end, press 2."


class Later:
    """Runs whose results come when the test says so."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], Any]] = []
        self.told: list[Callable[[Any], None]] = []
        self.full = False

    def start(self, job: Callable[[], Any], name: str) -> Later | None:
        """Take a job, if there is room."""
        if self.full:
            return None
        self.jobs.append(job)
        return self

    def wait(self, seconds: float) -> Any:
        """Wait in vain."""
        return None

    def when_done(self, tell: Callable[[Any], None]) -> None:
        """Keep whom to tell."""
        self.told.append(tell)

    def close(self) -> None:
        """Leave the jobs where they are."""

    def end(self) -> None:
        """Let the earliest job end."""
        self.told.pop(0)(self.jobs.pop(0)())


class Slow(SwitchboardCall):
    """A call whose actions end when the test says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.runs = self.switchboard.action_runner = Later()
        self.actions.outcome = ActionResult("sent", text_to=CALLER, secrets={"link": "x"})

    @property
    def ran(self) -> list[ActionRequest]:
        """The runs so far."""
        return self.actions.asked

    def messages(self) -> list[str]:
        """The messages that were kept, unsealed."""
        seal = self.switchboard.services.seal
        return [seal.open("message", message.body) for message in self.history.messages]


@pytest.fixture
def call(tmp_path: Path) -> Slow:
    """A call that has asked for a link and waits for it."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    call = Slow(tmp_path)
    call.start()
    assert call.press("1") == "One moment."
    return call


def poll(call: Slow) -> str:
    """Ask, as Twilio does when nobody has pressed a key, whether it has ended."""
    return call.silence()


def test_a_poll_takes_up_the_result(call: Slow) -> None:
    """The caller hears that it goes on, and then what came of it; one message is kept."""
    call.later(seconds=3)
    assert poll(call) == "Still at it."
    call.runs.end()
    call.later(seconds=3)
    assert poll(call) == f"Sent.\n{MAIN}"
    assert len(call.ran) == 1
    assert call.messages() == ["Here is the link."]


def test_a_clock_set_back_prolongs_no_waiting(call: Slow) -> None:
    """The caller is given up to a human as long after that as after the beginning, and not a day later."""
    call.later(seconds=-86_400)
    assert poll(call) == "Still at it."
    call.later(seconds=9)
    assert "Not now." in poll(call)


def test_a_result_is_taken_up_by_whichever_process_is_asked(call: Slow, tmp_path: Path) -> None:
    """It lies sealed in the store, not in the memory of the one that ran it."""
    call.runs.end()
    other = Slow(tmp_path)
    other.switchboard.store = other.store = call.store
    other.switchboard.services = call.switchboard.services
    other.number = call.number
    assert poll(other) == f"Sent.\n{MAIN}"
    assert other.ran == []


def test_the_kept_result_is_sealed(call: Slow) -> None:
    """It may hold a code or a link."""
    call.actions.outcome = ActionResult("sent", text_to=CALLER, secrets={"link": "493017"})
    call.runs.end()
    kept = call.store.run(call.ran[0].key)
    assert kept is not None
    assert "493017" not in kept
    assert "493017" in call.switchboard.services.seal.open("run", kept)


def test_after_eight_seconds_a_human(call: Slow) -> None:
    """An apology, by the menu's own way for a service that does not answer."""
    call.later(seconds=8)
    assert poll(call) == "Not now.\nConnecting.\n[rings +8657100000001]"


def test_what_comes_too_late_is_finished_all_the_same(call: Slow) -> None:
    """The link was asked for and made: it is sent, once, although the caller is with a human by now."""
    call.later(seconds=9)
    poll(call)
    call.runs.end()
    assert call.messages() == ["Here is the link."]
    assert len(call.ran) == 1


def test_a_poll_waits_a_little_for_the_result(call: Slow) -> None:
    """As long as the first request did, so that the caller hears the filler less often."""
    call.switchboard.wait = lambda seconds: call.runs.end() if call.runs.told else None
    assert poll(call) == f"Sent.\n{MAIN}"


def test_0_reaches_a_human_meanwhile(call: Slow) -> None:
    """And the message of what was under way still goes out."""
    assert call.press("0") == "Connecting.\n[rings +8657100000001]"
    call.runs.end()
    assert call.messages() == ["Here is the link."]


def test_another_key_asks_whether_it_has_ended(call: Slow) -> None:
    """Impatience costs nothing, and starts nothing a second time."""
    for key in ("1", "*", "9", "#"):
        assert call.press(key) == "Still at it."
    assert len(call.ran) == 0
    assert len(call.runs.jobs) == 1


def test_a_hang_up_meanwhile_starts_nothing_new(call: Slow) -> None:
    """What was confirmed is finished, with its message; the call stays over."""
    call.switchboard.hang_up("CA1", call.at)
    call.runs.end()
    assert call.messages() == ["Here is the link."]
    assert call.history.record.ending == "hung_up"
    assert len(call.ran) == 1


def test_how_it_ended_after_a_hang_up_is_recorded_and_logged(call: Slow) -> None:
    """Who rings again can be told. The path has only what the call went through."""
    call.switchboard.hang_up("CA1", call.at)
    call.runs.end()
    (late,) = call.history.late
    assert (late.node, late.outcome, late.turn) == ("link", "send_link: sent", 1)
    assert [entry.event for entry in call.history.path] == ["CallStarted", "DigitsPressed", "ActionGoesOn"]


def test_each_late_end_is_kept_at_its_time(call: Slow) -> None:
    """Also two of one call, where the caller went on without the first."""
    began = call.switchboard.seconds()
    call.press("0")
    call.desk("busy")
    call.press("1")
    for seconds in (5.0, 9.0):
        call.switchboard.seconds = lambda seconds=seconds: began + seconds  # type: ignore[misc]
        with capture_logs() as logs:
            call.runs.end()
        assert [
            (each["action"], each["outcome"]) for each in logs if each["event"] == "action ended late"
        ] == [("send_link", "sent")]
    assert len(call.history.late) == 2
    first, second = (entry.at for entry in call.history.late)
    assert second > first


def test_a_hang_up_that_a_poll_reports_ends_the_call(call: Slow) -> None:
    """Twilio may report it in the request that would have been the poll."""
    assert call.hang_up() == "[hung_up]"


def test_an_action_that_ends_after_the_hang_up_has_its_message(tmp_path: Path) -> None:
    """Also where it ends in time, and the hang-up came while it ran."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    call = Slow(tmp_path)
    call.start()
    call.actions.before = lambda _asked: call.switchboard.hang_up("CA1", AT)
    call.switchboard.action_runner = AtOnce()
    call.press("1")
    assert call.messages() == ["Here is the link."]
    assert call.history.record.ending == "hung_up"


def test_a_repeated_webhook_starts_nothing_twice(call: Slow) -> None:
    """Neither the one that asked for the action nor a poll."""
    asked = call.number - 1
    assert call.turn(asked, DigitsPressed(call.at, "1")) == "One moment."
    polled = poll(call)
    assert call.turn(call.number - 1, NoInput(call.at)) == polled
    assert len(call.runs.jobs) == 1


def test_a_full_pool_is_unavailable_at_once(tmp_path: Path) -> None:
    """The caller is not left waiting for a place in a queue."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    call = Slow(tmp_path)
    call.start()
    call.runs.full = True
    assert call.press("1") == "Not now.\nConnecting.\n[rings +8657100000001]"
    assert call.ran == []


def test_a_result_that_cannot_be_kept_ends_with_a_human(call: Slow) -> None:
    """A store that fails in a thread of its own harms nobody else; the poll gives up in time."""
    call.store.keep_run = _broken  # type: ignore[method-assign, assignment]
    call.runs.end()
    call.later(seconds=8)
    assert poll(call).startswith("Not now.")


def _broken(*_args: object) -> None:
    raise OSError("disk full")
