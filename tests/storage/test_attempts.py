"""The attempts: little stories of callers who try again and again, and of webhooks that arrive twice."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from subprocess import PIPE
from threading import Barrier
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.storage.attempts import AttemptResult, Attempts, RateLimit
from ivr.storage.sqlite import SqliteStore

T = TypeVar("T")

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LOCK = 180 * MINUTE
HERS, HIS = "account:+8613800138000", "account:+8613800138001"
CALLER = "caller:+8613900000000"
CODE, OTHER_CODE = "5e" * 32, "a7" * 32
TABLES = ("ledger_answers", "ledger_wrongs", "ledger_spent", "ledger_codes")

_keys = count()


@pytest.fixture
def attempts() -> Iterator[Attempts]:
    """Open an empty attempts, in memory."""
    opened = Attempts(":memory:")
    yield opened
    opened.close()


def attempt(
    attempts: Attempts,
    *holders: str,
    right: bool = False,
    at: datetime = NOW,
    key: str = "",
    kind: str = "tail",
    lock: timedelta = LOCK,
) -> AttemptResult:
    """Try once, three times at most; without a key it is a try of its own."""
    key = key or f"CA{next(_keys)}/1/1"
    return attempts.count_try(kind, holders or (HERS,), right=right, key=key, at=at, most=3, lock=lock)


def verdicts(attempts: Attempts, times: int, *holders: str, at: datetime = NOW) -> list[str]:
    """Try wrongly so many times, and tell the verdicts."""
    return [attempt(attempts, *holders, at=at).verdict for _ in range(times)]


def check(
    attempts: Attempts,
    digest: str,
    *,
    call: str = "CA1",
    key: str = "",
    at: datetime = NOW,
    account: str = HERS,
) -> str:
    """Check a typed code, three times at most; without a key it is a try of its own."""
    return attempts.check_code(account, call, digest, key=key or f"{call}/{next(_keys)}/1", at=at, most=3)


def spend(attempts: Attempts, *rate_limits: RateLimit, at: datetime = NOW, key: str = "") -> bool:
    """Take one of each; without a key for a message of its own."""
    return attempts.consume(rate_limits, key=key or f"CA{next(_keys)}/1/1", at=at)


def rows(attempts: Attempts) -> dict[str, int]:
    """Count the rows of every table that has any."""
    db = attempts._connection
    counted = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    return {table: number for table, number in counted.items() if number}


# --- tries ---


def test_the_third_wrong_try_locks_for_three_hours(attempts: Attempts) -> None:
    """Until the lock has ended, the right answer is not taken either, and who waits does not prolong it."""
    assert [attempt(attempts) for _ in range(3)] == [
        AttemptResult("wrong"),
        AttemptResult("wrong"),
        AttemptResult("locked", 180),
    ]
    later = NOW + 100.5 * MINUTE
    assert (
        attempt(attempts, right=True, at=later) == attempt(attempts, at=later) == AttemptResult("locked", 80)
    )
    assert attempt(attempts, right=True, at=NOW + LOCK - timedelta(seconds=1)) == AttemptResult("locked", 1)
    assert attempt(attempts, right=True, at=NOW + LOCK) == AttemptResult("right")


def locked_at(attempts: Attempts, at: datetime) -> int:
    """Try wrongly three times at this moment, which must lock, and return for how many minutes."""
    assert verdicts(attempts, 2, at=at) == ["wrong", "wrong"]
    tried = attempt(attempts, at=at)
    assert tried.verdict == "locked"
    return tried.minutes_left


def test_each_lock_is_twice_as_long_up_to_eight_times_the_first(attempts: Attempts) -> None:
    """Whoever has patience gains little by it, and nobody is locked out for ever."""
    at, lasted = NOW, []
    for _ in range(6):
        lasted.append(locked_at(attempts, at))
        assert attempt(attempts, at=at + lasted[-1] * MINUTE - MINUTE).verdict == "locked"
        at += lasted[-1] * MINUTE
    assert lasted == [180, 360, 720, 1440, 1440, 1440]


@pytest.mark.parametrize(("after", "minutes"), [(7 * DAY - MINUTE, 360), (7 * DAY, 180)])
def test_a_week_after_a_lock_the_next_one_begins_anew(
    attempts: Attempts, after: timedelta, minutes: int
) -> None:
    """A day would be too short: a thief would come back each night."""
    assert locked_at(attempts, NOW) == 180
    assert locked_at(attempts, NOW + after) == minutes


def test_a_right_try_ends_the_growing_too(attempts: Attempts) -> None:
    """Its owner has come back, and a later stranger begins with a short lock."""
    assert locked_at(attempts, NOW) == 180
    assert attempt(attempts, right=True, at=NOW + 181 * MINUTE).verdict == "right"
    assert locked_at(attempts, NOW + 182 * MINUTE) == 180


def test_the_minutes_are_exact_at_any_moment(attempts: Attempts) -> None:
    """A fraction of a second never makes three hours 181 minutes."""
    for n in range(50):
        tried = [
            attempt(attempts, f"account:{n}", at=NOW + n * timedelta(microseconds=70_001)) for _ in range(3)
        ]
        assert tried[-1] == AttemptResult("locked", 180)


def test_a_lock_is_followed_by_fresh_tries(attempts: Attempts) -> None:
    """After the lock a caller has all his tries again."""
    for at in (NOW, NOW + LOCK):
        assert verdicts(attempts, 4, at=at) == ["wrong", "wrong", "locked", "locked"]


def test_wrong_tries_count_for_as_long_as_a_lock_lasts(attempts: Attempts) -> None:
    """Two slips last week and one today are no attack; two slips two hours ago and one now are."""
    verdicts(attempts, 2)
    assert verdicts(attempts, 2, at=NOW + LOCK) == ["wrong", "wrong"]
    assert verdicts(attempts, 1, at=NOW + 2 * LOCK - MINUTE) == ["locked"]


def test_a_right_try_forgives_the_account(attempts: Attempts) -> None:
    """Who has proved himself starts again from nothing."""
    verdicts(attempts, 2)
    assert attempt(attempts, right=True) == AttemptResult("right")
    assert verdicts(attempts, 3) == ["wrong", "wrong", "locked"]


def test_nobody_washes_himself_clean_with_his_own_account(attempts: Attempts) -> None:
    """Two tries at her account, one right one at his own, and so on: the third wrong one locks his number."""
    assert verdicts(attempts, 2, HERS, CALLER) == ["wrong", "wrong"]
    assert attempt(attempts, HIS, CALLER, right=True) == AttemptResult("right")
    assert attempt(attempts, "account:third", CALLER) == AttemptResult("locked", 180)
    assert attempt(attempts, HIS, CALLER, right=True) == AttemptResult("locked", 180)


def test_every_holder_is_counted(attempts: Attempts) -> None:
    """A number that tries three accounts once is locked, and so is an account that three numbers try."""
    assert [attempt(attempts, f"account:{n}", CALLER).verdict for n in range(3)] == [
        "wrong",
        "wrong",
        "locked",
    ]
    assert [attempt(attempts, HERS, f"caller:{n}").verdict for n in range(3)] == ["wrong", "wrong", "locked"]
    assert attempt(attempts, HERS, "caller:her own", right=True).verdict == "locked"
    assert attempt(attempts, "account:0", "caller:another", right=True).verdict == "right"


def test_the_longest_lock_is_told(attempts: Attempts) -> None:
    """Of two locks, the later end is when it is worth trying again."""
    verdicts(attempts, 3, CALLER)
    verdicts(attempts, 3, HERS, at=NOW + 60 * MINUTE)
    for holders in ((HERS, CALLER), (CALLER, HERS)):
        assert attempt(attempts, *holders, right=True, at=NOW + 90 * MINUTE) == AttemptResult("locked", 150)


def test_tries_at_a_lock_are_not_counted_against_others(attempts: Attempts) -> None:
    """Nothing is learnt at a locked account, and so the caller pays nothing for it."""
    verdicts(attempts, 3, HERS)
    verdicts(attempts, 5, HERS, CALLER)
    assert attempt(attempts, HIS, CALLER).verdict == "wrong"


def test_kinds_are_counted_apart(attempts: Attempts) -> None:
    """Three wrong codes say nothing about the tail of an ID card."""
    for _ in range(3):
        attempt(attempts, kind="code")
    assert attempt(attempts, right=True) == AttemptResult("right")
    assert attempt(attempts, kind="code", right=True).verdict == "locked"


@pytest.mark.parametrize(
    ("after", "minutes"),
    [
        (timedelta(0), 180),
        (timedelta(seconds=1), 180),
        (60 * MINUTE, 120),
        (LOCK - timedelta(seconds=1), 1),
        (LOCK, 0),
        (2 * DAY, 0),
    ],
)
def test_the_minutes_of_a_lock_can_be_asked_for(attempts: Attempts, after: timedelta, minutes: int) -> None:
    """As a try would be told them: rounded up, and none when the next one would be taken."""
    verdicts(attempts, 3)
    assert attempts.minutes_locked("tail", (HERS,), at=NOW + after) == minutes
    assert attempt(attempts, right=True, at=NOW + after).minutes_left == minutes


def test_who_may_try_is_not_locked(attempts: Attempts) -> None:
    """Neither before the first wrong try nor before the third."""
    for times in (0, 1, 1):
        verdicts(attempts, times)
        assert attempts.minutes_locked("tail", (HERS, CALLER), at=NOW) == 0


def test_the_minutes_are_those_of_the_longest_lock_of_this_kind(attempts: Attempts) -> None:
    """Of any of the holders, and of nobody else."""
    verdicts(attempts, 3, CALLER)
    verdicts(attempts, 3, HERS, at=NOW + 60 * MINUTE)
    for holders, minutes in (((HERS, CALLER), 150), ((CALLER, HERS), 150), ((CALLER,), 90), ((HIS,), 0)):
        assert attempts.minutes_locked("tail", holders, at=NOW + 90 * MINUTE) == minutes
    assert attempts.minutes_locked("code", (HERS, CALLER), at=NOW + 90 * MINUTE) == 0


def test_to_ask_for_the_minutes_is_no_try(attempts: Attempts) -> None:
    """However often it is asked, no row is added and no lock gets longer."""
    verdicts(attempts, 2)
    before = rows(attempts)
    for _ in range(10):
        assert attempts.minutes_locked("tail", (HERS,), at=NOW) == 0
    assert rows(attempts) == before
    assert attempt(attempts).verdict == "locked"
    assert attempts.minutes_locked("tail", (HERS,), at=NOW + 10 * MINUTE) == 170


def test_the_same_key_is_the_same_try(attempts: Attempts) -> None:
    """A webhook that arrives twice is counted once and answered alike, also after a lock and with another tail."""
    for _ in range(5):
        assert attempt(attempts, key="CA1/1/1") == AttemptResult("wrong")
    assert attempt(attempts, key="CA1/1/1", right=True) == AttemptResult("wrong")
    assert attempt(attempts, key="CA1/2/1") == AttemptResult("wrong")
    assert attempt(attempts, key="CA1/3/1") == AttemptResult("locked", 180)
    assert attempt(attempts, key="CA1/3/1", at=NOW + 5 * MINUTE) == AttemptResult("locked", 180)
    assert attempt(attempts, key="CA1/1/1", at=NOW + 5 * MINUTE) == AttemptResult("wrong")


def test_a_key_answers_for_its_own_account_and_kind_alone(attempts: Attempts) -> None:
    """A right answer at one's own account is none at another, whatever the key."""
    assert attempt(attempts, HIS, CALLER, right=True, key="CA1/1/1").verdict == "right"
    assert attempt(attempts, HERS, CALLER, key="CA1/1/1").verdict == "wrong"
    assert attempt(attempts, HIS, CALLER, key="CA1/1/1", kind="code").verdict == "wrong"


