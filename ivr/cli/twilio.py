"""`ivr twilio`: commands that talk to Twilio itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

from ivr.calls.hotline_loader import load_hotline
from ivr.channels.twilio.admin import provisioning as operations
from ivr.channels.twilio.admin.doctor import Doctor
from ivr.channels.twilio.admin.errors import RestFailed
from ivr.channels.twilio.admin.provisioning import CannotConnect, Connection
from ivr.channels.twilio.admin.rest import TwilioRest
from ivr.cli.arguments import read_settings
from ivr.config import BadSetting, Settings
from ivr.console import plain_table, print_rich

_COLOURS = {"ok": "green", "wrong": "red", "skipped": "yellow"}


def _number(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    """Return a number in E.164, without spaces and hyphens. Return an empty text if none is given."""
    number = (value or "").translate(str.maketrans("", "", " -()"))
    if value is None or re.fullmatch(r"\+[1-9]\d{4,14}", number, re.ASCII):
        return number
    raise click.BadParameter(f"`{value}` is no international number; write it like +14155550100")


def _url(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    """Return a web address without its last slash. Return an empty text if none is given."""
    try:
        parts = urlsplit(value or "")
        good = value is None or (parts.scheme in {"http", "https"} and parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise click.BadParameter(f"`{value}` is no web address; write it like https://ivr.example.com")
    return (value or "").rstrip("/")


number_option = click.option(
    "--number", callback=_number, help="The hotline's number; TWILIO_NUMBER if not said."
)
url_option = click.option(
    "--url", callback=_url, help="Where Twilio reaches this program; IVR_PUBLIC_URL if not said."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def twilio_command() -> None:
    """Connect a number with this program, find out what keeps calls away, ring a phone."""


@twilio_command.command(
    epilog="""\b
Examples:
  ivr twilio connect --number +14155550100 --url https://ivr.example.com --dry-run
  ivr twilio connect --fallback https://static.example.com/sorry.xml"""
)
@number_option
@url_option
@click.option(
    "--fallback",
    callback=_url,
    help="The URL that Twilio asks when a document fails; /voice/fallback of this program if not said.",
)
@click.option("--take-over", is_flag=True, help="Take the number away from its application or trunk.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def connect_command(number: str, url: str, fallback: str, *, take_over: bool, dry_run: bool) -> None:
    """Let the calls of a number come to this program: its voice, fallback and status URLs."""
    with _errors_as_messages():
        settings = read_settings()
        done = operations.connect(
            TwilioRest.of(settings),
            _needed(number or settings.number, "--number", "TWILIO_NUMBER"),
            _needed(url or settings.public_url, "--url", "IVR_PUBLIC_URL"),
            fallback_url=fallback,
            take_over=take_over,
            dry_run=dry_run,
        )
    _print_connection(done, dry_run=dry_run)


@twilio_command.command(
    epilog="""\b
Examples:
  ivr twilio doctor
  ivr twilio doctor menus/yuebao --number +14155550100 --url https://ivr.example.com --lookups"""
)
@click.argument("hotline", type=click.Path(path_type=Path), default=Path("menus/yuebao"), required=False)
@number_option
@url_option
@click.option("--lookups", is_flag=True, help="Look up the numbers of HOTLINE's desks too.")
def doctor_command(hotline: Path, number: str, url: str, *, lookups: bool) -> None:
    """Check credentials, number, server and signatures, and say what to mend.

    The server is rung once with a test call, which `ivr calls` does not list.
    """
    with _errors_as_messages():
        settings = read_settings()
        desks = _desks(hotline, settings) if lookups else {}
        own, public_url = number or settings.number, url or settings.public_url
        wrong = 0
        for check in Doctor(settings, own, public_url, desks).examine():
            click.echo(
                f"{click.style(f'{check.state:<8}', fg=_COLOURS[check.state])}{check.name}: {check.what}"
            )
            wrong += check.state == "wrong"
    sys.exit(1 if wrong else 0)


@twilio_command.command(
    epilog="""\b
Example:
  ivr twilio call +8613800138000 --url https://ivr.example.com"""
)
@click.argument("to", callback=_number)
@url_option
def call_command(to: str, url: str) -> None:
    """Ring the phone TO from TWILIO_NUMBER, into the hotline. Twilio charges for it as for any call."""
    with _errors_as_messages():
        settings = read_settings()
        public_url = _needed(url or settings.public_url, "--url", "IVR_PUBLIC_URL")
        click.echo(operations.call(TwilioRest.of(settings), to, public_url))


def _needed(value: str, option: str, setting: str) -> str:
    if not value:
        raise click.UsageError(f"say {option}, or set {setting}")
    return value


@contextmanager
def _errors_as_messages() -> Iterator[None]:
    """Turn an error that an operator can fix into one message."""
    try:
        yield
    except (RestFailed, CannotConnect, BadSetting) as error:
        raise click.ClickException(str(error)) from error


def _desks(hotline: Path, settings: Settings) -> dict[str, str]:
    """Return the numbers of a hotline's desks and of the last resort. The environment may override a desk's number."""
    tree = load_hotline(hotline).tree
    if tree is None:
        raise click.ClickException(
            f"{hotline} is no hotline that can be used; `ivr check {hotline}` says why"
        )
    desks = {
        f"desk {name}": settings.desk_numbers.get(name, desk.number) for name, desk in tree.desks.items()
    }
    return desks | ({"IVR_FALLBACK_NUMBER": settings.fallback_number} if settings.fallback_number else {})


def _print_connection(done: Connection, *, dry_run: bool) -> None:
    """Print every setting before and after."""
    table = plain_table("setting", "before", "after")
    for change in done.changes:
        same = change.before == change.after
        table.add_row(change.setting, change.before or "-", "(stays)" if same else change.after or "-")
    for column in table.columns:
        column.no_wrap, column.overflow = False, "fold"
    print_rich(table, width=240)
    sentence = "nothing to change" if not done.changed else "would be connected" if dry_run else "connected"
    click.echo(f"{done.number.number} ({done.number.sid}): {sentence}")
