"""How long the work for one request may wait, whatever it waits for.

A webhook has one budget. It begins when the webhook arrives, and everything that waits for its sake draws from it: a
lock of this process, SQLite's lock, the claim of another worker, an action. Otherwise each of these would have a
patience of its own, and together they would outlast the carrier's. For example, after eight seconds at the claim of a
worker that died, an action gets less than a second before the caller hears "one moment"::

    with deadline(ANSWER_WITHIN):
        answer = switchboard.take_turn(…)

The deadline belongs to the thread that has set it. Code without one, such as a command or a thread that sends
messages, has the patience of what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

ANSWER_WITHIN = 9.0
"""Seconds from the arrival of a webhook until nothing is waited for any more. A caller hears nothing meanwhile, so 10 s
are the most; the last second is for the answer itself. Twilio would wait 15 s, but its network needs some of them."""

ARRIVED = "ivr.arrived"
"""The name, in the WSGI environment of our own server, of the time at which a request was complete. A thread may be free for
it only later."""

_span: ContextVar[tuple[float, float] | None] = ContextVar("deadline", default=None)
"""When the present deadline was set, and when it is."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Bound all waiting in this thread. A deadline that is earlier already stays."""
    before = _span.set((monotonic(), ends_within(seconds)))
    try:
        yield
    finally:
        _span.reset(before)


def ends_within(most: float) -> float:
    """Return when waiting must end, as ``time.monotonic`` counts: in ``most`` seconds, or at an earlier deadline."""
    span, mine = _span.get(), monotonic() + most
    return mine if span is None else min(mine, span[1])


def seconds_left(most: float) -> float:
    """Return for how many seconds one may still wait: ``most``, or what is left until the deadline."""
    span = _span.get()
    return most if span is None else max(min(most, span[1] - monotonic()), 0.0)


def seconds_gone() -> float:
    """Return the seconds since the deadline was set, which is when a request arrived; 0 without one."""
    span = _span.get()
    return 0.0 if span is None else monotonic() - span[0]
