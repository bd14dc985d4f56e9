"""The file `prompts.<language>.yaml`, which has the words of a hotline in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import Field, create_model

from ivr.menu.language.clips import Clips
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import TRANSLATED, Role
from ivr.menu.language.model import AsSection, AsText, ByShape, Model
from ivr.menu.language.nodes import Node, translated_keys
from ivr.menu.language.options import Anywhere, OptionWords, WordsOfOptions, option_words
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.scalars import Language, MessageText, NodeName, Note, SingleLine
from ivr.menu.language.walk import fields_with, role_of
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
    clips: Clips = Field(default_factory=Clips)
    """How values are put together from recordings, in a language that Twilio has no voice for."""
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


# --- languages that fall back on another


def words_in_menu(hotline: Hotline, nodes: Mapping[str, Node]) -> WordsFile:
    """Return the words of the first language, which stand in the menu itself, as a words file would have them."""
    typed = (each for each in hotline.anywhere.values() if isinstance(each, Anywhere))
    anywhere: dict[str, str | OptionWords] = {each.name: each for each in typed}
    own: dict[str, str | NodeWords] = {name: node_words_in_menu(node) for name, node in nodes.items()}
    return WordsFile.model_construct(
        language=hotline.languages[0], phrases=hotline.phrases, anywhere=anywhere, nodes=own
    )


def node_words_in_menu(node: Node) -> NodeWords:
    """Return the words of a node in the first language. What is always spoken in another one is none of them."""
    said: dict[str, Any] = {
        field: getattr(node, field)
        for key, field in fields_with(type(node), TRANSLATED).items()
        if node.spoken_in is None or key != "say"
    }
    options = {option.name: option for option in node.options.values() if option.language is None}
    return NodeWords.model_construct(**said | ({node.options_key: options} if options else {}))


def spoken_words(
    hotline: Hotline, nodes: Mapping[str, Node], words: Mapping[str, WordsFile]
) -> dict[str, WordsFile]:
    """Return the words of each language but the first, filled in from those that it falls back on."""
    found: dict[str, WordsFile] = {}
    for language in hotline.languages[1:]:
        chain = [words.get(each) for each in hotline.sources_of_words(language)]
        if hotline.languages[0] in hotline.sources_of_words(language):
            chain = [each for each in chain if each is not None]
            chain.append(words_in_menu(hotline, nodes))
        made = chain[0]
        for other in chain[1:]:
            if made is not None and other is not None:
                made = _filled(made, other, nodes)
        if made is not None:
            found[language] = made
    return found


def words_for(texts: Mapping[str, str], hotline: Hotline, language: str) -> str | None:
    """Return the words that a value has for a language, or for one that it falls back on."""
    return next((texts[each] for each in hotline.sources_of_words(language) if each in texts), None)


def _filled(own: WordsFile, other: WordsFile, nodes: Mapping[str, Node]) -> WordsFile:
    """Return the words of a language with those of another where they are missing."""
    return own.model_copy(
        update={
            "phrases": _with_fields_of(own.phrases, other.phrases),
            "clips": own.clips if own.clips.numbers else other.clips,
            "anywhere": _options_filled(own.anywhere, other.anywhere),
            "nodes": {
                name: _node_filled(
                    words_of(nodes[name], own.nodes.get(name)), words_of(nodes[name], other.nodes.get(name))
                )
                for name in nodes
                if name in own.nodes or name in other.nodes
            },
        }
    )


def _node_filled(own: NodeWords, other: NodeWords) -> NodeWords:
    options = {each: _options_filled(getattr(own, each), getattr(other, each)) for each in ("menu", "keys")}
    return _with_fields_of(own, other).model_copy(update=options)


def _options_filled(
    own: Mapping[str, str | OptionWords], other: Mapping[str, str | OptionWords]
) -> dict[str, str | OptionWords]:
    found = {**other, **own}
    for name in own.keys() & other.keys():
        mine, theirs = option_words(own[name]), option_words(other[name])
        if not mine.announcement:
            found[name] = theirs.model_copy(update={"hear": mine.hear or theirs.hear})
    return found


M = TypeVar("M", bound=Model)


def _with_fields_of(own: M, other: Model) -> M:
    """Return a section with the fields of another where its own are not given."""
    lacking = [name for name in type(own).model_fields if getattr(own, name) is None]
    return own.model_copy(update={name: getattr(other, name) for name in lacking})
