"""What the caller hears: words or a recording, in one language's voice. Prompts are compiled when a menu is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from ivr.menu.language.words import RecordedWords
from ivr.menu.speech.sandbox import render
from ivr.menu.speech.templates import is_template, template
from ivr.menu.speech.values.speaker import Territory


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that the caller hears: words in a language's voice, or a recording of the same words."""

    text: str
    """What is said. A recording has its words here as well."""
    language: str
    """A tag of the hotline, such as ``zh-CN``."""
    voice: str = ""
    """The text-to-speech voice, such as ``Polly.Zhiyu-Neural``."""
    audio: str = ""
    """The published name of an existing recording, such as ``zh-CN/greeting.1f3a9c2e.wav``, which is played instead."""
    static: bool = False
    """Whether the words are the same in every call, so that their audio may be cached."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to say: fixed words, or a template that becomes words with the variables of a call."""

    fixed: Utterance
    """The utterance itself, or the voice and language of a template."""
    template: Template | None = None
    source: str = ""
    """The source of the template."""

    def utter(self, variables: Mapping[str, Any]) -> Utterance:
        if self.template is None:
            return self.fixed
        words = render(self.template, variables)
        return Utterance(words, self.fixed.language, self.fixed.voice)


def pick(wordings: tuple[Prompt, ...], count: int) -> tuple[Prompt, ...]:
    """Return the wording for the ``count``-th time; the last one serves from there on."""
    return (wordings[min(count, len(wordings)) - 1],) if wordings else ()


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: a language, a voice, and the recordings that exist in it."""

    language: str
    name: str = ""
    recordings: Mapping[str, str] | None = None
    """The published name of each audio file in this language."""
    territory: Territory | None = None
    """Where the hotline is at home, or None for the language's own country."""

    def prompt(self, wording: str | RecordedWords) -> Prompt:
        """Compile one wording. Line breaks in the file are not spoken."""
        if isinstance(wording, RecordedWords):
            published = (self.recordings or {}).get(wording.audio, "")
            return self._compiled(" ".join(wording.text.split()), published)
        return self._compiled(" ".join(wording.split()))

    def message(self, text: str) -> Prompt:
        """Compile a text message, which keeps its line breaks."""
        return self._compiled(text.strip(), written=True)

    def _compiled(self, words: str, audio: str = "", *, written: bool = False) -> Prompt:
        if is_template(words):
            compiled = template(words, self.language, self.territory, written=written)
            return Prompt(Utterance("", self.language, self.name), compiled, words)
        return Prompt(Utterance(words, self.language, self.name, audio, static=True))
