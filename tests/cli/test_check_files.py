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
