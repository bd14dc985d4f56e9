"""Problems of a menu, in words that help an editor to fix them. An author's mistakes are data, not exceptions."""

from __future__ import annotations

from collections.abc import Sequence
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


class BadFile(Exception):
    """A file, or a whole hotline, cannot be used. The text has a line for each problem."""

    def __init__(self, text: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, folder: Path, problems: Sequence[Problem]) -> Self:
        return cls("\n".join(f"{folder}/{problem}" for problem in problems), problems)
