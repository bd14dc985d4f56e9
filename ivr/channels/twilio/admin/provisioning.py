"""What operators do with their number: connect it with this program, and ring a phone into the hotline."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urldefrag

from ivr.channels.twilio.admin.rest import CONNECTED_ELSEWHERE, OwnNumber, TwilioRest
from ivr.config import BadSetting

OVERRIDES = "rc=2&rp=5xx,ct,rt&ct=2000&rt=4000&tt=12000"
"""How Twilio asks for a document: connection overrides, in the fragment of its URL, which is not signed.

By default Twilio tries once and waits for fifteen seconds. With these overrides it tries twice more (``rc``) if it cannot
connect, gets no answer, or a proxy answers 5xx while a server restarts (``rp``). Two seconds to connect (``ct``) and four
for the answer (``rt``) are more than twice what this program needs. The total (``tt``) leaves some of the fifteen seconds
to the fallback. A repeated request does no harm.
"""
RING_SECONDS = 40


class CannotConnect(Exception):
    """The number cannot be connected. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One setting of the number."""

    setting: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What connecting a number did, or would do."""

    number: OwnNumber
    """The number before the change."""
    changes: tuple[NumberChange, ...]
    """Every setting that matters, including those that stay as they are."""
    changed: bool
    """Whether any setting has a new value."""


def webhook_settings(public_url: str, fallback_url: str = "") -> dict[str, str]:
    """Return the settings of a number whose calls go to this program.

    Twilio asks the fallback if a document fails. The fallback may be elsewhere; its URL is used as it stands.
    """
    base = public_url.rstrip("/")
    return {
        "voice_url": f"{base}/voice#{OVERRIDES}",
        "voice_method": "POST",
        "voice_fallback_url": fallback_url or f"{base}/voice/fallback#{OVERRIDES}",
        "voice_fallback_method": "POST",
        "status_callback": f"{base}/voice/status#{OVERRIDES}",
        "status_callback_method": "POST",
    }


def find_number(rest: TwilioRest, number: str) -> OwnNumber:
    """Return a number of the account, given in E.164. Raises ``CannotConnect`` if the account does not own it."""
    found = next((own for own in rest.numbers(number, most=1) if own.number == number), None)
    if found:
        return found
    others = ", ".join(own.number for own in rest.numbers())
    raise CannotConnect(
        f"{number} is not on this account; "
        + (f"it has {others}" if others else "it has no number at all: buy one in Twilio's console")
    )


def connect(
    rest: TwilioRest,
    number: str,
    public_url: str,
    *,
    fallback_url: str = "",
    take_over: bool = False,
    dry_run: bool = False,
) -> Connection:
    """Send the calls of a number (E.164) to this program at ``public_url``. A ``dry_run`` only says what would change.

    If a number belongs to a TwiML application or a trunk, Twilio ignores its URLs, and this raises
    :class:`CannotConnect` unless ``take_over`` takes the number away from there. Raises the same if the account does
    not own the number, and ``RestFailed`` if Twilio did not do it.
    """
    own = find_number(rest, number)
    owners = {name: own.settings[name] for name in CONNECTED_ELSEWHERE if own.settings[name]}
    if owners and not take_over:
        owned_by = " and ".join(f"{name} {sid}" for name, sid in owners.items())
        raise CannotConnect(
            f"{number} has {owned_by}, so that Twilio ignores its URLs; "
            "say --take-over to take it away from there, or connect another number"
        )
    wanted = {**webhook_settings(public_url, fallback_url), **dict.fromkeys(owners, "")}
    changed = any(own.settings[name] != value for name, value in wanted.items())
    if changed and not dry_run:
        after = rest.configure(own.sid, wanted).settings
        if kept := [name for name in owners if after[name]]:
            raise CannotConnect(
                f"{number} has its URLs, but Twilio kept its {' and '.join(kept)} and ignores them; "
                "take it away in Twilio's console"
            )
        if kept := [f"{name} is {after[name] or 'empty'}" for name in wanted if after[name] != wanted[name]]:
            what = f"Twilio did not take the settings of {number}: {', '.join(kept)}"
            raise CannotConnect(f"{what}; try again, or set them in Twilio's console")
    changes = tuple(NumberChange(name, own.settings[name], value) for name, value in wanted.items())
    return Connection(own, changes, changed)


def call(rest: TwilioRest, to: str, public_url: str, *, ring_seconds: int = RING_SECONDS) -> str:
    """Ring a phone (E.164) from our number into the hotline at ``public_url``, and return the call's SID.

    Raises ``BadSetting`` without a number to ring from, :class:`CannotConnect` if the hotline would ring itself, and
    ``RestFailed`` if Twilio did not do it, or may not have.
    """
    if not rest.number:
        raise BadSetting("TWILIO_NUMBER is missing; set it to the number to ring from")
    if to == rest.number:
        raise CannotConnect(f"{to} is the hotline's own number; name a phone that somebody can answer")
    return rest.call(to, webhook_settings(public_url), ring_seconds=ring_seconds)


def diversion(own: OwnNumber, public_url: str) -> str:
    """Return what keeps the calls of a number away from this program, or an empty string.

    Overrides may differ, and the fallback may be anywhere.
    """
    if owners := [name for name in CONNECTED_ELSEWHERE if own.settings[name]]:
        return f"for its {' and '.join(owners)} Twilio ignores its URLs"
    for name, wanted in webhook_settings(public_url).items():
        found, right = urldefrag(own.settings[name]).url, urldefrag(wanted).url
        if not found:
            return f"its {name} is not set"
        if found != right and name != "voice_fallback_url":
            return f"its {name} is {found}, not {right}"
    return ""
