"""A rule of the voice, what it finds, and the table of all rules, which ``rules.yaml`` beside this file holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ivr.explore.properties import PROOFS
from ivr.lint.subject import SpokenText, Subject
from ivr.menu.language.lint_settings import Lint, RuleSetting, Severity
from ivr.menu.language.model import Model, YamlPath, read_table

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


class Rule(Model):
    """One rule of voice design, as ``ivr explain`` shows it."""

    id: str
    title: str
    """What is right, in a few words."""
    why: str
    """For somebody who edits menus."""
    source: str
    by: DecidedBy = "lint"
    severity: Severity | Literal["off"] = "warning"
    """A rule that is `off` is judged only if a profile or the hotline asks for it."""
    limit: int | None = None
    unit: str = ""
    kept: str = ""
    """How it is kept, or why nobody can tell, if the lint does not judge it."""
    before: str = ""
    """An example that breaks it."""
    after: str = ""
    """The same example, mended."""


class RuleTable(Model):
    """All of ``rules.yaml``."""

    families: dict[str, str]
    """What the rules with a letter are about."""
    profiles: dict[str, dict[str, Severity]]
    """The rules that a profile judges more strictly, with their severity."""
    rules: list[Rule]

    def all_rules(self) -> Iterator[Rule]:
        """Yield the rules, and what `ivr explore` proves, so that it can be explained and allowed too."""
        yield from self.rules
        for proof in PROOFS.values():
            yield Rule(**proof.model_dump(exclude={"how"}), by="explore", severity="error", kept=proof.how)


_TABLE = read_table(RuleTable, Path(__file__).with_name("rules.yaml"))
FAMILIES, PROFILES = _TABLE.families, _TABLE.profiles
RULES: Mapping[str, Rule] = {rule.id: rule for rule in _TABLE.all_rules()}
"""Every rule by its id, in the order of the families."""


def limit_of(lint: Lint, name: str) -> float:
    """Return the limit of a rule: the hotline's own, or the usual one."""
    setting = lint.rules.get(name)
    own = setting.limit if isinstance(setting, RuleSetting) else None
    return own or RULES[name].limit or 0


RuleCheck = Callable[[Subject, float], Iterable[Finding]]
CHECKS: dict[str, RuleCheck] = {}
"""The functions that find what breaks a rule, by its id. They are given the subject and the limit."""


def rule(name: str) -> Callable[[RuleCheck], RuleCheck]:
    """Let the function that it decorates judge a rule of the table."""

    def judge(check: RuleCheck) -> RuleCheck:
        CHECKS[name] = check
        return check

    return judge
