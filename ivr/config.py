"""The settings. All of them come from the environment and are checked here, before anything is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from ivr.menu.language.model import read_table

SETTINGS: Mapping[str, str] = read_table(dict[str, str], Path(__file__).with_name("settings.yaml"))
"""Every setting and its meaning. A test compares the table in docs/operating.md with it."""

SHORTEST_KEY = 32  # characters
FEWEST_CHARACTERS = 8
"""Different characters in a key: 32 random hexadecimal digits have about fourteen."""

HOTLINE_VARIABLE = "IVR_HOTLINE"
INSECURE_VARIABLE = "IVR_INSECURE"
MESSAGES_VARIABLE = "IVR_MESSAGES"
ADDRESS_VARIABLE = "IVR_ADDRESS"
MODULE_VARIABLE = "IVR_MODULE"
CODE_VARIABLE = "IVR_CODE"
"""How `ivr serve` passes its command line to its workers. They are no settings."""
_OF_THE_WORKERS = (
    HOTLINE_VARIABLE,
    INSECURE_VARIABLE,
    MESSAGES_VARIABLE,
    ADDRESS_VARIABLE,
    MODULE_VARIABLE,
    CODE_VARIABLE,
)
_DESK = "IVR_DESK_"
_QUOTED = r"\s*([\"'“‘]).*[\"'”’]\s*"
"""A shell takes quotes off, and an environment file does not."""
LOCAL_ADDRESS = "http://127.0.0.1:8080"


class BadSetting(Exception):
    """A setting cannot be used. The message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class HotlineLimits:
    """How much the whole hotline does in an hour or a minute, for all callers together.

    The defaults are sized for a million calls a day, of which a tenth come in the busiest hour: 100,000 calls, 1,700 a
    minute. A normal day of that size stays at half of each of them or below. A smaller hotline should set smaller ones.
    """

    calls_per_minute: int = 6_000
    """New calls. The busiest minute of a normal day has about twice the 1,700 of its hour."""
    wrong_tries_per_hour: int = 3_000
    """Wrong tails for the calling number, wrong tails for another number, and wrong codes: so many of each.
    If a third of the calls prove an identity, and one try in twenty is wrong, the busiest hour has about 1,700. To guess
    a tail takes 11,000 tries."""
    freezes_per_hour: int = 200
    """Accounts frozen by callers who have proved nothing. If one call in a thousand asks for it, the busiest hour has 100."""
    codes_per_hour: int = 20_000
    """One-time codes. If one call in ten needs one, the busiest hour has 10,000."""
    texts_per_hour: int = 5_000
    """Text messages for callers who have proved nothing. If two calls in a hundred ask for one, the busiest hour has 2,000."""

    RESERVE: ClassVar[int] = 5
    """How many times as many freezes and messages callers have who have proved something. Strangers cannot use these up.
    They include every code and link, and all of these go to numbers on file."""
    BURST: ClassVar[int] = 20
    """The part of an hour's number that one minute may have is one in so many: three times an even pace."""


USUAL_LIMITS = HotlineLimits()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process."""

    auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    account_sid: str = ""
    number: str = ""
    verify_service: str = ""
    twilio_api_url: str = ""
    sms_url: str = ""
    sms_token: str = field(default="", repr=False)
    sms_sender: str = ""
    sms_report_secrets: tuple[str, ...] = field(default=(), repr=False)
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    public_url: str = ""
    address: str = LOCAL_ADDRESS
    """Where a browser on this machine finds the server."""
    database_url: str = "sqlite:///ivr.sqlite3"
    fallback_number: str = ""
    desk_numbers: Mapping[str, str] = field(default_factory=dict)
    hotline_limits: HotlineLimits = USUAL_LIMITS
    log: str = ""
    log_level: str = "info"

    @property
    def link_base(self) -> str:
        """The start of every link in a message."""
        return self.public_url or self.address

    @property
    def sends_messages(self) -> bool:
        """Whether there is a carrier of text messages: a gateway, or Twilio with its credentials."""
        return bool(self.sms_url or (self.account_sid and self.auth_tokens and self.number.startswith("+")))


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises :class:`BadSetting` with everything that is wrong, one sentence a line."""
    quoted = [name for name in environ if _is_ours(name) and re.fullmatch(_QUOTED, environ[name])]
    reader = _Reader({name: value for name, value in environ.items() if name not in quoted})
    for name in quoted:
        reader.refuse(f"{name} stands in quotes, which would be taken as a part of it; write it without")
    settings = Settings(
        auth_tokens=reader.several("TWILIO_AUTH_TOKEN"),
        account_sid=reader.identifier("TWILIO_ACCOUNT_SID", "AC"),
        number=reader.number("TWILIO_NUMBER"),
        verify_service=reader.identifier("TWILIO_VERIFY_SERVICE", "VA"),
        twilio_api_url=reader.url("IVR_TWILIO_API_URL"),
        sms_url=reader.url("IVR_SMS_URL"),
        sms_token=reader.header_value("IVR_SMS_TOKEN"),
        sms_sender=reader.text("IVR_SMS_SENDER"),
        sms_report_secrets=reader.secrets("IVR_SMS_REPORT_SECRET"),
        secret_keys=reader.secrets("IVR_SECRET_KEY"),
        public_url=reader.url("IVR_PUBLIC_URL"),
        address=environ.get(ADDRESS_VARIABLE) or LOCAL_ADDRESS,
        database_url=environ.get("IVR_DATABASE_URL") or "sqlite:///ivr.sqlite3",
        fallback_number=reader.number("IVR_FALLBACK_NUMBER"),
        desk_numbers={
            name.removeprefix(_DESK).lower(): reader.number(name)
            for name in reader.environ
            if name.startswith(_DESK) and reader.text(name)
        },
        hotline_limits=HotlineLimits(
            calls_per_minute=reader.count("IVR_CALLS_PER_MINUTE", USUAL_LIMITS.calls_per_minute),
            wrong_tries_per_hour=reader.count("IVR_WRONG_TRIES_PER_HOUR", USUAL_LIMITS.wrong_tries_per_hour),
            freezes_per_hour=reader.count("IVR_FREEZES_PER_HOUR", USUAL_LIMITS.freezes_per_hour),
            codes_per_hour=reader.count("IVR_CODES_PER_HOUR", USUAL_LIMITS.codes_per_hour),
            texts_per_hour=reader.count("IVR_TEXTS_PER_HOUR", USUAL_LIMITS.texts_per_hour),
        ),
        log=reader.one_of("IVR_LOG", ("", "json", "text")),
        log_level=reader.one_of("IVR_LOG_LEVEL", ("info", "debug", "warning", "error")),
    )
    if "@" in urlsplit(settings.sms_url).netloc:
        reader.refuse(
            "IVR_SMS_URL has a user or a password in it; write the address alone, and IVR_SMS_TOKEN"
        )
    for name in ("IVR_SMS_TOKEN", "IVR_SMS_SENDER", "IVR_SMS_REPORT_SECRET"):
        if environ.get(name, "").strip() and not environ.get("IVR_SMS_URL", "").strip():
            reader.refuse(
                f"{name} is set and IVR_SMS_URL is not; write the gateway's address into IVR_SMS_URL"
            )
    if reader.wrong:
        raise BadSetting("\n".join(reader.wrong))
    return settings


