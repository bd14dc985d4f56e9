"""Keeping a call that was tried at the simulator: everything that was done is written, and passes when it is played."""

from __future__ import annotations

import io
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from click.testing import CliRunner

from ivr.app import create_app
from ivr.calls.hotline_loader import load_tree
from ivr.channels.terminal.transcript import Transcript
from ivr.cli import main
from ivr.cli.simulator_setup import CallSaver, local_simulator, remote_simulator
from ivr.config import Settings
from ivr.harness import DirectHarnesses
from ivr.menu.reading.problems import BadFile
from ivr.written.model import At, Hears, Leaves, Press, TypesCode, Waits, WrittenCall
from ivr.written.runner import play, read_calls
from tests.support import shop
from tests.support.keys import keys_to

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
TREE = load_tree(YUEBAO)
STAGES = DirectHarnesses(YUEBAO, TREE)
MONDAY = "2026-11-23T10:00"
STEPS = (Press, TypesCode, Waits, Leaves, str)
LIMITS = keys_to(TREE, "withdrawals", "limits")
BULLETINS = keys_to(TREE, "help", "bulletins")
DEDUCTIONS = keys_to(TREE, "freeze", "deductions")
(LOGIN,) = keys_to(TREE, "login")
(MAIN,) = keys_to(TREE, "main", start="anything_else")


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the demonstration hotline, to which calls may be added."""
    folder = tmp_path_factory.mktemp("saving") / "yuebao"
    shutil.copytree(YUEBAO, folder)
    return folder


@pytest.fixture
def file(hotline: Path) -> Iterator[Path]:
    """Return the file that the calls of a test are kept in."""
    path = hotline / "calls" / "kept.yaml"
    yield path
    path.unlink(missing_ok=True)


def sit(
    hotline: Path,
    *typed: str,
    caller: str | None = None,
    language: str | None = None,
    save: str | None = "kept",
) -> str:
    """Return what a sitting prints."""
    out = io.StringIO()
    local_simulator(CallSaver(hotline, Transcript(out), file=save), caller, MONDAY, language).run(typed)
    return out.getvalue()


def kept(hotline: Path, name: str = "kept") -> list[WrittenCall]:
    """Return the calls that were kept; each must pass when it is played."""
    calls = [call for file, call in read_calls(hotline)[0] if file == f"calls/{name}.yaml"]
    assert [failure for call in calls for failure in play("", call, STAGES).failures] == []
    return calls


def done(call: WrittenCall) -> list[object]:
    """Return what the caller does in a call."""
    return [step for step in call.steps if isinstance(step, STEPS)]


def heard(call: WrittenCall) -> str:
    """Return the parts that must be heard."""
    parts = [step.hears for step in call.steps if isinstance(step, Hears)]
    return " ".join(part if isinstance(part, str) else " ".join(part) for part in parts)


def test_a_call_is_kept(hotline: Path, file: Path) -> None:
    """Who rang, when, what was pressed and heard, where it waited, how it ended; and that is told."""
    login, status = keys_to(TREE, "login", "login_status")
    shown = sit(hotline, login, "", status, "1237#", caller="+8613800138000")
    (call,) = kept(hotline)
    assert (call.from_, call.at, call.language) == ("+8613800138000", "2026-11-23 10:00", None)
    assert done(call) == [Press(press=login), "silence", Press(press=status), Press(press="1237#")]
    assert "您的登录密码和支付密码都没有锁" in heard(call)
    assert call.steps[-1] == At(node="login_open_offer")
    assert (call.ends, call.call) == ("hung_up", f"Tried: {login}, silence, {status}, ••••#")
    assert shown.endswith(f"saved in {file}; play it with: ivr test {hotline} -k kept.yaml\n")


def test_everything_that_can_be_done_is_kept(hotline: Path, file: Path) -> None:
    """Desks, services that are down or slow, waiting, recording, hanging up, the calling number, the language."""
    sit(
        hotline,
        "/desk busy", "/down earnings", "/slow withdrawal_limits 4",
        *keys_to(TREE, "other_language"), *LIMITS, "0181", "",
        MAIN, *keys_to(TREE, "earnings", "earnings_yesterday"), "/record 9", "/wait 100000", "/hangup",
        caller="+12025550142", language="en",
    )  # fmt: skip
    (call,) = kept(hotline)
    assert call.language == "en-US"
    assert (call.desks, call.unavailable, call.slow) == (
        {"service": "busy"}, ["earnings"], {"withdrawal_limits": 4.0},
    )  # fmt: skip
    assert [step for step in done(call) if isinstance(step, Waits | Leaves)] == [
        Leaves(record=9), Waits(wait=86_400), Waits(wait=13_600),
    ]  # fmt: skip


def test_the_language_that_was_asked_for_is_kept(hotline: Path, file: Path) -> None:
    """Also the hotline's first one: the country of the number may speak for another."""
    shown = sit(hotline, LOGIN, caller="+12025550100", language="zh-CN")
    (call,) = kept(hotline)
    assert (call.language, "您好" in heard(call)) == ("zh-CN", True)
    assert "played by itself it goes another way" not in shown


