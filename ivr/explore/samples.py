"""The values that a walk tries: what actions may tell, and what callers may type.

A menu can tell values apart only by what it does with them. If it asks `age >= 65`, then 64, 65 and 66 are enough; if it
only says a name, any name is. So the values are read from the menu itself, also for actions that somebody else's service
does.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from jinja2 import nodes

from ivr.explore.sources import as_template, conditions_of, names_in, parsed, templates_of
from ivr.menu.language.contract import Outcome
from ivr.menu.language.markers import Role
from ivr.menu.language.nodes import AskNode, SetNode, TextNode
from ivr.menu.language.walk import walk
from ivr.menu.speech.filters import FILTERS
from ivr.menu.tree import Tree

ACCOUNT, OTHER_ACCOUNT = "+8613800138000", "+8613800138001"
"""The account that an action finds, and another one."""
SOMETHING = "something"
"""The value of a variable that is only said."""
MOST_TOGETHER = 64
"""The most combinations of the values of one outcome. If there are more, each value is tried once, with the first of the
others."""

MOST_WORDS = 8
"""The most words of a variable's text that are tried. Conditions look for any of them in the same way."""


@dataclass(slots=True)
class _Use:
    """How a menu uses one variable."""

    compared: list[Any] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    attributes: bool = False
    as_truth: bool = False
    as_language: bool = False
    words: list[str] = field(default_factory=list)
    """Numbers and words within the texts of the variables that it is compared with."""
    with_others: bool = False
    """Whether it is compared with another variable, or with a fact."""
    as_number: bool = False
    """Whether a message goes there."""
    otherwise: bool = False
    """Whether a condition or a `set` uses it in a way that is none of these."""