def test_a_clock_that_goes_back_a_little_gives_no_tries(attempts: Attempts) -> None:
    """Another machine's clock is some seconds behind: its tries are counted with the others, and a lock holds."""
    assert verdicts(attempts, 2, at=NOW + timedelta(seconds=5)) == ["wrong", "wrong"]
    assert verdicts(attempts, 1) == ["locked"]
    assert attempt(attempts, right=True, at=NOW - timedelta(seconds=5)) == AttemptResult("locked", 181)


def test_a_call_has_proved_what_it_tried_rightly(attempts: Attempts) -> None:
    """Neither another call, nor another account, nor the caller's number, nor a part of a name has a share in it."""
    attempt(attempts, HERS, CALLER, right=True, key="CA12/3/1")
    attempt(attempts, HERS, CALLER, key="CA13/3/1")
    proofs = {
        ("tail", HERS, "CA12"): True,
        ("code", HERS, "CA12"): False,
        ("tail", HIS, "CA12"): False,
        ("tail", CALLER, "CA12"): False,
        ("tail", HERS, "CA13"): False,
        ("tail", HERS, "CA1"): False,
        ("tail", HERS, "CA1_"): False,
        ("tail", HERS, "A12"): False,
        ("tail", HERS, "%"): False,
        ("tail", HERS, ""): False,
    }
    assert {asked: attempts.proved(*asked) for asked in proofs} == proofs


