"""What all sections of YAML have in common."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Tag, TypeAdapter

T = TypeVar("T")

YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The quicker loader, where it is there."""

YamlPath = tuple[str | int, ...]
"""The place of something in a section: the keys and list positions that lead to it."""


class Model(BaseModel):
    """A section of YAML. It is frozen, and an unknown key in it is a mistake.

    The text below a field is its description, for the reference page and the JSON Schema: see :func:`describe`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


@cache
def describe(model: type[BaseModel]) -> None:
    """Give the fields of a section the texts below them as descriptions.

    pydantic can do so when it makes the class, but then every command would wait a tenth of a second for it.
    """
    below = {name: text for each in reversed(model.__mro__) for name, text in _texts_below(each)}
    for name, field in model.model_fields.items():
        field.description = field.description or below.get(name)


def _texts_below(model: type) -> Iterator[tuple[str, str]]:
    if not issubclass(model, Model):
        return
    try:
        source = inspect.getsource(model)
    except (OSError, TypeError):  # it is installed without its sources
        return
    [declared] = ast.parse(textwrap.dedent(source)).body
    assert isinstance(declared, ast.ClassDef)
    for field, text in pairwise(declared.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, inspect.cleandoc(words)


def shape(value: Any) -> str:
    """Return which branch of a union was typed, so that a mistake is reported once and not once per branch."""
    if isinstance(value, Mapping | BaseModel):
        return "a section"
    return "a list" if isinstance(value, list) else "a text"


AsText = Annotated[T, Tag("a text")]
AsSection = Annotated[T, Tag("a section")]
AsList = Annotated[T, Tag("a list")]
ByShape = Annotated[T, Discriminator(shape)]
"""A union such as ``ByShape[AsText[Name] | AsSection[Option]]``, in which the shape of a value chooses the branch."""


def read_table(kind: type[T], path: Path) -> T:
    """Return a table of the program's own, which is a YAML file beside its module."""
    return TypeAdapter(kind).validate_python(yaml.load(path.read_text(encoding="utf-8"), Loader=YamlLoader))  # noqa: S506 - a safe one
