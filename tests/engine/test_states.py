"""The states that a call can be in, and which of them a session is in."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.engine import step
from ivr.engine.session import Session
from ivr.engine.states import CallState, state_of
from tests.support.engine_call import MONDAY_MORNING, tree_of

TREE = tree_of(
    """
    main: {menu: {"1": {for: a sum, go: sum}, "2": {for: news, go: news}, "3": {for: a message, go: beep}}}
    sum: {say: How much?, ask: amount, read_back: true, then: bye}
    news: {run: news, outcomes: {some: bye, none: bye, unavailable: agent}}
    beep: {say: After the beep., record: voicemail, then: bye, nothing: bye}
    """
)


@pytest.mark.parametrize(
    ("state", "given"),
    [
        (CallState.new, {}),
        (CallState.new, {"node": "gone_with_the_old_menu"}),
        (CallState.menu, {"node": "main"}),
        (CallState.entry, {"node": "sum"}),
        (CallState.confirmation, {"node": "sum", "confirming": 0}),
        (CallState.action, {"node": "news"}),
        (CallState.slow_action, {"node": "news", "running": "key"}),
        (CallState.desk, {"node": "agent"}),
        (CallState.recording, {"node": "beep"}),
        (CallState.stray, {"node": "bye"}),
        (CallState.over, {"node": "main", "ending": "hung_up"}),
    ],
)
def test_a_session_is_in_one_state(state: CallState, given: dict[str, Any]) -> None:
    """The kind of its node decides, and what is under way there."""
    assert state_of(TREE, Session("CA1", TREE.version, MONDAY_MORNING, **given)) is state


def test_every_state_is_at_the_head_of_the_dialogue() -> None:
    """Whoever reads `step.py` sees first what a call can wait for, and every exception that its order makes."""
    head = step.__doc__ or ""
    assert [state.name for state in CallState if f"``{state.name}``" not in head] == []
