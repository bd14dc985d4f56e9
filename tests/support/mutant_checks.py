"""What the program says of a file that may be anything, in bounded time and memory."""

from __future__ import annotations

import resource
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import process_time
from types import FrameType

from ivr.calls.folder_check import check_folder
from ivr.calls.hotline_loader import load_hotline
from ivr.calls.recordings import recordings_of
from ivr.config import Settings
from ivr.lint import judged
from ivr.menu.reading.problems import Problem
from ivr.written.runner import read_calls
from tests.support.mutants import ENVIRONMENT, SEED, hotline_of, mutant, write
from tests.support.random_calls import play_at_random

SECONDS = 2.0
"""Of processor time: the most that one file may cost."""
MEBIBYTES = 300
"""The most by which one file may let the process grow."""


class TooLong(BaseException):
    """A file costs more time than it may. No `except Exception` catches this."""


@contextmanager
def bounded() -> Iterator[None]:
    """Raise :class:`TooLong` in what costs more processor time than a file may."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def problems_of(folder: Path, kind: str) -> list[Problem]:
    """Return what is wrong with a file, read as a server does and as `ivr check` does. A good menu gets a call."""
    match kind:
        case "written calls":
            return read_calls(folder)[1]
        case "recordings":
            return recordings_of(folder)[1]
        case "bulletins" | "accounts":
            report = check_folder(folder, Settings(), ENVIRONMENT, None)
            return [*report.problems, *report.others]
        case _:
            loaded = load_hotline(folder)
            problems = [each for each in judged(loaded) if each.severity == "error"]
            if loaded.tree is None:
                return problems or [*loaded.problems]
            play_at_random(loaded.tree, Random(SEED))
            return [*check_folder(folder, Settings(), ENVIRONMENT, None).problems]


@dataclass
class MutantFigures:
    """What came of the mutants of one kind."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, 0)
    """Seconds of processor time, and the number of the mutant."""
    largest: int = 0
    """Bytes of the largest file."""
    growth: int = 0
    """MiB by which one mutant has let the process grow at most."""

    def line(self) -> str:
        """Return the figures as words."""
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(self.outcomes.items()))
        return f"{told}; slowest {self.slowest[0]:.2f} s, largest {self.largest:,} bytes, growth {self.growth} MiB"


def try_mutant(folder: Path, kind: str, number: int, figures: MutantFigures) -> None:
    """Write one mutant into the folder of its hotline, and count what is said of it. Raises whatever goes wrong."""
    name, data = mutant(kind, number)
    files = hotline_of(kind, number)
    if not folder.exists():
        write(folder, files if kind != "recordings" else {})
    write(folder, {name: data})
    peak, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    try:
        with bounded():
            told = [str(problem) for problem in problems_of(folder, kind)]
    finally:
        (folder / name).unlink()
    seconds = process_time() - begun
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) // 1024
    figures.outcomes["refused" if told else "accepted"] += 1
    figures.slowest = max(figures.slowest, (seconds, number))
    figures.largest = max(figures.largest, len(data))
    figures.growth = max(figures.growth, growth)
    assert seconds < SECONDS, f"{seconds:.1f} s"
    assert growth < MEBIBYTES, f"{growth} MiB"