def test_a_proof_outlives_a_lock_that_others_cause(attempts: Attempts) -> None:
    """A stranger who locks the account does not stop the call that has proved it already."""
    attempt(attempts, right=True, key="CA1/1/1")
    verdicts(attempts, 3)
    assert attempts.proved("tail", HERS, "CA1")
    attempt(attempts, right=True, key="CA2/1/1")
    assert not attempts.proved("tail", HERS, "CA2")


# --- rations ---


def test_a_ration_is_used_up_and_comes_back(attempts: Attempts) -> None:
    """Two a day: the third is refused until the first one is a day old; to be refused costs nothing."""
    two = RateLimit(HERS, 2, DAY)
    assert [spend(attempts, two, at=NOW + hours * 60 * MINUTE) for hours in (0, 1, 2, 23)] == [
        True,
        True,
        False,
        False,
    ]
    assert [spend(attempts, two, at=NOW + DAY + n * MINUTE) for n in range(2)] == [True, False]


def test_all_rations_are_taken_or_none(attempts: Attempts) -> None:
    """What one refuses is not taken from the other, in whatever order they come."""
    one, many = RateLimit(HERS, 1, DAY), RateLimit(CALLER, 3, DAY)
    assert spend(attempts, one, many)
    assert not any(spend(attempts, *order) for order in ((one, many), (many, one)) for _ in range(3))
    assert [spend(attempts, many) for _ in range(3)] == [True, True, False]


