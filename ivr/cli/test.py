"""`ivr test`: the written calls of a hotline, played."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ivr.cli.shared import Failed, counted, hotline_argument, print_problem


@click.command(
    epilog="""\b
Examples:
  ivr test
  ivr test menus/yuebao -k silence -v"""
)
@hotline_argument
@click.option("-k", "part", default="", help="Only the calls whose title or file has this in it.")
@click.option("-v", "verbose", is_flag=True, help="Show the transcript of every call.")
def test(hotline: Path, part: str, *, verbose: bool) -> None:
    """Play the written calls of a hotline, and show where one went another way than it was written."""
    from ivr.logs import configure
    from ivr.proof.report import print_played
    from ivr.proof.runner import play, read_calls
    from ivr.stages import DirectStages, load_tree

    configure(
        level="critical"
    )  # a written call may want a service to fail, and says itself what must come of it
    stages = DirectStages(hotline, load_tree(hotline))
    calls, problems = read_calls(hotline)
    for problem in problems:
        print_problem(hotline, problem)
    wanted = [(file, call) for file, call in calls if part in file or part in call.call]
    failed = 0
    for file, call in wanted:
        played = play(file, call, stages)
        failed += bool(played.failures)
        if played.failures or verbose:
            print_played(played)
    click.echo(f"{hotline}: {counted(len(wanted), 'call')}, {len(wanted) - failed} passed, {failed} failed")
    if not wanted:
        raise Failed(
            f"there is no written call{f' with `{part}` in it' if part else ''} under {hotline / 'calls'}"
        )
    sys.exit(1 if failed or problems else 0)
