"""What a caller's words mean where the call listens: the keys that he could have pressed instead."""

from __future__ import annotations

import re
import unicodedata

from ivr.engine.events import DigitsPressed, SpeechHeard
from ivr.engine.session import Session
from ivr.menu.hearing import meant, spoken_digits, spoken_key
from ivr.menu.nodes import AskNode, MenuNode
from ivr.menu.tree import Tree

_YES = re.compile(r"是|对|好|没错|不错|嗯|行|可以|\b(?:yes|yeah|yep|right|correct|sure|ok|okay)\b")
_NO = re.compile(r"不(?!错)|没(?!错)|错(?<![没不]错)|\b(?:no|nope|not|wrong|incorrect|\w+n't)\b")


def as_keys(tree: Tree, session: Session, event: DigitsPressed | SpeechHeard) -> DigitsPressed:
    """Return the keys of an event. Words become the keys that they mean, ended by ``#``; no keys if they mean none."""
    if isinstance(event, DigitsPressed):
        return event
    return DigitsPressed(event.at, _keys_meant(tree, session, event.text), finished_by="#")


def _keys_meant(tree: Tree, session: Session, text: str) -> str:
    node, speech = tree.nodes[session.node], tree.speech[session.language]
    if isinstance(node, MenuNode):
        heard = {**speech.heard, **speech.nodes[session.node].heard}
        return meant(text, heard) or spoken_key(text)
    assert isinstance(node, AskNode)
    anywhere = meant(text, speech.heard)
    if anywhere:
        return anywhere
    if node.ask == "yes_no" or session.confirming is not None:
        return yes_or_no(text) or spoken_key(text)
    return "" if node.is_secret else spoken_digits(text)


def yes_or_no(text: str) -> str:
    """Return the key that a yes (1) or a no (2) means, or an empty text. ``Not right`` and ``不对`` are a no."""
    said = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if _NO.search(said):
        return "2"
    return "1" if _YES.search(said) else ""
