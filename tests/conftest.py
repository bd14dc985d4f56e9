"""What holds in every test of the project."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator, Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from ivr.channels.twilio import twiml
from tests.support.figures import table, take_figures
from tests.support.twiml_checker import check_twiml

pytest_plugins = ["pytester"]  # for the tests of our own plugin

# A busy machine is no failure. In CI every run tries the same examples, so that a change is judged by what it changed.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("busy"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "busy")


LONG = (
    "test_broken_copies.py",
    "test_http_service.py",
    "test_random_calls.py",
    "test_pages.py",
    "test_wheel.py",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect without looking for garbage: what is collected stays, and looking took a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of long tests, so that none of them is left over when every other process is done.

    What they make once for several tests is then made in one process: the others take tests away from the end.
    """
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--long`."""
    parser.addoption(
        "--long",
        action="store_true",
        help="run the attacks at full length (`make attack`): minutes each, with a table of their figures",
    )


@pytest.fixture(scope="session")
def amount(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """Return how much of something a test tries: ``amount(in every run, with --long)``."""
    long = bool(pytestconfig.getoption("--long"))
    return lambda short, whole: whole if long else short


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Put the figures that a test states into its report, also where it fails."""
    try:
        return (yield)
    finally:
        item.user_properties += take_figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures of long runs, and of any run with `-v`."""
    reports = [each for key in ("passed", "failed") for each in terminalreporter.getreports(key)]
    lines = [line for each in reports if each.when == "call" for line in table(each.user_properties)]
    if lines and (config.getoption("--long") or config.get_verbosity() > 0):
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True, scope="session")
def checked_documents() -> Iterator[list[AssertionError]]:
    """Check every TwiML document that is made in this run, whoever makes it; yield what was found so far.

    All documents are made in one function, and that is wrapped here.
    """
    make, found = twiml._document, list[AssertionError]()

    def make_and_check(body: str) -> bytes:
        document = make(body)
        try:
            check_twiml(document)
        except AssertionError as error:
            found.append(error)
            raise
        return document

    twiml._document = make_and_check
    yield found
    twiml._document = make


@pytest.fixture(autouse=True)
def every_document_is_twiml(checked_documents: list[AssertionError]) -> Iterator[None]:
    """Fail a test that made a wrong document, even where a handler made an apology of the checker's error."""
    yield
    try:
        assert not checked_documents, checked_documents[0]
    finally:
        checked_documents.clear()


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """Let no test inherit the log that another one set up."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
