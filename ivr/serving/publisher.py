"""Publishes the menu of a hotline's folder: one process beside the workers of `ivr serve` looks at it each second.

A changed folder is read and checked in a third process, which is ended if that takes too long or too much memory. What
is good is published in the store, where the workers find it. What is not good is told in the log, once, and stays in
the store for `/readyz`; the workers go on with what was good last. A server that starts does the same once, so that it
is never stricter than one that runs.
"""

from __future__ import annotations

import contextlib
import faulthandler
import math
import os
import re
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import structlog

from ivr.calls.folder_check import FolderReport, RunningCode, check_folder, watched_files
from ivr.calls.hotline_files import folder_digest, stamps
from ivr.calls.hotline_loader import MenuBroken, code_of, named_accounts, named_module, read_registry
from ivr.calls.menu_sources import READ_EVERY
from ivr.calls.served_hotline import LOOK_EVERY
from ivr.config import HOTLINE_VARIABLE, MODULE_VARIABLE, Settings, settings_from
from ivr.logs import configure, masked, origin_of
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.reading.draft import MENU_FILE
from ivr.menu.reading.problems import Problem
from ivr.serving.limits import LimitExceeded, ProcessLimits, run_limited
from ivr.serving.worker import DUMP, READY, WELL, name_process
from ivr.storage import database_file, open_store
from ivr.storage.base import PublishedMenu
from ivr.storage.sealing import BrokenSeal, Seal
from ivr.storage.sqlite import SqliteStore

