"""A hotline while it is being read: what could be declared, where it is, and what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ivr.menu.language.contract import Contract
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.http_services import ActionsFile
from ivr.menu.language.model import YamlPath
from ivr.menu.language.nodes import Node
from ivr.menu.language.scalars import NODE_NAME
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.language.words_files import WordsFile
from ivr.menu.reading.problems import Problem, ProblemList
from ivr.menu.reading.yaml import Mark, Section, place

MENU_FILE = "menu.yaml"
DATA_FILES = frozenset({"accounts.yaml", "bulletins.yaml"})
"""Files that belong to actions, not to the menu."""


class TypedSection(NamedTuple):
    """A section as it was typed, and its file."""

    file: str
    section: Section


class Fallen(NamedTuple):
    """Words that come from another language."""

    node: str
    """This is empty for the hotline's own sentences."""
    part: str
    """Which of its words, such as `say` or `menu hours`."""
    source: str
    """The language that they come from."""


@dataclass(slots=True)
class Draft:
    """What is known of a hotline so far."""

    top: TypedSection | None = None
    hotline: Hotline | None = None
    """The valid parts of the menu file, without its nodes."""
    nodes: dict[str, Node] = field(default_factory=dict)
    """Every valid node."""
    names: dict[str, TypedSection] = field(default_factory=dict)
    """Every node that was typed, valid or not."""
    words: dict[str, WordsFile] = field(default_factory=dict)
    """The valid words, by language."""
    spoken: dict[str, WordsFile] = field(default_factory=dict)
    """The same for each language but the first, with the words of those that it falls back on."""
    heard: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The languages in which the words of each node can be heard."""
    fallen_back: dict[str, list[Fallen]] = field(default_factory=dict)
    """By language: the words that callers hear of it and that come from another."""
    word_files: dict[str, TypedSection] = field(default_factory=dict)
    actions: ActionsFile | None = None
    """The valid entries of ``actions.yaml``."""
    action_parts: ActionsFile | None = None
    """The same file without only the values that are wrong, so that the rest of such an entry is checked too."""
    left_out: set[YamlPath] = field(default_factory=set)
    """The places of the values that it leaves out."""
    actions_file: TypedSection | None = None
    withheld: Mapping[str, Contract] = field(default_factory=dict)
    """Built-in actions that this hotline cannot run, because it has no account service."""
    all_actions_known: bool = True
    """False if the hotline's Python module is broken: an unknown action may be one of its own."""
    whole: bool = True
    """Whether everything could be declared. Only then can unreachable nodes be found."""
    values: int = 0
    """How many values its files hold."""
    problems: ProblemList = field(default_factory=ProblemList)
    _node_names: dict[str, bool] = field(default_factory=dict)
    """Whether each name is well-formed. It is kept, since every wrong target asks for all names."""

    def note(
        self,
        node: str,
        path: Iterable[object],
        what: str,
        remedy: str,
        language: str | None = None,
        severity: str = "error",
        rule: str = "",
    ) -> None:
        """Note a problem in a node, or in the hotline if ``node`` is empty.

        With ``language``, the place is in the words file of that language.
        """
        file, at = self.place_of(node, path, language)
        self.problems.append(Problem(file, *at, node, what, remedy, severity, rule))

    def place_of(self, node: str, path: Iterable[object], language: str | None = None) -> tuple[str, Mark]:
        """Return the file and the place of what :meth:`note` is about."""
        if language is not None:
            file, section = self.word_files[language]
            path = ("nodes", node, *path) if node else path
        else:
            assert self.top is not None
            file, section = self.names[node] if node else self.top
        return file, place(section, *path)

    def check_target(
        self, node: str, path: Iterable[object], target: str, special: Collection[str] = ()
    ) -> None:
        """Note a target that is neither a node nor one of the ``special`` ones."""
        if target not in self.names and target not in special:
            known = [*self.node_names(), *special]
            otherwise = self.remedy_without_agent() if target == "agent" else ""
            self.note(node, path, f"there is no node `{target}`", did_you_mean(target, known, otherwise))

    def remedy_without_agent(self) -> str:
        """Return what to write if no node is called `agent`, as the human's is unless the menu names another."""
        if self.hotline and self.hotline.agent in self.names:
            return f"the human's node is `{self.hotline.agent}`"
        return "write it, or name the human's node below `start:`, as in `agent: person`"

    def node_names(self) -> list[str]:
        """Return the well-formed names, which may be suggested."""
        if len(self._node_names) != len(self.names):  # names are only added
            self._node_names = {name: NODE_NAME.wrong(name) is None for name in self.names}
        return [name for name, well_formed in self._node_names.items() if well_formed]

    def typed(self, key: str) -> list[str]:
        """Return the names under a key of the menu file. Wrong entries are included."""
        return list(entries(self.top, key))


def entries(typed: TypedSection | None, key: str) -> Mapping[str, Any]:
    """Return what was typed under a key of a file. Wrong entries are included."""
    found = typed.section.get(key) if typed else None
    return found if isinstance(found, Section) else {}
