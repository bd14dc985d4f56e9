"""Using up what the whole hotline has for a minute, an hour or a day, so that nothing is left for its customers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from flask import Flask

from ivr.actions.identity import TAIL
from ivr.config import HotlineLimits
from tests.support.attacker import (
    AGAIN,
    STEPS_OF_A_RESET,
    TO_THE_NUMBER,
    VICTIM,
    VICTIMS_TAIL,
    Attack,
    add_customers,
    alarms,
    code_of,
    frozen,
    letters,
    lines,
    telephone,
    way,
)
from tests.support.figures import figure
from tests.support.phone import DAYTIME, HUMAN, SETTINGS, Phone, phrase, program, said_at

FREEZE = way("freeze", "freeze_this")
"""The keys to freeze the account of the calling number."""
LIST = way("help", "ready", "ready_text")
"""The keys to a list by text message: nothing is proved for it."""
LIMITS = (*way("withdrawals", "limits"), VICTIMS_TAIL)
"""The keys to what a customer may still withdraw today."""
CUSTOMERS = [f"+861380014{n:04}" for n in range(300)]


def test_300_calls_from_forged_numbers(attack: Attack) -> None:
    """Each is a customer's, within 17 seconds: ten accounts are frozen, and the other callers are with a human at once."""
    add_customers(attack.application, CUSTOMERS)
    before, ended = frozen(attack.application), []
    for n, number in enumerate(CUSTOMERS):
        line = attack.at_once(number, FREEZE)
        ended.append(line)
        if n % 18 == 17:
            attack.clock.advance(1)
    came = frozen(attack.application) - before
    counted = alarms(attack.application)
    desks = {line.waiting for line in ended}
    figure(
        "freezes from 300 customers' forged numbers in 17 s",
        len(CUSTOMERS),
        f"{came} frozen, {counted['bound freezes:unproved']} to a human at once; owners told: {len(attack.tries.texts)}",
    )
    assert came == 10
    assert desks == {"nobody"}
    assert attack.tries.outcomes["freeze_account: unavailable"] == 290
    assert counted == {"bound freezes:unproved": 290}
    assert set(attack.tries.texts) == set(CUSTOMERS[:10])
    assert set(attack.tries.texts.values()) == {1}


def test_a_day_of_forged_freezes_is_bounded_by_the_hour(attack: Attack) -> None:
    """A patient attacker, who stays below the bound of a minute: 200 an hour, and then the hour is over."""
    numbers = [f"+861380015{n:04}" for n in range(600)]
    add_customers(attack.application, numbers)
    before = frozen(attack.application)
    for number in numbers:
        attack.at_once(number, FREEZE)
        attack.clock.advance(6)  # ten a minute, for an hour
    came = frozen(attack.application) - before
    figure("freezes from 600 customers' forged numbers in an hour", len(numbers), f"{came} frozen")
    assert came == 200


def test_a_customer_who_proves_a_tail_is_frozen_in_a_burst_of_forged_freezes(attack: Attack) -> None:
    """Strangers have used up theirs; whoever gives the right tail in the call has others."""
    add_customers(attack.application, CUSTOMERS)
    for number in CUSTOMERS:
        attack.at_once(number, FREEZE)
    attack.at_once(VICTIM, (*LIMITS, *AGAIN, *FREEZE))
    assert attack.tries.outcomes["freeze_account: done"] == 11
    assert attack.tries.texts[VICTIM] == 1


def test_50_texts_to_forged_numbers_of_a_country(attack: Attack) -> None:
    """A customer with a number of that country gets the codes and links of a day all the same."""
    customer, strangers = "+37126999999", [f"+3712612{n:04}" for n in range(60)]
    add_customers(attack.application, [customer])
    for number in strangers:
        attack.at_once(number, LIST)
    sent = sum(attack.tries.texts.values())
    line = attack.at_once(customer, STEPS_OF_A_RESET[:-2])
    (code,) = [letter.partition("验证码")[2][:6] for letter in letters(attack.application, line.call)]
    for keys in (code, *STEPS_OF_A_RESET[-1:]):
        line.press(keys)
    figure(
        "messages asked for by 60 forged numbers of a country",
        len(strangers),
        f"{sent} sent; a proved customer there got {attack.tries.texts[customer]}: a code and a link",
    )
    assert sent == 50
    assert attack.tries.texts[customer] == 2
    assert alarms(attack.application)["bound text-country"] == 10


# --- a thousand at once


@pytest.fixture
def app() -> Iterator[Flask]:
    """Give the web program."""
    app = program()
    yield app
    app.extensions["ivr"].close()


