"""Somebody who wants what is not his: how he reaches the hotline, and how what he gets is counted and told."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Flask

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.identity import CODE, TAIL, holders
from ivr.actions.perform import perform
from ivr.app import Application, build_application
from ivr.calls.action_results import Actions
from ivr.calls.line import DirectLine, Heard, VirtualClock
from ivr.config import Settings
from ivr.logs import ONE_BY_ONE
from ivr.storage.base import SEALED_AS, CallFilter
from tests.support.at_once import AtOnce
from tests.support.bank import ACTIONS, accounts_of
from tests.support.keys import key_of, keys_to
from tests.support.phone import DAYTIME, YUEBAO, Answer, Phone, demonstration

VICTIM, VICTIMS_TAIL = "+8613800138000", "1237"
LOCK = timedelta(hours=3)
"""How long the demonstration's accounts are locked after three wrong tries."""
POSSIBLE_CODES = 1_000_000
POSSIBLE_TAILS = 11_000
"""Three digits, and a check character of 0 to 9 or X."""


def way(*options: str, start: str = "main") -> tuple[str, ...]:
    """Return the keys of options of the demonstration that follow one another: ``way("login", "reset_login")``."""
    return tuple(keys_to(demonstration(), *options, start=start))


TO_THE_NUMBER_IF_WITHHELD = way("login", "reset_login")
"""The keys to where a number is typed: passwords, the login password."""
ANOTHER_NUMBER = f"{key_of(demonstration(), 'id_tail', 'other_number')}#"
"""What is typed instead of the tail, to name another number on file."""
TO_THE_NUMBER = (*TO_THE_NUMBER_IF_WITHHELD, ANOTHER_NUMBER)
AGAIN = way("main", start="anything_else")
"""The key to the main menu, when something is done."""


def telephone(n: int) -> str:
    """Return the attacker's n-th telephone, none of which is on file."""
    return f"+861390{n:07}"


class Try(NamedTuple):
    """A guess that was compared with the truth."""

    at: datetime
    account: str
    caller: str


@dataclass
class Tries:
    """Runs the actions, and counts the guesses that were judged: one that meets a lock teaches nothing."""

    judged: dict[str, list[Try]] = field(default_factory=lambda: {TAIL: [], CODE: []})
    outcomes: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    """How many messages each number was to get."""

    def __call__(
        self, name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS
    ) -> ActionResult:
        """Run one."""
        barred_by = {"verify_identity": (TAIL, CODE), "check_code": (CODE,)}.get(name, ())
        barred = any(
            services.attempts.minutes_locked(kind, holders(asked), at=asked.at) for kind in barred_by
        )
        finished = perform(name, services, asked, actions)
        if barred_by and not barred and finished.outcome != "expired":
            self.judged[barred_by[0]].append(Try(asked.at, holders(asked)[0], asked.caller))
        self.outcomes[f"{name}: {finished.outcome}"] += 1
        if finished.text_to:
            self.texts[finished.text_to] += 1
        return finished


@dataclass
class Attack:
    """The demonstration hotline in this process, its clock, and the calls that are made to it."""

    tries: Tries = field(default_factory=Tries)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(DAYTIME))
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        """Open the hotline."""
        settings = Settings(database_url="memory://", public_url="https://ivr.example.com")
        self.application = build_application(YUEBAO, settings, perform=self.tries, tree=demonstration())
        self.application.switchboard.action_runner.close()
        self.application.switchboard.action_runner = AtOnce()

    def call(self, caller: str, keys: Sequence[str], *, after: float = 0) -> DirectLine:
        """Ring so many seconds after the last call has ended, and press these keys as long as they are listened to."""
        self.clock.advance(after)
        line = DirectLine(self.application.switchboard, self.clock, caller)
        line.start()
        for entry in keys:
            if line.waiting == "keys":
                line.press(entry)
        return line

    def at_once(self, caller: str, keys: Sequence[str]) -> DirectLine:
        """Ring at the same moment as every other call of this kind."""
        began = self.clock.now
        line = self.call(caller, keys)
        self.clock.now = began
        return line

    def close(self) -> None:
        """Let go of it."""
        self.application.close()


def heard(line: DirectLine) -> list[str]:
    """Return all that was heard, and what else happened on the line."""
    return [item.text if isinstance(item, Heard) else item.what for item in line.take()]


def letters(application: Application, call: str) -> list[str]:
    """Return the messages of a call, as their recipients would read them."""
    history = application.store.call(call)
    assert history is not None
    return [
        application.services.seal.open(SEALED_AS, message.body) if message.sealed else message.body
        for message in history.messages
    ]


