"""`ivr check` on the files beside the menu: customers and bulletins."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.support.command import YUEBAO, ivr


def test_the_files_beside_the_menu_are_checked_like_it(tmp_path: Path) -> None:
    """Each problem has its own place, its remedy, and no private value."""
    folder = tmp_path / "yuebao"
    shutil.copytree(YUEBAO, folder, ignore=shutil.ignore_patterns("calls"))
    accounts, bulletins = folder / "accounts.yaml", folder / "bulletins.yaml"
    accounts.write_text(accounts.read_text().replace("balance: 880.00", "balance: 88o.00"))
    bulletins.write_text(bulletins.read_text().replace("last: 2026-10-08", "lsat: 2026-10-08"))
    found = json.loads(ivr("check", folder, "--format", "json").stdout)
    assert [(each["file"], each["line"], each["column"], each["what"]) for each in found] == [
        ("accounts.yaml", 24, 12, "`balance` cannot be what stands here"),
        ("bulletins.yaml", 5, 3, "`lsat` is not known here"),
    ]


def test_a_slip_in_the_menu_hides_none_in_the_files(tmp_path: Path) -> None:
    """All problems come at once: a phone without its country is told beside a typo in the menu."""
    folder = tmp_path / "yuebao"
    shutil.copytree(YUEBAO, folder, ignore=shutil.ignore_patterns("calls"))
    for name, old, new in (
        ("menu.yaml", "timezone:", "timezoen:"),
        ("accounts.yaml", 'phone: "+8613800138000"', "phone: 8613800138000"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    found = json.loads(ivr("check", folder, "--format", "json").stdout)
    assert {each["file"] for each in found} == {"menu.yaml", "accounts.yaml"}
    (phone,) = [each for each in found if each["file"] == "accounts.yaml"]
    assert phone["what"] == "`phone` is no international number"
    assert phone["remedy"] == 'write it with its `+` and in quotes, such as `"+8613800138000"`'


def test_a_file_with_another_ending_hides_no_slip_in_the_menu(bakery: Path) -> None:
    """Both are told: a data file is no part of the menu, nor is a second copy of one that is."""
    menu = bakery / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("go: hours", "go: huors"), encoding="utf-8")
    for name in ("bulletins.yml", "menu.yml"):
        (bakery / name).write_text("[]", encoding="utf-8")
    found = json.loads(ivr("check", bakery, "--format", "json").stdout)
    assert {each["file"] for each in found} == {"menu.yaml", "bulletins.yml", "menu.yml"}


HOOKS = """
from ivr.actions import ActionResult, Outcome, action

@action("Greets.", outcomes={"ok": Outcome("It is said.")})
def greet(services, request):
    return ActionResult("ok")

def check_folder(folder):
    raise SystemExit("4711")

def sample_callers(folder):
    raise SystemExit("4711")
"""


def test_a_hook_that_exits_ends_no_command_as_if_all_were_well(bakery: Path) -> None:
    """Each command fails, and names the module and the hook."""
    (bakery / "actions.yaml").write_text("python: actions.py\n", encoding="utf-8")
    (bakery / "actions.py").write_text(HOOKS, encoding="utf-8")
    for command, hook in (
        ("check", "check_folder"),
        ("simulate", "sample_callers"),
        ("test", "sample_callers"),
    ):
        result = ivr(command, bakery)
        assert result.exit_code == 1, command
        assert f"`actions.py`: `{hook}` failed: SystemExit (actions.py, line" in result.output
        assert "4711" not in result.output
    (bakery / "actions.py").write_text(HOOKS.replace("check_folder", "other"), encoding="utf-8")
    result = ivr("check", bakery)
    assert (result.exit_code, "`sample_callers` failed: SystemExit" in result.output) == (1, True)
    (bakery / "actions.py").write_text(HOOKS + "FILES = {'x': int}", encoding="utf-8")
    for command, *options in (["check"], ["schema", "--write"]):
        result = ivr(command, *options, bakery)
        assert result.exit_code == 1
        assert "`FILES` is no dictionary" in result.output
