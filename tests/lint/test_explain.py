"""`ivr explain`, and what `ivr check` prints of the rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.lint import RULES, Rule

HOTLINE = """\
hotline: small
languages: [en-US]
start: main
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  main: {say: Your call is important to us., then: choice}
  choice: {timeout: TIMEOUT, menu: {"1": {for: orders, go: bye}, "2": {for: a person, go: agent}}}
  agent: {say: One moment., transfer: service}
  bye: {end: Goodbye.}
"""


def ivr(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hotline with a finding of each kind."""
    (tmp_path / "menu.yaml").write_text(HOTLINE.replace("TIMEOUT", "2"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_is_explained(rule: Rule) -> None:
    """Why, its source, and how it is set or who keeps it."""
    result = ivr("explain", rule.id)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{rule.id}  {rule.title}\n")
    assert f"Source:    {rule.source}" in result.stdout
    assert ("To set:" in result.stdout) == (rule.by == "lint")
    assert all(line in result.stdout for line in rule.after.splitlines())


def test_a_limit_is_told_with_its_unit() -> None:
    """And how to set another one, or let one node pass."""
    shown = ivr("explain", "w03").stdout
    assert "Limit:     15 seconds\n" in shown
    assert "lint: {rules: {W03: {limit: 15}}}" in shown
    assert "allow: {W03: the reason in words}" in shown


def test_a_profile_is_told() -> None:
    """With the severity that it gives."""
    assert "error with `lint: {profile: cn-hotline}`" in ivr("explain", "H02").stdout


def test_all_rules_are_listed() -> None:
    """By family, in one line each."""
    shown = ivr("explain").stdout
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("  ")] == list(RULES)
    assert "Silence and wrong keys" in shown


def test_a_rule_that_does_not_exist_is_a_wrong_use() -> None:
    """With the nearest one."""
    result = ivr("explain", "W33")
    assert result.exit_code == 2
    assert "there is no rule `W33`; did you mean `W" in result.stderr


def test_tools_get_the_rules_as_data() -> None:
    """One, or all of them."""
    one = json.loads(ivr("explain", "W03", "--format", "json").stdout)
    assert (one["id"], one["limit"], one["unit"]) == ("W03", 15, "seconds")
    assert [each["id"] for each in json.loads(ivr("explain", "--format", "json").stdout)] == list(RULES)


def test_errors_come_first_and_each_kind_is_counted(folder: Path) -> None:
    """Only errors fail the check."""
    result = ivr("check", str(folder))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].endswith("choice: waits 2 s for a key; 3 to 10 s are usual; write `timeout: 5` [T01]")
    assert [line.rsplit(" ", 1)[1] for line in lines[:-1]] == ["[T01]", "[H01]", "[W06]", "[T08]"]
    assert lines[-1] == f"{folder}: 1 error, 2 warnings, 1 note"


def test_warnings_and_notes_pass(folder: Path) -> None:
    """They are told all the same."""
    (folder / "menu.yaml").write_text(HOTLINE.replace("TIMEOUT", "5"), encoding="utf-8")
    result = ivr("check", str(folder))
    assert (result.exit_code, result.stdout.count("[")) == (0, 3)


def test_tools_get_the_rule_and_how_bad_it_is(folder: Path) -> None:
    """With the place that an editor jumps to."""
    found = json.loads(ivr("check", str(folder), "--format", "json").stdout)
    assert [(each["rule"], each["severity"], each["line"]) for each in found] == [
        ("T01", "error", 7),
        ("H01", "warning", 1),
        ("W06", "warning", 6),
        ("T08", "information", 1),
    ]
