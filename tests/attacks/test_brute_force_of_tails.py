"""Guessing the tail of an ID card: a hint for the rest of the way, so that it must not be had by trying."""

from __future__ import annotations

from collections import Counter

from ivr.actions.identity import TAIL
from tests.support.attacker import (
    ANOTHER_NUMBER,
    LOCK,
    POSSIBLE_TAILS,
    TO_THE_NUMBER,
    TO_THE_NUMBER_IF_WITHHELD,
    VICTIM,
    Attack,
    Try,
    telephone,
    way,
)
from tests.support.figures import Amount, figure


def guesses(n: int) -> list[str]:
    """Return the guesses of the n-th call, which are wrong for everybody."""
    return [f"{n % 10}{step}9*" for step in range(5)]


def number(n: int) -> str:
    """Return the n-th number to be typed: a stranger cannot tell which of them have an account."""
    return f"1380013{8000 + n}#"


def spread(judged: list[Try]) -> str:
    """Return how the judged tails are spread."""
    accounts = Counter(each.account for each in judged)
    most = max(accounts.values())
    return f"{len(judged)} judged, at most {most} of one account"


def test_many_callers_at_once_have_three_tails_between_them(attack: Attack, amount: Amount) -> None:
    """One account, many telephones."""
    calls = amount(200, 1_000)
    for n in range(calls):
        attack.at_once(telephone(n), (*TO_THE_NUMBER, f"{VICTIM[3:]}#", *guesses(n)))
    judged = attack.tries.judged[TAIL]
    figure(
        "tails guessed, each call from a number of its own, one account",
        calls,
        f"{spread(judged)}: chance {len(judged) / POSSIBLE_TAILS:.4%}",
    )
    assert len(judged) == 3
    assert not attack.tries.texts


def test_one_caller_has_three_tails_for_many_accounts(attack: Attack, amount: Amount) -> None:
    """One telephone, many numbers typed: the caller counts too, whether or not the numbers have accounts."""
    calls = amount(200, 1_000)
    for n in range(calls):
        attack.at_once(telephone(1), (*TO_THE_NUMBER, number(n), *guesses(n)))
    judged = attack.tries.judged[TAIL]
    figure(
        "tails guessed, all calls from one number, each another account",
        calls,
        f"{spread(judged)}: chance {len(judged) / POSSIBLE_TAILS:.4%}",
    )
    assert len(judged) == 3


def test_one_call_has_three_tails_however_many_numbers_it_types(attack: Attack) -> None:
    """A withheld number is no way around the count of a caller: the call is the caller, and it is locked."""
    keys = [entry for n in range(20) for entry in (number(n), guesses(n)[0], ANOTHER_NUMBER)]
    attack.call("", (*TO_THE_NUMBER_IF_WITHHELD, *keys))
    judged = attack.tries.judged[TAIL]
    figure("tails guessed, one withheld call, 20 accounts", 20, spread(judged))
    assert len(judged) == 3


def test_spraying_is_held_to_three_tails_of_each_account(attack: Attack) -> None:
    """Ever other numbers from ever other callers: each account and each caller counts, and nobody has a fourth try."""
    for n in range(300):
        attack.at_once("", (*TO_THE_NUMBER_IF_WITHHELD, number(n), *guesses(n)))
    judged = attack.tries.judged[TAIL]
    figure(
        "tails sprayed, 300 withheld calls, 300 accounts",
        300,
        f"{spread(judged)}: {len(judged) / POSSIBLE_TAILS:.3f} right ones to be expected, and a code still to come",
    )
    assert max(Counter(each.account for each in judged).values()) == 3
    assert not attack.tries.texts


def test_a_right_tail_of_his_own_washes_no_caller_clean(attack: Attack) -> None:
    """A customer who proves his own account between two guesses at another one has three guesses all the same."""
    own, own_tail = "+8613800138001", "0563"
    for n in range(20):
        attack.at_once(own, (*way("login", "login_status"), own_tail))
        attack.at_once(own, (*TO_THE_NUMBER, f"{VICTIM[3:]}#", guesses(n)[0]))
    judged = [each for each in attack.tries.judged[TAIL] if each.account.endswith(VICTIM)]
    figure("tails guessed by a customer who proves himself in between", 20, spread(judged))
    assert len(judged) == 3


def test_patience_gains_three_tails_for_each_lock(attack: Attack) -> None:
    """A call every half hour for ten days: within the time of a lock never a fourth try."""
    for n in range(480):
        attack.call(telephone(n), (*TO_THE_NUMBER, f"{VICTIM[3:]}#", *guesses(n)), after=1800)
    judged = attack.tries.judged[TAIL]
    days = (judged[-1].at - judged[0].at).total_seconds() / 86_400
    figure(
        "tails guessed, 480 calls over ten days, one account",
        480,
        f"{len(judged)} judged in {days:.1f} days: chance {len(judged) / POSSIBLE_TAILS:.2%}",
    )
    times = [each.at for each in judged]
    assert all(fourth - first >= LOCK for first, fourth in zip(times, times[3:], strict=False))