def code_of(phone: Phone) -> str:
    """Return the code that was sent last in a call."""
    return _latest(r"验证码(\d{6})", phone)


def link_of(phone: Phone) -> str:
    """Return the path of the link that was sent last in a call."""
    return _latest(r"https://ivr\.example\.com(/reset/\S+)", phone)


def _latest(pattern: str, phone: Phone) -> str:
    return str(re.findall(pattern, "\n".join(letters(phone.application, phone.call)))[-1])


STEPS_OF_A_RESET = (*way("login", "reset_login"), VICTIMS_TAIL, "the code", "1")
"""The keys of a reset from the telephone on file: passwords, the login password, tail, code, yes."""


def resets(phone: Phone) -> str:
    """Have the victim reset his login password, and return the path of his link."""
    phone.rings()
    for keys in STEPS_OF_A_RESET:
        phone.presses(code_of(phone) if keys == "the code" else keys)
    return link_of(phone)


def begun(application: Application) -> list[tuple[str, str]]:
    """Return the resets that were ever begun: whose, and in which state."""
    found = accounts_of(application.services)._connection.execute(
        "SELECT phone, state FROM resets ORDER BY rowid"
    )
    return [(phone, state) for phone, state in found]


def written(application: Application) -> dict[str, int]:
    """Return how many rows there are of everything that a webhook could write."""
    calls = application.store.calls(CallFilter(limit=10_000))
    histories = [history for record in calls if (history := application.store.call(record.call))]
    accounts, attempts = (
        accounts_of(application.services)._connection,
        application.services.attempts._connection,
    )
    counts = {
        "calls": len(calls),
        "events": sum(len(history.path) for history in histories),
        "messages": sum(len(history.messages) for history in histories),
        "voicemails": sum(len(history.voicemails) for history in histories),
        "ended": sum(bool(record.ending) for record in calls),
    }
    for table in ("resets", "freezes"):
        (counts[table],) = accounts.execute(f"SELECT count(*) FROM {table}").fetchone()
    for table in ("ledger_answers", "ledger_wrongs", "ledger_spent", "ledger_codes"):
        (counts[table],) = attempts.execute(f"SELECT count(*) FROM {table}").fetchone()
    return counts


def told_of_the_card(app: Flask, bank: str, call: str) -> tuple[Answer, list[str]]:
    """Let the account service name a bank so; return what a customer of it hears in a call, and his messages.

    He asks why a withdrawal failed, has the bank's number sent, and the summary of the call.
    """
    phone = Phone(app, caller="+8613800138004", call=call)
    account_says(phone.application, phone.caller, bank)
    _forget_messages(phone.application)
    phone.rings()
    phone.chooses("withdrawals", "last_withdrawal")
    told = phone.presses("0097")
    phone.chooses("bank_text", "summary")
    return told, letters(phone.application, call)


def account_says(application: Application, number: str, words: str) -> None:
    """Put words into every field of an account that is free text, as a careless account service could."""
    db = accounts_of(application.services)._connection
    (kept,) = db.execute("SELECT data FROM accounts WHERE phone = ?", (number,)).fetchone()
    data = json.loads(kept)
    data["name"] = data["language"] = data["bank_card"]["bank"] = data["bank_card"]["bank_phone"] = words
    db.execute("UPDATE accounts SET data = ? WHERE phone = ?", (json.dumps(data), number))


def add_customers(application: Application, numbers: Sequence[str]) -> None:
    """Give the bank more customers, each with the card and the money of the victim."""
    db = accounts_of(application.services)._connection
    for place, number in enumerate(numbers, 1000):
        db.execute(
            "INSERT INTO accounts SELECT ?, ?, id_card, filed, json_set(data, '$.phone', ?) FROM accounts WHERE phone = ?",
            (number, place, number, VICTIM),
        )


def frozen(application: Application) -> int:
    """Return how many accounts are frozen."""
    db = accounts_of(application.services)._connection
    query = "SELECT count(*) FROM accounts WHERE json_extract(data, '$.status') = 'frozen'"
    return int(db.execute(query).fetchone()[0])


def alarms(application: Application) -> dict[str, int]:
    """Return how many alarms there were of each kind and scope in their minute."""
    return application.services.alarms.counts()


def lines(counted: Mapping[str, int]) -> int:
    """Return how many lines so many alarms have in the log: the first ones, and one that counts the others."""
    return sum(min(count, ONE_BY_ONE + 1) for count in counted.values())


def _forget_messages(application: Application) -> None:
    """Begin a new day of the rations."""
    application.services.attempts._connection.execute("DELETE FROM ledger_spent")
