"""Checks of words: missing ones, superfluous ones, and keys that are announced but not accepted, or the reverse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

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
from ivr.menu.speech.durations import number_words
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
        draft.note("", ("phrases",), what, "add them under `phrases:`", where, rule="W11")
    for name in sorted(phrases.PATTERNS):
        sentence = getattr(own, name)
        usual = re.findall(r"\{\w+\}", getattr(phrases.USUAL["zh"], name))
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


_NAMED_KEYS = {
    **dict.fromkeys(("*", "星", "米", "star", "asterisk"), "*"),
    **dict.fromkeys(("#", "井", "pound", "hash"), "#"),
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    **{number_words(number)[0]: str(number) for number in range(10)},
}
_ENGLISH = "|".join(name for name in _NAMED_KEYS if name.isascii() and name.isalpha())
_ONE = r"[0-9*#]{1,2}(?![0-9]|\s*(?:%|[.:]\d|[年月日天个元块次位秒分小时]))"
_CHINESE_KEY = rf"(?:{_ONE}|[星米井](?=号?键|号)|[零一二三四五六七八九](?=号?键|[,。;、]|$))"
_ENGLISH_KEY = rf"(?:{_ONE}|(?:{_ENGLISH})\b)(?!\s+[A-Z])"
_SAID_KEY = re.compile(
    rf"(?:按(?:下|一下)?|拨)(?:数字)?键?\s*[“「\"'《]?(?P<chinese>{_CHINESE_KEY}(?:(?:号?键)?\s*(?:或者?|和|、)\s*(?:按)?{_CHINESE_KEY})*)"
    rf"|\b(?i:press|dial|hit|push)\s+(?:the\s+)?(?:number\s+)?[“\"']?"
    rf"(?P<english>{_ENGLISH_KEY}(?:\s*(?:,|or|and)\s+{_ENGLISH_KEY})*)",
)
_KEY = re.compile(rf"[0-9*#]{{1,2}}|[星米井零一二三四五六七八九]|\b(?:{_ENGLISH})\b", re.IGNORECASE)


def said_keys(text: str) -> list[str]:
    """Return the keys that a text tells a caller to press: `请按1`, `按星号键`, `press 2 or 3`, `press the pound key`.

    A number that counts something is not a key: `按5分钟计费`, `按3%的比例`.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = (match["chinese"] or match["english"] for match in _SAID_KEY.finditer(plain))
    keys = (key for part in found for key in _KEY.findall(part))
    return [_NAMED_KEYS.get(key.lower(), key) for key in keys]


class _Menu:
    """Checks one menu in one language."""

    def __init__(self, draft: Draft, hotline: Hotline, language: str, name: str, node: MenuNode) -> None:
        self.draft, self.hotline, self.name, self.node = draft, hotline, name, node
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
            yield wording.text if isinstance(wording, RecordedWords) else wording

    def said_and_not_taken(self) -> None:
        taken = {*self.node.menu, *self.draft.typed("anywhere")}
        for field in ("say", "noinput", "nomatch"):
            for key in (key for text in self.texts(field) for key in said_keys(text) if key not in taken):
                what = f"the words say `{key}`, and the menu does not take it"
                self.note((field,), what, f'add `"{key}":` to the menu, or change the words', "W12")

    def taken_and_not_said(self) -> None:
        said = {key for text in self.texts("say") for key in said_keys(text)}
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
