"""Every written call of the demonstration hotline, in this process and over HTTP: one path, two ways to it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import CallNote, Heard, Item
from ivr.channels.terminal.transcript import Transcript
from ivr.cli.simulator_setup import CallSaver, local_simulator
from ivr.harness import DirectHarnesses
from ivr.storage.base import CallHistory
from ivr.written.model import WrittenCall
from ivr.written.runner import CallHarness, MakeHarness, play, read_calls
from tests.support.both_ways import HttpHarnesses

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
TREE = load_tree(YUEBAO)
CALLS = read_calls(YUEBAO)[0]

RANDOM = (
    (re.compile(r"\S*/reset/\S+"), "LINK"),
    (re.compile(r"(?<!\d)(?:\d{8}|\d(?: \d){7})(?!\d)|[零幺二三四五六七八九]{8}"), "CASE"),
    (re.compile(r"(?<!\d)\d{6}(?!\d)"), "CODE"),
)
"""What no two calls have alike: one-time links, case numbers (written, or spoken in either language), and codes."""


@dataclass
class Kept:
    """Makes stages, and keeps what the store has of each call, and of those that followed it, before its house is closed."""

    make: MakeHarness
    histories: list[CallHistory] = field(default_factory=list)

    def __call__(self, call: WrittenCall) -> CallHarness:
        """Set up one call."""
        harness = self.make(call)

        def close() -> None:
            for name in (*kept.calls, kept.line.call):
                history = kept.history(name)
                assert history is not None
                self.histories.append(history)
            harness.close()

        kept = replace(harness, close=close)
        return kept


def alike(text: str) -> str:
    """Return a text with a word in place of each random part."""
    for pattern, word in RANDOM:
        text = pattern.sub(word, text)
    return text


def heard_and_rung(items: Sequence[Item]) -> list[str]:
    """Return what the caller heard, with its language and voice, and which desks were rung with what success, in order."""
    lines = []
    for item in items:
        match item:
            case Heard(text, language, audio, voice):
                lines.append(f"{language} {voice} {alike(text)} {audio}".strip())
            case CallNote(what) if what.startswith("ringing"):
                lines.append(what)
    return lines


def way(history: CallHistory) -> list[tuple[int, str, str, str, str]]:
    """Return a call's path as the record has it, without the times."""
    return [(step.turn, step.node, step.event, step.keys, step.outcome) for step in history.path]


@pytest.mark.parametrize(("file", "call"), CALLS, ids=[call.call for _, call in CALLS])
def test_both_ways(file: str, call: WrittenCall) -> None:
    """A call is heard, recorded and ended alike, whether it comes over HTTP as TwiML or stays in this process."""
    direct, over_http = Kept(DirectHarnesses(YUEBAO, TREE)), Kept(HttpHarnesses(YUEBAO, TREE))
    here, there = play(file, call, direct), play(file, call, over_http)
    assert here.failures == []
    assert there.failures == []
    assert heard_and_rung(there.happened) == heard_and_rung(here.happened)
    for theirs, ours in zip(over_http.histories, direct.histories, strict=True):
        assert way(theirs) == way(ours)
        assert theirs.record.ending == ours.record.ending
        assert [alike(each.body) for each in theirs.messages] == [alike(each.body) for each in ours.messages]
        assert [each.seconds for each in theirs.voicemails] == [each.seconds for each in ours.voicemails]


def test_a_language_to_begin_in() -> None:
    """It is the same for both, although a carrier never says one."""
    stranger = {"call": "a call", "from": "+8613900139000"}  # who has no language on file
    for language, greeting in (("en-US", "Hello, this is"), (None, "您好")):
        data = {**stranger, "language": language, "steps": [{"hears": greeting}, "silence"]}
        test_both_ways("", WrittenCall.model_validate(data))


def test_there_are_calls() -> None:
    """The test above plays something."""
    assert len(CALLS) >= 40


VOICEMAIL = """
hotline: voicemail
desks: {shop: {number: "+12025550100", busy: beep, no_answer: beep, failed: beep}}
languages: [en-US]
start: beep
nodes:
  beep: {say: Please leave a message., record: message, then: thanks, nothing: bye}
  agent: {transfer: shop}
  thanks: {end: Thank you.}
  bye: {end: Goodbye.}
"""


@pytest.mark.parametrize(
    ("steps", "ending"),
    [
        (["hang_up"], "hung_up"),
        ([{"record": 3}], "completed"),
        (["silence"], "completed"),
    ],
)
def test_hanging_up_at_the_beep_has_one_ending(tmp_path: Path, steps: list[object], ending: str) -> None:
    """The caller hung up, in this process, over HTTP, and at the simulator; a message and silence end otherwise."""
    (tmp_path / "menu.yaml").write_text(VOICEMAIL, encoding="utf-8")
    tree = load_tree(tmp_path)
    call = WrittenCall.model_validate({"call": "hangs up at the beep", "steps": steps, "ends": ending})
    for harnesses in (DirectHarnesses(tmp_path, tree), HttpHarnesses(tmp_path, tree)):
        assert play("", call, harnesses).failures == []
    if ending == "hung_up":
        out = io.StringIO()
        local_simulator(CallSaver(tmp_path, Transcript(out)), None, None, None).run([])
        assert out.getvalue().endswith("> (hangs up)\n(call hung up)\n")
