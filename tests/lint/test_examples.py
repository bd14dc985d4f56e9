"""The examples of `ivr explain` are true: the first breaks its rule, the second does not."""

from __future__ import annotations

import pytest

from ivr.lint import FAMILIES, PROFILES, RULES, Rule
from ivr.lint.registry import CHECKS
from tests.support.lint_hotlines import hotline, problems_of, proved_of

JUDGED = [rule for rule in RULES.values() if rule.by == "lint"]
WITH_EXAMPLE = [rule for rule in RULES.values() if rule.before]
SPECIFIED = {
    **dict.fromkeys(["M"], 10),
    **dict.fromkeys(["W"], 14),
    **dict.fromkeys(["T", "E", "D"], 8),
    **dict.fromkeys(["H"], 7),
    **dict.fromkeys(["X"], 6),
    **dict.fromkeys(["P"], 13),
}
"""How many rules each family has."""


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.id)
def test_the_first_example_breaks_the_rule(rule: Rule) -> None:
    """Whoever copies it into a menu is told this rule."""
    assert rule.id in _told(rule, rule.before)


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.id)
def test_the_second_example_keeps_the_rule(rule: Rule) -> None:
    """It can be loaded, breaks this rule nowhere, and breaks no other one as an error."""
    assert hotline(rule.after).tree is not None
    problems = problems_of(rule.after)
    assert rule.id not in _told(rule, rule.after)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []


def _told(rule: Rule, example: str) -> set[str]:
    """Return the rules that an example breaks, as whoever sees to this one tells them."""
    if rule.by == "explore":
        return {finding.proof for finding in proved_of(example).findings}
    return {problem.rule for problem in problems_of(example)}


def test_every_rule_that_is_judged_has_both_examples() -> None:
    """And a figure has a unit."""
    assert [rule.id for rule in JUDGED if not (rule.before and rule.after)] == []
    assert [rule.id for rule in JUDGED if (rule.limit is None) != (not rule.unit)] == []


def test_every_rule_is_in_the_table() -> None:
    """Numbered without a gap within its family, with a reason and a source; those that nobody judges say why not."""
    assert list(RULES) == [
        f"{letter}{number:02}" for letter in FAMILIES for number in range(1, SPECIFIED[letter] + 1)
    ]
    assert all(rule.title and rule.why and rule.source for rule in RULES.values())
    assert [rule.id for rule in RULES.values() if rule.by != "lint" and not rule.kept] == []


def test_each_judged_rule_has_one_function() -> None:
    """The table and the functions name the same rules."""
    assert sorted(CHECKS) == sorted(rule.id for rule in JUDGED)


def test_a_profile_names_rules_that_exist() -> None:
    """Each of them is judged."""
    assert {name for raised in PROFILES.values() for name in raised} <= {rule.id for rule in JUDGED}
