"""What differs between two versions of a hotline: one sentence each, gathered under headings."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.menu.language.http_services import ActionsFile
from ivr.menu.language.words_files import NodeWords, OptionWords, WordsFile
from ivr.menu.loader import Loaded
from ivr.menu.reading.problems import Problem
from ivr.menu.tree import Tree


class Heading(enum.Enum):
    """What a difference is about. The order is that of the report: what matters most to callers comes first."""

    identity = "Who must prove who he is"
    human = "Reaching a human"
    keys = "Keys"
    goals = "What callers want, and how soon"
    ways = "Where calls go"
    desks = "Desks"
    calls = "Written calls that now go another way"
    words = "Words"
    languages = "Languages and voices"
    waiting = "Waiting, tries and limits"
    editors = "For editors: callers do not notice"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    heading: Heading
    what: str
    """A sentence; in one about words, what they are the words of."""
    node: str = ""
    """The node's name in the new version, in the old one where it is gone; empty for the hotline's own."""
    language: str = ""
    """Where it differs in one language alone."""
    old: str | None = None
    new: str | None = None
    """The words before and after, for the marks between them; None: the sentence says everything."""
    grave: bool = False
    """Whether it may harm callers: told before the others under its heading."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """The same in figures, for tables and tools."""

    def as_data(self) -> dict[str, Any]:
        """Return the change for tools, as ``ivr diff --format json`` prints it."""
        return {
            "about": self.heading.name,
            "what": self.what,
            "node": self.node,
            "language": self.language,
            "old": self.old,
            "new": self.new,
            "grave": self.grave,
            **({"figures": dict(self.figures)} if self.figures else {}),
        }


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a hotline: its tree, and what the tree no longer has apart."""

    tree: Tree
    words: Mapping[str, WordsFile]
    """The words of every language but the first, by language."""
    actions: ActionsFile | None

    @classmethod
    def of(cls, loaded: Loaded) -> Side:
        """Return the side of a hotline that was loaded without an error."""
        assert loaded.tree is not None
        assert loaded.draft is not None
        return cls(loaded.tree, loaded.draft.words, loaded.draft.actions)

    def words_of(self, node: str, language: str) -> NodeWords | str | None:
        """Return what the words file of a language has for a node."""
        file = self.words.get(language)
        return file.nodes.get(node) if file else None

    def anywhere(self, language: str) -> Mapping[str, OptionWords]:
        """Return what the words file of a language has for the keys that work anywhere."""
        file = self.words.get(language)
        return file.anywhere if file else {}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a hotline, compared."""

    old: str
    """What the version is called: a folder, or a revision of one."""
    new: str
    changes: tuple[Change, ...]
    old_problems: tuple[Problem, ...] = ()
    """Why the old version cannot be compared."""
    new_problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether both versions could be compared."""
        return not self.old_problems and not self.new_problems

    @property
    def noticed(self) -> tuple[Change, ...]:
        """What a caller, or whoever guards the account, will notice."""
        return tuple(change for change in self.changes if change.heading is not Heading.editors)

    def under(self) -> Iterable[tuple[Heading, list[Change]]]:
        """Yield each heading that has a change, with its changes; grave ones first."""
        for heading in Heading:
            found = [change for change in self.changes if change.heading is heading]
            if found:
                yield heading, sorted(found, key=lambda change: not change.grave)

    def as_data(self) -> dict[str, Any]:
        """Return the comparison for tools."""
        return {
            "old": self.old,
            "new": self.new,
            "differs": bool(self.changes),
            "noticed": bool(self.noticed),
            "changes": [change.as_data() for _, changes in self.under() for change in changes],
            "problems": {
                "old": [problem.as_data() for problem in self.old_problems],
                "new": [problem.as_data() for problem in self.new_problems],
            },
        }


def named(value: object) -> str:
    """Return a name or a value as it stands in a sentence."""
    return f"`{_in_one_line(value)}`"


def in_quotes(words: str) -> str:
    """Return words that are said as they stand in a sentence."""
    return f"“{_in_one_line(words)}”"


def _in_one_line(value: object) -> str:
    """Return a text without what would end the quotation, or the line."""
    return " ".join(str(value).replace("`", "'").split())
