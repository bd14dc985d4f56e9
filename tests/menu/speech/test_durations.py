"""How long words take to say: what is counted in a text, and what it costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.speech import durations as seconds
from ivr.menu.speech.durations import SpokenParts, parts, spoken_seconds
from ivr.menu.speech.packs import pack

LANGUAGES = ("zh-CN", "en-US")
CHINESE, ENGLISH = (pack(language).seconds for language in LANGUAGES)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", SpokenParts()),
        ("，。！", SpokenParts()),
        ("请稍等", SpokenParts(1, characters=3)),
        ("您好，请稍等。", SpokenParts(1, characters=5, pauses=1)),
        ("您好。请稍等。", SpokenParts(1, characters=5, pauses=2)),
        ("好！？，好", SpokenParts(1, characters=2, pauses=2)),
        ("末位是X。", SpokenParts(1, characters=4)),
        ("用App请按3。", SpokenParts(1, characters=4, words=1, letters=3)),
    ],
)
def test_a_chinese_text(text: str, counted: SpokenParts) -> None:
    """Characters, and the pauses between them; an English word in it is one, and a single letter is a syllable."""
    assert parts(text, syllables=True) == counted


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", SpokenParts()),
        ("... ", SpokenParts()),
        ("One moment", SpokenParts(1, words=2, letters=9)),
        ("I don't know.", SpokenParts(1, words=3, letters=9)),
        ("For limits, press 1.", SpokenParts(1, words=4, letters=17, pauses=1)),
        ("Sorry. Good-bye!", SpokenParts(1, words=3, letters=12, pauses=2)),
        ("Your ID", SpokenParts(1, words=3, letters=8)),
        ("Your 招商银行 card", SpokenParts(1, characters=4, words=2, letters=8)),
        ("at 8:30", SpokenParts(1, words=3, letters=13)),
        ("3 dollars and 50 cents", SpokenParts(1, words=5, letters=25)),
        ("the 3rd", SpokenParts(1, words=2, letters=8)),
        ("3,50 yuans", SpokenParts(1, words=5, letters=23)),
        ("1,234 yuan", SpokenParts(1, words=7, letters=35)),
        ("1, 2 or 3", SpokenParts(1, words=4, letters=13, pauses=1)),
        ("2 0 2, 5 5", SpokenParts(1, words=5, letters=18, pauses=1)),
        ("12:05 AM", SpokenParts(1, words=5, letters=18)),
    ],
)
def test_an_english_text(text: str, counted: SpokenParts) -> None:
    """Words and their letters, and the pauses between them; Chinese characters in it are characters."""
    assert parts(text, syllables=False) == counted


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("0", "零"),
        ("7", "七"),
        ("10", "十"),
        ("12", "十二"),
        ("24", "二十四"),
        ("100", "一百"),
        ("105", "一百零五"),
        ("110", "一百一十"),
        ("3000", "三千"),
        ("3050", "三千零五十"),
        ("10000", "一万"),
        ("12345", "一万二千三百四十五"),
        ("100000", "十万"),
        ("205000", "二十万五千"),
        ("120050", "十二万零五十"),
        ("0.4102", "零点四一零二"),
        ("52340.18", "五万二千三百四十点一八"),
        ("0571", "零五七一"),
        ("13800138000", "一三八零零一三八零零零"),
    ],
)
def test_a_number_in_chinese(number: str, read: str) -> None:
    """It counts as the characters that it is read as; a long one, or one with a leading zero, digit by digit."""
    assert parts(number, syllables=True) == SpokenParts(1, characters=len(read))


@pytest.mark.parametrize(
    ("number", "read"),
    [
        ("0", "zero"),
        ("15", "fifteen"),
        ("24", "twenty four"),
        ("30", "thirty"),
        ("105", "one hundred five"),
        ("3,000", "three thousand"),
        ("18,250.75", "eighteen thousand two hundred fifty point seven five"),
        ("2000000", "two million"),
        ("9 5 5", "nine five five"),
        ("0571", "zero five seven one"),
        ("1234567890", "one two three four five six seven eight nine zero"),
    ],
)
def test_a_number_in_english(number: str, read: str) -> None:
    """It counts as the words that it is read as; a long one, or one with a leading zero, digit by digit."""
    words = read.split()
    assert parts(number, syllables=False) == SpokenParts(1, words=len(words), letters=sum(map(len, words)))


def test_what_the_parts_cost() -> None:
    """The seconds are the sum of the parts' own."""
    text = "您好，用App请按12。好"
    cost = CHINESE.prompt + 8 * CHINESE.character + CHINESE.word + 3 * CHINESE.letter
    assert spoken_seconds(text, "zh-CN") == pytest.approx(cost + 3 * CHINESE.pause)
    cost = ENGLISH.prompt + 3 * ENGLISH.word + 9 * ENGLISH.letter + ENGLISH.pause
    assert spoken_seconds("Hi, one two.", "en-US") == pytest.approx(cost - ENGLISH.letter)


@pytest.mark.parametrize("language", ["zh-CN", "cmn-CN", "zh"])
def test_without_a_language_the_script_decides(language: str) -> None:
    """A Chinese character makes a text Chinese, also to the carrier's name of the language; else it is English."""
    assert spoken_seconds("请按12，再见") == spoken_seconds("请按12，再见", language)
    assert spoken_seconds("Press 12, please") == spoken_seconds("Press 12, please", "en-CA")
    assert spoken_seconds("12", language) != spoken_seconds("12", "en-US")


def test_a_voice_scales_the_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice that is twice as fast takes half the time; an unknown one speaks at the reference rate."""
    monkeypatch.setattr(seconds, "VOICE_RATES", {"Polly.Quick": 2.0})
    usual = spoken_seconds("请稍等", "zh-CN")
    assert spoken_seconds("请稍等", "zh-CN", "Polly.Nobody") == usual
    assert spoken_seconds("请稍等", "zh-CN", "Polly.Quick") == pytest.approx(usual / 2)


TEXT = st.text() | st.text("请按 一二，。,.:'19Xab<>")


@given(TEXT, TEXT, st.sampled_from(LANGUAGES))
def test_more_words_take_no_less_time(one: str, two: str, language: str) -> None:
    """Saying one text and then another takes at least as long as either."""
    both = spoken_seconds(f"{one} {two}", language)
    assert both + 1e-9 >= spoken_seconds(one, language) >= 0
    assert both + 1e-9 >= spoken_seconds(two, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_takes_no_time(language: str) -> None:
    """An empty text, blanks and lonely punctuation are not said."""
    assert [spoken_seconds(text, language) for text in ("", "  ", "。", "…")] == [0, 0, 0, 0]
