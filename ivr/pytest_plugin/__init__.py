"""The pytest plugin, for teams that test a hotline in a repository of their own.

It provides the fixture ``call``, and collects written calls (``calls/*.yaml`` beside a ``menu.yaml``) as tests. It is
loaded wherever this package is installed, so it imports nothing heavy before a test needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ivr.pytest_plugin.caller import Call
    from ivr.pytest_plugin.items import CallsCollector

__all__ = ["Call"]


def __getattr__(name: str) -> Any:
    """Import :class:`Call` only if somebody uses the name, such as in an annotation."""
    if name != "Call":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ivr.pytest_plugin.caller import Call

    return Call


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a project, or a run, choose the hotline."""
    what = "the folder of the hotline that the fixture `call` rings, such as menus/yuebao"
    parser.getgroup("ivr", "phone menus").addoption("--ivr-hotline", metavar="FOLDER", help=what)
    parser.addini("ivr_hotline", f"{what}; from the root of the project", type="string", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "ivr(hotline, caller, at, language, desks, unavailable, slow, outcomes): which hotline the fixture `call` "
        "rings, who rings and when, and what goes wrong",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CallsCollector | None:
    """Collect a file of written calls. Other files are left alone."""
    hotline = _hotline_above(file_path) if file_path.suffix == ".yaml" else None
    if hotline is None:
        return None
    from ivr.pytest_plugin.items import CallsCollector

    return CallsCollector.from_parent(parent, path=file_path, hotline=hotline)


def _hotline_above(file: Path) -> Path | None:
    """Return the hotline whose written calls are in a file."""
    for folder in file.parents:
        if folder.name == "calls" and (folder.parent / "menu.yaml").is_file():
            return folder.parent
    return None


@pytest.fixture(name="call")
def _call(request: pytest.FixtureRequest) -> Iterator[Call]:
    """A call to the hotline, which begins when something is done with it: `call.press("1")`, `call.hears("限额")`."""
    from ivr.pytest_plugin.caller import marked_call

    made = marked_call(request.config, request.node)
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the call so far to the report of a failed assertion."""
    report = yield
    caller = sys.modules.get("ivr.pytest_plugin.caller")  # None if no test of this run has made a call
    made = getattr(item, "funcargs", {}).get("call")
    if (
        caller
        and call.when == "call"
        and call.excinfo
        and isinstance(made, caller.Call)
        and made.begun
        and not call.excinfo.errisinstance(caller.NotAsWritten)
    ):
        report.sections.append(("the call so far", made.transcript()))
    return report
