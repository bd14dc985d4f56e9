"""Guessing the link of a reset, or making one from another: every wrong link is the same closed door."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterable, Iterator

import pytest
from flask.testing import FlaskClient

from ivr.demo.accounts import Accounts
from ivr.storage.sealing import Seal
from tests.support.attacker import resets
from tests.support.bank import accounts_of
from tests.support.figures import Amount, figure
from tests.support.phone import DAYTIME, Phone

HTTPS = "https://ivr.example.com"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def ticket(phone: Phone) -> str:
    """Give the ticket of the victim's link, which works."""
    return resets(phone).removeprefix("/reset/")


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the digests that the account service is asked for, while it answers as ever."""
    asked: list[str] = []
    real = Accounts.reset

    def reset(accounts: Accounts, digest: str, at: object) -> object:
        asked.append(digest)
        return real(accounts, digest, at)  # type: ignore[arg-type]

    monkeypatch.setattr(Accounts, "reset", reset)
    return asked


def answers(browser: FlaskClient, tickets: Iterable[str]) -> Iterator[tuple[int, bytes, str]]:
    """Yield status, words and headers of the answer to each ticket."""
    for each in tickets:
        answer = browser.get(f"/reset/{each}", base_url=HTTPS)
        yield answer.status_code, answer.data, str(answer.headers)


def the_closed_door(phone: Phone, tickets: Iterable[str]) -> int:
    """Return how many tickets there were, all of which got one and the same answer, a 404, down to its headers."""
    browser, count = phone.app.test_client(use_cookies=False), 0
    door = next(answers(browser, ["x"]))
    assert door[0] == 404
    for each in answers(browser, tickets):
        assert each == door
        count += 1
    return count


def test_no_letter_of_a_ticket_can_be_another(phone: Phone, ticket: str, looked_up: list[str]) -> None:
    """Every letter of a link that works, changed into each of eight others: the same 404, and nothing looked up."""
    changed = {
        ticket[:place] + other + ticket[place + 1 :]
        for place, letter in enumerate(ticket)
        for other in (LETTERS[place % 8 :: 8] + ".=~").replace(letter, "")
    }
    count = the_closed_door(phone, sorted(changed))
    figure("tickets with a letter changed", count, "all the same 404; 0 looked up")
    assert looked_up == []
    assert next(answers(phone.client, [ticket]))[0] == 303


def test_no_part_of_a_ticket_is_one(phone: Phone, ticket: str, looked_up: list[str]) -> None:
    """Cut short at either end, doubled, padded, escaped, in other letters: the same 404, and nothing looked up."""
    body, _, mark = ticket.rpartition(".")
    parts = [ticket[:length] for length in range(1, len(ticket))]
    parts += [ticket[start:] for start in range(1, len(ticket))]
    parts += [
        f"{mark}.{body}",
        body,
        mark,
        f".{mark}",
        f"{body}.",
        f"{ticket}.{mark}",
        ticket * 2,
        f"{body}.{body}",
    ]
    parts += [
        f"{ticket}=",
        f"{body}=.{mark}",
        f"{ticket}%00",
        f"{ticket}%20",
        f"%20{ticket}",
        f"{ticket}/",
        f"{ticket}/x",
    ]
    parts += [ticket.swapcase(), ticket.lower(), ticket.replace(".", "%2e%2e"), f"../{ticket}"]
    count = the_closed_door(phone, parts)
    figure("parts and other spellings of a ticket", count, "all the same 404; 0 looked up")
    assert looked_up == []


def test_no_other_key_or_purpose_signs_a_ticket(phone: Phone, ticket: str, looked_up: list[str]) -> None:
    """Signed with a guessed key, or by our own for another purpose: the same 404, and nothing looked up."""
    text = base64.urlsafe_b64decode(ticket.rpartition(".")[0] + "==").decode()
    ours = phone.application.services.seal
    keys = [
        "secret",
        "changeme",
        "0" * 32,
        "the-auth-token-of-the-tests",
        text,
        *(f"a guess {n}" for n in range(200)),
    ]
    forged = [Seal(key).sign("ticket", text) for key in keys]
    forged += [
        ours.sign(purpose, text)
        for purpose in ("", "Ticket", "ticket ", "tickets", "message", "reset", "session")
    ]
    forged += [ours.seal("ticket", text), ours.digest("ticket", text), ours.digest("ticket", ticket)]
    count = the_closed_door(phone, forged)
    figure("tickets of another key or purpose", count, "all the same 404; 0 looked up")
    assert looked_up == []


def test_random_tickets_open_nothing(phone: Phone, ticket: str, looked_up: list[str], amount: Amount) -> None:
    """In the form of real ones. The chance of a single try is that of 256 bits of a signature over 128 bits of a name."""
    chance = random.Random(1)
    body, _, mark = ticket.rpartition(".")
    assert (len(body), len(mark)) == (43, 43)
    tickets = (
        f"{''.join(chance.choices(LETTERS, k=43))}.{''.join(chance.choices(LETTERS, k=43))}"
        for _ in range(amount(2_000, 9_000))
    )
    ours = (f"{body}.{''.join(chance.choices(LETTERS, k=42))}A" for _ in range(amount(500, 1_000)))
    count = the_closed_door(phone, (each for some in (tickets, ours) for each in some))
    bits = 4 * len(base64.urlsafe_b64decode(f"{body}=")), 8 * len(base64.urlsafe_b64decode(f"{mark}="))
    figure(
        "random tickets",
        count,
        f"0 opened, 0 looked up; a ticket has {bits[0]} bits, its signature {bits[1]}",
    )
    assert bits == (128, 256)
    assert looked_up == []


def test_a_dead_link_is_told_apart_from_no_made_up_one(phone: Phone, ticket: str) -> None:
    """Signed by us, but never begun, expired, used or void: the page is that of a link which never was, byte for byte."""
    never = phone.application.services.seal.sign("ticket", "0" * 32)
    accounts_of(phone.application.services).freeze(phone.caller, key="CA2/1/1", at=DAYTIME)
    count = the_closed_door(phone, [never, ticket])
    figure("links that were never begun, or were made void", count, "all the same 404")
