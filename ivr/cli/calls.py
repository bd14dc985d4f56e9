"""`ivr calls`: list past calls, or show one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click
from rich.text import Text

from ivr.cli.arguments import format_option, read_settings
from ivr.cli.call_store import call_filter, open_call_store
from ivr.cli.errors import CommandFailed, as_usage_error
from ivr.cli.output import print_json
from ivr.console import plain_table, print_rich
from ivr.logs import masked
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.loader import draft_of
from ivr.storage.base import CallHistory, CallRecord, with_open_messages
from ivr.storage.sealing import BrokenSeal, Seal
from ivr.storage.sqlite import SqliteStore


@click.command(
    epilog="""\b
Examples:
  ivr calls --since 2026-11-22 --ending transferred
  ivr calls --caller 8000 --format json
  ivr calls CA0123456789abcdef0123456789abcdef"""
)
@click.argument("callsid", required=False)
@click.option("--since", help="Calls from this day or moment on: 2026-11-22, 2026-11-22T10:00.")
@click.option("--until", help="Calls before this day or moment.")
@click.option("--caller", default="", help="The end of the calling number, such as 8000.")
@click.option(
    "--ending",
    type=click.Choice(["completed", "transferred", "hung_up", "farewell"]),
    help="How the call ended.",
)
@click.option("--node", default="", help="Calls that passed this node, or waited there.")
@click.option("--failed", is_flag=True, help="Calls in which our own machinery failed (InternalError).")
@click.option("--urgent", is_flag=True, help="Calls that were marked as urgent.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most so many."
)
@click.option("--numbers", is_flag=True, help="Show whole numbers, for whoever must call back.")
@click.option(
    "--open",
    "opened",
    is_flag=True,
    help="Show the words of sealed messages that wait or are not sent: codes and links. Needs IVR_SECRET_KEY.",
)
@format_option
def calls_command(callsid: str | None, form: str, *, numbers: bool, opened: bool, **wanted: Any) -> None:
    """List the calls of the store, or show one call's path, messages and voicemail.

    Times are those of this machine's time zone.
    """
    show = str if numbers else masked

    with as_usage_error():
        chosen = call_filter(**wanted)
    with open_call_store() as store:
        if callsid is None:
            found = store.calls(chosen)
            if not found and chosen.node:
                _check_node(store, chosen.node)
            print_calls(found, form, show)
            return
        history = store.call(callsid)
        if history is None:
            raise CommandFailed(f"there is no call {callsid} in the store; `ivr calls` lists them")
        print_call(_opened(history) if opened else history, form, show)


def _check_node(store: SqliteStore, node: str) -> None:
    """Raise a usage error for a node that no present menu has, because "no calls" would be taken for an answer."""
    known = {name for sources in store.present_sources() for name in draft_of(sources).names}
    if known and node not in known:
        raise click.UsageError(f"--node: the menu has no node `{node}`; {did_you_mean(node, known)}")


def _opened(history: CallHistory) -> CallHistory:
    keys = read_settings().secret_keys
    if not keys:
        raise CommandFailed(
            "IVR_SECRET_KEY is missing; set it to that of `ivr serve`, which sealed the messages"
        )
    try:
        return with_open_messages(history, Seal(*keys))
    except BrokenSeal:
        raise CommandFailed("IVR_SECRET_KEY: the messages were sealed with another key") from None


_WIDTH = 160
"""Columns of a table in a pipe."""
_WIDE = 112
"""Columns of a terminal that has room for the whole list."""

Show = Callable[[str], str]
"""Formats a caller's number: masked, or whole for staff who must call back."""


def print_calls(calls: Sequence[CallRecord], form: str, show: Show = masked) -> None:
    if form == "json":
        print_json([_plain(asdict(call), show) for call in calls])
        return
    narrow = sys.stdout.isatty() and shutil.get_terminal_size().columns < _WIDE
    several = len({call.hotline for call in calls}) > 1 and not narrow
    started = f"started ({datetime.now(UTC).astimezone():%Z})"
    rung = ("hotline",) if several else ()
    table = plain_table("call", started, "caller", "language", "turns", "ending", "", *rung)
    table.columns[0].min_width = 34  # never cut: `ivr calls CALLSID` wants the whole of it
    for call in calls:
        mark, caller = "urgent" if call.urgent else "", show(call.caller).lstrip("*" if narrow else "")
        ending = call.ending or "goes on"
        cells = (_short(call.started), caller, call.language, str(call.turns), ending, mark)
        table.add_row(call.call, *cells, *((call.hotline,) if several else ()))
    if narrow:
        del table.columns[3:5]  # `ivr calls CALLSID` shows the language and the turns
        for column, width in zip(table.columns, (12, 10, 6, 11, 0), strict=True):
            column.min_width, column.no_wrap, column.overflow = width, False, "fold"
    print_rich(table if calls else Text("no calls"), width=_WIDTH)


def print_call(history: CallHistory, form: str, show: Show = masked) -> None:
    """Print one call: its record, path, messages and recordings."""
    if form == "json":
        print_json(_plain(asdict(history), show))
        return
    record = history.record
    print(f"{record.call}  {record.hotline}, menu {record.version}")
    caller, ending = show(record.caller) or "number withheld", record.ending or "goes on"
    print(f"{_short(record.started)} {record.started.astimezone():%Z}  {caller}  {record.language}  {ending}")
    if record.reason or record.urgent:
        print(f"{'urgent ' if record.urgent else ''}{record.reason}")
    table = plain_table("turn", "time", "node", "event", "keys", "outcome")
    for step in history.path:
        time = f"{step.at.astimezone():%H:%M:%S}"
        table.add_row(str(step.turn), time, step.node, step.event, step.keys, step.outcome)
    print_rich(table, width=_WIDTH)
    for late in history.late:
        print(
            f"{late.at.astimezone():%H:%M:%S} {late.outcome} at {late.node}, after the turn that asked for it"
        )
    for message in history.messages:
        body = "(its words are secret)" if message.sealed else message.body
        print(f"message to {show(message.to)}, {message.status}: {body}")  # never wrapped: it may be a link
    for voicemail in history.voicemails:
        print(f"recording of {voicemail.seconds} s: {voicemail.url}")


def _short(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _plain(value: Any, show: Show) -> Any:
    """Return data for JSON, with numbers formatted by ``show``."""
    match value:
        case {"sealed": True, "body": str()}:
            return _plain({**value, "sealed": "its words are secret", "body": ""}, show)
        case dict():
            return {
                name: show(each) if name in {"caller", "to"} and isinstance(each, str) else _plain(each, show)
                for name, each in value.items()
            }
        case list() | tuple():
            return [_plain(each, show) for each in value]
        case datetime():
            return value.isoformat()
    return value
