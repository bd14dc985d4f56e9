"""What the caller hears: words or a recording, in one language's voice. Prompts are compiled when a menu is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jinja2 import Template

from ivr.menu.language.words import RecordedWords
from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.speech.markup import MarkupText, boundaries, marked_text, without_marks
from ivr.menu.speech.pronunciation import Pronouncer
from ivr.menu.speech.recorded import Recorder, typed_words
from ivr.menu.speech.sandbox import render
from ivr.menu.speech.ssml import Break, Element, Prosody, Silence, Span, as_said, delivery, slow
from ivr.menu.speech.templates import is_template, template
from ivr.menu.speech.values.speaker import Territory
from ivr.menu.speech.voices import default_voice


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that the caller hears: words in a language's voice, or a recording of the same words."""

    text: str
    """What is said. A recording has its words here as well."""
    language: str
    """A tag of the hotline, such as ``zh-CN``."""
    voice: str = ""
    """The text-to-speech voice, such as ``Polly.Zhiyu-Neural``."""
    audio: tuple[str, ...] = ()
    """The published names of existing recordings, such as ``zh-CN/greeting.1f3a9c2e.wav``. They are played one after another
    instead."""
    static: bool = False
    """Whether the words are the same in every call, so that their audio may be cached."""
    spans: tuple[Span, ...] = ()
    """How parts of the words are said, in the order of the text; an outer span comes before those in it."""

    @property
    def seconds(self) -> float:
        """How long it takes, by the model of :mod:`ivr.menu.speech.durations`. A recording has its own pauses."""
        if self.audio or not self.spans:
            return spoken_seconds(self.text, self.language, self.voice)
        seconds = spoken_seconds(as_said(self.text, self.spans), self.language, self.voice)
        for start, end, element in self.spans:
            if isinstance(element, Break):
                seconds += element.milliseconds / 1000
            elif isinstance(element, Silence):
                seconds += element.seconds
            elif isinstance(element, Prosody):
                slowed = spoken_seconds(self.text[start:end], self.language, self.voice)
                seconds += slowed * (100 / element.rate - 1)
        return seconds


def slowed(utterance: Utterance) -> Utterance:
    """Return an utterance as it is said slowly: all of it, if its voice can. Recordings stay as they are."""
    prosody = slow(utterance.voice or default_voice(utterance.language))
    if prosody is None or utterance.audio:
        return utterance
    inner = (span for span in utterance.spans if not isinstance(span.element, Prosody))
    return replace(utterance, spans=(Span(0, len(utterance.text), prosody), *inner))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a voice makes of the marks of a text, and of the words that have a pronunciation."""

    elements: tuple[Element | None, ...] = ()
    """The element of each mark; None where the voice has none."""
    pronouncer: Pronouncer | None = None

    def spans(self, source: str) -> tuple[str, tuple[Span, ...]]:
        """Return the words of a marked text, and how parts of them are said."""
        text, spans = self._marked(source) if self.elements else (source, ())
        return text, self.pronouncer.spans(text, spans) if self.pronouncer else spans

    def _marked(self, source: str) -> tuple[str, tuple[Span, ...]]:
        parts: list[str] = []
        opened: dict[int, int] = {}
        found: list[Span] = []
        at = 0
        for words, boundary in boundaries(source):
            parts.append(words)
            at += len(words)
            number, closes = divmod(-1 if boundary is None else boundary, 2)
            element = self.elements[number] if 0 <= number < len(self.elements) else None
            if isinstance(element, Break | Silence):
                found.append(Span(at, at, element))
            elif element is not None and closes:
                found.append(Span(opened.pop(number, at), at, element))
            else:
                opened[number] = at
        text = "".join(parts).rstrip()
        spans = (Span(min(each.start, len(text)), min(each.end, len(text)), each.element) for each in found)
        heard = (each for each in spans if each.start < each.end or isinstance(each.element, Break | Silence))
        return text, tuple(sorted(heard, key=lambda span: span.order))


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to say: fixed words, or a template that becomes words with the variables of a call."""

    fixed: Utterance
    """The utterance itself, or the voice and language of a template."""
    template: Template | None = None
    source: str = ""
    """The source of the template, without marks."""
    marked: str = ""
    """The same with its marks, as private characters."""
    delivery: Delivery | None = None
    """What becomes of the marks of a template, and of the words in it that have a pronunciation."""
    typed: str = ""
    """The text as it is typed, with its marks."""
    recorder: Recorder | None = None
    """Finds the recordings in what a template becomes, in a language without a voice."""

    def utter(self, variables: Mapping[str, Any]) -> Utterance:
        if self.template is None:
            return self.fixed
        return self.delivered(render(self.template, variables))

    def delivered(self, words: str) -> Utterance:
        """Return the utterance of words that the template has become."""
        if self.recorder is not None:
            return _played(self.recorder, words, self.fixed.language)
        if self.delivery is None:
            return Utterance(words, self.fixed.language, self.fixed.voice)
        text, spans = self.delivery.spans(words)
        return Utterance(text, self.fixed.language, self.fixed.voice, spans=spans)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One of the machine's sentences with places in single braces, which are filled in a call."""

    fixed: Utterance
    """The sentence with its places, and its language and voice."""
    source: str
    """The sentence with its marks, as private characters."""
    delivery: Delivery
    typed: str
    """The sentence as it is typed, with its marks."""
    recorder: Recorder | None = None
    """Finds the recordings in the sentence, in a language without a voice."""

    @property
    def text(self) -> str:
        """The sentence with its places, without its marks."""
        return self.fixed.text

    def fill(self, **values: str) -> Utterance:
        """Return the sentence with these values. Nothing in a value is a mark or a place."""
        if self.recorder is not None:
            said = _PLACE.sub(lambda place: values.get(place[1], place[0]), self.source)
            return _played(self.recorder, said, self.fixed.language)
        said = _PLACE.sub(lambda place: without_marks(values.get(place[1], place[0])), self.source)
        text, spans = self.delivery.spans(said)
        return Utterance(text, self.fixed.language, self.fixed.voice, spans=spans)


