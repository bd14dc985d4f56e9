"""The tree as a whole: every way ends well, and the carrier accepts every text."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.lint.registry import Finding, in_words, rule
from ivr.lint.subject import Subject
from ivr.menu.graph.flow import EdgeKind
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.speech.estimates import words


@rule("X02")
def after_a_fault(subject: Subject, _limit: float) -> Iterator[Finding]:
    """Find outcomes `unavailable` after which no key leads to a human."""
    humans, known = subject.keys_to_human, dict[str, bool]()
    for name, edges in subject.flow.edges.items():
        for edge in edges:
            failed = edge.name == "unavailable" and edge.kind in {EdgeKind.outcome, EdgeKind.way}
            if not failed or not edge.written or edge.target in humans:
                continue
            if not _leads_back(subject, edge.target, known):
                what = f"when it fails `{edge.target}` follows, and from there no human can be reached"
                yield Finding(name, edge.path, what, "lead it to the human, or to a menu")


def _leads_back(subject: Subject, target: str, known: dict[str, bool]) -> bool:
    """Return whether a call goes back to where it came from. The result is kept in ``known``."""
    passed: dict[str, bool] = {}
    while target in subject.tree.nodes and target not in passed and target not in known:
        passed[target] = True
        target = subject.only_way(target) or ""
    leads_back = known.get(target, target in SPECIAL_TARGETS)
    known.update(dict.fromkeys(passed, leads_back))
    return leads_back


@rule("X04")
def text_length(subject: Subject, limit: float) -> Iterator[Finding]:
    for said in subject.said:
        length = len(words(said.prompt))
        if length > limit:
            what = f"a text of {length} characters, more than {limit:g}"
            yield in_words(said, what, "divide it over several nodes")
