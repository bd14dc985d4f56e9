"""What keeps calls from a hotline is found, one thing after the other, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.wrappers import Request, Response

from ivr.app import create_app
from ivr.channels.twilio.admin.doctor import Clocks, Diagnosis, Doctor
from ivr.channels.twilio.admin.provisioning import webhook_settings
from ivr.channels.twilio.signature import Signature, raw_target
from ivr.config import Settings
from ivr.storage.base import CallFilter
from tests.support.rest_stub import (
    ACCOUNT,
    HERS,
    OURS,
    TOKEN,
    Stub,
    answer,
    closed_port,
    own_number,
    refusal,
    serving,
    twilio_stub,
)
from tests.support.starters import write_chinese_first

TWIML = "<Response><Say>hello</Say></Response>"
CHECKS = [
    "secret key",
    "credentials",
    "account",
    "clock",
    "number",
    "webhooks",
    "https",
    "server",
    "unsigned request",
    "forged request",
    "signed request",
    "speed",
]


@dataclass
class Hotline:
    """A server of webhooks: whether it checks signatures, what it answers, and what it was told."""

    url: str = ""
    signature: Signature | None = None
    voice: Response = field(default_factory=lambda: Response(TWIML, content_type="text/xml"))
    ready: Response = field(default_factory=lambda: Response("ready: menu 1\n"))
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """What was taken: path and form."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request (WSGI)."""
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == "/readyz":
            return self.ready
        header = request.headers.get("X-Twilio-Signature")
        if self.signature and not self.signature.valid(raw_target(request.environ), request.form, header):
            return Response("no", 403)
        self.told.append((request.path, request.form.to_dict()))
        return self.voice if request.path == "/voice" else Response(status=204)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Return Twilio's REST interface, on this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    with twilio_stub() as stub:
        yield stub


@pytest.fixture
def hotline(stub: Stub) -> Iterator[Hotline]:
    """Return a server that checks signatures, to which the number is connected."""
    hotline = Hotline()
    with serving(hotline) as hotline.url:
        hotline.signature = Signature([TOKEN], hotline.url)
        stub.numbers = [own_number(**webhook_settings(hotline.url))]
        yield hotline


@pytest.fixture
def doctor(stub: Stub, hotline: Hotline) -> Doctor:
    """Return a doctor for a hotline that is in order, but for its certificate."""
    settings = Settings(
        account_sid=ACCOUNT,
        auth_tokens=(TOKEN,),
        number=OURS,
        twilio_api_url=stub.url,
        secret_keys=("k" * 32,),
    )
    return Doctor(settings, OURS, hotline.url)


def found(doctor: Doctor) -> dict[str, Diagnosis]:
    """Return the checks by name."""
    return {check.name: check for check in doctor.examine()}


def test_a_hotline_in_order(doctor: Doctor) -> None:
    """Every check is made, in an order in which each says something; only http on this machine is wrong."""
    checks = found(doctor)
    assert list(checks) == CHECKS
    assert [name for name, check in checks.items() if check.state != "ok"] == ["https"]
    assert checks["credentials"].what == "Twilio takes those of Demo"
    assert checks["number"].what == "+14155550100 can take calls and send messages"


def test_the_probe_is_no_call_and_is_ended(doctor: Doctor, hotline: Hotline) -> None:
    """It cannot be taken for one of Twilio's, has no caller, is another each time, and leaves nothing open."""
    found(doctor)
    found(doctor)
    assert [path for path, _ in hotline.told] == ["/voice", "/voice/status"] * 2
    rung, ended, rung_again, _ = [form for _, form in hotline.told]
    assert rung["CallSid"].startswith("doctor-")
    assert rung["CallSid"] == ended["CallSid"] != rung_again["CallSid"]
    assert (rung["From"], rung["To"], rung["CallStatus"]) == ("anonymous", OURS, "ringing")
    assert ended["CallStatus"] == "completed"


# --- settings and Twilio


@pytest.mark.parametrize(
    ("settings", "name", "told"),
    [
        ({"secret_keys": ()}, "secret key", "IVR_SECRET_KEY is missing"),
        ({"account_sid": ""}, "credentials", "TWILIO_ACCOUNT_SID is missing"),
        ({"auth_tokens": ()}, "credentials", "TWILIO_AUTH_TOKEN is missing"),
        ({"auth_tokens": ("forged",)}, "credentials", "Twilio does not take these credentials; check"),
        ({"account_sid": "AC0"}, "credentials", "Twilio does not take these credentials; check"),
        (
            {"twilio_api_url": closed_port()},
            "credentials",
            "Twilio cannot be reached; see this machine's network",
        ),
    ],
)
def test_a_setting_that_is_wrong(doctor: Doctor, settings: dict[str, Any], name: str, told: str) -> None:
    """It is named; and the server is examined all the same."""
    checks = found(replace(doctor, settings=replace(doctor.settings, **settings)))
    assert checks[name].state == "wrong"
    assert checks[name].what.startswith(told)
    assert checks["server"].state == "ok"


