"""Files that break while a server runs, and one that starts: nobody notices but the log and the words of `/readyz`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.phone import CUSTOMER, HOTLINE, YUEBAO
from tests.support.served import HUNGRY, Server, serving, wait_until

KEY = {"IVR_SECRET_KEY": "kXz8QW1rT5yU2iO9pA7sD4fG6hJ3lZ0c"}
CODE = "from ivr.demo.actions import *\n"
IGNORED = shutil.ignore_patterns(".schema", "calls")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped hotline."""
    return Path(shutil.copytree(YUEBAO, tmp_path / "hotline", ignore=IGNORED))


def form(number: int) -> dict[str, str]:
    """Return what Twilio posts for a call."""
    return {"CallSid": f"CA{number:032}", "From": CUSTOMER, "To": HOTLINE, "CallStatus": "ringing"}


def edited(path: Path, old: str, new: str) -> None:
    """Save a file with another text, as `sed -i` does."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def ready(server: Server) -> str:
    """Return what `/readyz` says, which is always that the server is ready."""
    status, _, said = server.send("/readyz", {}, method="GET")
    assert status == 200
    assert said.count(b"\n") == 1
    return said.decode()


def both_say(server: Server, says: Callable[[str], object]) -> None:
    """Wait until `/readyz` says it six times in a row, so that no worker says anything else."""
    wait_until(lambda: all(says(ready(server)) for _ in range(6)), 30)


def kill_one(server: Server) -> None:
    """Kill a worker, and wait until there are two that answer again."""
    known = set(server.workers())
    os.kill(min(known), signal.SIGKILL)
    wait_until(lambda: len(set(server.workers()) - known) == 1 and len(server.workers()) == 2, 30)
    wait_until(lambda: "worker answers again" in server.log.read_text(), 30)


def test_broken_files_and_the_death_of_a_worker(tmp_path: Path, folder: Path) -> None:
    """The menu, the written calls, the accounts and the bulletins at once: both workers go on answering."""
    edited(folder / "actions.yaml", "python: ivr.demo.actions", "python: actions.py")
    (folder / "actions.py").write_text(CODE)
    with serving(tmp_path, hotline=folder) as server:
        version = re.match(r"ready: menu (\w+)", ready(server))
        assert version
        document = server.call("/voice", form(1))
        edited(folder / "menu.yaml", "go: agent", "go: agnet")
        (folder / "accounts.yaml").write_text("[" * 5000)
        (folder / "bulletins.yaml").write_text("- {first: x}\n")
        (folder / "calls").mkdir()
        (folder / "calls" / "x.yaml").write_text("steps: [[{press: '1'}]]")
        server.wait_for("did you mean `agent`")  # at once, and not when somebody calls
        both_say(server, lambda said: "agnet" in said and "bulletins.yaml:1:" in said)
        kill_one(server)
        for _ in range(10):
            said = ready(server)
            assert re.match(
                rf"ready: menu {version[1]}; the folder's menu is not served: menu\.yaml:\d+:3:", said
            )
            assert "accounts.yaml:1:" in said
        assert document.find("Gather") is not None
        for number in range(1, 9):
            url = "/voice/zh-CN/1"
            if number > 1:
                server.call("/voice", form(number))
            assert server.call(url, {**form(number), "Digits": "2"}).find("Gather") is not None
        assert server.log.read_text().count('"event": "menu not taken up"') == 1

        os.kill(server.publisher(), signal.SIGKILL)
        edited(folder / "menu.yaml", "go: agnet", "go: agent")
        edited(folder / "menu.yaml", "hotline: yuebao", "hotline: yuebao2")
        shutil.copy(YUEBAO / "accounts.yaml", folder)
        (folder / "bulletins.yaml").unlink()
        both_say(server, lambda said: re.fullmatch(r"ready: menu \w+\n", said) and version[1] not in said)

        (folder / "actions.py").write_text(CODE + HUNGRY)
        server.wait_for("the check of this hotline takes more than 1024 MB of memory")
        server.call("/voice", form(99))
        (folder / "actions.py").write_text("import no_such_thing\n")
        both_say(server, lambda said: "actions.yaml:3:1 (the log says why)" in said)
        os.kill(server.workers()[0], signal.SIGKILL)
        server.wait_for('"started_again_in": 0.5')  # no worker can start with this code: the pauses grow
        assert "`actions.py` cannot be imported" in server.log.read_text()
        server.call("/voice", form(100))
        (folder / "actions.py").write_text(CODE)
        wait_until(lambda: len(server.workers()) == 2)
        both_say(server, lambda said: re.fullmatch(r"ready: menu \w+\n", said))
        assert server.ends() == 0


def test_an_enormous_menu_and_a_missing_folder_while_callers_ring(tmp_path: Path, folder: Path) -> None:
    """It is refused in words, callers hear nothing of it, and a server that starts with it serves the one before."""
    with serving(tmp_path, hotline=folder, environment=KEY) as server:
        edited(folder / "menu.yaml", "hotline: yuebao", "hotline: yuebao2")
        server.wait_for('"hotline": "yuebao2"')
        os.truncate(folder / "menu.yaml", 8 << 30)
        slowest, number = 0.0, 0
        while "menu not taken up" not in server.log.read_text():
            time.sleep(0.05)
            number += 1
            began = time.monotonic()
            server.call("/voice", form(number))
            slowest = max(slowest, time.monotonic() - began)
        assert (
            slowest < 5
        )  # this machine runs other tests too; a worker that read the menu would take far longer
        both_say(server, lambda said: "menu.yaml:1:1: " in said and "not served" in said)
    shutil.rmtree(folder)
    with serving(tmp_path, hotline=folder, environment=KEY) as server:
        log = server.log.read_text()
        assert "what was good last goes on" in log
        assert "there is no such folder" in log
        server.call("/voice", form(999))
        both_say(server, lambda said: "there is no such folder" in said)
        shutil.copytree(YUEBAO, folder, ignore=IGNORED)
        both_say(server, lambda said: re.fullmatch(r"ready: menu \w+\n", said))
