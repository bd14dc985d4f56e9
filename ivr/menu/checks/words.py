"""Checks of words: missing ones, superfluous ones, and keys that are announced but not accepted, or the reverse."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivr.menu.compiler import option_speech
from ivr.menu.language.hotline import Anywhere, Hotline
from ivr.menu.language.markers import TRANSLATED
from ivr.menu.language.nodes import MenuNode, Node
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.language.walk import fields_with
from ivr.menu.language.words import RecordedWords, wordings
from ivr.menu.language.words_files import NodeWords, OptionWords, words_of
from ivr.menu.reading.draft import Draft, entries
from ivr.menu.speech import phrases
from ivr.menu.speech.markup import plain
from ivr.menu.speech.packs import ENGLISH, pack, pack_tag, packs_understood
from ivr.menu.speech.recognition import normalise
from ivr.menu.speech.templates import is_template


def check_words(draft: Draft, hotline: Hotline) -> None:
    """Note what is wrong with the words of each language whose file could be read."""
    for language in hotline.languages:
        words = draft.words.get(language)
        is_first = language == hotline.languages[0]
        if words is None and not is_first:
            continue
        _sentences(draft, language, hotline.phrases if words is None else words.phrases, is_first=is_first)
        if words is not None:
            _names(draft, language)
            _keys_anywhere(draft, hotline, language)
            for name, node in draft.nodes.items():
                _translation(draft, language, name, node)
        for name, node in draft.nodes.items():
            if isinstance(node, MenuNode):
                _Menu(draft, hotline, language, name, node).check()


# --- the machine's own sentences


_LEFT_OUT = "{length}"
"""The one place of a usual sentence that a hotline's own may lack."""


def _sentences(draft: Draft, language: str, own: Phrases, *, is_first: bool) -> None:
    where = None if is_first else language
    missing = phrases.complete(language, own)[1]
    if missing:
        what = f"the machine has no sentences in `{language}` for {', '.join(missing)}"
        example = pack_tag(language) or ENGLISH
        remedy = (
            f"add them under `phrases:`; `ivr languages {example} --show` prints each with what it is for"
        )
        draft.note("", ("phrases",), what, remedy, where, rule="W11")
    for name in sorted(phrases.PATTERNS):
        sentence = getattr(own, name)
        usual = re.findall(r"\{\w+\}", getattr(pack(ENGLISH).sentences, name))
        lacking = [each for each in usual if sentence and each != _LEFT_OUT and each not in sentence]
        if lacking:
            what = f"`{name}` has no place for {' and '.join(f'`{place}`' for place in lacking)}"
            draft.note("", ("phrases", name), what, "write them where they belong", where)
        if sentence and is_template(sentence):
            what = f"`{name}` is no template"
            draft.note("", ("phrases", name), what, "write single braces, such as `{key}`", where)


# --- another language beside the first


def _names(draft: Draft, language: str) -> None:
    for name in draft.words[language].nodes:
        if name not in draft.names:
            draft.note(name, (), "there is no such node", did_you_mean(name, draft.node_names()), language)


def _keys_anywhere(draft: Draft, hotline: Hotline, language: str) -> None:
    words = draft.words[language].anywhere
    for key in words:
        if key not in draft.typed("anywhere"):
            what = f"`{key}` is no key of the hotline's `anywhere:`"
            draft.note("", ("anywhere", key), what, did_you_mean(key, hotline.anywhere), language)
    for key, entry in hotline.anywhere.items():
        spoken = words.get(key)
        if isinstance(entry, Anywhere) and entry.for_ and not (spoken and spoken.for_):
            what = f"the words of the key `{key}` are missing in `{language}`"
            draft.note("", ("anywhere",), what, f'add `"{key}": {{for: …}}`', language, rule="W11")


def _translation(draft: Draft, language: str, name: str, node: Node) -> None:
    typed = draft.words[language].nodes.get(name)
    if typed is None and name in entries(draft.word_files[language], "nodes"):
        return  # its words have a problem of their own
    own = words_of(node, typed)
    lacking = list(_lacking(node, own))
    if lacking:
        what = f"the words for {', '.join(f'`{part}`' for part in lacking)} are missing in `{language}`"
        draft.note(name, (), what, f"add them under `{name}:`", language, rule="W11")
    for path, what, remedy in _superfluous(node, own):
        draft.note(name, path, what, remedy, language)


def _lacking(node: Node, own: NodeWords) -> Iterator[str]:
    """Yield what is spoken in the first language but not translated."""
    for key, field in fields_with(type(node), TRANSLATED).items():
        translated = node.spoken_in is None or key != "say"
        if translated and getattr(node, field) is not None and getattr(own, field) is None:
            yield key
    for key, option in node.options.items():
        words = own.options.get(key)
        said = words.for_ if isinstance(words, OptionWords) else words
        if option.for_ and option.language is None and not said:
            yield f"{node.options_key} {key}"


