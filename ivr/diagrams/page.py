"""A drawing as one HTML page that opens from a disk, without a network: every language, every word, a search.

Nothing of a menu becomes markup or script. Pictures are escaped text, and the words are JSON without tags.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from ivr.diagrams.boxes import Box, Drawing
from ivr.diagrams.svg import STYLE, anchor, svg

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(drawings: Sequence[Drawing]) -> str:
    """Return the page of a hotline, with a drawing for each language. The first one is shown first."""
    first = drawings[0]
    data = {drawing.language: _data(drawing) for drawing in drawings}
    pictures = "".join(
        f'<div class="picture" data-language="{escape(drawing.language)}">{svg(drawing, style=False)}</div>'
        for drawing in drawings
    )
    choices = "".join(
        f'<button type="button" data-language="{escape(drawing.language)}" lang="{escape(drawing.language)}" '
        f'aria-pressed="{str(drawing is first).lower()}">{escape(_own_name(drawing, drawings))}</button>'
        for drawing in drawings
    )
    body = f"""<header>
<h1>{escape(first.hotline)}</h1>
<div role="group" class="languages" data-label="language">{choices}</div>
<input type="search" id="search" data-placeholder="search"><output id="found" aria-live="polite"></output>
<button type="button" id="bigger" data-label="bigger">+</button>
<button type="button" id="smaller" data-label="smaller">−</button>
<button type="button" id="whole" data-word="whole"></button>
<span class="hint" data-word="hint"></span>
</header>
<main>
<div id="stage">{pictures}</div>
<aside id="side" tabindex="-1" aria-live="polite" hidden></aside>
</main>
<script type="application/json" id="data">{_harmless(data)}</script>
<script>
{_file("page.js")}</script>
"""
    style = STYLE.read_text(encoding="utf-8") + _file("page.css")
    return html_document(first.language, first.hotline, _POLICY, style, body)


def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def html_document(language: str, title: str, policy: str, style: str, body: str) -> str:
    """Return an HTML document that loads nothing. ``style`` and ``body`` are inserted as they are."""
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
{body}</body>
</html>
"""


def _harmless(data: Mapping[str, Any]) -> str:
    """Return JSON in which no tag and no comment can begin or end."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _own_name(drawing: Drawing, drawings: Sequence[Drawing]) -> str:
    """Return a language's name for itself, or its tag if two languages have the same name."""
    names = [other.words.own_name for other in drawings]
    return drawing.words.own_name if names.count(drawing.words.own_name) == 1 else drawing.language


def _data(drawing: Drawing) -> dict[str, Any]:
    """Return all text of a drawing's boxes."""
    boxes = {name: _box(drawing, box) for name, box in drawing.boxes.items()}
    for arrow in drawing.arrows:
        boxes[arrow.source]["ways"].append(
            {
                "label": arrow.label,
                "goal": drawing.target_name(arrow),
                "box": arrow.target if arrow.target in drawing.boxes else "",
                "figures": arrow.figures,
            }
        )
    for name, sources in drawing.sources().items():
        boxes[name]["sources"] = sources
    return {"boxes": boxes, "words": asdict(drawing.words)}


def _box(drawing: Drawing, box: Box) -> dict[str, Any]:
    return {
        "anchor": anchor(drawing.language, box.name),
        "kind": box.kind,
        "file": box.file,
        "needs": box.needs,
        "steps": [
            {"node": step.node, "kind": step.kind, "about": step.about, "words": step.words}
            for step in box.steps
        ],
        "ways": [],
        "figures": box.figures,
    }
