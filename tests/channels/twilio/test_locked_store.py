"""A store that another program holds: every webhook is answered in time, and what it meant is neither lost nor doubled."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ivr.storage.base import CallHistory
from ivr.storage.faults import DatabaseBusy
from tests.support.phone import HUMAN, SETTINGS, Answer, Phone, program
from tests.support.switchboards import Counting, write_menu

CALLERS = 20
BUDGET = 0.6
"""Seconds that a webhook of these tests may wait; the server's are :data:`ivr.storage.deadline.ANSWER_WITHIN`."""
A_LITTLE = 1.4
"""Seconds for the answers of all callers on a busy machine: far less than another budget for each of them."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The database that everybody shares."""
    return tmp_path / "calls.sqlite3"


@pytest.fixture
def actions() -> Counting:
    """The actions of the calls."""
    return Counting()


@pytest.fixture
def phones(
    tmp_path: Path, file: Path, actions: Counting, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Phone]]:
    """Give so many calls that have begun, on a program with a small budget."""
    monkeypatch.setattr("ivr.app.ANSWER_WITHIN", BUDGET)
    monkeypatch.setattr("ivr.calls.turns.SAVES_WITHIN", 0.1)
    monkeypatch.setattr("ivr.calls.turns.REPORT_PAUSE", 0.02)
    settings = replace(SETTINGS, database_url=f"sqlite:///{file}")
    app = program(settings, folder=write_menu(tmp_path / "hotline"), perform=actions)
    phones = [
        Phone(app, caller=f"+86138001380{number:02}", call=f"CA{number:032x}") for number in range(CALLERS)
    ]
    for phone in phones:
        phone.rings()
    yield phones
    app.extensions["ivr"].close()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the database as a program does that writes for a long time."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def all_at_once(phones: Sequence[Phone], do: Callable[[Phone], Answer]) -> tuple[list[Answer], float]:
    """Let every caller do the same at the same moment; also return how long the slowest answer took."""

    def timed(phone: Phone) -> tuple[Answer, float]:
        start.wait()
        began = time.monotonic()
        return do(phone), time.monotonic() - began

    start = threading.Barrier(len(phones))
    with ThreadPoolExecutor(len(phones)) as pool:
        answers, seconds = zip(*pool.map(timed, phones), strict=True)
    return list(answers), max(seconds)


def history(phone: Phone) -> CallHistory:
    """Return what is kept of a call."""
    found = phone.application.store.call(phone.call)
    assert found is not None
    return found


def test_twenty_callers_are_answered_in_time_while_the_store_is_locked(
    phones: list[Phone], file: Path
) -> None:
    """All of them hear the apology and are connected with a human: they do not wait one after the other."""
    with locked(file):
        answers, slowest = all_at_once(phones, lambda phone: phone.reports("/voice/en-US/1", Digits="3"))
    assert BUDGET - 0.1 < slowest < BUDGET + A_LITTLE
    assert {(answer.status, *answer.dials) for answer in answers} == {(200, HUMAN)}


def test_new_callers_are_answered_in_time_too(phones: list[Phone], file: Path) -> None:
    """Nothing of them is kept: the carrier's own record is all that there is of such a call."""
    new = [Phone(phone.app, call="N" + phone.call) for phone in phones]
    with locked(file):
        answers, slowest = all_at_once(new, Phone.rings)
    assert slowest < BUDGET + A_LITTLE
    assert {answer.dials[0] for answer in answers} == {HUMAN}
    assert all(phone.application.store.call(phone.call) is None for phone in new)


