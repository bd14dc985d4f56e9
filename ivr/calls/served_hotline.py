"""A hotline that is served: the menu of new calls, and older versions for the calls that began with them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from ivr.actions.base import Action
from ivr.actions.http.connections import Connections
from ivr.actions.http.service_actions import actions_of
from ivr.actions.python_module import PythonModule
from ivr.actions.registry import ActionRegistry
from ivr.calls.hotline_loader import misfits, setting_problems
from ivr.calls.menu_sources import FolderSource, MenuSource
from ivr.config import BadSetting, Settings
from ivr.logs import origin_of
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.loader import Loaded, load
from ivr.menu.reading.problems import Problem
from ivr.menu.tree import Tree
from ivr.storage.sqlite import SqliteStore

LOOK_EVERY = 1.0
"""Seconds between two looks for a changed menu."""
MOST_TREES = 8
"""Compiled versions that are kept in memory; an older one is compiled again from the store."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ServedHotline:
    """One hotline that is served. A changed menu replaces the present one if it has no errors."""

    folder: Path
    store: SqliteStore
    settings: Settings = field(default_factory=Settings)
    report: Callable[[tuple[Problem, ...]], None] | None = None
    """Called with the problems of a menu that was not loaded."""
    look_every: float = LOOK_EVERY
    """Seconds; infinite if a thread of its own calls :meth:`refresh`."""
    source: MenuSource | None = None
    """Where the menu of new calls comes from; None is the folder."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    """Has the addresses and secrets of the services in ``actions.yaml``."""
    connections: Connections = field(default_factory=Connections)
    """To those services; they outlive a menu version."""
    registry: ActionRegistry | None = None
    """The other actions. Their code is loaded once: a change needs a restart."""
    present: Tree | None = field(default=None, init=False)
    """The menu of new calls."""
    _trees: dict[str, Tree] = field(default_factory=dict, init=False)
    _actions: dict[str, Mapping[str, Action]] = field(default_factory=dict, init=False)
    """By version."""
    _unfit: str = field(default="", init=False)
    """Why the newest menu of the source was not taken up here."""
    _failing: bool = field(default=False, init=False)
    _looked: float = field(default=0.0, init=False)
    _refreshing: threading.Lock = field(default_factory=threading.Lock, init=False)
    _restoring: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        """Load the menu. Raises :class:`MenuBroken`, or ``BadSetting`` if the menu does not fit the settings."""
        if self.source is None:
            self.source = FolderSource(self.folder, self.store)
        tree, self.registry = self.source.first(self.registry)
        if wrong := [f"{what}; {remedy}" for _, what, remedy in setting_problems(tree, self.settings)]:
            raise BadSetting("\n".join(wrong))
        self._take_up(tree)

    def current(self) -> Tree:
        """Return the menu for a new call. If nobody else does it, this looks for a changed one."""
        if time.monotonic() - self._looked >= self.look_every:
            self.refresh()
        assert self.present is not None
        return self.present

    def version(self, version: str) -> Tree:
        """Return the version of the menu that a call began with, or the present one if that is lost."""
        tree = self._known_tree(version)
        if tree is None:
            with self._restoring:  # one thread compiles it, and the others wait for that
                tree = self._known_tree(version) or self._restored(version)
        if tree is None:
            log.warning("menu version lost", version=version)
            return self.current()
        return tree

    def _known_tree(self, version: str) -> Tree | None:
        if self.present is not None and self.present.version == version:
            return self.present
        return self._trees.get(version)

    def actions(self, tree: Tree) -> Mapping[str, Action]:
        """Return the actions of a version that came from :meth:`current` or :meth:`version`."""
        return self._actions.get(tree.version) or self._actions_of(tree)

    @property
    def actions_module(self) -> PythonModule:
        """The Python module that the hotline names."""
        return self._known_actions().module

    @property
    def problem(self) -> str:
        """What of the hotline's folder is not served, in a line that anybody may read; empty if all of it is."""
        return self._unfit or self._origin().problem

    def _actions_of(self, tree: Tree) -> Mapping[str, Action]:
        return actions_of(tree, self.environ, self.connections, self._known_actions().actions)

    def _known_actions(self) -> ActionRegistry:
        assert self.registry is not None
        return self.registry

    def _origin(self) -> MenuSource:
        assert self.source is not None
        return self.source

    def close(self) -> None:
        self.connections.close()

    def _restored(self, version: str) -> Tree | None:
        """Return a version from the store: another worker loaded it, or this one did before a restart."""
        sources = self.store.version(version)
        if sources is None:
            return None
        known = self._known_actions()  # the database chooses no code
        recordings = self._origin().recordings()
        withheld = known.withheld
        tree = load(sources, known.contracts, recordings, withheld=withheld, all_recorded=False).tree
        if tree is None:
            return None
        try:
            self._keep(tree)
        except BadSetting as error:
            log.warning("menu version not restored", version=version, problems=[str(error)])
            return None
        return tree

    def refresh(self) -> None:
        """Look for a changed menu, unless another thread is doing that. The present one serves meanwhile."""
        if not self._refreshing.acquire(blocking=False):
            return
        try:
            loaded = self._reloaded()
            self._failing = False
        except Exception as error:  # noqa: BLE001 - a file that went away, a full disk: look again
            if not self._failing:
                log.warning("menu not looked for", **origin_of(error))
            self._failing = True
            self._origin().forget()
            return
        finally:
            self._refreshing.release()
        if loaded is not None and loaded.tree is None and self.report:
            self.report(loaded.problems)

    def _reloaded(self) -> Loaded | None:
        """Load a changed menu, and use it if it has no errors. Return None if nothing has changed."""
        assert self.present is not None
        self._looked = time.monotonic()
        loaded = self._origin().changed(self.present, self._known_actions())
        if loaded is None:
            return None
        loaded = self._checked(loaded)
        if loaded.tree is not None:
            self._unfit = ""
            log.info("menu taken up", hotline=loaded.tree.name, version=loaded.tree.version)
        else:
            self._unfit = "the menu is not taken up; the log says why"
            log.error("menu not taken up", problems=[str(problem) for problem in loaded.problems])
        return loaded

    def _checked(self, loaded: Loaded) -> Loaded:
        """Use a menu if a server could also start with it. Otherwise return what is wrong."""
        tree = loaded.tree
        if tree is None:
            return loaded
        wrong = misfits(loaded, self.settings, self.present)
        if not wrong:
            try:
                self._take_up(tree)
            except BadSetting as error:
                wrong = [Problem(ACTIONS_FILE, 1, 1, "", str(error), "start the server with it")]
        return Loaded(None, tuple(wrong)) if wrong else loaded

    def _take_up(self, tree: Tree) -> None:
        self._keep(tree)
        self._origin().keep(tree)
        self.present = tree
        self._looked = time.monotonic()

    def _keep(self, tree: Tree) -> None:
        """Keep a compiled version in memory. Each table is replaced as a whole, so no other thread sees half a change."""
        actions = self._actions_of(tree)
        others = [other for other in self._trees.values() if other.version != tree.version]
        trees = {each.version: each for each in [*others, tree][-MOST_TREES:]}
        self._actions = {version: self._actions.get(version, actions) for version in trees}
        self._trees = trees
