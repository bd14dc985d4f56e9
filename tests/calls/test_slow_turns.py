"""Turns whose action takes long, and what crosses them: polls, keys, hang-ups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ivr.actions.base import ActionRequest, ActionResult
from ivr.engine.events import CallerHungUp, DigitsPressed, NoInput
from tests.support.switchboards import AT, CALLER, Desk

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

    def end(self) -> None:
        """Let the earliest job end."""
        self.told.pop(0)(self.jobs.pop(0)())


class Slow(Desk):
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
def desk(tmp_path: Path) -> Slow:
    """A call that has asked for a link and waits for it."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    desk = Slow(tmp_path)
    desk.start()
    assert desk.press("1") == "One moment."
    return desk


def poll(desk: Slow) -> str:
    """Ask, as Twilio does when nobody has pressed a key, whether it has ended."""
    return desk.happens(NoInput(desk.at))


def test_a_poll_takes_up_the_result(desk: Slow) -> None:
    """The caller hears that it goes on, and then what came of it; one message is kept."""
    desk.later(3)
    assert poll(desk) == "Still at it."
    desk.runs.end()
    desk.later(3)
    assert poll(desk) == f"Sent.\n{MAIN}"
    assert len(desk.ran) == 1
    assert desk.messages() == ["Here is the link."]


def test_a_result_is_taken_up_by_whichever_process_is_asked(desk: Slow, tmp_path: Path) -> None:
    """It lies sealed in the store, not in the memory of the one that ran it."""
    desk.runs.end()
    other = Slow(tmp_path)
    other.switchboard.store = other.store = desk.store
    other.switchboard.services = desk.switchboard.services
    other.number = desk.number
    assert poll(other) == f"Sent.\n{MAIN}"
    assert other.ran == []


def test_the_kept_result_is_sealed(desk: Slow) -> None:
    """It may hold a code or a link."""
    desk.actions.outcome = ActionResult("sent", text_to=CALLER, secrets={"link": "493017"})
    desk.runs.end()
    kept = desk.store.run(desk.ran[0].key)
    assert kept is not None
    assert "493017" not in kept
    assert "493017" in desk.switchboard.services.seal.open("run", kept)


def test_after_eight_seconds_a_human(desk: Slow) -> None:
    """An apology, by the menu's own way for a service that does not answer."""
    desk.later(8)
    assert poll(desk) == "Not now.\nConnecting.\n[rings +8657100000001]"


def test_what_comes_too_late_is_finished_all_the_same(desk: Slow) -> None:
    """The link was asked for and made: it is sent, once, although the caller is with a human by now."""
    desk.later(9)
    poll(desk)
    desk.runs.end()
    assert desk.messages() == ["Here is the link."]
    assert len(desk.ran) == 1


def test_a_poll_waits_a_little_for_the_result(desk: Slow) -> None:
    """As long as the first request did, so that the caller hears the filler less often."""
    desk.switchboard.wait = lambda seconds: desk.runs.end() if desk.runs.told else None
    assert poll(desk) == f"Sent.\n{MAIN}"


def test_0_reaches_a_human_meanwhile(desk: Slow) -> None:
    """And the message of what was under way still goes out."""
    assert desk.happens(DigitsPressed(desk.at, "0")) == "Connecting.\n[rings +8657100000001]"
    desk.runs.end()
    assert desk.messages() == ["Here is the link."]


def test_another_key_asks_whether_it_has_ended(desk: Slow) -> None:
    """Impatience costs nothing, and starts nothing a second time."""
    for key in ("1", "*", "9", "#"):
        assert desk.happens(DigitsPressed(desk.at, key)) == "Still at it."
    assert len(desk.ran) == 0
    assert len(desk.runs.jobs) == 1


def test_a_hang_up_meanwhile_starts_nothing_new(desk: Slow) -> None:
    """What was confirmed is finished, with its message; the call stays over."""
    desk.switchboard.hang_up("CA1", desk.at)
    desk.runs.end()
    assert desk.messages() == ["Here is the link."]
    assert desk.history.record.ending == "hung_up"
    assert len(desk.ran) == 1


def test_a_hang_up_that_a_poll_reports_ends_the_call(desk: Slow) -> None:
    """Twilio may report it in the request that would have been the poll."""
    assert desk.happens(CallerHungUp(desk.at)) == "[hung_up]"


def test_an_action_that_ends_after_the_hang_up_has_its_message(tmp_path: Path) -> None:
    """Also where it ends in time, and the hang-up came while it ran."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    desk = Slow(tmp_path)
    desk.start()
    desk.actions.before = lambda _asked: desk.switchboard.hang_up("CA1", AT)
    desk.switchboard.action_runner = _AtOnce()
    desk.press("1")
    assert desk.messages() == ["Here is the link."]
    assert desk.history.record.ending == "hung_up"


class _AtOnce:
    """Runs jobs where they are asked for."""

    def start(self, job: Callable[[], Any], name: str) -> _AtOnce:
        """Do it."""
        self.result = job()
        return self

    def wait(self, seconds: float) -> Any:
        """Return what came of it."""
        return self.result

    def when_done(self, tell: Callable[[Any], None]) -> None:
        """Never asked for."""
        raise AssertionError


def test_a_repeated_webhook_starts_nothing_twice(desk: Slow) -> None:
    """Neither the one that asked for the action nor a poll."""
    asked = desk.number - 1
    assert desk.turn(asked, DigitsPressed(desk.at, "1")) == "One moment."
    polled = poll(desk)
    assert desk.turn(desk.number - 1, NoInput(desk.at)) == polled
    assert len(desk.runs.jobs) == 1


def test_a_full_pool_is_unavailable_at_once(tmp_path: Path) -> None:
    """The caller is not left waiting for a place in a queue."""
    (tmp_path / "menu.yaml").write_text(MENU, encoding="utf-8")
    desk = Slow(tmp_path)
    desk.start()
    desk.runs.full = True
    assert desk.press("1") == "Not now.\nConnecting.\n[rings +8657100000001]"
    assert desk.ran == []


def test_a_result_that_cannot_be_kept_ends_with_a_human(desk: Slow) -> None:
    """A store that fails in a thread of its own harms nobody else; the poll gives up in time."""
    desk.store.keep_run = _broken  # type: ignore[method-assign, assignment]
    desk.runs.end()
    desk.later(8)
    assert poll(desk).startswith("Not now.")


def _broken(*_args: object) -> None:
    raise OSError("disk full")
