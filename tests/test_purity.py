"""The engine knows no clock but its events: what import rules cannot see."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PURE = sorted(
    path for part in ("menu", "engine") for path in (Path(__file__).parents[1] / "ivr" / part).rglob("*.py")
)


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_menu_and_engine_ask_no_clock(path: Path) -> None:
    """Time comes in with the event: nothing pure calls `now`, `utcnow` or `today`."""
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"now", "utcnow", "today"}


PACKAGES = sorted((Path(__file__).parents[1] / "ivr").glob("*/**/__init__.py"))
WORDS = {"run", "call", "lint"}
"""Functions and keys of the menu that package docstrings speak of; every other small name is a module."""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.parent.name)
def test_a_package_names_only_modules_that_it_has(package: Path) -> None:
    """What the docstring of a package sends a reader to is there."""
    docstring = ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))) or ""
    there = {path.stem for path in package.parent.iterdir()}
    assert set(re.findall(r"``([a-z_]+)``", docstring)) <= there | WORDS
