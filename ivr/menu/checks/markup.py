"""Checks of the markup of texts, and of the words that have a pronunciation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.menu.checks.templates import TemplateText, sections
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import Role
from ivr.menu.language.model import YamlPath
from ivr.menu.language.pronunciation import Pronunciation
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.language.walk import walk
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.markup import marked_text
from ivr.menu.speech.recognition import spoken_key
from ivr.menu.speech.ssml import Rendition, delivery, pronounced
from ivr.menu.speech.voices import default_voice

_SPOKEN = frozenset({Role.spoken, Role.purpose, Role.announcement})
_PLAIN_PATTERNS = ("star", "pound", "desk_")
"""The beginnings of the names of sentences that are names, or that are written as well."""


@dataclass(frozen=True, slots=True)
class _Text:
    node: str
    path: YamlPath
    text: str
    role: Role
    language: str | None

    @property
    def is_spoken(self) -> bool:
        """Whether it may have marks."""
        if self.role is Role.pattern:
            return not str(self.path[-1]).startswith(_PLAIN_PATTERNS)
        return self.role in _SPOKEN


def check_markup(draft: Draft, hotline: Hotline, texts: Iterable[TemplateText]) -> None:
    """Note marks that are mistyped or that a voice cannot follow, tags that would be read aloud, and wrong pronunciations."""
    losses, said = _Losses(draft, hotline), dict[str, list[str]]()
    for text in (*_templates(texts), *_others(draft, hotline)):
        marked = marked_text(text.text)
        for what, remedy in marked.mistakes if text.is_spoken else ():
            draft.note(text.node, text.path, what, remedy, text.language)
        if not text.is_spoken and (marked.marks or marked.mistakes) and not _is_given(text):
            shown = "a tag in it" if marked.mistakes else "a mark in it"
            what = f"this text is not spoken as it is typed, and {shown} would be shown or read aloud"
            draft.note(text.node, text.path, what, "delete it, or write it in words", text.language)
        if text.role is Role.value:  # which may be said in any language
            said.setdefault("", []).append(text.text)
        if text.is_spoken and not marked.mistakes:
            language = _spoken_in(draft, hotline, text)
            said.setdefault(language, []).append(marked.plain)
            for mark in marked.marks:
                losses.add(language, delivery(mark, language, hotline.voices.get(language, "")), text)
    losses.note()
    _pronunciations(draft, hotline, said)


def _is_given(text: _Text) -> bool:
    """Return whether a text is passed on to an action, which may want tags."""
    return text.role is Role.value and text.path[:1] == ("with",)


def _templates(texts: Iterable[TemplateText]) -> Iterator[_Text]:
    return (
        _Text(each.node, each.path, each.text, each.role, each.language)
        for each in texts
        if each.role is not Role.condition
    )


def _others(draft: Draft, hotline: Hotline) -> Iterator[_Text]:
    """Yield the texts that are no templates: first values, the machine's sentences with places, what callers may say."""
    for name, text in hotline.variables.items():
        yield _Text("", ("variables", name), text, Role.value, None)
    for node, section, language, path in sections(draft, hotline):
        for marked in walk(section, {Role.pattern, Role.phrase}, path):
            yield _Text(node, marked.path, marked.text, marked.role, language)


def _spoken_in(draft: Draft, hotline: Hotline, text: _Text) -> str:
    """Return the language that a text is said in. An option that changes the language is said in the new one."""
    node = draft.nodes.get(text.node)
    if node is not None and node.spoken_in and text.path[:1] == ("say",):
        return node.spoken_in
    if node is not None and len(text.path) > 1 and text.path[0] == node.options_key:
        option = node.options.get(str(text.path[1]))
        if option is not None and option.language is not None:
            return option.language
    return text.language or hotline.languages[0]


@dataclass(slots=True)
class _Losses:
    """What the voices do not do, each told once, at its first place."""

    draft: Draft
    hotline: Hotline
    found: dict[tuple[str, Rendition], list[_Text]] = field(default_factory=dict)

    def add(self, language: str, made: Rendition, text: _Text) -> None:
        if made.loss:
            self.found.setdefault((language, made), []).append(text)

    def note(self) -> None:
        for (language, made), (first, *others) in self.found.items():
            voice = self.hotline.voices.get(language) or default_voice(language)
            more = f" (so in {len(others)} more {'text' if len(others) == 1 else 'texts'})" if others else ""
            what = f"the voice `{voice}` {made.loss}{more}"
            remedy = f"{made.remedy}, or choose another voice"
            self.draft.note(first.node, first.path, what, remedy, first.language, "warning")


def _pronunciations(draft: Draft, hotline: Hotline, said: Mapping[str, Sequence[str]]) -> None:
    """Note words whose pronunciation says nothing, or says another key than the one that is meant.

    ``said`` are the texts of each language, and values under an empty one.
    """
    for word, languages in hotline.pronounce.items():
        for language, how in languages.items():
            path = ("pronounce", word, language)
            if language not in hotline.languages:
                what = f"`{language}` is not among the hotline's `languages:`"
                draft.note("", path, what, did_you_mean(language, hotline.languages))
            elif spoken_key(word, language):
                what = f"`{word}` names a key, and a key is said as it is pressed"
                draft.note("", path, what, "change `star:` or `pound:` under `phrases:`, or delete it")
            elif isinstance(how, Pronunciation) and not (how.phonemes or how.alias):
                what, remedy = (
                    f"nothing says how `{word}` is pronounced",
                    "write `alias:` with other words, or `ipa:` with its sounds",
                )
                draft.note("", path, what, remedy)
            else:
                _lost_pronunciation(draft, hotline, word, language, how)
                if not any(word in text for text in (*said.get(language, ()), *said.get("", ()))):
                    what = f"no text in `{language}` has the word `{word}`"
                    remedy = "check its spelling, unless it comes from a value"
                    draft.note("", path, what, remedy, severity="information")


def _lost_pronunciation(
    draft: Draft, hotline: Hotline, word: str, language: str, how: str | Pronunciation
) -> None:
    made = pronounced(how, language, hotline.voices.get(language, ""))
    if made.loss:
        voice = hotline.voices.get(language) or default_voice(language)
        what = f"the voice `{voice}` {made.loss}"
        draft.note("", ("pronounce", word, language), what, made.remedy, severity="warning")
