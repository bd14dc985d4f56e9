"""What the tests of the plugin write into a repository, and how they run it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
YUEBAO = ROOT / "menus" / "yuebao"
STRICT = ("-W", "error", "-W", "ignore:Module already imported so cannot be rewritten")
"""A warning is an error; but in one process with these tests the program has been imported, which is no fault of the plugin."""


def run(pytester: pytest.Pytester, *lines: str, before: str = "") -> pytest.RunResult:
    """Run one test with these lines; a warning is an error."""
    body = "\n    ".join(lines)
    pytester.makepyfile(test_hotline=f"import pytest\n\n{before}\ndef test_it(call):\n    {body}\n")
    return pytester.runpytest_inprocess(*STRICT, "test_hotline.py")


def written(hello: Path, *titles: str, hears: str = "营业时间请按1") -> Path:
    """Write calls with these titles, in which this must be heard."""
    calls = "\n".join(
        f"  - call: {title!r}\n    steps: [{{hears: {hears}}}, {{press: '1'}}]" for title in titles
    )
    path = hello / "calls" / "more.yaml"
    path.write_text(f"calls:\n{calls}\n", encoding="utf-8")
    return path
