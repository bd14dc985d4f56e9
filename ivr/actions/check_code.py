"""Judges the code that the caller types."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.actions.identity import CODE, count_try, holders
from ivr.menu.language.contract import Level, Outcome


@action(
    "Compares a typed code with the one that was sent in this call; wrong ones are counted across calls.",
    needs=Level.matched,
    inputs={"typed_code": "the six digits; a secret"},
    outcomes={
        "ok": Outcome(
            means="The code is right: whoever calls holds the telephone of the number on file, and knows the tail.",
            raises=Level.confirmed,
        ),
        "mismatch": Outcome(means="The code is wrong, and another try is allowed."),
        "expired": Outcome(
            means="There is no good code any more: it is too old, or was used up. Send a new one."
        ),
        "locked": Outcome(
            means="There were too many wrong codes; until the lock ends even the right one is not taken.",
            tells={"minutes_left": "whole minutes, rounded up, until the next try is taken"},
        ),
    },
)
def check_code(services: Services, request: ActionRequest) -> ActionResult:
    """Judge one try. A code that is too old does not count, because nothing can be guessed with it."""
    minutes = services.attempts.minutes_locked(CODE, holders(request), at=request.at)
    if minutes:
        return ActionResult("locked", {"minutes_left": minutes})
    rules, digest = services.identity.rules(), _digest(services, request, str(request.inputs["typed_code"]))
    if digest is None:
        return ActionResult("expired")
    judged = services.attempts.check_code(
        request.account,
        request.call,
        digest,
        key=request.key,
        at=request.at,
        most=rules.identity_tries_before_lock,
    )
    if judged == "expired":
        return ActionResult("expired")
    tried = count_try(services, request, CODE, right=judged == "right", rules=rules)
    match tried.verdict:
        case "right":
            return ActionResult("ok", account=request.account)
        case "locked":
            return ActionResult("locked", {"minutes_left": tried.minutes_left})
    return ActionResult("mismatch")


def _digest(services: Services, request: ActionRequest, code: str) -> str | None:
    """Return the digest to compare with that of the code that was sent, or None if there is no good code.

    A provider is only asked about a code that was sent in this call. If it says yes, the kept digest is returned.
    """
    if services.codes is None:
        return services.seal.digest("code", request.account, request.call, code)
    if services.attempts.judged(request.account, request.call, request.key):
        return ""  # a repeated run: the provider is not asked again
    kept = services.attempts.code_of(request.account, request.call, at=request.at)
    if kept is None:
        return None
    try:
        return kept if services.codes.right(request.account, code) else ""
    except LookupError:
        return None
