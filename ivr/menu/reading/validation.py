"""Turns sections of YAML into declared models, and every mistake into a problem with its place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, Tag, ValidationError
from pydantic.fields import FieldInfo
from rapidfuzz.distance import OSA

from ivr.menu.language.model import YamlPath, describe
from ivr.menu.language.nodes import KINDS
from ivr.menu.language.suggestions import ELSEWHERE, did_you_mean, key_meant, one_of, shown
from ivr.menu.reading.problems import MAX_PROBLEMS, BadFile, Problem, more_problems
from ivr.menu.reading.yaml import NO_SPACE, Scalar, Section, decode, is_missing, place, read

M = TypeVar("M", bound=BaseModel)


def parse_file(model: type[M], path: Path, content: bytes, *, private: bool = False) -> M:
    """Return the declared content of a file, or raise :class:`BadFile` with everything that is wrong.

    The problems of a ``private`` file never show its values.
    """
    name, made = path.name, None
    text, problems = decode(content, name)
    if not problems:
        top = list if issubclass(model, RootModel) else Section
        data, problems = read(text, name, top)
        if data is not None:
            made = declare(model, data, name, "", problems, private=private)
    if made is None or problems:
        raise BadFile.of(path.parent, sorted(problems))
    return made


def declare(
    model: type[M], data: Any, file: str, node: str, problems: list[Problem], *, private: bool = False
) -> M | None:
    """Return the model of a section, or None with its mistakes added to ``problems``."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems += _mistakes(model, data, error, file, node, private=private)
        return None


def declare_most(
    model: type[M], data: Section, file: str, problems: list[Problem], stand_ins: Mapping[str, str]
) -> M | None:
    """Return a model of the valid entries of a section, with the mistakes added to ``problems``.

    A mistake then does not hide those that only the whole can show. An invalid entry is left out, such as one desk.
    ``stand_ins`` are values for required keys. Return None if even the rest is not valid.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems += _mistakes(model, data, error, file, "")
        entries = {path[:2] for path in _wrong_paths(data, error)}
    try:
        return model.model_validate({**stand_ins, **_without(data, entries)})
    except ValidationError:
        return None


def declare_parts(model: type[M], data: Section) -> tuple[M | None, set[YamlPath]]:
    """Return a model without each invalid value, and the paths of those values. Use it only for checks.

    :func:`declare_most` reports what is wrong with them.
    """
    left_out: set[YamlPath] = set()
    for _ in range(2):  # the rest of an entry may lack a required key; the second round leaves the entry out
        try:
            return model.model_validate(_without(data, left_out)), left_out
        except ValidationError as error:
            paths = _wrong_paths(data, error)
            left_out = left_out | paths if not left_out else {path[:2] for path in left_out | paths}
    return None, left_out


def _wrong_paths(data: Section, error: ValidationError) -> set[YamlPath]:
    """Return where the mistakes are. A missing key counts as its section."""
    return {_typed_path(data, mistake["loc"]) for mistake in error.errors(include_url=False)}


def _typed_path(data: Any, path: YamlPath) -> YamlPath:
    """Return the part of a pydantic location that exists in the file."""
    typed: list[str | int] = []
    for step in path:
        inside = (
            step in data if isinstance(data, Section) else isinstance(data, list) and step in range(len(data))
        )
        if inside:
            data = data[step]
            typed.append(step)
    return tuple(typed)


def _without(data: Any, wrong: set[YamlPath]) -> Any:
    """Return sections and lists without what is at these paths."""
    below: dict[str | int, set[YamlPath]] = {}
    for path in filter(None, wrong):
        below.setdefault(path[0], set()).add(path[1:])
    entries = data.items() if isinstance(data, Mapping) else enumerate(data)
    kept = {
        key: _without(value, below[key]) if key in below else value
        for key, value in entries
        if () not in below.get(key, ())
    }
    return kept if isinstance(data, Mapping) else list(kept.values())


def kind_problem(data: Section, file: str, node: str) -> Problem | None:
    """Return what is wrong with a node whose keys name no kind, or more than one."""
    if outside := _node_inside(data):
        what = f"`{outside}` is no key of a node"
        remedy = f"if it is a node, write it in the column of `{node}`"
        return Problem(file, *data.keys_at[outside], node, what, remedy)
    kinds = [kind for kind in KINDS if kind in data and kind != "say"]
    if kinds == ["run", "text"]:
        kinds = ["run"]  # `text` has the words of the message that the action sends
    if len(kinds) > 1:
        first, second = kinds[:2]
        what = f"a node is one step, and this one has `{first}` and `{second}`"
        return Problem(file, *data.keys_at[second], node, what, f"make `{second}` a node of its own")
    if kinds:
        return None
    for key in itertools.islice((key for key in data if key not in NODE_KEYS), _KEYS_OF_A_NODE):
        if no_space := NO_SPACE.fullmatch(key):
            what = "a space is missing after the colon"
            return Problem(file, *data.keys_at[key], node, what, f"write `{no_space[1]}: …`")
        guess = _misspelt_kind(key)
        if guess:
            what = f"{shown(key)} is no kind of node"
            return Problem(file, *data.keys_at[key], node, what, f"did you mean `{guess}`?")
    if "say" in data:
        return None
    return Problem(file, *place(data), node, "nothing says what kind of node this is", one_of(KINDS))


_KEYS_OF_A_NODE = 50
"""Keys that are looked at in search of a slip. No node has half of them."""


def _node_inside(data: Section) -> str | None:
    """Return the key of a node that is indented too far, so that it stands inside the node before it."""
    names: list[str] = [*itertools.islice(data, _KEYS_OF_A_NODE), ""]
    for key, after in itertools.pairwise(names):
        if key in NODE_KEYS or key_meant(key, NODE_KEYS) or data.keys_at[key].line == data.mark.line:
            continue
        if isinstance(data[key], Section) and data[key].keys() & KINDS.keys():
            return key
        if after and is_missing(data[key]) and data.keys_at[after].column == data.keys_at[key].column:
            return key
    return None


def _misspelt_kind(key: str) -> str | None:
    """Return the kind that an unknown key means: the nearest of all names, or one with a single slip."""
    guess = key_meant(key, NODE_KEYS)
    if guess in KINDS:
        return guess
    if key in ELSEWHERE:
        return None
    return next((kind for kind in KINDS if OSA.distance(key, kind) == 1), None)


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys of a section as an editor types them, with their descriptions."""
    describe(model)
    return {field.alias or name: field for name, field in model.model_fields.items()}