def test_one_holder_may_have_several_rations(attempts: Attempts) -> None:
    """One an hour and two a day: each message is one of both."""
    both = RateLimit(HERS, 1, 60 * MINUTE), RateLimit(HERS, 2, DAY)
    assert [spend(attempts, *both, at=NOW + n * 30 * MINUTE) for n in range(5)] == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_what_counts_is_not_forgotten(attempts: Attempts) -> None:
    """Of an hour's and a week's ration the week's is remembered for a week, in whatever order they come."""
    for holder, windows in ((HERS, (60 * MINUTE, 7 * DAY)), (HIS, (7 * DAY, 60 * MINUTE))):
        both = [RateLimit(holder, 1, within) for within in windows]
        assert [spend(attempts, *both, at=NOW + days * DAY) for days in (0, 3, 6, 7)] == [
            True,
            False,
            False,
            True,
        ]


@pytest.mark.parametrize(("most", "taken"), [(0, 0), (-1, 0), (1, 1), (4, 4)])
def test_a_ration_gives_no_more_than_it_says(attempts: Attempts, most: int, taken: int) -> None:
    """A country with a ration of none gets no message at all."""
    assert sum(spend(attempts, RateLimit("country:GB", most, DAY)) for _ in range(6)) == taken


def test_no_rations_refuse_nothing(attempts: Attempts) -> None:
    """Where nothing is rationed, everything may be sent."""
    assert all(spend(attempts) for _ in range(3))


def test_the_same_key_takes_nothing_again(attempts: Attempts) -> None:
    """A repeated run has the answer of the first one, be it yes or no, and costs nothing."""
    two = RateLimit(HERS, 2, DAY)
    assert [spend(attempts, two, key="CA1/1/1") for _ in range(4)] == [True] * 4
    assert spend(attempts, two)
    assert not spend(attempts, two, key="CA2/1/1")
    assert not spend(attempts, two, key="CA2/1/1", at=NOW + 2 * DAY - MINUTE)
    assert spend(attempts, two, key="CA1/1/1")


def test_a_clock_that_goes_back_a_little_gives_no_rations(attempts: Attempts) -> None:
    """What was taken in some seconds counts now, and in the right order."""
    two = RateLimit(HERS, 2, MINUTE)
    assert spend(attempts, two, at=NOW + timedelta(seconds=5))
    assert spend(attempts, two, at=NOW)
    assert not spend(attempts, two, at=NOW - timedelta(seconds=5))
    assert not spend(attempts, two, at=NOW + timedelta(seconds=64))
    assert spend(attempts, two, at=NOW + timedelta(seconds=65))


@given(
    steps=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 90)), max_size=40),
    hourly=st.integers(0, 4),
    daily=st.integers(0, 8),
)
def test_rations_are_what_counting_one_by_one_gives(
    steps: list[tuple[str, int]], hourly: int, daily: int
) -> None:
    """Whatever is sent when and to whom, no window holds more than its ration, and nothing else is refused."""
    attempts, now = Attempts(":memory:"), NOW
    taken: list[tuple[str, datetime]] = []
    for holder, minutes in steps:
        now += minutes * MINUTE
        rate_limits = [RateLimit(holder, hourly, 60 * MINUTE), RateLimit("all", daily, DAY)]
        expected = (
            sum(who == holder and at > now - 60 * MINUTE for who, at in taken) < hourly
            and sum(at > now - DAY for _, at in taken) < daily
        )
        assert spend(attempts, *rate_limits, at=now) is expected
        taken += [(holder, now)] * expected
    attempts.close()


# --- codes ---


