"""Workers that die or hang, and a main process that dies: real kills of a real server."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.serving.supervisor import LONGEST_PAUSE, SILENT_SECONDS, pause_after
from ivr.storage.database import Database
from ivr.storage.deadline import ANSWER_WITHIN
from tests.calls.test_own_code import CODE, write_greeting
from tests.support.phone import CUSTOMER, HOTLINE
from tests.support.served import Server, free_port, process_name, serving, wait_until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server of two workers."""
    with serving(tmp_path) as running:
        wait_until(lambda: len(running.workers()) == 2)
        yield running


def kill(pid: int) -> None:
    """Kill a worker of this test's server as the kernel would when memory is short."""
    assert process_name(pid) == "ivr-worker"
    os.kill(pid, signal.SIGKILL)


def newcomer(server: Server, known: set[int]) -> int:
    """Wait for a worker that is none of these, and return it."""
    wait_until(lambda: set(server.workers()) - known)
    return min(set(server.workers()) - known)


def test_a_worker_that_dies_again_and_again_is_started_each_time(server: Server) -> None:
    """The pauses grow, the other worker answers meanwhile, and the server itself never ends."""
    form = {"CallSid": "CA" + "7" * 32, "From": CUSTOMER, "To": HOTLINE, "CallStatus": "ringing"}
    server.call("/voice", form)
    steady, victim = server.workers()
    for number in range(1, 4):
        kill(victim)
        assert server.answers()
        victim = newcomer(server, {steady, victim})
        server.wait_for(
            '"event": "worker answers again"' if number == 1 else f'"started_again_in": {2.0 ** (number - 3)}'
        )
    assert server.process.poll() is None
    server.call("/voice/zh-CN/1", {**form, "Digits": "2"})
    assert server.ends() == 0


def test_all_workers_die_and_a_call_goes_on(server: Server) -> None:
    """Its next request waits until a new worker takes it."""
    form = {"CallSid": "CA" + "8" * 32, "From": CUSTOMER, "To": HOTLINE, "CallStatus": "ringing"}
    server.call("/voice", form)
    for pid in server.workers():
        kill(pid)
    document = server.call("/voice/zh-CN/1", {**form, "Digits": "2"})
    assert document.find("Gather") is not None


def test_a_worker_that_hangs_is_ended_and_replaced(server: Server) -> None:
    """Within twenty seconds. The log says so, and the other worker takes its calls at once."""
    hung, _ = server.workers()
    os.kill(hung, signal.SIGSTOP)
    begun = time.monotonic()
    for _ in range(20):
        assert server.answers()
    wait_until(lambda: hung not in server.workers() and len(server.workers()) == 2, SILENT_SECONDS + 8)
    assert time.monotonic() - begun < 20
    assert "worker hangs" in server.log.read_text()


def test_a_worker_that_has_loaded_changed_code_says_so(greeting: Path, tmp_path: Path) -> None:
    """It replaces one that died. While the code is as it was at the start, there is nothing to say."""
    warning = "worker runs changed code"
    with serving(tmp_path, hotline=greeting) as server:
        first, second = server.workers()
        kill(first)
        server.wait_for("worker answers again")
        assert warning not in server.log.read_text()
        (greeting / "actions.py").write_text(CODE % "Changed", encoding="utf-8")
        kill(second)
        server.wait_for(warning)


@pytest.fixture
def greeting(tmp_path: Path) -> Path:
    """Return the folder of a hotline with code of its own."""
    folder = tmp_path / "greeting"
    folder.mkdir()
    return write_greeting(folder)


def test_workers_end_with_a_main_process_that_was_killed(tmp_path: Path) -> None:
    """No orphan keeps the port, so that the next server starts at once."""
    port = free_port()
    with serving(tmp_path, port=port) as killed:
        workers = killed.workers()
        killed.process.kill()
        killed.process.wait()
        (tmp_path / "next").mkdir()
        with serving(tmp_path / "next", port=port) as following:
            assert following.answers()
            wait_until(lambda: not any(process_name(pid) == "ivr-worker" for pid in workers), 10)


def test_the_pause_before_a_start_grows_and_is_bounded() -> None:
    """A single death costs nothing; a worker that cannot live is tried twice a minute."""
    assert [pause_after(deaths) for deaths in range(1, 6)] == [0.0, 0.5, 1.0, 2.0, 4.0]
    assert pause_after(1000) == LONGEST_PAUSE


def test_a_worker_that_hangs_is_ended_before_the_others_give_up() -> None:
    """It may keep the database locked: callers elsewhere, and their actions, wait for that, and hear no apology."""
    ended_within = SILENT_SECONDS + 1
    assert ended_within <= Database.PATIENCE - 0.5
    assert ended_within <= ANSWER_WITHIN - 0.5
