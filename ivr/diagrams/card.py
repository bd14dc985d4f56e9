"""The caller's card: the keys from the start of the call to everything that a menu offers.

A goal is what an option leads to. If that is another menu, its options are goals instead. An option that only ends the
call, or leads back up, is not a goal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from babel import Locale
from babel.dates import get_day_names

from ivr.diagrams.edges import edges_of
from ivr.diagrams.translations import CardWords, card_words, drawing_words
from ivr.menu.graph.flow import closure
from ivr.menu.graph.routes import Route, routes
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.language.desks import Desk
from ivr.menu.language.nodes import ChooseNode, EndNode, MenuNode, SayNode, SetNode
from ivr.menu.language.options import Form
from ivr.menu.language.scalars import WEEKDAYS
from ivr.menu.opening_hours import week
from ivr.menu.speech.markup import plain
from ivr.menu.speech.options import OptionSpeech
from ivr.menu.tree import Tree

_PROOFS = frozenset({"verified", "confirmed"})


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that a caller may want, and the keys to it."""

    what: str
    form: Form
    """The form in which its option is announced."""
    keys: tuple[str, ...]
    """The keys from the start of the call. A typed entry is ``‹the name of its node›``."""
    seconds: float
    """The time until the last key has been announced."""
    proof: bool = False
    """Whether callers must first prove who they are."""
    human: str = ""
    """The hours of the human, if a human is the goal."""