NODE_KEYS = {
    field.alias or name: None for model in KINDS.values() for name, field in model.model_fields.items()
}


# --- pydantic's errors in an editor's words


def _mistakes(
    model: type[BaseModel], data: Any, error: ValidationError, file: str, node: str, *, private: bool = False
) -> Iterator[Problem]:
    mistakes = error.errors(include_url=False)
    more = len(mistakes) > MAX_PROBLEMS
    mistakes = mistakes[: MAX_PROBLEMS + 1]
    misspelt = {mistake["loc"]: _meant(model, mistake) for mistake in mistakes}
    meant = {(*path[:-1], key) for path, key in misspelt.items() if key}
    for mistake in mistakes:
        path, typed = mistake["loc"], mistake["input"]
        if mistake["type"] == "missing" and path in meant:
            continue  # the key is there, but misspelt
        if mistake["type"] != "missing" and is_missing(typed):
            continue  # the reader has reported the missing value
        value = "what stands here" if private else shown(typed)
        yield Problem(file, *place(data, *path), node, *_explain(model, mistake, value))
    if more:
        yield more_problems(file)


def _meant(model: type[BaseModel], mistake: Any) -> str | None:
    if mistake["type"] != "extra_forbidden":
        return None
    keys, beside = _keys_at(model, mistake["loc"])
    key = str(keys[-1])
    last = key.rpartition(" ")[2]
    return last if last in beside else key_meant(key, beside)


