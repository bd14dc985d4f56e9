"""`ivr test`: play the written calls of a hotline, and measure what they cover."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ivr.calls.hotline_loader import load_tree
from ivr.cli.arguments import hotline_argument
from ivr.cli.coverage import CoverageGoals, MeasuredCoverage
from ivr.cli.errors import CommandFailed, as_usage_error
from ivr.cli.output import print_problem
from ivr.console import counted
from ivr.harness import DirectHarnesses
from ivr.written.coverage_report import demands
from ivr.written.listening import listening
from ivr.written.log_capture import Log, error_lines, logged_to
from ivr.written.model import WrittenCall
from ivr.written.report import print_played
from ivr.written.runner import play, read_calls


@click.command(
    epilog="""\b
Examples:
  ivr test
  ivr test menus/yuebao -k silence -v
  ivr test menus/yuebao -k "How long" --seconds
  ivr test menus/yuebao --coverage
  ivr test menus/yuebao --fail-under 100 --fail-under noinput=90
  ivr test menus/yuebao --fill

\b
Coverage is in the caller's terms: nodes, options, entries, noinput, nomatch, anywhere, outcomes, slow, languages,
prompts, desks, recordings, endings. What no caller can ever come to is listed apart, and not counted."""
)
@hotline_argument
@click.option("-k", "part", default="", help="Only the calls whose title or file has this in it.")
@click.option("-v", "verbose", is_flag=True, help="Show the transcript and the seconds of every call.")
@click.option(
    "--seconds",
    is_flag=True,
    help="Show how long callers listen in each call, to the last words that it `hears`: those who wait until their key has "
    "been said, and those who know the keys.",
)
@click.option(
    "--coverage", "table", is_flag=True, help="Show what the calls cover, and the keys to what they do not."
)
@click.option("--missing", "all_missing", is_flag=True, help="As --coverage, and list all that is missing.")
@click.option(
    "--coverage-json",
    "json_file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the coverage into a file, for tools.",
)
@click.option(
    "--fail-under",
    "fail_under",
    metavar="PERCENT",
    multiple=True,
    help="Fail where less is covered: 100 of nodes, options and outcomes each, or noinput=90 of one dimension. "
    "May be given several times.",
)
@click.option(
    "--fill",
    "fill_file",
    metavar="[FILE]",
    is_flag=False,
    flag_value="calls/filled.yaml",
    help="Write the calls that are missing, for you to look through: added to FILE, or to calls/filled.yaml. Each was "
    "played and passes. Not where services do the actions: they would do them.",
)
def test_command(
    hotline: Path,
    part: str,
    *,
    verbose: bool,
    seconds: bool,
    table: bool,
    all_missing: bool,
    json_file: Path | None,
    fail_under: tuple[str, ...],
    fill_file: str | None,
) -> None:
    """Play the written calls of a hotline, and show where one went another way than it was written."""
    with as_usage_error():
        demanded = demands(fail_under)
    filled = _file_for_calls(hotline, fill_file) if fill_file else None
    goals = CoverageGoals(table or all_missing, all_missing, json_file, demanded, filled)
    tree = load_tree(hotline)
    if filled and tree.asks_services:
        raise CommandFailed(
            "--fill makes calls and plays them at once, and services do the actions here: each call would really be done. "
            "See with --missing what is not covered, and write the calls yourself"
        )
    harnesses = DirectHarnesses(hotline, tree)
    measured = MeasuredCoverage(hotline, harnesses) if goals else None
    calls, problems = read_calls(hotline)
    for problem in problems:
        print_problem(hotline, problem)
    wanted = [(file, call) for file, call in calls if part in file or part in call.call]
    if seconds:
        click.echo("listening  knowing the keys  call")
    failed = _play(wanted, harnesses, measured, verbose=verbose, seconds=seconds)
    click.echo(f"{hotline}: {counted(len(wanted), 'call')}, {len(wanted) - failed} passed, {failed} failed")
    if not wanted and not filled and not problems:
        raise CommandFailed(
            f"there is no written call{f' with `{part}` in it' if part else ''} under {hotline / 'calls'}"
        )
    enough = measured.report(goals, len(wanted), len(calls)) if measured else True
    sys.exit(1 if failed or problems or not enough else 0)


def _play(
    wanted: list[tuple[str, WrittenCall]],
    harnesses: DirectHarnesses,
    measured: MeasuredCoverage | None,
    *,
    verbose: bool,
    seconds: bool,
) -> int:
    """Play calls, print those that fail, and return their number. A failed call covers nothing."""
    failed = 0
    for file, call in wanted:
        log: Log = []
        with logged_to(log):
            played = play(file, call, harnesses)
        failed += bool(played.failures)
        if measured:
            measured.take(passed=not played.failures)
        if played.failures or verbose:
            print_played(played)
        if seconds and not played.failures:
            heard = listening(played)
            click.echo(f"{heard.listening:7.1f} s  {heard.knowing:14.1f} s  {call.call}")
        if played.failures:
            for line in error_lines(log):
                click.echo(line)
    return failed


def _file_for_calls(hotline: Path, typed: str) -> Path:
    """Return the file of `--fill`. It must be one that `ivr test` plays."""
    folder = (hotline / "calls").resolve()
    for path in (Path(typed), hotline / typed):
        if path.suffix == ".yaml" and path.resolve().is_relative_to(folder):
            return path
    if not typed.endswith(".yaml"):
        raise click.UsageError(
            f"--fill: `{typed}` is no .yaml file; name the hotline first: ivr test {typed} --fill"
        )
    raise click.UsageError(
        f"--fill: `{typed}` is not under {hotline / 'calls'}; write --fill calls/filled.yaml"
    )
