"""A turn of a call: who wins it, what happens once only, and that no caller is dropped."""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from ivr.actions.base import ActionRequest, ActionResult
from ivr.calls.turns import GRACE_SECONDS, GRACE_TURNS, MAX_ACTIONS, StillBusy, _begun_again
from ivr.engine.commands import Command
from ivr.engine.events import (
    DigitsPressed,
    Event,
    NoInput,
    RecordingEnded,
    TransferEnded,
)
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.logs import configure
from ivr.menu.language.contract import Level
from ivr.storage.base import IN_MEMORY, TURN_LEASE, Busy, ClaimLost, SavedTurn
from ivr.storage.deadline import deadline
from ivr.storage.sqlite import SqliteStore
from tests.support.engine_call import tree_of
from tests.support.switchboards import AT, MENU, SwitchboardCall, words, write_menu


@pytest.fixture
def call(tmp_path: Path) -> SwitchboardCall:
    """Give a switchboard with a call that has not begun."""
    return SwitchboardCall(write_menu(tmp_path / "hotline"))


def fail(_asked: ActionRequest) -> None:
    """Break, with a secret in the message."""
    raise RuntimeError("7391")


# --- who wins a turn


def test_the_first_arrival_wins_and_the_second_gets_the_same_bytes(call: SwitchboardCall) -> None:
    """A webhook that is repeated is answered alike, whatever it carries, and its action runs once."""
    call.start()
    first = call.turn(1, DigitsPressed(AT, "1"))
    assert call.turn(1, DigitsPressed(AT, "1")) == first
    assert call.turn(1, NoInput(AT)) == first
    assert len(call.actions.asked) == 1


def test_a_late_arrival_gets_the_present_prompt_without_effect(call: SwitchboardCall) -> None:
    """A webhook of an older turn neither moves the call nor runs anything."""
    call.start()
    present = call.press("1")
    assert call.turn(0, call.start_event) == present
    assert call.turn(0, DigitsPressed(AT, "1")) == present
    assert len(call.actions.asked) == 1
    assert call.history.record.turns == 2


def test_an_unknown_call_starts_over(call: SwitchboardCall) -> None:
    """A later turn of a call that nobody knows begins at the beginning."""
    assert call.turn(7, DigitsPressed(AT, "1")).startswith("Hello.")
    assert call.actions.asked == []


def test_a_second_arrival_waits_for_the_first(call: SwitchboardCall) -> None:
    """While the action of the first one runs, the second waits for its answer and gets it."""
    call.start()
    running, finish = threading.Event(), threading.Event()

    def hold(_asked: ActionRequest) -> None:
        running.set()
        assert finish.wait(5)

    def wait(_seconds: float) -> None:
        finish.set()
        first.join(5)

    call.actions.before, call.switchboard.wait = hold, wait
    answers: list[str] = []
    first = threading.Thread(target=lambda: answers.append(call.turn(1, DigitsPressed(AT, "1"))))
    first.start()
    assert running.wait(5)
    assert [call.turn(1, DigitsPressed(AT, "1"))] == answers
    assert len(call.actions.asked) == 1


def test_waiting_has_an_end(call: SwitchboardCall) -> None:
    """A turn whose lease is renewed again and again is given up, before the carrier gives us up."""
    call.start()
    call.switchboard.patience = 5.0
    call.store.claim("CA1", 1, AT)
    with pytest.raises(StillBusy):
        call.turn(1, DigitsPressed(AT, "1"))
    assert sum(call.waits) == pytest.approx(call.switchboard.patience, abs=0.05)


def test_waiting_for_another_worker_draws_from_the_deadline(call: SwitchboardCall) -> None:
    """What the webhook has waited for before is no longer there for this."""
    call.start()
    call.store.claim("CA1", 1, AT)
    call.switchboard.wait = time.sleep
    began = time.monotonic()
    with deadline(0.1), pytest.raises(StillBusy):
        call.turn(1, DigitsPressed(AT, "1"))
    assert time.monotonic() - began < 1


