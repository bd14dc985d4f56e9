"""The settings, from the environment."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ivr.config import (
    ADDRESS_VARIABLE,
    HOTLINE_VARIABLE,
    SETTINGS,
    BadSetting,
    HotlineLimits,
    Settings,
    misspelt_settings,
    settings_from,
)

SECRET = "0123456789abcdef-0123456789abcdef"
SID = "AC" + "1" * 32


def test_nothing_needs_to_be_set() -> None:
    """Every setting has a default that works on one's own machine."""
    assert settings_from({}) == Settings()


def test_every_setting_is_read() -> None:
    """What is set arrives."""
    settings = settings_from(
        {
            "TWILIO_AUTH_TOKEN": "new, old,",
            "TWILIO_NUMBER": "+8657100000000",
            "IVR_PUBLIC_URL": "https://ivr.example.com/calls/",
            "IVR_SMS_URL": "https://sms.example.com/messages",
            "IVR_SMS_TOKEN": "sesame",
            "IVR_SMS_SENDER": " YUEBAO ",
            "IVR_SMS_REPORT_SECRET": f"{SECRET},{SECRET[::-1]}",
            "IVR_DATABASE_URL": "memory://",
            "IVR_FALLBACK_NUMBER": "sip:desk@example.com",
            "IVR_DESK_SERVICE": " +8657100000009 ",
            "IVR_DESK_SECURITY": "",
            "IVR_CALLS_PER_MINUTE": "600",
            "IVR_WRONG_TRIES_PER_HOUR": " 300 ",
            "IVR_FREEZES_PER_HOUR": "20",
            "IVR_CODES_PER_HOUR": "2000",
            "IVR_TEXTS_PER_HOUR": "500",
            "IVR_LOG": "JSON",
            "IVR_LOG_LEVEL": "debug",
        }
    )
    assert settings == Settings(
        auth_tokens=("new", "old"),
        number="+8657100000000",
        public_url="https://ivr.example.com/calls",
        sms_url="https://sms.example.com/messages",
        sms_token="sesame",
        sms_sender="YUEBAO",
        sms_report_secrets=(SECRET, SECRET[::-1]),
        database_url="memory://",
        fallback_number="sip:desk@example.com",
        desk_numbers={"service": "+8657100000009"},
        hotline_limits=HotlineLimits(600, 300, 20, 2000, 500),
        log="json",
        log_level="debug",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_NUMBER", "0571 8888"),
        ("IVR_FALLBACK_NUMBER", "+0123456"),
        ("IVR_DESK_SERVICE", "10086"),
        ("IVR_PUBLIC_URL", "ivr.example.com"),
        ("IVR_PUBLIC_URL", "ftp://ivr.example.com"),
        ("IVR_PUBLIC_URL", "https://"),
        ("IVR_PUBLIC_URL", "https://[ivr"),
        ("IVR_PUBLIC_URL", "https://ivr.example.com/?x=1"),
        ("IVR_PUBLIC_URL", "https://ivr.example.com/#x"),
        ("IVR_SMS_URL", "sms.example.com"),
        ("IVR_LOG", "xml"),
        ("IVR_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """The message says which one it is, and what to write."""
    with pytest.raises(BadSetting, match=f"^{name}: .*write"):
        settings_from({name: value})


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("https://ivr.example.com/?x=1", "https://ivr.example.com"),
        ("https://ivr.example.com/calls?bypass=1&x=", "https://ivr.example.com/calls"),
        ("https://ivr.example.com/#calls", "https://ivr.example.com"),
    ],
)
def test_what_is_too_much_in_an_address_is_named(value: str, good: str) -> None:
    """The address itself is right: the message says which part is the fault, and what is left without it."""
    with pytest.raises(BadSetting, match=rf"no (query|fragment) \(`[?#].*`\); write `{good}`$"):
        settings_from({"IVR_PUBLIC_URL": value})


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "IVR_SECRET_KEY", "IVR_DESK_SERVICE"])
@pytest.mark.parametrize("quotes", ['""', "''", "“”"])
def test_a_value_in_quotes_is_refused_and_not_shown(name: str, quotes: str) -> None:
    """An environment file leaves them on: every call would be refused as forged, without a word why."""
    with pytest.raises(BadSetting, match=f"^{name} stands in quotes, .*write it without") as raised:
        settings_from({name: f"{quotes[0]}{SECRET}{quotes[1]}"})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "environ", [{"IVR_SECRET_KEY": "a" * 37}, {"IVR_SECRET_KEY": f"{SECRET},{'ab' * 20}"}]
)
def test_a_key_that_can_be_guessed_is_refused(environ: Mapping[str, str]) -> None:
    """It is long enough, and protects nothing."""
    with pytest.raises(BadSetting, match=r"^IVR_SECRET_KEY is not random; write at least 32"):
        settings_from(environ)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("IVR_PUBLC_URL", "IVR_PUBLC_URL is no setting; did you mean IVR_PUBLIC_URL?"),
        ("TWILIO_AUTH_TOKN", "TWILIO_AUTH_TOKN is no setting; did you mean TWILIO_AUTH_TOKEN?"),
        ("IVR_WHATEVER", "IVR_WHATEVER is no setting; correct its name, or remove it"),
    ],
)
def test_a_misspelt_setting_is_named(name: str, told: str) -> None:
    """Else it is as if it had not been set, and nobody knows."""
    assert list(misspelt_settings({name: "x"})) == [told]


def test_no_other_variable_is_named() -> None:
    """Settings, desks, what `ivr serve` tells its workers, and other programs' variables."""
    names = ["TWILIO_API_KEY", "PATH", "IVR_DESK_SERVICE", ADDRESS_VARIABLE, HOTLINE_VARIABLE, *SETTINGS]
    assert list(misspelt_settings(dict.fromkeys(names, "x"))) == []


def test_links_lead_to_the_public_address_or_to_this_machine() -> None:
    """On the port that is listened on."""
    assert Settings().link_base == "http://127.0.0.1:8080"
    assert settings_from({ADDRESS_VARIABLE: "http://127.0.0.1:9000"}).link_base == "http://127.0.0.1:9000"
    public = {ADDRESS_VARIABLE: "http://127.0.0.1:9000", "IVR_PUBLIC_URL": "https://ivr.example.com"}
    assert settings_from(public).link_base == "https://ivr.example.com"


def test_all_that_is_wrong_is_said_at_once() -> None:
    """One sentence a line, each setting once, so that nobody starts the server again for every mistake."""
    wrong = {"TWILIO_NUMBER": "12", "IVR_LOG": "'json'", "IVR_SMS_URL": "sms", "IVR_SMS_TOKEN": "a b"}
    with pytest.raises(BadSetting) as raised:
        settings_from({**wrong, "IVR_PUBLIC_URL": "https://ivr.example.com"})
    named = [line.replace(":", " ").split()[0] for line in str(raised.value).splitlines()]
    assert sorted(named) == sorted(wrong)


@pytest.mark.parametrize("name", ["IVR_SMS_TOKEN", "IVR_SMS_SENDER", "IVR_SMS_REPORT_SECRET"])
def test_a_gateway_without_an_address_is_said(name: str) -> None:
    """Else its messages would stay unsent, or go through Twilio, without a word."""
    with pytest.raises(BadSetting, match=f"^{name} is set and IVR_SMS_URL is not; write"):
        settings_from({name: SECRET})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("IVR_SMS_REPORT_SECRET", "sesame", "is too short; write at least 32"),
        ("IVR_SMS_REPORT_SECRET", f"{SECRET},sesame", "is too short; write at least 32"),
        ("IVR_SMS_URL", "https://me:sesame@sms.example.com", "write the address alone, and IVR_SMS_TOKEN"),
        ("IVR_SMS_TOKEN", "two words", "write it without spaces"),
        ("IVR_SMS_TOKEN", "令牌", "write it without spaces"),
    ],
)
def test_a_gateway_s_secret_that_cannot_be_used_is_not_shown(name: str, value: str, told: str) -> None:
    """The message names the setting and says what to write; the value stays out of it."""
    with pytest.raises(BadSetting, match=f"^{name} .*{told}") as raised:
        settings_from({"IVR_SMS_URL": "https://sms.example.com", name: value})
    assert value not in str(raised.value)


