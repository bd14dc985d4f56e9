"""Whatever repeats, crosses or dies at the moment of a reset: one reset, one case number, one message, and an answer.

Real processes work on the files of one hotline. Twilio's clock is the test's, so that a lease ends when a test says so.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from ivr.storage.base import LEASE, SEALED_AS, Free, Message
from tests.support.crashing import Form, Order, Place, Program, Worker, World
from tests.support.keys import keys_to
from tests.support.phone import DAYTIME, PUBLIC, YUEBAO, Phone, demonstration, phrase, said_at

AFTER_LEASE = LEASE.total_seconds() + 1
"""When whoever has died is known to have died: the earliest moment at which somebody else may take his turn."""
ROUNDS = 12
"""How often two workers cross at each place."""
CUSTOMERS = 80


@dataclass
class Call:
    """A call that was asked "are you sure?": the next webhook brings the yes."""

    program: Program
    phone: Phone

    @property
    def call(self) -> str:
        """Its identifier."""
        return self.phone.call

    def yes(self, after: float = 0, dies: Place | None = None, waits: Sequence[Place] = ()) -> Order:
        """Return the webhook that says yes."""
        return self._order({"Digits": "1"}, after, dies, waits)

    def poll(self, after: float, dies: Place | None = None, waits: Sequence[Place] = ()) -> Order:
        """Return the webhook that comes when nobody presses a key."""
        return self._order({}, after, dies, waits)

    def _order(self, form: Form, after: float, dies: Place | None, waits: Sequence[Place]) -> Order:
        path = urls(self.phone.answer.body)[-1]
        return Order("post", path, {**self.phone.standard(), **form}, after, dies, tuple(waits))

    def hears(self, answer: bytes) -> str:
        """Take note of an answer that a worker gave, and return its words."""
        self.phone.answer.__dict__.pop("document", None)
        self.phone.answer.body = answer
        return self.phone.answer.said

    def posts(self, order: Order) -> str:
        """Send a webhook to the process of the test itself, and return the words of its answer."""
        return self.hears(self.program.post(order.path, order.form, order.after))

    def hangs_up(self, after: float) -> None:
        """Put the receiver down."""
        self.program.post("/voice/status", {**self.phone.standard(), "CallStatus": "completed"}, after)

    # --- what is left of it

    @property
    def cases(self) -> list[str]:
        """The case numbers of its resets."""
        with closing(sqlite3.connect(self.program.world.accounts_file)) as db:
            found = db.execute("SELECT case_number FROM resets WHERE key LIKE ?", (f"{self.call}/%",))
            return [case for (case,) in found]

    @property
    def messages(self) -> list[Message]:
        """The rows of its messages, that of the code left out."""
        history = self.program.application.store.call(self.call)
        assert history is not None
        return list(history.messages[1:])

    @property
    def summary(self) -> str:
        """What the present turn could send as the main points of the call."""
        turn = int(urls(self.phone.answer.body)[-1].rpartition("/")[2])
        found = self.program.application.store.look(self.call, turn, DAYTIME)
        assert isinstance(found, Free)
        assert found.session is not None
        return "\n".join(found.session.notes)

    @property
    def requests(self) -> list[str]:
        """The messages with a link for which the carrier got a request."""
        return [body for body in self.program.world.carrier.requests(self.phone.caller) if "/reset/" in body]


def urls(answer: bytes) -> list[str]:
    """Return where a document leads."""
    document = ET.fromstring(answer)
    actions = [verb.attrib["action"] for verb in document.iter() if "action" in verb.attrib]
    return actions + [redirect.text or "" for redirect in document.iter("Redirect")]


@dataclass
class Hotline:
    """The files, a program of the test's own on them, and its workers."""

    program: Program
    workers: ExitStack
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def worker(self) -> Worker:
        """Start a worker."""
        worker = Worker(self.program.world)
        self.workers.callback(worker.close)
        return worker

    def call(self) -> Call:
        """Bring a call of another customer as far as the confirmation."""
        number = next(self.numbers)
        phone = Phone(self.program.app, customer(number), f"CA{number:032x}")
        phone.rings()
        for keys in (*keys_to(demonstration(), "login", "reset_login"), "1237"):
            phone.presses(keys)
        call = Call(self.program, phone)
        history = self.program.application.store.call(phone.call)
        assert history is not None
        code = self.program.application.services.seal.open(SEALED_AS, history.messages[0].body)
        assert said_at("reset_login_sure") in phone.presses(re.findall(r"[0-9]{6}", code)[0]).said
        return call


