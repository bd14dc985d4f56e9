"""What other callers notice of a slow service: 30 callers ask one that takes 4 s, while others ring.

    python -m benchmarks.slow_service

A server of two workers, an HTTP action of `actions.yaml` (see examples/http), all on the loopback. The webhooks of those
who ask must come back within the 1.5 s that an action may hold them; those of the others at once.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

CALLERS, SECONDS = 30, 4.0
YUEBAO = Path(__file__).parents[1] / "menus" / "yuebao"
ACTIONS = """
python: ivr.demo.actions
services: {{slow: {{url: "http://127.0.0.1:{port}", timeout: 7}}}}
actions:
  bulletins:
    service: slow
    get: /news
    outcomes: {{some: {{status: 200, tells: {{bulletins: news}}}}, none: {{status: 404}}}}
"""


class Slow(BaseHTTPRequestHandler):
    """A service that takes its time."""

    def do_GET(self) -> None:
        """Answer late."""
        time.sleep(SECONDS)
        body = b'{"news": "Nothing new."}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Log nothing."""


class Service(ThreadingHTTPServer):
    """Many at once."""

    request_queue_size = 100


class Caller:
    """One call, whose webhooks are timed."""

    def __init__(self, server: str, call: str) -> None:
        self.server, self.call = server, call
        self.path, self.seconds = "/voice", 0.0

    def posts(self, **fields: str) -> str:
        """Post the next webhook, and keep where the call goes from there."""
        form = {"CallSid": self.call, "From": "+8613911112222", "To": "+8657100000000", **fields}
        began = time.perf_counter()
        with urllib.request.urlopen(self.server + self.path, urlencode(form).encode()) as answer:
            document: str = answer.read().decode()
        self.seconds = time.perf_counter() - began
        found = re.search(r'action="([^"]+)"', document)
        self.path = found[1] if found else self.path
        return document


def ask(caller: Caller, held: list[float], heard: list[str]) -> None:
    """Ask the slow service, and poll as Twilio does, until it has answered."""
    document = caller.posts(Digits="1")
    held.append(caller.seconds)
    while "正在处理" in document or "还在处理" in document:
        time.sleep(3.0)  # the sentence, and the second of silence after it
        document = caller.posts()
        held.append(caller.seconds)
    heard.append("answered" if "Nothing new" in document else "a human")


def ring(server: str, over: threading.Event, held: list[float]) -> None:
    """Let others ring meanwhile, ten a second."""
    number = 0
    while not over.wait(0.1):
        number += 1
        caller = Caller(server, f"CA-other-{number}")
        caller.posts()
        held.append(caller.seconds)


def measure(server: str) -> None:
    """Let them all call at once, and print what they lived through."""
    callers = [Caller(server, f"CA-slow-{number}") for number in range(CALLERS)]
    for caller in callers:
        for keys in ("", "5"):
            caller.posts(**({"Digits": keys} if keys else {}))
    asked: list[float] = []
    others: list[float] = []
    heard: list[str] = []
    over = threading.Event()
    threads = [threading.Thread(target=ask, args=(caller, asked, heard)) for caller in callers]
    others_thread = threading.Thread(target=ring, args=(server, over, others))
    for thread in (others_thread, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    others_thread.join()
    print(f"{CALLERS} callers at a service that takes {SECONDS:g} s: {heard.count('answered')} answered")
    print(f"their webhooks: {statistics.median(asked):.2f} s, at most {max(asked):.2f} s")
    print(f"other callers' first webhook: {statistics.median(others):.2f} s, at most {max(others):.2f} s")


def main() -> None:
    """Start the service and the server, measure, and end both."""
    service = Service(("127.0.0.1", 0), Slow)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        hotline = shutil.copytree(YUEBAO, Path(folder) / "hotline")
        (hotline / "actions.yaml").write_text(ACTIONS.format(port=service.server_port), encoding="utf-8")
        environment = {**os.environ, "IVR_DATABASE_URL": f"sqlite:///{folder}/calls.sqlite3"}
        command = [sys.executable, "-m", "ivr.cli", "serve", str(hotline)]
        server = subprocess.Popen(
            [*command, "--insecure", "--port", str(port), "--workers", "2"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert server.stdout is not None
            server.stdout.readline()  # ready
            measure(f"http://127.0.0.1:{port}")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
    service.shutdown()


if __name__ == "__main__":
    main()
