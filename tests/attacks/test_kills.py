"""A hundred kills of the server's processes while callers order something: no call is lost, and no order doubled."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from ivr.serving.supervisor import SILENT_SECONDS
from ivr.storage import open_store
from ivr.storage.base import TURN_LEASE
from tests.support.figures import figure
from tests.support.served import Server, serving, wait_until
from tests.support.steady_callers import SteadyCallers, write_shop

SEED = 20261129
KILLS_OF_A_ROUND = 5
"""On one server. Its pauses grow with each death of the same worker."""
TRIES = 300
"""To stop a worker while it writes."""
BACK_AGAIN = '"event": "worker answers again"'
ANSWERED_WITHIN = SILENT_SECONDS + 12
"""Seconds: those in which a worker may hang, and the lease of the turn that it had begun."""


@dataclass
class Killer:
    """Kills one process after the other, each once the one before it is back."""

    draw: random.Random
    away: list[float] = field(default_factory=list)
    """Seconds until everything was back after each kill."""
    hung: list[float] = field(default_factory=list)
    """The same after each hang."""
    locked: int = 0
    """Workers that hung while they wrote."""

    def attack(self, server: Server, plan: Sequence[bool]) -> None:
        """Kill something at a random moment of the callers, or let a worker hang where the plan says so, and so on."""
        deaths, _ = 0, server.publisher()
        for hang in plan:
            # A worker that hangs while another one's lease still runs: together that is more than a webhook can wait,
            # and callers go to a human. Here each of the two comes alone.
            sleep(self.draw.uniform(0.1, 0.5) + hang * TURN_LEASE.total_seconds())
            deaths += self.hang(server) if hang else self.kill(server)
            begun = monotonic()
            wait_until(lambda deaths=deaths: server.log.read_text().count(BACK_AGAIN) >= deaths)  # type: ignore[misc]
            (self.hung if hang else self.away).append(monotonic() - begun)

    def kill(self, server: Server) -> int:
        """Kill a worker, or the publisher, or every worker. Return how many died."""
        workers = server.workers()
        one, other = workers[:1], workers[1:]
        victims = self.draw.choice([one, one, other, other, workers, [server.publisher()]])
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        return len(victims)

    def hang(self, server: Server) -> int:
        """Stop a worker, if possible in the middle of a transaction, where it keeps the database locked."""
        for _ in range(TRIES):
            worker = self.draw.choice(server.workers())
            os.kill(worker, signal.SIGSTOP)
            if is_locked(server.database.removeprefix("sqlite:///")):
                self.locked += 1
                return 1
            os.kill(worker, signal.SIGCONT)
            sleep(self.draw.uniform(0, 0.02))
        os.kill(worker, signal.SIGSTOP)
        return 1

    def line(self) -> str:
        """Return how long everything took to be whole again."""
        hung = (
            f"; {len(self.hung)} hung ({self.locked} while writing), at most {max(self.hung):.1f} s"
            if self.hung
            else ""
        )
        return f"whole again after {statistics.median(self.away):.2f} s (median), at most {max(self.away):.1f} s{hung}"


def is_locked(database: str) -> bool:
    """Return whether somebody is writing, and goes on for longer than any transaction takes."""
    with closing(sqlite3.connect(database, timeout=0.1, isolation_level=None)) as db:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def orders_in(database: Path) -> tuple[dict[str, int], int]:
    """Return the orders by their keys, and how often the action has run."""
    with closing(sqlite3.connect(database)) as db:
        ((runs,),) = db.execute("SELECT count(*) FROM runs")
        return dict(db.execute("SELECT key, number FROM orders")), runs


def rounds(kills: int) -> Iterator[list[bool]]:
    """Return for each server what is done to it: in every second round, a worker hangs instead of being killed."""
    for number, begun in enumerate(range(0, kills, KILLS_OF_A_ROUND)):
        count = min(KILLS_OF_A_ROUND, kills - begun)
        yield [number % 2 == 1 and place == 3 for place in range(count)]


def ring_while(callers: SteadyCallers, happens: Callable[[], None]) -> None:
    """Let callers ring while something happens in this thread."""
    loop, ending = asyncio.new_event_loop(), asyncio.Event()
    ringing = Thread(target=lambda: loop.run_until_complete(callers.ring(ending)))
    ringing.start()
    try:
        happens()
    finally:
        loop.call_soon_threadsafe(ending.set)
        ringing.join()
        loop.close()


def test_kills_lose_no_call_and_double_no_order(tmp_path: Path, amount: Callable[[int, int], int]) -> None:
    """Whichever process dies or hangs, at whatever moment; the server is restarted on the same store in between."""
    orders, kills = tmp_path / "orders.sqlite3", amount(2, 100)
    callers, killer = SteadyCallers(random.Random(SEED)), Killer(random.Random(SEED))
    shop = write_shop(tmp_path / "shop", orders)
    for plan in rounds(kills):
        with serving(tmp_path, environment={"IVR_TEXTS_PER_HOUR": "10000000"}, hotline=shop) as server:
            callers.port = server.port
            ring_while(callers, lambda server=server, plan=plan: killer.attack(server, plan))  # type: ignore[misc]
            assert server.process.poll() is None
            assert server.ends() == 0
        assert not callers.wrong, callers.wrong[:5]
    figure("kills and hangs of processes", kills, killer.line())
    figure("webhooks meanwhile", len(callers.seconds), callers.line())
    told, made, runs = callers.orders, *orders_in(orders)
    figure(
        "calls with an order and a message", len(told), f"{len(made)} orders, in {runs} runs of the action"
    )
    assert told
    assert {key.partition("/")[0]: number for key, number in made.items()} == told
    assert len(made) == len(told)
    assert max(callers.seconds) < ANSWERED_WITHIN
    with closing(open_store(f"sqlite:///{tmp_path / 'calls.sqlite3'}")) as store:
        for call in told:
            history = store.call(call)
            assert history is not None
            assert len(history.messages) == 1
            assert history.record.ending
