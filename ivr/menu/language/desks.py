"""Desks: the places where humans answer."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import Field

from ivr.menu.language.markers import TARGETS
from ivr.menu.language.model import AsSection, AsText, ByShape, Model
from ivr.menu.language.scalars import Always, Country, Date, Days, Hours, Number, Target
from ivr.menu.language.walk import walk


class FollowUp(enum.StrEnum):
    """Why a transfer fails. Each is a key of a desk, which names the node that follows."""

    closed = enum.auto()
    busy = enum.auto()
    no_answer = enum.auto()
    failed = enum.auto()


class Desk(Model):
    """A place where humans answer."""

    number: Number
    """Its number as `+8657100000000`, or a SIP address. `IVR_DESK_<NAME>` in the environment replaces it."""
    hours: ByShape[AsSection[dict[Days, Hours]] | AsText[Always]] = "always"
    """Opening hours by days, such as `mon-fri: 08:30-21:00`, or with a break `mon-fri: "09:00-12:00, 13:00-18:00"`, in
    the hotline's time zone; days that are not named are closed. Where two spans name a day, the shorter one
    counts: with `mon-fri` and `fri`, Friday has the hours of `fri`. Or `always`."""
    closed_on: list[Date] = Field(default_factory=list)
    """Days on which the desk is closed, such as `2026-10-01`."""
    holidays: Country | None = None
    """A country, such as `CN`: the desk is closed on its public holidays, and open as on a Monday on weekend days that
    are worked instead."""
    ring: Annotated[int, Field(ge=5, le=120)] = 20
    """Seconds that it rings."""
    closed: Target | None = None
    """The node that follows outside the hours. Needed unless it is `always` open."""
    busy: Target
    """The node that follows when the desk is busy."""
    no_answer: Target
    """The node that follows when nobody answers."""
    failed: Target
    """The node that follows when the desk cannot be reached."""

    @property
    def follow_ups(self) -> dict[FollowUp, str]:
        return {FollowUp(str(each.path[0])): each.text for each in walk(self, TARGETS)}

    def after(self, result: str) -> str:
        """Return the node that follows a transfer with this result. An unknown result counts as failed."""
        return {"busy": self.busy, "no_answer": self.no_answer}.get(result, self.failed)
