"""A program with a gateway of text messages, from the gateway's side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from flask import Flask

from ivr.engine.session import Session
from ivr.messaging.delivery_reports import HEADER, sign
from ivr.messaging.http_gateway import REPORT_PATH
from ivr.storage.base import Message, SavedTurn
from tests.support.phone import CUSTOMER, DAYTIME, SETTINGS, SID, program

SECRET = "a secret of the gateway that is long enough"
WITH_GATEWAY = replace(
    SETTINGS,
    sms_url="https://sms.example.com/messages",
    sms_report_secrets=(SECRET,),
    secret_keys=("a key of the tests that is long enough",),
)


def sent_message() -> Flask:
    """Return a program whose store has one message, which the gateway has taken as ``g1``."""
    app = program(WITH_GATEWAY)
    store = app.extensions["ivr"].store
    text = Message(SID, CUSTOMER, "您好", "zh-CN", DAYTIME, status="waiting")
    session = Session(call=SID, version="v1", started=DAYTIME, turn=1)
    store.save(0, SavedTurn(session, b"", DAYTIME, messages=[text]))
    (claimed,) = store.claim_messages(DAYTIME, 1)
    assert store.mark_sending(claimed.number, DAYTIME)
    store.mark_message(claimed.number, "sent", carrier_id="g1")
    return app


def message(app: Flask) -> Message:
    """Return the message as it is kept now."""
    kept: Message = app.extensions["ivr"].store.call(SID).messages[0]
    return kept


def post(app: Flask, changed: Mapping[str, str], secret: str = SECRET) -> int:
    """Report that the message was delivered, but for what is changed; return the status."""
    body = json.dumps({"reference": "1", "id": "g1", "status": "delivered", **changed}).encode()
    header = {HEADER: sign(secret, body, DAYTIME)}
    return app.test_client().post(REPORT_PATH, data=body, headers=header).status_code
