"""What every store promises, sentence by sentence. A new kind of store is added to :data:`OPENERS` and is held to it.

A store in memory is the same code on another path; what is special about it is in ``test_sqlite``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ivr.engine.session import Session
from ivr.menu.language.contract import Level
from ivr.storage.base import (
    LEASE,
    LONGEST_CALL,
    TURN_LEASE,
    Answered,
    Busy,
    CallFilter,
    CallHistory,
    Claimed,
    ClaimLost,
    Free,
    Message,
    PathEntry,
    PublishedMenu,
    Purged,
    SavedTurn,
    Unknown,
    Voicemail,
)
from ivr.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(seconds=5)
LATER = NOON + LEASE
CALL = "CA0123"
TO = "+8613800138000"

OPENERS: dict[str, Callable[[Path], SqliteStore]] = {
    "sqlite": lambda folder: SqliteStore(folder / "calls.sqlite3"),
}


@pytest.fixture(params=OPENERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore]:
    """One empty store of each kind."""
    opened = OPENERS[request.param](tmp_path)
    yield opened
    opened.close()


def session(call: str = CALL, turn: int = 1, **fields: Any) -> Session:
    """Return a session as the engine leaves it."""
    return Session(**{"call": call, "version": "v1", "started": NOON, "turn": turn, **fields})


def claimed(store: SqliteStore, call: str, turn: int, at: datetime = NOON) -> Claimed:
    """Claim a turn that must be free."""
    claim = store.claim(call, turn, at)
    assert isinstance(claim, Claimed)
    return claim


def play(store: SqliteStore, call: str = CALL, turns: int = 1, started: datetime = NOON, **last: Any) -> None:
    """Put a call into the store; ``last`` is said of its last turn, to the session or to the saved turn."""
    of_turn = {
        name: last.pop(name) for name in ("path", "messages", "hotline", "urgent", "reason") if name in last
    }
    for turn in range(turns):
        final = turn == turns - 1
        fields = last if final else {}
        kept = session(call, turn + 1, started=started, **fields)
        token = claimed(store, call, turn, started).token
        answer = f"<answer-{turn}/>".encode()
        store.save(token, SavedTurn(kept, answer, started, **(of_turn if final else {})))


def text(body: str = "您的验证码已发出。", status: str = "waiting", **fields: Any) -> Message:
    """Return a message as a turn leaves it."""
    return Message(
        **{"call": CALL, "to": TO, "body": body, "language": "zh-CN", "at": NOON, "status": status, **fields}
    )


def history(store: SqliteStore, call: str = CALL) -> CallHistory:
    """Return what is kept of a call that must be there."""
    found = store.call(call)
    assert found is not None
    return found


def purge(store: SqliteStore, before: datetime) -> Purged:
    """Forget what started before a time, two days later: no call that began by then still goes on."""
    return store.purge(before, LATER + timedelta(days=2))


def listed(store: SqliteStore, wanted: CallFilter) -> list[str]:
    """Return the names of the calls that a filter lets through."""
    return [record.call for record in store.calls(wanted)]


# --- claim ---


def test_turn_0_of_an_unknown_call_creates_it(store: SqliteStore) -> None:
    """A call that is not there is created when the turn is 0, and has no session yet."""
    assert claimed(store, CALL, 0).session is None
    assert history(store).record.started == NOON


@pytest.mark.parametrize("turn", [1, 7])
def test_a_later_turn_of_an_unknown_call_is_unknown(store: SqliteStore, turn: int) -> None:
    """A call that is not there is not created by a later turn."""
    assert store.claim(CALL, turn, NOON) == Unknown()
    assert store.call(CALL) is None


def test_an_awaited_turn_is_claimed_with_the_session_as_it_was_saved(store: SqliteStore) -> None:
    """A session comes back equal in every field, whatever a session may hold."""
    left = session(
        caller="+8613800138000",
        called="+862155550100",
        node="limits",
        language="zh-CN",
        level=Level.verified,
        account="A1",
        variables={
            "remaining": Decimal("12.50"),
            "since": NOON.date(),
            "at": NOON,
            "name": "王",
            "list": [1, None],
        },
        history=["main", "limits"],
        noinputs=2,
        confirming="1234",
    )
    store.save(claimed(store, CALL, 0).token, SavedTurn(left, b"<a/>", NOON))
    assert claimed(store, CALL, 1, SOON).session == left


@pytest.mark.parametrize("turn", [0, 1])
def test_the_second_arrival_is_told_to_wait_and_then_gets_the_same_bytes(
    store: SqliteStore, turn: int
) -> None:
    """The first arrival at a turn wins; a second one is Busy until the answer is there, and gets that very answer."""
    play(store, turns=turn)
    first = claimed(store, CALL, turn)
    assert store.claim(CALL, turn, SOON) == Busy()
    answer = b"<Response>\xe4\xbd\xa0\xe5\xa5\xbd\x00</Response>"
    store.save(first.token, SavedTurn(session(turn=turn + 1), answer, SOON))
    assert store.claim(CALL, turn, SOON) == Answered(answer)
    assert store.claim(CALL, turn, LATER) == Answered(answer)


@pytest.mark.parametrize("turn", [0, 1, 4, 99])
def test_any_other_turn_gets_the_latest_answer(store: SqliteStore, turn: int) -> None:
    """A late turn, and one that cannot be yet, are answered with what the caller should hear now."""
    play(store, turns=3)
    assert store.claim(CALL, turn, SOON) == Answered(b"<answer-2/>")


def test_another_turn_leaves_the_awaited_one_free(store: SqliteStore) -> None:
    """An answer that is given again has no effect on the call."""
    play(store, turns=3)
    before = history(store)
    store.claim(CALL, 1, SOON)
    store.claim(CALL, 9, SOON)
    assert history(store) == before
    assert isinstance(store.claim(CALL, 3, SOON), Claimed)


@pytest.mark.parametrize(
    ("turn", "expected"), [(0, Answered(b"<answer-1/>")), (2, Busy()), (3, Answered(b"<answer-1/>"))]
)
def test_while_a_turn_is_being_done(store: SqliteStore, turn: int, expected: object) -> None:
    """Only the turn itself is Busy; any other gets the latest answer at once, and waits for nobody."""
    play(store, turns=2)
    claimed(store, CALL, 2)
    assert store.claim(CALL, turn, SOON) == expected


def test_a_later_turn_of_a_call_that_was_never_answered_is_unknown(store: SqliteStore) -> None:
    """A call whose first turn is not done has nothing to say: it starts over like one that is not there."""
    claimed(store, CALL, 0)
    assert store.claim(CALL, 1, SOON) == Unknown()
    assert store.claim(CALL, 1, LATER) == Unknown()


@pytest.mark.parametrize("turn", [0, 1])
def test_a_lease_that_ran_out_is_taken_over(store: SqliteStore, turn: int) -> None:
    """A crashed worker's turn is Busy to the lease's last moment, and then the next arrival's, session and all."""
    play(store, turns=turn)
    first = claimed(store, CALL, turn)
    assert store.claim(CALL, turn, NOON + TURN_LEASE - timedelta(microseconds=1)) == Busy()
    second = claimed(store, CALL, turn, NOON + TURN_LEASE)
    assert second.session == first.session
    assert second.token != first.token


