"""A store is opened by its URL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.config import BadSetting
from ivr.storage import file_beside, open_attempts, open_store
from ivr.storage.sqlite import SqliteStore


def test_memory_is_opened_by_its_scheme_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each opening is a store of its own, and leaves no file."""
    monkeypatch.chdir(tmp_path)
    one, other = open_store("memory://"), open_store("memory://")
    one.claim("CA1", 0, datetime(2026, 11, 22, tzinfo=UTC))
    assert one.call("CA1") is not None
    assert other.call("CA1") is None
    one.close()
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_three_slashes_name_a_file_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is relative to where the program was started."""
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///calls.sqlite3")
    store.close()
    assert isinstance(store, SqliteStore)
    assert (tmp_path / "calls.sqlite3").is_file()


def test_four_slashes_name_an_absolute_path(tmp_path: Path) -> None:
    """What follows the third slash is the path as it is."""
    open_store(f"sqlite:///{tmp_path}/calls.sqlite3").close()
    assert (tmp_path / "calls.sqlite3").is_file()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqllite:///calls.sqlite3", "called `sqllite`; write `sqlite:///ivr.sqlite3`"),
        ("SQLite:///calls.sqlite3", "called `SQLite`; write `sqlite:///ivr.sqlite3`"),
        ("memroy://", "called `memroy`; write `memory://`"),
        (
            "oracle://scott:tiger@host/calls",
            "no kind of store is called `oracle`; write `sqlite:///ivr.sqlite3` or `memory://`",
        ),
        ("postgresql://ivr:secret@host/calls", "only SQLite is built in; write `sqlite:///ivr.sqlite3`"),
        ("mysql+pymysql://ivr:secret@host/calls", "only SQLite is built in; write `sqlite:///ivr.sqlite3`"),
        ("", "write `sqlite:///` and the file"),
        ("calls.sqlite3", "write `sqlite:///` and the file"),
        ("sqlite://calls.sqlite3", "three slashes; write `sqlite:///calls.sqlite3`"),
        ("sqlite:calls.sqlite3", "three slashes; write `sqlite:///calls.sqlite3`"),
        ("sqlite:/var/lib/calls", "three slashes; write `sqlite:////var/lib/calls`"),
        ("sqlite:///", "three slashes; write `sqlite:///ivr.sqlite3`"),
        ("sqlite://", "three slashes; write `sqlite:///ivr.sqlite3`"),
        ("sqlite:///:memory:", "write `memory://`"),
        ("memory://calls", "write `memory://`"),
        ("memory:", "write `memory://`"),
    ],
)
def test_a_url_that_names_no_store_is_refused(url: str, words: str) -> None:
    """Nothing is kept in memory by mistake, whatever is opened: the words say what to write."""
    for refuses in (open_store, open_attempts, lambda url: file_beside(url, "accounts")):
        with pytest.raises(BadSetting) as refused:
            refuses(url)
        assert str(refused.value).startswith("IVR_DATABASE_URL: ")
        assert words in str(refused.value)


def test_what_is_kept_beside_the_calls_lies_beside_them() -> None:
    """In memory where they are in memory."""
    assert file_beside("sqlite:////var/lib/ivr.db", "accounts") == "/var/lib/ivr-accounts.db"
    assert file_beside("sqlite:///calls", "accounts") == "calls-accounts.sqlite3"
    assert file_beside("memory://", "accounts") == ":memory:"


def test_the_password_in_a_url_is_not_told() -> None:
    """An error lands in logs: it names the scheme and no more."""
    with pytest.raises(BadSetting) as refused:
        open_store("postgers://ivr:s3cret@host/calls")
    assert "s3cret" not in str(refused.value)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A store does not make folders: a wrong path is noticed."""
    with pytest.raises(FileNotFoundError):
        open_store(f"sqlite:///{tmp_path}/nowhere/calls.sqlite3")
