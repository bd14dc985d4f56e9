"""Serves the recorded prompts. Their requests are not signed: Twilio fetches them like a browser."""

from __future__ import annotations

import re

from flask import Flask, Response, abort, request
from werkzeug.wsgi import wrap_file

from ivr.calls.recordings import NamedRecordings, NoRecording, Recording, open_recording
from ivr.calls.served_hotline import ServedHotline

_PUBLISHED = re.compile(r"([^.]+)\.([0-9a-f]{8})(\.[a-z0-9]{3,4})")
"""The published name of a recorded prompt: ``zh-CN/welcome.0123abcd.wav``."""
_YEAR = 31_536_000  # seconds


def install_audio(app: Flask, hotline: ServedHotline) -> None:
    """Add the path to the program.

    A published name has a hash of the content, so that it may be cached for ever. A call with an older menu may ask
    for an older hash. It gets the present recording, which must not be cached under that name.
    """
    named = NamedRecordings(hotline.store)

    @app.get("/audio/<path:name>")
    def audio(name: str) -> Response:
        published = _PUBLISHED.fullmatch(name)
        if published is None or not named.has(published[1] + published[3], hotline.current()):
            abort(404)
        try:
            found = open_recording(hotline.folder, published[1] + published[3])
        except (NoRecording, OSError):
            abort(404)
        return _answer(found, is_present=found.digest.startswith(published[2]))


def _answer(found: Recording, *, is_present: bool) -> Response:
    response = Response(
        wrap_file(request.environ, found.file), content_type=found.content_type, direct_passthrough=True
    )
    response.call_on_close(found.file.close)
    response.content_length = found.size
    response.last_modified = found.modified  # type: ignore[assignment]  # werkzeug takes seconds, too
    response.set_etag(found.digest)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = (
        f"public, max-age={_YEAR}, immutable" if is_present else "no-cache, max-age=0"
    )
    response.make_conditional(request.environ, accept_ranges=True, complete_length=found.size)
    return response