def test_an_older_turn_gets_its_answer_when_the_lease_ran_out(store: SqliteStore) -> None:
    """A late arrival does not wait for a worker that crashed."""
    play(store, turns=1)
    claimed(store, CALL, 1)
    assert store.claim(CALL, 0, LATER) == Answered(b"<answer-0/>")


# --- look ---


def free(store: SqliteStore, call: str, turn: int, at: datetime = NOON) -> Free:
    """Look at a turn that must be free."""
    look = store.look(call, turn, at)
    assert isinstance(look, Free)
    return look


def test_a_look_at_a_new_call_writes_nothing(store: SqliteStore) -> None:
    """Only a claim or a save brings a call into the store."""
    assert free(store, CALL, 0).session is None
    assert store.call(CALL) is None


@pytest.mark.parametrize("turn", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("state", ["unknown", "fresh", "played", "claimed", "ended"])
def test_a_look_says_what_a_claim_would_say(store: SqliteStore, state: str, turn: int) -> None:
    """Whatever happened to a call, looking at a turn and claiming it differ only in what they do."""
    if state == "fresh":
        claimed(store, CALL, 0)
    elif state != "unknown":
        play(store, turns=2, ending="completed" if state == "ended" else "")
    if state == "claimed":
        claimed(store, CALL, 2)
    look = store.look(CALL, turn, SOON)
    claim = store.claim(CALL, turn, SOON)
    if isinstance(look, Free):
        assert isinstance(claim, Claimed)
        assert (claim.token, claim.session) == (look.token + 1, look.session)
    else:
        assert look == claim


@pytest.mark.parametrize("turn", [0, 1])
def test_a_free_turn_is_saved_without_a_claim(store: SqliteStore, turn: int) -> None:
    """A turn that had no effect needs no claim: its save is the only write."""
    play(store, turns=turn)
    store.save(free(store, CALL, turn).token, SavedTurn(session(turn=turn + 1), b"<a/>", NOON))
    assert store.claim(CALL, turn, SOON) == Answered(b"<a/>")
    assert history(store).record.turns == turn + 1


@pytest.mark.parametrize("turn", [0, 1])
def test_of_two_who_did_the_same_turn_the_first_to_save_wins(store: SqliteStore, turn: int) -> None:
    """The second hears that he lost, and gives the first one's answer."""
    play(store, turns=turn)
    first, second = free(store, CALL, turn), free(store, CALL, turn)
    store.save(first.token, SavedTurn(session(turn=turn + 1), b"<first/>", NOON))
    with pytest.raises(ClaimLost):
        store.save(second.token, SavedTurn(session(turn=turn + 1), b"<second/>", NOON))
    assert store.look(CALL, turn, SOON) == Answered(b"<first/>")


@pytest.mark.parametrize("turn", [0, 1])
def test_a_turn_that_somebody_claimed_is_not_saved_without_a_claim(store: SqliteStore, turn: int) -> None:
    """Who runs an action has the turn for himself, also when another looked at it before."""
    play(store, turns=turn)
    looked = free(store, CALL, turn)
    token = claimed(store, CALL, turn).token
    with pytest.raises(ClaimLost):
        store.save(looked.token, SavedTurn(session(turn=turn + 1), b"<looked/>", NOON))
    store.save(token, SavedTurn(session(turn=turn + 1), b"<claimed/>", NOON))
    assert store.look(CALL, turn, SOON) == Answered(b"<claimed/>")


# --- save ---


def test_a_claim_that_was_taken_over_saves_nothing(store: SqliteStore) -> None:
    """The slow worker hears ClaimLost, and neither the session nor any row of his turn is there."""
    slow = claimed(store, CALL, 0)
    fast = claimed(store, CALL, 0, LATER)
    before = history(store)
    entry, text = PathEntry(0, NOON, "main", "NoInput"), Message(CALL, "+86138", "hello", "en-US", NOON)
    turn = SavedTurn(session(), b"<slow/>", NOON, path=[entry], messages=[text], urgent=True, reason="slow")
    with pytest.raises(ClaimLost):
        store.save(slow.token, turn)
    assert history(store) == before
    store.save(fast.token, SavedTurn(session(), b"<fast/>", LATER))
    assert store.claim(CALL, 0, LATER) == Answered(b"<fast/>")


def test_a_turn_is_saved_once(store: SqliteStore) -> None:
    """A claim is used up by its save, so that nothing is written twice."""
    token = claimed(store, CALL, 0).token
    turn = SavedTurn(session(), b"<a/>", NOON, path=[PathEntry(0, NOON, "", "CallStarted")])
    store.save(token, turn)
    with pytest.raises(ClaimLost):
        store.save(token, turn)
    assert len(history(store).path) == 1


def test_a_call_that_was_purged_meanwhile_is_lost(store: SqliteStore) -> None:
    """A save does not bring back a call that was forgotten."""
    token = claimed(store, CALL, 0).token
    purge(store, LATER)
    with pytest.raises(ClaimLost):
        store.save(token, SavedTurn(session(), b"<a/>", NOON))
    assert store.call(CALL) is None


def test_a_session_that_cannot_be_saved_is_refused(store: SqliteStore) -> None:
    """What is no plain data is an error, not a surprise at the next turn; nothing is written."""
    token = claimed(store, CALL, 0).token
    before = history(store)
    with pytest.raises(TypeError):
        store.save(token, SavedTurn(session(variables={"x": object()}), b"<a/>", NOON))
    assert history(store) == before


def test_a_saved_session_is_a_copy(store: SqliteStore) -> None:
    """What is done to a session after it was saved, or after it was claimed, does not reach the store."""
    left = session(variables={"x": 1})
    store.save(claimed(store, CALL, 0).token, SavedTurn(left, b"<a/>", NOON))
    left.variables["x"] = 2
    got = claimed(store, CALL, 1, NOON).session
    assert got is not None
    assert got.variables == {"x": 1}
    got.variables["x"] = 3
    again = claimed(store, CALL, 1, LATER).session
    assert again is not None
    assert again.variables == {"x": 1}


def test_a_turn_leaves_a_record(store: SqliteStore) -> None:
    """What people look for is taken from the session and from the turn."""
    play(
        store,
        turns=2,
        caller="+8613800138000",
        language="en-US",
        hotline="yuebao",
        urgent=True,
        reason="an unexpected deduction",
    )
    record = history(store).record
    assert (record.call, record.hotline, record.version) == (CALL, "yuebao", "v1")
    assert (record.caller, record.language, record.turns) == ("+8613800138000", "en-US", 2)
    assert (record.started, record.ended, record.ending) == (NOON, None, "")
    assert (record.urgent, record.reason) == (True, "an unexpected deduction")


def test_a_later_turn_does_not_forget_why_a_human_was_asked_for(store: SqliteStore) -> None:
    """Hotline, urgency and reason stay when a later turn does not say them again."""
    play(store, hotline="yuebao", urgent=True, reason="a deduction")
    store.save(claimed(store, CALL, 1).token, SavedTurn(session(turn=2), b"<a/>", SOON))
    record = history(store).record
    assert (record.hotline, record.urgent, record.reason) == ("yuebao", True, "a deduction")


# --- the end ---


def test_a_call_that_began_again_is_recorded_on_its_new_menu(store: SqliteStore) -> None:
    """Or a purge would take away the menu on which it goes on."""
    for version in ("v1", "v2", "v3"):
        store.keep_version(version, "yuebao", {"menu.yaml": version})
    play(store)
    token = claimed(store, CALL, 1).token
    store.save(token, SavedTurn(session(turn=2, version="v2"), b"<a/>", NOON, restarted=True))
    assert history(store).record.version == "v2"
    store.purge(NOON, NOON)
    assert (store.version("v1"), store.version("v2")) == (None, {"menu.yaml": "v2"})


def test_a_last_turn_ends_the_call(store: SqliteStore) -> None:
    """A session with an ending ends the record at the time of the turn."""
    token = claimed(store, CALL, 0).token
    store.save(token, SavedTurn(session(ending="completed"), b"<bye/>", SOON))
    record = history(store).record
    assert (record.ending, record.ended) == ("completed", SOON)
    assert store.ended(CALL)


@pytest.mark.parametrize("turn", [0, 1, 2, 9])
def test_any_turn_of_an_ended_call_gets_the_latest_answer(store: SqliteStore, turn: int) -> None:
    """Nothing is claimed after the end."""
    play(store, turns=2, ending="completed")
    assert store.claim(CALL, turn, LATER) == Answered(b"<answer-1/>")


def test_a_call_that_ended_before_its_first_answer_has_an_empty_one(store: SqliteStore) -> None:
    """The caller hung up at once: nobody is there to hear, and the turn is not done again."""
    claimed(store, CALL, 0)
    store.end(CALL, "hung_up", SOON)
    assert store.claim(CALL, 0, LATER) == Answered(b"")


def test_the_first_ending_stays(store: SqliteStore) -> None:
    """How and when a call ended does not change any more."""
    play(store)
    store.end(CALL, "hung_up", SOON)
    store.end(CALL, "completed", LATER)
    record = history(store).record
    assert (record.ending, record.ended) == ("hung_up", SOON)


def test_a_conversation_that_is_reported_after_the_hang_up_counts(store: SqliteStore) -> None:
    """The carrier reports both at nearly the same moment; the time of the end stays."""
    play(store)
    store.end(CALL, "hung_up", SOON)
    store.end(CALL, "transferred", LATER)
    store.end(CALL, "hung_up", LATER)
    record = history(store).record
    assert (record.ending, record.ended) == ("transferred", SOON)


def test_the_end_of_an_unknown_call_is_ignored(store: SqliteStore) -> None:
    """A status report about a call that never was leaves nothing."""
    store.end(CALL, "completed", NOON)
    assert not store.ended(CALL)
    assert store.call(CALL) is None


def test_ended_says_whether_a_call_is_known_to_be_over(store: SqliteStore) -> None:
    """A call that goes on has not ended, not even between the claim and the save of a turn."""
    play(store)
    claimed(store, CALL, 1)
    assert not store.ended(CALL)
    store.end(CALL, "hung_up", SOON)
    assert store.ended(CALL)


@pytest.mark.parametrize("ending", ["", "transferred"])
def test_a_call_that_was_ended_meanwhile_stays_ended(store: SqliteStore, ending: str) -> None:
    """The turn that was being done is written (what it did, it did); only a conversation changes how the call ended."""
    token = claimed(store, CALL, 0).token
    store.end(CALL, "hung_up", SOON)
    entry = PathEntry(0, NOON, "main", "DigitsPressed", "1")
    store.save(token, SavedTurn(session(ending=ending, language="zh-CN"), b"<a/>", LATER, path=[entry]))
    kept = history(store)
    assert (kept.record.ending, kept.record.ended) == (ending or "hung_up", SOON)
    assert (kept.record.language, kept.path) == ("zh-CN", (entry,))
    assert store.claim(CALL, 1, LATER) == Answered(b"<a/>")


def end_by_turn(store: SqliteStore, left: Session) -> None:
    """End a call by its own last turn."""
    left.ending = "completed"
    store.save(claimed(store, CALL, 0).token, SavedTurn(left, b"<a/>", NOON))


def end_between_turns(store: SqliteStore, left: Session) -> None:
    """End a call while the caller listens."""
    store.save(claimed(store, CALL, 0).token, SavedTurn(left, b"<a/>", NOON))
    store.end(CALL, "hung_up", SOON)


def end_within_turn(store: SqliteStore, left: Session) -> None:
    """End a call while a turn of it is being done."""
    token = claimed(store, CALL, 0).token
    store.end(CALL, "hung_up", SOON)
    store.save(token, SavedTurn(left, b"<a/>", NOON))


@pytest.mark.parametrize("way_to_end", [end_by_turn, end_between_turns, end_within_turn])
def test_a_call_that_is_over_keeps_no_session(
    store: SqliteStore, way_to_end: Callable[[SqliteStore, Session], None]
) -> None:
    """The variables are forgotten, whichever way the call ended: no session is kept at all."""
    way_to_end(store, session(variables={"remaining": "12345"}, confirming="67890"))
    match store:
        case SqliteStore():
            assert store._reader.rows("SELECT session FROM calls", ()) == [(None,)]
        case _:
            pytest.fail("say here where this kind of store keeps its sessions")


# --- what is to be sent ---


def bodies(store: SqliteStore, call: str = CALL) -> list[str]:
    """Return the words of a call's messages."""
    return [message.body for message in history(store, call).messages]


def status(store: SqliteStore) -> str:
    """Return the status of the only message."""
    (message,) = history(store).messages
    return message.status


def given(store: SqliteStore, at: datetime = NOON, most: int = 10) -> list[str]:
    """Claim what is due, and return the words."""
    return [message.body for message in store.claim_messages(at, most)]


def sending(store: SqliteStore, at: datetime = NOON) -> int:
    """Claim the only message that is due, mark it as being sent, and return its number."""
    (message,) = store.claim_messages(at, 10)
    assert store.mark_sending(message.number, at)
    return message.number


def brought_to(store: SqliteStore, status: str, **fields: Any) -> int:
    """Put one message into the store, lead it to a status by what leads there in life, and return its number."""
    play(store, messages=[text(status="not sent" if status == "not sent" else "waiting", **fields)])
    (message,) = history(store).messages
    if status in ("not sent", "waiting"):
        return message.number
    if status == "expired":
        assert given(store, LATER) == []
        return message.number
    sending(store)
    if status == "unknown":
        assert given(store, LATER) == []
    elif status in ("delivered", "undelivered"):
        store.mark_message(message.number, "sent", carrier_id="SM1")
        store.report_message(message.number, status)
    elif status == "put off":
        store.mark_message(message.number, "waiting", error="busy", due=SOON)
    elif status != "sending":
        store.mark_message(message.number, status, carrier_id="SM1")
    return message.number


def test_a_message_comes_back_as_it_was_saved_with_a_number(store: SqliteStore) -> None:
    """Every field, also the words of two languages and the moment after which it is of no use."""
    left = [
        text("【余额宝】验证码", key="CA0123/2/1", sealed=True, expires=SOON),
        text("Your link: https://x/?a=%s&b=1", "not sent", language="en-US", at=LATER),
    ]
    play(store, messages=left)
    kept = history(store).messages
    assert [replace(message, number=0) for message in kept] == left
    assert 0 < kept[0].number < kept[1].number


def test_a_message_with_a_key_is_kept_once(store: SqliteStore) -> None:
    """Whoever comes with it again: the same turn, a later one, another call, a run."""
    play(store, messages=[text("first", key="k"), text("second", key="k")])
    store.save(
        claimed(store, CALL, 1).token, SavedTurn(session(turn=2), b"", NOON, messages=[text("x", key="k")])
    )
    play(store, "CA2", messages=[text("third", key="k", call="CA2"), text("other", key="l", call="CA2")])
    store.keep_run("r", "{}", [text("fourth", key="k")], NOON)
    assert (bodies(store), bodies(store, "CA2")) == (["first"], ["other"])


def test_messages_without_a_key_are_all_kept(store: SqliteStore) -> None:
    """Nothing says that they are the same."""
    play(store, messages=[text("same"), text("same")])
    assert bodies(store) == ["same", "same"]


def test_the_first_result_of_a_run_stays_with_its_messages(store: SqliteStore) -> None:
    """An action that was done twice under one key has happened once, for the caller too."""
    play(store)
    assert store.run("CA0123/1/1") is None
    store.keep_run("CA0123/1/1", '{"outcome": "ok"}', [text("first")], NOON)
    store.keep_run("CA0123/1/1", '{"outcome": "locked"}', [text("second")], SOON)
    assert store.run("CA0123/1/1") == '{"outcome": "ok"}'
    assert bodies(store) == ["first"]
    assert given(store) == ["first"]


def test_a_run_of_a_call_that_was_purged_keeps_no_message(store: SqliteStore) -> None:
    """What is forgotten of a call stays forgotten."""
    store.keep_run("r", "{}", [text()], NOON)
    assert store.run("r") == "{}"
    assert given(store) == []


def test_messages_are_given_when_they_are_due_the_oldest_first(store: SqliteStore) -> None:
    """Also those of different calls, and no more than were asked for."""
    play(store, messages=[text("third", at=SOON), text("second")])
    play(store, "CA2", messages=[text("first", at=NOON - LEASE, call="CA2")])
    assert given(store, NOON, most=1) == ["first"]
    assert given(store, NOON) == ["second"]
    assert given(store, SOON, most=0) == []
    assert given(store, SOON) == ["third"]


def test_a_claimed_message_is_somebody_elses_when_the_lease_ends(store: SqliteStore) -> None:
    """Who claimed it has died before he did anything."""
    play(store, messages=[text("words")])
    assert given(store) == ["words"]
    assert given(store, LATER - timedelta(microseconds=1)) == []
    assert given(store, LATER) == ["words"]


@pytest.mark.parametrize(
    "state", ["not sent", "sent", "delivered", "undelivered", "failed", "expired", "unknown"]
)
def test_only_what_waits_is_given(store: SqliteStore, state: str) -> None:
    """Nothing is sent a second time, and nothing without credentials."""
    brought_to(store, state, expires=LATER if state == "expired" else None)
    assert given(store, LATER + LEASE) == []
    assert status(store) == state


def test_a_message_that_expired_is_not_given(store: SqliteStore) -> None:
    """At its last moment already, and however it was put off."""
    play(store, messages=[text("code", expires=LATER), text("news")])
    assert given(store, LATER) == ["news"]
    assert [message.status for message in history(store).messages] == ["expired", "waiting"]


def test_many_that_expired_hide_none_that_did_not(store: SqliteStore) -> None:
    """However few are asked for."""
    play(store, messages=[*(text("code", expires=NOON) for _ in range(5)), text("news")])
    assert given(store, SOON, most=2) == ["news"]


def test_what_was_left_while_it_was_being_sent_is_unknown_and_never_given_again(store: SqliteStore) -> None:
    """The request may have arrived. The lease began anew when the request left."""
    play(store, messages=[text()])
    (message,) = store.claim_messages(NOON, 1)
    assert store.mark_sending(message.number, SOON)
    assert given(store, SOON + LEASE - timedelta(microseconds=1)) == []
    assert status(store) == "sending"
    assert given(store, SOON + LEASE) == []
    assert status(store) == "unknown"


def test_a_request_leaves_only_under_a_claim(store: SqliteStore) -> None:
    """A message that nobody has claimed, or that is not there, must not be sent."""
    number = brought_to(store, "waiting")
    assert not store.mark_sending(number, NOON)
    assert not store.mark_sending(number + 1, NOON)
    assert status(store) == "waiting"


def test_a_request_does_not_leave_after_the_lease(store: SqliteStore) -> None:
    """Another may have it by now."""
    play(store, messages=[text()])
    (message,) = store.claim_messages(NOON, 1)
    assert not store.mark_sending(message.number, LATER)
    assert status(store) == "waiting"


def test_of_two_who_claimed_a_message_one_sends_it(store: SqliteStore) -> None:
    """The first one was slow, and another has taken it over."""
    play(store, messages=[text()])
    (slow,) = store.claim_messages(NOON, 1)
    (fast,) = store.claim_messages(LATER, 1)
    assert slow.number == fast.number
    assert store.mark_sending(fast.number, LATER)
    assert not store.mark_sending(slow.number, LATER)
    store.mark_message(fast.number, "waiting", due=LATER + LEASE)
    assert not store.mark_sending(slow.number, LATER)


def test_a_request_does_not_leave_when_the_message_has_expired_since(store: SqliteStore) -> None:
    """A code that is dead on arrival only worries its reader."""
    play(store, messages=[text(expires=SOON)])
    (message,) = store.claim_messages(NOON, 1)
    assert not store.mark_sending(message.number, SOON)


def test_a_message_that_was_put_off_is_given_again_at_its_time(store: SqliteStore) -> None:
    """With the number of tries, and why the last one failed."""
    play(store, messages=[text("words")])
    number = sending(store)
    store.mark_message(number, "waiting", error="busy", due=LATER)
    assert given(store, LATER - timedelta(microseconds=1)) == []
    (again,) = store.claim_messages(LATER, 10)
    assert (again.body, again.tries, again.error) == ("words", 1, "busy")


def test_what_became_of_a_message_is_kept(store: SqliteStore) -> None:
    """The carrier's identifier, and the reason of a refusal."""
    play(store, messages=[text("one"), text("two")])
    one, two = store.claim_messages(NOON, 2)
    for message in (one, two):
        assert store.mark_sending(message.number, NOON)
    store.mark_message(one.number, "sent", carrier_id="SM1")
    store.mark_message(two.number, "failed", error="no such number (21211)")
    kept = [(each.status, each.carrier_id, each.error, each.tries) for each in history(store).messages]
    assert kept == [("sent", "SM1", "", 1), ("failed", "", "no such number (21211)", 1)]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        *[(state, "【余额宝】739155") for state in ("not sent", "waiting", "put off", "sending")],
        *[(state, "") for state in ("sent", "delivered", "undelivered", "failed", "expired", "unknown")],
    ],
)
def test_sealed_words_are_kept_only_until_they_were_sent(store: SqliteStore, state: str, words: str) -> None:
    """A code or a link is nowhere any more when it is of no more use to us."""
    expires = LATER if state == "expired" else None
    brought_to(store, state, body="【余额宝】739155", sealed=True, expires=expires)
    assert bodies(store) == [words]


