"""What is special about the store in a file: it is shared, it lasts, and every turn of every call waits for it."""

from __future__ import annotations

import re
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from ivr.config import BadSetting
from ivr.engine.session import Session
from ivr.storage import sql, sqlite
from ivr.storage.base import IN_MEMORY, Answered, CallFilter, Claimed, Free, Message, PathEntry, SavedTurn
from ivr.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CALL = "CA0123"


def asked(file: Path, question: str) -> list[tuple[object, ...]]:
    """Ask the file directly, as a person with the sqlite3 shell would."""
    db = sqlite3.connect(file)
    try:
        return db.execute(question).fetchall()
    finally:
        db.close()


def play(store: SqliteStore, call: str, turns: int) -> None:
    """Claim and save turns of one call, each of which must be free."""
    for turn in range(turns):
        claim = store.claim(call, turn, NOON)
        assert isinstance(claim, Claimed)
        left = Session(call=call, version="v1", started=NOON, turn=turn + 1)
        path = [PathEntry(turn, NOON, "main", "NoInput")]
        store.save(claim.token, SavedTurn(left, f"<answer-{turn}/>".encode(), NOON, path=path))


# --- the file ---


def test_the_file_is_written_ahead(store: SqliteStore, file: Path) -> None:
    """Readers and the writer do not wait for each other, and a commit does not wait for the disk."""
    assert asked(file, "PRAGMA journal_mode") == [("wal",)]
    assert store._writer.rows("PRAGMA synchronous", ()) == [(1,)]


def test_only_its_owner_may_read_the_file(store: SqliteStore, file: Path) -> None:
    """Calls are nobody else's business: this holds for the file and for those that SQLite puts beside it."""
    play(store, CALL, 1)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert modes == {"calls.sqlite3": 0o600, "calls.sqlite3-wal": 0o600, "calls.sqlite3-shm": 0o600}


