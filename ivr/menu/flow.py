"""Where a call can go from each node, and what it knows there: the graph under the structural checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ivr.menu.compiler import target_of
from ivr.menu.contract import Contract, Level
from ivr.menu.nodes import (
    SPECIAL_TARGETS,
    AskNode,
    ChooseNode,
    Desk,
    EndNode,
    Hotline,
    Listening,
    MenuNode,
    Node,
    RecordNode,
    RunNode,
    SayNode,
    SetNode,
    TextNode,
    TransferNode,
)


@dataclass(frozen=True, slots=True)
class Edge:
    """One way on from a node."""

    target: str
    path: tuple[str | int, ...] = ()
    """Where it is written, inside the node."""
    sets: frozenset[str] = frozenset()
    """The variables that have a value on this way."""
    raises: Level = Level.unknown
    chosen: bool = True
    """Whether it is a way of its own: not a key of ``anywhere``, nor what follows the last try."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What holds at a node whichever way the call came."""

    variables: frozenset[str]
    level: Level


@dataclass(slots=True)
class Flow:
    """The graph of a hotline."""

    hotline: Hotline
    nodes: Mapping[str, Node]
    contracts: Mapping[str, Contract]
    edges: dict[str, list[Edge]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw the edges."""
        self.edges = {name: list(self._edges(name, node)) for name, node in self.nodes.items()}

    def _edges(self, name: str, node: Node) -> Iterable[Edge]:
        yield from _ways(name, node, self.hotline.desks, self.contracts)
        if isinstance(node, Listening):
            for key, entry in self.hotline.anywhere.items():
                yield Edge(target_of(entry), ("anywhere", key), chosen=False)
            yield Edge(node.after_tries or self.hotline.agent, ("after_tries",), chosen=False)
        if node.needs and node.needs in self.hotline.identity:
            yield Edge(self.hotline.identity[node.needs], ("needs",), chosen=False)

    def neighbours(self, name: str, *, chosen_only: bool = False) -> set[str]:
        """Return the nodes that can follow, without the special targets."""
        return {
            edge.target
            for edge in self.edges.get(name, [])
            if edge.target in self.nodes and (edge.chosen or not chosen_only)
        }

    def reachable(self) -> set[str]:
        """Return every node that a call can come to."""
        roots = {self.hotline.start, self.hotline.agent} & self.nodes.keys()
        return _closure(roots, self.neighbours)

    def can_end(self) -> set[str]:
        """Return the nodes from which an ending can be reached by ways of their own.

        A way ``back``, ``repeat`` or ``return`` leads to where the call came from, so it ends when that does.
        """
        good = {name for name, node in self.nodes.items() if isinstance(node, EndNode | TransferNode)}
        parents: dict[str, set[str]] = {name: set() for name in self.nodes}
        for name in self.nodes:
            for target in self.neighbours(name, chosen_only=True):
                parents[target].add(name)
        while True:
            good = _closure(good, parents.__getitem__)
            ahead = _closure(good, self.neighbours)
            more = {name for name in ahead - good if self._goes_back(name)}
            if not more:
                return good
            good |= more

    def _goes_back(self, name: str) -> bool:
        return any(edge.target in SPECIAL_TARGETS and edge.chosen for edge in self.edges[name])

    def fast_loops(self) -> list[list[str]]:
        """Return the loops in which nobody ever listens to the caller."""
        quick = {
            name
            for name, node in self.nodes.items()
            if isinstance(node, SayNode | ChooseNode | SetNode | TextNode | RunNode)
        }
        loops: list[list[str]] = []
        state: dict[str, int] = {}
        for root in quick:
            if root not in state:
                _search_loops(
                    root, lambda name: self.neighbours(name, chosen_only=True) & quick, state, loops
                )
        return loops

    def knowledge(self) -> dict[str, Knowledge]:
        """Return what holds at each reachable node: which variables have a value, and how far identity is proved.

        Values and levels are never taken back, except that a secret lives until the next action has run or the
        caller is listened to again.
        """
        secrets = {
            node.as_ or name
            for name, node in self.nodes.items()
            if isinstance(node, AskNode) and node.is_secret
        }
        begin = Knowledge(frozenset(self.hotline.variables), Level.unknown)
        found: dict[str, Knowledge] = {}
        todo = [(self.hotline.start, begin)]
        while todo:
            name, arriving = todo.pop()
            if name not in self.nodes:
                continue
            old = found.get(name)
            new = arriving if old is None else _meet(old, arriving)
            if new == old:
                continue
            found[name] = new
            todo += [(edge.target, self._after(name, new, edge, secrets)) for edge in self.edges[name]]
        return found

    def _after(self, name: str, at: Knowledge, edge: Edge, secrets: set[str]) -> Knowledge:
        node = self.nodes[name]
        kept = at.variables
        if isinstance(node, RunNode | Listening | RecordNode | TransferNode):
            kept -= secrets
        proved = at.level if edge.path == ("needs",) or not node.needs else max(at.level, Level[node.needs])
        return Knowledge(kept | edge.sets, max(proved, edge.raises))


def _meet(one: Knowledge, other: Knowledge) -> Knowledge:
    return Knowledge(one.variables & other.variables, min(one.level, other.level))


def _closure(names: Iterable[str], follow: Callable[[str], Iterable[str]]) -> set[str]:
    """Return these names and all that can be followed to from them."""
    seen = set(names)
    todo = list(seen)
    while todo:
        for each in follow(todo.pop()):
            if each not in seen:
                seen.add(each)
                todo.append(each)
    return seen


def _search_loops(
    root: str, follow: Callable[[str], Iterable[str]], state: dict[str, int], loops: list[list[str]]
) -> None:
    """Depth first without recursion: a node met again on the present path closes a loop."""
    path: list[str] = []
    todo: list[tuple[str, bool]] = [(root, False)]
    while todo:
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


def _ways(
    name: str, node: Node, desks: Mapping[str, Desk], contracts: Mapping[str, Contract]
) -> Iterable[Edge]:
    """Yield the ways on that the node itself names."""
    match node:
        case SayNode():
            yield Edge(node.then, ("then",))
        case MenuNode():
            for key, option in node.menu.items():
                yield Edge(option.go, ("menu", key, "go"))
        case AskNode():
            for field_name, target in (("then", node.then), ("yes", node.yes), ("no", node.no)):
                if target:
                    yield Edge(target, (field_name,), frozenset({node.as_ or name}))
        case RunNode():
            yield from _outcomes(node, contracts)
        case ChooseNode():
            for position, case in enumerate(node.choose):
                yield Edge(case.go, ("choose", position, "go"))
            yield Edge(node.else_, ("else",))
        case SetNode():
            yield Edge(node.then, ("then",), frozenset(node.set) - {"language"})
        case TransferNode():
            desk = desks.get(node.transfer)
            for field_name in ("closed", "busy", "no_answer", "failed"):
                target = getattr(desk, field_name, None)
                if target:
                    yield Edge(target, ("transfer",))
        case RecordNode():
            yield Edge(node.then, ("then",))
            yield Edge(node.nothing, ("nothing",))
        case TextNode():
            yield Edge(node.then, ("then",))
            yield Edge(node.unable, ("unable",))


def _outcomes(node: RunNode, contracts: Mapping[str, Contract]) -> Iterable[Edge]:
    contract = contracts.get(node.run)
    known = contract.all_outcomes() if contract else {}
    for outcome, target in node.outcomes.items():
        promised = known.get(outcome)
        if promised:
            yield Edge(target, ("outcomes", outcome), frozenset(promised.tells), promised.raises)
        else:
            yield Edge(target, ("outcomes", outcome))
