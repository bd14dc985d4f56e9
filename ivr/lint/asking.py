"""Where a caller is asked to confirm something: what counts as a yes, and which ways lead past it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.lint.patterns import no_words, pattern, sentences, yes_words
from ivr.lint.subject import Subject
from ivr.menu.graph.flow import Edge, EdgeKind, closure
from ivr.menu.language.nodes import AskNode, ListeningNode, MenuNode
from ivr.menu.speech.estimates import words
from ivr.menu.speech.markup import plain
from ivr.menu.speech.packs import pack


def yes_and_no_of(menu: MenuNode, language: str) -> tuple[str | None, str | None]:
    """Return the keys of a menu that say yes and no, by the words of the hotline's first language."""
    announced = {key: option.announcement for key, option in menu.menu.items()}
    purposes = {key: plain(said.text).strip().lower() if said else "" for key, said in announced.items()}
    yes = next((key for key, purpose in purposes.items() if purpose in yes_words(language)), None)
    no = next((key for key, purpose in purposes.items() if purpose in no_words(language)), None)
    return yes, no


def asks_whether(subject: Subject, name: str) -> bool:
    """Return whether a menu asks for a yes: it has a yes and a no, or its words end in a yes-or-no question."""
    node = subject.tree.nodes[name]
    return isinstance(node, MenuNode) and (
        all(yes_and_no_of(node, subject.first)) or _ends_in_question(subject, name)
    )


def _ends_in_question(subject: Subject, name: str) -> bool:
    question = subject.question(name, subject.first)
    last = next(reversed(sentences(words(question))), "") if question else ""
    is_open = pattern("open_question", subject.first)
    asks = re.search(pack(subject.first).lint.question, last) is not None
    return asks and not (is_open and is_open.search(last))


def unconfirmed(subject: Subject, name: str) -> Iterator[str]:
    """Yield, in words, each way to a node on which the caller's last key was not a yes."""
    seen, todo = {name}, [name]
    while todo:
        at = todo.pop()
        if at == subject.hotline.start:
            yield "a call comes to it without a key"
        for before, edge in subject.into[at]:
            if _is_answered(subject, before, edge):
                if not _is_yes(subject, before, edge):
                    yield _in_words(before, edge)
            elif before not in seen:
                seen.add(before)
                todo.append(before)


def _is_answered(subject: Subject, name: str, edge: Edge) -> bool:
    """Return whether an edge is taken after the node has listened. The questions of its ``needs:`` come before that."""
    return isinstance(subject.tree.nodes[name], ListeningNode) and edge.kind is not EdgeKind.questions


def _is_yes(subject: Subject, name: str, edge: Edge) -> bool:
    node = subject.tree.nodes[name]
    if isinstance(node, AskNode) and edge.kind is EdgeKind.way:
        return edge.name == "yes" or (edge.name == "then" and node.read_back)
    if isinstance(node, MenuNode) and edge.kind is EdgeKind.option:
        yes, no = yes_and_no_of(node, subject.first)
        return (edge.name == yes if yes and no else edge.name != no) and asks_whether(subject, name)
    return False


def _in_words(name: str, edge: Edge) -> str:
    if edge.kind is EdgeKind.way and edge.name == "no":
        return f"the no of `{name}` leads to it"
    if edge.kind is EdgeKind.after_tries:
        return f"silence at `{name}` leads to it"
    if edge.kind is EdgeKind.anywhere:
        return f"`{edge.name}` leads to it from anywhere"
    return f"`{name}` before it asks for no yes"


def listened_last(subject: Subject, name: str) -> set[str]:
    """Return the nodes at which a caller may have pressed the key that led here."""
    listening = {each for each, _ in subject.listening()}
    passed = closure(
        {name},
        lambda at: () if at in listening else [before for before, edge in subject.into[at] if edge.chosen],
    )
    return passed & listening
