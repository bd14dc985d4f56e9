"""`ivr new`, as it is typed."""

from __future__ import annotations

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
