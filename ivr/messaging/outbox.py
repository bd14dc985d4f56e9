"""Sends the messages that calls have left in the store: each at most once, also when a process dies at the worst moment.

A carrier's request to send has no idempotency key, so a request whose answer never came must not be made again: the
caller may have the message already. Therefore the store is told *before* the request leaves. Who dies before that has
sent nothing, and another worker takes the message over; who dies after it leaves a message that is ``unknown``. See
:class:`ivr.storage.base.Message` for the life of a message.

Several workers may run on one store. Each sends one message after the other.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from ivr.logs import masked, place_of
from ivr.storage import SEALED_AS, Message, Store
from ivr.storage.sealing import BrokenSeal, Seal

MOST_TRIES = 10
"""After so many requests that were not taken a message has failed."""
LONGEST_PAUSE = timedelta(minutes=5)
"""Between two tries, whatever the carrier says."""

_FIRST_PAUSE = timedelta(seconds=4)
_AT_ONCE = 20  # messages a claim: a few seconds' work, so that hardly a lease ends before its message's turn

_NUMBER = re.compile(r"\d(?:[ ().-]{0,2}\d){5,}")
"""A telephone number; an error code of Twilio's has five digits."""

log = structlog.get_logger(__name__)


class MessageNotTaken(Exception):
    """The carrier did surely not take a message: it said so (429), or the request could not leave (connection refused).

    ``after`` is given when it takes none of our messages: the seconds until it is asked again. A carrier that refuses
    our credentials is one that takes nothing until somebody has put them right.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class MessageRefused(Exception):
    """The carrier will never take this message: a wrong number, a blocked recipient. ``code`` is its own word for that."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Carrier(Protocol):
    """Who takes messages."""

    def send(self, to: str, body: str, *, report_url: str) -> str:
        """Hand over a message, and return the carrier's identifier of it.

        The carrier posts what becomes of the message to ``report_url``; empty: it reports nothing. The answer must come,
        or be given up, well within :data:`ivr.storage.LEASE`. No reason may repeat the body.

        Raises :class:`MessageNotTaken`, and :class:`MessageRefused`. Any other exception says that nobody knows whether it was taken:
        an answer that did not come, a connection that broke, a 5xx.
        """
        ...


def pause_after(tries: int, chance: float) -> timedelta:
    """Return how long a message rests that was not taken for the ``tries``-th time, the first being 1.

    It doubles, from 4 s to 5 min, and ``chance``, from 0 to 1, takes up to half of it away, so that what failed together
    does not come back together.
    """
    doublings = min(tries - 1, 10)  # more change nothing
    return min(_FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE) * (1 - chance / 2)


class Outbox:
    """Sends what is due. One thread works with it; :meth:`wake` and :meth:`stop` may be called from any other."""

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        seal: Seal,
        clock: Callable[[], datetime],
        public_url: str = "",
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._seal = seal
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._chance = chance
        self._rests_until: datetime | None = None
        self._stopping = threading.Event()
        self._woken = threading.Event()

    def run(self, every: float = 1.0) -> None:
        """Send what is due, again and again, until :meth:`stop`: when woken, and every so many seconds.

        Nothing ends it but that: an error is logged, and the next round begins as usual.
        """
        while not self._stopping.is_set():
            try:
                self.send_due()
            except Exception as error:  # noqa: BLE001 - a store that fails for a moment must not end all sending
                log.error("messages cannot be sent", **place_of(error))  # noqa: TRY400 - its text may hold a secret
            self._woken.wait(every)
            self._woken.clear()

    def wake(self) -> None:
        """Say that a message was saved, so that it does not wait for the next round."""
        self._woken.set()

    def stop(self) -> None:
        """End :meth:`run` after the request under way."""
        self._stopping.set()
        self._woken.set()

    def send_due(self) -> int:
        """Send all that is due, one after the other, and return how many were tried."""
        made = 0
        while self._may_go_on() and (claimed := self._store.claim_messages(self._clock(), _AT_ONCE)):
            for message in claimed:
                if not self._may_go_on():
                    break  # the rest is somebody's again when the lease ends
                if self._store.mark_sending(message.number, self._clock()):
                    made += 1
                    self._send(message)
        return made

    def _may_go_on(self) -> bool:
        rests = self._rests_until is not None and self._clock() < self._rests_until
        return not rests and not self._stopping.is_set()

    def _send(self, message: Message) -> None:
        """Make the one request for a message that is marked as being sent, and note what came of it."""
        try:
            body = self._seal.open(SEALED_AS, message.body) if message.sealed else message.body
            carrier_id = self._carrier.send(message.to, body, report_url=self._report_url(message))
        except BrokenSeal:  # perhaps the right key comes back
            self._put_off(message, MessageNotTaken("it was sealed with another key"))
        except MessageRefused as refusal:
            self._fail(message, f"{refusal.reason} ({refusal.code})" if refusal.code else refusal.reason)
        except MessageNotTaken as refusal:
            self._put_off(message, refusal)
        except Exception as error:  # noqa: BLE001 - whatever it was, the message may have been taken
            self._store.mark_message(message.number, "unknown", error=type(error).__name__)
            log.warning("message may have been sent", **_of(message), **place_of(error))
        else:
            self._store.mark_message(message.number, "sent", carrier_id=carrier_id)
            log.info("message sent", **_of(message), carrier_id=carrier_id)

    def _report_url(self, message: Message) -> str:
        return f"{self._public_url}/messages/{message.number}/status" if self._public_url else ""

    def _fail(self, message: Message, reason: str) -> None:
        self._store.mark_message(message.number, "failed", error=reason)
        log.warning("message failed", **_of(message), reason=_without_numbers(reason))

    def _put_off(self, message: Message, refusal: MessageNotTaken) -> None:
        """Try a message again later; and every other too, where the carrier takes none."""
        tries = message.tries + 1
        if refusal.after is None and tries >= MOST_TRIES:
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
    """Return a reason for the log. Carriers repeat the number that they refuse, each in its own way of writing it."""
    return _NUMBER.sub(lambda found: masked(found[0]), reason)
