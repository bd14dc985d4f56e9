"""The words of the starter, a file of ``languages/`` for each language, so that a speaker can mend them."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ivr.menu.language.model import Model, read_table
from ivr.menu.speech.packs import pack_tag


class KeyWords(Model):
    """The words of a key."""

    for_: str = Field(default="", alias="for")
    to: str = ""
    hear: list[str] = Field(default_factory=list)

    @property
    def announced(self) -> str:
        return self.for_ or self.to


class StarterWords(Model):
    """All words in one language, and where most of those who speak it are."""

    country: str
    timezone: str
    open: dict[str, str]
    """When the desk answers, as the sentences say it."""
    call: str
    """What happens in the written call."""
    heard: str
    """A part of `hours` that the written call expects."""
    offered: KeyWords
    """How a menu in another language offers this one."""
    agent: KeyWords
    hours: KeyWords
    end: KeyWords
    nodes: dict[str, str]


def words_in(language: str) -> StarterWords:
    """Return the words in a language, or in the one whose pack it takes."""
    return read_table(StarterWords, Path(__file__).parent / "languages" / f"{pack_tag(language)}.yaml")
