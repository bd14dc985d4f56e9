"""A pytest plugin that records which tests execute which lines, and how long each test takes.

Each process of pytest writes two files of its own into the folder that ``IVR_MUTANTS_MAP`` names. Load it by name, so that
it counts before any other file of the project is imported: ``pytest -p tests.mutants.coverage_plugin``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

FOLDER = Path(os.environ["IVR_MUTANTS_MAP"])
_NAME = os.environ.get("PYTEST_XDIST_WORKER", "main")
_coverage = coverage.Coverage(
    data_file=str(FOLDER / f"lines-{_NAME}"), config_file=False, include=["ivr/*"], messages=False
)
_seconds: dict[str, float] = {}
_failed: set[str] = set()


def pytest_configure() -> None:
    """Begin to count, before the first test is collected."""
    _coverage.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count what the test executes, and what its fixtures do, under its name."""
    _coverage.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        _coverage.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the phases of a test."""
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if not report.passed:
        _failed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what this process has seen."""
    _coverage.stop()
    if hasattr(session.config, "workerinput") or not session.config.getoption("numprocesses", None):
        _coverage.save()
        passed = {name: seconds for name, seconds in _seconds.items() if name not in _failed}
        (FOLDER / f"seconds-{_NAME}.json").write_text(json.dumps(passed), encoding="utf-8")
