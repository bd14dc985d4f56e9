"""Checks of conditions that can be read, and do not mean what their editor believes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jinja2 import nodes
from jinja2.compiler import operators

from ivr.menu.checks.templates import TemplateText
from ivr.menu.language.contract import Contract
from ivr.menu.language.markers import Role
from ivr.menu.language.nodes import AskNode
from ivr.menu.reading.draft import Draft
from ivr.menu.speech.templates import environment


def check_conditions(draft: Draft, contracts: Mapping[str, Contract], texts: list[TemplateText]) -> None:
    """Note typed digits that are compared with numbers, and texts that are compared with nothing."""
    entries = _entries(draft, contracts)
    for text in texts:
        if text.role is Role.condition and not text.uses.mistakes:
            (output,) = environment("en-US").parse("{{ (" + text.text + ") }}").find_all(nodes.Output)
            for what, remedy in (*_numbers(output, entries), *_bare_texts(_joined(output.nodes[0]))):
                draft.note(text.node, text.path, what, remedy)


def _entries(draft: Draft, contracts: Mapping[str, Contract]) -> set[str]:
    """Return the variables that hold nothing but what callers type, as a text of digits."""
    found, others = set[str](), set[str]()
    for name, node in draft.nodes.items():
        typed = isinstance(node, AskNode) and node.ask in {"digits", "phone"}
        (found if typed else others).update(node.sets(name))
    outcomes = (each for contract in contracts.values() for each in contract.all_outcomes().values())
    return found.difference(others, *(outcome.tells for outcome in outcomes))


def _numbers(output: nodes.Output, entries: set[str]) -> Iterator[tuple[str, str]]:
    for compared in output.find_all(nodes.Compare):
        left, operand = compared.expr, compared.ops[0]
        numbers = {type(each.value) for each in compared.find_all(nodes.Const)} & {int, float}
        names = {each.name for each in (left, operand.expr) if isinstance(each, nodes.Name)} & entries
        as_number = operand.op not in {"eq", "ne", "in", "notin"}
        for name in names if numbers else ():
            sides = (_written(each, as_number=as_number) for each in (left, operand.expr))
            meant = f" {operators[operand.op]} ".join(sides)
            yield f"`{name}` holds digits as a text, and is no number", f"write `{meant}`"


def _bare_texts(parts: Sequence[nodes.Node]) -> Iterator[tuple[str, str]]:
    compared = next((each for each in parts if isinstance(each, nodes.Compare)), None)
    begins = f"{_written(compared.expr)} {operators[compared.ops[0].op]}" if compared else "topic =="
    for part in parts:
        if isinstance(part, nodes.Const) and isinstance(part.value, str):
            text = _written(part)
            yield f"`{text}` by itself is no condition", f"compare it too, as in `{begins} {text}`"


def _joined(test: nodes.Node) -> list[nodes.Node]:
    """Return the conditions that `and`, `or` and `not` join."""
    if isinstance(test, nodes.And | nodes.Or | nodes.Not):
        return [part for each in test.iter_child_nodes() for part in _joined(each)]
    return [test]


def _written(node: nodes.Node, *, as_number: bool = False) -> str:
    """Return one side of a comparison of texts, or of numbers, as an editor writes it."""
    match node:
        case nodes.List() | nodes.Tuple():
            return f"[{', '.join(map(_written, node.items))}]"
        case nodes.Name():
            return f"{node.name} | int" if as_number else node.name
        case nodes.Const():
            return str(node.value) if as_number else f'"{node.value}"'
    return "…"