def test_the_rights_of_a_file_that_is_there_are_left_alone(file: Path) -> None:
    """Whoever let a group read the file meant it."""
    file.touch()
    file.chmod(0o640)
    SqliteStore(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_calls_outlive_the_process(file: Path) -> None:
    """A store that is opened again goes on where the last one stopped, with the turn that nobody finished."""
    first = SqliteStore(file)
    play(first, CALL, 2)
    left = first.claim(CALL, 2, NOON)
    first.close()
    second = SqliteStore(file)
    assert second.claim(CALL, 1, NOON + timedelta(minutes=1)) == Answered(b"<answer-1/>")
    taken = second.claim(CALL, 2, NOON + timedelta(minutes=1))
    assert isinstance(left, Claimed)
    assert isinstance(taken, Claimed)
    assert (taken.token, taken.session) == (left.token + 1, left.session)
    second.close()


def test_the_rest_of_a_turn_goes_with_it_when_a_part_cannot_be_written(store: SqliteStore) -> None:
    """A turn is one transaction: after an error in its path the session is as it was, and the claim still holds."""
    play(store, CALL, 1)
    claim = store.claim(CALL, 1, NOON)
    assert isinstance(claim, Claimed)
    broken = PathEntry(1, NOON, None, "NoInput")  # type: ignore[arg-type]
    left = Session(call=CALL, version="v2", started=NOON, turn=2)
    before = store.call(CALL)
    with pytest.raises(sqlite3.IntegrityError):
        store.save(claim.token, SavedTurn(left, b"<a/>", NOON, path=[broken]))
    assert store.call(CALL) == before
    store.save(claim.token, SavedTurn(left, b"<a/>", NOON))


def test_a_closed_store_says_so(file: Path) -> None:
    """A readiness check notices that the store cannot be used."""
    store = SqliteStore(file)
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.ping()


def test_a_store_that_cannot_be_written_says_so(store: SqliteStore, file: Path) -> None:
    """A readiness check notices a disk that can only be read."""
    store._writer.close()
    store._writer._connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.ping()


def test_a_store_without_its_tables_says_so(store: SqliteStore, file: Path) -> None:
    """A readiness check notices a file that somebody has emptied."""
    asked(file, "DROP TABLE calls")
    with pytest.raises(sqlite3.OperationalError, match="has not the tables of this version"):
        store.ping()


# --- opening ---


def test_a_database_of_a_newer_program_is_refused(file: Path) -> None:
    """An older program must not write into tables that it does not know; the words name the file and the remedy."""
    SqliteStore(file).close()
    asked(file, "PRAGMA user_version = 99")
    with pytest.raises(
        BadSetting, match=r"calls\.sqlite3 was written by a newer version .* update the program"
    ):
        SqliteStore(file)
    assert asked(file, "PRAGMA user_version") == [(99,)]


def test_an_sqlite_that_is_too_old_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems bring a new Python and an old SQLite: the words name the remedy, and no file is left."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(BadSetting, match=r"too old; it must be 3\.37"):
        SqliteStore(file)
    assert not file.exists()


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    """Another file that is named by mistake is left as it is."""
    file.write_text("hotline: yuebao\n" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        SqliteStore(file)
    assert file.read_text() == "hotline: yuebao\n" * 100


def test_many_threads_may_open_a_new_file_at_once(file: Path) -> None:
    """Nobody finds it locked or half made."""
    start = Barrier(8)

    def opened(number: int) -> SqliteStore:
        start.wait()
        store = SqliteStore(file)
        play(store, f"CA{number}", 1)
        return store

    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(opened, range(8)))
    assert len(stores[0].calls(CallFilter())) == 8
    for store in stores:
        store.close()


def test_opening_waits_for_another_process_that_is_just_making_the_file(file: Path) -> None:
    """SQLite refuses at once to turn on write-ahead logging while somebody writes: the store tries again."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(SqliteStore, file)
        wait([opening], timeout=0.05)
        other.execute("ROLLBACK")
        opening.result().close()
    other.close()


def test_a_database_of_the_first_version_is_brought_up_to_date(file: Path) -> None:
    """Its calls and messages stay as they were, with no nodes between those of the path; none of the old messages is sent; new ones are."""
    db = sqlite3.connect(file)
    for statement in sql.MIGRATIONS[0]:
        db.execute(statement)
    db.execute("PRAGMA user_version = 1")
    db.execute(
        "INSERT INTO calls (id, call, token, turn, started, session) VALUES (7, 'CA0123', 1, 1, 0, NULL)"
    )
    db.execute("INSERT INTO path VALUES (7, 1, 0, 0, 0, 'main', 'NoInput', '', '')")
    for body in ("一", "二"):
        row = (7, "+8613800138000", body, "zh-CN", 1795348800.0, "not sent")
        db.execute(
            "INSERT INTO messages (call_id, recipient, body, language, at, status) VALUES (?, ?, ?, ?, ?, ?)",
            row,
        )
    db.commit()
    db.close()
    store = SqliteStore(file)
    assert asked(file, "PRAGMA user_version") == [(len(sql.MIGRATIONS),)]
    history = store.call(CALL)
    assert history is not None
    assert [(entry.node, entry.passed) for entry in history.path] == [("main", ())]
    old = Message(CALL, "+8613800138000", "一", "zh-CN", NOON, "not sent")
    assert history.messages == (replace(old, number=1), replace(old, number=2, body="二"))
    store.keep_run("r", "{}", [replace(old, status="waiting", key="k")] * 2, NOON)
    assert [message.number for message in store.claim_messages(NOON, 10)] == [3]
    store.close()


# --- two at once ---

RACE = f"""
import sys
from datetime import datetime
from ivr.storage.base import SavedTurn
from ivr.storage.sqlite import SqliteStore
from ivr.config import BadSetting
from ivr.engine.session import Session

print("ready", flush=True)
sys.stdin.readline()
store = SqliteStore(sys.argv[1])
at = datetime.fromisoformat({NOON.isoformat()!r})
for number in range(int(sys.argv[2])):
    claim = store.claim(f"CA{{number}}", 0, at)
    print(number, type(claim).__name__)
    if token := getattr(claim, "token", None):
        left = Session(call=f"CA{{number}}", version="v1", started=at, turn=1)
        store.save(token, SavedTurn(left, b"<a/>", at))
store.close()
"""
"""A worker that opens the store when it is told to and wants the first turn of every call."""


def test_of_several_processes_exactly_one_gets_each_turn(file: Path) -> None:
    """Real processes make the file, open it and race for every call at the same time; none finds it locked."""
    calls = 200
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(file), str(calls)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=60) for worker in workers]
    assert [errors for _, errors in answers] == ["", "", ""]
    winners = Counter(line for lines, _ in answers for line in lines.splitlines() if line.endswith("Claimed"))
    assert winners == {f"{number} Claimed": 1 for number in range(calls)}


def test_tables_that_another_process_makes_meanwhile_are_ours(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers open a new file: one looks which tables there are in the moment in which the other has made them."""
    look = sqlite._other_tables

    def made_meanwhile(db: sqlite3.Connection) -> list[str]:
        monkeypatch.undo()
        SqliteStore(file).close()
        return look(db)

    monkeypatch.setattr(sqlite, "_other_tables", made_meanwhile)
    SqliteStore(file).close()


@pytest.mark.parametrize("turn", [0, 1])
def test_of_many_threads_exactly_one_gets_a_turn(store: SqliteStore, turn: int) -> None:
    """The workers' threads ask for the same turn at the same moment, again and again."""
    start = Barrier(6)

    def won(call: str) -> bool:
        start.wait()
        return isinstance(store.claim(call, turn, NOON), Claimed)

    with ThreadPoolExecutor(6) as pool:
        for number in range(30):
            play(store, f"CA{number}", turn)
            assert sum(pool.map(won, [f"CA{number}"] * 6)) == 1


def test_a_turn_that_becomes_free_between_two_looks_is_claimed(store: SqliteStore, file: Path) -> None:
    """The slower way looks a second time; what another process saved before that look is not answered wrongly."""
    play(store, CALL, 1)
    other = SqliteStore(file)
    done = other.claim(CALL, 1, NOON)
    assert isinstance(done, Claimed)
    left = Session(call=CALL, version="v1", started=NOON, turn=2)
    saving = iter([SavedTurn(left, b"<a/>", NOON)])

    def save_before_the_look(statement: str) -> None:
        for turn in saving if statement.startswith("SELECT") else ():
            other.save(done.token, turn)

    store._writer._connection.set_trace_callback(save_before_the_look)
    claim = store.claim(CALL, 2, NOON)
    assert isinstance(claim, Claimed)
    assert claim.session == left
    other.close()


def test_a_call_that_is_purged_between_two_looks_begins_anew(store: SqliteStore, file: Path) -> None:
    """Its first turn was somebody's when it was claimed, and the call is gone when one looks whose."""
    store.claim(CALL, 0, NOON)
    other = SqliteStore(file)
    tomorrow = NOON + timedelta(days=2)
    moments = iter([tomorrow])

    def purge_before_the_look(statement: str) -> None:
        for at in moments if statement.startswith("SELECT") else ():
            other.purge(at, at)

    store._writer._connection.set_trace_callback(purge_before_the_look)
    assert store.claim(CALL, 0, NOON) == Claimed(1, None)
    other.close()


def test_threads_share_a_store_in_memory() -> None:
    """There is one connection, and each call of every thread gets through over it while the others write and list."""
    store = SqliteStore(IN_MEMORY)

    def busy(number: int) -> None:
        for call in range(20):
            play(store, f"CA{number}-{call}", 3)
            store.calls(CallFilter(node="main"))
            assert store.call(f"CA{number}-{call}") is not None

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(busy, range(6)))
    assert len(store.calls(CallFilter(limit=1000))) == 120
    store.close()


