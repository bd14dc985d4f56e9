"""Written calls as tests: their names, their failures, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.pytest_plugin.items import distinct
from tests.support.embedding import STRICT, written


def test_written_calls_are_tests(pytester: pytest.Pytester, hello: Path) -> None:
    """One each, with its file and its title; a failed one shows what `ivr test` shows."""
    written(hello, "营业时间", "Sunday night", hears="周日")
    result = pytester.runpytest_inprocess(*STRICT, "-v")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "menus/hello/calls/first.yaml::问营业时间，然后挂断 PASSED*",
            "menus/hello/calls/more.yaml::营业时间 FAILED*",
            "`周日` was not heard",
            "written*happened*not as written",
            "(rings)*您好，欢迎致电。",
            "hears: 周日*`周日` was not heard",
            "press: 1*",
            "FAILED menus/hello/calls/more.yaml::Sunday night - Failed: `周日` was not heard",
        ]
    )
    assert "Captured" not in result.stdout.str()
    assert "items.py" not in result.stdout.str()


def test_a_written_call_is_found_in_its_file(pytester: pytest.Pytester, hello: Path) -> None:
    """Tools that jump to a test are told the line, from 0, on which the call begins."""
    written(hello, "one", "two")
    items, _ = pytester.inline_genitems("menus/hello/calls/more.yaml")
    assert [item.location for item in items] == [
        ("menus/hello/calls/more.yaml", 1, "one"),
        ("menus/hello/calls/more.yaml", 3, "two"),
    ]


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (["-k", "营业时间"], 2),
        (["-k", "Sunday and night"], 1),
        (["-k", "more.yaml"], 2),
        (["menus/hello/calls/more.yaml"], 2),
        (["menus/hello/calls/more.yaml::Sunday night [late]: 0:1"], 1),
        (["menus/hello/calls/more.yaml::营业 时间"], 1),
    ],
)
def test_choosing_among_them(pytester: pytest.Pytester, hello: Path, chosen: list[str], count: int) -> None:
    """By a part of the title, by the file, by the whole name as it was printed."""
    written(hello, "营业  时间", "Sunday night [late]: 0::1")
    written_more = hello / "calls" / "deeper" / "still.yaml"
    written_more.parent.mkdir()
    written_more.write_text("calls: [{call: 营业时间, steps: [silence]}]\n", encoding="utf-8")
    pytester.runpytest_inprocess(*STRICT, *chosen).assert_outcomes(
        passed=count, deselected=4 - count if chosen[0] == "-k" else 0
    )


def test_names_are_distinct_and_nothing_that_pytest_takes_apart() -> None:
    """The same title twice gets a number, which no other title has."""
    assert list(distinct(["a", "a", "a (2)", "a", "b::c", "b:c", "d\u3000 e"])) == [
        "a",
        "a (2)",
        "a (2) (2)",
        "a (3)",
        "b:c",
        "b:c (2)",
        "d e",
    ]


def test_a_file_that_cannot_be_read(pytester: pytest.Pytester, hello: Path) -> None:
    """All that is wrong with it, with the places; the other files are played if pytest is told to go on."""
    path = hello / "calls" / "more.yaml"
    path.write_text("calls:\n  - call: x\n    steps: [{herd: x}, {prss: '1'}]\n", encoding="utf-8")
    result = pytester.runpytest_inprocess("--continue-on-collection-errors", "menus/hello")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting menus/hello/calls/more.yaml*",
            "menus/hello/calls/more.yaml:3:13: `herd` is no step of a call; did you mean `hears`[?]",
            "menus/hello/calls/more.yaml:3:24: `prss` is no step of a call; did you mean `press`[?]",
        ]
    )


def test_other_yaml_is_left_alone(pytester: pytest.Pytester, hello: Path) -> None:
    """Only files below `calls` beside a menu.yaml are written calls."""
    (pytester.path / "calls").mkdir()
    (pytester.path / "calls" / "x.yaml").write_text("a: [", encoding="utf-8")
    (hello / "other").mkdir()
    (hello / "other" / "x.yaml").write_text("a: [", encoding="utf-8")
    (hello / "calls" / "x.yml").write_text("a: [", encoding="utf-8")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_several_workers(pytester: pytest.Pytester, hello: Path) -> None:
    """They find the same names, with pytest-xdist and either mode of import."""
    written(hello, "same", "same", "a::b [c]", "营业时间")
    pytester.makepyfile(test_hotline="def test_it(call):\n    call.hears('欢迎')\n")
    result = pytester.runpytest_inprocess("-n", "2", "--import-mode=importlib", *STRICT, "-v")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines_random(["*::same (2)*", "*::a:b [[]c]*", "*::营业时间*"])
