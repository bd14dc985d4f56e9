"""The file `prompts.<language>.yaml`: the words of a hotline in another language, under the same node names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from ivr.menu.language.model import Model, shape
from ivr.menu.language.nodes import Node
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.scalars import (
    AnywhereKey,
    Language,
    MenuKey,
    MessageText,
    NodeName,
    Note,
    Phrase,
    Purpose,
    SingleLine,
)
from ivr.menu.language.words import Words


class OptionWords(Model):
    """The words of one option in another language."""

    for_: Purpose | None = Field(default=None, alias="for", description="What the key is for.")
    hear: list[Phrase] = Field(default_factory=list, description="Words that mean this option.")


class NodeWords(Model):
    """The words of one node in another language."""

    say: Words | None = Field(default=None, description="What the caller hears.")
    end: Words | None = Field(default=None, description="The last words.")
    noinput: Words | None = Field(default=None, description="After silence.")
    nomatch: Words | None = Field(default=None, description="After a wrong key or entry.")
    text: MessageText | None = Field(default=None, description="The text message.")
    note: Note | None = Field(default=None, description="The words for the summary.")
    keys: dict[
        MenuKey,
        Annotated[
            Annotated[Purpose, Tag("a text")] | Annotated[OptionWords, Tag("a section")],
            Discriminator(shape),
        ],
    ] = Field(default_factory=dict, description="The keys beside a typed entry: what each is for.")
    menu: dict[
        MenuKey,
        Annotated[
            Annotated[Purpose, Tag("a text")] | Annotated[OptionWords, Tag("a section")],
            Discriminator(shape),
        ],
    ] = Field(default_factory=dict, description="The options by key: what the key is for.")

    @property
    def options(self) -> Mapping[str, str | OptionWords]:
        """The words of the options of a menu, or of the keys beside a typed entry, by key."""
        return {**self.menu, **self.keys}


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
            Discriminator(shape),
        ],
    ] = Field(
        default_factory=dict,
        description="The words of each node. A text alone is what the node says; of an `end`, its last words.",
    )


def words_of(node: Node, own: str | NodeWords | None) -> NodeWords:
    """Return a node's words in another language. A text alone is what the node says, or its last words."""
    if own is None:
        return NodeWords()
    if isinstance(own, NodeWords):
        return own
    return NodeWords.model_validate({node.lone_words: own})
