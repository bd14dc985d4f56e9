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


@rule(
    "M01",
    "A menu offers what its callers can hear soonest",
    why="Whoever wants the last of many options hears all the others first. Two menus of few options can be quicker than "
    "one of many, or slower: so the seconds are compared. More than nine have no key of one digit.",
    source="ISO/IEC 13714 (four options); Avaya (four or five); Commarford & Lewis (eleven flat ones did better)",
    limit=5,
    unit="options, from which on the seconds are compared",
    before="""
        main:
          menu:
            "1": {for: hearing everything about your current account, go: a}
            "2": {for: hearing everything about your savings account, go: a}
            "3": {for: hearing everything about your first credit card, go: a}
            "4": {for: hearing everything about your second credit card, go: a}
            "5": {for: hearing everything about your mortgage of the house, go: a}
            "6": {for: hearing everything about your insurance of the car, go: a}
            "7": {for: hearing everything about your private pension, go: a}
            "8": {for: hearing everything about your children's accounts, go: a}
            "9": {for: hearing everything about your share in the fund, go: a}
        a: {say: Here it is., then: bye}
        """,
    after="""
        main:
          menu:
            "1": {for: accounts, go: a}
            "2": {for: cards, go: a}
            "3": {for: everything else, go: a}
        a: {say: Here it is., then: bye}
        """,
)
def options(subject: Subject, limit: float) -> Iterator[Finding]:
    """Compare a menu of many options with the best two levels of the same options."""
    for name, node in subject.menus():
        keys = _services(subject, node)
        if len(keys) > MOST_OPTIONS:
            what = f"{len(keys)} options, more than {MOST_OPTIONS}"
            remedy = "put some of them into a menu of their own"
            yield Finding(name, ("menu",), what, remedy, severity="error")
            continue
        for language in subject.languages if len(keys) > limit else ():
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
    for language in subject.languages:
        ups = _priced(subject, language, level.upper, above)
        downs = _priced(subject, language, level.lower, below)
        longer = sum(option.seconds for option in downs) - ups[at].seconds
        if subject.ways[language].whole(level.upper) + longer > limit_of(subject.hotline.lint, "W03"):
            return None
        said = subject.ways[language].said(level.lower)
        found.append((language, nested(ups, at, downs, said), merged(ups, at, downs)))
    best = max(found, key=lambda each: each[1] - each[2])
    return best if best[1] > best[2] else None


@rule(
    "M02",
    "A level is worth its seconds",
    why="Broad beats deep: every further menu costs a press and an answer. Where the options of a small menu could stand "
    "in the one above and would be heard sooner there, the level is only in the way. The words before its options count as "
    "seconds too; a menu that asks for a yes is left alone.",
    source="Virzi & Huitema 1997; Commarford & Lewis; acixd.org",
    severity="information",
    limit=1,
    unit="seconds on average that one menu would save",
    before="""
        main:
          menu:
            "1": {for: opening hours, go: hours, share: 10}
            "2": {for: orders, go: orders, share: 90}
        hours: {say: Nine to five., then: bye}
        orders:
          menu:
            "1": {for: new orders, go: told}
            "2": {for: old orders, go: told}
        told: {say: It is on its way., then: bye}
        """,
    after="""
        main:
          menu:
            "1": {for: new orders, go: told}
            "2": {for: old orders, go: told}
            "3": {for: opening hours, go: hours}
        hours: {say: Nine to five., then: bye}
        told: {say: It is on its way., then: bye}
        """,
)
def level_gain(subject: Subject, limit: float) -> Iterator[Finding]:
    """Compare each small menu below another with the two in one."""
    for level in _levels(subject):
        gain = _gain(subject, level)
        if gain and gain[1] - gain[2] > limit:
            language, deep, flat = gain
            what = f"with the options of `{level.lower}` one level below, a caller hears theirs after {deep:.1f} s on average; here they would be {flat:.1f} s"
            yield Finding(level.upper, ("menu", level.key), what, "offer them here", language)


@rule(
    "M03",
    "No menu lies deep without need",
    why="Callers lose their way, and their patience, below the third menu. A deep menu is told only where its options, "
    "one level higher, would be heard sooner.",
    source="Vendor guides in Chinese (three levels at most); 7x24cc, a vendor (from five levels to two, fewer callers hung up)",
    limit=3,
    unit="menus on the way, a choice of language not counted",
    before="""
        main: {menu: {"1": {for: cards, go: b}, "2": {for: the end, go: bye}}}
        b: {menu: {"1": {for: credit cards, go: c}, "2": {for: the end, go: bye}}}
        c: {menu: {"1": {for: your card, go: d}, "2": {for: the end, go: bye}}}
        d: {menu: {"1": {for: its limit, go: told}, "2": {for: its number, go: told}}}
        told: {say: Here it is., then: bye}
        """,
    after="""
        main: {menu: {"1": {for: the limit of your card, go: told}, "2": {for: its number, go: told}}}
        told: {say: Here it is., then: bye}
        """,
)
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
