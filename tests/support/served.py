"""A running `ivr serve`, for the tests of the server itself."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.support.phone import FORM, PUBLIC, TOKEN, YUEBAO, signed
from tests.support.twiml_checker import check_twiml

HUNGRY = """
def check_folder(folder):
    import ivr.calls.folder_check
    ivr.calls.folder_check.FolderReport = lambda *_, **__: [bytes(1 << 20) for _ in range(4096)]
    return []
"""
"""Code of a hotline by which the check of its folder takes 4 GB."""


@dataclass
class Server:
    """A running server of two workers."""

    process: subprocess.Popen[bytes]
    port: int
    public: str
    database: str
    log: Path

    def send(
        self,
        target: str,
        form: Mapping[str, str],
        headers: Mapping[str, str] = {},
        method: str = "POST",
        timeout: float = 15,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send one request, with exactly this target, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, target, urlencode(form), {"Content-Type": FORM, **headers})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def call(self, target: str, form: Mapping[str, str]) -> ET.Element:
        """Send a signed webhook and return the TwiML, which must be good."""
        header = {"X-Twilio-Signature": signed(self.public + target, form)}
        status, headers, body = self.send(target, form, header)
        assert (status, headers["Content-Type"]) == (200, "text/xml; charset=utf-8"), body
        check_twiml(body)
        return ET.fromstring(body)

    def connect(self) -> socket.socket:
        """Return a connection on which nothing has been said yet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def answers(self) -> bool:
        """Return whether `/healthz` is answered within two seconds."""
        try:
            return self.send("/healthz", {}, method="GET", timeout=2)[0] == 200
        except OSError:
            return False

    def workers(self) -> list[int]:
        """Return the process ids of the workers, oldest first."""
        return self._named("ivr-worker")

    def publisher(self) -> int:
        """Return the process id of the publisher, once there is one."""
        wait_until(lambda: self._named("ivr-publisher"))
        return self._named("ivr-publisher")[0]

    def _named(self, name: str) -> list[int]:
        return sorted(pid for pid in children(self.process.pid) if process_name(pid) == name)

    def ends(self) -> int:
        """Ask the server to end, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def wait_for(self, line: str) -> None:
        """Wait until the server has printed this, at most a minute."""
        wait_until(lambda: line in self.log.read_text() or self.process.poll() is not None)
        assert line in self.log.read_text(), self.log.read_text()


def wait_until(happens: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something has happened, at most so long."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """Return the process ids of a process's children."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    found = (line.split() for line in listed.stdout.splitlines())
    return [int(child) for child, parent, state in found if int(parent) == pid and state[0] != "Z"]


def process_name(pid: int) -> str:
    """Return the name that a process has given itself, empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    folder: Path,
    public: str = PUBLIC,
    environment: Mapping[str, str] = {},
    *,
    hotline: Path = YUEBAO,
    port: int = 0,
) -> Iterator[Server]:
    """Run a server while the block lasts; its database and its log are in ``folder``."""
    port = port or free_port()
    database, log = f"sqlite:///{folder / 'calls.sqlite3'}", folder / "log"
    settings = {
        **os.environ,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "IVR_PUBLIC_URL": public,
        "IVR_DATABASE_URL": database,
        "IVR_LOG_LEVEL": "debug",
        **environment,
    }
    command = [sys.executable, "-m", "ivr.cli", "serve", str(hotline), "--port", str(port), "--workers", "2"]
    with log.open("w") as out, subprocess.Popen(command, env=settings, stdout=out, stderr=out) as process:
        server = Server(process, port, public, database, log)
        try:
            server.wait_for(f"ready: http://127.0.0.1:{port} (2 workers")
            yield server
        finally:
            process.terminate()
            process.wait(40)
