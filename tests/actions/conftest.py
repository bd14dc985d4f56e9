"""The demonstration hotline's services, and a short way to ask for an action."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.accounts import Accounts
from ivr.actions import perform
from ivr.actions.base import Asked, Finished, Services
from ivr.actions.notices import Notices
from ivr.menu.contract import Level

FOLDER = Path(__file__).parents[2] / "menus" / "yuebao"


@dataclass(frozen=True)
class Caller:
    """Someone on the line: by default verified, on Sunday, 22 November 2026 at 10:00 in Shanghai."""

    services: Services

    def ask(
        self,
        action: str,
        phone: str = "8000",
        *,
        at: str = "2026-11-22T10:00",
        level: Level = Level.verified,
        key: str = "CA1/1/0",
        language: str = "zh-CN",
        **inputs: str,
    ) -> Finished:
        """Run an action for the account of this phone; four digits are the end of a demonstration number."""
        number = f"+861380013{phone}" if len(phone) == 4 else phone
        moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        return perform(action, self.services, Asked(key, moment, language, number, number, level, inputs))


@pytest.fixture
def caller() -> Iterator[Caller]:
    """Give a caller of the demonstration hotline."""
    accounts = Accounts.open(":memory:", FOLDER / "accounts.yaml")
    yield Caller(Services(accounts, Notices.open(FOLDER / "bulletins.yaml")))
    accounts.close()


@pytest.fixture
def caller_where(tmp_path: Path) -> Iterator[Callable[[str, str], Caller]]:
    """Give a caller of the demonstration hotline, the first ``old`` of whose accounts file is replaced by ``new``."""
    opened = []

    def where(old: str, new: str) -> Caller:
        text = (FOLDER / "accounts.yaml").read_text(encoding="utf-8")
        assert old in text
        source = tmp_path / "accounts.yaml"
        source.write_text(text.replace(old, new, 1), encoding="utf-8")
        opened.append(Accounts.open(":memory:", source))
        return Caller(Services(opened[-1], Notices.open(None)))

    yield where
    for accounts in opened:
        accounts.close()
