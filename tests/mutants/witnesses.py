"""Which tests can see a mutant: those that execute its lines, the quickest first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coverage import CoverageData

from tests.mutants.mutations import Mutant

# The tests that execute the parts in question. The ones left out take minutes, or measure time; what only they notice is
# counted as not noticed.
ASKED: Final = (
    "tests/actions",
    "tests/attacks",
    "tests/calls",
    "tests/channels/twilio",
    "tests/demo/actions",
    "tests/engine",
    "tests/explore",
    "tests/messaging",
    "tests/serving/test_publisher.py",
    "tests/storage",
    "tests/written",
    "tests/test_field_failures.py",
    "tests/test_harness.py",
    "tests/test_secrets.py",
)
LEFT_OUT: Final = (
    "tests/attacks/test_timing.py",
    "tests/calls/test_random_calls.py",
    "tests/explore/test_broken_copies.py",
    "tests/written/test_both_ways.py",
)
QUICK: Final = 10.0  # seconds of the tests that are tried first
_AROUND: Final = 0.01  # seconds that pytest spends around a test


@dataclass(frozen=True)
class Batch:
    """Tests that run together, in this order, and after them whole files: they may hold tests that are new."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    seconds: float


class Witnesses:
    """What one run of all tests has shown, kept in a folder so that it serves several samples."""

    def __init__(self, folder: Path) -> None:
        self._seconds: dict[str, float] = {}
        self._lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for path in folder.glob("seconds-*.json"):
            self._seconds |= json.loads(path.read_text(encoding="utf-8"))
        for path in folder.glob("lines-*"):
            self._read(path)

    def _read(self, path: Path) -> None:
        data = CoverageData(str(path))
        data.read()
        for name in data.measured_files():
            lines = self._lines[name[name.rindex("/ivr/") + 1 :]]
            for number, tests in data.contexts_by_lineno(name).items():
                lines[number].update(tests)

    def of(self, mutant: Mutant, root: Path, limit: float) -> list[Batch]:
        """Return the tests for a mutant: first those of its own part of the project, then the others, up to a time."""
        mirror = _mirror(mutant.path)
        folder = mirror.rpartition("/")[0] + "/"
        files = (mirror,) if (root / mirror).is_file() else ()
        ordered = sorted(
            self._with_neighbours(self._seeing(mutant), folder),
            key=lambda test: (not test.startswith(folder), self._seconds[test]),
        )
        near, far = list[str](), list[str]()
        near_seconds = far_seconds = 0.0
        for test in ordered:
            took = self._seconds[test] + _AROUND
            if test.startswith(folder) and near_seconds + took <= QUICK:
                near.append(test)
                near_seconds += took
            elif far_seconds + took <= limit:
                far.append(test)
                far_seconds += took
        whole = sum(took for test, took in self._seconds.items() if test.partition("::")[0] in files)
        return [
            Batch(files, tuple(near), near_seconds + whole),
            *([Batch((), tuple(far), far_seconds)] if far else []),
        ]

    def _with_neighbours(self, seen: set[str], folder: str) -> set[str]:
        """Add the other tests of files near the mutant: what the tests of a file share is executed in the first of them."""
        files = {test.partition("::")[0] for test in seen if test.startswith(folder)}
        return seen | {test for test in self._seconds if test.partition("::")[0] in files}

    def _seeing(self, mutant: Mutant) -> set[str]:
        """Return who executes the lines, or else the function, or else anything of the file."""
        lines = self._lines[mutant.path]
        for where in (mutant.fault.lines, mutant.fault.function_lines, lines):
            seen = {test for number in where for test in lines.get(number, ()) if test in self._seconds}
            if seen:
                return seen
        return set()


def _mirror(path: str) -> str:
    """Return the file of tests that mirrors a module: ``ivr/calls/turns.py`` has ``tests/calls/test_turns.py``."""
    folder, _, name = path.removeprefix("ivr/").rpartition("/")
    return f"tests/{folder}/test_{name}"


def look(tree: Path, folder: Path, workers: int) -> None:
    """Run the tests in a copy of the project, and write down which lines each of them executes."""
    folder.mkdir(parents=True)
    subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "tests.mutants.coverage_plugin", "-p", "no:cacheprovider",
            "-n", str(workers), "--dist", "worksteal", *ASKED, *(f"--ignore={path}" for path in LEFT_OUT),
        ],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "IVR_MUTANTS_MAP": str(folder)},
        check=False,  # a test that fails on a machine that is busy counting is no witness
    )  # fmt: skip
