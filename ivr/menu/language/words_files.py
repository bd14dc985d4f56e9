"""The file `prompts.<language>.yaml`, which has the words of a hotline in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from ivr.menu.language.markers import Role
from ivr.menu.language.model import AsSection, AsText, ByShape, Model
from ivr.menu.language.nodes import Node, translated_keys
from ivr.menu.language.options import OptionWords, WordsOfOptions
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.scalars import Language, MessageText, NodeName, Note, SingleLine
from ivr.menu.language.walk import role_of
from ivr.menu.language.words import Words


class NodeWordsBase(Model):
    """The words of one node in another language."""

    keys: WordsOfOptions = Field(default_factory=dict)
    """The keys beside a typed entry, each under where it leads or its `name:`. A text alone is what the key is for."""
    menu: WordsOfOptions = Field(default_factory=dict)
    """The options, each under where it leads or its `name:`, never under its key: a key that moves needs no change here.
    A text alone is what the key is for."""

    @property
    def options(self) -> Mapping[str, str | OptionWords]:
        """The words of the options of a menu, or of the keys beside a typed entry, by name."""
        return {**self.menu, **self.keys}


_TYPES: Mapping[Role | None, Any] = {Role.spoken: Words, Role.message: MessageText, Role.note: Note}


def _words_of_kinds() -> dict[str, Any]:
    """Return a field for every key under which some kind of node says or writes something."""
    return {
        key: (
            _TYPES[role_of(field)] | None,
            Field(default=None, description=f"The words for the node's `{key}`."),
        )
        for key, field in translated_keys().items()
    }


if TYPE_CHECKING:

    class NodeWords(NodeWordsBase):
        """The words of one node in another language."""
else:
    NodeWords = create_model(
        "NodeWords",
        __base__=NodeWordsBase,
        __doc__=NodeWordsBase.__doc__,
        __module__=__name__,
        **_words_of_kinds(),
    )


class WordsFile(Model):
    """The words of a hotline in another language, under the same node names."""

    language: Language
    """The language of this file."""
    phrases: Phrases = Field(default_factory=Phrases)
    """The machine's own sentences."""
    anywhere: WordsOfOptions = Field(default_factory=dict)
    """The words of the keys that work anywhere, each under where it leads or its `name:`."""
    nodes: dict[NodeName, ByShape[AsText[SingleLine] | AsSection[NodeWords]]] = Field(default_factory=dict)
    """The words of each node. A text alone is what the node says; of an `end`, its last words."""


def words_of(node: Node, own: str | NodeWords | None) -> NodeWords:
    """Return a node's words in another language. A lone text is what the node says, or its last words."""
    if own is None:
        return NodeWords()
    if isinstance(own, NodeWords):
        return own
    return NodeWords.model_validate({node.lone_words: own})
