"""Problems of a menu, in words that help an editor to fix them. An author's mistakes are data, not exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one place."""

    file: str
    line: int
    """Lines and columns count from 1."""
    column: int
    node: str
    """The node that it is in, or empty."""
    what: str
    remedy: str
    """What to write instead."""
    severity: str = "error"
    """An ``error`` keeps the menu from loading. A ``warning`` or ``information`` does not."""
    rule: str = ""
    """The rule of the voice that is broken, or empty. ``ivr explain`` explains it."""

    def __str__(self) -> str:
        """Return the line that people and editors read: ``file:line:column: node: what; remedy [rule]``."""
        node = f"{self.node}: " if self.node else ""
        rule = f" [{self.rule}]" if self.rule else ""
        line = f"{self.file}:{self.line}:{self.column}: {node}{self.what}; {self.remedy}{rule}"
        return " ".join(line.split())

    def as_data(self) -> dict[str, Any]:
        """Return the problem as ``ivr check --format json`` prints it."""
        return asdict(self)


MAX_PROBLEMS = 300
"""Errors of one hotline, or of one file. Nobody reads more at once, and each costs a search for what was meant."""


class SearchEnded(Exception):
    """The search for problems ends early. What was found is in the list of problems."""


class TooManyProblems(SearchEnded):
    """There are more than :data:`MAX_PROBLEMS` errors."""


class HotlineTooLarge(SearchEnded):
    """The hotline has more of something than any real one. One problem says of what."""


def more_problems(file: str) -> Problem:
    """Return the problem that stands for all further ones."""
    what = f"there are more than {MAX_PROBLEMS} problems, and the rest is not shown"
    return Problem(file, 1, 1, "", what, "mend these first")


class ProblemList(list[Problem]):
    """The problems of a hotline, as they are found. One error too many ends the search.

    Of warnings, the further ones are only left out, since they do not keep a menu from loading.
    """

    def __init__(self) -> None:
        super().__init__()
        self._errors = 0

    @property
    def are_too_many(self) -> bool:
        """Whether the search has ended early."""
        return self._errors > MAX_PROBLEMS

    def append(self, problem: Problem) -> None:
        is_error = problem.severity == "error"
        if not is_error and len(self) - self._errors >= MAX_PROBLEMS:
            return
        super().append(problem)
        self._errors += is_error
        if self._errors > MAX_PROBLEMS:
            raise TooManyProblems

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.append(problem)

    def __iadd__(self, problems: Iterable[Problem]) -> Self:  # type: ignore[override,misc]
        self.extend(problems)
        return self


class BadFile(Exception):
    """A file, or a whole hotline, cannot be used. The text has a line for each problem."""

    def __init__(self, text: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, folder: Path, problems: Sequence[Problem]) -> Self:
        return cls("\n".join(f"{folder}/{problem}" for problem in problems), problems)
