"""Checks of words: missing ones, superfluous ones, and keys that are announced but not accepted, or the reverse."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import TRANSLATED
from ivr.menu.language.nodes import AskNode, MenuNode, Node, RunNode
from ivr.menu.language.options import Anywhere, NamedOption, names_in, option_words
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.scalars import KEY_OF, SPECIAL_TARGETS
from ivr.menu.language.suggestions import did_you_mean, nearest, shown
from ivr.menu.language.walk import fields_with
from ivr.menu.language.words import RecordedWords, wordings
from ivr.menu.language.words_files import NodeWords, words_of
from ivr.menu.reading.draft import Draft, entries
from ivr.menu.speech import phrases
from ivr.menu.speech.markup import plain
from ivr.menu.speech.options import OptionSpeech, option_speech
from ivr.menu.speech.packs import ENGLISH, pack, pack_tag, packs_understood
from ivr.menu.speech.recognition import normalise
from ivr.menu.speech.templates import is_template, outside_templates
from ivr.menu.speech.voices import has_voice


def check_words(draft: Draft, hotline: Hotline, heard: Mapping[str, frozenset[str]]) -> None:
    """Note what is wrong with the words of each language whose file could be read.

    ``heard`` are the languages in which the words of each node can be heard. They are missing only there.
    """
    for language in [hotline.languages[0], *hotline.words_languages]:
        words = draft.words.get(language)
        is_first = language == hotline.languages[0]
        if words is None and not is_first:
            continue
        own = hotline.phrases if words is None else words.phrases
        _sentences(draft, hotline, language, own, is_first=is_first)
        if words is not None:
            _names(draft, language)
            _keys_anywhere(draft, hotline, language, heard)
            for name, node in draft.nodes.items():
                _translation(draft, language, name, node, heard.get(name, frozenset()))
        for name, node in draft.nodes.items():
            if isinstance(node, MenuNode | AskNode):
                _Options(draft, hotline, language, name, node).check()


# --- the machine's own sentences


_LEFT_OUT = "{length}"
"""The one place of a usual sentence that a hotline's own may lack."""


def _sentences(draft: Draft, hotline: Hotline, language: str, own: Phrases, *, is_first: bool) -> None:
    where = None if is_first else language
    spoken = own if is_first else draft.spoken[language].phrases if language in draft.spoken else None
    if spoken is None:
        missing = []
    elif has_voice(language):
        missing = phrases.complete(language, spoken)[1]
    else:
        words = None if is_first else draft.spoken[language]
        missing = phrases.complete_recorded(hotline, draft.nodes, language, words)[1]
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


def _keys_anywhere(
    draft: Draft, hotline: Hotline, language: str, heard: Mapping[str, frozenset[str]]
) -> None:
    words, names = draft.words[language].anywhere, names_in(hotline.anywhere)
    if not _names_are_known(draft, hotline.anywhere):
        return
    menus = (name for name, node in draft.nodes.items() if isinstance(node, MenuNode))
    announced = any(language in heard.get(name, ()) for name in menus)
    spoken = draft.spoken[language].anywhere if language in draft.spoken else words
    lacking = {
        name: key
        for key, name in names.items()
        if isinstance(entry := hotline.anywhere[key], Anywhere)
        and entry.announcement
        and announced
        and not option_words(spoken.get(name)).announcement
    }
    for name in words:
        if name not in names.values():
            what = f"no key of the hotline's `anywhere:` is called `{name}`"
            draft.note("", ("anywhere", name), what, _meant(name, lacking, names), language)
    if len(words) < len(entries(draft.word_files[language], "anywhere")):
        return  # what could not be read may be the words that are missing
    for name, key in lacking.items():
        what = f"the words of the key `{key}`, which is called `{name}`, are missing in `{language}`"
        draft.note("", ("anywhere",), what, f"add `{name}: {{for: …}}`", language, rule="W11")


def _meant(name: str, lacking: Collection[str], names: Mapping[str, str]) -> str:
    """Return the remedy for words of no option: the nearest name, first among the options that lack words."""
    guess = nearest(name, lacking)
    if guess is None and len(lacking) == 1:
        (guess,) = lacking
    return f"did you mean `{guess}`?" if guess else did_you_mean(name, names.values(), "delete it")


