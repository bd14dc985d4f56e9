"""Where a call can go from each node, and what it knows there: the graph under the structural checks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ivr.menu.language.contract import Contract, Level
from ivr.menu.language.hotline import Hotline, target_of
from ivr.menu.language.nodes import (
    AskNode,
    ChooseNode,
    EndNode,
    ListeningNode,
    MenuNode,
    Node,
    RecordNode,
    RunNode,
    SayNode,
    SetNode,
    TextNode,
    TransferNode,
)
from ivr.menu.language.scalars import SPECIAL_TARGETS


@dataclass(frozen=True, slots=True)
class Edge:
    """One way on from a node."""

    target: str
    path: tuple[str | int, ...] = ()
    """Where it is written, inside the node."""
    sets: frozenset[str] = frozenset()
    """The variables that have a value on this way."""
    raises: Level = Level.unknown
    finds_account: bool = False
    """Whether what was known of another account is forgotten on this way."""
    chosen: bool = True
    """Whether it is a way of its own: not a key of ``anywhere``, nor what follows the last try."""
    written: bool = True
    """Whether it is written in the node, and not in the hotline."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What holds at a node whichever way the call came."""

    variables: frozenset[str]
    level: Level


@dataclass(slots=True)
class Flow:
    """The graph of a hotline. A way that is not known, because a name on it is wrong, is left out."""

    hotline: Hotline
    nodes: Mapping[str, Node]
    contracts: Mapping[str, Contract]
    edges: dict[str, list[Edge]] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    """The variables that a turn forgets."""

    def __post_init__(self) -> None:
        """Draw the edges."""
        self.edges = {name: list(self._edges(name, node)) for name, node in self.nodes.items()}
        self.secrets = frozenset(
            node.as_ or name
            for name, node in self.nodes.items()
            if isinstance(node, AskNode) and node.is_secret
        )

    def _edges(self, name: str, node: Node) -> Iterable[Edge]:
        yield from _ways(name, node, self.hotline, self.contracts)
        if isinstance(node, ListeningNode):
            for key, entry in self.hotline.anywhere.items():
                yield Edge(target_of(entry), ("anywhere", key), chosen=False, written=False)
            after = node.after_tries or self.hotline.agent
            yield Edge(after, ("after_tries",), chosen=False, written=node.after_tries is not None)
        if node.needs and node.needs in self.hotline.identity:
            yield Edge(self.hotline.identity[node.needs], ("needs",), chosen=False, written=False)

    def is_whole(self) -> bool:
        """Say whether every way is known: no target, action, outcome or desk is misspelt."""
        targets = {edge.target for edges in self.edges.values() for edge in edges}
        targets |= {self.hotline.start, self.hotline.agent}
        return targets <= {*self.nodes, *SPECIAL_TARGETS} and not any(map(self._is_cut, self.nodes.values()))

    def _is_cut(self, node: Node) -> bool:
        match node:
            case RunNode():
                contract = self.contracts.get(node.run)
                return contract is None or not node.outcomes.keys() <= contract.all_outcomes().keys()
            case TransferNode():
                return node.transfer not in self.hotline.desks
        return False

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
            name: None
            for name, node in self.nodes.items()
            if isinstance(node, SayNode | ChooseNode | SetNode | TextNode | RunNode | TransferNode)
        }
        loops: list[list[str]] = []
        state: dict[str, int] = {}
        for root in quick:
            if root not in state:
                _search_loops(root, lambda name: self._at_once(name) & quick.keys(), state, loops)
        return loops

    def _at_once(self, name: str) -> set[str]:
        """Return the nodes that can follow without anybody listening or ringing: of a desk, what follows when it is closed."""
        node = self.nodes[name]
        if not isinstance(node, TransferNode):
            return self.neighbours(name, chosen_only=True)
        desk = self.hotline.desks.get(node.transfer)
        return {desk.closed} if desk and desk.closed else set()

    def knowledge(self) -> dict[str, Knowledge]:
        """Return what holds in each reachable node: which variables have a value, and how far identity is proved."""
        begin = Knowledge(frozenset(self.hotline.variables), Level.unknown)
        return self._spread([(self.hotline.start, begin), (self.hotline.agent, begin)])

    def unproved_returns(self) -> Iterable[tuple[str, Edge, Level]]:
        """Yield each ``return`` from the questions of identity that can be taken before the level is reached."""
        for level_name, first in self.hotline.identity.items():
            level = Level[level_name]
            begin = Knowledge(frozenset(), Level.unknown)
            inside = self._spread([(first, begin)], within_questions=True)
            for name, at in inside.items():
                for edge in self.edges[name]:
                    if edge.target == "return" and self._after(name, at, edge).level < level:
                        yield name, edge, level

    def _spread(
        self, begin: Iterable[tuple[str, Knowledge]], *, within_questions: bool = False
    ) -> dict[str, Knowledge]:
        """Follow every way from some nodes; where ways meet, only what all of them know is known.

        ``within_questions`` leaves out the questions of a lower level that these ask for: they return to these.
        """
        found: dict[str, Knowledge] = {}
        todo = deque(begin)
        while todo:
            name, arriving = todo.popleft()
            if name not in self.nodes:
                continue
            old = found.get(name)
            new = arriving if old is None else _meet(old, arriving)
            if new != old:
                found[name] = new
                edges = (
                    edge for edge in self.edges[name] if not (within_questions and edge.path == ("needs",))
                )
                todo += [(edge.target, self._after(name, new, edge)) for edge in edges]
        return {name: self._inside(name, arriving) for name, arriving in found.items()}

    def _inside(self, name: str, arriving: Knowledge) -> Knowledge:
        """Return what holds once a node is entered: the questions of identity come first, and forget secrets."""
        needs = self.nodes[name].needs
        if needs is None or arriving.level >= Level[needs]:
            return arriving
        return Knowledge(arriving.variables - self.secrets, Level[needs])

    def _after(self, name: str, arriving: Knowledge, edge: Edge) -> Knowledge:
        """Return what holds after a way. A secret lives until an action has run or the caller is listened to."""
        if edge.path == ("needs",):
            return arriving
        at = self._inside(name, arriving)
        if edge.finds_account:
            return Knowledge(frozenset(self.hotline.variables) | edge.sets, edge.raises)
        waits = isinstance(self.nodes[name], RunNode | ListeningNode | RecordNode | TransferNode)
        kept = at.variables - self.secrets if waits else at.variables
        return Knowledge(kept | edge.sets, max(at.level, edge.raises))


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


