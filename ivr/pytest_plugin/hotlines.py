"""The hotline of a test. It is loaded once in a run of pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.harness import DirectHarnesses

_LOADED = pytest.StashKey[dict[Path, DirectHarnesses]]()


class NoHotline(Exception):
    """It is unclear which hotline is meant. The text says what to set."""


def hotline_of(config: pytest.Config, marked: str | None = None) -> Path:
    """Return the hotline's folder: from the marker, the command line, the settings, or the only one in ``menus/``.

    Raises ``NoHotline``.
    """
    root = config.rootpath
    settings = config.inipath.parent if config.inipath else root
    for given, base in (
        (marked, root),
        (config.getoption("--ivr-hotline"), config.invocation_params.dir),
        (config.getini("ivr_hotline"), settings),
    ):
        if given:
            folder = base / given
            if (folder / "menu.yaml").is_file():
                return folder
            what = "has no menu.yaml" if folder.is_dir() else "is not there"
            raise NoHotline(f"{folder} {what}; name a hotline's folder, or make one with `ivr new`")
    found = sorted(path.parent for path in (root / "menus").glob("*/menu.yaml"))
    if len(found) == 1:
        return found[0]
    have = ", ".join(f"menus/{path.name}" for path in found) or "no menus/*/menu.yaml"
    raise NoHotline(
        f"which hotline does `call` ring? There is {have} in {root}; set `ivr_hotline = FOLDER` in pytest's settings, "
        "name it with `--ivr-hotline=FOLDER`, or mark the test with `@pytest.mark.ivr(hotline=FOLDER)`"
    )


def harnesses_of(config: pytest.Config, hotline: Path) -> DirectHarnesses:
    """Return the maker of a hotline's calls. The menu is loaded the first time. Raises ``MenuBroken``."""
    loaded = config.stash.setdefault(_LOADED, {})
    if hotline not in loaded:
        loaded[hotline] = DirectHarnesses(hotline, load_tree(hotline))
    return loaded[hotline]
