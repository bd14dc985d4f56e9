"""The kinds of node, each declared once.

The check of a file, the JSON Schema for editors (``ivr schema``) and the reference page all come from these declarations.
Editors read the descriptions while they type, so write them for somebody who does not program.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field
from pydantic.fields import FieldInfo

from ivr.menu.language.contract import Contract
from ivr.menu.language.markers import TARGETS, TRANSLATED, Called, Role
from ivr.menu.language.model import AsSection, AsText, ByShape, Model, YamlPath
from ivr.menu.language.options import Option
from ivr.menu.language.scalars import (
    Condition,
    DeskName,
    Expression,
    Flag,
    Language,
    Length,
    MenuKey,
    MessageText,
    Name,
    Note,
    Range,
    RuleId,
    Seconds,
    SingleLine,
    Target,
    TargetOrAgent,
    Tries,
)
from ivr.menu.language.walk import fields_with, walk
from ivr.menu.language.words import Words


class WaitsFor(enum.Enum):
    """What a call waits for at a node. It waits for an action, a desk or a recording to end."""

    nothing = enum.auto()
    key = enum.auto()
    """A key of a menu, or words that mean one."""
    entry = enum.auto()
    """Something that the caller types."""
    action = enum.auto()
    desk = enum.auto()
    recording = enum.auto()
    over = enum.auto()
    """Nothing. The call is over."""


class Way(NamedTuple):
    """One target that a node names."""

    path: YamlPath
    """Where it is written in the node."""
    target: str
    condition: str = ""
    """The condition under which it is taken, if there is one."""
    written: bool = True
    """False if the node leaves it out, so that the hotline's agent follows."""


class NodeBase(Model):
    """What every node may have, and what every tool asks of a node.

    :mod:`ivr.menu.language.walk` reads the markers on the fields (:class:`~ivr.menu.language.markers.Role`).
    """

    waits_for: ClassVar[WaitsFor] = WaitsFor.nothing
    lone_words: ClassVar[str] = "say"
    """The key that a lone text stands for in a words file."""
    options_key: ClassVar[str] = ""
    """The key under which its options stand."""
    results: ClassVar[tuple[str, ...]] = ()
    """The results of what it waits for. An action declares its own."""
    way_keys: ClassVar[Mapping[str, str]] = {}
    """By result: the key of the target that follows, where it is not called like the result."""
    caller_inputs: ClassVar[Mapping[str, str]] = {}
    """By result: what the caller does to bring it about, keys or `silence`. The others come without the caller."""

    barge_in: Flag = True
    """`false` for legal wording that must be heard to its end: no key interrupts it."""
    needs: Literal["known", "verified", "confirmed"] | None = None
    """The identity that this node asks for: `known`, the number has an account; `verified`, the caller has proved that
    it is theirs; `confirmed`, a one-time code has come back as well. If the call has not reached it, the node under
    `identity:` runs first and comes back here with `return`."""
    allow: dict[RuleId, SingleLine] = Field(default_factory=dict)
    """Rules of the voice that this node may break, each with the reason in words, such as `W03: the law prescribes the
    wording`. `ivr explain` lists the rules."""

    @property
    def kind(self) -> str:
        """The key that names its kind, such as ``menu``."""
        return next(kind for kind, model in KINDS.items() if type(self) is model)

    @property
    def about(self) -> str:
        """What it works with, in a word or two, for a drawing."""
        return ""

    @property
    def options(self) -> Mapping[str, Option]:
        """The options of a menu, or the keys beside a typed entry, by key."""
        return {}

    @property
    def spoken_in(self) -> str | None:
        """The language in which its words are said, if that is not the one of the call."""
        return None

    @property
    def action(self) -> str | None:
        return None

    @property
    def desk(self) -> str | None:
        """The desk that it connects the caller with. The desk says where the call goes next."""
        return None

    @property
    def callee(self) -> str | None:
        """Who is called there, by the name that written calls use under `desks`."""
        return self.desk

    @property
    def heeds_caller(self) -> bool:
        """Whether the caller can do something while the call waits there."""
        acts = any(done != "silence" for done in self.caller_inputs.values())
        return acts or self.waits_for in {WaitsFor.key, WaitsFor.entry, WaitsFor.recording}

    def ways(self, agent: str) -> list[Way]:
        """Return the targets that it names, in the order of its keys. ``agent`` stands in for a target that may be left out.

        The target after the last try is not among them.
        """
        marks = list(walk(self, TARGETS | {Role.condition}))
        conditions = {each.path[:-1]: each.text for each in marks if each.role is Role.condition}
        found = [
            Way(each.path, each.text, conditions.get(each.path[:-1], ""))
            for each in marks
            if each.role in TARGETS
        ]
        left_out = [
            Way((key,), agent, written=False)
            for key, name in fields_with(type(self), {Role.target_or_agent}).items()
            if getattr(self, name) is None
        ]
        return [way for way in (*found, *left_out) if way.path != ("after_tries",)]

    def sets(self, name: str) -> frozenset[str]:
        """Return the variables that have a value after a node called ``name``. An action's outcomes are not among them."""
        del name
        return frozenset()

    def tells(self, key: str, contracts: Mapping[str, Contract]) -> frozenset[str]:
        """Return what its words under ``key`` may use beside the variables of the call."""
        del key, contracts
        return frozenset()

    def secrets(self, name: str) -> frozenset[str]:
        """Return the variables it sets that are secret, and so live for one turn."""
        del name
        return frozenset()