@pytest.mark.parametrize(
    ("path", "told", "name", "state", "what"),
    [
        (
            f"{ACCOUNT}.json",
            refusal(404, 20404),
            "credentials",
            "wrong",
            "Twilio knows nothing by that identifier; check TWILIO_ACCOUNT_SID",
        ),
        (f"{ACCOUNT}.json", refusal(500, 20500), "credentials", "wrong", "Twilio failed with HTTP 500"),
        (f"{ACCOUNT}.json", answer({"status": "suspended"}), "account", "wrong", "it is suspended"),
        (
            f"{ACCOUNT}.json",
            answer({"status": "active", "type": "Trial"}),
            "account",
            "ok",
            "it is on trial: it",
        ),
        ("Numbers.json", refusal(429, 20429), "number", "wrong", "Twilio takes no more requests"),
        (
            "Numbers.json",
            answer({"incoming_phone_numbers": []}),
            "number",
            "wrong",
            f"{OURS} is not on this account",
        ),
    ],
)
def test_what_twilio_says(
    doctor: Doctor, stub: Stub, path: str, told: Response, name: str, state: str, what: str
) -> None:
    """Of the account and the number."""
    stub.answers[path] = told
    check = found(doctor)[name]
    assert (check.state, check.what[: len(what)]) == (state, what)


@pytest.mark.parametrize(
    ("url", "state", "told"),
    [
        (
            "https://sms.example.com/messages",
            "ok",
            "they go through the gateway at sms.example.com,",
        ),
        ("http://127.0.0.1:8025/messages", "ok", "they go through the gateway at 127.0.0.1,"),
        ("http://sms.example.com", "wrong", "in the clear; write https:// into IVR_SMS_URL"),
    ],
)
def test_with_a_gateway_the_number_need_not_send_messages(
    doctor: Doctor, stub: Stub, url: str, state: str, told: str
) -> None:
    """A number that takes calls alone is then a good one."""
    stub.numbers[0]["capabilities"] = {"voice": True, "sms": False}
    checks = found(replace(doctor, settings=replace(doctor.settings, sms_url=url)))
    assert (checks["number"].state, checks["number"].what) == ("ok", "+14155550100 can take calls")
    assert checks["messages"].state == state
    assert told in checks["messages"].what
    assert found(doctor)["number"].what == "+14155550100 can take no messages; buy one that can"


@pytest.mark.parametrize(
    ("changed", "name", "told"),
    [
        ({"capabilities": {"voice": False, "sms": True}}, "number", "can take no calls; buy one that can"),
        ({"capabilities": {}}, "number", "can take no calls and no messages"),
        (
            {"voice_url": "https://old.example.com"},
            "webhooks",
            "its voice_url is https://old.example.com, not",
        ),
        ({"trunk_sid": "TK1"}, "webhooks", "see `ivr twilio connect`"),
    ],
)
def test_a_number_that_gets_no_calls(
    doctor: Doctor, stub: Stub, changed: dict[str, Any], name: str, told: str
) -> None:
    """It cannot, or they go elsewhere."""
    stub.numbers[0] |= changed
    check = found(doctor)[name]
    assert check.state == "wrong"
    assert told in check.what


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (-29, "ok"), (31, "wrong"), (-3600, "wrong")])
def test_a_clock_that_is_wrong(doctor: Doctor, stub: Stub, seconds: int, state: str) -> None:
    """Thirty seconds are borne, either way: codes and links live for minutes."""
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    told = {"Date": f"{noon + timedelta(seconds=seconds):%a, %d %b %Y %H:%M:%S} GMT"}
    stub.answers[f"{ACCOUNT}.json"] = answer({"status": "active"}, 200, told)
    check = found(replace(doctor, clocks=Clocks(now=lambda: noon)))["clock"]
    assert check.state == state
    assert check.what.startswith(f"{abs(seconds)} s from Twilio's")


def test_numbers_are_looked_up_when_asked(doctor: Doctor) -> None:
    """A desk behind a wrong number is never heard of otherwise, until a caller needs it."""
    desks = {
        "desk service": HERS,
        "desk night": "+19995550100",
        "IVR_FALLBACK_NUMBER": "sip:desk@example.com",
    }
    checks = found(replace(doctor, desks=desks))
    assert checks["desk service"] == Diagnosis("desk service", "ok", "138 0013 8000 (CN)")
    assert checks["desk night"].what.startswith("+19995550100 is no valid telephone number")
    assert checks["IVR_FALLBACK_NUMBER"].state == "skipped"


