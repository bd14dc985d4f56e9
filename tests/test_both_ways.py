"""Every written call of the demonstration hotline, in this process and over HTTP: one path, two ways to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ivr.line import Heard, Item, Noticed
from ivr.proof.calls import WrittenCall
from ivr.proof.runner import MakeStage, Stage, play, read_calls
from ivr.stages import DirectStages, load_tree
from ivr.stores import CallHistory
from tests.both_ways import HttpStages

YUEBAO = Path(__file__).parents[1] / "menus" / "yuebao"
TREE = load_tree(YUEBAO)
CALLS = read_calls(YUEBAO)[0]


@dataclass
class Kept:
    """Makes stages, and keeps what the store has of each call before its house is closed."""

    make: MakeStage
    histories: list[CallHistory] = field(default_factory=list)

    def __call__(self, call: WrittenCall) -> Stage:
        """Set up one call."""
        stage = self.make(call)

        def close() -> None:
            history = stage.history()
            assert history is not None
            self.histories.append(history)
            stage.close()

        return replace(stage, close=close)


def heard_and_rung(items: Sequence[Item]) -> list[str]:
    """Return what the caller heard, with its language, and which desks were rung with what success, in order."""
    lines = []
    for item in items:
        match item:
            case Heard(text, language, audio):
                lines.append(f"{language} {text} {audio}".strip())
            case Noticed(what) if what.startswith("ringing"):
                lines.append(what)
    return lines


def way(history: CallHistory) -> list[tuple[int, str, str, str, str]]:
    """Return a call's path as the record has it, without the times."""
    return [(step.turn, step.node, step.event, step.keys, step.outcome) for step in history.path]


@pytest.mark.parametrize(("file", "call"), CALLS, ids=[call.call for _, call in CALLS])
def test_both_ways(file: str, call: WrittenCall) -> None:
    """A call is heard, recorded and ended alike, whether it comes over HTTP as TwiML or stays in this process."""
    direct, over_http = Kept(DirectStages(YUEBAO, TREE)), Kept(HttpStages(YUEBAO, TREE))
    here, there = play(file, call, direct), play(file, call, over_http)
    assert here.failures == []
    assert there.failures == []
    assert heard_and_rung(there.happened) == heard_and_rung(here.happened)
    ours, theirs = direct.histories[0], over_http.histories[0]
    assert way(theirs) == way(ours)
    assert theirs.record.ending == ours.record.ending
    assert [message.body for message in theirs.messages] == [message.body for message in ours.messages]
    assert [each.seconds for each in theirs.voicemails] == [each.seconds for each in ours.voicemails]


def test_there_are_calls() -> None:
    """The test above plays something."""
    assert len(CALLS) >= 40