def keep(
    attempts: Attempts, digest: str = CODE, *, call: str = "CA1", at: datetime = NOW, account: str = HERS
) -> None:
    """Keep a code for five minutes."""
    attempts.keep_code(account, call, digest, at=at, lives=5 * MINUTE)


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        ({}, "right"),
        ({"digest": OTHER_CODE}, "wrong"),
        ({"digest": CODE[:-1]}, "wrong"),
        ({"digest": CODE + "00"}, "wrong"),
        ({"digest": ""}, "wrong"),
        ({"at": NOW + 5 * MINUTE - timedelta(seconds=1)}, "right"),
        ({"at": NOW + 5 * MINUTE}, "expired"),
        ({"at": NOW - timedelta(seconds=5)}, "right"),
        ({"call": "CA2"}, "expired"),
        ({"call": ""}, "expired"),
        ({"account": HIS}, "expired"),
        ({"account": HIS, "call": "", "digest": ""}, "expired"),
    ],
)
def test_a_code_is_right_in_its_call_and_time_alone(
    attempts: Attempts, typed: dict[str, Any], verdict: str
) -> None:
    """Where there is no live code for this account in this call, nothing that is typed is right or wrong."""
    keep(attempts)
    assert check(attempts, **{"digest": CODE, **typed}) == verdict


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({}, True),
        ({"at": NOW + 5 * MINUTE - timedelta(seconds=1)}, True),
        ({"at": NOW + 5 * MINUTE}, False),
        ({"call": "CA2"}, False),
        ({"call": ""}, False),
        ({"account": HIS}, False),
    ],
)
def test_a_call_has_the_code_that_was_sent_in_it(
    attempts: Attempts,
    asked: dict[str, Any],
    there: bool,  # noqa: FBT001
) -> None:
    """While it lives, and no other call or account has it; to ask is no try."""
    keep(attempts)
    which = {"account": HERS, "call": "CA1", "at": NOW, **asked}
    assert [attempts.code_of(**which) is not None for _ in range(5)] == [there] * 5
    assert check(attempts, CODE) == "right"


def test_a_code_may_live_for_a_day(attempts: Attempts) -> None:
    """From the moment at which it is sent: only a longer life is a clock's that was set back."""
    attempts.keep_code(HERS, "CA1", CODE, at=NOW, lives=timedelta(days=1))
    assert attempts.code_of(HERS, "CA1", at=NOW) == CODE
    assert check(attempts, CODE) == "right"


def test_a_code_that_was_used_or_replaced_is_there_no_more(attempts: Attempts) -> None:
    """Used up by the right try, or dead since another call had one sent."""
    keep(attempts)
    check(attempts, OTHER_CODE)
    assert attempts.code_of(HERS, "CA1", at=NOW)
    check(attempts, CODE)
    assert not attempts.code_of(HERS, "CA1", at=NOW)
    keep(attempts, call="CA2")
    assert attempts.code_of(HERS, "CA2", at=NOW)
    keep(attempts, OTHER_CODE, call="CA3")
    assert not attempts.code_of(HERS, "CA2", at=NOW)


def test_a_code_is_used_once(attempts: Attempts) -> None:
    """A right code is no code any more; nor does a repeated run that keeps it again revive it."""
    keep(attempts)
    assert [check(attempts, CODE) for _ in range(2)] == ["right", "expired"]
    keep(attempts)
    assert check(attempts, CODE) == "expired"


def test_a_code_is_tried_three_times(attempts: Attempts) -> None:
    """After three wrong ones the right one is dead; to keep the same one again gives no fresh tries."""
    keep(attempts)
    assert [check(attempts, OTHER_CODE) for _ in range(2)] == ["wrong", "wrong"]
    keep(attempts)
    assert [check(attempts, OTHER_CODE), check(attempts, CODE)] == ["wrong", "expired"]


def test_the_last_try_may_be_the_right_one(attempts: Attempts) -> None:
    """Three tries are three."""
    keep(attempts)
    assert [check(attempts, digest) for digest in (OTHER_CODE, OTHER_CODE, CODE)] == [
        "wrong",
        "wrong",
        "right",
    ]


def test_a_new_code_ends_the_one_before(attempts: Attempts) -> None:
    """One code lives per account, with tries of its own; a code sent in another call ends it as well."""
    keep(attempts)
    for _ in range(3):
        check(attempts, OTHER_CODE)
    keep(attempts, OTHER_CODE)
    assert [check(attempts, CODE), check(attempts, OTHER_CODE)] == ["wrong", "right"]
    keep(attempts, "00" * 32)
    keep(attempts, CODE, call="CA2")
    assert check(attempts, "00" * 32) == "expired"
    assert check(attempts, CODE, call="CA2") == "right"


