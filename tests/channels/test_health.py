"""What a load balancer is told: whether calls can be answered and kept, and what is wrong, in plain words."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from ivr.channels import health
from ivr.channels.health import Readiness, install_health
from ivr.storage import faults
from ivr.storage.faults import DatabaseMoved
from ivr.storage.sqlite import SqliteStore
from tests.support.phone import HUMAN, SETTINGS, Phone, program, small_hotline

AIM = 2.0
"""Seconds in which whoever asks must hear of a fault."""


# --- how often it is looked


@dataclass
class Check:
    """A check that counts, with a clock that a test sets."""

    now: float = 100.0
    looks: int = 0
    wrong: Exception | None = None
    menus: list[str] = field(default_factory=lambda: ["m1"])

    def __call__(self) -> str:
        """Check once."""
        self.looks += 1
        if self.wrong:
            raise self.wrong
        return self.menus[-1]

    def readiness(self) -> Readiness:
        """Return what is tried."""
        return Readiness(self, lambda: self.now)


def test_a_flood_costs_one_look_a_second() -> None:
    """Nobody signs these requests, so a thousand of them must not keep the store busy."""
    check = Check()
    readiness = check.readiness()
    for _ in range(1000):
        check.now += 0.0025
        assert readiness() == ("ready: menu m1", True)
    assert check.looks == 3


def test_what_is_wrong_is_told_a_second_later_and_its_end_too() -> None:
    """Both ways the answer changes at the next look, whichever answer was given before."""
    check = Check()
    readiness = check.readiness()
    assert readiness()[1]
    check.wrong = DatabaseMoved(faults.DELETED)
    assert readiness()[1]
    check.now += health.LOOKS_EVERY
    assert readiness() == (f"not ready: {faults.DELETED}", False)
    check.wrong = None
    assert not readiness()[1]
    check.now += health.LOOKS_EVERY
    assert readiness() == ("ready: menu m1", True)


def test_what_is_wrong_is_logged_once_and_its_end_too() -> None:
    """Whoever asks every second fills no log."""
    check = Check(wrong=DatabaseMoved(faults.DELETED))
    readiness = check.readiness()
    with capture_logs() as logged:
        for wrong in (check.wrong, check.wrong, RuntimeError("7391"), None, None):
            check.wrong = wrong
            readiness()
            check.now += health.LOOKS_EVERY
    assert [(line["event"], line.get("why")) for line in logged] == [
        ("not ready", faults.DELETED),
        ("not ready", "RuntimeError"),
        ("ready again", None),
    ]
    assert "7391" not in repr(logged)


def test_a_look_that_hangs_holds_one_thread() -> None:
    """The others give the last answer at once, so that calls still find a free thread."""
    inside, go_on = threading.Event(), threading.Event()
    check = Check()

    def hang() -> str:
        if check() and check.looks == 2:
            inside.set()
            assert go_on.wait(20)
        return "m1"

    readiness = Readiness(hang, lambda: check.now)
    readiness()
    check.now += health.LOOKS_EVERY
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(readiness)
        assert inside.wait(20)
        assert [readiness()[1] for _ in range(10)] == [True] * 10
        assert check.looks == 2
        go_on.set()
        assert looking.result() == ("ready: menu m1", True)


def test_the_text_has_neither_a_path_nor_the_text_of_an_exception() -> None:
    """Anybody may ask: what an exception says may be a secret."""
    app = Flask("health")
    check = Check(wrong=RuntimeError("/var/lib/ivr/7391"))
    install_health(app, check)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: RuntimeError\n")


# --- what is done to the file


@dataclass
class Server:
    """A program on a database in a file."""

    app: Flask
    file: Path

    def ready(self) -> tuple[int, str]:
        """Ask whether it is ready."""
        answer = self.app.test_client().get("/readyz")
        return answer.status_code, answer.text.strip()

    def becomes(self, status: int) -> str:
        """Wait until the answer has this status, which must be soon, and return what it says."""
        began = time.monotonic()
        while time.monotonic() - began < AIM:
            found, said = self.ready()
            if found == status:
                assert time.monotonic() - began < AIM
                assert str(self.file.parent) not in said
                return said
            time.sleep(0.02)
        raise AssertionError(f"still {found} {said}")

    def call(self, name: str = "CA1") -> list[str]:
        """Ring, and return the numbers that are rung for the caller at once: that of the human if nothing works."""
        return Phone(self.app, call=name).rings().dials

    @property
    def store(self) -> SqliteStore:
        """The store of the program."""
        store: SqliteStore = self.app.extensions["ivr"].store
        return store

    def into_the_file(self) -> None:
        """Copy what waits beside the file into it, as SQLite does by itself after a while."""
        with closing(sqlite3.connect(self.file)) as db:
            assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Give a program that is ready and has answered a call; it looks at its store as often as somebody asks."""
    monkeypatch.setattr(health, "LOOKS_EVERY", 0.1)
    monkeypatch.setattr("ivr.storage.database.LOOKS_EVERY", 0.0)
    yield from _server(tmp_path)


