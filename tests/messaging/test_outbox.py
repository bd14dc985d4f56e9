"""Messages are sent at most once, whoever dies and whatever the carrier answers."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.engine.session import Session
from ivr.messaging.carrier import MessageNotTaken, MessageRefused
from ivr.messaging.outbox import MOST_ATTEMPTS, Outbox, pause_after
from ivr.storage.base import IN_MEMORY, LEASE, LONGEST_PAUSE, SEALED_AS, Message, SavedTurn
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CALL = "CA0123"
TO = "+8613800138000"
SECRET = "a secret of the tests, long enough for a key"
BODY = "【余额宝】验证码 739155"


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Desk:
    """A carrier that keeps what it is given, and answers with what lies on top of ``troubles``."""

    troubles: list[Exception] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    asked: int = 0

    def send(self, message: Message) -> str:
        self.asked += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self.taken.append(message)
        return f"SM{len(self.taken)}"

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.taken]


@pytest.fixture
def store() -> SqliteStore:
    """An empty store."""
    return SqliteStore(IN_MEMORY)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon."""
    return Clock()


@pytest.fixture
def desk() -> Desk:
    """A carrier that takes everything."""
    return Desk()


@pytest.fixture
def outbox(store: SqliteStore, desk: Desk, clock: Clock) -> Outbox:
    """An outbox without chance."""
    return Outbox(store, desk, Seal(SECRET), clock, chance=lambda: 0.0)


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """What is logged."""
    with capture_logs() as caught:
        yield caught


def leave(store: SqliteStore, *bodies: str, **fields: Any) -> None:
    """Leave messages in the store, as a turn does."""
    texts = [Message(CALL, TO, body, "zh-CN", NOON, status="waiting", **fields) for body in bodies]
    store.save(
        0, SavedTurn(Session(call=CALL, version="v1", started=NOON, turn=1), b"", NOON, messages=texts)
    )


def kept(store: SqliteStore) -> list[Message]:
    """Return what is kept of the messages."""
    history = store.call(CALL)
    assert history is not None
    return list(history.messages)


def the_only(store: SqliteStore) -> Message:
    """Return the only message."""
    (message,) = kept(store)
    return message


# --- what is sent ---


def test_what_is_due_is_sent_once(store: SqliteStore, outbox: Outbox, desk: Desk) -> None:
    """In order, and each with what the carrier needs to report on it."""
    leave(store, "one", "two")
    assert outbox.send_due() == 2
    assert outbox.send_due() == 0
    assert [(each.number, each.to, each.body) for each in desk.taken] == [(1, TO, "one"), (2, TO, "two")]
    assert [(message.status, message.carrier_id) for message in kept(store)] == [
        ("sent", "SM1"),
        ("sent", "SM2"),
    ]


def test_more_than_one_claim_holds_is_sent_in_one_round(
    store: SqliteStore, outbox: Outbox, desk: Desk
) -> None:
    """A crowd does not wait for the next round."""
    leave(store, *(str(number) for number in range(101)))
    assert outbox.send_due() == 101
    assert len(set(desk.bodies)) == 101


def test_a_sealed_message_is_opened_for_the_carrier_alone(
    store: SqliteStore, outbox: Outbox, desk: Desk
) -> None:
    """The store has sealed words before, and none after."""
    leave(store, Seal(SECRET).seal(SEALED_AS, BODY), sealed=True)
    assert "739155" not in the_only(store).body
    outbox.send_due()
    assert (desk.bodies, the_only(store).body) == ([BODY], "")


def test_a_message_sealed_with_another_key_waits(store: SqliteStore, outbox: Outbox, desk: Desk) -> None:
    """Nobody can open it, unless the right key comes back; the others are sent."""
    leave(store, Seal("another key that somebody has lost").seal(SEALED_AS, BODY), sealed=True)
    store.keep_run("r", "{}", [Message(CALL, TO, "open", "zh-CN", NOON, status="waiting")], NOON)
    outbox.send_due()
    assert [(message.status, message.error) for message in kept(store)] == [
        ("waiting", "it was sealed with another key"),
        ("sent", ""),
    ]
    assert desk.bodies == ["open"]


def test_the_request_is_noted_before_it_leaves(store: SqliteStore, clock: Clock) -> None:
    """The carrier is asked only when the store says that somebody is asking."""
    seen: list[str] = []

    class Looking:
        def send(self, message: Message) -> str:
            seen.append(the_only(store).status)
            return "SM1"

    leave(store, "one")
    Outbox(store, Looking(), Seal(SECRET), clock).send_due()
    assert seen == ["sending"]


