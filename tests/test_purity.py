"""The engine knows no clock but its events: what import rules cannot see."""

from __future__ import annotations

import ast
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
