"""What of a text can be spoken, and in which pieces."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels.twilio.speech_text import clean, pieces


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("您好", "您好"),
        ("  您好\n", "您好"),
        ("a\x00b\x07c\x7fd\x85e", "abcde"),
        ("a\ud83db", "ab"),
        ("a\ufffeb", "ab"),
        ("two\nlines\there", "two\nlines\there"),
        ("📞 & <b>", "📞 & <b>"),
        ("\x01 \x02", ""),
    ],
)
def test_only_what_xml_can_hold_is_left(text: str, cleaned: str) -> None:
    """Control characters and lone surrogates would make Twilio refuse the whole document (12100)."""
    assert clean(text) == cleaned


def test_a_text_that_fits_is_one_piece() -> None:
    """A sentence is not cut without need, and nothing has no pieces."""
    assert pieces("您好。请说。") == ["您好。请说。"]
    assert pieces(" \n") == []


def test_a_long_text_is_cut_at_the_ends_of_sentences() -> None:
    """About 500 Chinese characters are 4500 URL-encoded ones, which is all that one Say may have (13521)."""
    sentence = "快" * 99 + "。"
    assert pieces(sentence * 11) == [sentence * 4, sentence * 4, sentence * 3]
    english = "A rate of 3.14 percent, as of today" + " indeed" * 20 + "."
    assert pieces(" ".join([english] * 20)) == [" ".join([english] * 16), " ".join([english] * 4)]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        (("快" * 99 + "，") * 5, [400, 100]),  # clauses, where there is no sentence
        ("word " * 900, [2999, 1499]),  # words, where there is no clause; Polly says 3000 characters
        ("快" * 600, [499, 101]),  # characters, where Chinese has no stop
        ("x" * 3001, [374] * 8 + [9]),  # and what is no word at all
        ("价格3.14元" * 200, [1015, 385]),  # the point of a number ends no sentence
    ],
)
def test_a_sentence_that_is_too_long_is_cut_at_the_next_best_place(text: str, sizes: list[int]) -> None:
    """Clauses, then words, then characters; a word is not cut."""
    assert [len(piece) for piece in pieces(text)] == sizes


@given(st.text(alphabet=st.sampled_from("快。，,. \nword3📞\x00'"), max_size=4000))
def test_every_piece_is_short_enough_and_nothing_is_lost(text: str) -> None:
    """The pieces together are the text, but for the space at the cuts; each is within every voice's limit."""
    cut = pieces(text)
    assert "".join("".join(cut).split()) == "".join(clean(text).split())
    for piece in cut:
        assert piece == piece.strip() != ""
        assert len(piece) <= 3000
        assert len(quote(piece, safe="")) < 4500
