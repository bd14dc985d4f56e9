"""The hotline as a whole: its menu file, and the files of nodes that it includes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ivr.menu.language.clips import Clips
from ivr.menu.language.desks import Desk
from ivr.menu.language.lint_settings import Lint
from ivr.menu.language.model import AsSection, AsText, ByShape, Model
from ivr.menu.language.nodes import Node
from ivr.menu.language.options import Anywhere
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.pronunciation import Pronunciations, SpokenWord
from ivr.menu.language.scalars import (
    AnywhereKey,
    Country,
    Currency,
    Flag,
    HotlineName,
    Language,
    Name,
    NodeName,
    Target,
    Value,
    YamlFile,
)


class MessageLimits(Model):
    """How many text messages may be sent in 24 hours. A number of a country that has none left gets no message.

    Messages to the number on file of an account that the call has proved have the same numbers once more, for themselves:
    strangers cannot use them up.
    """

    per_number: Annotated[int, Field(ge=0)] = 10
    """To one number, and in one call; also for one account, which its number on file names."""
    per_caller: Annotated[int, Field(ge=0)] = 10
    """For one calling number, or one call whose number is withheld."""
    countries: dict[Country, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """To the numbers of a country, such as `CN: 100000`; 0 allows none."""
    elsewhere: Annotated[int, Field(ge=0)] = 100
    """To the numbers of each country that is not named."""
    abroad: Annotated[int, Field(ge=0)] = 500
    """To all countries together that are not named."""


class FirstLanguage(Model):
    """The language in which a call begins, by where it comes from."""

    countries: dict[Country, Language] = Field(default_factory=dict)
    """For calling numbers of a country, such as `CN: zh-CN`."""
    elsewhere: Language | None = None
    """For the other numbers; without it, the hotline's first language. A call whose number is withheld begins in the
    first language in any case."""


class Limits(Model):
    """The bounds of one call; past them a human takes over."""

    turns: Annotated[int, Field(ge=5, le=500)] = 60
    """Answers of the caller."""
    seconds: Annotated[int, Field(ge=30, le=7200)] = 900
    """Seconds."""


class Hotline(Model):
    """A hotline: its menu tree, and everything that holds for the whole of it."""

    hotline: HotlineName
    """The hotline's name."""
    languages: Annotated[list[Language], Field(min_length=1, max_length=20)]
    """The first is the language of this file; each other one has a file `prompts.<language>.yaml`."""
    begin_in: FirstLanguage = Field(default_factory=FirstLanguage)
    """The language in which a call begins, by the country of its number; without it, the first."""
    fall_back: dict[Language, Language] = Field(default_factory=dict)
    """Languages whose words come from another where they are missing, such as `es-MX: es-US`. The voice stays that of the
    language of the call. The other one may be the first, or have only a words file and not stand under `languages`."""
    voices: dict[Language, Value] = Field(default_factory=dict)
    """The voice of each language, such as `Polly.Zhiyu-Neural`."""
    timezone: str = "UTC"
    """Such as `Asia/Shanghai`."""
    currency: Currency | None = None
    """The currency of amounts of money, by its ISO 4217 code, such as `USD`. Without it, that of the first language's country."""
    start: NodeName
    """The first node of every call."""
    agent: NodeName = "agent"
    """The node of the human, for callers who cannot be helped otherwise."""
    anywhere: dict[AnywhereKey, ByShape[AsText[Target] | AsSection[Anywhere]]] = Field(default_factory=dict)
    """Keys that mean the same at every menu, such as `"0": agent`, `"*": back`, `"9": repeat`."""
    identity: dict[Literal["known", "verified", "confirmed"], NodeName] = Field(default_factory=dict)
    """The node that begins the questions which raise a call to this level; they end with `return`."""
    variables: dict[Name, Value] = Field(default_factory=dict)
    """Variables that have a value from the beginning of a call."""
    desks: dict[Name, Desk] = Field(default_factory=dict)
    """Places where humans answer."""
    limits: Limits = Field(default_factory=Limits)
    """The bounds of one call."""
    texts: MessageLimits = Field(default_factory=MessageLimits)
    """How many text messages may be sent in 24 hours."""
    speech: Flag = False
    """`true` listens to speech beside keys. Recognition costs money for every use."""
    phrases: Phrases = Field(default_factory=Phrases)
    """The machine's own sentences, where the usual ones do not suit."""
    clips: Clips = Field(default_factory=Clips)
    """How values are put together from recordings, if the first language is one that Twilio has no voice for."""
    pronounce: dict[SpokenWord, Pronunciations] = Field(default_factory=dict)
    """How words are pronounced, by word and language: `SMS: {en-US: text message}`."""
    lint: Lint = Field(default_factory=Lint)
    """How `ivr check` judges what a caller will hear."""
    include: list[YamlFile] = Field(default_factory=list)
    """Further files of nodes, such as `earnings.yaml`."""
    nodes: dict[NodeName, Node]
    """The nodes by name."""

    def sources_of_words(self, language: str) -> list[str]:
        """Return the languages whose words are spoken in a call in this one: its own, then those that it falls back on."""
        found = [language]
        while (other := self.fall_back.get(found[-1])) and other not in found:
            found.append(other)
        return found

    @property
    def words_languages(self) -> list[str]:
        """The languages that have a words file: all but the first, and those that only others fall back on."""
        named = [*self.languages, *self.fall_back.values()]
        return [each for each in dict.fromkeys(named) if each != self.languages[0]]


class Included(Model):
    """A further file of nodes."""

    nodes: dict[NodeName, Node]
    """Nodes by name; they share one namespace with the others."""
