"""`ivr diff`: what a caller will notice between two versions of a hotline."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console

from ivr.actions.registry import ActionRegistry
from ivr.calls.hotline_files import read_folder
from ivr.calls.hotline_loader import load_files, read_registry
from ivr.cli.arguments import DEMONSTRATION, default_hotline
from ivr.cli.errors import CommandFailed
from ivr.cli.git_revisions import Repository
from ivr.cli.output import print_json
from ivr.diff import compare
from ivr.diff.calls import compare_calls
from ivr.diff.changes import Change, Comparison, Heading, Side
from ivr.diff.markdown import markdown
from ivr.diff.pairs import Pairs, pair
from ivr.diff.proved import compare_findings
from ivr.diff.report import print_comparison
from ivr.explore.prover import prove
from ivr.harness import DirectHarnesses
from ivr.logs import configure
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.loader import Loaded
from ivr.menu.migration import migrated
from ivr.menu.reading.draft import DATA_FILES
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.tree import Tree
from ivr.written.runner import play, read_calls


@click.command(
    epilog="""\b
Examples:
  ivr diff                                        # what has changed since the last commit
  ivr diff HEAD~1 HEAD --hotline menus/yuebao
  ivr diff menus/yuebao ../draft/yuebao --markdown"""
)
@click.argument("old", default="HEAD")
@click.argument("new", required=False)
@click.option(
    "--hotline",
    type=click.Path(path_type=Path),
    help=f"The hotline's folder, where git revisions are compared; {DEMONSTRATION} if none is named.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="For people, for a pull request, or for tools.",
)
@click.option("--markdown", "form", flag_value="markdown", help="The same as --format markdown.")
@click.option("--no-calls", is_flag=True, help="Do not play the written calls.")
@click.option("--no-explore", is_flag=True, help="Do not walk every path, which takes longest.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when something differs.")
def diff_command(
    old: str,
    new: str | None,
    hotline: Path | None,
    form: str,
    *,
    no_calls: bool,
    no_explore: bool,
    exit_code: bool,
) -> None:
    """Say what a caller will notice between OLD and NEW, in words.

    Each is a hotline's folder or a git revision. Without NEW, OLD is compared with the folder as it is now; without
    both, the last commit is.
    """
    with tempfile.TemporaryDirectory(prefix="ivr-diff-") as temporary:
        versions = _versions(old, new, hotline, Path(temporary))
        comparison = _compared(*versions, with_calls=not no_calls, with_proofs=not no_explore)
    _print(comparison, form)
    sys.exit(1 if comparison.problems or (exit_code and comparison.changes) else 0)


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two versions to compare."""

    name: str
    folder: Path
    code: Path
    """The folder whose Python module runs the actions. It is never the unpacked folder of a git revision: nobody may
    have reviewed that code."""
    revision: str = ""
    """The git revision that the folder was unpacked from. Without the hotline in it, the folder is empty."""


def _versions(old: str, new: str | None, hotline: Path | None, temporary: Path) -> tuple[Version, Version]:
    """Return both versions. A git revision is unpacked into the temporary folder."""
    named = next((Path(each) for each in (old, new) if each and _is_hotline(Path(each))), None)
    folder = hotline or named or default_hotline()
    if new is None and named is not None:
        raise CommandFailed(f"{old} is a folder: name the folder or the git revision to compare it with, too")
    before, here = _version(old, folder, temporary / "old"), Version(str(folder), folder, folder)
    return before, here if new is None else _version(new, folder, temporary / "new")


def _is_hotline(folder: Path) -> bool:
    return (folder / "menu.yaml").is_file()


def _version(name: str, hotline: Path, temporary: Path) -> Version:
    """Return the version in a folder, or at a git revision."""
    if name and _is_hotline(Path(name)):
        return Version(name, Path(name), Path(name))
    repository = Repository.around(hotline)
    commit = repository.commit(name)
    if commit is None:
        raise CommandFailed(f"`{name}` is neither a hotline's folder nor a git revision of {repository.top}")
    temporary.mkdir()
    return Version(f"{hotline} at {name}", repository.read(commit, name, temporary), hotline, name)


def _compared(old: Version, new: Version, *, with_calls: bool, with_proofs: bool) -> Comparison:
    if not (_is_hotline(old.folder) and _is_hotline(new.folder)):
        return Comparison(old.name, new.name, (_new_or_gone(old, new),))
    registries = _registries(old, new)
    before, after = _loaded(old.folder, registries[0]), _loaded(new.folder, registries[1])
    if before.tree is None or after.tree is None:
        both = (before, old), (after, new)
        problems = [(*one.problems, *_code_of_today(of)) if one.tree is None else () for one, of in both]
        return Comparison(old.name, new.name, (), *problems)
    sides = Side.of(before), Side.of(after)
    pairs = pair(*sides)
    changes = compare(*sides, pairs)
    if with_proofs and before.tree.version != after.tree.version:
        changes += _proofs(before.tree, after.tree, pairs)
    if with_calls:
        before_harnesses = DirectHarnesses(old.folder, before.tree, registry=registries[0])
        after_harnesses = DirectHarnesses(new.folder, after.tree, registry=registries[1])
        changes += _calls(before_harnesses, after_harnesses, pairs)
    return Comparison(old.name, new.name, tuple(changes))


