"""What a rule of the voice is, what it finds, and the table of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, Literal

from ivr.lint.subject import Subject
from ivr.menu.language.lint_settings import Lint, RuleSetting, Severity
from ivr.menu.language.model import YamlPath

DecidedBy = Literal["lint", "check", "explore", "program", "nobody"]
"""Who sees to it that a rule is kept: these rules, the other checks of `ivr check`, the walk of `ivr explore`, the program
itself; or nobody can tell from a menu."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place of a hotline that breaks a rule."""

    node: str
    """Empty: the hotline itself."""
    path: YamlPath
    what: str
    """With the figures."""
    remedy: str
    language: str = ""
    """The language in which it is so; empty: in all of them."""
    severity: Severity | None = None
    """Where it is not the rule's own."""


RuleCheck = Callable[[Subject, float], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of voice design, as ``ivr explain`` tells it."""

    id: str
    title: str
    """What is right, in a few words."""
    why: str
    """For somebody who edits menus."""
    source: str
    by: DecidedBy
    severity: Severity | Literal["off"] = "warning"
    """`off`: it is judged only where a profile or the hotline asks for it."""
    limit: float | None = None
    unit: str = ""
    kept: str = ""
    """How it is kept, or why nobody can tell, where it is not ours to judge."""
    before: str = ""
    """An example that breaks it."""
    after: str = ""
    """The same, mended."""
    check: RuleCheck | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the rule for tools, as ``ivr explain --format json`` prints it."""
        names = ("id", "title", "why", "source", "by", "severity", "limit", "unit", "kept", "before", "after")
        return {name: getattr(self, name) for name in names}


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order of the families."""


def limit_of(lint: Lint, name: str) -> float:
    """Return the limit of a rule: the hotline's own, or the usual one."""
    setting = lint.rules.get(name)
    own = setting.limit if isinstance(setting, RuleSetting) else None
    return own or RULES[name].limit or 0


FAMILIES = {
    "M": "The shape of menus",
    "W": "Wording",
    "T": "Time",
    "E": "Silence and wrong keys",
    "H": "The human",
    "D": "What a caller types",
    "X": "The tree as a whole",
    "P": "Proved of every path by `ivr explore`",
}


def rule(
    name: str,
    title: str,
    *,
    why: str,
    source: str,
    before: str,
    after: str,
    severity: Severity | Literal["off"] = "warning",
    limit: float | None = None,
    unit: str = "",
) -> Callable[[RuleCheck], RuleCheck]:
    """Put a rule that a function judges into the table."""

    def enter(check: RuleCheck) -> RuleCheck:
        RULES[name] = Rule(
            name,
            title,
            why,
            source,
            "lint",
            severity,
            limit,
            unit,
            before=dedent(before).strip("\n"),
            after=dedent(after).strip("\n"),
            check=check,
        )
        return check

    return enter


def stated(
    name: str,
    title: str,
    *,
    why: str,
    source: str,
    by: DecidedBy,
    kept: str,
    severity: Severity = "error",
    before: str = "",
    after: str = "",
) -> None:
    """Put a rule into the table that is not judged here: somebody else sees to it, or nobody can."""
    RULES[name] = Rule(
        name,
        title,
        why,
        source,
        by,
        severity,
        kept=kept,
        before=dedent(before).strip("\n"),
        after=dedent(after).strip("\n"),
    )
