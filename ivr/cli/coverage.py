"""The coverage options of `ivr test`: show a table, write JSON, demand a percentage, fill gaps with new calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from ivr.calls.hotline_loader import load_tree
from ivr.console import counted
from ivr.explore.counterexample import as_call
from ivr.explore.fill import fill_coverage
from ivr.explore.reach import Reach, reach
from ivr.harness import DirectHarnesses
from ivr.written import coverage_report
from ivr.written.coverage import Coverage, CoverageItem, CoverageRow, coverage_rows, everything
from ivr.written.model import WrittenCall
from ivr.written.runner import PlayedCall, play
from ivr.written.yaml_writer import append


@dataclass(frozen=True, slots=True)
class CoverageGoals:
    """What the command line asks of the coverage."""

    table: bool = False
    all_missing: bool = False
    json_file: Path | None = None
    demanded: Mapping[str, float] = field(default_factory=dict)
    """The least percentage of each dimension."""
    fill: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.measures_all or self.demanded)

    @property
    def measures_all(self) -> bool:
        """Whether all dimensions are measured, and not only those with a demand."""
        return bool(self.table or self.json_file or self.fill)


class MeasuredCoverage:
    """The coverage of one run of `ivr test`."""

    def __init__(self, hotline: Path, harnesses: DirectHarnesses) -> None:
        self.hotline, self.harnesses = hotline, harnesses
        self.tree = harnesses.tree = harnesses.tree or load_tree(hotline)
        self.coverage = Coverage(self.tree)
        harnesses.seen = self.coverage.see

    def take(self, *, passed: bool) -> None:
        """Add the coverage of the call that was just played, if it passed."""
        fresh = self.coverage.take()
        if passed:
            self.coverage.covered |= fresh

    def report(self, goals: CoverageGoals, played: int, calls: int) -> bool:
        """Print and write what was asked for. Return whether every demand is met."""
        there = everything(self.tree)
        if not goals.measures_all:
            there = {name: items for name, items in there.items() if name in goals.demanded}
        missing = [item for row in coverage_rows(there, self.coverage.covered, set()) for item in row.missing]
        reached = reach(self.tree, missing)
        if goals.fill:
            self._fill(goals.fill, [item for item in missing if item not in reached.unreachable], reached)
        found = coverage_rows(there, self.coverage.covered, set(reached.unreachable))
        self._show(goals, found, reached)
        if played < calls:
            click.echo(f"a part was measured: {played} of {counted(calls, 'call')}")
        if goals.json_file:
            coverage = coverage_report.coverage_data(found, self._keys(found, reached))
            data = {"hotline": self.tree.name, "calls": played, "of": calls, "coverage": coverage}
            text = json.dumps(data, ensure_ascii=False, indent=2)
            goals.json_file.write_text(text + "\n", encoding="utf-8")
        sentences = coverage_report.too_low(found, goals.demanded)
        for sentence in sentences:
            click.echo(f"too little is covered: {sentence}", err=True)
        return not sentences

    def _show(self, goals: CoverageGoals, found: Sequence[CoverageRow], reached: Reach) -> None:
        """Print the table. If only demands were given, print one line and what they lack."""
        if goals.table:
            coverage_report.print_rows(found)
        elif goals.demanded and not goals.measures_all:
            words = ", ".join(f"{row.dimension} {coverage_report.shown_percent(row)}" for row in found)
            click.echo(f"coverage: {words}")
            found = [row for row in found if row.percent < goals.demanded[row.dimension]]
        else:
            return
        most = None if goals.all_missing else coverage_report.SHOWN
        coverage_report.print_missing(found, self._keys(found, reached, most), most=most)

    def _keys(
        self, found: Sequence[CoverageRow], reached: Reach, most: int | None = None
    ) -> dict[CoverageItem, str]:
        """Return the keys that lead to each missing item."""
        missing = [item for row in found for item in row.missing if item in reached.ways][:most]
        calls = [as_call(self.tree, list(reached.ways[item].moves), str(item)) for item in missing]
        return dict(zip(missing, map(coverage_report.keys_on_one_line, calls), strict=True))

    def _fill(self, path: Path, missing: Sequence[CoverageItem], reached: Reach) -> None:
        """Write the missing calls, and say which ones could not be made."""
        filled = fill_coverage(self.tree, missing, reached.ways, self._play)
        if filled.calls:
            append(path, filled.calls)
            self.coverage.covered |= filled.covered
        done = f"{counted(len(filled.calls), 'call')} added to {path}; look through them"
        click.echo(done if filled.calls else "no call is missing that could be made")
        for item, why in filled.left.items():
            click.echo(f"  no call for {item.dimension} {item}: {why}")

    def _play(self, call: WrittenCall) -> tuple[PlayedCall, set[CoverageItem]]:
        played = play("", call, self.harnesses)
        return played, self.coverage.take()