def _server(folder: Path) -> Iterator[Server]:
    file = folder / "data" / "calls.sqlite3"
    file.parent.mkdir()
    hotline = small_hotline(
        folder / "hotline", "  main: {say: Hello., menu: {'1': {for: the end, go: bye}}}\n"
    )
    app = program(replace(SETTINGS, database_url=f"sqlite:///{file}"), folder=hotline)
    server = Server(app, file)
    assert server.call("CA0") == []
    assert server.becomes(200).startswith("ready: menu ")
    yield server
    app.extensions["ivr"].close()


def test_a_fault_is_told_within_two_seconds_at_the_speed_of_the_server(tmp_path: Path) -> None:
    """Also with the pause between two looks that the server has, and while somebody asks all the time."""
    for server in _server(tmp_path):
        server.file.rename(server.file.with_name("away"))
        assert faults.DELETED in server.becomes(503)
        server.file.with_name("away").rename(server.file)
        server.becomes(200)


def test_full_disk(server: Server) -> None:
    """The words say so; callers reach a human; with room again everything goes on."""
    writer = server.store._writer._connection
    (most,) = writer.execute("PRAGMA max_page_count = 1").fetchone()  # which is as many as there are
    assert "no room for the database" in server.becomes(503)
    writer.execute(f"PRAGMA max_page_count = {most + 1000}")
    server.becomes(200)
    assert server.call() == []


@contextmanager
def immutable(file: Path) -> Iterator[None]:
    """Let nobody change a file: not even root, if that is who runs the tests."""
    if os.geteuid():
        mode = stat.S_IMODE(file.stat().st_mode)
        file.chmod(0o400)
        yield
        file.chmod(mode)
        return
    if subprocess.run(["chattr", "+i", file], capture_output=True, check=False).returncode:
        pytest.skip("this file system knows no chattr +i")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", file], check=True)


def test_immutable_database(server: Server) -> None:
    """Turns still go into the log beside the file, but that cannot be copied into it: it would grow and grow."""
    with immutable(server.file):
        assert server.becomes(503) == f"not ready: {faults.NOT_WRITABLE}"
    server.becomes(200)
    assert server.call() == []


@pytest.mark.parametrize("first", [0, 1], ids=["the first page too", "all but the first page"])
def test_corrupt_database(server: Server, first: int) -> None:
    """Overwritten pages are noticed although the server remembers them; what is put back is used at once."""
    server.into_the_file()
    good = server.file.read_bytes()
    with server.file.open("r+b") as file:
        file.seek(first * 4096)
        file.write(b"\xa5" * (len(good) - first * 4096))
    assert server.becomes(503) == f"not ready: {faults.DAMAGED}"
    with server.file.open("r+b") as file:
        file.write(good)
    server.becomes(200)
    assert server.call() == []


