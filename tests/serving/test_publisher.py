"""The publisher: what of a folder is served, what the log and `/readyz` say of the rest, and whose code runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.calls.folder_check import FolderReport, check_folder
from ivr.calls.hotline_loader import MenuBroken
from ivr.config import Settings
from ivr.menu.reading.problems import Problem
from ivr.serving import publisher as module
from ivr.serving.limits import LimitExceeded, ProcessLimits, run_limited
from ivr.serving.publisher import Publisher, publish_at_start, publisher_of
from ivr.storage.base import PublishedMenu
from ivr.storage.sqlite import SqliteStore
from tests.support.served import HUNGRY
from tests.support.switchboards import write_menu

KEY = "kXz8QW1rT5yU2iO9pA7sD4fG6hJ3lZ0c"
NO_SETTINGS = Settings()
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


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let folders be checked in this process, which is faster; return the folders that were."""
    checked: list[str] = []

    def run(job: Callable[..., Any], folder: Path, *arguments: Any, **_: Any) -> Any:
        checked.append(str(folder))
        return job(folder, *arguments)

    monkeypatch.setattr(module, "run_limited", run)
    return checked


def started(folder: Path, store: SqliteStore, settings: Settings = NO_SETTINGS) -> Publisher:
    """Publish a good folder as at the start of a server, and return the publisher that runs beside it."""
    first = Publisher(folder, store, settings)
    menu = first.publish()
    assert menu is not None
    return publisher_of(folder, store, settings, first.module_of(menu), lambda: None)


def changed(folder: Path, old: str, new: str) -> None:
    """Save the menu with a change."""
    path = folder / "menu.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def published(folder: Path, store: SqliteStore) -> PublishedMenu:
    """Return what is published of a folder."""
    menu = store.published(str(folder))
    assert menu is not None
    return menu


def look(publisher: Publisher) -> list[Any]:
    """Look at the folder once, and return what is logged."""
    with capture_logs() as logs:
        publisher.look()
    return logs


@pytest.mark.usefixtures("here")
def test_a_changed_menu_is_published_with_its_sources(folder: Path, store: SqliteStore) -> None:
    """The workers find all that they need in the store."""
    publisher = started(folder, store)
    before = published(folder, store)
    changed(folder, "say: Hello.", "say: Good day.")
    assert [each["event"] for each in look(publisher)] == ["menu published"]
    after = published(folder, store)
    assert after.version != before.version
    assert "Good day." in (store.version(after.version) or {})["menu.yaml"]
    assert after.problem == ""


@pytest.mark.usefixtures("here")
def test_a_new_recording_is_published_with_the_menu(folder: Path, store: SqliteStore) -> None:
    """Under its content's name: the workers read no folder, and would say the words instead."""
    publisher = started(folder, store)
    assert published(folder, store).recordings == {}
    (folder / "audio" / "en-US").mkdir(parents=True)
    (folder / "audio" / "en-US" / "a.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt ")
    changed(folder, "say: Hello.", "say: {text: Hello., audio: a.wav}")
    look(publisher)
    (name,) = published(folder, store).recordings
    assert name == "en-US/a.wav"


def test_a_folder_that_is_as_it_was_is_not_checked_again(
    folder: Path, store: SqliteStore, here: list[str]
) -> None:
    """Neither at the next look, nor if all its files were written anew, nor by a publisher that starts later."""
    publisher = started(folder, store)
    look(publisher)
    changed(folder, "Hello.", "Hello.")
    look(publisher)
    shutil.copytree(folder, folder.with_name("copy"))
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)
    look(publisher)
    look(publisher_of(folder, store, Settings(), "ivr.demo.actions", lambda: None))
    assert len(here) == 1


def test_a_broken_menu_is_told_once_and_what_was_good_stays(
    folder: Path, store: SqliteStore, here: list[str]
) -> None:
    """At once, with every problem and its place; mended, it is published."""
    publisher = started(folder, store)
    good = published(folder, store)
    changed(folder, "go: find}", "go: fnid}")
    (told,) = look(publisher)
    assert (told["event"], told["log_level"], told["served"]) == ("menu not taken up", "error", good.version)
    assert "menu.yaml:17:30: main: there is no node `fnid`; did you mean `find`?" in told["problems"]
    assert look(publisher) == []
    assert look(publisher_of(folder, store, Settings(), "ivr.demo.actions", lambda: None)) == []
    broken = published(folder, store)
    assert broken.version == good.version
    assert broken.problem.startswith(
        "the folder's menu is not served: menu.yaml:17:30: main: there is no node"
    )
    changed(folder, "go: fnid}", "go: find}")
    look(publisher)
    assert published(folder, store) == good
    assert len(here) == 3


