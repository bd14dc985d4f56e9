"""A menu tree, compiled: everything that can be decided before a call has been decided here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Template
from jinja2.environment import TemplateExpression

from ivr.menu.http_actions import AccountsOverHttp, HttpAction
from ivr.menu.language.contract import Contract, Times
from ivr.menu.language.desks import Desk
from ivr.menu.language.hotline import Hotline, Limits
from ivr.menu.language.model import YamlPath
from ivr.menu.language.nodes import Node
from ivr.menu.speech.prompts import Prompt

Compiled = Template | TemplateExpression | str


@dataclass(frozen=True, slots=True)
class NodeSpeech:
    """The words of one node in one language."""

    spoken: Mapping[str, tuple[Prompt, ...]] = field(default_factory=dict)
    """By key, such as ``say``: one wording for each try."""
    messages: Mapping[str, Prompt] = field(default_factory=dict)
    """By key: the text message and the note for the summary."""
    announced: tuple[Prompt, ...] = ()
    """A menu's options in the order of speech, and the announced keys that work anywhere."""
    announces: tuple[str, ...] = ()
    """The key that each of them announces."""
    heard: Mapping[str, str] = field(default_factory=dict)
    """From a normalised phrase to the key that it means."""
    hints: tuple[str, ...] = ()
    """The phrases as they are written, for the recogniser."""

    @property
    def say(self) -> tuple[Prompt, ...]:
        """What is said first."""
        return self.spoken.get("say", ())

    @property
    def end(self) -> tuple[Prompt, ...]:
        """The last words."""
        return self.spoken.get("end", ())

    @property
    def noinput(self) -> tuple[Prompt, ...]:
        """What is said after silence."""
        return self.spoken.get("noinput", ())

    @property
    def nomatch(self) -> tuple[Prompt, ...]:
        """What is said after a wrong key."""
        return self.spoken.get("nomatch", ())

    @property
    def text(self) -> Prompt | None:
        """The text message."""
        return self.messages.get("text")

    @property
    def note(self) -> Prompt | None:
        """The note for the summary."""
        return self.messages.get("note")

    @property
    def prompts(self) -> Iterator[tuple[str, tuple[Prompt, ...]]]:
        """All that may be heard, by key; the options are under ``announced``."""
        yield from self.spoken.items()
        yield "announced", self.announced


@dataclass(frozen=True, slots=True)
class Speech:
    """All words of a hotline in one language."""

    language: str
    nodes: Mapping[str, NodeSpeech]
    phrases: Mapping[str, tuple[Prompt, ...]]
    """The machine's own sentences that are whole; by name, one wording for each try."""
    patterns: Mapping[str, str]
    """Those with a place for a value, such as ``read_back`` and the hints."""
    voice: str
    heard: Mapping[str, str] = field(default_factory=dict)
    """Phrases that mean a key that works anywhere."""


class NodeNotLoaded(KeyError):
    """A call comes to a node that has an error of its own, in a tree that was made in spite of it."""


class LoadedNodes(dict[str, Node]):
    """The nodes of a hotline that has errors: those that could be declared."""

    def __missing__(self, name: str) -> Node:
        """Say of any other that it was not loaded, which is no fault of whatever leads there."""
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
    anywhere: Mapping[str, str]
    """From a key to its target."""
    values: Mapping[str, Mapping[str, Compiled]]
    """By node: the values that it works with, by the variable or the key, such as ``to``."""
    inputs: Mapping[str, tuple[str, ...]]
    """By ``run`` node: the variables that its action is given under their own names."""
    conditions: Mapping[str, Mapping[YamlPath, TemplateExpression]]
    """By node: its conditions, by where they are written in it."""
    variables: Mapping[str, Any]
    plain: frozenset[tuple[str, str]]
    """The variables with the values that a ``set`` gives in so many words: they tell nothing of an account."""
    sources: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    """By node: the file that it is written in."""
    times: Mapping[str, Times] = field(default_factory=dict)
    """By action: how long a caller waits for it, where ``actions.yaml`` says so."""
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    """Of every action that the hotline may run: the program's, and those of ``actions.yaml``."""
    services: Mapping[str, HttpAction] = field(default_factory=dict)
    """By action: those that a service does."""
    python: str = ""
    """The Python module with the hotline's own actions; empty: none."""
    accounts: AccountsOverHttp | None = None
    """The HTTP service that answers for accounts."""

    @property
    def asks_services(self) -> bool:
        """Whether an HTTP service is asked: what is told and done then is real."""
        return bool(self.services) or self.accounts is not None

    @property
    def name(self) -> str:
        """The hotline's name."""
        return self.declared.hotline

    @property
    def languages(self) -> list[str]:
        """The languages, the first one first."""
        return self.declared.languages

    @property
    def limits(self) -> Limits:
        """The bounds of one call."""
        return self.declared.limits

    @property
    def desks(self) -> Mapping[str, Desk]:
        """The desks by name."""
        return self.declared.desks