@pytest.mark.parametrize("left", [0, 1, 2], ids=["nothing", "the first page", "half of it"])
def test_truncated_database(server: Server, left: int) -> None:
    """It is told, never called good meanwhile, and nobody waits; a backup that is moved into its place is taken up."""
    server.into_the_file()
    copied = server.file.with_name("copy")
    with closing(sqlite3.connect(server.file)) as db, closing(sqlite3.connect(copied)) as target:
        db.backup(target)
    size = server.file.stat().st_size
    os.truncate(server.file, {0: 0, 1: 4096, 2: size // 8192 * 4096}[left])
    assert server.becomes(503) == f"not ready: {faults.DAMAGED}"
    began = time.monotonic()
    if not left:
        assert [server.call(f"CA-empty-{number}") for number in range(5)] == [[HUMAN]] * 5
    assert server.ready() == (503, f"not ready: {faults.DAMAGED}")
    assert time.monotonic() - began < AIM
    copied.rename(server.file)
    server.becomes(200)
    assert server.call() == []


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_deleted_file_beside_the_database(server: Server, suffix: str) -> None:
    """Calls go on over what is still open, and are not lost; that no process may start now is told."""
    Path(f"{server.file}{suffix}").unlink()
    assert server.becomes(503) == f"not ready: {faults.LOG_DELETED}"
    assert server.call() == []


def test_damage_that_only_a_call_has_met_is_told(server: Server) -> None:
    """A look reads little: once a call has met damage elsewhere, it lasts until the whole file is found sound."""
    server.store._writer.damaged = True
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ivr.storage.database._sound", lambda _db, _ends: False)
        assert server.becomes(503) == f"not ready: {faults.DAMAGED}"
    server.becomes(200)
    assert not server.store._writer.damaged


def test_deleted_database(server: Server) -> None:
    """It is told, nothing is written into the file that has no name any more, and nobody makes a new one silently."""
    before = server.file.stat()
    kept = server.file.with_name("kept")
    kept.hardlink_to(server.file)
    server.file.unlink()
    assert server.becomes(503) == f"not ready: {faults.DELETED}"
    assert server.call() == [HUMAN]
    assert not server.file.exists()
    kept.rename(server.file)
    server.becomes(200)
    assert server.call() == []
    assert server.file.stat().st_ino == before.st_ino


def test_a_copy_takes_the_place_of_a_deleted_database(server: Server) -> None:
    """It is opened without a restart, with what lay beside the file before cleared away; calls are kept in it."""
    copied = server.file.with_name("copy")
    with closing(sqlite3.connect(server.file)) as db, closing(sqlite3.connect(copied)) as target:
        db.backup(target)
    assert server.call("CA1") == []  # is in the log beside the file, and not in the copy
    server.file.unlink()
    server.becomes(503)
    copied.rename(server.file)
    server.becomes(200)
    assert server.store.call("CA0") is not None
    assert server.store.call("CA1") is None
    assert server.call("CA2") == []
    server.into_the_file()
    with closing(sqlite3.connect(server.file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT call FROM calls ORDER BY id").fetchall() == [("CA0",), ("CA2",)]


def test_another_database_over_it(server: Server) -> None:
    """A database of another program is left alone; the right one is taken up again, with all that it had."""
    away, other = server.file.with_name("away"), server.file.with_name("other")
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE theirs (what)")
        db.commit()
    bytes_of_other = other.read_bytes()
    server.file.rename(away)
    other.rename(server.file)
    assert server.becomes(503) == f"not ready: {faults.REPLACED}"
    assert server.call("CA1") == [HUMAN]
    assert server.file.read_bytes() == bytes_of_other
    away.rename(server.file)
    server.becomes(200)
    assert server.call("CA2") == []
    assert [record for record in ("CA0", "CA1", "CA2") if server.store.call(record)] == ["CA0", "CA2"]


def test_the_file_s_fate_is_logged(server: Server) -> None:
    """Whoever reads the log learns what is the matter, and when a file was opened anew."""
    copied = server.file.with_name("copy")
    with closing(sqlite3.connect(server.file)) as db, closing(sqlite3.connect(copied)) as target:
        db.backup(target)
    with capture_logs() as logged:
        server.file.unlink()
        server.becomes(503)
        copied.rename(server.file)
        server.becomes(200)
    events = [line["event"] for line in logged]
    assert ("not ready", faults.DELETED) in [(line["event"], line.get("why")) for line in logged]
    assert "database opened anew" in events
    assert events[-1] == "ready again"


LITTLE_ROOM = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from tests.support.phone import SETTINGS, Phone, program

folder, file = Path(sys.argv[1]), Path(sys.argv[2])
app = program(replace(SETTINGS, database_url=f"sqlite:///{file}"), folder=folder)
Phone(app, call="CA0").rings()
print("ready", app.test_client().get("/readyz").status_code)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (Path(f"{file}-wal").stat().st_size, hard))
import time; time.sleep(1.05)
answer = app.test_client().get("/readyz")
print("full", answer.status_code, answer.text.strip())
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
time.sleep(1.05)
answer = app.test_client().get("/readyz")
print("room", answer.status_code, answer.text.strip())
"""
"""A program whose files may not grow for a while: every write beyond their end fails, as on a disk that is full."""


def test_files_that_cannot_grow(tmp_path: Path, server: Server) -> None:
    """The write itself fails here, as on a full disk, and not only SQLite's count of pages."""
    folder = server.app.extensions["ivr"].hotline.folder
    command = [sys.executable, "-c", LITTLE_ROOM, str(folder), str(tmp_path / "other.sqlite3")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ready ", "full ", "room "))]
    assert lines[0] == "ready 200", done.stderr
    assert lines[1].startswith("full 503 not ready: the")
    assert lines[2].startswith("room 200"), lines


def test_a_look_leaves_nothing_behind(server: Server) -> None:
    """It writes for real, and the database is as large after a hundred looks as after one."""

    def pages() -> int:
        return int(server.store._writer.rows("PRAGMA page_count")[0][0])

    server.store.ping()
    before = pages()
    changes = server.store._writer._connection.total_changes
    for _ in range(100):
        server.store.ping()
    assert server.store._writer._connection.total_changes == changes + 300
    assert pages() == before
    assert server.store.run("trial") is None


def test_a_locked_database_is_told_in_time(server: Server) -> None:
    """Whoever locks it is named as another program; it is no reason to wait."""
    with closing(sqlite3.connect(server.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert server.becomes(503) == f"not ready: {faults.BUSY}"
        assert time.monotonic() - began < AIM
        other.execute("ROLLBACK")
    server.becomes(200)
