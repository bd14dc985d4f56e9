"""Sends the messages that calls have left in the store, each at most once, even if a process dies at the worst moment.

Carriers have no idempotency key. A request without an answer must not be repeated, because the recipient may have the
message already. So the store is told *before* the request leaves. If a worker dies before that, it has sent nothing,
and another one sends the message. If it dies after that, the message is ``unknown``.
:class:`ivr.storage.base.Message` describes the life of a message.

Several workers may run on one store. Each sends one message after the other.
"""

from __future__ import annotations

import random
import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import structlog

from ivr.logs import masked, origin_of
from ivr.messaging.carrier import REQUEST_TIMEOUT, Carrier, MessageNotTaken, MessageRefused
from ivr.storage.base import CLOCKS_DIFFER, LONGEST_PAUSE, SEALED_AS, Message
from ivr.storage.sealing import BrokenSeal, Seal
from ivr.storage.sqlite import SqliteStore

MOST_ATTEMPTS = 10
"""A message fails after so many requests that the carrier did not take."""

ENDS_WITHIN = 8.0
"""Seconds that a worker has to end its sending: longer than a request takes, and shorter than whoever stops the worker
waits before they kill it (ten seconds with Docker)."""

_FIRST_PAUSE = timedelta(seconds=4)
_AT_ONCE = 20  # messages a claim: a few seconds of work, so that few leases end too early

_NUMBER = re.compile(r"\d(?:[ ().-]{0,2}\d){5,}")
"""A telephone number; an error code of Twilio's has five digits."""

log = structlog.get_logger(__name__)


def pause_after(tries: int, chance: float) -> timedelta:
    """Return how long a message waits after it was not taken for the ``tries``-th time (the first is 1).

    The pause doubles, from 4 s to 5 min. ``chance``, from 0 to 1, takes up to half of it away, so that messages that
    failed together do not come back together.
    """
    doublings = min(tries - 1, 10)  # more change nothing
    return min(_FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE) * (1 - chance / 2)