def test_a_stranger_cannot_use_up_the_tries(attempts: Attempts) -> None:
    """Tries in another call are expired, right or wrong, and cost the call of the code nothing."""
    keep(attempts)
    assert {check(attempts, digest, call="CA2") for digest in (CODE, OTHER_CODE) * 5} == {"expired"}
    assert check(attempts, CODE) == "right"


def test_the_same_key_is_the_same_check(attempts: Attempts) -> None:
    """A webhook that arrives twice is answered alike: the right code is still right, a wrong one counts once."""
    keep(attempts)
    assert [check(attempts, OTHER_CODE, key="CA1/4/1") for _ in range(5)] == ["wrong"] * 5
    assert [check(attempts, CODE, key="CA1/5/1", at=NOW + n * MINUTE) for n in (0, 9)] == ["right", "right"]
    assert check(attempts, CODE, key="CA1/6/1") == "expired"


def test_a_key_answers_for_its_own_call_and_account_alone(attempts: Attempts) -> None:
    """To name the key of a call that had the right code opens nothing in another, nor at another account."""
    keep(attempts)
    assert check(attempts, CODE, key="CA1/5/1") == "right"
    assert check(attempts, CODE, key="CA1/5/1", call="CA2") == "expired"
    assert check(attempts, CODE, key="CA1/5/1", account=HIS) == "expired"


# --- what cannot be told from outside ---


def statements(attempts: Attempts, do: Callable[[], object]) -> list[str]:
    """Return the first words of every statement that something runs."""
    ran: list[str] = []
    attempts._connection.set_trace_callback(lambda statement: ran.append(" ".join(statement.split()[:3])))
    do()
    attempts._connection.set_trace_callback(None)
    return ran


def test_an_account_that_is_nowhere_takes_the_same_way(attempts: Attempts) -> None:
    """With a code or without, known or not, the database does the same: no difference in time can tell."""
    keep(attempts)
    codes = [
        statements(attempts, partial(check, attempts, OTHER_CODE, account=account, call=call))
        for account, call in ((HERS, "CA1"), (HERS, "CA2"), (HIS, "CA1"), ("account:nowhere", "CA1"))
    ]
    assert codes[0]
    assert codes == [codes[0]] * 4
    attempt(attempts, HERS, CALLER, right=True)
    tries = [
        statements(attempts, partial(attempt, attempts, account, f"caller:{account}"))
        for account in (HERS, HIS, "account:nowhere")
    ]
    assert tries[0]
    assert tries == [tries[0]] * 3


# --- what is kept, and for how long ---


def test_nothing_is_kept_for_ever(attempts: Attempts) -> None:
    """A key is remembered for a day beyond what it counts for, longer than any call; then every row goes."""
    keep(attempts)
    check(attempts, OTHER_CODE, key="old")
    attempt(attempts, key="old")
    spend(attempts, RateLimit(HERS, 5, DAY), key="old")
    assert rows(attempts) == dict.fromkeys(TABLES, 1) | {"ledger_answers": 3}
    keep(attempts, account=HIS, at=NOW + DAY)
    assert attempt(attempts, right=True, key="old", at=NOW + DAY) == AttemptResult("wrong")
    keep(attempts, account=HIS, call="CA9", at=NOW + 3 * DAY)
    assert rows(attempts) == {"ledger_codes": 1}


def test_a_lock_is_remembered_to_its_end(attempts: Attempts) -> None:
    """A lock may be longer than the day for which keys are remembered."""
    for _ in range(3):
        attempt(attempts, lock=10 * DAY)
    keep(attempts, at=NOW + 9 * DAY)
    assert attempt(attempts, right=True, at=NOW + 9 * DAY).minutes_left == 24 * 60


def test_what_piled_up_is_forgotten_a_little_at_a_time(attempts: Attempts) -> None:
    """After a quiet week nobody waits until all of it is gone, but each call removes more than it brings."""
    for n in range(150):
        spend(attempts, RateLimit(f"account:{n}", 1, DAY))
    for left, change in ((50, keep), (0, attempt)):
        change(attempts, at=NOW + 7 * DAY)
        assert rows(attempts).get("ledger_spent", 0) == left


# --- many at once ---


@pytest.fixture(params=["a file", "memory"])
def all_attempts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sequence[Attempts]]:
    """Open two all_attempts of one file, or one in memory twice."""
    if request.param == "memory":
        opened = [Attempts(":memory:")] * 2
    else:
        opened = [Attempts(str(tmp_path / "calls.sqlite3")) for _ in range(2)]
    yield opened
    for attempts in opened:
        attempts.close()


