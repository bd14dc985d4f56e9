"""The contents of a drawing: boxes for nodes and desks, and arrows between them.

A chain of nodes with one way on shares a box, unless ``full`` is set. Keys that work anywhere would be an arrow from
every menu, so they appear once, in the legend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from ivr.diagrams.edges import DrawnEdge, desk_box, edges_of
from ivr.diagrams.text_metrics import shortened
from ivr.diagrams.translations import DrawingWords, drawing_words
from ivr.menu.language.desks import Desk
from ivr.menu.language.nodes import SayNode, SetNode, WaitsFor, called
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.opening_hours import week
from ivr.menu.reading.draft import MENU_FILE
from ivr.menu.speech.prompts import Prompt
from ivr.menu.tree import NodeSpeech, Tree

HUB = 5
"""A box with more sources than this is a hub. Arrows to it are not drawn; its name stands in their place."""


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """One node in a drawing."""

    node: str
    kind: str
    about: str
    """What it asks for, runs or records."""
    said: str
    """Its first words; empty if it says nothing."""
    words: tuple[tuple[str, tuple[str, ...]], ...]
    """All its words: the name of each part, and its wordings."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node, a chain of nodes, or a desk."""

    name: str
    """The name of its last node, which waits or leads on."""
    kind: str
    file: str
    steps: tuple[DrawnNode, ...]
    needs: str = ""
    """The level of identity that it asks for."""
    starts: bool = False
    figures: str = ""
    """Its counted calls, in words. Empty if none are shown."""
    dropped: float = 0.0
    """The share of its calls that hung up here."""

    def lines(self, most: float) -> list[str]:
        """Return the text of a box for Mermaid or Graphviz. Words have at most this width."""
        last = self.steps[-1]
        about = last.about if self.kind == "desk" else f"{self.kind} {last.about}"
        return [
            " › ".join(step.node for step in self.steps),
            *([about] if last.about and self.kind != "set" else []),
            *([f"needs {self.needs}"] if self.needs else []),
            *(shortened(step.said, most) for step in self.steps if step.said),
            *([self.figures] if self.figures else []),
        ]


@dataclass(frozen=True, slots=True)
class Arrow:
    """The edges from one box to another with one label."""

    source: str
    target: str
    """A box, or ``back``, ``repeat``, ``return``."""
    label: str
    drawn_edges: tuple[DrawnEdge, ...]
    figures: str = ""
    """Its counted calls, in words. Empty if none are shown."""
    share: float = 0.0
    """The share of all calls that went this way."""

    def lines(self, most: float) -> list[str]:
        """Return the text of an arrow for Mermaid or Graphviz. The label has at most this width."""
        return [line for line in (shortened(self.label, most), self.figures) if line]


@dataclass(frozen=True)
class Drawing:
    """A hotline, drawn in one language."""

    hotline: str
    language: str
    boxes: Mapping[str, Box]
    """Boxes by name, in the order of the files."""
    arrows: Sequence[Arrow]
    legend: Sequence[str]
    """Sentences about the whole hotline."""
    full: bool = False
    """Whether every node has a box of its own."""
    call_legend: Sequence[str] = ()
    """Sentences about the calls that are counted. Empty if the drawing has no figures."""

    @property
    def words(self) -> DrawingWords:
        return drawing_words(self.language)

    def groups(self) -> dict[str, list[Box]]:
        """Return the boxes of each file."""
        found: dict[str, list[Box]] = {}
        for box in self.boxes.values():
            found.setdefault(box.file, []).append(box)
        return found

    def sources(self) -> dict[str, list[str]]:
        """Return the other boxes that lead to each box."""
        found: dict[str, dict[str, None]] = {name: {} for name in self.boxes}
        for arrow in self.arrows:
            if arrow.target in found and arrow.source != arrow.target:
                found[arrow.target][arrow.source] = None
        return {name: list(sources) for name, sources in found.items()}

    @cached_property
    def hubs(self) -> set[str]:
        """The boxes with so many sources that arrows to them would hide the rest."""
        return {name for name, sources in self.sources().items() if len(sources) > HUB}

    def references(self) -> dict[tuple[str, str], int]:
        """Number the references. One stands in a file for a target to which no line is drawn, by the target's name."""
        wanted = map(self.reference, self.arrows)
        return {each: number for number, each in enumerate(dict.fromkeys(filter(None, wanted)))}

    def reference(self, arrow: Arrow) -> tuple[str, str] | None:
        """Return the reference where an arrow ends, or None if it ends at its target."""
        file, box = self.boxes[arrow.source].file, self.boxes.get(arrow.target)
        if box and (box.file == file or arrow.target not in self.hubs):
            return None
        return file, self.target_name(arrow)

    def target_name(self, arrow: Arrow) -> str:
        """Return the target's name as the menu writes it. ``back`` and the like are translated."""
        words = self.words
        named = {"back": words.back, "repeat": words.repeat, "return": words.returns}
        return named.get(arrow.target, arrow.drawn_edges[0].target)


