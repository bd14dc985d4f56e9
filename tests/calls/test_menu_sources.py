"""A worker's menu comes from the store: it starts, and takes up changes, whatever is in the folder."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.calls import served_hotline as module
from ivr.calls.hotline_loader import MenuBroken, load_tree
from ivr.calls.menu_sources import StoreSource
from ivr.calls.served_hotline import ServedHotline
from ivr.config import BadSetting, Settings
from ivr.menu import loader as menu_loader
from ivr.menu.loader import Loaded
from ivr.storage.base import PublishedMenu
from ivr.storage.sqlite import SqliteStore
from tests.support.switchboards import write_menu

MODULE = "ivr.demo.actions"
BULLETINS = "- {first: 2026-01-01, last: 2027-01-01, words: {en-US: Hello.}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a small hotline."""
    return write_menu(tmp_path / "hotline")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Return a store in a file, as workers share it."""
    opened = SqliteStore(tmp_path / "calls.sqlite3")
    yield opened
    opened.close()


def publish(folder: Path, store: SqliteStore, **fields: str) -> str:
    """Publish what is in a folder, and return the version."""
    tree = load_tree(folder)
    store.keep_version(tree.version, tree.name, tree.sources)
    store.publish(str(folder), PublishedMenu(tree.version, **fields))  # type: ignore[arg-type]
    return tree.version


def say(folder: Path, words: str) -> None:
    """Let the menu begin with other words."""
    menu = (folder / "menu.yaml").read_text(encoding="utf-8")
    (folder / "menu.yaml").write_text(menu.replace("say: Hello.", f"say: {words}"), encoding="utf-8")


def worker(folder: Path, store: SqliteStore, settings: Settings | None = None) -> ServedHotline:
    """Return the hotline as a worker has it; a thread of its own would refresh it."""
    source = StoreSource(folder, store, MODULE)
    return ServedHotline(folder, store, settings or Settings(), source=source, look_every=math.inf)


def test_a_worker_starts_with_the_published_version_and_without_the_folder(
    folder: Path, store: SqliteStore
) -> None:
    """It is no stricter than the workers that run."""
    version = publish(folder, store)
    shutil.rmtree(folder)
    assert worker(folder, store).current().version == version


def test_nothing_is_served_before_something_is_published(folder: Path, store: SqliteStore) -> None:
    """A worker alone looks at no folder."""
    with pytest.raises(MenuBroken, match="no version of this hotline is published"):
        worker(folder, store)


def test_a_newly_published_version_is_taken_up_by_a_refresh_and_by_no_call(
    folder: Path, store: SqliteStore
) -> None:
    """No caller waits until a menu is compiled."""
    first = publish(folder, store)
    hotline = worker(folder, store)
    say(folder, "Good day.")
    second = publish(folder, store)
    assert hotline.current().version == first
    with capture_logs() as logs:
        hotline.refresh()
        hotline.refresh()
    assert [each["event"] for each in logs] == ["menu taken up"]
    assert hotline.current().version == second
    assert hotline.version(first).version == first


def test_what_is_wrong_with_the_folder_is_known_without_compiling(folder: Path, store: SqliteStore) -> None:
    """The words of `/readyz` come and go; the menu stays the same object."""
    publish(folder, store)
    hotline = worker(folder, store)
    tree = hotline.current()
    publish(folder, store, problem="the folder's menu is not served: menu.yaml:1:1: x")
    hotline.refresh()
    assert hotline.problem == "the folder's menu is not served: menu.yaml:1:1: x"
    publish(folder, store)
    hotline.refresh()
    assert hotline.problem == ""
    assert hotline.current() is tree


def test_bulletins_come_with_what_is_published(folder: Path, store: SqliteStore) -> None:
    """And never from the folder, where they may be broken."""
    publish(folder, store, bulletins=BULLETINS)
    (folder / "bulletins.yaml").write_text("[")
    source = StoreSource(folder, store, MODULE)
    hotline = ServedHotline(folder, store, source=source)
    assert source.bulletins.current(date(2026, 11, 1), "en-US") == ["Hello."]
    publish(folder, store, bulletins=BULLETINS.replace("Hello", "Howdy"))
    hotline.refresh()
    assert source.bulletins.current(date(2026, 11, 1), "en-US") == ["Howdy."]


def test_a_changed_recording_is_taken_up(folder: Path, store: SqliteStore) -> None:
    """Although the version, which is that of the words, is the same."""
    version = publish(folder, store)
    hotline = worker(folder, store)
    tree = hotline.current()
    store.publish(str(folder), PublishedMenu(version, {"en-US/main.wav": "en-US/main.01234567.wav"}))
    hotline.refresh()
    assert hotline.current() is not tree
    assert hotline.current().version == version


def test_other_code_is_taken_up_by_a_restart_alone(folder: Path, store: SqliteStore) -> None:
    """A newer server on the same folder may have published it: the log says it once, `/readyz` as long as it lasts."""
    first = publish(folder, store)
    hotline = worker(folder, store)
    other = {**hotline.current().sources, "actions.yaml": "python: tests.support.bank\n"}
    store.keep_version("other", "test", other)
    store.publish(str(folder), PublishedMenu("other"))
    with capture_logs() as logs:
        hotline.refresh()
        hotline.refresh()
    (told,) = logs
    assert told["problems"][0].endswith("; restart the server")
    assert hotline.current().version == first
    assert hotline.problem == "the menu is not taken up; the log says why"
    publish(folder, store)
    hotline.refresh()
    assert hotline.problem == ""


def test_the_database_chooses_no_code(folder: Path, store: SqliteStore) -> None:
    """A worker that starts runs the module that it was told, whatever the published version names."""
    publish(folder, store)
    sources = {**worker(folder, store).current().sources, "actions.yaml": "python: antigravity\n"}
    store.keep_version("evil", "test", sources)
    store.publish(str(folder), PublishedMenu("evil"))
    assert worker(folder, store).actions_module.open_accounts is not None


def test_a_published_version_must_fit_the_settings(folder: Path, store: SqliteStore) -> None:
    """At the start as later."""
    publish(folder, store)
    with pytest.raises(BadSetting, match="no desk `servce`"):
        worker(folder, store, Settings(desk_numbers={"servce": "+12025550199"}))
    hotline = worker(folder, store, Settings(number="+8657100000002"))
    good = hotline.current().version
    menu = (folder / "menu.yaml").read_text(encoding="utf-8")
    (folder / "menu.yaml").write_text(menu.replace("+8657100000001", "+8657100000002"), encoding="utf-8")
    publish(folder, store)
    with capture_logs() as logs:
        hotline.refresh()
    assert "the hotline would ring itself" in logs[0]["problems"][0]
    assert hotline.current().version == good


def test_a_store_that_fails_is_told_once_and_asked_again(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published meanwhile is taken up then."""
    publish(folder, store)
    hotline = worker(folder, store)
    say(folder, "Good day.")
    version = publish(folder, store)
    with monkeypatch.context() as broken, capture_logs() as logs:
        broken.setattr(SqliteStore, "version", lambda *_: 1 / 0)
        hotline.refresh()
        hotline.refresh()
    assert [each["event"] for each in logs] == ["menu not looked for"]
    hotline.refresh()
    assert hotline.current().version == version


def test_an_older_version_is_compiled_by_one_thread(
    folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart many calls may ask for it at once."""
    old = publish(folder, store)
    say(folder, "Good day.")
    publish(folder, store)
    hotline = worker(folder, store)
    compiled: list[Loaded] = []

    def load(*arguments: Any, **options: Any) -> Loaded:
        compiled.append(menu_loader.load(*arguments, **options))
        return compiled[-1]

    monkeypatch.setattr(module, "load", load)
    with ThreadPoolExecutor(6) as pool:
        trees = set(map(id, pool.map(hotline.version, [old] * 6)))
    assert trees == {id(compiled[0].tree)}
    assert len(compiled) == 1
