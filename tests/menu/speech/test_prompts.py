"""What the caller hears: words, a recording of them, or words with the values of a call."""

from __future__ import annotations

from ivr.menu.language.words import RecordedWords
from ivr.menu.speech.prompts import Utterance, Voice

VOICE = Voice("en-US", "Polly.Joanna-Neural", {"hello.wav": "en-US/hello.1f3a9c2e.wav"})


def test_fixed_words_are_compiled_once() -> None:
    """They are static: the same utterance in every call."""
    prompt = VOICE.prompt("Hello.")
    assert prompt.utter({}) == Utterance("Hello.", "en-US", "Polly.Joanna-Neural", static=True)
    assert prompt.utter({"a": 1}) is prompt.utter({})


def test_a_template_is_filled_in_for_each_call() -> None:
    """It is not static, and keeps voice and language."""
    prompt = VOICE.prompt("You have {{ amount | money }}.")
    assert prompt.utter({"amount": 5}) == Utterance("You have 5 dollars.", "en-US", "Polly.Joanna-Neural")


def test_a_recording_that_exists_is_played_beside_its_words() -> None:
    """The words are always there, for the record and for a channel without audio."""
    assert VOICE.prompt(RecordedWords(text="Hello.", audio="hello.wav")).utter({}) == Utterance(
        "Hello.", "en-US", "Polly.Joanna-Neural", "en-US/hello.1f3a9c2e.wav", static=True
    )


def test_a_recording_that_is_absent_is_spoken() -> None:
    """Text to speech takes its place."""
    assert VOICE.prompt(RecordedWords(text="Hello.", audio="bye.wav")).utter({}).audio == ""
    assert Voice("en-US").prompt(RecordedWords(text="Hello.", audio="bye.wav")).utter({}).text == "Hello."


def test_line_breaks_of_the_file_are_not_spoken() -> None:
    """A sentence over several lines is one sentence."""
    assert VOICE.prompt("One\n  two\n").utter({}).text == "One two"


def test_a_text_message_keeps_its_lines() -> None:
    """They are read and not heard."""
    assert VOICE.message("One.\nTwo {{ a }}.\n").utter({"a": 2}).text == "One.\nTwo 2."
