"""A hotline that is served: the menu of new calls, and older versions for the calls that began with them."""

from __future__ import annotations

import functools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import structlog

from ivr.actions.base import Action
from ivr.actions.bulletins import FileStamp
from ivr.actions.http.connections import Connections
from ivr.actions.http.service_actions import actions_of
from ivr.actions.python_module import BadModule, PythonModule
from ivr.actions.registry import ActionRegistry, registry_of
from ivr.calls.hotline_files import HotlineFiles, read_folder, stamps
from ivr.calls.recordings import recordings_of
from ivr.config import BadSetting, Settings
from ivr.logs import origin_of
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.language.model import YamlPath
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.loader import Loaded, load, tree_despite
from ivr.menu.reading.draft import DATA_FILES
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.reading.yaml import Section, place, read
from ivr.menu.tree import Tree
from ivr.storage.sqlite import SqliteStore

LOOK_EVERY = 1.0
"""Seconds between two looks at the folder."""
READ_EVERY = 15.0
"""Seconds after which the folder is read even if no file looks changed: file systems may keep time coarsely."""
MOST_TREES = 8
"""Compiled versions that are kept in memory; an older one is compiled again from the store."""

log = structlog.get_logger(__name__)


class MenuBroken(BadFile):
    """A hotline cannot be loaded."""


def load_hotline(folder: Path, registry: ActionRegistry | None = None) -> Loaded:
    """Read and check the menu of a hotline's folder, with the actions that it names or those of ``registry``."""
    return _loaded(folder, read_folder(folder), registry)


def _loaded(folder: Path, files: HotlineFiles, registry: ActionRegistry | None) -> Loaded:
    if any(_lacks_source(problem, files.sources) for problem in files.problems):
        return Loaded(None, files.problems)  # the rest would be read as if that file were not there
    broken: list[Problem] = []
    if registry is None:
        registry, broken = read_registry(folder, files.sources)
    loaded = load(
        files.sources,
        registry.contracts,
        files.recordings,
        files.unread,
        withheld=registry.withheld,
        complete=not broken,
    )
    if files.unusable:
        loaded = replace(loaded, problems=tuple(sorted({*loaded.problems, *files.unusable})))
    if not broken and not files.problems:
        return loaded
    return Loaded(None, tuple(sorted({*loaded.problems, *broken, *files.problems})), loaded.draft)


def _lacks_source(problem: Problem, sources: Mapping[str, str]) -> bool:
    """Whether a file of the menu could not be read. A data file with another ending, or a second copy, hides nothing."""
    return PurePosixPath(problem.file).with_suffix(".yaml").as_posix() not in {*sources, *DATA_FILES}


def read_registry(folder: Path, sources: Mapping[str, str]) -> tuple[ActionRegistry, list[Problem]]:
    """Return the actions of a hotline that ``actions.yaml`` does not declare itself, and what is wrong with them."""
    section = _actions_section(sources.get(ACTIONS_FILE, ""))
    python, accounts = (section.get("python"), section.get("accounts")) if section else (None, None)
    over_http = isinstance(accounts, Section)
    resets = isinstance(accounts, Section) and accounts.get("resets") in {True, "true"}
    if not isinstance(python, str):
        return ActionRegistry(has_accounts=over_http, has_resets=resets), []
    try:
        return registry_of(folder, python, has_accounts=over_http, has_resets=resets), []
    except BadModule as bad:
        assert section is not None
        problem = Problem(ACTIONS_FILE, *place(section, "python"), "", bad.what, bad.remedy)
        # Nobody knows whether it has accounts, so an action that needs them is no further mistake.
        return ActionRegistry(has_accounts=True, has_resets=True), [problem]


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


def agent_number(tree: Tree, settings: Settings) -> str:
    """Return the number of the desk behind the ``agent`` node, or nothing if that node is no transfer."""
    node = tree.nodes[tree.declared.agent]
    if node.desk is None:
        return ""
    return settings.desk_numbers.get(node.desk) or tree.desks[node.desk].number


