"""What an exploration has found is told with its place, its call, and not where a node allows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.calls.served_hotline import load_hotline, tree_despite_errors
from ivr.explore.findings import ProofFinding, found
from ivr.explore.prover import prove
from ivr.lint import judged
from tests.cli.test_explore import SILENT, UNROUTED


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


@pytest.mark.parametrize("slip", [("say: Open", "sai: Open"), ("go: hours", "go: houres")])
def test_a_node_that_failed_to_load_is_not_blamed_elsewhere(tmp_path: Path, slip: tuple[str, str]) -> None:
    """One typo is one error, at its own place: the node that leads there does not break."""
    menu = SHOP.replace(*slip)
    assert menu != SHOP
    assert [each.problem.node for each in told(tmp_path, SHOP) if each.problem.severity == "error"] == []
    errors = [each.problem for each in told(tmp_path, menu) if each.problem.severity == "error"]
    assert [problem.rule for problem in errors if problem.rule.startswith("P")] == []
    assert len([problem for problem in errors if not problem.rule]) == 1


SHOP = """hotline: shop
languages: [en-US]
timezone: America/New_York
start: main
anywhere: {"0": agent, "9": repeat}
desks:
  service: {number: "+12025550142", busy: bye, no_answer: bye, failed: bye}
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
  bye: {end: Goodbye.}
"""
