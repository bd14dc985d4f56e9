"""Runs jobs where they are asked for: for calls whose clock stands still meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from ivr.calls.worker_pool import ActionRun, JobResult


class AtOnce:
    """Runs each job where it is asked for: for calls in this process, whose clock stands still meanwhile."""

    def start(self, job: Callable[[], JobResult], name: str) -> ActionRun[JobResult] | None:
        """Do the job."""
        del name
        return _Done(job())

    def close(self) -> None:
        """Do nothing: no job goes on."""


class _Done(Generic[JobResult]):
    def __init__(self, result: JobResult) -> None:
        self._result = result

    def wait(self, seconds: float) -> JobResult | None:
        del seconds
        return self._result

    def when_done(self, tell: Callable[[JobResult], None]) -> None:
        tell(self._result)
