"""Written calls: what a caller does, what they must hear, how it ends. Tests of a hotline that an editor can read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from ivr.calls.line import DeskAnswer
from ivr.menu.language.model import AsList, AsSection, AsText, ByShape, Model
from ivr.menu.language.nodes import Node
from ivr.menu.language.scalars import Form, Language, Name, SingleLine, Value
from ivr.menu.language.suggestions import did_you_mean, nearest, shown


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


KeyRow = Annotated[str, Form("row of keys", r"[0-9*#]+", ("1", "1237#"))]
Caller = Annotated[
    str, Form("calling number", r"\+[1-9][0-9]{4,14}|withheld", ("+8613800138000", "withheld"))
]
Moment = Annotated[
    str, Form("day and time", r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", ("2026-11-23 10:00",), _is_moment)
]


_Values = Annotated[dict[Name, dict[Name, Value]], Field(min_length=1, max_length=1)]
"""One outcome with some of its results."""
GivenOutcome = ByShape[AsText[Name] | AsSection[_Values]]
_SeveralOutcomes = AsList[Annotated[list[GivenOutcome], Field(min_length=1)]]
_Outcomes = ByShape[AsText[Name] | AsSection[_Values] | _SeveralOutcomes]


class Press(Model):
    """The caller presses keys."""

    press: KeyRow
    """The keys, such as `1` or `1237#`."""


class Choose(Model):
    """The caller presses the key of an option, under whichever key it stands."""

    choose: SingleLine
    """The option's name, or the words that say what it is for in the language of the call: an option of the menu where
    the call waits, a key beside an entry, or a key that works anywhere. Such a step follows an option that moves, while
    `press` proves that a key stays where callers know it."""


class Speak(Model):
    """The caller says something; the hotline must listen to speech."""

    say: SingleLine
    """What the caller says."""


class Hears(Model):
    """The caller must have heard this since the last thing they did."""

    hears: list[SingleLine] | SingleLine
    """A part of what is said; or a list of parts, in this order."""


class HearsNot(Model):
    """The caller must not have heard this since the last thing they did."""

    hears_not: SingleLine
    """A part of a sentence that must not be said."""


class At(Model):
    """The call must be waiting at this node."""

    node: Name
    """The node."""


class Texted(Model):
    """A text message must have been written since the last one that was asked about."""

    texted: list[SingleLine] | SingleLine
    """A part of the message; or a list of parts of one message."""


class TypesCode(Model):
    """The caller types a code of six digits that was texted to them."""

    code: Literal["latest", "earlier", "wrong"]
    """`latest`: the one of the latest message; `earlier`: the one before it; `wrong`: another one."""


class Waits(Model):
    """Time goes by before the caller does the next thing."""

    wait: Annotated[int, Field(ge=1, le=86_400)]
    """Seconds."""


class Rings(Model):
    """The caller hangs up, if the call still goes on, and somebody rings again: what was remembered is still there."""

    rings: Annotated[
        str, Form("calling number", r"\+[1-9][0-9]{4,14}|withheld|again", ("again", "+8613800138000"))
    ]
    """`again`: as before; or another calling number, or `withheld`."""


class Leaves(Model):
    """The caller leaves a recording."""

    record: Annotated[int, Field(ge=0, le=600)]
    """Seconds; 0 says nothing."""


CallerStep = Press | Choose | Speak | Hears | HearsNot | At | Texted | TypesCode | Waits | Rings | Leaves
STEP_KINDS: dict[str, type[CallerStep]] = {
    key: step for step in get_args(CallerStep) for key in step.model_fields
}
"""The steps by their only key."""
STEP_WORDS: dict[str, str] = {
    "silence": "The caller says and presses nothing until the hotline goes on.",
    "hang_up": "The caller hangs up.",
    "nothing_texted": "No text message has been written in this call since the last one that was asked about.",
}
"""The steps that are a single word, with their meanings."""


def _one_step(value: Any) -> Any:
    """Reject a value that is not exactly one step, before its keys are checked."""
    wrong = None
    if isinstance(value, dict):
        wrong = _wrong_keys([key for key in value if key in STEP_KINDS], next(iter(value), ""))
    elif not isinstance(value, Model) and not (isinstance(value, str) and value in STEP_WORDS):
        wrong = _wrong_word(value)
    if wrong:
        raise PydanticCustomError("value", "{what}", {"what": wrong[0], "remedy": wrong[1]})
    return value


def _wrong_keys(kinds: list[str], first: str) -> tuple[str, str] | None:
    if len(kinds) > 1:
        what = f"a step is one thing, and this one has `{kinds[0]}` and `{kinds[1]}`"
        return what, f"write `- {kinds[1]}: …` as a step of its own"
    if kinds:
        return None
    word = nearest(first, STEP_WORDS)
    if word:
        return f"{shown(first)} is a word alone, without `:`", f"write `- {word}`"
    return f"{shown(first)} is no step of a call", did_you_mean(first, STEP_KINDS)


def _wrong_word(value: Any) -> tuple[str, str]:
    first = next(iter(str(value).split()), "") if isinstance(value, str) else ""
    if first in STEP_KINDS:
        return f"the step `{first}` has no `: ` after it", f"write `- {first}: …`"
    return f"{shown(value)} is no step of a call", did_you_mean(first, (*STEP_WORDS, *STEP_KINDS))


def _kind(value: Any) -> str:
    if not isinstance(value, dict | Model):
        return "word"
    keys = value if isinstance(value, dict) else type(value).model_fields
    return next((key for key in STEP_KINDS if key in keys), "press")


CallStep = Annotated[
    Annotated[Literal["silence", "hang_up", "nothing_texted"], Tag("word")]
    | Annotated[Press, Tag("press")]
    | Annotated[Choose, Tag("choose")]
    | Annotated[Speak, Tag("say")]
    | Annotated[Hears, Tag("hears")]
    | Annotated[HearsNot, Tag("hears_not")]
    | Annotated[At, Tag("node")]
    | Annotated[Texted, Tag("texted")]
    | Annotated[TypesCode, Tag("code")]
    | Annotated[Waits, Tag("wait")]
    | Annotated[Rings, Tag("rings")]
    | Annotated[Leaves, Tag("record")],
    Discriminator(_kind),
    BeforeValidator(_one_step),
]


class WrittenCall(Model):
    """One call."""

    call: SingleLine
    """What it shows, in a few words."""
    from_: Caller | None = Field(default=None, alias="from")
    """The calling number, or `withheld`; without it, the first demonstration customer's."""
    at: Moment = "2026-11-23T10:00"
    """When the caller rings, such as `2026-11-23 20:30`, in the hotline's time zone; a Monday morning if nothing is
    said."""
    language: Language | None = None
    """The language in which the hotline begins, such as `en-US`; without it, its first."""
    desks: dict[Name, DeskAnswer] = Field(default_factory=dict)
    """What happens at each desk, such as `service: busy`: `answered`, `busy`, `no_answer` or `failed`. A desk that is
    not named answers."""
    unavailable: list[Name] = Field(default_factory=list)
    """Actions whose service is down during this call."""
    slow: dict[Name, Annotated[float, Field(ge=0, le=3600)]] = Field(default_factory=dict)
    """Actions that take long in this call, such as `earnings: 4`, in seconds."""
    outcomes: dict[Name, _Outcomes] = Field(default_factory=dict)
    """How actions end in this call, in place of what their service would say, such as `login_status: locked`; or a
    list, one outcome for each run, of which the last stays. What such an outcome tells has example values, unless they
    are given: `find_account: {found: {elder: true}}`; `account` is the account that is found."""
    steps: Annotated[list[CallStep], Field(min_length=1)]
    """What the caller does and must hear, in order. The caller hangs up at the end."""
    ends: Literal["completed", "transferred", "hung_up", "farewell"] | None = None
    """How the call must have ended: by itself (`completed`), with a human (`transferred`), by the caller (`hung_up`),
    or because no human could be reached (`farewell`)."""


def caller_step(node: Node, result: str) -> CallStep | None:
    """Return what the caller does to bring about a result of a node, or None if it comes without them."""
    done = node.caller_inputs.get(result)
    return Press(press=done) if done and done != "silence" else "silence" if done else None


class CallsFile(Model):
    """A file under `calls/`."""

    calls: Annotated[list[WrittenCall], Field(min_length=1)]
    """The written calls."""
