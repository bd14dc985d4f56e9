"""What a caller's words mean where the call listens: the keys that they could have pressed instead."""

from __future__ import annotations

import re
import unicodedata

from ivr.engine.events import DigitsPressed, Event, SpeechHeard
from ivr.engine.session import Session
from ivr.menu.language.nodes import AskNode, MenuNode
from ivr.menu.speech.recognition import meant, spoken_digits, spoken_key
from ivr.menu.tree import Tree

_POLITE = re.compile(r"^(?:不好意思|对不起|抱歉|请问|那个|嗯+|呃+|哦+|啊+|well|um+|uh+|oh|sorry|please)\W*")
_YES = re.compile(
    r"(?:(?:是|对)(?!不)|好|没错|不错|没问题|可以|行|(?:yes|yeah|yep|right|correct|sure|ok|okay|that's right)\b)"
)
_NO = re.compile(
    r"(?:不(?!错|知道|清楚|好意思|一定)|没有|没(?!错|问题)|错|(?:no|nope|not|wrong|incorrect|that's not)\b(?!\s+sure))"
)


_NO_INSIDE = re.compile(r"不对|(?<!是)不是|\b(?:isn't|wasn't|is not|was not|not right|not correct)\b")


def as_keys(tree: Tree, session: Session, event: DigitsPressed | SpeechHeard) -> DigitsPressed:
    """Return the keys of an event. Words become the keys that they mean, ended by ``#``; no keys if they mean none."""
    if isinstance(event, DigitsPressed):
        return event
    return DigitsPressed(event.at, _keys_meant(tree, session, event.text), finished_by="#")


def breaks_off(tree: Tree, session: Session, event: Event) -> bool:
    """Say whether a caller who waits for an action has asked for something else: a key that leads to a node anywhere."""
    return bool(
        session.running and isinstance(event, DigitsPressed) and tree.anywhere.get(event.digits) in tree.nodes
    )


def _keys_meant(tree: Tree, session: Session, text: str) -> str:
    node, speech = tree.nodes[session.node], tree.speech[session.language]
    if isinstance(node, MenuNode):
        heard = {**speech.heard, **speech.nodes[session.node].heard}
        return meant(text, heard) or spoken_key(text)
    assert isinstance(node, AskNode)
    anywhere = meant(text, {**speech.heard, **speech.nodes[session.node].heard})
    if anywhere:
        return anywhere
    if node.ask == "yes_no" or session.confirming is not None:
        return yes_or_no(text) or spoken_key(text)
    return "" if node.is_secret else spoken_digits(text)


def yes_or_no(text: str) -> str:
    """Return the key that a yes (1) or a no (2) means, or an empty text where it is unsure.

    An answer begins with its yes or no, after what politeness puts before it: ``不对`` and ``no`` are a no, ``不知道``
    and ``I don't know`` are neither.
    """
    said = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").strip()
    while (shorter := _POLITE.sub("", said)) != said:
        said = shorter
    if _NO.match(said) or _NO_INSIDE.search(said):
        return "2"
    return "1" if _YES.match(said) else ""
