"""A drawing for Mermaid, which does the layout. GitHub and GitLab show it in their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ivr.diagrams.boxes import Box, Drawing
from ivr.diagrams.call_stats import shade_of

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


def mermaid(drawing: Drawing) -> str:
    """Return the drawing as a flowchart."""
    return "\n".join(_lines(drawing)) + "\n"


def _lines(drawing: Drawing) -> Iterable[str]:
    ids = {name: f"n{number}" for number, name in enumerate(drawing.boxes)}
    references = {each: f"r{number}" for each, number in drawing.references().items()}
    yield "flowchart LR"
    if legend := [*drawing.legend, *drawing.call_legend]:
        yield f'  legend["{_label(legend)}"]'
        yield "  style legend fill:none,stroke:none,color:#888"
    groups = drawing.groups()
    for number, (file, boxes) in enumerate(groups.items()):
        body = [_box(ids[box.name], box) for box in boxes]
        for (where, name), identifier in references.items():
            if where == file:
                body.append(f'{identifier}(["{mermaid_string("→ " + name)}"])')
        if len(groups) == 1:
            yield from (f"  {line}" for line in body)
            continue
        yield f'  subgraph g{number}["{mermaid_string(file)}"]'
        yield from (f"    {line}" for line in body)
        yield "  end"
    for arrow in drawing.arrows:
        reference, lines = drawing.reference(arrow), arrow.lines(_LABEL)
        line = f'-->|"{_label(lines)}"|' if lines else "-->"
        yield f"  {ids[arrow.source]} {line} {references[reference] if reference else ids[arrow.target]}"
    for kind, style in _STYLES.items():
        of_kind = [ids[box.name] for box in drawing.boxes.values() if box.kind == kind]
        if members := list(references.values()) if kind == "ref" else of_kind:
            yield f"  classDef {kind} {style}"
            yield f"  class {','.join(members)} {kind}"
    for number, arrow in enumerate(drawing.arrows if drawing.call_legend else ()):
        width = f"{1 + 6 * arrow.share:.1f}px"
        yield f"  linkStyle {number} stroke:{shade_of(arrow.share)},stroke-width:{width}"


def _box(identifier: str, box: Box) -> str:
    opening, closing = _SHAPES.get(box.kind, ("[", "]"))
    return f'{identifier}{opening}"{_label(box.lines(_WORDS))}"{closing}'


def _label(lines: Iterable[str]) -> str:
    return "<br/>".join(mermaid_string(line) for line in lines if line)


def mermaid_string(text: str) -> str:
    """Return a text for Mermaid's quotes. Special characters become numeric entities."""
    return "".join(
        each if each.isalnum() or each in _HARMLESS or ord(each) > 0x2E7F else f"#{ord(each)};"
        for each in " ".join(text.split())
    )