@dataclass(slots=True)
class Samples:
    """The values that a menu's variables are tried with."""

    tree: Tree
    uses: dict[str, _Use] = field(default_factory=dict)
    worked_with: frozenset[str] = frozenset()
    """The variables with which some template does more than say them, so that it may fail with one value and not with
    another. It matters of what a `set`, a caller or the menu itself brings; what an action tells is of one kind."""
    _values: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    _kinds: dict[tuple[str, type, Any], Hashable] = field(default_factory=dict)
    _plain_texts: Collection[tuple[str, Any]] = ()
    """The values that survive a change of the account, of variables that an action or a caller may set too."""

    def __post_init__(self) -> None:
        """Read the menu's templates and conditions."""
        brought = {
            name
            for contract in self.tree.contracts.values()
            for each in contract.all_outcomes().values()
            for name in each.tells
        }
        brought |= {
            node.variable(name) for name, node in self.tree.nodes.items() if isinstance(node, AskNode)
        }
        self._plain_texts = [each for each in self.tree.plain if each[0] in brought]
        for name, node in self.tree.nodes.items():
            conditions = {as_template(each) for each in conditions_of(self.tree, name)}
            for source in templates_of(self.tree, name):
                self._read(parsed(source), truth=source in conditions)
            if isinstance(node, SetNode):
                for each in (each for text in walk(node, {Role.value}) for each in names_in(text.text)):
                    self._use(each).otherwise = True
                for each in names_in(str(node.set.get("language", ""))):
                    self._use(each).as_language = True
            elif isinstance(node, TextNode):
                for each in names_in(node.to or ""):
                    self._use(each).as_number = self._use(each).otherwise = True
        self.worked_with = self._worked_with()
        for name in self.worked_with:
            self._use(name).otherwise = True

    def values(self, name: str) -> tuple[Any, ...]:
        """Return the values that a variable must be tried with; the first is the plainest."""
        if name not in self._values:
            self._values[name] = self._values_of(name)
        return self._values[name]

    def _values_of(self, name: str) -> tuple[Any, ...]:
        use = self.uses.get(name)
        if use is None:
            return (SOMETHING,)
        if use.as_language:
            return (*self.tree.languages, "")
        found = [each for constant in use.compared for each in _around(constant)]
        if use.as_truth:
            found += [False, True]
        if use.attributes and not found:
            found.append(date(2026, 11, 24))
        examples = (FILTERS[name].example for name in use.filters if name in FILTERS)
        said = next((each for each in examples if each is not None), None)
        if said is not None and not any(type(said) is type(each) for each in found):
            found.insert(0, said)
        if use.with_others:
            found = [each for value in found or [1] for each in (value, *_beside(value))]
        found += use.words
        if use.as_number:
            found.insert(0, ACCOUNT)
            found.append(SOMETHING)
        return tuple(_different(found)) or (SOMETHING,)

    def kind(self, name: str, value: Any) -> Hashable:
        """Return what a menu can find out about a value by comparing it. If it does more with the value, that is the value itself."""
        found = self._kinds.get((name, type(value), value)) if isinstance(value, str | bool | int) else None
        if found is None:
            use = self.uses.get(name)
            if use is None or use.otherwise or use.as_language or use.attributes:
                return repr(value)
            found = (
                bool(value),
                (name, value) in self._plain_texts,
                *(_compared(value, constant) for constant in use.compared),
            )
            if isinstance(value, str | bool | int):
                self._kinds[name, type(value), value] = found
        return found

    def typed(self, name: str, text: str) -> Any:
        """Return the value that a text means: one of those that are tried, or else the text itself."""
        values = self.values(name)
        return next((value for value in values if as_text(value) == text), _like(values[0], text))

    def results(self, outcome: Outcome) -> list[dict[str, Any]]:
        """Return the variables that an outcome sets, with every combination of values that matters."""
        tried = {name: self.values(name) for name in outcome.tells}
        if math.prod(map(len, tried.values())) <= MOST_TOGETHER:
            return [dict(zip(tried, values, strict=True)) for values in itertools.product(*tried.values())]
        first = {name: values[0] for name, values in tried.items()}
        return [first, *({**first, name: value} for name, values in tried.items() for value in values[1:])]

    def secrets(self, outcome: Outcome) -> dict[str, str]:
        """Return what only the message of an outcome may tell."""
        return {
            name: f"{SECRET_CODE}" if name == "code" else f"secret-{name}-{SECRET_CODE}"
            for name in outcome.texts or ()
        }

    def _worked_with(self) -> frozenset[str]:
        brought = {*self.tree.variables}
        for name, node in self.tree.nodes.items():
            brought |= node.sets(name)
        sources = (source for name in self.tree.nodes for source in templates_of(self.tree, name))
        return frozenset[str]().union(*map(_worked_with, sources)) & brought

    def _use(self, name: str) -> _Use:
        return self.uses.setdefault(name, _Use())

    def _read(self, parsed: nodes.Template, *, truth: bool) -> None:
        for compared in parsed.find_all(nodes.Compare):
            self._compare([compared.expr, *(operand.expr for operand in compared.ops)])
        for filtered in parsed.find_all(nodes.Filter):
            name = _one_name(filtered.node)
            if name:
                self._use(name).filters.append(filtered.name)
        for reached in parsed.find_all((nodes.Getattr, nodes.Getitem)):
            assert isinstance(reached, nodes.Getattr | nodes.Getitem)
            if isinstance(reached.node, nodes.Name):
                self._use(reached.node.name).attributes = True
        for branch in parsed.find_all((nodes.CondExpr, nodes.If)):
            assert isinstance(branch, nodes.CondExpr | nodes.If)
            self._test(branch.test)
        if truth:
            for name in _names_used_otherwise(parsed):
                self._use(name).otherwise = True
            for output in parsed.find_all(nodes.Output):
                for each in output.nodes:
                    self._test(each)
        for name in _names(parsed):
            self._use(name)

    def _test(self, test: nodes.Node) -> None:
        """Note the variables whose truth decides."""
        match test:
            case nodes.Name():
                self._use(test.name).as_truth = True
            case nodes.Not():
                self._test(test.node)
            case nodes.And() | nodes.Or():
                self._test(test.left)
                self._test(test.right)
            case nodes.Filter(name="default") if test.node is not None:
                self._test(test.node)

    def _compare(self, operands: Iterable[nodes.Node]) -> None:
        operands = list(operands)
        constants = [value for each in operands for value in _constants(each)]
        names = {name for each in operands for name in _names(each)}
        for name in names:
            self._use(name).compared += constants
            self._use(name).with_others |= len(names) > 1
            self._use(name).words += (word for other in names - {name} for word in self._words_of(other))

    def _words_of(self, variable: str) -> list[str]:
        """Return some words of what a variable holds at first, or is set to: `1042` of `1042, 1057`."""
        texts = [
            self.tree.variables.get(variable, ""),
            *(text for name, text in self.tree.plain if name == variable),
        ]
        words = (word for text in sorted(texts) for word in re.split(r"[\s,;，；、'\"]+", text) if word)
        return list(itertools.islice(words, MOST_WORDS))


