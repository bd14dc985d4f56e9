"""What is read of a hotline's folder, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.calls.hotline_files import read_folder
from ivr.calls.hotline_loader import load_hotline
from ivr.written.runner import read_calls
from tests.support.command import ivr
from tests.support.switchboards import write_menu

CALL = "calls: [{call: x, steps: [hang_up]}]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of a small hotline."""
    return write_menu(tmp_path / "hotline")


def include(folder: Path, *files: str) -> None:
    """Let the menu include files."""
    with (folder / "menu.yaml").open("a", encoding="utf-8") as menu:
        menu.write(f"include: [{', '.join(files)}]\n")


def test_a_menu_is_its_yaml_files(folder: Path) -> None:
    """The written calls and the data of the actions are no part of it, so that they make no new version."""
    (folder / "calls").mkdir()
    for name in ("calls/one.yaml", "accounts.yaml", "bulletins.yaml", "notes.txt"):
        (folder / name).write_text("x: y", encoding="utf-8")
    (folder / "more").mkdir()
    (folder / "more" / "nodes.yaml").write_text("nodes: {}", encoding="utf-8")
    include(folder, "more/nodes.yaml")
    files = read_folder(folder)
    assert set(files.sources) == {"actions.yaml", "menu.yaml", "more/nodes.yaml", "prompts.zh-CN.yaml"}
    assert files.problems == ()
    assert files.unread == {}


def test_a_file_that_cannot_be_read_is_a_problem(folder: Path) -> None:
    """Whatever is in the way, the editor is told which file it is."""
    (folder / "folder.yaml").mkdir()
    (folder / "latin.yaml").write_bytes(b"x: \xe4")
    include(folder, "folder.yaml", "latin.yaml")
    files = read_folder(folder)
    assert {problem.file for problem in files.problems} == {"folder.yaml", "latin.yaml"}
    assert files.sources.keys() == {"actions.yaml", "menu.yaml", "prompts.zh-CN.yaml"}
    assert load_hotline(folder).tree is None


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    """It says so, and what to do."""
    loaded = load_hotline(tmp_path / "nowhere")
    assert loaded.tree is None
    assert "no such folder" in str(loaded.problems[0])


def put(folder: Path, name: str, content: bytes = b"\xff: [") -> None:
    """Write a file that nobody could read as YAML."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


NOBODYS = (
    "._menu.yaml", ".git/refs/heads/x.yaml", ".venv/lib/x.yaml", "node_modules/a/b.yaml", "backup/menu.yaml",
    "backup/prompts.zh-CN.yaml", ".ipynb_checkpoints/menu-checkpoint.yaml", "..2026_01/menu.yaml", "menu.yaml.bak",
    "calls/._first.yaml", "calls/.ipynb_checkpoints/first.yaml", "audio/en-US/._hello.wav",
)  # fmt: skip


def test_files_that_are_nobodys_are_left_alone(folder: Path) -> None:
    """Hidden names, other programs' folders and backups stop nothing and make no new version."""
    before = load_hotline(folder)
    for name in NOBODYS:
        put(folder, name)
    (folder / ".#menu.yaml").symlink_to("me@host.1:2")
    (folder / "calls" / "folder.yaml").mkdir()
    (folder / "x.yaml").mkdir()
    (folder / "calls" / "first.yaml").write_text(CALL, encoding="utf-8")
    after = load_hotline(folder)
    assert after.problems == before.problems == ()
    assert after.tree is not None
    assert before.tree is not None
    assert after.tree.version == before.tree.version
    calls, problems = read_calls(folder)
    assert [(name, call.call) for name, call in calls] == [("calls/first.yaml", "x")]
    assert problems == []


def test_a_file_without_a_name_is_not_read_but_told(folder: Path) -> None:
    """It may be a forgotten line under `include:`; whatever is in it stops nothing."""
    put(folder, "people.yaml")
    loaded = load_hotline(folder)
    assert loaded.tree is not None
    assert [str(problem) for problem in loaded.problems] == [
        "people.yaml:1:1: nothing includes this file; add it under `include:`, or delete it"
    ]


