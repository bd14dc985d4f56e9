"""What an action promises to a menu: its inputs, its outcomes, and the identity it needs.

The checker proves with it that a menu routes every outcome and sets every input; the actions themselves live far
above, in ``ivr.actions``, and the menu knows nothing of them but this.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Level(enum.IntEnum):
    """How far a call has proved who is calling; a later level includes the earlier ones."""

    unknown = 0
    """Nobody in particular."""
    known = 1
    """The calling number, or a typed one, belongs to an account: a hint, never a proof."""
    matched = 2
    """The tail of the ID card is right, and that is not enough: the call comes from another telephone, or the account
    is frozen. It says what a human need not ask again."""
    verified = 3
    """The caller has proved that the account is theirs, with something that they know, from the telephone on file."""
    confirmed = 4
    """Verified, and a one-time code that was sent to the number on file has come back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which an action can end."""

    means: str
    """One sentence for the reference page."""
    tells: Mapping[str, str] = field(default_factory=dict)
    """The variables that it sets, each with its meaning and unit."""
    raises: Level = Level.unknown
    """The level of identity that the call has reached when the action ends this way."""
    finds_account: bool = False
    """Whether the call may have another account from here on: what was known of the first one is then forgotten."""
    texts: Mapping[str, str] | None = None
    """None: no message is sent. Otherwise one is, in the words of the node's ``text``, and these are the variables that
    only the message may tell, each with its meaning: a code or a link is in no prompt, session or record."""


UNAVAILABLE = Outcome("The service did not answer, or answered nonsense.")
"""Every action may end so; the word in a menu is ``unavailable``."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The declaration of one action."""

    name: str
    does: str
    """One sentence for the reference page."""
    outcomes: Mapping[str, Outcome]
    """Without ``unavailable``, which every action has: see :meth:`all_outcomes`."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The variables that it reads, each with its meaning; all are required."""
    needs: Level = Level.unknown
    """The least level of identity at which it may run."""
    changes: bool = False
    """Whether it changes something that the caller would miss, so that they must have confirmed it."""

    def all_outcomes(self) -> dict[str, Outcome]:
        """Return every outcome that a menu must route."""
        return {**self.outcomes, "unavailable": UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Times:
    """How long a caller waits for an action."""

    wait: float = 1.5
    """Seconds in silence, before they hear that it goes on."""
    give_up: float = 8.0
    """Seconds until the action counts as ``unavailable``."""
