"""The house of the demonstration customers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ivr.demo.accounts import Accounts
from tests.support.house import SOURCE, House


@pytest.fixture
def house() -> Iterator[House]:
    """Open the house, with its accounts in memory."""
    accounts = Accounts.open(":memory:", SOURCE)
    yield House(accounts)
    accounts.close()
