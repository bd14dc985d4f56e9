"""Proves that the account is the caller's: by the tail of the ID card, with a bound on wrong tries.

A caller whose number has no account gets the same words and the same number of tries, counted for his number: who has
an account is told to nobody who has not proved anything.
"""

from __future__ import annotations

from ivr.actions.base import Asked, Finished, Services
from ivr.menu.contract import Contract, Level, Outcome

CONTRACT = Contract(
    name="verify_identity",
    does="Compares the typed tail of the ID card with the one on file; wrong tries are counted across calls.",
    inputs={"id_tail": "the last four characters of the ID card, the last of which may be X; a secret"},
    outcomes={
        "ok": Outcome(means="The tail is right: the account is the caller's.", raises=Level.verified),
        "mismatch": Outcome(means="The tail is wrong, and another try is allowed."),
        "locked": Outcome(
            means="There were too many wrong tries; until the lock ends even the right tail is not taken.",
            tells={"minutes_left": "whole minutes, rounded up, until the next try is taken"},
        ),
        "frozen": Outcome(
            means="The tail is right, but the account is frozen for risk: only a human may help, so that the call "
            "is not verified here.",
        ),
    },
)


def run(services: Services, asked: Asked) -> Finished:
    """Judge one try; the same key again is the same try. A withheld number is counted by its call."""
    holder = asked.account or asked.caller or asked.key.partition("/")[0]
    tried = services.accounts.try_tail(holder, asked.inputs["id_tail"], key=asked.key, at=asked.at)
    match tried.verdict:
        case "mismatch":
            return Finished("mismatch")
        case "locked":
            return Finished("locked", {"minutes_left": tried.minutes_left})
        case "ok":
            frozen = services.accounts.get(holder).status == "frozen"
            return Finished("frozen" if frozen else "ok", account=holder)
