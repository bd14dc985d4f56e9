"""The demonstration hotline's services, and somebody who uses them: fixtures for the tests of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ivr.actions.base import Services
from ivr.actions.bulletins import Bulletins
from ivr.demo.accounts import Accounts
from ivr.storage.attempts import Attempts
from ivr.storage.sealing import Seal
from tests.support.action_caller import Caller
from tests.support.bank import YUEBAO


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Services]]:
    """Give services with the customers of a file; they are closed at the end."""
    with ExitStack() as stack:

        def services(source: Path) -> Services:
            return Services(
                stack.enter_context(closing(Accounts(":memory:", source))),
                Bulletins.open(YUEBAO / "bulletins.yaml"),
                stack.enter_context(closing(Attempts(":memory:"))),
                Seal.random(),
                "https://ivr.example.com",
            )

        yield services


@pytest.fixture
def caller(opened: Callable[[Path], Services]) -> Caller:
    """Give a caller of the demonstration hotline."""
    return Caller(opened(YUEBAO / "accounts.yaml"))


@pytest.fixture
def caller_where(opened: Callable[[Path], Services], tmp_path: Path) -> Callable[[str, str], Caller]:
    """Give a caller of the demonstration hotline, the first ``old`` of whose accounts file is replaced by ``new``."""

    def where(old: str, new: str) -> Caller:
        text = (YUEBAO / "accounts.yaml").read_text(encoding="utf-8")
        assert old in text
        source = tmp_path / "accounts.yaml"
        source.write_text(text.replace(old, new, 1), encoding="utf-8")
        return Caller(opened(source))

    return where
