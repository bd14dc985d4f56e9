"""Whose telephone a message of a call goes to."""

from __future__ import annotations

from ivr.actions.base import ActionRequest
from ivr.menu.language.contract import Level, Outcome

NO_NUMBER = Outcome(means="The calling number is withheld, so that there is nowhere to send it.")
"""How an action ends that has nobody to send to."""


def addressee(asked: ActionRequest) -> str:
    """Return the number on file of a caller who has proved who he is, or else the calling one; empty: there is none."""
    return asked.account if asked.level >= Level.verified and asked.account else asked.caller
