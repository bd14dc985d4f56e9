"""Keeping the hotline from others: by locks, by bodies too large, by services that are made to wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.identity import TAIL
from ivr.actions.perform import perform
from ivr.calls.action_results import Actions
from ivr.calls.worker_pool import MOST_AT_ONCE
from ivr.channels.twilio.forms import LARGEST_FORM
from tests.support.attacker import TO_THE_NUMBER, VICTIM, VICTIMS_TAIL, Attack, heard, telephone, way, written
from tests.support.bank import ACTIONS
from tests.support.figures import figure
from tests.support.phone import CUSTOMER, FORM, PUBLIC, Phone, program, signed

OTHERS = {"+8613800138001": "0563", "+8613800138002": "3314", "+12025550142": "0181"}
WRONG = ("9999", "9998", "9997")
STATUS = way("login", "login_status")
"""The keys to whether a password is locked: a tail is asked for it."""


def lock_the_victim(attack: Attack, calls: int) -> None:
    """Type his number and three wrong tails, from ever other telephones."""
    for n in range(calls):
        attack.at_once(telephone(n), (*TO_THE_NUMBER, f"{VICTIM[3:]}#", *WRONG))


def test_a_thousand_wrong_tails_lock_nobody_else(attack: Attack) -> None:
    """Of one account and its attackers: every other customer proves himself as ever, and so does a newcomer's call."""
    lock_the_victim(attack, 350)
    proved = []
    for number, tail in OTHERS.items():
        before = attack.tries.outcomes["verify_identity: ok"]
        attack.call(number, (*STATUS, tail))
        proved.append(attack.tries.outcomes["verify_identity: ok"] - before)
    figure(
        "wrong tails for one account",
        1050,
        f"{sum(proved)} of {len(OTHERS)} other customers prove themselves",
    )
    assert proved == [1] * len(OTHERS)


def test_who_is_locked_out_by_strangers_reaches_a_human_and_is_free_after_the_lock(attack: Attack) -> None:
    """The price of a lock: its owner is told how long, is put through at once, and three hours later all is well."""
    lock_the_victim(attack, 1)
    line = attack.call(VICTIM, (*STATUS, VICTIMS_TAIL))
    words = "".join(heard(line))
    assert "ringing" in words
    assert "不能再核对" in words
    attack.call(VICTIM, (*STATUS, VICTIMS_TAIL), after=3 * 3600)
    figure("customers locked out by a stranger", 1, "a human at once, the hotline again after 3 h")
    assert attack.tries.outcomes["verify_identity: ok"] == 1


def test_a_call_is_bounded_however_busy_the_caller(attack: Attack) -> None:
    """Thousands of keys in one call: it ends at a human, and what is kept of it is small."""
    there_and_back = (*way("login"), *way("back", start="login_menu"))
    line = attack.call(telephone(1), there_and_back * 2000)
    figure("keys pressed in one call", 4000, f"over after {line.turn} turns")
    assert line.waiting == "nobody"
    assert 10 < line.turn < 100


@pytest.fixture
def phone() -> Iterator[Phone]:
    """Give a telephone whose call has begun."""
    app = program()
    phone = Phone(app)
    phone.rings()
    yield phone
    app.extensions["ivr"].close()


def post(phone: Phone, body: str, *, path: str = "/voice/zh-CN/1") -> TestResponse:
    """Post a body that nobody signed."""
    return phone.client.post(path, data=body, content_type=FORM, headers={"X-Twilio-Signature": "x"})


def test_a_body_too_large_is_refused_unread(phone: Phone) -> None:
    """At every webhook and on the page of a reset, from one byte over the bound to a megabyte."""
    before, statuses = written(phone.application), []
    for path in (
        "/voice",
        "/voice/zh-CN/1",
        "/voice/fallback",
        "/voice/status",
        "/voice/recording",
        "/messages/1/status",
    ):
        statuses += [post(phone, "a" * size, path=path).status_code for size in (LARGEST_FORM + 1, 1_000_000)]
    figure("bodies over the bound", len(statuses), f"{statuses.count(403)} refused")
    assert set(statuses) == {403}
    assert phone.client.post("/reset", data="a" * 1_000_000, content_type=FORM).status_code in {404, 413}
    assert written(phone.application) == before


def test_a_length_that_is_none_is_refused(phone: Phone) -> None:
    """Whatever a request says of its length, an unsigned one gets 403 and no more."""
    lengths = ("-1", "x", "1e9", "0x10", " 5", "\xb2", "", "99999999999999999999")
    statuses = [
        phone.client.post(
            "/voice", data=b"a=b", content_type=FORM, environ_overrides={"CONTENT_LENGTH": length}
        ).status_code
        for length in lengths
    ]
    figure("lengths that are none", len(statuses), f"{statuses.count(403)} refused")
    assert set(statuses) == {403}


