"""Someone on the line to the demonstration hotline's actions, and what he knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.identity import NOT_SERVED
from ivr.actions.perform import perform
from ivr.demo.accounts import Customer
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from tests.support.accounts import tokens
from tests.support.bank import ACTIONS, accounts_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = "2026-11-22T10:00"
"""A Sunday, in Shanghai."""
STRANGER = "+8613900000000"
"""A telephone of which no account knows."""
TAILS: Mapping[str, str] = {
    "8000": "1237",
    "8001": "0563",
    "8002": "3314",
    "8003": "087X",
    "8004": "0097",
    "8005": "2124",
    "8006": "0411",
    "8007": "7778",
    "8008": "3001",
    "8009": "0035",
    "+12025550142": "0181",
}
"""The customers, each with the tail of the ID card."""


def number(phone: str) -> str:
    """Return a number in full: four digits are the end of a demonstration number."""
    return f"+861380013{phone}" if len(phone) == 4 else phone


def moment(at: str) -> datetime:
    """Return a time in Shanghai."""
    return datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


@dataclass(frozen=True)
class Caller:
    """Someone on the line: by default verified, on his own telephone, at :data:`NOW`."""

    services: Services
    rate_limits: MessageLimits = field(default_factory=MessageLimits)
    turns: Iterator[int] = field(default_factory=partial(count, 1))

    def ask(
        self,
        action: str,
        phone: str = "8000",
        *,
        calls_from: str | None = None,
        at: str = NOW,
        level: Level = Level.verified,
        call: str = "CA1",
        key: str = "",
        language: str = "zh-CN",
        **inputs: str,
    ) -> ActionResult:
        """Run an action about the account of this phone; without a key it is a run of its own in this call."""
        request = ActionRequest(
            key=key or f"{call}/{next(self.turns)}/1",
            at=moment(at),
            language=language,
            caller=number(phone if calls_from is None else calls_from),
            account=number(phone),
            level=level,
            inputs=inputs,
            message_limits=self.rate_limits,
        )
        return perform(action, self.services, request, ACTIONS)

    # What follows takes `calls_from`, `call`, `at` and `key` as `ask` does.

    def tries_tail(self, tail: str, phone: str = "8000", **how: str) -> str:
        """Type the tail of an ID card, and return how it ended."""
        return self.ask("verify_identity", phone, level=Level.known, id_tail=tail, **how).outcome

    def proves_tail(self, phone: str = "8000", **how: str) -> None:
        """Type the right tail, which must be taken."""
        assert self.tries_tail(TAILS[phone], phone, **how) in {"ok", "elsewhere", *NOT_SERVED}

    def asks_code(self, phone: str = "8000", **how: str) -> ActionResult:
        """Have a code sent."""
        return self.ask("send_code", phone, level=Level.matched, **how)

    def gets_code(self, phone: str = "8000", **how: str) -> str:
        """Prove the tail, have a code sent, and return it as the message tells it."""
        self.proves_tail(phone, **how)
        sent = self.asks_code(phone, **how)
        assert sent.outcome == "sent"
        return str(sent.secrets["code"])

    def tries_code(self, code: str, phone: str = "8000", **how: str) -> str:
        """Type a code, and return how it ended."""
        return self.ask("check_code", phone, level=Level.matched, typed_code=code, **how).outcome

    def account(self, phone: str = "8000") -> Customer:
        """Return the account as it is now."""
        return accounts_of(self.services).get(number(phone))

    def devices(self, phone: str = "8000") -> int:
        """Return on how many devices the account is signed in."""
        return tokens(accounts_of(self.services), number(phone))

    def resets(self) -> list[tuple[str, str]]:
        """Return whose password each reset ever begun is for, and its state, in their order."""
        found = accounts_of(self.services)._connection.execute(
            "SELECT phone, state FROM resets ORDER BY rowid"
        )
        return [(phone, state) for phone, state in found]
