"""`ivr test`, as it is typed."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

from tests.support.command import ROOT, ivr


def test_the_written_calls_are_played(bakery: Path) -> None:
    """With a line that counts them; -v shows each."""
    assert ivr("test", bakery).stdout == f"{bakery}: 1 call, 1 passed, 0 failed\n"
    assert "passed  calls/first.yaml: " in ivr("test", bakery, "-v").stdout


def test_a_call_that_goes_another_way_is_shown_beside_what_was_written(bakery: Path) -> None:
    """With status 1."""
    path = bakery / "calls" / "first.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("周一到周五", "周末"), encoding="utf-8")
    result = ivr("test", bakery)
    assert result.exit_code == 1
    assert "FAILED  calls/first.yaml: " in result.stdout
    assert "`周末` was not heard" in result.stdout
    assert result.stdout.endswith("1 call, 0 passed, 1 failed\n")


def test_what_a_failed_call_has_logged_is_shown(tmp_path: Path) -> None:
    """The kind of an action's error and its place; a call that passes shows nothing."""
    example = copytree(ROOT / "examples" / "python", tmp_path / "python")
    code = example / "actions.py"
    head, line, body = code.read_text(encoding="utf-8").partition("\ndef next_appointment(")
    signature, colon, rest = body.partition(":\n")
    raising = colon + "    raise RuntimeError('4711')\n"
    code.write_text(head + line + signature + raising + rest, encoding="utf-8")
    result = ivr("test", example)
    assert result.exit_code == 1
    assert "log: action failed action=next_appointment error=RuntimeError where=actions.py:" in result.stdout
    assert "4711" not in result.output


def test_written_calls_that_cannot_be_read_are_a_failure(bakery: Path) -> None:
    """Although those that can be read pass."""
    (bakery / "calls" / "more.yaml").write_text("calls: []\n", encoding="utf-8")
    result = ivr("test", bakery)
    assert result.exit_code == 1
    assert f"{bakery}/calls/more.yaml:1:1:" in result.stdout


def test_a_broken_file_of_calls_is_the_only_thing_that_is_reported(bakery: Path) -> None:
    """It is wrong, and not missing."""
    (bakery / "calls" / "first.yaml").write_text("calls: []\n", encoding="utf-8")
    result = ivr("test", bakery)
    assert result.exit_code == 1
    assert "calls/first.yaml:1:1:" in result.stdout
    assert "there is no written call" not in result.output
