"""How the server starts its processes."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from multiprocessing.context import ForkContext, SpawnContext


def start_context(*, fresh: bool = False) -> ForkContext | SpawnContext:
    """Return how to start a process: by a fork, which takes milliseconds, or as a new interpreter.

    A fork inherits what this process has loaded. It is not used for a job that must load code anew (``fresh``), nor
    beside other threads, whose locks would stay locked in the copy, nor on macOS, whose own libraries do not bear it.
    """
    if fresh or sys.platform == "darwin" or threading.active_count() > 1:
        return multiprocessing.get_context("spawn")
    return multiprocessing.get_context("fork")
