"""What the record of a call may keep of an event: never a secret, never raw speech."""

from __future__ import annotations

from ivr.engine.events import ActionFinished, DigitsPressed, Event, SpeechHeard, TransferEnded
from ivr.engine.session import Session
from ivr.menu.hearing import meant, spoken_key
from ivr.menu.nodes import AskNode, MenuNode
from ivr.menu.tree import Tree


def public_keys(tree: Tree, session: Session, event: Event) -> str:
    """Return the keys of an event that may be kept, or an empty text.

    Where a secret is asked for only the whole entries of ``anywhere`` are kept (``0#`` for the human). Of speech only
    the key that it meant is kept.
    """
    node = tree.nodes.get(session.node)
    match event:
        case DigitsPressed(digits=digits, finished_by=finished_by):
            if isinstance(node, AskNode) and node.is_secret and digits not in tree.anywhere:
                return ""
            return digits + finished_by
        case SpeechHeard(text=text) if isinstance(node, MenuNode):
            words = tree.speech[session.language]
            key = meant(text, {**words.heard, **words.nodes[session.node].heard}) or spoken_key(text)
            return key if key in node.menu or key in tree.anywhere else ""
    return ""


def public_outcome(event: Event) -> str:
    """Return how an action or a transfer ended, in a few words."""
    match event:
        case ActionFinished(action=action, outcome=outcome):
            return f"{action}: {outcome}"
        case TransferEnded(result=result):
            return f"transfer: {result}"
    return ""
