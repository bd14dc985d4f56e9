"""`ivr simulate`: call a hotline from the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ivr.channels.terminal.input_lines import at_terminal, typed_lines
from ivr.channels.terminal.transcript import Transcript
from ivr.cli.arguments import check_demonstration, hotline_argument, read_settings
from ivr.cli.errors import as_usage_error
from ivr.cli.simulator_setup import CallSaver, local_simulator, remote_simulator


@click.command(
    epilog="""\b
Examples:
  ivr simulate
  ivr simulate --from +12025550142 --language en-US --at 2026-11-22T23:00
  printf '1\\n3\\n' | ivr simulate menus/yuebao --trace
  ivr simulate --save tried
  ivr simulate --url http://127.0.0.1:8080"""
)
@hotline_argument
@click.option("--from", "caller", help="The calling number, such as +8613800138000, or `withheld`.")
@click.option("--at", "when", help="When the caller rings, in the hotline's time zone: 2026-11-22T10:00.")
@click.option(
    "--language",
    help="Begin in this language, such as en-US. A menu may change it for callers whose language it knows.",
)
@click.option("--url", help="Call a running server, whose TwiML is executed as Twilio would.")
@click.option("--trace", is_flag=True, help="Show what the hotline does at each step.")
@click.option(
    "--save", "file", metavar="FILE", help="Keep each call as a written call: `tried` is calls/tried.yaml."
)
def simulate_command(
    hotline: Path,
    caller: str | None,
    when: str | None,
    language: str | None,
    url: str | None,
    file: str | None,
    *,
    trace: bool,
) -> None:
    """Call a hotline from the keyboard.

    Type keys to press them (1, 1234#), nothing for silence, words to speak; /help lists the rest. The end of the
    input hangs up. Time is virtual: silence costs nothing.
    """
    if url and (when or language):
        raise click.UsageError("--at and --language are for a call in this process, without --url")
    with as_usage_error():
        number = _number(caller)
        saver = CallSaver(hotline, Transcript(), trace, at_terminal(), file)
        if url:
            simulator = remote_simulator(saver, url, number, read_settings())
        else:
            check_demonstration(hotline)
            simulator = local_simulator(saver, number, when, language)
    simulator.run(typed_lines(secret=simulator.asks_for_secret))


def _number(caller: str | None) -> str | None:
    """Return a calling number without the spaces and hyphens that people type."""
    if caller is None or caller == "withheld":
        return caller
    number = caller.translate(str.maketrans("", "", " -()"))
    if re.fullmatch(r"\+[1-9]\d{4,14}", number, re.ASCII):
        return number
    raise ValueError(
        f"--from: `{caller}` is no international number; write it like +8613800138000, or `withheld`"
    )
