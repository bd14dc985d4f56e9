"""Counts recorded calls on the edges of a menu.

A record has the call's events, their nodes, and the nodes that the call entered after each of them. Some things stay
unknown:

- the nodes of calls that version 0.4.0 or an older one recorded, but for those where they waited;
- whether a typed entry was wrong: wrong keys are counted at menus only;
- the edge of a key of ``anywhere``: these keys have no arrows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import assert_never

from ivr.diagrams.boxes import Arrow, Box, Drawing
from ivr.diagrams.edges import DrawnEdge, edges_of
from ivr.diagrams.translations import DrawingWords
from ivr.menu.language.desks import FollowUp
from ivr.menu.language.nodes import (
    AskNode,
    ListeningNode,
    MenuNode,
    Node,
    TextNode,
    WaitsFor,
)
from ivr.menu.tree import Tree
from ivr.storage.base import CallHistory, PathEntry

MOST_CALLS = 10_000
"""The most calls that are counted, latest first. Reading more would take minutes."""
_TYPED = frozenset({"DigitsPressed", "SpeechHeard"})
_LIGHT, _DARK = (0x9E, 0xC3, 0xE6), (0x08, 0x30, 0x6B)
"""One hue from light to dark. Everybody can tell the shades apart, also on paper."""


@dataclass(slots=True)
class CallStats:
    """Counts of calls on each edge, and of those that failed or ended at each node."""

    calls: int = 0
    other_versions: int = 0
    """Calls of another version of the menu."""
    first: datetime | None = None
    last: datetime | None = None
    drawn_edges: dict[DrawnEdge, set[int]] = field(default_factory=dict)
    """The numbers of the calls on each edge."""
    visits: dict[str, set[int]] = field(default_factory=dict)
    """The numbers of the calls at each node and desk."""
    hung_up: dict[str, set[int]] = field(default_factory=dict)
    nomatch: dict[str, set[int]] = field(default_factory=dict)
    noinput: dict[str, set[int]] = field(default_factory=dict)

    def on_drawing(self, drawing: Drawing) -> Drawing:
        """Return the drawing with the figures of its arrows and boxes."""
        words = drawing.words
        return replace(
            drawing,
            boxes={name: self._on_box(box, words) for name, box in drawing.boxes.items()},
            arrows=[self._on_arrow(arrow) for arrow in drawing.arrows],
            call_legend=list(self.legend(words)),
        )

    def at(self, node: str) -> int:
        """Return the number of calls at a node or a desk."""
        return len(self.visits.get(node, ()))

    def _on_arrow(self, arrow: Arrow) -> Arrow:
        """Add an arrow's calls, and their share of those at its source."""
        count = len(set().union(*(self.drawn_edges.get(edge, ()) for edge in arrow.drawn_edges)))
        there = self.at(arrow.drawn_edges[0].node)
        figures = f"{count} · {_percent(count, there)}" if there else "0"
        return replace(arrow, figures=figures, share=count / self.calls if self.calls else 0.0)

    def _on_box(self, box: Box, words: DrawingWords) -> Box:
        """Add a box's calls, and the share of hang-ups, wrong keys and silences."""
        there = self.at(box.name)
        lines = [
            f"{what} {_percent(len(calls), there)}"
            for what, counts in (
                (words.hung_up, self.hung_up),
                (words.nomatch, self.nomatch),
                (words.noinput, self.noinput),
            )
            if (calls := counts.get(box.name))
        ]
        dropped = len(self.hung_up.get(box.name, ())) / there if there else 0.0
        return replace(box, figures=" · ".join([str(there), *lines]), dropped=dropped)

    def legend(self, words: DrawingWords) -> Iterator[str]:
        """Yield sentences that explain the figures."""
        if self.first is None or self.last is None:
            yield words.nobody
            return
        yield words.calls.format(
            count=self.calls, first=f"{self.first:%Y-%m-%d}", last=f"{self.last:%Y-%m-%d}"
        )
        yield words.how_to_read
        if self.other_versions:
            yield words.other_versions.format(count=self.other_versions)
        if self.calls >= MOST_CALLS:
            yield words.most_calls.format(count=MOST_CALLS)


def _percent(part: int, whole: int) -> str:
    """Return a share as whole per cent. A small share is ``<1%``, not ``0%``."""
    share = 100 * part / whole if whole else 0.0
    return "<1%" if 0 < share < 1 else f"{share:.0f}%"


