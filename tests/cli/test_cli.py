"""The command line: help, exit statuses, sentences instead of tracebacks, and UTF-8 wherever it runs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ivr.cli import main
from tests.support.command import IVR, PATIENCE, ROOT, YUEBAO, ivr, process

CONTEXT = click.Context(main)
COMMANDS = main.list_commands(CONTEXT)


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
        (["purge", "--older-than", "90d", "--yes"], "there is no ivr.sqlite3 here"),
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
    assert result.stderr.startswith("Error: IVR_DATABASE_URL: no kind of store is called `oracle`")


def test_a_database_that_is_none_has_status_1(tmp_path: Path) -> None:
    """What the database says is told, and which setting names it."""
    (tmp_path / "calls.sqlite3").write_text("this is not a database, however long it may be" * 40)
    result = ivr("calls", IVR_DATABASE_URL=f"sqlite:///{tmp_path}/calls.sqlite3")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the store cannot be used: ")


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
    assert "登录和密码请按2。" in done.stdout.decode()


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
    # A shell starts what runs in the background with Ctrl-C ignored, and its children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
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
        signal.signal(signal.SIGINT, before)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=PATIENCE)
        assert said.endswith("> (hangs up)\n(call hung up)\n")
        assert running.returncode == 0


def test_help_is_there_at_once() -> None:
    """Nothing heavy is imported for it."""
    heavy = ("flask", "twilio", "jinja2", "babel", "pydantic", "rich", "prompt_toolkit", "granian", "yaml")
    program = (
        f"import sys, atexit; from ivr.cli import main; "
        f"atexit.register(lambda: print([name for name in {heavy} if name in sys.modules])); main(['--help'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\n[]\n")


@pytest.mark.parametrize(
    "command",
    [
        ("calls",),
        ("purge", "--older-than", "1d", "--yes"),
        ("worker",),
        ("twilio", "doctor"),
        ("twilio", "connect"),
    ],
    ids=" ".join,
)
def test_a_misspelt_setting_is_named_by_every_command_that_reads_settings(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    """Once, and the command goes on as if it had not been set."""
    result = ivr(*command, IVR_DATABSE_URL="x", IVR_DATABASE_URL=f"sqlite:///{tmp_path}/ivr.sqlite3")
    assert result.stderr.count("IVR_DATABSE_URL is no setting; did you mean IVR_DATABASE_URL?\n") == 1
