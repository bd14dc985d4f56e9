"""A turn of a call: who wins it, what happens once only, and that no caller is dropped."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import ActionRequest, ActionResult
from ivr.calls.turns import GRACE_SECONDS, GRACE_TURNS, MAX_ACTIONS, StillBusy
from ivr.engine.commands import Command
from ivr.engine.events import (
    CallerHungUp,
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
from ivr.storage import TURN_LEASE, ClaimLost, SavedTurn
from ivr.storage.base import IN_MEMORY
from ivr.storage.sqlite import SqliteStore
from tests.support.switchboards import AT, MENU, Desk, words, write_menu


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a switchboard with a call that has not begun."""
    return Desk(write_menu(tmp_path / "hotline"))


def fail(_asked: ActionRequest) -> None:
    """Break, with a secret in the message."""
    raise RuntimeError("7391")


# --- who wins a turn


def test_the_first_arrival_wins_and_the_second_gets_the_same_bytes(desk: Desk) -> None:
    """A webhook that is repeated is answered alike, whatever it carries, and its action runs once."""
    desk.start()
    first = desk.turn(1, DigitsPressed(AT, "1"))
    assert desk.turn(1, DigitsPressed(AT, "1")) == first
    assert desk.turn(1, NoInput(AT)) == first
    assert len(desk.actions.asked) == 1


def test_a_late_arrival_gets_the_present_prompt_without_effect(desk: Desk) -> None:
    """A webhook of an older turn neither moves the call nor runs anything."""
    desk.start()
    present = desk.press("1")
    assert desk.turn(0, desk.start_event) == present
    assert desk.turn(0, DigitsPressed(AT, "1")) == present
    assert len(desk.actions.asked) == 1
    assert desk.history.record.turns == 2


def test_an_unknown_call_starts_over(desk: Desk) -> None:
    """A later turn of a call that nobody knows begins at the beginning."""
    assert desk.turn(7, DigitsPressed(AT, "1")).startswith("Hello.")
    assert desk.actions.asked == []


def test_a_second_arrival_waits_for_the_first(desk: Desk) -> None:
    """While the action of the first one runs, the second waits for its answer and gets it."""
    desk.start()
    running, finish = threading.Event(), threading.Event()

    def hold(_asked: ActionRequest) -> None:
        running.set()
        assert finish.wait(5)

    def wait(_seconds: float) -> None:
        finish.set()
        first.join(5)

    desk.actions.before, desk.switchboard.wait = hold, wait
    answers: list[str] = []
    first = threading.Thread(target=lambda: answers.append(desk.turn(1, DigitsPressed(AT, "1"))))
    first.start()
    assert running.wait(5)
    assert [desk.turn(1, DigitsPressed(AT, "1"))] == answers
    assert len(desk.actions.asked) == 1


def test_waiting_has_an_end(desk: Desk) -> None:
    """A turn whose lease is renewed again and again is given up, before the carrier gives us up."""
    desk.start()
    desk.switchboard.patience = 5.0
    desk.store.claim("CA1", 1, AT)
    with pytest.raises(StillBusy):
        desk.turn(1, DigitsPressed(AT, "1"))
    assert sum(desk.waits) == pytest.approx(desk.switchboard.patience, abs=0.05)


def test_the_turn_of_a_worker_that_died_is_taken_over(desk: Desk) -> None:
    """After its lease somebody else does it."""
    desk.start()
    desk.store.claim("CA1", 1, AT)
    assert desk.turn(1, DigitsPressed(AT + TURN_LEASE, "1")).startswith("10 found.")


def test_a_retry_waits_for_the_end_of_the_lease(desk: Desk) -> None:
    """It comes while the claim of the dead worker still holds, and does the turn when that is over."""
    desk.start()
    desk.store.claim("CA1", 1, AT)
    assert desk.turn(1, DigitsPressed(AT, "1")).startswith("10 found.")
    assert sum(desk.waits) == pytest.approx(TURN_LEASE.total_seconds(), abs=0.05)


def test_who_lost_his_claim_gives_the_other_one_s_answer(desk: Desk) -> None:
    """A worker that was too slow saves nothing, and answers what was answered in its place."""
    desk.start()
    other = Desk(desk.hotline.folder, desk.store)

    def overtaken(_asked: ActionRequest) -> None:
        desk.actions.before = lambda _asked: None
        other.actions.outcome = ActionResult("not_found")
        answers.append(other.turn(1, DigitsPressed(AT + TURN_LEASE, "1")))

    answers: list[str] = []
    desk.actions.before = overtaken
    assert desk.press("1") == answers[0]
    assert answers[0].startswith("Hello.")
    assert desk.history.record.turns == 2


