"""A program with the pages of a reset alone, set up as the whole program sets them up, and links for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from ivr.actions.accounts import PasswordKind
from ivr.channels.reset_page.bounded_pool import BoundedPool
from ivr.channels.reset_page.pages import install_reset_page
from ivr.channels.twilio.forms import LARGEST_FORM, WebhookRequest
from ivr.demo.accounts import Accounts
from ivr.storage.attempts import Attempts
from ivr.storage.sealing import Seal

SOURCE = Path(__file__).parents[2] / "menus" / "yuebao" / "accounts.yaml"
SECRET = "a secret of the tests, long enough to be one"
CHINESE, ENGLISH = "+8613800138000", "+12025550142"
GOOD = {"login": "violin under seven lamps", "payment": "805274"}
"""A password of each kind that is taken."""


@dataclass
class House:
    """The program, its accounts, and a clock that a test sets."""

    accounts: Accounts
    public_url: str = "https://ivr.example.com"
    now: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    seal: Seal = field(default_factory=lambda: Seal(SECRET))
    pool: BoundedPool | None = None
    attempts: Attempts = field(default_factory=lambda: Attempts(":memory:"))
    languages: Sequence[str] = ("zh-CN", "en-US")
    """Those of the hotline."""

    def program(self) -> Flask:
        """Return the program, with the reading of forms that the webhooks bring along."""
        app = Flask("ivr", static_folder=None)
        app.request_class = WebhookRequest
        app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
        app.url_map.merge_slashes = False
        install_reset_page(
            app,
            self.accounts,
            self.attempts,
            self.seal,
            lambda: self.now,
            lambda: self.languages,
            self.public_url,
            self.pool,
        )
        return app

    def ticket(self, which: PasswordKind = "login", phone: str = CHINESE, *, key: str = "CA1/3/0") -> str:
        """Begin a reset and return the ticket of its link."""
        ticket = self.seal.sign("ticket", key)
        self.accounts.open_reset(
            phone, which, self.seal.digest("ticket", ticket), key=f"{phone} {key}", at=self.now
        )
        return ticket

    def waits(self, minutes: float) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)
