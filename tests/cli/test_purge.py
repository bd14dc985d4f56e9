"""`ivr purge`, as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.cli.purge import parse_age
from ivr.engine.session import Session
from ivr.storage import open_store
from ivr.storage.base import CallFilter, SavedTurn
from tests.support.command import ivr

NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90d", timedelta(days=90)),
        ("36h", timedelta(hours=36)),
        ("12w", timedelta(weeks=12)),
        ("0d", timedelta(0)),
    ],
)
def test_an_age(text: str, age: timedelta) -> None:
    """A number and the first letter of hours, days or weeks."""
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "90", "d", "3y", "-1d", "1.5d", "90 d", "１d", "999999d"])
def test_an_age_that_is_none(text: str) -> None:
    """How to write it is told."""
    with pytest.raises(ValueError, match="is no age; write it like 90d, 36h or 12w"):
        parse_age(text)


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Return the URL of a store with a call of a month ago, one that has just ended, and one that goes on."""
    url = f"sqlite:///{tmp_path}/calls.sqlite3"
    with closing(open_store(url)) as store:
        for call, started, ending in (
            ("old", NOW - timedelta(days=30), "completed"),
            ("over", NOW - timedelta(minutes=5), "hung_up"),
            ("goes-on", NOW - timedelta(minutes=2), ""),
        ):
            session = Session(call=call, version="v1", started=started, turn=1, ending=ending)
            store.save(0, SavedTurn(session, b"<a/>", started))
    return url


def kept(url: str) -> set[str]:
    """Return the calls of a store."""
    with closing(open_store(url)) as store:
        return {record.call for record in store.calls(CallFilter())}


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes the commands believe that a person is at the terminal."""
    return lambda: monkeypatch.setattr("ivr.cli.purge.somebody_types", lambda: True)


@pytest.mark.parametrize(("age", "left"), [("7d", {"over", "goes-on"}), ("0d", {"goes-on"})])
def test_a_call_that_goes_on_is_never_forgotten(database: str, age: str, left: set[str]) -> None:
    """Not even where everything is to go."""
    result = ivr("purge", "--older-than", age, "--yes", IVR_DATABASE_URL=database)
    assert (result.exit_code, kept(database)) == (0, left)
    assert result.stdout.startswith(f"forgot {counted(3 - len(left))}, 0 steps")


def counted(calls: int) -> str:
    """Return a number of calls in words."""
    return f"{calls} call" + "s" * (calls != 1)


def test_a_dry_run_counts_and_forgets_nothing(database: str) -> None:
    """Nobody need be there for it."""
    result = ivr("purge", "--older-than", "0d", "--dry-run", IVR_DATABASE_URL=database)
    assert (result.exit_code, len(kept(database))) == (0, 3)
    assert result.stdout.startswith("would forget 2 calls from before 20")


def test_in_a_pipe_nothing_is_forgotten_without_yes(database: str) -> None:
    """It is a mistake of the command line, and what to add is said; the answer is not taken from the pipe."""
    result = ivr("purge", "--older-than", "0d", typed="y\n", IVR_DATABASE_URL=database)
    assert (result.exit_code, len(kept(database))) == (2, 3)
    assert "add --yes to forget calls, or --dry-run to count them" in result.stderr


@pytest.mark.parametrize(
    ("typed", "status", "left"), [("y\n", 0, 1), ("n\n", 1, 3), ("\n", 1, 3), ("", 1, 3)]
)
def test_a_person_is_asked(
    database: str, typing: Callable[[], None], typed: str, status: int, left: int
) -> None:
    """With the number of the calls; only a yes forgets them."""
    typing()
    result = ivr("purge", "--older-than", "0d", typed=typed, IVR_DATABASE_URL=database)
    assert (result.exit_code, len(kept(database))) == (status, left)
    assert "Forget 2 calls from before 20" in result.stdout