def test_open_words_stay(store: SqliteStore) -> None:
    """A person who looks back sees what was sent."""
    brought_to(store, "delivered")
    assert bodies(store) == [text().body]


@pytest.mark.parametrize("mark", ["sent", "failed"])
def test_a_late_answer_says_what_became_of_an_unknown_message(store: SqliteStore, mark: str) -> None:
    """The request took longer than the lease."""
    store.mark_message(brought_to(store, "unknown", sealed=True), mark)
    assert (status(store), bodies(store)) == (mark, [""])


def test_an_unknown_message_is_not_put_off(store: SqliteStore) -> None:
    """It is never sent again, whatever anybody says; its words may be gone."""
    store.mark_message(brought_to(store, "unknown"), "waiting", due=LATER)
    assert given(store, LATER + LEASE) == []
    assert status(store) == "unknown"


# --- what the carrier reports ---


@pytest.mark.parametrize(
    ("state", "report", "after"),
    [
        ("not sent", "delivered", "not sent"),
        ("waiting", "delivered", "waiting"),
        ("expired", "delivered", "expired"),
        ("put off", "delivered", "delivered"),
        ("sending", "queued", "sent"),
        ("sending", "delivered", "delivered"),
        ("unknown", "queued", "sent"),
        ("unknown", "undelivered", "undelivered"),
        ("sent", "queued", "sent"),
        ("sent", "delivered", "delivered"),
        ("sent", "undelivered", "undelivered"),
        ("sent", "failed", "failed"),
        ("delivered", "sent", "delivered"),
        ("delivered", "queued", "delivered"),
        ("delivered", "undelivered", "delivered"),
        ("undelivered", "sent", "undelivered"),
        ("failed", "sent", "failed"),
        ("failed", "delivered", "failed"),
    ],
)
def test_a_report_in_any_order(store: SqliteStore, state: str, report: str, after: str) -> None:
    """The carrier knows best, and its last word stays; of what never left it can know nothing."""
    store.report_message(brought_to(store, state, expires=LATER if state == "expired" else None), report)
    assert status(store) == after
    if state != "waiting":
        assert given(store, LATER + LEASE) == []


