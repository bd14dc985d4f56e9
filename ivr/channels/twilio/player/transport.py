"""One HTTP request of the player, and a transport that sends it to a running server, signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Reply(NamedTuple):
    """The answer of a server."""

    status: int
    content_type: str
    body: bytes
    location: str = ""


Transport = Callable[[str, str, Mapping[str, str]], Reply]
"""Sends an HTTP request: its method, its URL or path, and its form, which is empty for a GET. Raises ``OSError``."""


def http_transport(
    base_url: str, tokens: Sequence[str] = (), timeout: float = 15, public_url: str = ""
) -> Transport:
    """Return a transport over HTTP to a running server.

    Paths, and URLs that begin with ``public_url``, go to ``base_url``. Requests are signed with the first of the
    ``tokens``, if any, for the public URL (by default ``base_url``), because the server checks against that.
    ``timeout`` is in seconds; 15 is Twilio's.
    """
    import requests
    from twilio.request_validator import RequestValidator

    base = base_url.rstrip("/")
    public = public_url.rstrip("/") or base
    signer = RequestValidator(tokens[0]) if tokens else None
    session = requests.Session()
    # No proxy and no .netrc of this machine: Twilio would not use them either.
    session.trust_env = False

    def send(method: str, url: str, form: Mapping[str, str], /) -> Reply:
        target = url.removeprefix(public)
        called, signed = (base + target, public + target) if target.startswith("/") else (url, url)
        headers = {"X-Twilio-Signature": signer.compute_signature(signed, dict(form))} if signer else {}
        reply = session.request(
            method, called, data=dict(form), headers=headers, timeout=timeout, allow_redirects=False
        )
        location = reply.headers.get("Location", "")
        return Reply(reply.status_code, reply.headers.get("Content-Type", ""), reply.content, location)

    return send
