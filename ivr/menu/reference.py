"""JSON Schemas for editors, and the reference page of the menu language.

Both come from the declarations in :mod:`ivr.menu.language` alone.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ivr.menu.language.desks import Desk
from ivr.menu.language.hotline import FirstLanguage, Hotline, Included, Limits, MessageLimits
from ivr.menu.language.lint_settings import Lint, RuleSetting
from ivr.menu.language.model import Model
from ivr.menu.language.nodes import KINDS, Case, ListeningNode, NodeBase, SpeakingNode
from ivr.menu.language.options import Anywhere, Option, OptionWords
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.pronunciation import Pronunciation
from ivr.menu.language.words import RecordedWords
from ivr.menu.language.words_files import NodeWords, WordsFile
from ivr.menu.reading.validation import keys_of
from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.markup import MARKS
from ivr.menu.speech.packs import pack
from ivr.menu.speech.templates import EXPRESSIONS, FACTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# --- JSON Schema


def json_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each kind of file: ``menu.yaml``, an included file of nodes, a words file."""
    return {
        "menu": schema(Hotline, "A hotline: menu.yaml"),
        "nodes": schema(Included, "Nodes of a hotline: an included file"),
        "prompts": schema(WordsFile, "The words of a hotline in another language"),
    }


def schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return the JSON Schema 2020-12 of a file that ``model`` declares.

    It accepts what the reader accepts. In `length: 4` an editor's language server sees a number, while the reader takes every
    value as a text.
    """
    made = _eased(_described(model, model.model_json_schema(by_alias=True)))
    return {"$schema": DIALECT, **made, "title": title}


def _described(model: type[BaseModel], made: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a model with the description of every key."""
    sections = {each.__name__: each for each in _subclasses(Model)}
    for name, part in {model.__name__: made, **made.get("$defs", {})}.items():
        for key, field in keys_of(sections[name]).items() if name in sections else ():
            if field.description and key in part.get("properties", {}):
                part["properties"][key].setdefault("description", field.description)
    return made


def _subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield from (each, *_subclasses(each))


_SCHEMAS_BY_NAME = ("properties", "patternProperties", "$defs")
_SCHEMAS_IN_A_LIST = ("anyOf", "oneOf", "allOf")
_SCHEMAS = ("items", "additionalProperties")


