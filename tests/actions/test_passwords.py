"""What a good password is, as tables."""

from __future__ import annotations

import string
import subprocess
import sys
import traceback
from datetime import date
from typing import Any

import pytest

from ivr.actions.password_strength import NotJudged, score
from ivr.actions.passwords import BadPassword, Reason, login_reasons, normal, payment_reasons

PHONE, NAME = "+12025550142", "Morgan Lee"
WORST = "4@8({[<369&#!1|0$5+7%2"
"""Each character may stand for a letter. zxcvbn tries every way to read them."""
BORN = date(1990, 3, 7)


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("violin under seven lamps", []),
        ("q7#Rk2!vZ", []),
        ("小巷里的石榴又熟了", []),
        ("x" * 129, [Reason.too_long]),
        ("", [Reason.too_short]),
        ("q7#Rk2!", [Reason.too_short]),
        ("8052741", [Reason.too_short, Reason.only_digits]),
        ("80527419634728", [Reason.only_digits]),
        ("password1", [Reason.easily_guessed]),
        ("qwertyuiop", [Reason.easily_guessed]),
        ("P@ssw0rd!", [Reason.easily_guessed]),
        ("aaaaaaaaaaaaaaaa", [Reason.easily_guessed]),
        ("12345678", [Reason.only_digits, Reason.easily_guessed]),
        ("Morgan Lee 1", [Reason.easily_guessed]),
        ("leemorgan1", [Reason.easily_guessed]),
        ("a12025550142", [Reason.easily_guessed]),
        ("lee5550142", [Reason.easily_guessed]),
    ],
)
def test_a_login_password_is_long_and_hard_to_guess(password: str, reasons: list[Reason]) -> None:
    """Every broken rule is named; the customer's own name and number are easily guessed."""
    assert login_reasons(password, phone=PHONE, name=NAME) == reasons


def test_a_long_password_is_judged_and_kept_whole() -> None:
    """128 characters are taken, more than the estimator itself takes at once."""
    long = (string.ascii_letters + string.digits)[::-3] * 7
    assert login_reasons(long[:128], phone=PHONE, name=NAME) == []
    assert login_reasons(long[:129], phone=PHONE, name=NAME) == [Reason.too_long]


def test_what_is_too_long_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The length comes first: nobody makes the program think about a megabyte."""
    monkeypatch.setattr("ivr.actions.passwords.score", lambda *_: pytest.fail("it is judged"))
    for length in (129, 147, 1_000_000):
        assert login_reasons(WORST[:1] * length, phone=PHONE, name=NAME) == [Reason.too_long]


def test_the_worst_password_is_judged_elsewhere_and_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """In another process, of which nothing but the score comes back; one that cannot be judged is not taken."""
    monkeypatch.setattr("ivr.actions.password_strength._PATIENCE", 60)  # a busy machine is no failure
    assert login_reasons(WORST * 5, phone=PHONE, name=NAME) == []
    assert "zxcvbn" not in sys.modules
    monkeypatch.setattr("ivr.actions.password_strength._PATIENCE", 0.01)
    assert login_reasons(WORST * 5, phone=PHONE, name=NAME) == [Reason.easily_guessed]
    monkeypatch.setattr("ivr.actions.password_strength._PATIENCE", 20)
    monkeypatch.setattr("ivr.actions.password_strength.__file__", "/dev/null")
    assert login_reasons(WORST * 5, phone=PHONE, name=NAME) == [Reason.easily_guessed]


def test_a_password_is_in_no_command_line_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other users of the machine see command lines, and errors go to a log."""
    started: list[Any] = []

    def fails(command: list[str], **given: Any) -> None:
        started.append((command, given["env"]))
        raise subprocess.CalledProcessError(1, command, stderr=given["input"])

    monkeypatch.setattr("subprocess.run", fails)
    with pytest.raises(NotJudged) as raised:
        score(WORST, [NAME])
    assert WORST not in str(started)
    assert "".join(traceback.format_exception(raised.value)).count(WORST) == 0


@pytest.mark.parametrize("password", ["805274", "135790", "900308", "112334", "111223", "123465", "550143"])
def test_six_digits_without_a_pattern_are_a_payment_password(password: str) -> None:
    """What only looks like a run, a repeat or the birthday is taken."""
    assert payment_reasons(password, phone=PHONE, birth=BORN) == []


@pytest.mark.parametrize(
    "password", ["", "80527", "8052741", "80527a", "805 274", "٨٠٥٢٧٤", "-80527", "805274\n"]
)
def test_a_payment_password_is_six_digits(password: str) -> None:
    """Nothing else is asked of what is not even that."""
    assert payment_reasons(password, phone=PHONE, birth=BORN) == [Reason.not_six_digits]


@pytest.mark.parametrize(
    "password",
    [
        *("900307", "900703", "030790", "039007", "070390", "079003"),  # yymmdd in any order
        *("199003", "031990", "199007", "071990"),  # the year and one of them
        *("199037", "199073", "371990", "731990"),  # without noughts
    ],
)
def test_no_usual_way_to_write_the_birthday_is_a_payment_password(password: str) -> None:
    """7 March 1990, as the Chinese, the British and the Americans write it."""
    assert payment_reasons(password, phone=PHONE, birth=BORN) == [Reason.birthday]


@pytest.mark.parametrize(
    "password", ["123456", "654321", "012345", "543210", "890123", "321098", "987654", "210987"]
)
def test_a_run_is_no_payment_password(password: str) -> None:
    """Up or down, also past the nought."""
    assert payment_reasons(password, phone=PHONE, birth=BORN) == [Reason.run]


@pytest.mark.parametrize(
    "password", ["111111", "000000", "121212", "123123", "520520", "112233", "995511", "111222"]
)
def test_a_repeat_is_no_payment_password(password: str) -> None:
    """One digit, a pair or three of them again and again, and digits in pairs or threes."""
    assert payment_reasons(password, phone=PHONE, birth=BORN) == [Reason.repeat]


def test_the_end_of_the_phone_number_is_no_payment_password() -> None:
    """It is known to everybody who knows the customer."""
    assert payment_reasons("550142", phone=PHONE, birth=BORN) == [Reason.phone_tail]


def test_all_broken_rules_are_told_at_once() -> None:
    """A customer is not sent around once for each."""
    reasons = payment_reasons("123123", phone="+8613800123123", birth=date(2023, 12, 31))
    assert reasons == [Reason.birthday, Reason.repeat, Reason.phone_tail]


def test_one_password_has_one_form() -> None:
    """However a keyboard composes a letter or a digit, it is the same password."""
    assert normal("\uff18\uff10\uff15\uff12\uff17\uff14") == "805274"
    assert normal("e\u0301t\u00e9") == "\u00e9t\u00e9"


def test_reasons_hold_no_password() -> None:
    """What may be logged of a refused password is the names of the rules."""
    assert str(BadPassword([Reason.run, Reason.repeat])) == "run, repeat"
