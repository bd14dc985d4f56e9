"""What the hotline does at each step of a call, in lines for the person who tries it. They have no secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.engine.commands import Command
from ivr.engine.events import Event
from ivr.engine.redaction import public_keys
from ivr.engine.session import Session
from ivr.menu.tree import Tree

_SHOWN = ("Digits", "SpeechResult", "DialCallStatus", "RecordingDuration")
"""The fields of a webhook that say what happened; the others are the same in every one."""
_VERB = re.compile(rb"<([A-Z]\w+)")


def step_lines(
    tree: Tree, before: Session, event: Event, after: Session, commands: Sequence[Command]
) -> list[str]:
    """Return what happened where, where the call is now, which variables were set, and what comes next."""
    what = str(event.ended) or public_keys(tree, before, event)
    happened = f"{type(event).__name__} {what}".rstrip()
    state = f"{after.language}, {after.level.name}{', slow' * (after.rate == 'slow')}"
    lines = [f"  · {before.node or 'start'}: {happened} → {after.node} ({state})"]
    lines += [f"      {name} = {value}" for name, value in _set(before.variables, after.variables).items()]
    return [*lines, f"      {', '.join(command.shown for command in commands)}"]


def _set(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables that have changed. They have no secrets, because a secret does not outlive its turn."""
    return {name: value for name, value in after.items() if name not in before or before[name] != value}


def request_line(method: str, url: str, form: Mapping[str, str], status: int, body: bytes) -> str:
    """Return one request to a server and its answer. Only a single key is shown, because a longer entry may be secret."""
    parameters = [f"{name}={_shown(name, form[name])}" for name in _SHOWN if form.get(name)]
    found = dict.fromkeys(verb.decode() for verb in _VERB.findall(body) if verb != b"Response")
    answer = f"{status}, {len(body)} bytes" + (f": {', '.join(found)}" if found else "")
    return f"  · {' '.join([method, url, *parameters])} → {answer}"


def _shown(name: str, value: str) -> str:
    if name == "SpeechResult":
        return "(words)"
    return "•" * len(value) if name == "Digits" and len(value) != 1 else value
