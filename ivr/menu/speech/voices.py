"""The languages of a hotline as Twilio names them for speech and recognition, and the voices that speak them.

The two namespaces differ: ``<Say>`` wants ``cmn-CN`` where ``<Gather>`` wants ``cmn-Hans-CN``. Both know ``zh-CN``, but in
``<Say>`` it belongs to a retired voice. A voice that does not speak its language may silence a sentence, with only a warning
in Twilio's debugger. So each pair is checked when a menu is loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ivr.menu.language.model import read_table


@dataclass(frozen=True, slots=True)
class _Language:
    """How Twilio speaks and hears one language."""

    say: str
    hear: str = ""
    """Without it, the hotline's own tag."""
    voice: str = ""
    """The voice that speaks if the hotline names none."""
    polly: frozenset[str] = frozenset()
    """Every Polly voice that speaks it, without ``Polly.``. Its voices are unknown if this and ``google`` are empty."""
    google: str = ""
    """A regular expression for the part of a Google voice that follows the language."""
    tags: tuple[str, ...] = ()
    """The tags of a hotline that mean it."""

    def knows_voices(self) -> bool:
        return bool(self.polly or self.google)


class _Table(NamedTuple):
    languages: tuple[_Language, ...]
    wants: dict[str, str]
    """The ``language`` of ``<Say>`` that a voice wants, where it is not the one of its language."""
    said: frozenset[str]
    """Every value of the ``language`` of ``<Say>``."""


_TABLE = read_table(_Table, Path(__file__).with_name("voices.yaml"))
_LANGUAGES = {tag: each for each in _TABLE.languages for tag in each.tags}
_POLLY = re.compile(r"Polly\.([A-Z][a-z]+(?:-Neural|-Generative)?)")
_BASIC = frozenset({"man", "woman"})


def language_problem(language: str) -> str | None:
    """Return what is wrong with a hotline's language tag, or None if Twilio speaks it."""
    if language in _LANGUAGES or language in _TABLE.said:
        return None
    return f"Twilio has no voice for the language {language!r}; write a tag such as zh-CN or en-US"


def has_voice(language: str) -> bool:
    """Return whether Twilio can speak a language. One that it cannot is played from recordings."""
    return language_problem(language) is None


def say_language(language: str, voice: str = "") -> str:
    """Return the ``language`` of ``<Say>`` for a hotline's tag and voice.

    Cantonese is ``yue-CN`` to Polly and ``yue-HK`` to Google. An unknown tag is returned unchanged.
    """
    known = _known(language)
    return _TABLE.wants.get(voice or known.voice, known.say)


def hear_language(language: str) -> str:
    """Return the ``language`` of a ``<Gather>`` that listens to speech, for a hotline's tag."""
    return _known(language).hear or language


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
    return _LANGUAGES.get(language) or _Language(language, language)


def _speaks(language: str, voice: str) -> bool:
    known = _known(language)
    if voice in _BASIC:
        return language.startswith("en-")
    if polly := _POLLY.fullmatch(voice):
        if known.knows_voices():
            return polly[1] in known.polly
        return not any(polly[1] in other.polly for other in _TABLE.languages)
    suffix = known.google if known.knows_voices() else r"[A-Z][A-Za-z0-9]+(-[A-Za-z0-9]+)*"
    google = re.escape(known.say)
    return re.fullmatch(rf"Google\.{google}-({suffix})", voice) is not None
