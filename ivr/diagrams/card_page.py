"""A card as an HTML page that prints on one sheet of A4."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from ivr.diagrams.card import Card, Goal, notes_of
from ivr.diagrams.card_text import foot_lines, head_lines
from ivr.diagrams.page import html_document

_STYLE = Path(__file__).with_name("card.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def card_page(card: Card) -> str:
    """Return the card as HTML. The page loads nothing."""
    title = card.words.title.format(hotline=card.hotline)
    head = "".join(f"<p>{escape(line)}</p>" for line in head_lines(card))
    foot = "".join(f"<p>{escape(line)}</p>" for line in foot_lines(card))
    body = f"""<main>
<h1>{escape(title)}</h1>
<div class="head">{head}</div>
<div class="goals">
{"".join(_groups(card))}</div>
<footer>{foot}</footer>
</main>
"""
    return html_document(card.language, title, _POLICY, _STYLE.read_text(encoding="utf-8"), body)


def _groups(card: Card) -> Iterable[str]:
    for group in card.groups:
        heading = f"<h2>{escape(group.title)}</h2>" if group.title else ""
        goals = "".join(_goal(card, goal) for goal in group.goals)
        yield f"<section>{heading}<ul>{goals}</ul></section>\n"


def _goal(card: Card, goal: Goal) -> str:
    words = card.words
    keys = escape(words.then).join(
        f"<i>{escape(words.typed)}</i>" if key.startswith("‹") else f"<kbd>{escape(key)}</kbd>"
        for key in goal.keys
    )
    what = escape(words.goal.format(what=goal.what))
    notes = escape(words.between.join(notes_of(goal, words)))
    return f'<li><span class="what">{what}</span> <span class="keys">{keys}</span> <span class="notes">{notes}</span></li>'
