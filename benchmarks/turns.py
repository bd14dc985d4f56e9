"""A full turn of this server beside its peers, in one run, on our HTTP server with one worker.

    python -m benchmarks.turns [--rounds 5] [--calls 300]

``ours`` is the whole turn: signature, SQLite (look, save, and a claim before an action), step, record, TwiML. ``plain`` is
a Flask + twilio handler that builds one Gather with no signature check and no state; ``bare`` a Flask page of constant
TwiML. Each round
measures the three one after the other, so that a machine that slows down slows all of them; the figures are medians.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://ivr.example.com"
CONNECTIONS = 4
KEYS = ("9", "3", "9", "*", "4", "9", "*", "*", "9", "5")
"""What each caller presses after the greeting: menus, repeats and ways back; nothing that asks for identity."""
FACTORIES = {
    "ours": "benchmarks.peers:ours",
    "plain": "benchmarks.peers:plain",
    "bare": "benchmarks.peers:bare",
}


@dataclass
class Measured:
    """What one server did in all rounds."""

    rates: list[float] = field(default_factory=list)
    """Requests a second, one figure a round."""
    latencies: list[float] = field(default_factory=list)
    """Seconds."""


def call_requests(call: int, server: str, port: int) -> list[bytes]:
    """Return the requests of one call as bytes on the wire, signed for ours."""
    sid = f"CA{call:032x}"
    requests = []
    for turn in range(len(KEYS) + 1):
        path = "/voice" if turn == 0 or server != "ours" else f"/voice/zh-CN/{turn}"
        form = {
            "AccountSid": "AC" + "0" * 32,
            "ApiVersion": "2010-04-01",
            "CallSid": sid,
            "CallStatus": "in-progress" if turn else "ringing",
            "Called": "+8657100000000",
            "Caller": "+8613800138000",
            "Direction": "inbound",
            "From": "+8613800138000",
            "FromCountry": "CN",
            "To": "+8657100000000",
            "ToCountry": "CN",
        }
        if turn:
            form |= {"Digits": KEYS[turn - 1], "FinishedOnKey": "", "msg": "Gather End"}
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nX-Twilio-Signature: {signature}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


def read_answer(connection: socket.socket) -> bytes:
    """Return one whole HTTP answer; raises when it is not 200."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[
            1
        ]
    )
    while len(body) < length:
        body += connection.recv(65536)
    return body


def ring(port: int, calls: Sequence[Sequence[bytes]], latencies: list[float]) -> None:
    """Send calls one after the other over one connection."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for call in calls:
            for request in call:
                begin = time.perf_counter()
                connection.sendall(request)
                read_answer(connection)
                latencies.append(time.perf_counter() - begin)


def measure(port: int, calls: Sequence[Sequence[bytes]], into: Measured) -> None:
    """Send all calls over a few connections at once."""
    latencies: list[list[float]] = [[] for _ in range(CONNECTIONS)]
    threads = [
        threading.Thread(target=ring, args=(port, calls[number::CONNECTIONS], latencies[number]))
        for number in range(CONNECTIONS)
    ]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begin
    done = [latency for each in latencies for latency in each]
    into.rates.append(len(done) / took)
    into.latencies += done


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(server: str, port: int, folder: Path) -> subprocess.Popen[bytes]:
    """Start one server with one worker and wait until it answers."""
    environment = {
        **os.environ,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "IVR_PUBLIC_URL": PUBLIC,
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "IVR_HOTLINE": str(Path("menus/yuebao").resolve()),
        "IVR_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "benchmarks.front", FACTORIES[server], str(port)]
    process = subprocess.Popen(command, env=environment)
    for _ in range(400):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
            return process
        except urllib.error.HTTPError:
            return process
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"{server} did not start")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--calls", type=int, default=300, help="calls a round; each has eleven turns")
    options = parser.parse_args()
    measured = {server: Measured() for server in FACTORIES}
    with tempfile.TemporaryDirectory() as folder:
        ports = {server: free_port() for server in FACTORIES}
        processes = [start(server, port, Path(folder)) for server, port in ports.items()]
        try:
            for number in range(options.rounds + 1):
                for server, port in ports.items():
                    first = number * options.calls
                    calls = [
                        call_requests(call, server, port) for call in range(first, first + options.calls)
                    ]
                    measure(
                        port, calls, measured[server] if number else Measured()
                    )  # the first round warms up
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=20)
    report(measured)


def report(measured: dict[str, Measured]) -> None:
    """Print requests a second, latencies, and the ratios of each round."""
    print(f"{'':8}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}")
    for server, each in measured.items():
        cuts = statistics.quantiles(each.latencies, n=100)
        print(f"{server:8}{statistics.median(each.rates):12.0f}{cuts[49] * 1000:9.2f}{cuts[98] * 1000:9.2f}")
    for peer in ("plain", "bare"):
        ratios = [
            ours / theirs for ours, theirs in zip(measured["ours"].rates, measured[peer].rates, strict=True)
        ]
        print(f"ours / {peer}: {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
