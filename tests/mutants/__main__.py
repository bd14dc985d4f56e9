"""Put small faults into the project, one at a time, and see whether the tests notice.

For each fault (a mutant) only those tests run that execute its lines, the quickest first, in a copy of the project. What no
test notices within the time is put to the other checks of ``make test``. What survives those too is listed with its
difference: either the fault makes no difference, or a test is missing.
"""

from __future__ import annotations

import difflib
import os
import queue
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Final

import click

from tests.mutants.mutations import Mutant, mutants_of, sample
from tests.mutants.trial import End, Verdict, copied, noticed_without_a_fault, try_mutant
from tests.mutants.witnesses import Witnesses, look

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "build" / "mutants"
# Where a fault costs a call, a message or a proof.
PARTS: Final = (
    "ivr/engine/*.py",
    "ivr/calls/*.py",
    "ivr/storage/*.py",
    "ivr/messaging/*.py",
    "ivr/channels/twilio/webhook*.py",
    "ivr/actions/http/*.py",
    "ivr/explore/*.py",
)
ENOUGH: Final = 0.97  # of the sample must be killed


@click.command(help=__doc__)
@click.option("--sample", "size", default=300, show_default=True, help="How many mutants to draw.")
@click.option("--seed", default=10, show_default=True, help="Another number draws others.")
@click.option(
    "--workers",
    default=os.cpu_count() or 1,
    help="How many are tried at a time; by default, one a processor.",
)
@click.option(
    "--seconds", default=60.0, show_default=True, help="Time of the tests that are run for one mutant."
)
@click.option(
    "--only",
    multiple=True,
    help="Only those of the sample whose place begins with this: ivr/engine/step.py:215",
)
@click.option(
    "--keep-map", is_flag=True, help="Use the last run's knowledge of which tests execute which lines."
)
@click.option("--draw", is_flag=True, help="List the sample and try nothing.")
def main(
    *, size: int, seed: int, workers: int, seconds: float, only: tuple[str, ...], keep_map: bool, draw: bool
) -> None:
    """Draw mutants, try them, and fail where too few are killed."""
    everything = [
        mutant for part in PARTS for path in sorted(ROOT.glob(part)) for mutant in mutants_of(ROOT, path)
    ]
    chosen = [mutant for mutant in sample(everything, size, seed) if mutant.place.startswith(only or "")]
    click.echo(f"{len(chosen)} of {len(everything)} mutants, seed {seed}")
    if draw:
        for mutant in chosen:
            click.echo(_line(mutant))
        return
    report, verdicts = FOLDER / "report.md", list[Verdict]()
    with tempfile.TemporaryDirectory(prefix="ivr-mutants-") as folder:
        witnesses = _witnesses(Path(folder), workers, keep=keep_map)
        first = copied(ROOT, Path(folder) / "0")
        if wrong := noticed_without_a_fault(first, witnesses.of(chosen[0], first, limit=0.0)):
            raise click.ClickException(f"without any fault this fails: {wrong}")
        trees = queue.SimpleQueue[Path]()
        trees.put(first)
        for number in range(1, workers):
            trees.put(shutil.copytree(first, Path(folder) / str(number), symlinks=True))
        for verdict in _tried(chosen, trees, workers, witnesses, seconds):
            verdicts.append(verdict)
            report.write_text(_report(verdicts, seed, len(everything)), encoding="utf-8")
    ends = Counter(verdict.end for verdict in verdicts)
    click.echo(f"{_counted(ends)}: see {report.relative_to(ROOT)}")
    sys.exit(ends["killed"] < ENOUGH * len(verdicts))


def _witnesses(folder: Path, workers: int, *, keep: bool) -> Witnesses:
    """Return which tests execute which lines, by the last run where that is to be kept."""
    if not (keep and (FOLDER / "map").is_dir()):
        click.echo("looking which tests execute which lines (once, some minutes)")
        shutil.rmtree(FOLDER / "map", ignore_errors=True)
        look(copied(ROOT, folder / "map"), FOLDER / "map", workers)
    return Witnesses(FOLDER / "map")


def _tried(
    chosen: list[Mutant], trees: queue.SimpleQueue[Path], workers: int, witnesses: Witnesses, seconds: float
) -> Iterator[Verdict]:
    """Try the mutants, each worker in a copy of its own, and tell how it goes."""

    def tried(mutant: Mutant) -> Verdict:
        tree = trees.get()
        try:
            return try_mutant(tree, mutant, witnesses.of(mutant, tree, seconds))
        finally:
            trees.put(tree)

    began, ends = time.monotonic(), Counter[End]()
    pool = ThreadPoolExecutor(workers)
    try:
        for done, each in enumerate(as_completed(pool.submit(tried, mutant) for mutant in chosen), start=1):
            verdict = each.result()
            ends[verdict.end] += 1
            left = (time.monotonic() - began) / done * (len(chosen) - done)
            if verdict.end != "killed":
                click.echo(f"{verdict.end}: {_line(verdict.mutant)}")
            click.echo(f"[{done}/{len(chosen)}] {_counted(ends)}; about {left / 60:.0f} minutes left")
            yield verdict
    finally:
        pool.shutdown(cancel_futures=True)


def _report(verdicts: list[Verdict], seed: int, everything: int) -> str:
    """Write who noticed what, by part, and what nobody noticed, with its difference."""
    lines = [f"# {len(verdicts)} of {everything} mutants, seed {seed}", "", "| part | killed | survived | timed out | minutes |", "|---|---|---|---|---|"]  # fmt: skip
    for part in PARTS:
        of_part = [verdict for verdict in verdicts if Path(verdict.mutant.path).match(part)]
        ends = Counter(verdict.end for verdict in of_part)
        minutes = sum(verdict.seconds for verdict in of_part) / 60
        lines.append(
            f"| {part} | {ends['killed']} | {ends['survived']} | {ends['timed out']} | {minutes:.1f} |"
        )
    lines += ["", "## Not killed", ""]
    verdicts = sorted(verdicts, key=lambda verdict: (verdict.mutant.path, verdict.mutant.fault.lines.start))
    for verdict in verdicts:
        if verdict.end != "killed":
            lines += [
                f"{verdict.mutant.place}: {verdict.end}",
                "",
                "```diff",
                *_difference(verdict.mutant),
                "```",
                "",
            ]
    lines += ["## Killed", ""]
    lines += [
        f"- {_line(verdict.mutant)}; by {verdict.by}, {verdict.seconds:.0f} s"
        for verdict in verdicts
        if verdict.end == "killed"
    ]
    return "\n".join(lines) + "\n"


def _difference(mutant: Mutant) -> list[str]:
    before, after = mutant.module.code.splitlines(), mutant.source().splitlines()
    return list(difflib.unified_diff(before, after, mutant.path, mutant.path, lineterm="", n=1))


def _counted(ends: Counter[End]) -> str:
    return f"killed {ends['killed']}, survived {ends['survived']}, timed out {ends['timed out']}"


def _line(mutant: Mutant) -> str:
    words = " ".join(mutant.words.split())
    return f"{mutant.place} {mutant.fault.function}: {words if len(words) < 160 else f'{words[:159]}…'}"


if __name__ == "__main__":
    main()