def _eased(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema, and those inside it, in the terms of YAML."""
    eased = {
        key: value for key, value in made.items() if key != "title" and (key, value) != ("default", None)
    }
    for key in eased.keys() & set(_SCHEMAS_BY_NAME):
        eased[key] = {name: _eased(inner) for name, inner in eased[key].items()}
    for key in eased.keys() & set(_SCHEMAS_IN_A_LIST):
        eased[key] = [_eased(inner) for inner in eased[key] if inner != {"type": "null"}]
    for key in eased.keys() & set(_SCHEMAS):
        eased[key] = _eased(eased[key]) if isinstance(eased[key], Mapping) else eased[key]
    if "description" in eased:
        eased["description"] = " ".join(eased["description"].split())
    if "patternProperties" in eased:
        eased["additionalProperties"] = False
    if eased.get("type") == "string" and not eased.keys() & {"const", "enum"}:
        eased["type"] = _types_of_text(eased.get("pattern"))
    if len(eased.get("anyOf", ())) == 1:
        eased |= eased.pop("anyOf")[0]
    return eased


def _types_of_text(pattern: str | None) -> str | list[str]:
    """Return the types that YAML gives to an unquoted text of this form."""
    if pattern is None:
        return ["string", "number", "boolean"]
    looks_like_a_number = any(re.search(pattern, number) for number in ("4", "+8657100000000"))
    return ["string", "number"] if looks_like_a_number else "string"


# --- the reference page


def node_reference() -> str:
    """Return the reference of the menu language as Markdown: kinds, keys, filters, facts and sentences."""
    return "\n".join([*_hotline(), *_kinds(), *_words(), *_markup(), *_templates()])


def _hotline() -> Iterator[str]:
    yield from section("The hotline: `menu.yaml`", Hotline, level=2)
    yield from section("The language in which a call begins, under `begin_in:`", FirstLanguage)
    yield from section("A desk, under `desks:`", Desk)
    yield from section("A key under `anywhere:`", Anywhere)
    yield from section("How a word is pronounced, under `pronounce:`", Pronunciation)
    yield from section("The bounds of a call, under `limits:`", Limits)
    yield from section("How many messages may be sent, under `texts:`", MessageLimits)
    yield from section("How the voice is judged, under `lint:`", Lint)
    yield from section("A rule of the voice, under `rules:`", RuleSetting)


_SHARED = (NodeBase, SpeakingNode, ListeningNode)


def _kinds() -> Iterator[str]:
    yield from heading("The kinds of node", 2, "A node has the key of one kind, which names it.")
    own_order = ("say", *(kind for kind in KINDS if kind != "say"))
    for kind in own_order:
        model = KINDS[kind]
        shared = {key for base in _SHARED if issubclass(model, base) for key in keys_of(base)} - {kind}
        yield from heading(f"`{kind}`", 3, inspect.getdoc(model) or "")
        yield from table({key: field for key, field in keys_of(model).items() if key not in shared})
        yield from (
            "Beside them: " + ", ".join(f"`{key}`" for key in keys_of(model) if key in shared) + ".",
            "",
        )
    yield from heading("Keys of several kinds", 3, "")
    yield from table(keys_of(ListeningNode))
    yield from section("An option of a `menu`", Option)
    yield from section("A condition of a `choose`", Case)
    yield from heading(
        "What a condition may say", 4, "These may also stand within `{{ … }}` in texts and values."
    )
    yield from table_rows("condition", EXPRESSIONS)
    yield from section("A recording, in place of a text", RecordedWords)


def _words() -> Iterator[str]:
    yield from section("Another language: `prompts.<language>.yaml`", WordsFile, level=2)
    yield from section("The words of a node", NodeWords)
    yield from section("The words of an option or of a key under `anywhere:`", OptionWords)
    yield from heading("The machine's own sentences, under `phrases:`", 3, inspect.getdoc(Phrases) or "")
    yield from table_rows("key", {key: _with_usual(key, field) for key, field in keys_of(Phrases).items()})


def _with_usual(key: str, field: FieldInfo) -> str:
    """Return what a sentence is for, with the usual wordings in two languages. `ivr languages` prints the others."""
    usual = [getattr(pack(language).sentences, key) for language in ("zh-CN", "en-US")]
    wordings = [" / ".join(words) if isinstance(words, list) else words for words in usual]
    return "<br>".join((field.description or "", *wordings))


def _markup() -> Iterator[str]:
    yield from heading("How a text is spoken", 2, "Marks in a text that is spoken. A value has none.")
    yield from table_rows("mark", MARKS)


def _templates() -> Iterator[str]:
    yield from heading("Values in texts", 2, "`{{ name }}` is the value of a variable or of a fact.")
    yield from heading("Facts", 3, "")
    yield from table_rows("fact", FACTS)
    yield from heading("Filters", 3, "`{{ name | filter }}` says a value in the words of the language.")
    yield from table_rows("filter", {name: each.means for name, each in FILTERS.items()})


def section(title: str, model: type[BaseModel], level: int = 3) -> Iterator[str]:
    yield from heading(title, level, inspect.getdoc(model) or "")
    yield from table(keys_of(model))


def heading(title: str, level: int, text: str) -> Iterable[str]:
    return ("#" * level + " " + title, "", *((text, "") if text else ()))


def table(keys: Mapping[str, FieldInfo]) -> Iterator[str]:
    """Yield the lines of a table of keys with their meanings and defaults."""
    yield from ("| key | means | if left out |", "|---|---|---|")
    for key, field in keys.items():
        yield f"| `{key}` | {_cell(field.description or '')} | {_left_out(field)} |"
    yield ""


def table_rows(name: str, meanings: Mapping[str, str]) -> Iterator[str]:
    yield from (f"| {name} | means |", "|---|---|")
    for each, meaning in meanings.items():
        yield f"| `{_cell(each)}` | {_cell(meaning)} |"
    yield ""


def _left_out(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    if field.default_factory or field.default is None:
        return ""
    return f"`{field.default}`".lower() if isinstance(field.default, bool) else f"`{field.default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