@pytest.mark.parametrize("mark", ["sent", "unknown", "failed", "waiting"])
@pytest.mark.parametrize("report", ["sent", "delivered", "failed"])
def test_a_report_that_is_faster_than_the_answer_stays(store: SqliteStore, report: str, mark: str) -> None:
    """Whatever we make of our request afterwards; the words are not sent again."""
    number = brought_to(store, "sending", sealed=True)
    store.report_message(number, report, carrier_id="SM1", error="30003")
    store.mark_message(number, mark, carrier_id="SM1", due=LATER)
    (message,) = history(store).messages
    assert (message.status, message.carrier_id, message.error) == (report, "SM1", "30003")
    assert (message.body, given(store, LATER + LEASE)) == ("", [])


def test_a_report_of_another_message_of_the_carrier_is_ignored(store: SqliteStore) -> None:
    """Numbers may be given anew after a purge; the carrier's identifiers are not."""
    number = brought_to(store, "sent")
    store.report_message(number, "failed", carrier_id="SM2")
    assert status(store) == "sent"
    store.report_message(number, "delivered", carrier_id="SM1")
    (message,) = history(store).messages
    assert (message.status, message.error) == ("delivered", "")


def test_a_report_of_an_unknown_number_is_ignored(store: SqliteStore) -> None:
    """Neither is what becomes of it anybody's message."""
    number = brought_to(store, "sent")
    store.report_message(number + 1, "delivered")
    store.mark_message(number + 1, "failed")
    assert status(store) == "sent"


