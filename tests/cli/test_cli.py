"""The command line: help, exit statuses, sentences instead of tracebacks, and UTF-8 wherever it runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ivr.cli import main, starter

ROOT = Path(__file__).parents[2]
YUEBAO = ROOT / "menus" / "yuebao"
IVR = [sys.executable, "-m", "ivr.cli"]
CONTEXT = click.Context(main)
COMMANDS = main.list_commands(CONTEXT)
PATIENCE = 60.0


def ivr(*arguments: str | Path, typed: str = "", **environ: str) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=typed, env=environ)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def process(*arguments: str, typed: bytes = b"", **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, in the project's folder, with this environment over a bare one."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [*IVR, *arguments],
        input=typed,
        capture_output=True,
        cwd=ROOT,
        env={**bare, **environ},
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """Return a small hotline."""
    starter.write(tmp_path / "bakery")
    return tmp_path / "bakery"


# --- help and mistakes


def test_help_lists_every_command() -> None:
    """Each with a sentence."""
    shown = ivr("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    """Also with -h, and no option is without a word of help."""
    assert ivr(name, "--help").exit_code == 0
    assert ivr(name, "-h").stdout.startswith(f"Usage: main {name}")
    command = main.get_command(CONTEXT, name)
    assert command is not None
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["simulat"], "there is no command `simulat`; did you mean `simulate`?"),
        (["simulate", "--form", "x"], "No such option '--form'. Did you mean '--from'?"),
        (
            ["simulate", "--from", "123"],
            "--from: `123` is no international number; write it like +8613800138000",
        ),
        (["simulate", "--at", "noon"], "--at: `noon` is no moment; write it like 2026-11-22T10:00"),
        (["simulate", "--language", "fr"], "--language: the hotline does not speak `fr`"),
        (["simulate", "--url", "foo"], "--url: `foo` is no web address; write it like http://127.0.0.1:8080"),
        (["simulate", "--url", "http://x", "--at", "2026-11-22"], "without --url"),
        (["serve", "--port", "0"], "Invalid value for '--port'"),
        (["calls", "--since", "soon"], "--since: `soon` is no moment"),
        (["purge"], "Missing option '--older-than'"),
        (["purge", "--older-than", "3y"], "--older-than: `3y` is no age; write it like 90d, 36h or 12w"),
        (["schema", "tree"], "'tree' is not one of"),
        (["new"], "Missing argument 'FOLDER'"),
    ],
)
def test_a_wrong_command_line_has_status_2(arguments: list[str], told: str) -> None:
    """And is answered with what to write."""
    result = CliRunner().invoke(main, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["simulate", "nowhere"], "there is no such folder; name a hotline's folder"),
        (["simulate", "--url", "http://127.0.0.1:1"], "the server gave no answer at /voice"),
        (["test", "nowhere"], "nowhere is not there; name a hotline's folder"),
        (["test", str(YUEBAO / "menu.yaml")], "menu.yaml is a file; name the hotline's folder"),
        (["check", str(YUEBAO / "menu.yaml")], "menu.yaml is a file; name the hotline's folder"),
        (
            ["test", str(YUEBAO), "-k", "nothing of the sort"],
            "there is no written call with `nothing of the sort`",
        ),
        (["calls"], "there is no ivr.sqlite3 here; IVR_DATABASE_URL says where"),
        (["purge", "--older-than", "90d"], "there is no ivr.sqlite3 here"),
    ],
)
def test_what_cannot_be_done_has_status_1(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is answered with what to do, on standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IVR_DATABASE_URL", raising=False)
    result = ivr(*arguments)
    assert result.exit_code == 1
    assert told in result.stderr
    assert list(tmp_path.iterdir()) == []  # looking leaves nothing behind


def test_a_setting_that_is_wrong_has_status_1() -> None:
    """It is named."""
    result = ivr("calls", IVR_DATABASE_URL="oracle://x")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: IVR_DATABASE_URL: no kind of store is called 'oracle'")


def test_a_database_that_is_none_has_status_1(tmp_path: Path) -> None:
    """What the database says is told, and which setting names it."""
    (tmp_path / "calls.sqlite3").write_text("this is not a database, however long it may be" * 40)
    result = ivr("calls", IVR_DATABASE_URL=f"sqlite:///{tmp_path}/calls.sqlite3")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the store cannot be used: ")


# --- the commands


@pytest.mark.parametrize("caller", ["+12025550142", "+1 (202) 555-0142", "+1-202-555-0142"])
def test_a_calling_number_may_be_written_with_spaces(caller: str) -> None:
    """As people write it."""
    assert ivr("simulate", YUEBAO, "--from", caller).stdout.startswith("(+12025550142 rings yuebao")


def test_a_call_in_a_pipe() -> None:
    """A plain transcript; the end of the input hangs up, with status 0."""
    result = ivr("simulate", YUEBAO, "--at", "2026-11-23T10:00", typed="1\n\n4\n")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "(+8613800138000 rings yuebao, 2026-11-23 10:00 Monday)"
    assert [line for line in lines if line.startswith(">")] == ["> 1", "> (silence)", "> 4"]
    assert lines[-1] == "(call transferred)"
    assert "\x1b" not in result.stdout


def test_check_says_that_all_is_well(bakery: Path) -> None:
    """With status 0, and an empty list for tools."""
    assert ivr("check", bakery).stdout == f"{bakery}: no problems\n"
    assert json.loads(ivr("check", bakery, "--format", "json").stdout) == []


def test_check_says_every_problem(bakery: Path) -> None:
    """Of the menu, of the written calls and of the data files, with the place of each; status 1."""
    menu = bakery / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("go: hours", "go: huors"), encoding="utf-8")
    (bakery / "calls" / "more.yaml").write_text(
        "calls:\n  - call: x\n    stepz: [silence]\n", encoding="utf-8"
    )
    (bakery / "bulletins.yaml").write_text("- first: 2026-11-22\n", encoding="utf-8")
    result = ivr("check", bakery)
    assert result.exit_code == 1
    assert f"{menu}:" in result.stdout
    assert "huors" in result.stdout
    assert f"{bakery}/calls/more.yaml:3:5:" in result.stdout
    assert f"{bakery}/bulletins.yaml:" in result.stdout
    problems = json.loads(ivr("check", bakery, "--format", "json").stdout)
    assert {problem["file"] for problem in problems} >= {"menu.yaml", "calls/more.yaml", "bulletins.yaml"}
    assert all(problem["line"] >= 1 and problem["remedy"] for problem in problems)


def test_a_folder_that_is_not_there_is_a_problem() -> None:
    """Of which there is one."""
    result = ivr("check", "nowhere")
    assert result.exit_code == 1
    assert result.stdout.endswith("nowhere: 1 error, 0 warnings, 0 informations\n")


def test_the_written_calls_are_played(bakery: Path) -> None:
    """With a line that counts them; -v shows each."""
    assert ivr("test", bakery).stdout == f"{bakery}: 1 call, 1 passed, 0 failed\n"
    assert "passed  calls/first.yaml: " in ivr("test", bakery, "-v").stdout


def test_a_call_that_goes_another_way_is_shown_beside_what_was_written(bakery: Path) -> None:
    """With status 1."""
    path = bakery / "calls" / "first.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("周一到周五", "周末"), encoding="utf-8")
    result = ivr("test", bakery)
    assert result.exit_code == 1
    assert "FAILED  calls/first.yaml: " in result.stdout
    assert "`周末` was not heard" in result.stdout
    assert result.stdout.endswith("1 call, 0 passed, 1 failed\n")


def test_written_calls_that_cannot_be_read_are_a_failure(bakery: Path) -> None:
    """Although those that can be read pass."""
    (bakery / "calls" / "more.yaml").write_text("calls: []\n", encoding="utf-8")
    result = ivr("test", bakery)
    assert result.exit_code == 1
    assert f"{bakery}/calls/more.yaml:1:1:" in result.stdout


def test_a_new_hotline_passes_at_once(tmp_path: Path) -> None:
    """Its schemas are beside it, and a second time nothing is written over."""
    folder = tmp_path / "bakery"
    result = ivr("new", folder)
    assert result.exit_code == 0
    assert f"Next: ivr check {folder} · ivr test {folder} · ivr simulate {folder}" in result.stdout
    assert ivr("check", folder).exit_code == 0
    assert ivr("test", folder).exit_code == 0
    assert {path.name for path in (folder / ".schema").iterdir()} >= {
        "menu.json",
        "prompts.json",
        "calls.json",
    }
    again = ivr("new", folder)
    assert (again.exit_code, again.stderr) == (1, f"Error: {folder} is not empty; name a new folder\n")


@pytest.mark.parametrize("kind", ["menu", "nodes", "prompts", "calls"])
def test_schemas_are_json(kind: str) -> None:
    """One of each kind of file."""
    assert json.loads(ivr("schema", kind).stdout)["$schema"].endswith("2020-12/schema")


def test_calls_are_looked_back_at_and_forgotten(tmp_path: Path) -> None:
    """In the list, in whole, by a tool; and after a purge they are gone."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url = f"sqlite:///{tmp_path}/calls.sqlite3"
    application = build_application(YUEBAO, Settings(database_url=url))
    clock = VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current()))
    line = DirectLine(application.switchboard, clock, "+8613800138000")
    line.start()
    line.press("1")
    line.hang_up()
    application.close()
    assert line.call in ivr("calls", IVR_DATABASE_URL=url).stdout
    assert "DigitsPressed" in ivr("calls", line.call, IVR_DATABASE_URL=url).stdout
    (listed,) = json.loads(
        ivr("calls", "--ending", "hung_up", "--format", "json", IVR_DATABASE_URL=url).stdout
    )
    assert listed["caller"] == "**********8000"
    missing = ivr("calls", "CA1", IVR_DATABASE_URL=url)
    assert (missing.exit_code, missing.stderr) == (
        1,
        "Error: there is no call CA1 in the store; `ivr calls` lists them\n",
    )
    forgotten = ivr("purge", "--older-than", "0d", IVR_DATABASE_URL=url)
    assert forgotten.stdout.startswith("forgot ")
    assert ivr("calls", IVR_DATABASE_URL=url).exit_code == 0