def test_a_message_whose_claim_was_lost_is_not_sent(store: SqliteStore, clock: Clock, desk: Desk) -> None:
    """A carrier that was slow with the first one has used up the second one's lease: it is claimed anew, and sent once."""
    requests: list[str] = []

    class Slow:
        def send(self, message: Message) -> str:
            requests.append(message.body)
            clock.now += LEASE
            return "SM1"

    leave(store, "one", "two", "three")
    assert Outbox(store, Slow(), Seal(SECRET), clock).send_due() == 3
    assert requests == ["one", "two", "three"]


# --- what the carrier answers ---


def test_a_refused_message_has_failed(store: SqliteStore, outbox: Outbox, desk: Desk) -> None:
    """The reason and the carrier's code stay in the record."""
    desk.troubles = [MessageRefused("not a valid number", "21211")]
    leave(store, BODY)
    outbox.send_due()
    message = the_only(store)
    assert (message.status, message.error) == ("failed", "not a valid number (21211)")


@pytest.mark.parametrize("trouble", [TimeoutError(), ConnectionResetError(), ValueError("no JSON")])
def test_after_any_other_trouble_nobody_knows(
    store: SqliteStore, outbox: Outbox, desk: Desk, clock: Clock, trouble: Exception
) -> None:
    """The message may have arrived, so it is not sent again."""
    desk.troubles = [trouble]
    leave(store, "one", "two")
    assert outbox.send_due() == 2
    clock.now += timedelta(days=1)
    assert outbox.send_due() == 0
    assert [(message.status, message.error) for message in kept(store)] == [
        ("unknown", type(trouble).__name__),
        ("sent", ""),
    ]


def test_a_message_that_was_not_taken_is_tried_again(
    store: SqliteStore, outbox: Outbox, desk: Desk, clock: Clock
) -> None:
    """After a pause, and no sooner; meanwhile others are sent."""
    desk.troubles = [MessageNotTaken("too many requests")]
    leave(store, "one", "two")
    outbox.send_due()
    assert desk.bodies == ["two"]
    assert (kept(store)[0].status, kept(store)[0].error) == ("waiting", "too many requests")
    clock.now = NOON + pause_after(1, 0.0) - timedelta(microseconds=1)
    assert outbox.send_due() == 0
    clock.now = NOON + pause_after(1, 0.0)
    assert outbox.send_due() == 1
    assert desk.bodies == ["two", "one"]
    assert kept(store)[0].tries == 2


def test_a_message_that_is_never_taken_fails_in_the_end(
    store: SqliteStore, outbox: Outbox, desk: Desk, clock: Clock
) -> None:
    """After the last try, with the last reason."""
    desk.troubles = [MessageNotTaken("connection refused") for _ in range(100)]
    leave(store, "one")
    while the_only(store).status == "waiting":
        outbox.send_due()
        clock.now += LONGEST_PAUSE
    assert desk.asked == MOST_ATTEMPTS
    assert (the_only(store).status, the_only(store).error) == ("failed", "connection refused")


def test_a_carrier_that_takes_nothing_is_left_alone(
    store: SqliteStore, outbox: Outbox, desk: Desk, clock: Clock, lines: list[Any]
) -> None:
    """Refused credentials are one line and one request, not a failure of every message; then all are sent."""
    desk.troubles = [MessageNotTaken("the credentials are refused (401)", after=60)]
    leave(store, "one", "two", "three")
    assert outbox.send_due() == 1
    clock.now += timedelta(seconds=59)
    assert outbox.send_due() == 0
    assert [(line["log_level"], line["reason"]) for line in lines] == [
        ("error", "the credentials are refused (401)")
    ]
    assert {message.status for message in kept(store)} == {"waiting"}
    clock.now += timedelta(seconds=1)
    assert outbox.send_due() == 3
    assert sorted(desk.bodies) == ["one", "three", "two"]


@pytest.mark.parametrize("back", [timedelta(days=1), timedelta(days=31)])
def test_a_clock_set_back_prolongs_no_rest(
    store: SqliteStore, outbox: Outbox, desk: Desk, clock: Clock, back: timedelta
) -> None:
    """All messages wait while the carrier takes none, but not until the clock has caught up."""
    desk.troubles = [MessageNotTaken("401", after=60)]
    leave(store, "one")
    outbox.send_due()
    clock.now -= back
    assert outbox.send_due() == 1
    assert desk.bodies == ["one"]