# --- voicemail, versions ---


def test_the_same_recording_again_only_updates_it(store: SqliteStore) -> None:
    """A recording is known by its URL."""
    play(store)
    store.keep_voicemail(Voicemail(CALL, "https://r/1", 3, SOON))
    store.keep_voicemail(Voicemail(CALL, "https://r/2", 9, LATER))
    store.keep_voicemail(Voicemail(CALL, "https://r/1", 7, SOON))
    first, second = Voicemail(CALL, "https://r/1", 7, SOON), Voicemail(CALL, "https://r/2", 9, LATER)
    assert history(store).voicemails == (first, second)


def test_a_version_is_kept_under_its_hash(store: SqliteStore) -> None:
    """The sources come back as they were kept; again is no change; another hash is not there."""
    sources = {"menu.yaml": "hotline: yuebao\n", "prompts.en-US.yaml": "greeting: 你好 👋\n"}
    store.keep_version("v1", "yuebao", sources)
    store.keep_version("v1", "yuebao", sources)
    assert store.version("v1") == sources
    assert store.version("v2") is None


# --- looking back ---


@pytest.fixture
def many(store: SqliteStore) -> SqliteStore:
    """Four calls, an hour apart, saved in another order than they started."""
    hour = timedelta(hours=1)
    passed = [PathEntry(1, NOON, "limits", "DigitsPressed", "2")]
    play(store, "CA3", started=NOON + 2 * hour, caller="+8613900000000", hotline="other", turns=2)
    play(store, "CA1", started=NOON, caller="+8613800138000", ending="completed", hotline="yuebao", turns=2)
    play(store, "CA2", started=NOON + hour, caller="+16505558000", hotline="yuebao", path=passed, turns=2)
    play(store, "CA4", started=NOON + 3 * hour, ending="hung_up", hotline="other", urgent=True)
    return store


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (CallFilter(), ["CA4", "CA3", "CA2", "CA1"]),
        (CallFilter(limit=2), ["CA4", "CA3"]),
        (CallFilter(limit=0), []),
        (CallFilter(since=NOON + timedelta(hours=1)), ["CA4", "CA3", "CA2"]),
        (CallFilter(until=NOON + timedelta(hours=1)), ["CA1"]),
        (CallFilter(since=NOON + timedelta(minutes=1), until=NOON + timedelta(hours=3)), ["CA3", "CA2"]),
        (CallFilter(since=datetime(2026, 11, 22, 22, tzinfo=timezone(timedelta(hours=8)))), ["CA4", "CA3"]),
        (CallFilter(caller="8000"), ["CA2", "CA1"]),
        (CallFilter(caller="+8613800138000"), ["CA1"]),
        (CallFilter(caller="3800"), []),
        (CallFilter(caller="%"), []),
        (CallFilter(ending="completed"), ["CA1"]),
        (CallFilter(hotline="yuebao"), ["CA2", "CA1"]),
        (CallFilter(hotline="yue"), []),
        (CallFilter(node="limits"), ["CA2"]),
        (CallFilter(node="main"), []),
        (CallFilter(urgent=True), ["CA4"]),
        (CallFilter(caller="8000", hotline="yuebao", ending="completed", limit=1), ["CA1"]),
    ],
    ids=str,
)
def test_calls_lists_what_is_wanted_the_latest_first(
    many: SqliteStore, wanted: CallFilter, expected: list[str]
) -> None:
    """Empty fields do not filter; the others must all hold."""
    assert listed(many, wanted) == expected