def test_who_lost_his_claim_to_a_purge_raises(desk: Desk) -> None:
    """There is nothing left to answer."""
    desk.start()
    desk.actions.before = lambda _asked: _ignore(
        desk.store.purge(AT + timedelta(days=1), AT + timedelta(days=2))
    )
    with pytest.raises(ClaimLost):
        desk.press("1")


def _ignore(_value: object) -> None:
    return None


def test_an_ended_call_runs_nothing_new(desk: Desk) -> None:
    """After the end every turn is answered with the last answer."""
    desk.start()
    desk.press("1")
    last = desk.press("2")
    assert last.endswith("[completed]")
    assert desk.press("1") == last
    assert len(desk.actions.asked) == 1


def test_a_conversation_that_is_reported_after_the_hang_up_counts(desk: Desk) -> None:
    """The carrier sends both reports at nearly the same moment; one of no conversation changes nothing."""
    desk.start()
    desk.press("0")
    desk.switchboard.hang_up("CA1", AT)
    desk.happens(TransferEnded(AT, "no_answer"))
    assert desk.history.record.ending == "hung_up"
    desk.happens(TransferEnded(AT, "answered"))
    assert desk.history.record.ending == "transferred"


def test_nothing_new_begins_when_the_caller_hangs_up_during_an_action(desk: Desk) -> None:
    """The action is finished and noted; the text message that would have followed is not written."""
    menu = MENU.replace("outcomes: {found: found, not_found", "outcomes: {found: send, not_found")
    write_menu(
        desk.hotline.folder,
        menu.replace("then: find, unable: done, rationed: done", "then: done, unable: done, rationed: done"),
    )
    desk.start()
    desk.actions.before = lambda _asked: desk.switchboard.hang_up("CA1", AT)
    desk.press("1")
    assert desk.history.messages == ()
    assert [entry.event for entry in desk.history.path][-2:] == ["ActionFinished", "CallerHungUp"]
    assert desk.history.record.ending == "hung_up"


# --- actions


def test_an_action_has_an_idempotency_key(desk: Desk) -> None:
    """The call, the turn that asks, and the n-th action of that turn."""
    desk.start()
    desk.press("5")
    assert [asked.key for asked in desk.actions.asked] == ["CA1/1/1", "CA1/1/2"]


def test_an_action_is_told_who_calls_and_when(desk: Desk) -> None:
    """The time is in the hotline's zone; the account is the one that was found."""
    desk.start()
    desk.press("5")
    first, second = desk.actions.asked
    assert (first.caller, first.account, first.level) == ("+8613800138000", "", Level.unknown)
    assert (second.account, second.level) == ("A1", Level.known)
    assert first.at.isoformat() == "2026-11-23T10:00:00+08:00"


def test_no_action_begins_after_the_caller_hung_up(desk: Desk) -> None:
    """What is under way is finished; nothing new begins."""
    desk.start()
    desk.actions.before = lambda _asked: desk.switchboard.hang_up("CA1", AT)
    assert desk.press("5") == "[hung_up]"
    assert len(desk.actions.asked) == 1
    assert desk.history.record.ending == "hung_up"


def test_an_action_that_raises_is_an_apology_and_a_human(desk: Desk) -> None:
    """The caller hears so in his language and is connected; the call goes on being recorded."""
    desk.start()
    desk.actions.before = fail
    assert desk.press("2") == "出了问题。\n转接中。\n[rings +8657100000001]"
    assert [entry.event for entry in desk.history.path] == ["CallStarted", "DigitsPressed", "InternalError"]


def test_a_template_that_fails_is_an_apology_and_a_human(desk: Desk) -> None:
    """What was found out before, in the same turn, stays with the call."""
    write_menu(desk.hotline.folder, MENU.replace("10 // 1", "10 // (topic | int)"))
    desk.start()
    assert desk.press("5").startswith("Trouble.\nConnecting.")
    desk.happens(TransferEnded(AT, "busy"))
    desk.happens(RecordingEnded(AT))
    desk.press("1")
    desk.press("1")
    assert [asked.account for asked in desk.actions.asked] == ["", "A1", "A1"]


def test_a_way_to_the_human_that_is_broken_too_ends_politely(tmp_path: Path) -> None:
    """Where the human's own node fails, the caller hears goodbye instead of an error."""
    desk = Desk(
        write_menu(tmp_path, MENU.replace('reason: "{{ topic }}"', 'reason: "{{ 1 // (topic | int) }}"'))
    )
    desk.start()
    assert desk.press("0") == "Farewell.\n[farewell]"


def test_an_answer_that_cannot_be_rendered_is_an_apology(desk: Desk) -> None:
    """A document that no carrier would read is trouble like any other."""

    def render(session: Session, commands: Sequence[Command]) -> bytes:
        answer = words(session, commands)
        if b"found" in answer:
            raise ValueError("too large")
        return answer

    desk.start()
    assert desk.turn(1, DigitsPressed(AT, "1"), render).startswith("Trouble.")


