"""Where callers lose the route to a human, or get it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ivr.diff.changes import Change, Heading, Side, keys_in_words, listed
from ivr.diff.pairs import Pairs
from ivr.menu.graph.routes import Route, routes_to_human
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.language.nodes import ListeningNode

_LISTED = 6
"""Nodes that are listed by name."""


def compare_distances(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield the menus and entries where the route to a human appears, disappears, or no longer takes a key.

    A longer route is reported among the goals.
    """
    languages = [language for language in new.tree.languages if language in old.tree.speech]
    found: dict[tuple[_Route, _Route], _Places] = {}
    for language in languages:
        before, after = (routes_to_human(TimedEdges.of(side.tree, language)) for side in (old, new))
        for name, now in pairs.names.items():
            was, is_now = before.get(name), after.get(now)
            keys = was.keys if was else None, is_now.keys if is_now else None
            if _rank(keys[0]) != _rank(keys[1]) and isinstance(new.tree.nodes[now], ListeningNode):
                found.setdefault(keys, _Places()).add(now, language, was, is_now)
    for (old_keys, new_keys), places in found.items():
        what = f"From {listed(list(places.nodes), _LISTED)} {_reached(new_keys, places.new)}"
        sentence = f"{what}; before: {_reached(old_keys, places.old)}"
        where = "" if len(places.languages) == len(languages) else ", ".join(places.languages)
        is_worse = _rank(new_keys) < _rank(old_keys)
        yield Change(Heading.human, sentence, next(iter(places.nodes)), where, grave=is_worse)


_Route = tuple[str, ...] | None
"""The keys to a human. Empty if the caller only waits; None if there is no route."""


def _rank(keys: _Route) -> int:
    """Return how good a route is: 0 for none, 1 for waiting, 2 for a key."""
    return 0 if keys is None else 1 + bool(keys)


@dataclass(slots=True)
class _Places:
    """The nodes where the route to a human changed alike."""

    nodes: dict[str, None] = field(default_factory=dict)
    languages: dict[str, None] = field(default_factory=dict)
    old: list[float] = field(default_factory=list)
    """Seconds."""
    new: list[float] = field(default_factory=list)

    def add(self, node: str, language: str, old: Route | None, new: Route | None) -> None:
        self.nodes[node] = self.languages[language] = None
        self.old += [old.seconds] if old else []
        self.new += [new.seconds] if new else []


def _reached(keys: _Route, seconds: Sequence[float]) -> str:
    if keys is None:
        return "no way leads to a human"
    how = f"by {keys_in_words(keys)}" if keys else "by waiting alone"
    least, most = min(seconds), max(seconds)
    span = f"{most:.1f} s" if most - least < 0.1 else f"{least:.1f} s to {most:.1f} s"
    return f"a human is reached {how}, {span}"
