"""Where callers lose their human: by the ways of the menu, and by what the exploration of every state has found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ivr.diff.changes import Change, Heading, Side, named
from ivr.diff.pairs import Pairs
from ivr.menu.graph.routes import Route, routes_to_human
from ivr.menu.language.nodes import ListeningNode

_LISTED = 6
"""Nodes that are told by name."""


def compare_distances(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield the menus and entries from which a human is reached by no way any more, or by no key; or is again.

    That it is a longer way, the goals tell.
    """
    languages = [language for language in new.tree.languages if language in old.tree.speech]
    found: dict[tuple[_Route, _Route], _Places] = {}
    for language in languages:
        before, after = (routes_to_human(side.tree, language) for side in (old, new))
        for name, now in pairs.names.items():
            ways = _route(before.get(name)), _route(after.get(now))
            if _rank(ways[0]) != _rank(ways[1]) and isinstance(new.tree.nodes[now], ListeningNode):
                found.setdefault(ways, _Places()).add(now, language, before.get(name), after.get(now))
    for (was, is_now), places in found.items():
        what = f"From {_some(list(places.nodes))} {_reached(is_now, places.new)}"
        sentence = f"{what}; before: {_reached(was, places.old)}"
        where = "" if len(places.languages) == len(languages) else ", ".join(places.languages)
        is_worse = _rank(is_now) < _rank(was)
        yield Change(Heading.human, sentence, next(iter(places.nodes)), where, grave=is_worse)


_Route = tuple[str, ...] | None
"""The keys to a human; none when the caller only waits, None when there is no way."""


def _route(route: Route | None) -> _Route:
    return route.keys if route else None


def _rank(way: _Route) -> int:
    """Return how good a way is: none, waiting, or a key."""
    return 0 if way is None else 1 + bool(way)


@dataclass(slots=True)
class _Places:
    """The nodes from which the way to a human has changed alike."""

    nodes: dict[str, None] = field(default_factory=dict)
    languages: dict[str, None] = field(default_factory=dict)
    old: list[float] = field(default_factory=list)
    """Seconds."""
    new: list[float] = field(default_factory=list)

    def add(self, node: str, language: str, old: Route | None, new: Route | None) -> None:
        self.nodes[node] = self.languages[language] = None
        self.old += [old.seconds] if old else []
        self.new += [new.seconds] if new else []


def _reached(way: _Route, seconds: Sequence[float]) -> str:
    if way is None:
        return "no way leads to a human"
    sentence = (f"the entry {named(key[1:-1])}" if key[0] == "‹" else key for key in way)
    keys = f"by {' then '.join(sentence)}" if way else "by waiting alone"
    least, most = min(seconds), max(seconds)
    span = f"{most:.1f} s" if most - least < _ALIKE else f"{least:.1f} s to {most:.1f} s"
    return f"a human is reached {keys}, {span}"


_ALIKE = 0.1
"""Seconds."""


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _LISTED
    return ", ".join(map(named, names[:_LISTED])) + (f" and {rest} more" if rest > 0 else "")
