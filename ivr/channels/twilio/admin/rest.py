"""What we ask of Twilio's REST API: messages, calls, our numbers, our account, codes, and facts about a number.

Only this module uses the twilio package's generated client. It is imported late, because that takes a fifth of a
second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from ivr.channels.twilio.admin.errors import SENTENCES, NoAnswer, RequestRejected, TwilioUnreachable
from ivr.config import BadSetting, Settings
from ivr.messaging.carrier import (
    REQUEST_TIMEOUT,
    UNTIL_MENDED,
    UNTIL_REACHED,
    MessageNotTaken,
    MessageRefused,
)

LONGEST_BODY = 1600
"""Characters of one message, by Twilio's limit."""
_TOO_LONG = 21617
WEBHOOKS = (
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
)
"""The settings of a number that say where its calls go."""
CONNECTED_ELSEWHERE = ("voice_application_sid", "trunk_sid")
"""The settings of a number that make Twilio ignore those."""


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of the account."""

    sid: str
    number: str
    """E.164."""
    voice: bool
    sms: bool
    settings: Mapping[str, str]
    """The values of :data:`WEBHOOKS` and :data:`CONNECTED_ELSEWHERE`; an empty one is not set."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """What Twilio says of the account."""

    name: str
    status: str
    """``active``, ``suspended`` or ``closed``."""
    trial: bool


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What Twilio says of any number."""

    valid: bool
    national: str = ""
    """The number as its country writes it."""
    country: str = ""
    """Two letters (ISO 3166)."""


