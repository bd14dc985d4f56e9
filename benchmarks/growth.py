"""How loading, checking, exploring and a turn of a call grow with the size of the tree.

    python -m benchmarks.growth [--sizes 10 100 1000 10000] [--rounds 3]

Hotlines of a usual shape (see ``benchmarks.hotlines``), and the shipped one. Each is measured in a process of its own, so
that its memory is its own; the rounds go through all of them, and the figures are medians. Seconds are the processor's, of
one core. The *ruler* is a fixed loop in pure Python, timed around every measurement: figures in rulers can be compared
between machines, and between moments of a machine that others use too. The exponent of growth is that between the two
largest sizes, in rulers: 1 is linear.

A *step* is a move that was tried at a state; *computed* are those for which the engine was asked, the rest went alike with
other data.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from benchmarks.hotlines import grown
from ivr.app import build_application
from ivr.calls.hotline_loader import load_hotline
from ivr.calls.line import DirectLine, VirtualClock
from ivr.calls.turns import Switchboard
from ivr.config import Settings
from ivr.engine.commands import RunAction
from ivr.engine.events import ActionFinished, CallStarted, DigitsPressed
from ivr.engine.session import Session
from ivr.engine.step import step
from ivr.explore.prover import ProofResult, prove
from ivr.lint import judged
from ivr.logs import configure
from ivr.menu.loader import Loaded
from ivr.menu.speech import templates
from ivr.menu.tree import Tree

SIZES = (10, 100, 1000, 10_000)
KEYS = ("1", "9", "7", "*", "9", "1", "9")
"""What the caller presses in every hotline: a choice, repeats, a wrong key, a way back."""
CALLS = 100
LEAST = 0.2
"""Seconds that a measurement takes at least."""
NEAR_LINEAR, FLAT = 1.2, 0.1
"""Exponents under which growth is called so."""
TIMES = {
    "load": ("load: read, check, compile", "s"),
    "lint": ("lint", "s"),
    "explore": ("explore and prove", "s"),
    "step": ("one step of the engine", "µs"),
    "turn": ("one turn, store in memory", "µs"),
}
COUNTS = {
    "nodes": "nodes",
    "states": "states",
    "steps": "steps",
    "computed": "computed",
    "steps_a_second": "steps a second",
    "computed_a_second": "computed a second",
    "mebibytes": "MiB at most",
}


# --- one hotline, in a process of its own


def ruler() -> float:
    """Return the seconds of a fixed piece of work."""
    began = time.process_time()
    table = {}
    for number in range(200_000):
        table[number % 1000] = (number, str(number))
    return time.process_time() - began


@dataclass
class Measuring:
    """The figures of one hotline; of times, also those in rulers."""

    figures: dict[str, float] = field(default_factory=dict)

    def time(self, name: str, work: Callable[[], object], each: int = 1) -> None:
        """Time some work, again and again where it is short; ``each`` is how much of it is done at once."""
        before, took = ruler(), list[float]()
        while sum(took) < LEAST:
            began = time.process_time()
            work()
            took.append(time.process_time() - began)
        seconds = statistics.median(took) / each
        self.figures[name] = seconds
        self.figures[f"{name} in rulers"] = seconds / ((before + ruler()) / 2)


def measure(folder: Path) -> dict[str, float]:
    """Measure one hotline."""
    measuring = Measuring()
    loaded = _load(folder)
    assert loaded.tree is not None, loaded.problems[:3]
    tree = loaded.tree
    measuring.time("load", lambda: _load(folder))
    measuring.time("lint", lambda: judged(loaded))
    measuring.time("step", lambda: _call_the_engine(tree), CALLS * (len(KEYS) + 1))
    application = build_application(folder, Settings(database_url="memory://"), tree=tree)
    measuring.time("turn", lambda: _call(application.switchboard, tree), CALLS * (len(KEYS) + 1))
    application.close()
    proved: deque[ProofResult] = deque(maxlen=1)
    measuring.time("explore", lambda: proved.append(prove(tree)))
    walk, seconds = proved[-1].walk, measuring.figures["explore"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return measuring.figures | {
        "nodes": len(tree.nodes),
        "states": len(walk),
        "steps": walk.steps,
        "computed": walk.computed,
        "steps_a_second": walk.steps / seconds,
        "computed_a_second": walk.computed / seconds,
        "mebibytes": peak / (1024 * 1024 if sys.platform == "darwin" else 1024),
    }


def _load(folder: Path) -> Loaded:
    for cache in (templates.template, templates.condition):
        cache.cache_clear()  # a second loading is to cost what the first one does
    return load_hotline(folder)


def _begin(tree: Tree) -> datetime:
    return datetime(2026, 11, 23, 10, tzinfo=tree.timezone)


def _call_the_engine(tree: Tree) -> None:
    """Make some calls with nothing around the engine. An action, such as looking for the account, finds nothing."""
    at = _begin(tree)
    for _ in range(CALLS):
        session, commands = step(tree, Session("CA", tree.version, at), CallStarted(at, "+8613900000000"))
        for key in KEYS:
            if isinstance(last := commands[-1], RunAction):
                session, _ = step(tree, session, ActionFinished(at, last.action, "not_found"))
            session, commands = step(tree, session, DigitsPressed(at, key))


def _call(switchboard: Switchboard, tree: Tree) -> None:
    """Make some calls through the switchboard."""
    for _ in range(CALLS):
        line = DirectLine(switchboard, VirtualClock(_begin(tree)), "+8613900000000")
        line.start()
        for key in KEYS:
            line.press(key)
        line.hang_up()


# --- all of them


def run(sizes: Sequence[int], hotline: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Measure hotlines of these sizes and a real one, round by round; return the medians by their names."""
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as root:
        folders = {f"{size:,}": _written(Path(root), size) for size in sizes} | {hotline.name: hotline}
        for _ in range(rounds):
            for name, folder in folders.items():
                found.setdefault(name, []).append(_in_a_process(folder))
    return {
        name: {figure: statistics.median(each[figure] for each in measured) for figure in measured[0]}
        for name, measured in found.items()
    }


