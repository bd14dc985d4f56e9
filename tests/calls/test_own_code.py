"""A hotline with code of its own while it is served: which code runs for which version of its menu."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import ActionRequest, Services
from ivr.actions.bulletins import Bulletins
from ivr.actions.perform import perform
from ivr.app import build_application
from ivr.calls.line import DirectLine, Heard, VirtualClock
from ivr.calls.served_hotline import ServedHotline
from ivr.config import Settings
from ivr.menu.tree import Tree
from ivr.storage.attempts import Attempts
from ivr.storage.base import IN_MEMORY
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore

CODE = """
from ivr.actions import ActionResult, Outcome, action

@action("Greets.", outcomes={"ok": Outcome("It is said.", tells={"word": "the greeting"})})
def greet(services, request):
    return ActionResult("ok", {"word": "%s"})
"""
GREETING = """
hotline: greeting
languages: [en-US]
voices: {en-US: Polly.Joanna-Neural}
timezone: America/New_York
start: main
agent: bye
nodes:
  main: {run: greet, outcomes: {ok: told, unavailable: bye}}
  told: {say: "{{ word }}", then: bye}
  bye: {end: Goodbye.}
"""


def write_greeting(folder: Path) -> Path:
    """Write a hotline with an action of its own into a folder."""
    for name, text in {
        "menu.yaml": GREETING,
        "actions.yaml": "python: actions.py",
        "actions.py": CODE % "Hello",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def greeting(tmp_path: Path) -> Path:
    """Give the folder of a hotline with an action of its own."""
    return write_greeting(tmp_path)


def word_of(hotline: ServedHotline, tree: Tree) -> object:
    """Return what the action of a menu version tells."""
    services = Services(None, Bulletins.open(None), Attempts(IN_MEMORY), Seal.random())
    request = ActionRequest("CA1/1/1", datetime(2026, 11, 22, tzinfo=UTC), "en-US")
    return perform("greet", services, request, hotline.actions(tree)).results["word"]


def test_code_is_taken_up_by_a_restart_and_never_by_a_menu(greeting: Path) -> None:
    """A menu is changed by whoever edits it, the code by whoever starts the server: they do not come half and half."""
    hotline = ServedHotline(greeting, SqliteStore(IN_MEMORY), look_every=0.0)
    first = hotline.current()
    (greeting / "actions.py").write_text(CODE % "Howdy", encoding="utf-8")
    (greeting / "menu.yaml").write_text(GREETING.replace("Goodbye", "Bye"), encoding="utf-8")
    second = hotline.current()
    assert second.version != first.version
    assert [word_of(hotline, tree) for tree in (first, second)] == ["Hello", "Hello"]
    started = ServedHotline(greeting, SqliteStore(IN_MEMORY))
    assert word_of(started, started.current()) == "Howdy"


def test_another_module_is_not_taken_up_while_running(greeting: Path) -> None:
    """The good menu goes on, and the problem says what to do."""
    told: list[str] = []
    hotline = ServedHotline(
        greeting, SqliteStore(IN_MEMORY), look_every=0.0, report=lambda found: told.extend(map(str, found))
    )
    first = hotline.current()
    (greeting / "others.py").write_text(CODE % "Howdy", encoding="utf-8")
    (greeting / "actions.yaml").write_text("python: others.py", encoding="utf-8")
    with capture_logs():
        assert hotline.current() is first
    (problem,) = told
    assert problem.startswith("actions.yaml:1:1: `python` or `accounts` has changed")
    assert problem.endswith("; restart the server")


def test_a_menu_that_needs_newer_code_is_told_to_wait_for_a_restart(greeting: Path) -> None:
    """Else its author, who sees the outcome in the file, would look for a mistake that is not there."""
    hotline = ServedHotline(greeting, SqliteStore(IN_MEMORY), look_every=0.0)

    def told_with(menu: str) -> str:
        (greeting / "menu.yaml").write_text(menu, encoding="utf-8")
        with capture_logs() as logs:
            hotline.current()
        return str([log["problems"] for log in logs if log["event"] == "menu not taken up"])

    newer = GREETING.replace("unavailable: bye", "unavailable: bye, blocked: bye")
    note = "actions.yaml:1:1: the Python code has changed since the start; restart to load it"
    assert "has no outcome `blocked`" in told_with(newer)
    assert note not in told_with(newer + "# again\n")
    code = (CODE % "Hello").replace("outcomes={", 'outcomes={"blocked": Outcome("It is blocked."), ')
    (greeting / "actions.py").write_text(code, encoding="utf-8")
    told = told_with(newer)
    assert "has no outcome `blocked`" in told
    assert note in told
    assert told_with(GREETING + "# all is well with the older code\n") == "[]"
    told_with(newer)
    started = ServedHotline(greeting, SqliteStore(IN_MEMORY))
    assert "blocked" in started.current().contracts["greet"].outcomes


def test_the_code_of_an_installed_package_is_looked_at_too(
    greeting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module that is named, and what lies beside it in its package."""
    package = greeting / "site" / "greeting_for_tests"
    package.mkdir(parents=True)
    for name, text in {"__init__": "", "telephone": CODE % "Hello", "words": "HELLO = 1"}.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(package.parent))
    (greeting / "actions.yaml").write_text("python: greeting_for_tests.telephone", encoding="utf-8")
    newer = GREETING.replace("unavailable: bye", "unavailable: bye, blocked: bye")
    for number, name in enumerate(("telephone", "words")):
        (greeting / "menu.yaml").write_text(GREETING, encoding="utf-8")
        hotline = ServedHotline(greeting, SqliteStore(IN_MEMORY), look_every=0.0)
        for changed in (False, True):
            if changed:
                (package / f"{name}.py").write_text(f"# changed {number}", encoding="utf-8")
            (greeting / "menu.yaml").write_text(f"{newer}# {name} {changed}\n", encoding="utf-8")
            with capture_logs() as logs:
                hotline.current()
            assert ("the Python code has changed since the start" in str(logs)) is changed
    for name in [name for name in sys.modules if name.startswith("greeting_for_tests")]:
        del sys.modules[name]


def test_the_database_chooses_no_code(greeting: Path) -> None:
    """A version that is kept with the calls is compiled with the code of the server, whatever module it names."""
    store = SqliteStore(IN_MEMORY)
    hotline = ServedHotline(greeting, store)
    (greeting / "evil.py").write_text("raise SystemExit('run')", encoding="utf-8")
    sources = {"menu.yaml": GREETING, "actions.yaml": "python: evil.py"}
    store.keep_version("0123", "greeting", sources)
    assert word_of(hotline, hotline.version("0123")) == "Hello"


def test_an_action_that_exits_is_unavailable_in_the_call(greeting: Path) -> None:
    """A library that exits ends neither the call nor the turn: the menu goes on with its answer to `unavailable`."""
    code = CODE % "Hello"
    (greeting / "actions.py").write_text(
        code.replace("    return", "    raise SystemExit('4711')\n    return"), encoding="utf-8"
    )
    application = build_application(greeting, Settings(database_url="memory://"))
    line = DirectLine(
        application.switchboard, VirtualClock(datetime(2026, 11, 22, tzinfo=UTC)), "+12025550142"
    )
    with capture_logs() as logs:
        line.start()
    assert [item.text for item in line.take() if isinstance(item, Heard)] == ["Goodbye."]
    assert [log["error"] for log in logs if log["log_level"] == "error"] == ["SystemExit"]
    assert "4711" not in str(logs)
    application.close()