CHECK = ProcessLimits(seconds=30.0, memory=1 << 30)
"""For a look through a folder. The shipped hotline takes half a second and 20 MB; a worker that starts must compile the
menu within a minute too."""
TRY_AGAIN = 300.0
"""Seconds until a folder that met a limit is tried again: the machine may have been busy."""
MOST_LOGGED = 20
"""Problems in one log line. `ivr check` lists all of them."""
LONGEST_PROBLEM = 300
"""Characters of a problem in the log, and in the answer of `/readyz`."""
MOST_FILES_TOLD = 5
_SIGNED_AS = "python module"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Publisher:
    """Publishes the menu of one folder."""

    folder: Path
    store: SqliteStore
    settings: Settings
    running: RunningCode | None = None
    """The code of the workers; None before a server starts."""
    limits: ProcessLimits = CHECK
    waiting: Callable[[], None] = lambda: None
    """Called again and again while a folder is checked."""
    watched: Sequence[str] = ()
    """Files beside those at the top of the folder, as in :class:`FolderReport`."""
    _seen: object = field(default=None, init=False)
    _read: float = field(default=0.0, init=False)
    _again: float = field(default=math.inf, init=False)
    """When the folder is checked even if nothing has changed."""
    _failing: bool = field(default=False, init=False)
    _refused: str = field(default="", init=False)
    """The digest of a folder that was broken while nothing of it was published."""
    report: FolderReport = field(default_factory=FolderReport, init=False)
    """What was found in the folder last."""

    def look(self) -> None:
        """Publish the folder's menu if the folder has changed. Whatever fails is tried again at the next look."""
        try:
            if self._changed():
                self.publish()
            self._failing = False
        except Exception as error:  # noqa: BLE001 - a full disk, a folder that hangs: the workers go on
            if not self._failing:
                log.error("folder not looked at", **origin_of(error))  # noqa: TRY400 - its text may hold a secret
            self._failing, self._seen = True, None

    def publish(self) -> PublishedMenu | None:
        """Check the folder, publish what is good, and log what is not. Return what is published now."""
        digest = folder_digest(self.folder, self.watched)
        self._again = math.inf
        try:
            report = run_limited(
                check_folder,
                self.folder,
                self.settings,
                dict(os.environ),
                self.running,
                limits=self.limits,
                log_style=(self.settings.log, self.settings.log_level),
                waiting=self.waiting,
                fresh=self.running is not None,  # this process has loaded the code, perhaps an older one
            )
        except LimitExceeded as error:
            what = f"the check of this hotline {error}"
            problem = Problem(MENU_FILE, 1, 1, "", what, "undo the latest change, or make the files simpler")
            report = FolderReport(digest, self.watched, problems=(problem,))
            self._again = monotonic() + TRY_AGAIN
        self.report = report
        return self._keep(report)

    def _changed(self) -> bool:
        """Return whether the folder is not as it was when it was published. It is read only if a file looks changed."""
        if monotonic() >= self._again:
            return True
        published = self.store.published(str(self.folder))
        seen = self._stamps(), published is None
        if seen == self._seen and monotonic() - self._read < READ_EVERY:
            return False
        self._seen, self._read = seen, monotonic()
        known = published.digest if published else self._refused
        return known != folder_digest(self.folder, self.watched)

    def _stamps(self) -> object:
        try:
            return stamps(self.folder, self.watched)
        except OSError as error:
            return error.errno

    def _keep(self, report: FolderReport) -> PublishedMenu | None:
        """Write what is published from now on and what is wrong, if that is news."""
        before = self.store.published(str(self.folder))
        self.watched = report.watched
        if report.version:
            self.store.keep_version(report.version, report.hotline, report.sources)
            menu = PublishedMenu(report.version, report.recordings, before.bulletins if before else "")
        elif before:
            menu = before
        else:
            self._refused = report.digest
            return None
        bulletins = menu.bulletins if report.bulletins is None else report.bulletins
        menu = replace(menu, digest=report.digest, bulletins=bulletins, problem=readiness_note(report))
        module = named_module(report.sources)
        if self._signs(module) and module == self._module_in_store(menu):
            menu = replace(menu, code=self._seal().sign(_SIGNED_AS, self._named(module)))
        if menu != before:
            self.store.publish(str(self.folder), menu)
            self._log(report, menu)
        return menu

    def _log(self, report: FolderReport, menu: PublishedMenu) -> None:
        """Log what is published, and everything that is wrong with the folder, within bounds."""
        if not report.version:
            log.error("menu not taken up", served=menu.version, **_told(report.problems))
        elif self.running:  # a server that starts says itself that it is ready
            log.info("menu published", hotline=report.hotline, version=menu.version)
        if report.others:
            log.error("files not taken up", **_told(report.others))

    def told(self) -> str:
        """Return what is wrong with the folder, a problem a line, within bounds."""
        problems = [*self.report.problems, *self.report.others]
        lines = [f"{self.folder}/{_shortened(str(problem))}" for problem in problems[:MOST_LOGGED]]
        return "\n".join([*lines, *(["…"] if len(problems) > MOST_LOGGED else [])])

    # --- the Python module of the published version, which a database alone must not choose

    def module_of(self, menu: PublishedMenu) -> str:
        """Return the Python module of what is published: the folder names it, or did so to a server with our key.

        Raises :class:`MenuBroken` if only the database names it.
        """
        module = self._module_in_store(menu)
        if not module or module == named_module(self.report.sources):
            return module
        with contextlib.suppress(BrokenSeal):
            if self._signs(module) and self._seal().unsign(_SIGNED_AS, menu.code) == self._named(module):
                return module
        what = f"only the database says that this hotline runs the code of `{module}`"
        remedy = "mend actions.yaml, or set the IVR_SECRET_KEY of the earlier server"
        wrong = Problem(ACTIONS_FILE, 1, 1, "", what, remedy)
        raise MenuBroken.of(self.folder, [*self.report.problems, wrong])

    def _module_in_store(self, menu: PublishedMenu) -> str:
        return named_module(self.store.version(menu.version) or {})

    def _signs(self, module: str) -> bool:
        return bool(module and self.settings.secret_keys)

    def _seal(self) -> Seal:
        return Seal(*self.settings.secret_keys)

    def _named(self, module: str) -> str:
        return f"{self.folder}\0{module}"