def _loaded(folder: Path, registry: ActionRegistry) -> Loaded:
    """Load a version. One of an older language is loaded as `ivr migrate` would write it."""
    files = read_folder(folder)
    loaded = load_files(folder, files, registry)
    if loaded.tree is not None or not (changes := migrated(files.sources)):
        return loaded
    rewritten = load_files(folder, replace(files, sources={**files.sources, **changes}), registry)
    return rewritten if rewritten.tree is not None else loaded


def _new_or_gone(old: Version, new: Version) -> Change:
    """Return the one change if only one version has the hotline. Raises ``CommandFailed`` if none has it."""
    where, is_gone = f" in {new.revision}" if new.revision else "", not _is_hotline(new.folder)
    if is_gone and not _is_hotline(old.folder):
        what = f"there is no hotline {new.code}{where or ': it has no menu.yaml'}"
        raise CommandFailed(f"{what}; name its folder with --hotline")
    fate = "nobody answers its callers" if is_gone else "there is nothing to compare it with"
    what = f"`{new.code}` is {'gone' if is_gone else 'new'}{where}: {fate}"
    return Change(Heading.ways, what, grave=is_gone)


def _code_of_today(version: Version) -> Iterator[Problem]:
    """Yield why a git revision may be blamed for code that is not its own, if it or the folder has Python actions."""
    files = [read_folder(each).sources.get(ACTIONS_FILE, "") for each in (version.folder, version.code)]
    if version.revision and re.search(r"(?m)^python:", "\n".join(files)):
        what = f"the Python actions are those of {version.code} as it is now, not of {version.revision}"
        there = f"`git worktree add ../old {version.revision}`, then `ivr diff ../old/{version.code} {version.code}`"
        yield Problem(ACTIONS_FILE, 1, 1, "", what, f"compare two checkouts: {there}")


def _proofs(before: Tree, after: Tree, pairs: Pairs) -> Iterator[Change]:
    """Walk every path of the new version. Walk the old one only if something was found, to see whether it is new."""
    _say("walking every path of the new version …")
    new = prove(after)
    if new.walk.bounded:
        sentence = f"Not every path of the new version was walked: it has more than {len(new.walk)} states"
        yield Change(Heading.human, sentence, grave=True)
    if new.findings:
        _say("walking every path of the old version …")
    yield from compare_findings(prove(before).findings if new.findings else [], new.findings, pairs)


def _say(what: str) -> None:
    """Tell whoever waits at a terminal what takes so long."""
    if sys.stderr.isatty():
        click.echo(what, err=True)


def _registries(old: Version, new: Version) -> tuple[ActionRegistry, ActionRegistry]:
    """Return the actions of both versions. A version without a module uses the other one's."""
    found = []
    for version in (old, new):
        registry, problems = read_registry(version.code, read_folder(version.code).sources)
        if problems:
            raise CommandFailed(f"{version.code}/{problems[0]}")
        found.append(registry if registry != ActionRegistry() else None)
    return found[0] or found[1] or ActionRegistry(), found[1] or found[0] or ActionRegistry()


def _calls(old: DirectHarnesses, new: DirectHarnesses, pairs: Pairs) -> list[Change]:
    """Play the written calls on both versions, unless the versions have the same content.

    No call is played if actions are HTTP services: an unreviewed version could send our secrets anywhere.
    """
    assert old.tree is not None
    assert new.tree is not None
    files = [[each.folder / name for name in sorted(DATA_FILES)] for each in (old, new)]
    data = [[path.read_bytes() if path.is_file() else b"" for path in paths] for paths in files]
    if old.tree.version == new.tree.version and data[0] == data[1]:
        return []
    if old.tree.asks_services or new.tree.asks_services:
        click.echo(
            "the written calls are not played: services do the actions; `ivr test` plays them", err=True
        )
        return []
    configure(level="critical")  # a call that takes another path may make a service fail
    _say("playing the written calls on both versions …")
    try:
        return list(
            compare_calls(
                read_calls(old.folder)[0],
                read_calls(new.folder)[0],
                pairs,
                lambda file, call: play(file, call, old),
                lambda file, call: play(file, call, new),
            )
        )
    except BadFile as error:
        click.echo(f"the written calls cannot be played: {error}", err=True)
        return []


def _print(comparison: Comparison, form: str) -> None:
    if form == "json":
        print_json(comparison.as_data())
    elif form == "markdown":
        click.echo(markdown(comparison))
    else:
        console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        print_comparison(comparison, console)
