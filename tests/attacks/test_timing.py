"""Finding out who has an account by how long an answer takes.

Two kinds of turn are measured by turns, many times, and their lower quartiles compared: they are deaf to what else the
machine does. What is bounded is what an attacker could ever use; the last test shows that the measure has good ears.
"""

from __future__ import annotations

import gc
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import NormalDist, quantiles

import pytest

from ivr.calls.line import DirectLine
from ivr.demo.accounts import Accounts
from tests.support.attacker import TO_THE_NUMBER, VICTIM, Attack
from tests.support.figures import figure

NOBODY = "+8613900139000"
ATTACKER = "+8613900139001"
ROUNDS = 250
PLANTED = 2.5
"""What a careless early return is made to save here, in multiples of what is allowed: 200 µs for most turns."""
JITTER = 5e-3
"""Seconds by which an answer over a telephone line varies by itself (standard deviation), and that is a very good line."""

Timed = Callable[[], float]


@dataclass(frozen=True)
class Compared:
    """What the times of turns with an account, and without one, have in common."""

    turn: float
    """The lower quartile of all turns, in seconds."""
    difference: float
    """By how much that of those with an account is longer."""
    guessed: float
    """How often, of two turns, the longer one is that with an account (Mann and Whitney's U): at random, one half."""

    @property
    def calls_needed(self) -> float:
        """How many calls to one number would tell by the line's jitter, 95 times in 100, whether it has an account."""
        quantile = NormalDist().inv_cdf(0.95)
        return 2 * (2 * quantile * JITTER / self.difference) ** 2 if self.difference else float("inf")


def compared(with_account: list[float], without: list[float]) -> Compared:
    """Compare two lists of times."""
    order = sorted(without)
    wins = sum(bisect_left(order, each) + bisect_right(order, each) for each in with_account) / 2
    return Compared(
        low([*with_account, *without]),
        low(with_account) - low(without),
        wins / len(with_account) / len(without),
    )


def low(times: list[float]) -> float:
    """Return the lower quartile."""
    return quantiles(times)[0]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the collection of garbage out of the times."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def measured(one: Timed, other: Timed) -> Compared:
    """Measure two kinds of turn by turns, each as often first as second."""
    times: tuple[list[float], list[float]] = ([], [])
    with undisturbed():
        for n in range(ROUNDS):
            for which in (n % 2, 1 - n % 2):
                times[which].append((one, other)[which]())
    return compared(*times)


def pressing(line: DirectLine, keys: str) -> float:
    """Press keys and return how many seconds the answer took."""
    began = time.perf_counter()
    line.press(keys)
    return time.perf_counter() - began


def forgiven(attack: Attack) -> None:
    """Forget the tries, so that no lock comes between."""
    for table in ("ledger_wrongs", "ledger_answers"):
        attack.application.services.attempts._connection.execute(f"DELETE FROM {table}")


def wrong_tail(attack: Attack, typed: str) -> Timed:
    """Return the turn that judges a wrong tail of the account that a caller claims."""

    def turn() -> float:
        forgiven(attack)
        line = attack.call(ATTACKER, (*TO_THE_NUMBER, f"{typed[3:]}#"))
        return pressing(line, "9999")

    return turn


def typed_number(attack: Attack, typed: str) -> Timed:
    """Return the turn that looks for the account of a typed number."""

    def turn() -> float:
        return pressing(attack.call(ATTACKER, TO_THE_NUMBER), f"{typed[3:]}#")

    return turn


def first_turn(attack: Attack, caller: str) -> Timed:
    """Return the turn that looks for the account of the calling number."""

    def turn() -> float:
        line = DirectLine(attack.application.switchboard, attack.clock, caller)
        began = time.perf_counter()
        line.start()
        return time.perf_counter() - began

    return turn


TURNS = {
    "a wrong tail": (wrong_tail, 80e-6),
    "a typed number": (typed_number, 80e-6),
    "a calling number": (first_turn, 150e-6),
}
"""Each with the seconds that are allowed; who has an account by the calling number reads it, which is the difference."""


@pytest.mark.parametrize("what", TURNS)
def test_no_turn_takes_tellingly_longer_for_an_account_that_is_there(attack: Attack, what: str) -> None:
    """What is left is a hundredth of what a telephone line adds by itself, or less."""
    turn, allowed = TURNS[what]
    found = measured(turn(attack, VICTIM), turn(attack, NOBODY))
    figure(
        f"turns timed: {what}, with an account and without",
        2 * ROUNDS,
        f"{found.turn * 1e6:.0f} µs; with one {found.difference * 1e6:+.0f} µs, it is the longer one {found.guessed:.0%}; "
        f"over a line {min(found.calls_needed, 1e6):,.0f} calls to tell",
    )
    assert abs(found.difference) < allowed


@pytest.mark.parametrize("what", TURNS)
def test_an_early_return_would_be_noticed(attack: Attack, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure itself: with so much more time spent only on accounts that are there, it says so."""
    turn, allowed = TURNS[what]
    for name in ("find", "has", "tail_matches"):
        monkeypatch.setattr(Accounts, name, _slower_if_there(getattr(Accounts, name), PLANTED * allowed))
    found = measured(turn(attack, VICTIM), turn(attack, NOBODY))
    figure(
        f"the same with {PLANTED * allowed * 1e6:.0f} µs planted: {what}",
        2 * ROUNDS,
        f"{found.difference * 1e6:+.0f} µs, the longer one {found.guessed:.0%}: noticed",
    )
    assert found.difference > allowed


def _slower_if_there(real: Callable[..., object], seconds: float) -> Callable[..., object]:
    def slower(accounts: Accounts, phone: str, *others: str) -> object:
        if phone == VICTIM:
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                pass
        return real(accounts, phone, *others)

    return slower
