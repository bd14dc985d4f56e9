"""Where a server's menu comes from: the folder of the hotline, or the version of it that is published in the store."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ivr.actions.bulletins import Bulletins, FileStamp
from ivr.actions.registry import ActionRegistry
from ivr.calls.hotline_files import HotlineFiles, read_folder, stamps
from ivr.calls.hotline_loader import MenuBroken, code_of, load_files, read_registry, registry_for
from ivr.calls.recordings import recordings_of
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.loader import Loaded, included_files, load
from ivr.menu.reading.draft import MENU_FILE
from ivr.menu.reading.problems import Problem
from ivr.menu.tree import Tree
from ivr.storage.base import PublishedMenu
from ivr.storage.sqlite import SqliteStore

READ_EVERY = 15.0
"""Seconds after which the folder is read even if no file looks changed: file systems may keep time coarsely."""


class MenuSource(Protocol):
    """Where the menu of new calls comes from."""

    bulletins: Bulletins
    problem: str
    """What of the folder is not served, for anybody to read; empty if all is."""

    def first(self, registry: ActionRegistry | None) -> tuple[Tree, ActionRegistry]:
        """Return the menu to begin with and the actions of the hotline, or those given. Raises ``BadFile``."""

    def changed(self, present: Tree, registry: ActionRegistry, /) -> Loaded | None:
        """Return the menu, or what is wrong with it, if it has changed since it was asked for last."""

    def recordings(self) -> Mapping[str, str]:
        """Return the published names of the present recordings."""

    def keep(self, tree: Tree) -> None:
        """Keep a version that calls begin with from now on."""

    def forget(self) -> None:
        """Forget what was seen, so that the next look finds everything changed."""


@dataclass(slots=True)
class FolderSource:
    """Reads the menu from the folder: for one process, such as a simulator, whose store nobody else can see."""

    folder: Path
    store: SqliteStore
    tree: Tree | None = None
    """The menu to begin with, if it is loaded already."""
    bulletins: Bulletins = field(init=False)
    problem: str = ""
    _files: HotlineFiles | None = None
    """What was read last, even if it has errors."""
    _stamps: Mapping[str, FileStamp | None] = field(default_factory=dict)
    _read: float = 0.0
    _code: Sequence[bytes] = ()
    """The Python files when they were loaded."""

    def __post_init__(self) -> None:
        self.bulletins = Bulletins.open(self.folder / "bulletins.yaml")

    def first(self, registry: ActionRegistry | None) -> tuple[Tree, ActionRegistry]:
        tree = self.tree
        if tree is None:
            loaded = load_files(self.folder, self._changed_files(None) or HotlineFiles(), registry)
            if loaded.tree is None:
                raise MenuBroken.of(self.folder, loaded.problems)
            tree = loaded.tree
        else:
            self._stamps, self._read = self._stamps_of(tree.sources), time.monotonic()
        registry = registry or registry_for(self.folder, tree)
        self._code = code_of(self.folder, tree.python)
        return tree, registry

    def changed(self, present: Tree, registry: ActionRegistry) -> Loaded | None:
        files = self._changed_files(present)
        if files is None:
            return None
        loaded = load_files(self.folder, files, registry)
        if loaded.tree is None and code_of(self.folder, present.python) != self._code:
            return replace(loaded, problems=(*loaded.problems, code_has_changed()))
        return loaded

    def recordings(self) -> Mapping[str, str]:
        return recordings_of(self.folder)[0]

    def keep(self, tree: Tree) -> None:
        self.store.keep_version(tree.version, tree.name, tree.sources)

    def forget(self) -> None:
        self._files, self._stamps = None, {}

    def _changed_files(self, present: Tree | None) -> HotlineFiles | None:
        """Return the content of the folder, or None if it has not changed."""
        before, now = self._files, time.monotonic()
        known = before or present
        seen = self._stamps_of(known.sources if known else {})
        if seen == self._stamps and now - self._read < READ_EVERY:
            return None
        self._files, self._stamps, self._read = read_folder(self.folder), seen, now
        return None if self._files == before else self._files

    def _stamps_of(self, sources: Mapping[str, str]) -> Mapping[str, FileStamp | None]:
        """Return what shows a change. The sources of the last reading say what the menu includes."""
        return stamps(self.folder, included_files(sources.get(MENU_FILE, "")))


def code_has_changed() -> Problem:
    what = "the Python code has changed since the start"
    return Problem(ACTIONS_FILE, 1, 1, "", what, "restart to load it", "warning")


@dataclass(slots=True)
class StoreSource:
    """Takes the published version from the store. The folder is read for the code and the recordings alone.

    The files of the folder are read and checked by the publisher, a process of its own: whatever is in them, the
    workers of a server go on.
    """

    folder: Path
    store: SqliteStore
    module: str
    """The hotline's Python module: the database chooses no code."""
    bulletins: Bulletins = field(default_factory=lambda: Bulletins.open(None))
    problem: str = ""
    _menu: PublishedMenu | None = None
    """What was published when this was asked last."""

    def first(self, registry: ActionRegistry | None) -> tuple[Tree, ActionRegistry]:
        menu = self.store.published(str(self.folder))
        sources = self.store.version(menu.version) if menu else None
        if menu is None or sources is None:
            raise MenuBroken(
                f"{self.folder}: no version of this hotline is published; start `ivr serve` again"
            )
        broken: list[Problem] = []
        if registry is None:
            registry, broken = read_registry(self.folder, sources, self.module)
        loaded = self._loaded(menu, sources, registry)
        if broken or loaded.tree is None:
            raise MenuBroken.of(self.folder, broken or loaded.problems)
        self._note(menu)
        return loaded.tree, registry

    def changed(self, _present: Tree, registry: ActionRegistry) -> Loaded | None:
        before, menu = self._menu, self.store.published(str(self.folder))
        if menu is None or menu == before:
            return None
        self._note(menu)
        if before and (before.version, before.recordings) == (menu.version, menu.recordings):
            return None
        sources = self.store.version(menu.version)
        return self._loaded(menu, sources, registry) if sources else None

    def recordings(self) -> Mapping[str, str]:
        return self._menu.recordings if self._menu else {}

    def keep(self, tree: Tree) -> None:
        """Do nothing: the publisher has kept it."""

    def forget(self) -> None:
        self._menu = None

    def _loaded(self, menu: PublishedMenu, sources: Mapping[str, str], registry: ActionRegistry) -> Loaded:
        return load(sources, registry.contracts, menu.recordings, withheld=registry.withheld)

    def _note(self, menu: PublishedMenu) -> None:
        self._menu, self.problem = menu, menu.problem
        self.bulletins.replace(menu.bulletins)