def at_once(all_attempts: Sequence[Attempts], do: Callable[[Attempts], T]) -> Counter[T]:
    """Do something in eight threads at the same moment, and count the answers."""
    start = Barrier(8)

    def wait_and_do(attempts: Attempts) -> T:
        start.wait(timeout=30)
        return do(attempts)

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(wait_and_do, [all_attempts[n % 2] for n in range(8)]))


def test_tries_at_the_same_moment_are_counted_one_by_one(all_attempts: Sequence[Attempts]) -> None:
    """Of eight wrong tries at once, two are wrong and six find the lock; of one key all get the one answer."""
    assert at_once(all_attempts, attempt) == {AttemptResult("wrong"): 2, AttemptResult("locked", 180): 6}
    assert at_once(all_attempts, lambda attempts: attempt(attempts, HIS, key="CA1/1/1")) == {
        AttemptResult("wrong"): 8
    }
    assert verdicts(all_attempts[0], 2, HIS) == ["wrong", "locked"]


def test_a_code_is_used_by_one_of_many(all_attempts: Sequence[Attempts]) -> None:
    """Eight webhooks with the right code at once: it opens once."""
    keep(all_attempts[0])
    assert at_once(all_attempts, lambda attempts: check(attempts, CODE)) == {"right": 1, "expired": 7}


def test_the_last_of_a_ration_goes_to_one_of_many(all_attempts: Sequence[Attempts]) -> None:
    """Eight messages at once, three allowed by one holder and five by the other: three are sent, and no more paid."""
    three, five = RateLimit(HERS, 3, DAY), RateLimit(CALLER, 5, DAY)
    assert at_once(all_attempts, lambda attempts: spend(attempts, three, five)) == {True: 3, False: 5}
    assert [spend(all_attempts[1], five) for _ in range(3)] == [True, True, False]


def test_many_processes_share_one_ledger(tmp_path: Path) -> None:
    """Four processes open a new file together, beside the calls; none fails, and together they get what one would."""
    program = """
import sys
from datetime import UTC, datetime, timedelta
from ivr.storage.attempts import Attempts, RateLimit
from ivr.storage.sqlite import SqliteStore

path, me, first = sys.argv[1:]
at, day = datetime(2026, 11, 22, tzinfo=UTC), timedelta(days=1)
print("ready", flush=True)
input()
store = SqliteStore(path) if first == "calls" else None
attempts = Attempts(path)
store = store or SqliteStore(path)
attempts.keep_code("account:shared", "CA1", "5e" * 32, at=at, lives=day)
for n in range(25):
    key = f"CA{me}/{n}/1"
    tried = attempts.count_try("tail", ["account:shared"], right=False, key=key, at=at, most=40, lock=day)
    print("try", tried.verdict)
    print("spent", attempts.consume([RateLimit("account:shared", 30, day)], key=key, at=at))
    print("code", attempts.check_code("account:shared", "CA1", "5e" * 32, key=key, at=at, most=3))
attempts.close()
store.close()
"""
    command = [sys.executable, "-c", program, str(tmp_path / "calls.sqlite3")]
    workers = [
        subprocess.Popen([*command, str(n), ("calls", "attempts")[n % 2]], stdin=PIPE, stdout=PIPE, text=True)
        for n in range(4)
    ]
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = Counter(line for worker in workers for line in worker.communicate(timeout=60)[0].splitlines())
    assert said == {
        "try wrong": 39,
        "try locked": 61,
        "spent True": 30,
        "spent False": 70,
        "code right": 1,
        "code expired": 99,
    }


# --- the file ---


def test_the_ledger_lives_in_the_file_of_the_calls(tmp_path: Path) -> None:
    """Whichever is opened first, both keep what is theirs, and a restart forgets nothing."""
    path = tmp_path / "calls.sqlite3"
    attempts = Attempts(str(path))
    verdicts(attempts, 3)
    store = SqliteStore(path)
    assert attempt(attempts, HIS, right=True, key="CA1/1/1").verdict == "right"
    store.ping()
    attempts.close()
    again = Attempts(str(path))
    assert attempt(again, right=True) == AttemptResult("locked", 180)
    assert again.proved("tail", HIS, "CA1")
    again.close()
    store.close()


def test_only_its_owner_may_read_a_new_file(tmp_path: Path) -> None:
    """Who tried what is nobody else's business; the rights of a file that is there are left alone."""
    new, shared = tmp_path / "new.sqlite3", tmp_path / "shared.sqlite3"
    shared.touch()
    shared.chmod(0o640)
    for path, mode in ((new, 0o600), (shared, 0o640)):
        Attempts(str(path)).close()
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_file_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    """Neither a folder that is not there nor a file of something else is taken for an empty attempts."""
    with pytest.raises(OSError, match="nowhere"):
        Attempts(str(tmp_path / "nowhere" / "calls.sqlite3"))
    other = tmp_path / "notes.txt"
    other.write_text("these are notes and no database, " * 40)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        Attempts(str(other))


