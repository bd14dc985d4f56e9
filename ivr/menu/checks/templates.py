"""Checks of every text of a hotline that may hold a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.menu.language.contract import Contract
from ivr.menu.language.hotline import Anywhere, Hotline
from ivr.menu.language.markers import TEMPLATES, Role
from ivr.menu.language.model import Model, YamlPath
from ivr.menu.language.nodes import RunNode
from ivr.menu.language.walk import walk
from ivr.menu.language.words import RecordedWords
from ivr.menu.language.words_files import words_of
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.templates import Uses, examine, is_template


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A text, and where it stands."""

    node: str
    """This is empty for the hotline's own sentences."""
    path: YamlPath
    text: str
    role: Role
    language: str | None = None
    """The language of its words file. It is None for a text in the menu itself."""
    recorded: bool = False

    @property
    def is_condition(self) -> bool:
        return self.role is Role.condition

    @property
    def part(self) -> YamlPath:
        """The path of the section that the text belongs to, whether or not `for:` is written out."""
        return self.path[:-1] if self.path[-1:] == ("for",) else self.path


@dataclass(frozen=True, slots=True)
class ExaminedTemplate:
    """A text, and what its template reads."""

    text: TemplateText
    uses: Uses


def examined_texts(draft: Draft, hotline: Hotline) -> list[ExaminedTemplate]:
    """Return every text that is a template or a condition. Each is examined once for all checks."""
    return [
        ExaminedTemplate(
            text, examine(text.text, text.language or hotline.languages[0], expression=text.is_condition)
        )
        for text in _texts(draft, hotline)
        if text.is_condition or is_template(text.text)
    ]


def check_templates(draft: Draft, texts: list[ExaminedTemplate]) -> None:
    """Note templates that do not compile, that say a secret, or that contradict a recording."""
    secrets = {secret for name, node in draft.nodes.items() for secret in node.secrets(name)}
    for examined in texts:
        text = examined.text
        for mistake in examined.uses.mistakes:
            draft.note(text.node, text.path, mistake.what, mistake.remedy, text.language)
        for secret in sorted(examined.uses.variables & secrets):
            if text.path[:1] != ("with",):
                remedy = "give it to an action only; it is never said, sent or kept"
                what = f"`{secret}` is a secret"
                draft.note(text.node, text.path, what, remedy, text.language, rule="D05")
        if text.recorded:
            what = "a recording says the same in every call, and this text does not"
            draft.note(text.node, text.path, what, "delete `audio:`, or the `{{ }}`", text.language)


def check_messages(
    draft: Draft, hotline: Hotline, contracts: Mapping[str, Contract], texts: list[ExaminedTemplate]
) -> None:
    """Note a message that lacks the value it is sent for, such as a code, in any language."""
    uses = {
        (examined.text.node, examined.text.language): examined.uses
        for examined in texts
        if examined.text.path == ("text",)
    }
    for text in _texts(draft, hotline):
        node = draft.nodes.get(text.node)
        contract = contracts.get(node.run) if isinstance(node, RunNode) and text.path == ("text",) else None
        told = (
            {name for outcome in contract.outcomes.values() for name in outcome.texts or ()}
            if contract
            else set()
        )
        used = uses.get((text.node, text.language))
        for name in sorted(told - (used.variables if used else set())):
            what = f"the message lacks `{name}`, which it is sent for"
            draft.note(
                text.node, text.path, what, f"write `{{{{ {name} }}}}` where it belongs", text.language
            )


_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SINGLE_BRACES = re.compile(r"(?<!\{)\{\s*(?P<value>[A-Za-z_]\w*\s*(\|[^{}]*)?)\}", re.ASCII)


def check_braces(draft: Draft, hotline: Hotline) -> None:
    """Note values in single braces, which would be read out literally. Only the machine's own sentences may have them."""
    for text in _texts(draft, hotline):
        if text.is_condition or text.path[:1] == ("phrases",):
            continue
        for found in _SINGLE_BRACES.finditer(_TEMPLATE.sub("", text.text)):
            what = f"`{found[0]}` in single braces is no value, and would be said as it stands"
            remedy = f"write `{{{{ {found['value'].strip()} }}}}`"
            draft.note(text.node, text.path, what, remedy, text.language)


def check_translated_values(draft: Draft, hotline: Hotline, texts: list[ExaminedTemplate]) -> None:
    """Warn of translated words that use none of the values in the first language's words.

    This check runs last. If the words of a node have another problem, that one is most likely the cause.
    """
    uses: dict[tuple[str, YamlPath, str | None], set[str]] = {}
    for examined in texts:
        text = examined.text
        uses.setdefault((text.node, text.part, text.language), set()).update(examined.uses.variables)
    blamed = {(problem.file, problem.node) for problem in draft.problems}
    for text in _texts(draft, hotline):
        if not text.language or not text.text:
            continue
        first = uses.get((text.node, text.part, None), set())
        own = uses.get((text.node, text.part, text.language), set())
        if first and not first & own and (draft.word_files[text.language].file, text.node) not in blamed:
            what = f"these words use none of the first language's values: {', '.join(sorted(first))}"
            remedy = f"write `{{{{ {min(first)} }}}}` where it belongs"
            draft.note(text.node, text.path, what, remedy, text.language, "warning")


def _texts(draft: Draft, hotline: Hotline) -> Iterator[TemplateText]:
    yield from _in_section("", hotline.phrases, None, ("phrases",))
    for key, entry in hotline.anywhere.items():
        if isinstance(entry, Anywhere):
            yield from _in_section("", entry, None, ("anywhere", key))
    for name, node in draft.nodes.items():
        yield from _in_section(name, node, None)
    for language, words in draft.words.items():
        yield from _in_section("", words.phrases, language, ("phrases",))
        for key, said in words.anywhere.items():
            yield from _in_section("", said, language, ("anywhere", key))
        for name, own in words.nodes.items():
            if name in draft.nodes:
                yield from _in_section(name, words_of(draft.nodes[name], own), language)


def _in_section(
    node: str, section: Model, language: str | None, path: YamlPath = ()
) -> Iterator[TemplateText]:
    for marked in walk(section, TEMPLATES | {Role.condition}, path):
        recorded = isinstance(marked.wording, RecordedWords)
        yield TemplateText(node, marked.path, marked.text, marked.role, language, recorded=recorded)
