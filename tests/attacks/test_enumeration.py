"""Finding out who has an account, without proving anything: by words, by the number of turns, by the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from flask import Flask

from tests.support.attacker import TO_THE_NUMBER, TO_THE_NUMBER_IF_WITHHELD, account_says, way
from tests.support.figures import figure
from tests.support.phone import Phone, program

NOBODY, NOBODY_ABROAD = "+8613900139000", "+12025550199"
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


@pytest.fixture
def app() -> Iterator[Flask]:
    """Give the web program."""
    app = program()
    yield app
    app.extensions["ivr"].close()


def nobody_like(number: str) -> str:
    """Return a number without an account in the same country: the country tells in which language a call begins."""
    return NOBODY_ABROAD if number.startswith("+1") else NOBODY


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
        (*way("login", "reset_login"), *WRONG),
        (*way("login", "reset_payment"), *WRONG),
        (*way("login", "login_status"), *WRONG),
        (*way("earnings", "earnings_yesterday"), *WRONG),
        (*way("withdrawals", "last_withdrawal"), *WRONG),
        (*way("withdrawals", "limits"), *WRONG),
        way("freeze", "freeze_this"),
        (*way("other_language", "login", "reset_login"), *WRONG),
        way("other_language", "freeze", "freeze_this"),
        way("help", "ready", "ready_text", "goodbye"),
        way("agent"),
    ],
)
def test_a_calling_number_with_an_account_hears_what_one_without_hears(
    app: Flask, keys: Sequence[str]
) -> None:
    """Byte for byte, in every branch that asks who calls, to the lock and the human, whatever state the account is in."""
    nobody = {number: documents(app, number, keys, f"CA-{number[1:]}") for number in (NOBODY, NOBODY_ABROAD)}
    alike = [
        documents(app, number, keys, f"CA-{place}") == nobody[nobody_like(number)]
        for place, number in enumerate(YOUNGER.values())
    ]
    figure(
        f"callers with an account, keys {' '.join(keys)}", len(alike), f"{alike.count(True)} like a stranger"
    )
    assert all(len(answers) > 2 for answers in nobody.values())
    assert all(alike)


@pytest.mark.parametrize("withheld", [False, True])
@pytest.mark.parametrize("freezing", [False, True])
def test_a_typed_number_with_an_account_is_answered_as_one_without(
    app: Flask, *, withheld: bool, freezing: bool
) -> None:
    """Whoever types a number that he was told of learns nothing of it, from his telephone or without one."""
    if freezing:
        menu = "freeze_menu_withheld" if withheld else "freeze_menu"
        before = (*way("freeze"), *way("freeze_number", start=menu))
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
    calls, to_the_tail = {}, way("login", "reset_login")
    for place, number in enumerate((NOBODY, NOBODY_ABROAD, *YOUNGER.values())):
        documents(app, number, (*to_the_tail, *WRONG), f"CA-{place}a")
        calls[number] = documents(app, number, (*to_the_tail, "9996"), f"CA-{place}b")
    alike = [calls[number] == calls[nobody_like(number)] for number in YOUNGER.values()]
    figure("second calls into the lock of the first", len(alike), f"{alike.count(True)} like a stranger's")
    assert all(alike)


def told_apart(app: Flask) -> list[str]:
    """Return the customers whose greeting is not that of a number without an account in the same country."""

    def greeting(number: str) -> list[bytes]:
        return documents(app, number, (), f"CA-{number[1:]}")

    return [what for what, number in CUSTOMERS.items() if greeting(number) != greeting(nobody_like(number))]


def test_the_calling_number_of_an_elder_tells_that_he_is_one(app: Flask) -> None:
    """Who is 65 or older hears of the human first. That is asked of a hotline; of these customers nothing else is told."""
    told = told_apart(app)
    figure(
        "customers' numbers in a forged caller ID, greeting compared", len(CUSTOMERS), f"told apart: {told}"
    )
    assert told == ["elder"]


def test_a_foreign_language_on_file_tells_that_there_is_an_account(app: Flask) -> None:
    """The other thing that a number tells: a customer is greeted in the language on file, and strangers in their country's."""
    account_says(app.extensions["ivr"], CUSTOMERS["login locked"], "en-US")
    account_says(app.extensions["ivr"], CUSTOMERS["English"], "zh-CN")
    told = told_apart(app)
    figure("the same, two of them with another country's language", len(CUSTOMERS), f"told apart: {told}")
    assert told == ["login locked", "elder", "English"]


def test_a_language_that_the_hotline_lacks_tells_nothing(app: Flask) -> None:
    """A customer who prefers one is greeted like anybody of their country."""
    account_says(app.extensions["ivr"], CUSTOMERS["in order"], "fr-FR")
    assert told_apart(app) == ["elder"]