class Outbox:
    """Sends what is due, in one thread. Every method but :meth:`run` and :meth:`send_due` may be called from any."""

    def __init__(
        self,
        store: SqliteStore,
        carrier: Carrier,
        seal: Seal,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
        stopwatch: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._seal = seal
        self._clock = clock
        self._chance = chance
        self._stopwatch = stopwatch
        self._rests_until: datetime | None = None
        self._took: deque[float] = deque(maxlen=_AT_ONCE)
        """Seconds that each of the latest requests took."""
        self._stops_at: float | None = None
        """When :meth:`run` must have ended, by the stopwatch, once that is asked for."""
        self._claimed: set[int] = set()
        """The messages of the present claim for which no request has left."""
        self._under_way: Message | None = None
        self._running = threading.Event()
        self._ended = threading.Event()
        self._woken = threading.Event()

    def run(self, every: float = 1.0) -> None:
        """Send what is due until :meth:`stop`: at every :meth:`wake`, and every so many seconds. Errors are logged."""
        self._running.set()
        try:
            while not self._stopping:
                try:
                    self.send_due()
                except Exception as error:  # noqa: BLE001 - a store that fails for a moment must not end all sending
                    log.error("messages cannot be sent", **origin_of(error))  # noqa: TRY400 - its text may hold a secret
                self._woken.wait(every)
                self._woken.clear()
        finally:
            self._ended.set()

    def wake(self) -> None:
        """Start the next round now, because there is a new message."""
        self._woken.set()

    def stop(self, within: float = 0.0) -> None:
        """Let :meth:`run` end within so many seconds, and return at once.

        Nothing more is claimed. Of what is claimed, only what can be finished by then is sent; the rest goes back.
        """
        stops_at = self._stopwatch() + within
        self._stops_at = stops_at if self._stops_at is None else min(stops_at, self._stops_at)
        self._woken.set()

    def end(self, within: float = ENDS_WITHIN) -> None:
        """End :meth:`run` within so many seconds, and leave every message in a state that is true.

        What has not left is ``waiting``, and may be claimed at once. If a request has left and its answer does not
        come in time, its message is ``unknown``. An earlier :meth:`stop` counts from its own time.
        """
        self.stop(within)
        assert self._stops_at is not None
        if self._running.is_set() and not self._ended.wait(max(self._stops_at - self._stopwatch(), 0.0)):
            under_way = self._under_way
            if under_way is not None:
                self._store.mark_message(under_way.number, "unknown", error="stopped before the answer")
                log.warning("message may have been sent", **_of(under_way), error="stopped before the answer")
        self._give_back()

    def send_due(self) -> int:
        """Send all that is due, one after the other, and return how many were tried."""
        made = 0
        while self._may_claim() and (claimed := self._store.claim_messages(self._clock(), _AT_ONCE)):
            self._claimed = {message.number for message in claimed}
            for message in claimed:
                if not self._may_send():
                    break  # the others can be claimed again when the lease ends, or at once after `_give_back`
                if self._store.mark_sending(message.number, self._clock()):
                    made += 1
                    self._claimed.discard(message.number)
                    self._timed(message)
            if self._stopping:
                self._give_back()
        return made

    @property
    def _stopping(self) -> bool:
        return self._stops_at is not None

    @property
    def _resting(self) -> bool:
        now, until = self._clock(), self._rests_until
        # If it is further away than any pause, the clock was set back.
        return until is not None and now < until <= now + LONGEST_PAUSE + CLOCKS_DIFFER

    def _may_claim(self) -> bool:
        return not self._resting and not self._stopping

    def _may_send(self) -> bool:
        """Return whether a request may begin now: while stopping, only one that will surely end in time."""
        if self._stops_at is None:
            return not self._resting
        needed = 2 * max(self._took, default=REQUEST_TIMEOUT)
        return self._stopwatch() + needed <= self._stops_at and not self._resting

    def _timed(self, message: Message) -> None:
        """Send a message that is marked as ``sending``, unless its time went by while it was marked."""
        if self._stops_at is not None and self._stopwatch() > self._stops_at:
            self._store.mark_message(message.number, "waiting", due=self._clock())
            return
        began, self._under_way = self._stopwatch(), message
        try:
            self._send(message)
        finally:
            self._under_way = None
            self._took.append(self._stopwatch() - began)

    def _give_back(self) -> None:
        """Let others claim what was claimed here and has not left."""
        self._store.release_messages(sorted(self._claimed))
        self._claimed = set()

    def _send(self, message: Message) -> None:
        """Make the one request for a message that is marked as ``sending``, and note the result."""
        try:
            body = self._seal.open(SEALED_AS, message.body) if message.sealed else message.body
            carrier_id = self._carrier.send(replace(message, body=body, sealed=False))
        except BrokenSeal:  # perhaps the right key comes back
            self._put_off(message, MessageNotTaken("it was sealed with another key"))
        except MessageRefused as refusal:
            self._fail(message, f"{refusal.reason} ({refusal.code})" if refusal.code else refusal.reason)
        except MessageNotTaken as refusal:
            self._put_off(message, refusal)
        except Exception as error:  # noqa: BLE001 - the carrier may have taken the message
            self._store.mark_message(message.number, "unknown", error=type(error).__name__)
            log.warning("message may have been sent", **_of(message), **origin_of(error))
        else:
            self._store.mark_message(message.number, "sent", carrier_id=carrier_id)
            log.info("message sent", **_of(message), carrier_id=carrier_id)

    def _fail(self, message: Message, reason: str) -> None:
        self._store.mark_message(message.number, "failed", error=reason)
        log.warning("message failed", **_of(message), reason=_without_numbers(reason))

    def _put_off(self, message: Message, refusal: MessageNotTaken) -> None:
        """Try a message again later, and every other one too if the carrier takes none."""
        tries = message.tries + 1
        if refusal.after is None and tries >= MOST_ATTEMPTS:
            self._fail(message, refusal.reason)
            return
        pause = pause_after(tries, self._chance())
        if refusal.after is not None:
            pause = max(pause, min(timedelta(seconds=refusal.after), LONGEST_PAUSE))
        due = self._clock() + pause
        said = {"reason": _without_numbers(refusal.reason), "seconds": round(pause.total_seconds())}
        if refusal.after is not None:
            self._rests_until = due
            log.error("the carrier takes no messages", **said)
        else:
            log.info("message put off", **_of(message), **said)
        self._store.mark_message(message.number, "waiting", error=refusal.reason, due=due)


def _of(message: Message) -> dict[str, object]:
    """Return what a log line says of a message."""
    return {"message": message.number, "to": masked(message.to), "call": message.call}


def _without_numbers(reason: str) -> str:
    """Return a reason for the log. Carriers repeat the number that they refuse, each in its own notation."""
    return _NUMBER.sub(lambda found: masked(found[0]), reason)
