"""Looks through a hotline's folder for the publisher: what of it can be served, and what is wrong with the rest.

Nothing in the folder can be trusted to be small or quick to read, so this runs in a process of its own, with limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.actions.bulletins import parse_bulletins
from ivr.actions.http.connections import Connections
from ivr.actions.http.service_actions import actions_of
from ivr.actions.registry import ActionRegistry
from ivr.calls.hotline_files import folder_digest, read_folder, read_text
from ivr.calls.hotline_loader import code_of, load_files, misfits, named_module, read_registry
from ivr.calls.menu_sources import code_has_changed
from ivr.config import BadSetting, Settings
from ivr.menu.http_actions import AccountsOverHttp
from ivr.menu.language.contract import Contract
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.loader import Loaded, included_files
from ivr.menu.reading.draft import MENU_FILE
from ivr.menu.reading.problems import BadFile, Problem

BULLETINS_FILE = "bulletins.yaml"


@dataclass(frozen=True, slots=True)
class RunningCode:
    """The code that the workers of a server have in memory. A changed menu must do with it."""

    contracts: Mapping[str, Contract]
    withheld: Mapping[str, Contract]
    python: str
    accounts: AccountsOverHttp | None
    code: Sequence[bytes]
    """The Python files when they were loaded."""


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What is in a folder."""

    digest: str = ""
    watched: Sequence[str] = ()
    """The files beside those at the top of the folder from which the digest was made."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """The files of the menu, even if it is broken."""
    recordings: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    """The version of the menu; empty if it cannot be served."""
    hotline: str = ""
    problems: tuple[Problem, ...] = ()
    """Why the menu cannot be served."""
    bulletins: str | None = None
    """The text of the bulletins; None if those that were good last are still to be told."""
    others: tuple[Problem, ...] = ()
    """What is wrong with other files, which keep no menu from being served."""


def check_folder(
    folder: Path, settings: Settings, environ: Mapping[str, str], running: RunningCode | None
) -> FolderReport:
    """Look through a folder. Without ``running`` code its own is loaded, as at the start of a server."""
    menu, _ = read_text(folder / MENU_FILE, MENU_FILE)
    module = running.python if running else named_module(_actions_file(folder))
    watched = watched_files(menu, module)
    digest = folder_digest(folder, watched)
    files = read_folder(folder)
    registry, broken = read_registry(folder, files.sources, running.python if running else None)
    loaded = _fitting(load_files(folder, files, running), settings, environ, running)
    bulletins, wrong = _bulletins(folder)
    others = [*files.unusable, *wrong, *_problems_of_module(folder, registry)]
    problems = _errors(loaded) or [*loaded.problems]
    if running:  # a worker that starts would meet what is wrong with the code
        has_changed = code_of(folder, running.python) != running.code
        others += broken or (_errors(load_files(folder, files, registry)) if has_changed else [])
        problems += [code_has_changed()] if has_changed else []
    tree = loaded.tree
    return FolderReport(
        digest,
        watched,
        files.sources,
        files.recordings,
        version=tree.version if tree else "",
        hotline=tree.name if tree else "",
        problems=() if tree else tuple(problems),
        bulletins=bulletins,
        others=tuple(others),
    )


def _errors(loaded: Loaded) -> list[Problem]:
    return [each for each in loaded.problems if each.severity == "error"] if loaded.tree is None else []


def watched_files(menu: str, module: str) -> list[str]:
    """Return the files of a folder that are watched beside those at its top: what the menu includes, and the code."""
    return [*included_files(menu), *([module] if module.endswith(".py") else ())]


def _actions_file(folder: Path) -> Mapping[str, str]:
    return {ACTIONS_FILE: read_text(folder / ACTIONS_FILE, ACTIONS_FILE)[0]}


def _fitting(
    loaded: Loaded, settings: Settings, environ: Mapping[str, str], running: RunningCode | None
) -> Loaded:
    """Return the menu if a server with these settings can take it up, or why it cannot."""
    if loaded.tree is None:
        return loaded
    wrong = misfits(loaded, settings, running)
    try:
        actions_of(loaded.tree, environ, Connections(), {})
    except BadSetting as error:
        wrong.append(Problem(ACTIONS_FILE, 1, 1, "", str(error), "start the server with it"))
    return Loaded(None, tuple(wrong)) if wrong else loaded


def _bulletins(folder: Path) -> tuple[str | None, tuple[Problem, ...]]:
    """Return the text of the bulletins, or None and what is wrong with them."""
    path = folder / BULLETINS_FILE
    if not path.exists():
        return ("" if folder.is_dir() else None), ()
    text, problems = read_text(path, BULLETINS_FILE)
    if problems:
        return None, tuple(problems)
    try:
        parse_bulletins(text)
    except BadFile as error:
        return None, error.problems
    return text, ()


def _problems_of_module(folder: Path, registry: ActionRegistry) -> tuple[Problem, ...]:
    """Return what the hotline's own module says of its files."""
    try:
        return tuple(registry.module.check_folder(folder))
    except BadFile as error:
        return error.problems
    except Exception as error:  # noqa: BLE001 - an unreadable file, for example; the module is anybody's code
        what = f"the files of the actions cannot be checked: {type(error).__name__}"
        return (Problem(ACTIONS_FILE, 1, 1, "", what, "`ivr check` says more"),)
