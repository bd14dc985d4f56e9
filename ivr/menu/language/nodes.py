"""The menu language: one declaration of the hotline, of every kind of node and of the words files.

From it come the check of a file, the JSON Schema for editors (``ivr schema``) and the reference page. A description
here is what an editor reads while typing; write it for somebody who does not program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from ivr.menu.language.scalars import (
    Always,
    AnywhereKey,
    Country,
    Date,
    Days,
    Flag,
    HotlineName,
    Hours,
    Language,
    Length,
    MenuKey,
    Name,
    NodeName,
    Number,
    Range,
    Recording,
    RuleId,
    Seconds,
    SingleLine,
    Target,
    Tries,
    Value,
    YamlFile,
)


class Model(BaseModel):
    """A section of YAML: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class RecordedWords(Model):
    """Recorded audio beside its text."""

    text: SingleLine = Field(
        description="The words of the recording. They are spoken when the file is absent."
    )
    audio: Recording = Field(
        description="A file under `audio/<language>/` in the hotline's folder; WAV at 8 kHz is best."
    )


def _shape(value: Any) -> str:
    """Tell which branch of a union was typed, so that a mistake in it is told once and not once a branch."""
    if isinstance(value, Mapping | BaseModel):
        return "a section"
    return "a list" if isinstance(value, list) else "a text"


Wording = Annotated[
    Annotated[SingleLine, Tag("a text")] | Annotated[RecordedWords, Tag("a section")], Discriminator(_shape)
]
Words = Annotated[
    Annotated[SingleLine, Tag("a text")]
    | Annotated[RecordedWords, Tag("a section")]
    | Annotated[list[Wording], Field(min_length=1, max_length=3), Tag("a list")],
    Discriminator(_shape),
]
"""What is said: a text, a recording, or a list of up to three wordings for the first, second and third try."""


def wordings(words: str | RecordedWords | list[str | RecordedWords] | None) -> list[str | RecordedWords]:
    """Return the wordings of something said: none, one, or one for each try."""
    if words is None:
        return []
    return list(words) if isinstance(words, list) else [words]


class NodeBase(Model):
    """What every node may have."""

    barge_in: Flag = Field(
        default=True,
        description="`false` for legal wording that must be heard to its end: no key interrupts it.",
    )
    needs: Literal["known", "verified", "confirmed"] | None = Field(
        default=None,
        description="The identity that this node asks for: `known`, the number has an account; `verified`, the caller has "
        "proved that it is his; `confirmed`, a one-time code has come back as well. If the call has not reached it, the node under "
        "`identity:` runs first and comes back here with `return`.",
    )
    allow: dict[RuleId, SingleLine] = Field(
        default_factory=dict,
        description="Rules of the voice that this node may break, each with the reason in words, such as "
        "`W03: the law prescribes the wording`. `ivr explain` lists the rules.",
    )


class SpeakingNode(NodeBase):
    """A node that may say something before its own work."""

    say: Words | None = Field(
        default=None,
        description="What the caller hears first. A list is the first, second and third wording.",
    )


class ListeningNode(SpeakingNode):
    """A node that waits for the caller."""

    timeout: Seconds = Field(
        default=5,
        description="Seconds of silence, to the first key and between two keys, before it is a no-input.",
    )
    tries: Tries = Field(
        default=3, description="How often the caller may be silent, or wrong, before a human takes over."
    )
    noinput: Words | None = Field(
        default=None,
        description="What is said after silence, instead of the machine's own sentence; up to three wordings.",
    )
    nomatch: Words | None = Field(
        default=None,
        description="What is said after a wrong key, instead of the machine's own sentence; up to three wordings.",
    )
    after_tries: Target | None = Field(
        default=None, description="Where to go after the last try; without it, to the hotline's `agent` node."
    )