def _told(problems: Sequence[Problem]) -> dict[str, object]:
    told = [_shortened(str(problem)) for problem in problems[:MOST_LOGGED]]
    return {"problems": told, "more": max(len(problems) - MOST_LOGGED, 0)}


def readiness_note(report: FolderReport) -> str:
    """Return what is wrong with a folder in a line for anybody.

    The text of a problem is shown only if it is one of the menu's words and keys: `actions.yaml` and the files of the
    actions may have secrets. Long numbers are masked.
    """
    said = []
    if not report.version:
        first, more = report.problems[0], len(report.problems) - 1
        said.append(
            f"the folder's menu is not served: {_public(first)}" + (f" (and {more} more)" if more else "")
        )
    if report.others:
        places = {problem.file: _place(problem) for problem in reversed(report.others)}
        files = ", ".join(sorted(places.values())[:MOST_FILES_TOLD])
        said.append(f"what is in the folder is not all used: {files} (the log says why)")
    return "; ".join(said)


def _public(problem: Problem) -> str:
    if problem.file == ACTIONS_FILE:
        return f"{_place(problem)} (the log says why)"
    return re.sub(r"\d{5,}", lambda found: masked(found[0]), _shortened(str(problem)))


def _place(problem: Problem) -> str:
    return f"{_shortened(problem.file)}:{problem.line}:{problem.column}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_PROBLEM else f"{line[:LONGEST_PROBLEM]}…"


def main(listener: socket.socket, supervisor: socket.socket) -> None:
    """Publish the menu again whenever the folder changes, until asked to end. ``supervisor`` is a pair's end."""
    listener.close()  # only workers answer
    name_process("ivr-publisher")
    faulthandler.register(DUMP, all_threads=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = settings_from(os.environ)
    configure(settings.log, settings.log_level)
    folder, sign = Path(os.environ[HOTLINE_VARIABLE]), READY

    def beat(pause: float = 0.0) -> None:
        """Show that this process is well. If the supervisor has died, end."""
        nonlocal sign
        try:
            supervisor.send(sign)
        except OSError:
            sys.exit(0)
        sign = WELL
        if select.select([supervisor], [], [], pause)[0]:
            sys.exit(0)

    while not Path(database_file(settings.database_url)).exists():
        beat(
            LOOK_EVERY
        )  # the workers had it: somebody has moved it away, and opening it would make an empty one
    store = open_store(settings.database_url)
    publisher = publisher_of(folder, store, settings, os.environ[MODULE_VARIABLE], beat)
    while True:
        publisher.look()
        beat(LOOK_EVERY)


def publisher_of(
    folder: Path, store: SqliteStore, settings: Settings, module: str, waiting: Callable[[], None]
) -> Publisher:
    """Return the publisher of a server that runs with the code of this module. Raises :class:`MenuBroken`."""
    menu = store.published(str(folder))
    sources = (store.version(menu.version) if menu else None) or {}
    registry, broken = read_registry(folder, sources, module)
    if broken:
        raise MenuBroken.of(folder, broken)
    running = RunningCode(
        registry.contracts, registry.withheld, module, named_accounts(sources), code_of(folder, module)
    )
    watched = watched_files(sources.get(MENU_FILE, ""), module)
    return Publisher(folder, store, settings, running, waiting=waiting, watched=watched)


def publish_at_start(folder: Path, settings: Settings) -> tuple[str, str]:
    """Publish the menu of a folder if it is good.

    Return the Python module that the server runs, and what is wrong with the folder, a problem a line. Raises
    :class:`MenuBroken` if no version of this folder was ever good, and the errors of a store.
    """
    store = open_store(settings.database_url)
    try:
        publisher = Publisher(folder, store, settings)
        menu = publisher.publish()
        if menu is None:
            raise MenuBroken.of(folder, publisher.report.problems)
        return publisher.module_of(menu), publisher.told()
    finally:
        store.close()
