"""Keeps the workers of `ivr serve` alive.

A worker that dies is started again, at once at first and after longer and longer pauses if it goes on dying. One that
says nothing for six seconds is ended and replaced. The others go on meanwhile: all share one listening socket, so a
call's next request goes to whichever of them is well.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from time import monotonic, sleep
from types import FrameType

import structlog

from ivr.serving import CannotServe
from ivr.serving.processes import start_context
from ivr.serving.worker import DUMP, GRACE_SECONDS, READY, main

READY_WITHIN = 60.0
"""Seconds that a worker has to come up."""
SILENT_SECONDS = 6.0
"""Without a sign of life until a worker is asked where it hangs; a second later it is ended. One that hangs while it writes
keeps the database locked. So both together are less than the nine seconds that the webhooks of the others wait for it."""
STEADY_SECONDS = 60.0
"""That a worker must have lived for its death to count as the first one again."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a worker is started that has died twice or more in a row. The pause doubles each time."""
END_WITHIN = GRACE_SECONDS + 4.0
"""Seconds that workers have to end, with their requests and messages under way."""
_TICK = 0.2
"""Seconds between two looks at the workers."""
_ENDING = (signal.SIGTERM, signal.SIGINT)
"""The signals that end the server."""

log = structlog.get_logger(__name__)


Work = Callable[[socket.socket, socket.socket], None]
"""What a process does with the listening socket and its end of a channel to the supervisor."""


