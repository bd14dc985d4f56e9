"""`ivr test --coverage`: the table, what is missing with its keys, the rule, the data, and the calls that fill it up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.written.runner import read_calls
from tests.support import shop
from tests.support.starters import write_chinese_first

DIMENSIONS = [
    "nodes",
    "options",
    "noinput",
    "nomatch",
    "anywhere",
    "languages",
    "prompts",
    "desks",
    "recordings",
    "endings",
]
"""Those of the small hotline, which has no entries and no actions."""


def ivr(*arguments: str | Path, status: int = 0) -> Result:
    """Run a command in this process, which must end with this status."""
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """Return a small hotline with one written call."""
    write_chinese_first(tmp_path / "hello")
    return tmp_path / "hello"


def table(shown: str) -> dict[str, list[str]]:
    """Return the lines of the table by their first word."""
    lines = shown.partition("missing:")[0].partition("no caller reaches:")[0].splitlines()[2:]
    return {line.split()[0]: line.split()[1:] for line in lines}


def test_the_table(hello: Path) -> None:
    """One line for each dimension that the hotline has, with what is covered of what."""
    shown = ivr("test", hello, "--coverage").stdout
    assert list(table(shown)) == DIMENSIONS
    assert table(shown)["options"][:4] == ["1", "3", "33", "%"]
    assert table(shown)["noinput"][:4] == ["0", "3", "0", "%"]


def test_in_a_pipe_it_is_plain(hello: Path) -> None:
    """No colour, and no spaces at the ends of lines."""
    shown = ivr("test", hello, "--coverage").stdout
    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []


def test_what_is_missing_is_listed_with_the_keys(hello: Path) -> None:
    """The shortest ones."""
    lines = [line.split() for line in ivr("test", hello, "--missing").stdout.splitlines()]
    assert ["options", "main", "3", "3"] in lines
    assert ["noinput", "main", "2", "(silence)", "(silence)"] in lines
    assert ["desks", "agent", "busy", "0", "[service", "busy]"] in lines


def test_a_long_list_is_cut_and_says_so(hello: Path) -> None:
    """Unless all is asked for."""
    assert "more; `--missing` lists all" in ivr("test", hello, "--coverage").stdout
    assert "more; `--missing` lists all" not in ivr("test", hello, "--missing").stdout


def with_a_dead_end(hello: Path) -> Path:
    """Put a node into the hotline to which a condition leads that never holds."""
    menu, words = hello / "menu.yaml", hello / "prompts.en-US.yaml"
    text = menu.read_text(encoding="utf-8")
    assert "    then: main\n" in text
    text = text.replace("    then: main\n", "    then: choice\n", 1)
    text += "\n  choice: {choose: [{if: \"open == 'x'\", go: never}], else: main}\n  never: {end: 再会。}\n"
    menu.write_text(text.replace("\nnodes:", '\nvariables: {open: ""}\n\nnodes:'), encoding="utf-8")
    words.write_text(words.read_text(encoding="utf-8") + "  never: So long.\n", encoding="utf-8")
    return hello


def test_what_no_caller_reaches_is_listed_apart(hello: Path) -> None:
    """The condition that leads there never holds."""
    shown = ivr("test", with_a_dead_end(hello), "--coverage").stdout
    assert "\n  nodes      never\n" in shown.partition("no caller reaches:")[2]
    assert "1 more that no caller reaches" in shown
    assert "never" not in shown.partition("no caller reaches:\n")[0]


def test_a_part_of_the_calls_is_called_one(hello: Path) -> None:
    """What it lacks, the other calls may have."""
    ivr("test", hello, "--fill")
    shown = ivr("test", hello, "-k", "filled", "--coverage").stdout
    assert "a part was measured: 17 of 18 calls" in shown
    assert "a part was measured" not in ivr("test", hello, "--coverage").stdout


def test_a_call_that_fails_covers_nothing(hello: Path) -> None:
    """It proves nothing."""
    calls = hello / "calls" / "first.yaml"
    calls.write_text(calls.read_text(encoding="utf-8").replace("周一到周五", "周六"), encoding="utf-8")
    shown = ivr("test", hello, "--coverage", status=1).stdout
    assert "\nnodes             0 " in shown


# --- the rule


@pytest.mark.parametrize(
    ("demands", "status"),
    [
        (["33"], 0),
        (["34"], 1),  # options are 33.3 %
        (["options=33"], 0),
        (["options=34"], 1),
        (["0"], 0),
        (["100", "nodes=0", "options=0"], 0),  # no actions: nothing is missing of their outcomes
        (["noinput=1"], 1),
    ],
)
def test_too_little_fails(hello: Path, demands: list[str], status: int) -> None:
    """With exit status 1."""
    ivr("test", hello, *(part for each in demands for part in ("--fail-under", each)), status=status)


def test_too_little_is_told_with_what_is_missing(hello: Path) -> None:
    """A sentence for each dimension, and the keys."""
    result = ivr("test", hello, "--fail-under", "options=100", status=1)
    assert "too little is covered: options: 1 of 3 covered (33.3 %), 100 % are demanded" in result.stderr
    assert "  options  main 3  3\n" in result.stdout
    assert "nodes" not in result.stdout


def test_enough_is_told_on_one_line_and_costs_no_walk(hello: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that every run of the tests can demand it."""
    ivr("test", hello, "--fill")
    monkeypatch.setattr("ivr.explore.reach.explore", lambda *_: pytest.fail("it walked"))
    shown = ivr("test", hello, "--fail-under", "100", "--fail-under", "noinput=90").stdout
    assert shown.endswith("0 failed\ncoverage: nodes 100 %, options 100 %, noinput 100 %\n")