@pytest.mark.usefixtures("here")
def test_what_is_told_of_many_problems_is_bounded(folder: Path, store: SqliteStore) -> None:
    """A disk is not filled by a log line, nor a store by a reason."""
    publisher = started(folder, store)
    nodes = "".join(f"  n{number}: {{say: x, then: {'y' * 400}{number}}}\n" for number in range(200))
    changed(folder, "nodes:\n", f"nodes:\n{nodes}")
    (told,) = look(publisher)
    assert len(told["problems"]) == module.MOST_LOGGED
    assert told["more"] >= 100
    assert max(map(len, told["problems"])) <= module.LONGEST_PROBLEM + 1
    note = published(folder, store).problem
    assert len(note) < 500
    assert "\n" not in note


def test_what_anybody_may_read_has_no_secret() -> None:
    """`/readyz` is not signed: long numbers are masked, and of the actions' files only the place is told."""
    number = Problem("menu.yaml", 1, 2, "agent", "`+8657112345678` is no number", "write another")
    header = Problem("actions.yaml", 3, 4, "", "`Bearer s3cr3t` is no header", "write another")
    note = module.readiness_note(FolderReport(problems=(number,), others=(header,)))
    assert "menu.yaml:1:2: agent: `+*********5678` is no number" in note
    assert "actions.yaml:3:4 (the log says why)" in note
    assert "s3cr3t" not in note
    assert "s3cr3t" not in module.readiness_note(FolderReport(problems=(header,)))


def _pipe(folder: Path) -> None:
    (folder / "menu.yaml").unlink()
    os.mkfifo(folder / "menu.yaml")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "breaks",
    [
        shutil.rmtree,
        lambda folder: (folder / "menu.yaml").unlink(),
        lambda folder: (folder / "menu.yaml").rename(folder / "menu.yml"),
        lambda folder: (folder / "menu.yaml").write_bytes(b"\xff"),
        lambda folder: (folder / "actions.yaml").write_text("python: ["),
        lambda folder: (folder / "actions.yaml").write_text("python: no_such_module"),
        _pipe,
    ],
)
def test_whatever_happens_to_a_folder_the_published_version_stays(
    folder: Path, store: SqliteStore, breaks: Callable[[Path], object]
) -> None:
    """Also for a server that starts: with its key it knows the code that the folder named before."""
    settings = Settings(secret_keys=(KEY,))
    publisher = started(folder, store, settings)
    good = published(folder, store)
    breaks(folder)
    assert [each["event"] for each in look(publisher)] == ["menu not taken up"]
    assert published(folder, store).version == good.version
    first = Publisher(folder, store, settings)
    menu = first.publish()
    assert menu is not None
    assert menu.version == good.version
    assert first.module_of(menu) == "ivr.demo.actions"
    assert first.told().startswith(f"{folder}/")


@pytest.mark.usefixtures("here")
def test_broken_bulletins_keep_no_menu_from_being_published(folder: Path, store: SqliteStore) -> None:
    """Those that were good last are told, also by a worker that starts; the words say where the mistake is."""
    (folder / "bulletins.yaml").write_text(BULLETINS)
    publisher = started(folder, store)
    (folder / "bulletins.yaml").write_text(BULLETINS.replace("words", "word"))
    changed(folder, "say: Hello.", "say: Good day.")
    assert [each["event"] for each in look(publisher)] == ["menu published", "files not taken up"]
    menu = published(folder, store)
    assert menu.bulletins == BULLETINS
    assert "bulletins.yaml:1:" in menu.problem
    assert "not served" not in menu.problem
    (folder / "bulletins.yaml").unlink()
    look(publisher)
    assert published(folder, store).bulletins == ""
    assert published(folder, store).problem == ""


@pytest.mark.usefixtures("here")
def test_a_broken_accounts_file_is_told_and_no_more(folder: Path, store: SqliteStore) -> None:
    """The service has its customers in a database of its own. Nothing of the file is shown to anybody."""
    publisher = started(folder, store)
    (folder / "accounts.yaml").write_text("accounts: [{phone: 4711-secret}]\n")
    assert [each["event"] for each in look(publisher)] == ["menu published", "files not taken up"]
    assert "accounts.yaml:1:" in published(folder, store).problem
    assert "4711" not in published(folder, store).problem


@pytest.mark.usefixtures("here")
def test_written_calls_are_not_looked_at(folder: Path, store: SqliteStore, here: list[str]) -> None:
    """A server has nothing to do with them."""
    publisher = started(folder, store)
    (folder / "calls").mkdir()
    (folder / "calls" / "first.yaml").write_text("[" * 5000)
    assert look(publisher) == []
    assert len(here) == 1


# --- the code


CODE = """
from ivr.actions import ActionResult, Outcome, action

@action("Greets.", outcomes={"ok": Outcome("It is said.")})
def greet(services, request):
    return ActionResult("ok")
"""


