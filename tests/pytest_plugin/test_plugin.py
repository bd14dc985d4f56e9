"""The plugin as a whole: what it costs, how it explains itself, what the page of written calls shows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.embedding import ROOT, STRICT, YUEBAO


def test_it_can_be_turned_off(pytester: pytest.Pytester) -> None:
    """Then there is no fixture, no option, and no written call."""
    pytester.makepyfile("def test_it(call): ...\n")
    result = pytester.runpytest_inprocess("-p", "no:ivr")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'call' not found*"])


def test_a_project_without_calls_pays_nothing(pytester: pytest.Pytester, hello: Path) -> None:
    """Neither the menus nor what checks them is imported."""
    shutil.rmtree(hello)
    pytester.makepyfile(
        """
        import sys

        def test_what_is_imported(request):
            assert request.config.pluginmanager.has_plugin("ivr")
            ours = {name for name in sys.modules if name.split(".")[0] == "ivr"}
            assert ours == {"ivr", "ivr.pytest_plugin"}
            assert not {"pydantic", "jinja2", "yaml", "structlog", "flask", "rich"} & set(sys.modules)

        def test_that_fails():
            assert "ivr.pytest_plugin.caller" in sys.modules
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:hypothesispytest", "-p", "no:xdist")
    result.assert_outcomes(passed=1, failed=1)


def test_the_fixture_and_the_marker_are_explained(pytester: pytest.Pytester) -> None:
    """Where pytest tells of its own."""
    pytester.runpytest_inprocess("--fixtures").stdout.fnmatch_lines(
        ["call -- *", "*begins when something is done*"]
    )
    pytester.runpytest_inprocess("--markers").stdout.fnmatch_lines(["@pytest.mark.ivr(hotline, caller,*"])
    pytester.runpytest_inprocess("--help").stdout.fnmatch_lines(["*--ivr-hotline=FOLDER*", "*ivr_hotline*"])


def test_the_example_of_the_page(pytester: pytest.Pytester, hello: Path) -> None:
    """What it shows is a file of tests that pass."""
    shutil.rmtree(hello)
    shutil.copytree(YUEBAO, pytester.path / "menus" / "yuebao")
    section = (
        (ROOT / "docs" / "written-calls.md")
        .read_text(encoding="utf-8")
        .partition("## In your own repository")[2]
    )
    code = re.search(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    assert code is not None
    (pytester.path / "test_hotline.py").write_text(code[1], encoding="utf-8")
    pytester.runpytest_inprocess(*STRICT, "--strict-markers", "test_hotline.py").assert_outcomes(
        passed=code[1].count("def test_")
    )
    assert code[1].count("def test_") >= 2
