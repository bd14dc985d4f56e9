"""The faults that `make mutants` puts into the project are ones that a test could notice, and the same ones each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.mutations import Mutant, mutants_of, sample
from tests.mutants.witnesses import Witnesses

SOURCE = '''\
"""What it is for."""

from typing import TYPE_CHECKING, Any, assert_never

if TYPE_CHECKING:
    BOUND = 5

def cost(tries: int | None, kind: str, log: Any) -> int:
    """Say what it costs."""
    log.info("asked", kind=kind)
    match kind:
        case "free":
            return 0
        case _:
            assert_never(kind)
    return tries * 3
'''


@pytest.fixture
def mutants(tmp_path: Path) -> list[Mutant]:
    """All that can be wrong with the function above."""
    path = tmp_path / "ivr" / "shop" / "cost.py"
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE, encoding="utf-8")
    return mutants_of(tmp_path, path)


def test_each_is_one_fault_at_a_named_place(mutants: list[Mutant]) -> None:
    """The rest of the file stays as it is."""
    (product,) = (each for each in mutants if each.words == "tries * 3 → tries / 3")
    assert (product.place, product.fault.function) == ("ivr/shop/cost.py:16", "cost")
    assert product.source() == SOURCE.replace("tries * 3", "tries / 3")


@pytest.mark.parametrize("unseen", ["int &", "XXasked", "XXWhat", "BOUND = None", "BOUND = 6"])
def test_what_no_test_can_see_is_left_alone(mutants: list[Mutant], unseen: str) -> None:
    """Annotations, texts of the log, docstrings, and what stands there for the type checker."""
    assert not [each.words for each in mutants if unseen in each.source()]


def test_a_closed_match_keeps_its_last_case(mutants: list[Mutant]) -> None:
    """The case for nothing at all may go unnoticed; every other one may not."""
    assert [each for each in mutants if 'case "free"' not in each.source()]
    assert not [each for each in mutants if "case _" not in each.source()]


def test_a_sample_stays_the_same_when_another_function_is_added(
    tmp_path: Path, mutants: list[Mutant]
) -> None:
    """So that it can be compared with that of an earlier version."""
    path = tmp_path / "ivr" / "shop" / "cost.py"
    path.write_text("def other() -> int:\n    return 7 * 6\n\n\n" + SOURCE, encoding="utf-8")
    more = mutants_of(tmp_path, path)
    drawn = {each.key for each in sample(mutants, 3, seed=1)}
    assert len(drawn) == 3
    assert drawn <= {each.key for each in sample(more, 3 + len(more) - len(mutants), seed=1)}
    assert drawn != {each.key for each in sample(mutants, 3, seed=2)}


def test_its_own_tests_come_first_and_the_quickest_of_them(tmp_path: Path, mutants: list[Mutant]) -> None:
    """Those that execute the line, in the folder that mirrors it, and then the others, up to the time that there is."""
    witnesses = Witnesses(tmp_path)
    own, far, late = (
        {"tests/shop/a.py::slow": 3.0, "tests/shop/a.py::quick": 1.0},
        "tests/b.py::far",
        "tests/b.py::late",
    )
    witnesses._seconds = {**own, far: 0.5, late: 50.0}
    witnesses._lines["ivr/shop/cost.py"][16] = {*own, far, late}
    product = next(each for each in mutants if each.words == "tries * 3 → tries / 3")
    batches = [batch.tests for batch in witnesses.of(product, tmp_path, limit=10)]
    assert batches == [("tests/shop/a.py::quick", "tests/shop/a.py::slow"), (far,)]