class Option(Model):
    """One choice of a menu. The words `for X press 1` are made from it."""

    for_: SingleLine | None = Field(
        default=None,
        alias="for",
        description="What the key is for. It is spoken as “X请按1。” or “For X, press 1.” Leave it out only when "
        "`say` already names the key.",
    )
    go: Target = Field(
        description="The node that follows, or `back`, `repeat`, `return`. `repeat` may be asked for three times at "
        "one place; then a human asks what is needed."
    )
    hear: list[SingleLine] = Field(
        default_factory=list, description="Words that mean this option, when the hotline listens to speech."
    )
    language: Language | None = Field(
        default=None,
        description="Changes the language for the rest of the call; the option is spoken in that language's voice.",
    )
    share: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None,
        description="How many of a hundred callers of this menu choose it, as far as that is known. Only `ivr check` "
        "reads it; options without it share what is left equally.",
    )


class Anywhere(Model):
    """A key that means the same at every menu and, as the whole entry, in every typed entry."""

    go: Target = Field(
        description="The node that follows, or `back` or `repeat`. `repeat` may be asked for three times at one "
        "place; then a human asks what is needed."
    )
    for_: SingleLine | None = Field(
        default=None,
        alias="for",
        description="If given, the key is announced after the options of every menu.",
    )
    hear: list[SingleLine] = Field(default_factory=list, description="Words that mean this key.")


class Case(Model):
    """One condition of a `choose`."""

    if_: Value = Field(alias="if", description="A condition over the variables, such as `age >= 65`.")
    go: Target = Field(description="The node that follows when the condition holds.")


class SayNode(NodeBase):
    """Says something and goes on."""

    say: Words = Field(description="What the caller hears.")
    note: SingleLine | None = Field(
        default=None,
        description="What this comes to in a few words, for the summary that the caller may ask for: `{{ summary }}`.",
    )
    then: Target = Field(description="The node that follows, or `back`.")


class MenuNode(ListeningNode):
    """Offers keys, each with what it is for."""

    menu: Annotated[dict[MenuKey, Option], Field(min_length=1)] = Field(
        description="The options by key, in the order in which they are spoken. Put keys in quotes."
    )
    wait: Flag = Field(
        default=False,
        description="`true` allows keys such as `1` and `12` in one menu: after `1` the menu waits for another key or `#`.",
    )


class AskNode(ListeningNode):
    """Asks for something that the caller types, ended by `#`."""

    ask: Literal["digits", "phone", "id_card", "id_tail", "code", "pin", "amount", "date", "yes_no"] = Field(
        description="What is typed. `digits`: any digits, see `length`. `phone`: a telephone number. `id_card`: a "
        "resident ID number with its check character, `id_tail`: its last four characters, `*` for X. `code`: a "
        "one-time code. `pin`: a secret number. `amount`: money, `*` for the point. `date`: eight digits, year first. "
        "`yes_no`: 1 or 2."
    )
    as_: Name | None = Field(
        default=None,
        alias="as",
        description="The variable that keeps the entry; without it, the node's name.",
    )
    length: Length | None = Field(
        default=None, description="How many digits: `6`, or `4-8`. For `digits`, `code` and `pin`."
    )
    range: Range | None = Field(
        default=None, description="The least and the most, such as `1-50000`. For `digits` and `amount`."
    )
    secret: Flag = Field(
        default=False,
        description="`true`: the entry is given to the next action and then forgotten; it is never kept, shown or said. "
        "`id_card`, `id_tail`, `code` and `pin` are always secret.",
    )
    keys: dict[MenuKey, Option] = Field(
        default_factory=dict,
        description="Keys that lead elsewhere when they are the whole entry, ended by `#` or by silence, such as a code "
        "that has not arrived. They are announced after the question.",
    )
    read_back: Flag = Field(
        default=False, description="`true`: the entry is read back, and 1 confirms it, 2 asks again."
    )
    then: Target | None = Field(default=None, description="The node that follows a good entry.")
    yes: Target | None = Field(default=None, description="For `yes_no`: the node that follows a yes.")
    no: Target | None = Field(default=None, description="For `yes_no`: the node that follows a no.")

    @property
    def is_secret(self) -> bool:
        """Whether the entry may never be kept, said or shown."""
        return self.secret or self.ask in SECRET_KINDS


