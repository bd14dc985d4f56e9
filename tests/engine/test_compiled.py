"""The engine evaluates everything that a menu asks it to: no condition and no value is written in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from ivr.explore.prover import prove
from ivr.menu.language.markers import Role
from ivr.menu.language.nodes import KINDS
from ivr.menu.language.walk import roles_of, walk
from ivr.menu.tree import Tree
from tests.support.brute import brute
from tests.support.engine_call import tree_of

EVERY_PLACE = """
    main:
      tries: 1
      menu: {"1": {for: who you are, go: proof}, "2": {for: the day, go: day}, "3": {for: a message, go: message}}
    proof: {run: prove, with: {tail: '1234'}, outcomes: {ok: main, mismatch: main, unavailable: main}}
    day: {set: {day: known}, then: which}
    which: {choose: [{if: withheld, go: main}, {if: day == 'known', go: main}], else: bye}
    message: {text: Hello., to: '+8613800138000', then: main, unable: main, rationed: main}
    agent: {say: Connecting., transfer: service, reason: about something}
"""
"""A hotline that has every condition and every value that a node may have."""


@dataclass(repr=False, eq=False)
class Watched(Mapping[Any, Any]):
    """A mapping that notes what is looked up in it."""

    given: Mapping[Any, Any]
    looked_up: set[Any] = field(default_factory=set)

    def __getitem__(self, key: Any) -> Any:
        self.looked_up.add(key)
        return self.given[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)


@pytest.fixture(scope="module")
def tree() -> Tree:
    """Return its tree."""
    return tree_of(EVERY_PLACE, 'anywhere: {"0": agent}')


def fields_of(model: type[BaseModel], *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the fields of a section that are a condition or a value, also those of the sections in it."""
    for name, info in model.model_fields.items():
        here = (*names, info.alias or name)
        if roles_of(model).get(name) in {Role.condition, Role.value}:
            yield here
        for inner in sections_in(info.annotation):
            yield from fields_of(inner, *here)


def sections_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the sections that a field of this type holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from sections_in(part)


def test_the_example_has_every_condition_and_value(tree: Tree) -> None:
    """A new one is written into the example too, or the next test would not see it."""
    declared = {(kind, *path) for kind, model in KINDS.items() for path in fields_of(model)}
    assert ("choose", "choose", "if") in declared
    written = {
        (node.kind, *(part for part in each.path if isinstance(part, str)))
        for node in tree.nodes.values()
        for each in walk(node, {Role.condition, Role.value})
    }
    missing = {path for path in declared if not any(covers(path, each) for each in written)}
    assert not missing


def covers(declared: tuple[str, ...], written: tuple[str, ...]) -> bool:
    """Say whether these are the names of one field: what is written has keys of mappings in between."""
    rest = iter(written)
    return all(name in rest for name in declared)


def test_every_condition_and_value_is_evaluated(tree: Tree) -> None:
    """Among all calls that there can be, one looks at each."""
    conditions = {name: Watched(found) for name, found in tree.conditions.items()}
    values = {name: Watched(found) for name, found in tree.values.items()}
    brute(replace(tree, conditions=conditions, values=values))
    watched = [*conditions.items(), *values.items()]
    ignored = [(name, place) for name, found in watched for place in found if place not in found.looked_up]
    assert not ignored, "the engine never looks at these"


def test_only_what_is_taken_is_offered(tree: Tree) -> None:
    """A condition that hides a key hides its words too. Nothing else of this hotline is proved."""
    assert [each.what for each in prove(tree).findings if each.proof in {"P10", "P12"}] == []
