"""The words of ``pronounce:`` in what is said."""

from __future__ import annotations

import pytest

from ivr.menu.speech.prompts import Voice
from ivr.menu.speech.pronunciation import MAX_PRONOUNCED, pronouncer
from ivr.menu.speech.ssml import Break, Prosody, Sub

WORDS = {
    "SMS": {"en-US": "text message", "zh-CN": "短信"},
    "Yu'e Bao": {"en-US": "you uh bow"},
    "Bao": {"en-US": "bow"},
    "余额宝": {"zh-CN": "余额 宝"},
    "राम": {"hi-IN": "raam"},
}


def pronounced_in(text: str, language: str = "en-US") -> list[str]:
    """Return the words of a text that have a pronunciation, as they stand."""
    found = pronouncer(WORDS, language, "Polly.Joanna")
    assert found is not None
    return [text[span.start : span.end] for span in found.spans(text)]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("An SMS comes.", "en-US", ["SMS"]),
        ("SMS", "en-US", ["SMS"]),
        ("Your SMS's text, (SMS).", "en-US", ["SMS", "SMS"]),
        # whole words, as they are typed
        ("An sms, MSMS, SMSs, SMS2 and XSMS.", "en-US", []),
        # the longest first, with any apostrophe and space
        ("Yu'e Bao, Yu’e Bao, Yu'e\nBao and Bao", "en-US", ["Yu'e Bao", "Yu’e Bao", "Yu'e\nBao", "Bao"]),
        # scripts without spaces
        ("您的余额宝收到SMS了", "zh-CN", ["余额宝", "SMS"]),
        # a sign that belongs to the letter
        ("राम रामी", "hi-IN", ["राम"]),
    ],
)
def test_whole_words_are_found_the_longest_first(text: str, language: str, words: list[str]) -> None:
    """A part of another word, or the same in small letters, is another word."""
    assert pronounced_in(text, language) == words


def test_a_language_without_words_has_nothing_to_look_for() -> None:
    """A sentence in it costs nothing."""
    assert pronouncer(WORDS, "fr-FR", "Polly.Lea-Neural") is None


def test_marks_and_words_do_not_cut_each_other() -> None:
    """A word is pronounced within slow words, and not where it is spelled, or where a mark begins or ends in it."""
    voice = Voice("en-US", "Polly.Joanna", pronouncer=pronouncer(WORDS, "en-US", "Polly.Joanna"))
    said = voice.prompt(
        "<slow>An SMS</slow>, <spell>SMS</spell>, Yu'e <pause>Bao, <slow>Yu'e</slow> Bao"
    ).fixed
    pronounced = [
        (said.text[span.start : span.end], span.element)
        for span in said.spans
        if isinstance(span.element, Sub)
    ]
    assert pronounced == [("SMS", Sub("text message")), ("Bao", Sub("bow")), ("Bao", Sub("bow"))]
    assert {type(span.element) for span in said.spans} >= {Prosody, Break}


def test_words_are_found_in_values_as_well() -> None:
    """An editor cannot know that a name of the hotline's comes from a service."""
    voice = Voice("en-US", "Polly.Joanna", pronouncer=pronouncer(WORDS, "en-US", "Polly.Joanna"))
    said = voice.prompt("It is in {{ product }}.").utter({"product": "Yu'e Bao"})
    assert said.text == "It is in Yu'e Bao."
    assert [span.element for span in said.spans] == [Sub("you uh bow")]
    assert voice.utter("SMS").spans[0].element == Sub("text message")


def test_a_value_cannot_make_a_sentence_endless() -> None:
    """Of a word that a value repeats, only so many are pronounced in a way of their own."""
    assert len(pronounced_in("SMS " * 1000)) == MAX_PRONOUNCED