def _is_ours(name: str) -> bool:
    return name in SETTINGS or name.startswith(_DESK)


def misspelt_settings(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that is no setting, but was probably meant as one."""
    from rapidfuzz.distance import OSA  # the settings are read by every command, and this by `ivr serve`

    for name in environ:
        if _is_ours(name) or name in _OF_THE_WORKERS:
            continue
        nearest = min(SETTINGS, key=lambda known: OSA.distance(name, known))
        if OSA.distance(name, nearest) <= _SLIPS:
            yield f"{name} is no setting; did you mean {nearest}?"
        elif name.startswith("IVR_"):
            yield f"{name} is no setting; correct its name, or remove it"


_SLIPS = 2
"""Wrong letters in a name that still resembles a setting."""


@dataclass(slots=True)
class _Reader:
    """Reads settings. One that cannot be used is read as empty, and ``wrong`` gets a sentence about it."""

    environ: Mapping[str, str]
    wrong: list[str] = field(default_factory=list)

    def refuse(self, sentence: str) -> Literal[""]:
        self.wrong.append(sentence)
        return ""

    def text(self, name: str) -> str:
        return self.environ.get(name, "").strip()

    def several(self, name: str) -> tuple[str, ...]:
        return tuple(each.strip() for each in self.text(name).split(",") if each.strip())

    def identifier(self, name: str, letters: str) -> str:
        value = self.text(name)
        if not value or re.fullmatch(rf"{letters}[0-9a-zA-Z]{{32}}", value):
            return value
        return self.refuse(
            f"{name}: `{value[:6]}…` is none; it is {letters} and 32 characters, on Twilio's console"
        )

    def secrets(self, name: str) -> tuple[str, ...]:
        secrets = self.several(name)
        for secret in secrets:
            wrong = "is too short" if len(secret) < SHORTEST_KEY else "is not random"
            if len(secret) < SHORTEST_KEY or len(set(secret)) < FEWEST_CHARACTERS:
                self.refuse(
                    f"{name} {wrong}; write at least {SHORTEST_KEY} random characters, such as those of "
                    "`python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`"
                )
                return ()
        return secrets

    def header_value(self, name: str) -> str:
        value = self.text(name)
        if re.fullmatch(r"[!-~]*", value):
            return value
        return self.refuse(f"{name} has characters that no token has; write it without spaces and quotes")

    def number(self, name: str) -> str:
        value = self.text(name)
        if not value or re.fullmatch(r"\+[1-9]\d{4,14}|sips?:[^@\s]+@[^@\s]+", value):
            return value
        return self.refuse(f"{name}: `{value}` is no international number; write it like +8657100000000")

    def url(self, name: str) -> str:
        value = self.text(name).rstrip("/")
        if not value:
            return ""
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        for part, mark, what in ((parts.query, "?", "query"), (parts.fragment, "#", "fragment")):
            if part:
                good = value.partition(mark)[0].rstrip("/")
                return self.refuse(f"{name}: an address here has no {what} (`{mark}{part}`); write `{good}`")
        if parts.scheme not in {"http", "https"} or not parts.hostname or "//" in parts.path:
            return self.refuse(f"{name}: `{value}` is no web address; write it like https://ivr.example.com")
        if parts.path.endswith("/voice"):
            return self.refuse(f"{name}: `{value}` is the first webhook; write the address before `/voice`")
        return value

    def count(self, name: str, usual: int) -> int:
        value = self.text(name)
        if not value:
            return usual
        if re.fullmatch(r"[1-9][0-9]{0,8}", value):
            return int(value)
        self.refuse(f"{name}: `{value[:20]}` is no number from 1 to 999999999; write it like {usual}")
        return usual

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        value = self.text(name).lower() or known[0]
        if value in known:
            return value
        listed = ", ".join(each for each in known if each)
        return self.refuse(f"{name}: `{value}` is not known; write one of {listed}")
