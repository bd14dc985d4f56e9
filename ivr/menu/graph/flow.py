"""The graph that the structural checks use: where a call can go from each node, and what it knows there."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ivr.menu.graph.knowledge import Knowledge, spread
from ivr.menu.language.contract import Contract, Level
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.model import YamlPath
from ivr.menu.language.nodes import ListeningNode, Node, RunNode, WaitsFor, Way
from ivr.menu.language.options import target_of
from ivr.menu.language.scalars import SPECIAL_TARGETS


class EdgeKind(enum.Enum):
    """What takes a call along an edge."""

    way = enum.auto()
    """The node itself: `then`, or a result such as `yes` or `nothing`."""
    option = enum.auto()
    case = enum.auto()
    outcome = enum.auto()
    follow_up = enum.auto()
    """The result of a transfer."""
    anywhere = enum.auto()
    after_tries = enum.auto()
    questions = enum.auto()
    """The identity that the node asks for. The edge leads to the questions."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge from a node to the next."""

    target: str
    kind: EdgeKind
    name: str
    """What names it: the key, the outcome, the condition, or the word in the menu."""
    path: YamlPath
    sets: frozenset[str] = frozenset()
    """The variables that have a value after it."""
    raises: Level = Level.unknown
    """The level of identity that a caller has reached after it, such as after an outcome of an action."""
    requires: Level = Level.unknown
    """The level without which it is not taken, as its condition says."""
    condition: str = ""
    """The condition without which it is not taken, as the menu writes it."""
    finds_account: bool = False
    """Whether the call may have another account after this edge. What it knew is then forgotten."""
    written: bool = True
    """False for an edge that the hotline adds, such as a key under `anywhere:`."""

    @property
    def chosen(self) -> bool:
        """Whether the node itself has this edge. Edges that every menu has do not count."""
        return self.kind not in _SHARED

    @property
    def always_offered(self) -> bool:
        """Whether a caller who listens to the node is always offered it."""
        return self.kind is not EdgeKind.option or not self.condition

    def level_after(self, level: Level) -> Level:
        """Return the level of a caller who had this one and took the edge."""
        return self.raises if self.finds_account else max(level, self.requires, self.raises)


_SHARED = frozenset({EdgeKind.anywhere, EdgeKind.after_tries, EdgeKind.questions})


