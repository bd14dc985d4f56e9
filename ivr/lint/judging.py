"""Judges a hotline by the registered rules: profiles, severities, what a node allows, settings without effect."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from ivr.menu.language.lint_settings import Lint, RuleSetting
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.loader import Loaded
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.problems import MAX_PROBLEMS, Problem
from ivr.menu.tree import Tree

# Each module registers its checks when it is imported.
from ivr.lint import menu_shape, keys, wording, waiting, mistakes, human, entry, whole  # isort: skip  # noqa: F401
from ivr.lint.registry import CHECKS, PROFILES, RULES, Finding, Rule, limit_of
from ivr.lint.subject import Subject


def judged(loaded: Loaded) -> list[Problem]:
    """Return every problem of a hotline: first those of loading, then those of the lint.

    A warning of the other checks that belongs to a rule can be switched off or allowed like one of the lint.
    """
    return [problem for problem in loaded.problems if not _is_allowed(loaded, problem)] + lint(loaded)


def _is_allowed(loaded: Loaded, problem: Problem) -> bool:
    if loaded.tree is None or not problem.rule or problem.severity == "error":
        return False
    node = loaded.tree.nodes.get(problem.node)
    is_off = loaded.tree.declared.lint.rules.get(problem.rule) == "off"
    return is_off or (node is not None and problem.rule in node.allow)


def lint(loaded: Loaded) -> list[Problem]:
    """Judge a hotline. One that could not be loaded has no problems here, since nobody would hear it."""
    if loaded.tree is None or loaded.draft is None:
        return []
    subject = Subject(loaded.tree, loaded.draft)
    problems = [*_vain_settings(loaded.tree, loaded.draft)]
    used = {(problem.node, problem.rule) for problem in loaded.problems}
    cut_short = set[str]()  # rules of which not every place is known
    for name, check in CHECKS.items():
        rule = RULES[name]
        findings = [*itertools.islice(check(subject, limit_of(subject.hotline.lint, name)), MAX_PROBLEMS + 1)]
        if len(findings) > MAX_PROBLEMS:
            cut_short.add(rule.id)
            what = f"`{rule.id}` is broken in more than {MAX_PROBLEMS} places, and the rest is not shown"
            problems.append(_at(loaded.draft, "", (), what, "mend these first", "information"))
        for finding in findings[:MAX_PROBLEMS]:
            node = loaded.tree.nodes.get(finding.node)
            if node is not None and rule.id in node.allow:
                used.add((finding.node, rule.id))
            elif severity := _severity(loaded.tree.declared.lint, rule, finding):
                problems.append(_as_problem(subject, rule, finding, severity))
    problems += _unused(loaded.tree, loaded.draft, used, cut_short)
    return sorted(set(problems))


def _severity(lint: Lint, rule: Rule, finding: Finding) -> str | None:
    """Return the severity of a finding from the hotline, its profile or the rule. None means that it is off."""
    setting = lint.rules.get(rule.id)
    own = setting.severity if isinstance(setting, RuleSetting) else setting
    raised = PROFILES[lint.profile].get(rule.id) if lint.profile else None
    severity = own or raised or finding.severity or rule.severity
    return None if severity == "off" else severity


def _as_problem(subject: Subject, rule: Rule, finding: Finding, severity: str) -> Problem:
    place = subject.place_of(finding.node, finding.path, finding.language or subject.first)
    several = finding.language and len(subject.languages) > 1
    what = f"{finding.what} ({finding.language})" if several else finding.what
    return Problem(*place, finding.node, what, finding.remedy, severity, rule.id)


# --- settings without effect


def _vain_settings(tree: Tree, draft: Draft) -> Iterator[Problem]:
    """Yield settings of unknown rules, of rules that are not judged here, and of limits that do not exist."""
    for name, setting in tree.declared.lint.rules.items():
        at = ("lint", "rules", name)
        if name not in RULES:
            yield _at(draft, "", at, *_unknown(name))
        elif RULES[name].by != "lint":
            what = f"`{name}` is not judged by these rules, and cannot be set"
            yield _at(draft, "", at, what, f"delete it; `ivr explain {name}` says who keeps it", "warning")
        elif isinstance(setting, RuleSetting) and setting.limit and RULES[name].limit is None:
            yield _at(draft, "", (*at, "limit"), f"`{name}` has no limit", "delete it", "warning")
    for node, declared in tree.nodes.items():
        for name in declared.allow:
            if name not in RULES:
                yield _at(draft, node, ("allow", name), *_unknown(name))


def _unknown(name: str) -> tuple[str, str, str]:
    remedy = did_you_mean(name, RULES, "see `ivr explain`")
    return f"there is no rule `{name}`", remedy, "error"


def _unused(tree: Tree, draft: Draft, used: set[tuple[str, str]], cut_short: set[str]) -> Iterator[Problem]:
    """Yield permissions that nothing uses, so that none outlives its reason."""
    for node, declared in tree.nodes.items():
        for name in declared.allow:
            if (
                name in RULES
                and name not in cut_short
                and RULES[name].by != "explore"
                and (node, name) not in used
            ):
                what = f"`{name}` is allowed here, and nothing breaks it"
                yield _at(draft, node, ("allow", name), what, "delete it", "information")


def _at(draft: Draft, node: str, path: tuple[str, ...], what: str, remedy: str, severity: str) -> Problem:
    file, at = draft.place_of(node, path)
    return Problem(file, *at, node, what, remedy, severity)