def test_calls_that_started_together_are_listed_in_one_order(store: SqliteStore) -> None:
    """Of two calls with the same start the one that came to the store later is the later."""
    play(store, "CA1")
    play(store, "CA2")
    assert listed(store, CallFilter()) == ["CA2", "CA1"]


def test_a_history_has_all_that_was_saved_in_order(store: SqliteStore) -> None:
    """Path, messages and recordings of one call, and of no other."""
    path = [
        PathEntry(turn, NOON, "limits", "ActionFinished", "2", "withdrawal_limits: ok") for turn in range(3)
    ]
    texts = [text(body) for body in ("一", "二", "三")]
    mail = Voicemail(CALL, "https://r/1", 12, SOON)
    play(store, "CA9", path=path[:1], messages=[Message("CA9", "+1", "x", "en-US", NOON)])
    play(store, path=path[:2], messages=texts[:1])
    store.save(
        claimed(store, CALL, 1).token,
        SavedTurn(session(turn=2), b"<a/>", NOON, path=path[2:], messages=texts[1:]),
    )
    store.keep_voicemail(mail)
    kept = history(store)
    assert (kept.path, kept.voicemails) == (tuple(path), (mail,))
    assert [replace(message, number=0) for message in kept.messages] == texts
    assert [kept.record] == [record for record in store.calls(CallFilter()) if record.call == CALL]


