"""`ivr graph`, as it is typed."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ivr.storage import open_store
from tests.support.command import ivr
from tests.support.switchboards import SwitchboardCall, write_menu


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("mermaid", "flowchart LR\n"),
        ("dot", 'digraph "bakery" {'),
        ("svg", "<svg "),
        ("html", "<!doctype html>"),
    ],
)
def test_every_format_is_printed_or_written(bakery: Path, tmp_path: Path, form: str, begins: str) -> None:
    """The file has what would be printed, and its name is told."""
    printed = ivr("graph", bakery, "--format", form)
    assert printed.exit_code == 0
    assert printed.stdout.startswith(begins)
    path = tmp_path / "drawing"
    assert ivr("graph", bakery, "--format", form, "--output", path).stdout == f"wrote {path}\n"
    assert path.read_text(encoding="utf-8") == printed.stdout


@pytest.mark.parametrize(
    ("command", "ends"), [("graph", ".mmd, .html, .svg or .dot"), ("card", ".txt or .html")]
)
@pytest.mark.parametrize("more", [[], ["--format", "html"]])
def test_a_file_that_would_not_open_is_refused(
    bakery: Path, tmp_path: Path, command: str, ends: str, more: list[str]
) -> None:
    """No format of ours is a PNG, and a name that says so would mislead every program."""
    result = ivr(command, bakery, *more, "--output", tmp_path / "x.png")
    assert (result.exit_code, (tmp_path / "x.png").exists()) == (2, False)
    assert f"this command writes no .png; end --output in {ends}" in " ".join(result.stderr.split())


def test_a_text_may_be_part_of_a_larger_file(bakery: Path, tmp_path: Path) -> None:
    """A Mermaid text goes into a Markdown file, as GitHub shows it, if it is asked for."""
    page = tmp_path / "page.md"
    assert ivr("graph", bakery, "--output", page).exit_code == 2
    assert ivr("graph", bakery, "--format", "mermaid", "--output", page).stdout == f"wrote {page}\n"


def test_the_language_can_be_chosen(bakery: Path) -> None:
    """It is the first one otherwise; one that the hotline does not speak is refused with those that it does."""
    assert "1 营业时间" in ivr("graph", bakery).stdout
    assert "1 opening hours" in ivr("graph", bakery, "--language", "en-US").stdout
    assert "For opening hours:" in ivr("card", bakery, "--language", "en-US").stdout
    for command in ("graph", "card"):
        result = ivr(command, bakery, "--language", "fr-FR")
        assert result.exit_code == 2
        assert "does not speak `fr-FR`; it speaks zh-CN, en-US" in result.stderr


def test_a_broken_menu_and_a_place_that_cannot_be_written_are_told(bakery: Path, tmp_path: Path) -> None:
    """In a sentence, with status 1."""
    refused = ivr("graph", bakery, "--output", tmp_path / "none" / "x.svg")
    assert refused.exit_code == 1
    assert "no such file" in refused.stderr
    menu = bakery / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("then: main", "then: mian"), encoding="utf-8")
    for command in ("graph", "card"):
        result = ivr(command, bakery)
        assert result.exit_code == 1
        assert "there is no node `mian`" in result.stderr


def test_calls_of_the_store_are_counted(tmp_path: Path) -> None:
    """From the day that is named on; calls of other hotlines are not."""
    folder, url = write_menu(tmp_path), f"sqlite:///{tmp_path}/calls.sqlite3"
    store = open_store(url)
    for number, keys in enumerate(["1", "1", "5", "9"]):
        call = SwitchboardCall(folder, store, call=f"CA{number}")
        call.start()
        call.press(keys)
        store.end(call.call, "hung_up", call.at)
    store.close()
    shown = ivr("graph", folder, "--calls", IVR_DATABASE_URL=url)
    assert shown.exit_code == 0
    assert "4 calls, from 2026-11-23 to 2026-11-23." in shown.stdout
    assert '|"1 an account<br/>2 · 50#37;"|' in shown.stdout
    assert "linkStyle" in shown.stdout
    pictured = ivr(
        "graph", folder, "--calls", "--since", "2026-11-23", "--format", "svg", IVR_DATABASE_URL=url
    )
    assert ET.fromstring(pictured.stdout)
    later = ivr("graph", folder, "--calls", "--since", "2026-11-24", IVR_DATABASE_URL=url)
    assert later.exit_code == 0
    assert "The store has no calls yet." in later.stdout
    assert "the store has no calls of test since 2026-11-24" in later.stderr


def test_mistakes_with_calls_are_told(bakery: Path, tmp_path: Path) -> None:
    """A store that is not there, a day that is none, and --since without --calls."""
    missing = ivr("graph", bakery, "--calls", IVR_DATABASE_URL=f"sqlite:///{tmp_path}/none.sqlite3")
    assert missing.exit_code == 1
    assert "IVR_DATABASE_URL says where" in missing.stderr
    assert "give --calls, too" in ivr("graph", bakery, "--since", "2026-11-24").stderr
    assert "`monday` is no moment" in ivr("graph", bakery, "--calls", "--since", "monday").stderr


def test_without_the_library_the_rest_is_named(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SVG says what to install; the texts for Mermaid and DOT need nothing."""
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    done = ivr("graph", bakery, "--format", "svg")
    assert done.exit_code == 1
    assert "pip install 'ivrkit[pictures]'" in done.output
    assert ivr("graph", bakery, "--format", "dot").exit_code == 0


@pytest.mark.parametrize(
    ("name", "begins"),
    [("y.svg", "<svg "), ("y.HTML", "<!doctype html>"), ("y.gv", "digraph"), ("y", "flowchart LR")],
)
def test_the_ending_of_the_file_says_the_format(bakery: Path, tmp_path: Path, name: str, begins: str) -> None:
    """What is named a picture is one; without an ending it is Mermaid."""
    assert ivr("graph", bakery, "--output", tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_a_format_that_contradicts_the_file_is_refused(bakery: Path, tmp_path: Path) -> None:
    """Nothing is written then."""
    result = ivr("graph", bakery, "--format", "dot", "--output", tmp_path / "y.svg")
    assert result.exit_code == 2
    assert (
        "--output ends in .svg and --format is dot; leave --format out, or rename the file" in result.stderr
    )
    assert not (tmp_path / "y.svg").exists()
