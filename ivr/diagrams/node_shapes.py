"""The contents of a box in a picture: its lines of text, and a row for each way on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.diagrams.boxes import Arrow, Box, Drawing
from ivr.diagrams.layout import ENTRY, Size
from ivr.diagrams.ranking import Ends, forward, ranked
from ivr.diagrams.text_metrics import lines_of, shortened, width_of

BOX_WIDTH = 196.0
PAD = 9.0
"""The space left and right of the words in a box."""
_ABOVE, _BELOW = 4.0, 6.0
_MOST_LINES = 2
"""The most lines of a node's words. The page shows all of them after a click."""
_BOLD = 1.1
"""How much wider bold letters are."""
_FAR = 2
"""A line across more ranks than this is left out, if another line leads to the same box."""
_LARGE, _BRANCHES = 60, 3
"""In a file with more boxes than ``_LARGE``, no line connects two boxes that both branch into so many lines."""
INDENT = 10.0
"""The indentation of a box within a row."""
_HEIGHTS = {"name": 15.0, "about": 12.5, "words": 13.5, "row": 15.5, "figures": 13.5, "onward": 13.5}
SIZES = {"name": 11.5, "about": 9.5, "words": 10.5, "row": 10.5, "figures": 9.5, "onward": 10.5}


@dataclass(frozen=True, slots=True)
class ShapeText:
    """A line of text in a box. ``y`` is its baseline, measured from the top of the box."""

    kind: str
    text: str
    y: float


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """A way on. ``y`` is the baseline of its words, ``port`` the height where its line begins."""

    arrow: Arrow
    label: str
    goal: str
    """The name of the target, if no line is drawn; else empty."""
    y: float
    port: float
    bottom: float
    drawn: bool
    words: Sequence[ShapeText] = ()
    """The words of the target box, if it is drawn inside this row."""
    onward: Arrow | None = None
    """The arrow from that inner box."""


@dataclass(frozen=True, slots=True)
class NodeShape:
    """A box with its contents."""

    box: Box
    texts: Sequence[ShapeText]
    rows: Sequence[ShapeRow]
    size: Size


def lines_within(drawing: Drawing) -> set[Ends]:
    """Return the ends of the lines to draw. Other arrows show the name of their target.

    A line stays in one file, leads ahead and not far, and not to a hub. The shortest line to each box is always drawn.
    """
    hubs, boxes = drawing.hubs, drawing.boxes
    near = [
        (arrow.source, arrow.target)
        for arrow in drawing.arrows
        if arrow.target in boxes
        and arrow.target not in hubs
        and boxes[arrow.target].file == boxes[arrow.source].file
    ]
    lines = forward(near, list(boxes))
    order = [ends for ends in dict.fromkeys(near) if ends in lines]
    pieces = ranked(list(boxes), order)
    spans = {ends: len(chain) - 1 for piece in pieces for ends, chain in piece.chains.items()}
    nearest: dict[str, int] = {}
    for ends in order:
        nearest[ends[1]] = min(spans[ends], nearest.get(ends[1], spans[ends]))
    return _parted(drawing, {ends for ends in order if spans[ends] <= max(_FAR, nearest[ends[1]])})


def _parted(drawing: Drawing, lines: set[Ends]) -> set[Ends]:
    """Remove the lines between boxes with many branches, in a file so large that it would be one endless tree."""
    large = {box.name for boxes in drawing.groups().values() if len(boxes) > _LARGE for box in boxes}
    out = Counter(source for source, _ in lines)
    return {ends for ends in lines if ends[0] not in large or min(out[ends[0]], out[ends[1]]) < _BRANCHES}


def folded(drawing: Drawing, lines: set[Ends]) -> dict[str, Arrow]:
    """Return the boxes that fit inside a row, each with its arrow.

    They only say something, have one source, and no line leads on from them.
    """
    if drawing.full:
        return {}
    into = Counter(arrow.target for arrow in drawing.arrows)
    out = Counter(arrow.source for arrow in drawing.arrows)
    return {
        arrow.source: arrow
        for arrow in drawing.arrows
        if drawing.boxes[arrow.source].kind in {"say", "set"}
        and into[arrow.source] == out[arrow.source] == 1
        and (arrow.source, arrow.target) not in lines
        and any(ends[1] == arrow.source for ends in lines)
    }


