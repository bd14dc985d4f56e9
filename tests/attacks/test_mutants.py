"""Sixty thousand files with mistakes: each is accepted or refused in words, in bounded time and memory."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.figures import figure
from tests.support.mutant_checks import MutantFigures, problems_of, try_mutant
from tests.support.mutants import SHARES, mutant, originals, write

MOST_TOLD = 5
TEXTS = [kind for kind in SHARES if kind != "recordings"]


@pytest.mark.parametrize("kind", TEXTS)
def test_what_is_mutated_is_good(kind: str, tmp_path: Path) -> None:
    """Otherwise everything would be refused for the mistake that was there already."""
    for number, files in enumerate(originals(kind)[1]):
        write(tmp_path / f"{number}", files)
        assert not problems_of(tmp_path / f"{number}", kind)


@pytest.mark.filterwarnings(
    "ignore:deprecated string literal syntax"
)  # of jmespath, and silent outside of tests
@pytest.mark.parametrize("kind", SHARES)
def test_mutants(kind: str, tmp_path: Path, amount: Callable[[int, int], int]) -> None:
    """No traceback, no more than two seconds and 300 MiB, whatever stands in a file."""
    count, figures, failures = amount(SHARES[kind] // 800 + 1, SHARES[kind]), MutantFigures(), list[str]()
    for number in range(count):
        hotline = number % len(originals(kind)[1])
        try:
            try_mutant(tmp_path / f"hotline-{hotline}", kind, number, figures)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            kept = tmp_path / f"{number}"
            kept.write_bytes(mutant(kind, number)[1])
            where = "".join(traceback.format_exception(error)[-3:])
            failures.append(f"mutant({kind!r}, {number}), in {kept}: {type(error).__name__}\n{where}")
    figure(f"mutants of {kind}", count, figures.line())
    told = "\n".join(failures[:MOST_TOLD])
    assert not failures, f"{len(failures)} of {count}:\n{told}"