class RunNode(SpeakingNode):
    """Runs an action and goes where its outcome says."""

    run: Name = Field(description="The action.")
    text: SingleLine | None = Field(
        default=None,
        description="The words of the message that the action sends. What only the message may tell (a code, a link) "
        "is in the action's reference.",
    )
    with_: dict[Name, Value] = Field(
        default_factory=dict,
        alias="with",
        description="Inputs of the action that are not variables of the same name: text, or `{{ variable }}`.",
    )
    outcomes: Annotated[dict[Name, Target], Field(min_length=1)] = Field(
        description="The node that follows each outcome. Every outcome of the action must be here."
    )


class ChooseNode(NodeBase):
    """Goes where the first true condition says."""

    choose: Annotated[list[Case], Field(min_length=1)] = Field(description="Conditions, tried in order.")
    else_: Target = Field(alias="else", description="The node that follows when no condition holds.")


class SetNode(NodeBase):
    """Sets variables; `language` among them changes the language for the rest of the call."""

    set: Annotated[dict[Name, Value], Field(min_length=1)] = Field(
        description="Variables and their values: a text, or `{{ an expression }}`."
    )
    then: Target = Field(description="The node that follows.")


class TransferNode(SpeakingNode):
    """Connects the caller with a human."""

    transfer: Name = Field(description="The desk, from the hotline's `desks:`.")
    urgent: Flag = Field(
        default=False, description="`true` marks the call as urgent for the humans and the record."
    )
    reason: SingleLine | None = Field(
        default=None, description="Why, in a few words for the human and the record."
    )


class RecordNode(SpeakingNode):
    """Records the caller, for instance a voicemail."""

    record: Name = Field(description="A name for the recording, such as `voicemail`.")
    at_most: Annotated[int, Field(ge=2, le=600)] = Field(default=120, description="Seconds, at most.")
    silence: Annotated[int, Field(ge=1, le=30)] = Field(
        default=5, description="Seconds of silence that end it."
    )
    then: Target = Field(description="The node that follows a recording.")
    nothing: Target = Field(description="The node that follows when nothing was recorded.")


class TextNode(SpeakingNode):
    """Sends a text message."""

    text: SingleLine = Field(description="The message; it may hold `{{ … }}`.")
    to: Value | None = Field(
        default=None,
        description="A number, as `{{ variable }}`. Without it, the number on file of a caller who is `verified`, else "
        "the calling one.",
    )
    then: Target = Field(description="The node that follows.")
    unable: Target = Field(description="The node that follows when there is no number to send to.")
    rationed: Target = Field(
        description="The node that follows when no more messages may be sent for now; see the hotline's `texts:`."
    )
    unavailable: Target | None = Field(
        default=None, description="The node that follows when our own machinery fails; without it, the human."
    )


class EndNode(NodeBase):
    """Says goodbye and ends the call."""

    end: Words = Field(description="The last words.")


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
"""Every kind by its key. ``say`` is last: beside another key it is what that node says first."""

SECRET_KINDS = frozenset({"id_card", "id_tail", "code", "pin"})
FIXED_LENGTHS: Mapping[str, int] = {"id_card": 18, "id_tail": 4, "date": 8, "yes_no": 1}
"""The kinds of entry whose length is part of what they are."""
USUAL_LENGTHS: Mapping[str, str] = {"code": "6", "pin": "6"}
"""The length of an entry for which the menu names none."""