@pytest.mark.parametrize("demand", ["most", "nods=100", "101", "nodes=x"])
def test_a_demand_that_is_none_is_a_mistake_of_the_command_line(hello: Path, demand: str) -> None:
    """It says what there is."""
    assert "--fail-under: " in ivr("test", hello, "--fail-under", demand, status=2).stderr


# --- data


def test_json(hello: Path, tmp_path: Path) -> None:
    """For tools: all of it, in a file."""
    file = tmp_path / "coverage.json"
    ivr("test", hello, "--coverage-json", file)
    data = json.loads(file.read_text(encoding="utf-8"))
    assert (data["hotline"], data["calls"], data["of"]) == ("hello", 1, 1)
    assert list(data["coverage"]) == DIMENSIONS
    options = data["coverage"]["options"]
    assert (options["covered"], options["all"], options["percent"]) == (1, 3, 33.33)
    assert {"node": "main", "what": "3", "keys": "3"} in options["missing"]
    assert data["coverage"]["endings"]["unreachable"] == [{"what": "farewell"}]


# --- filling up


def test_the_written_calls_pass_and_nothing_is_missing_after_them(hello: Path) -> None:
    """In each dimension."""
    told = ivr("test", hello, "--fill").stdout
    assert told.endswith(f"17 calls added to {hello}/calls/filled.yaml; look through them\n")
    shown = ivr("test", hello, "--coverage").stdout
    assert "18 calls, 18 passed, 0 failed" in shown
    assert {row[2] for row in table(shown).values()} == {"100"}
    assert "missing:" not in shown


def test_without_one_of_the_files_something_is_missing(hello: Path) -> None:
    """Coverage falls when calls are taken away."""
    ivr("test", hello, "--fill")
    (hello / "calls" / "filled.yaml").unlink()
    assert "missing:" in ivr("test", hello, "--coverage").stdout


def test_a_file_is_added_to_and_never_overwritten(hello: Path) -> None:
    """What an editor wrote stays, with his comments."""
    first = hello / "calls" / "first.yaml"
    before = first.read_text(encoding="utf-8")
    ivr("test", hello, "--fill", "calls/first.yaml")
    assert first.read_text(encoding="utf-8").startswith(before)
    assert not (hello / "calls" / "filled.yaml").exists()
    assert len(read_calls(hello)[0]) == 18


def test_where_nothing_is_missing_nothing_is_written(hello: Path) -> None:
    """A second time changes nothing."""
    ivr("test", hello, "--fill")
    before = (hello / "calls" / "filled.yaml").read_bytes()
    assert "no call is missing that could be made" in ivr("test", hello, "--fill").stdout
    assert (hello / "calls" / "filled.yaml").read_bytes() == before


def test_a_hotline_without_calls_gets_its_first_ones(hello: Path) -> None:
    """The file's folder is made."""
    (hello / "calls" / "first.yaml").unlink()
    (hello / "calls").rmdir()
    ivr("test", hello, "--fill")
    assert "failed\n" in ivr("test", hello).stdout


def test_the_file_may_be_named_from_where_one_stands(hello: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell completes it."""
    monkeypatch.chdir(hello.parent)
    ivr("test", "hello", "--fill", "hello/calls/more.yaml")
    assert (hello / "calls" / "more.yaml").exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("hello", "`hello` is no .yaml file; name the hotline first: ivr test hello --fill"),
        ("menu.yaml", "`menu.yaml` is not under"),
        ("../calls/more.yaml", "`../calls/more.yaml` is not under"),
    ],
)
def test_a_file_that_would_not_be_played_is_refused(hello: Path, typed: str, told: str) -> None:
    """Before anything is played or written."""
    before = sorted(hello.rglob("*"))
    result = ivr("test", hello, "--fill", typed, status=2)
    assert told in " ".join(result.stderr.replace("│", " ").split())
    assert sorted(hello.rglob("*")) == before


def test_no_call_is_made_where_services_do_the_actions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would be played, and really do what it does: that is refused before any call is played."""
    folder = shop.write(tmp_path / "shop")
    ran = shop.answering(monkeypatch)
    shown = ivr("test", folder, "--fill", status=1).output
    assert "services do the actions here" in shown
    assert (ran, (folder / "calls").exists()) == ([], False)
