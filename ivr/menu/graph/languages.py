"""The languages that a call can speak at each node. Its words are needed in these, and in no other.

A call begins in a language (:func:`first_languages`), and options and `set` change it. From there it is followed over every edge,
and back again: `back` leads to where the caller was, in the language of now. A node may be found to hear a language that no call
brings there, and never the reverse. Each node is looked at once for each language at most.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ivr.menu.graph.flow import Edge, EdgeKind, Flow, closure
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.nodes import (
    AskNode,
    ChooseNode,
    ListeningNode,
    MenuNode,
    Node,
    SayNode,
    SetNode,
    WaitsFor,
)
from ivr.menu.language.options import target_of

_TEMPLATE_OPENS = "{{"


def first_languages(hotline: Hotline, nodes: Mapping[str, Node]) -> list[str]:
    """Return the languages in which a call can begin.

    These are the first one and those of `begin_in`. A language that nothing else leads to is one of them, too: a call can
    only be begun in it, as `ivr simulate --language` and written calls do.
    """
    begin = hotline.begin_in
    named = {hotline.languages[0], *begin.countries.values(), begin.elsewhere}
    changed_to = {each for node in nodes.values() for each in _changes(node, hotline)}
    return [each for each in hotline.languages if each in named or each not in changed_to]


def languages_heard(flow: Flow) -> Mapping[str, frozenset[str]]:
    """Return the languages in which the words of each node can be heard."""
    return _Walk(flow).result()


def _changes(node: Node, hotline: Hotline) -> Iterator[str]:
    """Yield the languages that a call can begin to speak at a node."""
    yield from (option.language for option in node.options.values() if option.language)
    if isinstance(node, SetNode) and "language" in node.set:
        yield from _set_by(node, hotline)


def _set_by(node: SetNode, hotline: Hotline) -> list[str]:
    """Return the language that a `set` changes to; if that is a template, it can be any."""
    typed = node.set["language"]
    if isinstance(typed, str) and _TEMPLATE_OPENS not in typed:
        return [typed] if typed in hotline.languages else []
    return hotline.languages


class _Way(NamedTuple):
    """An edge, and what becomes of the language on it."""

    target: str
    keeps: int
    """The languages that go on as they are."""
    becomes: int = 0
    """The languages that the others can become."""

    def after(self, languages: int) -> int:
        return languages & self.keeps | (self.becomes if languages else 0)


_SAME = -1
"""Every language stays what it is."""


@dataclass(slots=True)
class _Walk:
    """Sets of languages, each a number with a bit for each language."""

    flow: Flow
    bits: dict[str, int] = field(default_factory=dict)
    ways: dict[str, list[_Way]] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)
    """The nodes that lead to each node."""
    start_by_back: frozenset[str] = frozenset()
    """The nodes from which `back` leads to the start."""
    start_by_return: frozenset[str] = frozenset()
    at: dict[str, int] = field(default_factory=dict)
    """The languages of a call that is at the node."""
    gone_back: dict[str, int] = field(default_factory=dict)
    """The languages in which a call goes back from the node, or from one behind it."""
    told: dict[str, int] = field(default_factory=dict)
    """The languages in which the node may be told again."""
    returned: int = 0
    """The languages in which a call returns from the questions of identity."""
    todo: deque[str] = field(default_factory=deque)
    waiting: set[str] = field(default_factory=set)
    """What is to be done."""

    def __post_init__(self) -> None:
        """Prepare the ways."""
        hotline, nodes = self.flow.hotline, self.flow.nodes
        self.bits = {each: 1 << number for number, each in enumerate(hotline.languages)}
        self.ways = {name: list(self._ways(name, node)) for name, node in nodes.items()}
        self.before = {name: [] for name in nodes}
        for name, ways in self.ways.items():
            for target in {way.target for way in ways} & nodes.keys():
                self.before[target].append(name)
        self.start_by_back = self._without(ListeningNode)
        self.start_by_return = self._without(MenuNode)
        self.at, self.gone_back, self.told = (dict.fromkeys(nodes, 0) for _ in range(3))

    def result(self) -> Mapping[str, frozenset[str]]:
        hotline, nodes = self.flow.hotline, self.flow.nodes
        first = self._mask(first_languages(hotline, nodes))
        for root in {hotline.start, hotline.agent} & nodes.keys():
            self._arrive(root, first)
        while self.todo:
            name = self.todo.popleft()
            self.waiting.discard(name)
            for way in self.ways[name]:
                self._follow(name, way)
        return {name: self._names(self.at[name] | self._told(name)) for name in nodes}

    def _told(self, name: str) -> int:
        return self.told[name] if isinstance(self.flow.nodes[name], SayNode) else 0

    def _mask(self, languages: Iterable[str]) -> int:
        return sum({self.bits[each] for each in languages if each in self.bits})

    def _names(self, mask: int) -> frozenset[str]:
        return frozenset(each for each, bit in self.bits.items() if mask & bit)

    # --- the ways, with what becomes of the language on them

    def _ways(self, name: str, node: Node) -> Iterator[_Way]:
        hotline, left = self.flow.hotline, _SAME
        for edge in self.flow.edges[name]:
            match node:
                case SetNode() if edge.chosen and "language" in node.set:
                    kept = _SAME if _TEMPLATE_OPENS in str(node.set["language"]) else 0
                    yield _Way(edge.target, kept, self._mask(_set_by(node, hotline)))
                case ChooseNode() if edge.chosen:
                    holds, fails = self._narrowed(edge)
                    yield _Way(edge.target, left & holds)
                    left &= fails
                case _ if edge.kind is EdgeKind.option and (language := node.options[edge.name].language):
                    yield _Way(edge.target, 0, self._mask([language]))
                case _:
                    yield _Way(edge.target, _SAME)
        if node.waits_for is WaitsFor.action:  # a key breaks it off while it goes on
            yield from (
                _Way(target_of(each), _SAME)
                for each in hotline.anywhere.values()
                if target_of(each) in self.flow.nodes
            )
        yield _Way(hotline.agent, _SAME)  # where every trouble leads

    def _narrowed(self, edge: Edge) -> tuple[int, int]:
        """Return the languages with which a condition can hold, and those with which it can fail."""
        found = _ASKS_LANGUAGE.fullmatch(edge.condition.strip())
        more = found["more"].split() if found else []
        if found is None or (more and (more[0] != "and" or "or" in more)):
            return _SAME, _SAME
        one = self._mask([found["language"]])
        holds, fails = (one, ~one) if found["operator"] == "==" else (~one, one)
        return holds, _SAME if more else fails

    def _without(self, kind: type[ListeningNode]) -> frozenset[str]:
        """Return the nodes to which a call can come that remembers no node of this kind."""
        nodes, hotline = self.flow.nodes, self.flow.hotline

        def passes(name: str) -> Iterable[str]:
            return () if isinstance(nodes[name], kind) else self.flow.neighbours(name)

        early = closure({hotline.start, hotline.agent} & nodes.keys(), passes)
        # The questions of identity are not remembered, and an entry forgets the menus after it.
        forgets = any(
            nodes[name].needs or (kind is MenuNode and isinstance(nodes[name], AskNode)) for name in early
        )
        return frozenset(nodes) if forgets else frozenset(early)

    # --- following them

    def _follow(self, name: str, way: _Way) -> None:
        nodes, hotline, languages = self.flow.nodes, self.flow.hotline, way.after(self.at[name])
        if way.target in nodes:
            self._arrive(way.target, languages)
            return
        if way.target == "repeat" or nodes[name].waits_for in _GOES_ON:
            self._tell(name, languages)
        match way.target:
            case "repeat":
                self._arrive(name, languages)
            case "back":
                self._go_back(name, languages)
                if name in self.start_by_back and not isinstance(nodes[name], ListeningNode):
                    self._arrive(hotline.start, languages)
            case "return":
                self._go_back(name, languages)
                if name in self.start_by_return:
                    self._arrive(hotline.start, languages)
                self._return(languages)

    def _return(self, languages: int) -> None:
        """Note that a call returns to what it wanted before it was asked who is calling."""
        if languages & ~self.returned:
            self.returned |= languages
            for name, node in self.flow.nodes.items():
                if node.needs or node.secrets(name):
                    self._arrive(name, languages)

    def _arrive(self, name: str, languages: int) -> None:
        if name in self.at and languages & ~self.at[name]:
            self.at[name] |= languages
            if name not in self.waiting:
                self.waiting.add(name)
                self.todo.append(name)

    def _go_back(self, name: str, languages: int) -> None:
        """Note that a call goes back from a node, to any that it may have come through."""
        todo = [name]
        while todo:
            each = todo.pop()
            if languages & ~self.gone_back[each]:
                self.gone_back[each] |= languages
                todo += self.before[each]
                if isinstance(self.flow.nodes[each], ListeningNode):
                    self._arrive(each, languages)

    def _tell(self, name: str, languages: int) -> None:
        """Note that what was told on the way to a node may be told again."""
        todo = [name]
        while todo:
            each = todo.pop()
            if languages & ~self.told[each]:
                self.told[each] |= languages
                todo += [one for one in self.before[each] if self.flow.nodes[one].waits_for in _GOES_ON]


_GOES_ON = frozenset({WaitsFor.nothing, WaitsFor.action})
_ASKS_LANGUAGE = re.compile(
    r"""language\s*(?P<operator>[!=]=)\s*(?P<quote>["'])(?P<language>[\w-]+)(?P=quote)(?P<more>.*)""",
    re.DOTALL,
)
