"""A gateway of one's own takes messages, refuses them or says nothing, and each is told apart."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.actions.http.client import AnswerTooSlow, HttpFailure
from ivr.engine.session import Session
from ivr.messaging.carrier import UNTIL_MENDED, UNTIL_REACHED, MessageNotTaken, MessageRefused
from ivr.messaging.http_gateway import GatewayFailed, HttpGateway
from ivr.messaging.outbox import Outbox
from ivr.storage.base import IN_MEMORY, LEASE, Message, SavedTurn
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore
from tests.support.dripping import Peer, dripping
from tests.support.rest_stub import closed_port, self_signed
from tests.support.stub_service import Script, Stub, answers, drips, hangs_up, serving

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = "【余额宝】验证码 739155"
MESSAGE = Message("CA1", "+8613800138000", BODY, "zh-CN", NOON, status="waiting", number=7)
TOKEN = "the-gateway-s-token"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of the machine's come between."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Return what is set when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def gateway(stub: Stub, **others: object) -> HttpGateway:
    """Return our side of a gateway."""
    return replace(HttpGateway(f"{stub.url}/messages", TOKEN, timeout=2), **others)  # type: ignore[arg-type]


def sent_to(*scripts: Script) -> tuple[Exception | str, Stub]:
    """Send the message to a gateway that answers so; return what came of it."""
    with serving(*scripts) as stub:
        try:
            return gateway(stub).send(MESSAGE), stub
        except Exception as error:  # noqa: BLE001 - the tests look at it
            return error, stub


# --- what it is asked


def test_a_message_is_one_post_of_json() -> None:
    """With our token, the message's language and our number of it."""
    identifier, stub = sent_to(answers(202, {"id": "g1"}))
    (request,) = stub.requests
    assert identifier == "g1"
    assert (request.method, request.path) == ("POST", "/messages")
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.body == {"to": MESSAGE.to, "text": BODY, "language": "zh-CN", "reference": "7"}


def test_a_sender_and_a_place_for_reports_are_named_where_there_are_any() -> None:
    """The gateway chooses where nobody has said."""
    with serving(answers(202, {"id": "g1"})) as stub:
        gateway(stub, sender="YUEBAO", report_url="https://ivr.example.com/sms/report").send(MESSAGE)
    told = stub.requests[0].body
    assert (told["from"], told["report_url"]) == ("YUEBAO", "https://ivr.example.com/sms/report")


@pytest.mark.parametrize("token", [TOKEN, ""])
def test_another_program_s_password_for_the_host_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """A ~/.netrc is for curl; it would even replace our token."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with serving(answers(202)) as stub:
        gateway(stub, token=token).send(MESSAGE)
    assert stub.requests[0].headers.get("Authorization") == (f"Bearer {token}" if token else None)


def test_the_token_is_not_shown() -> None:
    """It is no part of what a traceback shows of the gateway."""
    assert TOKEN not in repr(HttpGateway("https://sms.example.com", TOKEN))


# --- what it answers


@pytest.mark.parametrize(
    ("script", "identifier"),
    [
        (answers(200, {"id": "g1"}), "g1"),
        (answers(201, {"id": 17}), "17"),
        (answers(202, {"id": "x" * 1000}), "x" * 64),
        (answers(202), ""),
        (answers(202, {"id": None}), ""),
        (answers(202, ["g1"]), ""),
        (answers(202, "accepted", "text/plain"), ""),
        (answers(202, "[" * 60_000), ""),
        (answers(202, {"id": "g1", "more": "x" * 70_000}), ""),
    ],
)
def test_any_2xx_says_that_it_has_the_message(script: Script, identifier: str) -> None:
    """Also where its identifier cannot be read: a message that was taken must not be sent again."""
    assert sent_to(script)[0] == identifier


@pytest.mark.parametrize(
    ("script", "after", "told"),
    [
        (answers(429, headers={"Retry-After": "30"}), 30, "no more messages at this moment"),
        (answers(429), None, "no more messages at this moment"),
        (answers(429, headers={"Retry-After": "Sun, 29 Nov 2026 01:00:00 GMT"}), None, "no more messages"),
        (answers(401), UNTIL_MENDED, "check IVR_SMS_TOKEN"),
        (answers(404), UNTIL_MENDED, "check IVR_SMS_URL"),
        (answers(405), UNTIL_MENDED, "check IVR_SMS_URL"),
        (answers(302, headers={"Location": "/elsewhere"}), UNTIL_MENDED, "check IVR_SMS_URL"),
        (answers(403), None, "does not take the message (403)"),
        (answers(408), None, "does not take the message (408)"),
    ],
)
def test_what_it_did_not_take_may_be_tried_again(script: Script, after: float | None, told: str) -> None:
    """All messages wait where none would be taken; where it may be this one's fault, the others do not."""
    error, stub = sent_to(script)
    assert isinstance(error, MessageNotTaken)
    assert told in error.reason
    assert error.after == after
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (answers(400, {"code": "no_such_number"}), "no_such_number"),
        (answers(422, {"code": 21211}), "21211"),
        (answers(400), "400"),
        (answers(400, {"code": MESSAGE.to}), "400"),
        (answers(400, {"code": "739155", "message": BODY}), "400"),
        (answers(413, f"cannot send {BODY}", "text/plain"), "413"),
    ],
)
def test_what_it_refuses_is_refused_for_good(script: Script, code: str) -> None:
    """The gateway's code is kept where it can be nothing but a code; its words, which may repeat ours, never are."""
    error, _ = sent_to(script)
    assert isinstance(error, MessageRefused)
    assert (error.code, error.reason) == (code, "the gateway refuses it")


