"""HTTP servers under strangers: how fast each is, and what a caller notices while somebody attacks it.

    pip install granian waitress gunicorn a2wsgi    # the peers; those that are missing are left out
    python -m benchmarks.servers [--seconds 8]

Each server runs the same plain Flask page (benchmarks.peers:plain) with two workers. ``rate`` is its speed over four
connections that are kept. Then, one after the other, an attack goes on while an honest caller opens a connection every
20 ms and asks with a patience of two seconds: the table has the slowest of a hundred (p99), and how many got nothing.
``dead`` says whether the server still answers when the attack is over. All of it stays on the loopback.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.turns import free_port, read_answer

PATIENCE = 2.0
BODY = b"CallSid=CA0123456789abcdef0123456789abcdef&From=%2B8613800138000&To=%2B8657100000000&Digits=1"
HEAD = b"POST /voice HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
REQUEST = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
WSGI = "benchmarks.peers:plain"

SERVERS: dict[str, tuple[str, Callable[[int], list[str]]]] = {
    "ours": ("uvicorn", lambda port: ["-m", "benchmarks.front", WSGI, str(port), "--workers", "2"]),
    "granian, HTTP/1": ("granian", lambda port: granian(port, "1")),
    "granian, as it comes": ("granian", lambda port: granian(port, "auto")),
    "waitress": (
        "waitress",
        lambda port: ["-m", "waitress", "--threads=40", f"--listen=127.0.0.1:{port}", "--call", WSGI],
    ),
    "gunicorn, threads": (
        "gunicorn",
        lambda port: [
            *("-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "40", "--keep-alive", "15"),
            *("--log-level", "critical", "-b", f"127.0.0.1:{port}", f"{WSGI}()"),
        ],
    ),
    "uvicorn, a2wsgi": (
        "a2wsgi",
        lambda port: [
            *(
                "-m",
                "uvicorn",
                "--factory",
                "benchmarks.peers:plain_asgi",
                "--port",
                str(port),
                "--workers",
                "2",
            ),
            *("--log-level", "critical", "--no-access-log"),
        ],
    ),
}
"""Name to the package that it needs, and its arguments. waitress has no workers of its own, so it runs alone."""


def granian(port: int, http: str) -> list[str]:
    """Return the arguments of granian."""
    return [
        *("-m", "granian", WSGI, "--factory", "--interface", "wsgi", "--http", http, "--port", str(port)),
        *(
            "--workers",
            "2",
            "--blocking-threads",
            "40",
            "--log-level",
            "critical",
            "--respawn-failed-workers",
        ),
    ]


def http2_without_bodies() -> bytes:
    """Return an HTTP/2 connection with sixty requests whose bodies never come."""
    fields = ((b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"500"))
    literal = b"".join(
        b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in fields
    )
    block = b"\x83\x86\x04\x06/voice\x01\x01x" + literal
    frames = [
        len(block).to_bytes(3, "big") + b"\x01\x04" + (2 * number + 1).to_bytes(4, "big") + block
        for number in range(60)
    ]
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    return preface + b"".join(frames)


def attack(port: int, count: int, said: bytes, drips: bytes, until: threading.Event) -> None:
    """Keep connections open that say this and then a byte a second. One that was cut is opened again."""
    held: list[socket.socket | None] = [None] * count
    try:
        while not until.is_set():
            for place, connection in enumerate(held):
                try:
                    if connection is None:
                        held[place] = opened = socket.create_connection(("127.0.0.1", port), 1)
                        opened.sendall(said)
                    elif drips:
                        connection.sendall(drips)
                except OSError:
                    if connection is not None:
                        connection.close()
                    held[place] = None
            until.wait(1)
    finally:
        for connection in held:
            if connection is not None:
                connection.close()


ATTACKS: dict[str, tuple[int, bytes, bytes]] = {
    "HTTP/2": (4, http2_without_bodies(), b""),
    "90 bodies": (90, HEAD + b"Content-Length: 1000\r\n\r\n", b"x"),
    "200 heads": (200, HEAD, b"x"),
    "1,100 silent": (1100, b"", b""),
}


def ask(port: int) -> float:
    """Return the seconds that one request takes, over a connection of its own. Infinite if nobody answers."""
    begun = time.perf_counter()
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(REQUEST)
            read_answer(connection)
        return time.perf_counter() - begun
    except (OSError, RuntimeError, StopIteration):
        return math.inf


def honest(port: int, seconds: float) -> tuple[float, int]:
    """Ask again and again. Return the 99th percentile in seconds, and how many got no answer in time."""
    took, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        took.append(ask(port))
        time.sleep(0.02)
    answered = sorted(each for each in took if each < math.inf)
    slowest = answered[math.ceil(len(answered) * 0.99) - 1] if answered else math.inf
    return slowest, len(took) - len(answered)


def rate(port: int, seconds: float) -> float:
    """Return the requests a second over four connections."""
    done = [0] * 4
    deadline = time.monotonic() + seconds

    def keep_asking(place: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while time.monotonic() < deadline:
                connection.sendall(REQUEST)
                read_answer(connection)
                done[place] += 1

    threads = [threading.Thread(target=keep_asking, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


@contextmanager
def running(arguments: list[str], port: int) -> Iterator[None]:
    """Run a server in a process group of its own until the block ends."""
    with subprocess.Popen(
        [sys.executable, *arguments], start_new_session=True, stderr=subprocess.DEVNULL
    ) as process:
        try:
            deadline = time.monotonic() + 20
            while ask(port) == math.inf and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(1)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(12)
            except subprocess.TimeoutExpired:
                process.kill()


def row(name: str, seconds: float) -> str:
    """Return one line of the table."""
    _, arguments = SERVERS[name]
    port = free_port()
    cells = [f"{name:21}"]
    with running(arguments(port), port):
        cells.append(f"{rate(port, seconds):6.0f}")
    for count, said, drips in ATTACKS.values():
        port = free_port()
        with running(arguments(port), port):
            until = threading.Event()
            attacker = threading.Thread(target=attack, args=(port, count, said, drips, until))
            attacker.start()
            time.sleep(1)
            slowest, lost = honest(port, seconds)
            until.set()
            attacker.join()
            time.sleep(0.5)
            dead = ask(port) == math.inf
        said_so = " dead" if dead else f" {lost} lost" if lost else ""
        cells.append(
            f"{slowest * 1000:7.1f} ms{said_so:9}" if slowest < math.inf else f"    none{said_so:10}"
        )
    return " ".join(cells)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="of each cell")
    parser.add_argument(
        "names", nargs="*", default=list(SERVERS), help="servers to measure; all if none is named"
    )
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    print(" ".join(["server".ljust(21), "  rate", *(f"{attack:19}" for attack in ATTACKS)]), flush=True)
    for name in options.names:
        package, _ = SERVERS[name]
        if importlib.util.find_spec(package) is None:
            print(f"{name:21} not installed", flush=True)
        else:
            print(row(name, options.seconds), flush=True)


if __name__ == "__main__":
    main()
