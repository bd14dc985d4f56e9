"""What the caller hears: words or a recording of them, in one language's voice, compiled when the menu is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from ivr.menu.language.words import RecordedWords
from ivr.menu.speech.templates import is_template, render, template


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that the caller hears: words in a language's voice, or a recording of the same words."""

    text: str
    """What is said; it is always there, also beside a recording."""
    language: str
    """A tag of the hotline, such as ``zh-CN``."""
    voice: str = ""
    """The text-to-speech voice, such as ``Polly.Zhiyu-Neural``."""
    audio: str = ""
    """The published name of a recording that exists (``zh-CN/greeting.1f3a9c2e.wav``), played instead of the words."""
    static: bool = False
    """Whether the words are the same in every call, so that a rendering of them may be kept."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to say: fixed words, or a template that becomes words with the variables of a call."""

    fixed: Utterance
    """The utterance itself, or the voice and language that a template is spoken in."""
    template: Template | None = None
    source: str = ""
    """What the template was compiled from."""

    def utter(self, variables: Mapping[str, Any]) -> Utterance:
        """Return what is said in this call."""
        if self.template is None:
            return self.fixed
        words = render(self.template, variables)
        return Utterance(words, self.fixed.language, self.fixed.voice)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: a language, a voice, and the recordings that exist in it."""

    language: str
    name: str = ""
    recordings: Mapping[str, str] | None = None
    """From an audio file's name in this language to its published name."""

    def prompt(self, wording: str | RecordedWords) -> Prompt:
        """Compile one wording. Its line breaks are those of the file, and not spoken."""
        if isinstance(wording, RecordedWords):
            published = (self.recordings or {}).get(wording.audio, "")
            return self._compiled(" ".join(wording.text.split()), published)
        return self._compiled(" ".join(wording.split()))

    def message(self, text: str) -> Prompt:
        """Compile a text message, which keeps its lines."""
        return self._compiled(text.strip())

    def _compiled(self, words: str, audio: str = "") -> Prompt:
        if is_template(words):
            return Prompt(Utterance("", self.language, self.name), template(words, self.language), words)
        return Prompt(Utterance(words, self.language, self.name, audio, static=True))
