"""The policy bulletins of the day, as a caller hears them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ivr.actions.base import ActionResult
from ivr.actions.notices import Bulletins
from ivr.menu.language.contract import Level
from tests.support.action_caller import Caller


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