class Desk(Model):
    """A place where humans answer."""

    number: Number = Field(
        description="Its number as `+8657100000000`, or a SIP address. `IVR_DESK_<NAME>` in the environment replaces it."
    )
    hours: Annotated[
        Annotated[dict[Days, Hours], Tag("a section")] | Annotated[Always, Tag("a text")],
        Discriminator(_shape),
    ] = Field(
        default="always",
        description="Opening hours by days, such as `mon-fri: 08:30-21:00`, or with a break "
        '`mon-fri: "09:00-12:00, 13:00-18:00"`, in the hotline\'s time zone; days that are not named are closed. '
        "Or `always`.",
    )
    closed_on: list[Date] = Field(
        default_factory=list, description="Days on which the desk is closed, such as `2026-10-01`."
    )
    holidays: Country | None = Field(
        default=None,
        description="A country, such as `CN`: the desk is closed on its public holidays, and open as on a Monday on "
        "weekend days that are worked instead.",
    )
    ring: Annotated[int, Field(ge=5, le=120)] = Field(default=20, description="Seconds that it rings.")
    closed: Target | None = Field(
        default=None,
        description="The node that follows outside the hours. Needed unless it is `always` open.",
    )
    busy: Target = Field(description="The node that follows when the desk is busy.")
    no_answer: Target = Field(description="The node that follows when nobody answers.")
    failed: Target = Field(description="The node that follows when the desk cannot be reached.")


class MessageLimits(Model):
    """How many text messages may be sent in 24 hours. A number of a country that has none left gets no message."""

    per_number: Annotated[int, Field(ge=0)] = Field(
        default=10, description="To one number; also for one account, which its number on file names."
    )
    per_caller: Annotated[int, Field(ge=0)] = Field(
        default=10, description="For one calling number, or one call whose number is withheld."
    )
    countries: dict[Country, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict, description="To the numbers of a country, such as `CN: 100000`; 0 allows none."
    )
    elsewhere: Annotated[int, Field(ge=0)] = Field(
        default=100, description="To the numbers of each country that is not named."
    )
    abroad: Annotated[int, Field(ge=0)] = Field(
        default=500, description="To all countries together that are not named."
    )


class Limits(Model):
    """The bounds of one call; past them a human takes over."""

    turns: Annotated[int, Field(ge=5, le=500)] = Field(default=60, description="Answers of the caller.")
    seconds: Annotated[int, Field(ge=30, le=7200)] = Field(default=900, description="Seconds.")


