"""The keys that a place listens for, takes and leaves on record are the same."""

from __future__ import annotations

import pytest

from ivr.engine.events import DigitsPressed
from ivr.engine.redaction import public_keys
from ivr.engine.step import happen
from tests.support.engine_call import MONDAY_MORNING, Call, tree_of

MENU = 'main: {menu: {"1": {for: a person, go: agent}, "9": {for: the end, go: bye}}}'
ENTRY = "main: {say: Well?, ask: yes_no, yes: agent, no: bye}"
CONFIRMED = 'main: {say: Which day?, ask: date, read_back: true, then: bye, keys: {"3": {for: x, go: bye}}}'


@pytest.mark.parametrize(("nodes", "before"), [(MENU, ""), (ENTRY, ""), (CONFIRMED, "12242026")])
def test_what_is_listened_for_is_taken(nodes: str, before: str) -> None:
    """Any other key is a wrong one, in a menu, at a question and while an entry is read back."""
    call = Call(tree_of(nodes))
    if before:
        call.press(before)
    for key in "0123456789*":
        turn = happen(call.tree, call.session, DigitsPressed(MONDAY_MORNING, key))
        assert (key in call.listens.keys) == (turn.input_kind != "nomatch"), key


def test_what_is_listened_for_is_kept() -> None:
    """Of a menu nothing else is: it may be the first digit of a secret."""
    call = Call(tree_of(MENU))
    kept = [
        key
        for key in "0123456789*"
        if public_keys(call.tree, call.session, DigitsPressed(MONDAY_MORNING, key))
    ]
    assert sorted(kept) == sorted(call.listens.keys)


def test_the_keys_beside_an_entry_end_with_it() -> None:
    """While the entry is read back they would be taken for an answer."""
    call = Call(tree_of(CONFIRMED))
    assert "3" not in call.press("12242026").listens.keys
    assert call.press("3").listens
