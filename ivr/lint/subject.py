"""A hotline as the rules of the voice see it: its tree, its places, and what is heard when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ivr.lint.patterns import pattern
from ivr.menu.graph.flow import Edge, Flow, closure
from ivr.menu.graph.languages import languages_heard
from ivr.menu.graph.routes import Route, routes_to_human
from ivr.menu.graph.timed import TimedEdges
from ivr.menu.language.contract import Contract
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import Role
from ivr.menu.language.model import YamlPath
from ivr.menu.language.nodes import AskNode, ListeningNode, MenuNode, Node, RunNode, WaitsFor
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.language.walk import walk
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.estimates import seconds_of, words
from ivr.menu.speech.prompts import Prompt, Voice
from ivr.menu.tree import Tree

_GOES_ON = frozenset({WaitsFor.nothing, WaitsFor.action})
LONG_NUMBER = 6
"""A number with this many digits is meant to be copied down, or belongs to an account."""


@dataclass(frozen=True, slots=True)
class SpokenText:
    """Words that a caller may hear, and their place."""

    node: str
    """This is empty for a sentence of the hotline's own `phrases:`."""
    path: YamlPath
    language: str
    """The language that they are written and spoken in."""
    prompt: Prompt

    @property
    def text(self) -> str:
        """The words, with plausible values."""
        return words(self.prompt)

    @property
    def seconds(self) -> float:
        return seconds_of((self.prompt,))


