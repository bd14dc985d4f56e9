"""What written calls cover, in the caller's terms: keys, silences, wordings, endings.

:func:`everything` lists what a tree has to cover, without playing anything. A :class:`Coverage` says what steps
cover. Whether callers can reach a place at all is the question of :mod:`ivr.explore.reach`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from ivr.engine import events
from ivr.engine.callers import first_language
from ivr.engine.commands import RunAction
from ivr.engine.recognition import as_keys
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.menu.language.contract import Level
from ivr.menu.language.desks import FollowUp
from ivr.menu.language.model import Model, read_table
from ivr.menu.language.nodes import AskNode, ListeningNode, MenuNode, Node, SetNode, TextNode, WaitsFor
from ivr.menu.opening_hours import is_open
from ivr.menu.tree import Tree


class Dimension(Model):
    """A kind of item, which is counted by itself."""

    means: str
    title: str
    """The title of a call that covers an item of it."""
    words: dict[str, str] = Field(default_factory=dict)
    """What some items are called in the title."""
    others: str = "{what}"
    """What the other items are called there."""


DIMENSIONS: Mapping[str, Dimension] = read_table(
    dict[str, Dimension], Path(__file__).with_name("dimensions.yaml")
)
"""The kinds of items by name, in the order of every report."""
NEVER_WRITTEN = frozenset({"internal_error", "many_calls"})
"""The sentences after an internal error and for a call too many. No written call can cause either."""


class CoverageItem(NamedTuple):
    """One thing that a call can cover."""

    dimension: str
    node: str = ""
    """Empty if it belongs to no node, such as a sentence of the machine itself."""
    what: str = ""
    """The key, the outcome, the try or the wording."""
    language: str = ""

    def __str__(self) -> str:
        language = f"({self.language})" if self.language else ""
        return " ".join(part for part in (self.node, self.what, language) if part)


# --- all that there is


def everything(tree: Tree) -> dict[str, list[CoverageItem]]:
    """Return all items of a tree by dimension, in the tree's order. Empty dimensions are left out."""
    found: dict[str, list[CoverageItem]] = {dimension: [] for dimension in DIMENSIONS}
    for name, node in tree.nodes.items():
        for item in _of_node(tree, name, node):
            found[item.dimension].append(item)
    found["prompts"] = list(prompts_of(tree).values())
    found["endings"] = [CoverageItem("endings", "", ending) for ending in _endings(tree)]
    return {dimension: items for dimension, items in found.items() if items}


def _of_node(tree: Tree, name: str, node: Node) -> Iterator[CoverageItem]:
    yield CoverageItem("nodes", name)
    if len(tree.languages) > 1:
        yield from (CoverageItem("languages", name, "", language) for language in tree.languages)
    yield from (CoverageItem("options", name, key) for key in node.options)
    if isinstance(node, ListeningNode):
        yield from _of_listening(tree, name, node)
    if isinstance(node, AskNode):
        yield from (CoverageItem("entries", name, what) for what in _entries(node))
    yield from (CoverageItem(_results_of(node), name, word) for word in _results(tree, node))
    if node.waits_for is WaitsFor.action:
        yield CoverageItem("slow", name)
    if node.desk and tree.desks[node.desk].closed:
        yield CoverageItem("desks", name, FollowUp.closed)


def _results(tree: Tree, node: Node) -> Sequence[str]:
    """Return the possible results of what a node waits for."""
    if node.results or node.action is None:
        return node.results
    return list(tree.contracts[node.action].all_outcomes())


def _results_of(node: Node) -> str:
    """Return the dimension of a node's results."""
    return {WaitsFor.desk: "desks", WaitsFor.recording: "recordings"}.get(node.waits_for, "outcomes")


def _of_listening(tree: Tree, name: str, node: MenuNode | AskNode) -> Iterator[CoverageItem]:
    for time in range(1, node.tries + 1):
        yield CoverageItem("noinput", name, str(time))
        yield CoverageItem("nomatch", name, str(time))
    yield from (CoverageItem("anywhere", name, key) for key in tree.anywhere if key not in node.options)


def _entries(node: AskNode) -> Sequence[str]:
    if node.ask == "yes_no":
        return ("yes", "no")
    return ("accepted", "typed again") if node.read_back else ("accepted",)


def _endings(tree: Tree) -> Iterator[str]:
    waits = {node.waits_for for node in tree.nodes.values()}
    if WaitsFor.over in waits:
        yield "completed"
    if WaitsFor.desk in waits:
        yield "transferred"
    yield "farewell"


def prompts_of(tree: Tree) -> dict[int, CoverageItem]:
    """Return every prompt by its identity. The same words in two places are two prompts."""
    found: dict[int, CoverageItem] = {}
    for language, speech in tree.speech.items():
        said = [(name, *part) for name, words in speech.nodes.items() for part in words.prompts]
        said += [
            ("", f"phrase {name}", own) for name, own in speech.phrases.items() if name not in NEVER_WRITTEN
        ]
        for name, part, prompts in said:
            for number, prompt in enumerate(prompts, 1):
                found[id(prompt)] = CoverageItem("prompts", name, f"{part} {number}", language)
    return found


# --- what calls cover