@dataclass(slots=True)
class ServedHotline:
    """One hotline that is served. A changed menu replaces the present one if it has no errors."""

    folder: Path
    store: SqliteStore
    settings: Settings = field(default_factory=Settings)
    report: Callable[[tuple[Problem, ...]], None] | None = None
    """Called with the problems of a menu that was not loaded."""
    look_every: float = LOOK_EVERY
    present: Tree | None = None
    """The menu of new calls; None loads it from the folder."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    """Has the addresses and secrets of the services in ``actions.yaml``."""
    connections: Connections = field(default_factory=Connections)
    """To those services; they outlive a menu version."""
    registry: ActionRegistry | None = None
    """The other actions. Their code is loaded once: a change needs a restart."""
    _trees: dict[str, Tree] = field(default_factory=dict)
    _actions: dict[str, Mapping[str, Action]] = field(default_factory=dict)
    """By version."""
    _files: HotlineFiles | None = None
    """What was read last, even if it has errors."""
    _stamps: Mapping[str, FileStamp | None] = field(default_factory=dict)
    _code: Sequence[bytes] = ()
    """The Python files when they were loaded."""
    _looked: float = 0.0
    _read: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Load the menu. Raises :class:`MenuBroken`, or ``BadSetting`` if the menu does not fit the settings."""
        tree = self.present
        if tree is None:
            loaded = _loaded(self.folder, self._changed_files() or HotlineFiles(), self.registry)
            if loaded.tree is None:
                raise MenuBroken.of(self.folder, loaded.problems)
            tree = loaded.tree
        else:
            self._stamps, self._read = stamps(self.folder, tree.sources), time.monotonic()
        if wrong := [f"{what}; {remedy}" for _, what, remedy in setting_problems(tree, self.settings)]:
            raise BadSetting("\n".join(wrong))
        if self.registry is None:
            self.registry = registry_for(self.folder, tree)
        self._take_up(tree)
        self._code = self._code_now()

    def current(self) -> Tree:
        """Return the menu for a new call. It is loaded again if its files have changed."""
        if time.monotonic() - self._looked >= self.look_every:
            self._refresh()
        assert self.present is not None
        return self.present

    def version(self, version: str) -> Tree:
        """Return the version of the menu that a call began with, or the present one if that is lost."""
        if self.present is not None and self.present.version == version:
            return self.present
        tree = self._trees.get(version) or self._restored(version)
        if tree is None:
            log.warning("menu version lost", version=version)
            return self.current()
        return tree

    def actions(self, tree: Tree) -> Mapping[str, Action]:
        """Return the actions of a version that came from :meth:`current` or :meth:`version`."""
        return self._actions.get(tree.version) or self._actions_of(tree)

    @property
    def actions_module(self) -> PythonModule:
        """The Python module that the hotline names."""
        return self._known().module

    def _actions_of(self, tree: Tree) -> Mapping[str, Action]:
        return actions_of(tree, self.environ, self.connections, self._known().actions)

    def _known(self) -> ActionRegistry:
        assert self.registry is not None
        return self.registry

    def close(self) -> None:
        self.connections.close()

    def _restored(self, version: str) -> Tree | None:
        """Return a version from the store: another worker loaded it, or this one did before a restart."""
        sources = self.store.version(version)
        if sources is None:
            return None
        known = self._known()  # the database chooses no code
        tree = load(sources, known.contracts, recordings_of(self.folder)[0], withheld=known.withheld).tree
        if tree is None:
            return None
        try:
            self._keep(tree)
        except BadSetting as error:
            log.warning("menu version not restored", version=version, problems=[str(error)])
            return None
        return tree

    def _refresh(self) -> None:
        """Look at the folder, unless another thread is doing that. The present menu serves meanwhile."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            loaded = self._reloaded()
        except Exception as error:  # noqa: BLE001 - a file that went away, a full disk: look again
            log.warning("folder not read", **origin_of(error))
            self._files, self._stamps = None, {}
            return
        finally:
            self._lock.release()
        if loaded is not None and loaded.tree is None and self.report:
            self.report(loaded.problems)

    def _reloaded(self) -> Loaded | None:
        """Load a changed menu, and use it if it has no errors. Return None if nothing has changed."""
        self._looked = time.monotonic()
        files = self._changed_files()
        if files is None:
            return None
        loaded = self._checked(_loaded(self.folder, files, self.registry))
        if loaded.tree is not None:
            log.info("menu taken up", hotline=loaded.tree.name, version=loaded.tree.version)
        else:
            if self._code_now() != self._code:
                what = "the Python code has changed since the start"
                changed = Problem(ACTIONS_FILE, 1, 1, "", what, "restart to load it", "warning")
                loaded = replace(loaded, problems=(*loaded.problems, changed))
            log.error("menu not taken up", problems=[str(problem) for problem in loaded.problems])
        return loaded

    def _code_now(self) -> Sequence[bytes]:
        """Return the Python file beside the menu, or the installed module's file and those of its package beside it."""
        name = self.present.python if self.present else ""
        module = sys.modules.get(name)
        path = self.folder / name if name.endswith(".py") else Path(getattr(module, "__file__", None) or "")
        paths = sorted(path.parent.glob("*.py")) if module and module.__package__ else [path]
        return [each.read_bytes() for each in paths if each.is_file()]

    def _changed_files(self) -> HotlineFiles | None:
        """Return the content of the folder, or None if it has not changed."""
        before, now = self._files, time.monotonic()
        known = before or self.present
        seen = stamps(self.folder, known.sources if known else {})
        if seen == self._stamps and now - self._read < READ_EVERY:
            return None
        self._files, self._stamps, self._read = read_folder(self.folder), seen, now
        return None if self._files == before else self._files

    def _checked(self, loaded: Loaded) -> Loaded:
        """Use a menu if a server could also start with it. Otherwise return what is wrong."""
        tree, draft = loaded.tree, loaded.draft
        if tree is None or draft is None:
            return loaded
        wrong = []
        for path, what, remedy in setting_problems(tree, self.settings):
            file, at = draft.place_of("", path)
            wrong.append(Problem(file, *at, "", what, remedy))
        present = self.present
        if present and (tree.python, tree.accounts) != (present.python, present.accounts):
            what = "`python` or `accounts` has changed, and a running server keeps the code that it has"
            wrong.append(Problem(ACTIONS_FILE, 1, 1, "", what, "restart the server"))
        if not wrong:
            try:
                self._take_up(tree)
            except BadSetting as error:
                wrong = [Problem(ACTIONS_FILE, 1, 1, "", str(error), "start the server with it")]
        return Loaded(None, tuple(wrong), draft) if wrong else loaded

    def _take_up(self, tree: Tree) -> None:
        self._keep(tree)
        self.store.keep_version(tree.version, tree.name, tree.sources)
        self.present = tree
        self._looked = time.monotonic()

    def _keep(self, tree: Tree) -> None:
        """Keep a compiled version in memory. Each table is replaced as a whole, so no other thread sees half a change."""
        actions = self._actions_of(tree)
        others = [other for other in self._trees.values() if other.version != tree.version]
        trees = {each.version: each for each in [*others, tree][-MOST_TREES:]}
        self._actions = {version: self._actions.get(version, actions) for version in trees}
        self._trees = trees
