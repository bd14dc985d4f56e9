"""`ivr replay`: play a past call against today's menu."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ivr.calls.hotline_loader import load_tree
from ivr.cli.arguments import format_option, hotline_argument
from ivr.cli.call_store import open_call_store
from ivr.cli.errors import CommandFailed, as_usage_error
from ivr.cli.output import print_json
from ivr.explore.samples import Samples
from ivr.harness import DirectHarnesses, open_environment, sample_callers
from ivr.logs import configure, masked
from ivr.menu.tree import Tree
from ivr.replay.call_log import CallerInput, recorded_call
from ivr.replay.export import recalled, with_waits, without_effects
from ivr.replay.replay import ReplayResult
from ivr.replay.replay import replay as replayed
from ivr.replay.report import cell, changed_since, difference, notes, replay_data, untold
from ivr.written.runner import play
from ivr.written.yaml_writer import append, calls_file, check_calls_file


@click.command(
    epilog="""\b
Examples:
  ivr replay CA0123456789abcdef0123456789abcdef
  ivr replay CA0123456789abcdef0123456789abcdef menus/yuebao --save reported
  ivr replay CA0123456789abcdef0123456789abcdef --format json"""
)
@click.argument("callsid")
@hotline_argument
@click.option(
    "--save", "file", metavar="FILE", help="Keep it as a written call: `reported` is calls/reported.yaml."
)
@format_option
def replay_command(callsid: str, hotline: Path, file: str | None, form: str) -> None:
    """Play a recorded call against today's menu, and show where it now goes another way.

    The caller does the same things at the same times; every action ends as it ended then, and none is run. What the
    record leaves blank, such as secrets, is filled in with examples. The call is looked up where IVR_DATABASE_URL
    says. Exit status: 0 when the path is the same, 1 when it differs. Where the menu is the very same and no example
    leads on, the path is the same as far as the record tells: that is said, with status 0.
    """
    # An action that was too slow then is too slow again. That is no news.
    configure(level="critical")
    with as_usage_error():
        path = calls_file(hotline, file) if file is not None else None
    if path:
        check_calls_file(path)
    with open_call_store() as store:
        history = store.call(callsid)
        if history is None:
            raise CommandFailed(f"there is no call {callsid} in the store; `ivr calls` lists them")
        sources = store.version(history.record.version)
    tree = load_tree(hotline)
    if not history.path or history.path[0].event != "CallStarted":
        raise CommandFailed(f"the beginning of {callsid} is not recorded, so that it cannot be replayed")
    done = replayed(recorded_call(history, tree), tree, open_environment(hotline, tree))
    _print(done, tree, changed_since(history.record.version, sources, tree), form)
    if path:
        _save(path, done, hotline, tree)
    sys.exit(0 if done.same or untold(done, tree) else 1)


def _print(done: ReplayResult, tree: Tree, menu: str, form: str) -> None:
    record, keys = done.recorded.history.record, CallerInput(tree, Samples(tree)).public
    if form == "json":
        print_json(replay_data(done, tree, keys, masked(record.caller), menu))
        return
    began = record.started.astimezone(tree.timezone)
    click.echo(f"{record.call}  {began:%Y-%m-%d %H:%M:%S %Z}  {masked(record.caller) or 'number withheld'}")
    click.echo(menu)
    rows = [
        (str(pair.turn), cell(pair.recorded, keys), "same" if pair.same else cell(pair.today, keys))
        for pair in done.pairs
    ]
    lost = untold(done, tree)
    _print_rows(rows, done.first, "lost" if lost else "differs")
    for note in notes(done, tree):
        click.echo(f"note: {note}")
    sentence = difference(done, tree, keys)
    if lost:
        click.echo(click.style(f"the same path as far as the record tells: {lost}", fg="yellow"))
    elif sentence:
        click.echo(click.style(f"differs: {sentence}", fg="red"))
    else:
        click.echo(click.style("the same path", fg="green"))


def _print_rows(rows: Sequence[tuple[str, ...]], first: int | None, mark: str) -> None:
    """Print the recorded events beside today's, with a mark at the first difference."""
    rows = [("turn", "recorded", "today"), *rows]
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    for place, (turn, then, now) in enumerate(rows):
        differs = first is not None and place == first + 1
        line = f"{turn:<{widths[0]}}  {then:<{widths[1]}}  {now}{f'   <- {mark}' if differs else ''}"
        click.echo(click.style(line, fg="red") if differs else line)


def _save(path: Path, done: ReplayResult, hotline: Path, tree: Tree) -> None:
    """Write a replayed call as a test, play it, and print what it lacks to standard error.

    It is played without effects. Otherwise a real service would do everything a second time.
    """
    written = recalled(done, tree, sample_callers(hotline, tree))
    harnesses = without_effects(tree, DirectHarnesses(hotline, tree))
    call = with_waits(written, harnesses, done.recorded.history)
    append(path, [call])
    failures = play("", call, harnesses).failures
    click.echo(f"saved in {path}; play it with: ivr test {hotline} -k {path.name}", err=True)
    for note in written.notes:
        click.echo(f"  {note}", err=True)
    if failures:
        click.echo(f"  played on today's menu it fails: {failures[0]}", err=True)
