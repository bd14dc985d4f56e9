"""The texts of a hotline that another language has words for, each at its place, as one text.

Several wordings are lines of one text. The words of an option are what it is `for`, or begin with their form: `to: end the call`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import TRANSLATED, Role
from ivr.menu.language.nodes import Node, RunNode, SetNode
from ivr.menu.language.options import OptionWords, option_words
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.walk import fields_with, role_of
from ivr.menu.language.words import RecordedWords, wordings
from ivr.menu.language.words_files import NodeWords, WordsFile, words_for, words_in_menu, words_of
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.problems import Problem

Place = tuple[str, ...]
"""Where words stand in a words file: ``nodes``, ``main``, ``menu``, ``hours``. A lone text stands under ``say`` or ``end``."""


class Shape(enum.Enum):
    """What a text is in YAML."""

    words = "a text, a recording, or a list of wordings"
    text = "a text"
    option = "a text or a section with `for`, `to` or `say`"
    hear = "a list"


@dataclass(frozen=True, slots=True)
class Text:
    """The words at one place, as one text."""

    shape: Shape
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A text of the first language, and what another one has for it."""

    place: Place
    shape: Shape
    source: str
    translation: str
    needed: bool
    """Whether callers hear it, so that without words it is missing."""
    from_other: str
    """The language whose words are spoken instead, if this one has none."""
    file: str
    line: int
    """Where the first language's words stand."""

    @property
    def missing(self) -> bool:
        return self.needed and not self.translation and not self.from_other

    @property
    def name(self) -> str:
        """The place as people read it: `main: menu hours`."""
        block, part = self.block, self.part
        return f"{block[-1]}: {part}" if part else block[-1]

    @property
    def block(self) -> Place:
        """The place of the node, or of another part of the file."""
        return block_of(self.place)

    @property
    def part(self) -> str:
        return part_of(self.place)


def block_of(place: Place) -> Place:
    return place[:2] if place[0] == "nodes" else place[:1]


def part_of(place: Place) -> str:
    return " ".join(place[len(block_of(place)) :])


def entries_of(draft: Draft, hotline: Hotline, language: str, words: WordsFile | None) -> list[Entry]:
    """Return every text of the first language with what ``words`` have for it, in the order of the menu."""
    own = texts_of(words, draft.nodes) if words else {}
    sources = [each for each in hotline.sources_of_words(language)[1:] if each != language]
    others = {each: texts_of(draft.words[each], draft.nodes) for each in sources if each in draft.words}
    first = texts_of(words_in_menu(hotline, draft.nodes), draft.nodes)
    if hotline.languages[0] in sources:
        others[hotline.languages[0]] = first
    found = []
    for place, text in first.items():
        node = place[1] if place[0] == "nodes" else ""
        path = _path_in_menu(draft, hotline, place)
        file, at = draft.place_of(node, path)
        other = next((each for each, texts in others.items() if place in texts), "")
        translation = own[place].text if place in own else ""
        needed = _is_needed(draft, hotline, language, place)
        found.append(Entry(place, text.shape, text.text, translation, needed, other, file, at.line))
    return found


def values_without_words(draft: Draft, hotline: Hotline, language: str) -> Iterator[Problem]:
    """Yield the values in the menu that have words for each language, and none for this one."""
    for name, node in draft.nodes.items():
        for variable, texts in node.set.items() if isinstance(node, SetNode) else ():
            if not isinstance(texts, str) and words_for(texts, hotline, language) is None:
                file, at = draft.place_of(name, ("set", variable))
                what = f"the value `{variable}` has no words in {language}"
                yield Problem(file, *at, name, what, f"write `{language}: …` beside the others")