class SpeakingNode(NodeBase):
    """A node that may say something before its own work."""

    say: Annotated[Words | None, Called("播报", "says")] = None
    """What the caller hears first. A list is the first, second and third wording."""


class ListeningNode(SpeakingNode):
    """A node that waits for the caller."""

    timeout: Seconds = 5
    """Seconds of silence, to the first key and between two keys, before it is a no-input."""
    tries: Tries = 3
    """How often the caller may be silent, or wrong, before a human takes over."""
    noinput: Annotated[Words | None, Called("没有按键时", "after silence")] = None
    """What is said after silence, instead of the machine's own sentence; up to three wordings."""
    nomatch: Annotated[Words | None, Called("按错时", "after a wrong key")] = None
    """What is said after a wrong key, instead of the machine's own sentence; up to three wordings."""
    after_tries: TargetOrAgent | None = None
    """Where to go after the last try; without it, to the hotline's `agent` node."""


class Case(Model):
    """One condition of a `choose`."""

    if_: Condition = Field(alias="if")
    """A condition over the variables, such as `age >= 65`."""
    go: Target
    """The node that follows when the condition holds."""


class SayNode(NodeBase):
    """Says something and goes on."""

    say: Annotated[Words, Called("播报", "says")]
    """What the caller hears."""
    language: Language | None = None
    """The language in which it is said in every call, such as `en-US` for `For English, press 8.` in a Chinese menu. It
    has no words in the other languages then, and the language of the call stays as it is."""
    note: Annotated[Note | None, Called("要点", "summary")] = None
    """What this comes to in a few words, for the summary that the caller may ask for: `{{ summary }}`."""
    then: Target
    """The node that follows, or `back`."""

    @property
    def spoken_in(self) -> str | None:
        return self.language


