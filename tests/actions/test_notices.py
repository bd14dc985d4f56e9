"""The bulletins file, which an editor changes while calls go on."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.actions.notices import Bulletins
from ivr.datafile import BadFile

DAY = date(2026, 11, 22)
GOOD = "- {first: 2026-11-01, last: 2026-11-30, words: {en-US: Hello.}}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a good bulletins file."""
    path = tmp_path / "bulletins.yaml"
    save(path, GOOD, at=1)
    return path


def save(path: Path, text: str, at: int) -> None:
    """Write the file as an editor does, at a time of its own."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (at, at))


@pytest.mark.parametrize(
    ("day", "said"),
    [("2026-10-31", False), ("2026-11-01", True), ("2026-11-30", True), ("2026-12-01", False)],
)
def test_a_bulletin_is_said_from_its_first_to_its_last_day(path: Path, day: str, said: bool) -> None:  # noqa: FBT001
    """Both days are included."""
    assert Bulletins.open(path).current(date.fromisoformat(day), "en-US") == (["Hello."] if said else [])


def test_a_changed_file_is_read_again(path: Path) -> None:
    """The next call hears the new words."""
    notices = Bulletins.open(path)
    save(path, GOOD.replace("Hello", "Howdy"), at=2)
    assert notices.current(DAY, "en-US") == ["Howdy."]


def test_while_a_file_is_broken_the_last_good_one_is_kept(path: Path) -> None:
    """Callers notice nothing; the log says it once, with the place; the corrected file is taken."""
    notices = Bulletins.open(path)
    save(path, GOOD.replace("words", "word"), at=2)
    with capture_logs() as logs:
        assert [notices.current(DAY, "en-US") for _ in range(3)] == [["Hello."]] * 3
    assert [log["event"] for log in logs] == ["bulletins not taken up"]
    assert f"{path}:1:3: 0.words: is missing; write it" in logs[0]["problems"]
    save(path, GOOD.replace("Hello", "Howdy"), at=3)
    assert notices.current(DAY, "en-US") == ["Howdy."]


def test_a_file_that_is_taken_away_takes_its_bulletins_along(path: Path) -> None:
    """And brings them when it comes back."""
    notices = Bulletins.open(path)
    path.unlink()
    assert notices.current(DAY, "en-US") == []
    save(path, GOOD, at=1)
    assert notices.current(DAY, "en-US") == ["Hello."]


def test_no_file_is_no_bulletins(tmp_path: Path) -> None:
    """A hotline need not have any."""
    assert Bulletins.open(None).current(DAY, "en-US") == []
    assert Bulletins.open(tmp_path / "bulletins.yaml").current(DAY, "en-US") == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("2026-11-01", "2026-12-01", ":1:3: 0: last is before first"),
        ("2026-11-01", "1 November", ":1:11: 0.first: Input should be a valid date"),
        ("Hello.", "' '", ":1:56: 0.words.en-US: String should have at least 1 character"),
        ("{en-US: Hello.}", "{}", ":1:48: 0.words: Dictionary should have at least 1 item"),
    ],
)
def test_a_file_that_is_wrong_from_the_start_is_refused(
    path: Path, right: str, wrong: str, said: str
) -> None:
    """There is no last good one to keep: the editor is told where and what to write."""
    save(path, GOOD.replace(right, wrong), at=2)
    with pytest.raises(BadFile) as caught:
        Bulletins.open(path)
    assert said in str(caught.value)