def customer(number: int) -> str:
    """Return the number of a customer."""
    return f"+86139{number:08}"


def hotline(folder: Path, *, slow: bool = False) -> Iterator[Hotline]:
    """Open a hotline with a customer for every call: codes are rationed."""
    filed = yaml.safe_load((YUEBAO / "accounts.yaml").read_text(encoding="utf-8"))
    first = filed["accounts"][0]
    filed["accounts"] = [first | {"phone": customer(number)} for number in range(1, CUSTOMERS)]
    (folder / "accounts.yaml").write_text(yaml.safe_dump(filed), encoding="utf-8")
    program = Program(World(folder, slow))
    program.application.switchboard.wait = lambda _seconds: None  # the test waits for nobody: workers do
    with ExitStack() as workers:
        try:
            yield Hotline(program, workers)
        finally:
            program.application.close()


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline where a reset ends before its webhook is answered."""
    yield from hotline(tmp_path_factory.mktemp("quick"))


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline where a reset goes on, and the caller polls."""
    yield from hotline(tmp_path_factory.mktemp("slow"), slow=True)


def is_done_once(call: Call, words: str = "") -> bool:
    """Check that there is one reset, one row, one request, whose link opens; and that the caller heard of it.

    The words have no case number: it is in the message, and in the summary that the call can send. Without ``words``
    the caller has hung up, and heard nothing.
    """
    (case,) = call.cases
    (message,) = call.messages
    assert message.status == "waiting"
    if words:
        assert said_at("reset_login_sent") in words
        assert case in call.summary
    call.program.send(2)
    call.program.send(2 * AFTER_LEASE)
    (text,) = call.requests
    assert case in text
    return opens(call, text)


def opens(call: Call, text: str) -> bool:
    """Say whether the link of a message leads to a form."""
    link = re.findall(rf"{PUBLIC}(/reset/\S+)", text)[0]
    client = call.program.app.test_client()
    entered = client.get(link, base_url=PUBLIC)
    shown = client.get(entered.headers.get("Location", "/"), base_url=PUBLIC)
    return entered.status_code == 303 and b'type="password"' in shown.data


# --- a webhook that is repeated


def test_a_webhook_that_is_repeated_after_the_answer(quick: Hotline) -> None:
    """The same bytes come back, from any process, and nothing happens again."""
    call = quick.call()
    yes = call.yes()
    first = call.program.post(yes.path, yes.form, 0)
    assert quick.worker().told(yes).result() == first
    assert call.program.post(yes.path, yes.form, AFTER_LEASE) == first
    assert is_done_once(call, call.hears(first))


def test_a_webhook_that_is_repeated_while_it_is_answered(quick: Hotline) -> None:
    """The second one waits for the first one's answer and gives the same."""
    call, one, other = quick.call(), quick.worker(), quick.worker()
    one.told(call.yes(waits=["has begun the reset"])).comes_to("has begun the reset")
    other.told(call.yes(waits=["looked"])).comes_to("looked")
    other.goes_on()  # it has found the turn taken, and looks again and again
    one.goes_on()
    first = one.result()
    assert other.result() == first
    assert is_done_once(call, call.hears(first))


def test_two_webhooks_that_cross(quick: Hotline) -> None:
    """Two workers have found the same turn free, and run for it: one does it, both give its answer."""
    one, other = quick.worker(), quick.worker()
    for _ in range(ROUNDS):
        call = quick.call()
        one.told(call.yes(waits=["looked"])).comes_to("looked")
        other.told(call.yes(waits=["looked"])).comes_to("looked")
        one.goes_on()
        other.goes_on()
        first, second = one.result(), other.result()
        assert first == second
        assert is_done_once(call, call.hears(first))