def draw(tree: Tree, language: str, *, full: bool = False) -> Drawing:
    """Draw a hotline in a language. ``full`` gives every node its own box."""
    artist = _Artist(tree, language)
    drawn_edges = edges_of(tree)
    chains = [[name] for name in tree.nodes] if full else _chains(tree, drawn_edges)
    boxes = [artist.box(chain) for chain in chains]
    for name, desk in tree.desks.items():
        boxes.append(artist.desk(name, desk, _file_of_desk(tree, drawn_edges, name)))
    files = list(dict.fromkeys([MENU_FILE, *tree.declared.include, *(box.file for box in boxes)]))
    boxes.sort(key=lambda box: files.index(box.file))
    box_of = {node: chain[-1] for chain in chains for node in chain}
    box_of |= {desk_box(name): desk_box(name) for name in tree.desks}
    arrows = list(_arrows(drawn_edges, box_of, artist))
    by_name = {box.name: box for box in boxes}
    return Drawing(tree.name, language, by_name, arrows, list(artist.legend()), full)


def _chains(tree: Tree, drawn_edges: Mapping[str, Sequence[DrawnEdge]]) -> list[list[str]]:
    """Join each node that only leads to one other with that node, unless something else leads there too."""
    hotline = tree.declared
    arrivals = Counter(edge.target for each in drawn_edges.values() for edge in each)
    arrivals.update([hotline.start, hotline.agent, *hotline.identity.values(), *tree.anywhere.values()])
    following = {
        name: node.then
        for name, node in tree.nodes.items()
        if isinstance(node, SayNode | SetNode)
        and arrivals[node.then] == 1
        and node.then not in SPECIAL_TARGETS
        and node.then != name
        and tree.files[node.then] == tree.files[name]
    }
    heads = [name for name in tree.nodes if name not in set(following.values())]
    chains = []
    for head in heads:
        chain = [head]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        chains.append(chain)
    return chains


def _file_of_desk(tree: Tree, drawn_edges: Mapping[str, Sequence[DrawnEdge]], desk: str) -> str:
    """Return the file whose nodes have most edges to and from a desk."""
    box = desk_box(desk)
    beside = [edge.target for edge in drawn_edges[box]]
    beside += [name for name, each in drawn_edges.items() if any(edge.target == box for edge in each)]
    count = Counter(tree.files[name] for name in beside if name in tree.files)
    return count.most_common(1)[0][0] if count else MENU_FILE


