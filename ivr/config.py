"""The settings. All of them come from the environment, and are checked here before anything is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SETTINGS: Mapping[str, str] = {
    "TWILIO_AUTH_TOKEN": "The account's auth token, with which every webhook must be signed. Several, separated by "
    "commas, while a token is rotated. Without it `ivr serve` refuses to start unless told `--insecure`.",
    "TWILIO_ACCOUNT_SID": "The account (`AC…`) that text messages are sent with, together with `TWILIO_AUTH_TOKEN` and "
    "`TWILIO_NUMBER`. Without it, and without `IVR_SMS_URL`, they are kept as “not sent”.",
    "TWILIO_NUMBER": "The hotline's own number. Text messages come from it, and it is shown to a desk when the caller's "
    "is withheld.",
    "TWILIO_VERIFY_SERVICE": "A Verify service (`VA…`) that sends and judges one-time codes in place of our own.",
    "IVR_TWILIO_API_URL": "Another address of Twilio's REST API: a mock, or a carrier that speaks it too.",
    "IVR_SMS_URL": "A text-message gateway of your own, such as `https://sms.example.com/messages`: every message is "
    "posted to it as JSON, and none goes through Twilio.",
    "IVR_SMS_TOKEN": "The gateway's bearer token.",
    "IVR_SMS_SENDER": "The number or name that the gateway shows as the sender.",
    "IVR_SMS_REPORT_SECRET": "At least 32 random characters, with which the gateway signs its delivery reports. Several, "
    "separated by commas, while it is changed. Without it no report is asked for or taken.",
    "IVR_PUBLIC_URL": "The URL that Twilio calls, such as `https://ivr.example.com`. Signatures are checked against "
    "it, the path and the raw query. Needed together with `TWILIO_AUTH_TOKEN`.",
    "IVR_DATABASE_URL": "Where calls are kept: `sqlite:///ivr.sqlite3` (the default, in the present folder) or "
    "`memory://`. The demonstration account service has a file of its own beside it.",
    "IVR_SECRET_KEY": "At least 32 random characters. Codes, links and the messages that hold them are signed and sealed "
    "with it. Several, separated by commas, while it is changed: the first one seals, and messages that wait are opened with "
    "each; codes and links under way end. Without it `ivr serve` makes one up that lasts until it ends, unless it has "
    "messages to send.",
    "IVR_FALLBACK_NUMBER": "The human of `/voice/fallback`, who is rung when everything else has failed; without it "
    "the desk of the hotline's `agent` node.",
    "IVR_DESK_<NAME>": "A desk's number, over the one in the tree: `IVR_DESK_SERVICE` for the desk `service`.",
    "IVR_LOG": "`json` or `text`; without it JSON where the log is no terminal.",
    "IVR_LOG_LEVEL": "`debug` logs every turn, `info` (the default) every call.",
}
"""Every setting with what it means; the README's table is checked against it."""


SHORTEST_KEY = 32
"""Characters."""
FEWEST_CHARACTERS = 8
"""Different ones in a key: of 32 random hexadecimal digits about fourteen are different."""

HOTLINE_VARIABLE = "IVR_HOTLINE"
INSECURE_VARIABLE = "IVR_INSECURE"
MESSAGES_VARIABLE = "IVR_MESSAGES"
ADDRESS_VARIABLE = "IVR_ADDRESS"
"""How `ivr serve` tells its workers what it was told on the command line. They are no settings."""
_OF_THE_WORKERS = (HOTLINE_VARIABLE, INSECURE_VARIABLE, MESSAGES_VARIABLE, ADDRESS_VARIABLE)
_DESK = "IVR_DESK_"
LOCAL_ADDRESS = "http://127.0.0.1:8080"


