"""The worked example of a hotline with actions of its own in Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ivr.app import create_app
from ivr.config import Settings
from tests.support.command import ivr

CLINIC = Path(__file__).parents[2] / "examples" / "python"


def test_nothing_is_wrong_with_it() -> None:
    """Neither for the check nor for the rules of the voice."""
    assert ivr("check", CLINIC).stdout.endswith("no problems\n")


def test_its_written_calls_pass() -> None:
    """They run the clinic's own code, with what they cover."""
    told = ivr("test", CLINIC, "--coverage").stdout
    assert "4 calls, 4 passed, 0 failed" in told
    assert "outcomes" in told


def test_every_path_is_proved() -> None:
    """The walk knows its actions from their contracts, as it knows ours."""
    told = ivr("explore", CLINIC).stdout
    assert "BROKEN" not in told
    assert told.count(" proved ") == 13


def test_the_reference_names_its_actions() -> None:
    """With what they promise, after ours; without the hotline they are not there."""
    assert "### `next_appointment`" in ivr("reference", CLINIC).stdout
    assert "### `next_appointment`" not in ivr("reference").stdout


def test_its_actions_run_in_the_simulator() -> None:
    """The first sample caller rings, and is known by the clinic's own service."""
    told = ivr("simulate", CLINIC, "--at", "2026-11-23T09:00", typed="1\n4821\n").stdout
    assert "+12025550101 rings clinic" in told
    assert "November 27, 2026 at 9:30" in told


def test_a_cancellation_that_is_repeated_is_one(tmp_path: Path) -> None:
    """The example keeps what it tells a reader to keep: the same key is the same run."""
    from ivr.actions.accounts import AccountContext
    from ivr.actions.registry import registry_of

    opener = registry_of(CLINIC, "actions.py").module.open_accounts
    assert opener is not None
    clinic = opener(AccountContext(CLINIC, "memory://", {}))
    cancelled = [clinic.cancel("+12025550101", key) for key in ("CA1/3/1", "CA1/3/1", "CA2/3/1")]  # type: ignore[attr-defined]
    assert cancelled == [True, True, False]


@pytest.mark.parametrize("path", ["/reset", "/reset/ticket", "/reset/page.css"])
def test_a_hotline_without_resets_serves_no_page(tmp_path: Path, path: str) -> None:
    """And its server makes no database of accounts."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/calls.sqlite3")
    folder = tmp_path / "fresh"
    assert ivr("new", folder).exit_code == 0
    for hotline in (CLINIC, folder):
        app = create_app(hotline, settings, insecure=True)
        assert app.test_client().get(path).status_code == 404
        app.extensions["ivr"].close()
    assert not list(tmp_path.glob("*accounts*"))


def test_an_account_service_that_does_not_open_is_told_without_a_traceback(tmp_path: Path) -> None:
    """With its place, and without its text, which may hold a password."""
    folder = tmp_path / "clinic"
    shutil.copytree(CLINIC, folder)
    code = (folder / "actions.py").read_text(encoding="utf-8")
    broken = code.replace(
        "    return Clinic(\n", "    raise RuntimeError('password 4711')\n    return Clinic(\n"
    )
    assert broken != code
    (folder / "actions.py").write_text(broken, encoding="utf-8")
    result = ivr("simulate", folder, typed="1\n")
    assert result.exit_code == 1
    assert (
        "actions.yaml:1:1: `actions.py`: `open_accounts` failed: RuntimeError (actions.py, line"
        in result.stderr
    )
    assert "4711" not in result.output
