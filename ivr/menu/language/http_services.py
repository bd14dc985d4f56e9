"""The file ``actions.yaml``: a hotline's own actions, in Python or over HTTP, and how long each action may take.

The check of the file, the JSON Schema and the reference page all come from these declarations.
:mod:`ivr.menu.checks.http_actions` finds deeper mistakes, and :mod:`ivr.menu.http_actions` compiles the file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ivr.menu.language import json_paths
from ivr.menu.language.model import AsList, AsSection, AsText, ByShape, Model
from ivr.menu.language.scalars import Flag, Form, Name, SingleLine, Value, wrong_key

ACTIONS_FILE = "actions.yaml"
METHODS = ("get", "head", "post", "put", "patch", "delete")
SAFE_METHODS = frozenset({"get", "head"})
"""Methods that change nothing and may be repeated (RFC 9110, section 9.2.1)."""
WITH_BODY = frozenset({"post", "put", "patch"})

REQUEST_FACTS: Mapping[str, str] = {
    "account": "The account that the call has reached, or an empty text.",
    "caller": "The calling number in E.164, or an empty text when it is withheld.",
    "call": "The call, by the carrier's identifier.",
    "language": "The language of the call, such as `zh-CN`.",
    "at": "The moment of the run, as `2026-11-22T10:00:00+08:00`.",
    "key": "The idempotency key of the run; it is also in the header `Idempotency-Key`.",
    "level": "How far the caller has proved who they are: `unknown`, `known`, `matched`, `verified` or `confirmed`.",
}
"""What a path or a body may use beside the inputs of the action."""

SETTING = r"\$\{(?P<name>[A-Z][A-Z0-9_]*)\}"
"""A value from the environment, such as ``${ACCOUNT_SERVICE_TOKEN}``."""
_SETTING = SETTING.replace("?P<name>", "?:")

# --- forms of values


def _mended_url(typed: str) -> str | None:
    if "{{" in typed:
        return "a value of the call cannot choose the host: write the address, or `${NAME}`"
    if "?" in typed or "#" in typed:
        return "write what follows the host into the actions' paths"
    return None


def _mended_path(typed: str) -> str | None:
    if "${" in typed:
        return "`${NAME}` stands only under `url` and `headers`"
    return None if typed.startswith("/") else "begin with `/`: the host is the service's `url`"


def _is_jmespath(text: str) -> bool:
    return not json_paths.mistake_in(text)


def _mended_jmespath(typed: str) -> str | None:
    mistake = json_paths.mistake_in(typed)
    if mistake.startswith(("has", "is")):
        return f"it {mistake}: let the service answer with what is needed"
    mended = re.sub(r"((?:==|!=|<=?|>=?)\s*)(-?\d+(?:\.\d+)?)\b", r"\1`\2`", typed)
    return f"numbers stand in backticks: write {mended}" if mended != typed and _is_jmespath(mended) else None


def _mended_module(typed: str) -> str | None:
    if typed.endswith(".py"):
        return "a file stands beside menu.yaml: write its name alone, such as `actions.py`"
    return "write a module's name with dots, such as `my_bank.ivr_actions`" if "/" in typed else None


def _seconds(typed: Any) -> Any:
    try:
        seconds = float(typed)
    except (TypeError, ValueError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise wrong_key("must be a number of seconds", "write it like `3` or `1.5`")
    return seconds


Url = Annotated[
    str,
    Form(
        "address of a service",
        rf"(https?://|(?=\$\{{))([^\s{{}}$?#@\\]|{_SETTING})+",
        ("https://accounts.example.com", "${ACCOUNT_SERVICE_URL}"),
        mend=_mended_url,
    ),
]
HeaderName = Annotated[str, Form("name of a header", r"[A-Za-z][A-Za-z0-9-]*", ("Authorization",))]
HeaderValue = Annotated[
    str,
    Form(
        "value of a header",
        rf"([^{{}}$\x00-\x1f\x7f]|{_SETTING})+",
        ("Bearer ${ACCOUNT_SERVICE_TOKEN}",),
    ),
]
UrlPath = Annotated[
    str,
    Form(
        "path",
        r"/(?!/)[^#$\\]*",
        ("/accounts/{{ account }}/limits",),
        mend=_mended_path,
    ),
]
MODULE_NAME = Form(
    "Python module",
    r"(\./)?[A-Za-z_][A-Za-z0-9_]*\.py|[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*",
    ("actions.py", "my_bank.ivr_actions"),
    mend=_mended_module,
)
"""A file beside the menu, or an importable module. It is never a path to another folder."""
ModuleName = Annotated[str, MODULE_NAME]
JmesPath = Annotated[
    str, Form("JMESPath expression", r".+", ("limits.left",), holds=_is_jmespath, mend=_mended_jmespath)
]
Duration = Annotated[float, BeforeValidator(_seconds)]
Status = Annotated[int, Field(ge=200, le=599)]


# --- sections


class Breaker(Model):
    """When a service counts as down: it is then asked nothing for a while, and callers go on at once."""

    failures: Annotated[int, Field(ge=1, le=1000)] = 5
    """So many failures in a row: no answer in time, a broken one, or a status of 500 or more."""
    seconds: Annotated[Duration, Field(ge=1, le=3600)] = 30
    """Seconds for which it is asked nothing; then one request is let through to try it."""


class Service(Model):
    """A company's own system that answers over HTTP in JSON."""

    url: Url
    """Its address, without the paths. `${NAME}` is taken from the environment when the server starts."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    """Headers of every request. Secrets as `${NAME}`, from the environment; never in the file."""
    timeout: Annotated[Duration, Field(ge=0.1, le=30)] = 3
    """Seconds for a whole answer, from the connection to its last byte."""
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    """How often a failed `get` or `head` is repeated, each time after a longer pause."""
    breaker: Breaker = Field(default_factory=Breaker)
    """When it counts as down."""


class AnswerValue(Model):
    """One value of the answer."""

    path: JmesPath
    """Where it stands in the answer, as a JMESPath expression."""
    as_: Literal["text", "number", "date", "moment"] | None = Field(default=None, alias="as")
    """What it must be: a `text`; a `number`, also one written as a text; a `date` such as `2026-11-24`; a `moment` such
    as `2026-11-24T15:00:00+08:00`. Without it a text, a number, or true or false, as the answer has it."""
    means: SingleLine | None = None
    """Its meaning and unit. Needed where the action is declared here, and only there."""


_PathOrValue = ByShape[AsText[JmesPath] | AsSection[AnswerValue]]


class MessageValues(Model):
    """The text message that an outcome sends, in the words of the node's `text`."""

    to: JmesPath
    """Where the answer has the number that it goes to, in E.164."""
    secrets: dict[Name, _PathOrValue] = Field(default_factory=dict)
    """What only the message may tell, such as a link, and where it stands."""
    expires: JmesPath | None = None
    """Where the answer has the moment after which the message is of no more use."""
    language: JmesPath | None = None
    """Where the answer has the language of the message, such as that of the account. Without it that of the call."""
    when: JmesPath | None = None
    """A JMESPath condition: only then is a message sent. Without it every such answer sends one."""


