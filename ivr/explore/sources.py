"""The templates and conditions of a menu, node by node, and the names in them: what every proof reads a menu by."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from jinja2 import nodes as ast

from ivr.menu.language.markers import Role
from ivr.menu.language.walk import walk
from ivr.menu.speech.sandbox import environment
from ivr.menu.speech.templates import is_template
from ivr.menu.tree import Tree

ANY_LANGUAGE = "en-US"
"""Of the environment that reads them: the names in a template are the same in each."""


def templates_of(tree: Tree, name: str) -> Iterator[str]:
    """Yield every template of a node, in every language. A condition is one that says what it comes to."""
    written = [as_template(each) for each in conditions_of(tree, name)]
    written += [each.text for each in walk(tree.nodes[name], {Role.value})]
    for speech in tree.speech.values():
        words = speech.nodes[name]
        written += [each.source for _, prompts in words.prompts for each in prompts]
        written += [each.source for each in words.messages.values()]
    yield from filter(is_template, written)


def conditions_of(tree: Tree, name: str) -> Iterator[str]:
    """Yield every condition of a node, as it is written."""
    return (each.text for each in walk(tree.nodes[name], {Role.condition}))


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
