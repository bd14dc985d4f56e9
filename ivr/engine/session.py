"""Where one call is: plain data, saved as JSON between any two webhooks.

Secrets are never here. A caller's typed password digits, ID tail or code live in one turn's memory and are gone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from ivr.menu.contract import Level


@dataclass(slots=True)
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
    turn: int = 0
    """The number of the turn that is awaited next; it is in every action URL."""
    level: Level = Level.unknown
    account: str = ""
    """The account that ``level`` speaks of."""
    variables: dict[str, Any] = field(default_factory=dict)
    """JSON values, Decimal, date and datetime."""
    way: list[str] = field(default_factory=list)
    """The listening nodes on the way here, loop-erased; the last is the latest."""
    told: list[str] = field(default_factory=list)
    """The nodes that were spoken on the way to the present place, for a caller who wants to hear them again."""
    noinputs: int = 0
    nomatches: int = 0
    repeats: int = 0
    """Counters of the present listening node; entering another one resets them."""
    confirming: Any = None
    """An entry that was read back and waits for the caller's yes."""
    wanted: list[str] = field(default_factory=list)
    """The nodes that the caller wanted when his identity was asked for; the last is the next to return to."""
    human_tried: bool = False
    """A human was sought in this call and not reached: giving up again ends the call politely, without a circle."""
    limited: bool = False
    """The call's bound was reached once."""
    ending: str = ""
    """How the call ended; empty while it goes on."""

    def copy(self) -> Self:
        """Return a copy that can be changed without touching this one."""
        return replace(
            self,
            variables=dict(self.variables),
            way=list(self.way),
            wanted=list(self.wanted),
            told=list(self.told),
        )

    def to_json(self) -> str:
        """Return the session as one line of JSON."""
        return json.dumps(
            {**{name: getattr(self, name) for name in self.__slots__}, "level": self.level.name},
            default=_encode,
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the session that :meth:`to_json` wrote."""
        data = json.loads(text, object_hook=_decode)
        data["level"] = Level[data["level"]]
        return cls(**data)


def _encode(value: Any) -> Any:
    match value:
        case Decimal():
            return {"$decimal": str(value)}
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
    raise TypeError(f"a session holds plain data, not {type(value).__name__}")


def _decode(data: dict[str, Any]) -> Any:
    if len(data) == 1:
        match data:
            case {"$decimal": str(text)}:
                return Decimal(text)
            case {"$datetime": str(text)}:
                return datetime.fromisoformat(text)
            case {"$date": str(text)}:
                return date.fromisoformat(text)
    return data
