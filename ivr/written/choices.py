"""The key of an option that a written call chooses by name."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.engine.session import Session
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.speech.options import OptionSpeech
from ivr.menu.tree import Tree


class NotOffered(Exception):
    """No option of this name is offered where the call waits, or several are. The text says which there are."""


def key_of(tree: Tree, session: Session, chosen: str) -> str:
    """Return the key of the option that has this name, or is announced by these words in the language of the call."""
    options = [*_offered(tree, session)]
    named = [option for option in options if option.name == chosen]
    meant = named or [option for option in options if _folded(option.words) == _folded(chosen)]
    if len(meant) == 1:
        return meant[0].key
    if meant:
        keys = " and ".join(f"`{option.key}`" for option in meant)
        raise NotOffered(f"`{chosen}` means {keys} at `{session.node}`; give one of them a `name:`")
    known = [word for option in options for word in (option.name, option.words) if word]
    raise NotOffered(f"no option at `{session.node}` is called `{chosen}`; {did_you_mean(chosen, known)}")


def _offered(tree: Tree, session: Session) -> Iterator[OptionSpeech]:
    """Yield the options where a call waits: the node's own, and those that work anywhere.

    While an action runs, or an entry is confirmed, only the latter are taken.
    """
    speech = tree.speech[session.language]
    own = speech.nodes[session.node].options if session.node in speech.nodes else ()
    if not session.running and session.confirming is None:
        yield from own
    keys = {option.key for option in own}
    yield from (option for option in speech.anywhere if option.key not in keys)


def _folded(words: str) -> str:
    return " ".join(words.casefold().split()).strip("，。,. ")
