"""What the record of a call keeps of an event."""

from __future__ import annotations

import pytest

from ivr.engine.events import ActionFinished, DigitsPressed, Event, NoInput, SpeechHeard, TransferEnded
from ivr.engine.redaction import public_keys
from ivr.engine.session import Session
from tests.support.engine_call import MONDAY_MORNING as AT
from tests.support.engine_call import tree_of

TREE = tree_of(
    """
    main:
      menu: {"1": {for: the balance, go: amount}, "2": {for: a person, hear: [somebody], go: agent}, "3": {for: tail, go: tail}, "4": {for: digit, go: digit}}
    amount: {ask: amount, then: main}
    tail: {ask: id_tail, then: check}
    check: {run: prove, with: {tail: "{{ tail }}"}, outcomes: {ok: bye, mismatch: tail, unavailable: bye}}
    digit: {ask: digits, length: "1", range: 0-9, secret: true, then: main}
    """,
    "speech: true",
)


@pytest.mark.parametrize(
    ("node", "event", "keys"),
    [
        ("main", DigitsPressed(AT, "1"), "1"),
        ("main", DigitsPressed(AT, "7"), ""),
        ("main", SpeechHeard(AT, "I want to talk to somebody"), "2"),
        ("main", SpeechHeard(AT, "my number is 13800138000"), ""),
        ("main", SpeechHeard(AT, "one two three four"), ""),
        ("main", NoInput(AT), ""),
        ("amount", DigitsPressed(AT, "12*5", "#"), "12*5#"),
        ("amount", SpeechHeard(AT, "my name is Li"), ""),
        ("tail", DigitsPressed(AT, "7391"), ""),
        ("tail", DigitsPressed(AT, "73"), ""),
        ("tail", DigitsPressed(AT, "0", "#"), "0#"),
        ("tail", SpeechHeard(AT, "seven three nine one"), ""),
        ("digit", DigitsPressed(AT, "9"), ""),
        ("agent", DigitsPressed(AT, "7391"), ""),
        ("", DigitsPressed(AT, "7391"), ""),
    ],
)
def test_keys_that_may_be_kept(node: str, event: Event, keys: str) -> None:
    """Keys, but none of a secret; of speech only the key that it meant."""
    assert public_keys(TREE, Session("CA1", TREE.version, AT, node=node, language="en-US"), event) == keys


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (ActionFinished(AT, "balance", "ok", {"amount": 5}), "balance: ok"),
        (TransferEnded(AT, "busy"), "transfer: busy"),
        (NoInput(AT), ""),
    ],
)
def test_outcomes_that_are_kept(event: Event, outcome: str) -> None:
    """How an action or a transfer ended, and none of its results."""
    assert str(event.ended) == outcome
