"""`ivr explore`: walk every path of a hotline, and prove its promises."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli.arguments import format_option, hotline_argument
from ivr.cli.errors import CommandFailed, as_usage_error
from ivr.cli.output import print_json, print_problem
from ivr.console import counted

if TYPE_CHECKING:
    from ivr.explore.findings import ProofFinding
    from ivr.explore.prover import ProofResult


@click.command(
    epilog="""\b
Examples:
  ivr explore
  ivr explore menus/yuebao --keys 3 --seconds 120
  ivr explore menus/yuebao --save found.yaml"""
)
@hotline_argument
@click.option(
    "--keys",
    default=2,
    show_default=True,
    type=click.IntRange(1, 20),
    help="Within how many keys a human must be reached from everywhere.",
)
@click.option(
    "--seconds",
    default=90.0,
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="After how many seconds a caller who only waits must be connected.",
)
@click.option("--table", is_flag=True, help="Show how far a human is from every place that listens.")
@click.option(
    "--save", "file", help="Write what was found as calls into this file, under calls/ if it names no folder."
)
@click.option(
    "--most-states",
    default=2_000_000,
    show_default=True,
    type=click.IntRange(1, 50_000_000),
    help="Give up, and say so, at so many states.",
)
@format_option
def explore_command(
    hotline: Path, keys: int, seconds: float, file: str | None, most_states: int, form: str, *, table: bool
) -> None:
    """Walk every path of a hotline, and prove what is promised of it.

    Every key, silence, outcome, desk, hour, language, level of identity and hang-up, through the same step that answers
    the telephone. What does not hold is told with the shortest call that shows it. `ivr explain P01` tells a proof.
    """
    from ivr.calls.hotline_loader import load_hotline, tree_despite_errors
    from ivr.explore.findings import found, verdicts
    from ivr.explore.prover import ProofLimits, prove
    from ivr.lint import judged
    from ivr.written.yaml_writer import calls_file, check_calls_file

    with as_usage_error():
        path = calls_file(hotline, file) if file else None
    if path:
        check_calls_file(path)  # before the long walk
    loaded = load_hotline(hotline)
    tree = tree_despite_errors(hotline, loaded)
    problems = tuple(each for each in judged(loaded) if each.severity != "information")
    proved = None
    with nullcontext() if loaded.tree else suppress(Exception):  # a menu with errors may fail anywhere
        proved = prove(tree, ProofLimits(keys, seconds, most_states), _progress()) if tree else None
    if tree is None or loaded.draft is None or proved is None:
        for problem in problems:
            print_problem(hotline, problem)
        raise CommandFailed("this menu cannot be walked; `ivr check` tells the same, mend it first")
    results = found(tree, loaded.draft, proved, problems)
    held = verdicts(tree, proved, results, whole=loaded.tree is not None)
    if form == "json":
        print_json(_as_data(proved, results, held))
    else:
        _print(hotline, proved, results, held, table=table)
    if path:
        _save(hotline, path, results)
    if proved.walk.bounded:
        raise CommandFailed(
            f"there are more than {most_states:,} states, so that nothing is proved; see --most-states"
        )
    sys.exit(1 if any(each.problem.severity == "error" for each in results) else 0)


def _save(hotline: Path, path: Path, results: list[ProofFinding]) -> None:
    """Write each error as a call, unless a call with its title already exists."""
    from ivr.written.runner import read_calls
    from ivr.written.yaml_writer import append

    known = {call.call for _, call in read_calls(hotline)[0]}
    errors = [each.call for each in results if each.call and each.problem.severity == "error"]
    calls = [call for call in errors if call.call not in known]
    if calls:
        append(path, calls)
    click.echo(f"{counted(len(calls), 'call')} written to {path}", err=True)


def _progress() -> Callable[[int, int], None] | None:
    """Return a progress printer if standard error is a terminal."""
    if not sys.stderr.isatty():
        return None

    def tell(states: int, steps: int) -> None:
        click.echo(f"\r{states:,} states, {steps:,} steps …", nl=False, err=True)

    return tell


def _as_data(proved: ProofResult, results: list[ProofFinding], held: Mapping[str, str]) -> dict[str, object]:
    walk = proved.walk
    return {
        "states": len(walk),
        "steps": walk.steps,
        "computed": walk.computed,
        "seconds": round(proved.seconds, 3),
        "bounded": walk.bounded,
        "proofs": held,
        "findings": [each.as_data() for each in results],
        "keys_to_a_human": {node: _finite(keys) for node, keys in proved.keys.items()},
        "seconds_to_a_human": {node: _finite(round(waits, 1)) for node, waits in proved.waiting.items()},
    }


def _finite(number: float) -> float | None:
    return None if number == float("inf") else number


def _print(
    hotline: Path, proved: ProofResult, results: list[ProofFinding], held: Mapping[str, str], *, table: bool
) -> None:
    from ivr.explore.properties import PROOFS

    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    for each in results:
        print_problem(hotline, each.problem)
        if each.call:
            click.echo(f"    {each.keys}")
    if table:
        _print_table(proved)
    for name, verdict in held.items():
        colour = {"proved": "green", "BROKEN": "red"}.get(verdict, "yellow")
        word = click.style(f"{verdict:10}", fg=colour)
        figure = "" if verdict == "not proved" else _figure(name, proved)
        click.echo(f"{name}  {word}  {PROOFS[name].title}{figure}")
    walk = proved.walk
    click.echo(f"{len(walk)} states, {walk.steps} steps, {proved.seconds:.1f} s, {_mebibytes():.0f} MiB")


def _figure(proof: str, proved: ProofResult) -> str:
    """Return the worst figure behind a proof, and its node."""
    figures = {"P02": proved.keys, "P03": proved.waiting}.get(proof)
    if not figures:
        return ""
    node, worst = max(figures.items(), key=lambda each: each[1])
    if _finite(worst) is None:
        return f": by no keys from `{node}`" if proof == "P02" else f": never at `{node}`"
    figure = f"at most {counted(round(worst), 'key')}" if proof == "P02" else f"after at most {worst:.1f} s"
    return f": {figure} (`{node}`)"


def _print_table(proved: ProofResult) -> None:
    from ivr.console import plain_table, print_rich

    table = plain_table("node", "keys to a human", "seconds, if one only waits")
    table.columns[1].justify = table.columns[2].justify = "right"
    for node in sorted(proved.waiting, key=lambda name: -proved.waiting[name]):
        table.add_row(node, f"{proved.keys[node]:.0f}", f"{proved.waiting[node]:.1f}")
    print_rich(table)


def _mebibytes() -> float:
    """Return the peak memory of this process in MiB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
