"""Where one call is: plain data, saved as JSON between any two webhooks.

Secrets are never here. A caller's typed password digits, ID tail or code live in one turn's memory and are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from ivr.engine.plain import from_json, is_plain, to_json
from ivr.menu.language.contract import Level
from ivr.menu.language.options import Rate


@dataclass
class Session:
    """One call."""

    call: str
    """The carrier's identifier of the call (Twilio's CallSid)."""
    version: str
    """The hash of the menu version that the call began with and stays on."""
    started: datetime
    caller: str = ""
    """E.164, or empty when the number is withheld."""
    called: str = ""
    node: str = ""
    """Where it waits; empty before the first event."""
    language: str = ""
    rate: Rate = "normal"
    """How fast it speaks, and how long it waits."""
    turn: int = 0
    """The number of the turn that is awaited next; it is in every action URL."""
    level: Level = Level.unknown
    account: str = ""
    """The account that ``level`` speaks of."""
    variables: dict[str, Any] = field(default_factory=dict)
    """JSON values, Decimal, date and datetime."""
    history: list[str] = field(default_factory=list)
    """The listening nodes on the way here, loop-erased; the last is the latest."""
    replayable: list[str] = field(default_factory=list)
    """The nodes that were spoken on the way to the present place, for a caller who wants to hear them again."""
    noinputs: int = 0
    nomatches: int = 0
    repeats: int = 0
    """Counters of the present listening node; entering another one resets them."""
    confirming: Any = None
    """An entry that was read back and waits for the caller's yes."""
    pending_returns: list[str] = field(default_factory=list)
    """The nodes that the caller wanted when their identity was asked for; the last is the next to return to."""
    running: str = ""
    """The key of an action that goes on while the caller waits; empty: there is none."""
    running_since: datetime | None = None
    action_uncertain: bool = False
    """An action was left while it went on, or given up: a human should look whether it was done."""
    notes: list[str] = field(default_factory=list)
    """What was told and done, in short words, for the caller who asks for it in writing."""
    human_tried: bool = False
    """A human was sought in this call and not reached: giving up again ends the call politely, without a circle."""
    urgent: bool = False
    reason: str = ""
    """Why a human was sought last, in words for that human and for the record."""
    limited: bool = False
    """The call's bound was reached once."""
    ending: str = ""
    """How the call ended; empty while it goes on."""

    def copy(self) -> Self:
        """Return a copy that can be changed without touching this one."""
        twin = object.__new__(type(self))
        # dataclasses.replace asks every field what it is: twenty times slower.
        twin.__dict__.update(self.__dict__)
        twin.variables, twin.history = dict(self.variables), list(self.history)
        twin.pending_returns, twin.replayable = list(self.pending_returns), list(self.replayable)
        twin.notes = list(self.notes)
        return twin

    def reached(self, level: Level) -> bool:
        """Say whether the caller has proved as much as ``level``."""
        return self.level >= level

    def raise_level(self, level: Level) -> None:
        """Note that the caller has proved as much as ``level``; what they proved before stays."""
        self.level = max(self.level, level)

    def remember(self, values: Mapping[str, Any]) -> None:
        """Set variables. Raises TypeError for a value that could not be saved, and then sets none."""
        for name, value in values.items():
            if not is_plain(value):
                raise TypeError(f"`{name}` is not plain data, but {type(value).__name__}")
        self.variables.update(values)

    def to_json(self) -> str:
        """Return the session as one line of JSON."""
        data = dict(self.__dict__)
        data["level"], data["started"] = self.level.name, self.started.isoformat()
        return to_json(data)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the session that :meth:`to_json` wrote."""
        data = from_json(text)
        data["level"], data["started"] = Level[data["level"]], datetime.fromisoformat(data["started"])
        return cls(**data)