def test_calls_go_on_after_the_lock_and_nothing_is_lost_or_doubled(
    phones: list[Phone], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same webhook, when the carrier repeats it later, does its turn once; a second repetition gets the same bytes."""
    with locked(file):
        all_at_once(phones, lambda phone: phone.reports("/voice/en-US/1", Digits="3"))
    monkeypatch.setattr("ivr.app.ANSWER_WITHIN", 20.0)
    late = [phone.again() for phone in phones]
    again, _ = all_at_once(phones, Phone.again)
    assert [answer.body for answer in late] == [answer.body for answer in again]
    for phone in phones:
        kept = history(phone)
        assert [entry.event for entry in kept.path].count("DigitsPressed") == 1
        assert [message.body for message in kept.messages] == ["A text."]
        assert kept.record.turns == 2


def test_the_fallback_and_its_call_to_a_human_need_no_store(phones: list[Phone], file: Path) -> None:
    """They are answered at once while the store is locked, and change nothing in the call."""
    before = history(phones[0])
    with locked(file):
        began = time.monotonic()
        fallback = phones[0].reports("/voice/fallback", ErrorCode="11200", ErrorUrl="/voice/en-US/1")
        phones[0].reports(fallback.urls[-1], DialCallStatus="completed", DialBridged="true")
        assert time.monotonic() - began < BUDGET
    assert fallback.dials == [HUMAN]
    assert history(phones[0]) == before


def test_a_turn_that_finds_the_lock_shortly_before_its_end_is_done(
    phones: list[Phone], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is shorter than the budget costs the caller only the time that it lasts."""
    monkeypatch.setattr("ivr.app.ANSWER_WITHIN", 20.0)
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(file):
            taken.set()
            done.wait(BUDGET / 3)

    other = threading.Thread(target=hold)
    other.start()
    taken.wait()
    answer = phones[0].reports("/voice/en-US/1", Digits="1")
    other.join()
    assert "found" in answer.said


def test_what_the_carrier_reports_once_is_written_after_the_lock(phones: list[Phone], file: Path) -> None:
    """A hang-up, a recording and a message's fate are reported once: the report is answered in time, and kept later."""
    phone = phones[0]
    recording = {"RecordingUrl": "https://api.twilio.com/RE7", "RecordingDuration": "7"}
    with locked(file):
        began = time.monotonic()
        assert phone.hangs_up().status == 204
        assert phone.reports("/voice/recording", **recording).status == 204
        assert time.monotonic() - began < 2 * (BUDGET + A_LITTLE)
    phone.application.switchboard.action_runner.close()  # which waits for the threads that write later
    kept = history(phone)
    assert kept.record.ending == "hung_up"
    assert [(voicemail.url, voicemail.seconds) for voicemail in kept.voicemails] == [
        ("https://api.twilio.com/RE7", 7)
    ]


def test_an_action_draws_from_the_budget_of_its_webhook(phones: list[Phone], actions: Counting) -> None:
    """A service that takes longer is not waited for: the caller hears that it takes a moment, and the call goes on."""
    finish = threading.Event()
    actions.before = lambda _asked: _wait(finish)
    began = time.monotonic()
    answer = phones[0].reports("/voice/en-US/1", Digits="1")
    assert time.monotonic() - began < BUDGET + A_LITTLE / 2  # an action alone may take 1.5 s
    assert "Gather" in answer.verbs
    assert not answer.dials
    finish.set()


def _wait(event: threading.Event) -> None:
    assert event.wait(20)


def test_the_result_of_an_action_is_kept_although_the_store_is_locked_when_it_ends(
    phones: list[Phone], file: Path, actions: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done is not forgotten: the next poll collects it, and the action is not asked again."""
    monkeypatch.setattr("ivr.storage.sqlite._CallsConnection.PATIENCE", 0.1)
    phone, finish, in_vain = phones[0], threading.Event(), threading.Event()
    store = phone.application.store
    keep_run = store.keep_run

    def watched(*arguments: Any) -> None:
        try:
            keep_run(*arguments)
        except DatabaseBusy:
            in_vain.set()
            raise

    monkeypatch.setattr(store, "keep_run", watched)
    actions.before = lambda _asked: _wait(finish)
    phone.posts("/voice/en-US/1", Digits="1")
    with locked(file):
        finish.set()
        _wait(in_vain)
    phone.application.switchboard.action_runner.close()
    assert "found" in phone.is_silent().said
    assert len(actions.asked) == 1