def _ways(name: str, node: Node, hotline: Hotline, contracts: Mapping[str, Contract]) -> Iterable[Edge]:
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
            for key, option in node.keys.items():
                yield Edge(option.go, ("keys", key, "go"))
        case RunNode():
            yield from _outcomes(node, contracts)
        case ChooseNode():
            for position, case in enumerate(node.choose):
                yield Edge(case.go, ("choose", position, "go"), raises=_level_of(case.if_))
            yield Edge(node.else_, ("else",))
        case SetNode():
            yield Edge(node.then, ("then",), frozenset(node.set) - {"language"})
        case TransferNode():
            desk = hotline.desks.get(node.transfer)
            for field_name in ("closed", "busy", "no_answer", "failed"):
                target = getattr(desk, field_name, None)
                if target:
                    yield Edge(target, ("transfer",), written=False)
        case RecordNode():
            yield Edge(node.then, ("then",))
            yield Edge(node.nothing, ("nothing",))
        case TextNode():
            yield Edge(node.then, ("then",))
            yield Edge(node.unable, ("unable",))
            yield Edge(node.rationed, ("rationed",))
            yield Edge(
                node.unavailable or hotline.agent, ("unavailable",), written=node.unavailable is not None
            )


def _level_of(condition: str) -> Level:
    """Return the level of identity that holds where a condition does: `verified` alone says one, anything else none."""
    return Level.__members__.get(condition.strip(), Level.unknown)


def _outcomes(node: RunNode, contracts: Mapping[str, Contract]) -> Iterable[Edge]:
    contract = contracts.get(node.run)
    known = contract.all_outcomes() if contract else {}
    for outcome, target in node.outcomes.items():
        if outcome in known:
            promised = known[outcome]
            yield Edge(
                target,
                ("outcomes", outcome),
                frozenset(promised.tells),
                promised.raises,
                promised.finds_account,
            )
