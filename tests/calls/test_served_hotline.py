"""A hotline's folder: what is read of it, and when a changed menu is taken up."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.calls import menu_sources
from ivr.calls import served_hotline as module
from ivr.calls.hotline_loader import MenuBroken
from ivr.calls.served_hotline import ServedHotline
from ivr.config import BadSetting, Settings
from ivr.menu.reading.problems import Problem
from ivr.storage.base import IN_MEMORY
from ivr.storage.sqlite import SqliteStore
from tests.support.recorded import cooperative, record_all
from tests.support.switchboards import write_menu


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of a small hotline."""
    return write_menu(tmp_path / "hotline")


def changed(folder: Path, old: str, new: str) -> None:
    """Save the menu with a change, a moment later."""
    path = folder / "menu.yaml"
    before = path.stat().st_mtime_ns
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))


def test_a_broken_menu_cannot_be_served(folder: Path) -> None:
    """At the start there is no good one to go on with: every problem is told."""
    changed(folder, "start: main", "start: mian")
    with pytest.raises(MenuBroken, match="mian") as caught:
        ServedHotline(folder, SqliteStore(IN_MEMORY))
    assert caught.value.problems


def test_a_changed_menu_is_taken_up(folder: Path) -> None:
    """And kept in the store under its hash, with the older one."""
    store = SqliteStore(IN_MEMORY)
    hotline = ServedHotline(folder, store, look_every=0.0)
    first = hotline.current()
    changed(folder, "say: Hello.", "say: Good day.")
    second = hotline.current()
    assert first.version != second.version
    assert store.version(first.version) == first.sources
    assert store.version(second.version) == second.sources


def test_an_unchanged_menu_is_not_loaded_again(folder: Path) -> None:
    """Looking costs little."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    assert hotline.current() is hotline.current()


def test_a_broken_change_keeps_the_good_menu_and_is_reported_once(folder: Path) -> None:
    """The calls go on; the editor is told what is wrong, and not at every call."""
    reported: list[tuple[Problem, ...]] = []
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), report=reported.append, look_every=0.0)
    good = hotline.current()
    changed(folder, "start: main", "start: mian")
    assert hotline.current() is good
    assert hotline.current() is good
    assert len(reported) == 1
    assert "mian" in str(reported[0][0])


def test_a_mended_menu_is_taken_up(folder: Path) -> None:
    """After the mistake is gone the change is there."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    good = hotline.current()
    changed(folder, "start: main", "start: mian")
    hotline.current()
    changed(folder, "start: mian", "start: main\n")
    assert hotline.current().version != good.version


def test_a_changed_recording_is_taken_up(folder: Path) -> None:
    """Although the menu's words, and so its version, are the same."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    before = hotline.current()
    (folder / "audio" / "en-US").mkdir(parents=True)
    (folder / "audio" / "en-US" / "hello.wav").write_bytes(b"one")
    after = hotline.current()
    assert after is not before
    assert after.version == before.version


def test_the_folder_is_not_looked_at_all_the_time(folder: Path) -> None:
    """A busy hotline looks once in a while."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=3600.0)
    good = hotline.current()
    changed(folder, "say: Hello.", "say: Good day.")
    assert hotline.current() is good


