"""`ivr serve` as a process: it is ready when it says so, takes webhooks, and ends without leaving anything behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.config import HOTLINE_VARIABLE, INSECURE_VARIABLE, settings_from
from ivr.serving import CannotServe
from ivr.serving.server import listen, worker_environment
from tests.support.command import ivr

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
PATIENCE = 60.0
CALL = {"CallSid": "CA" + "1" * 32, "From": "+8613800138000", "To": "+8657100000000"}
VARIABLES = ("TWILIO_", "IVR_")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return an environment with these settings and no others."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(VARIABLES)}
    return {**others, "IVR_DATABASE_URL": f"sqlite:///{folder}/calls.sqlite3", **settings}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, *options: str, port: int, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Run `ivr serve` until the block ends."""
    command = [sys.executable, "-m", "ivr.cli", "serve", str(YUEBAO), "--port", str(port), *options]
    with subprocess.Popen(
        command,
        env=environment(folder, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def refused(folder: Path, *options: str, **settings: str) -> tuple[int, str]:
    """Return the exit status of a server that must not start, and what it says."""
    unset = {name: None for name in os.environ if name.startswith(VARIABLES)}
    wanted = environment(folder, **settings)
    done = CliRunner().invoke(main, ["serve", *options], env={**unset, **wanted})
    assert done.stdout == ""
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stderr


def post(url: str) -> str:
    """Ring at a server; return its answer."""
    data = urllib.parse.urlencode(CALL).encode()
    with urllib.request.urlopen(url, data=data, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def group_members(group: int) -> list[str]:
    """Return the processes of a group that are alive."""
    listed = subprocess.run(
        ["ps", "-eo", "pgid=,pid=,stat=,args="], capture_output=True, text=True, check=True
    )
    lines = (line.split(None, 3) for line in listed.stdout.splitlines())
    return [args for pgid, _, state, args in lines if int(pgid) == group and not state.startswith("Z")]


def test_it_serves_and_ends(tmp_path: Path) -> None:
    """At the ready line calls are answered; SIGTERM ends it with status 0 and leaves no process."""
    port = free_port()
    with running(tmp_path, "--insecure", "--workers", "2", port=port) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        url = f"http://127.0.0.1:{port}"
        assert ready == f"ready: {url} (2 workers, first webhook {url}/voice)\n"
        assert "For English, press 8." in post(f"{url}/voice")
        assert len(group_members(process.pid)) >= 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
        assert process.stdout.read() == "stopped\n"
        assert group_members(process.pid) == []
    assert (tmp_path / "calls.sqlite3").exists()


def test_it_refuses_what_nobody_signed(tmp_path: Path) -> None:
    """Where a token is set, also when it is told --insecure: that is for servers without one."""
    port = free_port()
    settings = {"TWILIO_AUTH_TOKEN": "12345", "IVR_PUBLIC_URL": "https://ivr.example.com"}
    with running(tmp_path, "--insecure", "--workers", "1", port=port, **settings) as process:
        assert process.stdout is not None
        local = f"http://127.0.0.1:{port}"
        first = "https://ivr.example.com/voice"
        assert process.stdout.readline() == f"ready: {local} (1 worker, first webhook {first})\n"
        with pytest.raises(urllib.error.HTTPError, match="403") as answer:
            post(f"http://127.0.0.1:{port}/voice")
        answer.value.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=40) == 0


def test_it_says_when_insecure_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is set: webhooks are checked all the same, and whoever posts unsigned ones must know why."""
    monkeypatch.setattr("ivr.cli.serve.run", lambda *_options, **_named: None)
    settings = {"IVR_DATABASE_URL": "memory://", "IVR_PUBLIC_URL": "https://ivr.example.com"}
    told = ivr("serve", "--insecure", **settings, TWILIO_AUTH_TOKEN="12345")
    assert "--insecure has no effect: TWILIO_AUTH_TOKEN is set" in told.stderr
    assert "NOT checked" not in told.stderr
    assert "NOT checked" in ivr("serve", "--insecure", **settings).stderr


def test_it_does_not_start_without_a_token(tmp_path: Path) -> None:
    """And says what to do."""
    status, told = refused(tmp_path, str(YUEBAO))
    assert status == 1
    assert re.fullmatch(r"Error: TWILIO_AUTH_TOKEN is missing, .*; set it, or say --insecure\n", told)


@pytest.mark.parametrize(
    ("options", "settings", "status", "told"),
    [
        ([], {"TWILIO_AUTH_TOKEN": "12345"}, 1, "IVR_PUBLIC_URL is missing; set it to"),
        (["--insecure"], {"IVR_DATABASE_URL": "oracle://x"}, 1, "IVR_DATABASE_URL: no kind of store"),
        (["--insecure"], {"IVR_DATABASE_URL": "sqlite:////none/x.db"}, 1, "/none/x.db: no such file"),
        (["--insecure", "--workers", "2"], {"IVR_DATABASE_URL": "memory://"}, 2, "there can be only one"),
        (["--insecure", "--host", "192.0.2.1"], {}, 1, "cannot listen on 192.0.2.1 port 8080: "),
        (["--insecure"], {"IVR_SMS_URL": "https://sms.example.com"}, 1, "IVR_SECRET_KEY is missing; set it"),
        (["--insecure"], {"IVR_SMS_SENDER": "YUEBAO"}, 1, "write the gateway's address into IVR_SMS_URL"),
        (["--insecure"], {"IVR_DESK_SERVCE": "+8657100000009"}, 1, "the hotline has no desk `servce`"),
    ],
)
def test_what_keeps_it_from_starting_is_told(
    tmp_path: Path, options: list[str], settings: dict[str, str], status: int, told: str
) -> None:
    """In a sentence, before any worker is started."""
    done = refused(tmp_path, str(YUEBAO), *options, **settings)
    assert done[0] == status
    assert told in done[1]


def test_a_misspelt_setting_is_told_before_anything_else(tmp_path: Path) -> None:
    """Whoever set it wonders why it is said to be missing."""
    status, told = refused(tmp_path, str(YUEBAO), TWILIO_AUTH_TOKN="12345", IVR_PUBLC_URL="https://x.example")
    assert status == 1
    assert sorted(told.splitlines()[:2]) == [
        "IVR_PUBLC_URL is no setting; did you mean IVR_PUBLIC_URL?",
        "TWILIO_AUTH_TOKN is no setting; did you mean TWILIO_AUTH_TOKEN?",
    ]
    assert "TWILIO_AUTH_TOKEN is missing" in told


def test_a_broken_menu_is_not_served(tmp_path: Path) -> None:
    """All its problems are told."""
    (tmp_path / "menu.yaml").write_text("hotline: bakery\nlanguages: [zh-CN]\n", encoding="utf-8")
    status, told = refused(tmp_path, str(tmp_path), "--insecure")
    assert status == 1
    assert told.startswith(f"Error: the menu has problems:\n{tmp_path}/menu.yaml:")


def test_a_port_in_use_is_not_shared() -> None:
    """Two servers on one port would each get a part of the calls, and the ready line of one would be the other's."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            CannotServe, match=f"cannot listen on 127.0.0.1 port {port}: address already in use"
        ):
            listen("127.0.0.1", port)


def test_what_workers_are_told() -> None:
    """The folder whole, since they may start elsewhere."""
    told = worker_environment(Path("menus/yuebao"), "http://127.0.0.1:9000", insecure=False)
    assert Path(told[HOTLINE_VARIABLE]).is_absolute()
    assert told[INSECURE_VARIABLE] == ""
    assert settings_from(told).link_base == "http://127.0.0.1:9000"
    assert worker_environment(YUEBAO, "", insecure=True)[INSECURE_VARIABLE] == "1"
