"""The path on which a gateway reports: it is there where a gateway is, and moves a message forward only."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from ivr.config import Settings
from ivr.messaging.delivery_reports import HEADER, LARGEST_REPORT, sign
from ivr.messaging.http_gateway import REPORT_PATH
from tests.support.message_reports import SECRET, WITH_GATEWAY, message, post, sent_message
from tests.support.phone import DAYTIME, FORM, SETTINGS, program


@pytest.fixture
def app() -> Flask:
    """Return a program with a gateway, which has taken one message."""
    return sent_message()


@pytest.mark.parametrize(
    "settings",
    [SETTINGS, replace(WITH_GATEWAY, sms_report_secrets=())],
    ids=["no gateway", "a gateway that does not report"],
)
def test_without_a_gateway_that_reports_there_is_no_such_path(settings: Settings) -> None:
    """Nothing is open that nobody needs."""
    app = program(settings)
    assert app.test_client().post(REPORT_PATH, data=b"{}").status_code == 404


@pytest.mark.parametrize("status", ["delivered", "undelivered", "failed"])
def test_a_report_moves_a_message_forward(app: Flask, status: str) -> None:
    """And what came last stays."""
    assert post(app, {"status": status, "error": "absent"}) == 204
    assert (message(app).status, message(app).error) == (status, "absent")
    for other in ("sent", "delivered", "undelivered", "failed"):
        assert post(app, {"status": other}) == 204
    assert message(app).status == status


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_documentation_s_way_to_sign_is_taken(app: Flask) -> None:
    """As `docs/operating.md` has it for a shell, with curl's type of a body."""
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```sh\n(body=.*?)\n```", page, re.DOTALL)
    script = script.replace("$(date +%s)", str(int(DAYTIME.timestamp()))).replace('"17"', '"1"')
    script = re.sub(r"\ncurl .*", r'\nprintf "%s\\n" "$body" "$time" "$sign"', script.replace("a1b2", "g1"))
    done = subprocess.run(
        ["sh", "-c", script],
        env={**os.environ, "IVR_SMS_REPORT_SECRET": SECRET},
        capture_output=True,
        text=True,
        check=True,
    )
    body, seconds, digest = done.stdout.splitlines()
    header = {HEADER: f"t={seconds},v1={digest}"}
    answer = app.test_client().post(REPORT_PATH, data=body.encode(), headers=header, content_type=FORM)
    assert (answer.status_code, message(app).status) == (204, "delivered")


@pytest.mark.parametrize("other", [{"reference": "2"}, {"reference": "999999999999999"}, {"id": "g2"}])
def test_a_report_of_another_message_has_no_effect(app: Flask, other: Mapping[str, str]) -> None:
    """A number that is not there, or that the gateway calls otherwise; it is told nothing about that."""
    assert post(app, other) == 204
    assert message(app).status == "sent"


def test_what_cannot_be_read_says_why(app: Flask) -> None:
    """To whoever programs the gateway, who has the secret."""
    body = json.dumps({"reference": "1", "id": "g1", "status": "read"}).encode()
    answer = app.test_client().post(REPORT_PATH, data=body, headers={HEADER: sign(SECRET, body, DAYTIME)})
    assert (answer.status_code, answer.text) == (
        400,
        "status: write one of sent, delivered, undelivered, failed\n",
    )


def test_a_store_that_fails_lets_the_gateway_report_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that could not be kept is not answered as if it were."""

    def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(app.extensions["ivr"].store, "report_message", fail)
    assert post(app, {}) == 500


def test_twilio_s_signature_is_no_gateway_s(app: Flask) -> None:
    """Nor is the gateway's one of Twilio's: each path is checked in its own way."""
    body = json.dumps({"reference": "1", "id": "g1", "status": "delivered"}).encode()
    header = {HEADER: sign(SECRET, body, DAYTIME)}
    assert app.test_client().post("/messages/1/status", data=body, headers=header).status_code == 403


@pytest.mark.parametrize(
    ("body", "secret", "event"),
    [
        (b'{"reference": "1", "id": "g1", "status": "failed"}', "another", "delivery report refused"),
        (b'{"reference": "1", "id": "g1"}', SECRET, "delivery report not read"),
        (b'{"id": "g1"}' + b" " * LARGEST_REPORT, SECRET, "body too large"),
    ],
)
def test_the_log_names_what_is_wrong_with_a_report(app: Flask, body: bytes, secret: str, event: str) -> None:
    """In one line, which repeats nothing of it."""
    with capture_logs() as lines:
        app.test_client().post(REPORT_PATH, data=body, headers={HEADER: sign(secret, body, DAYTIME)})
    assert [line["event"] for line in lines] == [event]
    assert "g1" not in str(lines)
