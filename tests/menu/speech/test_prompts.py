"""What the caller hears: words, a recording of them, or words with the values of a call."""

from __future__ import annotations

import pytest

from ivr.menu.language.words import RecordedWords
from ivr.menu.speech import durations
from ivr.menu.speech.estimates import seconds_of
from ivr.menu.speech.prompts import Utterance, Voice
from ivr.menu.speech.pronunciation import pronouncer

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
        "Hello.", "en-US", "Polly.Joanna-Neural", ("en-US/hello.1f3a9c2e.wav",), static=True
    )


def test_a_recording_that_is_absent_is_spoken() -> None:
    """Text to speech takes its place."""
    assert VOICE.prompt(RecordedWords(text="Hello.", audio="bye.wav")).utter({}).audio == ()
    assert Voice("en-US").prompt(RecordedWords(text="Hello.", audio="bye.wav")).utter({}).text == "Hello."


def test_line_breaks_of_the_file_are_not_spoken() -> None:
    """A sentence over several lines is one sentence."""
    assert VOICE.prompt("One\n  two\n").utter({}).text == "One two"


def test_a_text_message_keeps_its_lines() -> None:
    """They are read and not heard."""
    assert VOICE.message("One.\nTwo {{ a }}.\n").utter({"a": 2}).text == "One.\nTwo 2."


@pytest.mark.parametrize(
    ("text", "same", "more"),
    [
        ("Hello. <pause> Welcome.", "Hello. Welcome.", 0.5),
        ("Hello. <pause 2s> Welcome. <pause 250ms>", "Hello. Welcome.", 2.25),
        ("Your <spell>ID</spell>.", "Your I D.", 0),
        ("Dial <say as digits>95188</say>.", "Dial 9 5 1 8 8.", 0),
        ("An SMS comes.", "An short text message comes.", 0),
        ("Hello. <pause> {{ n }}.", "Hello. 12.", 0.5),
    ],
)
def test_the_seconds_are_those_of_what_is_said(text: str, same: str, more: float) -> None:
    """A pause takes its time, letters are said one by one, and other words take the place of some."""
    words = {"SMS": {"en-US": "short text message"}}
    voice = Voice(
        "en-US", "Polly.Joanna-Neural", pronouncer=pronouncer(words, "en-US", "Polly.Joanna-Neural")
    )
    usual = VOICE.prompt(same).fixed.seconds
    assert voice.prompt(text).utter({"n": "12"}).seconds == pytest.approx(usual + more)


def test_a_pause_at_the_end_leaves_no_space() -> None:
    """The words are those of a text without it."""
    for text in ("Hello. <pause>", "<pause> Hello.", "Hello. <pause> {{ n }}"):
        assert VOICE.prompt(text).utter({"n": ""}).text == "Hello."


def test_a_quick_voice_makes_no_shorter_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says the words in half the time, and the pause is as long as it is typed."""
    monkeypatch.setattr(durations, "VOICE_RATES", {"Polly.Quick": 2.0})
    usual, quick = (
        Voice("zh-CN", name).prompt("请稍等<pause>好的").fixed for name in ("Polly.Zhiyu", "Polly.Quick")
    )
    assert quick.seconds == pytest.approx((usual.seconds - 0.5) / 2 + 0.5)


def test_slow_words_take_a_quarter_longer() -> None:
    """They are said at 80 percent of the speed."""
    said = VOICE.prompt("<slow>Please listen to this.</slow>").fixed
    assert said.seconds == pytest.approx(VOICE.prompt("Please listen to this.").fixed.seconds / 0.8)
    assert Voice("en-US", "man").prompt("<slow>Please listen.</slow>").fixed.seconds == pytest.approx(
        Voice("en-US", "man").prompt("Please listen.").fixed.seconds
    )


def test_the_marks_of_a_template_are_priced_before_any_call() -> None:
    """The rules of the voice and the routes reckon with them."""
    marked, usual = "<slow>You have {{ n }}.</slow> <pause 1s>", "You have {{ n }}."
    one, other = (seconds_of([VOICE.prompt(each)]) for each in (marked, usual))
    assert one == pytest.approx(other / 0.8 + 1)


def test_places_are_filled_and_values_have_none() -> None:
    """A value such as `{reason}` is no place, and `<pause>` no mark."""
    pattern = VOICE.pattern("<slow>{value}</slow>, {reason}.")
    said = pattern.fill(value="{reason} <pause>", reason="\U000f0000so\U000f0001")
    assert pattern.text == "{value}, {reason}."
    assert said.text == "{reason} <pause>, so."
    assert [(each.start, each.end) for each in said.spans] == [(0, len("{reason} <pause>"))]
