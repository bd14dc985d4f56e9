"""An action that a service does: what an answer means, and that whatever goes wrong is `unavailable`."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import Action, ActionRequest, ActionResult, Services
from ivr.actions.builtin import ACTIONS as OURS
from ivr.actions.bulletins import Bulletins
from ivr.actions.http.connections import LARGEST_ANSWER, Connections, plain_json
from ivr.actions.http.service_actions import actions_of
from ivr.actions.perform import perform
from ivr.calls.served_hotline import ServedHotline
from ivr.calls.worker_pool import WorkerPool
from ivr.config import BadSetting
from ivr.demo.accounts import Accounts
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from ivr.menu.loader import load
from ivr.menu.tree import Tree
from ivr.storage.attempts import Attempts
from ivr.storage.base import IN_MEMORY
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore
from tests.support.bank import ACTIONS
from tests.support.certificates import own_certificate
from tests.support.dripping import Peer, dripping
from tests.support.menus import small
from tests.support.stub_service import Script, answers, drips, hangs_up, serving

AT = datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=8)))
MENU = small(
    """\
    main: {say: Hello., ask: digits, length: 6, as: parcel, then: where}
    where: {run: parcel_status, text: "{{ link }}", outcomes: {ok: bye, lost: byeRATIONED, unavailable: agent}}
    """
)
ACTION = """\
services:
  parcels:
    url: ${PARCEL_URL}
    headers: {Authorization: "Bearer ${PARCEL_TOKEN}"}
    timeout: 1
    retries: 2
    breaker: {failures: 3, seconds: 30}
