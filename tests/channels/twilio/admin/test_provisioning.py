"""An operator connects his number and rings a phone: what is asked of Twilio, and what he is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ivr.channels.twilio.admin.errors import RequestRejected
from ivr.channels.twilio.admin.provisioning import (
    OVERRIDES,
    CannotConnect,
    NumberChange,
    call,
    connect,
    diversion,
    find_number,
    webhook_settings,
)
from ivr.config import BadSetting
from tests.support.rest_stub import HERS, OURS, PN, Stub, answer, own_number, refusal, twilio_stub

PUBLIC = "https://ivr.example.com"
VOICE = f"{PUBLIC}/voice#{OVERRIDES}"
APPLICATION = "AP" + "7" * 32


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Return Twilio's REST interface, on this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    with twilio_stub() as stub:
        yield stub


def posts(stub: Stub) -> list[str]:
    """Return where something was posted."""
    return [asked.path for asked in stub.asked if asked.method == "POST"]


# --- connecting a number


def test_a_number_is_connected(stub: Stub) -> None:
    """All three of its URLs, each asked for by POST; and what was before is told."""
    stub.numbers = [own_number(voice_url="https://demo.twilio.com/welcome/voice/", voice_method="GET")]
    done = connect(stub.rest(), OURS, PUBLIC)
    assert done.changed
    assert done.number.sid == PN
    assert done.changes == (
        NumberChange("voice_url", "https://demo.twilio.com/welcome/voice/", VOICE),
        NumberChange("voice_method", "GET", "POST"),
        NumberChange("voice_fallback_url", "", f"{PUBLIC}/voice/fallback#{OVERRIDES}"),
        NumberChange("voice_fallback_method", "POST", "POST"),
        NumberChange("status_callback", "", f"{PUBLIC}/voice/status#{OVERRIDES}"),
        NumberChange("status_callback_method", "POST", "POST"),
    )
    assert stub.numbers[0]["voice_url"] == VOICE
    assert diversion(find_number(stub.rest(), OURS), PUBLIC) == ""


def test_a_dry_run_changes_nothing(stub: Stub) -> None:
    """And tells the same."""
    would = connect(stub.rest(), OURS, PUBLIC, dry_run=True)
    assert posts(stub) == []
    assert would == connect(stub.rest(), OURS, PUBLIC)


def test_what_is_connected_already_is_left_alone(stub: Stub) -> None:
    """Nothing is posted again."""
    connect(stub.rest(), OURS, PUBLIC)
    again = connect(stub.rest(), OURS, PUBLIC + "/")
    assert not again.changed
    assert len(posts(stub)) == 1


def test_a_fallback_may_be_elsewhere(stub: Stub) -> None:
    """So that it answers when this whole machine does not; it is taken as it is written."""
    connect(stub.rest(), OURS, PUBLIC, fallback_url="https://static.example.com/sorry.xml")
    assert stub.numbers[0]["voice_fallback_url"] == "https://static.example.com/sorry.xml"
    assert diversion(find_number(stub.rest(), OURS), PUBLIC) == ""


def test_a_number_that_is_not_ours(stub: Stub) -> None:
    """Those that are ours are named."""
    stub.numbers.append(own_number("+442071838750"))
    with pytest.raises(CannotConnect, match=r"not on this account; it has \+14155550100, \+442071838750"):
        connect(stub.rest(), "+14155550199", PUBLIC)
    stub.numbers.clear()
    with pytest.raises(CannotConnect, match="it has no number at all: buy one"):
        connect(stub.rest(), OURS, PUBLIC)


def test_a_number_that_only_begins_alike_is_another(stub: Stub) -> None:
    """Twilio finds a number by a part of it."""
    with pytest.raises(CannotConnect, match=r"\+1415555 is not on this account"):
        find_number(stub.rest(), "+1415555")


@pytest.mark.parametrize("owner", [{"voice_application_sid": APPLICATION}, {"trunk_sid": "TK1"}])
def test_a_number_that_belongs_elsewhere_is_taken_only_when_told(stub: Stub, owner: dict[str, str]) -> None:
    """Twilio would ignore its URLs; and somebody may be using the application, or the trunk."""
    stub.numbers = [own_number(**owner)]
    ((name, sid),) = owner.items()
    with pytest.raises(
        CannotConnect, match=f"has {name} {sid}, so that Twilio ignores its URLs; say --take-over"
    ):
        connect(stub.rest(), OURS, PUBLIC)
    assert posts(stub) == []
    done = connect(stub.rest(), OURS, PUBLIC, take_over=True)
    assert done.changes[-1] == NumberChange(name, sid, "")
    assert stub.numbers[0][name] == ""


def test_a_number_that_twilio_does_not_let_go_is_told(stub: Stub) -> None:
    """An empty value is not in Twilio's own description of its interface."""
    stub.numbers = [own_number(trunk_sid="TK1")]
    stub.answers[f"{PN}.json"] = answer(stub.numbers[0])
    with pytest.raises(CannotConnect, match="Twilio kept its trunk_sid and ignores them; take it away in"):
        connect(stub.rest(), OURS, PUBLIC, take_over=True)


