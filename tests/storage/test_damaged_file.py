"""A database that is damaged in place under those who use it, and what SQLite keeps beside it: told at once, and nobody waits."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ivr.storage import faults
from ivr.storage.attempts import Attempts
from ivr.storage.deadline import deadline
from ivr.storage.faults import DatabaseBusy, DatabaseDamaged, DatabaseMoved
from ivr.storage.sqlite import SqliteStore
from tests.storage.test_replaced_file import copy, kept, play, said, worker

AT_ONCE = 4.0
"""Seconds, on a machine that is busy with other tests: less than the nine that a webhook may wait."""


pytestmark = pytest.mark.usefixtures("look_each_time")


@pytest.fixture
def store(store: SqliteStore) -> SqliteStore:
    """A store with a call."""
    play(store, "CA0")
    return store


def beside(file: Path, suffix: str) -> Path:
    """Return a file that SQLite keeps beside the database."""
    return Path(f"{file}{suffix}")


def refusals(*uses: Callable[[], object]) -> set[str]:
    """Use the database from as many threads at once; return what they are told, which must be soon."""

    def refusal(use: Callable[[], object]) -> str:
        with deadline(9.0), pytest.raises(sqlite3.Error) as refused:
            use()
        return str(refused.value)

    began = time.monotonic()
    with ThreadPoolExecutor(len(uses)) as pool:
        told = set(pool.map(refusal, uses))
    assert time.monotonic() - began < AT_ONCE
    return told


# --- the file is emptied


@pytest.mark.parametrize("back", ["moved into its place", "copied over it"])
def test_an_emptied_file_is_refused_at_once_until_a_good_one_is_there(file: Path, back: str) -> None:
    """Nobody waits for the others who still have it open, nor touches what lies beside it; then everybody goes on."""
    store, attempts = SqliteStore(file), Attempts(str(file))
    play(store, "CA0")
    copied = copy(file)
    with worker(file) as other:
        assert said(other, "CA1") == "kept"
        log = beside(file, "-wal").stat()
        os.truncate(file, 0)
        uses = [lambda: play(store, "CA2"), lambda: store.call("CA0"), store.ping, attempts.ping]
        assert refusals(*uses * 3) == {faults.DAMAGED}
        assert said(other, "CA3") == "DatabaseDamaged"
        assert file.stat().st_size == 0
        assert beside(file, "-wal").stat() == log
        if back == "copied over it":
            shutil.copyfile(copied, file)
        else:
            copied.rename(file)
        store.ping()
        attempts.ping()
        assert said(other, "CA4") == "kept"
        play(store, "CA5")
    store.close()
    attempts.close()
    assert {"CA0", "CA4", "CA5"} <= set(kept(file))


@pytest.mark.parametrize("log", ["with its log", "without its log"])
def test_a_process_that_starts_with_an_emptied_file_is_refused(
    file: Path, store: SqliteStore, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite would delete the log that the others use, and later that of the good file in its place."""
    monkeypatch.setattr("ivr.storage.sqlite_file._ALONE_WITHIN", 0.05)
    copied = copy(file)
    os.truncate(file, 0)
    if log == "without its log":
        beside(file, "-wal").unlink()
    left = sorted(path.name for path in file.parent.iterdir())
    assert refusals(lambda: SqliteStore(file)) == {faults.DAMAGED}
    assert sorted(path.name for path in file.parent.iterdir()) == left
    copied.rename(file)
    SqliteStore(file).close()
    play(store, "CA1")
    store.ping()


def test_a_new_file_is_opened_without_the_index_of_the_one_before(file: Path, store: SqliteStore) -> None:
    """SQLite may have deleted only the log: by the index of another log one would read what is not there."""
    copied = copy(file)
    index = beside(file, "-shm").stat()
    os.truncate(file, 0)
    beside(file, "-wal").unlink()
    copied.rename(file)
    play(store, "CA1")
    assert beside(file, "-shm").stat().st_ino != index.st_ino
    store.ping()


def test_a_process_that_starts_with_a_new_file_does_not_share_the_index_of_the_one_before(
    file: Path, store: SqliteStore
) -> None:
    """Those who still have the file before take that index for theirs, and clear it away when they follow."""
    copied = copy(file)
    os.truncate(file, 0)
    beside(file, "-wal").unlink()
    copied.rename(file)
    with worker(file) as new:
        assert said(new, "CA1") == "kept"
        play(store, "CA2")
        store.ping()
        assert said(new, "CA3") == "kept"
        assert [record for record in ("CA0", "CA1", "CA2", "CA3") if store.call(record)] == [
            "CA0",
            "CA1",
            "CA2",
            "CA3",
        ]


