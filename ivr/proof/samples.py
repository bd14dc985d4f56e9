"""What a call may bring, where a proof must try everything: values that actions tell, and entries that callers type.

A menu can tell values apart only by what it does with them: it compares them, puts them through filters, takes one as
a language. So the values that a variable must be tried with are read from the menu itself, also for the actions of
other people's services.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import phonenumbers
from jinja2 import nodes

from ivr.engine.entries import Rejected, lengths, read_entry
from ivr.menu.contract import Outcome
from ivr.menu.nodes import AskNode, ChooseNode, RunNode, SetNode, TextNode, TransferNode
from ivr.menu.templates import environment, is_template
from ivr.menu.tree import Tree

ACCOUNT, OTHER_ACCOUNT = "+8613800138000", "+8613800138001"
"""The account that an action finds, and another one."""
SOMETHING = "something"
"""A value of which the menu asks nothing but to be said."""
MOST_TOGETHER = 64
"""Combinations of the values of one outcome that are tried; past them, each value is tried with the first of the others."""

_BY_FILTER: Mapping[str, Any] = {
    "money": Decimal("1234.56"),
    "number": Decimal("1.5341"),
    "percent": Decimal("1.534"),
    "minutes": 174,
    "round": Decimal("12.5"),
    "abs": Decimal("12.5"),
    "int": "12",
    "day": date(2026, 11, 24),
    "full_day": date(2026, 11, 24),
    "clock": datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
    "digits": "80000012",
    "tail": "80000012",
    "listing": ("one", "two"),
    "join": ("one", "two"),
}
"""A value that a filter can say."""


@dataclass(slots=True)
class _Use:
    """How a menu uses one variable."""

    compared: list[Any] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    attributes: bool = False
    as_truth: bool = False
    as_language: bool = False


@dataclass(slots=True)
class Samples:
    """The values that a menu's variables are tried with."""

    tree: Tree
    uses: dict[str, _Use] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the menu's templates and conditions."""
        language = self.tree.languages[0]
        for source, is_condition in _sources(self.tree):
            text = "{{ (" + source + ") }}" if is_condition else source
            parsed = environment(language).parse(text)
            self._read(parsed, truth=is_condition)
        for node in self.tree.nodes.values():
            chosen = node.set.get("language", "") if isinstance(node, SetNode) else ""
            for name in _names(environment(language).parse(chosen)) if is_template(chosen) else ():
                self._use(name).as_language = True

    def values(self, name: str) -> tuple[Any, ...]:
        """Return the values that a variable must be tried with; the first is the plainest."""
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
        said = next((_BY_FILTER[name] for name in use.filters if name in _BY_FILTER), None)
        if said is not None and not any(type(said) is type(each) for each in found):
            found.insert(0, said)
        return tuple(_different(found)) or (SOMETHING,)

    def results(self, outcome: Outcome) -> list[dict[str, Any]]:
        """Return the variables that an outcome sets, with every combination of values that matters."""
        names = list(outcome.tells)
        each = [self.values(name) for name in names]
        combined = functools.reduce(lambda count, values: count * len(values), each, 1)
        if combined <= MOST_TOGETHER:
            return [dict(zip(names, values, strict=True)) for values in itertools.product(*each)]
        first = {name: values[0] for name, values in zip(names, each, strict=True)}
        return [
            first,
            *(
                {**first, name: value}
                for name, values in zip(names, each, strict=True)
                for value in values[1:]
            ),
        ]

    def secrets(self, outcome: Outcome) -> dict[str, str]:
        """Return what only the message of an outcome may tell."""
        return {
            name: f"{SECRET_CODE}" if name == "code" else f"secret-{name}-{SECRET_CODE}"
            for name in outcome.texts or ()
        }

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
        for name in (name for each in operands for name in _names(each)):
            self._use(name).compared += constants


SECRET_CODE = "739158"  # noqa: S105 - invented, to be looked for
"""The secret that a proof types and sends, so that it can look for it everywhere."""


def _sources(tree: Tree) -> Iterator[tuple[str, bool]]:
    """Yield every template of a menu, and every condition, each with whether it is one."""
    for node in tree.nodes.values():
        match node:
            case ChooseNode():
                yield from ((case.if_, True) for case in node.choose)
            case RunNode():
                yield from ((text, False) for text in node.with_.values() if is_template(text))
            case SetNode():
                yield from ((text, False) for text in node.set.values() if is_template(text))
            case TransferNode() if node.reason and is_template(node.reason):
                yield node.reason, False
            case TextNode() if node.to and is_template(node.to):
                yield node.to, False
    for speech in tree.speech.values():
        for words in speech.nodes.values():
            spoken = (*words.say, *words.end, *words.noinput, *words.nomatch, *words.announced)
            for prompt in (*spoken, *(each for each in (words.text, words.note) if each)):
                if prompt.source:
                    yield prompt.source, False