def test_refused_credentials_fail_no_message_however_long_it_takes(
    store: SqliteStore, outbox: Outbox, desk: Desk, clock: Clock
) -> None:
    """Somebody puts them right on Monday; an absurd pause is not believed."""
    desk.troubles = [MessageNotTaken("401", after=10**9) for _ in range(2000)]
    leave(store, "one")
    for _ in range(2000):
        outbox.send_due()
        clock.now += LONGEST_PAUSE
    outbox.send_due()
    assert desk.bodies == ["one"]


def test_an_expired_message_is_not_sent(store: SqliteStore, outbox: Outbox, desk: Desk, clock: Clock) -> None:
    """A code that is dead on arrival only worries its reader."""
    leave(store, "code", expires=NOON + timedelta(minutes=5))
    clock.now += timedelta(minutes=5)
    assert outbox.send_due() == 0
    assert the_only(store).status == "expired"


@pytest.mark.parametrize(
    ("tries", "chance", "seconds"),
    [
        *[
            (1, 0.0, 4),
            (2, 0.0, 8),
            (3, 0.0, 16),
            (6, 0.0, 128),
            (7, 0.0, 256),
            (8, 0.0, 300),
            (10, 0.0, 300),
        ],
        *[(1, 1.0, 2), (1, 0.5, 3), (8, 1.0, 150), (100_000, 0.0, 300)],
    ],
)
def test_pauses_grow_and_differ(tries: int, chance: float, seconds: float) -> None:
    """They double up to five minutes, less up to a half by chance."""
    assert pause_after(tries, chance).total_seconds() == seconds


# --- the log ---


@pytest.mark.parametrize(
    "trouble",
    [
        None,
        MessageRefused(f"The 'To' number {TO} is not valid", "21211"),
        MessageNotTaken(f"{TO} has had too many"),
        MessageNotTaken(f"{TO} has had too many", after=9),
        ValueError(f"{TO}: {BODY}"),
    ],
    ids=["sent", "refused", "put off", "resting", "unknown"],
)
def test_the_log_has_neither_the_words_nor_the_number(
    store: SqliteStore, outbox: Outbox, desk: Desk, lines: list[Any], trouble: Exception | None
) -> None:
    """Also not where the carrier repeats them."""
    desk.troubles = [trouble] if trouble else []
    leave(store, BODY)
    outbox.send_due()
    assert len(lines) == 1
    assert "739155" not in str(lines)
    assert "13800138" not in str(lines)


@pytest.mark.parametrize(
    "number",
    [
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        "13800138000",
        "+86 138 0013 8000",
        "(0138) 0013-8000",
    ],
)
@pytest.mark.parametrize("after", [None, 9, "refused"])
def test_however_a_carrier_writes_the_number_the_log_has_its_end_alone(
    store: SqliteStore, outbox: Outbox, desk: Desk, lines: list[Any], number: str, after: float | str | None
) -> None:
    """Without its plus, without its country, with spaces; and the code of the error can still be read."""
    reason = f"{number} takes none, error 21211"
    desk.troubles = [MessageRefused(reason) if isinstance(after, str) else MessageNotTaken(reason, after)]
    leave(store, BODY)
    outbox.send_due()
    (line,) = lines
    assert "0013" not in str(line)
    assert not re.search(r"\d{5}", line["reason"].replace("21211", ""))
    assert "8000 takes none, error 21211" in line["reason"]


def test_a_line_says_which_message(store: SqliteStore, outbox: Outbox, lines: list[Any]) -> None:
    """So that it is found in the record."""
    leave(store, BODY)
    outbox.send_due()
    (line,) = lines
    assert (line["event"], line["message"], line["to"], line["call"]) == (
        "message sent",
        1,
        "**********8000",
        CALL,
    )


# --- the worker's loop ---