def test_a_turn_that_begins_late_claims_from_then_on(
    call: SwitchboardCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook that has waited four seconds for the store has a claim of full length, and its time in the record."""
    call.start()
    monkeypatch.setattr("ivr.calls.turns.seconds_gone", lambda: 4.0)
    ends = AT + timedelta(seconds=4) + TURN_LEASE
    meanwhile: list[object] = []

    def look(_asked: ActionRequest) -> None:
        meanwhile.append(call.store.look("CA1", 1, ends - timedelta(seconds=0.1)))

    call.actions.before = look
    call.press("1")
    assert meanwhile == [Busy()]
    assert call.history.path[-1].at == AT + timedelta(seconds=4)


def test_the_turn_of_a_worker_that_died_is_taken_over(call: SwitchboardCall) -> None:
    """After its lease somebody else does it."""
    call.start()
    call.store.claim("CA1", 1, AT)
    assert call.turn(1, DigitsPressed(AT + TURN_LEASE, "1")).startswith("10 found.")


def test_a_retry_waits_for_the_end_of_the_lease(call: SwitchboardCall) -> None:
    """It comes while the claim of the dead worker still holds, and does the turn when that is over."""
    call.start()
    call.store.claim("CA1", 1, AT)
    assert call.turn(1, DigitsPressed(AT, "1")).startswith("10 found.")
    assert sum(call.waits) == pytest.approx(TURN_LEASE.total_seconds(), abs=0.05)


def test_a_busy_machine_makes_no_lease_longer(call: SwitchboardCall) -> None:
    """Each look may take long there. The turn of a dead worker is taken over when its lease has really ended."""
    call.start()
    call.store.claim("CA1", 1, AT)
    waits: list[float] = []
    call.switchboard.wait = waits.append
    call.switchboard.seconds = lambda: 0.1 * len(waits)  # five times what was asked for
    assert call.turn(1, DigitsPressed(AT, "1")).startswith("10 found.")
    assert 0.1 * len(waits) == pytest.approx(TURN_LEASE.total_seconds(), abs=0.15)


def test_who_lost_his_claim_gives_the_other_one_s_answer(call: SwitchboardCall) -> None:
    """A worker that was too slow saves nothing, and answers what was answered in its place."""
    call.start()
    other = SwitchboardCall(call.hotline.folder, call.store)

    def overtaken(_asked: ActionRequest) -> None:
        call.actions.before = lambda _asked: None
        other.actions.outcome = ActionResult("not_found")
        answers.append(other.turn(1, DigitsPressed(AT + TURN_LEASE, "1")))

    answers: list[str] = []
    call.actions.before = overtaken
    assert call.press("1") == answers[0]
    assert answers[0].startswith("Hello.")
    assert call.history.record.turns == 2


def test_who_lost_his_claim_to_a_purge_raises(call: SwitchboardCall) -> None:
    """There is nothing left to answer."""
    call.start()
    call.actions.before = lambda _asked: _ignore(
        call.store.purge(AT + timedelta(days=1), AT + timedelta(days=2))
    )
    with pytest.raises(ClaimLost):
        call.press("1")


def _ignore(_value: object) -> None:
    return None


def test_an_ended_call_runs_nothing_new(call: SwitchboardCall) -> None:
    """After the end every turn is answered with the last answer."""
    call.start()
    call.press("1")
    last = call.press("2")
    assert last.endswith("[completed]")
    assert call.press("1") == last
    assert len(call.actions.asked) == 1


def test_a_conversation_that_is_reported_after_the_hang_up_counts(call: SwitchboardCall) -> None:
    """The carrier sends both reports at nearly the same moment; one of no conversation changes nothing."""
    call.start()
    call.press("0")
    call.switchboard.hang_up("CA1", AT)
    call.desk("no_answer")
    assert call.history.record.ending == "hung_up"
    call.desk("answered")
    assert call.history.record.ending == "transferred"


def test_nothing_new_begins_when_the_caller_hangs_up_during_an_action(call: SwitchboardCall) -> None:
    """The action is finished and noted; the text message that would have followed is not written."""
    menu = MENU.replace("outcomes: {found: found, not_found", "outcomes: {found: send, not_found")
    write_menu(
        call.hotline.folder,
        menu.replace("then: find, unable: done, rationed: done", "then: done, unable: done, rationed: done"),
    )
    call.start()
    call.actions.before = lambda _asked: call.switchboard.hang_up("CA1", AT)
    call.press("1")
    assert call.history.messages == ()
    assert [entry.event for entry in call.history.path][-2:] == ["ActionFinished", "CallerHungUp"]
    assert call.history.record.ending == "hung_up"


# --- actions


def test_an_action_has_an_idempotency_key(call: SwitchboardCall) -> None:
    """The call, the turn that asks, and the n-th action of that turn."""
    call.start()
    call.press("5")
    assert [asked.key for asked in call.actions.asked] == ["CA1/1/1", "CA1/1/2"]


class Runner:
    """Runs whose waits take as long as the test says, by a clock of its own."""

    def __init__(self, call: SwitchboardCall, takes: float) -> None:
        self.now, self.takes = 0.0, takes
        self.waits: list[float] = []
        self.jobs: list[Callable[[], Any]] = []
        self.told: list[Callable[[Any], None]] = []
        self.ends = True
        call.switchboard.action_runner, call.switchboard.seconds = self, lambda: self.now

    def start(self, job: Callable[[], Any], name: str) -> Runner:
        """Take a job."""
        self.jobs.append(job)
        return self

    def wait(self, seconds: float) -> Any:
        """Do the job, unless it is one that does not end now."""
        self.waits.append(seconds)
        self.now += self.takes
        return self.jobs.pop()() if self.ends else None

    def when_done(self, tell: Callable[[Any], None]) -> None:
        """Keep whom to tell."""
        self.told.append(tell)

    def close(self) -> None:
        """There is nothing to close."""

    def end(self) -> None:
        """Let the job end that did not."""
        self.told.pop()(self.jobs.pop()())


@pytest.mark.parametrize(("takes", "left"), [(0.0, 1.5), (1.0, 0.5), (1.45, 0.1), (5.0, 0.1)])
def test_all_actions_of_a_webhook_have_the_time_of_one(
    call: SwitchboardCall, takes: float, left: float
) -> None:
    """The second gets what the first has left, and a little in any case."""
    call.start()
    runner = Runner(call, takes)
    call.press("5")
    assert runner.waits == [pytest.approx(1.5), pytest.approx(left)]


def test_an_action_after_a_poll_has_what_the_poll_has_left(call: SwitchboardCall) -> None:
    """A request that has waited for one action does not wait as long again for the next."""
    call.start()
    runner = Runner(call, 0.0)
    runner.ends = False
    call.press("5")
    runner.ends = True
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if sum(waited) >= 0.2 and runner.told:
            runner.end()

    call.switchboard.wait = wait
    call.silence()
    assert runner.waits == [1.5, pytest.approx(1.5 - sum(waited))]
    assert sum(waited) >= 0.2


def test_an_action_is_told_who_calls_and_when(call: SwitchboardCall) -> None:
    """The time is in the hotline's zone; the account is the one that was found."""
    call.start()
    call.press("5")
    first, second = call.actions.asked
    assert (first.caller, first.account, first.level) == ("+8613800138000", "", Level.unknown)
    assert (second.account, second.level) == ("A1", Level.known)
    assert first.at.isoformat() == "2026-11-23T10:00:00+08:00"


def test_no_action_begins_after_the_caller_hung_up(call: SwitchboardCall) -> None:
    """What is under way is finished; nothing new begins."""
    call.start()
    call.actions.before = lambda _asked: call.switchboard.hang_up("CA1", AT)
    assert call.press("5") == "[hung_up]"
    assert len(call.actions.asked) == 1
    assert call.history.record.ending == "hung_up"


def test_an_action_that_raises_is_an_apology_and_a_human(call: SwitchboardCall) -> None:
    """The caller hears so in his language and is connected; the call goes on being recorded."""
    call.start()
    call.actions.before = fail
    assert call.press("2") == "出了问题。\n转接中。\n[rings +8657100000001]"
    assert [entry.event for entry in call.history.path] == ["CallStarted", "DigitsPressed", "InternalError"]


def test_a_template_that_fails_is_an_apology_and_a_human(call: SwitchboardCall) -> None:
    """What was found out before, in the same turn, stays with the call."""
    write_menu(call.hotline.folder, MENU.replace("10 // 1", "10 // (topic | int)"))
    call.start()
    assert call.press("5").startswith("Trouble.\nConnecting.")
    call.desk("busy")
    call.record(0)
    call.press("1")
    call.press("1")
    assert [asked.account for asked in call.actions.asked] == ["", "A1", "A1"]


def test_a_way_to_the_human_that_is_broken_too_ends_politely(tmp_path: Path) -> None:
    """Where the human's own node fails, the caller hears goodbye instead of an error."""
    call = SwitchboardCall(
        write_menu(tmp_path, MENU.replace('reason: "{{ topic }}"', 'reason: "{{ 1 // (topic | int) }}"'))
    )
    call.start()
    assert call.press("0") == "Farewell.\n[farewell]"


def test_an_answer_that_cannot_be_rendered_is_an_apology(call: SwitchboardCall) -> None:
    """A document that no carrier would read is trouble like any other."""

    def render(session: Session, commands: Sequence[Command]) -> bytes:
        answer = words(session, commands)
        if b"found" in answer:
            raise ValueError("too large")
        return answer

    call.start()
    assert call.turn(1, DigitsPressed(AT, "1"), render).startswith("Trouble.")
    assert call.history.record.turns == 2  # one turn was done, although it was rendered twice
    assert call.turn(2, TransferEnded(AT, "busy"), render).startswith("Speak.")


def test_trouble_keeps_the_text_messages_that_were_promised(call: SwitchboardCall) -> None:
    """What was to be said before a trouble is dropped; a message was promised by what has been done."""
    call.start()
    call.actions.before = fail
    assert call.press("3").startswith("Trouble.")
    assert [message.body for message in call.history.messages] == ["A text."]


def test_keys_go_on_counting_after_a_trouble(call: SwitchboardCall) -> None:
    """The same key is the same run, so that no two actions of a turn share one."""
    run = "agent: {run: find_account, outcomes: {found: ring, not_found: ring, unavailable: ring}}"
    write_menu(call.hotline.folder, MENU.replace("agent: {say: Connecting.,", f"{run}\n  ring: {{"))

    def fail_once(asked: ActionRequest) -> None:
        call.actions.before = lambda _asked: None
        fail(asked)

    call.start()
    call.actions.before = fail_once
    assert call.press("1").startswith("Trouble.\n[rings")
    assert [asked.key for asked in call.actions.asked] == ["CA1/1/1", "CA1/1/2"]


def test_actions_that_never_come_to_rest_are_an_apology(call: SwitchboardCall) -> None:
    """A circle of actions is cut, and a human takes over."""
    call.start()
    tree = call.hotline.current()
    node = tree.nodes["find"]
    tree.nodes["find"] = node.model_copy(update={"outcomes": {"found": "find"}})  # type: ignore[index]
    assert call.press("1").startswith("Trouble.")
    assert len(call.actions.asked) == MAX_ACTIONS


def test_a_broken_store_raises(call: SwitchboardCall) -> None:
    """Nothing can be promised without it: the channel answers by itself."""

    class BrokenStore(SqliteStore):
        def save(self, token: int, turn: SavedTurn) -> None:
            raise OSError("disk full")

    call.switchboard.store = BrokenStore(IN_MEMORY)
    with pytest.raises(OSError, match="disk full"):
        call.start()


# --- what is saved


def test_text_messages_are_kept_as_not_sent(call: SwitchboardCall) -> None:
    """They are in the store with the turn, and shown as what they are."""
    call.start()
    call.press("3")
    (message,) = call.history.messages
    assert (message.to, message.body, message.status) == ("+8613800138000", "A text.", "not sent")


def test_urgency_and_reason_are_recorded(call: SwitchboardCall) -> None:
    """Also after the caller was not connected."""
    call.start()
    call.press("0")
    call.desk("busy")
    assert (call.history.record.urgent, call.history.record.reason) == (
        True,
        "unknown. The caller hasn't been verified.",
    )


def test_the_path_has_no_secret(call: SwitchboardCall) -> None:
    """Neither the keys of a secret nor what an action was given can be found in what is kept."""
    call.start()
    call.press("4")
    call.press("7391")
    assert call.actions.asked[0].inputs == {"id_tail": "7391"}
    assert "7391" not in repr(call.history)
    assert [(entry.node, entry.keys, entry.outcome) for entry in call.history.path] == [
        ("", "", ""),
        ("main", "4", ""),
        ("tail", "", ""),
        ("check", "", "verify_identity: mismatch"),
    ]


def test_a_secret_is_not_logged_when_things_break(
    call: SwitchboardCall, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log says where it broke, and not what the exception says."""
    configure("json", stream=sys.stdout)
    call.start()
    call.press("4")
    call.actions.before = fail
    call.press("7391")
    logged = capsys.readouterr()
    assert "turn failed" in logged.out + logged.err
    assert "7391" not in logged.out + logged.err


def test_every_line_of_the_log_names_its_call(call: SwitchboardCall) -> None:
    """Also what an action logs in a thread of its own; and a line after the turn names none."""
    log, out = structlog.get_logger(), io.StringIO()

    def noted(_asked: ActionRequest) -> None:
        log.warning("in the action")

    configure("json", "debug", stream=out)
    call.actions.before = noted
    call.start()
    call.press("1")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {line["event"] for line in lines} >= {"call", "event", "in the action"}
    assert [line.get("call") for line in lines] == ["CA1"] * len(lines)
    log.warning("afterwards")
    assert "call" not in json.loads(out.getvalue().splitlines()[-1])


def test_the_log_names_the_node_whose_text_broke(call: SwitchboardCall) -> None:
    """The call has only passed it: the line of the menu says where to look. The text of the error stays out."""
    menu = MENU.replace("10 // 1", "10 // (topic | int)")
    write_menu(call.hotline.folder, menu)
    call.start()
    with capture_logs() as logs:
        assert "Trouble." in call.press("1")
    (failed,) = (each for each in logs if each["event"] == "turn failed")
    line = next(number for number, text in enumerate(menu.splitlines()) if text.startswith("  found:"))
    assert (failed["node"], failed["place"]) == ("found", f"menu.yaml:{line + 1}")
    assert failed["error"] == "ZeroDivisionError"


def test_the_nodes_that_were_passed_are_recorded(call: SwitchboardCall) -> None:
    """With the event that led there; a node that failed was not passed."""
    call.start()
    call.press("1")
    assert [(entry.event, entry.passed) for entry in call.history.path] == [
        ("CallStarted", ("main",)),
        ("DigitsPressed", ("find",)),
        ("ActionFinished", ("found", "done")),
    ]


@pytest.mark.parametrize(
    "said",
    [
        "{{ v * 1000000000 }}",
        "{{ v | replace('a', v) | replace('a', v) | replace('a', v) }}",
        "{{ (v ~ v ~ v ~ v) | upper | lower | upper | lower | upper | lower }}",
        "{{ v }}{{ v }}{{ v }}{{ v }}{{ v }}{{ v }}{{ v }}",
    ],
)
def test_a_template_that_becomes_too_large_is_an_apology_and_a_human(tmp_path: Path, said: str) -> None:
    """In place of gigabytes; the log names the node, though the turn began at another one."""
    menu = MENU.replace("{topic: unknown}", f"{{topic: unknown, v: {'a' * 9_999}}}")
    call = SwitchboardCall(write_menu(tmp_path, menu.replace("{{ 10 // 1 }} found.", said)))
    call.start()
    with capture_logs() as logs:
        answer = call.press("1")
    assert "Trouble." in answer
    assert "[rings +8657100000001]" in answer
    assert [(each["event"], each["node"]) for each in logs if each["log_level"] == "error"] == [
        ("turn failed", "found")
    ]


def test_the_environment_s_number_of_a_desk_comes_first(tmp_path: Path) -> None:
    """A setting replaces the number of the tree."""
    call = SwitchboardCall(write_menu(tmp_path), desk_numbers={"service": "+8657199999999"})
    call.start()
    assert call.press("0").endswith("[rings +8657199999999]")


def test_a_voicemail_is_kept_whether_or_not_the_call_goes_on(call: SwitchboardCall) -> None:
    """A recording that is reported after the end belongs to the call all the same."""
    call.start()
    call.switchboard.hang_up("CA1", AT)
    call.switchboard.keep_voicemail("CA1", "https://example.com/1", 7, AT)
    (voicemail,) = call.history.voicemails
    assert (voicemail.url, voicemail.seconds) == ("https://example.com/1", 7)


def test_the_first_ending_stays(call: SwitchboardCall) -> None:
    """The carrier's report of the end comes after our own goodbye, and changes nothing."""
    call.start()
    call.press("1")
    call.press("2")
    call.switchboard.hang_up("CA1", AT)
    assert call.history.record.ending == "completed"


def test_every_step_can_be_watched(call: SwitchboardCall) -> None:
    """The simulator's trace sees each event and where it led."""
    seen: list[tuple[str, str]] = []

    def watch(turn: Turn, event: Event) -> None:
        seen.append((type(event).__name__, turn.session.node))

    call.switchboard.observers.append(watch)
    call.start()
    call.press("1")
    assert seen == [("CallStarted", "main"), ("DigitsPressed", "find"), ("ActionFinished", "done")]


def test_an_observer_that_fails_breaks_no_call(call: SwitchboardCall) -> None:
    """The caller goes on, the other observers are told, and the log says where it failed."""
    seen: list[str] = []

    def fails(_turn: Turn, _event: Event) -> None:
        raise RuntimeError("a trace that is full")

    call.switchboard.observers += [fails, lambda turn, _event: seen.append(turn.session.node)]
    with capture_logs() as logs:
        call.start()
        call.press("1")
    assert seen == ["main", "find", "done"]
    assert [each["error"] for each in logs if each["event"] == "observer failed"] == ["RuntimeError"] * 3


# --- bounds


def test_a_call_has_a_bound_of_turns(call: SwitchboardCall) -> None:
    """After it a human takes over."""
    call.start()
    for _ in range(5):
        assert call.press("1").startswith(("10 found.", "Hello."))
    assert call.press("1") == "Too long.\nConnecting.\n[rings +8657100000001]"


def test_a_call_has_a_bound_of_seconds(call: SwitchboardCall) -> None:
    """The same by the clock."""
    call.start()
    call.later(seconds=599)
    assert call.press("1").startswith("10 found.")
    call.later(seconds=1)
    assert call.press("1").startswith("Too long.")


def test_a_clock_set_back_prolongs_no_call(call: SwitchboardCall) -> None:
    """The bound counts from the first turn under the right clock, and not from a beginning in the future."""
    call.start()
    call.later(days=-31)
    assert call.press("1").startswith("10 found.")
    call.later(seconds=600)
    assert call.press("1").startswith("Too long.")


def test_after_the_bound_there_is_time_for_the_human(call: SwitchboardCall) -> None:
    """What a desk reports is followed up, so that a voicemail can be left; the last bound ends the call."""
    call.start()
    call.later(seconds=600)
    call.press("1")
    assert call.desk("busy") == "Speak.\n[records]"
    assert call.happens(RecordingEnded(call.at, "https://example.com/1", 5)).startswith("Done.")
    assert call.press("1").startswith("Hello.")
    call.later(seconds=GRACE_SECONDS)
    assert call.press("1") == "Farewell.\n[farewell]"


def test_desks_that_pass_a_caller_to_and_fro_come_to_an_end(call: SwitchboardCall) -> None:
    """A desk whose failing leads to itself is not rung for ever."""
    call.start()
    answers = [call.press("0")]
    answers += [call.desk("failed") for _ in range(6 + GRACE_TURNS)]
    assert answers[1].endswith("[rings +8657100000001]")
    assert answers[-1] == "Farewell.\n[farewell]"


@pytest.mark.parametrize("last", ["a desk", "a recording"])
def test_what_is_followed_up_comes_to_an_end(call: SwitchboardCall, last: str) -> None:
    """A desk and a voicemail that lead to each other go on for exactly the turns of the grace, whichever comes last."""
    voicemail = "voicemail: {say: Speak., record: voicemail, then: "
    write_menu(
        call.hotline.folder,
        MENU.replace(f"{voicemail}done, nothing: done", f"{voicemail}agent, nothing: agent"),
    )
    call.start()
    if last == "a recording":
        call.press("9")
    answer = call.press("0")
    while call.number < 6 + GRACE_TURNS:
        assert not answer.endswith("[farewell]")
        answer = call.happens(RecordingEnded(call.at)) if "[records]" in answer else call.desk("busy")
    assert ("[records]" in answer) == (last == "a recording")
    assert answer.endswith("]")
    answer = call.happens(RecordingEnded(call.at)) if "[records]" in answer else call.desk("busy")
    assert answer == "Farewell.\n[farewell]"


def test_after_the_last_bound_no_human_is_rung(call: SwitchboardCall) -> None:
    """A caller who only leaves one message after the other hears the goodbye, although no human has been tried."""
    menu = MENU.replace("record: voicemail, then: done", "record: voicemail, then: voicemail")
    write_menu(
        call.hotline.folder, menu.replace('go: find}\n      "2"', 'name: find, go: voicemail}\n      "2"')
    )
    call.start()
    answers = [call.press("1")]
    message = RecordingEnded(call.at, "https://example.com/1", 5)
    answers += [call.happens(message) for _ in range(6 + GRACE_TURNS - 1)]
    assert answers == ["Speak.\n[records]"] * (6 + GRACE_TURNS - 1) + ["Farewell.\n[farewell]"]


def test_keys_after_the_bound_come_to_an_end(call: SwitchboardCall) -> None:
    """A caller who is left at a menu after the bound may use it for the turns of the grace, and no longer."""
    call.start()
    while not call.press("1").startswith("Too long."):
        pass
    call.desk("busy")
    call.happens(RecordingEnded(call.at))
    while call.number < 6 + GRACE_TURNS:
        assert not call.press("1").startswith("Farewell.")
    assert call.press("1") == "Farewell.\n[farewell]"


def test_a_conversation_counts_however_long_the_call_was(call: SwitchboardCall) -> None:
    """Who was connected was connected."""
    call.start()
    call.press("0")
    call.later(seconds=10_000)
    assert call.desk("answered") == "[transferred]"


def test_hanging_up_is_never_too_late(call: SwitchboardCall) -> None:
    """Past any bound."""
    call.start()
    call.later(seconds=10_000)
    assert call.hang_up() == "[hung_up]"


# --- versions of the menu


def test_a_call_stays_on_the_menu_that_it_began_with(call: SwitchboardCall) -> None:
    """A changed file is for the next call."""
    call.start()
    write_menu(call.hotline.folder, MENU.replace("say: Hello.", "say: Good day."))
    next_call = SwitchboardCall(call.hotline.folder, call.store, call="CA2")
    assert next_call.start().startswith("Good day.")
    call.press("1")
    assert call.press("1").startswith("Hello.")


def test_another_worker_knows_the_menu_of_a_call(call: SwitchboardCall) -> None:
    """Its version is compiled from the sources in the store."""
    call.start()
    write_menu(call.hotline.folder, MENU.replace("Done.", "All done."))
    other = SwitchboardCall(call.hotline.folder, call.store)
    assert "\nDone." in other.turn(1, DigitsPressed(AT, "1"))


def test_a_call_whose_menu_is_lost_starts_over_on_the_present_one(call: SwitchboardCall) -> None:
    """In its language, with its turn, and not in the middle of a menu that is another one."""
    call.start()
    call.press("2")
    write_menu(call.hotline.folder, MENU.replace("Done.", "All done."))
    other = SwitchboardCall(call.hotline.folder, _Forgetful(call.store))
    assert other.turn(2, DigitsPressed(AT, "1")).startswith("您好。")
    assert other.turn(3, DigitsPressed(AT, "2")).startswith("找到了。")
    assert call.history.record.version == other.hotline.current().version


def test_a_call_that_begins_again_stays_slow() -> None:
    """Who asked for slow speech need not ask twice."""
    session = Session("CA1", "old", AT)
    session.rate = "slow"
    assert _begun_again(session, tree_of('main: {menu: {"1": {for: the end, go: bye}}}')).rate == "slow"


def test_a_call_that_begins_again_has_no_new_bound(call: SwitchboardCall) -> None:
    """It has reached its bound, and is not told so a second time: it goes on until the grace is over."""
    call.start()
    call.later(seconds=600)
    assert call.press("1").startswith("Too long.")
    write_menu(call.hotline.folder, MENU.replace("Done.", "All done."))
    other = SwitchboardCall(call.hotline.folder, _Forgetful(call.store))
    assert other.turn(2, TransferEnded(call.at, "busy")).startswith("Hello.")
    assert other.turn(3, DigitsPressed(call.at, "1")).startswith("10 found.")
    late = call.at + timedelta(seconds=GRACE_SECONDS)
    assert other.turn(4, DigitsPressed(late, "1")) == "Farewell.\n[farewell]"


def test_a_call_that_begins_again_rings_no_human_a_second_time(call: SwitchboardCall) -> None:
    """A desk that was tried in vain stays tried: when something breaks now, the caller hears the goodbye."""
    call.start()
    call.press("0")
    assert call.desk("busy").endswith("[records]")
    write_menu(call.hotline.folder, MENU.replace("Done.", "All done."))
    other = SwitchboardCall(call.hotline.folder, _Forgetful(call.store))
    other.actions.before = fail
    assert other.turn(3, RecordingEnded(AT)).startswith("Hello.")
    assert other.turn(4, DigitsPressed(AT, "1")) == "Farewell.\n[farewell]"


class _Forgetful(SqliteStore):
    """A store that has lost its menus."""

    def __init__(self, kept: object) -> None:
        assert isinstance(kept, SqliteStore)
        self._writer, self._reader = kept._writer, kept._reader

    def version(self, version: str) -> None:
        """Know none."""
        return
