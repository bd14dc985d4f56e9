"""What a caller may type where something is asked for: entries that are taken, and entries that are not."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers

from ivr.engine.entries import InvalidEntry, Typing, fixed_length, lengths, read_entry
from ivr.explore.samples import SECRET_CODE, Samples
from ivr.menu.language.nodes import AskNode
from ivr.menu.tree import Tree


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """One entry as it is typed: ``1237#`` is keys and a finishing key."""

    keys: str
    finished_by: str = ""


_DATES_TYPED = ("19900317", "20991231", "03171990", "12312099", "17031990", "31122099")
"""A past and a future one in each order. None is a date in another order, so that each language takes two."""
_SECRETS = {
    "id_card": "11010519491231002*",
    "id_tail": SECRET_CODE[:4],
    "code": SECRET_CODE,
    "pin": SECRET_CODE,
}


def good_entries(tree: Tree, name: str, samples: Samples) -> list[SampleEntry]:
    """Return entries that an ``ask`` node takes: one, and those at the bounds that conditions draw."""
    node = tree.nodes[name]
    assert isinstance(node, AskNode)
    if node.ask == "yes_no":
        return [SampleEntry("1", "#"), SampleEntry("2", "#")]
    drawn = samples.values(node.variable(name))
    candidates = [*_usual(node, _region(tree)), *(text for value in drawn for text in _as_keys(value))]
    taken = [keys for keys in dict.fromkeys(candidates) if takes(tree, node, keys, ended=True)]
    return [SampleEntry(keys, "#") for keys in taken]


def bad_entries(tree: Tree, name: str) -> list[SampleEntry]:
    """Return an entry that cannot be right, and one that is only a part; where there are such."""
    node = tree.nodes[name]
    assert isinstance(node, AskNode)
    found: dict[bool, SampleEntry] = {}
    length = fixed_length(node) or 25
    whole = ("5" * length, ("*3" * length)[:length], "9" * length)
    for keys, ended in itertools.product(("5", "55", "3*3", "**5", *whole, "7", "4"), (True, False)):
        if keys in node.keys or keys in tree.anywhere or len(keys) > length:
            continue
        read = _read(tree, node, keys, tree.languages[0], ended=ended)
        if isinstance(read, InvalidEntry):
            found.setdefault(read.unfinished, SampleEntry(keys, "#" if ended else ""))
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
        return [*_DATES_TYPED]
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


def _read(tree: Tree, node: AskNode, keys: str, language: str, *, ended: bool) -> Any:
    order = tree.speech[language].date_order
    return read_entry(node, keys, Typing(tree.territory, order, lambda: date(2026, 11, 24)), ended=ended)


def takes(tree: Tree, node: AskNode, keys: str, *, ended: bool) -> bool:
    """Say whether an ``ask`` node takes an entry in some language."""
    read = (_read(tree, node, keys, language, ended=ended) for language in tree.languages)
    return not all(isinstance(each, InvalidEntry) for each in read)