def test_a_length_of_five_thousand_digits_is_refused(phone: Phone) -> None:
    """A server in front may let it through; ours answers as to any other body that is too large."""
    answer = phone.client.post(
        "/voice", data=b"a=b", content_type=FORM, environ_overrides={"CONTENT_LENGTH": "9" * 5000}
    )
    assert answer.status_code == 403


def test_thousands_of_parameters_are_no_trouble(phone: Phone) -> None:
    """As many fields as fit, signed by Twilio or not: one short answer, and none of them is kept."""
    fields = {f"a{n}": "b" for n in range(7000)}
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    assert LARGEST_FORM - 12_000 < len(body) < LARGEST_FORM
    assert post(phone, body).status_code == 403
    before = written(phone.application)
    answer = phone.goes_on(Digits="1", **fields)
    assert answer.status == 200
    after = written(phone.application)
    figure("parameters in one request", len(fields), f"{after['events'] - before['events']} event kept")
    assert after["events"] - before["events"] < 5


FIELDS = ("Digits", "SpeechResult", "From", "CallSid", "CallerName", "RecordingUrl", "DialCallStatus")


def test_a_very_long_field_is_no_trouble(phone: Phone) -> None:
    """Forty thousand characters of it, signed: TwiML of a few kilobytes, and a row that is not larger for it."""
    answered, kept = [], []
    for field in FIELDS:
        call = Phone(phone.app, call=f"CA-{field}")
        call.rings()
        answered.append(len(call.goes_on(**{field: "1" * 40_000}).body))
        kept.append(len(repr(phone.application.store.call(call.call))))
    most = f"at most {max(answered):,} bytes answered, {max(kept):,} kept"
    figure("fields of 40,000 characters", len(FIELDS), most)
    assert max(answered) < 5_000
    assert max(kept) < 5_000


class Stuck:
    """Actions of which one kind waits until it is let go."""

    def __init__(self) -> None:
        self.waiting = threading.Semaphore(0)
        self.go_on = threading.Event()

    def __call__(
        self, name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS
    ) -> ActionResult:
        """Run one."""
        if name == "bulletins":
            self.waiting.release()
            assert self.go_on.wait(20)
        return perform(name, services, asked, actions)


def asks_for_bulletins(app: Flask, n: int) -> None:
    """Make the n-th call that asks a service which does not answer."""
    phone = Phone(app, caller=telephone(n), call=f"CA-slow-{n}")
    phone.rings()
    phone.chooses("help", "bulletins")


def test_a_service_that_hangs_stops_no_other_caller() -> None:
    """It takes its half of the pool: who calls now hears his menu, and is served by every other service."""
    stuck = Stuck()
    app = program(perform=stuck)
    places = MOST_AT_ONCE // 2
    callers = [threading.Thread(target=asks_for_bulletins, args=(app, n)) for n in range(places)]
    for each in callers:
        each.start()
    for _ in callers:
        assert stuck.waiting.acquire(timeout=20)
    one_more = Phone(app, caller=telephone(places), call="CA-more")
    one_more.rings()
    one_more.chooses("help", "bulletins")
    other = Phone(app, caller=CUSTOMER, call="CA-other")
    other.rings()
    other.chooses("withdrawals", "limits")
    other.presses(VICTIMS_TAIL)
    figure(
        "callers who wait for a service that hangs",
        places,
        f"the next one for it rings {one_more.answer.dials}, one for another service is served",
    )
    assert one_more.answer.dials
    assert other.node == "anything_else"
    stuck.go_on.set()
    for each in callers:
        each.join(20)
    app.extensions["ivr"].close()


def test_a_full_pool_locks_nobody(attack: Attack) -> None:
    """A try that could not be judged is none: the identity is proved when the service is there again."""

    class Full:
        def start(self, job: object, name: str) -> None:
            return None

        def close(self) -> None: ...

    runs, attack.application.switchboard.action_runner = attack.application.switchboard.action_runner, Full()
    for _ in range(10):
        attack.call(VICTIM, (*STATUS, *WRONG))
    judged = len(attack.tries.judged[TAIL])
    attack.application.switchboard.action_runner = runs
    attack.call(VICTIM, (*STATUS, VICTIMS_TAIL))
    figure("wrong tails while the pool is full", 30, f"{judged} judged; the right one is taken after them")
    assert judged == 0
    assert attack.tries.outcomes["verify_identity: ok"] == 1


def test_the_signature_is_checked_before_anything_is_done(phone: Phone) -> None:
    """A thousand unsigned requests leave no row behind, so that nobody fills the store from outside."""
    before = written(phone.application)
    form = {"CallSid": "CA-flood", "From": CUSTOMER}
    client, wrong = phone.client, {"X-Twilio-Signature": signed(PUBLIC + "/voice", form, "wrong")}
    statuses = [
        client.post("/voice", data={**form, "CallSid": f"CA-flood-{n}"}, headers=wrong).status_code
        for n in range(1000)
    ]
    figure("unsigned calls begun", len(statuses), f"{statuses.count(403)} refused, 0 rows")
    assert set(statuses) == {403}
    assert written(phone.application) == before