def test_trouble_keeps_the_text_messages_that_were_promised(desk: Desk) -> None:
    """What was to be said before a trouble is dropped; a message was promised by what has been done."""
    desk.start()
    desk.actions.before = fail
    assert desk.press("3").startswith("Trouble.")
    assert [message.body for message in desk.history.messages] == ["A text."]


def test_keys_go_on_counting_after_a_trouble(desk: Desk) -> None:
    """The same key is the same run, so that no two actions of a turn share one."""
    run = "agent: {run: find_account, outcomes: {found: ring, not_found: ring, unavailable: ring}}"
    write_menu(desk.hotline.folder, MENU.replace("agent: {say: Connecting.,", f"{run}\n  ring: {{"))

    def fail_once(asked: ActionRequest) -> None:
        desk.actions.before = lambda _asked: None
        fail(asked)

    desk.start()
    desk.actions.before = fail_once
    assert desk.press("1").startswith("Trouble.\n[rings")
    assert [asked.key for asked in desk.actions.asked] == ["CA1/1/1", "CA1/1/2"]


def test_actions_that_never_come_to_rest_are_an_apology(desk: Desk) -> None:
    """A circle of actions is cut, and a human takes over."""
    desk.start()
    tree = desk.hotline.current()
    node = tree.nodes["find"]
    tree.nodes["find"] = node.model_copy(update={"outcomes": {"found": "find"}})  # type: ignore[index]
    assert desk.press("1").startswith("Trouble.")
    assert len(desk.actions.asked) == MAX_ACTIONS


def test_a_broken_store_raises(desk: Desk) -> None:
    """Nothing can be promised without it: the channel answers by itself."""

    class BrokenStore(SqliteStore):
        def save(self, token: int, turn: SavedTurn) -> None:
            raise OSError("disk full")

    desk.switchboard.store = BrokenStore(IN_MEMORY)
    with pytest.raises(OSError, match="disk full"):
        desk.start()


# --- what is saved


def test_text_messages_are_kept_as_not_sent(desk: Desk) -> None:
    """They are in the store with the turn, and shown as what they are."""
    desk.start()
    desk.press("3")
    (message,) = desk.history.messages
    assert (message.to, message.body, message.status) == ("+8613800138000", "A text.", "not sent")


def test_urgency_and_reason_are_recorded(desk: Desk) -> None:
    """Also after the caller was not connected."""
    desk.start()
    desk.press("0")
    desk.happens(TransferEnded(AT, "busy"))
    assert (desk.history.record.urgent, desk.history.record.reason) == (True, "unknown. Nothing is proved.")


def test_the_path_has_no_secret(desk: Desk) -> None:
    """Neither the keys of a secret nor what an action was given can be found in what is kept."""
    desk.start()
    desk.press("4")
    desk.press("7391")
    assert desk.actions.asked[0].inputs == {"id_tail": "7391"}
    assert "7391" not in repr(desk.history)
    assert [(entry.node, entry.keys, entry.outcome) for entry in desk.history.path] == [
        ("", "", ""),
        ("main", "4", ""),
        ("tail", "", ""),
        ("check", "", "verify_identity: mismatch"),
    ]