@dataclass(slots=True)
class _Worker:
    """One place for a worker, or for the publisher beside them, and the process that fills it."""

    number: int | str
    """The publisher has its name here."""
    work: Work
    process: BaseProcess | None = None
    channel: socket.socket | None = None
    started: float = 0.0
    heard: float = 0.0
    ready: bool = False
    asked_where: bool = False
    deaths: int = 0
    """In a row, each before the worker was steady."""
    start_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Starts workers on a listening socket and keeps them alive until a signal ends the server."""

    listener: socket.socket
    count: int
    ready: Callable[[], None]
    """Called once, when all workers answer."""
    work: Work = main
    """What a worker does: it gets the listening socket and its end of a channel to the supervisor."""
    publisher: Work | None = None
    """What is done beside the workers, once they answer."""
    _workers: list[_Worker] = field(init=False)
    _channels: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector, init=False)
    _signals: int = field(default=0, init=False)
    _was_ready: bool = field(default=False, init=False)
    _now: float = field(default=0.0, init=False)
    """Seconds that this process has been awake. While a machine is paused, nobody is late."""
    _looked: float = field(default_factory=monotonic, init=False)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises :class:`CannotServe` if no worker comes up at the start."""
        for ending in _ENDING:
            signal.signal(ending, self._note_signal)
        self._workers = [_Worker(number, self.work) for number in range(1, self.count + 1)]
        try:
            while not self._signals:
                self._look()
        finally:
            self._end()

    def _note_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _look(self) -> None:
        """Start the workers that are due, hear what the others say, and judge them."""
        for worker in self._workers:
            if worker.process is None and worker.start_at <= self._now:
                self._start(worker)
        self._listen()
        for worker in self._workers:
            if worker.process is not None:
                self._judge(worker, worker.process)

    def _start(self, worker: _Worker) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        context = start_context()
        # A fork has this process's ends of all channels too. Its siblings would not see that this process has died.
        inherited = [each.channel for each in self._workers if each.channel] + [ours]
        process = context.Process(
            target=_work,
            args=(
                worker.work,
                self.listener,
                theirs,
                inherited if context.get_start_method() == "fork" else (),
            ),
            name=f"ivr-worker-{worker.number}",
        )
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)  # until it no longer has our handlers
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        worker.process, worker.channel = process, ours
        worker.started = worker.heard = self._now
        worker.ready = worker.asked_where = False
        self._channels.register(ours, selectors.EVENT_READ, worker)

    def _listen(self) -> None:
        """Wait a moment for signs of life."""
        if not self._channels.get_map():
            sleep(_TICK)
        events = self._channels.select(_TICK)
        now = monotonic()
        self._now += min(now - self._looked, 5 * _TICK)
        self._looked = now
        for key, _ in events:
            worker = key.data
            try:
                said = key.fileobj.recv(4096)  # type: ignore[union-attr]
            except OSError:
                said = b""
            if not said:  # it is dead or about to be
                self._channels.unregister(key.fileobj)
                continue
            worker.heard, worker.asked_where = self._now, False
            if READY in said:
                worker.ready = True
                self._note_ready(worker)

    def _note_ready(self, worker: _Worker) -> None:
        if not self._was_ready and all(each.ready for each in self._workers):
            self._was_ready = True
            self.ready()
            if self.publisher:
                self._workers.append(_Worker("publisher", self.publisher))
        elif worker.deaths:
            log.info("worker answers again", worker=worker.number)

    def _judge(self, worker: _Worker, process: BaseProcess) -> None:
        if process.exitcode is not None:
            self._note_death(worker, process.exitcode)
        elif not worker.ready and self._now - worker.started > READY_WITHIN:
            log.error("worker does not come up", worker=worker.number, pid=process.pid)
            self._kill(worker, process)
        elif worker.ready and self._now - worker.heard > SILENT_SECONDS + 1:
            log.error("worker hangs", worker=worker.number, pid=process.pid)
            self._kill(worker, process)
        elif worker.ready and self._now - worker.heard > SILENT_SECONDS and not worker.asked_where:
            worker.asked_where = True
            os.kill(process.pid or 0, DUMP)

    def _kill(self, worker: _Worker, process: BaseProcess) -> None:
        process.kill()
        process.join()
        self._note_death(worker, process.exitcode)

    def _note_death(self, worker: _Worker, status: int | None) -> None:
        """Let a worker be started again after a pause. Raises :class:`CannotServe` if none has ever answered."""
        lived = self._now - worker.started
        worker.deaths = 1 if worker.ready and lived >= STEADY_SECONDS else worker.deaths + 1
        pause = pause_after(worker.deaths)
        worker.start_at = self._now + pause
        self._forget(worker)
        if not self._was_ready:
            raise CannotServe("the workers do not come up; the log above says why")
        log.error(
            "worker ended", worker=worker.number, status=status, lived=round(lived), started_again_in=pause
        )

    def _forget(self, worker: _Worker) -> None:
        assert worker.process is not None
        assert worker.channel is not None
        worker.process.close()
        if worker.channel in self._channels.get_map():
            self._channels.unregister(worker.channel)
        worker.channel.close()
        worker.process = worker.channel = None

    def _end(self) -> None:
        """End every worker: decently, or at once at a second signal or if it takes too long."""
        self.listener.close()
        for worker in self._workers:
            if worker.process is not None:
                worker.process.terminate()
        asked, deadline = self._signals, monotonic() + END_WITHIN
        for worker in self._workers:
            process = worker.process
            if process is None:
                continue
            while process.exitcode is None and monotonic() < deadline and self._signals == asked:
                process.join(_TICK)
            if process.exitcode is None:
                log.error("worker does not end", worker=worker.number, pid=process.pid)
                process.kill()
                process.join()
            self._forget(worker)


def _work(
    work: Work, listener: socket.socket, channel: socket.socket, inherited: Sequence[socket.socket]
) -> None:
    """Do the work of a process that has just been started, without what it has inherited of this one."""
    for each in inherited:
        each.close()
    for ending in _ENDING:
        signal.signal(ending, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    work(listener, channel)


def pause_after(deaths: int) -> float:
    """Return the seconds before a worker is started again after so many deaths in a row."""
    return 0.0 if deaths <= 1 else min(FIRST_PAUSE * 2.0 ** min(deaths - 2, 16), LONGEST_PAUSE)
