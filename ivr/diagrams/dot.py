"""A drawing for Graphviz, which does the layout: ``ivr graph --format dot   dot -Tpdf``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr.diagrams.boxes import Box, Drawing
from ivr.diagrams.call_stats import shade_of

_STYLES: Mapping[str, str] = {
    "menu": 'fillcolor="#dcebfa"',
    "ask": 'fillcolor="#dcebfa"',
    "run": 'fillcolor="#e3f4ea"',
    "desk": 'fillcolor="#fdeeda", shape=cylinder',
    "transfer": 'fillcolor="#fdeeda"',
}
_WORDS = 24
"""The width of a node's words, in wide characters."""
_LABEL = 20
"""The width of a label, in wide characters."""
_FONTS = "Helvetica, Noto Sans CJK SC, PingFang SC, Microsoft YaHei"


def dot(drawing: Drawing) -> str:
    """Return the drawing as a digraph, with a cluster for each file."""
    return "\n".join(_lines(drawing)) + "\n"


def _lines(drawing: Drawing) -> Iterable[str]:
    references = drawing.references()
    yield f"digraph {dot_string(drawing.hotline)} {{"
    yield f"  graph [rankdir=LR, nodesep=0.2, ranksep=0.5, labelloc=b, label={dot_string(*drawing.legend, *drawing.call_legend)}]"
    yield f'  node [shape=box, style="rounded,filled", fillcolor=white, fontsize=10, fontname={dot_string(_FONTS)}]'
    yield f"  edge [fontsize=9, fontname={dot_string(_FONTS)}]"
    for number, (file, boxes) in enumerate(drawing.groups().items()):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={dot_string(file)}"
        yield from (f"    {_box(box)}" for box in boxes)
        for (where, name), identifier in references.items():
            if where == file:
                yield f'    "→ {identifier}" [label={dot_string("→ " + name)}, shape=plaintext, style=solid]'
        yield "  }"
    for arrow in drawing.arrows:
        reference = drawing.reference(arrow)
        goal = dot_string(f"→ {references[reference]}" if reference else arrow.target)
        style = ""
        if drawing.call_legend:
            style = f', color="{shade_of(arrow.share)}", penwidth={1 + 6 * arrow.share:.1f}'
        label = dot_string(*arrow.lines(_LABEL))
        yield f"  {dot_string(arrow.source)} -> {goal} [label={label}{style}]"
    yield "}"


def _box(box: Box) -> str:
    style = f", {_STYLES[box.kind]}" if box.kind in _STYLES else ""
    return f"{dot_string(box.name)} [label={dot_string(*box.lines(_WORDS))}{style}]"


def dot_string(*lines: str) -> str:
    """Return lines as one quoted string of DOT."""
    escaped = (" ".join(line.split()).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
