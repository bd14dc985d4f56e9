"""Five hundred callers at once, each pressing a key every few seconds, for a minute.

    python -m benchmarks.callers [--callers 500] [--seconds 60] [--beside ../another/checkout]

The server is `ivr serve menus/yuebao` with two workers. Every request is signed, comes over a connection of its own, as Twilio's
do, and is due at a time that does not depend on the answers, so that a slow server is not asked less. With
``--beside`` the server of another checkout (with a ``.venv`` of its own) gets the same callers in turns with ours, a
quarter of the time each, so that a noisy machine disturbs both.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.turns import KEYS, PUBLIC, TOKEN, call_requests, free_port

HERE = Path(__file__).parents[1]
PATIENCE = 15.0
"""Seconds that Twilio waits for an answer."""


@dataclass
class Figures:
    """What all callers of one server noticed."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Return a line of the table."""
        return (
            f"{name:10} {len(self.seconds):8} {self.at(0.5) * 1000:8.1f} {self.at(0.99) * 1000:8.1f} "
            f"{max(self.seconds, default=0) * 1000:8.1f} {len(self.errors):6}"
        )

    def at(self, part: float) -> float:
        """Return a percentile in seconds."""
        ordered = sorted(self.seconds)
        return ordered[max(math.ceil(len(ordered) * part) - 1, 0)] if ordered else math.inf


async def ask(port: int, request: bytes, figures: Figures) -> None:
    """Send one request and note how long the answer took."""
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
                answer = await reader.read(-1)
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        figures.errors.append(type(error).__name__)
        return
    if not answer.startswith(b"HTTP/1.1 200") or b"</Response>" not in answer:
        figures.errors.append(answer[:40].decode("latin-1"))
    figures.seconds.append(time.perf_counter() - begun)


async def caller(number: int, port: int, until: float, pause: float, figures: Figures) -> None:
    """Make one call after the other."""
    clock, chance = asyncio.get_running_loop().time, random.Random(number)
    due = clock() + chance.uniform(0, pause)
    for call in range(number, 10**9, 100_000):
        for request in call_requests(call, "ours", port)[: chance.randint(2, len(KEYS) + 1)]:
            if due >= until:
                return
            await asyncio.sleep(due - clock())
            await ask(port, request, figures)
            due = max(due + chance.uniform(0.5, 1.5) * pause, clock())


async def storm(port: int, callers: int, first: int, seconds: float, pause: float, figures: Figures) -> None:
    """Let all callers ring."""
    until = asyncio.get_running_loop().time() + seconds
    await asyncio.gather(*(caller(first + number, port, until, pause, figures) for number in range(callers)))


@contextmanager
def serving(checkout: Path, folder: Path) -> Iterator[int]:
    """Run the server of a checkout until the block ends."""
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout),
        "TWILIO_AUTH_TOKEN": TOKEN,
        "IVR_PUBLIC_URL": PUBLIC,
        "IVR_DATABASE_URL": f"sqlite:///{folder / 'calls.sqlite3'}",
        "IVR_LOG_LEVEL": "error",
    }
    own = checkout / ".venv" / "bin" / "python"
    python = str(own) if own.exists() else sys.executable
    command = [python, "-m", "ivr.cli", "serve", "menus/yuebao", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(
        command, cwd=checkout, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            if not process.stdout.readline().startswith("ready"):
                raise RuntimeError(f"the server in {checkout} did not start")
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--callers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each server")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between two keys of a caller")
    parser.add_argument("--beside", type=Path, help="another checkout, to compare with")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    checkouts = {"ours": HERE} | ({"beside": options.beside.resolve()} if options.beside else {})
    figures = {name: Figures() for name in checkouts}
    with ExitStack() as stack:
        ports = {}
        for name, checkout in checkouts.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            ports[name] = stack.enter_context(serving(checkout, folder))
        rounds = 4 if len(ports) > 1 else 1
        for turn in range(rounds):
            for name, port in ports.items():
                first = 1 + turn * options.callers
                asyncio.run(
                    storm(
                        port, options.callers, first, options.seconds / rounds, options.pause, figures[name]
                    )
                )
    print(f"{'server':10} {'requests':>8} {'p50 ms':>8} {'p99 ms':>8} {'most ms':>8} {'errors':>6}")
    for name, each in figures.items():
        print(each.line(name))
    if options.beside:
        print(f"p99, ours / beside: {figures['ours'].at(0.99) / figures['beside'].at(0.99):.2f}")


if __name__ == "__main__":
    main()
