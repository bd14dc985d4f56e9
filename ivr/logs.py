"""The log: one line an event, as text on a terminal and as JSON elsewhere. It has no secrets and no whole numbers.

Links are secrets, and the URLs of services name accounts, so no URL is ever in it. Of what libraries log, and of
exceptions that nobody caught, it has only where they come from: their words may have a URL, or what a caller typed.

Alarms are what the log says when a limit, a lock or a wrong try is met, or when calls come in a burst. All of them go
through :class:`Alarms`, because an attack brings thousands. The first one of a kind and scope is logged at once, with its
call. Those that follow within a minute are counted, and the count is logged when the minute is over::

    {"event": "alarm", "level": "warning", "kind": "lock", "scope": "tail", "caller": "**********8000", …}
    {"event": "alarms counted", "level": "warning", "kind": "lock", "scope": "tail", "count": 297, "seconds": 60}

The names of the two events, the kinds and the scopes are stable, so that a monitoring system can look for them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal, TextIO

import structlog

_log = structlog.get_logger(__name__)


def configure(style: str = "", level: str = "info", stream: TextIO | None = None) -> None:
    """Set up the log. ``style`` is ``json`` or ``text``; if it is empty, a terminal gets text."""
    out = stream or sys.stderr
    plain = style == "text" or (not style and out.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=out.isatty())
        if plain
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    _take_over()


def _take_over() -> None:
    """Take over what others would write to standard error in words of their own, unless somebody else did already."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(_Libraries(logging.WARNING))
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda args: _not_caught(args.exc_value)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda args: _not_caught(args.exc_value)


def _not_caught(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit):
        structlog.get_logger().error("exception not caught", **origin_of(error))


class _Libraries(logging.Handler):
    """Writes which library said something, and where, but not what."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        more = (
            origin_of(error) if error else {"where": f"{record.filename}:{record.lineno} {record.funcName}"}
        )
        # A library may log in the middle of anything; it must not break that.
        with contextlib.suppress(Exception):
            structlog.get_logger().warning("a library warns", library=record.name, **more)


PERIOD = 60.0
"""Seconds in which events of one kind are counted together."""
ONE_BY_ONE = 10
"""Events of one kind that have a line of their own in each period. That is enough to see what is wrong."""


class BoundedLog:
    """Logs what strangers can make happen, such as refused requests, in a bounded number of lines. Safe from any thread.

    The first events of each kind have a line of their own. Of the others, one line says how many they were, at the end
    of each period, so that a flood does not fill the disk.
    """

    def __init__(self, period: float = PERIOD, one_by_one: int = ONE_BY_ONE) -> None:
        self._period = period
        self._one_by_one = one_by_one
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def warning(self, event: str, **fields: object) -> None:
        """Log or count one event. Its kind is a constant of ours, such as ``signature refused``: there are few."""
        if self._has_a_line(event):
            structlog.get_logger().warning(event, **fields)

    def error(self, event: str, **fields: object) -> None:
        """Log or count one event that is our fault."""
        if self._has_a_line(event):
            structlog.get_logger().error(event, **fields)

    def _has_a_line(self, event: str) -> bool:
        with self._lock:
            self._counts[event] += 1
            count = self._counts[event]
        if count == 1:
            end = threading.Timer(self._period, self.end_period, (event,))
            end.daemon = True
            end.start()
        return count <= self._one_by_one

    def end_period(self, event: str) -> None:
        """Say how many events of a kind had no line, and begin to count anew."""
        with self._lock:
            more = self._counts.pop(event, 0) - self._one_by_one
        if more > 0:
            structlog.get_logger().warning(event, more=more, seconds=self._period)


def warn_root() -> None:
    """Warn if this process runs as root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        structlog.get_logger().warning(
            "runs as root", remedy="start it as a user of its own: whoever breaks in has the whole machine"
        )


def masked(number: str) -> str:
    """Return a number with only its last four digits readable."""
    return "*" * max(len(number) - 4, 0) + number[-4:] if len(number) > 4 else "*" * len(number)


def origin_of(error: BaseException) -> dict[str, str]:
    """Return what may be logged of an exception: its type and where it came from.

    Its message and its locals may hold what a caller typed, so they stay out.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(
        f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames[-6:])
    )
    return {"error": type(error).__name__, "where": where}


# --- alarms

COUNTED_FOR = 60
"""Seconds for which further alarms of a kind and scope are only counted: two lines a minute at most for each of them."""

AlarmKind = Literal["bound", "lock", "wrong_tail", "wrong_code", "burst"]
"""``bound``: a limit over many calls was met. ``lock``: an account or a caller is locked. ``wrong_tail`` and ``wrong_code``:
a try to prove an identity was wrong. ``burst``: more calls began in a minute than the hotline takes."""


def start_timer(seconds: float, then: Callable[[], None]) -> None:
    """Call ``then`` later, in a thread that does not keep the process alive."""
    timer = threading.Timer(seconds, then)
    timer.daemon = True
    timer.start()


@dataclass(slots=True)
class Alarms:
    """The alarms of one process. Safe from any thread."""

    later: Callable[[float, Callable[[], None]], None] = start_timer
    _counts: dict[tuple[AlarmKind, str], int] = field(default_factory=dict)
    """How many alarms of a kind and scope followed the one that was logged. A key is here while its minute runs."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sound(
        self, kind: AlarmKind, scope: str, *, call: str = "", caller: str = "", account: str = ""
    ) -> None:
        """Log an alarm, or count it. ``scope`` is one of a few fixed words, never a number or a name of somebody."""
        counted = (kind, scope)
        with self._lock:
            if counted in self._counts:
                self._counts[counted] += 1
                return
            self._counts[counted] = 0
        _log.warning(
            "alarm", kind=kind, scope=scope, call=call, caller=masked(caller), account=masked(account)
        )
        try:
            self.later(COUNTED_FOR, lambda: self._end_minute(counted))
        except RuntimeError:  # no thread can be started: then the next one is logged, too
            self._end_minute(counted)

    def _end_minute(self, counted: tuple[AlarmKind, str]) -> None:
        with self._lock:
            count = self._counts.pop(counted, 0)
        if count:
            kind, scope = counted
            _log.warning("alarms counted", kind=kind, scope=scope, count=count, seconds=COUNTED_FOR)

    def close(self) -> None:
        """Log what is counted so far."""
        for counted in list(self._counts):
            self._end_minute(counted)
