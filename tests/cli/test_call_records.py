"""Records of calls, as people and tools see them."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.cli import calls as records
from ivr.storage.base import LATE, CallHistory, CallRecord, Message, PathEntry, Voicemail

CALL = "CA" + "0123456789abcdef" * 2
STARTED = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
RECORD = CallRecord(
    call=CALL,
    hotline="yuebao",
    version="0fb618159f85070f",
    caller="+8613800138000",
    language="zh-CN",
    started=STARTED,
    ended=STARTED + timedelta(minutes=2),
    ending="transferred",
    turns=4,
    urgent=True,
    reason="转出，已核对身份",
)
HISTORY = CallHistory(
    RECORD,
    [
        PathEntry(2, STARTED, "main", "DigitsPressed", "3"),
        PathEntry(3, STARTED, "limits", "ActionFinished", "", "withdrawal_limits: ok"),
    ],
    [Message(CALL, "+8613800138000", "请准备好身份证", "zh-CN", STARTED)],
    [Voicemail(CALL, "https://api.example.com/RE1", 12, STARTED)],
    [PathEntry(3, STARTED, "order", LATE, "", "order_card: ok")],
)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_caller_is_shown_whole(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of his number the last four digits are enough to find him."""
    records.print_calls([RECORD], form)
    records.print_call(HISTORY, form)
    shown = capsys.readouterr().out
    assert "**********8000" in shown
    assert "13800138000" not in shown


def test_a_list_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a call, with its whole identifier; or a word that there is none."""
    records.print_calls([RECORD], "text")
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith(CALL)
    assert line.split()[-2:] == ["transferred", "urgent"]
    records.print_calls([], "text")
    assert capsys.readouterr().out == "no calls\n"


def test_a_list_for_tools(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON, with moments in ISO 8601; an empty list is a list."""
    records.print_calls([RECORD], "json")
    (call,) = json.loads(capsys.readouterr().out)
    assert call["call"] == CALL
    assert call["started"] == "2026-11-22T02:00:00+00:00"
    assert call["urgent"] is True
    records.print_calls([], "json")
    assert json.loads(capsys.readouterr().out) == []


def test_one_call_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Its way, what it was about, what was texted, and where a recording is."""
    records.print_call(HISTORY, "text")
    shown = capsys.readouterr().out
    assert "urgent 转出，已核对身份" in shown
    assert "withdrawal_limits: ok" in shown
    assert "message to **********8000, not sent: 请准备好身份证" in shown
    assert "order_card: ok at order, after the turn that asked for it" in shown
    assert "recording of 12 s: https://api.example.com/RE1" in shown


@pytest.mark.parametrize("terminal", [False, True])
def test_a_link_is_never_broken_into_lines(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    """However long it is and however narrow the terminal: it could not be opened."""
    link = "https://ivr.example.com/reset/" + "x" * 300
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("COLUMNS", "60")
    message = replace(HISTORY.messages[0], body=f"请打开 {link} 设置新密码。")
    voicemail = replace(HISTORY.voicemails[0], url=link)
    records.print_call(replace(HISTORY, messages=[message], voicemails=[voicemail]), "text")
    lines = out.getvalue().splitlines()
    assert [line for line in lines if link in line] == lines[-2:]


def test_one_call_for_tools(capsys: pytest.CaptureFixture[str]) -> None:
    """The same, as JSON."""
    records.print_call(HISTORY, "json")
    call = json.loads(capsys.readouterr().out)
    assert call["record"]["reason"] == "转出，已核对身份"
    assert [step["node"] for step in call["path"]] == ["main", "limits"]
    assert call["messages"][0]["status"] == "not sent"
    assert call["voicemails"][0]["seconds"] == 12
