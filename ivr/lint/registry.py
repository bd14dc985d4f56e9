"""A rule of the voice, what it finds, and the table of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from textwrap import dedent
from typing import Any, Literal

from ivr.lint.subject import SpokenText, Subject
from ivr.menu.language.lint_settings import Lint, RuleSetting, Severity
from ivr.menu.language.model import YamlPath

DecidedBy = Literal["lint", "check", "explore", "program", "nobody"]
"""What keeps a rule: this lint, the other checks of `ivr check`, the walk of `ivr explore`, or the program itself. A rule that
cannot be judged from a menu is kept by nobody."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place of a hotline that breaks a rule."""

    node: str
    """This is empty for the hotline itself."""
    path: YamlPath
    what: str
    """With the figures."""
    remedy: str
    language: str = ""
    """The language with the problem. It is empty if all languages have it."""
    severity: Severity | None = None
    """Overrides the severity of the rule."""


def in_words(said: SpokenText, what: str, remedy: str) -> Finding:
    """Return the finding that something is wrong with words that a caller may hear."""
    return Finding(said.node, said.path, what, remedy, said.language)


RuleCheck = Callable[[Subject, float], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of voice design, as ``ivr explain`` shows it."""

    id: str
    title: str
    """What is right, in a few words."""
    why: str
    """For somebody who edits menus."""
    source: str
    by: DecidedBy
    severity: Severity | Literal["off"] = "warning"
    """A rule that is `off` is judged only if a profile or the hotline asks for it."""
    limit: float | None = None
    unit: str = ""
    kept: str = ""
    """How it is kept, or why nobody can tell, if the lint does not judge it."""
    before: str = ""
    """An example that breaks it."""
    after: str = ""
    """The same example, mended."""
    check: RuleCheck | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the rule as ``ivr explain --format json`` prints it."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "check"}


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
    by: DecidedBy = "lint",
    severity: Severity | Literal["off"] | None = None,
    limit: float | None = None,
    unit: str = "",
    kept: str = "",
    before: str = "",
    after: str = "",
) -> Callable[[RuleCheck], RuleCheck]:
    """Add a rule to the table. The function that it decorates judges it; a rule that others keep decorates nothing."""
    severity = severity or ("warning" if by == "lint" else "error")
    before, after = (dedent(example).strip("\n") for example in (before, after))
    added = Rule(name, title, why, source, by, severity, limit, unit, kept, before, after)
    RULES[name] = added

    def judge(check: RuleCheck) -> RuleCheck:
        RULES[name] = replace(added, check=check)
        return check

    return judge
