"""A clock that is set wrongly, and set right again: nothing is held up for longer than from now on, and no lock is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ivr.engine.session import Session
from ivr.storage.attempts import LONGEST_LOCK, Attempts, RateLimit
from ivr.storage.base import (
    CLOCKS_DIFFER,
    IN_MEMORY,
    LEASE,
    LONGEST_PAUSE,
    TURN_LEASE,
    Busy,
    Claimed,
    Free,
    Message,
    SavedTurn,
)
from ivr.storage.sqlite import SqliteStore

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
LOCK = 180 * MINUTE
CALL, HERS, CALLER = "CA1", "account:+8613800138000", "caller:+8613900000000"
WRONG_BY = pytest.mark.parametrize("wrong_by", [MINUTE, DAY, 31 * DAY], ids=["a minute", "a day", "a month"])
"""How far the clock is ahead before it is set back."""


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    """An empty store."""
    opened = SqliteStore(IN_MEMORY)
    yield opened
    opened.close()


@pytest.fixture
def attempts() -> Iterator[Attempts]:
    """No tries, codes and uses."""
    opened = Attempts(IN_MEMORY)
    yield opened
    opened.close()


# --- claims of turns


def begun(store: SqliteStore, at: datetime) -> None:
    """Save the first turn of a call."""
    claim = store.claim(CALL, 0, at)
    assert isinstance(claim, Claimed)
    store.save(claim.token, SavedTurn(Session(call=CALL, version="v1", started=at, turn=1), b"<a/>", at))


@WRONG_BY
@pytest.mark.parametrize("turn", [0, 1])
def test_a_clock_set_back_holds_up_no_turn(store: SqliteStore, turn: int, wrong_by: timedelta) -> None:
    """The claim of a worker that died under the wrong clock ends at once: no claim can last so long."""
    if turn:
        begun(store, NOON + wrong_by)
    store.claim(CALL, turn, NOON + wrong_by)
    assert isinstance(store.look(CALL, turn, NOON), Free)
    assert isinstance(store.claim(CALL, turn, NOON), Claimed)


@pytest.mark.parametrize("turn", [0, 1])
def test_a_claim_holds_for_whoever_came_a_little_earlier(store: SqliteStore, turn: int) -> None:
    """A webhook that waited for the store compares the claim with the time at which it came."""
    if turn:
        begun(store, NOON)
    store.claim(CALL, turn, NOON + CLOCKS_DIFFER)
    assert store.look(CALL, turn, NOON) == Busy()
    assert store.claim(CALL, turn, NOON) == Busy()
    assert isinstance(store.claim(CALL, turn, NOON - SECOND), Claimed)


def test_a_claim_under_the_right_clock_lasts_as_ever(store: SqliteStore) -> None:
    """To the last microsecond, for a claim and for a look."""
    store.claim(CALL, 0, NOON)
    assert store.look(CALL, 0, NOON + TURN_LEASE - timedelta(microseconds=1)) == Busy()
    assert isinstance(store.look(CALL, 0, NOON + TURN_LEASE), Free)
    assert store.claim(CALL, 0, NOON + TURN_LEASE - timedelta(microseconds=1)) == Busy()
    assert isinstance(store.claim(CALL, 0, NOON + TURN_LEASE), Claimed)


# --- messages


def leave(store: SqliteStore, at: datetime, body: str = "words") -> None:
    """Leave a message that is to be sent."""
    if not store.call(CALL):
        begun(store, at)
    message = Message(CALL, "+8613800138000", body, "zh-CN", at, "waiting", key=body)
    store.keep_run(f"run of {body}", "{}", [message], at)


def given(store: SqliteStore, at: datetime) -> list[str]:
    """Return what is to be sent now."""
    return [message.body for message in store.claim_messages(at, 10)]


@WRONG_BY
def test_a_clock_set_back_holds_up_no_message(store: SqliteStore, wrong_by: timedelta) -> None:
    """A message that was written under the wrong clock is sent at once, and one time."""
    leave(store, NOON + wrong_by)
    assert given(store, NOON) == ["words"]
    assert given(store, NOON) == []


@WRONG_BY
def test_a_clock_set_back_holds_up_no_message_that_was_claimed(
    store: SqliteStore, wrong_by: timedelta
) -> None:
    """The claim of a sender that died under the wrong clock ends at once."""
    leave(store, NOON)
    assert given(store, NOON + wrong_by) == ["words"]
    assert given(store, NOON) == ["words"]
    assert given(store, NOON + LEASE - SECOND) == []


@pytest.mark.parametrize("wrong_by", [DAY, 31 * DAY])
def test_a_message_that_was_put_off_waits_for_no_longer_than_a_pause(
    store: SqliteStore, wrong_by: timedelta
) -> None:
    """A pause is five minutes at most, so a later time is one of the wrong clock."""
    leave(store, NOON + wrong_by)
    (message,) = store.claim_messages(NOON + wrong_by, 1)
    assert store.mark_sending(message.number, NOON + wrong_by)
    store.mark_message(message.number, "waiting", due=NOON + wrong_by + MINUTE)
    assert given(store, NOON) == ["words"]


def test_a_pause_under_the_right_clock_lasts_as_ever(store: SqliteStore) -> None:
    """The longest one too."""
    leave(store, NOON)
    (message,) = store.claim_messages(NOON, 1)
    assert store.mark_sending(message.number, NOON)
    store.mark_message(message.number, "waiting", due=NOON + LONGEST_PAUSE)
    assert given(store, NOON) == []
    assert given(store, NOON + LONGEST_PAUSE - SECOND) == []
    assert given(store, NOON + LONGEST_PAUSE) == ["words"]


def test_what_was_being_sent_under_the_wrong_clock_is_sent_no_second_time(store: SqliteStore) -> None:
    """The request may have arrived: it is unknown, as after any death."""
    leave(store, NOON + DAY)
    (message,) = store.claim_messages(NOON + DAY, 1)
    assert store.mark_sending(message.number, NOON + DAY)
    assert given(store, NOON) == []
    history = store.call(CALL)
    assert history is not None
    assert [message.status for message in history.messages] == ["unknown"]


# --- locks


def attempt(attempts: Attempts, at: datetime, *, right: bool = False, key: str) -> tuple[str, int]:
    """Try once, three times at most."""
    result = attempts.count_try("tail", (HERS, CALLER), right=right, key=key, at=at, most=3, lock=LOCK)
    return result.verdict, result.minutes_left


def lock(attempts: Attempts, at: datetime, name: str = "lock") -> int:
    """Lock both holders by wrong tries, and return for how many minutes."""
    for number in range(3):
        verdict, minutes = attempt(attempts, at, key=f"{name}/{number}")
    assert verdict == "locked"
    return minutes


@WRONG_BY
def test_a_lock_of_a_wrong_clock_lasts_as_long_as_any_from_now_on(
    attempts: Attempts, wrong_by: timedelta
) -> None:
    """Setting the clock back neither frees nor holds for a month: the lock begins anew when it is first met."""
    assert lock(attempts, NOON + wrong_by) == 180
    assert attempt(attempts, NOON, right=True, key="a") == ("locked", 180)
    assert attempt(attempts, NOON + LOCK - MINUTE, right=True, key="b") == ("locked", 1)
    assert attempt(attempts, NOON + LOCK, right=True, key="c") == ("right", 0)


@WRONG_BY
def test_who_only_asks_for_the_minutes_meets_the_same_lock(attempts: Attempts, wrong_by: timedelta) -> None:
    """An action that asks first and counts no try must not keep the lock of a wrong clock for ever."""
    lock(attempts, NOON + wrong_by)
    asked = [
        attempts.minutes_locked("tail", (HERS, CALLER), at=NOON + after) for after in (0 * MINUTE, LOCK / 2)
    ]
    assert asked == [180, 90]
    assert attempts.minutes_locked("tail", (HERS, CALLER), at=NOON + LOCK) == 0


@pytest.mark.parametrize("wrong_by", [DAY, 31 * DAY])
def test_a_clock_that_was_ahead_for_a_while_ends_no_lock(attempts: Attempts, wrong_by: timedelta) -> None:
    """While it is ahead a lock seems over, and what others do then cleans up; set right again, the lock still holds."""
    lock(attempts, NOON)
    for number in range(200):
        attempts.chance(f"other/{number}", at=NOON + wrong_by)
    assert attempt(attempts, NOON + MINUTE, right=True, key="a") == ("locked", 179)


def test_a_lock_is_not_forgotten_before_its_end(attempts: Attempts) -> None:
    """However long a hotline locks: what others do meanwhile cleans up nothing that still counts."""
    for number in range(3):
        attempts.count_try("tail", (HERS,), right=False, key=f"a{number}", at=NOON, most=3, lock=60 * DAY)
    for number in range(200):
        attempts.chance(f"other/{number}", at=NOON + 59 * DAY)
    assert attempts.minutes_locked("tail", (HERS,), at=NOON + 59 * DAY) == DAY // MINUTE


def test_locks_of_a_wrong_clock_still_grow(attempts: Attempts) -> None:
    """Each is twice as long as the one before, up to the bound, whichever clock they began under."""
    lasted, at = [], NOON
    for number in range(6):
        wrong_by = DAY if number % 2 else 0 * DAY
        lasted.append(lock(attempts, at + wrong_by, f"lock{number}"))
        assert attempt(attempts, at, right=True, key=f"met{number}")[0] == "locked"
        at += lasted[-1] * MINUTE
    assert lasted[0] == 180
    assert max(lasted) == 180 * LONGEST_LOCK
    assert lasted == sorted(lasted)


def test_wrong_tries_of_a_wrong_clock_count_from_now_on(attempts: Attempts) -> None:
    """Two of them and one now are three; after the time in which tries count they are forgiven."""
    for number in range(2):
        attempt(attempts, NOON + DAY, key=f"a{number}")
    assert attempt(attempts, NOON, key="b")[0] == "locked"
    assert attempt(attempts, NOON + LOCK, key="c")[0] == "wrong"


# --- rate limits


@WRONG_BY
def test_uses_of_a_wrong_clock_count_from_now_on(attempts: Attempts, wrong_by: timedelta) -> None:
    """They free nothing, and they use a limit up for no longer than it says."""
    two = [RateLimit(HERS, 2, DAY)]
    assert [attempts.consume(two, key=f"a{number}", at=NOON + wrong_by) for number in range(2)] == [
        True,
        True,
    ]
    assert not attempts.consume(two, key="b", at=NOON)
    assert not attempts.consume(two, key="c", at=NOON + DAY - SECOND)
    assert attempts.consume(two, key="d", at=NOON + DAY)


@WRONG_BY
def test_who_only_asks_whether_a_limit_is_used_up_is_not_held_up_for_ever(
    attempts: Attempts, wrong_by: timedelta
) -> None:
    """The uses are brought back when they are first met, also by a question."""
    one = RateLimit(HERS, 1, DAY)
    attempts.consume([one], key="a", at=NOON + wrong_by)
    assert attempts.used_up(one, at=NOON)
    assert attempts.used_up(one, at=NOON + DAY - SECOND)
    assert not attempts.used_up(one, at=NOON + DAY)


def test_uses_that_are_brought_back_keep_their_order(attempts: Attempts) -> None:
    """Those that are a few seconds ahead stay where they are, and every use is counted once."""
    five = [RateLimit(HERS, 5, DAY)]
    for number, at in enumerate((NOON, NOON + 5 * SECOND, NOON + DAY, NOON + DAY)):
        assert attempts.consume(five, key=f"a{number}", at=at)
    assert attempts.consume(five, key="b", at=NOON)
    assert not attempts.consume(five, key="c", at=NOON)
    assert not attempts.consume(five, key="d", at=NOON + DAY - SECOND)
    assert attempts.consume(five, key="e", at=NOON + DAY + SECOND)


# --- codes


@pytest.mark.parametrize("wrong_by", [DAY, 31 * DAY])
def test_a_code_of_a_wrong_clock_is_dead(attempts: Attempts, wrong_by: timedelta) -> None:
    """It must not be good for a month."""
    attempts.keep_code(HERS, CALL, "5e" * 32, at=NOON + wrong_by, lives=5 * MINUTE)
    assert attempts.code_of(HERS, CALL, at=NOON) is None
    assert attempts.check_code(HERS, CALL, "5e" * 32, key="CA1/2/1", at=NOON, most=3) == "expired"


@pytest.mark.parametrize("wrong_by", [DAY, 31 * DAY])
def test_a_clock_that_was_ahead_for_a_while_uses_up_no_try_of_a_code(
    attempts: Attempts, wrong_by: timedelta
) -> None:
    """Set right again, the code is as good as before, or is gone: it has no more tries than it had."""
    attempts.keep_code(HERS, CALL, "5e" * 32, at=NOON, lives=5 * MINUTE)
    for number in range(2):
        attempts.check_code(HERS, CALL, "a7" * 32, key=f"CA1/{number}/1", at=NOON, most=3)
    assert attempts.check_code(HERS, CALL, "5e" * 32, key="CA1/5/1", at=NOON + wrong_by, most=3) == "expired"
    assert attempts.check_code(HERS, CALL, "a7" * 32, key="CA1/6/1", at=NOON, most=3) in {"wrong", "expired"}
    assert attempts.check_code(HERS, CALL, "5e" * 32, key="CA1/7/1", at=NOON, most=3) == "expired"