def texts_of(words: WordsFile, nodes: Mapping[str, Node]) -> dict[Place, Text]:
    """Return the texts of a words file by their place."""
    found: dict[Place, Text] = {}
    for name, field in Phrases.model_fields.items():
        sentence = getattr(words.phrases, name)
        if sentence is not None:
            is_words = role_of(field) is Role.spoken and field.annotation is not None
            found["phrases", name] = Text(Shape.words if is_words else Shape.text, _lines(sentence))
    found |= dict(_of_options(("anywhere",), words.anywhere))
    for name, node in nodes.items():
        if name in words.nodes:
            found |= dict(_of_node(("nodes", name), node, words_of(node, words.nodes[name])))
    return found


def _of_node(place: Place, node: Node, own: NodeWords) -> Iterator[tuple[Place, Text]]:
    for key, field in fields_with(type(node), TRANSLATED).items():
        said = getattr(own, field)
        if said is not None:
            spoken = (
                isinstance(said, RecordedWords | list)
                or role_of(type(node).model_fields[field]) is Role.spoken
            )
            yield (*place, key), Text(Shape.words, _lines(said)) if spoken else Text(Shape.text, said.strip())
    names = [option.name for option in node.options.values() if option.language is None]
    options = {name: own.options[name] for name in names if name in own.options}
    yield from _of_options((*place, node.options_key), options)


def _of_options(place: Place, options: Mapping[str, str | OptionWords]) -> Iterator[tuple[Place, Text]]:
    for name, typed in options.items():
        said = option_words(typed)
        if said.announcement:
            form, text = said.announcement.form, _one_line(said.announcement.text)
            plain = form == "for" and not _FORM.match(text)
            yield (*place, name), Text(Shape.option, text if plain else f"{form}: {text}")
        if said.hear:
            yield (*place, name, "hear"), Text(Shape.hear, "\n".join(map(_one_line, said.hear)))


_FORM = re.compile(r"(for|to|say): ")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(said: Any) -> str:
    """Return wordings as lines. A line break within one is not spoken."""
    texts = (each.text if isinstance(each, RecordedWords) else each for each in wordings(said))
    return "\n".join(map(_one_line, texts))


def _path_in_menu(draft: Draft, hotline: Hotline, place: Place) -> tuple[str, ...]:
    """Return the place in the menu, where an option stands under its key."""
    path = place[2:] if place[0] == "nodes" else place
    if path[0] in {"menu", "keys", "anywhere"} and len(path) > 1:
        node = draft.nodes.get(place[1]) if place[0] == "nodes" else None
        options = node.options if node is not None else hotline.anywhere
        key = next((key for key, each in options.items() if getattr(each, "name", "") == path[1]), path[1])
        return path[0], key
    return path


def _is_needed(draft: Draft, hotline: Hotline, language: str, place: Place) -> bool:
    """Return whether `ivr check` would call the words missing; for a language that is not spoken yet, whether anybody hears them."""
    if place[0] == "phrases" or place[-1] == "hear":
        return False
    if place[0] == "anywhere":
        return True
    heard = draft.heard.get(place[1], frozenset())
    is_sent = place[2:] == ("text",) and isinstance(draft.nodes[place[1]], RunNode)
    return bool(heard) if is_sent or language not in hotline.languages else language in heard


def with_text(old: Any, shape: Shape, text: str) -> Any:
    """Return what stands in YAML for a text. Recordings and words that are heard stay as they were."""
    match shape:
        case Shape.text:
            return text
        case Shape.hear:
            return text.split("\n")
        case Shape.option:
            found = _FORM.match(text)
            form, words = (found[1], text[found.end() :]) if found else ("for", text)
            kept = {key: each for key, each in old.items() if key == "hear"} if isinstance(old, dict) else {}
            return words if form == "for" and not kept else {form: words, **kept}
        case Shape.words:
            before = old if isinstance(old, list) else [old]
            lines = text.split("\n")
            made = [
                _recorded(before[number] if number < len(before) else None, line)
                for number, line in enumerate(lines)
            ]
            return made if len(made) > 1 else made[0]


def _recorded(old: Any, line: str) -> Any:
    return {**old, "text": line} if isinstance(old, dict) and "audio" in old else line