def shade_of(share: float) -> str:
    """Return an arrow's colour for its share of the calls. An unused arrow is grey."""
    if share <= 0:
        return "#b0b0b0"
    mixed = (round(light + (dark - light) * share**0.5) for light, dark in zip(_LIGHT, _DARK, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def count(tree: Tree, histories: Iterable[CallHistory]) -> CallStats:
    """Count calls on the edges of a menu."""
    traffic, counter = CallStats(), _Counter(tree, edges_of(tree))
    for history in histories:
        number, record = traffic.calls, history.record
        started = record.started.astimezone(tree.timezone)  # the legend shows days in the hotline's time zone
        traffic.calls += 1
        traffic.other_versions += record.version != tree.version
        traffic.first = min(traffic.first or started, started)
        traffic.last = max(traffic.last or started, started)
        counter.take(history, number, traffic)
    return traffic


@dataclass(frozen=True, slots=True)
class _Counter:
    tree: Tree
    drawn_edges: Mapping[str, Sequence[DrawnEdge]]

    def take(self, history: CallHistory, number: int, traffic: CallStats) -> None:
        path, last = history.path, ""
        for entry, after in zip(path, [*path[1:], None], strict=True):
            self._stumbles(entry, number, traffic)
            used = [*self._caused(history, entry, after), *self._between(entry.passed)]
            for edge in used:
                traffic.drawn_edges.setdefault(edge, set()).add(number)
            desks = [edge.target for edge in used if edge.kind == "ring"]
            for node in filter(None, (entry.node, *entry.passed, *desks)):
                traffic.visits.setdefault(node, set()).add(number)
            last = (entry.passed or (entry.node,))[-1] or last
        if history.record.ending == "hung_up" and last:
            traffic.hung_up.setdefault(last, set()).add(number)

    def _stumbles(self, entry: PathEntry, number: int, traffic: CallStats) -> None:
        node = self.tree.nodes.get(entry.node)
        if entry.event == "NoInput" and isinstance(node, ListeningNode):
            traffic.noinput.setdefault(entry.node, set()).add(number)
        elif entry.event in _TYPED and isinstance(node, MenuNode) and not entry.keys:
            traffic.nomatch.setdefault(entry.node, set()).add(number)

    def _caused(self, history: CallHistory, entry: PathEntry, after: PathEntry | None) -> list[DrawnEdge]:
        """Return the edges that an event took."""
        node, own = self.tree.nodes.get(entry.node), self.drawn_edges.get(entry.node, ())
        if node is None or entry.event == "CallerHungUp":
            return []
        rung = [edge for edge in own if edge.kind == "ring"]
        if self._is_anywhere(node, entry):
            return rung
        word = _recorded(history, entry, after) if node.waits_for is WaitsFor.recording else entry.ended.word
        chosen = _chosen(node, entry, own, word)
        for ring in rung:
            follow_ups = self.drawn_edges[ring.target]
            chosen = next((edge for edge in follow_ups if edge.name == word), None)
        return [*rung, *([chosen] if chosen else ())]

    def _is_anywhere(self, node: Node, entry: PathEntry) -> bool:
        key = entry.keys.rstrip("#") or entry.keys
        if key not in self.tree.anywhere:
            return False
        return key not in node.options and not (isinstance(node, AskNode) and node.ask == "yes_no")

    def _between(self, passed: Sequence[str]) -> Iterator[DrawnEdge]:
        """Yield the edges between nodes that a call entered one after the other. None leads to identity questions."""
        for name, target in pairwise(passed):
            node, own = self.tree.nodes.get(name), self.drawn_edges.get(name, ())
            ring = own[0] if own and own[0].kind == "ring" else None
            if ring:  # the desk is closed
                own = [edge for edge in self.drawn_edges[ring.target] if edge.name == FollowUp.closed]
            elif isinstance(node, TextNode):
                own = [edge for edge in own if edge.name == "unable"]
            elif node is None or node.waits_for is not WaitsFor.nothing:
                own = ()
            # `back`, `repeat` and `return` are targets that name no node.
            there = [edge for edge in own if edge.target == target or edge.target not in self.drawn_edges]
            if there:
                yield from [ring, there[0]] if ring else there[:1]


def _recorded(history: CallHistory, entry: PathEntry, after: PathEntry | None) -> str:
    """Return the result of a recording: the record has a voicemail from then on, or none."""
    began = entry.at.replace(microsecond=0)
    left = any(began <= each.at and (after is None or each.at < after.at) for each in history.voicemails)
    return "left" if left else "nothing"


def _chosen(node: Node, entry: PathEntry, own: Sequence[DrawnEdge], word: str) -> DrawnEdge | None:
    """Return the edge that an event took at a node, or None if the menu has no such edge. ``word`` is its result."""
    key, moved = entry.keys.rstrip("#") or entry.keys, bool(entry.passed)
    by_key = next((edge for edge in own if edge.kind == "key" and edge.name in {key, entry.keys}), None)
    named = {edge.name if edge.kind == "outcome" else edge.kind: edge for edge in own if edge.kind != "key"}
    match node.waits_for:
        case WaitsFor.key | WaitsFor.entry if entry.event == "NoInput":
            return named.get("after_tries") if moved else None
        case WaitsFor.key:
            return by_key or (named.get("after_tries") if moved else None)
        case WaitsFor.entry:
            if by_key or not moved:
                return by_key
            if isinstance(node, AskNode) and node.ask == "yes_no":
                return named.get({"1": "yes", "2": "no"}.get(key, "then")) or named.get("then")
            return named.get("then")
        case WaitsFor.action | WaitsFor.desk | WaitsFor.recording:
            return named.get(node.way_keys.get(word, word)) or named.get("unavailable") if word else None
        case WaitsFor.nothing | WaitsFor.over:
            return None
        case _:
            assert_never(node.waits_for)
