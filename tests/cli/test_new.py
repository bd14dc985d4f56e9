"""`ivr new`, as it is typed."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.command import ivr


def test_a_new_hotline_passes_at_once(tmp_path: Path) -> None:
    """Its schemas are beside it, and a second time nothing is written over."""
    folder = tmp_path / "bakery"
    result = ivr("new", folder)
    assert result.exit_code == 0
    assert f"Next: ivr check {folder} · ivr test {folder} · ivr simulate {folder}" in result.stdout
    assert ivr("check", folder).exit_code == 0
    assert ivr("test", folder).exit_code == 0
    assert {path.name for path in (folder / ".schema").iterdir()} >= {
        "menu.json",
        "prompts.json",
        "calls.json",
    }
    again = ivr("new", folder)
    assert (again.exit_code, again.stderr) == (1, f"Error: {folder} is not empty; name a new folder\n")


def test_what_to_type_next_can_be_typed(tmp_path: Path) -> None:
    """A folder with a space stands in quotes, in the file as on the screen."""
    result = ivr("new", tmp_path / "My Shop")
    assert f"Next: ivr check '{tmp_path}/My Shop' · ivr test" in result.stdout
    assert f"ivr test '{tmp_path}/My Shop' ·" in (tmp_path / "My Shop" / "menu.yaml").read_text(
        encoding="utf-8"
    )


def test_a_new_hotline_has_chinese_commas_in_chinese_text(tmp_path: Path) -> None:
    """Editors learn from it."""
    ivr("new", tmp_path / "shop")
    for path in (tmp_path / "shop").rglob("*.yaml"):
        assert not re.search(r"[\u4e00-\u9fff][,.;!?][\u4e00-\u9fff]", path.read_text(encoding="utf-8")), path