class Phrases(Model):
    """The machine's own sentences in one language. Every one has a default in Chinese and English."""

    announce: SingleLine | None = Field(default=None, description="One option, with `{for}` and `{key}`.")
    announce_entry: SingleLine | None = Field(
        default=None, description="A key beside a typed entry, which `#` must end, with `{for}` and `{key}`."
    )
    star: SingleLine | None = Field(default=None, description="How the `*` key is called.")
    pound: SingleLine | None = Field(default=None, description="How the `#` key is called.")
    noinput: Words | None = Field(default=None, description="After silence at a menu; one wording a try.")
    nomatch: Words | None = Field(default=None, description="After a wrong key at a menu; one wording a try.")
    ask_noinput: Words | None = Field(default=None, description="After silence where something is typed.")
    ask_nomatch: Words | None = Field(default=None, description="After an entry that cannot be right.")
    unfinished: SingleLine | None = Field(default=None, description="After an entry that was not finished.")
    hint_digits: SingleLine | None = Field(default=None, description="What `digits` expects.")
    hint_phone: SingleLine | None = Field(default=None, description="What `phone` expects.")
    hint_id_card: SingleLine | None = Field(default=None, description="What `id_card` expects.")
    hint_id_tail: SingleLine | None = Field(default=None, description="What `id_tail` expects.")
    hint_code: SingleLine | None = Field(default=None, description="What `code` expects.")
    hint_pin: SingleLine | None = Field(default=None, description="What `pin` expects.")
    hint_amount: SingleLine | None = Field(default=None, description="What `amount` expects.")
    hint_date: SingleLine | None = Field(default=None, description="What `date` expects.")
    yes_no: SingleLine | None = Field(default=None, description="How to say yes and no with keys.")
    read_back: SingleLine | None = Field(default=None, description="Reads an entry back, with `{value}`.")
    desk_unproved: SingleLine | None = Field(
        default=None, description="What a desk hears of a caller who has proved nothing, with `{reason}`."
    )
    desk_matched: SingleLine | None = Field(
        default=None,
        description="The same of one whose ID tail was right, which was not enough, with `{reason}` and `{account}`.",
    )
    desk_verified: SingleLine | None = Field(
        default=None, description="The same of one who is `verified`, with `{reason}` and `{account}`."
    )
    desk_confirmed: SingleLine | None = Field(
        default=None, description="The same of one who is `confirmed`, with `{reason}` and `{account}`."
    )
    desk_unsure: SingleLine | None = Field(
        default=None,
        description="The same where an action was given up while it went on, so that it may be done, with `{reason}`.",
    )
    giving_up: SingleLine | None = Field(default=None, description="Before the human, after the last try.")
    working: Words | None = Field(default=None, description="While an action takes long; one wording a time.")
    too_long: SingleLine | None = Field(
        default=None, description="Before the human, when the call has reached its bound."
    )
    top: SingleLine | None = Field(default=None, description="There is no menu to go back to.")
    internal_error: SingleLine | None = Field(
        default=None, description="The apology when our own machinery fails."
    )
    farewell: SingleLine | None = Field(
        default=None, description="The last words when no human can be reached either."
    )


Severity = Literal["error", "warning", "information"]


class RuleSetting(Model):
    """How one rule of the voice is applied to a hotline."""

    limit: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="The limit, in the unit that `ivr explain` names, instead of the usual one."
    )
    severity: Severity | None = Field(
        default=None, description="An `error` fails `ivr check`; a `warning` and an `information` do not."
    )


class Lint(Model):
    """How `ivr check` judges what a caller will hear; `ivr explain` lists the rules. The server does not judge."""

    profile: Literal["cn-hotline"] | None = Field(
        default=None,
        description="`cn-hotline` makes the rules for reaching a human in China stricter: 0 at every menu, two keys and "
        "thirty seconds at most, a short way for older callers, no filler.",
    )
    rules: dict[
        RuleId,
        Annotated[
            Annotated[RuleSetting, Tag("a section")]
            | Annotated[Literal["off", "error", "warning", "information"], Tag("a text")],
            Discriminator(_shape),
        ],
    ] = Field(
        default_factory=dict,
        description="By rule: `off`, another severity, or another limit, such as `W03: {limit: 18}`.",
    )


class Hotline(Model):
    """A hotline: its menu tree, and everything that holds for the whole of it."""

    hotline: HotlineName = Field(description="The hotline's name.")
    languages: Annotated[list[Language], Field(min_length=1)] = Field(
        description="The first is the language of this file; each other one has a file `prompts.<language>.yaml`."
    )
    voices: dict[Language, Value] = Field(
        default_factory=dict, description="The voice of each language, such as `Polly.Zhiyu-Neural`."
    )
    timezone: str = Field(default="UTC", description="Such as `Asia/Shanghai`.")
    start: NodeName = Field(description="The first node of every call.")
    agent: NodeName = Field(
        default="agent", description="The node of the human, for callers who cannot be helped otherwise."
    )
    anywhere: dict[
        AnywhereKey,
        Annotated[
            Annotated[Target, Tag("a text")] | Annotated[Anywhere, Tag("a section")], Discriminator(_shape)
        ],
    ] = Field(
        default_factory=dict,
        description='Keys that mean the same at every menu, such as `"0": agent`, `"*": back`, `"9": repeat`.',
    )
    identity: dict[Literal["known", "verified", "confirmed"], NodeName] = Field(
        default_factory=dict,
        description="The node that begins the questions which raise a call to this level; they end with `return`.",
    )
    variables: dict[Name, Value] = Field(
        default_factory=dict, description="Variables that have a value from the beginning of a call."
    )
    desks: dict[Name, Desk] = Field(default_factory=dict, description="Places where humans answer.")
    limits: Limits = Field(default_factory=Limits, description="The bounds of one call.")
    texts: MessageLimits = Field(
        default_factory=MessageLimits, description="How many text messages may be sent in 24 hours."
    )
    speech: Flag = Field(
        default=False,
        description="`true` listens to speech beside keys. Recognition costs money for every use.",
    )
    phrases: Phrases = Field(
        default_factory=Phrases, description="The machine's own sentences, where the usual ones do not suit."
    )
    lint: Lint = Field(default_factory=Lint, description="How `ivr check` judges what a caller will hear.")
    include: list[YamlFile] = Field(
        default_factory=list, description="Further files of nodes, such as `earnings.yaml`."
    )
    nodes: dict[NodeName, Node] = Field(description="The nodes by name.")