actions:
  parcel_status:
    service: parcels
    does: Tells where a parcel is.
    inputs: {parcel: the parcel's number}
    get: /parcels/{{ parcel }}
    outcomes:
      ok:
        means: It is on its way.
        when: parcel.place
        tells: {place: {path: parcel.place, means: the place}}
        text: {to: phone, secrets: {link: {path: link, means: the address}}, expires: until}
      lost: {means: Nobody knows., status: [404, 410]}
"""
GOOD = {
    "parcel": {"place": "Shenzhen"},
    "phone": "+8613800138000",
    "link": "https://x.example/1",
    "until": "2026-11-22T10:30:00+08:00",
}
TOKEN = "token-4711"
PARCEL = "735914"


def tree(*changes: tuple[str, str]) -> Tree:
    """Return the hotline, with its actions changed like this."""
    text = ACTION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    menu = MENU.replace("RATIONED", ", rationed: bye" if "rationed:" in text else "")
    made = load({"menu.yaml": menu, "actions.yaml": text}, {})
    assert made.tree is not None, made.problems
    return made.tree


@pytest.fixture
def connections() -> Iterator[Connections]:
    """Give connections that are closed after the test."""
    made = Connections()
    yield made
    made.close()


class Asker:
    """Asks for the parcel."""

    def __init__(self, connections: Connections, services: Services) -> None:
        self.connections = connections
        self.services = services

    def action(self, url: str, *changes: tuple[str, str]) -> Action:
        """Return the action with its service at this address."""
        environ = {"PARCEL_URL": url, "PARCEL_TOKEN": TOKEN}
        return actions_of(tree(*changes), environ, self.connections)["parcel_status"]

    def __call__(self, url: str, *changes: tuple[str, str]) -> ActionResult:
        """Ask once."""
        return self.run(self.action(url, *changes))

    def run(self, action: Action, key: str = "CA1/3/1", per_number: int = 10) -> ActionResult:
        """Run an action once."""
        caller, account = "+8613800138000", "+8613900139000"
        rate_limits = MessageLimits(per_number=per_number)
        asked = ActionRequest(key, AT, "en-US", caller, account, Level.known, {"parcel": PARCEL}, rate_limits)
        return perform("parcel_status", self.services, asked, {"parcel_status": action})


@pytest.fixture
def ask(connections: Connections) -> Iterator[Asker]:
    """Give a way to ask."""
    accounts, attempts = Accounts(":memory:", None), Attempts(":memory:")
    yield Asker(connections, Services(accounts, Bulletins.open(None), attempts, Seal.random()))
    attempts.close()
    accounts.close()


POST = (
    "get: /parcels/{{ parcel }}",
    'post: /parcels\n    body: {number: "{{ parcel }}", at: "{{ at }}", level: "{{ level }}"}',
)
NO_PAUSE = ("retries: 2", "retries: 0")


def telling(kind: str) -> tuple[tuple[str, str], ...]:
    """Change the outcome to one that tells a value of this kind."""
    taken = f"{{path: v, as: {kind}, means" if kind else "{path: v, means"
    return NO_PAUSE, ("        when: parcel.place\n", ""), ("{path: parcel.place, means", taken)


def with_value(typed: str) -> Script:
    """Answer with this value, as it stands, beside all that the outcome needs."""
    return answers(200, json.dumps(GOOD)[:-1] + f', "v": {typed}}}')


# --- what an answer means


def test_an_answer_becomes_an_outcome(ask: Asker) -> None:
    """With what it tells, whom the message goes to, what only the message says, and until when."""
    with serving(answers(200, GOOD)) as stub:
        finished = ask(stub.url)
    assert finished == ActionResult(
        "ok",
        {"place": "Shenzhen"},
        text_to="+8613800138000",
        secrets={"link": "https://x.example/1"},
        expires=datetime(2026, 11, 22, 2, 30, tzinfo=UTC),
    )


OPTIONAL = ("text: {to: phone,", "text: {when: phone, language: speaks, to: phone,")


def test_a_message_may_name_its_language(ask: Asker) -> None:
    """That of the customer, for example, which need not be that of the call."""
    with serving(answers(200, GOOD | {"speaks": "zh-CN"})) as stub:
        assert ask(stub.url, OPTIONAL).text_language == "zh-CN"


def test_without_its_condition_no_message_is_sent(ask: Asker) -> None:
    """The outcome stands, and nothing else of the message is looked for."""
    with serving(answers(200, {"parcel": GOOD["parcel"], "phone": None})) as stub:
        assert ask(stub.url, OPTIONAL) == ActionResult("ok", {"place": "Shenzhen"})


def test_a_message_without_its_language_is_none(ask: Asker) -> None:
    """An answer that is not what was declared is no answer."""
    with serving(answers(200, GOOD)) as stub:
        assert ask(stub.url, OPTIONAL, NO_PAUSE).outcome == "unavailable"


@pytest.mark.parametrize(
    ("status", "data", "outcome"),
    [
        (200, GOOD, "ok"),
        (299, GOOD, "ok"),
        (404, None, "lost"),
        (410, {}, "lost"),
        (200, GOOD | {"parcel": {"place": ""}}, "unavailable"),
        (200, GOOD | {"parcel": None}, "unavailable"),
        (200, None, "unavailable"),
        (403, GOOD, "unavailable"),
        (302, GOOD, "unavailable"),
    ],
)
def test_the_first_outcome_that_fits(ask: Asker, status: int, data: object, outcome: str) -> None:
    """By status and condition; what fits none is unavailable."""
    with serving(answers(status, data)) as stub:
        assert ask(stub.url, NO_PAUSE).outcome == outcome


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("", '"7751"', "7751"),
        ("", "5", 5),
        ("", "1.10", Decimal("1.10")),
        ("", "true", True),
        ("text", '"x"', "x"),
        ("number", "52340.18", Decimal("52340.18")),
        ("number", '"0.10"', Decimal("0.10")),
        ("number", "5", Decimal(5)),
        ("number", "1" + "0" * 18, Decimal(10**18)),
        ("date", '"2026-11-24"', date(2026, 11, 24)),
        ("moment", '"2026-11-24T15:00:00Z"', datetime(2026, 11, 24, 15, tzinfo=UTC)),
    ],
)
def test_a_value_of_an_answer(ask: Asker, kind: str, typed: str, value: object) -> None:
    """Is of the kind that is declared, and money is exact."""
    with serving(with_value(typed)) as stub:
        told = ask(stub.url, *telling(kind)).results["place"]
    assert (told, type(told)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("", "null"), ("", "[1]"), ("", '{"a": 1}'), ("", "NaN"), ("", "1e999999999"), ("", "-1e400"), ("", "1" + "0" * 19),
        ("text", "5"), ("text", "true"), ("number", "true"), ("number", '"five"'), ("number", '"Infinity"'), ("number", '"1e99"'),
        ("date", '"tomorrow"'), ("date", "20261124"), ("moment", '"2026-11-24T15:00:00"'), ("moment", '"soon"'),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_unavailable(ask: Asker, kind: str, typed: str) -> None:
    """Nothing is told that was not said: not `None`, not a list, not a number that fills a page."""
    with serving(with_value(typed)) as stub:
        assert ask(stub.url, *telling(kind)) == ActionResult("unavailable")


@pytest.mark.parametrize("to", ["13800138000", "+0138", "+86138001380001111", "", None, "+8613800138000\n"])
def test_a_message_goes_to_a_number(ask: Asker, to: str | None) -> None:
    """In E.164; to anything else none is sent, and the outcome is not taken."""
    with serving(answers(200, GOOD | {"phone": to})) as stub:
        assert ask(stub.url) == ActionResult("unavailable")


def test_a_message_is_one_of_our_rations(ask: Asker) -> None:
    """Whatever the service allows: else its mistakes would be our messages. The same run takes one once."""
    rationed = ("      lost:", "      rationed: {means: No more messages., status: 429}\n      lost:")
    with serving(answers(200, GOOD)) as stub:
        unsaid, said = ask.action(stub.url), ask.action(stub.url, rationed)
        assert [ask.run(said, key, per_number=1).outcome for key in ("A/1/1", "A/1/1", "A/2/1")] == [
            "ok",
            "ok",
            "rationed",
        ]
        assert ask.run(unsaid, "A/3/1", per_number=1) == ActionResult("unavailable")


# --- what we send


def test_a_read(ask: Asker) -> None:
    """The path has the value; headers have the token from the environment and the run's key."""
    with serving(answers(200, GOOD)) as stub:
        ask(stub.url)
    (request,) = stub.requests
    assert (request.method, request.path, request.body) == ("GET", f"/parcels/{PARCEL}", None)
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Idempotency-Key"] == "CA1/3/1"
    assert request.headers["Accept"] == "application/json"


def test_a_write(ask: Asker) -> None:
    """The body is JSON."""
    with serving(answers(200, GOOD)) as stub:
        assert ask(stub.url, POST).outcome == "ok"
    (request,) = stub.requests
    assert (request.method, request.path) == ("POST", "/parcels")
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"] == "CA1/3/1"
    assert request.body == {"number": PARCEL, "at": "2026-11-22T10:00:00+08:00", "level": "known"}


def test_connections_are_kept_and_cookies_are_not(ask: Asker) -> None:
    """The next call is faster, and knows nothing of the one before."""
    with serving(answers(200, GOOD, headers={"Set-Cookie": "account=1; Path=/"})) as stub:
        action = ask.action(stub.url)
        for _ in range(3):
            assert ask.run(action).outcome == "ok"
        ask.connections.close()
    assert len(stub.connections) == 1
    assert not any("Cookie" in request.headers for request in stub.requests)


def test_the_environment_does_not_choose_another_way(
    ask: Asker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither a proxy nor a password in ~/.netrc, which would replace the token, is taken from it."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(answers(200, GOOD)) as stub:
        assert ask(stub.url).outcome == "ok"
    assert stub.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("3.00"), 3),
        (Decimal("0.4102"), 0.4102),
        (date(2026, 11, 24), "2026-11-24"),
        (AT, AT.isoformat()),
    ],
)
def test_numbers_and_dates_in_json(value: object, text: object) -> None:
    """A number is a number, and a date is written as ISO 8601 does."""
    assert plain_json(value) == text


