"""The formats of a card: text with one line for each goal, and an HTML page that prints on one sheet of A4."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import assert_never

from rich.cells import cell_len, set_cell_size

from ivr.diagrams.card import Card, Goal
from ivr.diagrams.page import html_document
from ivr.diagrams.translations import CardWords

_STYLE = Path(__file__).with_name("card.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def card_text(card: Card) -> str:
    """Return the card as text. Its columns align, although Chinese characters are twice as wide."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterable[str]:
    words = card.words
    yield words.title.format(hotline=card.hotline)
    yield from _head(card)
    goals = [goal for group in card.groups for goal in group.goals]
    what = max((cell_len(_named(goal, words)) for goal in goals), default=0)
    keys = max((cell_len(_keys(goal.keys, words)) for goal in goals), default=0)
    for group in card.groups:
        yield ""
        if group.title:
            yield group.title
        for goal in group.goals:
            columns = [
                set_cell_size(_named(goal, words), what),
                set_cell_size(_keys(goal.keys, words), keys),
                words.between.join(_notes(goal, words)),
            ]
            yield ("  " if group.title else "") + "  ".join(columns).rstrip()
    yield ""
    yield from _foot(card)


def card_page(card: Card) -> str:
    """Return the card as HTML. The page loads nothing."""
    title = card.words.title.format(hotline=card.hotline)
    head = "".join(f"<p>{escape(line)}</p>" for line in _head(card))
    foot = "".join(f"<p>{escape(line)}</p>" for line in _foot(card))
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
    what = escape(_named(goal, words))
    notes = escape(words.between.join(_notes(goal, words)))
    return f'<li><span class="what">{what}</span> <span class="keys">{keys}</span> <span class="notes">{notes}</span></li>'


def _head(card: Card) -> Iterable[str]:
    """Yield the lines above the goals: keys that always work, the human's hours, other languages."""
    words = card.words
    if card.anywhere:
        keys = words.between.join(f"{key} {what}" for key, what in card.anywhere)
        yield words.heading.format(what=words.anywhere) + keys
    if card.hours:
        yield words.heading.format(what=words.human) + card.hours
    if card.languages:
        yield words.between.join(
            words.language.format(language=name, keys=_keys(keys, words)) for name, keys in card.languages
        )


def _named(goal: Goal, words: CardWords) -> str:
    """Return what a goal is for, in the form in which its option is announced."""
    match goal.form:
        case "for":
            return words.goal.format(what=goal.what)
        case "to":
            return words.goal_to.format(what=goal.what)
        case "say":
            return goal.what
        case _:
            assert_never(goal.form)


def _foot(card: Card) -> Iterable[str]:
    """Yield the lines that explain the marks."""
    if card.has_proofs:
        yield card.words.proof_explained
    yield card.words.seconds_explained


def _keys(keys: Sequence[str], words: CardWords) -> str:
    """Return keys in a row, such as `1 then 3`."""
    return words.then.join(words.typed if key.startswith("‹") else key for key in keys)


def _notes(goal: Goal, words: CardWords) -> Iterable[str]:
    """Yield the notes of a goal: its seconds, whether it needs a proof, a human's hours."""
    yield words.seconds.format(seconds=round(goal.seconds)) + (words.proof if goal.proof else "")
    if goal.human:
        yield words.hours.format(hours=goal.human)
