"""How wide words are, and what of them fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.diagrams.text_metrics import lines_of, shortened, width_of


def test_chinese_is_as_wide_as_high_and_latin_about_half() -> None:
    """An `i` is narrower than an `m`; an accent that stands on a letter takes no place."""
    assert width_of("余额宝", 10) == 30
    assert width_of("i", 10) < width_of("e", 10) < width_of("m", 10) < width_of("余", 10)
    assert width_of("e\u0301", 10) == width_of("e", 10)


@given(st.text(max_size=80), st.integers(20, 200), st.integers(1, 4))
def test_no_line_is_wider_than_its_place(text: str, width: int, most: int) -> None:
    """Whatever is written, and there are at most so many lines; a single closing mark may hang over."""
    lines = lines_of(text, 10, width, most)
    assert len(lines) <= most
    assert all(width_of(line.rstrip("，。、！？；：）》”…"), 10) <= width for line in lines)


def test_lines_break_between_words_and_not_before_a_comma() -> None:
    """`…` says that something was left out."""
    assert lines_of("one two three", 10, 60, 3) == ["one two", "three"]
    assert lines_of("您好，欢迎", 10, 20, 3) == ["您", "好，", "欢迎"]
    assert lines_of("您好欢迎致电", 10, 30, 1) == ["您好…"]


def test_a_text_that_fits_is_whole() -> None:
    """And one that does not ends with `…`."""
    assert shortened("reset_login", 20) == "reset_login"
    assert shortened("reset_login", 4).endswith("…")
    assert width_of(shortened("余额宝" * 20, 10), 1) <= 10
