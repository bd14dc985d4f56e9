"""A card as text, with one line for each goal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from ivr.diagrams.card import Card, keys_shown, notes_of


def card_text(card: Card) -> str:
    """Return the card as text. Its columns align, although Chinese characters are twice as wide."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterable[str]:
    words = card.words
    yield words.title.format(hotline=card.hotline)
    yield from head_lines(card)
    goals = [goal for group in card.groups for goal in group.goals]
    what = max((cell_len(words.goal.format(what=goal.what)) for goal in goals), default=0)
    keys = max((cell_len(keys_shown(goal.keys, words)) for goal in goals), default=0)
    for group in card.groups:
        yield ""
        if group.title:
            yield group.title
        for goal in group.goals:
            columns = [
                _padded(words.goal.format(what=goal.what), what),
                _padded(keys_shown(goal.keys, words), keys),
                words.between.join(notes_of(goal, words)),
            ]
            yield ("  " if group.title else "") + "  ".join(columns).rstrip()
    yield ""
    yield from foot_lines(card)


def head_lines(card: Card) -> Iterable[str]:
    """Yield the lines above the goals: keys that always work, the human's hours, other languages."""
    words = card.words
    if card.anywhere:
        keys = words.between.join(f"{key} {what}" for key, what in card.anywhere)
        yield words.heading.format(what=words.anywhere) + keys
    if card.hours:
        yield words.heading.format(what=words.human) + card.hours
    if card.languages:
        yield words.between.join(
            words.language.format(language=name, keys=keys_shown(keys, words))
            for name, keys in card.languages
        )


def foot_lines(card: Card) -> Iterable[str]:
    """Yield the lines that explain the marks."""
    if card.has_proofs:
        yield card.words.proof_explained
    yield card.words.seconds_explained


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
