"""What must be remembered across calls, so that repeated tries gain nothing: tries, codes and rate limits.

Every method is one transaction that no other thread or process can interleave. So of two tries at the same moment,
the second knows about the first. A key always gets the answer that it got first, so that a repeated webhook counts
nothing twice. Each change also deletes a few rows that are no longer needed.
"""

from __future__ import annotations

import hmac
import math
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from ivr.storage.base import CLOCKS_DIFFER
from ivr.storage.database import Database, seconds_of, statements

_FORGET = tuple(
    f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE forget < ? LIMIT 100)"  # noqa: S608
    for table in ("ledger_answers", "ledger_wrongs", "ledger_spent", "ledger_codes")
)
"""More rows than one change adds, so that nothing piles up, and so few that nobody waits."""

_MARGIN = timedelta(days=1).total_seconds()
"""How much longer a row is kept than it counts: far longer than a key is repeated."""
_LOCK_MARGIN = timedelta(days=40).total_seconds()
"""The same for a lock, of which there are few: a clock that was a month ahead for a while must not have ended it."""
_DIFFER = CLOCKS_DIFFER.total_seconds()
_LONGEST_CODE = timedelta(days=1).total_seconds()
"""A code that lives longer than this was made before the clock was set back, and is dead."""
_LOCKS_COUNT = timedelta(days=7).total_seconds()
LONGEST_LOCK = 8
"""How many times longer than the first one a lock can become."""

_NO_CODE = ("", "", 0.0, 0)
"""The row of an account that has no code: of no call, and expired."""

_Answer = tuple[Any, Any]
"""A word, and the minutes until tries are accepted again."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The verdict on a try to prove something."""

    verdict: Literal["right", "wrong", "locked", "refused"]
    minutes_left: int = 0
    """Minutes until tries are accepted again, rounded up; 0 unless locked."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many within so long, for one holder. A holder may have several, such as one an hour and one a day."""

    holder: str
    most: int
    within: timedelta
    noted_for: str = ""
    """Another holder, for whom a use is noted. So a request that may not use up the limit takes the same steps, and the
    same time, as one that does."""


