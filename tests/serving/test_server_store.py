"""What is done to the store of a running `ivr serve`: what callers hear meanwhile, what `/readyz` says, and what follows."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ivr.storage import faults, open_store
from tests.support.phone import CUSTOMER, HOTLINE
from tests.support.served import Server, serving

CALLERS = 20
AIM = 2.0
"""Seconds in which `/readyz` must tell a fault."""
ANSWERED_WITHIN = 10.0
"""Seconds in which every webhook must be answered."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of two workers."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        began = time.monotonic()
        while len(users_of(file_of(running))) < 3:  # the publisher beside them begins when they are ready
            assert time.monotonic() - began < 60
            time.sleep(0.05)
        becomes(running, 200)
        yield running


def users_of(file: Path) -> set[str]:
    """Return the processes that have the log of a database open."""
    users = set()
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(entry.readlink()) == f"{file}-wal":
                users.add(entry.parts[2])
    return users


def file_of(server: Server) -> Path:
    """Return the database of a server."""
    return Path(server.database.removeprefix("sqlite:///"))


def ready(server: Server) -> tuple[int, str]:
    """Ask one of the workers whether it is ready."""
    status, _, body = server.send("/readyz", {}, method="GET")
    return status, body.decode().strip()


def becomes(server: Server, status: int, says: str = "ready: menu ") -> None:
    """Wait until every worker gives this answer, which must be soon."""
    began, alike = time.monotonic(), 0
    while alike < 12:  # with a connection for each, both workers are among them
        found, said = ready(server)
        alike = alike + 1 if found == status and said.startswith(says) else 0
        assert alike or time.monotonic() - began < AIM, said


def ring(server: Server, call: str) -> tuple[set[str], float]:
    """Begin a call; return its verbs, and how long the answer took."""
    began = time.monotonic()
    form = {"CallSid": call, "From": CUSTOMER, "To": HOTLINE, "CallStatus": "ringing"}
    document = server.call("/voice", form)
    return {verb.tag for verb in document}, time.monotonic() - began


def test_a_database_that_is_moved_away_is_told_and_taken_up_again(server: Server) -> None:
    """Nothing is written anywhere meanwhile; the caller hears an apology and reaches a human."""
    file = file_of(server)
    away = file.with_name("away")
    file.rename(away)
    becomes(server, 503, f"not ready: {faults.DELETED}")
    assert "Dial" in ring(server, "CA-deleted")[0]
    assert not file.exists()
    away.rename(file)
    becomes(server, 200)
    assert "Gather" in ring(server, "CA-put-back")[0]


def test_another_database_over_it_is_told_and_a_copy_is_taken_up(server: Server) -> None:
    """Neither worker writes into the other database; both go on with the copy, in which all is sound."""
    file = file_of(server)
    other, copied = file.with_name("other"), file.with_name("copied")
    with closing(sqlite3.connect(file)) as db, closing(sqlite3.connect(copied)) as target:
        db.backup(target)
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE theirs (what)")
        db.commit()
    before = other.read_bytes()
    other.rename(file)
    becomes(server, 503, f"not ready: {faults.REPLACED}")
    assert "Dial" in ring(server, "CA-replaced")[0]
    assert file.read_bytes() == before
    copied.rename(file)
    becomes(server, 200)
    for number in range(12):
        assert "Gather" in ring(server, f"CA-copy-{number}")[0]
    store = open_store(server.database)
    assert all(store.call(f"CA-copy-{number}") for number in range(12))
    assert store.call("CA-replaced") is None
    assert store._writer.rows("PRAGMA integrity_check") == [("ok",)]
    store.close()


def test_twenty_callers_are_answered_within_ten_seconds_while_the_store_is_locked(server: Server) -> None:
    """Each waits for as long as the carrier may be kept waiting, all at once; after the lock everything goes on."""
    held, answered = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(file_of(server), isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
            held.set()
            answered.wait(60)
            db.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(20)
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = [f"CA-locked-{number}" for number in range(CALLERS)]
        answers = list(pool.map(lambda call: ring(server, call), calls))
        becomes(server, 503, f"not ready: {faults.BUSY}")
        answered.set()
        holder.join()
        assert max(seconds for _, seconds in answers) < ANSWERED_WITHIN
        assert all("Dial" in verbs for verbs, _ in answers)
        becomes(server, 200)
        again = list(pool.map(lambda call: ring(server, call), calls))
    assert all("Gather" in verbs for verbs, _ in again)
    assert max(seconds for _, seconds in again) < 1