def test_a_folder_that_vanishes_keeps_the_good_menu(folder: Path, tmp_path: Path) -> None:
    """And is taken up again when it is back."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    good = hotline.current()
    folder.rename(tmp_path / "away")
    assert hotline.current() is good
    (tmp_path / "away").rename(folder)
    assert hotline.current().version == good.version


def test_an_older_version_comes_from_the_store(folder: Path) -> None:
    """A worker that never had it compiles it, once."""
    store = SqliteStore(IN_MEMORY)
    old = ServedHotline(folder, store).current()
    changed(folder, "say: Hello.", "say: Good day.")
    other = ServedHotline(folder, store)
    assert other.current().version != old.version
    assert other.version(old.version).sources == old.sources
    assert other.version(old.version) is other.version(old.version)


def test_an_older_version_needs_no_recording_that_was_deleted(tmp_path: Path) -> None:
    """A call in a language without a voice stays on its menu, and hears what is there."""
    folder, store = cooperative(tmp_path / "cooperative"), SqliteStore(IN_MEMORY)
    old = ServedHotline(folder, store).current()
    changed(folder, "leave a message, go: sorry", "leave a message, go: bye")
    words = folder / "prompts.ha-NG.yaml"
    words.write_text(
        words.read_text().replace("menu: {balance: kuɗinka, sorry:", "menu: {balance: kuɗinka, bye:")
    )
    record_all(folder)
    (folder / "audio" / "ha-NG" / "nodes" / "main" / "menu" / "sorry.wav").unlink()
    other = ServedHotline(folder, store)
    assert other.current().version != old.version
    assert other.version(old.version).version == old.version


def test_a_version_that_is_lost_is_the_present_one(folder: Path) -> None:
    """There is nothing better."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY))
    assert hotline.version("gone") is hotline.current()


def test_few_compiled_versions_are_kept_at_hand(folder: Path) -> None:
    """However often an editor saves, memory does not grow; older ones still are in the store."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    first = hotline.current().version
    for number in range(module.MOST_TREES + 1):
        said = f"say: Hello {number}."
        changed(folder, "say: Hello." if number == 0 else f"say: Hello {number - 1}.", said)
        hotline.current()
    assert len(hotline._trees) == module.MOST_TREES
    assert hotline.version(first).version == first


# --- what a menu must go with


OWN = "+12025550199"
WRONG_SETTINGS = [
    (Settings(number=OWN, fallback_number=OWN), "the number of IVR_FALLBACK_NUMBER"),
    (Settings(number="+8657100000001"), "the number of the desk `service`"),
    (Settings(desk_numbers={"servce": OWN}), "no desk `servce`; did you mean `service`?"),
    (Settings(number=OWN, desk_numbers={"service": OWN}), "the number of the desk `service`"),
]


@pytest.mark.parametrize(("settings", "says"), WRONG_SETTINGS)
def test_a_menu_that_does_not_go_with_the_settings_cannot_be_started_with(
    folder: Path, settings: Settings, says: str
) -> None:
    """The hotline would ring itself, or somebody would wait for a desk that nobody rings."""
    with pytest.raises(BadSetting) as refused:
        ServedHotline(folder, SqliteStore(IN_MEMORY), settings)
    assert says in str(refused.value)


def test_all_that_is_wrong_with_the_settings_is_told_at_once(folder: Path) -> None:
    """Whoever starts a server mends them in one go."""
    settings = Settings(number="+8657100000001", fallback_number="+8657100000001", desk_numbers={"a": OWN})
    with pytest.raises(BadSetting) as refused:
        ServedHotline(folder, SqliteStore(IN_MEMORY), settings)
    assert len(str(refused.value).splitlines()) == 3


def test_a_changed_menu_that_could_not_be_started_with_is_not_taken_up(folder: Path) -> None:
    """A desk that gets the hotline's own number: the good menu goes on, and the log says where to mend it."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), Settings(number=OWN), look_every=0.0)
    good = hotline.current()
    changed(folder, "+8657100000001", OWN)
    with capture_logs() as logs:
        assert hotline.current() is good
    (told,) = [each["problems"] for each in logs if each["event"] == "menu not taken up"]
    assert len(told) == 1
    assert re.fullmatch(r"menu\.yaml:\d+:\d+: TWILIO_NUMBER: .* the desk `service`.*", told[0])
    changed(folder, OWN, "+8657100000002")
    assert hotline.current().desks["service"].number == "+8657100000002"


# --- what counts as a change


