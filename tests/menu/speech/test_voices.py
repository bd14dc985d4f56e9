"""Languages and voices: what Twilio calls them, and what an editor is told about a wrong one."""

from __future__ import annotations

import pytest

from ivr.menu.speech.voices import (
    default_voice,
    hear_language,
    language_problem,
    say_language,
    voice_problem,
    voice_warning,
    voices_of,
)


@pytest.mark.parametrize(
    ("language", "said", "heard", "voice"),
    [
        ("zh-CN", "cmn-CN", "cmn-Hans-CN", "Polly.Zhiyu-Neural"),
        ("cmn-CN", "cmn-CN", "cmn-Hans-CN", "Polly.Zhiyu-Neural"),
        ("en-US", "en-US", "en-US", "Polly.Joanna-Neural"),
        ("en-GB", "en-GB", "en-GB", "Polly.Amy-Neural"),
        ("zh-TW", "cmn-TW", "cmn-Hant-TW", "Google.cmn-TW-Wavenet-A"),
        ("zh-HK", "yue-HK", "yue-Hant-HK", "Google.yue-HK-Standard-A"),
        ("fr-FR", "fr-FR", "fr-FR", "Polly.Lea-Neural"),
        ("ar-EG", "arb", "ar-EG", "Polly.Zeina"),
        ("nl-NL", "nl-NL", "nl-NL", ""),
    ],
)
def test_speech_and_recognition_have_their_own_names(
    language: str, said: str, heard: str, voice: str
) -> None:
    """A hotline's tag becomes one code for speaking and another for listening, with a voice that speaks it."""
    assert (say_language(language), hear_language(language), default_voice(language)) == (said, heard, voice)
    assert language_problem(language) is None
    if voice:
        assert voice_problem(language, voice) is None
        assert voice_problem(language, "") is None


def test_cantonese_is_named_by_the_voice() -> None:
    """Polly and Google disagree about the code of Cantonese."""
    assert say_language("zh-HK", "Polly.Hiujin-Neural") == "yue-CN"
    assert say_language("zh-HK", "Google.yue-HK-Standard-B") == "yue-HK"


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("zh-CN", "Polly.Zhiyu"),
        ("zh-CN", "Google.cmn-CN-Standard-D"),
        ("zh-CN", "Google.cmn-CN-Chirp3-HD-Kore"),
        ("zh-HK", "Polly.Hiujin-Neural"),
        ("zh-HK", "Google.yue-HK-Standard-D"),
        ("en-US", "Polly.Ruth-Generative"),
        ("en-US", "Google.en-US-Neural2-J"),
        ("en-US", "woman"),
        ("en-GB", "Polly.Brian-Neural"),
        ("de-DE", "Google.de-DE-Wavenet-C"),
    ],
)
def test_a_voice_that_speaks_the_language_is_no_problem(language: str, voice: str) -> None:
    """Polly's names and Google's codes are known for the languages of the hotlines, and by shape for the others."""
    assert voice_problem(language, voice) is None


@pytest.mark.parametrize(
    ("language", "voice", "says"),
    [
        ("zh-CN", "Polly.Joanna-Neural", "write one that does, such as Polly.Zhiyu-Neural"),
        ("zh-CN", "Google.zh-CN-Standard-A", "does not speak zh-CN"),
        ("zh-CN", "alice", "does not speak zh-CN"),
        ("zh-CN", "woman", "does not speak zh-CN"),
        ("zh-CN", "Zhiyu", "does not speak zh-CN"),
        ("zh-TW", "Polly.Zhiyu-Neural", "such as Google.cmn-TW-Wavenet-A"),
        ("es-ES", "Polly.Mia-Neural", "does not speak es-ES"),
        ("cy-GB", "", "name a voice for cy-GB, such as Polly.Gwyneth"),
        ("en-CA", "", "name a voice for en-CA, such as Google.en-CA-Standard-A"),
        ("en-GB", "Polly.Zhiyu", "such as Polly.Amy-Neural"),
        ("nl-NL", "Google.fr-FR-Standard-A", "such as Google.nl-NL-Standard-A"),
        ("nl-NL", "", "name a voice for nl-NL"),
        ("tlh-QO", "Polly.Joanna", "no voice for the language 'tlh-QO'"),
    ],
)
def test_pitfall_32_a_voice_that_does_not_speak_the_language(language: str, voice: str, says: str) -> None:
    """Twilio drops such a sentence with a mere warning; the editor is told at once, and what to write instead."""
    assert says in (voice_problem(language, voice) or "")


@pytest.mark.parametrize(
    ("language", "voice", "says"),
    [
        ("zh-CN", "Polly.Zhiyu-Generative", "did you mean `Polly.Zhiyu-Neural`?"),
        ("zh-CN", "Google.cmn-CN-Standard-E", "did you mean `Google.cmn-CN-Standard-"),
        ("en-US", "Google.en-US-Neural2-B", "did you mean `Google.en-US-Neural2-"),
        ("en-US", "Polly.Wilhelmina", "see whether it is newer, by a call"),
    ],
)
def test_a_voice_that_is_not_listed_may_be_newer_than_the_list(language: str, voice: str, says: str) -> None:
    """It is a warning with the date of the list: Twilio adds voices, and a slip of the keyboard looks the same."""
    assert voice_problem(language, voice) is None
    told = voice_warning(language, voice) or ""
    assert told.startswith(f"Twilio had no voice {voice!r} on 2026-04-29; ")
    assert says in told


def test_each_usual_voice_is_listed() -> None:
    """No hotline that names no voice gets a warning, and voices of two languages belong to both."""
    for language in ("en-US", "zh-CN", "zh-TW", "yue-HK", "es-MX", "ar", "vi-VN", "ru-RU", "hi-IN", "fr-CA"):
        assert default_voice(language) in voices_of(language)
        assert voice_warning(language, default_voice(language)) is None
    assert {"Polly.Aditi", "Polly.Kajal-Neural"} <= {*voices_of("hi-IN")} & {*voices_of("en-IN")}
    assert len(voices_of("en-US")) == 64
