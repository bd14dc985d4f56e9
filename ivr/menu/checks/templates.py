"""Checks of every text of a hotline that may hold a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from jinja2 import nodes
from jinja2.compiler import operators

from ivr.menu.language.contract import Contract
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import TEMPLATES, Role
from ivr.menu.language.model import Model, YamlPath
from ivr.menu.language.nodes import AskNode, RunNode
from ivr.menu.language.options import Anywhere, NamedOption, option_words
from ivr.menu.language.scalars import KEY_PLACE
from ivr.menu.language.walk import MarkedText, walk
from ivr.menu.language.words import RecordedWords
from ivr.menu.language.words_files import words_of
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.problems import HotlineTooLarge
from ivr.menu.speech.limits import MAX_ALL_PARTS, MAX_TEMPLATES
from ivr.menu.speech.sandbox import environment
from ivr.menu.speech.templates import Uses, examine, is_template, outside_templates
from ivr.menu.speech.values.speaker import territory_of


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A text, where it stands, and what its template reads."""

    node: str
    """This is empty for the hotline's own sentences."""
    path: YamlPath
    text: str
    role: Role
    language: str | None
    """The language of its words file. It is None for a text in the menu itself."""
    recorded: bool
    uses: Uses
    part: YamlPath
    """What it belongs to, the same in every language: an option is called by its name, whatever its key and its form."""

    @property
    def said_in(self) -> str | None:
        """The language that its filters speak, which is None for the first one."""
        return str(self.path[2]) if self.path[0] == "set" and len(self.path) > 2 else self.language

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it is evaluated."""
        return self.role is not Role.condition and not is_template(self.text)


def check_templates(draft: Draft, texts: list[TemplateText]) -> None:
    """Note templates that say a secret, or that contradict a recording."""
    secrets = {secret for name, node in draft.nodes.items() for secret in node.secrets(name)}
    for text in texts:
        for secret in sorted(text.uses.variables & secrets):
            if text.path[:1] != ("with",):
                remedy = "give it to an action only; it is never said, sent or kept"
                what = f"`{secret}` is a secret"
                draft.note(text.node, text.path, what, remedy, text.language, rule="D05")
        if text.recorded and is_template(text.text):
            what = "a recording says the same in every call, and this text does not"
            draft.note(text.node, text.path, what, "delete `audio:`, or the `{{ }}`", text.language)


def check_conditions(draft: Draft, contracts: Mapping[str, Contract], texts: list[TemplateText]) -> None:
    """Note typed digits that are compared with numbers, and texts that are compared with nothing."""
    entries = _entries(draft, contracts)
    said = {each.path[1] for each in texts if each.path[0] == "set" and len(each.path) > 2}
    for text in texts:
        if text.role is Role.condition and not text.uses.mistakes:
            for name in sorted(text.uses.variables & said):
                what = f"`{name}` has other words in each language, so that nothing can be decided by it"
                draft.note(text.node, text.path, what, "set another variable beside it, and ask for that")
            (output,) = environment("en-US").parse("{{ (" + text.text + ") }}").find_all(nodes.Output)
            for what, remedy in (*_numbers(output, entries), *_bare_texts(_joined(output.nodes[0]))):
                draft.note(text.node, text.path, what, remedy)


def _entries(draft: Draft, contracts: Mapping[str, Contract]) -> set[str]:
    """Return the variables that hold nothing but what callers type, as a text of digits."""
    found, others = set[str](), set[str]()
    for name, node in draft.nodes.items():
        typed = isinstance(node, AskNode) and node.ask in {"digits", "phone"}
        (found if typed else others).update(node.sets(name))
    outcomes = (each for contract in contracts.values() for each in contract.all_outcomes().values())
    return found.difference(others, *(outcome.tells for outcome in outcomes))


def _numbers(output: nodes.Output, entries: set[str]) -> Iterator[tuple[str, str]]:
    for compared in output.find_all(nodes.Compare):
        left, operand = compared.expr, compared.ops[0]
        numbers = {type(each.value) for each in compared.find_all(nodes.Const)} & {int, float}
        names = {each.name for each in (left, operand.expr) if isinstance(each, nodes.Name)} & entries
        as_number = operand.op not in {"eq", "ne", "in", "notin"}
        for name in names if numbers else ():
            sides = (_written(each, as_number=as_number) for each in (left, operand.expr))
            meant = f" {operators[operand.op]} ".join(sides)
            yield f"`{name}` holds digits as a text, and is no number", f"write `{meant}`"


def _bare_texts(parts: Sequence[nodes.Node]) -> Iterator[tuple[str, str]]:
    compared = next((each for each in parts if isinstance(each, nodes.Compare)), None)
    begins = f"{_written(compared.expr)} {operators[compared.ops[0].op]}" if compared else "topic =="
    for part in parts:
        if isinstance(part, nodes.Const) and isinstance(part.value, str):
            text = _written(part)
            yield f"`{text}` by itself is no condition", f"compare it too, as in `{begins} {text}`"


def _joined(test: nodes.Node) -> list[nodes.Node]:
    """Return the conditions that `and`, `or` and `not` join."""
    if isinstance(test, nodes.And | nodes.Or | nodes.Not):
        return [part for each in test.iter_child_nodes() for part in _joined(each)]
    return [test]


def _written(node: nodes.Node, *, as_number: bool = False) -> str:
    """Return one side of a comparison of texts, or of numbers, as an editor writes it."""
    match node:
        case nodes.List() | nodes.Tuple():
            return f"[{', '.join(map(_written, node.items))}]"
        case nodes.Name():
            return f"{node.name} | int" if as_number else node.name
        case nodes.Const():
            return str(node.value) if as_number else f'"{node.value}"'
    return "…"


def check_messages(draft: Draft, contracts: Mapping[str, Contract], texts: list[TemplateText]) -> None:
    """Note a message that lacks the value it is sent for, such as a code, in any language."""
    for text in texts:
        node = draft.nodes.get(text.node)
        contract = contracts.get(node.run) if isinstance(node, RunNode) and text.path == ("text",) else None
        outcomes = contract.outcomes.values() if contract else ()
        told = {name for outcome in outcomes for name in outcome.texts or ()}
        for name in sorted(told - text.uses.variables):
            what = f"the message lacks `{name}`, which it is sent for"
            remedy = f"write `{{{{ {name} }}}}` where it belongs"
            draft.note(text.node, text.path, what, remedy, text.language)


_WRONG_BRACES = re.compile(
    r"(?P<opened>(?<!\{)\{|｛｛)\s*(?P<value>[A-Za-z_]\w*\s*(\|[^{}｛｝]*)?)(?:\}|｝｝)", re.ASCII
)


def check_braces(draft: Draft, texts: list[TemplateText]) -> None:
    """Note values in single or Chinese braces, which would be read out literally. Only the machine's own sentences may have them."""
    for text in texts:
        if text.role is Role.condition or text.path[:1] == ("phrases",):
            continue
        plain = outside_templates(text.text)
        if text.role is Role.announcement:
            plain = KEY_PLACE.sub("", plain)
        for found in _WRONG_BRACES.finditer(plain):
            braces = "single" if found["opened"] == "{" else "Chinese"
            what = f"`{found[0]}` in {braces} braces is no value, and would be said as it stands"
            remedy = f"write `{{{{ {found['value'].strip()} }}}}`"
            draft.note(text.node, text.path, what, remedy, text.language)


