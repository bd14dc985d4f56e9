"""What an editor is told: one line a problem, with the nearest name."""

from __future__ import annotations

import pytest

from ivr.menu.language.suggestions import did_you_mean, nearest, one_of, shown
from ivr.menu.reading.problems import MAX_PROBLEMS, Problem, ProblemList, TooManyProblems


def test_a_problem_is_one_line() -> None:
    """File, line, column, node, what is wrong, what to write instead; whatever was typed."""
    wrong = Problem("menu.yaml", 3, 5, "main", "`a\n\nb` is not known here", "delete it")
    assert str(wrong) == "menu.yaml:3:5: main: `a b` is not known here; delete it"
    assert str(Problem("menu.yaml", 1, 1, "", "there is no start", "add one")) == (
        "menu.yaml:1:1: there is no start; add one"
    )


def test_a_problem_is_data_for_tools() -> None:
    """`ivr check --format json` prints every part under its name."""
    assert Problem("menu.yaml", 3, 5, "main", "what", "remedy", "warning", "M05").as_data() == {
        "file": "menu.yaml",
        "line": 3,
        "column": 5,
        "node": "main",
        "what": "what",
        "remedy": "remedy",
        "severity": "warning",
        "rule": "M05",
    }


def test_a_problem_names_the_rule_that_is_broken() -> None:
    """At the end of its line, for `ivr explain`; a mistake that is no rule's has none."""
    assert str(Problem("menu.yaml", 3, 5, "main", "what", "remedy", "warning", "M05")).endswith(
        "remedy [M05]"
    )
    assert str(Problem("menu.yaml", 3, 5, "main", "what", "remedy")).endswith("remedy")


def test_problems_are_sorted_by_place() -> None:
    """By file, then line, then column."""
    places = [("b", 1, 1), ("a", 2, 1), ("a", 1, 9), ("a", 1, 2)]
    problems = sorted(Problem(*place, "", "", "") for place in places)
    assert [(each.file, each.line, each.column) for each in problems] == sorted(places)


@pytest.mark.parametrize(
    ("typed", "names", "meant"),
    [
        ("lgoin", ["agent", "login", "main"], "login"),
        ("Login", ["agent", "login", "main"], "login"),
        ("limit", ["login", "withdrawal_limits"], "withdrawal_limits"),
        ("mneu", ["ask", "menu", "run"], "menu"),
        ("ZH-cn", ["en-US", "zh-CN"], "zh-CN"),
        ("x", ["text", "next"], None),
        ("agent", ["sent", "main"], None),
        ("angel", ["sent", "agent"], "agent"),
        ("xyz", ["agent", "login", "main"], None),
        ("anything", [], None),
    ],
)
def test_the_nearest_name(typed: str, names: list[str], meant: str | None) -> None:
    """A misspelt name has a near one; another name has none."""
    assert nearest(typed, names) == meant


def test_the_remedy_for_an_unknown_name() -> None:
    """The nearest one; else what is given; else the list, which stays short."""
    assert did_you_mean("lgoin", ["login"], "add it") == "did you mean `login`?"
    assert did_you_mean("xyz", ["login"], "add it") == "add it"
    assert did_you_mean("xyz", ["login", "agent"]) == "use one of `login`, `agent`"
    assert did_you_mean("xyz", []) == "there is none to choose from"
    assert one_of(map(str, range(1000))).endswith("`19` …")


@pytest.mark.parametrize(
    ("typed", "in_a_message"),
    [("9:00", "`9:00`"), ("字" * 100, "`" + "字" * 60 + "…`"), (["a"], "a list"), ({"a": "b"}, "a section")],
)
def test_what_was_typed_is_shown_short(typed: object, in_a_message: str) -> None:
    """A long text is cut; a list or section is named."""
    assert shown(typed) == in_a_message


def error(line: int, severity: str = "error") -> Problem:
    """Return a problem in a line."""
    return Problem("menu.yaml", line, 1, "", "wrong", "mend it", severity)


def test_one_error_too_many_ends_the_search() -> None:
    """However they come: one by one, or many at once."""
    found = ProblemList()
    found += [error(line) for line in range(MAX_PROBLEMS)]
    assert not found.are_too_many
    with pytest.raises(TooManyProblems):
        found.append(error(0))
    assert (found.are_too_many, len(found)) == (True, MAX_PROBLEMS + 1)


def test_warnings_keep_no_menu_from_loading() -> None:
    """The further ones are left out, and errors are still found after them."""
    found = ProblemList()
    found.extend(error(line, "warning") for line in range(2 * MAX_PROBLEMS))
    assert (found.are_too_many, len(found)) == (False, MAX_PROBLEMS)
    found.append(error(1))
    assert (found.are_too_many, len(found)) == (False, MAX_PROBLEMS + 1)