@dataclass
class Subject:
    """What the rules judge. Anything that several rules need is computed once."""

    tree: Tree
    draft: Draft

    @property
    def hotline(self) -> Hotline:
        return self.tree.declared

    @property
    def languages(self) -> list[str]:
        return self.tree.languages

    @property
    def first(self) -> str:
        """The language that the menu itself is written in."""
        return self.tree.languages[0]

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.tree.declared, self.tree.nodes, self.tree.contracts)

    @cached_property
    def heard(self) -> Mapping[str, frozenset[str]]:
        """The languages in which the words of each node can be heard."""
        return languages_heard(self.flow)

    def heard_at(self, name: str) -> list[str]:
        """Return the languages in which the words of a node can be heard, in the hotline's order."""
        return [each for each in self.languages if each in self.heard[name]]

    @cached_property
    def ways(self) -> Mapping[str, TimedEdges]:
        """The edges with their seconds, by language."""
        return {language: TimedEdges.of(self.tree, language, self.flow) for language in self.languages}

    @cached_property
    def keys_to_human(self) -> Mapping[str, Route]:
        """The way from each node to a human with the fewest keys."""
        return routes_to_human(self.ways[self.first], fewest_keys=True)

    def is_human(self, target: str) -> bool:
        """Return whether a target leads to a human without another key."""
        route = self.keys_to_human.get(target)
        return route is not None and route.presses is None

    def is_service(self, target: str) -> bool:
        """Return whether an option is a service: not a way back, a repeat, the end or the human."""
        if target in SPECIAL_TARGETS or target == self.hotline.agent or self.is_human(target):
            return False
        return self.tree.nodes[target].waits_for is not WaitsFor.over

    def menus(self) -> Iterator[tuple[str, MenuNode]]:
        return ((name, node) for name, node in self.tree.nodes.items() if isinstance(node, MenuNode))

    def entries(self) -> Iterator[tuple[str, AskNode]]:
        return ((name, node) for name, node in self.tree.nodes.items() if isinstance(node, AskNode))

    def listening(self) -> Iterator[tuple[str, ListeningNode]]:
        return ((name, node) for name, node in self.tree.nodes.items() if isinstance(node, ListeningNode))

    @cached_property
    def into(self) -> Mapping[str, list[tuple[str, Edge]]]:
        """The edges to each node, each with the node that it comes from."""
        found: dict[str, list[tuple[str, Edge]]] = {name: [] for name in self.tree.nodes}
        for name, edges in self.flow.edges.items():
            for edge in edges:
                if edge.target in found:
                    found[edge.target].append((name, edge))
        return found

    def heard_first(self, begin: str) -> set[str]:
        """Return the nodes at which a call first waits for somebody, or ends, if it goes on from ``begin`` by itself."""
        passed = self.passed(begin, stops=frozenset(WaitsFor) - _GOES_ON)
        return {name for name in passed if self.tree.nodes[name].waits_for not in _GOES_ON}

    def passed(self, begin: str, stops: Collection[WaitsFor]) -> set[str]:
        """Return the nodes that a call passes from ``begin``, up to those that wait for one of these."""
        nodes = self.tree.nodes
        return closure(
            {begin} & nodes.keys(),
            lambda name: () if nodes[name].waits_for in stops else self.flow.neighbours(name),
        )

    def hearing_first(self, names: Collection[str]) -> set[str]:
        """Return the nodes from which a call first hears one of these: those of which :meth:`heard_first` has one.

        It takes as long for all nodes as :meth:`heard_first` for one.
        """
        nodes = self.tree.nodes
        stops = frozenset(WaitsFor) - _GOES_ON
        return self.leading_to((name for name in names if nodes[name].waits_for in stops), stops)

    def leading_to(self, names: Iterable[str], stops: Collection[WaitsFor]) -> set[str]:
        """Return the nodes from which a call passes one of these, as :meth:`passed` has it."""
        nodes = self.tree.nodes
        return closure(
            names,
            lambda name: [before for before, _ in self.into[name] if nodes[before].waits_for not in stops],
        )

    def only_way(self, name: str) -> str | None:
        """Return the node or special target that follows, if a node has a single way of its own."""
        targets = {edge.target for edge in self.flow.edges[name] if edge.chosen}
        return targets.pop() if len(targets) == 1 else None

    def runs(self) -> Iterator[tuple[str, Contract]]:
        """Yield the nodes that run an action, each with the contract of the action."""
        for name, node in self.tree.nodes.items():
            if isinstance(node, RunNode) and node.run in self.tree.contracts:
                yield name, self.tree.contracts[node.run]

    # --- words

    def question(self, name: str, language: str) -> Prompt | None:
        """Return the first wording of what a node says first, or None if nobody hears it in this language."""
        said = self.tree.speech[language].nodes[name].say if language in self.heard[name] else ()
        return next(iter(said), None)

    @cached_property
    def said(self) -> list[SpokenText]:
        """Everything that is written to be spoken, in every language."""
        return [
            *(each for language in self.languages for each in self._phrases(language)),
            *(each for language in self.languages for each in self._of_nodes(language)),
        ]

    def _phrases(self, language: str) -> Iterator[SpokenText]:
        voice = Voice(language, self.hotline.voices.get(language, ""))
        for marked in walk(self.phrases(language), {Role.spoken}, ("phrases",)):
            yield SpokenText("", marked.path, language, voice.prompt(marked.wording))

    # --- what is typed

    @cached_property
    def long_numbers(self) -> Mapping[str, list[str]]:
        """The variables that keep six or more typed digits, with the nodes that ask for them."""
        found: dict[str, list[str]] = {}
        for name, node in self.entries():
            most = int((node.length or "0").rpartition("-")[2])
            if node.ask == "digits" and most >= LONG_NUMBER and not node.is_secret:
                found.setdefault(node.variable(name), []).append(name)
        return found

    @cached_property
    def account_numbers(self) -> set[str]:
        """Those of them that are asked for as the number of an account or a card, in any language."""
        return {
            variable for variable, nodes in self.long_numbers.items() if any(map(self._asks_account, nodes))
        }

    def _asks_account(self, name: str) -> bool:
        return any(
            (account := pattern("account_number", language)) and account.search(words(prompt))
            for language in self.languages
            for prompt in self.tree.speech[language].nodes[name].say
        )

    def phrases(self, language: str) -> Phrases:
        return self.hotline.phrases if language == self.first else self.draft.words[language].phrases

    def _of_nodes(self, language: str) -> Iterator[SpokenText]:
        for name, own in self.tree.speech[language].nodes.items():
            for key, prompts in own.spoken.items():
                own_words = (each for each in prompts if each.fixed.language == language)
                yield from (SpokenText(name, (key,), language, prompt) for prompt in own_words)
            node = self.tree.nodes[name]
            for key, prompt in zip(own.announces, own.announced, strict=True):
                if key in node.options and prompt.fixed.language == language:
                    yield SpokenText(name, (node.options_key, key), language, prompt)

    def place_of(self, node: str, path: YamlPath, language: str) -> tuple[str, int, int]:
        """Return file, line and column of words. Those of another language are in a words file."""
        sources = self.hotline.sources_of_words(language)
        files = (
            each
            for each in sources
            if (own := self.draft.words.get(each)) and (not node or node in own.nodes)
        )
        source = None if _in_tree(self.tree.nodes.get(node), path) else next(files, None)
        if source and node:
            path = _by_name(self.tree.nodes[node], path)
        file, at = self.draft.place_of(node, path, source)
        return file, *at


def _by_name(node: Node, path: YamlPath) -> YamlPath:
    """Return the place of an option in a words file, where it stands under its name."""
    if len(path) < 2 or path[0] != node.options_key or path[1] not in node.options:
        return path
    return path[0], node.options[str(path[1])].name, *path[2:]


def _in_tree(node: Node | None, path: YamlPath) -> bool:
    """Return whether words of another language are in the menu itself, as for an option that changes the language."""
    if node is None or len(path) < 2 or path[0] != node.options_key:
        return False
    option = node.options.get(str(path[1]))
    return option is not None and option.language is not None