def _explain(model: type[BaseModel], mistake: Any, value: str) -> tuple[str, str]:
    """Return what is wrong and what to write instead. ``value`` is how a message may show what was typed."""
    kind, typed = mistake["type"], mistake["input"]
    context = mistake.get("ctx", {})
    keys, beside = _keys_at(model, mistake["loc"])
    key = next((each for each in reversed(keys) if isinstance(each, str)), "")
    match kind:
        case "value":
            return context["what"], context["remedy"]
        case "of_key":
            return f"{shown(key)} {context['what']}", context["remedy"]
        case "missing":
            return f"`{key}` is missing", f"add `{key}:`{_meaning(beside, key)}"
        case "extra_forbidden" if (words := key.rpartition(" "))[2] in beside:
            what = f"{shown(key)} is not known here"
            return what, f"write `…: {words[0]}, {words[2]}: …`, or put quotes around the whole text"
        case "extra_forbidden":
            meant = key_meant(key, beside)
            return f"{shown(key)} is not known here", f"did you mean `{meant}`?" if meant else one_of(beside)
        case "literal_error":
            return _not_one_of(keys, typed, value, context["expected"])
        case "union_tag_invalid":
            return f"`{key}` cannot be {value}", "write " + " or ".join(_quoted(context["expected_tags"]))
        case "string_type" if isinstance(typed, Section) and list(typed) == ["go"]:
            return f"`{key}` must be a text", f"write `{key}: {typed['go']}`"
        case "string_type" if key == "holidays" and "closed_on" in beside:
            return "`holidays` must be a country, such as `CN`", "write dates under `closed_on:`"
        case "string_type" if isinstance(typed, list) and keys[0] == "variables":
            return f"`{key}` must be a text", f'write one text, such as `"{", ".join(map(str, typed))}"`'
        case "string_type":
            return f"`{key}` must be a text", "put quotes around the text, or check the indentation"
        case "model_type" if (
            isinstance(typed, Scalar) and "go" in _keys_at(model, (*mistake["loc"], "go"))[1]
        ):
            return f"`{key}` must say where it leads by `go:`", f'write `"{key}": {{go: {typed}}}`'
        case "model_type" | "dict_type" | "model_attributes_type":
            what = f"`{key}`" if key else "this entry"
            return f"{what} must be a section with keys of its own", "write its keys below it, indented"
        case "list_type":
            return f"`{key}` must be a list", "write `[one, two]`, or lines that begin with `- `"
        case "too_short" | "too_long":
            few = "too few" if kind == "too_short" else "too many"
            return f"`{key}` has {few} entries", _bound(context)
        case "string_pattern_mismatch":
            return f"{value} does not suit `{key}`", f"see what it is{_meaning(beside, key)}"
    remedy = next((words.format(**context) for part, words in _WRITE.items() if kind.startswith(part)), "")
    if not remedy and context.keys() & _BOUNDS.keys():
        remedy = _bound(context)
    return f"`{key}` cannot be {value}", remedy or f"see what it is{_meaning(beside, key)}"


_WRITE = {
    "int_": "write a whole number",
    "float_": "write a number, such as `1.5`",
    "decimal_max_places": "write at most {decimal_places} decimals",
    "decimal_max_digits": "write a smaller number",
    "decimal_whole_digits": "write a smaller number",
    "decimal_": "write a number, such as `1.50`",
    "date_": "write a day, such as `2026-11-30`",
}
"""The remedy, by the beginning of pydantic's name for a mistake."""


def _not_one_of(keys: list[str | int], typed: Any, value: str, expected: str) -> tuple[str, str]:
    possible = _quoted(expected)
    if keys[-1] == "[key]":
        return f"{value} is no key of `{keys[-3]}`", did_you_mean(str(typed), possible)
    remedy = did_you_mean(typed, possible) if isinstance(typed, str) else one_of(possible)
    return f"`{keys[-1]}` cannot be {value}", remedy


def _quoted(words: str) -> list[str]:
    return re.findall(r"'([^']*)'", words)


_BOUNDS = {"ge": "at least", "le": "at most", "min_length": "at least", "max_length": "at most"}


def _bound(context: Mapping[str, Any]) -> str:
    return next(f"write {words} {context[bound]}" for bound, words in _BOUNDS.items() if bound in context)


def _meaning(beside: Mapping[str, FieldInfo], key: str) -> str:
    """Return the first sentence of a key's description, in brackets."""
    field = beside.get(key)
    if field is None or not field.description:
        return ""
    first = " ".join(field.description.split()).split(". ")[0].rstrip(".")
    return f" ({first[:1].lower()}{first[1:]})"


# --- following a path through the declarations


def _keys_at(model: type[BaseModel], path: YamlPath) -> tuple[list[str | int], dict[str, FieldInfo]]:
    """Return the keys of a pydantic location without the branches of unions, and the keys that its last section has."""
    found = list(_alternatives(model))
    keys: list[str | int] = []
    above = found
    for step in path:
        branch = [("", kind) for tag, kind in found if tag and tag == step]
        if branch:
            found = branch
            continue
        keys.append(step)
        above, found = found, [each for _, kind in found for each in _below(kind, step)]
    beside: dict[str, FieldInfo] = {}
    for _, kind in above:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            beside.update(keys_of(kind))
    return keys, beside


def _below(kind: Any, step: str | int) -> Iterator[tuple[str, Any]]:
    """Yield what a type may have under a key or at a position."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = keys_of(kind).get(str(step))
        if field:
            yield from _alternatives(field.annotation)
    elif get_origin(kind) in (dict, list):
        yield from _alternatives(get_args(kind)[-1])


def _alternatives(annotation: Any, tag: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the types that an annotation allows, each with the tag of its branch."""
    if get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        tag = next((note.tag for note in notes if isinstance(note, Tag)), tag)
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        annotation = annotation.model_fields["root"].annotation
    if get_origin(annotation) in (Union, UnionType):
        for each in get_args(annotation):
            yield from _alternatives(each, tag)
    else:
        yield tag, annotation
