"""The hotline that is attacked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.support.attacker import Attack
from tests.support.phone import Phone, program


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, before `-m attack` selects."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("attack")


@pytest.fixture(autouse=True)
def quiet_log(log_of_its_own: None) -> None:
    """Let thousands of refusals not be written among the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture
def attack() -> Iterator[Attack]:
    """Give the demonstration hotline to somebody who can ring it a thousand times."""
    attack = Attack()
    yield attack
    attack.close()


@pytest.fixture
def phone() -> Iterator[Phone]:
    """Give the victim's telephone, connected with the web program over signed requests."""
    app = program()
    yield Phone(app)
    app.extensions["ivr"].close()
