"""Promises that the new version breaks and the old one kept, found by walking every path of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ivr.diff.changes import Change, Heading, named
from ivr.diff.pairs import Pairs
from ivr.explore.properties import Violation

HEADINGS: Mapping[str, Heading] = {"P06": Heading.identity, "P07": Heading.identity}
"""The headings of promises that are not about reaching a human, an ending, or a voice."""


def compare_findings(old: Sequence[Violation], new: Sequence[Violation], pairs: Pairs) -> Iterator[Change]:
    """Yield the findings of the new version that the old one lacks, with the shortest path there."""
    known = {(each.proof, pairs.now(each.node), each.language) for each in old}
    for finding in new:
        if (finding.proof, finding.node, finding.language) not in known:
            where = f"{named(finding.node)}: " if finding.node else ""
            steps = ", then ".join(shown for move in finding.way if (shown := move.event.shown))
            path = f" ({steps})" if steps else ""  # empty if calls begin there
            yield Change(
                HEADINGS.get(finding.proof, Heading.human),
                f"{where}{finding.what}{path} [{finding.proof}]",
                finding.node,
                finding.language,
                grave=True,
                figures={"proof": finding.proof, "remedy": finding.remedy},
            )
