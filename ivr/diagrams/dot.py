"""A drawing for Graphviz, which does the layout: ``ivr graph --format dot   dot -Tpdf``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr.diagrams.boxes import Arrow, Box, Drawing
from ivr.diagrams.call_stats import CallStats, shade_of
from ivr.diagrams.text_metrics import shortened

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


def dot(drawing: Drawing, traffic: CallStats | None = None) -> str:
    """Return the drawing as a digraph, with a cluster for each file."""
    return "\n".join(_lines(drawing, traffic)) + "\n"


def _lines(drawing: Drawing, traffic: CallStats | None) -> Iterable[str]:
    hubs, refs = drawing.hubs(), dict[tuple[str, str], str]()
    lines = [*drawing.legend, *(traffic.legend(drawing.words) if traffic else ())]
    yield f"digraph {dot_string(drawing.hotline)} {{"
    yield f"  graph [rankdir=LR, nodesep=0.2, ranksep=0.5, labelloc=b, label={dot_string(*lines)}]"
    yield f'  node [shape=box, style="rounded,filled", fillcolor=white, fontsize=10, fontname={dot_string(_FONTS)}]'
    yield f"  edge [fontsize=9, fontname={dot_string(_FONTS)}]"
    edges = [_edge(drawing, arrow, hubs, refs, traffic) for arrow in drawing.arrows]
    for number, (file, boxes) in enumerate(drawing.groups().items()):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={dot_string(file)}"
        yield from (f"    {_box(drawing, box, traffic)}" for box in boxes)
        for (where, name), identifier in refs.items():
            if where == file:
                yield f"    {identifier} [label={dot_string('→ ' + name)}, shape=plaintext, style=solid]"
        yield "  }"
    yield from edges
    yield "}"


def _box(drawing: Drawing, box: Box, traffic: CallStats | None) -> str:
    lines = box.lines(_WORDS)
    if traffic:
        lines += traffic.of_box(box, drawing.words)
    style = f", {_STYLES[box.kind]}" if box.kind in _STYLES else ""
    return f"{dot_string(box.name)} [label={dot_string(*lines)}{style}]"


def _edge(
    drawing: Drawing,
    arrow: Arrow,
    hubs: set[str],
    refs: dict[tuple[str, str], str],
    traffic: CallStats | None,
) -> str:
    file, box = drawing.boxes[arrow.source].file, drawing.boxes.get(arrow.target)
    if box and (arrow.target not in hubs or box.file == file):
        goal = dot_string(arrow.target)
    else:
        goal = refs.setdefault((file, drawing.target_name(arrow)), f'"→ {len(refs)}"')
    label, style = [shortened(arrow.label, _LABEL)] if arrow.label else [], ""
    if traffic:
        share = traffic.share(arrow)
        label += traffic.of_arrow(arrow)
        style = f', color="{shade_of(share)}", penwidth={1 + 6 * share:.1f}'
    return f"  {dot_string(arrow.source)} -> {goal} [label={dot_string(*label)}{style}]"


def dot_string(*lines: str) -> str:
    """Return lines as one quoted string of DOT."""
    escaped = (" ".join(line.split()).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
