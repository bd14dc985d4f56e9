"""A compiled menu tree. Everything that can be decided before a call is decided here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Template
from jinja2.environment import TemplateExpression

from ivr.menu.http_actions import AccountsOverHttp, HttpAction
from ivr.menu.language.contract import Contract, Times
from ivr.menu.language.desks import Desk
from ivr.menu.language.hotline import Hotline, Limits
from ivr.menu.language.model import YamlPath
from ivr.menu.language.nodes import Node
from ivr.menu.speech.options import OptionSpeech
from ivr.menu.speech.packs import DateOrder
from ivr.menu.speech.prompts import Pattern, Prompt, Utterance, Voice
from ivr.menu.speech.values.speaker import Territory

Compiled = Template | TemplateExpression | str


@dataclass(frozen=True, slots=True)
class NodeSpeech:
    """The words of one node in one language."""

    spoken: Mapping[str, tuple[Prompt, ...]] = field(default_factory=dict)
    """One wording for each try, by key, such as ``say``."""
    messages: Mapping[str, Prompt] = field(default_factory=dict)
    """The text message and the note for the summary, by key."""
    announced: tuple[Prompt, ...] = ()
    """A menu's options in the order of speech, then the announced keys that work anywhere."""
    announces: tuple[str, ...] = ()
    """The key that each of them announces."""
    options: tuple[OptionSpeech, ...] = ()
    """A menu's options, or the keys beside an entry, also the silent ones."""
    heard: Mapping[str, str] = field(default_factory=dict)
    """The key of each normalised phrase."""
    hints: tuple[str, ...] = ()
    """The phrases as they are written, for the recogniser."""

    @property
    def say(self) -> tuple[Prompt, ...]:
        return self.spoken.get("say", ())

    @property
    def end(self) -> tuple[Prompt, ...]:
        return self.spoken.get("end", ())

    @property
    def text(self) -> Prompt | None:
        return self.messages.get("text")

    @property
    def prompts(self) -> Iterator[tuple[str, tuple[Prompt, ...]]]:
        """Everything that may be heard, by key. The options are under ``announced``."""
        yield from self.spoken.items()
        yield "announced", self.announced


@dataclass(frozen=True, slots=True)
class Speech:
    """All words of a hotline in one language."""

    language: str
    nodes: Mapping[str, NodeSpeech]
    phrases: Mapping[str, tuple[Prompt, ...]]
    """The machine's own whole sentences by name, with one wording for each try."""
    patterns: Mapping[str, Pattern]
    """Those with a place for a value, such as ``read_back`` and the hints."""
    speaker: Voice
    """Who says them."""
    heard: Mapping[str, str] = field(default_factory=dict)
    """The key of each phrase that works anywhere."""
    anywhere: tuple[OptionSpeech, ...] = ()
    """The keys that work anywhere."""
    date_order: DateOrder = "ymd"
    """The order in which a date is typed."""
    script: tuple[ScriptLine, ...] = ()
    """The recordings that the menu plays in it, in the order of the menu."""

    @property
    def voice(self) -> str:
        return self.speaker.name

    @property
    def is_recorded(self) -> bool:
        """Whether nothing but recordings can be heard in it."""
        return self.speaker.recorder is not None

    def utter(self, text: str) -> Utterance:
        """Return the utterance of a text that a call has made."""
        return self.speaker.utter(text)


class ScriptLine(NamedTuple):
    """A recording that a menu plays."""

    file: str
    """Its name under ``audio/<language>/``."""
    words: str
    there: bool


class NodeNotLoaded(KeyError):
    """A call reached a node with an error, in a tree that :func:`~ivr.menu.loader.tree_despite` made."""


class LoadedNodes(dict[str, Node]):
    """The valid nodes of a hotline that has errors."""

    def __missing__(self, name: str) -> Node:
        raise NodeNotLoaded(name)


@dataclass(frozen=True, slots=True)
class Tree:
    """One version of a hotline's menu."""

    version: str
    """The hash of its sources."""
    declared: Hotline
    nodes: Mapping[str, Node]
    speech: Mapping[str, Speech]
    """By language."""
    timezone: ZoneInfo
    territory: Territory
    """The country and the currency of what is said without naming them."""
    anywhere: Mapping[str, str]
    """The target of each key."""
    values: Mapping[str, Mapping[str, Compiled]]
    """The compiled values of each node, by the variable or the key, such as ``to``."""
    translated: Mapping[str, Mapping[str, Mapping[str, Compiled]]]
    """The compiled values that have words for each language, by node, variable and language."""
    translated_variables: frozenset[str]
    """The variables that may have such a value."""
    inputs: Mapping[str, tuple[str, ...]]
    """The variables that each ``run`` node passes to its action under their own names."""
    conditions: Mapping[str, Mapping[YamlPath, TemplateExpression]]
    """The compiled conditions of each node, by their place in it."""
    variables: Mapping[str, Any]
    plain: frozenset[tuple[str, str]]
    """The variables with the plain values that a ``set`` gives them. They reveal nothing about an account."""
    plain_translated: frozenset[tuple[str, tuple[str, ...]]]
    """The same of those with words for each language, which are in the order of the languages."""
    sources: Mapping[str, str]
    recordings: frozenset[str] = frozenset()
    """The files under ``audio/`` that it plays, such as ``ha-NG/nodes/greeting/say.wav``."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The file of each node."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each node in its file."""
    times: Mapping[str, Times] = field(default_factory=dict)
    """How long a caller waits for each action that has times of its own in ``actions.yaml``."""
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    """The contracts of all actions that the hotline may run."""
    services: Mapping[str, HttpAction] = field(default_factory=dict)
    """The actions that an HTTP service does."""
    python: str = ""
    """The Python module with the hotline's own actions, or empty."""
    accounts: AccountsOverHttp | None = None
    """The HTTP service that answers for accounts."""

    @property
    def asks_services(self) -> bool:
        """Whether an HTTP service is asked, so that a simulated call has real effects."""
        return bool(self.services) or self.accounts is not None

    @property
    def name(self) -> str:
        return self.declared.hotline

    @property
    def languages(self) -> list[str]:
        return self.declared.languages

    @property
    def limits(self) -> Limits:
        return self.declared.limits

    @property
    def desks(self) -> Mapping[str, Desk]:
        return self.declared.desks
