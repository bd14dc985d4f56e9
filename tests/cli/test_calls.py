"""`ivr calls`, as it is typed."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from os import terminal_size
from pathlib import Path
from typing import NoReturn

import click
import pytest

from ivr.actions.perform import perform as perform_well
from ivr.cli.calls import print_calls
from ivr.storage.base import CallRecord
from tests.support.command import YUEBAO, ivr
from tests.support.keys import keys_to


def test_calls_are_looked_back_at_and_forgotten(tmp_path: Path) -> None:
    """In the list, in whole, by a tool; and after a purge they are gone."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url = f"sqlite:///{tmp_path}/calls.sqlite3"
    application = build_application(YUEBAO, Settings(database_url=url))
    clock = VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current()))
    line = DirectLine(application.switchboard, clock, "+8613800138000")
    line.start()
    line.press("1")
    line.hang_up()
    application.close()
    assert line.call in ivr("calls", IVR_DATABASE_URL=url).stdout
    assert "DigitsPressed" in ivr("calls", line.call, IVR_DATABASE_URL=url).stdout
    (listed,) = json.loads(
        ivr("calls", "--ending", "hung_up", "--format", "json", IVR_DATABASE_URL=url).stdout
    )
    assert listed["caller"] == "**********8000"
    missing = ivr("calls", "CA1", IVR_DATABASE_URL=url)
    assert (missing.exit_code, missing.stderr) == (
        1,
        "Error: there is no call CA1 in the store; `ivr calls` lists them\n",
    )
    forgotten = ivr("purge", "--older-than", "0d", "--yes", IVR_DATABASE_URL=url)
    assert forgotten.stdout.startswith("forgot ")
    assert ivr("calls", IVR_DATABASE_URL=url).exit_code == 0


def test_calls_are_found_by_every_node_that_they_passed(tmp_path: Path) -> None:
    """Also by one that only speaks. A node that the menu does not have is told, as it is no node without calls."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url = f"sqlite:///{tmp_path}/calls.sqlite3"
    application = build_application(YUEBAO, Settings(database_url=url))
    clock = VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current()))
    line = DirectLine(application.switchboard, clock, "+8613800138000")
    line.start()
    line.press("0")
    application.close()
    for node in ("greeting", "main", "agent"):
        assert line.call in ivr("calls", "--node", node, IVR_DATABASE_URL=url).stdout
    assert ivr("calls", "--node", "login", IVR_DATABASE_URL=url).stdout == "no calls\n"
    for wrong in ("greting", "eeting", "%"):
        told = ivr("calls", "--node", wrong, IVR_DATABASE_URL=url)
        assert (told.exit_code, f"the menu has no node `{wrong}`; " in told.stderr) == (2, True)
    assert f"{line.call}  2026-11-23 10:00:00 CST  " in ivr("replay", line.call, IVR_DATABASE_URL=url).stdout
    assert "did you mean `greeting`" in ivr("calls", "--node", "greting", IVR_DATABASE_URL=url).stderr


def test_calls_in_which_we_failed_are_found(tmp_path: Path) -> None:
    """Who heard an apology is called back."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url = f"sqlite:///{tmp_path}/calls.sqlite3"

    def broken(*_what: object) -> NoReturn:
        raise RuntimeError

    for perform, found in ((perform_well, False), (broken, True)):
        application = build_application(YUEBAO, Settings(database_url=url), perform=perform)
        clock = VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current()))
        line = DirectLine(application.switchboard, clock, "+8613800138000")
        line.start()
        application.close()
        assert (line.call in ivr("calls", "--failed", IVR_DATABASE_URL=url).stdout) is found


def test_a_sealed_message_is_shown_to_who_has_the_key(tmp_path: Path) -> None:
    """Where nobody sends messages, a tester gets at his code with the server's secret, and not without."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url, key = f"sqlite:///{tmp_path}/calls.sqlite3", "0123456789abcdef0123456789abcdef"
    application = build_application(YUEBAO, Settings(database_url=url, secret_keys=(key,)))
    line = DirectLine(
        application.switchboard,
        VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current())),
        "+8613800138000",
    )
    line.start()
    for keys in (*keys_to(application.hotline.current(), "login", "reset_login"), "1237"):
        line.press(keys)
    line.hang_up()
    application.close()
    assert "(its words are secret)" in ivr("calls", line.call, IVR_DATABASE_URL=url).stdout
    for form in ("text", "json"):
        hidden = ivr("calls", line.call, "--format", form, IVR_DATABASE_URL=url).stdout
        opened = ivr("calls", line.call, "--open", "--format", form, IVR_DATABASE_URL=url, IVR_SECRET_KEY=key)
        assert ("验证码" in hidden, "验证码" in opened.stdout) == (False, True)
    without = ivr("calls", line.call, "--open", IVR_DATABASE_URL=url)
    assert (without.exit_code, "IVR_SECRET_KEY is missing" in without.stderr) == (1, True)
    other = ivr("calls", line.call, "--open", IVR_DATABASE_URL=url, IVR_SECRET_KEY=key[::-1])
    assert (other.exit_code, "another key" in other.stderr) == (1, True)


@pytest.mark.parametrize("others", [["bank"], ["bank", "bakery"]])
def test_the_list_names_the_hotlines_where_there_are_several(
    others: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a database that they share; a list of one hotline's calls does not repeat its name."""
    moment = datetime(2026, 11, 23, 10, tzinfo=UTC)
    calls = [
        CallRecord(f"CA{number}", name, "v", "+8613800138000", "zh-CN", moment, None, "hung_up", 7)
        for number, name in enumerate(["bank", *others])
    ]
    print_calls(calls, "text")
    lines = capsys.readouterr().out.splitlines()
    named = [line.split()[-1] for line in lines]
    assert (named == ["hotline", "bank", *others]) is (len(set(others)) > 1)
    assert ("bank" in lines[1]) is (len(set(others)) > 1)


@pytest.mark.parametrize("columns", [60, 80, 111])
@pytest.mark.parametrize("urgent", [False, True])
def test_a_narrow_terminal_loses_nothing_that_tells_calls_apart(
    columns: int,
    urgent: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The whole call, when, the last digits, and how it ended; languages and turns are left out, and no header is cut."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda *_: terminal_size((columns, 24)))
    monkeypatch.setenv("COLUMNS", str(columns))
    moment = datetime(2026, 11, 23, 10, tzinfo=UTC)
    call = "CA0123456789abcdef0123456789abcdef"
    print_calls(
        [
            CallRecord(
                call, "h", "v", "+8613800138000", "zh-CN", moment, None, "transferred", 7, urgent=urgent
            )
        ],
        "text",
    )
    lines = click.unstyle(capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= columns
    assert [name for name in lines[0].split() if name[0] != "("] == ["call", "started", "caller", "ending"]
    cells = " ".join(lines[1:])
    assert {"8000", "transferred", *(["urgent"] if urgent else [])} <= set(cells.split())
    assert "zh-CN" not in cells
    folded = "".join(line.split()[0] for line in lines if line[0] != " ")
    assert call in folded
    if columns >= 80 and not urgent:
        assert len(lines) == 2
