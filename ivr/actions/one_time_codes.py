"""One-time codes: sent to the number on file, where only the holder of that telephone can type them back, and judged."""

from __future__ import annotations

from datetime import timedelta

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.actions.hotline_limits import hotline_limits
from ivr.actions.identity import CODE, NOT_SERVED, count_try, has_proved_tail, minutes_locked, not_served
from ivr.actions.message_limits import may_text
from ivr.menu.language.contract import Level, Outcome
from ivr.storage.attempts import RateLimit

PER_CALL, PER_ACCOUNT, WITHIN = 3, 6, timedelta(hours=3)
"""Codes that one call, and one account within three hours, may have sent."""


class TailNotProved(PermissionError):
    """A menu asked for a code before the tail of the ID card was right. Anybody could have messages sent to strangers."""


@action(
    "Sends a one-time code of six digits to the number on file, once the tail of the ID card was right; a new one "
    "makes the one before it worthless.",
    needs=Level.matched,
    outcomes={
        "sent": Outcome(
            means="The code is on its way.",
            tells={"code_minutes": "whole minutes for which it is good"},
            texts={"code": "the six digits"},
        ),
        "rationed": Outcome(means="There were too many codes or messages; no more is sent for now."),
        **{word: Outcome(means) for word, means in NOT_SERVED.items()},
        "locked": Outcome(
            means="There were too many wrong codes; until the lock ends none is sent.",
            tells={"minutes_left": "whole minutes, rounded up, until a code is sent again"},
        ),
    },
)
def send_code(services: Services, request: ActionRequest) -> ActionResult:
    """Send a code, unless it would prove nothing, reach nobody, or exceed a limit."""
    if not has_proved_tail(services, request):
        raise TailNotProved
    account, rules = services.account(request.account), services.identity.rules()
    if reason := not_served(account):
        return ActionResult(reason)
    minutes = minutes_locked(services, request, CODE)
    if minutes:
        return ActionResult("locked", {"minutes_left": minutes})
    if not may_text(services, request, account.phone, *_code_limits(services, request)):
        return ActionResult("rationed")
    told = {"code_minutes": rules.code_valid_minutes}
    lives = timedelta(minutes=rules.code_valid_minutes)
    if services.codes is not None:
        _let_send(services, request, lives)
        return ActionResult("sent", told)
    code = _code(services, request)
    digest = services.seal.digest("code", request.account, request.call, code)
    services.attempts.keep_code(request.account, request.call, digest, at=request.at, lives=lives)
    return ActionResult(
        "sent", told, text_to=account.phone, secrets={"code": code}, expires=request.at + lives
    )


def _code(services: Services, request: ActionRequest) -> str:
    """Return six random digits, the same for a repeated run. What is stored is worthless without our secret key."""
    drawn = services.attempts.chance(request.key, at=request.at)
    return f"{int(services.seal.digest('code drawn', drawn), 16) % 1_000_000:06}"


def _let_send(services: Services, request: ActionRequest, lives: timedelta) -> None:
    """Let the provider send a code, once for each run: the note that it was sent is kept before the request leaves."""
    assert services.codes is not None
    digest = services.seal.digest("code of others", request.key)  # nobody can type it
    if services.attempts.code_of(request.account, request.call, at=request.at) != digest:
        services.attempts.keep_code(request.account, request.call, digest, at=request.at, lives=lives)
        services.codes.send(request.account, request.language)


def _code_limits(services: Services, request: ActionRequest) -> list[RateLimit]:
    return [
        RateLimit(f"code-call:{request.call}", PER_CALL, WITHIN),
        RateLimit(f"code-account:{request.account}", PER_ACCOUNT, WITHIN),
        *hotline_limits("codes:proved", services.limits.codes_per_hour),
    ]


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
    minutes = minutes_locked(services, request, CODE)
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
    tried = count_try(services, request, CODE, right=judged == "right", rules=rules, has_account=True)
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