def _translation(draft: Draft, language: str, name: str, node: Node, heard: Collection[str]) -> None:
    typed = draft.words[language].nodes.get(name)
    if typed is None and name in entries(draft.word_files[language], "nodes"):
        return  # its words have a problem of their own
    own = words_of(node, typed)
    known = _names_are_known(draft, node.options)
    silent = _silent(node, own) if known else {}
    missing = _missing(draft, language, name, node, heard)
    lacking = [part for part in missing if known or not part.startswith(f"{node.options_key} ")]
    if lacking:
        named = ", ".join(f"`{part}`" for part in lacking[:_LISTED])
        more = f" and {len(lacking) - _LISTED} more" if len(lacking) > _LISTED else ""
        what = f"the words for {named}{more} are missing in `{language}`"
        draft.note(name, (), what, f"add them under `{name}:`", language, rule="W11")
    for path, what, remedy in _superfluous(node, own, silent):
        if known or path[0] != node.options_key:
            draft.note(name, path, what, remedy, language)


_LISTED = 20
"""Words that are named where they are missing. Nobody adds more at once."""


def _missing(draft: Draft, language: str, name: str, node: Node, heard: Collection[str]) -> list[str]:
    """Return what a call would have to say in a language, and has no words for."""
    if language not in draft.spoken:  # only others fall back on it
        return []
    spoken = words_of(node, draft.spoken[language].nodes.get(name))
    lacking = [*parts_lacking(node, spoken)]
    if language in heard:
        return lacking
    # A service may say in which language its message is, whatever the call speaks.
    return [each for each in lacking if each == "text" and isinstance(node, RunNode) and heard]


def _names_are_known(draft: Draft, options: Mapping[str, str | NamedOption]) -> bool:
    """Return whether each option has a name. One whose target is misspelt has none, which is no mistake of its words."""
    own = {each.own_name for each in options.values() if isinstance(each, NamedOption)}
    names = names_in(options).values()
    return all(name in draft.names or name in SPECIAL_TARGETS or name in own for name in names)


def _lacking(node: Node, own: NodeWords) -> Iterator[str]:
    """Yield what is spoken in the first language but not translated."""
    for key, field in fields_with(type(node), TRANSLATED).items():
        translated = node.spoken_in is None or key != "say"
        if translated and getattr(node, field) is not None and getattr(own, field) is None:
            yield key


def parts_lacking(node: Node, own: NodeWords) -> Iterator[str]:
    """Yield what a node says in the first language and these words do not, such as `say` or `menu hours`."""
    yield from _lacking(node, own)
    yield from (f"{node.options_key} {each}" for each in _silent(node, own))


def _silent(node: Node, own: NodeWords) -> dict[str, None]:
    """Return the names of the options that are announced in the first language and not in this one."""
    return {
        option.name: None
        for option in node.options.values()
        if option.announcement
        and option.language is None
        and not option_words(own.options.get(option.name)).announcement
    }


