"""`ivr explore` tells what does not hold with the shortest call, and succeeds only where everything holds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.explore.properties import PROOFS
from ivr.harness import DirectHarnesses
from ivr.written.runner import play, read_calls

GOOD = """
hotline: small
languages: [en-US]
start: main
anywhere: {"0": {go: agent, for: a person}}
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  main: {say: Hello., menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}
  news: {say: There is no news., then: main}
  agent: {say: One moment., transfer: service}
  bye: {end: Goodbye.}
"""
SILENT = GOOD.replace('"2": {for: the end, go: bye}}}', '"2": {for: the end, go: bye}}, after_tries: bye}')
UNROUTED = GOOD.replace(
    "news: {say: There is no news., then: main}",
    "news: {run: bulletins, outcomes: {some: bye, none: main}}",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a hotline."""
    (tmp_path / "calls").mkdir()
    return tmp_path


def explore(folder: Path, menu: str, *options: str) -> Result:
    """Explore a menu."""
    (folder / "menu.yaml").write_text(menu, "utf-8")
    return CliRunner().invoke(main, ["explore", str(folder), *options])


def test_what_holds_is_proved(folder: Path) -> None:
    """Each promise has a line; the last one counts states, steps, seconds and memory; a pipe gets no colour."""
    result = explore(folder, GOOD)
    assert result.exit_code == 0, result.output
    for proof in PROOFS:
        assert re.search(rf"^{proof}  proved", result.stdout, re.MULTILINE)
    last = result.stdout.splitlines()[-1]
    assert re.fullmatch(r"\d+ states, \d+ steps, \d+\.\d s, \d+ MiB", last)
    assert "\x1b" not in result.output


def test_what_does_not_hold_is_told_with_the_shortest_call(folder: Path) -> None:
    """Its place in the file, its rule, and what the caller does."""
    result = explore(folder, SILENT)
    assert result.exit_code == 1
    assert re.search(r"menu.yaml:\d+:\d+: .*main: a caller who only waits is never connected", result.output)
    assert "(silence) (silence) (silence)" in result.stdout
    assert "P03  BROKEN" in result.stdout


def test_tools_get_json(folder: Path) -> None:
    """With every finding, its keys and its call."""
    result = explore(folder, SILENT, "--format", "json")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    [found] = [each for each in data["findings"] if each["rule"] == "P03"]
    assert (found["node"], found["call"]["ends"]) == ("main", "completed")
    assert found["call"]["steps"] == ["silence"] * 3
    assert data["states"] > 0
    assert data["bounded"] is False


def test_what_was_found_is_kept_as_calls_that_can_be_played(folder: Path) -> None:
    """Under calls/, and each goes where it says."""
    assert explore(folder, SILENT, "--save", "found.yaml").exit_code == 1
    calls, problems = read_calls(folder)
    assert problems == []
    assert calls
    for file, call in calls:
        assert play(file, call, DirectHarnesses(folder)).failures == []


def test_a_reason_lets_a_node_break_a_promise(folder: Path) -> None:
    """`allow:` is honoured, as for every rule."""
    allowed = SILENT.replace("main: {say", "main: {allow: {P03: It is a test.}, say")
    result = explore(folder, allowed)
    assert "main: a caller who only waits is never" not in result.output


def test_the_limits_can_be_set(folder: Path) -> None:
    """How many keys, and how many seconds."""
    assert "more than 5 s" in explore(folder, GOOD, "--seconds", "5").output
    assert explore(folder, GOOD, "--keys", "1").exit_code == 0
    table = explore(folder, GOOD, "--table").stdout
    assert re.search(r"^main +1 +\d+\.\d$", table, re.MULTILINE)


def test_a_bound_is_told(folder: Path) -> None:
    """Then nothing is proved, and the exit status says so."""
    result = explore(folder, GOOD, "--most-states", "3")
    assert result.exit_code == 1
    assert "nothing is proved" in result.output
    assert "P01  not proved" in result.stdout


def test_an_error_is_told_with_the_keys_that_come_to_it(folder: Path) -> None:
    """Although such a menu is never served."""
    result = explore(folder, UNROUTED)
    assert result.exit_code == 1
    assert "leads nowhere" in result.output
    assert re.search(r"^    1  \[bulletins unavailable\]", result.stdout, re.MULTILINE)


def test_a_menu_that_cannot_be_read_is_told(folder: Path) -> None:
    """With its problems, and what to do."""
    result = explore(folder, "hotline: [")
    assert result.exit_code == 1
    assert "menu.yaml:1" in result.output
    assert "cannot be walked" in result.output