@pytest.mark.parametrize(
    "name", ["actions.yml", "bulletins.yml", "accounts.yml", "prompts.fr-FR.yml", "people.yml"]
)
def test_another_suffix_is_told(folder: Path, name: str) -> None:
    """Silence would leave the editor wondering why nothing comes of the file."""
    put(folder, name, b"x: y")
    include(folder, "people.yaml")
    wanted = f"{name}:1:1: only files that end in `.yaml` are read; rename it to `{name[:-4]}.yaml`"
    assert wanted in [str(problem) for problem in load_hotline(folder).problems]


def test_another_suffix_of_a_written_call_is_told(folder: Path) -> None:
    """A call that is never played proves nothing."""
    put(folder, "calls/second.yml", CALL.encode())
    assert [str(problem) for problem in read_calls(folder)[1]] == [
        "calls/second.yml:1:1: only files that end in `.yaml` are read; rename it to `second.yaml`"
    ]


def test_words_of_the_first_language_in_a_file_are_told_as_what_they_are(folder: Path) -> None:
    """It is no misspelt language: its words stand in the menu."""
    put(folder, "prompts.en-US.yaml", b"language: en-US")
    (problem,) = load_hotline(folder).problems
    assert str(problem) == (
        "prompts.en-US.yaml:1:1: `en-US` is the hotline's first language, whose words stand in the menu itself; "
        "delete the file"
    )


@pytest.mark.parametrize(
    "copy",
    ["prompts.zh-CN copy.yaml", "prompts.zh-CN (1).yaml", "prompts.zh-CN - 副本.yaml", "menu copy 2.yaml"],
)
def test_a_copy_is_told_and_keeps_no_save_from_being_taken_up(folder: Path, copy: str) -> None:
    """Whatever is in it, it is not read, and makes no new version."""
    version = getattr(load_hotline(folder).tree, "version", None)
    put(folder, copy, b"x: [")
    loaded = load_hotline(folder)
    assert version is not None
    assert getattr(loaded.tree, "version", None) == version
    original = "menu.yaml" if copy.startswith("menu") else "prompts.zh-CN.yaml"
    assert [(str(each), each.severity) for each in loaded.problems] == [
        (f"{copy}:1:1: this is a copy of `{original}`; delete it", "warning")
    ]


def test_a_written_call_beside_the_menu_is_told_where_it_belongs(folder: Path) -> None:
    """It is no file of nodes, so `include:` would not help."""
    put(folder, "night.yaml", CALL.encode())
    assert [str(each) for each in load_hotline(folder).problems] == [
        "night.yaml:1:1: written calls are in the folder `calls/`; move it to `calls/night.yaml`"
    ]


def test_a_file_of_calls_that_begins_with_a_list_is_told_its_key(folder: Path) -> None:
    """Its key is not one of the menu."""
    put(folder, "calls/first.yaml", b"- call: x\n  steps: [hang_up]\n")
    assert [str(each) for each in read_calls(folder)[1]] == [
        "calls/first.yaml:1:1: the file is a list; begin with `calls:`"
    ]


@pytest.mark.parametrize("name", ["menu.yaml.txt", "Menu.yaml", "menu.yml"])
def test_a_menu_with_a_similar_name_is_to_be_renamed(folder: Path, name: str) -> None:
    """A second one need not be written, whatever the command is."""
    (folder / "menu.yaml").rename(folder / name)
    assert [str(each) for each in load_hotline(folder).problems] == [
        f"{name}:1:1: the menu is read from `menu.yaml`; rename it to `menu.yaml`"
    ]
    assert f"has no menu.yaml; rename `{name}` to `menu.yaml`" in ivr("test", folder).stderr
