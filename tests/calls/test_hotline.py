"""A hotline's folder: what is read of it, and when a changed menu is taken up."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.calls import hotline as module
from ivr.calls.hotline import Hotline, MenuBroken, load_hotline, menu_files, read_folder, recordings_of
from ivr.config import BadSetting, Settings
from ivr.menu.reading.problems import Problem
from ivr.storage.base import IN_MEMORY
from ivr.storage.sqlite import SqliteStore
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


def test_a_menu_is_its_yaml_files(folder: Path) -> None:
    """The written calls and the data of the actions are no part of it, so that they make no new version."""
    (folder / "calls").mkdir()
    for name in ("calls/one.yaml", "accounts.yaml", "bulletins.yaml", "notes.txt"):
        (folder / name).write_text("x: y", encoding="utf-8")
    (folder / "more").mkdir()
    (folder / "more" / "nodes.yaml").write_text("nodes: {}", encoding="utf-8")
    names = [path.relative_to(folder).as_posix() for path in menu_files(folder)]
    assert names == ["menu.yaml", "more/nodes.yaml", "prompts.zh-CN.yaml"]


def test_a_file_that_cannot_be_read_is_a_problem(folder: Path) -> None:
    """Whatever is in the way, the editor is told which file it is."""
    (folder / "folder.yaml").mkdir()
    (folder / "latin.yaml").write_bytes(b"x: \xe4")
    sources, problems = read_folder(folder)
    assert {problem.file for problem in problems} == {"folder.yaml", "latin.yaml"}
    assert sources.keys() == {"menu.yaml", "prompts.zh-CN.yaml"}
    assert load_hotline(folder).tree is None


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    """It says so, and what to do."""
    loaded = load_hotline(tmp_path / "nowhere")
    assert loaded.tree is None
    assert "no such folder" in str(loaded.problems[0])


def test_a_recording_is_published_under_its_content(folder: Path) -> None:
    """A changed recording has another name, so that it may be kept for ever by whoever fetched it."""
    audio = folder / "audio" / "en-US" / "legal"
    audio.mkdir(parents=True)
    (audio / "hello.wav").write_bytes(b"one")
    digest = hashlib.sha256(b"one").hexdigest()[:8]
    assert recordings_of(folder) == {"en-US/legal/hello.wav": f"en-US/legal/hello.{digest}.wav"}
    (audio / "hello.wav").write_bytes(b"two")
    assert digest not in str(recordings_of(folder))


def test_a_hotline_without_recordings_has_none(folder: Path) -> None:
    """The folder need not be there."""
    assert recordings_of(folder) == {}


def test_a_broken_menu_cannot_be_served(folder: Path) -> None:
    """At the start there is no good one to go on with: every problem is told."""
    changed(folder, "start: main", "start: mian")
    with pytest.raises(MenuBroken, match="mian") as caught:
        Hotline(folder, SqliteStore(IN_MEMORY))
    assert caught.value.problems


def test_a_changed_menu_is_taken_up(folder: Path) -> None:
    """And kept in the store under its hash, with the older one."""
    store = SqliteStore(IN_MEMORY)
    hotline = Hotline(folder, store, look_every=0.0)
    first = hotline.current()
    changed(folder, "say: Hello.", "say: Good day.")
    second = hotline.current()
    assert first.version != second.version
    assert store.version(first.version) == first.sources
    assert store.version(second.version) == second.sources


def test_an_unchanged_menu_is_not_loaded_again(folder: Path) -> None:
    """Looking costs little."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    assert hotline.current() is hotline.current()


def test_a_broken_change_keeps_the_good_menu_and_is_reported_once(folder: Path) -> None:
    """The calls go on; the editor is told what is wrong, and not at every call."""
    reported: list[tuple[Problem, ...]] = []
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), report=reported.append, look_every=0.0)
    good = hotline.current()
    changed(folder, "start: main", "start: mian")
    assert hotline.current() is good
    assert hotline.current() is good
    assert len(reported) == 1
    assert "mian" in str(reported[0][0])


def test_a_mended_menu_is_taken_up(folder: Path) -> None:
    """After the mistake is gone the change is there."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    good = hotline.current()
    changed(folder, "start: main", "start: mian")
    hotline.current()
    changed(folder, "start: mian", "start: main\n")
    assert hotline.current().version != good.version


def test_a_changed_recording_is_taken_up(folder: Path) -> None:
    """Although the menu's words, and so its version, are the same."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    before = hotline.current()
    (folder / "audio" / "en-US").mkdir(parents=True)
    (folder / "audio" / "en-US" / "hello.wav").write_bytes(b"one")
    after = hotline.current()
    assert after is not before
    assert after.version == before.version


def test_the_folder_is_not_looked_at_all_the_time(folder: Path) -> None:
    """A busy hotline looks once in a while."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), look_every=3600.0)
    good = hotline.current()
    changed(folder, "say: Hello.", "say: Good day.")
    assert hotline.current() is good


def test_a_folder_that_vanishes_keeps_the_good_menu(folder: Path, tmp_path: Path) -> None:
    """And is taken up again when it is back."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
    good = hotline.current()
    folder.rename(tmp_path / "away")
    assert hotline.current() is good
    (tmp_path / "away").rename(folder)
    assert hotline.current().version == good.version


def test_an_older_version_comes_from_the_store(folder: Path) -> None:
    """A worker that never had it compiles it, once."""
    store = SqliteStore(IN_MEMORY)
    old = Hotline(folder, store).current()
    changed(folder, "say: Hello.", "say: Good day.")
    other = Hotline(folder, store)
    assert other.current().version != old.version
    assert other.version(old.version).sources == old.sources
    assert other.version(old.version) is other.version(old.version)


def test_a_version_that_is_lost_is_the_present_one(folder: Path) -> None:
    """There is nothing better."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY))
    assert hotline.version("gone") is hotline.current()


def test_few_compiled_versions_are_kept_at_hand(folder: Path) -> None:
    """However often an editor saves, memory does not grow; older ones still are in the store."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), look_every=0.0)
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
        Hotline(folder, SqliteStore(IN_MEMORY), settings)
    assert says in str(refused.value)


def test_all_that_is_wrong_with_the_settings_is_told_at_once(folder: Path) -> None:
    """Whoever starts a server mends them in one go."""
    settings = Settings(number="+8657100000001", fallback_number="+8657100000001", desk_numbers={"a": OWN})
    with pytest.raises(BadSetting) as refused:
        Hotline(folder, SqliteStore(IN_MEMORY), settings)
    assert len(str(refused.value).splitlines()) == 3


def test_a_changed_menu_that_could_not_be_started_with_is_not_taken_up(folder: Path) -> None:
    """A desk that gets the hotline's own number: the good menu goes on, and the log says where to mend it."""
    hotline = Hotline(folder, SqliteStore(IN_MEMORY), Settings(number=OWN), look_every=0.0)
    good = hotline.current()
    changed(folder, "+8657100000001", OWN)
    with capture_logs() as logs:
        assert hotline.current() is good
    (told,) = [each["problems"] for each in logs if each["event"] == "menu not taken up"]
    assert len(told) == 1
    assert re.fullmatch(r"menu\.yaml:\d+:\d+: TWILIO_NUMBER: .* the desk `service`.*", told[0])
    changed(folder, OWN, "+8657100000002")
    assert hotline.current().desks["service"].number == "+8657100000002"
