"""Matches the nodes of two versions, also under new names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from ivr.diff.changes import Side
from ivr.menu.graph.flow import Flow
from ivr.menu.language.nodes import AskNode, Node
from ivr.menu.language.options import target_of
from ivr.menu.language.words_files import NodeWords
from ivr.menu.tree import Tree

LIKE_ENOUGH = 0.8
"""The least likeness, from 0 to 1, of a node and its renamed self. Half of a `say` node's words may be new."""
MOST_COMPARED = 40_000
"""The most pairs whose likeness is measured. Beyond that, only identical nodes are matched."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The nodes in both versions, and those in only one."""

    names: Mapping[str, str]
    """From the old name to the new one."""
    gone: tuple[str, ...]
    added: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    """From the old name of an entry to a different new one. Without `as:` an entry has its node's name."""

    def now(self, target: str) -> str:
        """Return the new name of a target of the old version."""
        return self.names.get(target, target)

    def words_now(self, words: str) -> str:
        """Return words of the old version with their entries renamed."""
        return _VALUE.sub(lambda found: self.condition_now(found[0]), words) if self.variables else words

    def condition_now(self, condition: str) -> str:
        """Return a condition of the old version with its entries renamed."""
        return _NAME.sub(lambda found: self.variables.get(found[0], found[0]), condition)


_VALUE = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)", re.DOTALL)
_NAME = re.compile(r"""'[^']*'|"[^"]*"|\|\s*\w+|\.\w+|\w+""")
"""A name; or a text, a filter or an attribute, which are not names."""


def pair(old: Side, new: Side) -> Pairs:
    """Match every node: by its name, or else by its content and by what leads to it."""
    before, after = old.tree.nodes, new.tree.nodes
    names = {name: name for name in before if name in after}
    gone = [name for name in before if name not in names]
    added = [name for name in after if name not in names]
    if gone and added:
        names |= _renamed(_likenesses(_Appearance.of(old, gone), _Appearance.of(new, added)))
    known = set(names.values())
    return Pairs(
        {name: names[name] for name in before if name in names},
        tuple(name for name in gone if name not in names),
        tuple(name for name in added if name not in known),
        dict(_entries(before, after, names)),
    )


def _entries(
    before: Mapping[str, Node], after: Mapping[str, Node], names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for name, now in names.items():
        one, other = before[name], after[now]
        if isinstance(one, AskNode) and isinstance(other, AskNode):
            was, entry = one.variable(name), other.variable(now)
            if was != entry:
                yield was, entry


def _renamed(likenesses: Sequence[tuple[float, str, str]]) -> dict[str, str]:
    """Choose the most similar pair, then the most similar of the rest."""
    found: dict[str, str] = {}
    paired: set[str] = set()
    for _, old, new in sorted(likenesses, key=lambda each: -each[0]):
        if old not in found and new not in paired:
            found[old] = new
            paired.add(new)
    return found


@dataclass(frozen=True, slots=True)
class _Appearance:
    """The nodes without a match on one side, without their names."""

    kinds: Mapping[str, str]
    contents: Mapping[str, str]
    """What they say and do. A target that has no match either is masked."""
    arrivals: Mapping[str, frozenset[str]]
    """The places that lead to them."""

    @classmethod
    def of(cls, side: Side, unpaired: Sequence[str]) -> _Appearance:
        hidden = frozenset(unpaired)
        return cls(
            {name: type(side.tree.nodes[name]).__name__ for name in unpaired},
            {name: _content(side, name, hidden) for name in unpaired},
            _arrivals(side.tree, hidden),
        )


def _content(side: Side, name: str, hidden: frozenset[str]) -> str:
    typed = side.tree.nodes[name].model_dump(by_alias=True, exclude_unset=True)
    words = {language: _plain(file.nodes.get(name)) for language, file in side.words.items()}
    return json.dumps([_masked(typed, hidden), words], ensure_ascii=False, sort_keys=True)


def _plain(own: str | NodeWords | None) -> object:
    return own.model_dump(by_alias=True, exclude_unset=True) if isinstance(own, NodeWords) else own


def _masked(typed: object, hidden: frozenset[str]) -> object:
    if isinstance(typed, dict):
        return {key: _masked(value, hidden) for key, value in typed.items()}
    if isinstance(typed, list):
        return [_masked(value, hidden) for value in typed]
    return "·" if typed in hidden else typed


def _arrivals(tree: Tree, hidden: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return the places that lead to each of these nodes. A place without a match is masked too."""
    found: dict[str, set[str]] = {name: set() for name in hidden}

    def note(target: str, place: str) -> None:
        if target in found:
            found[target].add(place)

    for name, edges in Flow(tree.declared, tree.nodes, tree.contracts).edges.items():
        for edge in edges:
            if edge.written:
                note(edge.target, f"{'·' if name in hidden else name} {edge.path}")
    note(tree.declared.start, "start")
    note(tree.declared.agent, "agent")
    for level, first in tree.declared.identity.items():
        note(first, f"identity {level}")
    for key, entry in tree.declared.anywhere.items():
        note(target_of(entry), f"anywhere {key}")
    for name, desk in tree.desks.items():
        for follow_up, target in desk.follow_ups.items():
            note(target, f"desk {name} {follow_up}")
    return {name: frozenset(places) for name, places in found.items()}


def _likenesses(old: _Appearance, new: _Appearance) -> list[tuple[float, str, str]]:
    measure_all = len(old.kinds) * len(new.kinds) <= MOST_COMPARED
    candidates = [
        (_likeness(old, before, new, after), before, after)
        for before, kind in old.kinds.items()
        for after, other in new.kinds.items()
        if kind == other and (measure_all or old.contents[before] == new.contents[after])
    ]
    return [each for each in candidates if each[0] >= LIKE_ENOUGH]


def _likeness(old: _Appearance, before: str, new: _Appearance, after: str) -> float:
    """Return how similar two nodes are: mostly by content, then by what leads to them; their names break ties."""
    content = fuzz.ratio(old.contents[before], new.contents[after]) / 100
    places, others = old.arrivals[before], new.arrivals[after]
    arrival = len(places & others) / len(places | others) if places | others else 1.0
    return 0.7 * content + 0.25 * arrival + 0.05 * fuzz.ratio(before, after) / 100
