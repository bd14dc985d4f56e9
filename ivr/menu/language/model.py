"""What all sections of YAML have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Tag

T = TypeVar("T")

YamlPath = tuple[str | int, ...]
"""The place of something in a section: the keys and list positions that lead to it."""


class Model(BaseModel):
    """A section of YAML. It is frozen, and an unknown key in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


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
