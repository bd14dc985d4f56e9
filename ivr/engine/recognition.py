"""What a caller's words mean where the call listens: the keys that they could have pressed instead."""

from __future__ import annotations

import functools
import re
import unicodedata

from ivr.engine.events import DigitsPressed, Event, SpeechHeard
from ivr.engine.session import Session
from ivr.menu.language.nodes import AskNode, MenuNode
from ivr.menu.speech.packs import ENGLISH, pack
from ivr.menu.speech.recognition import meant, spoken_digits, spoken_key
from ivr.menu.tree import Tree


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
        return meant(text, heard) or spoken_key(text, session.language)
    assert isinstance(node, AskNode)
    anywhere = meant(text, {**speech.heard, **speech.nodes[session.node].heard})
    if anywhere:
        return anywhere
    if node.ask == "yes_no" or session.confirming is not None:
        return yes_or_no(text, session.language) or spoken_key(text, session.language)
    return "" if node.is_secret else spoken_digits(text, session.language)


@functools.cache
def _answers(language: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what is polite, how a yes begins, how a no begins, and what denies anywhere."""
    own = pack(language).keys
    keys = own if own.yes else pack(ENGLISH).keys
    polite, yes, no, denied = (
        "|".join(each) or "(?!)" for each in (keys.polite, keys.yes, keys.no, keys.denied)
    )
    return re.compile(rf"^(?:{polite})\W*"), re.compile(yes), re.compile(no), re.compile(denied)


def yes_or_no(text: str, language: str) -> str:
    """Return the key that a yes (1) or a no (2) means, or an empty text where it is unsure.

    An answer begins with its yes or no, after what politeness puts before it: ``不对`` and ``no`` are a no, ``不知道``
    and ``I don't know`` are neither.
    """
    polite, yes, no, denied = _answers(language)
    said = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").strip()
    while (shorter := polite.sub("", said)) != said:
        said = shorter
    if no.match(said) or denied.search(said):
        return "2"
    return "1" if yes.match(said) else ""