def check_translated_values(draft: Draft, texts: list[TemplateText]) -> None:
    """Warn of translated words that use none of the values in the first language's words.

    This check runs last. If the words of a node have another problem, that one is most likely the cause.
    """
    uses: dict[tuple[str, YamlPath, str | None], set[str]] = {}
    for text in texts:
        uses.setdefault((text.node, text.part, text.language), set()).update(text.uses.variables)
    blamed = {(problem.file, problem.node) for problem in draft.problems}
    for text in texts:
        if not text.language or not text.text:
            continue
        first, own = uses.get((text.node, text.part, None)), uses[text.node, text.part, text.language]
        if first and not first & own and (draft.word_files[text.language].file, text.node) not in blamed:
            what = f"these words use none of the first language's values: {', '.join(sorted(first))}"
            remedy = f"write `{{{{ {min(first)} }}}}` where it belongs"
            draft.note(text.node, text.path, what, remedy, text.language, "warning")


def template_texts(draft: Draft, hotline: Hotline) -> list[TemplateText]:
    """Return every text in which a template may stand, and every condition, and note those that do not compile.

    Each is examined once for all checks, and each different one once for all places.
    """
    found = [*_unexamined(draft, hotline)]
    _refuse_many(draft, found)
    examined, parts, territory = dict[_Source, Uses](), 0, territory_of(hotline)
    for number, text in enumerate(found):
        if text.is_plain:
            continue
        source = _source(text, hotline)
        if source not in examined:
            examined[source] = examine(
                text.text,
                text.said_in or hotline.languages[0],
                territory,
                expression=text.role is Role.condition,
                written=text.role in {Role.message, Role.note},
            )
            parts += examined[source].parts
            if parts > MAX_ALL_PARTS:
                what = f"the templates of the hotline have more than {MAX_ALL_PARTS:,} names, values, filters and operators"
                _refuse(draft, text, what)
        found[number] = replace(text, uses=examined[source])
        for mistake in examined[source].mistakes:
            draft.note(text.node, text.path, mistake.what, mistake.remedy, text.language)
    _check_fallen_back(draft, hotline, found)
    return found


