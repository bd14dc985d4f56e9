"""The result of an action: as an event of the call, as it is kept for a later turn, and the message that it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import structlog

from ivr.actions.base import Action, ActionResult
from ivr.engine.commands import Command, SendText
from ivr.engine.events import ActionFinished, Event
from ivr.engine.plain import from_json, to_json
from ivr.engine.session import Session
from ivr.engine.step import step
from ivr.logs import origin_of
from ivr.menu.language.contract import Level
from ivr.menu.tree import Tree
from ivr.storage.sealing import Seal

Actions = Mapping[str, Action]

log = structlog.get_logger(__name__)


def texts_of(tree: Tree, session: Session, event: Event) -> list[Command]:
    """Return the message that an action itself sends, when nothing else of the call goes on."""
    if not isinstance(event, ActionFinished) or not event.text_to:
        return []
    try:
        commands = step(tree, session, event)[1]
    except Exception as error:  # noqa: BLE001 - the rest of the turn is worth more than this message
        log.error(  # noqa: TRY400 - a traceback may hold a secret
            "message lost", call=session.call, node=session.node, **origin_of(error)
        )
        return []
    return [command for command in commands if isinstance(command, SendText) and command.key == event.key]


def finished_event(
    action: str, key: str, finished: ActionResult, actions: Actions, at: datetime
) -> ActionFinished:
    """Return the event of a finished action. The contract says which level of identity the outcome proves."""
    outcome = actions[action].CONTRACT.all_outcomes()[finished.outcome]
    return ActionFinished(at, action, raises=outcome.raises, key=key, **_fields(finished))


def sealed(seal: Seal, event: ActionFinished) -> str:
    """Return the event as it is kept until the call collects it. It is sealed, as it may hold a code or a link."""
    data = _fields(event) | {"raises": event.raises.name}
    return seal.seal("run", to_json(data))


def _fields(values: ActionResult | ActionFinished) -> dict[str, Any]:
    return {each.name: getattr(values, each.name) for each in fields(values)}


def opened(seal: Seal, sealed: str, at: datetime) -> ActionFinished:
    """Return a kept event with the present time."""
    data = from_json(seal.open("run", sealed))
    return ActionFinished(**{**data, "at": at, "raises": Level[data["raises"]]})
