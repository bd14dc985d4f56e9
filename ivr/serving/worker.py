"""One worker of `ivr serve`: a process that answers on the socket which all workers share.

It tells the supervisor once a second that it is well. It ends when the supervisor asks it to, or has died.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import gc
import math
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog
from uvicorn import Config, Server

from ivr.app import create_app
from ivr.calls.hotline_loader import digest_of_code
from ivr.calls.served_hotline import LOOK_EVERY, ServedHotline
from ivr.config import (
    CODE_VARIABLE,
    HOTLINE_VARIABLE,
    INSECURE_VARIABLE,
    MESSAGES_VARIABLE,
    MODULE_VARIABLE,
    settings_from,
)
from ivr.logs import configure
from ivr.messaging.outbox import ENDS_WITHIN
from ivr.serving.connections import IDLE_SECONDS, BoundedConnection, watch
from ivr.serving.messages import send_beside
from ivr.serving.wsgi import WsgiBridge

READY, WELL = b"r", b"."
"""What a worker tells its supervisor: that it answers, and that it is still well."""
BEAT_EVERY = 1.0
"""Seconds between two signs of life."""
GRACE_SECONDS = 8
"""That requests under way may take when the worker is asked to end."""
DUMP = signal.SIGUSR1
"""Makes a worker write into the log where each of its threads is, even if it hangs."""
FOLLOWER_SECONDS = 2.0
"""That compiling a menu may still take when the worker ends. Then it is given up."""
BACKLOG = 1024
"""Connections that the kernel keeps until a worker accepts them."""
ACCEPTED_AT_ONCE = 64
"""Connections that a worker accepts before it looks at those that it has. After a whole backlog of clients that have gone
again, it would cut honest ones because there seem to be too many."""

log = structlog.get_logger(__name__)


def main(listener: socket.socket, supervisor: socket.socket) -> None:
    """Answer on ``listener`` until asked to end. ``supervisor`` is this worker's end of a pair of sockets."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches every process of a terminal; the supervisor decides
    faulthandler.register(DUMP, all_threads=True)
    _allow_many_connections()
    settings = settings_from(os.environ)
    configure(settings.log, settings.log_level)
    insecure = os.environ.get(INSECURE_VARIABLE) == "1"
    name_process("ivr-worker")
    program = create_app(
        Path(os.environ[HOTLINE_VARIABLE]),
        settings,
        insecure=insecure,
        module=os.environ.get(MODULE_VARIABLE),
    )
    application = program.extensions["ivr"]
    _compare_code(application.hotline)
    follower = MenuFollower(application.hotline)
    outbox = None
    if settings.sends_messages and os.environ.get(MESSAGES_VARIABLE) != "elsewhere":
        outbox = send_beside(application, settings)
    bridge = WsgiBridge(program)
    gc.freeze()  # what has been loaded by now is never garbage

    def ending() -> None:
        """Let the outbox end at the same time as the requests, and not after them."""
        if outbox:
            outbox.stop(ENDS_WITHIN)

    asyncio.run(answer(bridge, listener, supervisor, ending))
    if outbox:
        outbox.end(ENDS_WITHIN)
    bridge.close()
    follower.stop()
    application.close()


def _compare_code(hotline: ServedHotline) -> None:
    """Say so if a worker that replaces another one has loaded other Python code than those that run."""
    module, started_with = hotline.current().python, os.environ.get(CODE_VARIABLE)
    if started_with and digest_of_code(hotline.folder, module) != started_with:
        remedy = "restart the server, so that all workers run the same code"
        log.warning("worker runs changed code", module=module, remedy=remedy)


class MenuFollower:
    """Takes up a changed menu in a thread of its own: no call waits until it is compiled."""

    def __init__(self, hotline: ServedHotline, every: float = LOOK_EVERY) -> None:
        hotline.look_every = math.inf
        self._hotline, self._every = hotline, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="menu", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            self._hotline.refresh()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(FOLLOWER_SECONDS)


async def answer(
    bridge: WsgiBridge, listener: socket.socket, supervisor: socket.socket, ending: Callable[[], None]
) -> None:
    """Answer requests until SIGTERM comes or the supervisor has died. ``ending`` is called as soon as that is known."""
    server = _Server(
        Config(
            bridge,
            http=BoundedConnection,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            log_level="critical",  # its lines are about strangers' mistakes, without bound
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=ACCEPTED_AT_ONCE,  # that is what asyncio does with it; the kernel's own is set below
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(supervisor)  # it is readable for ever once its other end is closed
        server.should_exit = True
        ending()

    loop.add_signal_handler(signal.SIGTERM, end)
    supervisor.setblocking(False)
    loop.add_reader(supervisor, end)  # the supervisor says nothing: this is its end
    beside = [
        loop.create_task(watch(server.server_state.connections)),
        loop.create_task(_beat(server, bridge, supervisor)),
    ]
    await server.serve([listener])
    for task in beside:
        task.cancel()


async def _beat(server: _Server, bridge: WsgiBridge, supervisor: socket.socket) -> None:
    """Tell the supervisor that the worker is ready, then that it is well. One that is useless says nothing."""
    await server.answering.wait()
    sign = READY
    while True:
        if not bridge.stuck:
            with contextlib.suppress(OSError):
                supervisor.send(sign)
            sign = WELL
        await asyncio.sleep(BEAT_EVERY)


class _Server(Server):
    """uvicorn's server, without its signal handlers: the worker has its own."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)
        self.answering.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _allow_many_connections() -> None:
    """Raise the number of files that this process may open to what the system allows, but not endlessly."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def name_process(name: str) -> None:
    """Let tools such as ``ps`` and ``top`` show what this process is, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name, encoding="ascii")