@pytest.mark.parametrize(
    ("settings", "sends"),
    [
        ({}, False),
        ({"IVR_SMS_URL": "https://sms.example.com"}, True),
        ({"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": "t"}, False),
        ({"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": "t", "TWILIO_NUMBER": "+8657100000000"}, True),
    ],
)
def test_messages_are_sent_through_a_gateway_or_twilio(settings: Mapping[str, str], *, sends: bool) -> None:
    """Either is enough."""
    assert settings_from(settings).sends_messages == sends


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "IVR_SMS_TOKEN", "IVR_SMS_REPORT_SECRET"])
def test_a_secret_is_not_shown(name: str) -> None:
    """It is no part of what a log or a traceback shows of the settings."""
    settings = settings_from({"IVR_SMS_URL": "https://sms.example.com", name: SECRET})
    assert SECRET not in repr(settings)


def test_every_setting_says_what_it_means() -> None:
    """In one or two sentences, for the README."""
    assert all(name.isupper() or "<NAME>" in name for name in SETTINGS)
    assert all(meaning.endswith(".") for meaning in SETTINGS.values())


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "1e9", "1000000000", "٣"])
def test_a_limit_is_a_number_that_lets_something_through(value: str) -> None:
    """What is wrong is said with what to write; the usual limit is no silent choice."""
    with pytest.raises(BadSetting) as refused:
        settings_from({"IVR_FREEZES_PER_HOUR": value})
    says = f"IVR_FREEZES_PER_HOUR: `{value}` is no number from 1 to 999999999; write it like 200"
    assert str(refused.value) == says