def _superfluous(
    node: Node, own: NodeWords, silent: Mapping[str, None]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield words that would never be spoken. ``silent`` are the options that lack words."""
    said = fields_with(type(node), TRANSLATED)
    for key, field in fields_with(NodeWords, TRANSLATED).items():
        if getattr(own, field) is not None and key not in said:
            yield (key,), f"the node has no `{key}`", "delete it, or move it to its node"
    if node.spoken_in and getattr(own, "say", None) is not None:
        yield ("say",), f"the node always speaks `{node.spoken_in}`", "delete it here"
    for field, what, typed in (("menu", "menu", own.menu), ("keys", "entry", own.keys)):
        options = node.options if node.options_key == field else {}
        names = names_in(options)
        always = {option.name: option.language for option in options.values() if option.language}
        translated = {option.name for option in options.values() if not option.language}
        for name in typed.keys() - translated:
            if name in always:
                yield (
                    (field, name),
                    f"the option `{name}` is always spoken in `{always[name]}`",
                    "delete it here",
                )
            else:
                yield (
                    (field, name),
                    f"no option of the {what} is called `{name}`",
                    _meant(name, silent if options else {}, names),
                )


# --- the keys of a menu, or beside an entry


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


@functools.cache
def _lone_key(language: str) -> re.Pattern[str]:
    """Return the pattern of a key by itself in a sentence of whichever language, and not of a time, a price or an amount."""
    counted = pack(language).keys.counted
    unit = rf"|\s*{counted}" if counted else ""
    return re.compile(rf"(?<![0-9A-Za-z.,:/*#-])([0-9*#]{{1,2}})(?![0-9A-Za-z*#]|[.,:/-][0-9]|\s*%{unit})")


class _Options:
    """Checks the options of one menu, or the keys beside one entry, in one language."""

    def __init__(
        self, draft: Draft, hotline: Hotline, language: str, name: str, node: MenuNode | AskNode
    ) -> None:
        self.draft, self.hotline, self.name, self.node, self.language = draft, hotline, name, node, language
        self.where = None if language == hotline.languages[0] else language
        typed = None if self.where is None else draft.words[language].nodes.get(name)
        self.own: Node | NodeWords = node if self.where is None else words_of(node, typed)
        self.options = list(option_speech(node, language, hotline.languages[0], typed))

    def check(self) -> None:
        self.keys_in_announcements()
        if isinstance(self.node, MenuNode):
            self.said_and_not_taken()
            self.taken_and_not_said()
            self.silent_and_said()
            if self.hotline.speech:
                self.phrases_that_mean_two()

    def note(self, path: tuple[str, ...], what: str, remedy: str, rule: str = "") -> None:
        self.draft.note(self.name, path, what, remedy, self.where, rule=rule)

    def place(self, option: OptionSpeech) -> tuple[str, ...]:
        """Return where the words of an option stand. In a words file that is its name."""
        return self.node.options_key, option.key if self.where is None else option.name

    def texts(self, field: str) -> Iterator[str]:
        for wording in wordings(getattr(self.own, field)):
            yield plain(wording.text if isinstance(wording, RecordedWords) else wording)

    def said(self, text: str) -> list[str]:
        return said_keys(text, self.language)

    def keys_in_announcements(self) -> None:
        """Find announcements that name a key by itself. It would not move with the option."""
        taken = {*self.node.options, *self.draft.typed("anywhere")}
        for option in self.options:
            if option.announcement is None or (self.where and option.language != self.language):
                continue
            form, text = option.announcement
            bare = plain(outside_templates(option.announcement.with_key("·")))
            named = self.said(bare)
            if form == "say":
                named += [
                    key
                    for key in _lone_key(self.language).findall(unicodedata.normalize("NFKC", bare))
                    if key in taken
                ]
            ends_entry = {"#"} if isinstance(self.node, AskNode) else set[str]()
            for key in dict.fromkeys(key for key in named if key not in ends_entry):
                what = f"{shown(text)} says the key `{key}` by itself, which is not sure to be the key of this option"
                remedy = "write `{key}` where it is said" if form == "say" else "leave the key out"
                self.note(self.place(option), what, remedy, "W12")

    def said_and_not_taken(self) -> None:
        taken = {*self.node.options, *self.draft.typed("anywhere")}
        for field in ("say", "noinput", "nomatch"):
            for key in (key for text in self.texts(field) for key in self.said(text) if key not in taken):
                what = f"the words say `{key}`, and the menu does not take it"
                self.note((field,), what, f'add `"{key}":` to the menu, or change the words', "W12")

    def taken_and_not_said(self) -> None:
        said = {key for text in self.texts("say") for key in self.said(text)}
        named = {name for text in self.texts("say") for name in KEY_OF.findall(text)}
        said |= {option.key for option in self.options if option.name in named}
        for option in self.options:
            untranslated = self.where is not None and self.node.options[option.key].announcement
            if not option.announcement and not untranslated and option.key not in said:
                what = f"nothing says the key `{option.key}`"
                self.note(self.place(option), what, "add `for:` to it", "W12")

    def silent_and_said(self) -> None:
        """Warn of several options whose keys only the words of the menu say: they would not follow a swap."""
        said = {key for text in self.texts("say") for key in self.said(text)}
        silent = [option.key for option in self.options if not option.announcement and option.key in said]
        if len(silent) > 1:
            keys = " and ".join(f"`{key}`" for key in silent[:2])
            what = f"the words say the keys {keys} by themselves, and would say the same if the options were swapped"
            remedy = (
                "write `for:` or `to:` for each option, or `{key of …}` with its name in place of the key"
            )
            self.draft.note(self.name, ("say",), what, remedy, self.where, "warning", "W12")

    def phrases_that_mean_two(self) -> None:
        meaning: dict[str, str] = {}
        for option in self.options:
            for phrase in option.phrases:
                other = meaning.setdefault(normalise(phrase), option.key)
                if other != option.key:
                    what = f"`{phrase}` means both `{other}` and `{option.key}`"
                    self.note(self.place(option), what, "choose other words for one of them")
