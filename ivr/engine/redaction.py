"""What the record of a call may keep of an event: never a secret, never raw speech."""

from __future__ import annotations

from ivr.engine.entries import fixed_length
from ivr.engine.events import DigitsPressed, Event, SpeechHeard
from ivr.engine.keys import keys_here
from ivr.engine.recognition import as_keys
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.menu.language.nodes import AskNode, MenuNode
from ivr.menu.tree import Tree

_READABLE = 4
"""Digits of a telephone number."""


def public_keys(tree: Tree, session: Session, event: Event) -> str:
    """Return the keys of an event that may be kept, or an empty text.

    Where a secret is asked for only the whole entries of ``anywhere`` are kept (``0#`` for the human). At a menu only
    a choice is: a wrong key may be the first of a secret that was typed too early. Of a telephone number the last four
    are, of speech only the key that it meant.
    """
    node = tree.nodes.get(session.node)
    if not isinstance(event, DigitsPressed | SpeechHeard) or not isinstance(node, MenuNode | AskNode):
        return ""
    keys = as_keys(tree, session, event).digits
    is_choice = keys in keys_here(Turn(tree, session, event.at))
    if isinstance(node, AskNode) and node.is_secret:
        may_be_kept = is_choice and fixed_length(node) != 1
    else:
        may_be_kept = is_choice or isinstance(node, AskNode)
    if not may_be_kept:
        return ""
    if isinstance(node, AskNode) and node.ask == "phone" and len(keys) > _READABLE:
        keys = "*" * (len(keys) - _READABLE) + keys[-_READABLE:]
    return keys + event.finished_by if isinstance(event, DigitsPressed) else keys
