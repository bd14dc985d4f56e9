"""Where what may take long is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Event, Timer, get_ident
from time import sleep

import pytest

from ivr.calls.worker_pool import WorkerPool, _InThread
from ivr.storage.deadline import deadline
from tests.support.at_once import AtOnce

LONG = 10.0
"""Seconds: longer than anything here takes, unless it hangs."""


class Trouble(Exception):
    """What a job raises."""


@pytest.fixture
def go() -> Iterator[Event]:
    """Give the sign at which waiting jobs end; at the end of a test they get it anyhow."""
    sign = Event()
    yield sign
    sign.set()


@pytest.fixture
def pool(go: Event) -> Iterator[WorkerPool]:
    """Give room for one job."""
    with closing(WorkerPool(1)) as pool:
        yield pool
        go.set()


def waiting_for(go: Event) -> Callable[[], str]:
    """Return a job that ends at the sign."""

    def job() -> str:
        assert go.wait(LONG)
        return "done"

    return job


def fails() -> str:
    """Break."""
    raise Trouble


def test_a_job_that_ends_in_time_gives_its_result(pool: WorkerPool) -> None:
    """Whoever waits has it as soon as it is there, as often as he asks."""
    run = pool.start(lambda: "done", "quick")
    assert run is not None
    assert [run.wait(LONG) for _ in range(2)] == ["done", "done"]


def test_a_job_that_takes_longer_gives_nothing_yet(pool: WorkerPool, go: Event) -> None:
    """The wait ends, the job goes on, and gives its result to whoever asks later."""
    run = pool.start(waiting_for(go), "slow")
    assert run is not None
    assert run.wait(0) is None
    go.set()
    assert run.wait(LONG) == "done"


def test_a_job_runs_beside_the_one_who_started_it(pool: WorkerPool) -> None:
    """In a thread of its own."""
    run = pool.start(get_ident, "who")
    assert run is not None
    assert run.wait(LONG) != get_ident()


def test_a_full_pool_refuses_at_once(pool: WorkerPool, go: Event) -> None:
    """What is refused was not started, and is not made up for when there is room again."""
    began = list[str]()

    def begins(name: str) -> Callable[[], str]:
        def job() -> str:
            began.append(name)
            return "done"

        return job

    first = pool.start(waiting_for(go), "first")
    assert first is not None
    assert pool.start(begins("second"), "second") is None
    go.set()
    assert first.wait(LONG) == "done"
    third = pool.start(begins("third"), "third")
    assert third is not None
    assert third.wait(LONG) == "done"
    assert began == ["third"]


def test_a_pool_runs_as_many_jobs_at_once_as_it_says(go: Event) -> None:
    """All of them, and not one more."""
    met = [Event() for _ in range(3)]

    def job(mine: Event) -> Callable[[], str]:
        def run() -> str:
            mine.set()
            assert go.wait(LONG)
            return "done"

        return run

    with closing(WorkerPool(3)) as pool:
        runs = [pool.start(job(mine), f"job {number}") for number, mine in enumerate(met)]
        assert all(mine.wait(LONG) for mine in met)
        assert pool.start(lambda: "done", "one more") is None
        go.set()
        assert [run and run.wait(LONG) for run in runs] == ["done"] * 3


def test_one_kind_of_job_leaves_room_for_the_others(go: Event) -> None:
    """A service that hangs takes half of the threads and no more, and gives them back."""

    def hangs() -> str:
        assert go.wait(LONG)
        return "done"

    with closing(WorkerPool(4, room_within=0)) as pool:
        runs = [pool.start(hangs, "hanging") for _ in range(4)]
        assert [run is not None for run in runs] == [True, True, False, False]
        other = pool.start(lambda: "other", "quick")
        assert other is not None
        assert other.wait(LONG) == "other"
        go.set()
        assert [run and run.wait(LONG) for run in runs[:2]] == ["done"] * 2
        again = pool.start(lambda: "again", "hanging")
        assert again is not None
        assert again.wait(LONG) == "again"


def test_a_burst_of_quick_jobs_waits_a_moment_for_room(go: Event) -> None:
    """One more waits until one has ended. While it waits, the next is refused: only so many may hold up a thread."""
    with closing(WorkerPool(4, room_within=LONG)) as pool, ThreadPoolExecutor(1) as caller:
        runs = [pool.start(waiting_for(go), "check") for _ in range(2)]
        waiting = caller.submit(pool.start, lambda: "checked", "check")
        while not pool._waiting["check"]:
            sleep(0.001)
        assert pool.start(lambda: "too many", "check") is None
        assert not waiting.done()
        go.set()
        assert [run and run.wait(LONG) for run in [*runs, waiting.result(LONG)]] == [
            "done",
            "done",
            "checked",
        ]


def test_nobody_waits_for_room_beyond_the_time_of_a_webhook(go: Event) -> None:
    """The deadline of the request counts, not the patience of the pool."""
    with closing(WorkerPool(4, room_within=LONG)) as pool:
        for _ in range(2):
            assert pool.start(waiting_for(go), "check")
        with deadline(0.0):
            assert pool.start(lambda: "too late", "check") is None
        go.set()


def test_a_job_that_raises_raises_in_the_wait(pool: WorkerPool) -> None:
    """Whoever waits is told what went wrong, and there is room for the next job."""
    for _ in range(2):
        run = pool.start(fails, "broken")
        assert run is not None
        with pytest.raises(Trouble):
            run.wait(LONG)
    assert pool.start(lambda: "done", "next") is not None


def test_a_job_that_times_out_by_itself_is_not_one_that_goes_on(pool: WorkerPool) -> None:
    """Its own TimeoutError is its end, and is raised; None would have the caller wait for nothing."""

    def times_out() -> str:
        raise TimeoutError

    run = pool.start(times_out, "impatient")
    assert run is not None
    with pytest.raises(TimeoutError):
        run.wait(LONG)


def test_a_late_result_is_told_once(pool: WorkerPool, go: Event) -> None:
    """When it is there and not before; also where somebody waits for it again meanwhile."""
    told = list[str]()
    run = pool.start(waiting_for(go), "slow")
    assert run is not None
    run.when_done(told.append)
    assert run.wait(0) is None
    assert told == []
    go.set()
    assert run.wait(LONG) == "done"
    pool.close()
    assert told == ["done"]


def test_a_result_that_is_there_already_is_told_at_once(pool: WorkerPool) -> None:
    """It may have come between the end of the wait and the question."""
    told = list[str]()
    run = pool.start(lambda: "done", "quick")
    assert run is not None
    run.wait(LONG)
    run.when_done(told.append)
    assert told == ["done"]


def test_nothing_is_told_of_a_job_that_raised(
    pool: WorkerPool, go: Event, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither late nor at once; nor is there a second error in the log, which would hold what the first one says."""

    def fails_late() -> str:
        assert go.wait(LONG)
        raise Trouble

    told = list[str]()
    run = pool.start(fails_late, "broken")
    assert run is not None
    run.when_done(told.append)
    go.set()
    with pytest.raises(Trouble):
        run.wait(LONG)
    run.when_done(told.append)
    pool.close()
    assert told == []
    assert caplog.records == []


