"""Whose telephone a message of a call goes to."""

from __future__ import annotations

import pytest

from ivr.actions.addressee import addressee
from ivr.actions.base import ActionRequest
from ivr.menu.language.contract import Level
from tests.support.action_caller import NOW, STRANGER, moment, number


@pytest.mark.parametrize(
    ("calls_from", "account", "level", "to"),
    [
        ("8000", "8000", Level.known, "8000"),
        (
            STRANGER,
            "8000",
            Level.known,
            STRANGER,
        ),  # a typed number proves nothing: its owner is left in peace
        ("", "8000", Level.known, ""),
        (STRANGER, "8000", Level.verified, "8000"),
        ("", "8000", Level.confirmed, "8000"),
        (STRANGER, "", Level.unknown, STRANGER),
        ("", "", Level.unknown, ""),
    ],
)
def test_the_number_on_file_is_for_who_has_proved_himself(
    calls_from: str, account: str, level: Level, to: str
) -> None:
    """Anybody else is sent to the telephone that he calls from, or to none."""
    asked = ActionRequest("CA1/1/1", moment(NOW), "zh-CN", number(calls_from), number(account), level)
    assert addressee(asked) == number(to)