def test_what_was_said_of_a_damaged_file_does_not_hold_for_the_next_one(
    file: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large backup need not be looked through, which would take too long, before calls are taken again."""
    copied = copy(file)
    store._writer.damaged = True
    monkeypatch.setattr("ivr.storage.database._sound", lambda _db, _ends: False)
    copied.rename(file)
    store.ping()


def test_a_file_that_has_lost_its_tables_is_never_good(file: Path, store: SqliteStore) -> None:
    """Even if the connection that writes remembers them, and could go on."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("DELETE FROM sqlite_master")
        db.commit()
    with pytest.raises(DatabaseMoved, match="has not the tables of this version"):
        store.ping()


# --- what lies beside it


@pytest.mark.parametrize("gone", [["-wal"], ["-shm"], ["-wal", "-shm"]], ids=str)
def test_a_deleted_log_is_told_and_loses_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch, gone: list[str]
) -> None:
    """Those who have it open go on with it; a process that starts would not see their changes, and is refused."""
    monkeypatch.setattr("ivr.storage.sqlite_file._ALONE_WITHIN", 0.05)
    store = SqliteStore(file)
    play(store, "CA0")
    with worker(file) as other:
        assert said(other, "CA1") == "kept"
        for suffix in gone:
            beside(file, suffix).unlink()
        for _ in range(2):
            assert refusals(store.ping, lambda: SqliteStore(file)) == {faults.LOG_DELETED}
            play(store, "CA2") if not store.call("CA2") else None
        assert said(other, "CA3") == "kept"
    store.close()
    assert kept(file) == ["CA0", "CA1", "CA2", "CA3"]
    after = SqliteStore(file)
    after.ping()
    after.close()


def test_a_connection_that_failed_is_not_opened_beside_a_deleted_log(file: Path, store: SqliteStore) -> None:
    """It would miss what only the deleted one has."""
    store.ping()
    beside(file, "-wal").unlink()
    store._writer._suspect = True
    assert refusals(lambda: play(store, "CA1")) == {faults.LOG_DELETED}
    store._writer._suspect = False
    play(store, "CA1")


@pytest.mark.parametrize("what", ["emptied", "overwritten"])
def test_a_damaged_log_is_told(file: Path, store: SqliteStore, what: str) -> None:
    """SQLite reads on in it by its index, and would forget all of it after a crash."""
    log = beside(file, "-wal")
    size = log.stat().st_size
    with log.open("r+b") as opened:
        opened.truncate(0) if what == "emptied" else opened.write(b"\xa5" * size)
    with suppress(sqlite3.Error):  # the pages themselves may be what is missing
        play(store, "CA1")
    assert refusals(store.ping) <= {faults.LOG_DAMAGED, faults.DAMAGED, "database disk image is malformed"}
    assert store._writer.damaged


def test_a_log_that_was_copied_into_the_file_is_no_damage(file: Path, store: SqliteStore) -> None:
    """SQLite empties it itself when it is asked to."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not beside(file, "-wal").stat().st_size
    store.ping()


def test_a_log_that_a_crash_or_a_copy_has_left_is_taken_up(file: Path, tmp_path: Path) -> None:
    """Without an index nobody has it open, if nobody has the database open."""
    first = SqliteStore(file)
    play(first, "CA0")
    elsewhere = tmp_path / "elsewhere.sqlite3"
    for suffix in ("", "-wal"):
        shutil.copyfile(beside(file, suffix), beside(elsewhere, suffix))
    first.close()
    second = SqliteStore(elsewhere)
    assert second.call("CA0") is not None
    second.close()


# --- who waits for whom


def test_a_look_does_not_queue_behind_those_who_wait_for_another_program(
    file: Path, store: SqliteStore
) -> None:
    """A webhook may wait for nine seconds; the look has its own deadline, and says who is waited for."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        waiting = pool.submit(play, store, "CA1")
        began = time.monotonic()
        while not store._writer._blocked:
            assert time.monotonic() - began < 5
            time.sleep(0.005)
        with deadline(0.1), pytest.raises(DatabaseBusy) as refused:
            store.ping()
        assert faults.fault_of(refused.value) == faults.BUSY
        other.execute("ROLLBACK")
        waiting.result(5)
    store.ping()


def test_a_look_behind_a_slow_thread_of_ours_blames_no_other_program(store: SqliteStore) -> None:
    """Nobody else has the database, so there is no program to end."""
    inside, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with store._writer.transaction():
            inside.set()
            assert go_on.wait(20)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert inside.wait(20)
        with deadline(0.05), pytest.raises(DatabaseBusy) as refused:
            store.ping()
        go_on.set()
        holding.result(5)
    assert faults.fault_of(refused.value) == faults.SLOW


def test_nobody_waits_long_for_those_who_open_the_file(file: Path, store: SqliteStore) -> None:
    """Every webhook tries while a file cannot be opened: one that hangs there must not hold the others."""
    store._writer._suspect = store._reader._suspect = True
    folder = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        told = refusals(lambda: play(store, "CA1"), lambda: store.call("CA0"))
    finally:
        os.close(folder)
    assert told == {faults.OPENING_WAITS}
    play(store, "CA1")


def test_a_file_that_our_own_connections_hold_is_not_waited_for(file: Path, store: SqliteStore) -> None:
    """Write-ahead logging cannot be turned on while others read: the words blame no other program."""

    def refuse(_db: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    store._writer._suspect = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store._writer, "_refuse_others", refuse)
        assert refusals(lambda: play(store, "CA1")) == {faults.OPENING_WAITS}
    play(store, "CA1")


def test_a_refusal_is_an_error_of_the_database(file: Path) -> None:
    """So that each who starts with a damaged file tells it as any other fault of it."""
    assert faults.fault_of(DatabaseDamaged(faults.LOG_DELETED)) == faults.LOG_DELETED
