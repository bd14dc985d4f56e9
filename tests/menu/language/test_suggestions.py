"""What was probably meant: found among thousands of names, and given up for a name that is none."""

from __future__ import annotations

import pytest
from rapidfuzz import process

from ivr.menu.language.suggestions import MAX_NAME, MAX_NAMES, did_you_mean, key_meant, nearest


def test_a_name_is_looked_for_among_so_many() -> None:
    """The last of them is found, and the first after them is not."""
    names = [f"n{number:06}" for number in range(MAX_NAMES - 1)] + ["agent", "greeting"]
    assert nearest("agnet", names) == "agent"
    assert nearest("greting", names) is None


def test_a_long_name_is_compared_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing two texts takes time by the product of their lengths."""

    def never(*_given: object, **_named: object) -> None:
        raise AssertionError

    monkeypatch.setattr(process, "extract", never)
    assert nearest("a" * (MAX_NAME + 1), ["a" * MAX_NAME]) is None
    assert key_meant("a" * 100_000, ["say", "menu"]) is None
    assert did_you_mean("a" * 100_000, ["say"]) == "use one of `say`"


def test_large_and_small_letters_are_the_same() -> None:
    """The name is suggested as it is written."""
    assert nearest("MAINMENU", ["Main_Menu", "other"]) == "Main_Menu"
    assert nearest("menu", ["Long_Main_Menu"]) == "Long_Main_Menu"
