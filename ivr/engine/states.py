"""The states that a call can be in between two events."""

from __future__ import annotations

import enum
from typing import assert_never

from ivr.engine.session import Session
from ivr.menu.language.nodes import WaitsFor
from ivr.menu.tree import Tree


class CallState(enum.Enum):
    """What a call waits for."""

    new = "for its first event"
    menu = "for the caller to choose an option"
    entry = "for the caller to type something"
    confirmation = "for the caller to say whether an entry was read back right"
    action = "for an action to end"
    slow_action = "for an action that takes long, and meanwhile for a key that leads away"
    desk = "for a human at a desk to answer"
    recording = "for the end of the caller's recording"
    stray = "for nothing: it is at a node where no call waits, since the menu was changed"
    over = "for nothing: it has ended"

    @property
    def listens(self) -> bool:
        """Whether the caller can press a key that counts, or be silent too often."""
        return self in _LISTENING


_LISTENING = frozenset({CallState.menu, CallState.entry, CallState.confirmation})


def state_of(tree: Tree, session: Session) -> CallState:
    """Return the state that a call is in."""
    if session.ending:
        return CallState.over
    node = tree.nodes.get(session.node)
    if node is None:
        return CallState.new
    match node.waits_for:
        case WaitsFor.key:
            return CallState.menu
        case WaitsFor.entry:
            return CallState.entry if session.confirming is None else CallState.confirmation
        case WaitsFor.action:
            return CallState.slow_action if session.running else CallState.action
        case WaitsFor.desk:
            return CallState.desk
        case WaitsFor.recording:
            return CallState.recording
        case WaitsFor.nothing | WaitsFor.over:
            return CallState.stray
        case other:
            assert_never(other)