def test_threads_of_two_stores_on_one_file_do_not_disturb_each_other(file: Path) -> None:
    """Every call of every thread gets through while the others write, list and purge."""
    stores = [SqliteStore(file), SqliteStore(file)]

    def busy(number: int) -> None:
        store = stores[number % 2]
        for call in range(20):
            play(store, f"CA{number}-{call}", 3)
            store.calls(CallFilter(node="main"))
            store.purge(NOON - timedelta(days=1), NOON)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(busy, range(6)))
    assert len(stores[0].calls(CallFilter(limit=1000))) == 120
    assert all(record.turns == 3 for record in stores[1].calls(CallFilter(limit=1000)))
    for store in stores:
        store.close()


def test_a_long_list_holds_up_no_turn(store: SqliteStore) -> None:
    """Whoever reads does so over another connection than the one that writes."""
    play(store, CALL, 1)
    with store._reader.transaction("BEGIN") as db:
        db.execute("SELECT * FROM calls").fetchone()
        assert isinstance(store.claim(CALL, 1, NOON), Claimed)


# --- speed ---


STATEMENTS = (
    *("LOOK", "CLAIM", "CLAIM_FIRST", "SAVE_FIRST", "END"),
    *("SAVE_FIRST_CLAIMED", "SAVE_LATER"),
    *("WANTED", "PATH", "MESSAGES", "VOICEMAILS", "OLDEST"),
    *("SAVE_MESSAGE", "CLAIM_MESSAGES", "MARK_SENDING", "MARK_MESSAGE", "REPORT_MESSAGE", "PURGE_RUNS"),
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_statement_reads_every_row(store: SqliteStore, statement: str) -> None:
    """With millions of calls each statement goes straight to its rows: SQLite's plan has no scan."""
    text: str = getattr(sql, statement)
    text = sql.RECORD + text if statement == "WANTED" else text
    named = dict.fromkeys(re.findall(r":(\w+)", text))
    plan = store._writer.rows(f"EXPLAIN QUERY PLAN {text}", named or [None] * text.count("?"))
    assert not [step for *_, step in plan if "SCAN" in step]


def test_a_list_is_not_sorted(store: SqliteStore) -> None:
    """The latest fifty of millions of calls are read in the order of their index."""
    named = dict.fromkeys(re.findall(r":(\w+)", sql.WANTED))
    plan = store._writer.rows(f"EXPLAIN QUERY PLAN {sql.RECORD} {sql.WANTED}", named)
    assert "SEARCH calls USING INDEX calls_by_start (started>? AND started<?)" in [step for *_, step in plan]
    assert not [step for *_, step in plan if "TEMP B-TREE" in step]


def test_messages_that_were_sent_cost_nothing(store: SqliteStore) -> None:
    """A claim reads from an index of its own, in which only open messages are, in the order in which they are due."""
    named = dict.fromkeys(re.findall(r":(\w+)", sql.CLAIM_MESSAGES))
    plan = [step for *_, step in store._writer.rows(f"EXPLAIN QUERY PLAN {sql.CLAIM_MESSAGES}", named)]
    assert "SEARCH messages USING INDEX messages_open (due<?)" in plan
    assert not [step for step in plan if "TEMP B-TREE" in step]


def test_that_a_request_leaves_is_on_the_disk_before_it_does(store: SqliteStore) -> None:
    """Not even a crash of the machine may make a message wait again that was sent; other writes do not wait so long."""
    said: list[str] = []
    store._writer._connection.set_trace_callback(said.append)
    store.mark_sending(1, NOON)
    assert [re.split(r"\s+", statement.strip())[0:3] for statement in said] == [
        ["PRAGMA", "synchronous", "="],
        ["UPDATE", "messages", "SET"],
        ["PRAGMA", "synchronous", "="],
    ]
    assert said[0].endswith("FULL")
    assert store._writer.rows("PRAGMA synchronous", ()) == [(1,)]


def test_a_turn_without_an_effect_is_written_once(store: SqliteStore) -> None:
    """Looking writes nothing; the save is the turn's only transaction."""
    play(store, CALL, 1)
    said: list[str] = []
    store._writer._connection.set_trace_callback(said.append)
    free = store.look(CALL, 1, NOON)
    assert isinstance(free, Free)
    left = Session(call=CALL, version="v1", started=NOON, turn=2)
    store.save(free.token, SavedTurn(left, b"<a/>", NOON))
    assert [statement.split()[0] for statement in said] == ["SELECT", "BEGIN", "UPDATE", "COMMIT"]


def test_an_awaited_turn_is_claimed_with_one_statement(store: SqliteStore) -> None:
    """The way of nearly every turn asks the file once, whether the call is new or goes on."""
    play(store, CALL, 1)
    said: list[str] = []
    store._writer._connection.set_trace_callback(said.append)
    store._reader._connection.set_trace_callback(said.append)
    assert isinstance(store.claim("CA9", 0, NOON), Claimed)
    assert isinstance(store.claim(CALL, 1, NOON), Claimed)
    assert [statement.split()[0] for statement in said] == ["INSERT", "UPDATE"]
