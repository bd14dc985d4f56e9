"""Keys that moved, appeared, disappeared or changed their meaning. Callers know them by heart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.diff.changes import Change, Heading, Side, changed, in_quotes, named, shown
from ivr.diff.pairs import Pairs
from ivr.menu.language.nodes import ListeningNode, Node
from ivr.menu.language.options import Announcement, Anywhere, Option

_UNHEARD = frozenset({"share", "own_name"})
"""The fields of an option that no caller notices."""
_KEYS_OF_FIELDS = {"own_name": "name"}
_TOLD_BY_SENTENCE = frozenset({"go", "language", "for_", "to", "say", "hear"})
"""The fields of an option whose changes have sentences of their own, here or among the words."""


@dataclass(frozen=True, slots=True)
class Key:
    """What one key of a menu means."""

    key: str
    go: str
    """The node that it leads to, by its name in the new version."""
    language: str | None
    """The language that it switches to."""
    announcement: Announcement | None
    """How the hotline's first language announces it."""
    others: Mapping[str, object]
    """Its other fields, by name."""

    @classmethod
    def of(cls, key: str, option: Option, go: str) -> Key:
        others = {field: value for field, value in option if field not in _TOLD_BY_SENTENCE}
        return cls(key, go, option.language, option.announcement, others)

    def __str__(self) -> str:
        return in_quotes(self.announcement.with_key(self.key)) if self.announcement else named(self.go)

    def leads_as(self, other: Key) -> bool:
        """Return whether two keys lead to the same place."""
        return (self.go, self.language) == (other.go, other.language)

    def means(self, other: Key) -> bool:
        """Return whether two keys mean the same to a caller, wherever they lead."""
        return self.leads_as(other) or self.says_as(other)

    def says_as(self, other: Key) -> bool:
        """Return whether two keys are announced in the same words."""
        return self.announcement is not None and self.announcement == other.announcement


@dataclass(frozen=True, slots=True)
class Menu:
    """The keys of one menu or entry before and after, matched by meaning."""

    old: Mapping[str, Key]
    new: Mapping[str, Key]
    same: Mapping[str, str]
    """From a key of the old menu to the key of the new menu with the same meaning."""

    @classmethod
    def of(cls, old: Node, new: Node, pairs: Pairs) -> Menu:
        before = {key: Key.of(key, option, pairs.now(option.go)) for key, option in old.options.items()}
        after = {key: Key.of(key, option, option.go) for key, option in new.options.items()}
        return cls(before, after, _same(before, after))


def _same(old: Mapping[str, Key], new: Mapping[str, Key]) -> dict[str, str]:
    """Match the keys of a menu: first those that stayed, then those that moved."""
    found: dict[str, str] = {}
    stayed = [(key, key) for key in old if key in new]
    moved = [(key, other) for key in old for other in new]
    for candidates in (stayed, moved):
        used = set(found.values())
        for key, other in candidates:
            if key not in found and other not in used and old[key].means(new[other]):
                found[key] = other
                used.add(other)
    return found