def test_a_text_that_is_too_long_is_refused_unasked() -> None:
    """Nobody pays for a hundred messages by mistake."""
    with serving(answers(202)) as stub, pytest.raises(MessageRefused, match="longer than 1600"):
        gateway(stub).send(replace(MESSAGE, body="长" * 1601))
    assert stub.requests == []


def test_where_nobody_listens_nothing_was_sent() -> None:
    """It is tried again soon."""
    with pytest.raises(MessageNotTaken, match="see IVR_SMS_URL") as raised:
        HttpGateway(closed_port()).send(MESSAGE)
    assert raised.value.after == UNTIL_REACHED


def test_a_gateway_that_cannot_be_trusted_is_told_nothing(tmp_path: Path) -> None:
    """No message goes to whoever shows a certificate of their own."""
    with serving(answers(202), tls=self_signed(tmp_path)) as stub, pytest.raises(MessageNotTaken):
        gateway(stub).send(MESSAGE)
    assert stub.requests == []


@pytest.mark.parametrize("script", [answers(500), answers(503, headers={"Retry-After": "1"}), hangs_up])
def test_where_nobody_knows_it_says_neither(script: Script) -> None:
    """A gateway that failed may have taken the message."""
    error, _ = sent_to(script)
    assert isinstance(error, GatewayFailed | HttpFailure)


def test_an_answer_that_never_comes_to_its_end_is_not_waited_for(over: threading.Event) -> None:
    """The status says what became of the message; a lease lasts for twenty seconds."""
    deadline = threading.Timer(10, over.set)
    deadline.start()
    with serving(drips(over)) as stub:
        assert gateway(stub, timeout=0.5).send(MESSAGE) == ""
        assert not over.is_set()
    deadline.cancel()


@pytest.mark.parametrize(
    "peer",
    [Peer(), Peer(b"HTTP/1.1 ", b"2"), Peer(b"HTTP/1.1 202 Accepted\r\n", b"X: a\r\n")],
    ids=["nothing", "status line", "headers"],
)
def test_a_gateway_that_drips_is_given_up_in_time(peer: Peer) -> None:
    """Nobody knows then whether it has the message; the next one does not wait longer for that."""
    with dripping(peer):
        began = time.monotonic()
        with pytest.raises(AnswerTooSlow):
            HttpGateway(peer.url, timeout=0.3).send(MESSAGE)
        assert 0.3 <= time.monotonic() - began < 1.5
        assert peer.hung_up.acquire(timeout=5)


def test_the_words_of_a_compressed_answer_are_not_unpacked() -> None:
    """The status says that the message was taken, and no answer grows in our memory."""
    with serving(answers(202, {"id": "g1"}, headers={"Content-Encoding": "gzip"})) as stub:
        assert gateway(stub).send(MESSAGE) == "g1"
    assert stub.requests[0].headers["Accept-Encoding"] == "identity"


# --- with the outbox


def outbox_with(stub: Stub, clock: list[datetime]) -> tuple[SqliteStore, Outbox]:
    """Return a store with one message that waits, and what sends it through a gateway."""
    store = SqliteStore(IN_MEMORY)
    turn = SavedTurn(Session(call="CA1", version="v", started=NOON, turn=1), b"", NOON, messages=[MESSAGE])
    store.save(0, turn)
    return store, Outbox(store, gateway(stub, timeout=0.2), Seal("k" * 32), lambda: clock[-1], lambda: 0.0)


def status(store: SqliteStore) -> tuple[str, str]:
    """Return what is kept of the message."""
    history = store.call("CA1")
    assert history is not None
    return history.messages[0].status, history.messages[0].error


def test_a_message_whose_answer_did_not_come_is_never_sent_again(over: threading.Event) -> None:
    """It is unknown, however long one waits: one request at most."""

    def silent(_: object) -> None:
        over.wait(5)

    with serving(silent) as stub:
        clock = [NOON]
        store, outbox = outbox_with(stub, clock)
        for hours in range(3):
            clock.append(NOON + timedelta(hours=hours))
            outbox.send_due()
        over.set()
        assert status(store) == ("unknown", "AnswerTooSlow")
        assert len(stub.requests) == 1


def test_a_gateway_that_asks_for_a_pause_gets_it() -> None:
    """After as many seconds as it said, and not before, the message is sent."""
    with serving(answers(429, headers={"Retry-After": "60"}), answers(202, {"id": "g1"})) as stub:
        clock = [NOON]
        store, outbox = outbox_with(stub, clock)
        outbox.send_due()
        clock.append(NOON + timedelta(seconds=59))
        assert outbox.send_due() == 0
        clock.append(NOON + timedelta(seconds=60))
        assert outbox.send_due() == 1
        assert (status(store)[0], len(stub.requests)) == ("sent", 2)


def test_a_gateway_that_is_down_gets_the_message_when_it_is_up() -> None:
    """A refused connection is not the message's end."""
    with serving(answers(202, {"id": "g1"})) as stub:
        clock = [NOON]
        store, outbox = outbox_with(stub, clock)
        up, outbox._carrier = outbox._carrier, HttpGateway(closed_port())
        outbox.send_due()
        assert status(store)[0] == "waiting"
        outbox._carrier = up
        clock.append(NOON + LEASE)
        outbox.send_due()
        assert status(store)[0] == "sent"