def replaced(path: Path, text: str) -> None:
    """Save a file so that its size and its time of change stay: only what it says is another."""
    before = path.stat()
    assert len(text.encode()) == before.st_size
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_change_without_a_new_time_is_taken_up(folder: Path) -> None:
    """Files that are unpacked or copied may all have the same time."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    first = hotline.current().version
    menu = folder / "menu.yaml"
    replaced(menu, menu.read_text(encoding="utf-8").replace("Hello.", "Howdy."))
    assert hotline.current().version != first


def test_a_link_that_is_turned_to_another_folder_is_taken_up(folder: Path, tmp_path: Path) -> None:
    """A deployment points `current` at the next release; the files there may have the same times."""
    second = tmp_path / "r2"
    shutil.copytree(folder, second, copy_function=shutil.copy2)
    menu = second / "menu.yaml"
    replaced(menu, menu.read_text(encoding="utf-8").replace("Hello.", "Howdy."))
    link, next_link = tmp_path / "current", tmp_path / "next"
    link.symlink_to(folder)
    hotline = ServedHotline(link, SqliteStore(IN_MEMORY), look_every=0.0)
    first = hotline.current().version
    next_link.symlink_to(second)
    next_link.replace(link)
    assert hotline.current().version != first


def test_a_config_map_is_read_and_taken_up(folder: Path, tmp_path: Path) -> None:
    """Kubernetes shows links into a hidden folder, and turns that to a new one: nothing is read twice."""
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    folder.rename(mounted / "..2026_01")
    (mounted / "..data").symlink_to("..2026_01")
    for name in ("actions.yaml", "menu.yaml", "prompts.zh-CN.yaml"):
        (mounted / name).symlink_to(f"..data/{name}")
    hotline = ServedHotline(mounted, SqliteStore(IN_MEMORY), look_every=0.0)
    first = hotline.current()
    assert set(first.sources) == {"actions.yaml", "menu.yaml", "prompts.zh-CN.yaml"}
    shutil.copytree(mounted / "..2026_01", mounted / "..2026_02", copy_function=shutil.copy2)
    menu = mounted / "..2026_02" / "menu.yaml"
    replaced(menu, menu.read_text(encoding="utf-8").replace("Hello.", "Howdy."))
    (mounted / "..next").symlink_to("..2026_02")
    (mounted / "..next").replace(mounted / "..data")
    assert hotline.current().version != first.version


def test_a_file_that_looks_unchanged_is_read_again_after_a_while(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems keep time so coarsely that a second change within it shows in nothing but the words."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    first = hotline.current().version
    monkeypatch.setattr(menu_sources, "stamps", lambda *_: hotline.source._stamps)  # type: ignore[union-attr]
    changed(folder, "say: Hello.", "say: Good day.")
    assert hotline.current().version == first
    later = time.monotonic() + 15
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert hotline.current().version != first


def test_a_file_that_says_the_same_is_no_change(folder: Path) -> None:
    """A deployment that writes every file anew makes nobody compile the menu again."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    first = hotline.current()
    changed(folder, "say: Hello.", "say: Hello.")
    assert hotline.current() is first


def test_a_new_include_is_taken_up_when_its_file_comes(folder: Path) -> None:
    """The line may be saved before the file."""
    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    changed(folder, "start: main", "start: more\ninclude: [more/people.yaml]")
    assert "more/people.yaml" not in hotline.current().sources
    (folder / "more").mkdir()
    (folder / "more" / "people.yaml").write_text(
        "nodes: {more: {choose: [{if: known, go: main}], else: main}}\n", encoding="utf-8"
    )
    assert "more/people.yaml" in hotline.current().sources


def test_a_store_that_fails_while_a_menu_is_taken_up_loses_no_call(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The good menu goes on, and the change is taken up at the next look."""
    store = SqliteStore(IN_MEMORY)
    hotline = ServedHotline(folder, store, look_every=0.0)
    good = hotline.current()
    changed(folder, "say: Hello.", "say: Good day.")
    with monkeypatch.context() as broken:
        broken.setattr(SqliteStore, "keep_version", lambda *_: 1 / 0)
        assert hotline.current() is good
    assert hotline.current().version != good.version