def _superfluous(node: Node, own: NodeWords) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield words that would never be spoken."""
    said = fields_with(type(node), TRANSLATED)
    for key, field in fields_with(NodeWords, TRANSLATED).items():
        if getattr(own, field) is not None and key not in said:
            yield (key,), f"the node has no `{key}`", "delete it, or move it to its node"
    if node.spoken_in and getattr(own, "say", None) is not None:
        yield ("say",), f"the node always speaks `{node.spoken_in}`", "delete it here"
    for field, what, typed in (("menu", "menu", own.menu), ("keys", "entry", own.keys)):
        options = node.options if node.options_key == field else {}
        for key in typed:
            if key not in options:
                yield (field, key), f"the {what} has no key `{key}`", did_you_mean(key, options, "delete it")
            elif options[key].language:
                always = f"the option `{key}` is always spoken in `{options[key].language}`"
                yield (field, key), always, "delete it here"


# --- the keys of a menu


_ONE = r"[0-9*#]{1,2}(?![0-9]|\s*(?:%|[.:]\d<<counted>>))"
_CAPITAL = r"(?!\s+[A-Z])"
"""`press 5 Avenue` names no key."""
_WORD = r"[\w\u0900-\u0963]"
"""Hindi's vowel signs are parts of words, too."""


@dataclass(frozen=True, slots=True)
class _SaidKeys:
    """How texts in the words of one pack tell a caller to press keys."""

    press: tuple[re.Pattern[str], ...]
    """Each has a group `keys`."""
    key: re.Pattern[str]
    """One key among them."""
    names: Mapping[str, str]


@functools.cache
def _said_keys_of(tag: str) -> _SaidKeys:
    language = pack(tag)
    spoken = language.keys
    names = {unicodedata.normalize("NFKC", name): key for key, of in spoken.names.items() for name in of}
    any_name = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    if language.spaces and not spoken.named:
        any_name = rf"(?<!{_WORD})(?:{any_name})(?!{_WORD})"
    one = _ONE.replace("<<counted>>", f"|{spoken.counted}" if spoken.counted else "")
    key = rf"(?:{one}|{spoken.named or any_name}){_CAPITAL if language.spaces else ''}"
    keys = rf"(?P<keys>{key}(?:{spoken.joined}{key})*)"
    press = (re.compile(each.replace("<<keys>>", keys)) for each in spoken.press)
    return _SaidKeys(tuple(press), re.compile(rf"[0-9*#]{{1,2}}|{any_name}", re.IGNORECASE), names)


def said_keys(text: str, language: str) -> list[str]:
    """Return the keys that a text tells a caller to press: `请按1`, `按星号键`, `press 2 or 3`, `press the pound key`.

    A number that counts something is not a key: `按5分钟计费`, `按3%的比例`.
    """
    plain = unicodedata.normalize("NFKC", text)
    found: dict[int, list[str]] = {}
    for each in packs_understood(language):
        said = _said_keys_of(each.language)
        for match in (match for pattern in said.press for match in pattern.finditer(plain)):
            keys = [said.names.get(key.lower(), key) for key in said.key.findall(match["keys"])]
            found.setdefault(match.start("keys"), keys)
    return [key for _, keys in sorted(found.items()) for key in keys]


class _Menu:
    """Checks one menu in one language."""

    def __init__(self, draft: Draft, hotline: Hotline, language: str, name: str, node: MenuNode) -> None:
        self.draft, self.hotline, self.name, self.node, self.language = draft, hotline, name, node, language
        self.where = None if language == hotline.languages[0] else language
        typed = None if self.where is None else draft.words[language].nodes.get(name)
        self.own: MenuNode | NodeWords = node if self.where is None else words_of(node, typed)
        self.options = list(option_speech(node, language, hotline.languages[0], typed))

    def check(self) -> None:
        self.said_and_not_taken()
        self.taken_and_not_said()
        if self.hotline.speech:
            self.phrases_that_mean_two()

    def note(self, path: tuple[str, ...], what: str, remedy: str, rule: str = "") -> None:
        self.draft.note(self.name, path, what, remedy, self.where, rule=rule)

    def texts(self, field: str) -> Iterator[str]:
        for wording in wordings(getattr(self.own, field)):
            yield plain(wording.text if isinstance(wording, RecordedWords) else wording)

    def said(self, text: str) -> list[str]:
        return said_keys(text, self.language)

    def said_and_not_taken(self) -> None:
        taken = {*self.node.menu, *self.draft.typed("anywhere")}
        for field in ("say", "noinput", "nomatch"):
            for key in (key for text in self.texts(field) for key in self.said(text) if key not in taken):
                what = f"the words say `{key}`, and the menu does not take it"
                self.note((field,), what, f'add `"{key}":` to the menu, or change the words', "W12")

    def taken_and_not_said(self) -> None:
        said = {key for text in self.texts("say") for key in self.said(text)}
        for option in self.options:
            untranslated = self.where is not None and self.node.menu[option.key].for_
            if not option.purpose and not untranslated and option.key not in said:
                what = f"nothing says the key `{option.key}`"
                self.note(("menu", option.key), what, "add `for:` to it", "W12")

    def phrases_that_mean_two(self) -> None:
        meaning: dict[str, str] = {}
        for option in self.options:
            for phrase in option.phrases:
                other = meaning.setdefault(normalise(phrase), option.key)
                if other != option.key:
                    what = f"`{phrase}` means both `{other}` and `{option.key}`"
                    self.note(("menu", option.key), what, "choose other words for one of them")
