"""`ivr migrate`, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import old_hotline
from tests.support.command import ivr


def test_nothing_is_written_unasked(tmp_path: Path) -> None:
    """What would change is shown as a diff, and the exit status says that something is left to do."""
    folder = old_hotline.write(tmp_path / "old")
    result = ivr("migrate", folder)
    assert result.exit_code == 1
    assert f"--- {folder}/prompts.en-US.yaml\n" in result.stdout
    assert "-      '1': 'opening hours'   # the most wanted\n" in result.stdout
    assert "+      hours: 'opening hours'   # the most wanted\n" in result.stdout
    assert result.stderr == f"{folder}: 4 files would change; --write writes them\n"
    assert {name: (folder / name).read_text(encoding="utf-8") for name in old_hotline.SOURCES} == (
        old_hotline.SOURCES
    )


def test_an_old_hotline_plays_its_calls(tmp_path: Path) -> None:
    """Written once, it has no error and nothing more to change."""
    folder = old_hotline.write(tmp_path / "old")
    written = ivr("migrate", folder, "--write")
    assert (written.exit_code, written.stdout.splitlines()[-1]) == (0, f"{folder}: 4 files written")
    again = ivr("migrate", folder)
    assert (again.exit_code, again.stdout) == (0, f"{folder}: nothing to change\n")
    assert ivr("test", folder).stdout == f"{folder}: 1 call, 1 passed, 0 failed\n"


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1)])
def test_who_is_at_a_terminal_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    """And nothing is written against their will."""
    folder = old_hotline.write(tmp_path / "old")
    monkeypatch.setattr("ivr.cli.migrate.somebody_types", lambda: True)
    result = ivr("migrate", folder, typed=f"{answer}\n")
    assert "Write 4 files? [y/N]" in result.stdout
    assert result.exit_code == status
    assert (folder / "actions.yaml").exists() == (answer == "y")


def test_what_is_left_is_named(tmp_path: Path) -> None:
    """Words of no option are for an editor to mend."""
    folder = old_hotline.write(tmp_path / "old")
    words = folder / "prompts.en-US.yaml"
    words.write_text(
        words.read_text(encoding="utf-8").replace('"5": freezing', '"6": freezing'), encoding="utf-8"
    )
    result = ivr("migrate", folder, "--write")
    assert result.exit_code == 1
    assert "`6` is no name of an option" in result.stdout
    assert result.stdout.endswith(": 1 error left to mend; see ivr check\n") or "errors left" in result.stdout


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    """As an editor on Windows writes it."""
    folder = old_hotline.write(tmp_path / "old")
    words = folder / "prompts.en-US.yaml"
    words.write_bytes(b"\xef\xbb\xbf" + words.read_bytes())
    assert ivr("migrate", folder, "--write").exit_code == 0
    assert words.read_bytes().startswith(b"\xef\xbb\xbflanguage: en-US")