@pytest.mark.parametrize("place", ["claimed", "begins the reset", "has begun the reset", "saves", "saved"])
def test_a_webhook_that_is_overtaken(quick: Hotline, place: Place) -> None:
    """A worker that has found a turn free meets another one in the middle of it: it leaves the turn to that one."""
    one, other = quick.worker(), quick.worker()
    for _ in range(ROUNDS // 4):
        call = quick.call()
        other.told(call.yes(waits=["looked"])).comes_to("looked")
        one.told(call.yes(waits=[place])).comes_to(place)
        other.goes_on()
        one.goes_on()
        first, second = one.result(), other.result()
        assert first == second
        assert is_done_once(call, call.hears(first))


def test_two_resets_in_one_call_are_two(quick: Hotline) -> None:
    """Exactly once is once for each time that the caller has said yes."""
    call = quick.call()
    first = call.posts(call.yes())
    so_far = call.summary
    for keys in keys_to(demonstration(), "main", "login", "reset_payment", start="anything_else"):
        call.phone.presses(keys)
    second = call.posts(call.yes())
    one, other = call.cases
    assert one != other
    assert said_at("reset_login_sent") in first
    assert said_at("reset_payment_sent") in second
    assert (one in so_far, other in so_far) == (True, False)
    assert other in call.summary
    call.program.send(1)
    assert [case in text for case, text in zip((one, other), call.requests, strict=True)] == [True, True]
    assert [opens(call, text) for text in call.requests] == [True, True]


# --- a worker that dies


@pytest.mark.parametrize("place", ["claimed", "begins the reset", "has begun the reset", "saves"])
def test_a_worker_that_dies_before_the_turn_is_saved(quick: Hotline, place: Place) -> None:
    """Once its lease has ended, another one does the turn; what had its effect already has it once."""
    call, one = quick.call(), quick.worker()
    one.told(call.yes(dies=place)).dies()
    assert len(call.cases) == (place in {"has begun the reset", "saves"})
    assert call.messages == []
    answer = quick.worker().told(call.yes(AFTER_LEASE)).result()
    assert is_done_once(call, call.hears(answer))


def test_a_retry_takes_over_the_turn_of_a_dead_worker(quick: Hotline) -> None:
    """It comes while the lease still holds, waits for its end, and does the reset that was begun: once."""
    call, one = quick.call(), quick.worker()
    one.told(call.yes(dies="saves")).dies()
    answer = quick.worker().told(call.yes(1)).result()
    assert is_done_once(call, call.hears(answer))


def test_a_worker_that_dies_before_its_answer_has_left(quick: Hotline) -> None:
    """The answer is there for the next one who asks, at once."""
    call, one = quick.call(), quick.worker()
    one.told(call.yes(dies="saved")).dies()
    answer = quick.worker().told(call.yes(1)).result()
    assert is_done_once(call, call.hears(answer))


@pytest.mark.parametrize("place", ["claimed", "begins the reset", "has begun the reset", "saves"])
def test_a_worker_that_wakes_after_another_one_has_taken_over(quick: Hotline, place: Place) -> None:
    """It had only been asleep for longer than its lease: it saves nothing, and gives the answer of the other one."""
    call, one, other = quick.call(), quick.worker(), quick.worker()
    one.told(call.yes(waits=[place])).comes_to(place)
    answer = other.told(call.yes(AFTER_LEASE)).result()
    one.goes_on()
    assert one.result() == answer
    assert is_done_once(call, call.hears(answer))


# --- a reset that takes long


def begun(slow: Hotline, *waits: Place) -> tuple[Call, Worker]:
    """Say yes to a worker whose reset stands still where it begins; the caller hears that it goes on."""
    call, one = slow.call(), slow.worker()
    one.told(call.yes(waits=waits)).comes_to(waits[0])
    assert phrase("working") in call.hears(one.result())
    return call, one


def test_a_slow_reset(slow: Hotline) -> None:
    """Another worker takes its result up, once."""
    call, one = begun(slow, "begins the reset", "kept")
    assert phrase("working", count=2) in call.hears(slow.worker().told(call.poll(3)).result())
    one.goes_on()
    one.comes_to("kept")
    answer = slow.worker().told(call.poll(6)).result()
    assert is_done_once(call, call.hears(answer))


@pytest.mark.parametrize(
    ("place", "resets"), [("begins the reset", 0), ("has begun the reset", 1), ("keeps", 1)]
)
def test_a_worker_that_dies_while_a_reset_goes_on(slow: Hotline, place: Place, resets: int) -> None:
    """Nobody takes it up again: after eight seconds the caller gets a human, and no message with a link."""
    waits: tuple[Place, ...] = ("begins the reset", place) if resets else (place,)
    call, one = begun(slow, *waits)
    if resets:
        one.goes_on()
        one.comes_to(place)
    one.is_killed()
    assert phrase("working", count=2) in call.posts(call.poll(4))
    assert call.posts(call.poll(8.5))
    assert call.phone.answer.dials
    assert (len(call.cases), call.messages) == (resets, [])


@pytest.mark.parametrize("place", ["looked", "saves", "saved"])
def test_a_poll_that_dies_with_the_result_in_its_hands(slow: Hotline, place: Place) -> None:
    """The next one takes it up, at once, and in the same way."""
    call, one = begun(slow, "begins the reset", "kept")
    one.goes_on()
    one.comes_to("kept")
    slow.worker().told(call.poll(3, dies=place)).dies()
    answer = slow.worker().told(call.poll(4)).result()
    assert is_done_once(call, call.hears(answer))


@pytest.mark.parametrize("place", ["looked", "saves"])
def test_two_polls_that_cross(slow: Hotline, place: Place) -> None:
    """Both have the result; the caller hears it once, and both give the same answer."""
    polls = slow.worker(), slow.worker()
    for _ in range(ROUNDS // 4):
        call, one = begun(slow, "begins the reset", "kept")
        one.goes_on()
        one.comes_to("kept")
        for poll in polls:
            poll.told(call.poll(3, waits=[place])).comes_to(place)
        for poll in polls:
            poll.goes_on()
        first, second = (poll.result() for poll in polls)
        assert first == second
        assert is_done_once(call, call.hears(first))


def test_a_poll_that_crosses_the_result(slow: Hotline) -> None:
    """The poll has looked before the result is kept, and finds it all the same, or hears that it goes on."""
    call, one = begun(slow, "begins the reset", "keeps", "kept")
    one.goes_on()
    one.comes_to("keeps")
    other = slow.worker().told(call.poll(3, waits=["looked"]))
    other.comes_to("looked")
    one.goes_on()
    one.comes_to("kept")
    other.goes_on()
    assert is_done_once(call, call.hears(other.result()))


@pytest.mark.parametrize("place", ["begins the reset", "has begun the reset", "keeps"])
def test_a_hang_up_while_a_reset_goes_on(slow: Hotline, place: Place) -> None:
    """It was confirmed: it is finished, with its message, and the call stays over."""
    waits: tuple[Place, ...] = ("begins the reset", place) if place != "begins the reset" else (place,)
    call, one = begun(slow, *waits, "kept")
    if len(waits) > 1:
        one.goes_on()
        one.comes_to(place)
    call.hangs_up(1)
    one.goes_on()
    one.comes_to("kept")
    assert call.phone.ending == "hung_up"
    assert is_done_once(call)


@pytest.mark.parametrize("place", ["looked", "saves", "saved"])
def test_a_hang_up_that_crosses_the_poll_with_the_result(slow: Hotline, place: Place) -> None:
    """The message goes out once, whichever of the two comes first, and the call stays over."""
    call, one = begun(slow, "begins the reset", "kept")
    one.goes_on()
    one.comes_to("kept")
    other = slow.worker().told(call.poll(3, waits=[place]))
    other.comes_to(place)
    call.hangs_up(3)
    other.goes_on()
    other.result()
    assert call.phone.ending == "hung_up"
    assert is_done_once(call)


@pytest.mark.parametrize("place", ["looked", "claimed", "begins the reset", "has begun the reset", "saves"])
def test_a_hang_up_that_crosses_the_yes(quick: Hotline, place: Place) -> None:
    """Before the turn was taken nothing begins; after that the reset is finished, with its message."""
    call, one = quick.call(), quick.worker()
    one.told(call.yes(waits=[place])).comes_to(place)
    call.hangs_up(1)
    one.goes_on()
    one.result()
    assert call.phone.ending == "hung_up"
    if place == "looked":
        assert (call.cases, call.messages) == ([], [])
    else:
        assert is_done_once(call)


# --- the message


def answered(quick: Hotline) -> Call:
    """Make a reset whose message is the only one that waits to be sent."""
    call = quick.call()
    quick.program.send(0)
    call.posts(call.yes())
    return call


def test_two_workers_that_send_at_once(quick: Hotline) -> None:
    """While one has a message in its hands, the other one finds none."""
    call, one, other = answered(quick), quick.worker(), quick.worker()
    one.told(Order("send", after=1, waits=("sends",))).comes_to("sends")
    assert other.told(Order("send", after=2)).result() == 0
    one.goes_on()
    assert one.result() == 1
    assert [message.status for message in call.messages] == ["sent"]
    assert len(call.requests) == 1


@pytest.mark.parametrize(("place", "requests"), [("sends", 0), ("sent", 1)])
def test_a_worker_that_dies_while_it_sends(quick: Hotline, place: Place, requests: int) -> None:
    """Nobody knows whether the request has left: it is not made again, and the record says so."""
    call, one = answered(quick), quick.worker()
    one.told(Order("send", after=1, dies=place)).dies()
    other = quick.worker()
    for after in (2, AFTER_LEASE + 1, 3 * AFTER_LEASE):
        other.told(Order("send", after=after)).result()
    assert len(call.requests) == requests
    assert [message.status for message in call.messages] == ["unknown"]
    assert call.messages[0].body == ""