class TwilioRest:
    """The REST API of one account. Every method makes one request, with a timeout, and is safe from any thread.

    Every method may raise a :class:`~ivr.channels.twilio.admin.errors.RestFailed`.
    """

    def __init__(
        self,
        account: str,
        token: str,
        number: str = "",
        *,
        api: str = "",
        verify: str = "",
        lookups: str = "",
        timeout: float = REQUEST_TIMEOUT,
    ) -> None:
        """Prepare for requests by this account, with its Auth Token; ``number`` is what we send and call from.

        ``api``, ``verify`` and ``lookups`` replace Twilio's own base URLs; ``timeout`` is in seconds, for a whole request. Raises
        ``BadSetting`` without an account or token.
        """
        for setting, value in (("TWILIO_ACCOUNT_SID", account), ("TWILIO_AUTH_TOKEN", token)):
            if not value:
                raise BadSetting(
                    f"{setting} is missing; Twilio's console shows it, on the account's first page"
                )
        from twilio.rest import Client

        from ivr.channels.twilio.admin.http_client import TwilioHttpClient

        self.number = number
        self._account = account
        self._exchange = TwilioHttpClient(timeout)
        # An empty environment for the client, which would look for more settings in the real one.
        self._client = Client(
            account, token, http_client=self._exchange, environment={"TWILIO_ACCOUNT_SID": account}
        )
        for product, base in (("api", api), ("verify", verify), ("lookups", lookups)):
            if base:
                getattr(self._client, product).base_url = base.rstrip("/")

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the API for these settings, with the first of several tokens. Raises ``BadSetting``."""
        base = settings.twilio_api_url
        return cls(
            settings.account_sid,
            next(iter(settings.auth_tokens), ""),
            settings.number,
            api=base,
            verify=f"{base}/verify" if base else "",
            lookups=base,
        )

    @property
    def server_time(self) -> datetime | None:
        """The time of the latest answer by Twilio's clock, or None if no answer had one."""
        return self._exchange.server_time

    # --- messages and calls

    def send(self, to: str, body: str, *, report_url: str = "") -> str:
        """Send a message to a number (E.164) and return its SID. Twilio reports to ``report_url`` what becomes of it.

        Raises :class:`MessageNotTaken` if it was certainly not sent, and may be tried again; :class:`MessageRefused`
        if it never will be; and ``RestFailed`` if it may have been sent, or not.
        """
        if len(body) > LONGEST_BODY:
            raise MessageRefused(SENTENCES[_TOO_LONG], str(_TOO_LONG))
        if not self.number:
            raise MessageNotTaken("TWILIO_NUMBER is missing; set it to the number to send from", UNTIL_MENDED)
        wanted = {"status_callback": report_url} if report_url else {}
        try:
            message = self._client.messages.create(to=to, from_=self.number, body=body, **wanted)
        except TwilioUnreachable as error:
            raise MessageNotTaken(str(error), UNTIL_REACHED) from error
        except RequestRejected as error:
            raise _verdict(error) from None  # what Twilio says may repeat the words
        return str(message.sid or "")

    def call(self, to: str, settings: Mapping[str, str], *, ring_seconds: int) -> str:
        """Ring a number (E.164) from ours and return the SID of the call.

        ``settings`` are values of :data:`WEBHOOKS`, as a number has them. They say where the call goes.
        """
        wanted = {name.removeprefix("voice_"): settings[name] for name in WEBHOOKS}
        created = self._client.calls.create(to=to, from_=self.number, timeout=ring_seconds, **wanted)
        return str(created.sid or "")

    # --- the account and its numbers

    def account(self) -> TwilioAccount:
        """Return what Twilio says of the account. If it answers, our credentials are good."""
        found = self._client.api.v2010.accounts(self._account).fetch()
        return TwilioAccount(
            str(found.friendly_name or ""), str(found.status or ""), str(found.type) == "Trial"
        )

    def numbers(self, like: str = "", *, most: int = 20) -> list[OwnNumber]:
        """Return up to ``most`` numbers of the account, or only those that contain ``like``."""
        from twilio.base.exceptions import TwilioException

        wanted = {"phone_number": like} if like else {}
        try:
            return [_own(each) for each in self._client.incoming_phone_numbers.list(**wanted, limit=most)]
        except (TwilioException, AttributeError) as error:  # the package expects nothing else
            raise NoAnswer("the answer is no list of numbers; see IVR_TWILIO_API_URL") from error

    def configure(self, sid: str, settings: Mapping[str, str]) -> OwnNumber:
        """Change the settings of a number (by its SID), and return the number with its new settings."""
        return _own(self._client.incoming_phone_numbers(sid).update(**settings))

    # --- codes, and facts of a number

    def start_verification(self, service: str, to: str, locale: str) -> None:
        """Have a Verify service (``VA…``) send a code by SMS, in this language (``zh``, ``en``)."""
        self._client.verify.v2.services(service).verifications.create(to=to, channel="sms", locale=locale)

    def check_verification(self, service: str, to: str, code: str) -> str:
        """Return what a Verify service says of a code: ``approved``, or ``pending`` for a wrong one."""
        checks = self._client.verify.v2.services(service).verification_checks
        return str(checks.create(to=to, code=code).status)

    def look_up(self, number: str) -> NumberFacts:
        """Return what Twilio says of a number free of charge."""
        found = self._client.lookups.v2.phone_numbers(number).fetch()
        return NumberFacts(bool(found.valid), str(found.national_format or ""), str(found.country_code or ""))


def _own(number: Any) -> OwnNumber:
    can: Mapping[str, bool] = number.capabilities or {}
    settings = {name: str(getattr(number, name) or "") for name in (*WEBHOOKS, *CONNECTED_ELSEWHERE)}
    return OwnNumber(
        str(number.sid), str(number.phone_number), bool(can.get("voice")), bool(can.get("sms")), settings
    )


_OF_THE_ACCOUNT = frozenset({10001, 20003, 20404})
"""Errors that are not the message's fault."""


def _verdict(error: RequestRejected) -> Exception:
    """Return what an error means for a message: try it again, never try it again, or nobody knows.

    Twilio's own words are left out, because they may repeat the number or the message.
    """
    known = SENTENCES.get(error.code, "")
    sentence = known or "Twilio refuses it, for a reason that its list of errors tells"
    if error.status == 429:
        return MessageNotTaken(sentence, error.after)
    if error.code in _OF_THE_ACCOUNT or (error.status in {401, 403, 404} and not known):
        return MessageNotTaken(sentence, UNTIL_MENDED)
    if 400 <= error.status < 500:
        return MessageRefused(sentence, str(error.code or error.status))
    return error
