"""The benchmarks run, and what they are run on is what they say: hotlines of a given size without a mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.growth import exponent
from benchmarks.hotlines import grown
from ivr.menu.loader import load
from tests.support.bank import CONTRACTS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("size", [10, 30, 100, 1000])
def test_a_grown_hotline_has_its_size_and_no_mistake(size: int) -> None:
    """A made hotline has hardly fewer nodes than it was to have, and loads without a problem."""
    loaded = load(grown(size), CONTRACTS, {})
    assert not loaded.problems
    assert loaded.tree is not None
    assert size - 16 <= len(loaded.tree.nodes) <= size


def test_the_benchmark_of_a_turn_runs_to_its_end() -> None:
    """Each server answers every webhook, and the ratios are printed."""
    command = [sys.executable, "-m", "benchmarks.turns", "--rounds", "1", "--calls", "4"]
    ran = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert [line.split(":")[0] for line in ran.stdout.splitlines()[-2:]] == ["ours / plain", "ours / bare"]
    assert not ran.stderr


def test_the_exponent_is_that_of_the_growth() -> None:
    """What takes a hundred times as long for ten times the nodes grows with the second power."""
    assert exponent("load", {"nodes": 10, "load": 1}, {"nodes": 100, "load": 100}) == pytest.approx(2)


def test_the_benchmark_of_growth_prints_a_column_for_each_size(tmp_path: Path) -> None:
    """The benchmark runs to its end and prints a row for everything that it measures."""
    command = [sys.executable, "-m", "benchmarks.growth", "--sizes", "10", "30", "--rounds", "1"]
    folder = tmp_path / "small"
    folder.mkdir()
    for file, text in grown(20).items():
        (folder / file).write_text(text, encoding="utf-8")
    command += ["--hotline", str(folder)]
    ran = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    head, *rows = ran.stdout.splitlines()
    assert head.split() == ["10", "30", "small", "growth"]
    titles = (
        "load",
        "lint",
        "explore",
        "one step",
        "one turn",
        "nodes",
        "states",
        "steps",
        "computed",
        "MiB",
    )
    assert all(any(row.startswith(title) for row in rows) for title in titles)