def test_a_secret_is_not_logged_when_things_break(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A log says where it broke, and not what the exception says."""
    configure("json", stream=sys.stdout)
    desk.start()
    desk.press("4")
    desk.actions.before = fail
    desk.press("7391")
    logged = capsys.readouterr()
    assert "turn failed" in logged.out + logged.err
    assert "7391" not in logged.out + logged.err


def test_the_environment_s_number_of_a_desk_comes_first(tmp_path: Path) -> None:
    """A setting replaces the number of the tree."""
    desk = Desk(write_menu(tmp_path), desk_numbers={"service": "+8657199999999"})
    desk.start()
    assert desk.press("0").endswith("[rings +8657199999999]")


def test_a_voicemail_is_kept_whether_or_not_the_call_goes_on(desk: Desk) -> None:
    """A recording that is reported after the end belongs to the call all the same."""
    desk.start()
    desk.switchboard.hang_up("CA1", AT)
    desk.switchboard.keep_voicemail("CA1", "https://example.com/1", 7, AT)
    (voicemail,) = desk.history.voicemails
    assert (voicemail.url, voicemail.seconds) == ("https://example.com/1", 7)


def test_the_first_ending_stays(desk: Desk) -> None:
    """The carrier's report of the end comes after our own goodbye, and changes nothing."""
    desk.start()
    desk.press("1")
    desk.press("2")
    desk.switchboard.hang_up("CA1", AT)
    assert desk.history.record.ending == "completed"


def test_every_step_can_be_watched(desk: Desk) -> None:
    """The simulator's trace sees each event and where it led."""
    seen: list[tuple[str, str]] = []

    def watch(turn: Turn, event: Event) -> None:
        seen.append((type(event).__name__, turn.session.node))

    desk.switchboard.observers.append(watch)
    desk.start()
    desk.press("1")
    assert seen == [("CallStarted", "main"), ("DigitsPressed", "find"), ("ActionFinished", "done")]


def test_an_observer_that_fails_breaks_no_call(desk: Desk) -> None:
    """The caller goes on, the other observers are told, and the log says where it failed."""
    seen: list[str] = []

    def fails(_turn: Turn, _event: Event) -> None:
        raise RuntimeError("a trace that is full")

    desk.switchboard.observers += [fails, lambda turn, _event: seen.append(turn.session.node)]
    with capture_logs() as logs:
        desk.start()
        desk.press("1")
    assert seen == ["main", "find", "done"]
    assert [each["error"] for each in logs if each["event"] == "observer failed"] == ["RuntimeError"] * 3


# --- bounds


def test_a_call_has_a_bound_of_turns(desk: Desk) -> None:
    """After it a human takes over."""
    desk.start()
    for _ in range(5):
        assert desk.press("1").startswith(("10 found.", "Hello."))
    assert desk.press("1") == "Too long.\nConnecting.\n[rings +8657100000001]"


def test_a_call_has_a_bound_of_seconds(desk: Desk) -> None:
    """The same by the clock."""
    desk.start()
    desk.later(599)
    assert desk.press("1").startswith("10 found.")
    desk.later(1)
    assert desk.press("1").startswith("Too long.")


def test_after_the_bound_there_is_time_for_the_human(desk: Desk) -> None:
    """What a desk reports is followed up, so that a voicemail can be left; the last bound ends the call."""
    desk.start()
    desk.later(600)
    desk.press("1")
    assert desk.happens(TransferEnded(desk.at, "busy")) == "Speak.\n[records]"
    assert desk.happens(RecordingEnded(desk.at, "https://example.com/1", 5)).startswith("Done.")
    assert desk.press("1").startswith("Hello.")
    desk.later(GRACE_SECONDS)
    assert desk.press("1") == "Farewell.\n[farewell]"


def test_desks_that_pass_a_caller_to_and_fro_come_to_an_end(desk: Desk) -> None:
    """A desk whose failing leads to itself is not rung for ever."""
    desk.start()
    answers = [desk.press("0")]
    answers += [desk.happens(TransferEnded(desk.at, "failed")) for _ in range(6 + GRACE_TURNS)]
    assert answers[1].endswith("[rings +8657100000001]")
    assert answers[-1] == "Farewell.\n[farewell]"


def test_a_conversation_counts_however_long_the_call_was(desk: Desk) -> None:
    """Who was connected was connected."""
    desk.start()
    desk.press("0")
    desk.later(10_000)
    assert desk.happens(TransferEnded(desk.at, "answered")) == "[transferred]"


def test_hanging_up_is_never_too_late(desk: Desk) -> None:
    """Past any bound."""
    desk.start()
    desk.later(10_000)
    assert desk.happens(CallerHungUp(desk.at)) == "[hung_up]"


# --- versions of the menu


def test_a_call_stays_on_the_menu_that_it_began_with(desk: Desk) -> None:
    """A changed file is for the next call."""
    desk.start()
    write_menu(desk.hotline.folder, MENU.replace("say: Hello.", "say: Good day."))
    next_call = Desk(desk.hotline.folder, desk.store, call="CA2")
    assert next_call.start().startswith("Good day.")
    desk.press("1")
    assert desk.press("1").startswith("Hello.")


def test_another_worker_knows_the_menu_of_a_call(desk: Desk) -> None:
    """Its version is compiled from the sources in the store."""
    desk.start()
    write_menu(desk.hotline.folder, MENU.replace("Done.", "All done."))
    other = Desk(desk.hotline.folder, desk.store)
    assert "\nDone." in other.turn(1, DigitsPressed(AT, "1"))


def test_a_call_whose_menu_is_lost_starts_over_on_the_present_one(desk: Desk) -> None:
    """In its language, with its turn, and not in the middle of a menu that is another one."""
    desk.start()
    desk.press("2")
    write_menu(desk.hotline.folder, MENU.replace("Done.", "All done."))
    other = Desk(desk.hotline.folder, _Forgetful(desk.store))
    assert other.turn(2, DigitsPressed(AT, "1")).startswith("您好。")
    assert other.turn(3, DigitsPressed(AT, "2")).startswith("找到了。")
    assert desk.history.record.version == other.hotline.current().version


class _Forgetful(SqliteStore):
    """A store that has lost its menus."""

    def __init__(self, kept: object) -> None:
        assert isinstance(kept, SqliteStore)
        self._writer, self._reader = kept._writer, kept._reader

    def version(self, version: str) -> None:
        """Know none."""
        return
