"""The limit on new calls: so many in a minute, for the whole hotline, at nearly no cost to each call.

A call that begins only takes one from a number in the memory of its worker. That number is filled up in batches, each a
twentieth of the limit, by one use of a rate limit in the store, which all workers share. So the limit holds over all of
them. The first batch of a worker in each minute is free: a quiet hotline never asks the store, and each worker may exceed
the limit by so much. When half a batch is left, the next one is fetched in a thread of its own. No call ever waits for
it, even if the store is locked.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from ivr.logs import Alarms, origin_of
from ivr.storage.attempts import Attempts, RateLimit

BATCHES = 20
"""Batches in a minute's calls. So many changes of the store a minute are nothing, and a batch of the usual limit (300 calls)
lasts while the next one is fetched, even if 500 callers ring at the same moment."""
PAUSE = timedelta(seconds=1)
"""How long a worker waits before it asks the store again after a refusal, so that a flood does not reach the store."""

log = structlog.get_logger(__name__)


def start_thread(job: Callable[[], None]) -> None:
    threading.Thread(target=job, name="new-calls", daemon=True).start()


class NewCallLimit:
    """Decides whether a call may begin. Safe from any thread; each process has one."""

    def __init__(
        self,
        attempts: Attempts,
        alarms: Alarms,
        per_minute: int,
        start: Callable[[Callable[[], None]], None] = start_thread,
    ) -> None:
        self._attempts = attempts
        self._alarms = alarms
        self._batch = max(1, per_minute // BATCHES)
        self._rate_limit = RateLimit(
            "hotline:new calls", max(1, per_minute // self._batch), timedelta(minutes=1)
        )
        self._start = start
        self._lock = threading.Lock()
        self._minute = -1
        self._left = 0
        self._fetching = False
        self._refused: datetime | None = None

    def admits(self, at: datetime) -> bool:
        """Return whether one more call may begin. If not, the alarm is given."""
        minute = int(at.timestamp() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._left = minute, self._batch
            admitted = self._left > 0
            self._left -= admitted
            pauses = self._refused is not None and abs(at - self._refused) < PAUSE
            fetches = self._left <= self._batch // 2 and not self._fetching and not pauses
            self._fetching = self._fetching or fetches
        if fetches:
            self._start(lambda: self._fetch(at))
        if not admitted:
            self._alarms.sound("burst", "new calls")
        return admitted

    def _fetch(self, at: datetime) -> None:
        fetched = False
        try:
            fetched = self._attempts.consume([self._rate_limit], key=secrets.token_hex(8), at=at)
        except Exception as error:  # noqa: BLE001 - in a thread of its own; the calls go to a human meanwhile
            log.error("limit of new calls not read", **origin_of(error))  # noqa: TRY400 - without its text
        with self._lock:
            self._left += self._batch * fetched
            self._refused = None if fetched else at
            self._fetching = False
