"""A job in a process of its own: whatever it does, who waits for it gets a result or a sentence, in time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ivr.serving.limits import LimitExceeded, ProcessLimits, run_limited
from ivr.serving.processes import start_context
from tests.support.served import wait_until

ROOT = str(Path(__file__).parents[2])
AMPLE = ProcessLimits(30, 1 << 30)


def double(number: int) -> int:
    """Return at once."""
    return 2 * number


def for_ever(pid_file: str = "") -> None:
    """Use a processor without end."""
    if pid_file:
        Path(pid_file).write_text(str(os.getpid()))
    while True:
        pass


def for_ever_in_c() -> None:
    """Block where Python cannot be interrupted by an exception of ours."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    os.read(os.pipe()[0], 1)


def hungry() -> int:
    """Take 4 GB."""
    return len([bytes(1 << 20) for _ in range(4096)])


def nested() -> None:
    """Use the stack without end."""
    nested()


def vanish() -> None:
    """End as if the kernel had ended it."""
    os._exit(3)


def fail() -> None:
    """Raise an error whose text is nobody's business."""
    raise ValueError("4711 is a secret")


def talkative() -> bytes:
    """Return more than anybody takes."""
    return bytes(80 << 20)


def test_a_result_comes_back() -> None:
    """And the process is gone."""
    assert run_limited(double, 21, limits=AMPLE) == 42


@pytest.mark.parametrize(
    ("job", "limits", "says"),
    [
        (for_ever, ProcessLimits(1, 1 << 30), "takes more than 1 s"),
        (for_ever_in_c, ProcessLimits(1, 1 << 30), "takes more than 1 s"),
        (hungry, ProcessLimits(30, 256 << 20), "takes more than 256 MB of memory"),
        (nested, AMPLE, "is nested too deeply"),
        (vanish, AMPLE, r"ended the process that did it \(status 3\)"),
        (fail, AMPLE, r"fails \(ValueError\)"),
        (talkative, AMPLE, "is too large"),
    ],
)
def test_a_job_that_takes_too_much_is_ended_in_words(job: object, limits: ProcessLimits, says: str) -> None:
    """None of them says anything of what the job had in hand."""
    with pytest.raises(LimitExceeded, match=f"^{says}$"):
        run_limited(job, limits=limits)  # type: ignore[arg-type]


def test_an_expected_error_comes_back_as_it_is() -> None:
    """With its text, which says what to do."""
    with pytest.raises(ValueError, match="4711"):
        run_limited(fail, limits=AMPLE, raises=(ValueError,))


def test_a_process_with_threads_is_not_forked() -> None:
    """A lock that another thread holds would stay locked in the copy. Nor is one that must load code anew."""
    started = threading.Event()
    thread = threading.Thread(target=started.wait)
    thread.start()
    assert start_context().get_start_method() == "spawn"
    started.set()
    thread.join()
    assert start_context(fresh=True).get_start_method() == "spawn"


def test_a_job_ends_with_the_one_who_waits(tmp_path: Path) -> None:
    """Whoever asks for it may be told to end meanwhile; then no process stays behind."""
    file = tmp_path / "pid"

    def end() -> None:
        if file.exists():
            raise SystemExit

    with pytest.raises(SystemExit):
        run_limited(for_ever, str(file), limits=AMPLE, waiting=end)
    wait_until(lambda: not Path(f"/proc/{file.read_text()}").exists(), 5)


def test_a_job_that_nobody_waits_for_ends_by_itself(tmp_path: Path) -> None:
    """The one who waits may be killed: the job has its own clock."""
    file = tmp_path / "pid"
    program = (
        "from tests.serving.test_limits import *\n"
        f"if __name__ == '__main__': run_limited(for_ever, {str(file)!r}, limits=ProcessLimits(2, 1 << 30))"
    )
    (tmp_path / "waiting.py").write_text(program)
    command = [sys.executable, str(tmp_path / "waiting.py")]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": ROOT}) as waiting:
        wait_until(file.exists, 30)
        waiting.kill()
    wait_until(lambda: not Path(f"/proc/{file.read_text()}").exists(), 20)
