"""The words of the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

import pytest

from ivr.actions.accounts import PasswordKind
from ivr.actions.passwords import Reason
from ivr.channels.reset_page.words import PAGE_WORDS, PageWords


@pytest.mark.parametrize("words", PAGE_WORDS.values(), ids=PAGE_WORDS)
def test_every_language_says_everything(words: PageWords) -> None:
    """There are words for each password and each problem, and none is empty."""
    assert set(words.problems) == {*Reason, "too_short_here", "too_long_here", "differ", "stale"}
    for of_each_password in (words.titles, words.rules, words.done):
        assert set(of_each_password) == set(get_args(PasswordKind))
    assert all(asdict(words).values())
