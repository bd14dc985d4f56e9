"""The rules of good passwords, and names for what is wrong with bad ones.

The rules follow NIST SP 800-63B: what counts is the length and how easily a password is
guessed. A mixture of character classes is not required. The length comes first: what is too long is not looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import permutations, product

from ivr.actions.password_strength import NotJudged, score

SHORTEST, LONGEST = 8, 128
"""Limits of a login password, in characters."""

_LEAST_SCORE = 3
"""On zxcvbn's scale from 0 to 4: more than 10**8 guesses."""
_RUNS = ("01234567890123456", "98765432109876543")
_REPEATED = re.compile(r"(\d{1,3})\1+|(\d)\2(\d)\3(\d)\4|(\d)\5\5(\d)\6\6")
"""Such as 111111, 121212, 123123; 112233; 111222."""


class Reason(StrEnum):
    """A rule that a password breaks."""

    too_short = "too_short"
    too_long = "too_long"
    only_digits = "only_digits"
    easily_guessed = "easily_guessed"
    not_six_digits = "not_six_digits"
    birthday = "birthday"
    run = "run"
    repeat = "repeat"
    phone_tail = "phone_tail"
    refused = "refused"
    """A rule of the company, for which the page has no words."""


class BadPassword(ValueError):
    """A password was refused. The exception has the reasons, never the password."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


def normal(password: str) -> str:
    """Return the form of a password that is judged and kept (NFKC): full-width digits become digits."""
    return unicodedata.normalize("NFKC", password)


def login_reasons(password: str, *, phone: str, name: str = "") -> list[Reason]:
    """Return every rule that a login password breaks. For one of a good length, this may take seconds."""
    if len(password) > LONGEST:
        return [Reason.too_long]
    reasons = []
    if len(password) < SHORTEST:
        reasons.append(Reason.too_short)
    if password.isdecimal():
        reasons.append(Reason.only_digits)
    # A password that is too short is easily guessed anyway.
    if len(password) >= SHORTEST and not _hard_to_guess(password, phone, name):
        reasons.append(Reason.easily_guessed)
    return reasons


def payment_reasons(password: str, *, phone: str, birth: date | None = None) -> list[Reason]:
    """Return every rule that a payment password breaks."""
    if not re.fullmatch("[0-9]{6}", password):
        return [Reason.not_six_digits]
    broken = {
        Reason.birthday: birth is not None and password in _as_written(birth),
        Reason.run: any(password in run for run in _RUNS),
        Reason.repeat: bool(_REPEATED.fullmatch(password)),
        Reason.phone_tail: phone.endswith(password),
    }
    return [reason for reason, is_broken in broken.items() if is_broken]


def _hard_to_guess(password: str, phone: str, name: str) -> bool:
    digits = phone.removeprefix("+")
    ends_of_phone = [digits[start:] for start in range(len(digits) - 3)]
    try:
        return score(password, [name, *name.split(), *ends_of_phone]) >= _LEAST_SCORE
    except NotJudged:
        return False  # another one can be judged


def _as_written(day: date) -> set[str]:
    """Return the six-digit ways to write a date: in any order, with a long or short year, with or without zeros."""
    years = (f"{day.year}", f"{day:%y}")
    months = ("", f"{day.month}", f"{day:%m}")
    days = ("", f"{day.day}", f"{day:%d}")
    ways = {"".join(order) for parts in product(years, months, days) for order in permutations(parts)}
    return {way for way in ways if len(way) == 6}
