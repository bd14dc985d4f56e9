"""Loads the menu of a hotline from its files, with the actions that it names, and checks it against the settings."""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from ivr.actions.python_module import BadModule
from ivr.actions.registry import ActionRegistry, registry_of
from ivr.calls.hotline_files import HotlineFiles, read_folder
from ivr.config import Settings
from ivr.menu.http_actions import AccountsOverHttp, accounts_over_http
from ivr.menu.language.contract import Contract
from ivr.menu.language.http_services import ACTIONS_FILE, ActionsFile
from ivr.menu.language.model import YamlPath
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.loader import Loaded, load, tree_despite
from ivr.menu.reading.draft import DATA_FILES
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.reading.validation import declare
from ivr.menu.reading.yaml import Section, place, read
from ivr.menu.tree import Tree


class MenuBroken(BadFile):
    """A hotline cannot be loaded."""


class KnownActions(Protocol):
    """The contracts of the actions that a menu may name, as an :class:`ActionRegistry` has them."""

    @property
    def contracts(self) -> Mapping[str, Contract]: ...

    @property
    def withheld(self) -> Mapping[str, Contract]: ...


def load_hotline(folder: Path, registry: ActionRegistry | None = None) -> Loaded:
    """Read and check the menu of a hotline's folder, with the actions that it names or those of ``registry``."""
    return load_files(folder, read_folder(folder), registry)


def load_files(folder: Path, files: HotlineFiles, actions: KnownActions | None) -> Loaded:
    """Check the menu that was read from a folder, with these actions or those that it names."""
    if any(_lacks_source(problem, files.sources) for problem in files.problems):
        return Loaded(None, files.problems)  # the rest would be read as if that file were not there
    broken: list[Problem] = []
    if actions is None:
        actions, broken = read_registry(folder, files.sources)
    loaded = load(
        files.sources,
        actions.contracts,
        files.recordings,
        files.unread,
        withheld=actions.withheld,
        complete=not broken,
    )
    if files.unusable:
        told = [
            f"`{problem.file}`" for problem in files.unusable
        ]  # that a file is missing is no further news
        others = {each for each in loaded.problems if not _is_note_of(each, told)}
        loaded = replace(loaded, problems=tuple(sorted({*others, *files.unusable})))
    if not broken and not files.problems:
        return loaded
    return Loaded(None, tuple(sorted({*loaded.problems, *broken, *files.problems})), loaded.draft)


def _is_note_of(problem: Problem, files: Sequence[str]) -> bool:
    return problem.severity == "information" and any(file in problem.what for file in files)


def _lacks_source(problem: Problem, sources: Mapping[str, str]) -> bool:
    """Whether a file of the menu could not be read. A data file with another ending, or a second copy, hides nothing."""
    return PurePosixPath(problem.file).with_suffix(".yaml").as_posix() not in {*sources, *DATA_FILES}


def read_registry(
    folder: Path, sources: Mapping[str, str], module: str | None = None
) -> tuple[ActionRegistry, list[Problem]]:
    """Return the actions of a hotline that ``actions.yaml`` does not declare itself, and what is wrong with them.

    A ``module`` replaces the Python module that the file names; an empty one is none.
    """
    section = _actions_section(sources.get(ACTIONS_FILE, ""))
    accounts = section.get("accounts") if section else None
    over_http = isinstance(accounts, Section)
    resets = isinstance(accounts, Section) and accounts.get("resets") in {True, "true"}
    python = named_module(sources) if module is None else module
    try:
        return registry_of(folder, python, has_accounts=over_http, has_resets=resets), []
    except BadModule as bad:
        at = place(section, "python") if section else (1, 1)
        problem = Problem(ACTIONS_FILE, *at, "", bad.what, bad.remedy)
        # Nobody knows whether it has accounts, so an action that needs them is no further mistake.
        return ActionRegistry(has_accounts=True, has_resets=True), [problem]


def named_module(sources: Mapping[str, str]) -> str:
    """Return the Python module that the ``actions.yaml`` of a hotline names, or nothing."""
    section = _actions_section(sources.get(ACTIONS_FILE, ""))
    python = section.get("python") if section else None
    return python if isinstance(python, str) else ""


