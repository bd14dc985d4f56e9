"""What a worker does beside answering."""

from __future__ import annotations

import threading
from pathlib import Path

from ivr.calls.served_hotline import ServedHotline
from ivr.menu.reading.problems import Problem
from ivr.serving.worker import MenuFollower
from ivr.storage.base import IN_MEMORY
from ivr.storage.sqlite import SqliteStore
from tests.support.served import wait_until
from tests.support.switchboards import MENU, write_menu


def test_a_folder_is_looked_at_beside_the_calls(tmp_path: Path) -> None:
    """With `memory://` there is no publisher: the only worker reads the folder, but in no thread of a call."""
    folder = write_menu(tmp_path)
    looked: list[str] = []

    def report(_problems: tuple[Problem, ...]) -> None:
        looked.append(threading.current_thread().name)

    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), report=report, look_every=0.0)
    follower = MenuFollower(hotline, every=0.01)
    good = hotline.current().version
    (folder / "menu.yaml").write_text(MENU.replace("start: main", "start: mian"), encoding="utf-8")
    wait_until(lambda: looked or hotline.current().version != good, 20)
    assert looked == ["menu"]
    (folder / "menu.yaml").write_text(MENU.replace("Hello.", "Good day."), encoding="utf-8")
    wait_until(lambda: hotline.current().version != good, 20)
    follower.stop()
    (folder / "menu.yaml").write_text(MENU, encoding="utf-8")
    assert hotline.current().version != good
