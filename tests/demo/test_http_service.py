"""The account service over HTTP: closed to strangers, honest in its statuses, and as good as the embedded one."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from structlog.testing import capture_logs
from werkzeug.serving import make_server

from ivr.actions.base import ActionResult, Services
from ivr.actions.bulletins import Bulletins
from ivr.calls.hotline_loader import load_tree
from ivr.config import BadSetting
from ivr.demo.accounts import Accounts
from ivr.demo.http_service import HTTP_STATUSES, ROUTES, HttpRoute, QuietHandler, body_of, create_service
from ivr.harness import DirectHarnesses
from ivr.logs import configure
from ivr.menu.language.nodes import RunNode
from ivr.menu.tree import Tree
from ivr.storage.attempts import Attempts
from ivr.storage.sealing import Seal
from ivr.written.model import WrittenCall
from ivr.written.runner import CallHarness, PlayedCall, play, read_calls
from tests.support.bank import CONTRACTS

ROOT = Path(__file__).parents[2]
YUEBAO = ROOT / "menus" / "yuebao"
EXAMPLE = ROOT / "examples" / "http" / "actions.yaml"
TOKEN = "token-4711"
PHONE, TAIL = "+8613800138000", "1237"
OURS = {"bulletins", "send_text", "send_link", "send_summary"}
"""Actions that are no matter of accounts."""


@contextmanager
def embedded(folder: Path = YUEBAO) -> Iterator[Services]:
    """Open the account service of a hotline, in memory."""
    accounts = Accounts(":memory:", folder / "accounts.yaml")
    attempts = Attempts(":memory:")
    try:
        yield Services(accounts, Bulletins.open(None), attempts, Seal.random(), "https://ivr.example.com")
    finally:
        attempts.close()
        accounts.close()


@dataclass
class Client:
    """Whoever knows the token."""

    app: Flask
    headers: dict[str, str] = field(
        default_factory=lambda: {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "CA1/1/1"}
    )

    def get(self, path: str, **query: str) -> tuple[int, Any]:
        """Read."""
        answer = self.app.test_client().get(path, query_string=query, headers=self.headers)
        return answer.status_code, answer.json

    def post(self, path: str, key: str = "CA1/1/1", **body: str) -> tuple[int, Any]:
        """Write."""
        headers = {**self.headers, "Idempotency-Key": key}
        answer = self.app.test_client().post(path, json=body, headers=headers)
        return answer.status_code, answer.json


@pytest.fixture
def client() -> Iterator[Client]:
    """Give a client of the service, at which it is ten o'clock on Sunday, 22 November 2026 in Shanghai."""
    with embedded() as services:
        now = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
        yield Client(create_service(services, TOKEN, clock=lambda: now))