def test_closing_waits_for_what_is_under_way(pool: WorkerPool, go: Event) -> None:
    """A reset that was begun is not cut off; what came of it is told before the pool is gone."""
    told = list[str]()
    run = pool.start(waiting_for(go), "slow")
    assert run is not None
    run.when_done(told.append)
    Timer(0.05, go.set).start()
    pool.close()
    assert told == ["done"]


def test_a_closed_pool_takes_no_more(pool: WorkerPool) -> None:
    """It says so, since that is a mistake of the program."""
    pool.close()
    with pytest.raises(RuntimeError):
        pool.start(lambda: "done", "too late")


def test_at_once_is_in_this_thread() -> None:
    """The result is there without waiting, and is told at once."""
    told = list[int]()
    run = AtOnce().start(get_ident, "who")
    assert run is not None
    assert run.wait(0) == get_ident()
    run.when_done(told.append)
    assert told == [get_ident()]


def test_a_job_that_ends_in_the_moment_of_giving_up_is_not_lost() -> None:
    """Its result counts: to say that it went wrong would leave an effect without its record."""

    class Late(Future[str]):
        def result(self, timeout: float | None = None) -> str:
            if timeout is None:
                return super().result()
            self.set_result("done")
            raise TimeoutError

    assert _InThread(Late()).wait(0.1) == "done"