def named_accounts(sources: Mapping[str, str]) -> AccountsOverHttp | None:
    """Return the HTTP service of accounts that a good ``actions.yaml`` names, if any."""
    section = _actions_section(sources.get(ACTIONS_FILE, ""))
    file = declare(ActionsFile, section, ACTIONS_FILE, "", []) if section else None
    return accounts_over_http(file) if file else None


@functools.lru_cache(maxsize=8)
def _actions_section(source: str) -> Any:
    """Return the file as it is read. It is cached, because each written call asks for the same one."""
    return read(source, ACTIONS_FILE)[0] if source else None


def registry_for(folder: Path, tree: Tree) -> ActionRegistry:
    """Return the actions that a loaded menu names. Raises :class:`MenuBroken`."""
    registry, broken = read_registry(folder, tree.sources)
    if broken:
        raise MenuBroken.of(folder, broken)
    return registry


def load_tree(folder: Path) -> Tree:
    """Return the menu of a hotline's folder. Raises :class:`MenuBroken`."""
    loaded = load_hotline(folder)
    if loaded.tree is None:
        raise MenuBroken.of(folder, loaded.problems)
    return loaded.tree


def tree_despite_errors(folder: Path, loaded: Loaded) -> Tree | None:
    """Return the tree of a hotline with errors, if possible. It is good for explaining them, never for a call."""
    if loaded.tree is not None or loaded.draft is None:
        return loaded.tree
    files = read_folder(folder)
    contracts = read_registry(folder, files.sources)[0].contracts
    return tree_despite(loaded.draft, files.sources, contracts, files.recordings)


def setting_problems(tree: Tree, settings: Settings) -> Iterator[tuple[YamlPath, str, str]]:
    """Yield where a menu does not fit the settings: the place in the menu file, what is wrong, and what to do."""
    for name in settings.desk_numbers:
        if name not in tree.desks:
            what = f"IVR_DESK_{name.upper()}: the hotline has no desk `{name}`"
            yield ("desks",), what, did_you_mean(name, tree.desks)
    rung: list[tuple[str, YamlPath, str]] = [("IVR_FALLBACK_NUMBER", (), settings.fallback_number)]
    for name, desk in tree.desks.items():
        number = settings.desk_numbers.get(name, desk.number)
        rung.append((f"the desk `{name}`", ("desks", name, "number"), number))
    for who, path, number in rung:
        if number and number == settings.number:
            what = f"TWILIO_NUMBER: `{number}` is also the number of {who}, so that the hotline would ring itself"
            yield path, what, "give the desk a number of its own"


def misfits(loaded: Loaded, settings: Settings, present: Running | None) -> list[Problem]:
    """Return why a server with these settings could not take up a menu that is good in itself."""
    tree, draft = loaded.tree, loaded.draft
    if tree is None or draft is None:
        return []
    wrong = []
    for path, what, remedy in setting_problems(tree, settings):
        file, at = draft.place_of("", path)
        wrong.append(Problem(file, *at, "", what, remedy))
    if present and (tree.python, tree.accounts) != (present.python, present.accounts):
        what = "`python` or `accounts` has changed, and a running server keeps the code that it has"
        wrong.append(Problem(ACTIONS_FILE, 1, 1, "", what, "restart the server"))
    return wrong


class Running(Protocol):
    """What a running server keeps for as long as it runs, as a :class:`Tree` has it."""

    @property
    def python(self) -> str: ...

    @property
    def accounts(self) -> AccountsOverHttp | None: ...


def code_of(folder: Path, python: str) -> Sequence[bytes]:
    """Return the Python file beside the menu, or the installed module's file and those of its package beside it."""
    module = sys.modules.get(python)
    path = folder / python if python.endswith(".py") else Path(getattr(module, "__file__", None) or "")
    paths = sorted(path.parent.glob("*.py")) if module and module.__package__ else [path]
    return [each.read_bytes() for each in paths if each.is_file()]


def digest_of_code(folder: Path, python: str) -> str:
    """Return a digest of :func:`code_of`, by which processes compare what they have loaded."""
    return hashlib.sha256(
        b"".join(hashlib.sha256(each).digest() for each in code_of(folder, python))
    ).hexdigest()


def agent_number(tree: Tree, settings: Settings) -> str:
    """Return the number of the desk behind the ``agent`` node, or nothing if that node is no transfer."""
    node = tree.nodes[tree.declared.agent]
    if node.desk is None:
        return ""
    return settings.desk_numbers.get(node.desk) or tree.desks[node.desk].number
