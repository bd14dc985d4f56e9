"""A database file that is deleted or replaced under several processes: nobody writes into a file without a name."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.config import BadSetting
from ivr.engine.session import Session
from ivr.storage import faults, sql
from ivr.storage import sqlite as sqlite_store
from ivr.storage.attempts import Attempts, RateLimit
from ivr.storage.base import Claimed, SavedTurn
from ivr.storage.database import Database, _sound
from ivr.storage.faults import DatabaseMoved, fault_of
from ivr.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


pytestmark = pytest.mark.usefixtures("look_each_time")


def play(store: SqliteStore, call: str) -> None:
    """Keep the first turn of a call."""
    claim = store.claim(call, 0, NOON)
    assert isinstance(claim, Claimed)
    store.save(claim.token, SavedTurn(Session(call=call, version="v1", started=NOON, turn=1), b"<a/>", NOON))


def copy(file: Path) -> Path:
    """Return a backup beside a database."""
    copied = file.with_name("copy")
    with closing(sqlite3.connect(file)) as db, closing(sqlite3.connect(copied)) as target:
        db.backup(target)
    return copied


def kept(file: Path) -> list[str]:
    """Return the calls in a database, whose form must be sound."""
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [call for (call,) in db.execute("SELECT call FROM calls ORDER BY id")]


WORKER = """
import sys
from pathlib import Path
import ivr.storage.database as database
from ivr.logs import configure
from tests.storage.test_replaced_file import play
from ivr.storage.sqlite import SqliteStore

