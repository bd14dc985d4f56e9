"""How long words take to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.seconds import spoken_seconds


@pytest.mark.parametrize(
    ("text", "characters", "words"),
    [
        ("", 0, 0),
        ("，。！", 0, 0),
        ("请稍等", 3, 0),
        ("您好，请稍等。", 5, 0),
        ("转出限额请按12。", 8, 0),
        ("For limits, press 1.", 0, 4),
        ("I don't know 3,000.50 yuan", 0, 5),
        ("English请按3。", 3, 1),
    ],
)
def test_characters_and_words(text: str, characters: int, words: int) -> None:
    """4.2 Chinese characters or 2.6 words a second; punctuation takes no time; digits are said in Chinese there."""
    assert spoken_seconds(text) == pytest.approx(characters / 4.2 + words / 2.6)


@given(st.text(), st.text())
def test_more_words_take_no_less_time(one: str, two: str) -> None:
    """Saying one text after another takes at least as long as either in the same script."""
    assert spoken_seconds(one) >= 0
    assert spoken_seconds(one + "，字" + two) > 0