class Attempts(Database):
    """The tries, codes and rate limits of one hotline, in a few tables of SQLite.

    Times must be aware. Every method raises ``sqlite3.Error`` if the file cannot be used; opening it may raise
    ``OSError`` too.
    """

    TABLE = "ledger_answers"

    def _configure(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA synchronous = NORMAL")  # as for the turns of the tries

    def _set_up(self) -> None:
        with self.transaction() as db:
            for table in statements("attempts.sql"):
                db.execute(table)

    def ping(self) -> None:
        """Raise an exception if the tables cannot be used. Whether they can be written, the store of calls finds out."""
        self._row("SELECT 1 FROM ledger_answers LIMIT 1")

    def count_try(
        self,
        kind: str,
        holders: Sequence[str],
        *,
        right: bool,
        key: str,
        at: datetime,
        most: int,
        lock: timedelta,
        wrong_limits: Sequence[RateLimit] = (),
    ) -> AttemptResult:
        """Count a try of this kind for every holder (``account:+86…``, ``caller:+86…``), and judge it.

        The wrong try number ``most`` of any holder within ``lock`` locks that holder for ``lock``. While one holder
        is locked, ``right`` is not looked at and nothing is counted. A right try clears the earlier wrong ones of the
        first holder only, which is the account. Otherwise callers could clear themselves with an account of their
        own. The same ``key``, kind and first holder are the same try, with the same answer. There must be at least
        one holder.

        Each wrong try uses ``wrong_limits`` once. While one of them is used up, every try is ``refused``, and nothing is
        counted.
        """
        now, lasts = seconds_of(at), lock.total_seconds()

        def judge(db: sqlite3.Connection) -> _Answer:
            for holder in holders:
                _bring_back_wrongs(db, kind, holder, now)
            until = max(_locked_until(db, kind, holder) for holder in holders)
            if until <= now:
                if _any_used_up(db, wrong_limits, now):
                    return "refused", 0
                if right:
                    db.execute("DELETE FROM ledger_wrongs WHERE kind = ? AND holder = ?", (kind, holders[0]))
                    return "right", 0
                _spend_each(db, wrong_limits, now)
                until = max(_count_wrong(db, kind, holder, now, most, lasts) for holder in holders)
            return ("locked", math.ceil((until - now) / 60)) if until > now else ("wrong", 0)

        verdict, minutes_left = self._once((f"try:{kind}", holders[0], key), now, now + lasts, judge)
        return AttemptResult(verdict, minutes_left)

    def minutes_locked(self, kind: str, holders: Sequence[str], *, at: datetime) -> int:
        """Return for how many minutes, rounded up, a try of this kind would be refused; 0 if it would not."""
        now = seconds_of(at)
        with self._alone() as db:
            ahead = [holder for holder in holders if _is_ahead(db, _WRONGS_AHEAD, (kind, holder), now)]
            until = max(_locked_until(db, kind, holder) for holder in holders)
        if ahead:
            with self.transaction() as db:
                for holder in ahead:
                    _bring_back_wrongs(db, kind, holder, now)
                until = max(_locked_until(db, kind, holder) for holder in holders)
        return math.ceil(max(until - now, 0) / 60)

    def proved(self, kind: str, holder: str, call: str) -> bool:
        """Return whether this call has made a right try of this kind with this first holder.

        Keys begin with ``<call>/``. A later lock does not undo the proof.
        """
        query = (
            "SELECT 1 FROM ledger_answers"
            " WHERE question = ? AND holder = ? AND answer = 'right' AND instr(key, ?) = 1"
        )
        return self._row(query, f"try:{kind}", holder, f"{call}/") is not None

    def consume(self, rate_limits: Sequence[RateLimit], *, key: str, at: datetime) -> bool:
        """Use each rate limit once. If one is used up, use none of them and return False.

        The same key again uses nothing and gets the same answer.
        """
        now = seconds_of(at)

        def take(db: sqlite3.Connection) -> _Answer:
            if _any_used_up(db, rate_limits, now):
                return "refused", 0
            _spend_each(db, rate_limits, now)
            return "taken", 0

        answer, _ = self._once(("spend", "", key), now, now, take)
        return bool(answer == "taken")

    def used_up(self, rate_limit: RateLimit, *, at: datetime) -> bool:
        """Return whether nothing is left of a rate limit."""
        now = seconds_of(at)
        with self._alone() as db:
            if not _is_ahead(db, _USES_AHEAD, (rate_limit.holder,), now):
                return _spent(db, rate_limit, now) >= rate_limit.most
        with self.transaction() as db:
            _bring_back_uses(db, rate_limit.holder, now)
            return _spent(db, rate_limit, now) >= rate_limit.most

    def chance(self, key: str, *, at: datetime) -> str:
        """Return a random text of 128 bits for a run. A repeated run gets the same one."""
        now = seconds_of(at)
        drawn, _ = self._once(("chance", "", key), now, now, lambda _db: (secrets.token_hex(16), 0))
        return str(drawn)

    def judged(self, account: str, call: str, key: str) -> Literal["right", "wrong", "expired"] | None:
        """Return how :meth:`check_code` judged the try with this key, or None if there was none."""
        query = "SELECT answer FROM ledger_answers WHERE question = ? AND holder = ? AND key = ?"
        found = self._row(query, f"code:{call}", account, key)
        return found[0] if found else None

    def keep_code(self, account: str, call: str, digest: str, *, at: datetime, lives: timedelta) -> None:
        """Keep the digest of a code that is sent now. An earlier code, from whatever call, is dead.

        The same digest again in the same call is the same code. It gets no longer life, no fresh tries and no second
        use, so a repeated run that makes the same code does no harm.
        """
        now = seconds_of(at)
        expires = now + lives.total_seconds()
        with self.transaction() as db:
            db.execute(
                "INSERT INTO ledger_codes (account, call, digest, expires, wrong, forget) VALUES (?, ?, ?, ?, 0, ?)"
                " ON CONFLICT (account) DO UPDATE SET call = excluded.call, digest = excluded.digest,"
                " expires = excluded.expires, wrong = excluded.wrong, forget = excluded.forget"
                " WHERE (call, digest) <> (excluded.call, excluded.digest)",
                (account, call, digest, expires, expires + _MARGIN),
            )
            _forget(db, now)

    def code_of(self, account: str, call: str, *, at: datetime) -> str | None:
        """Return the digest of the code that was sent in this call, or None if no code is still good."""
        now = seconds_of(at)
        query = (
            "SELECT digest FROM ledger_codes WHERE account = ? AND call = ? AND expires > ? AND expires <= ?"
        )
        found = self._row(query, account, call, now, now + _LONGEST_CODE)
        return str(found[0]) if found else None

    def check_code(
        self, account: str, call: str, digest: str, *, key: str, at: datetime, most: int
    ) -> Literal["right", "wrong", "expired"]:
        """Compare a typed code, in constant time, with the live one of the account.

        A right code is used up. The answer is ``expired`` for a dead code, for that of another call, for none, and
        after ``most`` wrong tries. Tries of another call do not count against it. The same key again is the same try.
        """
        now = seconds_of(at)

        # The same steps whether or not the account has a code, so that the time reveals nothing.
        def judge(db: sqlite3.Connection) -> _Answer:
            found = db.execute(
                "SELECT call, digest, expires, wrong FROM ledger_codes WHERE account = ?", (account,)
            ).fetchone()
            its_call, its_digest, expires, wrong = found or _NO_CODE
            same = hmac.compare_digest(its_digest, digest)
            live = its_call == call and now < expires <= now + _LONGEST_CODE and wrong < most
            judged = ("right" if same else "wrong") if live else "expired"
            db.execute(
                "UPDATE ledger_codes SET expires = ?, wrong = ? WHERE account = ?",
                (0.0 if judged == "right" else expires, wrong + (judged == "wrong"), account),
            )
            return judged, 0

        verdict: Literal["right", "wrong", "expired"]
        verdict, _ = self._once((f"code:{call}", account, key), now, now, judge)
        return verdict

    def _once(
        self,
        asked: tuple[str, str, str],
        now: float,
        counts_until: float,
        decide: Callable[[sqlite3.Connection], _Answer],
    ) -> _Answer:
        """Return the answer that this question, holder and key had before, or decide it now and remember it."""
        with self.transaction() as db:
            found: _Answer | None = db.execute(
                "SELECT answer, minutes_left FROM ledger_answers WHERE question = ? AND holder = ? AND key = ?",
                asked,
            ).fetchone()
            if found is not None:
                return found
            answer = decide(db)
            db.execute(
                "INSERT INTO ledger_answers (question, holder, key, answer, minutes_left, forget)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*asked, *answer, counts_until + _MARGIN),
            )
            _forget(db, now)
            return answer


# A row that lies further ahead than clocks differ was written before the clock was set back. It is brought back to now,
# with all that it means: a lock begins anew, and a use counts from now on. So nothing is freed, and nothing holds for
# longer than it would from now on, however far ahead the clock was.

_WRONGS_AHEAD = "SELECT 1 FROM ledger_wrongs WHERE kind = ? AND holder = ? AND at > ? LIMIT 1"
_USES_AHEAD = "SELECT 1 FROM ledger_spent WHERE holder = ? AND at > ? LIMIT 1"


def _is_ahead(db: sqlite3.Connection, query: str, holder: tuple[str, ...], now: float) -> bool:
    return db.execute(query, (*holder, now + _DIFFER)).fetchone() is not None


def _bring_back_wrongs(db: sqlite3.Connection, kind: str, holder: str, now: float) -> None:
    db.execute(
        "UPDATE ledger_wrongs SET at = :now, forget = forget - at + :now,"
        " locked_until = CASE WHEN locked_until > 0 THEN locked_until - at + :now ELSE 0 END"
        " WHERE kind = :kind AND holder = :holder AND at > :latest",
        {"kind": kind, "holder": holder, "now": now, "latest": now + _DIFFER},
    )


def _bring_back_uses(db: sqlite3.Connection, holder: str, now: float) -> None:
    """Bring back the uses of a holder, behind those that are not ahead: the numbers are in the order of the times."""
    if _is_ahead(db, _USES_AHEAD, (holder,), now):
        query = "SELECT coalesce(max(at), 0.0) FROM ledger_spent WHERE holder = ? AND at <= ?"
        (before,) = db.execute(query, (holder, now + _DIFFER)).fetchone()
        db.execute(
            "UPDATE ledger_spent SET forget = forget - at + :at, at = :at WHERE holder = :holder AND at > :latest",
            {"holder": holder, "at": max(now, before), "latest": now + _DIFFER},
        )


def _locked_until(db: sqlite3.Connection, kind: str, holder: str) -> float:
    """Return until when a holder is locked; 0 if it is not."""
    (until,) = db.execute(
        "SELECT coalesce(max(locked_until), 0.0) FROM ledger_wrongs WHERE kind = ? AND holder = ?",
        (kind, holder),
    ).fetchone()
    return float(until)


def _count_wrong(
    db: sqlite3.Connection, kind: str, holder: str, now: float, most: int, lasts: float
) -> float:
    """Count a wrong try, and return until when it locks the holder; 0 if it does not.

    Each lock is twice as long as the one before, up to :data:`LONGEST_LOCK` times the first, so that patience gains
    little. A right try, or a week without a lock, starts over.
    """
    # Tries with a later time count as well: the clock has gone back.
    (earlier,) = db.execute(
        "SELECT count(*) FROM ledger_wrongs WHERE kind = ? AND holder = ? AND at > ?",
        (kind, holder, now - lasts),
    ).fetchone()
    (locks,) = db.execute(
        "SELECT count(*) FROM ledger_wrongs WHERE kind = ? AND holder = ? AND locked_until > 0 AND at > ?",
        (kind, holder, now - _LOCKS_COUNT),
    ).fetchone()
    locked = earlier + 1 >= most
    until = now + lasts * min(2**locks, LONGEST_LOCK) if locked else 0.0
    forget = max(until, now + _LOCKS_COUNT) + _LOCK_MARGIN if locked else now + lasts + _MARGIN
    db.execute(
        "INSERT INTO ledger_wrongs (kind, holder, at, locked_until, forget) VALUES (?, ?, ?, ?, ?)",
        (kind, holder, now, until, forget),
    )
    return until


def _latest(db: sqlite3.Connection, holder: str) -> tuple[float, int]:
    """Return when a holder last used a rate limit, and the number of that row."""
    return db.execute(
        "SELECT at, number FROM ledger_spent WHERE holder = ? ORDER BY at DESC, number DESC LIMIT 1",
        (holder,),
    ).fetchone() or (0.0, 0)


def _spent(db: sqlite3.Connection, rate_limit: RateLimit, now: float) -> int:
    """Return how much of a rate limit is used. Two row numbers say it, because a country may have a million rows."""
    first = db.execute(
        "SELECT number FROM ledger_spent WHERE holder = ? AND at > ? ORDER BY at, number LIMIT 1",
        (rate_limit.holder, now - rate_limit.within.total_seconds()),
    ).fetchone()
    return 0 if first is None else _latest(db, rate_limit.holder)[1] - first[0] + 1


def _any_used_up(db: sqlite3.Connection, rate_limits: Sequence[RateLimit], now: float) -> bool:
    for holder in {rate_limit.holder for rate_limit in rate_limits}:
        _bring_back_uses(db, holder, now)
    return any(_spent(db, rate_limit, now) >= rate_limit.most for rate_limit in rate_limits)


def _spend_each(db: sqlite3.Connection, rate_limits: Sequence[RateLimit], now: float) -> None:
    """Note one use for each holder. The row is kept for as long as the longest of its limits counts it."""
    longest: dict[str, float] = {}
    for rate_limit in rate_limits:
        holder = rate_limit.noted_for or rate_limit.holder
        longest[holder] = max(rate_limit.within.total_seconds(), longest.get(holder, 0.0))
    for holder, within in longest.items():
        _spend(db, holder, now, now + within)


def _spend(db: sqlite3.Connection, holder: str, now: float, counts_until: float) -> None:
    """Note one use by a holder. Its time is never before the latest one's, even if the clock has gone back."""
    latest, number = _latest(db, holder)
    db.execute(
        "INSERT INTO ledger_spent (holder, at, number, forget) VALUES (?, ?, ?, ?)",
        (holder, max(now, latest), number + 1, counts_until + _MARGIN),
    )


def _forget(db: sqlite3.Connection, now: float) -> None:
    for statement in _FORGET:
        db.execute(statement, (now,))
