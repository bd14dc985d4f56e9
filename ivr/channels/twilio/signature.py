"""Whether a request was signed by Twilio.

The signature covers the URL that Twilio was told to call, byte for byte, and the sorted fields of the form. A server
behind a proxy sees another URL, and frameworks unescape it. So the URL is put together again from the public URL and
the target of the request. The twilio package computes the signature.

Source: Twilio's page on the security of webhooks.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.config import BadSetting, Settings

RAW_TARGET = "ivr.raw_target"
"""The name of the raw target in the WSGI environment of our own server. A header cannot set it."""
_DEFAULT_PORTS = {"https": 443, "http": 80}
_STANDS = "/!$&'()*+,;=:@~"
"""What a path may have unescaped, beside letters, digits and ``_.-`` (RFC 3986, pchar)."""


def raw_target(environ: Mapping[str, Any]) -> str:
    """Return the path and the query of a WSGI request as they were sent.

    Our own server passes them under :data:`RAW_TARGET`. Other WSGI servers give an unescaped path, which is escaped again
    here. That restores every path in which only necessary characters were escaped; our own URLs have nothing to escape.
    """
    target: str | None = environ.get(RAW_TARGET)
    if target is not None:
        return target
    target = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe=_STANDS)
    query = environ.get("QUERY_STRING", "")
    return f"{target}?{query}" if query else target


class Signature:
    """The check of every webhook."""

    def __init__(self, tokens: Sequence[str], public_url: str) -> None:
        """Check against these Auth Tokens (several while one is replaced) and this public URL, which may have a path.

        Credentials, query, fragment and last slash of the URL are not signed. Raises ``ValueError`` if the URL is not
        an absolute http or https URL.
        """
        self._validators = [RequestValidator(token) for token in tokens if token]
        self._bases = _bases(public_url)

    def valid(self, target: str, form: MultiDict[str, str], header: str | None) -> bool:
        """Return whether ``header`` (``X-Twilio-Signature``) signs a POST of this form to this raw target.

        Without a token nothing is valid. Pass the fields of the form only, never merged with those of the query.
        """
        if not header:
            return False
        given = header.encode(errors="replace")
        fields = _Fields(form.lists())
        try:
            return any(
                hmac.compare_digest(validator.compute_signature(base + target, fields).encode(), given)
                for validator in self._validators
                for base in self._bases
            )
        except UnicodeError:  # a lone surrogate, which nobody can have signed
            return False


class _Fields(dict[str, list[str]]):
    """A form that the twilio package reads at the first try; its other ways cost an exception for each field."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def _bases(public_url: str) -> list[str]:
    """Return what is signed before the target: without the port and with it.

    Twilio drops the port of https and keeps that of http, but has not always done so. Its own package tries both.
    """
    parts = urlsplit(public_url.strip())
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"the public URL must begin with https:// and a host name, not {public_url!r}")
    host = parts.netloc.rpartition("@")[2]
    if parts.port is not None:
        host = host.rpartition(":")[0]
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    path = parts.path.rstrip("/")
    return [f"{parts.scheme}://{host}{path}", f"{parts.scheme}://{host}:{port}{path}"]


def signature_of(settings: Settings, *, insecure: bool) -> Signature | None:
    """Return the check that the settings ask for; None if ``insecure`` asks for none. Raises :class:`BadSetting`."""
    if settings.auth_tokens:
        if not settings.public_url:
            raise BadSetting(
                "IVR_PUBLIC_URL is missing; set it to the URL that Twilio calls, to check signatures"
            )
        return Signature(settings.auth_tokens, settings.public_url)
    if insecure:
        return None
    raise BadSetting(
        "TWILIO_AUTH_TOKEN is missing, so that nobody could tell Twilio's webhooks from forged ones; "
        "set it, or say --insecure"
    )