def test_what_is_no_plain_data_is_not_sent() -> None:
    """It is a mistake of the program."""
    with pytest.raises(TypeError, match="set is not plain data"):
        plain_json({1})


# --- what can go wrong


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        (answers(500, {}), "status 500"),
        (answers(503, "<html>", "text/html"), "status 503, not JSON"),
        (answers(200, "<html>", "text/html"), "status 200, not JSON"),
        (answers(404, "<html>", "text/html"), "status 404, not JSON"),
        (answers(200, "{"), "status 200, not JSON"),
        (answers(200, "[" * 100_000), "status 200, not JSON"),
        (answers(200, "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")), "status 200, not JSON"),
        (answers(401, {}), "status 401"),
        (answers(302, None, headers={"Location": "/elsewhere"}), "status 302"),
        (answers(200, {"pad": "x" * LARGEST_ANSWER}), "answer too large"),
        (hangs_up, "ConnectionError"),
    ],
)
def test_whatever_breaks_is_unavailable(ask: Asker, script: Script, trouble: str) -> None:
    """And the log says which service, and the kind of trouble."""
    with serving(script) as stub, capture_logs() as logs:
        assert ask(stub.url, NO_PAUSE) == ActionResult("unavailable")
    assert [(entry["service"], entry["action"], entry["error"]) for entry in logs] == [
        ("parcels", "parcel_status", trouble)
    ]
    assert len(stub.requests) == 1  # also a redirect is not followed


