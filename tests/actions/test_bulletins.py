"""The policy bulletins of the day, as callers hear them, and the file that editors change while calls go on."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import ActionResult
from ivr.actions.bulletins import Bulletins
from ivr.menu.language.contract import Level
from ivr.menu.reading.problems import BadFile
from tests.support.action_caller import Caller

DAY = date(2026, 11, 22)
GOOD = "- {first: 2026-11-01, last: 2026-11-30, words: {en-US: Hello.}}\n"


@pytest.mark.parametrize(
    ("day", "language", "part"),
    [
        ("2026-09-30", "zh-CN", "国庆"),
        ("2026-09-30", "en-US", "National Day"),
        ("2026-11-22", "zh-CN", "转出限额"),
        ("2026-11-22", "en-US", "withdrawal limits"),
        ("2026-12-31", "zh-CN", "元旦"),
        ("2026-12-31", "en-US", "New Year"),
    ],
)
def test_the_bulletin_of_the_day(caller: Caller, day: str, language: str, part: str) -> None:
    """Anybody hears it, in the language of the call."""
    finished = caller.ask("bulletins", "", at=f"{day}T10:00", language=language, level=Level.unknown)
    assert finished.outcome == "some"
    assert part in finished.results["bulletins"]


@pytest.mark.parametrize(("day", "language"), [("2026-10-20", "zh-CN"), ("2026-11-22", "fr-FR")])
def test_no_bulletin_is_nothing_to_tell(caller: Caller, day: str, language: str) -> None:
    """Between two bulletins, or in a language without words, there is none."""
    assert caller.ask("bulletins", at=f"{day}T10:00", language=language) == ActionResult("none")


@pytest.mark.parametrize(("language", "spoken"), [("zh-CN", "一。二。"), ("en-US", "One. Two.")])
def test_several_bulletins_are_told_one_after_the_other(
    caller: Caller, tmp_path: Path, language: str, spoken: str
) -> None:
    """In the order of the file, spaced as the language is written."""
    path = tmp_path / "bulletins.yaml"
    day = date(2026, 11, 22)
    path.write_text(
        f"- {{first: {day}, last: {day}, words: {{zh-CN: 一。, en-US: One.}}}}\n"
        f"- {{first: {day}, last: {day}, words: {{zh-CN: 二。, en-US: Two.}}}}\n",
        encoding="utf-8",
    )
    both = Caller(replace(caller.services, bulletins=Bulletins.open(path)))
    assert both.ask("bulletins", language=language).results == {"bulletins": spoken}


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
    bulletins = Bulletins.open(path)
    save(path, GOOD.replace("Hello", "Howdy"), at=2)
    assert bulletins.current(DAY, "en-US") == ["Howdy."]


def test_while_a_file_is_broken_the_last_good_one_is_kept(path: Path) -> None:
    """Callers notice nothing; the log says it once, with the place; the corrected file is taken."""
    bulletins = Bulletins.open(path)
    save(path, GOOD.replace("words", "word"), at=2)
    with capture_logs() as logs:
        assert [bulletins.current(DAY, "en-US") for _ in range(3)] == [["Hello."]] * 3
    assert [log["event"] for log in logs] == ["bulletins not taken up"]
    assert f"{path}:1:41: `word` is not known here; did you mean `words`?" in logs[0]["problems"]
    save(path, GOOD.replace("Hello", "Howdy"), at=3)
    assert bulletins.current(DAY, "en-US") == ["Howdy."]


def test_a_file_that_is_taken_away_takes_its_bulletins_along(path: Path) -> None:
    """And brings them when it comes back."""
    bulletins = Bulletins.open(path)
    path.unlink()
    assert bulletins.current(DAY, "en-US") == []
    save(path, GOOD, at=1)
    assert bulletins.current(DAY, "en-US") == ["Hello."]


def test_a_file_that_is_made_later_is_taken_up(tmp_path: Path) -> None:
    """A hotline that began without bulletins tells its first one to the next caller."""
    path = tmp_path / "bulletins.yaml"
    bulletins = Bulletins.open(path)
    assert bulletins.current(DAY, "en-US") == []
    save(path, GOOD, at=1)
    assert bulletins.current(DAY, "en-US") == ["Hello."]


def test_a_file_whose_bulletins_are_comments_has_none(path: Path) -> None:
    """An editor may put all of them aside."""
    save(path, f"# {GOOD}", at=2)
    assert Bulletins.open(path).current(DAY, "en-US") == []


def test_everything_that_is_wrong_is_told_at_once(path: Path) -> None:
    """Each with its own place."""
    save(path, GOOD.replace("2026-11-01", "soon") + GOOD.replace("words", "word") + "- x\n", at=2)
    with pytest.raises(BadFile) as caught:
        Bulletins.open(path)
    assert [(each.line, each.column) for each in caught.value.problems] == [(1, 4), (2, 41), (3, 3)]


def test_no_file_is_no_bulletins(tmp_path: Path) -> None:
    """A hotline need not have any."""
    assert Bulletins.open(None).current(DAY, "en-US") == []
    assert Bulletins.open(tmp_path / "bulletins.yaml").current(DAY, "en-US") == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("2026-11-01", "2026-12-01", ":1:3: `last` is before `first`; write the days the other way round"),
        (
            "2026-11-01",
            "1 November",
            ":1:4: `first` cannot be `1 November`; write a day, such as `2026-11-30`",
        ),
        ("Hello.", "' '", ":1:49: `en-US` is empty; write what is said, or delete the line"),
        (
            "Hello.",
            "Hello <pause>",
            ":1:49: `en-US` has a mark or a tag, which would be read aloud; write it in words: a bulletin has no marks",
        ),
        ("{en-US: Hello.}", "{}", ":1:41: `words` has too few entries; write at least 1"),
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