def _names(parsed: nodes.Node) -> Iterator[str]:
    if isinstance(parsed, nodes.Name):
        yield parsed.name
    yield from (name.name for name in parsed.find_all(nodes.Name))


def _one_name(node: nodes.Node | None) -> str:
    """Return the variable that a filter is applied to, also through another filter."""
    while isinstance(node, nodes.Filter):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""


def _constants(node: nodes.Node) -> Iterator[Any]:
    match node:
        case nodes.Const():
            yield node.value
        case nodes.List() | nodes.Tuple():
            for item in node.items:
                yield from _constants(item)


def _around(constant: Any) -> tuple[Any, ...]:
    """Return a constant that a value is compared with, and its neighbours."""
    if isinstance(constant, bool) or constant is None:
        return (False, True)
    if isinstance(constant, int | float):
        return (constant, constant - 1, constant + 1)
    return (constant, SOMETHING)


def _different(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if not any(type(value) is type(other) and value == other for other in found):
            found.append(value)
    return found


# --- what callers type


@dataclass(frozen=True, slots=True)
class Typed:
    """One entry as it is typed: ``1237#`` is keys and a finishing key."""

    keys: str
    finished_by: str = ""


_SECRETS = {
    "id_card": "11010519491231002*",
    "id_tail": SECRET_CODE[:4],
    "code": SECRET_CODE,
    "pin": SECRET_CODE,
}


def good_entries(tree: Tree, name: str, samples: Samples) -> list[Typed]:
    """Return entries that an ``ask`` node takes: one, and those at the bounds that conditions draw."""
    node = tree.nodes[name]
    assert isinstance(node, AskNode)
    if node.ask == "yes_no":
        return [Typed("1", "#"), Typed("2", "#")]
    drawn = samples.values(node.as_ or name)
    candidates = [*_usual(node, _region(tree)), *(text for value in drawn for text in _as_keys(value))]
    taken = [keys for keys in dict.fromkeys(candidates) if _is_good(tree, node, keys)]
    return [Typed(keys, "#") for keys in taken]


def bad_entries(tree: Tree, name: str) -> list[Typed]:
    """Return an entry that cannot be right, and one that is only a part; where there are such."""
    node = tree.nodes[name]
    assert isinstance(node, AskNode)
    found: dict[bool, Typed] = {}
    for keys, ended in itertools.product(("5", "55", "3*3", "**5", "5" * 25, "7", "4"), (True, False)):
        if keys in node.keys or keys in tree.anywhere:
            continue
        read = _read(tree, node, keys, ended=ended)
        if isinstance(read, Rejected):
            found.setdefault(read.unfinished, Typed(keys, "#" if ended else ""))
    return list(found.values())


def _usual(node: AskNode, region: str) -> list[str]:
    if node.ask in _SECRETS:
        span = lengths(node)
        secret = _SECRETS[node.ask]
        return [secret, (secret * 9)[: span[0]]] if span else [secret]
    if node.ask == "phone":
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        return [str(example.national_number)] if example else ["8613800138000"]
    if node.ask == "amount":
        return [*_range_ends(node), "1234*56", "12"]
    if node.ask == "date":
        return ["19900307", "20991231"]
    span = lengths(node) or (1, 1)
    return [*_range_ends(node, span[0]), ("739158" * 9)[: span[0]], ("739158" * 9)[: span[1]]]


def _range_ends(node: AskNode, length: int = 1) -> list[str]:
    return [end.zfill(length) for end in node.range.split("-")] if node.range else []


def _as_keys(value: Any) -> list[str]:
    match value:
        case bool():
            return []
        case int():
            return [str(value)] if value >= 0 else []
        case str() if value.isdecimal():
            return [value]
    return []


def _region(tree: Tree) -> str:
    return tree.languages[0].partition("-")[2]


def _read(tree: Tree, node: AskNode, keys: str, *, ended: bool) -> Any:
    return read_entry(node, keys, ended=ended, region=_region(tree), today=date(2026, 11, 24))


def _is_good(tree: Tree, node: AskNode, keys: str) -> bool:
    return not isinstance(_read(tree, node, keys, ended=True), Rejected)