def faces(drawing: Drawing, lines: set[Ends]) -> dict[str, NodeShape]:
    """Return the shape of every box that is not inside a row."""
    own: dict[str, list[Arrow]] = {name: [] for name in drawing.boxes}
    unseen: dict[str, dict[str, None]] = {name: {} for name in drawing.boxes}
    for arrow in drawing.arrows:
        own[arrow.source].append(arrow)
        if arrow.target in unseen and (arrow.source, arrow.target) not in lines:
            unseen[arrow.target][arrow.source] = None
    inner = folded(drawing, lines)
    maker = _Maker(drawing, lines, inner)
    return {
        name: maker.shape(box, own[name], list(unseen[name]))
        for name, box in drawing.boxes.items()
        if name not in inner
    }


@dataclass(frozen=True, slots=True)
class _Maker:
    drawing: Drawing
    lines: set[Ends]
    inner: Mapping[str, Arrow]

    def shape(self, box: Box, arrows: Sequence[Arrow], unseen: Sequence[str]) -> NodeShape:
        texts, rows = list[ShapeText](), list[ShapeRow]()
        bottom = _ABOVE
        for kind, text in _texts(self.drawing, box, unseen):
            bottom += _HEIGHTS[kind]
            texts.append(ShapeText(kind, text, bottom - 3.5))
        silent = [arrow for arrow in arrows if not arrow.label and self._drawn(arrow)]
        if len(arrows) > 1 or not silent or self.drawing.call_legend:
            bottom += 3.0 if arrows else 0.0
            for arrow in arrows:
                rows.append(self._row(arrow, bottom))
                bottom = rows[-1].bottom
        else:
            rows = [ShapeRow(silent[0], "", "", ENTRY, ENTRY, ENTRY, drawn=True)]
        return NodeShape(box, texts, rows, Size(BOX_WIDTH, bottom + _BELOW))

    def _drawn(self, arrow: Arrow) -> bool:
        return (arrow.source, arrow.target) in self.lines and arrow.target not in self.inner

    def _row(self, arrow: Arrow, top: float) -> ShapeRow:
        bottom = top + _HEIGHTS["row"]
        drawn, onward = self._drawn(arrow), self.inner.get(arrow.target)
        goal = "" if drawn else self.drawing.target_name(arrow)
        label, goal = _fitting(arrow.label, goal, arrow.figures)
        lines = list[ShapeText]()
        port = bottom - _HEIGHTS["row"] / 2
        if onward:
            box = self.drawing.boxes[arrow.target]
            after = "→ " + self.drawing.target_name(onward)
            for kind, line in _inner_lines(box, after):
                lines.append(ShapeText(kind, line, bottom + _HEIGHTS[kind] - 4))
                bottom += _HEIGHTS[kind]
            bottom += 2
        return ShapeRow(arrow, label, goal, top + _HEIGHTS["row"] - 4.5, port, bottom, drawn, lines, onward)


def _inner_lines(box: Box, after: str) -> Iterable[tuple[str, str]]:
    """Yield the lines of a box inside a row: its words, and where it leads."""
    room = BOX_WIDTH - 2 * PAD - INDENT
    for step in box.steps:
        said = step.said or step.about
        for line in lines_of(said, SIZES["words"], room, 1):
            yield "words", line
    yield "onward", shortened(after, room / SIZES["onward"])


def _texts(drawing: Drawing, box: Box, unseen: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield the lines of a box: each node's name and words, what it does, where it is reached from."""
    room, words = BOX_WIDTH - 2 * PAD, drawing.words
    for step in box.steps:
        yield "name", shortened(step.node, room / SIZES["name"])
        if step is box.steps[-1]:
            kind = words.desk if box.kind == "desk" else box.kind
            about = [kind, step.about, f"needs {box.needs}" if box.needs else ""]
            yield "about", shortened(" · ".join(filter(None, about)), room / SIZES["about"])
        for line in lines_of(step.said, SIZES["words"], room, _MOST_LINES):
            yield "words", line
    if box.starts:
        yield "about", "▶ " + words.starts
    if unseen:
        sentence = words.comes_from.format(names=", ".join(unseen))
        if len(unseen) > 2:
            sentence = words.comes_from_many.format(count=len(unseen))
        yield "about", shortened("← " + sentence, room / SIZES["about"])
    for line in lines_of(box.figures, SIZES["figures"] * _BOLD, room, 2):
        yield "figures", line


def _fitting(label: str, goal: str, figures: str) -> tuple[str, str]:
    """Return the label and the target of a row, shortened to fit beside the figures."""
    size = SIZES["row"]
    room = BOX_WIDTH - 2 * PAD - (width_of(figures, SIZES["figures"]) * _BOLD + 8 if figures else 0)
    if not goal:
        return shortened(label, room / size), ""
    wide = width_of("→ " + goal, size)
    goal = shortened("→ " + goal, (room - min(width_of(label, size) + 5 if label else 0, room * 0.5)) / size)
    return shortened(label, max(room - wide - 5, room * 0.5 - 5) / size) if label else "", goal
