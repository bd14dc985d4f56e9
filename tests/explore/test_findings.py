"""What an exploration has found is told with its place, its call, and not where a node allows it."""

from __future__ import annotations

from pathlib import Path

from ivr.calls.hotline import load_hotline, tree_despite_errors
from ivr.explore.findings import Findings, found
from ivr.explore.prover import prove
from ivr.lint import judged
from tests.cli.test_explore import SILENT, UNROUTED


def told(folder: Path, menu: str) -> list[Findings]:
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