def test_a_compressed_bomb_is_not_opened(ask: Asker) -> None:
    """Nothing compressed is asked for, and what comes so all the same is not JSON."""
    with serving(answers(200, "x", headers={"Content-Encoding": "gzip"})) as stub:
        assert ask(stub.url, NO_PAUSE) == ActionResult("unavailable")
    assert stub.requests[0].headers["Accept-Encoding"] == "identity"


def closed_port() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_nobody_listens(ask: Asker) -> None:
    """It is unavailable, like anything else."""
    assert ask(closed_port()) == ActionResult("unavailable")


def test_the_log_has_no_secret_and_no_address(ask: Asker, caplog: pytest.LogCaptureFixture) -> None:
    """Neither ours nor that of the libraries below, whatever fails."""
    caplog.set_level(logging.DEBUG)
    broken = answers(500, {"parcel": PARCEL})
    with capture_logs() as logs:
        with serving(hangs_up, broken) as stub:
            ask(stub.url, NO_PAUSE)
            ask(stub.url, NO_PAUSE, POST)
        ask(closed_port(), NO_PAUSE)
    for secret in (PARCEL, TOKEN, "/parcels", "127.0.0.1"):
        assert secret not in str(logs) + caplog.text, secret
    assert len(logs) == 3


def test_an_answer_that_drips_is_cut_off(ask: Asker) -> None:
    """The time is that of the whole answer, and not from one byte to the next."""
    over = threading.Event()
    with serving(drips(over)) as stub:
        began = time.monotonic()
        assert ask(stub.url, NO_PAUSE, ("timeout: 1", "timeout: 0.2")) == ActionResult("unavailable")
        took = time.monotonic() - began
        over.set()
    assert 0.2 <= took < 1


def test_an_answer_that_does_not_come(ask: Asker) -> None:
    """The caller is not kept waiting for it."""
    over = threading.Event()

    def sleeps(_handler: object) -> None:
        over.wait(10)

    with serving(sleeps) as stub, capture_logs() as logs:
        assert ask(stub.url, NO_PAUSE, ("timeout: 1", "timeout: 0.2")) == ActionResult("unavailable")
        over.set()
    assert logs[0]["error"] == "answer too slow"