_PLACE = re.compile(r"\{(\w+)\}")


def _played(recorder: Recorder, said: str, language: str, *, static: bool = False) -> Utterance:
    heard = recorder.heard(said)
    return Utterance(heard.text, language, audio=heard.audio, static=static)


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
    pronouncer: Pronouncer | None = None
    """Finds the words that have a pronunciation."""
    recorder: Recorder | None = None
    """Puts together what is said from recordings. None in a language that has a voice."""
    script: dict[str, str] = field(default_factory=dict)
    """The words of each recording that the menu names. It fills while the menu is compiled."""

    def prompt(self, wording: str | RecordedWords, clip: str = "") -> Prompt:
        """Compile one wording. Line breaks in the file are not spoken.

        ``clip`` is the name of its recording in a language without a voice.
        """
        if self.recorder:
            named = (wording.text, wording.audio) if isinstance(wording, RecordedWords) else (wording, clip)
            return self.recorded([named])
        if isinstance(wording, RecordedWords):
            self.script[wording.audio] = typed_words(wording.text)
            published = (self.recordings or {}).get(wording.audio, "")
            return self._compiled(" ".join(wording.text.split()), (published,) if published else ())
        return self._compiled(" ".join(wording.split()))

    def recorded(self, texts: Sequence[tuple[str, str]]) -> Prompt:
        """Compile texts that are said one after another, each with the name of its recordings."""
        assert self.recorder is not None
        typed = " ".join(" ".join(text for text, _ in texts).split())
        plain = [(typed_words(text) + " ", clip) for text, clip in texts]
        if is_template(typed):
            fixed, compiled = Utterance("", self.language), self.recorder.template(plain)
            source = "".join(text for text, _ in plain).strip()
            return Prompt(fixed, compiled, source, source, typed=typed, recorder=self.recorder)
        said = "".join(self.recorder.fixed(text, clip) for text, clip in plain)
        return Prompt(_played(self.recorder, said, self.language, static=True), typed=typed)

    def message(self, text: str) -> Prompt:
        """Compile a text message, which keeps its line breaks and is not spoken."""
        words = text.strip()
        if is_template(words):
            compiled = template(words, self.language, self.territory, written=True)
            return Prompt(Utterance("", self.language, self.name), compiled, words, typed=words)
        return Prompt(Utterance(words, self.language, self.name, static=True), typed=words)

    def pattern(self, sentence: str, clip: str = "") -> Pattern:
        """Compile one of the machine's sentences that has places for values.

        A language without a voice plays the recordings that are named after ``clip``. Without it, nobody hears the sentence.
        """
        typed = " ".join(sentence.split())
        if self.recorder and clip:
            words = typed_words(typed)
            fixed = Utterance(words, self.language)
            return Pattern(fixed, self.recorder.sentence(words, clip), Delivery(), typed, self.recorder)
        marked = marked_text(typed)
        fixed = Utterance(marked.plain, self.language, self.name)
        return Pattern(fixed, marked.source, self._delivery(marked), typed)

    def utter(self, text: str) -> Utterance:
        """Return the utterance of a text that a call has made. Nothing in it is a mark."""
        spans = self.pronouncer.spans(text) if self.pronouncer else ()
        return Utterance(text, self.language, self.name, spans=spans)

    def _compiled(self, words: str, audio: tuple[str, ...] = ()) -> Prompt:
        marked = marked_text(words)
        delivered = self._delivery(marked)
        if is_template(words):
            compiled = template(marked.source, self.language, self.territory, marked=bool(marked.marks))
            said = delivered if delivered.elements or delivered.pronouncer else None
            fixed = Utterance("", self.language, self.name)
            return Prompt(fixed, compiled, marked.plain, marked.source, said, words)
        text, spans = delivered.spans(marked.source)
        return Prompt(Utterance(text, self.language, self.name, audio, static=True, spans=spans), typed=words)

    def _delivery(self, marked: MarkupText) -> Delivery:
        elements = tuple(delivery(mark, self.language, self.name).element for mark in marked.marks)
        return Delivery(elements, self.pronouncer)
