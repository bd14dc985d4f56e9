"""Whatever happens, wherever: a step answers, keeps no secret, and leaves a session that can be saved."""

from __future__ import annotations

import json
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.commands import Gather, RunAction
from ivr.engine.events import (
    ActionFinished,
    CallerHungUp,
    CallStarted,
    DigitsPressed,
    Event,
    InternalError,
    LimitReached,
    NoInput,
    RecordingEnded,
    SpeechHeard,
    TransferEnded,
)
from ivr.engine.redaction import public_keys
from ivr.engine.session import Session
from ivr.menu.language.contract import Level
from tests.support.engine_call import CALLER, CONTRACTS, MONDAY_MORNING, Call, tree_of

TREE = tree_of(
    """
    main: {run: look_up, outcomes: {found: menu, not_found: menu, unavailable: menu}}
    menu:
      say: Menu.
      menu:
        "1": {for: the balance, go: balance}
        "2": {for: a number, go: number}
        "3": {for: a message, go: voicemail}
        "4": {for: sure, go: sure}
        "5": {for: an amount, go: amount}
        "6": {for: a day, go: day}
        "7": {for: a phone, go: phone}
    number: {say: Digits?, ask: digits, length: 2-5, read_back: true, then: choice}
    amount: {say: Amount?, ask: amount, read_back: true, then: choice}
    day: {say: Day?, ask: date, read_back: true, then: menu}
    phone: {say: Phone?, ask: phone, read_back: true, then: send}
    send: {text: Hello., to: "{{ phone }}", then: menu, unable: menu, rationed: menu}
    choice: {choose: [{if: verified, go: again}, {if: withheld, go: bye}], else: menu}
    again: {set: {language: "{{ caller }}", seen: "{{ today }}"}, then: menu}
    sure: {say: Sure?, ask: yes_no, then: menu}
    voicemail: {say: Speak., record: voicemail, then: menu, nothing: menu}
    balance:
      run: balance
      needs: verified
      outcomes: {ok: told, unavailable: agent}
    told: {say: "You have {{ amount | money }}.", then: menu}
    unknown: {say: Who?, menu: {"1": {for: looking again, go: look_again}}}
    look_again: {run: look_up, outcomes: {found: tail, not_found: unknown, unavailable: agent}}
    tail: {say: Tail?, ask: id_tail, then: check}
    check: {run: prove, needs: known, with: {tail: "{{ tail }}"}, outcomes: {ok: return, mismatch: tail, unavailable: agent}}
    """,
    "identity: {known: unknown, verified: tail}\nspeech: true",
)
_KEYS = st.text("0123456789*#", min_size=1, max_size=12)


def happenings(at: datetime = MONDAY_MORNING) -> st.SearchStrategy[Event]:
    """Return anything that can be reported of a call, whether or not it fits."""
    return st.one_of(
        st.builds(CallStarted, st.just(at), st.sampled_from([CALLER, ""])),
        st.builds(
            DigitsPressed, st.just(at), st.sampled_from(list("0123456789*#")), st.sampled_from(["", "#"])
        ),
        st.builds(DigitsPressed, st.just(at), _KEYS | st.just("13800138000"), st.sampled_from(["", "#"])),
        st.builds(
            SpeechHeard, st.just(at), st.text(max_size=20) | st.sampled_from(["one", "yes", "人工", "五零零"])
        ),
        st.just(NoInput(at)),
        st.builds(
            ActionFinished,
            st.just(at),
            st.sampled_from([*CONTRACTS, "none"]),
            st.sampled_from(["found", "?"]),
        ),
        st.builds(
            TransferEnded, st.just(at), st.sampled_from(["answered", "busy", "no_answer", "failed", "?"])
        ),
        st.builds(
            RecordingEnded, st.just(at), st.sampled_from(["", "https://example.com/1"]), st.integers(0, 9)
        ),
        st.just(CallerHungUp(at)),
        st.builds(LimitReached, st.just(at), st.booleans()),
        st.just(InternalError(at)),
    )


