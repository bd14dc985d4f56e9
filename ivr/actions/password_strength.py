"""How easily a password is guessed, judged in a process of its own with limits of time and memory.

For some passwords zxcvbn tries hundreds of ways to read ``4`` as ``a`` or ``$`` as ``s``. That takes more than a second
in which no other thread of the process runs Python, so it must not happen in a process that answers calls. The process
is started for each password and ends with it; setting a password is rare.

This file is also the program of that process, so its top imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence

JUDGED = 40
"""Characters that are judged. More of them cannot make a password weaker."""
MOST_SECONDS = 4
"""Of a processor. The worst password of :data:`JUDGED` characters needs about half a second."""
_PATIENCE = 2 * MOST_SECONDS
"""Seconds of the clock, which passes faster on a busy machine."""
_MOST_MEMORY = 512 * 1024 * 1024
"""Bytes of address space. About 80 MB are used."""
_POLITE = 5
"""How much the process lets others go first: those are the calls. It still gets a quarter of a busy processor."""
_ONE_AT_A_TIME = threading.Lock()
"""More at once would not be judged sooner, and would take processors from the calls."""


class NotJudged(Exception):
    """A password could not be judged within its limits."""


def score(password: str, known: Sequence[str]) -> int:
    """Return how hard a password is to guess, from 0 to 4, for somebody who knows these words.

    Raises :class:`NotJudged`, and ``OSError`` if no process could be started.
    """
    asked = json.dumps({"password": password[:JUDGED], "known": list(known)}).encode()
    # Others may see the environment and the command line of a process. It needs none of our secrets either.
    environ = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    command = [sys.executable, "-I", __file__]
    try:
        with _ONE_AT_A_TIME:
            done = subprocess.run(  # noqa: S603 - the command is ours
                command, input=asked, capture_output=True, timeout=_PATIENCE, env=environ, check=True
            )
        return int(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise NotJudged from None  # its text would have the command, and the error of the process its values


def _main() -> None:
    import contextlib
    import resource

    os.nice(_POLITE)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    from zxcvbn import zxcvbn

    asked = json.load(sys.stdin.buffer)
    sys.stdout.write(str(zxcvbn(asked["password"], user_inputs=asked["known"])["score"]))


if __name__ == "__main__":
    _main()
