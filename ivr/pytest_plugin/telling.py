"""The text of a failed test: one sentence, what was written beside what happened, and logged errors."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.testing import LogCapture

from ivr.written.report import played_as_text
from ivr.written.runner import PlayedCall

Log = list[MutableMapping[str, Any]]


@contextmanager
def logged_to(log: Log) -> Iterator[None]:
    """Collect the hotline's log in a list instead of printing it. A call may make a service fail on purpose.

    The project's own structlog configuration is restored afterwards.
    """
    processors = structlog.get_config()["processors"]
    before, capture = list(processors), LogCapture()
    processors[:] = [capture]
    try:
        yield
    finally:
        processors[:] = before
        log += capture.entries


def failure_sentence(played: PlayedCall, log: Log) -> str:
    return "\n".join([*played.failures[-1:], played_as_text(played), *_errors(log)])


def _errors(log: Log) -> Iterator[str]:
    for entry in log:
        if entry["log_level"] in {"error", "critical"}:
            rest = {key: value for key, value in entry.items() if key not in {"event", "log_level", "call"}}
            yield " ".join([f"log: {entry['event']}", *(f"{key}={value}" for key, value in rest.items())])
