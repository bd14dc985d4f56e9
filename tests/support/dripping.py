"""A service on the loopback that sends its answer byte by byte, floods, or does not read what it is sent."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PAUSE = 0.02
"""Seconds from one part to the next: far less than the deadlines of the tests, so that no read ever waits for one."""
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Peer:
    """The service. It sends ``start``, and then ``drip`` again and again, with a pause after each or without."""

    start: bytes = b""
    drip: bytes = b""
    pause: float = PAUSE
    tls: ssl.SSLContext | None = None
    reads: bool = True
    """Whether it reads the request before it answers."""
    url: str = ""
    hung_up: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released for each connection that the client has closed."""
    over: threading.Event = field(default_factory=threading.Event)

    def talk(self, accepted: socket.socket) -> None:
        """Serve one connection until the client closes it."""
        accepted.settimeout(5)
        with accepted, suppress(OSError):
            if not self.tls:
                self._answer(accepted)
            else:
                with self.tls.wrap_socket(accepted, server_side=True) as safe:
                    self._answer(safe)
        self.hung_up.release()

    def _answer(self, connection: socket.socket) -> None:
        if self.reads:
            connection.recv(65536)
        connection.sendall(self.start)
        while self.drip and not (self.over.wait(self.pause) if self.pause else self.over.is_set()):
            connection.sendall(self.drip)
        while self.reads and connection.recv(65536):
            pass
        if not self.reads:
            self.over.wait(5)


@contextmanager
def dripping(peer: Peer) -> Iterator[Peer]:
    """Serve for the time of a test."""
    peer.over.clear()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer.url = f"http{'s' if peer.tls else ''}://127.0.0.1:{listener.getsockname()[1]}"

        talks: list[threading.Thread] = []

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                if peer.over.is_set():
                    connection.close()
                    return
                talks.append(threading.Thread(target=peer.talk, args=(connection,)))
                talks[-1].start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield peer
        finally:
            peer.over.set()
            socket.create_connection(listener.getsockname()).close()
            for each in (thread, *talks):
                each.join()
