"""How the options of menus, and the keys that work anywhere, are announced in one language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.menu.language.hotline import Hotline
from ivr.menu.language.nodes import Node, SayNode, SetNode
from ivr.menu.language.options import Announcement, Anywhere, OptionWords, names_in, option_words
from ivr.menu.language.words_files import NodeWords, WordsFile
from ivr.menu.speech.markup import plain
from ivr.menu.speech.templates import is_template


@dataclass(frozen=True, slots=True)
class OptionSpeech:
    """What one key is for in one language, and the phrases that select it."""

    key: str
    name: str
    """What words files and written calls call it."""
    announcement: Announcement | None
    """None if the key is silent."""
    heard: tuple[str, ...]
    language: str
    """The language it is spoken in. An option that changes the language is spoken in the new one."""
    said: bool = True
    """Whether menus announce it."""

    @classmethod
    def of(cls, key: str, name: str, words: OptionWords, language: str, *, said: bool = True) -> OptionSpeech:
        return cls(key, name, words.announcement, tuple(words.hear), language, said)

    @property
    def words(self) -> str:
        """What the key is for, without marks for the voice; empty if the key is silent."""
        return plain(self.announcement.with_key(self.key)) if self.announcement else ""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases that select it. What it is for is one of them, unless that is a template or a whole sentence."""
        said = self.announcement
        if said is None or said.form == "say" or is_template(said.text):
            return self.heard
        return (*self.heard, plain(said.text))


def option_speech(
    node: Node, language: str, first: str, words: NodeWords | str | None
) -> Iterable[OptionSpeech]:
    """Yield the options of a menu, or the keys beside an entry, as spoken in ``language``.

    Where that has no words for one, because no call comes there, it is spoken in the ``first``.
    """
    own = words.options if isinstance(words, NodeWords) else {}
    for key, option in node.options.items():
        said: OptionWords = option
        if language != first and option.language is None:
            said = option_words(own.get(option.name))
        if option.announcement and not said.announcement:
            yield OptionSpeech.of(key, option.name, option, first)
        else:
            yield OptionSpeech.of(key, option.name, said, option.language or language)


def keys_to_say(hotline: Hotline, nodes: Mapping[str, Node], name: str) -> dict[str, str]:
    """Return the keys that the words of a node can say, by the names of their options.

    They are those of the node itself, or of the menu that follows without anything between but words, and those that
    work anywhere. A name that two options have is left out.
    """
    at, passed = name, set[str]()
    while isinstance(node := nodes.get(at), SayNode | SetNode) and at not in passed:
        passed.add(at)
        at = node.then
    found: dict[str, str] = {}
    for options in (hotline.anywhere, nodes[at].options if at in nodes else {}):
        names = names_in(options)
        count = Counter(names.values())
        found |= {each: key for key, each in names.items() if count[each] == 1}
    return found


def speech_anywhere(hotline: Hotline, language: str, words: WordsFile | None) -> Iterable[OptionSpeech]:
    """Yield the keys that work anywhere. ``words`` is None for the first language, whose words are in the menu itself."""
    for key, name in names_in(hotline.anywhere).items():
        entry = hotline.anywhere[key]
        typed = entry if isinstance(entry, Anywhere) else OptionWords()
        announce = isinstance(entry, str) or entry.announce
        said = option_words(words.anywhere.get(name)) if words else typed
        if typed.announcement and not said.announcement:
            yield OptionSpeech.of(key, name, typed, hotline.languages[0], said=announce)
        else:
            yield OptionSpeech.of(key, name, said, language, said=announce)