def test_what_fails_half_way_leaves_nothing(attempts: Attempts) -> None:
    """A disk that is full at the last row undoes the earlier ones: the key is not spent, and the next try is whole."""
    attempts._connection.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON ledger_answers BEGIN SELECT raise(ABORT, 'disk is full'); END"
    )
    for _ in range(5):
        with pytest.raises(sqlite3.Error, match="disk is full"):
            attempt(attempts, HERS, CALLER, key="CA1/1/1")
        with pytest.raises(sqlite3.Error, match="disk is full"):
            spend(attempts, RateLimit(HERS, 1, DAY), key="CA1/1/1")
    attempts._connection.execute("DROP TRIGGER full")
    assert attempt(attempts, HERS, CALLER, key="CA1/1/1") == AttemptResult("wrong")
    assert spend(attempts, RateLimit(HERS, 1, DAY), key="CA1/1/1")


def test_a_time_without_a_zone_is_refused(attempts: Attempts) -> None:
    """It is not guessed which zone is meant."""
    with pytest.raises(TypeError):
        attempt(attempts, at=datetime(2026, 11, 22, 10))  # noqa: DTZ001


# --- limits that many holders share ---


def shared(most: int, noted_for: str = "") -> RateLimit:
    """Return a limit of the whole hotline."""
    return RateLimit("hotline", most, 60 * MINUTE, noted_for)


def shared_try(
    attempts: Attempts,
    holder: str,
    rate_limit: RateLimit,
    *,
    right: bool = False,
    at: datetime = NOW,
    key: str = "",
) -> str:
    """Try once for a holder, within a shared limit of wrong tries; return the verdict."""
    key = key or f"CA{next(_keys)}/1/1"
    tried = attempts.count_try(
        "tail", [holder], right=right, key=key, at=at, most=3, lock=LOCK, wrong_limits=[rate_limit]
    )
    return tried.verdict


def test_wrong_tries_of_many_holders_use_one_limit(attempts: Attempts) -> None:
    """When it is used up every try is refused, a right one too, until the time is over."""
    tried = [shared_try(attempts, f"account:{n}", shared(2)) for n in range(3)]
    assert tried == ["wrong", "wrong", "refused"]
    assert shared_try(attempts, HERS, shared(2), right=True) == "refused"
    assert shared_try(attempts, HERS, shared(2), right=True, at=NOW + 60 * MINUTE) == "right"


def test_right_tries_use_nothing_of_it(attempts: Attempts) -> None:
    """However many customers prove who they are."""
    assert {shared_try(attempts, f"account:{n}", shared(1), right=True) for n in range(20)} == {"right"}


def test_a_refused_try_counts_for_nobody(attempts: Attempts) -> None:
    """A flood of strangers locks no customer who tries while it lasts."""
    shared_try(attempts, HIS, shared(1))
    assert {shared_try(attempts, HERS, shared(1)) for _ in range(5)} == {"refused"}
    assert not attempts.minutes_locked("tail", [HERS], at=NOW)
    assert shared_try(attempts, HERS, shared(1), at=NOW + 60 * MINUTE) == "wrong"


def test_the_same_wrong_try_again_uses_the_limit_once(attempts: Attempts) -> None:
    """A webhook that arrives twice gets the same answer."""
    assert {shared_try(attempts, HERS, shared(2), key="CA1/1/1") for _ in range(4)} == {"wrong"}
    assert shared_try(attempts, HIS, shared(2)) == "wrong"


def test_a_use_that_is_noted_elsewhere_is_refused_alike_and_uses_nothing(attempts: Attempts) -> None:
    """Who has no account is told what those hear who have one, and takes nothing from them."""
    nobody = shared(2, "nobody")
    assert [spend(attempts, nobody) for _ in range(5)] == [True] * 5
    assert [spend(attempts, shared(2)) for _ in range(2)] == [True] * 2
    assert [spend(attempts, nobody), spend(attempts, shared(2))] == [False, False]
    assert rows(attempts)["ledger_spent"] == 7


def test_two_processes_share_one_limit(tmp_path: Path) -> None:
    """It holds over all workers: each opens the file for itself."""
    first, second = Attempts(str(tmp_path / "ivr")), Attempts(str(tmp_path / "ivr"))
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(
            pool.map(lambda n: shared_try((first, second)[n % 2], f"account:{n}", shared(10)), range(40))
        )
    first.close()
    second.close()
    assert Counter(verdicts) == {"wrong": 10, "refused": 30}
