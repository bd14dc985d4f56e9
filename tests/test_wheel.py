"""The package as somebody installs it: built as a wheel, and used far from the sources. No network is used."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
SOURCES = ("pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what is here, built from a copy: a build leaves files behind."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "ivr", copy / "ivr", ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCES:
        shutil.copy(ROOT / name, copy)
    # The backend is called as pip calls it, without what pip would download for it.
    build = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, "dist"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (made,) = (copy / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment with the wheel, and with the libraries of ours."""
    environment = tmp_path_factory.mktemp("environment")
    python = environment / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    install = ["install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.parent


def run(installed: Path, folder: Path, *arguments: str, keys: str = "") -> subprocess.CompletedProcess[str]:
    """Run the installed `ivr` in a folder, with nothing of ours in the environment."""
    return subprocess.run(
        [str(installed / "ivr"), *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"},
        input=keys,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_is_ours_by_name(wheel: Path) -> None:
    """`ivr` on PyPI is somebody else's: the distribution is `ivrkit`, and the package and the command `ivr`."""
    assert wheel.name.startswith(f"ivrkit-{VERSION}-")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry_points,) = (archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert {name.partition("/")[0] for name in names if "dist-info" not in name} == {"ivr"}
    assert "ivr = ivr.cli:main" in entry_points
    assert "ivr = ivr.pytest_plugin" in entry_points


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    """Also those that are no Python: styles, scripts, templates, the starter's menu, py.typed."""
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ivr").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        assert here - set(archive.namelist()) == set()
    assert {path.rpartition(".")[2] for path in here} >= {"py", "css", "js", "html", "yaml", "typed"}


def test_a_hotline_is_made_and_called_outside_a_clone(installed: Path, tmp_path: Path) -> None:
    """With the installed wheel alone: `ivr new`, `check`, `test`, `simulate`, a picture."""
    assert run(installed, tmp_path, "--version").stdout == f"ivr, version {VERSION}\n"
    assert run(installed, tmp_path, "new", "shop").returncode == 0
    assert run(installed, tmp_path, "check", "shop").stdout == "shop: no problems\n"
    assert run(installed, tmp_path, "test", "shop").returncode == 0
    called = run(installed, tmp_path, "simulate", "shop", keys="1\n2\n1\n")
    assert called.returncode == 0, called.stderr
    assert "We're open Monday through Friday" in called.stdout
    assert "周一到周五" in called.stdout
    drawn = run(installed, tmp_path, "graph", "shop", "--format", "html", "--output", "shop.html")
    assert drawn.returncode == 0, drawn.stderr


def test_it_is_the_wheel_that_runs(installed: Path, tmp_path: Path) -> None:
    """And not the sources beside it."""
    where = [str(installed / "python"), "-c", "import ivr; print(ivr.__file__)"]
    told = subprocess.run(where, cwd=tmp_path, env={}, capture_output=True, text=True, check=True).stdout
    assert Path(told.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize("command", ["simulate", "check", "test", "serve", "explore", "graph"])
def test_without_a_hotline_it_says_what_to_type(installed: Path, tmp_path: Path, command: str) -> None:
    """The demonstration is in a clone alone."""
    done = run(installed, tmp_path, command)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: menus/yuebao, the demonstration, is not here; name the folder of your hotline, or make one with "
        "`ivr new FOLDER`\n"
    )


@pytest.mark.parametrize("named", ["a folder", "a git repository"])
def test_it_is_installed_from_its_sources(tmp_path: Path, named: str) -> None:
    """As the documentation says: from a clone, and by a git URL with an extra. pip builds it from what it is given."""
    sources, target = tmp_path / "sources", tmp_path / "target"
    shutil.copytree(ROOT / "ivr", sources / "ivr", ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCES:
        shutil.copy(ROOT / name, sources)
    given = str(sources)
    if named == "a git repository":
        for command in (
            ["init", "-q"],
            ["add", "."],
            ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"],
        ):
            subprocess.run(["git", *command], cwd=sources, check=True)
        given = f"ivrkit[pictures] @ git+file://localhost{sources}"
    install = [
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(target),
        given,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *install], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (found,) = target.glob("ivrkit-*.dist-info")
    assert found.name == f"ivrkit-{VERSION}.dist-info"
    assert (target / "ivr" / "cli" / "starter" / "menu.yaml").exists()
