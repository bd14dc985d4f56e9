"""From sections of YAML to declared models, with every mistake as a problem in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ivr.menu import nodes
from ivr.menu.problems import Problem, did_you_mean, nearest
from ivr.menu.reader import Section, place

M = TypeVar("M", bound=BaseModel)

_INSIDE: Mapping[str, type[BaseModel]] = {
    "menu": nodes.Option,
    "choose": nodes.Case,
    "desks": nodes.Desk,
    "limits": nodes.Limits,
    "phrases": nodes.Phrases,
    "anywhere": nodes.Anywhere,
    "say": nodes.Recorded,
    "end": nodes.Recorded,
    "noinput": nodes.Recorded,
    "nomatch": nodes.Recorded,
}
"""The model inside a key, to name the nearest of its keys."""

_INSIDE_WORDS: Mapping[str, type[BaseModel]] = {
    "phrases": nodes.Phrases,
    "anywhere": nodes.OptionWords,
    "menu": nodes.OptionWords,
    "nodes": nodes.NodeWords,
}

_REMEDIES: Mapping[str, str] = {
    "flag": "write `true` or `false`",
    "cut": "put quotes around the text, and comments on a line of their own",
    "silent": "write what is said",
    "key": "use 0 to 9, `*` or `#`",
    "one_key": "use one of 0 to 9, `*` or `#`",
    "name": "use small letters, digits and `_`, beginning with a letter, such as `main_menu`",
    "reserved": "choose another name",
    "number": "write it like `+8657100000000` or `sip:desk@example.com`",
    "hours": "write it like `08:30-21:00`, or `closed`",
    "days": "write it like `mon-fri` or `sat`",
    "length": "write it like `6` or `4-8`",
    "range": "write it like `1-50000`",
}
_NOT_A_TEXT = "put quotes around the text, or check the indentation"


def declare(model: type[M], data: Section, file: str, node: str, problems: list[Problem]) -> M | None:
    """Return the model of a section, or None with its mistakes added to ``problems``."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            path = mistake["loc"]
            what, remedy = _explain(model, mistake)
            problems.append(Problem(file, *place_of(data, path), node, what, remedy))
        return None


def place_of(data: Any, path: Iterable[Any]) -> tuple[int, int]:
    """Return line and column of a pydantic location; its parts that are no keys of the file are passed over."""
    at = place(data)
    for step in path:
        if isinstance(data, Section) and step in data:
            at, data = data.keys_at[step], data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
            at = getattr(data, "mark", at)
    return at.line, at.column


def kind_problem(data: Section, file: str, node: str) -> Problem | None:
    """Return what is wrong with a node whose keys name no kind, or more than one."""
    kinds = [kind for kind in nodes.KINDS if kind in data and kind != "say"]
    if len(kinds) > 1:
        first, second = kinds[:2]
        what = f"a node is one step, and this one has `{first}` and `{second}`"
        return Problem(file, *data.keys_at[second], node, what, f"make `{second}` a node of its own")
    if kinds or "say" in data:
        return None
    for key in data:
        guess = nearest(key, nodes.KINDS)
        if guess:
            return Problem(
                file, *data.keys_at[key], node, f"`{key}` is no kind of node", f"did you mean `{guess}`?"
            )
    kinds_known = ", ".join(f"`{kind}`" for kind in nodes.KINDS)
    return Problem(
        file, *place(data), node, "the node says of no kind what it is", f"give it one of {kinds_known}"
    )


def _explain(model: type[BaseModel], mistake: Any) -> tuple[str, str]:
    kind, path, typed = mistake["type"], mistake["loc"], mistake["input"]
    key = next((str(part) for part in reversed(path) if isinstance(part, str) and not _is_branch(part)), "")
    context = mistake.get("ctx", {})
    if kind in _REMEDIES:
        return f"`{key}`: {mistake['msg']}" if kind in {"flag", "cut", "silent"} else mistake[
            "msg"
        ], _REMEDIES[kind]
    match kind:
        case "missing":
            return f"`{key}` is missing", f"add `{key}:`{_described(model, path)}"
        case "extra_forbidden":
            return f"`{key}` is not known here", did_you_mean(key, _keys_beside(model, path))
        case "literal_error":
            possible = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            return f"`{key}` cannot be `{typed}`", did_you_mean(str(typed), possible)
        case "string_type" | "union_tag_invalid":
            return f"`{key}` must be a text", _NOT_A_TEXT
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"`{key}` must be a section with keys of its own", "write its keys below it, indented"
        case "list_type":
            return f"`{key}` must be a list", "write `[one, two]`, or lines that begin with `- `"
        case "string_pattern_mismatch":
            return f"`{typed}` does not suit `{key}`", f"see what `{key}` is{_described(model, path)}"
    if "int" in kind or "than" in kind:
        return f"`{key}`: `{typed}` is not possible", mistake["msg"][0].lower() + mistake["msg"][1:].replace(
            "Input should be", "write"
        )
    if "too_short" in kind or "too_long" in kind:
        return f"`{key}` has {'too few' if 'short' in kind else 'too many'} entries", _lower(mistake["msg"])
    return f"`{key}`: {_lower(mistake['msg'])}", "see the reference of node kinds"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _is_branch(part: str) -> bool:
    """Say whether a part of a pydantic location is its own and no key of the file."""
    return part in {"a text", "a list", "a section", "[key]"}


def _keys_beside(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """Return the keys that may stand where the last one of ``path`` does."""
    above = [part for part in path[:-1] if isinstance(part, str) and not _is_branch(part)]
    inside = next((_inside(model, part) for part in reversed(above) if _inside(model, part)), None)
    return keys_of(inside or model)


def _inside(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    return (_INSIDE_WORDS if issubclass(model, nodes.WordsFile) else _INSIDE).get(key)


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys of a section as an editor types them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _described(model: type[BaseModel], path: tuple[Any, ...]) -> str:
    if len(path) != 1:
        return ""
    for name, field in model.model_fields.items():
        if (field.alias or name) == path[0] and field.description:
            return f" ({_lower(field.description).split('. ')[0].rstrip('.')})"
    return ""
