"""The whole way of a text message through a gateway: a call, `ivr serve`, the gateway, its report, `ivr calls`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.app import open_outbox
from ivr.config import settings_from
from ivr.engine.session import Session
from ivr.messaging.delivery_reports import HEADER, sign
from ivr.messaging.http_gateway import REPORT_PATH
from ivr.storage import open_store
from ivr.storage.base import LEASE, SEALED_AS, Message, SavedTurn
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore
from tests.support.phone import CUSTOMER, small_hotline
from tests.support.served import free_port
from tests.support.stub_service import Stub, answers, serving

NODES = """\
  main: {text: "Your order is ready.", then: bye, unable: bye, rationed: bye}
"""
KEY = "a key of the tests that is long enough"
REPORT_SECRET = "a secret of the gateway that is long enough"
PATIENCE = 60.0


def environment(folder: Path, stub: Stub, **more: str) -> dict[str, str]:
    """Return an environment with a gateway and nothing of Twilio's."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "IVR_"))}
    return {
        **others,
        "NO_PROXY": "*",
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'calls.sqlite3'}",
        "IVR_SECRET_KEY": KEY,
        "IVR_SMS_URL": f"{stub.url}/messages",
        "IVR_SMS_TOKEN": "the-gateway-s-token",
        "IVR_SMS_REPORT_SECRET": REPORT_SECRET,
        **more,
    }


def ivr(env: dict[str, str], *words: str, typed: str = "") -> str:
    """Run a command of the program, and return what it prints."""
    command = [sys.executable, "-m", "ivr.cli", *words]
    done = subprocess.run(
        command, env=env, input=typed, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running(env: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command that goes on until the block ends; the block begins when it has said that it is ready."""
    command = [sys.executable, "-m", "ivr.cli", *words]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(40)


def comes(what: Callable[[], object]) -> None:
    """Wait until something is so, at most a minute."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_call_s_message_is_sent_through_the_gateway_and_reported_back(tmp_path: Path) -> None:
    """A caller rings a real server, the gateway gets the message once, and its report shows in `ivr calls`."""
    folder = small_hotline(tmp_path / "shop", NODES)
    port = str(free_port())
    url = f"http://127.0.0.1:{port}"
    with serving(answers(202, {"id": "g1"})) as stub:
        env = environment(tmp_path, stub, IVR_PUBLIC_URL=url)
        with running(env, "serve", str(folder), "--port", port, "--workers", "2", "--insecure"):
            ivr(env, "simulate", str(folder), "--url", url, "--from", CUSTOMER)
            comes(lambda: stub.requests)
            told = stub.requests[0].body
            assert (told["to"], told["text"]) == (CUSTOMER, "Your order is ready.")
            assert told["report_url"] == url + REPORT_PATH

            (call,) = json.loads(ivr(env, "calls", "--format", "json"))

            def shown() -> str:
                return ivr(env, "calls", call["call"])

            comes(lambda: ", sent: Your order is ready." in shown())

            report = {"reference": told["reference"], "id": "g1", "status": "delivered"}
            body = json.dumps(report).encode()
            header = {HEADER: sign(REPORT_SECRET, body, datetime.now(UTC))}
            request = urllib.request.Request(told["report_url"], body, header)
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert answer.status == 204
            assert ", delivered: Your order is ready." in shown()
        assert len(stub.requests) == 1


@pytest.mark.parametrize("dies", ["worker", "nobody"])
def test_a_worker_that_dies_between_sending_and_saving_sends_nothing_twice(tmp_path: Path, dies: str) -> None:
    """The gateway kills `ivr worker` before it answers: the message is unknown, after one request."""
    processes: list[subprocess.Popen[str]] = []

    def script(handler: object) -> None:
        if dies == "worker":
            processes[0].kill()
            processes[0].wait(PATIENCE)
        else:
            answers(202, {"id": "g1"})(handler)  # type: ignore[arg-type]

    with serving(script) as stub:
        env = environment(tmp_path, stub)
        now = datetime.now(UTC)
        store = open_store(env["IVR_DATABASE_URL"])
        words = Seal(KEY).seal(SEALED_AS, "739155")
        text = Message("CA1", CUSTOMER, words, "zh-CN", now, status="waiting", sealed=True)
        session = Session(call="CA1", version="v1", started=now, turn=1)
        with running(env, "worker", "--every", "0.1") as process:
            processes.append(process)
            store.save(0, SavedTurn(session, b"", now, messages=[text]))
            comes(lambda: stub.requests)
            comes(lambda: process.poll() is not None if dies == "worker" else _kept(store) == "sent")
        later = open_outbox(
            store, Seal(KEY), settings_from(env), lambda: now + 2 * LEASE + timedelta(minutes=5)
        )
        for _ in range(3):
            later.send_due()
        assert _kept(store) == ("unknown" if dies == "worker" else "sent")
        assert [request.body["text"] for request in stub.requests] == ["739155"]
        store.close()


@pytest.mark.parametrize(
    ("command", "status"), [("worker", "sent"), ("serve", "sent"), ("serve", "unknown")], ids=str
)
def test_sigterm_while_messages_are_sent(tmp_path: Path, command: str, status: str) -> None:
    """The request under way is finished, or counts as unknown after eight seconds; a restart sends the rest once."""
    words = ["worker", "--every", "0.1"]
    if command == "serve":
        words = [
            "serve",
            str(small_hotline(tmp_path / "shop", NODES)),
            "--port",
            str(free_port()),
            "--insecure",
        ]
    asked, go = threading.Event(), threading.Event()

    def first(handler: object) -> None:
        asked.set()
        go.wait(PATIENCE)
        answers(202, {"id": "g1"})(handler)  # type: ignore[arg-type]

    with serving(first, answers(202, {"id": "g2"})) as stub:
        env = environment(tmp_path, stub)
        now = datetime.now(UTC)
        store = open_store(env["IVR_DATABASE_URL"])
        texts = [Message("CA1", CUSTOMER, word, "zh-CN", now, status="waiting") for word in "abcdef"]
        session = Session(call="CA1", version="v1", started=now, turn=1)
        store.save(0, SavedTurn(session, b"", now, messages=texts))
        with running(env, *words) as process:
            assert asked.wait(PATIENCE)
            process.send_signal(signal.SIGTERM)
            if status == "sent":
                go.set()
            assert process.wait(20) == 0
        go.set()
        statuses = _statuses(store)
        assert statuses[0] == status
        assert set(statuses[1:]) <= {"sent", "waiting"}
        with running(env, "worker", "--every", "0.1"):
            comes(lambda: "waiting" not in _statuses(store))
        assert _statuses(store)[1:] == ["sent"] * 5
        assert sorted(request.body["text"] for request in stub.requests) == list("abcdef")
        store.close()


def _statuses(store: SqliteStore) -> list[str]:
    history = store.call("CA1")
    assert history is not None
    return [message.status for message in history.messages]


def _kept(store: SqliteStore) -> str:
    history = store.call("CA1")
    assert history is not None
    return history.messages[0].status


def test_a_worker_without_any_carrier_says_what_to_set(tmp_path: Path) -> None:
    """Either carrier's settings."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "IVR_"))}
    command = [sys.executable, "-m", "ivr.cli", "worker"]
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "TWILIO_NUMBER, or IVR_SMS_URL for a gateway" in done.stderr
