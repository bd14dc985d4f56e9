"""Runs what may take long in a bounded pool of threads, so that a slow service delays no webhook and no other caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import Generic, Protocol, TypeVar

from ivr.storage.deadline import seconds_left

JobResult = TypeVar("JobResult")
JobResult_co = TypeVar("JobResult_co", covariant=True)

MOST_AT_ONCE = 32
"""Jobs that one process runs at once. The server has more threads than that, so that some never wait."""
ROOM_WITHIN = 1.0
"""Seconds that a caller waits for a free thread. Quick jobs, such as a burst of identity checks, end long before."""


class ActionRun(Protocol[JobResult_co]):
    """A job that was started."""

    def wait(self, seconds: float) -> JobResult_co | None:
        """Return the result, or None if it takes longer than this. Raises what the job raised."""

    def when_done(self, tell: Callable[[JobResult_co], None]) -> None:
        """Call ``tell`` with the result once it is there. It is not called for a job that raised."""


class ActionRunner(Protocol):
    """Runs jobs."""

    def start(self, job: Callable[[], JobResult], name: str) -> ActionRun[JobResult] | None:
        """Start a job, or return None if there is no room. Then the job never starts."""

    def close(self) -> None:
        """Let running jobs end, and start no more."""


class WorkerPool:
    """Threads of this process. A job without a free thread waits a moment for one, and is refused then.

    Jobs of one name get at most half of the threads, so that one service that hangs leaves room for the others. For the
    same reason at most a quarter as many wait: each holds up a thread of the server.
    """

    def __init__(self, most: int = MOST_AT_ONCE, room_within: float = ROOM_WITHIN) -> None:
        self._most = most
        self._room_within = room_within
        self._running: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._ended = Condition()
        """Notified when a job has ended."""
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="run")

    def start(self, job: Callable[[], JobResult], name: str) -> ActionRun[JobResult] | None:
        with self._ended:
            if not self._has_room(name) and not self._awaits_room(name):
                return None
            self._running[name] += 1
        return _InThread(self._threads.submit(self._do, job, name))

    def _has_room(self, name: str) -> bool:
        return self._running.total() < self._most and self._running[name] < (self._most + 1) // 2

    def _awaits_room(self, name: str) -> bool:
        if self._waiting[name] >= self._most // 4:
            return False
        self._waiting[name] += 1
        try:
            return self._ended.wait_for(lambda: self._has_room(name), seconds_left(self._room_within))
        finally:
            self._waiting[name] -= 1

    def _do(self, job: Callable[[], JobResult], name: str) -> JobResult:
        try:
            return job()
        finally:
            with self._ended:
                self._running[name] -= 1
                self._ended.notify_all()

    def close(self) -> None:
        self._threads.shutdown(wait=True)


class _InThread(Generic[JobResult]):
    def __init__(self, future: Future[JobResult]) -> None:
        self._future = future

    def wait(self, seconds: float) -> JobResult | None:
        try:
            return self._future.result(seconds)
        except TimeoutError:  # ours, or the job's own; it may have ended between the two lines
            return self._future.result() if self._future.done() else None

    def when_done(self, tell: Callable[[JobResult], None]) -> None:
        def sentence(future: Future[JobResult]) -> None:
            if future.exception() is None:
                tell(future.result())

        self._future.add_done_callback(sentence)
