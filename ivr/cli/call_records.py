"""Prints records of calls, for people and for tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from ivr.cli.output import print_json
from ivr.console import plain_table, print_rich
from ivr.logs import masked
from ivr.storage.base import CallHistory, CallRecord

_WIDTH = 160
"""Columns of a table in a pipe."""

Show = Callable[[str], str]
"""Formats a caller's number: masked, or whole for staff who must call back."""


def print_calls(calls: Sequence[CallRecord], form: str, show: Show = masked) -> None:
    if form == "json":
        print_json([_plain(asdict(call), show) for call in calls])
        return
    table = plain_table(
        "call", f"started ({datetime.now(UTC).astimezone():%Z})", "caller", "language", "turns", "ending", ""
    )
    table.columns[0].min_width = 34  # never cut: `ivr calls CALLSID` wants the whole of it
    for call in calls:
        mark = "urgent" if call.urgent else ""
        ending = call.ending or "goes on"
        table.add_row(
            call.call, _short(call.started), show(call.caller), call.language, str(call.turns), ending, mark
        )
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
