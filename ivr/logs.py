"""The log: one line an event, as text on a terminal and as JSON elsewhere. It has no secrets and no whole numbers."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import PurePath
from typing import Any, TextIO

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
