"""The documents tell the truth: commands do what the README shows, and nothing that a user can name is left out.

``IVR_UPDATE_README=1 pytest tests/test_readme.py`` writes the present output into the README.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ivr.actions import ACTIONS
from ivr.cli import main
from ivr.cli.reference_page import reference_page
from ivr.config import SETTINGS, settings_from
from ivr.menu.language.nodes import KINDS
from ivr.menu.language.scalars import SPECIAL_TARGETS
from ivr.menu.speech.filters import FILTERS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2} \w+day|\d+\.\d s, \d+ MiB")
"""The first line of a simulated call says when it is, the last of an exploration how long it took."""


def blocks() -> list[str]:
    """Return the README's examples: commands that begin with ``$``, each followed by its output."""
    return BLOCK.findall(README.read_text(encoding="utf-8"))


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of an example with the output that is shown."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def run(command: str, folder: Path) -> str:
    """Run a command as a reader would, who has just installed; `make simulate` without installing again."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
    }
    shell = command.replace("make simulate", "ivr simulate")
    done = subprocess.run(
        shell,
        shell=True,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def without_moment(text: str) -> str:
    """Return output whose only difference from run to run is left out."""
    return MOMENT.sub("MOMENT", text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with the demonstration hotline, where examples may write."""
    place = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "menus", place / "menus")
    return place


def test_every_command_of_the_readme_prints_what_it_shows(folder: Path) -> None:
    """The examples are real output, run one after the other in one folder."""
    text = README.read_text(encoding="utf-8")
    for block in blocks():
        made = "".join(f"$ {command}\n{run(command, folder)}" for command, _ in commands(block))
        if os.environ.get("IVR_UPDATE_README") == "1":
            text = text.replace(block, made)
            continue
        assert without_moment(made) == without_moment(block)
    if os.environ.get("IVR_UPDATE_README") == "1":
        README.write_text(text, encoding="utf-8")


def test_the_readme_has_examples() -> None:
    """The check above cannot pass because it found nothing to run."""
    assert [command.split()[0] for block in blocks() for command, _ in commands(block)].count("ivr") >= 4


@pytest.mark.parametrize(
    "name",
    [
        *(f"`{kind}`" for kind in KINDS),
        *(f"`{name}`" for name, each in FILTERS.items() if each.say),
        *(f"`{name}`" for name in ACTIONS),
        *(f"`{target}`" for target in SPECIAL_TARGETS),
        *(f"`{name}`" for name in SETTINGS),
        *(f"`ivr {name}`" for name in main.list_commands(click.Context(main))),
    ],
)
def test_the_readme_names(name: str) -> None:
    """A node kind, filter, action, target, setting or command that nobody can find does not exist."""
    assert name in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SETTINGS)
def test_the_readme_says_of_a_setting_what_the_program_says(name: str) -> None:
    """The table of settings is the program's own, word for word."""
    assert f"| `{name}` | {SETTINGS[name]} |" in README.read_text(encoding="utf-8")


def test_every_setting_that_is_read_is_declared() -> None:
    """What the program asks the environment for is in the table of settings."""
    names: set[str] = set()

    class Asked(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            names.add(name)
            return default

    settings_from(Asked())
    assert names
    assert names <= SETTINGS.keys()


@pytest.mark.parametrize(
    "part", sorted(path.name for path in (ROOT / "ivr").iterdir() if path.suffix == ".py" or path.is_dir())
)
def test_the_map_has_every_part(part: str) -> None:
    """A newcomer finds each file and folder of the program in the README's map."""
    if part.startswith("__"):
        return
    shown = README.read_text(encoding="utf-8").partition("## The map")[2]
    assert f"`{part}`" in shown or f"`{part}/`" in shown


def test_the_reference_page_is_current() -> None:
    """docs/reference.md is what `ivr reference` prints."""
    assert (ROOT / "docs" / "reference.md").read_text(encoding="utf-8") == reference_page() + "\n"


def test_the_shipped_schemas_are_current() -> None:
    """The schemas beside the demonstration hotline are what `ivr schema --write` writes."""
    from ivr.cli.json_schemas import schema_files

    for name, text in schema_files().items():
        assert (ROOT / "menus" / "yuebao" / ".schema" / name).read_text(encoding="utf-8") == text


def test_the_readme_names_no_place_of_one_machine() -> None:
    """Documents suit every machine."""
    for page in (README, ROOT / "CONTRIBUTING.md", ROOT / "docs" / "reference.md"):
        assert not re.search(r"/(root|home|work|tmp|Users)/", page.read_text(encoding="utf-8"))
