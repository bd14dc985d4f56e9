"""What of a session can change the future. Two calls that agree in it go on alike, whatever happens.

A key has two halves. The *control* is where the call is and how it came there. The *data* is who calls, what they have
proved, and the variables, as far as the menu may look at them later.

Which data a node looks at is recorded: each node is entered once by a caller who has proved nothing and once by one who
has proved everything (:mod:`ivr.explore.recording`). From there it is followed backwards over all ways that lead to the
node. For example, `topic` matters at a menu if a `choose` behind it compares `topic`, and no `set` between them gives
`topic` a new value. Two values that the menu cannot
tell apart are one: if it only asks for `age >= 65`, then 20 and 30 are (:mod:`ivr.explore.samples`).

The counters of silence, of wrong keys and of repeats are read one at a time: `step` asks whether one of them has
reached its bound, and each chooses its own words. So each is walked through all its values, but not in every
combination with the others. Where several are not zero, only the first of them is kept.

How fast the call speaks is left out: no step decides anything by it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from ivr.engine.session import Session
from ivr.explore.moves import Moves
from ivr.explore.recording import OWN_ACCOUNT, Datum, StepRecord, entered, recorded
from ivr.explore.samples import ACCOUNT, Samples
from ivr.explore.sources import names_in, templates_of
from ivr.menu.graph.flow import Edge, EdgeKind, Flow
from ivr.menu.language.contract import Level
from ivr.menu.language.nodes import ListeningNode, RunNode, SayNode
from ivr.menu.tree import Tree

ControlState = tuple[Hashable, ...]
DataAbstraction = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class RelevantData:
    """Which data can still matter at a place."""

    variables: tuple[str, ...]
    levels: tuple[Level, ...]
    """The levels of identity of which it matters whether the caller has reached them."""
    account: bool
    """Whether it matters that the call has an account."""
    notes: bool
    """Whether it matters that there is anything for the summary."""
    data: frozenset[Datum] = field(compare=False)
    """All of it."""


@dataclass(slots=True)
class _NodeReads:
    """What a node looks at."""

    decisive: frozenset[Datum] = frozenset()
    """What decides where the call goes from there."""
    sources: Mapping[str, frozenset[Datum]] = field(default_factory=dict)
    """By variable that the node sets: what its value is made of. It matters only where the variable does."""


class UnforeseenRead(Exception):
    """A step has read something that the key of its state leaves out: the walk would not be a proof."""


@dataclass(slots=True)
class StateKeys:
    """Makes the two halves of a key."""

    moves: Moves
    counters_together: bool = False
    """Tell every combination of the counters of a place apart."""
    live: Mapping[bool, Mapping[str, frozenset[Datum]]] = field(default_factory=dict)
    """By whether the number is withheld, and by node: the data that may matter from there on."""
    read: frozenset[Datum] = frozenset()
    """The data that matters anywhere."""
    asks_caller: bool = False
    """Whether anything asks for the calling number."""
    _listening: frozenset[str] = frozenset()
    _told: Mapping[str, frozenset[Datum]] = field(default_factory=dict)
    """By node that is said again where a caller asks to hear the answer once more: the data that its words work with."""
    _plans: dict[tuple[bool, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]], RelevantData] = field(
        default_factory=dict
    )
    _alike: dict[RelevantData, RelevantData] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out what each node looks at."""
        tree = self.tree
        self._listening = frozenset(
            name for name, node in tree.nodes.items() if isinstance(node, ListeningNode)
        )
        flow = Flow(tree.declared, tree.nodes, tree.contracts)
        reads = {withheld: _reads(self.moves, withheld=withheld) for withheld in (False, True)}
        self.live = {withheld: _live(tree, flow, each) for withheld, each in reads.items()}
        told = (name for name, node in tree.nodes.items() if isinstance(node, SayNode))
        self._told = {
            name: data for name in told if (data := reads[False][name].decisive | reads[True][name].decisive)
        }
        self.read = frozenset[Datum]().union(*self.live[False].values(), *self.live[True].values())
        self.asks_caller = not {"caller", "withheld"}.isdisjoint(self.read)

    @property
    def tree(self) -> Tree:
        """The menu."""
        return self.moves.tree

    @property
    def samples(self) -> Samples:
        """The values that its variables are tried with."""
        return self.moves.samples

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
            self._told_before(session),
        )

    def _told_before(self, session: Session) -> tuple[str, ...]:
        return tuple(name for name in session.replayable if name in self._told) if self._told else ()

    def _counters(self, session: Session) -> tuple[int, int, int]:
        if self.counters_together:
            return session.noinputs, session.nomatches, session.repeats
        if session.noinputs:
            return session.noinputs, 0, 0
        return (0, session.nomatches, 0) if session.nomatches else (0, 0, session.repeats)

    def data(self, session: Session, plan: RelevantData) -> DataAbstraction:
        """Return who calls, what they have proved, and the variables, as far as they can still matter."""
        variables, kind, level = session.variables, self.samples.kind, session.level
        return (
            session.account != "" if plan.account else None,
            session.caller == "" if self.asks_caller else None,
            bool(session.notes) if plan.notes else None,
            *[level >= bound for bound in plan.levels],
            *[
                kind(name, session.caller if name == "caller" else variables.get(name))
                for name in plan.variables
            ],
        )

    def plan(self, session: Session, *, withheld: bool) -> RelevantData:
        """Return which data may be looked at from here on, or from wherever the call may go back to."""
        told = self._told_before(session)
        place = (withheld, session.node, tuple(session.history), tuple(session.pending_returns), told)
        found = self._plans.get(place)
        if found is None:
            live = self.live[withheld]
            nodes = (session.node, *session.history, *session.pending_returns)
            data = (*(live[name] for name in nodes if name in live), *(self._told[name] for name in told))
            plan = self._relevant(frozenset[Datum]().union(*data))
            found = self._plans[place] = self._alike.setdefault(plan, plan)
        return found

    def _relevant(self, data: frozenset[Datum]) -> RelevantData:
        names = {datum for datum in data if isinstance(datum, str)}
        levels = sorted(datum for datum in data if isinstance(datum, Level))
        others = {OWN_ACCOUNT, "summary", "withheld"}
        if "caller" not in self.samples.uses:
            others.add("caller")  # then one number is tried, and none
        return RelevantData(
            tuple(sorted(names - others)), tuple(levels), OWN_ACCOUNT in names, "summary" in names, data
        )

    def check(self, session: Session, read: set[Datum]) -> None:
        """Raise :class:`UnforeseenRead` where a step has read something that the key of its state leaves out."""
        missing = read - self.plan(session, withheld=session.caller == "").data - {"caller"}
        if missing:
            names = ", ".join(str(each) for each in missing)
            raise UnforeseenRead(
                f"a step from `{session.node}` looks at {names}, which the key of its state leaves out"
            )

    def decisive(self, record: StepRecord) -> set[Datum]:
        """Return what a step has read that can lead it elsewhere, or make it fail."""
        return record.read | (record.said & self.samples.worked_with)


