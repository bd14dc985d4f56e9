"""Finds out what keeps calls from a hotline: every check that can be made from here, each with what to do."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Literal
from urllib.parse import urlsplit

from ivr.channels.twilio.admin.errors import RestFailed
from ivr.channels.twilio.admin.provisioning import CannotConnect, diversion, find_number
from ivr.channels.twilio.admin.rest import OwnNumber, TwilioAccount, TwilioRest
from ivr.channels.twilio.player.leg import CallLeg, NotTwiml, NumberSettings
from ivr.channels.twilio.player.transport import Reply, http_transport
from ivr.config import BadSetting, Settings

_CLOCKS_APART = timedelta(seconds=30)
_SLOW = 2.0
"""Seconds of silence for a caller; Twilio gives up after fifteen."""
_PATIENCE = 15.0
_PROBE = "doctor-"
"""The start of a probe's identifier. Twilio's calls begin with ``CA``, and the store lists no call that begins so."""
_FORGED = "not the token of any account"

State = Literal["ok", "wrong", "skipped"]
Result = tuple[State, str]
"""What a check comes to, in the words of a :class:`Diagnosis`."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one check."""

    name: str
    state: State
    what: str
    """What was found, and what to do if it is wrong."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of the checks."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    stopwatch: Callable[[], float] = monotonic
    """Seconds since an arbitrary moment."""


@dataclass(frozen=True, slots=True)
class Doctor:
    """Examines a hotline: its settings, its number (E.164), and the server at its public URL."""

    settings: Settings
    number: str
    public_url: str
    desks: Mapping[str, str] = field(default_factory=dict)
    """The numbers to look up, each with the name to show."""
    clocks: Clocks = Clocks()

    def examine(self) -> Iterator[Diagnosis]:
        """Make one check after the other, and yield each result at once."""
        yield Diagnosis("secret key", *self._secret_key())
        if self.settings.sms_url:
            yield Diagnosis("messages", *self._gateway())
        try:
            rest = TwilioRest.of(self.settings)
        except BadSetting as error:
            yield Diagnosis("credentials", "wrong", str(error))
        else:
            yield from self._twilio(rest)
        if self.public_url:
            yield Diagnosis("https", *self._https())
            yield from self._server()
        else:
            yield Diagnosis("server", "skipped", "set IVR_PUBLIC_URL, or say --url, to have it checked")

    # --- what is set, and what Twilio says

    def _secret_key(self) -> Result:
        if self.settings.secret_keys:
            return "ok", "IVR_SECRET_KEY is set"
        what = "without it links and sealed messages end with the server that made them"
        return "wrong", f"IVR_SECRET_KEY is missing; {what}"

    def _gateway(self) -> Result:
        url = urlsplit(self.settings.sms_url)
        if url.scheme == "http" and url.hostname not in {"localhost", "127.0.0.1", "::1"}:
            what = "codes and links are sent to the gateway in the clear; write https:// into IVR_SMS_URL"
            return "wrong", what
        return "ok", f"they go through the gateway at {url.hostname}, not through Twilio"

    def _twilio(self, rest: TwilioRest) -> Iterator[Diagnosis]:
        try:
            account = rest.account()
        except RestFailed as error:
            yield Diagnosis("credentials", "wrong", str(error))
            yield Diagnosis("clock", *self._clock(rest))
            return
        yield Diagnosis("credentials", "ok", f"Twilio takes those of {account.name}")
        yield Diagnosis("account", *_active(account))
        yield Diagnosis("clock", *self._clock(rest))
        yield from self._number(rest)
        for name, number in self.desks.items():
            yield Diagnosis(name, *_looked_up(rest, number))

    def _clock(self, rest: TwilioRest) -> Result:
        theirs = rest.server_time
        if theirs is None:
            return "skipped", "no answer told the time"
        apart = abs(self.clocks.now() - theirs)
        offset = f"{apart.total_seconds():.0f} s from Twilio's"
        if apart > _CLOCKS_APART:
            return "wrong", f"{offset}; set it by NTP: codes and links live only for minutes"
        return "ok", offset

    def _number(self, rest: TwilioRest) -> Iterator[Diagnosis]:
        if not self.number:
            yield Diagnosis("number", "skipped", "set TWILIO_NUMBER, or say --number, to have it checked")
            return
        try:
            own = find_number(rest, self.number)
        except (CannotConnect, RestFailed) as error:
            yield Diagnosis("number", "wrong", str(error))
            return
        yield Diagnosis("number", *self._able(own))
        if self.public_url and (wrong := diversion(own, self.public_url)):
            yield Diagnosis("webhooks", "wrong", f"{wrong}; see `ivr twilio connect`")
        elif self.public_url:
            yield Diagnosis("webhooks", "ok", f"its calls go to {self.public_url}")

    def _able(self, own: OwnNumber) -> Result:
        texts = not self.settings.sms_url  # a gateway sends them from a number of its own
        able = {"calls": own.voice, "messages": own.sms or not texts}
        if missing := [what for what, can in able.items() if not can]:
            return "wrong", f"{own.number} can take no {' and no '.join(missing)}; buy one that can"
        return "ok", f"{own.number} can take calls{' and send messages' if texts else ''}"

    # --- the server

    def _https(self) -> Result:
        if urlsplit(self.public_url).scheme == "https":
            return "ok", "what callers type is not sent in the clear"
        return "wrong", "what callers type is sent in the clear; give the server a certificate"

    def _server(self) -> Iterator[Diagnosis]:
        state, what = self._ready()
        yield Diagnosis("server", state, what)
        if state == "ok":
            yield from self._signatures()

    def _ready(self) -> Result:
        try:
            ready = self._send((), "GET", "/readyz", {})
        except OSError as error:
            return "wrong", f"{self.public_url} does not answer ({_reason(error)}); is `ivr serve` up?"
        if ready.status == 200:
            return "ok", "it is ready"
        said = ready.body[:80].decode(errors="replace").strip()
        return "wrong", f"/readyz answers {ready.status}, not 200: {said}; its log says why"

    def _signatures(self) -> Iterator[Diagnosis]:
        """Ring the hotline with no signature, a wrong one and a right one, and end the call in any case."""
        probe, tokens = _PROBE + secrets.token_hex(8), self.settings.auth_tokens[:1]
        leg = self._leg(probe, tokens)
        try:
            yield Diagnosis("unsigned request", *self._refused(probe, ()))
            yield Diagnosis("forged request", *self._refused(probe, (_FORGED,)))
            if tokens:
                yield from self._rung(leg)
            else:
                what = "without TWILIO_AUTH_TOKEN nothing can be signed"
                yield Diagnosis("signed request", "skipped", what)
        finally:
            leg.end("completed", 0)

    def _rung(self, leg: CallLeg) -> Iterator[Diagnosis]:
        began = self.clocks.stopwatch()
        try:
            leg.request("", "POST", {})
        except NotTwiml as error:
            yield Diagnosis("signed request", "wrong", _of_refusal(error))
            return
        took = self.clocks.stopwatch() - began
        yield Diagnosis("signed request", "ok", "it is answered with TwiML")
        what = f"the first answer took {took:.2f} s"
        if took > _SLOW:
            yield Diagnosis("speed", "wrong", f"{what}; the caller hears silence")
        else:
            yield Diagnosis("speed", "ok", what)

    def _refused(self, probe: str, tokens: Sequence[str]) -> Result:
        try:
            status = self._send(tokens, "POST", "/voice", {"CallSid": probe, "CallStatus": "ringing"}).status
        except OSError as error:
            return "wrong", f"no answer ({_reason(error)})"
        if status == 403:
            return "ok", "it is refused"
        remedy = "start the server with TWILIO_AUTH_TOKEN and without --insecure"
        return "wrong", f"it is answered with {status}, not 403; {remedy}"

    def _send(self, tokens: Sequence[str], method: str, path: str, form: Mapping[str, str]) -> Reply:
        return http_transport(self.public_url, tokens, _PATIENCE)(method, path, form)

    def _leg(self, probe: str, tokens: Sequence[str]) -> CallLeg:
        base = self.public_url.rstrip("/")
        urls = NumberSettings(voice_url=f"{base}/voice", status_url=f"{base}/voice/status")
        send = http_transport(base, tokens, _PATIENCE)
        return CallLeg(send, urls, probe, "anonymous", self.number or "anonymous", "inbound")


def _of_refusal(error: NotTwiml) -> str:
    if error.status == 403:
        return (
            "it is refused (403); the server must have the same TWILIO_AUTH_TOKEN, and as IVR_PUBLIC_URL the very "
            "URL that Twilio calls"
        )
    return f"{error}; the server's log says why"


_REASONS = {"SSLError": "no safe connection", "ReadTimeout": f"nothing within {_PATIENCE:.0f} s"}


def _reason(error: OSError) -> str:
    return _REASONS.get(type(error).__name__, "no connection")


def _active(account: TwilioAccount) -> Result:
    if account.status != "active":
        return "wrong", f"it is {account.status or 'in no state'}; Twilio's console says why"
    if account.trial:
        return "ok", "it is on trial: it calls and texts only numbers that are verified with Twilio"
    return "ok", "it is active"


def _looked_up(rest: TwilioRest, number: str) -> Result:
    if not number.startswith("+"):
        return "skipped", f"{number} is no telephone number that could be looked up"
    try:
        facts = rest.look_up(number)
    except RestFailed as error:
        return "wrong", str(error)
    if facts.valid:
        return "ok", f"{facts.national} ({facts.country})"
    return "wrong", f"{number} is no valid telephone number; correct it where it is set"