@pytest.fixture
def own_code(folder: Path) -> Path:
    """Let the hotline have a Python file of its own."""
    (folder / "actions.yaml").write_text("python: actions.py\n")
    (folder / "actions.py").write_text(CODE)
    (folder / "menu.yaml").write_text(
        "hotline: greeting\nlanguages: [en-US]\ntimezone: America/New_York\nstart: main\nagent: bye\n"
        "nodes:\n  main: {run: greet, outcomes: {ok: bye, unavailable: bye}}\n  bye: {end: Goodbye.}\n"
    )
    (folder / "prompts.zh-CN.yaml").unlink()
    return folder


@pytest.mark.usefixtures("here")
def test_broken_code_is_told_while_the_workers_have_the_good_one(own_code: Path, store: SqliteStore) -> None:
    """They go on, and take up menus; only a worker that starts would meet it."""
    publisher = started(own_code, store)
    good = published(own_code, store)
    (own_code / "actions.py").write_text("import no_such_thing\n")
    changed(own_code, "Goodbye.", "Bye.")
    events = look(publisher)
    assert [each["event"] for each in events] == ["menu published", "files not taken up"]
    assert "`actions.py` cannot be imported" in events[1]["problems"][0]
    menu = published(own_code, store)
    assert menu.version != good.version
    assert "actions.yaml:1:1" in menu.problem
    with pytest.raises(MenuBroken, match="cannot be imported"):
        publisher_of(own_code, store, Settings(), "actions.py", lambda: None)


@pytest.mark.usefixtures("here")
def test_a_menu_that_needs_newer_code_waits_for_a_restart(own_code: Path, store: SqliteStore) -> None:
    """It is not published, because no worker could serve it; a server that starts publishes it."""
    publisher = started(own_code, store)
    good = published(own_code, store)
    (own_code / "actions.py").write_text(
        CODE.replace('outcomes={"ok"', 'outcomes={"no": Outcome("No."), "ok"')
    )
    changed(own_code, "{ok: bye", "{ok: bye, no: bye")
    (told,) = look(publisher)
    assert any("has no outcome `no`" in problem for problem in told["problems"])
    assert told["problems"][-1].endswith("the Python code has changed since the start; restart to load it")
    assert published(own_code, store).version == good.version
    assert published(own_code, store).version != started(own_code, store).report.version
    assert published(own_code, store).version != good.version


@pytest.mark.usefixtures("here")
def test_another_module_waits_for_a_restart(own_code: Path, store: SqliteStore) -> None:
    """A running server keeps the code that it has."""
    publisher = started(own_code, store)
    good = published(own_code, store)
    shutil.copy(own_code / "actions.py", own_code / "others.py")
    (own_code / "actions.yaml").write_text("python: others.py\n")
    (told,) = look(publisher)
    assert told["problems"][0].endswith("restart the server")
    assert published(own_code, store).version == good.version
    started(own_code, store)
    assert published(own_code, store).version != good.version


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("first_keys", "then_keys", "module_run"),
    [
        ((KEY,), (KEY,), "ivr.demo.actions"),
        ((KEY,), (KEY[::-1], KEY), "ivr.demo.actions"),
        ((KEY,), (KEY[::-1],), None),
        ((), (KEY,), None),
        ((KEY,), (), None),
    ],
)
def test_the_database_alone_chooses_no_code(
    folder: Path,
    store: SqliteStore,
    first_keys: tuple[str, ...],
    then_keys: tuple[str, ...],
    module_run: str | None,
) -> None:
    """If the folder does not name the module any more, a server with our key must have vouched for it."""
    started(folder, store, Settings(secret_keys=first_keys))
    (folder / "actions.yaml").write_text("python: [")
    server = Publisher(folder, store, Settings(secret_keys=then_keys))
    menu = server.publish()
    assert menu is not None
    if module_run:
        assert server.module_of(menu) == module_run
        return
    with pytest.raises(MenuBroken, match="only the database says that this hotline runs the code of"):
        server.module_of(menu)


@pytest.mark.usefixtures("here")
def test_a_signature_holds_for_its_folder_and_module_alone(
    folder: Path, store: SqliteStore, tmp_path: Path
) -> None:
    """Whoever can write into the database cannot use it for another hotline's row."""
    settings = Settings(secret_keys=(KEY,), database_url=f"sqlite:///{tmp_path / 'calls.sqlite3'}")
    started(folder, store, settings)
    menu = published(folder, store)
    other = tmp_path / "other"
    other.mkdir()
    store.publish(str(other), menu)
    store.keep_version("evil", "test", {"menu.yaml": "", "actions.yaml": "python: antigravity\n"})
    store.publish(str(folder), PublishedMenu("evil", code=menu.code))
    (folder / "actions.yaml").unlink()
    (folder / "menu.yaml").unlink()
    for where in (folder, other):
        with pytest.raises(MenuBroken, match="only the database"):
            publish_at_start(where, settings)


