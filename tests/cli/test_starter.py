"""What `ivr new` writes: a hotline that is right at once, whatever its folder is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_hotline
from ivr.cli import starter
from ivr.cli.errors import CommandFailed
from ivr.harness import DirectHarnesses
from ivr.written.runner import play, read_calls


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("bakery", "bakery"),
        ("My Bakery", "my-bakery"),
        ("24h", "hotline-24h"),
        ("面包房", "hotline"),
        ("a_b", "a-b"),
    ],
)
def test_the_new_hotline_has_no_problems(tmp_path: Path, folder: str, name: str) -> None:
    """Not even a warning; and it is named after its folder."""
    written = starter.write(tmp_path / folder)
    assert [path.is_file() for path in written] == [True, True, True]
    loaded = load_hotline(tmp_path / folder)
    assert loaded.problems == ()
    assert loaded.tree is not None
    assert loaded.tree.name == name


def test_its_written_calls_pass(tmp_path: Path) -> None:
    """There is at least one, for an editor to learn from."""
    starter.write(tmp_path / "bakery")
    calls, problems = read_calls(tmp_path / "bakery")
    assert problems == []
    assert calls
    for file, call in calls:
        assert play(file, call, DirectHarnesses(tmp_path / "bakery")).failures == []


def test_every_file_names_its_schema(tmp_path: Path) -> None:
    """Relative to itself, so that an editor with the YAML language server explains its keys."""
    for path in starter.write(tmp_path / "bakery"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        schema = (path.parent / first.partition("=")[2]).resolve()
        assert schema.parent == (tmp_path / "bakery" / ".schema").resolve()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A folder with something in it, or a file, stays as it is; an empty folder may be used."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").touch()
    (tmp_path / "file").touch()
    for name in ("taken", "file"):
        with pytest.raises(CommandFailed, match="is not empty; name a new folder"):
            starter.write(tmp_path / name)
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert starter.write(tmp_path / "empty")
