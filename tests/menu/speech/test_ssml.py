"""What each family of voices makes of a mark and of a pronunciation."""

from __future__ import annotations

import re

import pytest

from ivr.menu.language.pronunciation import Pronunciation
from ivr.menu.speech.markup import SAID_AS, MarkKind, SpeechMark, marked_text
from ivr.menu.speech.ssml import (
    FAMILIES,
    Break,
    Element,
    Instead,
    Phoneme,
    Prosody,
    SayAs,
    Silence,
    Spelled,
    Sub,
    delivery,
    family_of,
    pronounced,
)

STANDARD, NEURAL, GENERATIVE = "Polly.Joanna", "Polly.Joanna-Neural", "Polly.Joanna-Generative"
GOOGLE, CHIRP, BASIC = "Google.en-US-Wavenet-A", "Google.en-US-Chirp3-HD-Kore", "man"
SSML_FREE = [GENERATIVE, CHIRP, BASIC, "Google.en-US-Studio-O", "Polly.Joanna-LongForm", ""]

TABLE: list[tuple[str, dict[str, Element | None]]] = [
    ("<pause>", {STANDARD: Break(500), NEURAL: Break(500), GOOGLE: Break(500), GENERATIVE: None, CHIRP: None, BASIC: None}),
    ("<pause 2s>", {STANDARD: Break(2000), GENERATIVE: Silence(2), CHIRP: Silence(2), BASIC: Silence(2)}),
    ("<pause 1400ms>", {GOOGLE: Break(1400), BASIC: Silence(1)}),
    ("<slow>a</slow>", {STANDARD: Prosody(80), NEURAL: Prosody(80), GOOGLE: Prosody(80), GENERATIVE: None, CHIRP: None, BASIC: None}),
    # a neural voice says a sentence with spelled letters in another voice, so that it gets the letters one by one
    ("<spell>a</spell>", {STANDARD: SayAs("characters"), NEURAL: Spelled(as_sub=True), GOOGLE: SayAs("characters"), GENERATIVE: Spelled(), CHIRP: Spelled(), BASIC: Spelled()}),
    ("<say as digits>1</say>", {STANDARD: SayAs("digits"), NEURAL: SayAs("digits"), GOOGLE: SayAs("characters"), CHIRP: Spelled()}),
    ("<say as phone>1</say>", {STANDARD: SayAs("telephone"), GOOGLE: SayAs("telephone"), BASIC: Spelled()}),
    ("<say as date>1</say>", {STANDARD: SayAs("date", "ymd"), GOOGLE: SayAs("date", "ymd"), CHIRP: None}),
    ("<say as ordinal>1</say>", {NEURAL: SayAs("ordinal"), GENERATIVE: None}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "voice", "element"),
    [(text, voice, element) for text, row in TABLE for voice, element in row.items()],
)
def test_each_voice_gets_what_it_takes(text: str, voice: str, element: Element | None) -> None:
    """An element where the voice takes one, else the same in words, else nothing."""
    (mark,) = marked_text(f"well {text}").marks
    assert delivery(mark, "en-US", voice).element == element


def test_what_is_left_out_is_told() -> None:
    """Whatever a voice does not do has a sentence and a remedy; what it does has none."""
    kinds = [SpeechMark(MarkKind.pause, "500"), SpeechMark(MarkKind.slow), SpeechMark(MarkKind.spell)]
    for mark in [*kinds, *(SpeechMark(MarkKind.say, kind) for kind in SAID_AS)]:
        for voice in [STANDARD, NEURAL, GOOGLE, GENERATIVE, CHIRP, BASIC]:
            made = delivery(mark, "en-US", voice)
            assert bool(made.loss) is (made.element is None)
            assert bool(made.remedy) >= bool(made.loss)


def test_a_pause_that_is_rounded_is_told() -> None:
    """A voice without breaks pauses in whole seconds."""
    assert "it takes 1 s" in delivery(SpeechMark(MarkKind.pause, "1400"), "en-US", BASIC).loss
    assert delivery(SpeechMark(MarkKind.pause, "2000"), "en-US", BASIC).loss == ""


@pytest.mark.parametrize(
    ("voice", "element"),
    [
        (STANDARD, SayAs("telephone")),
        ("Polly.Zhiyu", Spelled(as_sub=True)),
        ("Google.cmn-CN-Wavenet-A", Spelled(as_sub=True)),
    ],
)
def test_a_telephone_number_is_said_so_only_in_languages_that_have_it(voice: str, element: Element) -> None:
    """In Chinese there is no such reading, and the digits come one by one."""
    language = "en-US" if "Joanna" in voice else "zh-CN"
    assert delivery(SpeechMark(MarkKind.say, "phone"), language, voice).element == element


@pytest.mark.parametrize("voice", SSML_FREE)
def test_voices_of_which_nothing_is_known_get_no_ssml(voice: str) -> None:
    """A tag that a voice does not take may silence the whole sentence."""
    language = "xx-XX"  # which has no default voice
    for mark in [
        SpeechMark(MarkKind.pause, "2000"),
        SpeechMark(MarkKind.slow),
        SpeechMark(MarkKind.spell),
        SpeechMark(MarkKind.say, "digits"),
    ]:
        assert isinstance(delivery(mark, language, voice).element, Silence | Spelled | None)
    assert pronounced("text message", language, voice).element == Instead("text message")


IPA = Pronunciation(ipa="juː ə baʊ")
BOTH = Pronunciation(ipa="juː ə baʊ", alias="you uh bow")
PINYIN = Pronunciation(pinyin="yu2 e2 bao3")


@pytest.mark.parametrize(
    ("how", "language", "voice", "element"),
    [
        ("text message", "en-US", NEURAL, Sub("text message")),
        ("text message", "en-US", CHIRP, Instead("text message")),
        (IPA, "en-US", NEURAL, Phoneme("ipa", "juː ə baʊ")),
        (IPA, "en-US", GOOGLE, Phoneme("ipa", "juː ə baʊ")),
        (IPA, "en-US", BASIC, None),
        (BOTH, "en-US", STANDARD, Phoneme("ipa", "juː ə baʊ")),
        (BOTH, "en-US", GENERATIVE, Instead("you uh bow")),
        (PINYIN, "zh-CN", "Polly.Zhiyu-Neural", Phoneme("x-amazon-pinyin", "yu2 e2 bao3")),
        (PINYIN, "zh-CN", "Google.cmn-CN-Wavenet-A", None),
        (PINYIN, "zh-CN", "", Phoneme("x-amazon-pinyin", "yu2 e2 bao3")),
        (PINYIN, "en-US", NEURAL, None),
    ],
)  # fmt: skip
def test_a_pronunciation_is_given_as_the_voice_takes_it(
    how: str | Pronunciation, language: str, voice: str, element: Element | None
) -> None:
    """Phonemes in an alphabet of the voice and language, else the alias, else nothing, which is told."""
    made = pronounced(how, language, voice)
    assert made.element == element
    assert bool(made.loss) is (element is None)


def test_each_family_has_voices_of_its_own() -> None:
    """The example of a family is in it, and no voice is in two."""
    for family in FAMILIES:
        example = family.example or "man"
        assert family_of(example) == family
        assert sum(re.fullmatch(each.voices, example) is not None for each in FAMILIES) == 1
