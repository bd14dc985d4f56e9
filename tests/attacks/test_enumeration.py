"""Finding out who has an account, without proving anything: by words, by the number of turns, by the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from flask import Flask

from tests.support.attacker import TO_THE_NUMBER, TO_THE_NUMBER_IF_WITHHELD
from tests.support.figures import figure
from tests.support.phone import Phone, program

NOBODY = "+8613900139000"
CUSTOMERS = {
    "in order": "+8613800138000",
    "login locked": "+8613800138001",
    "elder": "+8613800138006",
    "frozen": "+8613800138007",
    "SIM changed": "+8613800138008",
    "unreachable": "+8613800138009",
    "English": "+12025550142",
}
YOUNGER = {what: number for what, number in CUSTOMERS.items() if what != "elder"}
WRONG = ("9999", "9998", "9997")
FREEZE_ANOTHER = ("1", "6", "2")


@pytest.fixture
def app() -> Iterator[Flask]:
    """Give the web program."""
    app = program()
    yield app
    app.extensions["ivr"].close()


def documents(app: Flask, caller: str, keys: Sequence[str], call: str) -> list[bytes]:
    """Return the bytes of every answer of a call, which goes on as long as keys are listened to."""
    phone = Phone(app, caller=caller, call=call)
    answers = [phone.rings()]
    for entry in keys:
        if answers[-1].verbs[:1] != ["Gather"]:
            break
        answers.append(phone.presses(entry.removesuffix("#"), "#" if entry.endswith("#") else ""))
    if answers[-1].dials:
        answers.append(phone.is_transferred())
    return [answer.body for answer in answers]


@pytest.mark.parametrize(
    "keys",
    [
        ("1", "1", "1", *WRONG),
        ("1", "1", "2", *WRONG),
        ("1", "1", "4", *WRONG),
        ("1", "2", "1", *WRONG),
        ("1", "3", "1", *WRONG),
        ("1", "3", "2", *WRONG),
        ("1", "6", "1"),
        ("2", "1", "1", *WRONG),
        ("2", "6", "1"),
        ("1", "5", "2", "1", "2"),
        ("1", "0"),
    ],
)
def test_a_calling_number_with_an_account_hears_what_one_without_hears(
    app: Flask, keys: Sequence[str]
) -> None:
    """Byte for byte, in every branch that asks who calls, to the lock and the human, whatever state the account is in."""
    nobody = documents(app, NOBODY, keys, "CA-nobody")
    alike = [
        documents(app, number, keys, f"CA-{place}") == nobody for place, number in enumerate(YOUNGER.values())
    ]
    figure(
        f"callers with an account, keys {' '.join(keys)}", len(alike), f"{alike.count(True)} like a stranger"
    )
    assert len(nobody) > 2
    assert all(alike)


@pytest.mark.parametrize("withheld", [False, True])
@pytest.mark.parametrize("freezing", [False, True])
def test_a_typed_number_with_an_account_is_answered_as_one_without(
    app: Flask, *, withheld: bool, freezing: bool
) -> None:
    """Whoever types a number that he was told of learns nothing of it, from his telephone or without one."""
    if freezing:
        before = FREEZE_ANOTHER[: 2 if withheld else 3]
    else:
        before = TO_THE_NUMBER_IF_WITHHELD if withheld else TO_THE_NUMBER

    def typed(number: str, place: int) -> list[bytes]:
        caller = "" if withheld else f"+8613900139{place:03}"
        entry = f"00{number[1:]}#" if number.startswith("+1") else f"{number[3:]}#"
        return documents(app, caller, (*before, entry, *WRONG), f"CA-{place}")

    nobody = typed(NOBODY, 0)
    alike = [typed(number, place) == nobody for place, number in enumerate(CUSTOMERS.values(), 1)]
    how = "withheld" if withheld else "from another number"
    figure(
        f"numbers typed, {how}, to {'freeze' if freezing else 'reset'}",
        len(alike),
        f"{alike.count(True)} answered like a number without an account, in {len(nobody)} answers",
    )
    assert len(nobody) > 7
    assert all(alike)


def test_a_lock_says_nothing_either(app: Flask) -> None:
    """The second call meets the lock of the first: its words, and the minutes in them, are those of anybody's lock."""
    calls = {}
    for place, number in enumerate((NOBODY, *YOUNGER.values())):
        documents(app, number, ("1", "1", "1", *WRONG), f"CA-{place}a")
        calls[number] = documents(app, number, ("1", "1", "1", "9996"), f"CA-{place}b")
    alike = [calls[number] == calls[NOBODY] for number in YOUNGER.values()]
    figure("second calls into the lock of the first", len(alike), f"{alike.count(True)} like a stranger's")
    assert all(alike)


def test_the_calling_number_of_an_elder_tells_that_he_is_one(app: Flask) -> None:
    """The one thing that a number tells: who is 65 or older hears of the human first. That is asked of a hotline."""
    greetings = {what: documents(app, number, (), f"CA-{number[1:]}") for what, number in CUSTOMERS.items()}
    told = [what for what, greeting in greetings.items() if greeting != documents(app, NOBODY, (), "CA-x")]
    figure(
        "customers' numbers in a forged caller ID, greeting compared", len(CUSTOMERS), f"told apart: {told}"
    )
    assert told == ["elder"]
