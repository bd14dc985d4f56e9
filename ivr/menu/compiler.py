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
from ivr.menu.language.options import target_of
from ivr.menu.language.scalars import KEY_OF
from ivr.menu.language.walk import fields_with, walk
from ivr.menu.language.words import RecordedWords, Words, wordings
from ivr.menu.language.words_files import NodeWords, WordsFile, words_for, words_of
from ivr.menu.speech import phrases
from ivr.menu.speech.clip_values import ClipValues
from ivr.menu.speech.options import OptionSpeech, keys_to_say, option_speech, speech_anywhere
from ivr.menu.speech.packs import date_order, pack
from ivr.menu.speech.phrases import ANNOUNCEMENTS
from ivr.menu.speech.prompts import Prompt, Voice
from ivr.menu.speech.pronunciation import pronouncer
from ivr.menu.speech.recognition import normalise
from ivr.menu.speech.recorded import Recorder, announcement_parts, read_back_filter
from ivr.menu.speech.templates import condition, is_template, value
from ivr.menu.speech.values.speaker import Territory, territory_of
from ivr.menu.speech.voices import has_voice
from ivr.menu.tree import Compiled, NodeSpeech, ScriptLine, Speech, Tree


def compile_tree(
    hotline: Hotline,
    nodes: Mapping[str, Node],
    words: Mapping[str, WordsFile],
    sources: Mapping[str, str],
    version: str,
    recordings: Mapping[str, str] | None,
    contracts: Mapping[str, Contract],
) -> Tree:
    """Compile a hotline that has been checked. An unchecked one may raise anything.

    ``words`` are those of each language but the first, with what it falls back on.
    """
    first, territory = hotline.languages[0], territory_of(hotline)
    translated = {
        name: texts for name, node in nodes.items() if (texts := _translated(node, hotline, territory))
    }
    makers = {
        language: _Maker.of(hotline, nodes, language, words.get(language), recordings)
        for language in hotline.languages
    }
    speech = _with_scripts({language: maker.speech(nodes, makers) for language, maker in makers.items()})
    return Tree(
        version=version,
        declared=hotline,
        nodes=dict(nodes),
        speech=speech,
        recordings=frozenset(f"{name}/{line.file}" for name, said in speech.items() for line in said.script),
        timezone=ZoneInfo(hotline.timezone),
        territory=territory,
        anywhere={key: target_of(entry) for key, entry in hotline.anywhere.items()},
        values={
            name: compiled for name, node in nodes.items() if (compiled := _values(node, first, territory))
        },
        translated=translated,
        translated_variables=frozenset(variable for each in translated.values() for variable in each),
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
            if isinstance(text, str) and not is_template(text)
        ),
        plain_translated=frozenset(
            (variable, tuple(map(str, texts.values())))
            for each in translated.values()
            for variable, texts in each.items()
            if all(isinstance(text, str) for text in texts.values())
        ),
        sources=dict(sources),
    )


def _with_scripts(speech: Mapping[str, Speech]) -> dict[str, Speech]:
    """Return the words of each language with the recordings that they play: a menu may speak several languages."""
    return {language: replace(each, script=_script(each.speaker)) for language, each in speech.items()}


def _script(voice: Voice) -> tuple[ScriptLine, ...]:
    known = voice.recorder.recordings if voice.recorder else voice.recordings
    lines = (ScriptLine(file, words, known is None or file in known) for file, words in voice.script.items())
    return tuple(sorted(lines, key=lambda line: _FOLDERS.get(line.file.partition("/")[0], 0)))


_FOLDERS = {"anywhere": 1, "keys": 2, "phrases": 3, "clips": 4}
"""Where the recordings of a folder stand in the script. Those of the nodes come first."""


def _values(node: Node, language: str, territory: Territory) -> dict[str, Compiled]:
    return {
        str(marked.path[-1]): value(marked.text, language, territory)
        for marked in walk(node, {Role.value})
        if not _is_translated(marked.path)
    }


def _is_translated(path: YamlPath) -> bool:
    """Return whether a value has words for each language, such as those of `set`, `part`, `en-US`."""
    return path[0] == "set" and len(path) > 2


