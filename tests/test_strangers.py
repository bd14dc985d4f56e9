"""What a stranger gets around the calls: answers to browsers, and lines in the log."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from ivr.app import web_program
from ivr.logs import ONE_BY_ONE
from tests.support.phone import PUBLIC, SETTINGS, program

TICKET = "ticket-4711"
PAGES = ("/", "/healthz", "/reset", f"/reset/{TICKET}", "/audio/x", "/nowhere", "/voice", "/sms/report")


def test_a_browser_comes_back_over_tls_alone() -> None:
    """Whatever page it got: also one that is not there, is refused, or is broken. Only where the public URL has TLS."""
    app = program()

    @app.get("/breaks")
    def breaks() -> str:
        raise RuntimeError

    browser = app.test_client()
    for path in (*PAGES, "/breaks"):
        for answer in (browser.get(path, base_url=PUBLIC), browser.post(path, base_url=PUBLIC)):
            assert answer.headers.get("Strict-Transport-Security") == "max-age=31536000", path
    too_large = browser.post("/reset", data={"password": "x" * 9000}, base_url=PUBLIC)
    assert (too_large.status_code, "Strict-Transport-Security" in too_large.headers) == (413, True)
    plain = program(replace(SETTINGS, public_url="http://127.0.0.1:8080")).test_client()
    assert "Strict-Transport-Security" not in plain.get("/reset").headers


def test_a_flood_of_forged_requests_does_not_fill_the_disk() -> None:
    """A thousand of each kind are some dozens of lines."""
    client = program(
        replace(SETTINGS, sms_report_secrets=("a secret of the tests, long enough",))
    ).test_client()
    with capture_logs() as lines:
        for _ in range(1000):
            client.post("/voice", data={"CallSid": "x"})
            client.post("/voice", data={"x": "y" * 70_000})
            client.post("/sms/report", json={})
            client.post("/sms/report", data="x" * 10_000)
            client.get(f"/reset/{TICKET}")
    assert 0 < len(lines) <= 4 * ONE_BY_ONE


@pytest.mark.parametrize("path", [f"/reset/{TICKET}", f"/audio/{TICKET}", f"/{TICKET}", f"/voice/{TICKET}"])
def test_no_path_is_in_the_log_whatever_breaks(path: str) -> None:
    """A path may be somebody's link, also where it is asked for at the wrong place or by mistake."""
    app = program()

    @app.before_request
    def breaks() -> None:
        raise RuntimeError(f"no store for {TICKET}")

    with capture_logs() as lines:
        answer = app.test_client().get(f"{path}?ticket={TICKET}", base_url=PUBLIC)
    assert answer.status_code in {200, 403, 404, 500}
    assert lines
    assert TICKET not in str(lines) + answer.text


def test_what_a_stranger_says_in_a_form_is_not_in_the_log() -> None:
    """Without signatures anybody may post anything as a CallSid or an error's code."""
    client = web_program(program().extensions["ivr"], SETTINGS, None).test_client()
    fields = {"CallSid": "x\n" * 5000, "ErrorCode": "y" * 5000, "ErrorUrl": f"/voice/{TICKET}/1"}
    with capture_logs() as lines:
        for path in ("/voice", "/voice/fallback", "/voice/whisper", "/voice/status"):
            client.post(path, data=fields)
            client.put(path, data=fields)
    assert {line["event"] for line in lines} == {"no call", "fallback", "webhook failed"}
    assert len(str(lines)) < 5000
    assert TICKET not in str(lines)
