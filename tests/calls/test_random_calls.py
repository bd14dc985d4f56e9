"""Ten thousand random events: whatever callers, Twilio and the services do, nobody is left in silence, and no secret gets out.

Several calls of all the demonstration customers go on at once, over signed webhooks. The run is the same every time;
a failure is shrunk to a short story by hypothesis.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from datetime import timedelta

import pytest
import structlog
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.perform import perform
from ivr.calls.action_results import Actions
from ivr.calls.line import VirtualClock
from ivr.logs import configure
from tests.support.bank import ACTIONS, CONTRACTS
from tests.support.figures import Amount, figure
from tests.support.keys import keys_to
from tests.support.phone import DAYTIME, Answer, Phone, demonstration, program

CUSTOMERS = {
    "+8613800138000": "1237",
    "+8613800138001": "0563",
    "+8613800138002": "3314",
    "+8613800138003": "087*",
    "+8613800138004": "0097",
    "+8613800138005": "2124",
    "+8613800138006": "0411",
    "+8613800138007": "7778",
    "+8613800138008": "3001",
    "+8613800138009": "0035",
    "+12025550142": "0181",
}
"""Every demonstration customer, with the tail of his ID card as he types it."""
CALLERS = [*CUSTOMERS, "+8613900000000", "anonymous", "+266696687"]
WRONG_TAILS = ["9473", "8264", "5719", "61*", "83952746", "7*7*"]
SPOKEN = str.maketrans("0123456789", "零一二三四五六七八九")
WRITTEN = [
    " ?".join(map(re.escape, written))
    for tail in [*CUSTOMERS.values(), *WRONG_TAILS]
    for written in (tail, tail.replace("*", "X"), tail.translate(SPOKEN))
]
SECRETS = re.compile(rf"(?<![0-9A-Za-z.])(?:{'|'.join(WRITTEN)})(?![0-9A-Za-z])")
"""Every tail as it is typed, as it is understood, and as it would be read out, in either language."""

OPTIONS = [
    "withdrawals limits",
    "other_language login login_status reset_login",
    "earnings earnings_yesterday",
    "login reset_login summary",
    "other_language login reset_login summary",
    "help ready ready_text",
    "help bulletins",
    "freeze deductions",
    "agent",
    "login agent",
    "login reset_payment goodbye",
    "other_language withdrawals last_withdrawal bank_number main",
]
WAYS = [
    *("".join(keys_to(demonstration(), *way.split())) for way in OPTIONS),
    "**",
    "9999",
    "777",
]
"""Through the demonstration's menus: to the limits, to a failed withdrawal, to a human, and back."""
KEYS = st.text("0123456789*#", min_size=1, max_size=12).filter(lambda keys: not SECRETS.search(keys))
WORDS = st.sampled_from(["人工", "转出", "English", "sales.", "一", "我要投诉" * 40, "\0\x1b[31m", "<Say>&"])
ANSWERS = st.lists(st.tuples(st.booleans(), st.integers(1, 60)), min_size=4, max_size=12)
"""Whether a caller does what each place asks for, and a number to vary how."""
DIAL_STATUSES = ["completed", "answered", "busy", "no-answer", "failed", "canceled", "strange"]
CALL_STATUSES = ["ringing", "in-progress", "queued", ""]
FAULTS = st.sampled_from(["", "raises", "down", "strange", "unfit"])
"""How the next action fails."""
LATER = st.sampled_from([{}, {"seconds": 40}, {"minutes": 7}, {"hours": 11}, {"days": 3}])
"""How much time goes by: past the bound of a call, a lock, the hours of a desk."""
WHICH = st.integers(0, 9)

LONGEST_SESSION = 4096
"""Characters of a saved call: several times what the demonstration needs, and a bound for whatever grows."""
MOST_OPEN_CALLS = 4
STORIES_OF_A_ROUND, RULES_OF_A_STORY = 8, 80
"""How many stories there are in so many events is the dice's; each round of stories has a seed of its own."""

seen = Counter[str]()
"""What happened in the whole run."""