# --- who is let in


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.action)
@pytest.mark.parametrize("given", [None, "", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer 令牌"])
def test_nothing_is_answered_without_the_token(client: Client, route: HttpRoute, given: str | None) -> None:
    """Whatever is asked for, and also where there is nothing at all."""
    headers = {} if given is None else {"Authorization": given.encode().decode("latin-1")}
    for path in (route.rule, "/nothing"):
        answer = client.app.test_client().open(path, method=route.method, headers=headers)
        assert (answer.status_code, answer.json) == (401, {"error": "Unauthorized"})
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_there_is_no_service_without_a_token() -> None:
    """A setting that was forgotten does not open it."""
    with embedded() as services, pytest.raises(BadSetting, match="ACCOUNT_SERVICE_TOKEN is missing"):
        create_service(services, "")


# --- what it answers


def test_what_a_customer_may_hear(client: Client) -> None:
    """Numbers are numbers, and dates are ISO texts."""
    status, body = client.get(f"/accounts/{PHONE}/limits", level="verified")
    assert (status, body) == (
        200,
        {
            "outcome": "ok",
            "fast_limit": 10000,
            "fast_used": 3000,
            "fast_left": 7000,
            "balance": 52340.18,
            "arrives": "2026-11-24",
        },
    )


def test_the_moment_may_be_given(client: Client) -> None:
    """Else it is now."""
    at = "2026-11-27T15:30:00+08:00"
    assert client.get(f"/accounts/{PHONE}/limits", level="verified", at=at)[1]["arrives"] == "2026-12-01"


def test_outcomes_are_statuses(client: Client) -> None:
    """As HTTP means them; the body names the outcome."""
    who = {"account": PHONE, "caller": PHONE}
    assert client.get("/accounts", caller="+8613999999999") == (404, {"outcome": "not_found"})
    assert client.get("/accounts", caller=PHONE)[0] == 200
    assert client.get("/accounts/+8613800138001/login-status", level="verified")[0] == 423
    assert client.post("/identity/tail", "CA1/1/1", **who, id_tail="0000") == (422, {"outcome": "mismatch"})
    assert client.post("/identity/tail", "CA1/2/1", **who, id_tail=TAIL) == (
        200,
        {"outcome": "ok", "account": PHONE},
    )
    frozen = {"account": "+8613800138007", "caller": "+8613800138007", "id_tail": "7778"}
    assert client.post("/identity/tail", "CA2/1/1", **frozen)[0] == 409


def test_a_typed_number_is_told_whether_or_not_it_has_an_account(client: Client) -> None:
    """It is what the freeze is asked for afterwards."""
    nobody = "+8613999999999"
    for phone, status, outcome in ((PHONE, 200, "found"), (nobody, 404, "not_found")):
        told = {"outcome": outcome, "account": phone, "number": phone}
        assert client.get(f"/accounts/{phone}", caller=nobody) == (status, told)


def test_a_freeze_is_for_the_calling_number_or_a_proved_one(client: Client) -> None:
    """Whatever account the call is about; the customer of a typed number is left in peace."""
    stranger = "+8613999999999"
    typed = client.post("/freezes", "CA1/1/1", number=PHONE, account=PHONE, caller=stranger)
    assert typed == (403, {"outcome": "not_proved"})
    assert client.get(f"/accounts/{PHONE}/limits", level="verified")[0] == 200
    own = client.post("/freezes", "CA2/1/1", number=PHONE, account="+8613800138001", caller=PHONE)
    told = {"to": PHONE, "language": "zh-CN", "expires": None}
    assert own == (200, {"outcome": "done", "is_frozen": True, "message": told})
    tail = client.post("/identity/tail", "CA3/1/1", account=PHONE, caller=PHONE, id_tail=TAIL)
    assert tail == (409, {"outcome": "frozen", "account": PHONE})


def test_a_message_is_given_to_whoever_asks_for_it(client: Client) -> None:
    """The hotline sends it: with what only the message may tell, and until when."""
    who = {"account": PHONE, "caller": PHONE, "level": "matched"}
    client.post("/identity/tail", "CA1/1/1", **who, id_tail=TAIL)
    status, sent = client.post("/identity/codes", "CA1/2/1", **who)
    assert (status, sent["code_minutes"], sent["message"]["to"]) == (200, 5, PHONE)
    assert sent["message"]["expires"] == "2026-11-22T10:05:00+08:00"
    right = client.post("/identity/codes/check", "CA1/3/1", **who, typed_code=sent["message"]["code"])
    assert right == (200, {"outcome": "ok", "account": PHONE})


def test_the_same_key_is_the_same_request(client: Client) -> None:
    """A reset that is asked for twice is one reset, with one link."""
    path, body = f"/accounts/{PHONE}/resets/login-password", {"caller": PHONE, "level": "confirmed"}
    first, again = client.post(path, "CA1/4/1", **body), client.post(path, "CA1/4/1", **body)
    assert first == again
    assert first[1]["message"]["link"].startswith("https://ivr.example.com/reset/")
    assert client.post(path, "CA1/5/1", **body)[1]["case_number"] != first[1]["case_number"]


def test_what_breaks_inside_is_unavailable(client: Client) -> None:
    """With nothing of the reason."""
    with capture_logs():
        answer = client.get("/accounts/+8613999999999/limits", level="verified")
    assert answer == (503, {"outcome": "unavailable"})


def test_a_level_that_was_not_reached_is_refused(client: Client) -> None:
    """The hotline's checks are not the only ones."""
    assert client.get(f"/accounts/{PHONE}/limits", level="known") == (403, {"error": "Forbidden"})
    assert client.get(f"/accounts/{PHONE}/limits")[0] == 403


@pytest.mark.parametrize(
    "query",
    [
        {"level": "emperor"},
        {"level": "verified", "at": "soon"},
        {"level": "verified", "at": "2026-11-22T10:00"},
    ],
)
def test_a_question_that_makes_no_sense(client: Client, query: Mapping[str, str]) -> None:
    """It is refused without repeating it."""
    assert client.get(f"/accounts/{PHONE}/limits", **query) == (400, {"error": "Bad Request"})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"id_tail": 1237}', 400),
        (b'{"id_tail": "%s"}' % (b"1" * 20_000), 413),
    ],
)
def test_a_body_that_makes_no_sense(client: Client, body: bytes, status: int) -> None:
    """No JSON, no object, no input, another kind of value, too much."""
    headers = {**client.headers, "Content-Type": "application/json"}
    answer = client.app.test_client().post("/identity/tail", data=body, headers=headers)
    assert answer.status_code == status
    assert b"1237" not in answer.data


def test_a_request_has_a_key(client: Client) -> None:
    """Without it a repeated one could not be told from a new one."""
    del client.headers["Idempotency-Key"]
    assert client.get(f"/accounts/{PHONE}/limits", level="verified")[0] == 400


def test_the_log_has_no_secret(client: Client) -> None:
    """Neither digits nor a number: only what was asked, and how it ended."""
    with capture_logs() as logs:
        client.post("/identity/tail", account=PHONE, caller=PHONE, id_tail=TAIL)
    assert logs == [
        {
            "event": "answered",
            "log_level": "info",
            "action": "verify_identity",
            "outcome": "ok",
            "status": 200,
        }
    ]


def test_every_outcome_has_room_in_a_body() -> None:
    """Nothing that an action tells has the name of something else in the body."""
    for route in ROUTES:
        for outcome in CONTRACTS[route.action].outcomes.values():
            assert not outcome.tells.keys() & {"outcome", "account", "message", "error"}
            assert not (outcome.texts or {}).keys() & {"to", "expires"}