def _arrows(
    drawn_edges: Mapping[str, Sequence[DrawnEdge]], box_of: Mapping[str, str], artist: _Artist
) -> Iterable[Arrow]:
    """Yield the arrows between boxes. Edges with the same two ends share one, but every key has its own."""
    for node, own in drawn_edges.items():
        source = box_of[node]
        if node != source:
            continue  # its only edge stays inside the box
        joined: dict[object, list[DrawnEdge]] = {}
        for edge in own:
            joined.setdefault(edge if edge.kind == "key" else edge.target, []).append(edge)
        for together in joined.values():
            target = box_of.get(together[0].target, together[0].target)
            label = ", ".join(filter(None, map(artist.label, together)))
            yield Arrow(source, target, label, tuple(together))


@dataclass(frozen=True, slots=True)
class _Artist:
    tree: Tree
    language: str

    @property
    def words(self) -> DrawingWords:
        return drawing_words(self.language)

    def box(self, chain: Sequence[str]) -> Box:
        last, nodes = chain[-1], [self.tree.nodes[name] for name in chain]
        needs = [node.needs for node in nodes if node.needs]
        return Box(
            last,
            nodes[-1].kind,
            self.tree.files[last],
            tuple(map(self.step, chain)),
            needs[-1] if needs else "",
            self.tree.declared.start in chain,
        )

    def desk(self, name: str, desk: Desk, file: str) -> Box:
        spans = [desk.hours] if isinstance(desk.hours, str) else map(" ".join, week(desk))
        hours = " · ".join(spans)
        return Box(desk_box(name), "desk", file, (DrawnNode(desk_box(name), "desk", hours, "", ()),))

    def step(self, name: str) -> DrawnNode:
        node, said = self.tree.nodes[name], self.tree.speech[self.language].nodes[name]
        first = said.say or said.end or ((said.text,) if said.text else ())
        return DrawnNode(
            name, node.kind, node.about, _text(first[0]) if first else "", tuple(self._all(said))
        )

    def _all(self, said: NodeSpeech) -> Iterable[tuple[str, tuple[str, ...]]]:
        kept = {key: prompts for key, prompts in said.spoken.items() if prompts}
        kept |= {key: (prompt,) for key, prompt in said.messages.items()}
        for key, prompts in kept.items():
            yield called(key, self.language), tuple(map(_text, prompts))

    def label(self, edge: DrawnEdge) -> str:
        words = self.words
        match edge.kind:
            case "key":
                said = f"{edge.name} {self.purpose(edge.node, edge.name)}".strip()
                return f"{said} [{edge.condition}]" if edge.condition else said
            case "desk":
                return words.ways[edge.name]
            case "outcome" if edge.name in type(self.tree.nodes[edge.node]).model_fields:
                return words.ways.get(edge.name, edge.name)
            case "else":
                return words.otherwise
            case "after_tries":
                return words.after_tries
            case "then":
                return self.after_wait(self.tree.nodes[edge.node].waits_for)
        return edge.name

    def after_wait(self, waits_for: WaitsFor) -> str:
        """Return the label of a `then` after a node that waits."""
        match waits_for:
            case WaitsFor.entry:
                return self.words.entered
            case WaitsFor.recording:
                return self.words.recorded
            case WaitsFor.action:
                return self.words.sent
            case WaitsFor.nothing | WaitsFor.key | WaitsFor.desk | WaitsFor.over:
                return ""
            case _:
                assert_never(waits_for)

    def purpose(self, name: str, key: str) -> str:
        options = self.tree.speech[self.language].nodes[name].options
        return next((option.words for option in options if option.key == key), "").rstrip("，, ")

    def legend(self) -> Iterable[str]:
        hotline, words = self.tree.declared, self.words
        named = {"back": words.back, "repeat": words.repeat, "return": words.returns}
        if self.tree.anywhere:
            keys = ", ".join(f"{key} → {named.get(to, to)}" for key, to in self.tree.anywhere.items())
            yield words.anywhere.format(keys=keys)
        if hotline.identity:
            levels = ", ".join(f"{level} → {node}" for level, node in hotline.identity.items())
            yield words.identity.format(levels=levels)


def _text(prompt: Prompt) -> str:
    return prompt.source or prompt.fixed.text
