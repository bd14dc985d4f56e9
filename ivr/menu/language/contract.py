"""What an action promises to a menu: its inputs, its outcomes, and the identity that it needs.

The checks use it to prove that a menu routes every outcome and sets every input. The actions themselves are in
``ivr.actions``, which the menu never imports.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Level(enum.IntEnum):
    """How far a call has proved who is calling. Each level includes the lower ones."""

    unknown = 0
    known = 1
    """The calling number, or a typed one, belongs to an account. This is a hint and never a proof."""
    matched = 2
    """The tail of the ID card is right, but that is not enough, because the call comes from another telephone or the account is
    frozen. A human need not ask for it again."""
    verified = 3
    """The caller has proved that the account is theirs with something they know, from the telephone on file."""
    confirmed = 4
    """The caller is verified and has typed the one-time code that was sent to the number on file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which an action can end."""

    means: str
    """One sentence for the reference page."""
    tells: Mapping[str, str] = field(default_factory=dict)
    """The variables that it sets, each with its meaning and unit."""
    raises: Level = Level.unknown
    """The level of identity that this outcome proves."""
    finds_account: bool = False
    """Whether the call may have another account afterwards. What it knew of the first one is then forgotten."""
    texts: Mapping[str, str] | None = None
    """What only the message may tell, such as a code, each with its meaning. It is None if no message is sent."""
    tells_owner: bool = False
    """Whether the message tells the owner of an account what was done to it, whoever asked for that. Such a message must
    arrive, so it does not count against the limits that strangers could use up."""


UNAVAILABLE = Outcome("The service did not answer, or answered nonsense.")
"""Every action can end this way. A menu calls it ``unavailable``."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The declaration of one action."""

    name: str
    does: str
    """One sentence for the reference page."""
    outcomes: Mapping[str, Outcome]
    """All outcomes but ``unavailable``: see :meth:`all_outcomes`."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The variables that it reads, each with its meaning. All are required."""
    needs: Level = Level.unknown
    """The lowest level of identity at which it may run."""
    changes: bool = False
    """Whether it changes something that matters to the caller, who must then confirm it first."""

    def all_outcomes(self) -> dict[str, Outcome]:
        """Return every outcome that a menu must route."""
        return {**self.outcomes, "unavailable": UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Times:
    """How long a caller waits for an action."""

    wait: float = 1.5
    """Seconds of silence before the caller hears that it takes a moment."""
    give_up: float = 8.0
    """Seconds until the action counts as ``unavailable``."""
