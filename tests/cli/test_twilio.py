"""`ivr twilio`: what is printed, the exit status, and sentences where something cannot be done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ivr.channels.twilio.admin.provisioning import OVERRIDES, webhook_settings
from ivr.cli.twilio import twilio_command
from tests.support.rest_stub import (
    ACCOUNT,
    HERS,
    OURS,
    PN,
    TOKEN,
    Stub,
    answer,
    closed_port,
    own_number,
    refusal,
    twilio_stub,
)
from tests.support.starters import write_chinese_first

PUBLIC = "https://ivr.example.com"
WEBHOOKS = (
    "voice_url voice_method voice_fallback_url voice_fallback_method status_callback status_callback_method"
)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Return Twilio's REST interface, on this machine, for which the environment is set."""
    with twilio_stub() as stub:
        for name, value in {
            "NO_PROXY": "*",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": OURS,
            "IVR_TWILIO_API_URL": stub.url,
            "IVR_SECRET_KEY": "s0me-r4ndom-K3y-of-32-ch4racters!",
            "IVR_PUBLIC_URL": PUBLIC,
        }.items():
            monkeypatch.setenv(name, value)
        yield stub


def run(*arguments: str | Path, **environ: str) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(
        twilio_command, [str(each) for each in arguments], env={"COLUMNS": "200", **environ}
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize("name", sorted(twilio_command.commands))
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    """Also with -h, with an example, and no option is without a word of help."""
    shown = run(name, "-h")
    assert shown.exit_code == 0
    assert f"ivr twilio {name} " in shown.stdout
    options = [each for each in twilio_command.commands[name].params if isinstance(each, click.Option)]
    assert [option.name for option in options if not option.help] == []


# --- connect


def test_connect_shows_before_and_after(stub: Stub) -> None:
    """In a table: what changes, and what stays."""
    stub.numbers = [own_number(voice_url="https://old.example.com/voice")]
    result = run("connect", "--number", "+1 (415) 555-0100", "--url", "https://new.example.com/")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["setting", "before", "after"]
    assert [line[0] for line in lines[1:-1]] == WEBHOOKS.split()
    assert lines[1] == [
        "voice_url",
        "https://old.example.com/voice",
        f"https://new.example.com/voice#{OVERRIDES}",
    ]
    assert lines[2] == ["voice_method", "POST", "(stays)"]
    assert result.stdout.splitlines()[-1] == f"{OURS} ({PN}): connected"
    assert stub.numbers[0]["voice_url"].startswith("https://new.example.com/voice#")


def test_connect_takes_number_and_url_from_the_settings(stub: Stub) -> None:
    """And says when there was nothing to do."""
    assert run("connect").stdout.endswith(": connected\n")
    assert run("connect").stdout.endswith(": nothing to change\n")


def test_connect_fails_when_twilio_did_not_take_the_settings(stub: Stub) -> None:
    """So a script does not go on with a number that rings elsewhere."""
    stub.answers[f"{PN}.json"] = answer(own_number())
    result = run("connect")
    assert (result.exit_code, "connected" in result.stdout) == (1, False)
    assert result.stderr.startswith(f"Error: Twilio did not take the settings of {OURS}: voice_url is empty")


def test_a_dry_run_says_so(stub: Stub) -> None:
    """Nothing is changed."""
    assert run("connect", "--dry-run").stdout.endswith(": would be connected\n")
    assert not stub.numbers[0]["voice_url"]


def test_a_fallback_elsewhere(stub: Stub) -> None:
    """Such as a document at Twilio's."""
    run("connect", "--fallback", "https://static.example.com/sorry.xml")
    assert stub.numbers[0]["voice_fallback_url"] == "https://static.example.com/sorry.xml"


def test_a_number_is_taken_over_only_when_told(stub: Stub) -> None:
    """Otherwise it says whose it is, and how to take it."""
    stub.numbers = [own_number(trunk_sid="TK1")]
    refused = run("connect")
    assert refused.exit_code == 1
    assert refused.stderr.startswith(
        f"Error: {OURS} has trunk_sid TK1, so that Twilio ignores its URLs; say --take-over"
    )
    assert run("connect", "--take-over").exit_code == 0
    assert stub.numbers[0]["trunk_sid"] == ""


# --- doctor


def test_doctor_tells_every_check_and_fails_when_one_is_wrong(stub: Stub) -> None:
    """One line for each; the server does not run here."""
    stub.numbers = [own_number(**webhook_settings(closed := closed_port()))]
    result = run("doctor", "--url", closed)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "ok      secret key: IVR_SECRET_KEY is set"
    assert lines[1] == "ok      credentials: Twilio takes those of Demo"
    assert lines[-1].startswith(f"wrong   server: {closed} does not answer")
    assert [line.split()[0] for line in lines] == ["ok"] * 6 + ["wrong"] * 2


def test_doctor_succeeds_when_nothing_is_wrong(stub: Stub) -> None:
    """What could not be checked is no failure."""
    result = run("doctor", IVR_PUBLIC_URL="")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("skipped server: set IVR_PUBLIC_URL, or say --url")


def test_doctor_looks_up_the_desks(stub: Stub, tmp_path: Path) -> None:
    """Those of the hotline, as the environment has them, and the last resort."""
    write_chinese_first(tmp_path / "bakery")
    desk = {"IVR_DESK_SERVICE": HERS, "IVR_FALLBACK_NUMBER": "+19995550100", "IVR_PUBLIC_URL": ""}
    result = run("doctor", tmp_path / "bakery", "--lookups", **desk)
    assert result.exit_code == 1
    assert "ok      desk service: 138 0013 8000 (CN)\n" in result.stdout
    assert "wrong   IVR_FALLBACK_NUMBER: +19995550100 is no valid telephone number" in result.stdout


def test_doctor_needs_a_hotline_to_look_up(stub: Stub, tmp_path: Path) -> None:
    """And says what shows its faults."""
    result = run("doctor", tmp_path, "--lookups")
    assert result.exit_code == 1
    assert f"{tmp_path} is no hotline that can be used; `ivr check {tmp_path}` says why" in result.stderr


# --- call


def test_call_prints_the_identifier(stub: Stub) -> None:
    """Which `ivr calls` takes, once the phone is answered."""
    result = run("call", "+86 138-0013-8000")
    assert result.exit_code == 0
    assert result.stdout == f"CA{'5' * 32}\n"
    assert stub.last().form["To"] == HERS


# --- what cannot be done


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["connect", "--number", "110"], "`110` is no international number; write it like +14155550100"),
        (
            ["connect", "--url", "ivr.example.com"],
            "`ivr.example.com` is no web address; write it like https://",
        ),
        (["connect", "--fallback", "http://[x"], "`http://[x` is no web address"),
        (["call", "me"], "`me` is no international number"),
        (["call"], "Missing argument 'TO'"),
    ],
)
def test_a_wrong_command_line_has_status_2(arguments: list[str], told: str) -> None:
    """And is answered with what to write."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environ", "status", "told"),
    [
        (
            ["connect"],
            {"TWILIO_ACCOUNT_SID": ""},
            1,
            "TWILIO_ACCOUNT_SID is missing; Twilio's console shows it",
        ),
        (
            ["connect"],
            {"TWILIO_AUTH_TOKEN": "forged"},
            1,
            "Twilio does not take these credentials; check TWILIO_ACC",
        ),
        (["connect"], {"TWILIO_NUMBER": ""}, 2, "say --number, or set TWILIO_NUMBER"),
        (["connect"], {"IVR_PUBLIC_URL": ""}, 2, "say --url, or set IVR_PUBLIC_URL"),
        (
            ["connect", "--number", "+14155550199"],
            {},
            1,
            f"+14155550199 is not on this account; it has {OURS}",
        ),
        (
            ["call", HERS],
            {"TWILIO_NUMBER": ""},
            1,
            "TWILIO_NUMBER is missing; set it to the number to ring from",
        ),
        (["call", HERS], {"IVR_PUBLIC_URL": ""}, 2, "say --url, or set IVR_PUBLIC_URL"),
        (["call", OURS], {}, 1, "the hotline's own number; name a phone that somebody can answer"),
        (["doctor"], {"IVR_TWILIO_API_URL": "nowhere"}, 1, "IVR_TWILIO_API_URL: `nowhere` is no web address"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    stub: Stub, arguments: list[str], environ: dict[str, str], status: int, told: str
) -> None:
    """On standard error, with what to do."""
    result = run(*arguments, **environ)
    assert (result.exit_code, result.stdout) == (status, "")
    assert told in result.stderr


def test_what_twilio_refuses_is_told_in_a_sentence(stub: Stub) -> None:
    """With its number, and no traceback."""
    stub.answers["/Calls.json"] = refusal(400, 21215, "Account not authorized")
    result = run("call", HERS)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the account may not call that country; allow it in Twilio's geographic permissions for voice "
        "(error 21215)\n"
    )