def _written(root: Path, size: int) -> Path:
    folder = root / f"grown_{size}"
    folder.mkdir()
    for file, text in grown(size).items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def _in_a_process(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.growth", "--one", str(folder)]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return figures


def exponent(figure: str, smaller: Mapping[str, float], larger: Mapping[str, float]) -> float:
    """Return the power of the number of nodes with which a figure grows."""
    return math.log(larger[figure] / smaller[figure]) / math.log(larger["nodes"] / smaller["nodes"])


def _in_words(power: float) -> str:
    word = "flat" if power < FLAT else "near-linear" if power < NEAR_LINEAR else "MORE THAN LINEAR"
    return f"{power:8.2f} {word}"


def report(measured: Mapping[str, Mapping[str, float]], sizes: Sequence[int]) -> None:
    """Print a table: a column for each hotline, and how each figure grows between the two largest sizes."""
    *_, smaller, larger = [measured[f"{size:,}"] for size in sizes]
    print(f"{'':30}" + "".join(f"{name:>11}" for name in measured) + "   growth")
    for name, (title, unit) in TIMES.items():
        factor = 1_000_000 if unit == "µs" else 1
        row = "".join(f"{_number(each[name] * factor):>11}" for each in measured.values())
        in_rulers = f"{name} in rulers"
        print(f"{f'{title}, {unit}':30}{row}{_in_words(exponent(in_rulers, smaller, larger))}")
        row = "".join(f"{_number(each[in_rulers]):>11}" for each in measured.values())
        print(f"{'  in rulers':30}{row}")
    for name, title in COUNTS.items():
        row = "".join(f"{_number(each[name]):>11}" for each in measured.values())
        grows = name in {"states", "steps", "computed", "mebibytes"}
        print(f"{title:30}{row}{_in_words(exponent(name, smaller, larger)) if grows else ''}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.001 else f"{value:.1g}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="nodes; two or more sizes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hotline", type=Path, default=Path("menus/yuebao"), help="a real one beside them")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    configure(level="critical")
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    if len(options.sizes) < 2:
        parser.error("growth needs two sizes or more")
    sizes = sorted(set(options.sizes))
    report(run(sizes, options.hotline, options.rounds), sizes)


if __name__ == "__main__":
    main()
