"""Setting up a sitting: who rings, when, in which language; a menu that changes between two calls; a server's own."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from werkzeug.wrappers import Request, Response

from ivr.app import create_app
from ivr.calls.hotline_loader import MenuBroken, load_tree
from ivr.calls.line import CallBroken
from ivr.channels.terminal.transcript import Transcript
from ivr.cli.simulator_setup import CallSaver, local_simulator, remote_simulator
from ivr.config import Settings
from tests.support.keys import keys_to
from tests.support.menus import small
from tests.support.starters import write_chinese_first

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
TREE = load_tree(YUEBAO)
LIMITS = keys_to(TREE, "withdrawals", "limits")
STRANGER = "+8613900139000"


def ring(
    folder: Path, *, caller: str | None = None, when: str | None = None, language: str | None = None
) -> str:
    """Return what a caller hears who hangs up at once."""
    out = io.StringIO()
    local_simulator(CallSaver(folder, Transcript(out)), caller, when, language).run([])
    return out.getvalue()


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        ("2026-11-22T10:00", "2026-11-22 10:00 Sunday"),
        ("2026-11-22 10:00", "2026-11-22 10:00 Sunday"),
        ("2026-11-22", "2026-11-22 00:00 Sunday"),
        ("2026-11-22T10:00+01:00", "2026-11-22 17:00 Sunday"),
        ("2026-11-22T10:00Z", "2026-11-22 18:00 Sunday"),
    ],
)
def test_the_moment_is_the_hotlines(when: str, shown: str) -> None:
    """Without a time zone of its own it is in the hotline's, which is Shanghai's."""
    assert f"(+8613800138000 rings yuebao, {shown})" in ring(YUEBAO, when=when)


def test_an_action_that_really_takes_long_is_slow_in_the_simulator_too(tmp_path: Path) -> None:
    """The caller hears what a caller of the server hears."""
    code = """
import time
from ivr.actions import ActionResult, Outcome, action

@action("Greets.", outcomes={"ok": Outcome("It is said.")})
def greet(services, request):
    time.sleep(0.3)
    return ActionResult("ok")
"""
    files = {
        "menu.yaml": small("main: {run: greet, outcomes: {ok: bye, unavailable: agent}}"),
        "actions.py": code,
    }
    for wait, heard in ((0.1, True), (5, False)):
        actions = f"python: actions.py\nactions: {{greet: {{wait: {wait}, give_up: 9}}}}"
        for name, text in {**files, "actions.yaml": actions}.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        out = io.StringIO()
        local_simulator(CallSaver(tmp_path, Transcript(out)), None, None, None).run([""])
        assert ("One moment" in out.getvalue()) is heard


@pytest.mark.parametrize("when", ["yesterday", "2026-13-01", "25:00"])
def test_a_moment_that_is_none_is_refused(when: str) -> None:
    """With what to write instead."""
    with pytest.raises(ValueError, match=f"--at: `{when}` is no moment; write it like 2026-11-22T10:00"):
        ring(YUEBAO, when=when)


@pytest.mark.parametrize("language", ["en-US", "EN-us", "en"])
def test_a_call_can_begin_in_another_language(language: str) -> None:
    """Also where it is named without its country."""
    assert ring(YUEBAO, caller=STRANGER, language=language).splitlines()[1].startswith("en-US")
    assert ring(YUEBAO, caller=STRANGER).splitlines()[1].startswith("zh-CN")


def test_a_language_that_the_hotline_lacks_is_refused() -> None:
    """With those that it has."""
    with pytest.raises(ValueError, match="does not speak `fr-FR`; use one of `zh-CN`, `en-US`"):
        ring(YUEBAO, language="fr-FR")


def test_who_rings(tmp_path: Path) -> None:
    """The first demonstration customer, whoever was named, nobody's number, or a number that nobody has."""
    write_chinese_first(tmp_path / "bakery")
    assert ring(YUEBAO).startswith("(+8613800138000 rings yuebao")
    assert ring(YUEBAO, caller="+12025550142").startswith("(+12025550142 rings yuebao")
    assert ring(YUEBAO, caller="withheld").startswith("(number withheld rings yuebao")
    assert ring(tmp_path / "bakery").startswith("(+8613900000000 rings bakery")


def test_nothing_of_one_sitting_touches_the_next() -> None:
    """Wrong tries of one are forgotten in the other."""
    for _ in range(2):
        out = io.StringIO()
        simulator = local_simulator(CallSaver(YUEBAO, Transcript(out)), None, "2026-11-23T10:00", None)
        simulator.run([*LIMITS, "0000", "0000"])
        assert out.getvalue().count("和预留的信息不一致") == 2
        assert "三次" not in out.getvalue()


def test_a_broken_menu_is_not_begun_with(tmp_path: Path) -> None:
    """The problems are told at once."""
    write_chinese_first(tmp_path)
    (tmp_path / "menu.yaml").write_text("hotline: bakery\n", encoding="utf-8")
    with pytest.raises(MenuBroken, match=r"menu\.yaml"):
        ring(tmp_path)


def saving(folder: Path, change: Callable[[str], str]) -> None:
    """Change the menu as an editor would."""
    path = folder / "menu.yaml"
    before = path.stat()
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    os.utime(
        path, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000)
    )  # however coarse the disk's clock is


