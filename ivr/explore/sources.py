"""The templates and conditions of a menu, node by node, and the names in them: what every proof reads a menu by."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from jinja2 import nodes as ast

from ivr.menu.language.nodes import ChooseNode, RunNode, SetNode, TextNode, TransferNode
from ivr.menu.speech.templates import environment, is_template
from ivr.menu.tree import Tree

ANY_LANGUAGE = "en-US"
"""Of the environment that reads them: the names in a template are the same in each."""


def templates_of(tree: Tree, name: str) -> Iterator[str]:
    """Yield every template of a node, in every language. A condition is one that says what it comes to."""
    node = tree.nodes[name]
    written: list[str] = []
    match node:
        case ChooseNode():
            written = [as_template(case.if_) for case in node.choose]
        case SetNode():
            written = list(node.set.values())
        case RunNode():
            written = list(node.with_.values())
        case TransferNode():
            written = [node.reason or ""]
        case TextNode():
            written = [node.to or ""]
    for speech in tree.speech.values():
        words = speech.nodes[name]
        spoken = (*words.say, *words.end, *words.noinput, *words.nomatch, *words.announced)
        written += [each.source for each in (*spoken, words.text, words.note) if each is not None]
    yield from filter(is_template, written)


def as_template(condition: str) -> str:
    """Return a template that says what a condition comes to."""
    return "{{ (" + condition + ") }}"


def parsed(source: str) -> ast.Template:
    """Return the parts of a template that has been checked."""
    return environment(ANY_LANGUAGE).parse(source)


@functools.lru_cache(maxsize=8192)
def names_in(source: str) -> frozenset[str]:
    """Return every variable that a text reads: none, unless it is a template."""
    if not is_template(source):
        return frozenset()
    return frozenset(each.name for each in parsed(source).find_all(ast.Name))
