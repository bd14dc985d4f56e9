"""Walks through a section of a menu and yields its marked texts. A section is a node, a desk, or the words of a language."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ivr.menu.language.markers import Role
from ivr.menu.language.model import YamlPath
from ivr.menu.language.words import RecordedWords, wordings


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text, its place in the section, and its role."""

    path: YamlPath
    wording: str | RecordedWords
    role: Role

    @property
    def text(self) -> str:
        """The text. For a recording, these are its words."""
        return self.wording.text if isinstance(self.wording, RecordedWords) else self.wording


def walk(section: BaseModel, roles: Collection[Role], path: YamlPath = ()) -> Iterator[MarkedText]:
    """Yield the texts of a section that have one of these roles, in the order of the fields."""
    for name, key, role in _fields_to_walk(type(section), frozenset(roles)):
        value = getattr(section, name)
        if value is not None:
            yield from _inside(value, role, roles, (*path, key))


@functools.cache
def _fields_to_walk(
    model: type[BaseModel], roles: frozenset[Role]
) -> tuple[tuple[str, str, Role | None], ...]:
    """Return the fields of a section in which such a text may stand: its name, its key and its own role."""
    own = roles_of(model)
    return tuple(
        (name, field.alias or name, own.get(name))
        for name, field in model.model_fields.items()
        if own.get(name) in roles
        or any(_fields_to_walk(inner, roles) for inner in _models_in((field.annotation,)))
    )


def _models_in(parts: Collection[Any]) -> Iterator[type[BaseModel]]:
    """Yield the sections in a type such as ``dict[Key, Option]``."""
    for part in parts:
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
        yield from _models_in(get_args(part))


def _inside(value: Any, role: Role | None, roles: Collection[Role], path: YamlPath) -> Iterator[MarkedText]:
    if role is Role.spoken:
        if role in roles:
            yield from (MarkedText(path, wording, role) for wording in wordings(value))
    elif isinstance(value, BaseModel):
        yield from walk(value, roles, path)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _inside(each, role, roles, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _inside(each, role, roles, (*path, number))
    elif role is not None and role in roles:
        yield MarkedText(path, value, role)


@functools.cache
def roles_of(model: type[BaseModel]) -> Mapping[str, Role]:
    """Return the role of each marked field of a section, by the field's name."""
    found = {name: role_of(field) for name, field in model.model_fields.items()}
    return {name: role for name, role in found.items() if role is not None}


def role_of(field: FieldInfo) -> Role | None:
    return _role_in((field.annotation, *field.metadata))


def fields_with(model: type[BaseModel], roles: Collection[Role]) -> dict[str, str]:
    """Return the fields of a section that have one of these roles, as the field's name by the key that an editor types."""
    marked = roles_of(model)
    return {
        field.alias or name: name
        for name, field in model.model_fields.items()
        if name in marked and marked[name] in roles
    }


def _role_in(parts: Collection[Any]) -> Role | None:
    """Return the role in a type such as ``dict[Name, Annotated[str, Role.target]]``, or None."""
    for part in parts:
        role = part if isinstance(part, Role) else _role_in(get_args(part))
        if role is not None:
            return role
    return None
