"""`ivr check`: everything that is wrong with a hotline."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from ivr.actions.bulletins import Bulletins
from ivr.calls.hotline_files import read_folder
from ivr.calls.hotline_loader import load_files, read_registry
from ivr.cli.arguments import format_option, hotline_argument
from ivr.cli.output import print_json, print_problem
from ivr.console import counted
from ivr.lint import judged
from ivr.menu.loader import Loaded
from ivr.menu.reading.draft import Draft
from ivr.menu.reading.problems import MAX_PROBLEMS, BadFile, Problem
from ivr.written.runner import read_calls


@click.command(
    epilog="""\b
Examples:
  ivr check
  ivr check menus/yuebao --format json
  ivr check menus/yuebao --verbose     # and every text that a language takes from another"""
)
@hotline_argument
@format_option
@click.option("--verbose", "-v", is_flag=True, help="List the texts that a language takes from another, too.")
def check_command(hotline: Path, form: str, *, verbose: bool) -> None:
    """Say everything that is wrong with a hotline, and what to write instead.

    What a caller will hear is judged too, by the rules that `ivr explain` lists, once nothing else is wrong: their ids
    stand in brackets.
    """
    files = read_folder(hotline)
    loaded = load_files(hotline, files, None)
    bulletins = itertools.islice(_missing_bulletins(hotline, loaded), MAX_PROBLEMS)
    others = [*read_calls(hotline)[1], *_data_problems(hotline, files.sources), *bulletins]
    problems = sorted([*judged(loaded), *others], key=lambda problem: list(_KINDS).index(problem.severity))
    if form == "json":
        print_json([problem.as_data() for problem in problems])
    else:
        for problem in problems:
            print_problem(hotline, problem)
        if verbose and loaded.draft is not None:
            _print_fallen_back(loaded.draft)
        click.echo(f"{hotline}: {_count(problems)}")
    sys.exit(1 if any(problem.severity == "error" for problem in problems) else 0)


def _missing_bulletins(hotline: Path, loaded: Loaded) -> Iterator[Problem]:
    """Warn of a node that runs our own `bulletins` where there is no file of them."""
    if loaded.tree is None or loaded.draft is None or (hotline / "bulletins.yaml").exists():
        return
    for name, node in loaded.tree.nodes.items():
        if node.action == "bulletins" and "bulletins" not in loaded.tree.services:
            what = "there is no bulletins.yaml, so that nothing is told here"
            file, at = loaded.draft.place_of(name, ("run",))
            yield Problem(file, *at, name, what, "write one, with `[]` for none as yet", "warning")


def _print_fallen_back(draft: Draft) -> None:
    """Print each text that a language takes from another."""
    for language, fallen in draft.fallen_back.items():
        for node, part, source in fallen:
            click.echo(f"  {language} from {source}: {node}{': ' if node else ''}{part}")


_KINDS = {"error": "error", "warning": "warning", "information": "note"}


def _count(problems: list[Problem]) -> str:
    """Return a summary such as `1 error, 2 warnings, 3 notes`. A zero for notes is left out."""
    if not problems:
        return "no problems"
    counts = {word: sum(each.severity == kind for each in problems) for kind, word in _KINDS.items()}
    return ", ".join(counted(number, word) for word, number in counts.items() if number or word != "note")


def _data_problems(hotline: Path, sources: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with the data files that actions read, whatever is wrong with the menu."""
    module = read_registry(hotline, sources)[0].module
    problems: list[Problem] = []
    try:
        problems += module.check_folder(hotline)
        module.sample_callers(hotline)
    except BadFile as error:
        problems += [each for each in error.problems if each not in problems]
    path = hotline / "bulletins.yaml"
    try:
        if path.exists():
            Bulletins.open(path)
    except BadFile as error:
        problems += error.problems
    return problems