@dataclass(slots=True)
class Flow:
    """The graph of a hotline. An edge is left out if a name on it is wrong."""

    hotline: Hotline
    nodes: Mapping[str, Node]
    contracts: Mapping[str, Contract]
    edges: dict[str, list[Edge]] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    """The variables that live for one turn."""

    def __post_init__(self) -> None:
        self.edges = {name: list(self._edges(name, node)) for name, node in self.nodes.items()}
        self.secrets = frozenset(each for name, node in self.nodes.items() for each in node.secrets(name))

    def _edges(self, name: str, node: Node) -> Iterable[Edge]:
        yield from _ways(name, node, self.hotline, self.contracts)
        if node.desk in self.hotline.desks:
            for follow_up, target in self.hotline.desks[node.desk].follow_ups.items():
                yield Edge(target, EdgeKind.follow_up, follow_up, (node.kind,), written=False)
        if isinstance(node, ListeningNode):
            for key, entry in self.hotline.anywhere.items():
                yield Edge(target_of(entry), EdgeKind.anywhere, key, ("anywhere", key), written=False)
            after, written = node.after_tries or self.hotline.agent, node.after_tries is not None
            yield Edge(after, EdgeKind.after_tries, "after_tries", ("after_tries",), written=written)
        if node.needs and node.needs in self.hotline.identity:
            first = self.hotline.identity[node.needs]
            yield Edge(first, EdgeKind.questions, node.needs, ("needs",), written=False)

    def is_whole(self) -> bool:
        """Return whether every edge is known: no target, action, outcome or desk is misspelt."""
        targets = {edge.target for edges in self.edges.values() for edge in edges}
        targets |= {self.hotline.start, self.hotline.agent}
        return targets <= {*self.nodes, *SPECIAL_TARGETS} and not any(map(self._is_cut, self.nodes.values()))

    def _is_cut(self, node: Node) -> bool:
        if node.desk is not None and node.desk not in self.hotline.desks:
            return True
        if not isinstance(node, RunNode):
            return False
        contract = self.contracts.get(node.run)
        return contract is None or not node.outcomes.keys() <= contract.all_outcomes().keys()

    def neighbours(self, name: str, *, chosen_only: bool = False) -> set[str]:
        """Return the nodes that can follow, without the special targets."""
        return {
            edge.target
            for edge in self.edges.get(name, [])
            if edge.target in self.nodes and (edge.chosen or not chosen_only)
        }

    def reachable(self) -> set[str]:
        """Return every node that a call can reach."""
        roots = {self.hotline.start, self.hotline.agent} & self.nodes.keys()
        return closure(roots, self.neighbours)

    def can_end(self) -> set[str]:
        """Return the nodes from which a call can reach an ending by the nodes' own edges.

        ``back``, ``repeat`` and ``return`` lead to where the call came from. Such a node can end if that place can.
        """
        parents: dict[str, list[str]] = {name: [] for name in self.nodes}
        for name in self.nodes:
            for target in self.neighbours(name, chosen_only=True):
                parents[target].append(name)
        going_back = {name for name, edges in self.edges.items() if any(map(_goes_back, edges))}
        good, ahead = set[str](), set[str]()
        todo = [(name, True) for name, node in self.nodes.items() if node.waits_for in _ENDINGS]
        while todo:
            name, can_end = todo.pop()  # or it is only ahead of a node that can
            if can_end and name not in good:
                good.add(name)
                todo += [(parent, True) for parent in parents[name]]
            if name not in ahead:
                ahead.add(name)
                todo += [(after, after in going_back) for after in self.neighbours(name)]
        return good

    def fast_loops(self) -> list[list[str]]:
        """Return the loops in which nobody ever listens to the caller."""
        quick = {name: None for name, node in self.nodes.items() if not node.heeds_caller}
        loops: list[list[str]] = []
        state: dict[str, int] = {}
        for root in quick:
            if root not in state and len(loops) < MAX_LOOPS:
                _search_loops(root, lambda name: self._at_once(name) & quick.keys(), state, loops)
        return loops

    def _at_once(self, name: str) -> set[str]:
        """Return the nodes that can follow before anybody listens or a desk rings, such as those of a closed desk."""
        desk = self.nodes[name].desk
        if desk is None:
            return self.neighbours(name, chosen_only=True)
        closed = self.hotline.desks[desk].closed if desk in self.hotline.desks else None
        return {closed} if closed else set()

    def knowledge(self) -> dict[str, Knowledge]:
        """Return what holds in each reachable node: the variables that have a value, and the level of identity."""
        begin = Knowledge.of(self.hotline.variables)
        return self._spread({self.hotline.start: begin, self.hotline.agent: begin})

    def unproved_returns(self) -> Iterable[tuple[str, Edge, Level]]:
        """Yield each ``return`` that can leave the questions of identity before the level is reached."""
        for level_name, first in self.hotline.identity.items():
            level = Level[level_name]
            inside = self._spread({first: Knowledge.of(())}, within_questions=True)
            for name, at in inside.items():
                for edge in self.edges[name]:
                    if edge.target == "return" and self._after(name, at, edge).level < level:
                        yield name, edge, level

    def _spread(
        self, begin: Mapping[str, Knowledge], *, within_questions: bool = False
    ) -> dict[str, Knowledge]:
        """Follow every edge from some nodes. Where paths meet, only what holds on all of them is kept.

        ``within_questions`` skips questions for a lower level, because they return to the same place.
        """

        def followed(name: str) -> list[Edge]:
            edges = self.edges.get(name, ())
            return [edge for edge in edges if not (within_questions and edge.kind is EdgeKind.questions)]

        found = spread(
            {name: at for name, at in begin.items() if name in self.nodes},
            lambda name: [edge.target for edge in followed(name) if edge.target in self.nodes],
            lambda name, at: [
                (edge.target, self._after(name, at, edge))
                for edge in followed(name)
                if edge.target in self.nodes
            ],
        )
        return {name: self._inside(name, arriving) for name, arriving in found.items()}

    def _inside(self, name: str, arriving: Knowledge) -> Knowledge:
        """Return what holds once a node is entered. The questions of identity come first and forget secrets."""
        needs = self.nodes[name].needs
        if needs is None or arriving.level >= Level[needs]:
            return arriving
        return arriving.without(self.secrets).at_level(Level[needs])

    def _after(self, name: str, arriving: Knowledge, edge: Edge) -> Knowledge:
        """Return what holds after an edge. A secret lives until an action has run or the caller is listened to."""
        if edge.kind is EdgeKind.questions:
            return arriving
        at = self._inside(name, arriving)
        level = edge.level_after(at.level)
        if edge.finds_account:
            return at.only(self.hotline.variables).and_also(edge.sets).at_level(level)
        goes_on = self.nodes[name].waits_for is WaitsFor.nothing
        kept = at if goes_on else at.without(self.secrets)
        return kept.and_also(edge.sets).at_level(level)


