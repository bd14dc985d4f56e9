"""Guessing one-time codes: the attacker knows his victim's number and the tail of his ID card."""

from __future__ import annotations

from ivr.actions.identity import CODE
from tests.support.attacker import (
    LOCK,
    POSSIBLE_CODES,
    TO_THE_NUMBER,
    TO_THE_NUMBER_IF_WITHHELD,
    VICTIM,
    VICTIMS_TAIL,
    Attack,
    telephone,
)
from tests.support.figures import Amount, figure

TO_THE_CODE = (*TO_THE_NUMBER, f"{VICTIM[3:]}#", VICTIMS_TAIL)
TO_THE_CODE_IF_WITHHELD = (*TO_THE_NUMBER_IF_WITHHELD, f"{VICTIM[3:]}#", VICTIMS_TAIL)


def guesses(n: int) -> list[str]:
    """Return the guesses of the n-th call, none of which is wasted on a code that was guessed before."""
    return [f"{(7 * n + step) % POSSIBLE_CODES:06}" for step in range(4)]


def tell(attack: Attack, how: str, calls: int) -> None:
    """Print how many codes were judged in which time, the chance, and what the victim saw of it."""
    judged = attack.tries.judged[CODE]
    hours = (judged[-1].at - judged[0].at).total_seconds() / 3600
    figure(
        f"codes guessed, {how}",
        calls,
        f"{len(judged)} judged in {hours:.1f} h: chance {len(judged) / POSSIBLE_CODES:.4%}; "
        f"{attack.tries.texts[VICTIM]} messages to the victim",
    )


def test_many_callers_at_once_have_three_codes_between_them(attack: Attack, amount: Amount) -> None:
    """Each comes from a telephone of its own; the account counts, and locks itself after the third wrong code."""
    calls = amount(200, 1_000)
    for n in range(calls):
        attack.at_once(telephone(n), (*TO_THE_CODE, *guesses(n)))
    tell(attack, "each call from a number of its own, at one moment", calls)
    assert len(attack.tries.judged[CODE]) == 3
    assert attack.tries.texts == {VICTIM: 1}
    assert attack.tries.outcomes["verify_identity: locked"] == calls - 1


def test_many_withheld_calls_at_once_have_no_more(attack: Attack, amount: Amount) -> None:
    """Without a number every call is a caller of its own; the account counts all the same."""
    calls = amount(200, 1_000)
    for n in range(calls):
        attack.at_once("", (*TO_THE_CODE_IF_WITHHELD, *guesses(n)))
    tell(attack, "all at one moment, numbers withheld", calls)
    assert len(attack.tries.judged[CODE]) == 3
    assert attack.tries.texts == {VICTIM: 1}


def test_patience_gains_three_codes_for_each_lock(attack: Attack) -> None:
    """A call every half hour, for ten days: never more than three judged codes within the time of a lock."""
    for n in range(480):
        attack.call(telephone(n), (*TO_THE_CODE, *guesses(n)), after=1800)
    tell(attack, "480 calls from 480 numbers over ten days", 480)
    judged = [each.at for each in attack.tries.judged[CODE]]
    assert all(fourth - first >= LOCK for first, fourth in zip(judged, judged[3:], strict=False))
    assert len(judged) / POSSIBLE_CODES < 0.0005


def test_two_guesses_and_a_pause_gain_nothing(attack: Attack) -> None:
    """Who stops before the third wrong code, so as never to be locked, has fewer of them."""
    for n in range(100):
        attack.call(telephone(n), (*TO_THE_CODE, *guesses(n)[:2]), after=LOCK.total_seconds() / 2)
    tell(attack, "100 calls, two codes in each, no lock", 100)
    judged = [each.at for each in attack.tries.judged[CODE]]
    assert all(fourth - first >= LOCK for first, fourth in zip(judged, judged[3:], strict=False))


def test_asking_for_codes_pesters_nobody(attack: Attack) -> None:
    """Who only has codes sent, and guesses none, is stopped at six in three hours and ten in a day."""
    for n in range(200):
        attack.call(telephone(n), TO_THE_CODE, after=240)
    day = attack.tries.texts[VICTIM]
    hours = (attack.clock.now - min(each.at for each in attack.tries.judged["tail"])).total_seconds() / 3600
    figure(
        "codes asked for, 200 calls from 200 numbers", 200, f"{day} messages in {hours:.0f} h to the victim"
    )
    assert day <= 10
    assert hours < 24
