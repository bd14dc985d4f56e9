"""What of a session can change the future: two calls that agree in it go on alike, whatever happens.

It has two halves. The *control* is where the call is and how it came there; the *data* is who calls, what he has proved,
and the variables. A step that passes no node which looks at the data, and changes none of it, goes the same way with
any other data.

Left out is what nothing looks at any more: the number of the turn, the words of the summary, why a human was sought,
every variable that is set anew before a condition reads it. Of a value only that is kept which the menu's comparisons
can tell apart, and of a level of identity only whether it reaches what something will still ask for. Whether a variable has a value at all needs no
walk: ``ivr check`` proves it for every way.

The three counters of a listening place are read apart from each other (:func:`ivr.engine.step._miss` looks whether
one of them has come to its bound, and each chooses its own words). So each is walked through all its values, and not
in every combination with the others: of several that are not zero, the first is kept.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes as ast

from ivr.engine.session import Session
from ivr.explore.samples import Samples
from ivr.explore.sources import as_template, names_in, parsed, templates_of
from ivr.menu.graph.flow import EdgeKind, Flow
from ivr.menu.language.contract import Level
from ivr.menu.language.nodes import AskNode, ChooseNode, ListeningNode, Node, RunNode, SetNode, TextNode
from ivr.menu.speech.templates import FACTS
from ivr.menu.tree import Tree

ControlState = tuple[Hashable, ...]
DataAbstraction = tuple[Hashable, ...]
Known = bool | None
"""Whether something is so; None: that is not known."""
_LEVELS = {level.name for level in Level} & FACTS.keys()
"""Names by which a condition asks for a level; the others may be variables."""


@dataclass(frozen=True, slots=True)
class RelevantData:
    """Which data can still matter at a place."""

    variables: tuple[str, ...]
    levels: tuple[Level, ...]
    """Levels of identity of which it matters whether the caller has reached them."""
    notes: bool
    """Whether there is anything for the summary."""


@dataclass(slots=True)
class StateKeys:
    """Makes the two halves of what can change the future."""

    tree: Tree
    samples: Samples
    counters_together: bool = False
    """Tell every combination of the counters of a place apart."""
    live: Mapping[bool, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """By whether the number is withheld, and by node: the data that may be looked at from there on."""
    looking: frozenset[str] = frozenset()
    """The nodes that look at the data."""
    read: frozenset[str] = frozenset()
    """The variables whose values are read anywhere."""
    asks_caller: bool = False
    """Whether something asks for the calling number."""
    _listening: frozenset[str] = frozenset()
    _plans: dict[tuple[bool, str, tuple[str, ...], tuple[str, ...]], RelevantData] = field(
        default_factory=dict
    )
    _alike: dict[RelevantData, RelevantData] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out what is read where."""
        nodes = self.tree.nodes
        self._listening = frozenset(name for name, node in nodes.items() if isinstance(node, ListeningNode))
        said = _said_with(self.tree)
        for name in frozenset[str]().union(*said.values()):
            self.samples.tells_apart(name)
        reads = {name: _read_at(node) | said[name] for name, node in nodes.items()}
        self.read = frozenset[str]().union(*reads.values())
        self.asks_caller = not {"caller", "withheld"}.isdisjoint(self.read)
        self.looking = frozenset(name for name, node in nodes.items() if reads[name] or node.needs)
        flow = Flow(self.tree.declared, nodes, self.tree.contracts)
        self.live = {withheld: _live(self.tree, flow, said, withheld=withheld) for withheld in (False, True)}

    def control(self, session: Session) -> ControlState:
        """Return where a call is and how it came there."""
        if session.ending:
            return (session.ending,)
        counted = session.node in self._listening
        return (
            session.node,
            tuple(session.history),
            tuple(session.pending_returns),
            session.language,
            self._counters(session) if counted else session.running != "",
            session.human_tried,
            None if session.confirming is None else repr(session.confirming),
        )

    def _counters(self, session: Session) -> tuple[int, int, int]:
        if self.counters_together:
            return session.noinputs, session.nomatches, session.repeats
        if session.noinputs:
            return session.noinputs, 0, 0
        return (0, session.nomatches, 0) if session.nomatches else (0, 0, session.repeats)

    def data(self, session: Session, plan: RelevantData) -> DataAbstraction:
        """Return who calls, what he has proved, and the variables, as far as they can still matter."""
        variables, kind, level = session.variables, self.samples.kind, session.level
        return (
            session.account != "",
            session.caller == "" if self.asks_caller else None,
            bool(session.notes) if plan.notes else None,
            *[level >= bound for bound in plan.levels],
            *[kind(name, variables.get(name)) for name in plan.variables],
        )

    def plan(self, session: Session, *, withheld: bool) -> RelevantData:
        """Return what of the data may be looked at from here on, or from wherever the call may go back to."""
        place = (withheld, session.node, tuple(session.history), tuple(session.pending_returns))
        found = self._plans.get(place)
        if found is None:
            live = self.live[withheld]
            nodes = (session.node, *session.history, *session.pending_returns)
            reads = frozenset[str]().union(*(live[name] for name in nodes if name in live))
            plan = RelevantData(
                tuple(sorted(reads - FACTS.keys() - _BOUNDS.keys())),
                tuple(_BOUNDS[name] for name in sorted(reads & _BOUNDS.keys())),
                "summary" in reads,
            )
            found = self._plans[place] = self._alike.setdefault(plan, plan)
        return found


_BOUNDS: Mapping[str, Level] = {f"at least {level.name}": level for level in Level if level}
"""How it is written here that something asks for a level."""


def _bound(level: Level) -> frozenset[str]:
    return frozenset({f"at least {level.name}"}) if level else frozenset()