def answered(call: Call, found: bool) -> None:  # noqa: FBT001
    """End the actions that the call asks for, until it waits for somebody."""
    outcomes = {"look_up": "found" if found else "not_found", "prove": "ok", "balance": "ok"}
    while isinstance(call.commands[-1], RunAction):
        outcome = outcomes[call.commands[-1].action]
        call.finish(outcome, account=None if outcome == "not_found" else "A1", holder="Li", amount=5)


@given(
    node=st.sampled_from(["", "gone", *TREE.nodes]),
    event=happenings(),
    level=st.sampled_from(list(Level)),
    ended=st.sampled_from(["", "", "", "completed"]),
)
def test_any_event_at_any_node_is_answered(node: str, event: Event, level: Level, ended: str) -> None:
    """An event that does not fit where the call is never raises, and never leaves a caller without an answer."""
    call = Call(TREE)
    known = {"number": "12", "amount": 5, "phone": CALLER, "tail": "002X"}
    call.session = Session(
        "CA1",
        TREE.version,
        MONDAY_MORNING,
        CALLER,
        node=node,
        language="en-US",
        level=level,
        variables=known,
        history=["menu"],
        ending=ended,
    )
    call.happens(event)


@given(st.lists(st.tuples(happenings(), st.booleans()), max_size=30))
def test_any_call_is_answered_to_its_end(story: list[tuple[Event, bool]]) -> None:
    """However a call goes, each turn ends by waiting or hanging up, and the session stays small."""
    call = Call(TREE)
    for event, found in story:
        answered(call, found)
        call.happens(event)
        assert len(call.session.history) <= 9
        assert len(call.session.pending_returns) <= 5
        assert len(call.session.to_json()) < 1600


SECRET = "7391"


@given(st.lists(happenings(), max_size=12), st.sampled_from(["prove", "stranger"]))
def test_a_secret_is_gone_after_its_turn(story: list[Event], who: str) -> None:
    """The digits of a secret are in the inputs of the action that it was typed for, and nowhere else."""
    call = Call(TREE)
    answered(call, found=who == "prove")
    call.press("1").press(SECRET)
    seen = [call.session.to_json(), repr(call.commands)]
    if who == "prove":
        assert call.action.inputs == {"tail": SECRET}
    answered(call, found=True)
    for event in story:
        if not isinstance(event, DigitsPressed | SpeechHeard):
            call.happens(event)
            seen += [call.session.to_json(), repr(call.commands)]
            answered(call, found=True)
    assert SECRET not in "".join(seen).replace("https://example.com/1", "")


@given(_KEYS, st.sampled_from(["", "#"]))
def test_the_record_has_nothing_of_what_is_typed_in_secret(keys: str, finished_by: str) -> None:
    """Only whole entries that mean something anywhere are kept: ``0#`` for the human."""
    call = Call(TREE)
    answered(call, found=True)
    call.press("1")
    assert call.node == "tail"
    kept = public_keys(TREE, call.session, DigitsPressed(call.at, keys, finished_by))
    assert kept == (keys + finished_by if keys in {"0", "*", "9"} else "")


@given(happenings())
def test_a_record_can_be_made_of_every_event(event: Event) -> None:
    """At any node."""
    for node in ("", "gone", *TREE.nodes):
        session = Session("CA1", TREE.version, MONDAY_MORNING, node=node, language="en-US")
        assert isinstance(public_keys(TREE, session, event), str)
        assert isinstance(str(event.ended), str)


def test_the_gather_of_a_secret_says_so() -> None:
    """Whoever shows or logs what is typed must know that it is secret."""
    call = Call(TREE)
    answered(call, found=True)
    gather = call.press("1").commands[-1]
    assert isinstance(gather, Gather)
    assert gather.secret
    assert json.loads(call.session.to_json())["node"] == "tail"
