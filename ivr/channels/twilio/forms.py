"""Reads the form of a webhook quickly.

Twilio posts one small url-encoded form. Flask's general way to read it (files, streams, settings for each request)
takes a sixth of a whole turn; this one takes an eighth of that. A test compares the fields of both.
"""

from __future__ import annotations

from functools import cached_property
from urllib.parse import unquote_plus

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

FORM_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM = 64 * 1024
"""Bytes of a form. Twilio's have two or three thousand."""
_LONGEST_LENGTH = 12
"""Digits of a body's length. Python refuses numbers with thousands of digits."""


def read_form(body: bytes) -> ImmutableMultiDict[str, str]:
    """Return the fields of a url-encoded form in their order, or none if it is not UTF-8."""
    try:
        parts = body.decode().split("&")
    except UnicodeDecodeError:
        return ImmutableMultiDict()
    return ImmutableMultiDict([_field(part) for part in parts if part])


def _field(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    if "%" in part or "+" in part:
        return _unquoted(name), _unquoted(value)
    return name, value


def _unquoted(text: str) -> str:
    return unquote_plus(text, errors="werkzeug.url_quote")  # a broken escape stays as it was written


class WebhookRequest(Request):
    """A request whose url-encoded form is read quickly. Any other body is left to Flask."""

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """The posted fields. Raises ``RequestEntityTooLarge`` for a body over :data:`LARGEST_FORM`."""
        environ = self.environ
        length = environ.get("CONTENT_LENGTH") or ""
        if not environ.get("CONTENT_TYPE", "").startswith(FORM_TYPE) or not length.isdecimal():
            return super().form
        if len(length) > _LONGEST_LENGTH or int(length) > LARGEST_FORM:
            raise RequestEntityTooLarge
        return read_form(environ["wsgi.input"].read(int(length)))