@pytest.mark.parametrize(
    "peer",
    [
        Peer(drip=b"HTTP/1.1 100 Continue\r\n\r\n"),
        Peer(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
        Peer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    ],
    ids=["100 Continue", "header", "chunk size"],
)
def test_a_service_that_drips_leaves_the_action_alive(ask: Asker, peer: Peer) -> None:
    """Sixteen callers fill every place that one action has; in time each of them is free again, and works."""
    quick = NO_PAUSE, ("timeout: 1", "timeout: 0.3"), ("failures: 3", "failures: 100")
    pool, all_there = WorkerPool(room_within=0), threading.Event()

    def asks() -> ActionResult:
        all_there.wait(60)  # a busy machine may start the last one when the first would be given up already
        return ask.run(action)

    with dripping(peer):
        action = ask.action(peer.url, *quick)
        runs = [pool.start(asks, "parcel_status") for _ in range(17)]
        assert runs.pop() is None, "the action has a place left: the test proves nothing"
        all_there.set()
        assert [run.wait(60) for run in runs if run] == [ActionResult("unavailable")] * 16
    with serving(answers(200, GOOD)) as stub:
        good = ask.action(stub.url, ("timeout: 1", "timeout: 5"))
        runs = [pool.start(lambda: ask.run(good), "parcel_status") for _ in range(16)]
        results = [run.wait(10) for run in runs if run]
        ask.connections.close()
    pool.close()
    assert [result and result.outcome for result in results] == ["ok"] * 16


@pytest.mark.parametrize("writes", [False, True])
def test_a_write_without_an_answer_may_have_been_done(ask: Asker, *, writes: bool) -> None:
    """The request had left. A read changes nothing; and what was refused, or found nobody, was not done."""
    changes = (NO_PAUSE, ("timeout: 1", "timeout: 0.2"), *([POST] if writes else []))
    over = threading.Event()

    def sleeps(_handler: object) -> None:
        over.wait(10)

    for script in (sleeps, drips(over), hangs_up):
        with serving(script) as stub:
            assert ask(stub.url, *changes) == ActionResult("unavailable", uncertain=writes), script
            over.set()
        over.clear()
    with serving(answers(503, {})) as stub:
        assert ask(stub.url, *changes) == ActionResult("unavailable")
    assert ask(closed_port(), *changes) == ActionResult("unavailable")


@pytest.mark.parametrize("writes", [False, True])
def test_a_write_whose_answer_lacks_a_value_may_have_been_done(ask: Asker, *, writes: bool) -> None:
    """It was accepted. A refusal without the value did nothing. The log names the outcome and the value, as declared."""
    changes = (NO_PAUSE, *([POST] if writes else []))
    with serving(answers(201, {**GOOD, "phone": 4711})) as stub, capture_logs() as logs:
        assert ask(stub.url, *changes) == ActionResult("unavailable", uncertain=writes)
    assert [entry["error"] for entry in logs if "error" in entry] == ["`ok`: `phone` is no text"]
    refusal = ("status: [404, 410]", "status: [409], tells: {why: {path: why, means: the reason}}")
    with serving(answers(409, {})) as stub:
        assert ask(stub.url, *changes, refusal) == ActionResult("unavailable")


# --- trying again


@pytest.mark.parametrize("failure", [answers(503, {}), answers(429, {}), hangs_up, answers(200, "{")])
def test_a_read_is_tried_again(ask: Asker, failure: Script) -> None:
    """As often as is declared."""
    with serving(failure, failure, answers(200, GOOD)) as stub:
        assert ask(stub.url).outcome == "ok"
    assert len(stub.requests) == 3
    with serving(failure) as stub:
        assert ask(stub.url).outcome == "unavailable"
    assert len(stub.requests) == 3


@pytest.mark.parametrize("failure", [answers(503, {}), hangs_up, answers(200, "{")])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_write_is_never_tried_again(ask: Asker, failure: Script, method: str) -> None:
    """It may have had its effect."""
    written = POST if method != "delete" else ("get: /parcels/", "delete: /parcels/")
    change = (written[0], written[1].replace("post:", f"{method}:"))
    with serving(failure) as stub:
        assert ask(stub.url, change).outcome == "unavailable"
    assert len(stub.requests) == 1


def test_a_write_that_never_left_is_tried_again(ask: Asker) -> None:
    """Where nobody took the connection there is no effect. Here the breaker stops the tries: it opens at the third."""
    with capture_logs() as logs:
        assert ask(closed_port(), POST, ("retries: 2", "retries: 5")).outcome == "unavailable"
    assert logs[0]["error"] == "CircuitBreakerError"


def test_a_status_that_is_an_outcome_is_not_tried_again(ask: Asker) -> None:
    """Also one that would be a failure elsewhere."""
    with serving(answers(503, {})) as stub:
        assert ask(stub.url, ("[404, 410]", "[503]")).outcome == "lost"
    assert len(stub.requests) == 1


def test_nothing_is_tried_that_the_caller_no_longer_waits_for(ask: Asker) -> None:
    """They are with a human by then: of six tries that the service may have, one or two fit into the second."""
    over = threading.Event()

    def sleeps(_handler: object) -> None:
        over.wait(10)

    with serving(sleeps) as stub:
        outcome = ask(
            stub.url,
            ("retries: 2", "retries: 5"),
            ("    get:", "    give_up: 1\n    wait: 0\n    get:"),
            ("timeout: 1", "timeout: 0.7"),
        ).outcome
        over.set()
    assert outcome == "unavailable"
    assert 1 <= len(stub.requests) <= 2


def test_a_try_that_begins_with_no_time_left_is_too_slow_and_no_failure_of_ours(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No library takes a timeout of 0 s or less: a moment is left to every try."""
    moments = iter([0.0, 1000.0])
    monkeypatch.setattr(
        "ivr.actions.http.service_actions.time", SimpleNamespace(monotonic=lambda: next(moments))
    )
    over = threading.Event()

    def sleeps(_handler: object) -> None:
        over.wait(10)

    with serving(sleeps) as stub, capture_logs() as logs:
        assert ask(stub.url, NO_PAUSE).outcome == "unavailable"
        over.set()
    assert logs[0]["error"] != "ValueError"


# --- the circuit breaker


def let_time_pass(connections: Connections, seconds: float) -> None:
    """Put the moment back at which breakers opened."""
    for peer in connections._clients.values():
        storage = peer._breaker._state_storage
        if storage.opened_at:
            storage.opened_at -= timedelta(seconds=seconds)


def test_a_service_that_is_down_is_not_asked(ask: Asker) -> None:
    """After three failures in a row it is unavailable at once, and the log says why."""
    with serving(answers(500, {})) as stub, capture_logs() as logs:
        action = ask.action(stub.url, NO_PAUSE)
        for _ in range(5):
            assert ask.run(action) == ActionResult("unavailable")
    assert len(stub.requests) == 3
    assert [entry["error"] for entry in logs] == ["status 500"] * 3 + ["CircuitBreakerError"] * 2


def test_after_the_pause_it_is_asked_again(ask: Asker) -> None:
    """When it answers all is as before; when it does not, the pause begins anew."""
    with serving(*[answers(500, {})] * 4, answers(200, GOOD)) as stub:
        action = ask.action(stub.url, NO_PAUSE)
        for _ in range(3):
            ask.run(action)
        let_time_pass(ask.connections, 29)
        assert ask.run(action).outcome == "unavailable"
        assert len(stub.requests) == 3
        let_time_pass(ask.connections, 1)
        assert ask.run(action).outcome == "unavailable"
        assert ask.run(action).outcome == "unavailable"
        assert len(stub.requests) == 4
        let_time_pass(ask.connections, 30)
        for _ in range(3):
            assert ask.run(action).outcome == "ok"


def test_a_clock_set_back_prolongs_no_pause(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty seconds are thirty seconds, whatever the time of day becomes meanwhile."""

    class Yesterday(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) - timedelta(days=1)

    with serving(*[answers(500, {})] * 3, answers(200, GOOD)) as stub:
        action = ask.action(stub.url, NO_PAUSE)
        for _ in range(3):
            ask.run(action)
        for module in ("pybreaker", "ivr.actions.http.connections"):
            monkeypatch.setattr(f"{module}.datetime", Yesterday)
        assert ask.run(action).outcome == "unavailable"
        let_time_pass(ask.connections, 30)
        assert ask.run(action).outcome == "ok"


def test_one_request_tries_it_and_not_all(ask: Asker) -> None:
    """A service that comes up again is not run over by every caller at once."""
    asked, go = threading.Event(), threading.Event()

    def slowly(handler: Any) -> None:
        asked.set()
        go.wait(5)
        answers(200, GOOD)(handler)

    with serving(*[answers(500, {})] * 3, slowly) as stub, ThreadPoolExecutor() as pool:
        action = ask.action(stub.url, NO_PAUSE, ("timeout: 1", "timeout: 5"))
        for _ in range(3):
            ask.run(action)
        let_time_pass(ask.connections, 30)
        trial = pool.submit(ask.run, action)
        assert asked.wait(5)
        assert ask.run(action) == ActionResult("unavailable")
        go.set()
        assert trial.result().outcome == "ok"
    assert len(stub.requests) == 4


@pytest.mark.parametrize("between", [answers(200, GOOD), answers(404), answers(401, {}), answers(200, {})])
def test_only_failures_in_a_row_count(ask: Asker, between: Script) -> None:
    """A service that answers is up, also when it refuses us or fits no outcome."""
    with serving(
        answers(500, {}), answers(500, {}), between, answers(500, {}), answers(500, {}), answers(200, GOOD)
    ) as stub:
        action = ask.action(stub.url, NO_PAUSE)
        outcomes = [ask.run(action).outcome for _ in range(6)]
    assert outcomes[-1] == "ok"
    assert len(stub.requests) == 6


def test_a_new_menu_version_does_not_forget_what_is_down(ask: Asker) -> None:
    """Breakers belong to the service, and not to the wording."""
    with serving(answers(500, {})) as stub:
        for word in ("where", "when", "how"):
            ask(stub.url, NO_PAUSE, ("Tells where", f"Tells {word}"))
        ask(stub.url, NO_PAUSE)
    assert len(stub.requests) == 3


def test_callers_do_not_wait_for_one_another(ask: Asker) -> None:
    """Several requests to a service are under way at the same moment."""
    together = threading.Barrier(4)

    def meets(handler: Any) -> None:
        together.wait(5)
        answers(200, GOOD)(handler)

    with serving(meets) as stub, ThreadPoolExecutor(4) as pool:
        action = ask.action(stub.url, ("timeout: 1", "timeout: 5"))
        finished = [pool.submit(ask.run, action) for _ in range(4)]
        assert [each.result().outcome for each in finished] == ["ok"] * 4


# --- settings


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"PARCEL_URL": "https://x"}, "PARCEL_TOKEN is missing; the service `parcels` in actions.yaml needs it"),
        ({"PARCEL_URL": " ", "PARCEL_TOKEN": TOKEN}, "PARCEL_URL is missing; the service `parcels` in actions.yaml needs it"),
        ({"PARCEL_URL": "x.example", "PARCEL_TOKEN": TOKEN}, "the `url` of the service `parcels` is no web address"),
        ({"PARCEL_URL": "https://u:p@x.example", "PARCEL_TOKEN": TOKEN}, "the `url` of the service `parcels` is no web address"),
        ({"PARCEL_URL": "file:///etc/passwd", "PARCEL_TOKEN": TOKEN}, "the `url` of the service `parcels` is no web address"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used(
    environ: Mapping[str, str], sentence: str, connections: Connections
) -> None:
    """It is told when the server starts, and by its name: its value may be a secret."""
    with pytest.raises(BadSetting, match=sentence) as raised:
        actions_of(tree(), environ, connections)
    assert TOKEN not in str(raised.value)
    assert "u:p" not in str(raised.value)


def test_the_actions_of_the_program_are_there_too(connections: Connections) -> None:
    """Those of the file are over them."""
    made = actions_of(tree(), {"PARCEL_URL": "https://x", "PARCEL_TOKEN": TOKEN}, connections)
    assert made.keys() == OURS.keys() | {"parcel_status"}
    assert made["find_account"] is ACTIONS["find_account"]


def test_an_address_without_tls_is_told_to_the_log(connections: Connections) -> None:
    """Where the menu could not know it."""
    with capture_logs() as logs:
        actions_of(tree(), {"PARCEL_URL": "http://parcels.example", "PARCEL_TOKEN": TOKEN}, connections)
    assert [(entry["event"], entry["service"]) for entry in logs] == [("service without TLS", "parcels")]


# --- TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write a certificate that nobody has signed, with its key."""
    return own_certificate(tmp_path)


@pytest.mark.parametrize("trusted", ["", "yes"])
def test_certificates_are_checked(certificate: Path, ask: Asker, trusted: str) -> None:
    """One that nobody vouches for is refused, before anything is sent; a company's own authority can be trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(answers(200, GOOD), tls=context) as stub, capture_logs() as logs:
        environ = {"PARCEL_URL": stub.url, "PARCEL_TOKEN": TOKEN}
        if trusted:
            environ["REQUESTS_CA_BUNDLE"] = str(certificate)
        outcome = ask.run(actions_of(tree(NO_PAUSE), environ, ask.connections)["parcel_status"]).outcome
        ask.connections.close()
    assert outcome == ("ok" if trusted else "unavailable")
    assert len(stub.requests) == (1 if trusted else 0)
    assert [entry["error"] for entry in logs] == ([] if trusted else ["SSLError"])


# --- keys that may be left out


def test_a_message_need_not_say_until_when_it_is_good(ask: Asker) -> None:
    """Without `expires` it is simply sent; the service's answer may have a moment or not."""
    for answer in (GOOD, {name: each for name, each in GOOD.items() if name != "until"}):
        with serving(answers(200, answer)) as stub:
            result = ask(stub.url, (", expires: until", ""))
        assert (result.outcome, result.text_to, result.expires) == ("ok", "+8613800138000", None)


def test_a_message_need_not_have_a_secret(ask: Asker) -> None:
    """One that only repeats what the call told."""
    change = ("secrets: {link: {path: link, means: the address}}, ", "")
    with serving(answers(200, GOOD)) as stub:
        made = load(
            {"menu.yaml": MENU.replace('"{{ link }}"', "It is there.").replace("RATIONED", ""), "actions.yaml": ACTION.replace(*change)}, {}
        )  # fmt: skip
        assert made.tree is not None, made.problems
        environ = {"PARCEL_URL": stub.url, "PARCEL_TOKEN": TOKEN}
        result = ask.run(actions_of(made.tree, environ, ask.connections)["parcel_status"])
    assert (result.outcome, result.text_to, result.secrets) == ("ok", "+8613800138000", {})


def test_an_outcome_that_says_no_more_messages_tells_nothing(ask: Asker) -> None:
    """A `rationed` that tells something could not tell it: the run is unavailable then."""
    plain = ("      lost:", "      rationed: {means: No more., status: 429}\n      lost:")
    telling = (
        "      lost:",
        "      rationed: {means: No more., status: 429, tells: {place: {path: p, means: m}}}\n      lost:",
    )
    for change, outcome in ((plain, "rationed"), (telling, "unavailable")):
        with serving(answers(200, GOOD)) as stub, capture_logs():
            action = ask.action(stub.url, change)
            assert ask.run(action, "CA1/1/1", per_number=0).outcome == outcome


def test_no_secret_is_in_what_an_action_says_of_itself(ask: Asker) -> None:
    """Its headers are left out wherever it is printed, as in a traceback's values."""
    with serving(answers(200, GOOD)) as stub:
        assert TOKEN not in repr(ask.action(stub.url))


def test_the_pauses_grow_to_a_second_and_no_further(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller waits: the random pause is below 0.1 s first, twice that then, and never more than a second."""
    asked: list[tuple[float, float]] = []

    def highest(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.0

    monkeypatch.setattr("random.uniform", highest)
    with serving(answers(503)) as stub, capture_logs():
        ask(stub.url, ("retries: 2", "retries: 5"), ("failures: 3", "failures: 100"))
    assert [high for _, high in asked] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


# --- while the hotline is served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a hotline with a service."""
    menu = small("main: {say: Hello., then: bye}")
    (tmp_path / "menu.yaml").write_text(menu)
    (tmp_path / "actions.yaml").write_text("python: ivr.demo.actions\nservices: {s: {url: '${FIRST_URL}'}}\n")
    return tmp_path


LIMITS = """
python: ivr.demo.actions
services: {s: {url: '${FIRST_URL}'}, t: {url: '${SECOND_URL}'}}
actions:
  freeze_account: {service: t, post: /freezes, outcomes: {done: {status: 200, tells: {is_frozen: is_frozen}}, not_proved: {status: 403}}}
"""


def test_a_changed_file_is_taken_up(folder: Path) -> None:
    """And its actions with it, while calls of the version before keep theirs."""
    environ = {"SECOND_URL": "https://x.example"}
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0, environ=environ)
    first = hotline.current()
    assert hotline.actions(first)["freeze_account"] is ACTIONS["freeze_account"]
    (folder / "actions.yaml").write_text(LIMITS)
    second = hotline.current()
    assert second.version != first.version
    assert hotline.actions(second)["freeze_account"] is not ACTIONS["freeze_account"]
    assert hotline.actions(first)["freeze_account"] is ACTIONS["freeze_account"]
    hotline.close()


def test_a_file_whose_settings_are_missing_is_not_taken_up(folder: Path) -> None:
    """The good menu goes on, and the problem is told; a server that starts with it says so and does not."""
    told: list[str] = []
    hotline = ServedHotline(
        folder,
        SqliteStore(IN_MEMORY),
        look_every=0.0,
        environ={},
        report=lambda found: told.extend(map(str, found)),
    )
    first = hotline.current()
    (folder / "actions.yaml").write_text(LIMITS)
    with capture_logs():
        assert hotline.current() is first
    assert told == [
        "actions.yaml:1:1: SECOND_URL is missing; the service `t` in actions.yaml needs it; start the server with it"
    ]
    with pytest.raises(BadSetting, match="SECOND_URL is missing"):
        ServedHotline(folder, SqliteStore(IN_MEMORY), environ={})


def test_a_version_whose_settings_are_gone_is_lost(folder: Path) -> None:
    """A call that began with it goes on with the present menu."""
    store = SqliteStore(IN_MEMORY)
    (folder / "actions.yaml").write_text(LIMITS)
    old = ServedHotline(folder, store, environ={"SECOND_URL": "https://x.example"}).current()
    (folder / "actions.yaml").unlink()
    hotline = ServedHotline(folder, store, environ={})
    with capture_logs() as logs:
        assert hotline.version(old.version) is hotline.current()
    assert "menu version lost" in [entry["event"] for entry in logs]
