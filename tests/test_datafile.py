"""Data files: what is read, and what an editor is told about a wrong one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from ivr.datafile import BadFile, parse


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Shelf:
    name: str
    price: Decimal = Decimal(0)
    on: bool = True


SHELVES = TypeAdapter(list[Shelf])


def problems(text: str | bytes) -> str:
    """Return what is said about a wrong file."""
    with pytest.raises(BadFile) as caught:
        parse(Path("shelves.yaml"), text if isinstance(text, bytes) else text.encode(), SHELVES)
    return str(caught.value)


def test_scalars_are_text_until_the_declaration_says_otherwise() -> None:
    """A plus, a leading nought, ``no`` and cents survive as they were typed."""
    text = "- {name: +8613, price: 0.10}\n- {name: 0123, on: no}\n- {name: no}\n"
    assert parse(Path("shelves.yaml"), text.encode(), SHELVES) == [
        Shelf("+8613", Decimal("0.10")),
        Shelf("0123", on=False),
        Shelf("no"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {name: a}\n- {price: 2}\n", "shelves.yaml:2:3: 1.name: is missing; write it"),
        (
            "- name: a\n  colour: red\n",
            "shelves.yaml:2:11: 0.colour: is not known here; correct its spelling or remove it",
        ),
        ("- name: a\n  price: cheap\n", "shelves.yaml:2:10: 0.price: Input should be a valid decimal"),
        ("- name: a\n  name: b\n", "shelves.yaml:2:3: is not YAML: 'name' is written twice; keep one"),
        ("- name: [a\n", "shelves.yaml:2:1: is not YAML: expected ',' or ']', but got '<stream end>'"),
        ("name: a\n", "shelves.yaml:1:1: the file: Input should be a valid list"),
        ("", "shelves.yaml: the file: Input should be a valid list"),
        ("- name: \x07\n", "shelves.yaml: holds a character that YAML does not allow; remove it"),
        ("名字".encode("gbk"), "shelves.yaml: is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_problem_says_where_and_what_to_write(text: str | bytes, said: str) -> None:
    """Every kind of mistake is a sentence with file, line and column where there are any."""
    assert problems(text) == said


def test_all_problems_are_told_at_once() -> None:
    """An editor corrects a file in one go, not one mistake a try."""
    assert len(problems("- {price: x}\n- {name: a, on: maybe}\n").splitlines()) == 3


def test_a_private_value_is_not_repeated() -> None:
    """What stands in the file may be private: a problem names the place only."""
    assert "990101" not in problems("- name: a\n  price: 990101x\n")