# --- as a process


@pytest.mark.parametrize(
    "environ",
    [
        {"LANG": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"},
    ],
)
def test_utf8_whatever_the_locale(environ: dict[str, str]) -> None:
    """What is typed and what is said is Chinese, and neither becomes an error nor question marks."""
    done = process("simulate", typed="转人工\n".encode(), **environ)
    assert done.returncode == 0, done.stderr
    assert "> “转人工”" in done.stdout.decode()
    assert "普通话请按1。" in done.stdout.decode()


def test_input_that_is_no_utf8_is_speech() -> None:
    """Nobody understands it, and nothing breaks."""
    done = process("simulate", typed=b"\xff\xfe\n1\n")
    assert done.returncode == 0, done.stderr
    assert "> 1" in done.stdout.decode()


def test_no_colour_in_a_pipe() -> None:
    """Neither in a call nor in what is wrong."""
    done = process("simulate", typed=b"/xyzzy\n", TERM="xterm-256color", COLORTERM="truecolor")
    assert b"\x1b" not in done.stdout
    assert b"\x1b" not in process("check", "nowhere", TERM="xterm-256color").stdout


@pytest.mark.parametrize("arguments", [["simulate"], ["schema"], ["test", "-k", "greeting", "-v"]])
def test_a_reader_that_goes_away_ends_it_quietly(arguments: list[str]) -> None:
    """As `ivr … | head -1` does: no sentence and no traceback."""
    with subprocess.Popen(
        [*IVR, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        if arguments == ["simulate"]:
            running.stdin.write(b"1\n1\n1\n")
        running.stdin.close()
        assert running.stderr.read() == b""
        running.wait(PATIENCE)


def test_each_answer_is_there_before_the_next_line_is_typed() -> None:
    """A program may talk with the simulator through pipes; Ctrl-C hangs up and is no error."""
    with subprocess.Popen(
        [*IVR, "simulate"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for typed in ("", "1\n"):
            running.stdin.write(typed)
            running.stdin.flush()
            for line in running.stdout:
                if "· keys: " in line:
                    break
        running.send_signal(signal.SIGINT)
        assert running.stdout.read().endswith("> (hangs up)\n(call hung up)\n")
        assert running.wait(PATIENCE) == 0


def test_help_is_there_at_once() -> None:
    """Nothing heavy is imported for it."""
    heavy = ("flask", "twilio", "jinja2", "babel", "pydantic", "rich", "prompt_toolkit", "granian", "yaml")
    program = f"import sys; import ivr.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_sealed_message_is_shown_to_who_has_the_key(tmp_path: Path) -> None:
    """Where nobody sends messages, a tester gets at his code with the server's secret, and not without."""
    from ivr.app import build_application
    from ivr.calls.line import DirectLine, VirtualClock
    from ivr.config import Settings
    from ivr.harness import at_moment

    url, key = f"sqlite:///{tmp_path}/calls.sqlite3", "0123456789abcdef0123456789abcdef"
    application = build_application(YUEBAO, Settings(database_url=url, secret_keys=(key,)))
    line = DirectLine(
        application.switchboard,
        VirtualClock(at_moment("2026-11-23T10:00", application.hotline.current())),
        "+8613800138000",
    )
    line.start()
    for keys in ("1", "1", "1", "1237"):
        line.press(keys)
    line.hang_up()
    application.close()
    assert "(its words are secret)" in ivr("calls", line.call, IVR_DATABASE_URL=url).stdout
    for form in ("text", "json"):
        hidden = ivr("calls", line.call, "--format", form, IVR_DATABASE_URL=url).stdout
        opened = ivr("calls", line.call, "--open", "--format", form, IVR_DATABASE_URL=url, IVR_SECRET_KEY=key)
        assert ("验证码" in hidden, "验证码" in opened.stdout) == (False, True)
    without = ivr("calls", line.call, "--open", IVR_DATABASE_URL=url)
    assert (without.exit_code, "IVR_SECRET_KEY is missing" in without.stderr) == (1, True)
    other = ivr("calls", line.call, "--open", IVR_DATABASE_URL=url, IVR_SECRET_KEY=key[::-1])
    assert (other.exit_code, "another key" in other.stderr) == (1, True)


def test_inside_a_hotline_that_one_is_meant(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs to type the dot."""
    monkeypatch.chdir(bakery)
    assert ivr("check").stdout == ".: no problems\n"
