"""One call as Twilio reports it to a server: its requests, their parameters, and the answers that Twilio accepts.

Source: Twilio's documentation of its requests and of its errors. Nothing is shared with the code that answers.
"""

from __future__ import annotations

import contextlib
import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlencode, urljoin

from ivr.channels.twilio.player.transport import Reply, Transport

_ACCOUNT = "AC" + "0" * 32
_MOST_REDIRECTS = 10
_LARGEST = 65_536
_TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})


class NotTwiml(Exception):
    """The answer is no TwiML. ``code`` is Twilio's error code, ``status`` the HTTP status if that was the reason."""

    def __init__(self, code: int, url: str, what: str, status: int = 0) -> None:
        super().__init__(f"{url} {what} ({code})")
        self.code = code
        self.url = url
        self.status = status


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """The URLs of a telephone number. An empty one is not set."""

    voice_url: str = "/voice"
    fallback_url: str = ""
    status_url: str = ""


class CallLeg:
    """A call between two numbers, and its present document."""

    def __init__(
        self,
        send: Transport,
        settings: NumberSettings,
        call_sid: str,
        source: str,
        target: str,
        direction: str,
    ) -> None:
        self.url = settings.voice_url
        """The URL of the present document after redirects, which relative URLs start from."""
        self.documents = 0
        self._send = send
        self._settings = settings
        self._recordings = 0
        self._dials = 0
        self._standard = {
            "AccountSid": _ACCOUNT,
            "ApiVersion": "2010-04-01",
            "CallSid": call_sid,
            "CallStatus": "ringing",
            "Called": target,
            "Caller": source,
            "Direction": direction,
            "From": source,
            "To": target,
        }

    def request(self, url: str, method: str, extra: Mapping[str, str]) -> Sequence[ET.Element]:
        """Request a document with these parameters beside the standard ones, and return its verbs.

        The URL is relative to the present document; an empty one is that document's. If it is refused, the fallback
        is requested, if there is one. Raises :class:`NotTwiml` if that fails too.
        """
        self.documents += 1
        try:
            return self._fetch(urljoin(self.url, url), method, extra)
        except NotTwiml as error:
            if not self._settings.fallback_url:
                raise
            failure = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
            return self._fetch(
                urljoin(self._settings.voice_url, self._settings.fallback_url), "POST", failure
            )

    def hung_up(self) -> None:
        """Let the requests from now on say that the caller is gone."""
        self._standard["CallStatus"] = "completed"

    def end(self, status: str, seconds: int) -> None:
        """Report the end of the call to the number's status URL."""
        self._standard["CallStatus"] = status
        if url := self._settings.status_url:
            end = {
                "CallDuration": str(seconds),
                "CallbackSource": "call-progress-events",
                "SequenceNumber": "0",
            }
            self.report(urljoin(self._settings.voice_url, url), end)

    def report(self, url: str, extra: Mapping[str, str]) -> None:
        """Post a callback whose answer changes nothing. If it fails, Twilio only warns."""
        with contextlib.suppress(OSError):
            self._send("POST", urldefrag(urljoin(self.url, url)).url, {**self._standard, **extra})

    def recording(self, seconds: int) -> dict[str, str]:
        """Return the parameters that report one more recording."""
        self._recordings += 1
        own = hashlib.sha256(f"{self._standard['CallSid']} {self._recordings}".encode()).hexdigest()
        sid = f"RE{own[:32]}"  # servers know a recording of any call by it
        url = f"https://api.twilio.com/2010-04-01/Accounts/{_ACCOUNT}/Recordings/{sid}"
        return {"RecordingUrl": url, "RecordingSid": sid, "RecordingDuration": str(seconds)}

    def dialled(self, status: str) -> dict[str, str]:
        """Return the parameters that report how one more ``<Dial>`` ended; ``completed`` was a conversation."""
        self._dials += 1
        report = {"DialCallStatus": status, "DialCallSid": f"CA{self._dials:032x}", "DialBridged": "false"}
        if status == "completed":
            report |= {"DialBridged": "true", "DialCallDuration": "60"}
        return report

    def of_the_far_end(self, url: str, method: str, number: str) -> Sequence[ET.Element]:
        """Return the verbs that a far end hears before it is connected. They are requested on its own leg.

        Raises :class:`NotTwiml`.
        """
        far = {
            **self._standard,
            "CallSid": f"CA{self._dials + 1:032x}",
            "ParentCallSid": self._standard["CallSid"],
            "CallStatus": "in-progress",
            "Direction": "outbound-dial",
            "Called": number,
            "To": number,
        }
        address = urldefrag(urljoin(self.url, url)).url
        return _verbs(address, self._exchange(method, address, far))

    def _fetch(self, url: str, method: str, extra: Mapping[str, str]) -> Sequence[ET.Element]:
        """Return the verbs at this URL. A 3xx is followed by a GET without the extra parameters."""
        form = {**self._standard, **extra}
        for _ in range(1 + _MOST_REDIRECTS):
            url = urldefrag(url).url
            reply = self._exchange(method, url, form)
            if not (300 <= reply.status < 400 and reply.location):
                verbs = _verbs(url, reply)
                self.url = url
                if self._standard["CallStatus"] == "ringing":
                    self._standard["CallStatus"] = "in-progress"
                return verbs
            method, url, form = "GET", urljoin(url, reply.location), dict(self._standard)
        raise NotTwiml(11215, url, f"is the end of more than {_MOST_REDIRECTS} redirects")

    def _exchange(self, method: str, url: str, form: Mapping[str, str]) -> Reply:
        try:
            if method == "POST":
                return self._send("POST", url, form)
            return self._send("GET", f"{url}{'&' if '?' in url else '?'}{urlencode(form)}", {})
        except OSError as error:
            raise NotTwiml(11205, url, f"gave no answer: {error}") from error


def _verbs(url: str, reply: Reply) -> list[ET.Element]:
    if reply.status >= 300:
        raise NotTwiml(11200, url, f"answered {reply.status}", reply.status)
    kind = reply.content_type.partition(";")[0].strip().lower()
    if kind not in _TWIML_TYPES:
        raise NotTwiml(12300, url, f"answered {kind or 'without a Content-Type'}, which is no TwiML")
    if len(reply.body) > _LARGEST:
        raise NotTwiml(11750, url, f"answered {len(reply.body)} bytes; Twilio reads {_LARGEST}")
    try:
        root = ET.fromstring(reply.body)  # noqa: S314 - the server under test is ours
    except ET.ParseError as error:
        raise NotTwiml(12100, url, f"answered XML that is not well-formed: {error}") from error
    if root.tag != "Response":
        raise NotTwiml(12102, url, f"answered a {root.tag} where a Response belongs")
    return list(root)
