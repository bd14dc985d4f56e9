"""Strangers and crowds at the server as `ivr serve` starts it, while an honest caller is on the line."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from benchmarks import turns
from benchmarks.callers import Figures, storm
from benchmarks.servers import ATTACKS, attack
from tests.support.figures import figure
from tests.support.hostile_requests import CANARY, Answers, flood, requests
from tests.support.phone import TOKEN
from tests.support.served import Server, serving

SEED = 20261129
MOST_LOG = 64 * 1024
"""Bytes that strangers may write into the log in each minute that begins."""
OF_CALLS = ('"event": "call', '"event": "event"', '"event": "fallback"')
"""What stands in the log's lines about signed webhooks. There are as many as the carrier sends."""
MOST_GROWTH = 100
"""MiB by which a worker may grow."""
SLOWEST = 100
"""Milliseconds: the 99th percentile of the others beside slow and silent clients, unless it is as high without them."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of two workers that knows the callers of the benchmarks too."""
    tokens = {"TWILIO_AUTH_TOKEN": f"{turns.TOKEN},{TOKEN}"}
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    with serving(tmp_path_factory.mktemp("server"), environment=tokens) as running:
        yield running
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory(pid: int) -> int:
    """Return the MiB of memory that a process has."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def milliseconds(figures: Figures) -> str:
    """Return what callers noticed, for the table."""
    p50, p99, most = (1000 * seconds for seconds in (figures.at(0.5), figures.at(0.99), figures.at(1)))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {most:.0f} ms, {len(figures.errors)} errors"


def ring(server: Server, callers: int, first: int, seconds: float, pause: float) -> Figures:
    """Let honest callers ring; each call has a number of its own from the first one on."""
    figures = Figures()
    asyncio.run(storm(server.port, callers, first, seconds, pause, figures))
    return figures


def test_a_crowd_of_callers(server: Server, amount: Callable[[int, int], int]) -> None:
    """Five hundred callers, each with a key every five seconds: none gets an error, and none waits."""
    callers, seconds = amount(10, 500), amount(1, 60)
    figures = ring(server, callers, 1_000, seconds, pause=seconds / 12)
    figure(f"webhooks of {callers} callers in {seconds} s", len(figures.seconds), milliseconds(figures))
    assert figures.seconds
    assert not figures.errors
    assert figures.at(0.99) < 2


@contextmanager
def held_up(port: int, share: float) -> Iterator[int]:
    """Let slow and silent clients do what they do, all of them at once; yield how many there are."""
    until, counts = threading.Event(), [max(int(count * share), 4) for count, _, _ in ATTACKS.values()]
    threads = [
        threading.Thread(target=attack, args=(port, count, said, drips, until))
        for count, (_, said, drips) in zip(counts, ATTACKS.values(), strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield sum(counts)
    finally:
        until.set()
        for thread in threads:
            thread.join()


def test_slow_and_silent_clients(server: Server, amount: Callable[[int, int], int]) -> None:
    """HTTP/2, bodies and heads that drip, and silence, all at once: the others do not notice."""
    seconds, share = amount(1, 60), amount(10, 100) / 100
    quiet = ring(server, 10, 100_000, amount(1, 20), pause=0.2)
    with held_up(server.port, share) as clients:
        figures = ring(server, 10, 200_000, seconds, pause=0.2)
    figure("webhooks of ten callers while nothing else goes on", len(quiet.seconds), milliseconds(quiet))
    figure(f"webhooks beside {clients} slow and silent clients", len(figures.seconds), milliseconds(figures))
    assert figures.seconds
    assert not figures.errors
    slowest = amount(2_500, SLOWEST) / 1000  # a short run has too few webhooks for a percentile
    assert figures.at(0.99) < max(slowest, 3 * quiet.at(0.99))


async def beside_callers(server: Server, attack: Awaitable[Answers], first: int) -> tuple[Answers, Figures]:
    """Let four honest callers ring until an attack is over."""
    honest = Figures()
    ringing = asyncio.create_task(storm(server.port, 4, first, 3600, 0.1, honest))
    try:
        return await attack, honest
    finally:
        ringing.cancel()


def test_hostile_requests(server: Server, amount: Callable[[int, int], int]) -> None:
    """None is answered with TwiML or 5xx, the log stays small and tells no secret, and honest callers are answered."""
    count, begun = amount(1_000, 300_000), monotonic()
    workers, written = server.workers(), server.log.stat().st_size
    before = [memory(pid) for pid in workers]
    sent = flood(server.port, requests(count, SEED), 16)
    answers, honest = asyncio.run(beside_callers(server, sent, first=300_000))
    minutes = (monotonic() - begun) / 60
    lines = server.log.read_text()[written:].splitlines()
    strangers = sum(len(line) + 1 for line in lines if not any(each in line for each in OF_CALLS))
    after = [memory(pid) for pid in workers]
    statuses = {status: answers.of(status) for status in sorted({each for _, each in answers.statuses})}
    figure("hostile requests", count, " ".join(f"{status}: {n:,}" for status, n in statuses.items()))
    figure("honest webhooks beside them", len(honest.seconds), milliseconds(honest))
    figure("bytes of the log that strangers wrote", strangers, f"in {minutes:.1f} minutes")
    figure("MiB of the largest worker", max(after), f"before {before}, after {after}")
    assert sum(statuses.values()) == count
    assert not answers.failed
    assert not answers.served
    assert honest.seconds
    assert not honest.errors
    assert not [line for line in lines if any(each in line for each in (CANARY, TOKEN, "Traceback"))]
    assert strangers < MOST_LOG * (int(minutes) + 1)
    assert server.workers() == workers
    assert all(now - then < MOST_GROWTH for then, now in zip(before, after, strict=True))