class BadSetting(Exception):
    """A setting cannot be used; the message names it and says what to write."""


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
    """Where this machine's own browser finds the server."""
    database_url: str = "sqlite:///ivr.sqlite3"
    fallback_number: str = ""
    desk_numbers: Mapping[str, str] = field(default_factory=dict)
    log: str = ""
    log_level: str = "info"

    @property
    def link_base(self) -> str:
        """Return what the links in messages begin with."""
        return self.public_url or self.address

    @property
    def sends_messages(self) -> bool:
        """Whether there is a carrier of text messages: a gateway, or Twilio with its credentials."""
        return bool(self.sms_url or (self.account_sid and self.auth_tokens and self.number.startswith("+")))


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises :class:`BadSetting` at the first that cannot be used."""
    _refuse_quotes(environ)
    settings = Settings(
        auth_tokens=_several(environ, "TWILIO_AUTH_TOKEN"),
        account_sid=_identifier(environ, "TWILIO_ACCOUNT_SID", "AC"),
        number=_number(environ, "TWILIO_NUMBER"),
        verify_service=_identifier(environ, "TWILIO_VERIFY_SERVICE", "VA"),
        twilio_api_url=_url(environ, "IVR_TWILIO_API_URL"),
        sms_url=_url(environ, "IVR_SMS_URL"),
        sms_token=_header_value(environ, "IVR_SMS_TOKEN"),
        sms_sender=environ.get("IVR_SMS_SENDER", "").strip(),
        sms_report_secrets=_secrets(environ, "IVR_SMS_REPORT_SECRET"),
        secret_keys=_secrets(environ, "IVR_SECRET_KEY"),
        public_url=_url(environ, "IVR_PUBLIC_URL"),
        address=environ.get(ADDRESS_VARIABLE) or LOCAL_ADDRESS,
        database_url=environ.get("IVR_DATABASE_URL", "") or "sqlite:///ivr.sqlite3",
        fallback_number=_number(environ, "IVR_FALLBACK_NUMBER"),
        desk_numbers={
            name.removeprefix(_DESK).lower(): _number(environ, name)
            for name in environ
            if name.startswith(_DESK) and environ[name].strip()
        },
        log=_one_of(environ, "IVR_LOG", ("", "json", "text")),
        log_level=_one_of(environ, "IVR_LOG_LEVEL", ("info", "debug", "warning", "error")),
    )
    if "@" in urlsplit(settings.sms_url).netloc:
        raise BadSetting(
            "IVR_SMS_URL has a user or a password in it; write the address alone, and IVR_SMS_TOKEN"
        )
    for name in ("IVR_SMS_TOKEN", "IVR_SMS_SENDER", "IVR_SMS_REPORT_SECRET"):
        if environ.get(name, "").strip() and not settings.sms_url:
            raise BadSetting(
                f"{name} is set and IVR_SMS_URL is not; write the gateway's address into IVR_SMS_URL"
            )
    return settings


def misspelt_settings(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that was probably meant as a setting and is none."""
    from rapidfuzz.distance import OSA  # the settings are read by every command, and this by `ivr serve`

    for name in environ:
        if name in (*SETTINGS, *_OF_THE_WORKERS) or name.startswith(_DESK):
            continue
        nearest = min(SETTINGS, key=lambda known: OSA.distance(name, known))
        if OSA.distance(name, nearest) <= _SLIPS:
            yield f"{name} is no setting; did you mean {nearest}?"
        elif name.startswith("IVR_"):
            yield f"{name} is no setting; correct its name, or remove it"


_SLIPS = 2
"""Letters that may be wrong in a name that is still taken for a setting's."""


def _refuse_quotes(environ: Mapping[str, str]) -> None:
    """Refuse a value with quotes around it, which a shell takes off and an environment file does not."""
    for name, value in environ.items():
        if (name in SETTINGS or name.startswith(_DESK)) and re.fullmatch(r"\s*([\"'“‘]).*[\"'”’]\s*", value):
            raise BadSetting(
                f"{name} stands in quotes, which would be taken as a part of it; write it without"
            )


def _several(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in environ.get(name, "").split(",") if each.strip())


def _identifier(environ: Mapping[str, str], name: str, letters: str) -> str:
    value = environ.get(name, "").strip()
    if value and not re.fullmatch(rf"{letters}[0-9a-zA-Z]{{32}}", value):
        raise BadSetting(
            f"{name}: `{value[:6]}…` is none; it is {letters} and 32 characters, on Twilio's console"
        )
    return value


def _secrets(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    secrets = _several(environ, name)
    for secret in secrets:
        wrong = "is too short" if len(secret) < SHORTEST_KEY else "is not random"
        if len(secret) < SHORTEST_KEY or len(set(secret)) < FEWEST_CHARACTERS:
            raise BadSetting(
                f"{name} {wrong}; write at least {SHORTEST_KEY} random characters, such as those of "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`"
            )
    return secrets


def _header_value(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not re.fullmatch(r"[\x21-\x7e]*", value):
        raise BadSetting(f"{name} has characters that no token has; write it without spaces and quotes")
    return value


def _number(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if value and not re.fullmatch(r"\+[1-9]\d{4,14}|sips?:[^@\s]+@[^@\s]+", value):
        raise BadSetting(f"{name}: `{value}` is no international number; write it like +8657100000000")
    return value


def _url(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip().rstrip("/")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    for part, mark, what in ((parts.query, "?", "query"), (parts.fragment, "#", "fragment")):
        if part:
            good = value.partition(mark)[0].rstrip("/")
            raise BadSetting(f"{name}: an address here has no {what} (`{mark}{part}`); write `{good}`")
    if parts.scheme not in {"http", "https"} or not parts.hostname or "//" in parts.path:
        raise BadSetting(f"{name}: `{value}` is no web address; write it like https://ivr.example.com")
    if parts.path.endswith("/voice"):
        raise BadSetting(f"{name}: `{value}` is the first webhook; write the address before `/voice`")
    return value


def _one_of(environ: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    value = environ.get(name, "").strip().lower() or known[0]
    if value not in known:
        raise BadSetting(
            f"{name}: `{value}` is not known; write one of {', '.join(each for each in known if each)}"
        )
    return value
