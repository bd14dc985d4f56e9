"""From declared nodes and words to a tree: every prompt, condition and table that a call will need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ivr.menu import phrases
from ivr.menu.contract import Contract
from ivr.menu.hearing import normalise
from ivr.menu.nodes import (
    Anywhere,
    ChooseNode,
    EndNode,
    Hotline,
    Listening,
    MenuNode,
    Node,
    NodeWords,
    OptionWords,
    Phrases,
    RunNode,
    SetNode,
    TextNode,
    TransferNode,
    Words,
    WordsFile,
    wordings,
)
from ivr.menu.prompts import Prompt, Voice
from ivr.menu.templates import condition, value
from ivr.menu.tree import Compiled, NodeSpeech, Speech, Tree

PATTERNS = (
    "announce",
    "star",
    "pound",
    "read_back",
    *(name for name in Phrases.model_fields if name.startswith("hint_")),
)
"""Phrases with a place for a value: they are filled in, not spoken as they stand."""


def compile_tree(
    hotline: Hotline,
    nodes: Mapping[str, Node],
    words: Mapping[str, WordsFile],
    sources: Mapping[str, str],
    version: str,
    recordings: Mapping[str, str],
    contracts: Mapping[str, Contract],
) -> Tree:
    """Compile a hotline that has been checked. Raises whatever an unchecked one would make it raise."""
    first = hotline.languages[0]
    makers = {language: _Maker(hotline, language, words, recordings) for language in hotline.languages}
    return Tree(
        version=version,
        declared=hotline,
        nodes=dict(nodes),
        speech={language: maker.speech(nodes, makers) for language, maker in makers.items()},
        timezone=ZoneInfo(hotline.timezone),
        anywhere={key: target_of(entry) for key, entry in hotline.anywhere.items()},
        values={name: compiled for name, node in nodes.items() if (compiled := _values(node, first))},
        inputs={
            name: tuple(given for given in contracts[node.run].inputs if given not in node.with_)
            for name, node in nodes.items()
            if isinstance(node, RunNode)
        },
        conditions={
            name: tuple((condition(case.if_, first), case.go) for case in node.choose)
            for name, node in nodes.items()
            if isinstance(node, ChooseNode)
        },
        variables=dict(hotline.variables),
        sources=dict(sources),
    )


def target_of(entry: str | Anywhere) -> str:
    """Return where a key that works anywhere leads."""
    return entry.go if isinstance(entry, Anywhere) else entry


def _values(node: Node, language: str) -> dict[str, Compiled]:
    sources: dict[str, str] = {}
    match node:
        case RunNode():
            sources = node.with_
        case SetNode():
            sources = node.set
        case TextNode() if node.to:
            sources = {"to": node.to}
        case TransferNode() if node.reason:
            sources = {"reason": node.reason}
    return {name: value(source, language) for name, source in sources.items()}


@dataclass(frozen=True, slots=True)
class OptionSpeech:
    """What one key is for, in one language, and the phrases that mean it."""

    key: str
    purpose: str | None
    heard: tuple[str, ...]
    language: str
    """The language that it is spoken in: an option that changes the language is spoken in that one."""


def option_speech(
    node: MenuNode, language: str, first: str, words: NodeWords | str | None
) -> Iterable[OptionSpeech]:
    """Yield the options of a menu as they are spoken in ``language``."""
    own = words.menu if isinstance(words, NodeWords) else {}
    for key, option in node.menu.items():
        purpose, heard = option.for_, tuple(option.hear)
        spoken_in = option.language or language
        if language != first and option.language is None:
            purpose, heard = _other_words(own.get(key))
        yield OptionSpeech(key, purpose, heard, spoken_in)


def _other_words(words: str | OptionWords | None) -> tuple[str | None, tuple[str, ...]]:
    if isinstance(words, OptionWords):
        return words.for_, tuple(words.hear)
    return words, ()


@dataclass(slots=True)
class _Maker:
    """Makes the words of one language."""

    hotline: Hotline
    language: str
    words: Mapping[str, WordsFile]
    recordings: Mapping[str, str]

    @property
    def is_first(self) -> bool:
        return self.language == self.hotline.languages[0]

    @property
    def voice(self) -> Voice:
        prefix = self.language + "/"
        own = {
            path.removeprefix(prefix): published
            for path, published in self.recordings.items()
            if path.startswith(prefix)
        }
        return Voice(self.language, self.hotline.voices.get(self.language, ""), own)

    def sentences(self) -> dict[str, Words]:
        own = self.hotline.phrases if self.is_first else self.words[self.language].phrases
        return phrases.complete(self.language, own)[0]

    def speech(self, nodes: Mapping[str, Node], makers: Mapping[str, _Maker]) -> Speech:
        sentences, voice = self.sentences(), self.voice
        return Speech(
            language=self.language,
            nodes={name: self.node(name, node, makers) for name, node in nodes.items()},
            phrases={
                name: self.prompts(said, voice) for name, said in sentences.items() if name not in PATTERNS
            },
            patterns={name: str(said) for name, said in sentences.items() if name in PATTERNS},
            voice=voice.name,
            heard={
                normalise(phrase): key
                for key, _, heard in self.anywhere()
                for phrase in heard
                if normalise(phrase)
            },
        )

    def prompts(self, said: Words | None, voice: Voice) -> tuple[Prompt, ...]:
        return tuple(voice.prompt(wording) for wording in wordings(said))

    def node(self, name: str, node: Node, makers: Mapping[str, _Maker]) -> NodeSpeech:
        voice = self.voice
        words = None if self.is_first else self.words[self.language].nodes.get(name)
        said = node if self.is_first else words if isinstance(words, NodeWords) else NodeWords(say=words)
        listening = isinstance(node, Listening)
        text = node.text if self.is_first and isinstance(node, TextNode) else getattr(words, "text", None)
        announced, heard = self.menu(node, words, makers) if isinstance(node, MenuNode) else ((), {})
        return NodeSpeech(
            say=self.prompts(getattr(said, "say", None), voice),
            end=self.prompts(getattr(said, "end", None), voice) if isinstance(node, EndNode) else (),
            noinput=self.prompts(getattr(said, "noinput", None), voice) if listening else (),
            nomatch=self.prompts(getattr(said, "nomatch", None), voice) if listening else (),
            announced=announced,
            heard={normalise(phrase): key for phrase, key in heard.items() if normalise(phrase)},
            hints=(*heard, *(phrase for _, _, spoken in self.anywhere() for phrase in spoken))
            if heard
            else (),
            text=voice.prompt(text) if isinstance(node, TextNode) and text else None,
        )

    def menu(
        self, node: MenuNode, words: NodeWords | str | None, makers: Mapping[str, _Maker]
    ) -> tuple[tuple[Prompt, ...], dict[str, str]]:
        announced: list[Prompt] = []
        heard: dict[str, str] = {}
        for option in option_speech(node, self.language, self.hotline.languages[0], words):
            if option.purpose:
                announced.append(makers[option.language].announce(option.purpose, option.key))
            phrases_heard = (
                *option.heard,
                *([option.purpose] if option.purpose and "{{" not in option.purpose else []),
            )
            heard.update(dict.fromkeys(phrases_heard, option.key))
        for key, purpose, _ in self.anywhere():
            if purpose and key not in node.menu:
                announced.append(self.announce(purpose, key))
        return tuple(announced), heard

    def announce(self, purpose: str, key: str) -> Prompt:
        """Say what a key is for: the one place where the announcement of a key is made."""
        sentences = self.sentences()
        named = "".join(
            {"*": str(sentences["star"]), "#": str(sentences["pound"])}.get(each, each) for each in key
        )
        said = str(sentences["announce"]).replace("{for}", purpose).replace("{key}", named)
        return self.voice.prompt(said)

    def anywhere(self) -> Iterable[tuple[str, str | None, tuple[str, ...]]]:
        """Yield each key that works anywhere, with what it is for and the phrases that mean it."""
        for key, entry in self.hotline.anywhere.items():
            if self.is_first:
                own = entry if isinstance(entry, Anywhere) else None
                yield key, own.for_ if own else None, tuple(own.hear) if own else ()
            else:
                words = self.words[self.language].anywhere.get(key)
                yield key, words.for_ if words else None, tuple(words.hear) if words else ()
