"""Ten deliberately broken copies of the shipped hotline: each is found, with the shortest keys, and by one detection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.hotline_loader import load_hotline
from ivr.explore import prover as proofs
from ivr.explore import step_checks as stepwise
from ivr.explore.distance import Distances
from ivr.explore.properties import Violation
from ivr.explore.step_checks import StepChecks
from ivr.harness import DirectHarnesses
from ivr.lint import judged
from ivr.lint.registry import CHECKS
from ivr.menu.reading.problems import Problem
from ivr.written.runner import play
from tests.support.broken_copies import COPIES, Copy, Explored, explored, follow

Patch = pytest.MonkeyPatch


def _nothing(*_given: object) -> Iterator[Any]:
    return iter(())


REMOVED: Mapping[str, Callable[[Patch], object]] = {
    "P01": lambda patch: patch.setattr(proofs, "_no_ending", _nothing),
    "P02": lambda patch: patch.setattr(Distances, "too_many_keys", _nothing),
    "P07": lambda patch: patch.setattr(proofs, "_too_low", _nothing),
    "P08": lambda patch: patch.setattr(StepChecks, "urgent", _nothing),
    "P09": lambda patch: patch.setattr(StepChecks, "outcome", _nothing),
    "P10": lambda patch: patch.setattr(StepChecks, "said_keys", _nothing),
    "P11": lambda patch: patch.setattr(StepChecks, "closed", _nothing),
    "P12": lambda patch: patch.setattr(stepwise, "_breaks", _nothing),
    "W04": lambda patch: patch.delitem(CHECKS, "W04"),
    "W11": lambda patch: patch.setattr("ivr.menu.checks.words._lacking", _nothing),
}
"""By rule: how the one function that detects it is taken away."""
STEPWISE = {"P08", "P09", "P10", "P11"}
"""The rules that are found by looking at single steps: then those of the shortest way are enough."""


@pytest.fixture(scope="module", params=COPIES, ids=lambda copy: copy.name.replace(" ", "_"))
def broken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Explored:
    """One of the copies, explored once."""
    copy: Copy = request.param
    return explored(copy, tmp_path_factory.mktemp("copy") / "yuebao")


def test_it_is_found_with_the_shortest_keys(broken: Explored) -> None:
    """Its rule is told at its node with these keys, and beside it only what follows from the same edit."""
    [told] = broken.of_rule()
    assert told.keys == broken.copy.keys
    rules = {each.problem.rule for each in broken.results if each.problem.severity == "error"}
    assert rules - {"", broken.copy.rule} == broken.copy.also


def test_the_call_that_is_given_comes_to_it(broken: Explored) -> None:
    """Played on the broken copy as the explorer has read it, the call goes to the node."""
    [told] = broken.of_rule()
    assert told.call is not None
    passed = set[str]()
    harnesses = DirectHarnesses(
        broken.folder, broken.tree, lambda before, _event, turn: passed.update([before.node, *turn.visited])
    )
    if broken.copy.rule != "P12":  # there the caller hears an apology
        assert play("found.yaml", told.call, harnesses).failures == []
    else:
        play("found.yaml", told.call, harnesses)
    # a turn that breaks is not seen, but for the place where it began
    assert ("earnings_menu" if broken.copy.rule == "P12" else broken.copy.node) in passed


def test_without_its_detection_it_is_not_found(broken: Explored, monkeypatch: Patch) -> None:
    """With the one function taken away that detects it, its rule is told no more; with it, it is."""
    rule = broken.copy.rule
    if rule in STEPWISE:
        assert rule in _told_again(broken, monkeypatch)
    REMOVED[rule](monkeypatch)
    assert rule not in _told_again(broken, monkeypatch)


def _told_again(broken: Explored, monkeypatch: Patch) -> set[str]:
    """Return the rules that are told: by what judges the folder, or else by the proofs, of the same walk."""
    rule = broken.copy.rule
    if not rule.startswith("P"):
        return {problem.rule for problem in _judged(broken.folder)}
    if rule in STEPWISE:
        return {finding.proof for finding in _watched(broken)}
    walk = broken.proved.walk
    with monkeypatch.context() as patched:
        patched.setattr(proofs, "explore", lambda *_given, **_named: walk)
        return {finding.proof for finding in proofs.prove(broken.tree).findings}


def _judged(folder: Path) -> list[Problem]:
    return judged(load_hotline(folder))


def _watched(broken: Explored) -> list[Violation]:
    """Return what is found by looking at the steps of the shortest way alone."""
    copy, walk = broken.copy, broken.proved.walk
    way = next(
        each.way for each in broken.proved.findings if (each.proof, each.node) == (copy.rule, copy.node)
    )
    steps = StepChecks(broken.tree)
    follow(broken.tree, way, steps)
    return list(steps.found(walk))