class OutcomeCase(Model):
    """One outcome, and the answers that mean it."""

    status: ByShape[AsText[Status] | AsList[Annotated[list[Status], Field(min_length=1)]]] | None = None
    """The status of the answer, or a list; without it any from 200 to 299."""
    when: JmesPath | None = None
    """A JMESPath condition over the answer, such as `state == 'open'`."""
    tells: dict[Name, _PathOrValue] = Field(default_factory=dict)
    """The variables that it sets, and where each stands in the answer."""
    account: JmesPath | None = None
    """Where the answer has the account that was found or proved."""
    text: MessageValues | None = None
    """The message that is sent from here, as one of the hotline's `texts:`. Without it the service sends it itself."""
    means: SingleLine | None = None
    """One sentence. Needed where the action is declared here, and only there."""
    raises: Literal["known", "matched", "verified", "confirmed"] | None = None
    """The identity that the caller has proved when it ends so. Only where the action is declared here."""

    def accepts(self, status: int) -> bool:
        """Return whether an answer of this status may mean it."""
        if self.status is None:
            return 200 <= status <= 299
        return status in (self.status if isinstance(self.status, list) else [self.status])


class ActionEntry(Model):
    """An action: how a service does it, or how long the program's own may take."""

    service: Name | None = None
    """The service that does it, from `services:`."""
    get: UrlPath | None = None
    """A path that is read. Values are quoted: `/accounts/{{ account }}`."""
    head: UrlPath | None = None
    """A path of which only the status is read."""
    post: UrlPath | None = None
    """A path that `body` is posted to."""
    put: UrlPath | None = None
    """A path that `body` is put to."""
    patch: UrlPath | None = None
    """A path that `body` changes."""
    delete: UrlPath | None = None
    """A path that is deleted."""
    body: dict[str, Any] | None = None
    """The JSON that is sent. Texts may hold `{{ … }}`; a text that is one whole `{{ … }}` keeps the kind of its value,
    so that `"{{ 5 }}"` is a number."""
    wait: Annotated[Duration, Field(ge=0, le=10)] = 1.5
    """Seconds before the caller hears that it takes a moment."""
    give_up: Annotated[Duration, Field(ge=1, le=60)] = 8
    """Seconds before it is given up and the caller is passed to a human."""
    outcomes: dict[Name, OutcomeCase] = Field(default_factory=dict)
    """Its outcomes, tried in this order; the first that fits is taken. An answer that fits none is `unavailable`."""
    does: SingleLine | None = None
    """One sentence. Needed for an action that the program does not have, and only there."""
    needs: Literal["known", "verified", "confirmed"] | None = None
    """The identity that a caller needs. Only for an action that the program does not have."""
    changes: Flag | None = None
    """`true`: it changes something that the caller would miss, so they must have said yes to it first (rule D03).
    Without it `true` for `post`, `put`, `patch` and `delete`. Only for an action that the program does not have."""
    inputs: dict[Name, Value] = Field(default_factory=dict)
    """The variables that it reads, each with its meaning. Only for an action that the program does not have."""

    @property
    def methods(self) -> list[str]:
        """The methods that were typed. There should be exactly one."""
        return [method for method in METHODS if getattr(self, method) is not None]

    @property
    def does_change(self) -> bool:
        """Whether it changes something. Unless it is declared, the method decides."""
        return not SAFE_METHODS.issuperset(self.methods) if self.changes is None else self.changes


class AccountsEntry(Model):
    """The HTTP service that answers for accounts: for the actions of identity, and for resets. See docs/actions.md."""

    service: Name
    """The service, from `services:`."""
    resets: Flag = False
    """`true`: it resets passwords too, so that the reset actions and their page are there."""
    code_valid_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Minutes for which a one-time code is good."""
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    """The wrong try of this number locks, for the account and for the caller."""
    lock_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """Minutes for which it locks the first time; each further lock is twice as long."""


class ActionsFile(Model):
    """The actions of a hotline's own, in Python or over HTTP, and the times of the others."""

    python: ModuleName | None = None
    """Its Python module: a file beside menu.yaml, or a module that is installed where `ivr` runs. See
    docs/actions.md."""
    accounts: AccountsEntry | None = None
    """The HTTP service that answers for accounts, where no Python module does."""

    services: dict[Name, Service] = Field(default_factory=dict)
    """The systems that are asked."""
    actions: dict[Name, ActionEntry] = Field(default_factory=dict)
    """By name. An action that the program has is replaced, and keeps what it promises; any other is new."""
