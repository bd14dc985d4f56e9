"""The quickest way to each node, and from each node to a human, in keys and seconds.

A caller presses a key as soon as its announcement ends. Any result of an action or a condition is possible and takes no
time. The time that typing takes is not counted, and neither is the ringing before the call is answered.
"""

from __future__ import annotations

import heapq
import itertools
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ivr.menu.graph.flow import Edge, EdgeKind
from ivr.menu.graph.timed import TimedEdge, TimedEdges
from ivr.menu.language.contract import Level
from ivr.menu.language.nodes import ListeningNode, WaitsFor
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.tree import Tree


@dataclass(frozen=True, slots=True)
class RoutePress:
    """A key, or a typed entry as ``‹its node›``, linked to the press before or after it.

    This is a linked list because long routes share most of their presses. Tuples would need quadratic space in a deep tree.
    """

    key: str
    at: str
    """The node that listens to it."""
    other: RoutePress | None


@dataclass(frozen=True, slots=True)
class Route:
    """The quickest way to a node. A node with ``needs:`` is reached once the caller has proved who they are."""

    node: str
    seconds: float
    """The seconds from the answer of the call, or from the node where the route begins, to its end."""
    presses: RoutePress | None = None
    backwards: bool = True
    """Whether ``presses`` begins with the last key."""
    after_desk: bool = False
    """Whether it leads through a desk that did not take the call, such as a busy one."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What the caller presses, in order. A typed entry is ``‹the name of its node›``."""
        return tuple(press.key for press in self._in_order())

    @property
    def pressed_at(self) -> tuple[str, ...]:
        return tuple(press.at for press in self._in_order())

    def _in_order(self) -> list[RoutePress]:
        found = []
        press = self.presses
        while press is not None:
            found.append(press)
            press = press.other
        return found[::-1] if self.backwards else found


def routes(ways: TimedEdges, presses: frozenset[tuple[str, str]] | None = None) -> Mapping[str, Route]:
    """Return the quickest route to every reachable node, or to those for which some ``presses`` do without a silence.

    A route through a desk that does not take the call, such as a busy one, counts only if there is no other.
    """
    search = _Search(ways, presses)
    search.run(ways.tree.declared.start, Level.unknown)
    return search.found


def routes_to_human(ways: TimedEdges, *, fewest_keys: bool = False) -> Mapping[str, Route]:
    """Return, for every node, the quickest way to a ``transfer`` that the caller can count on.

    With ``fewest_keys`` it is the way with the fewest presses instead, and nobody waits in silence for it.

    The caller chooses what to press. The result of an action or a condition, and the questions of identity, count at their
    slowest. The route ends when the desk rings. A node is left out if some result leads to no human, or if it only goes
    ``back`` or ``return``, because its way is that of the place where the caller was.
    """
    tree = ways.tree
    into: dict[str, list[tuple[str, TimedEdge]]] = {}
    answers: dict[str, int] = {}
    backwards = {*SPECIAL_TARGETS, *_going_back(ways)}
    for name in tree.nodes:
        entered = _entered(tree, name)
        out = [way for way in ways.out(name) if way.target not in backwards and way.edge.always_offered]
        for way in out:
            into.setdefault(_entered(tree, way.target), []).append((name, way))
        answers[name] = 1 if isinstance(tree.nodes[name], ListeningNode) else len(out)
        if entered != name:
            answers[entered] = 2
            for asked in (name, _entered(tree, _first_question(tree, tree.nodes[name].needs))):
                into.setdefault(asked, []).append(
                    (entered, TimedEdge(name, 0.0, (), Edge(name, EdgeKind.questions, "", ())))
                )
    return _towards(ways, into, answers, fewest_keys=fewest_keys)


def _entered(tree: Tree, name: str) -> str:
    """Return where a call enters a node: at the questions of identity, or at the node itself."""
    return f"?{name}" if _first_question(tree, tree.nodes[name].needs) else name


def _first_question(tree: Tree, needs: str | None) -> str:
    """Return the node that begins the questions for a level of identity, or an empty string."""
    return next((first for level, first in tree.declared.identity.items() if level == needs), "")


def _going_back(ways: TimedEdges) -> set[str]:
    """Return the nodes that only lead back to where the caller was."""
    elsewhere = {name: {edge.target for edge in edges} for name, edges in ways.flow.edges.items()}
    before: dict[str, list[str]] = {}
    for name, targets in elsewhere.items():
        for target in targets:
            before.setdefault(target, []).append(name)
    found, todo = set[str](), list(SPECIAL_TARGETS)
    while todo:
        back = todo.pop()
        for name in before.get(back, ()):
            elsewhere[name].discard(back)
            if not elsewhere[name]:
                found.add(name)
                todo.append(name)
    return found


