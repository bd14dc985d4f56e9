"""What all sections of YAML have in common."""

from __future__ import annotations

from collections.abc import Mapping
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

    The text below a field is its description, for the reference page and the JSON Schema.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


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