# --- limits


def _endless(folder: Path) -> None:
    (folder / "actions.py").write_text(f"{CODE}\ndef check_folder(folder):\n    while True: pass\n")


def _vanishing(folder: Path) -> None:
    (folder / "actions.py").write_text(f"{CODE}\ndef check_folder(folder):\n    import os; os._exit(1)\n")


def _enormous(folder: Path) -> None:
    (folder / "actions.py").write_text(CODE + HUNGRY)


@pytest.mark.parametrize(
    ("spoil", "limits", "says"),
    [
        (_endless, ProcessLimits(3, 1 << 30), "takes more than 3 s"),
        (_enormous, ProcessLimits(60, 256 << 20), "takes more than 256 MB of memory"),
        (_vanishing, ProcessLimits(60, 1 << 30), "ended the process that did it (status 1)"),
    ],
)
def test_a_folder_that_takes_endless_time_or_memory_is_refused_in_words(
    own_code: Path,
    store: SqliteStore,
    spoil: Callable[[Path], None],
    limits: ProcessLimits,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The version before stays, and what is mended is published."""
    with monkeypatch.context() as quick:
        quick.setattr(module, "run_limited", lambda job, *arguments, **_: job(*arguments))
        publisher = started(own_code, store)
    good = published(own_code, store)
    spoil(own_code)
    publisher.limits = limits
    (told,) = look(publisher)
    assert told["problems"] == [
        f"menu.yaml:1:1: the check of this hotline {says}; undo the latest change, or make the files simpler"
    ]
    assert published(own_code, store).version == good.version
    assert look(publisher) == []
    (own_code / "actions.py").write_text(CODE)
    monkeypatch.setattr(module, "run_limited", lambda job, *arguments, **_: job(*arguments))
    look(publisher)
    assert published(own_code, store) == good


def test_the_shipped_hotline_is_far_from_the_limits() -> None:
    """A quarter of the memory is enough."""
    yuebao = Path(__file__).parents[2] / "menus" / "yuebao"
    limits = ProcessLimits(module.CHECK.seconds, module.CHECK.memory // 4)
    assert run_limited(check_folder, yuebao, NO_SETTINGS, {}, None, limits=limits).problems == ()


def test_a_folder_that_met_a_limit_is_tried_again(
    folder: Path, store: SqliteStore, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some minutes, since the machine may have been busy; and what is known already is not told again."""
    publisher = started(folder, store)
    now = [1000.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])

    def exceeded(*_: Any, **__: Any) -> Any:
        here.append("exceeded")
        raise LimitExceeded("takes more than 30 s")

    monkeypatch.setattr(module, "run_limited", exceeded)
    changed(folder, "say: Hello.", "say: Good day.")
    assert len(look(publisher)) == 1
    for pause in (1, module.TRY_AGAIN):
        now[0] += pause
        assert look(publisher) == []
    assert here.count("exceeded") == 2


# --- trouble with the store


def test_a_store_that_fails_is_told_once_and_tried_again(
    folder: Path, store: SqliteStore, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk fills no log; when there is room again, the change is published."""
    publisher = started(folder, store)
    changed(folder, "say: Hello.", "say: Good day.")
    good = published(folder, store)
    with monkeypatch.context() as broken:
        broken.setattr(SqliteStore, "keep_version", lambda *_: 1 / 0)
        assert [each["event"] for each in look(publisher)] == ["folder not looked at"]
        assert look(publisher) == []
    assert [each["event"] for each in look(publisher)] == ["menu published"]
    assert published(folder, store).version != good.version


@pytest.mark.usefixtures("here")
def test_a_store_that_was_replaced_gets_the_menu_again(
    folder: Path, store: SqliteStore, tmp_path: Path
) -> None:
    """Otherwise no worker could start any more."""
    publisher = started(folder, store)
    look(publisher)
    publisher.store = SqliteStore(tmp_path / "empty.sqlite3")
    look(publisher)
    assert published(folder, publisher.store).version == published(folder, store).version
    publisher.store.close()


def test_a_broken_folder_of_which_nothing_is_published_is_checked_once(
    folder: Path, store: SqliteStore, here: list[str]
) -> None:
    """Not each second."""
    changed(folder, "start: main", "start: mian")
    publisher = Publisher(folder, store, NO_SETTINGS)
    for _ in range(3):
        look(publisher)
    assert len(here) == 1
    with pytest.raises(MenuBroken, match="mian"):
        publish_at_start(folder, Settings(database_url=f"sqlite:///{folder.parent / 'calls.sqlite3'}"))
