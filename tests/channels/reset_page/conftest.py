"""The house of the demonstration customers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ivr.demo.accounts import Accounts
from tests.support.reset_page import SOURCE, House


@pytest.fixture
def application() -> Iterator[House]:
    """Open the house, with its accounts in memory."""
    accounts = Accounts(":memory:", SOURCE)
    house = House(accounts)
    yield house
    house.attempts.close()
    accounts.close()
