"""The differences between two versions of a hotline: one sentence each, under headings."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ivr.menu.language.http_services import ActionsFile
from ivr.menu.language.words_files import WordsFile
from ivr.menu.loader import Loaded
from ivr.menu.reading.problems import Problem
from ivr.menu.tree import Tree

Value = TypeVar("Value")


class Heading(enum.Enum):
    """What a difference is about. The report has this order: what matters most to callers comes first."""

    identity = "Who must prove who they are"
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
    """One difference."""

    heading: Heading
    what: str
    """A sentence. If words changed, it only names the place of these words."""
    node: str = ""
    """The node's name in the new version, or in the old one if it is gone. Empty for the hotline itself."""
    language: str = ""
    """The language, if the difference is in one language only."""
    old: str | None = None
    new: str | None = None
    """The words before and after. None if ``what`` says everything."""
    grave: bool = False
    """Whether it may harm callers. Grave changes come first under their heading."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """The same as numbers, for tables and tools."""

    @property
    def where(self) -> str:
        """The language in brackets, unless the sentence names it."""
        return f" ({self.language})" if self.language and self.language not in self.what else ""

    def as_data(self) -> dict[str, Any]:
        """Return the change as ``ivr diff --format json`` prints it."""
        fields = ("what", "node", "language", "old", "new", "grave", *(("figures",) if self.figures else ()))
        return {"about": self.heading.name, **{name: getattr(self, name) for name in fields}}


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a hotline: its tree, and the files that the tree no longer keeps apart."""

    tree: Tree
    words: Mapping[str, WordsFile]
    """The words of every language but the first."""
    actions: ActionsFile | None

    @classmethod
    def of(cls, loaded: Loaded) -> Side:
        """Return a side from a hotline that was loaded without an error."""
        assert loaded.tree is not None
        assert loaded.draft is not None
        return cls(loaded.tree, loaded.draft.words, loaded.draft.actions)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two versions."""

    old: str
    """The name of the version: a folder, or a revision of one."""
    new: str
    changes: tuple[Change, ...]
    old_problems: tuple[Problem, ...] = ()
    """Why the old version cannot be compared."""
    new_problems: tuple[Problem, ...] = ()

    @property
    def problems(self) -> list[tuple[str, tuple[Problem, ...]]]:
        """The versions that cannot be compared, with their problems."""
        both = (self.old, self.old_problems), (self.new, self.new_problems)
        return [(name, problems) for name, problems in both if problems]

    @property
    def noticed(self) -> tuple[Change, ...]:
        """The changes that a caller, or whoever guards the accounts, will notice."""
        return tuple(change for change in self.changes if change.heading is not Heading.editors)

    def under(self) -> Iterable[tuple[Heading, list[Change]]]:
        """Yield each heading that has changes, with its changes; grave ones first."""
        for heading in Heading:
            found = [change for change in self.changes if change.heading is heading]
            if found:
                yield heading, sorted(found, key=lambda change: not change.grave)

    def as_data(self) -> dict[str, Any]:
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


def changed(
    old: Mapping[Any, Value], new: Mapping[Any, Value]
) -> Iterator[tuple[Any, Value | None, Value | None]]:
    """Yield each name whose value differs, with the old and the new value; None where there is none."""
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was != now:
            yield name, was, now


def shown(value: Any) -> str:
    """Return a value as a sentence has it: a number bare, a text between backticks."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return "nothing" if value in (None, "", {}, []) else named(value)


def listed(names: Sequence[str], most: int) -> str:
    """Return names in a sentence: `a`, `b` and 3 more."""
    rest = len(names) - most
    return ", ".join(map(named, names[:most])) + (f" and {rest} more" if rest > 0 else "")


def keys_in_words(keys: Iterable[str]) -> str:
    """Return the keys of a route: 1 then 3 then the entry `card`."""
    return " then ".join(f"the entry {named(key[1:-1])}" if key[0] == "‹" else key for key in keys)


def named(value: object) -> str:
    """Return a name or a value in backquotes."""
    return f"`{_in_one_line(value)}`"


def in_quotes(words: str) -> str:
    """Return spoken words in quotation marks."""
    return f"“{_in_one_line(words)}”"


def _in_one_line(value: object) -> str:
    """Return a text on one line, without backquotes."""
    return " ".join(str(value).replace("`", "'").split())
