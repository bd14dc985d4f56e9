"""The limit on new calls: what it lets through, what it costs, and what happens when the store is stuck."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ivr.calls.new_calls import BATCHES, PAUSE, NewCallLimit, start_thread
from ivr.logs import Alarms
from ivr.storage.attempts import Attempts, RateLimit

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class CountingAttempts(Attempts):
    """Counts how often it is asked, and breaks if told to."""

    asked = 0
    broken = False

    def consume(self, rate_limits: list[RateLimit], *, key: str, at: datetime) -> bool:  # type: ignore[override]
        """Count, then do it."""
        self.asked += 1
        if self.broken:
            raise OSError("no store")
        return super().consume(rate_limits, key=key, at=at)


@pytest.fixture
def attempts() -> Iterator[CountingAttempts]:
    """Open empty tables, in memory."""
    opened = CountingAttempts(":memory:")
    yield opened
    opened.close()


def limit(
    attempts: Attempts, per_minute: int, start: Callable[[Callable[[], None]], None] = lambda job: job()
) -> NewCallLimit:
    """Return the limit of one worker, which fetches its batches at once."""
    return NewCallLimit(attempts, Alarms(), per_minute, start)


def admitted(*limits: NewCallLimit, calls: int, at: datetime = NOW) -> int:
    """Ring so often, at each worker in turn, and return how many calls began."""
    return sum(limits[n % len(limits)].admits(at) for n in range(calls))


def test_a_quiet_hotline_never_asks_the_store(attempts: CountingAttempts) -> None:
    """Up to half a batch in a minute a new call costs a subtraction."""
    quiet = limit(attempts, 6000)
    for minute in range(10):
        assert admitted(quiet, calls=6000 // BATCHES // 2 - 1, at=NOW + minute * MINUTE) == 149
    assert attempts.asked == 0


def test_a_busy_hotline_asks_twenty_times_a_minute(attempts: CountingAttempts) -> None:
    """Not once for each of its six thousand calls."""
    assert admitted(limit(attempts, 6000), calls=6000) == 6000
    assert attempts.asked <= BATCHES


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_limit_holds_over_all_workers(attempts: CountingAttempts, workers: int) -> None:
    """Each of them exceeds it by its free batch at most."""
    limits = [limit(attempts, 200) for _ in range(workers)]
    assert admitted(*limits, calls=2000) == 200 + workers * 200 // BATCHES


@pytest.mark.parametrize("per_minute", [1, 7, 19, 33])
def test_a_small_limit_is_met_too(attempts: CountingAttempts, per_minute: int) -> None:
    """It is exceeded by one call."""
    assert admitted(limit(attempts, per_minute), calls=200) == per_minute + 1


def test_after_a_minute_calls_are_let_through_again(attempts: CountingAttempts) -> None:
    """Nobody is kept out for longer than the flood lasts."""
    flooded = limit(attempts, 100)
    assert admitted(flooded, calls=1000) == 105
    assert admitted(flooded, calls=1000, at=NOW + MINUTE) == 105


def test_a_flood_does_not_reach_the_store(attempts: CountingAttempts) -> None:
    """What is refused is not asked about again for a second."""
    flooded = limit(attempts, 100)
    admitted(flooded, calls=10_000)
    before = attempts.asked
    assert before <= BATCHES + 1
    admitted(flooded, calls=10_000, at=NOW + PAUSE)
    assert attempts.asked <= before + 1


def test_no_call_waits_for_a_store_that_is_stuck(attempts: CountingAttempts) -> None:
    """Who rings meanwhile is let through while the batch lasts, and then goes to a human at once."""
    jobs: list[Callable[[], None]] = []
    stuck = limit(attempts, 200, jobs.append)
    assert admitted(stuck, calls=50) == 10
    assert len(jobs) == 1
    jobs.pop()()
    assert admitted(stuck, calls=50) == 10


def test_a_broken_store_does_not_break_a_call(attempts: CountingAttempts) -> None:
    """Its worker lets a batch through in each minute; it works again as soon as the store does."""
    attempts.broken = True
    worker = limit(attempts, 200)
    assert admitted(worker, calls=50) == 10
    attempts.broken = False
    assert admitted(worker, calls=50, at=NOW + 2 * PAUSE) > 10


def test_a_clock_that_is_set_back_stops_nobody(attempts: CountingAttempts) -> None:
    """Calls go on at the earlier time."""
    worker = limit(attempts, 200)
    admitted(worker, calls=1000)
    assert admitted(worker, calls=10, at=NOW - timedelta(hours=1)) == 10


def test_who_asks_the_store_holds_up_no_worker_that_ends() -> None:
    """A store may be stuck for ever."""
    daemon = queue.SimpleQueue[bool]()
    start_thread(lambda: daemon.put(threading.current_thread().daemon))
    assert daemon.get(timeout=10)
