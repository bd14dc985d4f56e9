"""Reads a data file that people write in YAML into declared types.

Every scalar stays text until the declaration says what it is, so that ``+86…`` keeps its plus and ``0123`` its nought.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

T = TypeVar("T")


class BadFile(Exception):
    """A data file cannot be used. Its text says where and what to write instead, one problem a line."""


def parse(path: Path, content: bytes, declared: TypeAdapter[T]) -> T:
    """Return what ``content`` says, as the declared type; ``path`` only names the file in problems.

    Raises :class:`BadFile` with all that is wrong. A value of the file is never repeated in it: it may be private.
    """
    try:
        root, data = _read(content)
    except UnicodeDecodeError as error:
        raise BadFile(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        raise BadFile(f"{path}{_place(error.problem_mark)}: is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise BadFile(f"{path}: holds a character that YAML does not allow; remove it") from error
    try:
        return declared.validate_python(data)
    except ValidationError as error:
        problems = [_problem(path, root, detail) for detail in error.errors()]
        # The cause would print the values.
        raise BadFile("\n".join(problems)) from None


@functools.lru_cache(maxsize=8)
def _read(content: bytes) -> tuple[yaml.Node | None, Any]:
    """Return the nodes of a file, which have places, and their data. Kept, because each written call opens the same."""
    loader = _Loader(content.decode("utf-8"))
    root = loader.get_single_node()
    return root, None if root is None else loader.construct_document(root)


class _Loader(yaml.BaseLoader):
    """YAML whose scalars are text and whose keys are written once."""

    def construct_scalar(self, node: yaml.ScalarNode) -> Any:
        value = super().construct_scalar(node)
        if any("\ud800" <= character <= "\udfff" for character in value):
            problem = "half of a character, written as an escape; write the character itself"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        seen = set[str]()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                problem = f"{name!r} is written twice; keep one"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def _problem(path: Path, root: yaml.Node | None, detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            what = "is missing; write it"
        case "unexpected_keyword_argument":
            what = "is not known here; correct its spelling or remove it"
        case _:
            what = detail["msg"].removeprefix("Value error, ")
    where = detail["loc"]
    return f"{path}{_place(_mark(root, where))}: {'.'.join(map(str, where)) or 'the file'}: {what}"


def _mark(node: yaml.Node | None, where: Sequence[int | str]) -> yaml.Mark | None:
    """Return the position of the deepest part of ``where`` that the file has."""
    mark = None
    for step in (None, *where):
        match node, step:
            case _, None:
                pass
            case yaml.MappingNode(), str():
                node = next((value for key, value in node.value if key.value == step), None)
            case yaml.SequenceNode(), int():
                node = node.value[step]
            case _:
                break
        if node is None:
            break
        mark = node.start_mark
    return mark


def _place(mark: yaml.Mark | None) -> str:
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""
