"""A drawing for Mermaid, which does the layout. GitHub and GitLab show it in their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ivr.diagrams.boxes import Arrow, Box, Drawing
from ivr.diagrams.call_stats import CallStats, shade_of
from ivr.diagrams.text_metrics import shortened

_SHAPES: Mapping[str, tuple[str, str]] = {
    "menu": ("(", ")"),
    "ask": ("[/", "/]"),
    "run": ("[[", "]]"),
    "choose": ("{{", "}}"),
    "end": ("([", "])"),
    "transfer": ("([", "])"),
    "desk": ("[(", ")]"),
}
_STYLES: Mapping[str, str] = {
    "menu": "fill:#dcebfa,stroke:#0b5cad,color:#111",
    "ask": "fill:#dcebfa,stroke:#0b5cad,color:#111",
    "run": "fill:#e3f4ea,stroke:#1b7a4b,color:#111",
    "desk": "fill:#fdeeda,stroke:#a35a00,color:#111",
    "transfer": "fill:#fdeeda,stroke:#a35a00,color:#111",
    "ref": "fill:#fff,stroke:#777,color:#333,stroke-dasharray:3 3",
}
_HARMLESS = " _-.,:/+=?!'→›…·，。、？！：；（）《》“”"
_WORDS = 24
"""The width of a node's words, in wide characters."""
_LABEL = 20
"""The width of a label, in wide characters."""


def mermaid(drawing: Drawing, traffic: CallStats | None = None) -> str:
    """Return the drawing as a flowchart."""
    return "\n".join(_Writer(drawing, traffic).lines()) + "\n"


class _Writer:
    def __init__(self, drawing: Drawing, traffic: CallStats | None) -> None:
        self.drawing, self.traffic = drawing, traffic
        self.ids = {name: f"n{number}" for number, name in enumerate(drawing.boxes)}
        self.hubs = drawing.hubs()
        self.refs: dict[tuple[str, str], str] = {}
        """By file and target: the reference that stands for the target there."""

    def lines(self) -> Iterable[str]:
        drawing = self.drawing
        arrows = [(arrow, self._goal(arrow)) for arrow in drawing.arrows]
        yield "flowchart LR"
        legend = [*drawing.legend, *(self.traffic.legend(drawing.words) if self.traffic else ())]
        if legend:
            yield f'  legend["{_label(legend)}"]'
            yield "  style legend fill:none,stroke:none,color:#888"
        groups = drawing.groups()
        for number, (file, boxes) in enumerate(groups.items()):
            body = [*map(self._box, boxes), *self._references(file)]
            if len(groups) == 1:
                yield from (f"  {line}" for line in body)
                continue
            yield f'  subgraph g{number}["{mermaid_string(file)}"]'
            yield from (f"    {line}" for line in body)
            yield "  end"
        for arrow, goal in arrows:
            yield f"  {self.ids[arrow.source]} {self._line(arrow)} {goal}"
        yield from self._styles([arrow for arrow, _ in arrows])

    def _goal(self, arrow: Arrow) -> str:
        """Return the id of an arrow's target: a box, or a reference if the line is not drawn."""
        target, file = arrow.target, self.drawing.boxes[arrow.source].file
        box = self.drawing.boxes.get(target)
        if box and (target not in self.hubs or box.file == file):
            return self.ids[target]
        return self.refs.setdefault((file, self.drawing.target_name(arrow)), f"r{len(self.refs)}")

    def _box(self, box: Box) -> str:
        opening, closing = _SHAPES.get(box.kind, ("[", "]"))
        lines = box.lines(_WORDS)
        if self.traffic:
            lines += self.traffic.of_box(box, self.drawing.words)
        return f'{self.ids[box.name]}{opening}"{_label(lines)}"{closing}'

    def _references(self, file: str) -> Iterable[str]:
        for (where, name), identifier in self.refs.items():
            if where == file:
                yield f'{identifier}(["{mermaid_string("→ " + name)}"])'

    def _line(self, arrow: Arrow) -> str:
        label = [shortened(arrow.label, _LABEL)] if arrow.label else []
        if self.traffic:
            label += self.traffic.of_arrow(arrow)
        return f'-->|"{_label(label)}"|' if label else "-->"

    def _styles(self, arrows: Sequence[Arrow]) -> Iterable[str]:
        for kind, style in _STYLES.items():
            of_kind = [self.ids[box.name] for box in self.drawing.boxes.values() if box.kind == kind]
            members = list(self.refs.values()) if kind == "ref" else of_kind
            if members:
                yield f"  classDef {kind} {style}"
                yield f"  class {','.join(members)} {kind}"
        if self.traffic:
            for number, arrow in enumerate(arrows):
                share = self.traffic.share(arrow)
                yield f"  linkStyle {number} stroke:{shade_of(share)},stroke-width:{1 + 6 * share:.1f}px"


def _label(lines: Iterable[str]) -> str:
    return "<br/>".join(mermaid_string(line) for line in lines if line)


def mermaid_string(text: str) -> str:
    """Return a text for Mermaid's quotes. Special characters become numeric entities."""
    return "".join(
        each if each.isalnum() or each in _HARMLESS or ord(each) > 0x2E7F else f"#{ord(each)};"
        for each in " ".join(text.split())
    )