def forged_call(app: Flask, n: int, caller: str, customer: str) -> None:
    """Make the n-th forged call: wrong tails for the calling number or a customer's, a freeze, or a message."""
    phone = Phone(app, caller=caller, call=f"CA-forged-{n}")
    phone.rings()
    for entry in (
        (*way("login", "login_status"), "9999", "9998", "9997"),
        FREEZE,
        LIST,
        (*TO_THE_NUMBER, f"{customer[3:]}#", "9999", "9998"),
    )[n % 4]:
        if phone.answer.verbs[:1] != ["Gather"]:
            return
        phone.presses(entry.removesuffix("#"), "#" if entry.endswith("#") else "")


def honest_call(app: Flask, call: str, keys: Sequence[str]) -> str:
    """Make a call of the honest caller, and return what came of it: a node, `frozen`, or a human and the words before."""
    phone = Phone(app, call=f"CA-honest-{call}")
    phone.rings()
    for entry in keys:
        if phone.answer.dials:
            break
        phone.presses(code_of(phone) if entry == "the code" else entry)
    said = phone.answer.said
    if said_at("freeze_done") in said:
        return "frozen"
    return f"a human: {said.splitlines()[0]}" if phone.answer.dials else phone.node


HONEST = {"answer": LIMITS, "code": STEPS_OF_A_RESET, "freeze": (*LIMITS, *AGAIN, *FREEZE)}
"""What the honest caller wants, and the keys for it."""
SERVED = {"answer": "anything_else", "code": "anything_else", "freeze": "frozen"}


def among_forged(app: Flask, callers: Sequence[str], customers: Sequence[str]) -> dict[str, str]:
    """Let all forged callers and an honest one ring in eight threads; return what came of the honest calls."""

    def forged(numbers: range) -> list[Future[None]]:
        return [pool.submit(forged_call, app, n, callers[n], customers[n]) for n in numbers]

    def honest() -> dict[str, str]:
        return {wanted: honest_call(app, wanted, keys) for wanted, keys in HONEST.items()}

    with ThreadPoolExecutor(8) as pool:
        half = len(callers) // 2
        before, among, after = forged(range(half)), pool.submit(honest), forged(range(half, len(callers)))
        for job in (*before, *after):
            job.result()
        return among.result()


def test_a_thousand_forged_callers_and_one_honest_one(app: Flask) -> None:
    """They forge numbers of nobody, and type those of customers. The honest one gets all they want, code and freeze too."""
    application, customers = app.extensions["ivr"], [f"+861380016{n:04}" for n in range(1000)]
    add_customers(application, customers)
    came = among_forged(app, [telephone(n) for n in range(1000)], customers)
    counted = alarms(application)
    figure(
        "forged callers at once, and one honest one",
        1000,
        f"{came}; {sum(counted.values()):,} alarms in {lines(counted)} lines of the log",
    )
    assert came == SERVED
    assert counted["bound wrong tries:other number"] > 0
    assert frozen(application) == 1 + 1  # one from the beginning, and the honest one's


def test_callers_with_forged_numbers_of_customers_and_one_honest_one(app: Flask) -> None:
    """They try tails and freeze. The honest one is served, or hears why not and is with a human, and has lost no try."""
    application, customers = app.extensions["ivr"], [f"+861380016{n:04}" for n in range(400)]
    add_customers(application, customers)
    came = among_forged(app, customers, customers)
    counted = alarms(application)
    figure(
        "callers with forged numbers of customers at once, and one honest one",
        len(customers),
        f"{came}; {frozen(application) - 1} frozen; {sum(counted.values()):,} alarms in {lines(counted)} lines of the log",
    )
    for wanted, what in came.items():
        assert what in {SERVED[wanted], f"a human: {said_at('identity_unavailable')}"}
    assert frozen(application) <= 1 + 1 + 10
    assert not application.services.attempts.minutes_locked(TAIL, [f"account:{VICTIM}"], at=DAYTIME)
    assert honest_call(app, "freeze-at-once", FREEZE) in {
        "frozen",
        f"a human: {said_at('freeze_unavailable_told')}",
    }


def test_more_new_calls_than_the_hotline_takes() -> None:
    """Everybody is answered at once: those within the bound by the menu, the others by a sentence and a human."""
    limited = program(dataclasses.replace(SETTINGS, hotline_limits=HotlineLimits(calls_per_minute=200)))
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: Phone(limited, caller=telephone(n), call=f"CA-{n}").rings(), range(1000))
        )
    greeted = [answer for answer in answers if answer.verbs[:1] == ["Gather"]]
    passed_on = [answer for answer in answers if answer.dials == [HUMAN]]
    figure(
        "new calls in a minute, 200 allowed",
        len(answers),
        f"{len(greeted)} greeted, {len(passed_on)} told that many are calling, and put through to a human",
    )
    assert len(greeted) <= 210
    assert len(greeted) + len(passed_on) == 1000
    assert all(phrase("many_calls") in answer.said for answer in passed_on)
    assert alarms(limited.extensions["ivr"]) == {"burst new calls": len(passed_on)}
    limited.extensions["ivr"].close()
