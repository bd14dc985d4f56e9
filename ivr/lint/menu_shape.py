"""The shape of menus: how many options, and how deep."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.lint.asking import asks_whether
from ivr.lint.pricing import Priced, best_split, expected, merged, nested, shares
from ivr.lint.registry import Finding, limit_of, rule
from ivr.lint.subject import Subject
from ivr.menu.language.nodes import MenuNode, SetNode
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.speech.estimates import seconds_of

MOST_OPTIONS = 9
"""Further options have no key of one digit."""


def _services(subject: Subject, node: MenuNode) -> list[str]:
    """Return the keys that are services: not the way back, the repeat, the end or the human."""
    return [key for key, option in node.menu.items() if subject.is_service(option.go)]


def _priced(subject: Subject, language: str, name: str, keys: list[str]) -> list[Priced]:
    node, own = subject.tree.nodes[name], subject.tree.speech[language].nodes[name]
    assert isinstance(node, MenuNode)
    part = shares(node)
    takes = {key: seconds_of((prompt,)) for key, prompt in zip(own.announces, own.announced, strict=True)}
    return [Priced(part[key], takes.get(key, 0.0)) for key in keys]


@rule("M01")
def options(subject: Subject, limit: float) -> Iterator[Finding]:
    """Compare a menu of many options with the best two levels of the same options."""
    for name, node in subject.menus():
        keys = _services(subject, node)
        if len(keys) > MOST_OPTIONS:
            what = f"{len(keys)} options, more than {MOST_OPTIONS}"
            remedy = "put some of them into a menu of their own"
            yield Finding(name, ("menu",), what, remedy, severity="error")
            continue
        for language in subject.heard_at(name) if len(keys) > limit else ():
            priced = _priced(subject, language, name, keys)
            flat, (groups, split) = expected(priced), best_split(priced, int(limit))
            if split < flat:
                what = f"its {len(keys)} options are heard after {flat:.1f} s on average; in {groups} groups it would be {split:.1f} s"
                yield Finding(name, ("menu",), what, "make groups, or shorten the options", language)
                break


@dataclass(frozen=True, slots=True)
class _Level:
    """A menu that only one option of another menu opens, and that does not ask for a yes."""

    upper: str
    key: str
    lower: str


def _levels(subject: Subject) -> Iterator[_Level]:
    for name, node in subject.menus():
        for key in _services(subject, node):
            lower = _opened(subject, node.menu[key].go)
            if lower is not None and lower != name and not asks_whether(subject, lower):
                yield _Level(name, key, lower)


def _opened(subject: Subject, target: str) -> str | None:
    """Return the menu that a target opens at once, if nothing else leads to it."""
    nodes = subject.tree.nodes
    while True:
        ways = [edge for _, edge in subject.into[target] if edge.chosen]
        node = nodes[target]
        if len(ways) != 1 or node.needs:
            return None
        if isinstance(node, MenuNode):
            return target
        if not isinstance(node, SetNode) or node.then in SPECIAL_TARGETS:
            return None
        target = node.then


def _gain(subject: Subject, level: _Level) -> tuple[str, float, float] | None:
    """Return the language that gains most from one level, and its seconds with two levels and with one.

    Return None if one level is no better, is longer than W03 allows, or needs more than nine keys.
    """
    upper, lower = subject.tree.nodes[level.upper], subject.tree.nodes[level.lower]
    assert isinstance(upper, MenuNode)
    assert isinstance(lower, MenuNode)
    above, below = _services(subject, upper), _services(subject, lower)
    if len(above) - 1 + len(below) > MOST_OPTIONS or not below:
        return None
    at, found = above.index(level.key), []
    for language in subject.heard_at(level.upper):
        ups = _priced(subject, language, level.upper, above)
        downs = _priced(subject, language, level.lower, below)
        longer = sum(option.seconds for option in downs) - ups[at].seconds
        if subject.ways[language].whole(level.upper) + longer > limit_of(subject.hotline.lint, "W03"):
            return None
        said = subject.ways[language].said(level.lower)
        found.append((language, nested(ups, at, downs, said), merged(ups, at, downs)))
    best = max(found, key=lambda each: each[1] - each[2], default=None)
    return best if best and best[1] > best[2] else None


@rule("M02")
def level_gain(subject: Subject, limit: float) -> Iterator[Finding]:
    """Compare each small menu below another with the two in one."""
    for level in _levels(subject):
        gain = _gain(subject, level)
        if gain and gain[1] - gain[2] > limit:
            language, deep, flat = gain
            what = f"with the options of `{level.lower}` one level below, a caller hears theirs after {deep:.1f} s on average; here they would be {flat:.1f} s"
            yield Finding(level.upper, ("menu", level.key), what, "offer them here", language)


@rule("M03")
def depth(subject: Subject, limit: float) -> Iterator[Finding]:
    """Find deep menus whose options would be heard sooner a level higher."""
    deep = _depths(subject)
    for level in _levels(subject):
        gain = _gain(subject, level) if deep.get(level.lower, 0) > limit else None
        if gain:
            language, now, then = gain
            what = f"menu {deep[level.lower]} on its way, more than {limit:g}; its options are heard after {now:.1f} s on average, in `{level.upper}` it would be {then:.1f} s"
            yield Finding(level.lower, ("menu",), what, f"offer them in `{level.upper}`", language)


def _depths(subject: Subject) -> dict[str, int]:
    """Return the least number of menus on the way to each node, the node itself included."""
    found: dict[str, int] = {}
    todo = deque([(subject.hotline.start, 0)])
    while todo:
        name, before = todo.popleft()
        if name not in subject.tree.nodes or name in found:
            continue
        node = subject.tree.nodes[name]
        counts = isinstance(node, MenuNode) and not all(option.language for option in node.menu.values())
        found[name] = before + counts
        for target in subject.flow.neighbours(name):
            (todo.append if counts else todo.appendleft)((target, found[name]))
    return found
