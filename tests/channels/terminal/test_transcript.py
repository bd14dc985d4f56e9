"""A call as text, on a terminal and in a pipe."""

from __future__ import annotations

import io

import pytest

from ivr.calls.line import CallNote, Heard
from ivr.channels.terminal.transcript import Transcript


class Terminal(io.StringIO):
    """Something that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the tests' own terminal says about colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def write(out: io.StringIO) -> str:
    """Print one of each and return it."""
    transcript = Transcript(out)
    transcript.did("1")
    transcript.happened(
        [
            Heard("您好，请按1。", "zh-CN"),
            Heard("", "en-US", ("hello.wav",)),
            CallNote("ringing +862155550100: busy"),
        ]
    )
    transcript.note("there is no /x", "red")
    return out.getvalue()


def test_a_pipe_gets_plain_text() -> None:
    """Language, seconds and words in columns; what was not heard in brackets."""
    assert write(io.StringIO()).splitlines() == [
        "> 1",
        "zh-CN   1.5 s  您好，请按1。",
        "en-US   0.0 s  (a recording)  [hello.wav]",
        "  [ringing +862155550100: busy]",
        "there is no /x",
    ]


def test_a_terminal_gets_colours() -> None:
    """Escape sequences stand around the same words."""
    text = write(Terminal())
    assert "\x1b[31mthere is no /x\x1b[0m" in text
    assert "您好，请按1。" in text


def test_no_color_is_respected() -> None:
    """On a terminal too (no-color.org)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_COLOR", "1")
        text = write(Terminal())
    assert "\x1b[31m" not in text
    assert "\x1b[1;36m" not in text


def test_a_long_sentence_stays_on_one_line() -> None:
    """Whoever reads the transcript with a program finds it whole."""
    out = io.StringIO()
    Transcript(out).happened([Heard("请" * 300, "zh-CN")])
    assert out.getvalue().count("\n") == 1


def test_words_that_look_like_markup_are_words() -> None:
    """Brackets and colons are said, not interpreted."""
    out = io.StringIO()
    Transcript(out).happened([Heard("[bold]press 1[/bold] :smile:", "en-US")])
    assert "[bold]press 1[/bold] :smile:" in out.getvalue()