def test_recordings_are_listed_in_the_order_in_which_they_were_left(store: SqliteStore) -> None:
    """Not in that of their addresses, nor of their reports; the address decides between two of the same moment."""
    for at, url in (
        (LATER, "https://r/1"),
        (NOON, "https://r/3"),
        (SOON, "https://r/4"),
        (SOON, "https://r/2"),
    ):
        store.keep_voicemail(Voicemail(CALL, url, 3, at))
    play(store)
    assert [left.url[-1] for left in history(store).voicemails] == ["3", "2", "4", "1"]


def test_there_is_no_history_of_an_unknown_call(store: SqliteStore) -> None:
    """A call that is not there is None, not an empty history."""
    assert store.call(CALL) is None


def test_times_come_back_in_utc_to_the_microsecond(store: SqliteStore) -> None:
    """A time is the same moment however its zone was written."""
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 11, 22, 20, 0, 0, 123457, tzinfo=shanghai)
    play(store, started=at, ending="completed", path=[PathEntry(0, at, "", "CallStarted")])
    kept = history(store)
    assert kept.record.ended is not None
    for moment in (kept.record.started, kept.record.ended, kept.path[0].at):
        assert moment == at
        assert moment.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: SqliteStore) -> None:
    """Which moment it means is not guessed."""
    with pytest.raises(TypeError):
        store.claim(CALL, 0, NOON.replace(tzinfo=None))


# --- purge ---


def test_purge_forgets_old_calls_and_counts_what_it_forgot(store: SqliteStore) -> None:
    """A call that started before the time goes with all its rows; one that started at the time stays."""
    entries = [PathEntry(0, NOON, "", "CallStarted"), PathEntry(0, NOON, "main", "DigitsPressed")]
    for call, started in {"CA1": NOON, "CA2": SOON, "CA3": LATER}.items():
        play(
            store, call, started=started, path=entries, messages=[Message(call, "+1", "x", "en-US", started)]
        )
        store.keep_voicemail(Voicemail(call, f"https://r/{call}", 3, LATER))
    assert purge(store, LATER) == Purged(calls=2, path=4, messages=2, voicemails=2)
    assert listed(store, CallFilter()) == ["CA3"]
    kept = history(store, "CA3")
    assert (len(kept.path), len(kept.messages), len(kept.voicemails)) == (2, 1, 1)
    assert purge(store, LATER) == Purged()


def test_purge_forgets_a_thousand_calls(store: SqliteStore) -> None:
    """However many are old, one purge forgets them all."""
    for number in range(1000):
        store.claim(f"CA{number}", 0, NOON)
    assert purge(store, SOON) == Purged(calls=1000)
    assert listed(store, CallFilter()) == []


