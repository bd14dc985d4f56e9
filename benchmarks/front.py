"""Runs a WSGI program on the HTTP server of `ivr serve`: in this process, or under the supervisor.

python -m benchmarks.front benchmarks.peers:plain 8081 [--workers 2]
"""

from __future__ import annotations

import argparse
import asyncio
import socket
from importlib import import_module

from ivr.serving.server import listen
from ivr.serving.supervisor import Supervisor
from ivr.serving.worker import answer
from ivr.serving.wsgi import WsgiBridge


class Worker:
    """Answers with the program that a factory makes."""

    def __init__(self, factory: str) -> None:
        self.factory = factory

    def __call__(self, listener: socket.socket, supervisor: socket.socket) -> None:
        """Answer until asked to end."""
        module, _, name = self.factory.partition(":")
        program = getattr(import_module(module), name)()
        asyncio.run(answer(WsgiBridge(program), listener, supervisor, lambda: None))


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("factory")
    parser.add_argument("port", type=int)
    parser.add_argument("--workers", type=int, default=0, help="processes; in this one if not said")
    options = parser.parse_args()
    worker, listener = Worker(options.factory), listen("127.0.0.1", options.port)
    if options.workers:
        Supervisor(listener, options.workers, lambda: None, worker).run()
    else:
        ours, _supervisor = socket.socketpair()  # closing the other end would end the worker
        worker(listener, ours)


if __name__ == "__main__":
    main()
