"""Twilio's REST interface as its own OpenAPI describes it, played by Prism.

Neither is part of the project: the descriptions are read from beside the repository, and Prism is installed by
`npm ci --prefix tests/prism`. Where one of them is not there, these tests are skipped, each by its name.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ivr.channels.twilio.admin.rest import TwilioRest

ACCOUNT = "AC" + "1" * 32
OURS = "+14155550100"
PRISM = Path(__file__).parent / "node_modules" / ".bin" / "prism"
SPECIFICATIONS = Path(__file__).parents[2].parent / "shared" / "twilio-oai"
PRODUCTS = {
    "api": SPECIFICATIONS / "twilio_api_v2010.yaml",
    "verify": SPECIFICATIONS / "twilio_verify_v2.yaml",
    "lookups": SPECIFICATIONS / "twilio_lookups_v2.yaml",
}
PATIENCE = 90.0
"""Seconds for all three to come up: about five on an idle machine."""


def _missing() -> str:
    """Return why these tests cannot run, or nothing."""
    if absent := [path for path in PRODUCTS.values() if not path.is_file()]:
        return f"Twilio's OpenAPI is not here ({absent[0]})"
    if not PRISM.exists() or shutil.which("node") is None:
        return "Prism is not installed (npm ci --prefix tests/prism)"
    return ""


@pytest.fixture(scope="session")
def bases() -> Iterator[dict[str, str]]:
    """Return the base of each product, while Prism plays it."""
    if missing := _missing():
        pytest.skip(missing)
    with ExitStack() as running:
        started = {name: running.enter_context(_prism(path)) for name, path in PRODUCTS.items()}
        deadline = time.monotonic() + PATIENCE
        for process, port in started.values():
            _wait_for(process, port, deadline)
        yield {name: f"http://127.0.0.1:{port}" for name, (_, port) in started.items()}


@contextmanager
def _prism(specification: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Return a process that plays a specification, and its port; end it by its own id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = ["--host", "127.0.0.1", "--port", str(port), "--multiprocess", "false"]
    command = [str(PRISM), "mock", *place, str(specification)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process, port
        finally:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int, deadline: float) -> None:
    while time.monotonic() < deadline:
        assert process.poll() is None, f"Prism ended with status {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"Prism did not come up within {PATIENCE:.0f} s")


@pytest.fixture
def rest(bases: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> TwilioRest:
    """Return our side of Twilio's REST interface, before Prism."""
    monkeypatch.setenv("NO_PROXY", "*")
    return TwilioRest(ACCOUNT, "token", OURS, **bases, timeout=30)
