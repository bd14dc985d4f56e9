"""The languages of a hotline as Twilio names them for speech and recognition, and the voices that speak them.

The two namespaces differ: ``<Say>`` wants ``cmn-CN`` where ``<Gather>`` wants ``cmn-Hans-CN``. Both know ``zh-CN``, but in
``<Say>`` it belongs to a retired voice. A voice that does not speak its language may silence a sentence, with only a warning
in Twilio's debugger. So each pair is checked when a menu is loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ivr.menu.language.model import read_table
from ivr.menu.language.suggestions import nearest


@dataclass(frozen=True, slots=True)
class _Language:
    """How Twilio speaks and hears one language."""

    say: str
    hear: str = ""
    """Without it, the hotline's own tag."""
    voice: str = ""
    """The voice that speaks if the hotline names none."""
    tags: tuple[str, ...] = ()
    """The tags of a hotline that mean it."""


class _Voices(NamedTuple):
    """The voices of one language."""

    polly: tuple[str, ...] = ()
    """Without ``Polly.``."""
    google: dict[str, str] | None = None
    """The letters of each kind, such as ``ABCD`` for ``Standard``; ``all`` for ``Chirp3-HD``, whose voices have names."""


class _Table(NamedTuple):
    checked: date
    languages: tuple[_Language, ...]
    voices: dict[str, _Voices]
    """By the ``language`` of ``<Say>``."""
    chirp3_hd: tuple[str, ...]
    wants: dict[str, str]
    """The ``language`` of ``<Say>`` that a voice wants, where it is not the one of its language."""
    said: frozenset[str]
    """Every value of the ``language`` of ``<Say>``."""


_TABLE = read_table(_Table, Path(__file__).with_name("voices.yaml"))
_LANGUAGES = {tag: each for each in _TABLE.languages for tag in each.tags}
CHECKED = _TABLE.checked
"""The date of the list of voices."""
_POLLY = re.compile(r"Polly\.[A-Z]\w+(?:-Neural|-Generative)?")
_BASIC = frozenset({"man", "woman"})


def voices_of(language: str) -> list[str]:
    """Return the voices that speak a hotline's language, as far as they are listed, Polly's first."""
    own = _known(language).say
    listed = _TABLE.voices.get(own, _Voices())
    found = [f"Polly.{name}" for name in listed.polly]
    for kind, letters in (listed.google or {}).items():
        names = _TABLE.chirp3_hd if letters == "all" else letters
        found += [f"Google.{own}-{kind}-{name}" for name in names]
    return found


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

    A voice that is not listed may be newer than the list: :func:`voice_warning` tells that. An empty voice asks for the
    default one.
    """
    if problem := language_problem(language):
        return problem
    default = default_voice(language)
    advice = default or _usual(language)
    if not voice:
        return (
            None
            if default
            else f"`{language}` has no usual voice; name a voice for {language}, such as {advice}"
        )
    if _speaks(language, voice) or (_may_be_new(language, voice) and voice not in _ALL):
        return None
    return f"the voice {voice!r} does not speak {language}; write one that does, such as {advice}"


def voice_warning(language: str, voice: str) -> str | None:
    """Return what is doubtful about a voice that :func:`voice_problem` lets pass, or None if it is listed."""
    if not voice or _speaks(language, voice):
        return None
    maker, _, name = voice.partition(".")
    near = nearest(name, [each.partition(".")[2] for each in voices_of(language) if each.startswith(maker)])
    remedy = f"did you mean `{maker}.{near}`?" if near else "see whether it is newer, by a call"
    return f"Twilio had no voice {voice!r} on {CHECKED:%Y-%m-%d}; {remedy}"


def _usual(language: str) -> str:
    """Return a voice of a language that has no usual one."""
    voices, standard = voices_of(language), f"Google.{_known(language).say}-Standard-A"
    return standard if standard in voices or not voices else voices[0]


def _known(language: str) -> _Language:
    """Return what is known of a language. Twilio is told the tag of any other as it is."""
    return _LANGUAGES.get(language) or _Language(language, language)


def _speaks(language: str, voice: str) -> bool:
    return language.startswith("en-") if voice in _BASIC else voice in voices_of(language)


def _may_be_new(language: str, voice: str) -> bool:
    """Return whether a voice looks like one of this language. The name of a Google voice begins with the language."""
    google = rf"Google\.{re.escape(_known(language).say)}(-[A-Z][A-Za-z0-9]*)+"
    return re.fullmatch(google, voice) is not None or _POLLY.fullmatch(voice) is not None


_ALL = frozenset(voice for language in _TABLE.voices for voice in voices_of(language))