def test_settings_that_twilio_did_not_take_are_told(stub: Stub) -> None:
    """Its answer says what the number has now; a number without our URLs is not connected."""
    stub.answers[f"{PN}.json"] = answer({**own_number(), "voice_method": "GET"})
    with pytest.raises(
        CannotConnect,
        match=rf"did not take the settings of \{OURS}: voice_url is empty, voice_method is GET, voice_fallback_url is empty",
    ):
        connect(stub.rest(), OURS, PUBLIC)


def test_twilio_may_refuse_to_connect(stub: Stub) -> None:
    """Its words are told where we know none better."""
    stub.answers[f"{PN}.json"] = refusal(400, 21502, "Invalid VoiceUrl")
    with pytest.raises(RequestRejected, match=r"Twilio refused it: Invalid VoiceUrl \(error 21502, https://"):
        connect(stub.rest(), OURS, PUBLIC)


def test_overrides_leave_time_for_the_fallback() -> None:
    """Twilio gives a document fifteen seconds in all, and takes only these values."""
    overrides = {name: value for name, (value,) in parse_qs(OVERRIDES).items()}
    assert set(overrides) == {"rc", "rp", "ct", "rt", "tt"}
    assert 1 <= int(overrides["rc"]) <= 5
    assert set(overrides["rp"].split(",")) <= {"4xx", "5xx", "ct", "rt", "all"}
    assert 100 <= int(overrides["ct"]) <= 10_000
    assert 100 <= int(overrides["rt"]) <= 15_000
    assert int(overrides["ct"]) + int(overrides["rt"]) <= int(overrides["tt"]) < 15_000


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        ({"voice_url": f"{PUBLIC}/voice"}, ""),
        ({"voice_fallback_url": "https://static.example.com/sorry.xml"}, ""),
        (
            {"voice_url": "https://old.example.com/voice"},
            "its voice_url is https://old.example.com/voice, not",
        ),
        ({"voice_url": ""}, "its voice_url is not set"),
        ({"voice_method": "GET"}, "its voice_method is GET, not POST"),
        ({"voice_fallback_url": ""}, "its voice_fallback_url is not set"),
        (
            {"status_callback": f"{PUBLIC}/voice"},
            f"its status_callback is {PUBLIC}/voice, not {PUBLIC}/voice/status",
        ),
        ({"trunk_sid": "TK1"}, "for its trunk_sid Twilio ignores its URLs"),
    ],
)
def test_what_keeps_calls_away(stub: Stub, changed: dict[str, Any], told: str) -> None:
    """Other overrides do not, nor a fallback of one's own."""
    stub.numbers = [own_number(**{**webhook_settings(PUBLIC), **changed})]
    found = diversion(find_number(stub.rest(), OURS), PUBLIC)
    assert found.startswith(told)
    assert bool(found) == bool(told)


# --- ringing a phone


def test_a_phone_is_rung_into_the_hotline(stub: Stub) -> None:
    """By our number, with the same URLs that the number has; Twilio's identifier of the call comes back."""
    assert call(stub.rest(), HERS, PUBLIC) == "CA" + "5" * 32
    form = stub.last().form
    assert (form["To"], form["From"], form["Timeout"]) == (HERS, OURS, "40")
    assert (form["Url"], form["Method"]) == (VOICE, "POST")
    assert (form["FallbackUrl"], form["FallbackMethod"]) == (f"{PUBLIC}/voice/fallback#{OVERRIDES}", "POST")
    assert (urlsplit(form["StatusCallback"]).path, form["StatusCallbackMethod"]) == ("/voice/status", "POST")


def test_a_hotline_does_not_ring_itself(stub: Stub) -> None:
    """It would talk to itself until somebody pays the bill; and without a number it rings nobody."""
    with pytest.raises(CannotConnect, match="the hotline's own number"):
        call(stub.rest(), OURS, PUBLIC)
    with pytest.raises(BadSetting, match="TWILIO_NUMBER is missing"):
        call(stub.rest(number=""), HERS, PUBLIC)
    assert stub.asked == []
