"""What a hotline logs while a written call is played: shown only if the call fails."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.testing import LogCapture

Log = list[MutableMapping[str, Any]]


@contextmanager
def logged_to(log: Log) -> Iterator[None]:
    """Collect the hotline's log in a list instead of printing it. A call may make a service fail on purpose.

    The structlog configuration from before is restored afterwards.
    """
    processors = structlog.get_config()["processors"]
    before, capture = list(processors), LogCapture()
    processors[:] = [capture]
    try:
        yield
    finally:
        processors[:] = before
        log += capture.entries


def error_lines(log: Log) -> Iterator[str]:
    """Yield the errors of a log, a line each. They name kinds and places, never what somebody typed."""
    for entry in log:
        if entry["log_level"] in {"error", "critical"}:
            rest = {key: value for key, value in entry.items() if key not in {"event", "log_level", "call"}}
            yield " ".join([f"log: {entry['event']}", *(f"{key}={value}" for key, value in rest.items())])