class Included(Model):
    """A further file of nodes."""

    nodes: dict[NodeName, Node] = Field(
        description="Nodes by name; they share one namespace with the others."
    )


class OptionWords(Model):
    """The words of one option in another language."""

    for_: SingleLine | None = Field(default=None, alias="for", description="What the key is for.")
    hear: list[SingleLine] = Field(default_factory=list, description="Words that mean this option.")


class NodeWords(Model):
    """The words of one node in another language."""

    say: Words | None = Field(default=None, description="What the caller hears.")
    end: Words | None = Field(default=None, description="The last words.")
    noinput: Words | None = Field(default=None, description="After silence.")
    nomatch: Words | None = Field(default=None, description="After a wrong key or entry.")
    text: SingleLine | None = Field(default=None, description="The text message.")
    note: SingleLine | None = Field(default=None, description="The words for the summary.")
    keys: dict[
        MenuKey,
        Annotated[
            Annotated[SingleLine, Tag("a text")] | Annotated[OptionWords, Tag("a section")],
            Discriminator(_shape),
        ],
    ] = Field(default_factory=dict, description="The keys beside a typed entry: what each is for.")
    menu: dict[
        MenuKey,
        Annotated[
            Annotated[SingleLine, Tag("a text")] | Annotated[OptionWords, Tag("a section")],
            Discriminator(_shape),
        ],
    ] = Field(default_factory=dict, description="The options by key: what the key is for.")


class WordsFile(Model):
    """The words of a hotline in another language, under the same node names."""

    language: Language = Field(description="The language of this file.")
    phrases: Phrases = Field(default_factory=Phrases, description="The machine's own sentences.")
    anywhere: dict[AnywhereKey, OptionWords] = Field(
        default_factory=dict, description="The words of the keys that work anywhere."
    )
    nodes: dict[
        NodeName,
        Annotated[
            Annotated[SingleLine, Tag("a text")] | Annotated[NodeWords, Tag("a section")],
            Discriminator(_shape),
        ],
    ] = Field(
        default_factory=dict,
        description="The words of each node. A text alone is what the node says; of an `end`, its last words.",
    )


def options_of(node: Node | NodeWords) -> Mapping[str, Any]:
    """Return the options of a menu, or the keys beside a typed entry, by key."""
    if isinstance(node, NodeWords):
        return {**node.menu, **node.keys}
    if isinstance(node, MenuNode):
        return node.menu
    return node.keys if isinstance(node, AskNode) else {}


def words_of(node: Node, own: str | NodeWords | None) -> NodeWords:
    """Return a node's words in another language, whichever way they were typed."""
    if own is None:
        return NodeWords()
    if isinstance(own, NodeWords):
        return own
    return NodeWords(end=own) if isinstance(node, EndNode) else NodeWords(say=own)