def test_a_saved_menu_is_picked_up_at_the_next_call(tmp_path: Path) -> None:
    """The call that goes on stays with what it began with; a broken menu is reported, and the good one goes on."""
    folder, out = tmp_path / "bakery", io.StringIO()
    write_chinese_first(folder)
    simulator = local_simulator(CallSaver(folder, Transcript(out)), None, "2026-11-23T10:00", None)

    def editor() -> Iterator[str]:
        saving(folder, lambda text: text.replace("营业时间", "开门时间"))
        yield "9"
        assert "开门时间请按1。" not in out.getvalue()
        yield "/call"
        assert "开门时间请按1。" in out.getvalue()
        saving(folder, lambda text: text.replace("go: hours", "go: huors"))
        out.truncate(0)
        yield "/call"
        assert "the changed menu has problems; the last good one goes on:" in out.getvalue()
        assert "huors" in out.getvalue()
        assert "开门时间请按1。" in out.getvalue()
        saving(folder, lambda text: text.replace("go: huors", "go: hours").replace("开门时间", "几点开门"))
        out.truncate(0)
        yield "/call"
        assert "problems" not in out.getvalue()
        assert "几点开门请按1。" in out.getvalue()

    simulator.run(editor())


# --- over HTTP


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Print nothing."""


Program = Callable[..., object]


@pytest.fixture
def served() -> Iterator[Callable[[Program], str]]:
    """Serve programs on free ports while a test runs; return their URLs."""
    running = []

    def serve(program: Program) -> str:
        server = make_server("127.0.0.1", 0, program, handler_class=Quiet)  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


MEMORY = Settings(database_url="memory://")


def call(url: str, typed: list[str], settings: Settings = MEMORY, *, trace: bool = False) -> str:
    """Return what a sitting over HTTP prints."""
    out = io.StringIO()
    remote_simulator(CallSaver(YUEBAO, Transcript(out), trace=trace), url, None, settings).run(typed)
    return out.getvalue()


def test_a_running_server_is_called(served: Callable[[Program], str]) -> None:
    """With the same words and languages as in this process; a long entry is never shown, not in the trace either."""
    url = served(create_app(YUEBAO, MEMORY, insecure=True))
    text = call(f"{url}/voice", [*LIMITS, "12379", "2"], trace=True)
    assert "(+8613800138000 rings http://127.0.0.1:" in text
    assert "en-US   1.5 s  For English, press 8." in text
    assert f"  enter one key\n> {LIMITS[0]}\n" in text
    assert "  enter 4 keys (not shown)\n> •••••\n" in text
    assert "POST /voice/zh-CN/3 Digits=•••• → 200, " in text
    assert "[the entry was over before `•`: lost]" in text
    assert "还能快速转出7000元" in text
    assert "1237" not in text
    assert text.endswith("(call over)\n")


def test_desks_answer_over_http_too(served: Callable[[Program], str]) -> None:
    """They are rung by the player, in the order of what is heard."""
    url = served(create_app(YUEBAO, MEMORY, insecure=True))
    lines = call(url, ["/desk busy", *keys_to(TREE, "freeze", "deductions")]).splitlines()
    rung = lines.index("  [ringing +8657100000002: busy]")
    assert "安全专席" in lines[rung - 1]
    assert "安全专席暂时没有接通" in lines[rung + 1]


def test_a_server_that_checks_signatures_is_called_with_its_token(served: Callable[[Program], str]) -> None:
    """Without the token it says which one is missing."""
    signing = Settings(database_url="memory://", auth_tokens=("12345",), public_url="https://ivr.example.com")
    url = served(create_app(YUEBAO, signing))
    assert "For English, press 8." in call(url, [], signing)
    with pytest.raises(CallBroken, match=r"403\); set TWILIO_AUTH_TOKEN here to the server's"):
        call(url, [])


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Response("<html><p>hello</html>", content_type="text/html"), "XML that is not well-formed"),
        (Response("<html/>", content_type="text/html"), "a html where a Response belongs"),
        (Response("hello", content_type="text/plain"), "text/plain, which is no TwiML"),
        (Response("no", status=404), "/voice answered 404"),
        (Response("no", status=500), "/voice answered 500"),
    ],
)
def test_what_is_no_hotline_is_said_to_be_none(
    served: Callable[[Program], str], answer: Response, told: str
) -> None:
    """With what came, and what to look at."""

    @Request.application
    def page(_request: Request) -> Response:
        return answer

    with pytest.raises(CallBroken, match=told) as broken:
        call(served(page), [])
    assert "see that --url is the address of an `ivr serve`" in str(broken.value)


def test_a_server_that_is_down(served: Callable[[Program], str]) -> None:
    """The sentence names the first webhook, which did not answer, and the person at a terminal may try again."""
    with pytest.raises(CallBroken, match="gave no answer at /voice; see that `ivr serve` is running there"):
        call("http://127.0.0.1:1", [])
    out = io.StringIO()
    simulator = remote_simulator(
        CallSaver(YUEBAO, Transcript(out), interactive=True), "http://127.0.0.1:1", None, MEMORY
    )
    simulator.run(["1", "/call"])
    assert out.getvalue().count("is running there; /call rings again") == 2
    assert "(the call is over; /call rings again)" in out.getvalue()


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "foo", "ftp://x", "http://", "http://[", "http://x:y"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """With how to write it."""
    with pytest.raises(ValueError, match="is no web address; write it like http:"):
        call(url, [])


def test_no_folder_is_needed_to_call_a_server(served: Callable[[Program], str], tmp_path: Path) -> None:
    """A caller whom nobody knows rings."""
    url = served(create_app(YUEBAO, MEMORY, insecure=True))
    out = io.StringIO()
    remote_simulator(CallSaver(tmp_path / "none", Transcript(out)), url, None, MEMORY).run([])
    assert "(+8613900000000 rings" in out.getvalue()
    assert "For English, press 8." in out.getvalue()