class MenuNode(ListeningNode):
    """Offers keys, each with what it is for."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.key
    options_key: ClassVar[str] = "menu"

    menu: Annotated[dict[MenuKey, Option], Field(min_length=1)]
    """The options by key, in the order in which they are spoken. Put keys in quotes."""
    wait: Flag = False
    """`true` allows keys such as `1` and `12` in one menu: after `1` the menu waits for another key or `#`."""

    @property
    def options(self) -> Mapping[str, Option]:
        return self.menu


class AskNode(ListeningNode):
    """Asks for something that the caller types, ended by `#`."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.entry
    options_key: ClassVar[str] = "keys"

    ask: Literal["digits", "phone", "id_card", "id_tail", "code", "pin", "amount", "date", "yes_no"]
    """What is typed. `digits`: any digits, see `length`. `phone`: a telephone number. `id_card`: a resident ID number
    with its check character, `id_tail`: its last four characters, `*` for X. `code`: a one-time code. `pin`: a secret
    number. `amount`: money, `*` for the point. `date`: eight digits, in the order of the language of the
    call. `yes_no`: 1 or 2."""
    as_: Name | None = Field(default=None, alias="as")
    """The variable that keeps the entry; without it, the node's name."""
    length: Length | None = None
    """How many digits: `6`, or `4-8`. For `digits`, `code` and `pin`."""
    range: Range | None = None
    """The least and the most, such as `1-50000`. For `digits` and `amount`."""
    secret: Flag = False
    """`true`: the entry is given to the next action and then forgotten; it is never kept, shown or said. `id_card`,
    `id_tail`, `code` and `pin` are always secret."""
    read_back: Flag = False
    """`true`: the entry is read back, and 1 confirms it, 2 asks again."""
    then: Target | None = None
    """The node that follows a good entry."""
    yes: Target | None = None
    """For `yes_no`: the node that follows a yes."""
    no: Target | None = None
    """For `yes_no`: the node that follows a no."""
    keys: dict[MenuKey, Option] = Field(default_factory=dict)
    """Keys that lead elsewhere when they are the whole entry, ended by `#` or by silence, such as a code that has not
    arrived. They are announced after the question."""

    @property
    def about(self) -> str:
        return self.ask

    @property
    def options(self) -> Mapping[str, Option]:
        return self.keys

    @property
    def is_secret(self) -> bool:
        """Whether the entry may never be kept, said or shown."""
        return self.secret or self.ask in SECRET_KINDS

    def variable(self, name: str) -> str:
        """Return the variable that keeps the entry of a node called ``name``."""
        return self.as_ or name

    def sets(self, name: str) -> frozenset[str]:
        return frozenset({self.variable(name)})

    def secrets(self, name: str) -> frozenset[str]:
        return self.sets(name) if self.is_secret else frozenset()


class RunNode(SpeakingNode):
    """Runs an action and goes where its outcome says."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.action

    run: Name
    """The action."""
    text: Annotated[MessageText | None, Called("短信", "text message")] = None
    """The words of the message that the action sends. They name what only the message may tell, such as `{{ code }}` or
    `{{ link }}`: the table of the action says what."""
    with_: dict[Name, Expression] = Field(default_factory=dict, alias="with")
    """Inputs of the action that are not variables of the same name: text, or `{{ variable }}`."""
    outcomes: Annotated[dict[Name, Target], Field(min_length=1)]
    """The node that follows each outcome. Every outcome of the action must be here."""

    @property
    def about(self) -> str:
        return self.run

    @property
    def action(self) -> str:
        return self.run

    def tells(self, key: str, contracts: Mapping[str, Contract]) -> frozenset[str]:
        """Return what the message may use: the values and secrets that every sending outcome has."""
        outcomes = contracts[self.run].outcomes.values() if self.run in contracts and key == "text" else ()
        told = [frozenset({*each.tells, *each.texts}) for each in outcomes if each.texts is not None]
        return frozenset.intersection(*told) if told else frozenset()


class ChooseNode(NodeBase):
    """Goes where the first true condition says."""

    choose: Annotated[list[Case], Field(min_length=1)]
    """Conditions, tried in order."""
    else_: Target = Field(alias="else")
    """The node that follows when no condition holds."""


Translated = Annotated[dict[Language, Expression], Field(min_length=1)]
"""A value with words for each language."""


def as_one(value: str | Mapping[str, str]) -> str:
    """Return a value as it is shown, with the words of all languages."""
    return value if isinstance(value, str) else " / ".join(value.values())


class SetNode(NodeBase):
    """Sets variables; `language` among them changes the language for the rest of the call."""

    set: Annotated[dict[Name, ByShape[AsText[Expression] | AsSection[Translated]]], Field(min_length=1)]
    """Variables and their values: a text, or `{{ an expression }}`. Where a value is said, it may have words for each
    language: `part: {en-US: morning, zh-CN: 上午}`. Then it is said in the language of the call at that moment."""
    then: Target
    """The node that follows."""

    @property
    def about(self) -> str:
        return ", ".join(f"{name} = {as_one(value)}" for name, value in self.set.items())

    def sets(self, name: str) -> frozenset[str]:
        """Return the variables that it names. The language is not a variable."""
        del name
        return frozenset(self.set) - {"language"}


class HandoffNode(SpeakingNode):
    """A node that hands the caller over to a human."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.desk


