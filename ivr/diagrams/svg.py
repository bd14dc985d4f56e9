"""A drawing as a picture: a panel for each file, boxes with a row for each way on, and lines between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ivr.diagrams.boxes import Arrow, Drawing
from ivr.diagrams.layout import Layout, Point, Size, lay_out, pack
from ivr.diagrams.node_shapes import BOX_WIDTH, INDENT, PAD, SIZES, NodeShape, ShapeRow, faces, lines_within
from ivr.diagrams.ranking import Ends
from ivr.diagrams.text_metrics import lines_of, width_of
from ivr.menu.language.nodes import KINDS

STYLE = Path(__file__).with_name("drawing.css")
_MARGIN = 16.0
_PANEL_PAD = 12.0
_PANEL_TITLE = 24.0
_LINE = 15.0
_WANTED = 1.5
"""The ratio of width to height: a landscape sheet of paper, with room for the title."""
_KINDS = tuple(dict.fromkeys(("say", *KINDS, "desk")))


def svg(drawing: Drawing, *, style: bool = True) -> str:
    """Return the drawing as SVG. A page that has the style itself sets ``style`` to false."""
    within = lines_within(drawing)
    picture = _Picture(drawing, faces(drawing, within))
    return "\n".join(picture.lines(style=style)) + "\n"


@dataclass(frozen=True, slots=True)
class _Panel:
    file: str
    laid: Layout
    size: Size


@dataclass(frozen=True, slots=True)
class _Picture:
    drawing: Drawing
    faces: dict[str, NodeShape]

    def lines(self, *, style: bool) -> Iterable[str]:
        panels = [
            self._panel(file, [box.name for box in boxes if box.name in self.faces])
            for file, boxes in self.drawing.groups().items()
        ]
        origins, size = pack([panel.size for panel in panels], _WANTED, _MARGIN)
        head = list(self._head(size.width))
        top = _MARGIN + len(head) * _LINE + 22
        width, height = size.width + 2 * _MARGIN, size.height + top + _MARGIN
        name = escape(self.drawing.hotline)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="ivr-drawing" viewBox="0 0 {_n(width)} {_n(height)}" '
            f'width="{_n(width)}" height="{_n(height)}" lang="{escape(self.drawing.language)}" role="group" '
            f'aria-label="{name}">'
        )
        if style:
            yield f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
        yield f'<rect class="ground" width="{_n(width)}" height="{_n(height)}"/>'
        yield f'<text class="title" x="{_n(_MARGIN)}" y="{_n(_MARGIN + 10)}">{name}</text>'
        yield from self._kinds(_MARGIN + width_of(self.drawing.hotline, 16) + 30, _MARGIN + 10)
        for number, line in enumerate(head):
            y = _MARGIN + 10 + (number + 1) * _LINE + 4
            yield f'<text class="told" x="{_n(_MARGIN)}" y="{_n(y)}">{escape(line)}</text>'
        for panel, (left, above) in zip(panels, origins, strict=True):
            yield from self._draw_panel(panel, left + _MARGIN, above + top)
        yield "</svg>"

    def _head(self, width: float) -> Iterable[str]:
        drawing = self.drawing
        for sentence in (*drawing.legend, drawing.words.reference, *drawing.call_legend):
            yield from lines_of(sentence, 11, width, 4)

    def _kinds(self, left: float, y: float) -> Iterable[str]:
        """Yield the legend of colours."""
        present = {box.kind for box in self.drawing.boxes.values()}
        for kind in (kind for kind in _KINDS if kind in present):
            name = self.drawing.words.desk if kind == "desk" else kind
            yield f'<rect class="stripe k-{kind}" x="{_n(left)}" y="{_n(y - 9)}" width="10" height="10"/>'
            yield f'<text class="told" x="{_n(left + 14)}" y="{_n(y)}">{escape(name)}</text>'
            left += 14 + width_of(name, 11) + 16

    def _panel(self, file: str, names: Sequence[str]) -> _Panel:
        ports: dict[Ends, float] = {}
        for name in names:
            for row in self.faces[name].rows:
                if row.drawn:
                    ports.setdefault((row.arrow.source, row.arrow.target), row.port)
        laid = lay_out({name: self.faces[name].size for name in names}, ports)
        width = max(laid.size.width, width_of(file, 13)) + 2 * _PANEL_PAD
        return _Panel(file, laid, Size(width, laid.size.height + _PANEL_TITLE + 2 * _PANEL_PAD))

    def _draw_panel(self, panel: _Panel, left: float, top: float) -> Iterable[str]:
        yield f'<g class="panel" transform="translate({_n(left)} {_n(top)})">'
        yield f'<rect width="{_n(panel.size.width)}" height="{_n(panel.size.height)}" rx="8"/>'
        yield f'<text class="file" x="{_n(_PANEL_PAD)}" y="{_n(_PANEL_TITLE - 2)}">{escape(panel.file)}</text>'
        yield f'<g transform="translate({_n(_PANEL_PAD)} {_n(_PANEL_TITLE + _PANEL_PAD / 2)})">'
        for name in panel.laid.places:
            yield from self._draw_lines(self.faces[name], panel.laid)
        for name in self.drawing.boxes:  # in reading order, for people who use the keyboard
            if name in panel.laid.places:
                yield from self._draw_box(self.faces[name], panel.laid.places[name])
        yield "</g></g>"

    def _draw_lines(self, shape: NodeShape, laid: Layout) -> Iterable[str]:
        for row in shape.rows:
            if not row.drawn:
                continue
            _, *points = laid.lines[row.arrow.source, row.arrow.target]
            x, y = laid.places[shape.box.name]
            begin = (x + shape.size.width, y + row.port)
            end_x, end_y = points[-1]
            shade, width, head = "", 1.3, 6.0
            if self.drawing.call_legend:
                share = row.arrow.share
                shade, width = f" t{_level(share)}", 1 + 7 * share
                head = 6 + 6 * share
            path = _curve([begin, *points[:-1], (end_x - head + 1, end_y)])
            yield f'<path class="line{shade}" d="{path}" stroke-width="{width:.1f}"/>'
            yield f'<path class="head{shade}" d="M{_n(end_x)} {_n(end_y)}l{_n(-head)} {_n(-head / 1.8)}v{_n(head / 0.9)}z"/>'

    def _draw_box(self, shape: NodeShape, place: Point) -> Iterable[str]:
        box, (x, y), size = shape.box, place, shape.size
        words = [text.text for text in shape.texts if text.kind == "words"]
        yield self._opening(box.name, words, at=f' transform="translate({_n(x)} {_n(y)})"')
        yield f"<title>{escape(self._tooltip(shape))}</title>"
        yield f'<rect class="body" width="{_n(size.width)}" height="{_n(size.height)}" rx="5"/>'
        yield f'<rect class="stripe k-{box.kind}" width="4" height="{_n(size.height)}" rx="2"/>'
        if box.dropped:
            wide = size.width * box.dropped
            yield f'<rect class="dropped" y="{_n(size.height - 4)}" width="{_n(wide)}" height="4"/>'
        for text in shape.texts:
            yield f'<text class="{text.kind}" x="{_n(PAD)}" y="{_n(text.y)}">{escape(text.text)}</text>'
        if any(row.label or row.goal for row in shape.rows):
            edge = shape.rows[0].port - 8.5
            yield f'<path class="edge" d="M4 {_n(edge)}H{_n(size.width)}"/>'
        for row in shape.rows:
            yield from self._draw_row(row)
        yield "</g>"

    def _draw_row(self, row: ShapeRow) -> Iterable[str]:
        if row.label:
            yield f'<text class="row" x="{_n(PAD)}" y="{_n(row.y)}">{escape(row.label)}</text>'
        if row.arrow.figures:
            right = _n(BOX_WIDTH - PAD)
            yield f'<text class="figures" x="{right}" y="{_n(row.y)}" text-anchor="end">{escape(row.arrow.figures)}</text>'
        after = PAD + (width_of(row.label, SIZES["row"]) + 5 if row.label else 0)
        goal = f'<text class="goal" x="{_n(after)}" y="{_n(row.y)}">{escape(row.goal)}</text>'
        if row.onward:
            yield from self._draw_inner(row, goal)
        elif row.goal:
            yield self._link(row.arrow, goal)

    def _draw_inner(self, row: ShapeRow, goal: str) -> Iterable[str]:
        """Yield the box inside a row."""
        assert row.onward
        name = row.onward.source
        yield self._opening(name, [text.text for text in row.words if text.kind == "words"], "inner")
        top, height = row.y - 11, row.bottom - row.y + 10
        yield f'<rect class="body" x="6" y="{_n(top)}" width="{_n(BOX_WIDTH - 8)}" height="{_n(height)}" rx="3"/>'
        yield goal
        for text in row.words:
            words = f'<text class="{text.kind}" x="{_n(PAD + INDENT)}" y="{_n(text.y)}">{escape(text.text)}</text>'
            yield self._link(row.onward, words) if text.kind == "onward" else words
        yield "</g>"

    def _link(self, arrow: Arrow, words: str) -> str:
        """Return words as a link, if their target is a box."""
        if arrow.target not in self.drawing.boxes:
            return words
        link = escape("#" + anchor(self.drawing.language, arrow.target))
        return f'<a href="{link}" tabindex="-1">{words}</a>'

    def _opening(self, name: str, words: Sequence[str], extra: str = "", at: str = "") -> str:
        """Return the opening tag of a box, with its text for screen readers."""
        kind = self.drawing.boxes[name].kind
        spoken = ". ".join([name, kind, *words])
        return (
            f'<g class="box k-{kind} {extra}" id="{escape(anchor(self.drawing.language, name))}" '
            f'data-box="{escape(name)}" tabindex="0" role="button" aria-label="{escape(spoken)}"{at}>'
        )

    def _tooltip(self, shape: NodeShape) -> str:
        lines = [f"{step.node}: {step.said}" if step.said else step.node for step in shape.box.steps]
        lines += [f"{row.arrow.label} → {self.drawing.target_name(row.arrow)}".strip() for row in shape.rows]
        return "\n".join(lines)


def anchor(language: str, name: str) -> str:
    """Return the anchor of a box."""
    return f"{language}.{name.replace(' ', '.')}"


def _level(share: float) -> int:
    """Return how dark a line is, from 0 (unused) to 5."""
    return 0 if share <= 0 else 1 + sum(share >= bound for bound in (0.02, 0.1, 0.25, 0.5))


def _curve(points: Sequence[Point]) -> str:
    """Return a path that leaves and arrives horizontally, and runs straight past boxes."""
    (x, y), *rest = points
    path = f"M{_n(x)} {_n(y)}"
    for number, (to_x, to_y) in enumerate(rest):
        lane = number % 2 == 1  # from the beginning of a lane to its end
        bend = (to_x - x) / 2
        if lane or to_y == y:
            path += f"H{_n(to_x)}"
        else:
            path += f"C{_n(x + bend)} {_n(y)} {_n(to_x - bend)} {_n(to_y)} {_n(to_x)} {_n(to_y)}"
        x, y = to_x, to_y
    return path


def _n(value: float) -> str:
    """Return a number with at most one decimal."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