# --- the server


@pytest.mark.parametrize(
    ("changed", "name", "told"),
    [
        (
            {"ready": Response("not ready: OperationalError\n", 503)},
            "server",
            "/readyz answers 503, not 200: not ready",
        ),
        ({"signature": None}, "unsigned request", "it is answered with 200, not 403; start the server with"),
        ({"signature": None}, "forged request", "it is answered with 200, not 403; start the server with"),
        (
            {"signature": Signature([TOKEN], "https://x")},
            "signed request",
            "it is refused (403); the server must",
        ),
        (
            {"signature": Signature(["other"], "https://x")},
            "signed request",
            "it is refused (403); the server must",
        ),
        ({"voice": Response("oops", 500)}, "signed request", "/voice answered 500 (11200); the server's log"),
        (
            {"voice": Response("hello", 200)},
            "signed request",
            "answered text/plain, which is no TwiML (12300)",
        ),
        ({"voice": Response("<html/>", content_type="text/html")}, "signed request", "answered a html where"),
    ],
)
def test_a_server_that_is_wrong(
    doctor: Doctor, hotline: Hotline, changed: dict[str, Any], name: str, told: str
) -> None:
    """What it answered, and what it should have."""
    for attribute, value in changed.items():
        setattr(hotline, attribute, value)
    check = found(doctor)[name]
    assert check.state == "wrong"
    assert told in check.what


def test_a_server_that_takes_anything_is_left_without_an_open_call(doctor: Doctor, hotline: Hotline) -> None:
    """The unsigned and the forged request began one there too."""
    hotline.signature = None
    found(doctor)
    assert [path for path, _ in hotline.told] == ["/voice"] * 3 + ["/voice/status"]
    assert len({form["CallSid"] for _, form in hotline.told}) == 1


def test_this_programs_own_server_is_in_order(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses what nobody signed. The probe is over in its store, as no more than a hang-up, and not among the calls."""
    monkeypatch.setattr("ivr.channels.twilio.admin.doctor.secrets", SimpleNamespace(token_hex="{:x}".format))
    write_chinese_first(tmp_path / "bakery")
    running: list[Flask] = []

    def program(environ: Any, start_response: Any) -> Any:
        return running[0](environ, start_response)

    with serving(program) as url:  # which it must know before it is made
        settings = Settings(auth_tokens=(TOKEN,), public_url=url, database_url="memory://")
        running.append(create_app(tmp_path / "bakery", settings))
        with closing(running[0].extensions["ivr"]) as application:
            checks = found(replace(doctor, public_url=url))
            probe = application.store.call("doctor-8")
            assert application.store.calls(CallFilter()) == []
    assert {checks[name].state for name in CHECKS[CHECKS.index("server") :]} == {"ok"}
    assert probe is not None
    assert (probe.record.caller, probe.record.ending) == ("", "hung_up")


def test_a_server_that_is_not_there(doctor: Doctor) -> None:
    """Nothing more is asked of it."""
    checks = found(replace(doctor, public_url=closed_port()))
    assert "does not answer (no connection); is `ivr serve` up?" in checks["server"].what
    assert list(checks)[-1] == "server"


@pytest.mark.parametrize(("took", "state"), [(0.3, "ok"), (2.5, "wrong")])
def test_a_slow_server(doctor: Doctor, took: float, state: str) -> None:
    """The caller hears silence meanwhile."""
    times = iter([100.0, 100.0 + took])
    check = found(replace(doctor, clocks=Clocks(stopwatch=lambda: next(times))))["speed"]
    assert check.state == state
    assert check.what.startswith(f"the first answer took {took:.2f} s")


def test_what_cannot_be_checked_is_said(doctor: Doctor) -> None:
    """Without a URL, a number, or a token."""
    checks = found(replace(doctor, public_url="", number=""))
    assert {name: check.state for name, check in checks.items() if name in {"number", "server"}} == {
        "number": "skipped",
        "server": "skipped",
    }
    unsigned = replace(doctor, settings=replace(doctor.settings, auth_tokens=()))
    assert found(unsigned)["signed request"].state == "skipped"


def test_https_is_told_by_the_url(doctor: Doctor, hotline: Hotline) -> None:
    """Digits in the clear are nobody's wish."""
    secure = urlsplit(hotline.url)._replace(scheme="https").geturl()
    assert found(doctor)["https"].state == "wrong"
    assert found(replace(doctor, public_url=secure))["https"].state == "ok"
