"""Turns declared nodes and words into a tree with every prompt, condition and table that a call needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from jinja2.environment import TemplateExpression

from ivr.menu.language.contract import Contract
from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import Role
from ivr.menu.language.model import YamlPath
from ivr.menu.language.nodes import AskNode, MenuNode, Node, RunNode, SetNode
from ivr.menu.language.options import Announcement, target_of
from ivr.menu.language.scalars import KEY_OF
from ivr.menu.language.walk import fields_with, walk
from ivr.menu.language.words import RecordedWords, Words, wordings
from ivr.menu.language.words_files import NodeWords, WordsFile, words_of
from ivr.menu.speech import phrases
from ivr.menu.speech.options import OptionSpeech, keys_to_say, option_speech, speech_anywhere
from ivr.menu.speech.packs import date_order, pack
from ivr.menu.speech.prompts import Prompt, Voice
from ivr.menu.speech.pronunciation import pronouncer
from ivr.menu.speech.recognition import normalise
from ivr.menu.speech.templates import condition, is_template, value
from ivr.menu.speech.values.speaker import Territory, territory_of
from ivr.menu.tree import Compiled, NodeSpeech, Speech, Tree


def compile_tree(
    hotline: Hotline,
    nodes: Mapping[str, Node],
    words: Mapping[str, WordsFile],
    sources: Mapping[str, str],
    version: str,
    recordings: Mapping[str, str],
    contracts: Mapping[str, Contract],
) -> Tree:
    """Compile a hotline that has been checked. An unchecked one may raise anything.

    ``words`` are those of each language but the first, with what it falls back on.
    """
    first, territory = hotline.languages[0], territory_of(hotline)
    makers = {
        language: _Maker.of(hotline, language, words.get(language), recordings)
        for language in hotline.languages
    }
    return Tree(
        version=version,
        declared=hotline,
        nodes=dict(nodes),
        speech={language: maker.speech(nodes, makers) for language, maker in makers.items()},
        timezone=ZoneInfo(hotline.timezone),
        territory=territory,
        anywhere={key: target_of(entry) for key, entry in hotline.anywhere.items()},
        values={
            name: compiled for name, node in nodes.items() if (compiled := _values(node, first, territory))
        },
        inputs={
            name: tuple(given for given in contracts[node.run].inputs if given not in node.with_)
            for name, node in nodes.items()
            if isinstance(node, RunNode)
        },
        conditions={
            name: found for name, node in nodes.items() if (found := _conditions(node, first, territory))
        },
        variables=dict(hotline.variables),
        plain=frozenset(
            (variable, text)
            for node in nodes.values()
            if isinstance(node, SetNode)
            for variable, text in node.set.items()
            if not is_template(text)
        ),
        sources=dict(sources),
    )


def _values(node: Node, language: str, territory: Territory) -> dict[str, Compiled]:
    return {
        str(marked.path[-1]): value(marked.text, language, territory) for marked in walk(node, {Role.value})
    }


def _conditions(node: Node, language: str, territory: Territory) -> dict[YamlPath, TemplateExpression]:
    return {
        marked.path: condition(marked.text, language, territory) for marked in walk(node, {Role.condition})
    }


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the words of one language."""

    hotline: Hotline
    voice: Voice
    sentences: Mapping[str, Words]
    words: WordsFile | None
    """None for the first language, whose words are in the menu itself."""
    anywhere: tuple[OptionSpeech, ...]

    @classmethod
    def of(
        cls, hotline: Hotline, language: str, words: WordsFile | None, recordings: Mapping[str, str]
    ) -> _Maker:
        prefix = language + "/"
        own = {
            path.removeprefix(prefix): published
            for path, published in recordings.items()
            if path.startswith(prefix)
        }
        name = hotline.voices.get(language, "")
        words_to_say = pronouncer(hotline.pronounce, language, name)
        voice = Voice(language, name, own, territory_of(hotline), words_to_say)
        sentences = phrases.complete(language, words.phrases if words else hotline.phrases)[0]
        return cls(hotline, voice, sentences, words, tuple(speech_anywhere(hotline, language, words)))

    def speech(self, nodes: Mapping[str, Node], makers: Mapping[str, _Maker]) -> Speech:
        said = {name: words for name, words in self.sentences.items() if name not in phrases.PATTERNS}
        return Speech(
            language=self.voice.language,
            nodes={name: self.node(name, node, makers) for name, node in nodes.items()},
            phrases={name: self.prompts(words) for name, words in said.items()},
            patterns={
                name: self.voice.pattern(str(words))
                for name, words in self.sentences.items()
                if name not in said
            },
            speaker=self.voice,
            heard=_comparable((phrase, entry.key) for entry in self.anywhere for phrase in entry.heard),
            anywhere=self.anywhere,
            date_order=date_order(self.voice.language),
        )

    def prompts(self, said: Words | None, node: str = "") -> tuple[Prompt, ...]:
        return tuple(self.voice.prompt(self.with_keys(wording, node)) for wording in wordings(said))

    def with_keys(self, wording: str | RecordedWords, node: str) -> str | RecordedWords:
        """Return the words of a node with the keys of options in the place of their names."""
        if isinstance(wording, RecordedWords) or not node or not KEY_OF.search(wording):
            return wording
        keys = keys_to_say(self.hotline, self.hotline.nodes, node)
        return KEY_OF.sub(lambda found: self.named(keys[found[1]]), wording)

    def node(self, name: str, node: Node, makers: Mapping[str, _Maker]) -> NodeSpeech:
        typed = self.words.nodes.get(name) if self.words else None
        own: Node | NodeWords = words_of(node, typed) if self.words else node
        spoken = fields_with(type(node), {Role.spoken}).items()
        sent = fields_with(type(node), {Role.message, Role.note}).items()
        in_menu = makers[self.hotline.languages[0]], node
        always = (makers.get(node.spoken_in, self), node) if node.spoken_in else None

        def source(field: str) -> tuple[_Maker, Node | NodeWords]:
            """Return who says the words: the first language, where this one has none because no call comes there."""
            return (self, own) if getattr(own, field) is not None else in_menu

        def prompts(field: str) -> tuple[Prompt, ...]:
            speaker, of = always or source(field)
            return speaker.prompts(getattr(of, field), name)

        def message(field: str) -> Prompt:
            writer, of = source(field)
            return writer.voice.message(getattr(of, field) or "")

        said = NodeSpeech(
            {key: prompts(field) for key, field in spoken},
            {key: message(field) for key, field in sent if getattr(node, field)},
        )
        if not isinstance(node, MenuNode | AskNode):
            return said
        options = tuple(option_speech(node, self.voice.language, self.hotline.languages[0], typed))
        heard = [(phrase, option.key) for option in options for phrase in option.phrases]
        further, hints = tuple[OptionSpeech, ...](), tuple[str, ...]()
        # A menu also announces the keys that work anywhere, and listens to speech.
        if isinstance(node, MenuNode):
            further = tuple(entry for entry in self.anywhere if entry.key not in node.menu)
            anywhere = (phrase for entry in self.anywhere for phrase in entry.heard)
            hints = (*(phrase for phrase, _ in heard), *anywhere)
        announced = {
            option.key: makers[option.language].announce(option.announcement, option.key, node)
            for option in (*options, *further)
            if option.announcement
        }
        return replace(
            said,
            announced=tuple(announced.values()),
            announces=tuple(announced),
            options=options,
            heard=_comparable(heard),
            hints=hints,
        )

    def announce(self, announcement: Announcement, key: str, node: MenuNode | AskNode) -> Prompt:
        """Compile the announcement of a key. Every announcement is made here."""
        form, text = announcement
        named = self.named(key)
        if form == "say":
            return self.voice.prompt(announcement.with_key(named))
        pattern = self.sentences[_PATTERNS[node.kind, form]]
        return self.voice.prompt(str(pattern).replace("{key}", named).replace(f"{{{form}}}", text))

    def named(self, key: str) -> str:
        """Return how a key is called, such as `12`, `star`, or `star 7`."""
        names = {"*": str(self.sentences["star"]), "#": str(self.sentences["pound"])}
        spoken = pack(self.voice.language)
        if key.isdigit():
            return spoken.keys.digits.replace("{digits}", key)
        parts = (names.get(part, part) for part in re.findall(r"[0-9]+|[*#]", key))
        return (" " if spoken.spaces else "").join(parts)


_PATTERNS = {
    ("menu", "for"): "announce",
    ("menu", "to"): "announce_to",
    ("ask", "for"): "announce_entry",
    ("ask", "to"): "announce_entry_to",
}
"""The sentence that announces an option, by the kind of its node and the form of its words."""


def _comparable(heard: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the key of each phrase, with the phrase as :func:`normalise` returns it."""
    return {normalise(phrase): key for phrase, key in heard if normalise(phrase)}
