"""The settings, from the environment."""

from __future__ import annotations

import pytest

from ivr.config import SETTINGS, BadSetting, Settings, settings_from


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
            "IVR_DATABASE_URL": "memory://",
            "IVR_FALLBACK_NUMBER": "sip:desk@example.com",
            "IVR_DESK_SERVICE": " +8657100000009 ",
            "IVR_DESK_SECURITY": "",
            "IVR_LOG": "JSON",
            "IVR_LOG_LEVEL": "debug",
        }
    )
    assert settings == Settings(
        auth_tokens=("new", "old"),
        number="+8657100000000",
        public_url="https://ivr.example.com/calls",
        database_url="memory://",
        fallback_number="sip:desk@example.com",
        desk_numbers={"service": "+8657100000009"},
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
        ("IVR_LOG", "xml"),
        ("IVR_LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """The message says which one it is, and what to write."""
    with pytest.raises(BadSetting, match=f"^{name}: .*write"):
        settings_from({name: value})


def test_the_token_is_not_shown() -> None:
    """It is no part of what a log or a traceback shows of the settings."""
    assert "sesame" not in repr(settings_from({"TWILIO_AUTH_TOKEN": "sesame"}))


def test_every_setting_says_what_it_means() -> None:
    """In one or two sentences, for the README."""
    assert all(name.isupper() or "<NAME>" in name for name in SETTINGS)
    assert all(meaning.endswith(".") for meaning in SETTINGS.values())
