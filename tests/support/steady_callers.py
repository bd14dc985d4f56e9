"""Callers who ask for an effect in each call while the server is being killed, and who know what they were told.

A webhook whose connection breaks is sent again, as Twilio does where it is told to; some are sent twice at once. Every
answer must be right the first time that there is one.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import sqlite3
from asyncio import IncompleteReadError
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from urllib.parse import urlencode

from tests.support.phone import FORM, PUBLIC, signed

CALLERS = 6
PATIENCE = 15.0
"""Seconds that Twilio waits for an answer."""
GIVES_UP = 60.0
"""Seconds after which a webhook is lost, however often it was sent."""
MENU = """\
hotline: kills
languages: [en-US]
timezone: UTC
start: main
desks: {desk: {number: "+12025550100", hours: always, busy: bye, no_answer: bye, failed: bye}}
texts: {countries: {US: 1000000}}
nodes:
  main: {say: This is the shop., menu: {"1": {for: an order, go: order}, "2": {for: a person, go: agent}}}
  order: {run: order, outcomes: {ok: ordered, unavailable: agent}}
  ordered:
    say: "Your order has the number {{ number }}."
    menu: {"1": {for: a message about it, go: message}, "2": {for: ending the call, go: bye}}
  message: {text: "Your order: {{ number }}.", then: sent, unable: agent, rationed: agent}
  sent: {say: The message is on its way., menu: {"1": {for: ending the call, go: bye}, "2": {for: a person, go: agent}}}
  agent: {say: One moment., transfer: desk}
  bye: {end: Goodbye.}
"""
CODE = '''
"""Takes orders. A number is given once for each key, as an idempotent service does; every run is noted."""
import sqlite3, time
from contextlib import closing
from ivr.actions import ActionResult, Outcome, action

@action("Takes an order.", changes=True, outcomes={"ok": Outcome("It is taken.", tells={"number": "its number"})})
def order(services, request):
    with closing(sqlite3.connect("ORDERS", timeout=30, isolation_level=None)) as db:
        db.execute("INSERT INTO runs VALUES (?)", (request.key,))
        db.execute("INSERT OR IGNORE INTO orders (key) VALUES (?)", (request.key,))
        time.sleep(0.02)
        (number,) = db.execute("SELECT number FROM orders WHERE key = ?", (request.key,)).fetchone()
    return ActionResult("ok", {"number": number})
'''
TABLES = "PRAGMA journal_mode=WAL; CREATE TABLE runs (key TEXT); CREATE TABLE orders (number INTEGER PRIMARY KEY, key TEXT UNIQUE)"


def write_shop(folder: Path, orders: Path) -> Path:
    """Write the hotline that they call into a folder; its orders are kept in a database of their own."""
    folder.mkdir()
    with closing(sqlite3.connect(orders)) as db:
        db.executescript(TABLES)
    code = CODE.replace("ORDERS", str(orders))
    for name, text in {"menu.yaml": MENU, "actions.yaml": "python: actions.py", "actions.py": code}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def path_in(answer: str) -> str:
    """Return where a document leads."""
    return str(re.findall(r'action="(/voice/[^"]*)"', answer)[-1])


@dataclass
class SteadyCallers:
    """Some callers, each with one call after the other, and what came of them."""

    draw: random.Random
    port: int = 0
    """Of the server that they call at present."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    """Of their calls."""
    orders: dict[str, int] = field(default_factory=dict)
    """The number of the order that each finished call was told."""
    seconds: list[float] = field(default_factory=list)
    """Of each webhook, however often it was sent."""
    again: int = 0
    """Webhooks that were sent again because their connection had broken."""
    twice: int = 0
    waits: int = 0
    """How often a caller heard that it takes a moment longer."""
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Return what they noticed."""
        return f"slowest {max(self.seconds):.1f} s, {self.again} sent again, {self.twice} sent twice at once, {self.waits} moments"

    async def ring(self, ending: asyncio.Event) -> None:
        """Let all of them ring until it ends. Calls that have begun are finished."""

        async def caller() -> None:
            while not ending.is_set():
                try:
                    await self._call(next(self.numbers))
                except (AssertionError, TimeoutError) as error:
                    self.wrong.append(str(error))
                    return

        await asyncio.gather(*(caller() for _ in range(CALLERS)))

    async def _call(self, number: int) -> None:
        form = {
            "CallSid": f"CA{number:032x}",
            "From": f"+1202{5550000 + number % 4_000_000}",
            "To": "+12025550100",
        }
        answer = await self._webhook("/voice", {**form, "CallStatus": "ringing"})
        assert "This is the shop" in answer, answer
        form["CallStatus"] = "in-progress"
        for words in ("Your order has the number", "on its way", "Goodbye"):
            await asyncio.sleep(self.draw.uniform(0, 0.1))
            answer = await self._webhook(path_in(answer), {**form, "Digits": "1"})
            while "One moment, please" in answer:  # the action is not over: nothing is pressed
                self.waits += 1
                answer = await self._webhook(path_in(answer), form)
            assert words in answer, f"{form['CallSid']}: {answer}"
            if found := re.search(r"the number (\d+)", answer):
                self.orders[form["CallSid"]] = int(found[1])

    async def _webhook(self, path: str, form: Mapping[str, str]) -> str:
        """Send a webhook until it is answered; now and then it goes out twice at once."""
        begun, body = monotonic(), urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {FORM}\r\n"
            f"Content-Length: {len(body)}\r\nX-Twilio-Signature: {signed(PUBLIC + path, form)}\r\n\r\n"
        )
        times = 2 if self.draw.random() < 0.1 else 1
        self.twice += times - 1
        answers = await asyncio.gather(*(self._answer(head.encode() + body, begun) for _ in range(times)))
        self.seconds.append(monotonic() - begun)
        assert len({*answers}) == 1, f"{path}: {answers}"
        return answers[0]

    async def _answer(self, request: bytes, begun: float) -> str:
        while True:
            try:
                async with asyncio.timeout(PATIENCE):
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    try:
                        writer.write(request)
                        answer = await reader.read()
                    finally:
                        writer.close()
                if answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"</Response>"):
                    return answer.partition(b"\r\n\r\n")[2].decode()
                assert not answer or answer.startswith(b"HTTP/1.1 200"), answer[:300]
            except (OSError, IncompleteReadError, TimeoutError):
                pass
            if monotonic() - begun > GIVES_UP:
                raise TimeoutError(f"no answer: {request[:60]!r}")
            self.again += 1
            await asyncio.sleep(0.1)
