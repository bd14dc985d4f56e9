"""Promises that the new version breaks and the old one kept, found by walking every path of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ivr.diff.changes import Change, Heading, named, quoted
from ivr.diff.pairs import Pairs
from ivr.engine.events import (
    ActionFinished,
    ActionGoesOn,
    CallerHungUp,
    DigitsPressed,
    LimitReached,
    NoInput,
    RecordingEnded,
    SpeechHeard,
    TransferEnded,
)
from ivr.explore.moves import Move
from ivr.explore.properties import Violation

HEADINGS: Mapping[str, Heading] = {"P06": Heading.identity, "P07": Heading.identity}
"""The promises that are not about reaching a human, an ending, or a voice that answers."""


def compare_findings(old: Sequence[Violation], new: Sequence[Violation], pairs: Pairs) -> Iterator[Change]:
    """Yield what is found in the new version and was not in the old one, with the shortest way there."""
    known = {(each.proof, pairs.now(each.node), each.language) for each in old}
    for finding in new:
        if (finding.proof, finding.node, finding.language) not in known:
            where = f"{named(finding.node)}: " if finding.node else ""
            yield Change(
                HEADINGS.get(finding.proof, Heading.human),
                f"{where}{finding.what}{_way(finding.way)} [{finding.proof}]",
                finding.node,
                finding.language,
                grave=True,
                figures={"proof": finding.proof, "remedy": finding.remedy},
            )


def _way(way: Sequence[Move]) -> str:
    """Return the shortest way there in words; empty where a call begins there."""
    told = [step for move in way if (step := _step(move))]
    return f" ({', then '.join(told)})" if told else ""


def _step(move: Move) -> str:
    match move.event:
        case DigitsPressed(digits=digits):
            return f"press {digits}"
        case SpeechHeard(text=text):
            return f"say {quoted(text)}"
        case NoInput():
            return "silence"
        case ActionFinished(action=action, outcome=outcome):
            return f"{named(action)} ends as {named(outcome)}"
        case ActionGoesOn():
            return "it takes long"
        case TransferEnded(result=result):
            return f"the desk: {result.replace('_', ' ')}"
        case RecordingEnded(seconds=seconds):
            return f"a recording of {seconds} s"
        case CallerHungUp():
            return "hang up"
        case LimitReached():
            return "the call lasts too long"
    return ""
