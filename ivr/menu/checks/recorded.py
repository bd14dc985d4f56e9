"""Checks of the languages that Twilio has no voice for: everything that they say must be recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jinja2 import nodes as jinja

from ivr.menu.checks.templates import TemplateText
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import Role
from ivr.menu.language.nodes import AskNode
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.problems import Problem
from ivr.menu.speech.clip_values import FILTERS_FROM_CLIPS, ClipValues, currency_of
from ivr.menu.speech.recorded import read_back_filter, texts_in
from ivr.menu.speech.sandbox import environment
from ivr.menu.speech.templates import is_template
from ivr.menu.speech.values.speaker import territory_of
from ivr.menu.speech.voices import has_voice, language_problem
from ivr.menu.tree import ScriptLine, Tree

_HEARD = frozenset({Role.spoken, Role.purpose, Role.announcement})
_SHOWN = 20
"""Missing recordings that are told one by one. ``ivr record-script`` lists all of them."""


def check_recorded(draft: Draft, hotline: Hotline, texts: Sequence[TemplateText]) -> None:
    """Note values that recordings cannot say, and what ``clips:`` lacks for those that they can."""
    for language in hotline.languages:
        if has_voice(language):
            continue
        if language == hotline.languages[0] or language in draft.words.keys() & draft.spoken:
            _Language(draft, hotline, language).check(texts)


class _Language:
    """Checks the texts of one language without a voice."""

    def __init__(self, draft: Draft, hotline: Hotline, language: str) -> None:
        self.draft, self.hotline, self.language = draft, hotline, language
        self.file = None if language == hotline.languages[0] else language
        declared = draft.spoken[language].clips if self.file else hotline.clips
        self.values = ClipValues(declared, territory_of(hotline))

    def check(self, texts: Sequence[TemplateText]) -> None:
        for text in texts:
            if self.speaks(text) and is_template(text.text) and not text.uses.mistakes:
                for what, remedy in self.mistakes(text.text):
                    self.draft.note(text.node, text.path, what, remedy, text.language)
        self.hints()
        for name, node in self.draft.nodes.items():
            if isinstance(node, AskNode) and node.ask == "id_card" and node.read_back:
                what = f"`{self.language}` is recorded, and cannot read an ID card back"
                self.draft.note(name, ("read_back",), what, "delete `read_back:`")
            elif needed := read_back_filter(node):
                for what, remedy in self.lacking(needed):
                    self.draft.note(name, ("read_back",), what, remedy)

    def speaks(self, text: TemplateText) -> bool:
        """Whether a text is said in this language. Nodes and options of the menu may have one of their own."""
        if text.role not in _HEARD:
            return False
        own = None
        if text.language is None and text.node:
            node = self.draft.nodes[text.node]
            own = node.spoken_in if text.path == ("say",) else None
            if len(text.path) > 1 and text.path[0] == node.options_key:
                own = node.options[str(text.path[1])].language
        return (own or text.language or self.hotline.languages[0]) == self.language

    def hints(self) -> None:
        own = self.draft.words[self.language].phrases if self.file else self.hotline.phrases
        for name in type(own).model_fields:
            if name.startswith("hint_") and "{length}" in (getattr(own, name) or ""):
                what = f"`{self.language}` is recorded, and cannot say a length"
                self.draft.note("", ("phrases", name), what, "write it without `{length}`", self.file)

    def mistakes(self, source: str) -> Iterator[tuple[str, str]]:
        parsed = environment("en-US").parse(source)
        for said in texts_in(parsed):
            match said:
                case jinja.TemplateData():
                    pass
                case jinja.Filter(name=name) if name in FILTERS_FROM_CLIPS:
                    yield from self.lacking(name, currency_of(said))
                case _:
                    what = f"`{self.language}` is recorded, and no recording can say this value"
                    yield what, f"end it with one of the filters {', '.join(FILTERS_FROM_CLIPS)}"

    def lacking(self, name: str, currency: str | None = "") -> Iterator[tuple[str, str]]:
        if key := self.values.lacking(name, currency):
            where = "the words file" if self.file else "the menu"
            what = (
                f"`{self.language}` is recorded, and `clips:` has no `{key.partition(':')[0]}` for `{name}`"
            )
            yield what, f"add `{key if ':' in key else f'{key}:'}` under `clips:` in {where}"


def missing_recordings(draft: Draft, tree: Tree) -> list[Problem]:
    """Return the recordings that are not there: errors where nothing else can be heard, and else notes."""
    found = []
    for language, speech in tree.speech.items():
        missing = [line for line in speech.script if not line.there]
        if speech.is_recorded and missing and len(missing) == len(speech.script):
            found.append(_none_recorded(draft, language, len(missing)))
            continue
        found += [_missing(draft, tree, language, line) for line in missing[:_SHOWN]]
        if len(missing) > _SHOWN:
            what = f"{len(missing) - _SHOWN} further recordings of `{language}` are missing"
            severity = "error" if speech.is_recorded else "information"
            found.append(_problem(draft, "", language, what, _LIST.format(language), severity))
    return found


_LIST = "`ivr record-script --missing --language {}` lists them"


def _none_recorded(draft: Draft, language: str, number: int) -> Problem:
    what = language_problem(language) or ""
    what, _, remedy = what.partition("; ")
    several = "recordings" if number > 1 else "recording"
    remedy = f"{remedy}, or make the {number} {several} that `ivr record-script --language {language}` lists"
    return _problem(draft, "", language, what, remedy, "error")


def _missing(draft: Draft, tree: Tree, language: str, line: ScriptLine) -> Problem:
    place, _, name = line.file.partition("/")
    node = name.split("/")[0] if place == "nodes" else ""
    what = f"there is no recording `audio/{language}/{line.file}`"
    if tree.speech[language].is_recorded:
        remedy = f"record “{line.words}”"
        return _problem(draft, node if node in draft.names else "", language, what, remedy, "error")
    return _problem(
        draft,
        "",
        language,
        f"{what}, and its words are spoken instead",
        "record it, or delete the line",
        "information",
    )


def _problem(draft: Draft, node: str, language: str, what: str, remedy: str, severity: str) -> Problem:
    known = language in draft.words
    in_words = known and (not node or node in draft.words[language].nodes)
    path = () if node or known else ("languages",)
    file, at = draft.place_of(node, path, language if in_words else None)
    return Problem(file, *at, node, what, remedy, severity)
