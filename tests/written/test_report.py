"""A played call as it is printed: what was written beside what happened."""

from __future__ import annotations

import pytest

from ivr.calls.line import CallNote, Heard
from ivr.written.model import WrittenCall
from ivr.written.report import print_played
from ivr.written.runner import PlayedCall, PlayedStep

CALL = WrittenCall.model_validate({"call": "The desk is busy", "steps": ["silence"]})


def printed(capsys: pytest.CaptureFixture[str], *rows: PlayedStep) -> list[str]:
    """Return the lines of a report."""
    print_played(PlayedCall("calls/humans.yaml", CALL, list(rows)))
    return capsys.readouterr().out.splitlines()


def test_a_failed_call(capsys: pytest.CaptureFixture[str]) -> None:
    """Three columns: written, happened, and what was not as written, each step on its own line."""
    lines = printed(
        capsys,
        PlayedStep("(rings)", (Heard("您好。", "zh-CN"),)),
        PlayedStep("press: 0", (CallNote("ringing +862155550100: busy"), Heard("都在通话中。", "zh-CN"))),
        PlayedStep("hears: 再见", failure="`再见` was not heard"),
    )
    assert lines[0] == "FAILED  calls/humans.yaml: The desk is busy"
    assert [line.split() for line in lines[1:]] == [
        ["written", "happened", "not", "as", "written"],
        ["(rings)", "您好。"],
        ["press:", "0", "(ringing", "+862155550100:", "busy)"],
        ["都在通话中。"],
        ["hears:", "再见", "`再见`", "was", "not", "heard"],
    ]


def test_a_passed_call(capsys: pytest.CaptureFixture[str]) -> None:
    """The same without the third column's sentences."""
    assert printed(capsys, PlayedStep("(rings)"))[0] == "passed  calls/humans.yaml: The desk is busy"


def test_a_call_with_a_clock_says_its_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """How long the caller was on the line, and how much of that was speech."""
    heard = Heard("请稍等。", "zh-CN")
    lines = printed(
        capsys, PlayedStep("(rings)", (heard,), seconds=heard.seconds), PlayedStep("silence", seconds=5.0)
    )
    assert lines[0].endswith(f"is busy  ({heard.seconds + 5:.1f} s, {heard.seconds:.1f} s of them speech)")


def test_brackets_in_a_menu_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    """They are not taken for a style."""
    lines = printed(capsys, PlayedStep("hears: [red]x[/red]", (Heard("[bold]y", "en-US"),)))
    assert "[red]x[/red]" in lines[2]
    assert "[bold]y" in lines[2]


def test_a_long_sentence_is_folded_and_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever mends the call must be able to read all of it."""
    assert (
        sum(
            line.count("请") for line in printed(capsys, PlayedStep("(rings)", (Heard("请" * 200, "zh-CN"),)))
        )
        == 200
    )