def _towards(
    ways: TimedEdges,
    into: Mapping[str, list[tuple[str, TimedEdge]]],
    answers: dict[str, int],
    *,
    fewest_keys: bool,
) -> dict[str, Route]:
    """Search outwards from the humans. A node is done when all its ``answers`` are, or one edge if the caller chooses."""
    tree, found = ways.tree, dict[str, Route]()
    order = itertools.count()
    heap: list[tuple[tuple[float, float], int, str, str, RoutePress | None]] = [
        ((0, ways.said(name)) if fewest_keys else (ways.said(name), 0), next(order), name, name, None)
        for name, node in tree.nodes.items()
        if node.waits_for is WaitsFor.desk
    ]
    heapq.heapify(heap)
    worst: dict[str, tuple[tuple[float, float], int, str, str, RoutePress | None]] = {}
    while heap:
        (first, second), _, name, human, presses = heapq.heappop(heap)
        if name in found:
            continue
        found[name] = Route(human, second if fewest_keys else first, presses, backwards=False)
        for before, way in into.get(name, ()):
            chooses = isinstance(tree.nodes.get(before), ListeningNode)
            if before in found or (fewest_keys and chooses and not way.keys):
                continue
            chain = presses
            for key in reversed(way.keys):
                chain = RoutePress(key, before, chain)
            more = (len(way.keys), way.seconds) if fewest_keys else (way.seconds, len(way.keys))
            item = ((first + more[0], second + more[1]), next(order), before, human, chain)
            if chooses:
                heapq.heappush(heap, item)
                continue
            answers[before] -= 1
            worst[before] = max(item, worst.get(before, item), key=operator.itemgetter(0))
            if answers[before] == 0:
                heapq.heappush(heap, worst[before])
    return {name: route for name, route in found.items() if name in tree.nodes}


# --- the search


_Cost = tuple[bool, float, int]
"""Whether a desk did not take the call, the seconds, and the number of presses. The least is the best."""
_Passage = tuple[Route, Level]
"""The quickest way through the questions of identity, and the level that it reaches."""


@dataclass(slots=True)
class _Search:
    """Dijkstra's algorithm over nodes and levels of identity. Arriving later with no higher level is no improvement."""

    ways: TimedEdges
    presses: frozenset[tuple[str, str]] | None = None
    """The keys that may be pressed, each with its node; None for all."""
    wanted: Level | None = None
    """Inside the questions of identity: the level at which ``return`` leaves them and the search ends."""
    inside: frozenset[tuple[str, Level]] = frozenset()
    """The questions that this search is in, so that they do not ask for themselves."""
    found: dict[str, Route] = field(default_factory=dict)
    passage: _Passage | None = None
    _levels: dict[str, Level] = field(default_factory=dict)
    _asking: dict[str, Level] = field(default_factory=dict)
    _passages: dict[tuple[str, Level], _Passage | None] = field(default_factory=dict)
    _heap: list[tuple[_Cost, int, str, Level, RoutePress | None]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def run(self, start: str, level: Level) -> None:
        """Find every reachable node or, inside the questions of identity, the way out of them."""
        self._push((False, 0.0, 0), start, level, None)
        while self._heap and self.passage is None:
            cost, _, name, level, press = heapq.heappop(self._heap)
            route = Route(name, cost[1], press, after_desk=cost[0])
            if name == "return":
                self.passage = route, level
                return
            node = self.ways.tree.nodes[name]
            if node.needs and level < Level[node.needs]:
                self._ask(cost, name, node.needs, level, press)
            elif level > self._levels.get(name, -1):
                self._levels[name] = level
                self.found.setdefault(name, route)
                self._leave(cost, name, level, press)

    def _push(self, cost: _Cost, name: str, level: Level, press: RoutePress | None) -> None:
        if level > self._levels.get(name, -1):
            heapq.heappush(self._heap, (cost, next(self._order), name, level, press))

    def _leave(self, cost: _Cost, name: str, level: Level, press: RoutePress | None) -> None:
        for way in self.ways.out(name):
            after = way.edge.level_after(level)
            if level < way.edge.requires or (way.target in SPECIAL_TARGETS and way.target != "return"):
                continue
            silent = way.edge.kind is EdgeKind.after_tries
            if self.presses is not None and (silent or not {(name, key) for key in way.keys} <= self.presses):
                continue
            chain = press
            for key in way.keys:
                chain = RoutePress(key, name, chain)
            failed = cost[0] or way.edge.kind is EdgeKind.follow_up
            now = failed, cost[1] + way.seconds, cost[2] + len(way.keys)
            if way.target != "return" or (self.wanted is not None and after >= self.wanted):
                self._push(now, way.target, after, chain)

    def _ask(self, cost: _Cost, name: str, needs: str, level: Level, press: RoutePress | None) -> None:
        """Reach a node that asks for identity: first its questions, then the node itself."""
        if level <= self._asking.get(name, -1):
            return
        self._asking[name] = level
        self._push(cost, _first_question(self.ways.tree, needs), level, press)
        if (needs, level) not in self._passages:
            self._passages[needs, level] = self._passage(needs, level)
        passage = self._passages[needs, level]
        if passage is not None:
            through, after = passage
            for key, at in zip(through.keys, through.pressed_at, strict=True):
                press = RoutePress(key, at, press)
            now = cost[0] or through.after_desk, cost[1] + through.seconds, cost[2] + len(through.keys)
            self._push(now, name, after, press)

    def _passage(self, needs: str, level: Level) -> _Passage | None:
        """Return the quickest way through the questions for a level, or None if there is none."""
        first = _first_question(self.ways.tree, needs)
        if (needs, level) in self.inside or not first:
            return None
        search = _Search(self.ways, self.presses, Level[needs], self.inside | {(needs, level)})
        search.run(first, level)
        return search.passage
