"""`ivr check`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import ivr


def test_check_says_that_all_is_well(bakery: Path) -> None:
    """With status 0, and an empty list for tools."""
    assert ivr("check", bakery).stdout == f"{bakery}: no problems\n"
    assert json.loads(ivr("check", bakery, "--format", "json").stdout) == []


def test_check_says_every_problem(bakery: Path) -> None:
    """Of the menu, of the written calls and of the data files, with the place of each; status 1."""
    menu = bakery / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("go: hours", "go: huors"), encoding="utf-8")
    (bakery / "calls" / "more.yaml").write_text(
        "calls:\n  - call: x\n    stepz: [silence]\n", encoding="utf-8"
    )
    (bakery / "bulletins.yaml").write_text("- first: 2026-11-22\n", encoding="utf-8")
    result = ivr("check", bakery)
    assert result.exit_code == 1
    assert f"{menu}:" in result.stdout
    assert "huors" in result.stdout
    assert f"{bakery}/calls/more.yaml:3:5:" in result.stdout
    assert f"{bakery}/bulletins.yaml:" in result.stdout
    problems = json.loads(ivr("check", bakery, "--format", "json").stdout)
    assert {problem["file"] for problem in problems} >= {"menu.yaml", "calls/more.yaml", "bulletins.yaml"}
    assert all(problem["line"] >= 1 and problem["remedy"] for problem in problems)


def test_bulletins_without_a_file_are_a_warning(bakery: Path) -> None:
    """The announcement would be silently absent; an empty list says that this is meant."""
    menu, news = (
        bakery / "menu.yaml",
        "  news: {run: bulletins, outcomes: {some: hours, none: hours, unavailable: hours}}",
    )
    text = menu.read_text(encoding="utf-8").replace("go: hours", "name: hours, go: news")
    menu.write_text(text.replace("nodes:\n", f"nodes:\n{news}\n"), encoding="utf-8")
    warning = "news: there is no bulletins.yaml, so that nothing is told here; write one, with `[]` for none as yet\n"
    assert warning in ivr("check", bakery).stdout
    (bakery / "bulletins.yaml").write_text("[]\n", encoding="utf-8")
    assert "bulletins.yaml" not in ivr("check", bakery).stdout


def test_a_folder_that_is_not_there_is_a_problem() -> None:
    """Of which there is one."""
    result = ivr("check", "nowhere")
    assert result.exit_code == 1
    assert result.stdout.endswith("nowhere: 1 error, 0 warnings\n")


def test_inside_a_hotline_that_one_is_meant(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs to type the dot."""
    monkeypatch.chdir(bakery)
    assert ivr("check").stdout == ".: no problems\n"


def test_check_lists_the_texts_that_come_from_another_language(bakery: Path) -> None:
    """The note has their number, and `--verbose` lists each with where it comes from."""
    menu, words = bakery / "menu.yaml", bakery / "prompts.en-US.yaml"
    text = menu.read_text(encoding="utf-8")
    menu.write_text(text.replace("voices:", "fall_back: {en-US: zh-CN}\nvoices:", 1), encoding="utf-8")
    lines = words.read_text(encoding="utf-8").splitlines()
    kept = [each for each in lines if "leave_message:" not in each]
    words.write_text("\n".join(kept), encoding="utf-8")
    short, long = ivr("check", bakery), ivr("check", bakery, "--verbose")
    assert short.exit_code == 0, short.stdout
    assert "1 text of `en-US` comes from `zh-CN`: leave_message" in short.stdout
    assert "  en-US from zh-CN: leave_message: say\n" not in short.stdout
    assert "  en-US from zh-CN: leave_message: say\n" in long.stdout