# --- what is read where


def _reads(moves: Moves, *, withheld: bool) -> dict[str, _NodeReads]:
    """Enter every node, and let everything happen that can happen there; return what each looks at."""
    return {name: _read_at(moves, name, withheld=withheld) for name in moves.tree.nodes}


def _read_at(moves: Moves, name: str, *, withheld: bool) -> _NodeReads:
    tree, worked_with = moves.tree, moves.samples.worked_with
    read, sources = set[Datum](), dict[str, frozenset[Datum]]()
    caller = "" if withheld else ACCOUNT
    for language in tree.languages:
        for level in (Level.unknown, Level.confirmed):
            session = _sample_session(moves, name, language, level, caller)
            record = StepRecord()
            try:
                entered(tree, session, name, moves.usual, record)
            except Exception:  # noqa: BLE001 - with other values it may go on, and look at more
                read |= frozenset[str]().union(*map(names_in, templates_of(tree, name))) & worked_with
            read |= record.read | (record.said & worked_with)
            for variable, made_of in record.sources.items():
                sources[variable] = sources.get(variable, frozenset()) | made_of
    session = _sample_session(moves, name, tree.languages[0], Level.confirmed, caller)
    for move in moves.at(session):
        record = StepRecord()
        with contextlib.suppress(Exception):
            recorded(tree, session, move.event, record)
        read |= record.first | (record.said & worked_with)  # a message is written when its action has ended
    node = tree.nodes[name]
    if isinstance(node, RunNode) and node.run in tree.contracts:
        # The walk itself looks whether the caller has proved so much.
        read.add(tree.contracts[node.run].needs)
    return _NodeReads(frozenset(read - {Level.unknown}), sources)


def _sample_session(moves: Moves, name: str, language: str, level: Level, caller: str) -> Session:
    values = {each: moves.samples.values(each)[0] for each in moves.samples.uses}
    begun = Session("CA-proof", moves.tree.version, moves.usual)
    begun.node, begun.language = name, language
    begun.caller, begun.account, begun.level = caller, ACCOUNT, level
    begun.variables = {**values, **moves.tree.variables}
    return begun


def _live(tree: Tree, flow: Flow, reads: Mapping[str, _NodeReads]) -> dict[str, frozenset[Datum]]:
    """Follow every way backwards: what matters from a node on is what it looks at itself, and what matters after it.

    The special targets lead to nodes that a session remembers (:meth:`StateKeys.plan` looks at those), or to the start.
    """
    before = _ways_to(tree, flow)
    live = {name: reads[name].decisive - _below(node.needs) for name, node in tree.nodes.items()}
    todo = list(tree.nodes)
    while todo:
        name = todo.pop()
        for source, settled in before[name]:
            made_of = (origins for made, origins in reads[source].sources.items() if made in live[name])
            more = (live[name] - settled).union(*made_of)
            if not more <= live[source]:
                live[source] |= more
                todo.append(source)
    return live


def _ways_to(tree: Tree, flow: Flow) -> dict[str, list[tuple[str, frozenset[Datum]]]]:
    """Return by node: from where a call comes there, and what has been set anew on the way."""
    before: dict[str, list[tuple[str, frozenset[Datum]]]] = {name: [] for name in tree.nodes}
    for name, node in tree.nodes.items():
        for edge in flow.edges[name]:
            target = edge.target if edge.target in before else tree.declared.start
            before[target].append((name, edge.sets | _settled(node.needs, edge)))
        if tree.declared.agent in before:  # our own machinery may fail anywhere: then the human follows
            before[tree.declared.agent].append((name, frozenset()))
    return before


def _settled(needs: str | None, edge: Edge) -> frozenset[Datum]:
    """Return the levels that every caller has reached at the end of a way."""
    if edge.kind is EdgeKind.questions:
        return frozenset()
    reached = max(Level[needs] if needs else Level.unknown, edge.requires, edge.raises)
    return frozenset(level for level in Level if level <= reached)


def _below(needs: str | None) -> frozenset[Datum]:
    """Return the levels of which a node with these ``needs`` asks nothing more: it asks for that one first."""
    return frozenset(level for level in Level if needs and level < Level[needs])