@pytest.mark.parametrize(
    ("ending", "now", "forgotten"),
    [
        ("", NOON + LONGEST_CALL, 0),
        ("", NOON + LONGEST_CALL + timedelta(seconds=1), 1),
        ("hung_up", LATER, 1),
    ],
)
def test_purge_keeps_a_call_that_goes_on(
    store: SqliteStore, ending: str, now: datetime, forgotten: int
) -> None:
    """It is kept for a day, whatever is purged: one that lasts longer has ended, and nobody has said so."""
    play(store, ending=ending)
    assert store.count_purgeable(LATER, now) == forgotten
    assert store.purge(LATER, now).calls == forgotten
    assert (store.call(CALL) is None) == bool(forgotten)


def test_purge_keeps_the_result_that_a_call_waits_for(store: SqliteStore) -> None:
    """A slow action's result stays for the hour in which it may be taken up."""
    store.keep_run("r", "{}", [], NOON)
    assert store.purge(LATER, NOON + timedelta(hours=1)).runs == 0
    assert store.purge(LATER, NOON + timedelta(hours=1, seconds=1)).runs == 1


def test_counting_what_would_be_forgotten_forgets_nothing(store: SqliteStore) -> None:
    """Calls are counted as a purge would choose them."""
    for call, started in {"CA1": NOON, "CA2": SOON, "CA3": LATER}.items():
        play(store, call, started=started, ending="completed")
    assert store.count_purgeable(LATER, LATER) == 2
    assert len(listed(store, CallFilter())) == 3


def test_purge_forgets_the_old_recordings_of_calls_that_are_not_there(store: SqliteStore) -> None:
    """A recording that arrived when its call was forgotten does not stay for ever."""
    store.keep_voicemail(Voicemail("CA1", "https://r/1", 3, NOON))
    store.keep_voicemail(Voicemail("CA2", "https://r/2", 3, LATER))
    assert purge(store, LATER) == Purged(voicemails=1)
    assert purge(store, LATER + LEASE) == Purged(voicemails=1)


def test_a_number_of_a_forgotten_call_starts_anew(store: SqliteStore) -> None:
    """Nothing of a forgotten call shows in one of the same name."""
    play(store, path=[PathEntry(0, NOON, "", "CallStarted")], urgent=True, ending="completed")
    purge(store, SOON)
    assert claimed(store, CALL, 0, LATER).session is None
    assert history(store).path == ()
    assert not history(store).record.urgent


def test_purge_keeps_the_versions_that_calls_use(store: SqliteStore) -> None:
    """The sources of a menu are forgotten with the last call on them."""
    for version in ("v1", "v2", "v3"):
        store.keep_version(version, "yuebao", {"menu.yaml": version})
    play(store, "CA1", version="v1", started=NOON)
    play(store, "CA2", version="v2", started=NOON)
    play(store, "CA3", version="v2", started=LATER)
    assert purge(store, SOON) == Purged(calls=2, versions=1)
    assert store.version("v1") is None
    assert store.version("v2") == {"menu.yaml": "v2"}


def test_purge_keeps_the_version_that_the_next_call_begins_with(store: SqliteStore) -> None:
    """What a hotline was given last stays, also an older menu that was put back, and whatever other hotlines do."""
    store.keep_version("v1", "yuebao", {"menu.yaml": "v1"})
    store.keep_version("v2", "yuebao", {"menu.yaml": "v2"})
    store.keep_version("v1", "yuebao", {"menu.yaml": "v1"})
    store.keep_version("w1", "other", {"menu.yaml": "w1"})
    assert purge(store, NOON) == Purged(versions=1)
    assert [version for version in ("v1", "v2", "w1") if store.version(version)] == ["v1", "w1"]


def test_purge_forgets_messages_with_their_calls(store: SqliteStore) -> None:
    """What is forgotten is not sent, and its key is free."""
    play(store, messages=[text("old", key="k")])
    assert purge(store, SOON) == Purged(calls=1, messages=1)
    assert given(store, SOON) == []
    play(store, started=SOON, messages=[text("new", key="k")])
    assert given(store, SOON) == ["new"]


def test_purge_forgets_old_results(store: SqliteStore) -> None:
    """However many there are; a result at the time itself stays."""
    for number in range(450):
        store.keep_run(f"r{number}", "{}", [], NOON)
    store.keep_run("later", "{}", [], SOON)
    assert purge(store, SOON) == Purged(runs=450)
    assert (store.run("r1"), store.run("later")) == (None, "{}")


# --- the store itself ---


def test_ping_of_a_store_that_works_says_nothing(store: SqliteStore) -> None:
    """A store that can be used does not raise, and no call appears by asking."""
    store.ping()
    assert listed(store, CallFilter()) == []


def test_a_store_may_be_closed_twice(store: SqliteStore) -> None:
    """Closing is safe in every way out of a program."""
    store.close()
    store.close()


# --- what is published


def test_what_is_published_of_a_folder_is_replaced(store: SqliteStore) -> None:
    """Each folder has its own; nothing is published of one that nobody has published."""
    first = PublishedMenu("v1", {"zh-CN/a.wav": "zh-CN/a.0123abcd.wav"}, "- x\n", "code", "digest", "problem")
    store.publish("/one", first)
    store.publish("/two", PublishedMenu("v2"))
    assert store.published("/one") == first
    assert store.published("/three") is None
    store.publish("/one", replace(first, version="v3", problem=""))
    assert store.published("/one") == replace(first, version="v3", problem="")
    assert store.published("/two") == PublishedMenu("v2")


def test_purge_keeps_the_version_that_is_published(store: SqliteStore) -> None:
    """It may be old: after it only menus with mistakes were saved, or those of another folder of the same hotline."""
    for version in ("v1", "v2", "v3"):
        store.keep_version(version, "yuebao", {"menu.yaml": version})
    store.publish("/one", PublishedMenu("v1"))
    assert purge(store, NOON) == Purged(versions=1)
    assert [version for version in ("v1", "v2", "v3") if store.version(version)] == ["v1", "v3"]