def _check_fallen_back(draft: Draft, hotline: Hotline, texts: Iterable[TemplateText]) -> None:
    """Note templates that a language takes from another and cannot say, such as a count that lacks one of its forms."""
    falling: dict[tuple[str, str, str], list[str]] = {}
    for language, fallen in draft.fallen_back.items():
        for each in fallen:
            falling.setdefault((each.source, each.node, each.part), []).append(language)
    for text in texts if falling else ():
        place = text.language or hotline.languages[0], text.node, " ".join(map(str, text.part))
        for language in falling.get(place, ()) if not text.is_plain else ():
            written = text.role in {Role.message, Role.note}
            uses = examine(text.text, language, territory_of(hotline), written=written)
            for mistake in uses.mistakes if not text.uses.mistakes else ():
                what = f"`{language}` falls back on these words, and there {mistake.what}"
                draft.note(text.node, text.path, what, mistake.remedy, text.language)


_Source = tuple[str, str, Role]
"""A text, the language that its filters speak, and its role."""


def _source(text: TemplateText, hotline: Hotline) -> _Source:
    return text.text, text.said_in or hotline.languages[0], text.role


def _refuse_many(draft: Draft, texts: Iterable[TemplateText]) -> None:
    """Raise :class:`HotlineTooLarge` if there are too many templates, before any of them is compiled."""
    different = set[tuple[str, str | None, Role]]()
    for text in texts:
        if not text.is_plain:
            different.add((text.text, text.language, text.role))
            if len(different) > MAX_TEMPLATES:
                what = (
                    f"the hotline has more than {MAX_TEMPLATES:,} different texts with values, and conditions"
                )
                _refuse(draft, text, what)


def _refuse(draft: Draft, text: TemplateText, what: str) -> NoReturn:
    draft.note(text.node, text.path, what, "write fewer, or make two hotlines of it", text.language)
    raise HotlineTooLarge


def _unexamined(draft: Draft, hotline: Hotline) -> Iterator[TemplateText]:
    for node, section, language, path in sections(draft, hotline):
        for marked in walk(section, TEMPLATES | {Role.condition}, path):
            recorded = isinstance(marked.wording, RecordedWords)
            part = _part(draft, marked, node, language)
            yield TemplateText(
                node, marked.path, marked.text, marked.role, language, recorded, _NOTHING, part
            )


_NOTHING = Uses()


_OF_OPTIONS = frozenset({"menu", "keys", "anywhere"})
"""Where the words of options stand."""


def _part(draft: Draft, text: MarkedText, node: str, language: str | None) -> YamlPath:
    """Return what a text belongs to. In the menu itself an option stands under its key, in a words file under its name."""
    path = text.path
    if path[0] not in _OF_OPTIONS or len(path) < 2:
        return path
    if language is not None:
        return path[:2]
    options = draft.nodes[node].options if node else draft.hotline.anywhere if draft.hotline else {}
    option = options.get(str(path[1]))
    return path[0], option.name if isinstance(option, NamedOption) else str(option)


def sections(draft: Draft, hotline: Hotline) -> Iterator[tuple[str, Model, str | None, YamlPath]]:
    """Yield the sections with texts: the node, the section, the language of its words file, and its path."""
    yield "", hotline.phrases, None, ("phrases",)
    for key, entry in hotline.anywhere.items():
        if isinstance(entry, Anywhere):
            yield "", entry, None, ("anywhere", key)
    for name, node in draft.nodes.items():
        yield name, node, None, ()
    for language, words in draft.words.items():
        yield "", words.phrases, language, ("phrases",)
        for key, said in words.anywhere.items():
            yield "", option_words(said), language, ("anywhere", key)
        for name, own in words.nodes.items():
            if name in draft.nodes:
                yield name, words_of(draft.nodes[name], own), language, ()
