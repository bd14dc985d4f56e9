"""The README and the pages that it leads to leave nothing out that a user can name. Their examples: tests/docs."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import click
import pytest

from ivr.actions.builtin import CONTRACTS as OURS
from ivr.cli import main
from ivr.cli.reference import reference_page
from ivr.cli.schema import schema_files
from ivr.config import ADDRESS_VARIABLE, SETTINGS, settings_from
from ivr.menu.language.nodes import KINDS
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.speech.filters import FILTERS
from ivr.menu.speech.markup import MARKS, SAID_AS
from ivr.menu.speech.ssml import CHECKED
from tests.support.bank import ACTIONS
from tests.support.pages import README, ROOT, text_of

MENUS = ROOT / "docs" / "menus.md"
OPERATING = ROOT / "docs" / "operating.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
_LAYERS = re.compile(r"(?<=<!-- layers -->\n).*?(?=<!-- /layers -->)", re.DOTALL)


def test_the_readme_is_short() -> None:
    """It is read to the end: what needs more room has a page under docs/."""
    assert len(text_of(README).splitlines()) <= 130


@pytest.mark.parametrize("command", main.list_commands(click.Context(main)))
def test_the_readme_names_every_command(command: str) -> None:
    """A command that nobody can find does not exist."""
    assert f"`ivr {command}`" in text_of(README)


@pytest.mark.parametrize(
    "name", [*KINDS, *(name for name, each in FILTERS.items() if each.say), *ACTIONS, *SPECIAL_TARGETS]
)
def test_the_page_of_menus_names(name: str) -> None:
    """A kind of node, filter, action or target that nobody can find does not exist."""
    assert f"`{name}`" in text_of(MENUS)


@pytest.mark.parametrize("name", [*MARKS, *SAID_AS])
def test_the_page_of_menus_names_every_mark(name: str) -> None:
    """With the day on which the table of voices was compared with its sources."""
    assert f"`{name}`" in text_of(MENUS)
    assert f"documented on {CHECKED}" in text_of(MENUS)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_page_of_operating_says_of_a_setting_what_the_program_says(name: str) -> None:
    """The table of settings is the program's own, word for word.

    ``IVR_UPDATE_DOCS=1 pytest tests/test_readme.py`` writes it.
    """
    text = text_of(OPERATING)
    row = f"| `{name}` | {SETTINGS[name]} |"
    if os.environ.get("IVR_UPDATE_DOCS") == "1":
        before, _, rest = text.partition("| setting | meaning |\n|---|---|\n")
        after = rest.partition("\n\n")[2]
        rows = "\n".join(f"| `{each}` | {meaning} |" for each, meaning in SETTINGS.items())
        OPERATING.write_text(f"{before}| setting | meaning |\n|---|---|\n{rows}\n\n{after}", encoding="utf-8")
    else:
        assert row in text


def test_every_setting_that_is_read_is_declared() -> None:
    """What the program asks the environment for is in the table of settings."""
    names: set[str] = set()

    class Environment(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            names.add(name)
            return default

    settings_from(Environment())
    assert names
    assert names <= {*SETTINGS, ADDRESS_VARIABLE}  # the one that `ivr serve` sets


@pytest.mark.parametrize(
    "part",
    sorted(path.name for path in Path(ROOT / "ivr").iterdir() if path.suffix == ".py" or path.is_dir()),
)
def test_the_map_has_every_part(part: str) -> None:
    """A newcomer finds each file and folder of the program in the README's map."""
    if part.startswith("__"):
        return
    shown = text_of(README).partition("## The map")[2]
    assert f"`{part}`" in shown or f"`{part}/" in shown


def test_the_map_names_only_what_is_there() -> None:
    """Each place that it sends a reader to exists; a bare file name is in a folder that was named before it."""
    shown = text_of(README).partition("## The map")[2].partition("\n## ")[0]
    places = 0
    for row in shown.splitlines()[4:]:
        folder = ROOT / "ivr"
        for place in re.findall(r"`([\w/]+(?:\.\w+|/))`", row.rpartition(" | ")[2]):
            found = next(
                (base / place for base in (folder, *folder.parents) if (base / place).exists()), None
            )
            assert found, place
            folder = found if found.is_dir() else found.parent
            places += 1
    assert places > 40


def test_the_reference_page_is_current() -> None:
    """docs/reference.md is what `ivr reference` prints."""
    assert text_of(ROOT / "docs" / "reference.md") == reference_page(OURS) + "\n"


def test_the_shipped_schemas_are_current() -> None:
    """The schemas beside the demonstration hotline are what `ivr schema --write` writes."""
    for name, text in schema_files().items():
        assert text_of(ROOT / "menus" / "yuebao" / ".schema" / name) == text


def test_the_architecture_has_the_layers_of_the_contract() -> None:
    """The page shows what `lint-imports` checks. ``IVR_UPDATE_DOCS=1 pytest tests/test_readme.py`` writes it."""
    contracts = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each.get("containers") == ["ivr"])
    shown = "```text\n" + "\n".join(layers) + "\n```\n"
    if os.environ.get("IVR_UPDATE_DOCS") == "1":
        ARCHITECTURE.write_text(_LAYERS.sub(lambda _: shown, text_of(ARCHITECTURE)), encoding="utf-8")
    else:
        assert _LAYERS.findall(text_of(ARCHITECTURE)) == [shown]