@dataclass(frozen=True, slots=True)
class Group:
    """The goals behind one option of the first menu. A group without a title holds direct goals."""

    title: str
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The contents of a card."""

    hotline: str
    language: str
    anywhere: tuple[tuple[str, str], ...]
    """The keys that work at every menu, and what they do."""
    hours: str
    """The hours of the human behind these keys; empty if there is none."""
    languages: tuple[tuple[str, tuple[str, ...]], ...]
    """The other languages in their own words, and the keys to them."""
    groups: tuple[Group, ...]

    @property
    def words(self) -> CardWords:
        return card_words(self.language)

    @property
    def has_proofs(self) -> bool:
        return any(goal.proof for group in self.groups for goal in group.goals)


def make_card(tree: Tree, language: str) -> Card:
    """Make the card of a hotline in a language."""
    timed = TimedEdges.of(tree, language)
    maker = _Maker(tree, language, timed, routes(timed))
    root = maker.root()
    desk = maker.desk(tree.declared.agent)
    return Card(
        tree.name,
        language,
        tuple(maker.anywhere()),
        hours_of(desk, language) if desk else "",
        tuple(maker.languages(root)) if root else (),
        tuple(maker.groups(root)) if root else (),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A menu, and the keys to it."""

    name: str
    keys: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Maker:
    tree: Tree
    language: str
    timed: TimedEdges
    routes: Mapping[str, Route]

    def root(self) -> _Place | None:
        """Return the first menu that offers more than languages, assuming that no condition holds."""
        drawn_edges, seen = edges_of(self.tree), set[str]()
        todo = [self.tree.declared.start]
        while todo:
            name = todo.pop()
            node = self.tree.nodes.get(name)
            if node is None or name in seen:
                continue
            seen.add(name)
            offers_more = isinstance(node, MenuNode) and not all(each.language for each in node.menu.values())
            if name in self.routes and offers_more:
                return self._place(name)
            following = [edge.target for edge in drawn_edges[name] if edge.kind != "after_tries"]
            todo += following if isinstance(node, ChooseNode) else following[::-1]
        return None

    def _place(self, name: str) -> _Place:
        """Return a menu with the keys to it in the card's language. In another language they may be quicker."""
        route = self.routes[name]
        keys, seconds = list(route.keys), route.seconds
        for number, at in enumerate(route.pressed_at):
            key = self._language_key(at)
            if key and key != keys[number]:
                seconds += self._heard(at, key) - self._heard(at, keys[number])
                keys[number] = key
        key = self._language_key(name)
        if key and self.language != self.tree.languages[0]:
            keys.append(key)
            seconds += self._heard(name, key)
        return _Place(name, tuple(keys), seconds)

    def _heard(self, name: str, key: str) -> float:
        """Return the seconds until a menu has announced a key. For a silent key, return those of the menu's own words."""
        return self.timed.heard(name).get(key, self.timed.said(name))

    def _language_key(self, name: str) -> str:
        """Return the key of a menu that chooses the card's language, or an empty text."""
        node = self.tree.nodes.get(name)
        options = node.menu if isinstance(node, MenuNode) else {}
        return next((key for key, option in options.items() if option.language == self.language), "")

    def groups(self, root: _Place) -> Iterator[Group]:
        """Yield the goals of the first menu, in groups."""
        shared = self._shared(root.name)
        single = list[Goal]()
        for said, target in self._options(root.name):
            below = self._menu_at(target)
            if not below:
                goal = self._goal(root, said, target)
                single += [goal] if goal else []
            elif below not in {root.name, *shared}:
                if single:
                    yield Group("", tuple(single))
                    single = []
                goals = self._goals(self._below(root, said.key, below), {root.name, *shared})
                title = said.words or target
                yield Group(title[:1].upper() + title[1:], tuple(goals))
        if single:
            yield Group("", tuple(single))

    def _goals(self, place: _Place, elsewhere: AbstractSet[str]) -> Iterator[Goal]:
        """Yield the goals below a menu. Menus in ``elsewhere`` are above it, or shared by many options."""
        above = {*elsewhere, place.name}
        for said, target in self._options(place.name):
            below = self._menu_at(target)
            if below and below not in above:
                yield from self._goals(self._below(place, said.key, below), above)
            elif not below and (goal := self._goal(place, said, target)):
                yield goal

    def _shared(self, root: str) -> set[str]:
        """Return the nodes that several options of the first menu lead to. What follows everything is no goal."""
        ahead = {name: [edge.target for edge in edges] for name, edges in edges_of(self.tree).items()}
        ahead[root], count = [], Counter[str]()
        for _, target in self._options(root):
            count.update(closure([target], lambda name: ahead.get(name, ())) - {root})
        return {name for name, options in count.items() if options > 1}

    def _below(self, place: _Place, key: str, name: str) -> _Place:
        return _Place(name, (*place.keys, key), place.seconds + self._heard(place.name, key))

    def _options(self, name: str) -> Iterator[tuple[OptionSpeech, str]]:
        """Yield the options that a menu always offers, and where they lead, without those that change the language."""
        node = self.tree.nodes[name]
        depends = {edge.name for edge in self.timed.flow.edges[name] if not edge.always_offered}
        for said in self.timed.speech.nodes[name].options:
            option = node.options[said.key]
            if option.language is None and option.go in self.tree.nodes and said.key not in depends:
                yield said, option.go

    def _goal(self, place: _Place, said: OptionSpeech, target: str) -> Goal | None:
        last = self._quietly(target)[-1]
        if isinstance(self.tree.nodes[last], EndNode):
            return None
        seconds = place.seconds + self._heard(place.name, said.key)
        desk = self.desk(target)
        human = hours_of(desk, self.language) if desk else ""
        proof = any(self.tree.nodes[name].needs in _PROOFS for name in self._on(target))
        form: Form = said.announcement.form if said.announcement else "for"
        return Goal(said.words or target, form, (*place.keys, said.key), seconds, proof, human)

    def _menu_at(self, target: str) -> str:
        """Return the menu that follows at once, before anything is said or done. Empty if there is none."""
        last = self._quietly(target)[-1]
        return last if isinstance(self.tree.nodes[last], MenuNode) else ""

    def _quietly(self, target: str) -> list[str]:
        """Follow `set` and `choose` nodes to the first other node, assuming that no condition holds."""
        passed = [target]
        while True:
            node = self.tree.nodes[passed[-1]]
            following = ""
            if isinstance(node, SetNode):
                following = node.then
            elif isinstance(node, ChooseNode):
                following = node.else_
            if following not in self.tree.nodes or following in passed:
                return passed
            passed.append(following)

    def _on(self, target: str) -> list[str]:
        """Follow `say` nodes too, to the first node that waits or works."""
        passed = self._quietly(target)
        while isinstance(node := self.tree.nodes[passed[-1]], SayNode) and node.then in self.tree.nodes:
            more = self._quietly(node.then)
            if set(more) & set(passed):
                break
            passed += more
        return passed

    def desk(self, target: str) -> Desk | None:
        """Return the desk that follows a node after nothing but words."""
        node = self.tree.nodes[self._on(target)[-1]]
        return self.tree.desks[node.desk] if node.desk else None

    def anywhere(self) -> Iterator[tuple[str, str]]:
        words = card_words(self.language)
        named = {"back": words.back, "repeat": words.repeat, self.tree.declared.agent: words.human}
        for said in self.timed.speech.anywhere:
            target = self.tree.anywhere[said.key]
            yield said.key, said.words or named.get(target, target)

    def languages(self, root: _Place) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the other languages, with the keys that choose them."""
        before = [*zip(self.routes[root.name].keys, self.routes[root.name].pressed_at, strict=True)]
        pressed = tuple[str, ...]()
        for key, at in [*before, ("", root.name)]:
            node = self.tree.nodes.get(at)
            for own, option in node.menu.items() if isinstance(node, MenuNode) else ():
                if option.language and option.language != self.language:
                    said = option.announcement
                    name = plain(said.with_key(own)) if said else drawing_words(option.language).own_name
                    yield name, (*pressed, own)
            pressed = (*pressed, key)


def hours_of(desk: Desk, language: str) -> str:
    """Return a desk's hours in a language and the days on which it is closed: `Mon–Fri 09:00-18:00, 2026-12-25 closed`."""
    words = card_words(language)
    names = get_day_names("abbreviated", locale=Locale.parse(language, sep="-"))
    lines = [words.always] if isinstance(desk.hours, str) else []
    for days, span in week(desk):
        first, _, last = days.partition("-")
        day = names[WEEKDAYS.index(first)]
        if days == f"{WEEKDAYS[0]}-{WEEKDAYS[-1]}":
            day = words.every_day
        elif last:
            day += words.to + names[WEEKDAYS.index(last)]
        lines.append(f"{day} {words.closed if span == 'closed' else span}")
    return ", ".join([*lines, *(f"{day} {words.closed}" for day in desk.closed_on)])