configure(stream=sys.stderr)
database.LOOKS_EVERY = 0.0
store = SqliteStore(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    try:
        play(store, line.strip())
        print("kept", flush=True)
    except Exception as error:
        print(type(error).__name__, flush=True)
"""
"""Another process: it keeps each call that it is told of."""


@contextmanager
def worker(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Run another process on a database."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert said(process) == "ready"
        yield process
    finally:
        assert process.stdin is not None
        process.communicate(timeout=20)


def said(process: subprocess.Popen[str], call: str = "") -> str:
    """Tell a process of a call, if there is one, and return its next line."""
    assert process.stdin is not None
    assert process.stdout is not None
    if call:
        process.stdin.write(call + "\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def test_every_process_takes_up_the_file_that_replaces_another(file: Path) -> None:
    """The first one clears away the log of the old file; nobody after it touches the log of the new one."""
    store = SqliteStore(file)
    play(store, "CA0")
    copied = copy(file)
    with worker(file) as one, worker(file) as two:
        assert [said(one, "CA1"), said(two, "CA2")] == ["kept", "kept"]
        copied.rename(file)
        assert [said(one, "CA3"), said(two, "CA4")] == ["kept", "kept"]
        play(store, "CA5")
        assert said(one, "CA6") == "kept"
        assert kept(file) == ["CA0", "CA3", "CA4", "CA5", "CA6"]
    store.close()
    assert kept(file) == ["CA0", "CA3", "CA4", "CA5", "CA6"]
    assert sorted(path.name for path in file.parent.iterdir()) == ["calls.sqlite3"]


def test_no_process_writes_into_a_deleted_file(file: Path) -> None:
    """Each says so, and none makes a new file: an operator may put the old one back, and nothing is missing."""
    store, attempts = SqliteStore(file), Attempts(str(file))
    away = file.with_name("away")
    with worker(file) as other:
        file.rename(away)
        for use in (
            lambda: play(store, "CA1"),
            lambda: store.call("CA1"),
            lambda: attempts.consume([RateLimit("a", 1, NOON - NOON)], key="k", at=NOON),
            lambda: attempts.proved("tail", "a", "CA1"),
        ):
            with pytest.raises(DatabaseMoved, match="deleted or moved away; put it back"):
                use()
        assert said(other, "CA2") == "DatabaseMoved"
        assert not file.exists()
        away.rename(file)
        assert said(other, "CA3") == "kept"
    play(store, "CA4")
    attempts.ping()
    store.close()
    attempts.close()
    assert kept(file) == ["CA3", "CA4"]


def test_a_new_worker_begins_with_an_empty_file_and_the_others_follow(file: Path) -> None:
    """Where the database is lost for good, a restart of one worker is enough."""
    store = SqliteStore(file)
    play(store, "CA0")
    file.unlink()
    with worker(file) as new:
        assert said(new, "CA1") == "kept"
        play(store, "CA2")
        assert said(new, "CA3") == "kept"
        store.close()
        assert kept(file) == ["CA1", "CA2", "CA3"]


@pytest.mark.parametrize("what", ["another program's", "an older one", "a text", "an empty file"])
def test_a_file_that_is_not_ours_is_left_alone(file: Path, what: str) -> None:
    """It is neither changed nor given our tables, however often somebody calls."""
    store = SqliteStore(file)
    other = file.with_name("other")
    with closing(sqlite3.connect(other)) as db:
        if what == "another program's":
            db.execute("CREATE TABLE calls (theirs)")
        elif what == "an older one":
            for statement in sql.MIGRATIONS[0]:
                db.execute(statement)
            db.execute("PRAGMA user_version = 1")
        db.commit()
    if what == "a text":
        other.write_text("these are notes, and no database\n" * 100)
    before = other.read_bytes()
    file.unlink()
    other.rename(file)
    for _ in range(3):
        with pytest.raises(DatabaseMoved, match="another file is in the place of the database"):
            play(store, "CA1")
    assert file.read_bytes() == before
    store.close()


def test_a_database_of_another_program_is_refused_at_the_start(file: Path) -> None:
    """A path that is written wrongly must not put our tables into somebody's data."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE invoices (number)")
        db.commit()
    before = file.read_bytes()
    with pytest.raises(BadSetting, match=r"another program .*`invoices`.*; name another file"):
        SqliteStore(file)
    assert file.read_bytes() == before


def test_a_connection_that_failed_at_the_file_is_opened_anew(file: Path) -> None:
    """What a failed disk or a read-only one has left in it does not outlast that."""
    store = SqliteStore(file)
    play(store, "CA0")
    former = store._writer._connection
    store._writer._connection = sqlite3.connect(
        f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        play(store, "CA1")
    play(store, "CA2")
    former.close()
    store.close()
    assert kept(file) == ["CA0", "CA2"]


# --- who may read it


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_a_file_that_everybody_could_read_is_closed_to_them(file: Path, suffix: str) -> None:
    """Calls and numbers are nobody else's business. The group keeps its rights: whoever gave them meant it."""
    first = SqliteStore(file)
    path = Path(f"{file}{suffix}")
    path.chmod(0o664)
    with capture_logs() as logged:
        SqliteStore(file).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert [(line["event"], line["file"], line["mode"]) for line in logged] == [
        ("database was open to everybody", str(path), "664")
    ]
    first.close()


def test_a_file_of_somebody_else_that_everybody_can_read_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only its owner can mend it: the log names the command."""
    SqliteStore(file).close()
    file.chmod(0o644)

    def refuse(_path: Path, _mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with capture_logs() as logged:
        SqliteStore(file).close()
    assert ["chmod o-rwx" in line["remedy"] for line in logged] == [True] * len(logged)
    assert logged


@pytest.mark.parametrize("open_it", [SqliteStore, lambda path: Attempts(str(path))])
def test_whatever_the_umask_a_new_file_is_its_owner_s_alone(
    file: Path, open_it: type[SqliteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the files that SQLite puts beside it."""
    script = """
import os, stat, sys
from pathlib import Path
os.umask(0)
from ivr.storage import open_store, open_attempts
store, attempts = open_store(sys.argv[1]), open_attempts(sys.argv[1])
print({oct(stat.S_IMODE(path.stat().st_mode)) for path in Path(sys.argv[2]).iterdir()})
"""
    command = [sys.executable, "-c", script, f"sqlite:///{file}", str(file.parent)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "{'0o600'}\n"


# --- in words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (faults.DatabaseBusy(faults.BUSY), "another program has locked the database"),
        (DatabaseMoved(faults.DELETED), "deleted or moved away"),
        (OSError("/var/lib/ivr"), ""),
        (sqlite3.ProgrammingError("closed"), ""),
    ],
)
def test_what_is_wrong_is_told_in_words(error: Exception, words: str) -> None:
    """What is not the database's fault is left to others."""
    assert words in fault_of(error)
    assert bool(words) == bool(fault_of(error))


@pytest.mark.parametrize(
    "code", ["BUSY", "CORRUPT", "NOTADB", "FULL", "READONLY", "PERM", "CANTOPEN", "IOERR", "IOERR_WRITE"]
)
def test_each_fault_of_a_file_has_words_that_say_what_to_do(code: str) -> None:
    """SQLite's own words tell an operator little."""
    error = sqlite3.OperationalError("text with /a/path")
    error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{code}")
    assert ";" in fault_of(error)
    assert "/a/path" not in fault_of(error)


def test_a_database_in_memory_has_no_file() -> None:
    """Nothing is looked at, and nothing is made."""
    database = Database(":memory:")
    database.look_over()
    assert database.rows("SELECT 1") == [(1,)]
    database.close()


def test_a_file_that_cannot_be_looked_through_in_time_counts_as_damaged() -> None:
    """A webhook waits for the look; a file that is sound is found so where there is time."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY, call TEXT UNIQUE)")
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
            " INSERT INTO calls SELECT i, 'CA' || i FROM n"
        )
        assert _sound(db, ends=float("inf"))
        assert not _sound(db, ends=0.0)


def test_a_file_that_is_moved_away_while_a_store_opens_is_not_made_anew(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The half that reads would look at an empty file, while the other half writes into the one that was moved."""
    opened: list[str] = []

    class Late(sqlite_store._CallsConnection):
        def __init__(self, path: str, *, make: bool = True) -> None:
            if opened:
                file.rename(file.with_name("moved"))
            super().__init__(path, make=make)
            opened.append(path)

    monkeypatch.setattr(sqlite_store, "_CallsConnection", Late)
    with pytest.raises((OSError, sqlite3.Error)):
        SqliteStore(file)
    assert not file.exists()
