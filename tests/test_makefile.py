"""`make` on a fresh machine: it says what is missing, and never goes on with half an environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WHOLE = """\
#!/bin/sh
case "$*" in *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python && touch .venv/bin/whole;; esac
"""
WITHOUT_VENV = """\
#!/bin/sh
case "$*" in *ensurepip*) exit 1;; *"-m venv"*) mkdir -p .venv/bin && exit 1;; esac
"""
OLD = """\
#!/bin/sh
case "$*" in *version_info*) exit 1;; esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the Makefile, where a Python can be invented."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def make(clone: Path, *arguments: str, **pythons: str) -> subprocess.CompletedProcess[str]:
    """Run make where the Pythons on the path are the given scripts."""
    programs = clone / "programs"
    programs.mkdir(exist_ok=True)
    for name, script in pythons.items():
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    return subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(clone)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_debian_without_venv_is_told_which_package_it_needs(clone: Path) -> None:
    """Debian's Python comes without venv, and `python3 -m venv` then leaves half an environment."""
    done = make(clone, "simulate", python3=WITHOUT_VENV)
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stdout
    assert not (clone / ".venv").exists()


def test_the_package_is_that_of_the_python_that_was_named(clone: Path) -> None:
    """Each of Debian's Pythons has a package of its own."""
    done = make(clone, "simulate", "PYTHON=python3.12", **{"python3.12": WITHOUT_VENV})
    assert "apt-get install python3.12-venv" in done.stdout


def test_an_old_python_is_refused(clone: Path) -> None:
    """The first sentence names the version that is needed and how to name another Python."""
    done = make(clone, "simulate", python3=OLD)
    assert done.returncode != 0
    assert "Python 3.11 or later is needed" in done.stdout


def test_a_half_made_environment_is_made_anew(clone: Path) -> None:
    """Somebody pressed Ctrl-C while it was made: nothing of it is used."""
    left = clone / ".venv" / "bin" / "python"
    left.parent.mkdir(parents=True)
    left.write_text("#!/bin/sh\nexit 1\n")
    done = make(clone, ".venv/.made", python3=WHOLE)
    assert done.returncode == 0, done.stderr
    assert (clone / ".venv" / "bin" / "whole").exists()
    assert left.read_text() == WHOLE


def test_a_whole_environment_is_kept(clone: Path) -> None:
    """Making it again would install everything again."""
    make(clone, ".venv/.made", python3=WHOLE)
    (clone / ".venv" / "mine").touch()
    assert make(clone, ".venv/.made", python3=WHOLE).returncode == 0
    assert (clone / ".venv" / "mine").exists()


def test_help_lists_every_target(clone: Path) -> None:
    """A target that `make help` does not explain does not exist."""
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listed = [line.split(maxsplit=2) for line in make(clone, "help").stdout.splitlines()]
    assert {target for _, target, _ in listed} == set(phony.split())


@pytest.fixture
def equipped(clone: Path) -> Path:
    """A clone with everything installed; each program says its name, and ends well."""
    programs = clone / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("ruff", "mypy", "lint-imports", "ivr", "pytest"):
        program(programs / name, status=0)
    (clone / "menus" / "shop").mkdir(parents=True)
    (clone / "menus" / "shop" / "menu.yaml").touch()
    for stamp in (".made", ".simulate", ".test"):
        (clone / ".venv" / stamp).touch()
    return clone


def program(path: Path, *, status: int) -> None:
    """Write a program that says what it was asked, and ends with a status."""
    path.write_text(f'#!/bin/sh\necho "{path.name} $1 said"\nexit {status}\n')
    path.chmod(0o755)


def test_make_test_runs_everything(equipped: Path) -> None:
    """The tests, the static checks and each hotline; it ends well where all of them do."""
    done = make(equipped, "test")
    assert done.returncode == 0, done.stderr
    for said in (
        "ruff format",
        "ruff check",
        "mypy",
        "lint-imports",
        "ivr check",
        "ivr test",
        "ivr explore",
        "pytest",
    ):
        assert f"{said} " in done.stdout


@pytest.mark.parametrize("failing", ["ruff", "mypy", "lint-imports", "ivr", "pytest"])
def test_make_test_fails_where_one_of_them_fails(equipped: Path, failing: str) -> None:
    """Whatever runs beside the tests counts as they do, and the rest is still run and shown."""
    program(equipped / ".venv" / "bin" / failing, status=1)
    done = make(equipped, "test")
    assert done.returncode != 0
    assert ("The tests failed" if failing == "pytest" else "A check failed") in done.stdout
    assert f"{failing} " in done.stdout
    assert "pytest -n said" in done.stdout
    assert ("ivr explore said" in done.stdout) is (failing != "ivr")


@pytest.mark.parametrize("status", [0, 1])
def test_make_attack_ends_as_its_tests_do(equipped: Path, status: int) -> None:
    """It runs the attacks at full length, and nothing that would hide their result."""
    program(equipped / ".venv" / "bin" / "pytest", status=status)
    done = make(equipped, "attack")
    assert (done.returncode != 0) is (status != 0)
    assert "pytest --long said" in done.stdout