def test_no_status_is_given_to_an_outcome_that_is_none() -> None:
    """The table does not outlive the actions."""
    known = {word for route in ROUTES for word in CONTRACTS[route.action].all_outcomes()}
    assert HTTP_STATUSES.keys() <= known


def test_a_body_says_no_more_than_there_is() -> None:
    """No account, no message."""
    assert body_of(ActionResult("mismatch")) == {"outcome": "mismatch"}


# --- the proof: the same hotline, the same calls, another service


@dataclass
class Switch:
    """A program behind one address, which a test changes. It is made when it is first asked."""

    make: Callable[[], Flask] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer as the present program does."""
        assert self.make is not None
        with self.lock:
            app = self.make()
        return app(environ, start_response)


@pytest.fixture(scope="module")
def switch() -> Iterator[Switch]:
    """Serve on the loopback, and let the hotline find the service there."""
    made = Switch()
    server = make_server("127.0.0.1", 0, made, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ACCOUNT_SERVICE_URL", f"http://127.0.0.1:{server.server_port}")
        patch.setenv("ACCOUNT_SERVICE_TOKEN", TOKEN)
        yield made
    server.shutdown()
    thread.join()


@dataclass
class HttpStages:
    """Makes stages whose account service is behind HTTP; each call has a fresh one."""

    folder: Path
    tree: Tree
    switch: Switch
    stack: ExitStack

    def __call__(self, call: WrittenCall) -> CallHarness:
        """Set up one call."""
        self.stack.close()
        self.switch.make = functools.cache(self._service)
        return DirectHarnesses(self.folder, self.tree)(call)

    def _service(self) -> Flask:
        services = self.stack.enter_context(embedded(self.folder))
        return create_service(services, TOKEN, rate_limits=self.tree.declared.texts)


@pytest.fixture
def hotline(tmp_path: Path) -> Path:
    """Copy the demonstration hotline, with the services of the example."""
    folder = tmp_path / "yuebao"
    shutil.copytree(YUEBAO, folder)
    shutil.copy(EXAMPLE, folder / "actions.yaml")
    return folder


def played(folder: Path, switch: Switch, only: str = "") -> list[PlayedCall]:
    """Play the written calls of a hotline."""
    configure(level="error")
    calls, problems = read_calls(folder)
    assert not problems
    with ExitStack() as stack:
        harnesses = HttpStages(folder, load_tree(folder), switch, stack)
        return [play(file, call, harnesses) for file, call in calls if only in call.call]


def test_the_example_covers_every_action_of_accounts() -> None:
    """Those that the demonstration hotline runs, and those that the service has."""
    tree = load_tree(YUEBAO)
    run = {node.run for node in tree.nodes.values() if isinstance(node, RunNode)}
    assert run - OURS == {route.action for route in ROUTES}


def test_the_hotline_passes_the_same_calls_against_the_service(hotline: Path, switch: Switch) -> None:
    """Every written call, as against the embedded one: that is what a contract is worth."""
    tree = load_tree(hotline)
    assert tree.services.keys() == {route.action for route in ROUTES}
    calls = played(hotline, switch)
    assert len(calls) > 100
    assert [(each.call.call, each.failures) for each in calls if each.failures] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fast_left: {path: fast_left,", "fast_left: {path: fast_used,"),
        ("get: /accounts/{{ account }}/limits", "get: /accounts/{{ account }}/limit"),
        ("Bearer ${ACCOUNT_SERVICE_TOKEN}", "Bearer x${ACCOUNT_SERVICE_TOKEN}"),
    ],
)
def test_a_wrong_mapping_fails_a_call(hotline: Path, switch: Switch, old: str, new: str) -> None:
    """The proof proves something: another field, another path, another token are found out."""
    text = (hotline / "actions.yaml").read_text(encoding="utf-8")
    assert old in text
    (hotline / "actions.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with capture_logs():
        failed = [each for each in played(hotline, switch, "The right tail opens") if each.failures]
    assert failed


# --- as a program


def test_it_is_served(tmp_path: Path) -> None:
    """Over HTTP, until it is told to end; it says where, and logs no path."""
    program = (
        "from pathlib import Path\n"
        "from ivr.config import settings_from\n"
        "from ivr.demo.http_service import serve_demo\n"
        "import os\n"
        f"serve_demo(Path({str(YUEBAO)!r}), settings_from(os.environ), {TOKEN!r}, '127.0.0.1', 0, lambda url: print(url, flush=True))\n"
    )
    environment = {**os.environ, "IVR_DATABASE_URL": f"sqlite:///{tmp_path / 'calls.sqlite3'}"}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "CA1/1/1"}
        answer = requests.get(f"{url}/accounts/{PHONE}/limits?level=verified", headers=headers, timeout=10)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=10)
    assert (answer.status_code, answer.json()["fast_left"]) == (200, 7000)
    assert process.returncode == 0
    assert PHONE not in said
    assert "Traceback" not in said
