"""Runs a job in a process of its own, with limits of time and memory: for work on files that may be anything."""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import structlog

from ivr.logs import configure, origin_of
from ivr.serving.processes import start_context

T = TypeVar("T")

LARGEST_RESULT = 64 * 1024 * 1024
"""Bytes of what a job returns. A hotline's files have a few megabytes at most."""
START_SECONDS = 60.0
"""Until the process has begun the job: it takes half a second, and far longer on a machine that is busy."""
_TICK = 0.2
"""Seconds between two signs of life of the process that waits."""
_NICE = 10
"""How far a job stands behind the calls when processors are scarce."""


log = structlog.get_logger(__name__)


class LimitExceeded(Exception):
    """A job was ended. The text says why, after "it"."""


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What a job may use."""

    seconds: float
    memory: int
    """Bytes beyond what the process has when it begins."""


def run_limited(
    job: Callable[..., T],
    *arguments: Any,
    limits: ProcessLimits,
    log_style: tuple[str, str] = ("", "info"),
    waiting: Callable[[], None] = lambda: None,
    raises: tuple[type[Exception], ...] = (),
    fresh: bool = False,
) -> T:
    """Return what the job returns. ``waiting`` is called again and again meanwhile; what it raises ends the job.

    The job, its arguments and its result are pickled. ``log_style`` is the style and the level of its log. A ``fresh`` job
    sees nothing of the code that this process has loaded. Raises the exceptions named in ``raises`` as the job does, and
    :class:`LimitExceeded` if it takes too much or ends in another way without a result.
    """
    context = start_context(fresh=fresh)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_run, args=(theirs, limits, log_style, raises, job, arguments), name="ivr-check"
    )
    process.start()
    theirs.close()
    try:
        result: T = _result(process, ours, limits, waiting)
        return result
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def _result(
    process: BaseProcess, channel: Connection, limits: ProcessLimits, waiting: Callable[[], None]
) -> Any:
    _received(process, channel, START_SECONDS, "cannot be begun", waiting)
    late = f"takes more than {limits.seconds:g} s"
    kind, value = _received(process, channel, limits.seconds, late, waiting)
    if kind == "raised":
        raise value
    if kind == "ended":
        raise LimitExceeded(value)
    return value


def _received(
    process: BaseProcess, channel: Connection, seconds: float, late: str, waiting: Callable[[], None]
) -> tuple[str, Any]:
    """Return the next thing that the process says. Raises :class:`LimitExceeded`."""
    ends = monotonic() + seconds
    while not channel.poll(_TICK):
        waiting()
        if monotonic() > ends:
            raise LimitExceeded(late)
    try:
        said: tuple[str, Any] = pickle.loads(channel.recv_bytes(LARGEST_RESULT))  # noqa: S301 - our own process
    except EOFError:
        process.join(_TICK)
        raise LimitExceeded(f"ended the process that did it (status {process.exitcode})") from None
    except OSError:
        raise LimitExceeded("is too large") from None
    return said


def _run(
    channel: Connection,
    limits: ProcessLimits,
    log_style: tuple[str, str],
    raises: tuple[type[Exception], ...],
    job: Callable[..., Any],
    arguments: Any,
) -> None:
    """Do the job and send its result. The process ends by itself even if nobody waits for it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(math.ceil(limits.seconds) + 1)
    os.nice(_NICE)
    configure(*log_style)
    _limit_memory(limits.memory)
    channel.send_bytes(pickle.dumps(("begun", None)))
    try:
        result: tuple[str, Any] = ("done", job(*arguments))
    except raises as error:
        result = ("raised", error)
    except MemoryError:
        result = ("ended", f"takes more than {limits.memory >> 20} MB of memory")
    except RecursionError:
        result = ("ended", "is nested too deeply")
    except Exception as error:  # noqa: BLE001 - whatever it is, the server goes on
        log.error("job failed", job=job.__name__, **origin_of(error))  # noqa: TRY400 - its text may hold a secret
        result = ("ended", f"fails ({type(error).__name__})")
    channel.send_bytes(pickle.dumps(result))


def _limit_memory(more: int) -> None:
    """Let this process have so many bytes more than it has now, where the system can tell."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