def _goes_back(edge: Edge) -> bool:
    return edge.chosen and edge.target in SPECIAL_TARGETS


def closure(names: Iterable[str], follow: Callable[[str], Iterable[str]]) -> set[str]:
    """Return these names and everything that can be reached from them."""
    seen = set(names)
    todo = list(seen)
    while todo:
        for each in follow(todo.pop()):
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return seen


MAX_LOOPS = 300
"""Loops that are looked for. Each is as long as the path to it, and nobody mends more at once."""


def _search_loops(
    root: str, follow: Callable[[str], Iterable[str]], state: dict[str, int], loops: list[list[str]]
) -> None:
    """Search depth first, without recursion. A node that is already on the current path closes a loop."""
    path: list[str] = []
    todo: list[tuple[str, bool]] = [(root, False)]
    while todo and len(loops) < MAX_LOOPS:
        name, leaving = todo.pop()
        if leaving:
            state[name] = 2
            path.pop()
        elif state.get(name) == 1:
            loops.append(path[path.index(name) :])
        elif state.get(name) is None:
            state[name] = 1
            path.append(name)
            todo.append((name, True))
            todo += [(target, False) for target in sorted(follow(name))]


_ENDINGS = frozenset({WaitsFor.over, WaitsFor.desk})


def _ways(name: str, node: Node, hotline: Hotline, contracts: Mapping[str, Contract]) -> Iterable[Edge]:
    """Yield the edges that the node itself names."""
    contract = contracts.get(node.action or "")
    promised = contract.all_outcomes() if contract else {}
    for way in node.ways(hotline.agent):
        match way.path:
            case (str(field),):
                yield Edge(way.target, EdgeKind.way, field, way.path, node.sets(name), written=way.written)
            case (str(field), key, _) if field == node.options_key:
                yield _conditional(way, EdgeKind.option, str(key))
            case (_, int(), _):
                yield _conditional(way, EdgeKind.case, way.condition)
            case (_, str(word)) if word in promised:
                outcome = promised[word]
                yield Edge(
                    way.target,
                    EdgeKind.outcome,
                    word,
                    way.path,
                    frozenset(outcome.tells),
                    outcome.raises,
                    finds_account=outcome.finds_account,
                )


def _conditional(way: Way, kind: EdgeKind, name: str) -> Edge:
    """Return an edge with a condition. Only a bare fact such as `verified` requires a level of identity."""
    requires = Level.__members__.get(way.condition.strip(), Level.unknown)
    return Edge(way.target, kind, name, way.path, requires=requires, condition=way.condition)