def test_a_code_is_kept_as_what_it_is(hotline: Path, file: Path) -> None:
    """It is another one when the call is played."""
    out = io.StringIO()
    simulator = local_simulator(CallSaver(hotline, Transcript(out), file="kept"), None, MONDAY, None)

    def typing() -> Iterator[str]:
        yield from (*keys_to(TREE, "login", "reset_login"), "1237")
        yield re.findall(r"(?<!\d)\d{6}(?!\d)", out.getvalue())[-1]
        yield "1"

    simulator.run(typing())
    (call,) = kept(hotline)
    assert TypesCode(code="latest") in call.steps
    assert "链接" in heard(call)


def test_each_call_of_a_sitting_is_kept_by_itself(hotline: Path, file: Path) -> None:
    """In one file, with how each ended; a comment that is in it stays."""
    file.write_text("# mine\n", encoding="utf-8")
    sit(hotline, *DEDUCTIONS, "/call", LOGIN, "5", "/call", "withheld")
    calls = kept(hotline)
    assert [call.ends for call in calls] == ["transferred", "hung_up", "hung_up"]
    assert file.read_text(encoding="utf-8").startswith("# mine\n")


def test_what_an_earlier_call_left_behind_is_told(hotline: Path, file: Path) -> None:
    """A lock after three wrong tails is not there when the last call is played by itself."""
    wrong = [*LIMITS, "0000"]
    shown = sit(hotline, *wrong, "/wait 60", "/call", *wrong, "/call", *wrong)
    assert shown.count("saved in") == 3
    assert "played by itself it goes another way: " in shown.rpartition("saved in")[2]


def test_what_changes_during_a_call_is_told(hotline: Path, file: Path) -> None:
    """A written call has one answer for each desk, and one state for each service."""
    shown = sit(hotline, *BULLETINS, MAIN, "/down bulletins", *BULLETINS, caller="+8613800138000")
    assert "`bulletins` was not down or slow every time alike; it is written as it was the last time" in shown


def test_save_keeps_the_call_so_far(hotline: Path, file: Path) -> None:
    """Without an end, in the file that is named, or else in `saved.yaml`; twice is once."""
    shown = sit(hotline, "1", "/save kept", "/save kept", "3", "/save", "/hangup", "/save", save=None)
    (so_far,) = kept(hotline)
    assert (so_far.ends, done(so_far)) == (None, [Press(press="1")])
    assert [call.ends for call in kept(hotline, "saved")] == [None, "hung_up"]
    assert f"it is in {file} already" in shown
    (hotline / "calls" / "saved.yaml").unlink()


def test_a_file_that_is_no_place_for_calls_is_refused(hotline: Path, tmp_path: Path) -> None:
    """Before anybody has typed for nothing; at `/save` with a sentence, and the call goes on."""
    (tmp_path / "notes.yaml").write_text("notes: mine\n", encoding="utf-8")
    with pytest.raises(BadFile, match="cannot be read as written calls"):
        sit(hotline, "1", save=str(tmp_path / "notes.yaml"))
    for name in ("", "calls/", str(tmp_path)):
        with pytest.raises(ValueError, match=r"names no file for calls; write it like tried\.yaml"):
            sit(hotline, save=name)
    shown = sit(hotline, f"/save {tmp_path / 'notes.yaml'}", LOGIN, save=None)
    assert "cannot be read as written calls" in shown
    assert "重设登录密码请按1" in shown
    assert (tmp_path / "notes.yaml").read_text(encoding="utf-8") == "notes: mine\n"


@pytest.mark.parametrize("interactive", [True, False])
def test_a_file_that_was_spoilt_meanwhile(hotline: Path, file: Path, *, interactive: bool) -> None:
    """Who types at a terminal is told and may mend it; in a pipe it is a failure."""
    out = io.StringIO()
    simulator = local_simulator(
        CallSaver(hotline, Transcript(out), file="kept", interactive=interactive), None, MONDAY, None
    )

    def typing() -> Iterator[str]:
        yield "1"
        file.write_text("notes: mine\n", encoding="utf-8")

    if interactive:
        simulator.run(typing())
        assert f"not saved: {file} cannot be read as written calls" in out.getvalue()
    else:
        with pytest.raises(BadFile, match="cannot be read as written calls"):
            simulator.run(typing())
    assert file.read_text(encoding="utf-8") == "notes: mine\n"


@pytest.mark.parametrize("name", ["kept", "kept.yaml", "kept.yml"])
def test_a_name_alone_is_a_file_of_the_hotline(hotline: Path, file: Path, name: str) -> None:
    """With its ending, whether or not it was typed."""
    sit(hotline, save=name)
    assert file.is_file()