class Telephones(RuleBasedStateMachine):
    """Everything that can happen to the hotline, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(DAYTIME)
        self.fault = ""
        self.log = io.StringIO()
        configure("json", "debug", self.log)
        self.handler = logging.StreamHandler(self.log)
        logging.getLogger().addHandler(self.handler)
        self.app = program(perform=self.perform, clock=self.clock)
        self.open: list[Phone] = []
        self.over: list[Phone] = []

    def perform(
        self, name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS
    ) -> ActionResult:
        """Run an action, unless it is time for a fault; an error speaks of everything that it knows."""
        fault, self.fault = self.fault, ""
        match fault:
            case "raises":
                raise RuntimeError(f"{name} failed with {dict(asked.inputs)}")
            case "down":
                return ActionResult("unavailable")
            case "strange":
                return ActionResult("an outcome that nobody declared", {"inputs": dict(asked.inputs)})
            case "unfit":
                return ActionResult(next(iter(CONTRACTS[name].outcomes)), {"amount": object()})
        return perform(name, services, asked, actions)

    # --- what callers do

    @rule(
        caller=st.sampled_from(CALLERS),
        direction=st.sampled_from(["inbound", "inbound", "outbound-api"]),
        path=st.sampled_from(["/voice", "/voice", "/voice", "/voice/en-US/4"]),
        way=st.sampled_from(WAYS),
        answers=ANSWERS,
    )
    def rings(
        self, caller: str, direction: str, path: str, way: str, answers: list[tuple[bool, int]]
    ) -> None:
        """Somebody rings, or is rung, and goes a way; now and then his first webhook is lost."""
        if len(self.open) == MOST_OPEN_CALLS:
            self.hangs_up(0, "status")
        number = len(self.open) + len(self.over)
        phone = Phone(self.app, caller, f"CA{number:032x}", direction)
        self.open.append(phone)
        self.happens(phone, "rings", phone.posts(path, CallStatus="ringing"))
        if path != "/voice":
            phone.posted.clear()  # of a call that was lost: its turn will come again in the one that started over
        self.goes(phone, way, answers)

    @precondition(lambda self: self.open)
    @rule(which=WHICH, way=st.sampled_from(WAYS), answers=ANSWERS, fault=FAULTS, later=LATER)
    def goes_a_way(
        self, which: int, way: str, answers: list[tuple[bool, int]], fault: str, later: dict[str, int]
    ) -> None:
        """Somebody who is on the line goes another way, after a while; an action on it may fail."""
        self.fault = fault
        self.clock.now += timedelta(**later)
        self.goes(self.caller(which), way, answers)

    def goes(self, phone: Phone, way: str, answers: list[tuple[bool, int]]) -> None:
        """Press the keys of a way through the menu, and answer what each place asks for, willing or not."""
        keys = iter(way)
        for willing, number in answers:
            if phone not in self.open:
                return
            if is_ringing(phone):
                status = "completed" if willing else DIAL_STATUSES[number % 7]
                self.transfer_ends(phone, status, "true" if willing and number % 2 else "false")
            elif is_recording(phone):
                self.records(phone, number if willing else 0)
            elif asks_for_tail(phone):
                self.proves(phone, number, willing=willing)
            else:
                self.happens(phone, "presses", phone.presses(next(keys, "0123*9"[number % 6])))

    @precondition(lambda self: self.open)
    @rule(which=WHICH, keys=KEYS, finished_by=st.sampled_from(["", "#"]), words=st.none() | WORDS)
    def does_anything(self, which: int, keys: str, finished_by: str, words: str | None) -> None:
        """Several keys at once, or words, whatever is asked for."""
        phone = self.caller(which)
        if words is None:
            self.happens(phone, "types", phone.presses(keys, finished_by))
        else:
            self.happens(phone, "speaks", phone.says(words))

    @precondition(lambda self: self.open)
    @rule(which=WHICH, times=st.integers(1, 4))
    def is_silent(self, which: int, times: int) -> None:
        """Nothing, until the listening ends, once or more."""
        phone = self.caller(which)
        for _ in range(times):
            if phone in self.open:
                self.clock.advance(5)
                self.happens(phone, "is silent", phone.is_silent())

    @precondition(lambda self: self.open)
    @rule(which=WHICH, how=st.sampled_from(["status", "action", "recording"]))
    def hangs_up(self, which: int, how: str) -> None:
        """The receiver goes down: an action request tells, or only the status callback, which may be the second."""
        phone = self.caller(which)
        if how != "status":
            digits = "hangup" if how == "recording" else "1"
            self.happens(phone, "hangs up", phone.goes_on(CallStatus="completed", Digits=digits))
        assert phone.hangs_up().status == 204
        assert phone.ending
        seen["hangs up"] += 1
        self.is_over(phone)

    # --- what Twilio does

    @precondition(lambda self: self.open)
    @rule(
        which=WHICH,
        status=st.sampled_from(DIAL_STATUSES),
        bridged=st.sampled_from(["true", "false", ""]),
        callback=st.sampled_from(CALL_STATUSES),
    )
    def reports_arrive(self, which: int, status: str, bridged: str, callback: str) -> None:
        """A status callback that is no end; and the end of a Dial, also where none was."""
        phone = self.caller(which)
        self.reports(phone, "/voice/status", CallStatus=callback)
        self.transfer_ends(phone, status, bridged)

    @precondition(lambda self: self.open or self.over)
    @rule(which=st.integers(0, 99), places=st.lists(st.integers(0, 99), min_size=1, max_size=4))
    def requests_come_again(self, which: int, places: list[int]) -> None:
        """At once or much later, also after the call: they have no effect, and get the present prompt."""
        phones = self.open + self.over
        phone = phones[which % len(phones)]
        turns = [request for request in phone.posted if request[0] == "/voice" or request[0][-1].isdecimal()]
        steps = phone.nodes
        for place in places if turns else []:
            assert phone.sends(*turns[-1 - place % len(turns)]).body == phone.answer.body
            seen["comes again"] += 1
        assert phone.nodes == steps

    @precondition(lambda self: self.open)
    @rule(which=WHICH, key=st.sampled_from("0123"))
    def somebody_forges(self, which: int, key: str) -> None:
        """Who is not Twilio presses a key, or reports the end: he is refused."""
        phone = self.caller(which)
        forger = Phone(self.app, phone.caller, phone.call, token="not the token")
        steps = phone.nodes
        assert forger.reports(phone.answer.urls[-1], Digits=key).status == 403
        assert forger.reports("/voice/status", CallStatus="completed").status == 403
        assert (phone.nodes, phone.ending) == (steps, "")
        seen["is forged"] += 2

    @precondition(lambda self: self.open)
    @rule(which=WHICH, failed=st.sampled_from(["en-US/3", "zh-CN/1", "", "%%%"]))
    def falls_back(self, which: int, failed: str) -> None:
        """Twilio could not reach us: the fallback answers, and the call is where it was."""
        phone = self.caller(which)
        answer = phone.reports("/voice/fallback", ErrorUrl=f"https://ivr.example.com/voice/{failed}")
        assert answer.verbs == ["Say", "Dial"]
        seen["falls back"] += 1

    # --- the parts of these stories

    def proves(self, phone: Phone, number: int, *, willing: bool) -> None:
        """Give the tail of the ID card: the caller's own, or a wrong one; now and then aloud."""
        wrong = WRONG_TAILS[number % len(WRONG_TAILS)]
        tail = CUSTOMERS.get(phone.caller, wrong) if willing else wrong
        self.happens(phone, "proves", phone.says(tail) if number % 4 == 0 else phone.presses(tail))

    def transfer_ends(self, phone: Phone, status: str, bridged: str) -> None:
        """Report how a desk was reached or not."""
        self.happens(phone, "transfer ends", phone.is_transferred(status, bridged))

    def records(self, phone: Phone, seconds: int) -> None:
        """Leave a message, or nothing; the callback comes too."""
        self.happens(phone, "records", phone.records(seconds))
        self.reports(phone, "/voice/recording", RecordingUrl="https://x/RE1", RecordingDuration=str(seconds))

    def reports(self, phone: Phone, path: str, **fields: str) -> None:
        """Post a callback: it is taken without a word."""
        answer = phone.reports(path, **fields)
        assert (answer.status, answer.body) == (204, b"")
        seen["callback"] += 1

    def caller(self, which: int) -> Phone:
        """Return one of those who are on the line."""
        return self.open[which % len(self.open)]

    def is_over(self, phone: Phone) -> None:
        """Take note that a call has ended."""
        if phone in self.open:
            self.open.remove(phone)
            self.over.append(phone)

    # --- what must hold

    def happens(self, phone: Phone, what: str, answer: Answer) -> None:
        """Count an event of a call, and look at what it led to."""
        seen[what] += 1
        assert waits_or_ends(answer), answer.body
        assert not SECRETS.search(answer.body.decode()), answer.body.decode()
        statement = "SELECT coalesce(session, '') FROM calls WHERE call = ?"
        ((saved,),) = self.app.extensions["ivr"].store._reader.rows(statement, (phone.call,))
        assert len(saved) < LONGEST_SESSION
        assert not SECRETS.search(saved), saved
        if answer.verbs[-1] == "Hangup":
            assert phone.ending
            self.is_over(phone)

    def teardown(self) -> None:
        """Let every call come to its end, and look for secrets in all that is kept of it."""
        try:
            for phone in [*self.open]:
                self.leave_alone(phone)
            kept = "\n".join(repr(phone.application.store.call(phone.call)) for phone in self.over)
            for text in (kept, self.log.getvalue()):
                found = SECRETS.search(text)
                assert not found, text[max(found.start() - 300, 0) : found.end() + 100]
            assert "Traceback" not in self.log.getvalue()
            seen["calls"] += len(self.over)
        finally:
            logging.getLogger().removeHandler(self.handler)
            structlog.reset_defaults()
            self.app.extensions["ivr"].close()

    def leave_alone(self, phone: Phone) -> None:
        """Do nothing any more on a call: it has to end by itself, soon."""
        for _ in range(40):
            if phone not in self.open:
                return
            if is_ringing(phone):
                answer = phone.is_transferred("no-answer", "false")
            else:
                answer = phone.records(0) if is_recording(phone) else phone.is_silent()
            self.happens(phone, "is left alone", answer)
        raise AssertionError(f"the call goes on and on: {phone.nodes[-20:]}")


