"""How callers reach what they want, before and after: the keys, and the seconds until they may press the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ivr.diff.changes import Change, Heading, Side, in_quotes, keys_in_words, listed
from ivr.diff.pairs import Pairs
from ivr.menu.graph.routes import Route, routes
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.language.nodes import WaitsFor
from ivr.menu.language.options import Anywhere, OptionWords
from ivr.menu.tree import Tree

NOTICED = 0.5
"""Seconds. Nobody notices less."""
_LISTED = 5
"""Goals that are listed after the first of several that changed alike."""


def compare_goals(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield the goals with other keys, with another delay, or without a route. Goals that changed alike are one change."""
    languages = [language for language in new.tree.languages if language in old.tree.speech]
    ways = {language: TimedEdges.of(new.tree, language) for language in languages}
    before = {language: routes(TimedEdges.of(old.tree, language)) for language in languages}
    after = {language: routes(ways[language]) for language in languages}
    goals = {pairs.now(goal): purpose for goal, purpose in _goals(old.tree).items()} | _goals(new.tree)
    names = {now: name for name, now in pairs.names.items()}
    alike: dict[object, list[_Goal]] = {}
    for node, purpose in goals.items():
        was = names.get(node)
        if was is None or node not in new.tree.nodes:
            continue  # reported as a new node, or as one that is gone
        found = [_Route(each, before[each].get(was), after[each].get(node), pairs) for each in languages]
        goal = _Goal(node, purpose, [_kept(ways[route.language], route) for route in found])
        if any(route.is_noticed for route in goal.routes):
            alike.setdefault(goal.likeness, []).append(goal)
    for together in alike.values():
        yield _change(together)


def _kept(ways: TimedEdges, route: _Route) -> _Route:
    """Return the route that callers know, if its keys still lead there: another one may be quicker now."""
    old, new = route.old, route.new
    if old is None or new is None or route.keys[0] == route.keys[1]:
        return route
    presses = zip(map(route.pairs.now, old.pressed_at), old.keys, strict=True)
    known = frozenset((at, f"‹{at}›" if key[0] == "‹" else key) for at, key in presses)
    kept = routes(ways, known).get(new.node)
    if kept is None or keys_in_words(kept.keys) != route.keys[0] or kept.after_desk > old.after_desk:
        return route
    return replace(route, between=" and now also ") if route.later <= -NOTICED else replace(route, new=kept)


def _change(goals: Sequence[_Goal]) -> Change:
    first, others = goals[0], [goal.node for goal in goals[1:]]
    sentence = "; ".join(_sentence(first.routes)) + (
        f"; likewise {listed(others, _LISTED)}" if others else ""
    )
    figures = {"goals": [goal.figures() for goal in goals]}
    is_lost = any(route.is_lost for route in first.routes)
    return Change(Heading.goals, f"{first.label}: {sentence}", first.node, grave=is_lost, figures=figures)


def _goals(tree: Tree) -> dict[str, str]:
    """Return the nodes that a key leads to, with the key's purpose, and the nodes that connect with a human."""
    found: dict[str, str] = {}
    for node in tree.nodes.values():
        for option in node.options.values():
            if option.go in tree.nodes and option.language is None:
                found.setdefault(option.go, _purpose(option))
    for entry in tree.declared.anywhere.values():
        if isinstance(entry, Anywhere) and entry.go in tree.nodes:
            found.setdefault(entry.go, _purpose(entry))
    for name, node in tree.nodes.items():
        if node.waits_for is WaitsFor.desk:
            found.setdefault(name, "")
    return found


def _purpose(option: OptionWords) -> str:
    return option.announcement.text if option.announcement else ""


@dataclass(frozen=True, slots=True)
class _Route:
    """The quickest route to one goal in one language, before and after."""

    language: str
    old: Route | None
    new: Route | None
    pairs: Pairs
    between: str = " became "
    """What a sentence has between the keys before and after."""

    @property
    def keys(self) -> tuple[str, str]:
        """The keys before and after. Entries of the old version have their new names."""
        before = self.old.keys if self.old else ()
        old = keys_in_words(f"‹{self.pairs.now(key[1:-1])}›" if key[0] == "‹" else key for key in before)
        return old or "no key", keys_in_words(self.new.keys if self.new else ()) or "no key"

    @property
    def later(self) -> float:
        """Seconds. Negative if callers get there sooner."""
        return self.new.seconds - self.old.seconds if self.old and self.new else 0.0

    @property
    def is_lost(self) -> bool:
        return self.old is not None and self.new is None

    @property
    def is_noticed(self) -> bool:
        was, now = self.keys
        return was != now or abs(self.later) >= NOTICED or (self.old is None) != (self.new is None)

    @property
    def likeness(self) -> object:
        """A key for grouping routes that changed alike: the first keys that differ, and the seconds."""
        was, now = (list(route.keys) if route else None for route in (self.old, self.new))
        while was and now and was[-1] == now[-1]:
            was, now = was[:-1], now[:-1]
        return self.between, str(was), str(now), f"{self.later:.1f}" if abs(self.later) >= NOTICED else ""

    def figures(self) -> dict[str, Any]:
        """Return the keys and the seconds, before and after; None if there is no route."""
        was, now = self.keys
        return {
            "old": {"keys": was, "seconds": round(self.old.seconds, 1)} if self.old else None,
            "new": {"keys": now, "seconds": round(self.new.seconds, 1)} if self.new else None,
            "noticed": self.is_noticed,
        }


@dataclass(frozen=True, slots=True)
class _Goal:
    """A goal, with the route to it in every language."""

    node: str
    purpose: str
    routes: Sequence[_Route]

    @property
    def label(self) -> str:
        return f"`{self.node}` ({in_quotes(self.purpose)})" if self.purpose else f"`{self.node}`"

    @property
    def likeness(self) -> object:
        """A key for grouping goals that changed alike."""
        return tuple(route.likeness for route in self.routes)

    def figures(self) -> dict[str, Any]:
        languages = {route.language: route.figures() for route in self.routes}
        return {"node": self.node, "goal": self.label, "languages": languages}


def _sentence(routes: Sequence[_Route]) -> Iterator[str]:
    """Yield the parts of a sentence. Keys that are the same in every language appear once."""
    both = [route for route in routes if route.old and route.new]
    lost = [route.language for route in routes if route.is_lost]
    found = [route.language for route in routes if route.old is None and route.new is not None]
    if lost:
        yield f"no call comes here any more ({', '.join(lost)})"
    if found:
        yield f"calls come here now ({', '.join(found)})"
    changed = {each.language: each.between.join(each.keys) for each in both if each.keys[0] != each.keys[1]}
    whole = len(set(changed.values())) == 1 and len(changed) == len(both)
    for number, (language, what) in enumerate(changed.items()):
        if not whole or number == 0:
            yield what + ("" if whole else f" ({language})")
    later = {
        route.language: f"{abs(route.later):.1f} s {'later' if route.later > 0 else 'sooner'}"
        for route in both
        if abs(route.later) >= NOTICED
    }
    if len(set(later.values())) == 1 and len(later) == len(routes) > 1:
        yield f"{next(iter(later.values()))} in every language"
    elif later:
        yield ", ".join(f"{sentence} in {language}" for language, sentence in later.items())