def test_a_name_with_a_folder_is_that_file(hotline: Path, tmp_path: Path) -> None:
    """It says how it comes to be played."""
    shown = sit(hotline, save=str(tmp_path / "mine" / "tried"))
    assert (tmp_path / "mine" / "tried.yaml").is_file()
    assert f"under {hotline / 'calls'} `ivr test` plays it" in shown


def test_the_command_keeps_calls(hotline: Path, file: Path) -> None:
    """A pipe is enough; a file that is full of something else has status 1, and none at all is a wrong command line."""
    command = ["simulate", str(hotline), "--at", MONDAY, "--save"]
    assert CliRunner().invoke(main, [*command, "kept"], input="1\n5\n").exit_code == 0
    assert len(kept(hotline)) == 1
    assert CliRunner().invoke(main, [*command, str(hotline / "menu.yaml")]).exit_code == 1
    assert CliRunner().invoke(main, [*command, "calls/"]).exit_code == 2


def test_words_that_are_said_where_a_secret_is_asked_for_are_not_kept(tmp_path: Path) -> None:
    """Though the hotline runs in this process; what stands for them is told."""
    shutil.copytree(YUEBAO, tmp_path / "yuebao", ignore=shutil.ignore_patterns("calls"))
    menu = tmp_path / "yuebao" / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8") + "\nspeech: true\n", encoding="utf-8")
    shown = sit(tmp_path / "yuebao", *LIMITS, "一二三七")
    text = (tmp_path / "yuebao" / "calls" / "kept.yaml").read_text(encoding="utf-8")
    assert f'call: "Tried: {", ".join(LIMITS)}, speech"' in text
    assert 'say: "(not written)"' in text
    assert "一二三七" not in text
    assert "`(not written)`, stand for them" in shown


def test_where_services_do_the_actions_nothing_of_the_callers_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a running server: the number, the secret and what the service told; and nothing is done once more."""
    folder = shop.write(tmp_path / "shop")
    ran = shop.answering(monkeypatch)
    shown = sit(folder, "918273", "1", "I have 555 of them", "2", caller="+8613999998888")
    assert "Thank you, Zhang Wei." in shown
    assert ran == ["pay"]
    text = (folder / "calls" / "kept.yaml").read_text(encoding="utf-8")
    for own in ("918273", "13999998888", "555", "Zhang"):
        assert own not in text
    ((_, call),) = read_calls(folder)[0]
    assert call.call == "Tried: ••••••, 1, speech, 2"
    assert done(call) == [Press(press="000000"), Press(press="1"), Press(press="2")]
    assert "Please enter the pin of your phone" in heard(call)
    assert "it is not played again here: services do the actions, and would do them once more" in shown
    sit(folder, caller="withheld", save="other")
    assert [call.from_ for file, call in read_calls(folder)[0] if file == "calls/other.yaml"] == ["withheld"]


# --- over HTTP


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Print nothing."""


@pytest.fixture
def url(hotline: Path) -> Iterator[str]:
    """Serve the hotline while a test runs."""
    app = create_app(hotline, Settings(database_url="memory://"), insecure=True)
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_no_secret_of_a_server_is_kept(hotline: Path, file: Path, url: str) -> None:
    """Zeros stand for what may be one, and a stranger's number is not written; both are said."""
    out = io.StringIO()
    remote_simulator(
        CallSaver(hotline, Transcript(out), file="kept"),
        url,
        "+8613912345678",
        Settings(database_url="memory://"),
    ).run([*LIMITS, "13800138000#", "1237", "0#"])
    text = file.read_text(encoding="utf-8")
    for secret in ("1237", "13800138000", "13912345678"):
        assert secret not in text
        assert secret not in out.getvalue().partition("saved in")[2]
    (call,) = [call for name, call in read_calls(hotline)[0] if name == "calls/kept.yaml"]
    assert [step.press for step in call.steps if isinstance(step, Press)] == [
        *LIMITS, "00000000000#", "0000", "0#",
    ]  # fmt: skip
    assert "zeros, or `(not written)`, stand for them" in out.getvalue()
    assert "see that nothing of a real one's is in it" in out.getvalue()


def test_a_call_to_a_server_without_secrets_passes(hotline: Path, file: Path, url: str) -> None:
    """With the desks' answers."""
    out = io.StringIO()
    settings = Settings(database_url="memory://")
    remote_simulator(CallSaver(hotline, Transcript(out), file="kept"), url, None, settings).run(
        ["/desk busy", *DEDUCTIONS]
    )
    (call,) = [call for name, call in read_calls(hotline)[0] if name == "calls/kept.yaml"]
    assert call.desks["security"] == "busy"
    assert "zeros" not in out.getvalue()


def test_without_a_hotline_a_folder_must_be_named(tmp_path: Path) -> None:
    """There is no `calls/` to put a file into."""
    with pytest.raises(ValueError, match=r"there is no hotline in .*; name a file with its folder"):
        remote_simulator(
            CallSaver(tmp_path / "none", Transcript(io.StringIO()), file="kept"),
            "http://127.0.0.1:1",
            None,
            Settings(database_url="memory://"),
        )