def waits_or_ends(answer: Answer) -> bool:
    """Say whether a document leads on to the caller, to a human, to a recording, or to the end of the call."""
    last = answer.verbs[-1]
    if last == "Redirect":
        return answer.verbs[-2] == "Gather"
    return last in {"Hangup", "Record"} or (last == "Dial" and "action" in answer.document[-1].attrib)


def asks_for_tail(phone: Phone) -> bool:
    """Say whether four characters are asked for: in the demonstration that is the tail of the ID card."""
    gather = phone.answer.document.find("Gather")
    return gather is not None and gather.get("numDigits") == "4"


def is_ringing(phone: Phone) -> bool:
    """Say whether a desk is being rung."""
    return phone.answer.verbs[-1] == "Dial"


def is_recording(phone: Phone) -> bool:
    """Say whether the caller is being recorded."""
    return phone.answer.verbs[-1] == "Record"


def events() -> int:
    """Return how many requests were sent by design; the calls' ways to their ends are not counted."""
    return sum(seen.values()) - seen["calls"] - seen["is left alone"]


@pytest.mark.attack
def test_random_events(amount: Amount) -> None:
    """No exception, no 5xx, always good TwiML; every call ends or waits; no secret in log, record, session or words."""
    seen.clear()
    wanted = amount(5_000, 30_000)
    told = settings(
        max_examples=STORIES_OF_A_ROUND,
        stateful_step_count=RULES_OF_A_STORY,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    for number in range(wanted // 250):
        if events() >= wanted:
            break
        run_state_machine_as_test(seed(number)(Telephones), settings=told)
    figure(
        "random events of callers",
        events(),
        f"{seen['calls']} calls; no exception, no 5xx, no secret in log, record or words",
    )
    assert events() >= wanted, seen
    for what in ("proves", "transfer ends", "records", "comes again", "hangs up", "is forged", "falls back"):
        assert seen[what] >= wanted // 100, seen
