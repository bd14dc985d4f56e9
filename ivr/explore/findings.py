"""What an exploration has found, for people: each with its place in the file, and a call that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ivr.explore.counterexample import as_call
from ivr.explore.moves import Move
from ivr.explore.properties import PROOFS, Violation
from ivr.explore.prover import ProofResult
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.problems import Problem
from ivr.menu.tree import Tree
from ivr.written.coverage_report import keys_on_one_line
from ivr.written.model import WrittenCall


@dataclass(frozen=True, slots=True)
class ProofFinding:
    """A problem, and the shortest call that comes to it; None where no call does."""

    problem: Problem
    language: str = ""
    call: WrittenCall | None = None

    @property
    def keys(self) -> str:
        """What the caller does, and what the world must do."""
        return keys_on_one_line(self.call) if self.call else ""

    def as_data(self) -> dict[str, Any]:
        """Return it for tools, as ``ivr explore --format json`` prints it."""
        call = self.call.model_dump(by_alias=True, exclude_defaults=True, mode="json") if self.call else None
        return {**self.problem.as_data(), "language": self.language, "keys": self.keys, "call": call}


_NEEDS_ALL = frozenset({"P01", "P02", "P03", "P08", "P12"})
"""Proofs that something is reached, or that nothing breaks. After an error of no rule a node or a desk may be missing from
the walk, and these would blame the nodes that lead to it."""


def found(tree: Tree, draft: Draft, proved: ProofResult, problems: tuple[Problem, ...]) -> list[ProofFinding]:
    """Return what the proofs have found, and the problems that were known already, with how a call comes to them.

    What a node allows with a reason is left out. While there are errors, so are nodes to which no call comes: the way
    there may be what is wrong. See :data:`_NEEDS_ALL` too.
    """
    errors = [problem for problem in problems if problem.severity == "error"]
    vain = {*(["P13"] if errors else ()), *(() if all(each.rule for each in errors) else _NEEDS_ALL)}
    told = [
        each
        for finding in proved.findings
        if finding.proof not in vain
        and (each := _of_finding(tree, draft, finding))
        and finding.proof not in tree.nodes[finding.node].allow
    ]
    return [*told, *_of_problems(tree, proved, problems)]


Verdict = Literal["proved", "BROKEN", "unsure", "allowed", "not proved"]


def verdicts(
    tree: Tree, proved: ProofResult, results: Sequence[ProofFinding], *, whole: bool
) -> dict[str, Verdict]:
    """Return what came of each proof. Nothing is proved of a menu that has errors (not ``whole``)."""
    severities: dict[str, set[str]] = {}
    for each in results:
        severities.setdefault(each.problem.rule, set()).add(each.problem.severity)
    allowed = {
        finding.proof for finding in proved.findings if finding.proof in tree.nodes[finding.node].allow
    }
    told: dict[str, Verdict] = {}
    for proof in PROOFS:
        if "error" in severities.get(proof, ()):
            told[proof] = "BROKEN"
        elif proof in severities:
            told[proof] = "unsure"
        elif proved.walk.bounded or not whole or (proof == "P13" and proved.walk.broken):
            told[proof] = "not proved"
        else:
            told[proof] = "allowed" if proof in allowed else "proved"
    return told


def _of_finding(tree: Tree, draft: Draft, finding: Violation) -> ProofFinding:
    file, at = draft.place_of(finding.node, ())
    several = finding.language and len(tree.languages) > 1
    what = f"{finding.what} ({finding.language})" if several else finding.what
    problem = Problem(file, *at, finding.node, what, finding.remedy, finding.severity, finding.proof)
    title = f"{finding.proof} at `{finding.node}`: {finding.what}"
    return ProofFinding(problem, finding.language, as_call(tree, finding.way, title) if finding.way else None)


def _of_problems(tree: Tree, proved: ProofResult, problems: tuple[Problem, ...]) -> Iterator[ProofFinding]:
    for problem in problems:
        way, language = _way_to(tree, proved.ways, problem)
        title = f"{problem.rule or 'An error'} at `{problem.node}`: {problem.what}"
        yield ProofFinding(problem, language, as_call(tree, way, title) if way else None)


def _way_to(
    tree: Tree, ways: Mapping[tuple[str, str], tuple[Move, ...]], problem: Problem
) -> tuple[tuple[Move, ...], str]:
    """Return the shortest way to the node of a problem, in its language if it has one."""
    named = [tag for tag in tree.languages if tag in problem.file or f"({tag})" in problem.what]
    possible = [
        (ways[problem.node, tag], tag) for tag in named or tree.languages if (problem.node, tag) in ways
    ]
    return min(possible, key=lambda each: len(each[0]), default=((), ""))