def compare_keys(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield the changed keys of every menu, and of ``anywhere``."""
    for before, after in pairs.names.items():
        one, other = old.tree.nodes[before], new.tree.nodes[after]
        if isinstance(one, ListeningNode) and isinstance(other, ListeningNode):
            yield from _menu(after, Menu.of(one, other, pairs), old, new, pairs)
    yield from _anywhere(old, new, pairs)


def _menu(node: str, menu: Menu, old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    was_anywhere = {key: f"`{pairs.now(target)}`" for key, target in old.tree.anywhere.items()}
    is_anywhere = {key: f"`{target}`" for key, target in new.tree.anywhere.items()}
    for key, was in menu.old.items():
        stays = menu.same.get(key)
        now = str(menu.new[key]) if key in menu.new else is_anywhere.get(key)
        if stays == key:
            yield from _rerouted(node, was, menu.new[key])
        elif now is not None:
            yield _other_meaning(node, key, now, str(was), stays)
        elif stays is not None:
            what = f"`{node}`: {was} moved from key {key} to key {stays}; nothing is on key {key} now"
            yield Change(Heading.keys, what, node)
        else:
            yield Change(Heading.keys, f"`{node}`: key {key} ({was}) is gone", node, grave=True)
        if stays not in {None, key}:
            yield from _rerouted(node, was, menu.new[stays])
    moved_to = set(menu.same.values())
    for key, come in menu.new.items():
        if key in menu.old:
            continue
        if key in was_anywhere:
            yield _other_meaning(node, key, str(come), was_anywhere[key], None)
        elif key not in moved_to:
            yield Change(Heading.keys, f"`{node}`: key {key} is new: {come}", node)
    yield from _order(node, menu)
    yield from _left_behind(node, menu, old, new, pairs)


def _left_behind(node: str, menu: Menu, old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    """Yield keys that lead elsewhere while their words in another language stayed the same.

    These words are in a file of their own. Whoever leads an option with a `name:` elsewhere must change them there too,
    and only a comparison can tell that they forgot.
    """
    before = next(name for name, now in pairs.names.items() if now == node)
    for language in (each for each in new.tree.languages[1:] if each in old.tree.speech):
        was, now = _announced(old, before, language), _announced(new, node, language)
        for key in was.keys() & now.keys() & menu.old.keys() & menu.new.keys():
            one, other = menu.old[key], menu.new[key]
            if was[key] == now[key] and not one.means(other):
                sentence = f"`{node}`: {in_quotes(now[key])} is still said of key {key}, which leads to `{other.go}` now"
                yield Change(Heading.keys, f"{sentence}; it led to `{one.go}`", node, language, grave=True)


def _announced(side: Side, node: str, language: str) -> dict[str, str]:
    words = side.tree.speech[language].nodes[node]
    said = zip(words.announces, words.announced, strict=True)
    return {key: prompt.source or prompt.fixed.text for key, prompt in said}


def _other_meaning(node: str, key: str, now: str, was: str, moved_to: str | None) -> Change:
    where = f", which is key {moved_to} now" if moved_to else ""
    what = f"`{node}`: key {key} now means {now}; it meant {was}{where}"
    return Change(Heading.keys, what, node, grave=True)


def _rerouted(node: str, was: Key, now: Key) -> Iterator[Change]:
    if was.go != now.go:
        what = f"`{node}`: key {now.key} ({now}) leads to `{now.go}`; before: `{was.go}`"
        yield Change(Heading.ways, what, node)
    if was.language != now.language:
        what = f"`{node}`: key {now.key} ({now}) changes the language to {now.language or 'none'}"
        yield Change(Heading.languages, f"{what}; before: to {was.language or 'none'}", node)
    for field, old, new in changed(was.others, now.others):
        called = _KEYS_OF_FIELDS.get(field, field)
        what = f"`{node}`: key {now.key} ({now}): `{called}` is {shown(new)}; before: {shown(old)}"
        yield Change(Heading.editors if field in _UNHEARD else Heading.keys, what, node)


def _order(node: str, menu: Menu) -> Iterator[Change]:
    """Yield a change if the keys that stayed are announced in another order."""
    stayed = {key for key, now in menu.same.items() if key == now}
    before = [key for key in menu.old if key in stayed]
    after = [key for key in menu.new if key in stayed]
    if before != after:
        what = f"the keys are said in another order: {', '.join(after)}; before: {', '.join(before)}"
        yield Change(Heading.keys, f"`{node}`: {what}", node)


def _anywhere(old: Side, new: Side, pairs: Pairs) -> Iterator[Change]:
    before = {key: pairs.now(target) for key, target in old.tree.anywhere.items()}
    after = new.tree.anywhere
    for key in dict.fromkeys([*before, *after]):
        if key not in after:
            what = f"Everywhere: key {key} (`{before[key]}`) is gone"
            yield Change(Heading.keys, what, grave=True)
        elif key not in before:
            yield Change(Heading.keys, f"Everywhere: key {key} is new: `{after[key]}`")
        elif before[key] != after[key]:
            what = f"Everywhere: key {key} now means `{after[key]}`; it meant `{before[key]}`"
            yield Change(Heading.keys, what, grave=True)
    for key in before.keys() & after.keys():
        was, now = _rate(old, key), _rate(new, key)
        if was != now:
            what = f"Everywhere: key {key} (`{after[key]}`): `rate` is {shown(now)}; before: {shown(was)}"
            yield Change(Heading.keys, what)
        if _is_said(old, key) != _is_said(new, key):
            how = "is said after the options now" if _is_said(new, key) else "is not said any more"
            yield Change(Heading.keys, f"Everywhere: key {key} (`{after[key]}`) {how}")


def _rate(side: Side, key: str) -> str | None:
    entry = side.tree.declared.anywhere[key]
    return entry.rate if isinstance(entry, Anywhere) else None


def _is_said(side: Side, key: str) -> bool:
    entry = side.tree.declared.anywhere[key]
    return isinstance(entry, Anywhere) and entry.announcement is not None
