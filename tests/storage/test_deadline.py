"""One budget for all that a request waits for."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from ivr.storage.database import Database
from ivr.storage.deadline import deadline, ends_within, seconds_gone, seconds_left
from ivr.storage.faults import DatabaseBusy


def test_without_a_deadline_everything_has_its_own_patience() -> None:
    """A command waits as long as what it waits for allows."""
    assert seconds_left(7) == 7
    assert ends_within(7) == pytest.approx(monotonic() + 7, abs=1)
    assert seconds_gone() == 0


def test_a_deadline_is_what_all_waiting_draws_from() -> None:
    """What is left gets less; when it is used up, nothing waits."""
    with deadline(5):
        assert 4 < seconds_left(60) <= 5
        assert seconds_left(1) == 1
        assert ends_within(60) == pytest.approx(monotonic() + 5, abs=1)
        assert 0 <= seconds_gone() < 1
    with deadline(0):
        assert seconds_left(60) == 0
    assert seconds_left(60) == 60


def test_a_later_deadline_inside_does_not_prolong_the_first() -> None:
    """A shorter one holds while it lasts."""
    with deadline(5):
        with deadline(60):
            assert seconds_left(60) <= 5
        with deadline(1):
            assert seconds_left(60) <= 1
        assert seconds_left(60) > 1


def test_a_deadline_belongs_to_its_thread() -> None:
    """A thread that sends messages has all the time that it needs, whichever request woke it."""
    with deadline(1), ThreadPoolExecutor(1) as pool:
        assert pool.submit(seconds_left, 60).result() == 60


def test_waiting_for_the_other_threads_ends_at_the_deadline(tmp_path: Path) -> None:
    """Twenty who wait for one another do not add up."""
    database = Database(str(tmp_path / "calls.sqlite3"))
    inside, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with database.transaction():
            inside.set()
            assert go_on.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(20)
    began = monotonic()
    with deadline(0.1), pytest.raises(DatabaseBusy):
        database.rows("SELECT 1")
    assert monotonic() - began < 2
    go_on.set()
    holder.join()
    assert database.rows("SELECT 1") == [(1,)]
    database.close()
