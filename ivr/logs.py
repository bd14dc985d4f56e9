"""The log: one line an event, as text on a terminal and as JSON elsewhere. It has no secrets and no whole numbers.

Links are secrets, and the URLs of services name accounts, so no URL is ever in it. Of what libraries log, and of
exceptions that nobody caught, it has only where they come from: their words may have a URL, or what a caller typed.

Alarms are what the log says when a limit, a lock or a wrong try is met, or when calls come in a burst. All of them go
through :class:`Alarms`, because an attack brings thousands::

    {"event": "alarm", "level": "warning", "kind": "lock", "scope": "tail", "caller": "**********8000", …}
    {"event": "alarm", "level": "warning", "kind": "lock", "scope": "tail", "more": 297, "seconds": 60.0}

The event, the kinds and the scopes are stable, so that a monitoring system can look for them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import traceback
from collections import Counter
from pathlib import PurePath
from typing import Any, Literal, TextIO

import structlog


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
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def warning(self, event: str, *, kind: str = "", scope: str = "", **fields: object) -> None:
        """Log or count one event. Its name is a constant of ours, such as ``signature refused``: there are few.

        A ``kind`` and a ``scope`` are constants too, and events are counted by them.
        """
        if self._has_a_line(event, kind, scope):
            structlog.get_logger().warning(event, **_given(kind=kind, scope=scope), **fields)

    def error(self, event: str, **fields: object) -> None:
        """Log or count one event that is our fault."""
        if self._has_a_line(event):
            structlog.get_logger().error(event, **fields)

    def _has_a_line(self, event: str, kind: str = "", scope: str = "") -> bool:
        counted = (event, kind, scope)
        with self._lock:
            self._counts[counted] += 1
            count = self._counts[counted]
        if count == 1:
            end = threading.Timer(self._period, self.end_period, counted)
            end.daemon = True
            try:
                end.start()
            except RuntimeError:  # no thread can be started: then nothing is only counted
                self.end_period(*counted)
        return count <= self._one_by_one

    def end_period(self, event: str, kind: str = "", scope: str = "") -> None:
        """Say how many events of a kind had no line, and begin to count anew."""
        with self._lock:
            more = self._counts.pop((event, kind, scope), 0) - self._one_by_one
        if more > 0:
            known = _given(kind=kind, scope=scope)
            structlog.get_logger().warning(event, **known, more=more, seconds=self._period)

    def counts(self) -> dict[tuple[str, str, str], int]:
        """Return how many events there were of each event, kind and scope in their present period."""
        with self._lock:
            return dict(self._counts)

    def close(self) -> None:
        """Say how many events had no line so far."""
        for counted in self.counts():
            self.end_period(*counted)


def _given(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


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

AlarmKind = Literal["bound", "lock", "wrong_tail", "wrong_code", "burst"]
"""``bound``: a limit over many calls was met. ``lock``: an account or a caller is locked. ``wrong_tail`` and ``wrong_code``:
a try to prove an identity was wrong. ``burst``: more calls began in a minute than the hotline takes."""


class Alarms:
    """The alarms of one process. Safe from any thread."""

    def __init__(self, bounded: BoundedLog | None = None) -> None:
        self._bounded = bounded or BoundedLog()

    def sound(
        self, kind: AlarmKind, scope: str, *, call: str = "", caller: str = "", account: str = ""
    ) -> None:
        """Log an alarm, or count it. ``scope`` is one of a few fixed words, never a number or a name of somebody."""
        self._bounded.warning(
            "alarm", kind=kind, scope=scope, call=call, caller=masked(caller), account=masked(account)
        )

    def counts(self) -> dict[str, int]:
        """Return how many alarms there were of each kind and scope in their present minute."""
        return {f"{kind} {scope}": count for (_, kind, scope), count in self._bounded.counts().items()}

    def close(self) -> None:
        """Say how many alarms were only counted so far."""
        self._bounded.close()