@contextmanager
def working(outbox: Outbox) -> Iterator[Thread]:
    """Run an outbox in a thread, which must end by itself when it is stopped."""
    thread = Thread(target=outbox.run, args=(3600.0,), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        outbox.stop()
        thread.join(10)
    assert not thread.is_alive()


class Gate:
    """A carrier that says when it is asked, and answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.open = Event(), Event()
        self.taken: list[str] = []

    def send(self, message: Message) -> str:
        self.asked.set()
        assert self.open.wait(10)
        self.taken.append(message.body)
        return "SM1"


def test_the_worker_is_woken(store: SqliteStore, clock: Clock) -> None:
    """A code is sent when it was saved, and not an hour later."""
    gate = Gate()
    gate.open.set()
    outbox = Outbox(store, gate, Seal(SECRET), clock)
    with working(outbox):
        leave(store, "one")
        outbox.wake()
        assert gate.asked.wait(10)


def test_the_worker_rests_between_two_rounds(
    store: SqliteStore, clock: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Having been woken once it makes one round more, and then waits again."""
    outbox = Outbox(store, desk, Seal(SECRET), clock)
    waits: list[bool] = []

    class Watched(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(self.is_set())
            if len(waits) == 2:
                outbox.stop()
            return True

    monkeypatch.setattr(outbox, "_woken", Watched())
    outbox.wake()
    outbox.run()
    assert waits == [True, False]


def test_the_worker_finishes_the_request_under_way_and_begins_no_other(
    store: SqliteStore, clock: Clock
) -> None:
    """Whoever is told to stop leaves nothing unknown, and the rest to others."""
    gate = Gate()
    leave(store, "one", "two")
    outbox = Outbox(store, gate, Seal(SECRET), clock)
    with working(outbox) as thread:
        assert gate.asked.wait(10)
        outbox.stop()
        gate.open.set()
        thread.join(10)
    assert gate.taken == ["one"]
    assert [message.status for message in kept(store)] == ["sent", "waiting"]


@dataclass
class Stopwatch:
    """Seconds that are moved by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("seconds", "within", "sent"),
    [(0.5, 8.0, 10), (1.5, 8.0, 4), (2.0, 8.0, 3), (5.0, 8.0, 1), (0.5, 0.0, 1)],
)
def test_a_worker_that_ends_sends_what_it_can_finish(
    store: SqliteStore, clock: Clock, seconds: float, within: float, sent: int
) -> None:
    """Each request takes so long; the end comes during the first one. The rest waits, and others may claim it at once."""
    leave(store, *"0123456789")
    watch = Stopwatch()
    taken: list[str] = []

    class Slow:
        def send(self, message: Message) -> str:
            if not taken:
                ending.stop(within)
            taken.append(message.body)
            watch.now += seconds
            return "SM1"

    ending = Outbox(store, Slow(), Seal(SECRET), clock, stopwatch=watch)
    ending.send_due()
    assert len(taken) == sent
    assert [message.status for message in kept(store)] == ["sent"] * len(taken) + ["waiting"] * (
        10 - len(taken)
    )
    second = Desk()
    assert Outbox(store, second, Seal(SECRET), clock).send_due() == 10 - sent
    assert [*taken, *second.bodies] == list("0123456789")


def test_a_worker_that_ends_claims_nothing_more(store: SqliteStore, clock: Clock, desk: Desk) -> None:
    """What it has not begun is for others."""
    leave(store, "one")
    outbox = Outbox(store, desk, Seal(SECRET), clock)
    outbox.end()
    assert outbox.send_due() == 0
    assert the_only(store).status == "waiting"


def test_a_request_without_an_answer_is_unknown_at_the_end(
    store: SqliteStore, clock: Clock, lines: list[Any]
) -> None:
    """Its message is not left as `sending`, and is not sent again; the others wait for whoever claims them now."""
    gate, second = Gate(), Desk()
    leave(store, "one", "two")
    outbox = Outbox(store, gate, Seal(SECRET), clock)
    with working(outbox):
        assert gate.asked.wait(10)
        outbox.end(0.05)
        assert [message.status for message in kept(store)] == ["unknown", "waiting"]
        assert Outbox(store, second, Seal(SECRET), clock).send_due() == 1
        assert second.bodies == ["two"]
        gate.open.set()
    assert [message.status for message in kept(store)] == ["sent", "sent"]  # the answer came after all
    assert gate.taken == ["one"]
    assert "message may have been sent" in [line["event"] for line in lines]


def test_a_message_whose_time_went_by_while_it_was_marked_has_not_left(
    store: SqliteStore, clock: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store was slow, and the end came: nothing leaves any more, and the message waits."""
    leave(store, "one")
    watch = Stopwatch()
    outbox = Outbox(store, desk, Seal(SECRET), clock, stopwatch=watch)
    mark = store.mark_sending

    def slowly(number: int, at: datetime) -> bool:
        outbox.stop(8)
        watch.now += 9
        return mark(number, at)

    monkeypatch.setattr(store, "mark_sending", slowly)
    outbox.send_due()
    assert (desk.asked, the_only(store).status) == (0, "waiting")


def test_the_end_of_a_worker_that_never_ran_is_at_once(store: SqliteStore, clock: Clock, desk: Desk) -> None:
    """Nobody waits for a thread that is not there, and an earlier deadline stays."""
    outbox = Outbox(store, desk, Seal(SECRET), clock)
    outbox.stop(0)
    outbox.end(3600)


def test_an_error_does_not_end_the_worker(
    store: SqliteStore, clock: Clock, desk: Desk, lines: list[Any]
) -> None:
    """A store that cannot be read for a moment is one line in the log, without its words."""
    recovered = Event()

    class Moody(SqliteStore):
        def claim_messages(self, at: datetime, most: int) -> list[Message]:
            if not recovered.is_set():
                recovered.set()
                raise OSError("disk of +8613800138000 on fire")
            worker.stop()
            return []

    worker = Outbox(Moody(IN_MEMORY), desk, Seal(SECRET), clock)
    worker.run(every=0.001)
    (line,) = lines
    assert (line["event"], line["log_level"], line["error"]) == (
        "messages cannot be sent",
        "error",
        "OSError",
    )
    assert "13800138" not in str(line)


# --- processes that die, and processes that race ---

WORKER = """
import os, signal, sys
from datetime import datetime
from ivr.messaging.outbox import Outbox
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore

file, requests, at, secret, dies = sys.argv[1:]

def die_if(moment):
    if moment == dies:
        os.kill(os.getpid(), signal.SIGKILL)

class Mortal(SqliteStore):
    def mark_sending(self, number, at):
        die_if("after the claim")
        return super().mark_sending(number, at)

    def mark_message(self, number, status, **what):
        die_if("after the request")
        super().mark_message(number, status, **what)

class Counting:
    def send(self, message):
        die_if("before the request")
        with open(requests, "a", encoding="utf-8") as written:
            written.write(message.body + "\\n")
        return "SM1"

store = Mortal(file)
outbox = Outbox(store, Counting(), Seal(secret), lambda: datetime.fromisoformat(at))
print("ready", flush=True)
sys.stdin.readline()
outbox.send_due()
store.close()
"""
"""A worker that waits to be told to begin, counts its requests in a file, and dies at a named moment, if ever."""


def hire(folder: Path, at: datetime, dies: str = "never") -> subprocess.Popen[str]:
    """Start a worker on the store in a folder, and return it when it is ready to begin."""
    files = [str(folder / "calls.sqlite3"), str(folder / "requests")]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, *files, at.isoformat(), SECRET, dies],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def let_go(*workers: subprocess.Popen[str]) -> list[int]:
    """Let workers begin together, and return how each ended."""
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    errors = [worker.communicate(timeout=60)[1] for worker in workers]
    assert "Traceback" not in "".join(errors)
    return [worker.returncode for worker in workers]


def requests(folder: Path) -> Counter[str]:
    """Return how often each message was handed to the carrier."""
    file = folder / "requests"
    return Counter(file.read_text("utf-8").splitlines() if file.exists() else ())


@pytest.mark.parametrize(
    ("dies", "sent", "status"),
    [
        ("after the claim", 1, "sent"),
        ("before the request", 0, "unknown"),
        ("after the request", 1, "unknown"),
    ],
)
def test_a_worker_that_is_killed_sends_nothing_twice(
    tmp_path: Path, dies: str, sent: int, status: str
) -> None:
    """Another one, after the lease, sends what had not left, and only that: what may have left is unknown."""
    store = SqliteStore(tmp_path / "calls.sqlite3")
    leave(store, Seal(SECRET).seal(SEALED_AS, BODY), sealed=True)
    assert let_go(hire(tmp_path, NOON, dies)) == [-signal.SIGKILL]
    assert let_go(hire(tmp_path, NOON + LEASE - timedelta(seconds=1))) == [0]
    assert the_only(store).status == ("waiting" if dies == "after the claim" else "sending")
    assert let_go(hire(tmp_path, NOON + LEASE)) == [0]
    assert let_go(hire(tmp_path, NOON + LEASE * 2)) == [0]
    assert requests(tmp_path) == ({BODY: 1} if sent else {})
    assert (the_only(store).status, the_only(store).body) == (status, "")
    store.close()


def test_of_two_workers_exactly_one_sends_each_message(tmp_path: Path) -> None:
    """Real processes race for two hundred messages."""
    bodies = [f"message {number}" for number in range(200)]
    store = SqliteStore(tmp_path / "calls.sqlite3")
    leave(store, *bodies)
    assert let_go(hire(tmp_path, NOON), hire(tmp_path, NOON)) == [0, 0]
    assert requests(tmp_path) == dict.fromkeys(bodies, 1)
    assert {message.status for message in kept(store)} == {"sent"}
    store.close()