class TransferNode(HandoffNode):
    """Connects the caller with a human."""

    results: ClassVar[tuple[str, ...]] = ("answered", "busy", "no_answer", "failed")

    transfer: DeskName
    """The desk, from the hotline's `desks:`."""
    urgent: Flag = False
    """`true` marks the call as urgent for the humans and the record."""
    reason: Annotated[SingleLine, Role.value] | None = None
    """Why, in a few words for the human and the record."""

    @property
    def desk(self) -> str:
        return self.transfer


class RecordNode(SpeakingNode):
    """Records the caller, for instance a voicemail."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.recording
    results: ClassVar[tuple[str, ...]] = ("left", "nothing")
    way_keys: ClassVar[Mapping[str, str]] = {"left": "then"}

    record: Name
    """A name for the recording, such as `voicemail`."""
    at_most: Annotated[int, Field(ge=2, le=600)] = 120
    """Seconds, at most."""
    silence: Annotated[int, Field(ge=1, le=30)] = 5
    """Seconds of silence that end it."""
    then: Target
    """The node that follows a recording."""
    nothing: Target
    """The node that follows when nothing was recorded."""

    @property
    def about(self) -> str:
        return self.record


class TextNode(SpeakingNode):
    """Sends a text message."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.action
    results: ClassVar[tuple[str, ...]] = ("sent", "unable", "rationed", "unavailable")
    way_keys: ClassVar[Mapping[str, str]] = {"sent": "then"}

    text: Annotated[MessageText, Called("短信", "text message")]
    """The message; it may hold `{{ … }}`."""
    to: Expression | None = None
    """A number, as `{{ variable }}`. Without it, the number on file of a caller who is `verified`, else the calling
    one."""
    then: Target
    """The node that follows."""
    unable: Target
    """The node that follows when there is no number to send to."""
    rationed: Target
    """The node that follows when no more messages may be sent for now; see the hotline's `texts:`."""
    unavailable: TargetOrAgent | None = None
    """The node that follows when our own machinery fails; without it, the human."""

    @property
    def action(self) -> str:
        """The action that sends. It enforces limits across calls."""
        return SEND_TEXT


class EndNode(NodeBase):
    """Says goodbye and ends the call."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.over

    lone_words: ClassVar[str] = "end"

    end: Annotated[Words, Called("播报", "says")]
    """The last words."""


Node = (
    SayNode
    | MenuNode
    | AskNode
    | RunNode
    | ChooseNode
    | SetNode
    | TransferNode
    | RecordNode
    | TextNode
    | EndNode
)

KINDS: Mapping[str, type[Node]] = {
    "menu": MenuNode,
    "ask": AskNode,
    "run": RunNode,
    "choose": ChooseNode,
    "set": SetNode,
    "transfer": TransferNode,
    "record": RecordNode,
    "text": TextNode,
    "end": EndNode,
    "say": SayNode,
}
"""Every kind by its key. ``say`` is last, because beside another key it is what that node says first."""


def translated_keys() -> dict[str, FieldInfo]:
    """Return every key under which a node says or writes something."""
    return {
        key: model.model_fields[name]
        for model in KINDS.values()
        for key, name in fields_with(model, TRANSLATED).items()
    }


def called(key: str, language: str) -> str:
    """Return what the words under a key are called. English stands in for languages other than Chinese."""
    names = next(each for each in translated_keys()[key].metadata if isinstance(each, Called))
    return names.zh if language.startswith("zh") else names.en


SEND_TEXT = "send_text"
"""The action that a ``text`` node runs."""
SECRET_KINDS = frozenset({"id_card", "id_tail", "code", "pin"})
FIXED_LENGTHS: Mapping[str, int] = {"id_card": 18, "id_tail": 4, "date": 8, "yes_no": 1}
"""The kinds of entry whose length never varies."""
USUAL_LENGTHS: Mapping[str, str] = {"code": "6", "pin": "6"}
"""The length of an entry for which the menu names none."""
