"""A store is opened by its URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.storage import open_store
from ivr.storage.memory import MemoryStore
from ivr.storage.sqlite import SqliteStore


def test_memory_is_opened_by_its_scheme_alone() -> None:
    """Each opening is a store of its own."""
    assert isinstance(open_store("memory://"), MemoryStore)


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
        ("sqllite:///calls.sqlite3", "known are memory://, sqlite://; did you mean sqlite://?"),
        ("SQLite:///calls.sqlite3", "did you mean sqlite://?"),
        ("memroy://", "did you mean memory://?"),
        (
            "oracle://scott:tiger@host/calls",
            "no kind of store is called 'oracle'; known are memory://, sqlite://",
        ),
        ("", "known are memory://, sqlite://"),
        ("sqlite://calls.sqlite3", "three slashes"),
        ("sqlite:///", "three slashes"),
        ("sqlite://", "three slashes"),
        ("sqlite:///:memory:", "write memory://"),
        ("memory://calls", "write memory://"),
    ],
)
def test_a_url_that_names_no_store_is_refused(url: str, words: str) -> None:
    """The words say what is known, and what may have been meant."""
    with pytest.raises(ValueError) as refused:
        open_store(url)
    assert words in str(refused.value)


def test_the_password_in_a_url_is_not_told() -> None:
    """An error lands in logs: it names the scheme and no more."""
    with pytest.raises(ValueError) as refused:
        open_store("postgers://ivr:s3cret@host/calls")
    assert "s3cret" not in str(refused.value)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A store does not make folders: a wrong path is noticed."""
    with pytest.raises(FileNotFoundError):
        open_store(f"sqlite:///{tmp_path}/nowhere/calls.sqlite3")