SECRET_CODE = "739158"  # noqa: S105 - invented, to be looked for
"""The secret that a proof types and sends, so that it can look for it everywhere."""


@functools.lru_cache(maxsize=8192)
def _worked_with(source: str) -> frozenset[str]:
    """Return the variables that a template passes through a filter or a test, or calculates with."""
    work = (nodes.Filter, nodes.Test, nodes.BinExpr, nodes.Getattr, nodes.Getitem, nodes.Call, nodes.Operand)
    harmless = {"default", "defined", "undefined"}
    return frozenset(
        name.name
        for found in parsed(source).find_all(work)
        if getattr(found, "name", "") not in harmless
        and getattr(found, "op", "lt") not in {"eq", "ne", "in", "notin"}
        and not isinstance(found, nodes.And | nodes.Or)
        for name in found.find_all(nodes.Name)
    )


def _names(parsed: nodes.Node) -> Iterator[str]:
    if isinstance(parsed, nodes.Name):
        yield parsed.name
    yield from (name.name for name in parsed.find_all(nodes.Name))


def _one_name(node: nodes.Node | None) -> str:
    """Return the variable that a filter is applied to, also through another filter."""
    while isinstance(node, nodes.Filter):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""


def _names_used_otherwise(parsed: nodes.Node) -> set[str]:
    """Return the variables of a condition of which more matters than whether they hold, or how they compare with constants."""
    match parsed:
        case nodes.Name():
            return set()
        case nodes.Compare():
            operands = [parsed.expr, *(operand.expr for operand in parsed.ops)]
            plain = all(isinstance(each, nodes.Name) or _is_constant(each) for each in operands)
            inside = any(operand.op in {"in", "notin"} for operand in parsed.ops) and not (
                isinstance(parsed.expr, nodes.Name) and isinstance(operands[-1], nodes.List | nodes.Tuple)
            )
            names = set(_names(parsed))
            return names if inside or not plain or len(names) > 1 else set()
        case nodes.Template() | nodes.Output() | nodes.And() | nodes.Or() | nodes.Not():
            return {name for each in parsed.iter_child_nodes() for name in _names_used_otherwise(each)}
    return set(_names(parsed))


def _is_constant(node: nodes.Node) -> bool:
    if isinstance(node, nodes.List | nodes.Tuple):
        return all(map(_is_constant, node.items))
    return isinstance(node, nodes.Const)


def _constants(node: nodes.Node) -> Iterator[Any]:
    match node:
        case nodes.Const():
            yield node.value
        case nodes.List() | nodes.Tuple():
            for item in node.items:
                yield from _constants(item)


def as_text(value: Any) -> str:
    """Return a value as it is written in a file."""
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
    return str(value)


def _like(example: Any, text: str) -> Any:
    """Return what a text means where values are of the kind of an example; the text itself where it can be no such value."""
    kind = type(example)
    try:
        if kind in (int, float, Decimal):
            return kind(text)
        return kind.fromisoformat(text) if kind in (date, datetime) else text
    except (ArithmeticError, ValueError):
        return text


def _compared(value: Any, constant: Any) -> int | None:
    """Return whether a value is less than a constant (-1), the same (0) or more (1); None for one of another kind."""
    try:
        return int(value > constant) - int(value < constant)
    except TypeError:
        return 0 if value == constant else None


def _around(constant: Any) -> tuple[Any, ...]:
    """Return a constant that a value is compared with, and its neighbours."""
    if isinstance(constant, bool) or constant is None:
        return (False, True)
    if isinstance(constant, int | float):
        return (constant, constant - 1, constant + 1)
    return (constant, SOMETHING)


def _beside(value: Any) -> tuple[Any, ...]:
    """Return what is a little less than a value, and what is a little more, where that can be."""
    match value:
        case bool() | str():
            return ()
        case int() | float() | Decimal():
            return (value - 1, value + 1)
        case date():
            return (value - timedelta(days=1), value + timedelta(days=1))
    return ()


def _different(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if not any(type(value) is type(other) and value == other for other in found):
            found.append(value)
    return found
