"""The two peers of a turn: a page that does nothing, and the handler that a tutorial would write."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from flask import Flask, Response
from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.app import create_app
from ivr.config import settings_from
from ivr.logs import configure

CONSTANT = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="/voice" numDigits="1">'
    '<Say language="cmn-CN">普通话请按1。</Say></Gather></Response>'
).encode()


def ours() -> Flask:
    """Return the program of a hotline that the environment names."""
    settings = settings_from(os.environ)
    configure(settings.log, settings.log_level)
    return create_app(Path(os.environ["IVR_HOTLINE"]), settings)


def bare() -> Flask:
    """Return a bare Flask page of constant TwiML."""
    app = Flask("bare")

    @app.post("/voice")
    def voice() -> Response:
        return Response(CONSTANT, content_type="text/xml")

    return app


def plain() -> Flask:
    """Return a plain Flask + twilio handler: one Gather, no signature check, no state."""
    app = Flask("plain")

    @app.post("/voice")
    def voice() -> Response:
        response = VoiceResponse()
        gather = Gather(num_digits=1, action="/voice", method="POST", timeout=5)
        gather.say("普通话请按1。英语请按2。人工服务请按0。", language="cmn-CN", voice="Polly.Zhiyu-Neural")
        response.append(gather)
        response.redirect("/voice")
        return Response(str(response), content_type="text/xml")

    return app


def plain_asgi() -> object:
    """Return the same for an ASGI server, through a2wsgi."""
    return import_module("a2wsgi").WSGIMiddleware(plain(), workers=40)
