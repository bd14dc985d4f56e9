"""What an exploration has found is told with its place, its call, and not where a node allows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_hotline, tree_despite_errors
from ivr.explore.findings import ProofFinding, found
from ivr.explore.prover import prove
from ivr.lint import judged
from tests.cli.test_explore import SILENT, UNROUTED, explore


def told(folder: Path, menu: str) -> list[ProofFinding]:
    """Return what is found in a menu."""
    (folder / "menu.yaml").write_text(menu, "utf-8")
    loaded = load_hotline(folder)
    tree = tree_despite_errors(folder, loaded)
    assert tree is not None
    assert loaded.draft is not None
    return found(tree, loaded.draft, prove(tree), tuple(judged(loaded)))


def test_a_finding_has_its_place_and_a_call(tmp_path: Path) -> None:
    """File, line, node, language, keys; and the same for tools."""
    [each] = [each for each in told(tmp_path, SILENT) if each.problem.rule == "P03"]
    assert (each.problem.file, each.problem.line, each.problem.node) == ("menu.yaml", 8, "main")
    assert each.language == "en-US"
    assert each.keys == "(silence) (silence) (silence)"
    data = each.as_data()
    assert (data["rule"], data["keys"], data["call"]["ends"]) == ("P03", each.keys, "completed")


def test_a_problem_that_was_known_already_gets_its_keys(tmp_path: Path) -> None:
    """One of `ivr check`, at a node to which a call comes; one to which none comes has none."""
    results = told(tmp_path, UNROUTED)
    assert [each.keys for each in results if each.problem.rule == "E07"] == ["1"]
    lost = told(tmp_path, SILENT + "  lost: {say: Nobody hears this., then: bye}\n")
    [each] = [each for each in lost if each.problem.node == "lost" and each.problem.rule == "X01"]
    assert (each.keys, each.call) == ("", None)


def test_what_a_node_allows_is_left_out(tmp_path: Path) -> None:
    """With its reason."""
    allowed = SILENT.replace("main: {say", "main: {allow: {P03: It is a test.}, say")
    assert "P03" not in {each.problem.rule for each in told(tmp_path, allowed)}


SLIPS = [
    ("say: Hello", "sai: Hello"),
    ("menu:", "meun:"),
    ("go: hours", "go: houres"),
    ("say: Open", "sai: Open"),
    ("then: main", "thne: main"),
    ("say: One", "sai: One"),
    ("transfer: service", "trasnfer: service"),
    ("transfer: service", "transfer: servise"),
    ("then: message", "thne: message"),
    ("record:", "recrod:"),
    ("end: Goodbye", "edn: Goodbye"),
    ("  service: {", "  servise: {"),
    ("number:", "nubmer:"),
    ("+12025550142", "2025550142"),
    ("hours: {mon-fri: 09:00-18:00}", "hours: 9-17"),
    ("closed:", "closd:"),
    ("busy:", "bsuy:"),
    ("failed: bye", "failed: byee"),
    ("anywhere:", "anywere:"),
    ('0": agent', '0": agnet'),
    ("start: main", "start: mian"),
]
"""One in each node and each desk of the shop, and one at the top."""


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_once_at_its_own_place(tmp_path: Path, slip: tuple[str, str]) -> None:
    """A node or a desk that failed to load is no mistake of those that lead to it: nothing there breaks."""
    menu = SHOP.replace(*slip)
    assert menu != SHOP
    assert "BROKEN" not in explore(tmp_path, SHOP).stdout
    result = explore(tmp_path, menu)
    assert result.exit_code == 1
    assert "BROKEN" not in result.stdout
    assert "never" not in result.stdout
    assert len(re.findall(r"^.*menu\.yaml:\d+:\d+: ", result.stdout, re.MULTILINE)) == 1


def test_what_was_seen_is_told_beside_an_error(tmp_path: Path) -> None:
    """A recording that begins without a word does so, whatever is wrong elsewhere."""
    menu = SILENT.replace(
        "{say: There is no news., then: main}", "{record: news, then: agent, nothing: agent}"
    )
    results = told(tmp_path, menu.replace("{end: Goodbye.}", "{edn: Goodbye.}"))
    assert {each.problem.rule for each in results if each.problem.severity == "error"} == {"", "P05"}


SHOP = """hotline: shop
languages: [en-US]
timezone: America/New_York
start: main
anywhere: {"0": agent, "9": repeat}
desks:
  service: {number: "+12025550142", hours: {mon-fri: 09:00-18:00}, closed: shut, busy: bye, no_answer: bye, failed: bye}
nodes:
  main:
    say: Hello.
    menu:
      "1": {for: opening hours, go: hours}
      "2": {for: the end, go: bye}
  hours:
    say: Open from nine to six.
    then: main
  agent: {say: One moment., transfer: service}
  shut: {say: "Closed. We answer from Monday to Friday, nine to six.", then: message}
  message: {say: Tell us after the beep., record: voicemail, then: bye, nothing: bye}
  bye: {end: Goodbye.}
"""
