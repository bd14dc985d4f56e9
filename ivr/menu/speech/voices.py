"""The languages of a hotline as Twilio names them for speech and recognition, and the voices that speak them.

The two namespaces differ: ``<Say>`` wants ``cmn-CN`` where ``<Gather>`` wants ``cmn-Hans-CN``. Both know ``zh-CN``, but in
``<Say>`` it belongs to a retired voice. A voice that does not speak its language may silence a sentence, with only a warning
in Twilio's debugger. So each pair is checked when a menu is loaded.

The source is Twilio's documentation of ``<Say>`` and ``<Gather>``, and the enumerations of its client libraries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHIRP = "Aoede Charon Fenrir Kore Leda Orus Puck Zephyr"


@dataclass(frozen=True, slots=True)
class _Language:
    """How Twilio speaks and hears one language."""

    say: str
    hear: str
    voice: str
    """The voice that speaks if the hotline names none."""
    polly: str = ""
    """Every Polly voice that speaks it, without ``Polly.``. Its voices are unknown if this and ``google`` are empty."""
    google: str = ""
    """A regular expression for the part of a Google voice that follows the language."""

    def knows_voices(self) -> bool:
        return bool(self.polly or self.google)


_EN_US = _Language(
    "en-US",
    "en-US",
    "Polly.Joanna-Neural",
    polly="Joanna Matthew Kendra Kimberly Salli Joey Justin Kevin Ivy Joanna-Neural Matthew-Neural Kendra-Neural "
    "Kimberly-Neural Salli-Neural Joey-Neural Justin-Neural Kevin-Neural Ivy-Neural Danielle-Neural Gregory-Neural "
    "Ruth-Neural Stephen-Neural Joanna-Generative Matthew-Generative Danielle-Generative Ruth-Generative "
    "Stephen-Generative",
    google=rf"(Standard|Wavenet)-[A-J]|Neural2-[AC-J]|Chirp3-HD-({_CHIRP.replace(' ', '|')})",
)
_MANDARIN = _Language(
    "cmn-CN",
    "cmn-Hans-CN",
    "Polly.Zhiyu-Neural",
    polly="Zhiyu Zhiyu-Neural",
    google=rf"(Standard|Wavenet)-[A-D]|Chirp3-HD-({_CHIRP.replace(' ', '|')})",
)
_TAIWAN = _Language("cmn-TW", "cmn-Hant-TW", "Google.cmn-TW-Wavenet-A", google="(Standard|Wavenet)-[A-C]")
_CANTONESE = _Language(
    "yue-HK", "yue-Hant-HK", "Google.yue-HK-Standard-A", polly="Hiujin-Neural", google="Standard-[A-D]"
)
_LANGUAGES = {
    "en-US": _EN_US,
    "en-GB": _Language("en-GB", "en-GB", "Polly.Amy-Neural"),
    "zh-CN": _MANDARIN,
    "cmn-CN": _MANDARIN,
    "cmn-Hans-CN": _MANDARIN,
    "zh-TW": _TAIWAN,
    "cmn-TW": _TAIWAN,
    "cmn-Hant-TW": _TAIWAN,
    "zh-HK": _CANTONESE,
    "yue-HK": _CANTONESE,
    "yue-CN": _CANTONESE,
    "yue-Hant-HK": _CANTONESE,
}
_SAID_TAGS = (
    "af-ZA am-ET ar-AE ar-XA arb bg-BG bn-IN ca-ES cmn-CN cmn-TW cs-CZ cy-GB da-DK de-AT de-DE el-GR en-AU en-CA "
    "en-GB en-GB-WLS en-IE en-IN en-NZ en-US en-ZA es-ES es-MX es-US fi-FI fil-PH fr-CA fr-FR fr-BE gu-IN he-IL "
    "hi-IN hu-HU id-ID is-IS it-IT ja-JP kn-IN ko-KR lv-LV ml-IN mr-IN ms-MY nb-NO nl-BE nl-NL pa-IN pl-PL pt-BR "
    "pt-PT ro-RO ru-RU sk-SK sr-RS sv-SE ta-IN te-IN th-TH tr-TR uk-UA vi-VN yue-HK zh-CN zh-HK zh-TW"
)
_SAID = frozenset(_SAID_TAGS.split())
"""Every value of the ``language`` of ``<Say>``."""

_POLLY = re.compile(r"Polly\.([A-Z][a-z]+(?:-Neural|-Generative)?)")
_BASIC = frozenset({"man", "woman"})


def language_problem(language: str) -> str | None:
    """Return what is wrong with a hotline's language tag, or None if Twilio speaks it."""
    if language in _LANGUAGES or language in _SAID:
        return None
    return f"Twilio has no voice for the language {language!r}; write a tag such as zh-CN or en-US"


def say_language(language: str, voice: str = "") -> str:
    """Return the ``language`` of ``<Say>`` for a hotline's tag and voice.

    Cantonese is ``yue-CN`` to Polly and ``yue-HK`` to Google. An unknown tag is returned unchanged.
    """
    known = _known(language)
    return "yue-CN" if known is _CANTONESE and voice.startswith("Polly.") else known.say


def hear_language(language: str) -> str:
    """Return the ``language`` of a ``<Gather>`` that listens to speech, for a hotline's tag."""
    return _known(language).hear


def default_voice(language: str) -> str:
    """Return the voice of a hotline that names none for this language, or an empty string if it must name one."""
    return _known(language).voice


def voice_problem(language: str, voice: str) -> str | None:
    """Return why this voice cannot speak this language and what to write, or None if it can, as far as is known.

    A language whose voices are listed here accepts only those. For another language the voice must have the right shape and
    must not belong to a listed language. An empty voice asks for the default one.
    """
    if problem := language_problem(language):
        return problem
    default = default_voice(language)
    if not voice:
        return None if default else f"name a voice for {language}, such as Google.{language}-Standard-A"
    if _speaks(language, voice):
        return None
    advice = default or f"Google.{language}-Standard-A"
    return f"the voice {voice!r} does not speak {language}; write one that does, such as {advice}"


def _known(language: str) -> _Language:
    """Return what is known of a language. Twilio is told the tag of any other as it is."""
    return _LANGUAGES.get(language) or _Language(language, language, "")


def _speaks(language: str, voice: str) -> bool:
    known = _known(language)
    if voice in _BASIC:
        return language.startswith("en-")
    if polly := _POLLY.fullmatch(voice):
        if known.knows_voices():
            return polly[1] in known.polly.split()
        return not any(polly[1] in other.polly.split() for other in _LANGUAGES.values())
    suffix = known.google if known.knows_voices() else r"[A-Z][A-Za-z0-9]+(-[A-Za-z0-9]+)*"
    google = re.escape(say_language(language))
    return re.fullmatch(rf"Google\.{google}-({suffix})", voice) is not None