def _reached(level: Level) -> frozenset[str]:
    """Return what need not be asked any more of who has reached a level."""
    return frozenset(name for name, bound in _BOUNDS.items() if bound <= level)


# --- what is read where


def _read_at(node: Node, *, withheld: bool | None = None) -> frozenset[str]:
    """Return what decides, at a node, where the call goes or what is remembered.

    Where it is known whether the number is ``withheld``, what a condition asks only of the others is left out.
    """
    match node:
        case ChooseNode():
            conditions = (_expression(case.if_) for case in node.choose)
            return frozenset(each for condition in conditions for each in _asked(condition, withheld)[1])
        case SetNode():
            return frozenset(each for text in node.set.values() for each in names_in(text))
        case TextNode():
            return names_in(node.to) if node.to else frozenset({"caller"})
    return frozenset()


def _expression(condition: str) -> ast.Node:
    return next(parsed(as_template(condition)).find_all(ast.Output)).nodes[0]


def _asked(expression: ast.Node, withheld: Known) -> tuple[Known, frozenset[str]]:
    """Return what a condition comes to, if that is known, and the names that it asks for."""
    match expression:
        case ast.Name(name="withheld") if withheld is not None:
            return withheld, frozenset({"withheld"})
        case ast.Not():
            known, names = _asked(expression.node, withheld)
            return (None if known is None else not known), names
        case ast.And() | ast.Or():
            decides = isinstance(expression, ast.Or)
            left, names = _asked(expression.left, withheld)
            if left is decides:
                return left, names
            right, more = _asked(expression.right, withheld)
            return (right if left is not None else None), names | more
    found = {name.name for name in expression.find_all(ast.Name)}
    return None, frozenset(found | ({expression.name} if isinstance(expression, ast.Name) else set()))


def _asks_who(tree: Tree, node: Node, reads: frozenset[str]) -> frozenset[str]:
    """Return the levels for which a node asks, beside its ``needs``."""
    asked = frozenset(f"at least {name}" for name in reads & _LEVELS)
    if isinstance(node, RunNode) and node.run in tree.contracts:
        return asked | _bound(tree.contracts[node.run].needs)
    if isinstance(node, TextNode):
        return asked | _bound(Level.verified)  # a message goes to the number on file from there on
    return asked


def _said_with(tree: Tree) -> dict[str, frozenset[str]]:
    """Return the variables of which more is asked at each node than to be said as they are.

    A filter, a test or a calculation may fail with one value and not with another. It matters of what a `set`, a caller or
    the menu itself brings; what an action tells is of one kind.
    """
    brought = {*tree.variables}
    for name, node in tree.nodes.items():
        if isinstance(node, SetNode):
            brought |= node.set.keys()
        elif isinstance(node, AskNode):
            brought.add(node.as_ or name)
    return {
        name: frozenset(
            each for source in templates_of(tree, name) for each in _worked_with(source) if each in brought
        )
        for name in tree.nodes
    }


@functools.lru_cache(maxsize=8192)
def _worked_with(source: str) -> frozenset[str]:
    work = (ast.Filter, ast.Test, ast.BinExpr, ast.Getattr, ast.Getitem, ast.Call, ast.Operand)
    harmless = {"default", "defined", "undefined"}
    return frozenset(
        name.name
        for found in parsed(source).find_all(work)
        if getattr(found, "name", "") not in harmless
        and getattr(found, "op", "lt") not in {"eq", "ne", "in", "notin"}
        and not isinstance(found, ast.And | ast.Or)
        for name in found.find_all(ast.Name)
    )


def _live(
    tree: Tree, flow: Flow, said: Mapping[str, frozenset[str]], *, withheld: bool
) -> dict[str, frozenset[str]]:
    """Follow every way backwards: what is looked at from a node on is what it looks at itself, and what comes after it.

    The special targets lead to nodes that a session remembers (:meth:`Canonical.plan` looks at those), or to the start.
    Behind a node that needs a level nothing below that level is asked any more.
    """
    before: dict[str, list[tuple[str, frozenset[str]]]] = {name: [] for name in tree.nodes}
    live: dict[str, frozenset[str]] = {}
    for name, node in tree.nodes.items():
        needs = Level[node.needs] if node.needs else Level.unknown
        reads = said[name] | (
            _to_speak_in(node) if isinstance(node, SetNode) else _read_at(node, withheld=withheld)
        )
        live[name] = ((reads | _asks_who(tree, node, reads)) - _reached(needs)) | _bound(needs)
        for edge in flow.edges[name]:
            target = edge.target if edge.target in before else tree.declared.start
            settled = frozenset() if edge.kind is EdgeKind.questions else _reached(max(needs, edge.raises))
            before[target].append((name, edge.sets | settled))
    agent = tree.declared.agent
    for name in (
        tree.nodes if agent in before else ()
    ):  # our own machinery may fail anywhere: then the human follows
        before[agent].append((name, frozenset()))
    todo = list(tree.nodes)
    while todo:
        name = todo.pop()
        for source, settled in before[name]:
            more = (live[name] - settled) | _fed(tree.nodes[source], live[name])
            if not more <= live[source]:
                live[source] |= more
                todo.append(source)
    return live


def _to_speak_in(node: SetNode) -> frozenset[str]:
    """Return what is read to change the language; what another variable is set to is read only if that is read."""
    return names_in(node.set.get("language", ""))


def _fed(node: Node, wanted: frozenset[str]) -> frozenset[str]:
    """Return what a `set` reads for the variables that are read after it."""
    if not isinstance(node, SetNode):
        return frozenset()
    return frozenset(each for name, text in node.set.items() if name in wanted for each in names_in(text))
