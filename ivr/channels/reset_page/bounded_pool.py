"""Threads for the work behind the page, apart from those that answer calls.

What the page asks may take long: a company's service, a look into a file, a judgement of a password. The threads of the
server answer the webhooks too, so only a few of them may wait for it, and none for long.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

Result = TypeVar("Result")

AT_ONCE = 2
"""Jobs that one process does at once. Each may take 64 MB for a hash, and as much for a judgement."""
MOST_WAITING = 4
"""Jobs that may wait for a thread. Each holds up a thread of the server."""
PATIENCE = 10.0
"""Seconds that a job may take, with its waiting."""


class NoRoom(Exception):
    """Too many jobs are waiting, or this one took too long. Then it may still be under way."""


class BoundedPool:
    """Does jobs in threads of its own."""

    def __init__(
        self, at_once: int = AT_ONCE, waiting: int = MOST_WAITING, patience: float = PATIENCE
    ) -> None:
        self._patience = patience
        self._room = BoundedSemaphore(at_once + waiting)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="page")

    def do(self, job: Callable[[], Result]) -> Result:
        """Do a job and return its result. Raises what it raises, and :class:`NoRoom`."""
        if not self._room.acquire(blocking=False):
            raise NoRoom
        future = self._threads.submit(job)
        future.add_done_callback(lambda _: self._room.release())
        try:
            return future.result(self._patience)
        except TimeoutError:
            if future.done() and not future.cancelled():
                return future.result()  # the job's own error, or it has ended just now
            future.cancel()
            raise NoRoom from None