def _translated(node: Node, hotline: Hotline, territory: Territory) -> dict[str, dict[str, Compiled]]:
    """Return the values with words for each language. Where one has none, those that it falls back on are said in its way."""
    found: dict[str, dict[str, Compiled]] = {}
    for variable, texts in node.set.items() if isinstance(node, SetNode) else ():
        if not isinstance(texts, str):
            found[variable] = {
                language: value(text, language, territory)
                for language in hotline.languages
                if (text := words_for(texts, hotline, language)) is not None
            }
    return found


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
        cls,
        hotline: Hotline,
        nodes: Mapping[str, Node],
        language: str,
        words: WordsFile | None,
        recordings: Mapping[str, str] | None,
    ) -> _Maker:
        prefix = language + "/"
        own = {
            path.removeprefix(prefix): published
            for path, published in (recordings or {}).items()
            if path.startswith(prefix)
        }
        name = hotline.voices.get(language, "")
        anywhere = tuple(speech_anywhere(hotline, language, words))
        if not has_voice(language):
            recorder = _recorder(hotline, words, None if recordings is None else own)
            voice = Voice(
                language, territory=territory_of(hotline), recorder=recorder, script=recorder.script
            )
            sentences = phrases.complete_recorded(hotline, nodes, language, words)[0]
            return cls(hotline, voice, sentences, words, anywhere)
        words_to_say = pronouncer(hotline.pronounce, language, name)
        voice = Voice(language, name, own, territory_of(hotline), words_to_say)
        sentences = phrases.complete(language, words.phrases if words else hotline.phrases)[0]
        return cls(hotline, voice, sentences, words, anywhere)

    def speech(self, nodes: Mapping[str, Node], makers: Mapping[str, _Maker]) -> Speech:
        said = {name: words for name, words in self.sentences.items() if name not in phrases.PATTERNS}
        if self.voice.recorder:
            _note_values(self.voice.recorder, nodes)
        return Speech(
            language=self.voice.language,
            nodes={name: self.node(name, node, makers) for name, node in nodes.items()},
            phrases={name: self.prompts(words, f"phrases/{name}") for name, words in said.items()},
            patterns={
                name: self.voice.pattern(str(words), f"phrases/{name}" if name in _HEARD else "")
                for name, words in self.sentences.items()
                if name not in said
            },
            speaker=self.voice,
            heard=_comparable((phrase, entry.key) for entry in self.anywhere for phrase in entry.heard),
            anywhere=self.anywhere,
            date_order=date_order(self.voice.language),
        )

    def prompts(self, said: Words | None, clip: str, node: str = "") -> tuple[Prompt, ...]:
        """Compile the wordings for each try. ``clip`` is the name of the first one's recording, where there is no voice."""
        return tuple(
            self.voice.prompt(*self.with_keys(wording, clip if number == 1 else f"{clip}-{number}", node))
            for number, wording in enumerate(wordings(said), 1)
        )

    def with_keys(
        self, wording: str | RecordedWords, clip: str, node: str
    ) -> tuple[str | RecordedWords, str]:
        """Return the words of a node with the keys of options in the place of their names.

        A recording that says keys has them in its name.
        """
        if isinstance(wording, RecordedWords) or not node or not KEY_OF.search(wording):
            return wording, clip
        keys = keys_to_say(self.hotline, self.hotline.nodes, node)
        said = "-".join(_file_name(keys[found[1]]) for found in KEY_OF.finditer(wording))
        return KEY_OF.sub(lambda found: self.named(keys[found[1]]), wording), f"{clip}-key-{said}"

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

        def prompts(key: str, field: str) -> tuple[Prompt, ...]:
            speaker, of = always or source(field)
            return speaker.prompts(getattr(of, field), f"nodes/{name}/{key}", name)

        def message(field: str) -> Prompt:
            writer, of = source(field)
            return writer.voice.message(getattr(of, field) or "")

        said = NodeSpeech(
            {key: prompts(key, field) for key, field in spoken},
            {key: message(field) for key, field in sent if getattr(node, field)},
        )
        if not isinstance(node, MenuNode | AskNode):
            return said
        options = tuple(option_speech(node, self.voice.language, self.hotline.languages[0], typed))
        heard = [(phrase, option.key) for option in options for phrase in option.phrases]
        further, hints = tuple[OptionSpeech, ...](), tuple[str, ...]()
        # A menu also announces the keys that work anywhere, and listens to speech.
        if isinstance(node, MenuNode):
            further = tuple(entry for entry in self.anywhere if entry.said and entry.key not in node.menu)
            anywhere = (phrase for entry in self.anywhere for phrase in entry.heard)
            hints = (*(phrase for phrase, _ in heard), *anywhere)
        announced = {
            option.key: makers[option.language].announce(option, node, place)
            for place, some in ((f"nodes/{name}/{node.options_key}", options), ("anywhere", further))
            for option in some
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

    def announce(self, option: OptionSpeech, node: MenuNode | AskNode, place: str) -> Prompt:
        """Compile the announcement of a key. Every announcement is made here.

        A recording of the whole has the key in its name. So none says a key that the option had once.
        """
        assert option.announcement is not None
        form, text = option.announcement
        named, clip = self.named(option.key), f"{place}/{option.name}"
        whole = f"{clip}-{_file_name(option.key)}"
        if form == "say":
            return self.voice.prompt(option.announcement.with_key(named), whole)
        pattern = str(self.sentences[ANNOUNCEMENTS[node.kind, form]])
        said = pattern.replace("{key}", named).replace(f"{{{form}}}", text)
        recorder = self.voice.recorder
        if recorder is None or recorder.has(whole):
            return self.voice.prompt(said, whole)
        parts, names = announcement_parts(pattern, form), [clip, self.key_clip(pattern, form, option.key)]
        if "{key}" in parts[0]:
            names.reverse()
        texts = (each.replace("{key}", named).replace(f"{{{form}}}", text) for each in parts)
        return self.voice.recorded([*zip(texts, names, strict=True)])

    def key_clip(self, pattern: str, form: str, key: str) -> str:
        """Return the name of the recording of a key. Sentences that say it in the same words share one."""
        said = _key_part(pattern, form)
        for (_, other), name in ANNOUNCEMENTS.items():
            if name in self.sentences and _key_part(str(self.sentences[name]), other) == said:
                return f"keys/{_file_name(key)}{name.removeprefix('announce').replace('_', '-')}"
        raise AssertionError(pattern)

    def named(self, key: str) -> str:
        """Return how a key is called, such as `12`, `star`, or `star 7`."""
        names = {"*": str(self.sentences.get("star")), "#": str(self.sentences.get("pound"))}
        spoken = pack(self.voice.language)
        if key.isdigit():
            return spoken.keys.digits.replace("{digits}", key)
        parts = (names.get(part, part) for part in re.findall(r"[0-9]+|[*#]", key))
        return (" " if spoken.spaces else "").join(parts)


def _key_part(pattern: str, form: str) -> str:
    return next(part for part in announcement_parts(pattern, form) if "{key}" in part).strip()


def _file_name(key: str) -> str:
    return key.replace("*", "star").replace("#", "pound")


_HEARD = frozenset({"read_back", *(name for name in phrases.PATTERNS if name.startswith("hint_"))})
"""The sentences with places that a caller hears by themselves."""


def _recorder(hotline: Hotline, words: WordsFile | None, own: Mapping[str, str] | None) -> Recorder:
    declared = words.clips if words else hotline.clips
    return Recorder(ClipValues(declared, territory_of(hotline)), own)


def _note_values(recorder: Recorder, nodes: Mapping[str, Node]) -> None:
    """Note the recordings of the values that are read back to callers."""
    for node in nodes.values():
        if filter_name := read_back_filter(node):
            recorder.uses(filter_name)


def _comparable(heard: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the key of each phrase, with the phrase as :func:`normalise` returns it."""
    return {normalise(phrase): key for phrase, key in heard if normalise(phrase)}