@dataclass(slots=True)
class Coverage:
    """The coverage of several calls on one tree. Each is observed step by step, and counts once it is added."""

    tree: Tree
    covered: set[CoverageItem] = field(default_factory=set)
    fresh: set[CoverageItem] = field(default_factory=set)
    """The items of the current call so far."""
    prompts: dict[int, CoverageItem] = field(init=False)

    def __post_init__(self) -> None:
        self.prompts = prompts_of(self.tree)

    def see(self, before: Session, event: events.Event, turn: Turn) -> None:
        """Observe a step of the current call."""
        self.fresh.update(self.items(before, event, turn))

    def take(self) -> set[CoverageItem]:
        """Return the items of the current call, and start with the next one."""
        fresh, self.fresh = self.fresh, set()
        return fresh

    def items(self, before: Session, event: events.Event, turn: Turn) -> Iterator[CoverageItem]:
        """Yield the items that one step covers. An item may appear twice."""
        yield from (self.prompts[id(said)] for said in turn.uttered if id(said) in self.prompts)
        yield from self._passed(before, event, turn)
        if before.ending:
            return
        if turn.session.ending:
            yield CoverageItem("endings", "", turn.session.ending)
        if isinstance(event, events.DigitsPressed | events.SpeechHeard | events.NoInput) and turn.input_kind:
            yield from self._input(before, event, turn.input_kind)
        elif before.node in self.tree.nodes:
            yield from self._report(before.node, self.tree.nodes[before.node], event)

    def _passed(self, before: Session, event: events.Event, turn: Turn) -> Iterator[CoverageItem]:
        """Yield the items of passed nodes. A node that first asks for identity is not passed."""
        last = len(turn.visited) - 1
        language = self._begins_in(before, event, turn)
        for place, name in enumerate(turn.visited):
            node = self.tree.nodes[name]
            if node.needs and turn.session.level < Level[node.needs]:
                continue
            yield CoverageItem("nodes", name)
            yield CoverageItem("languages", name, "", language)
            if isinstance(node, SetNode) and "language" in node.set:
                language = turn.session.language
            asked = place == last and any(isinstance(each, RunAction) for each in turn.commands)
            if isinstance(node, TextNode) and not asked:
                yield CoverageItem("outcomes", name, "unable")
            desk = self.tree.desks[node.desk] if node.desk else None
            if desk and desk.closed and not is_open(desk, turn.at, self.tree.timezone):
                yield CoverageItem("desks", name, FollowUp.closed)

    def _begins_in(self, before: Session, event: events.Event, turn: Turn) -> str:
        """Return the language of the first node: the present one, unless the caller chose another."""
        spoken = before.language if before.language in self.tree.speech else self.tree.languages[0]
        if isinstance(event, events.CallStarted):
            chosen = event.language or first_language(self.tree, event.caller)
            return chosen if chosen in self.tree.speech else spoken
        if turn.input_kind != "option" or not isinstance(event, events.DigitsPressed | events.SpeechHeard):
            return spoken
        option = self.tree.nodes[before.node].options[as_keys(self.tree, before, event).digits]
        chosen = str(option.language)
        return chosen if chosen in self.tree.speech else spoken

    def _input(
        self, before: Session, event: events.DigitsPressed | events.SpeechHeard | events.NoInput, took: str
    ) -> Iterator[CoverageItem]:
        name = before.node
        if took == "noinput":
            yield CoverageItem("noinput", name, str(before.noinputs + 1))
        elif took in {"nomatch", "unfinished"}:
            yield CoverageItem("nomatch", name, str(before.nomatches + 1))
        elif took in {"option", "anywhere"} and not isinstance(event, events.NoInput):
            dimension = "options" if took == "option" else "anywhere"
            yield CoverageItem(dimension, name, as_keys(self.tree, before, event).digits)
        elif not isinstance(event, events.NoInput):
            yield CoverageItem("entries", name, self._entry(before, event, took))

    def _entry(self, before: Session, event: events.DigitsPressed | events.SpeechHeard, took: str) -> str:
        node = self.tree.nodes[before.node]
        if isinstance(node, AskNode) and node.ask == "yes_no":
            return "yes" if as_keys(self.tree, before, event).digits == "1" else "no"
        return "accepted" if took == "entry" else "typed again"

    def _report(self, name: str, node: Node, event: events.Event) -> Iterator[CoverageItem]:
        """Yield the items of an event that is not the caller's input."""
        dimension, known = _results_of(node), _results(self.tree, node)
        if isinstance(event, events.ActionFinished) and event.action == node.action:
            yield CoverageItem(dimension, name, event.outcome if event.outcome in known else "unavailable")
        elif isinstance(event, events.ActionGoesOn) and node.waits_for is WaitsFor.action:
            yield CoverageItem("slow", name)
        elif isinstance(event, events.TransferEnded) and node.waits_for is WaitsFor.desk:
            yield CoverageItem(dimension, name, event.result)
        elif (
            isinstance(event, events.RecordingEnded | events.NoInput) and node.waits_for is WaitsFor.recording
        ):
            left = isinstance(event, events.RecordingEnded) and not event.is_empty
            yield CoverageItem(dimension, name, "left" if left else "nothing")


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """The coverage of one dimension. Items that no caller can reach are not counted."""

    dimension: str
    items: Sequence[CoverageItem]
    missing: Sequence[CoverageItem]
    unreachable: Sequence[CoverageItem] = ()

    @property
    def covered(self) -> int:
        return len(self.items) - len(self.missing)

    @property
    def percent(self) -> float:
        """The percentage of covered items; 100 if there are none."""
        return 100 * self.covered / len(self.items) if self.items else 100.0


def coverage_rows(
    everything: Mapping[str, Sequence[CoverageItem]],
    covered: set[CoverageItem],
    unreachable: set[CoverageItem],
) -> list[CoverageRow]:
    """Return the coverage of each dimension."""
    found = []
    for dimension, items in everything.items():
        never = [item for item in items if item in unreachable and item not in covered]
        counted = [item for item in items if item in covered or item not in unreachable]
        missing = [item for item in counted if item not in covered]
        found.append(CoverageRow(dimension, counted, missing, never))
    return found
