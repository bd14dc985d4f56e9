"""The language packs: each is whole, and a language finds its own or the nearest."""

from __future__ import annotations

import re

import pytest

from ivr.menu.checks.words import said_keys
from ivr.menu.language.phrases import Phrases
from ivr.menu.speech.packs import LintWords, Pack, date_order, pack, pack_tag, pack_tags
from ivr.menu.speech.recognition import spoken_key
from ivr.menu.speech.voices import default_voice

PACKS = pytest.mark.parametrize("tag", pack_tags())
LISTS = [name for name, field in LintWords.model_fields.items() if field.annotation == list[str]]


@PACKS
def test_a_pack_is_whole(tag: str) -> None:
    """It bears the name of its file, and no sentence, name or list is left out."""
    of = pack(tag)
    assert of.language == tag
    assert of.name
    assert of.english
    assert [name for name in Phrases.model_fields if not getattr(of.sentences, name)] == []
    assert of.keys.names.keys() == set("0123456789*#")
    assert of.keys.press
    assert of.keys.yes
    assert of.keys.no
    assert [name for name in LISTS if not getattr(of.lint, name)] == []
    assert of.keys.date
    assert default_voice(tag)


@PACKS
def test_its_patterns_can_be_read(tag: str) -> None:
    """Every regular expression of a pack compiles, with its parts in place."""
    of = pack(tag)
    parts = {"hour": "1", **of.lint.parts}
    for source in (source for name in LISTS for source in getattr(of.lint, name)):
        filled = source.replace("<<number>>", "1")
        while "<<" in filled:
            filled = re.sub(r"<<(\w+)>>", lambda found: parts[found[1]], filled)
        re.compile(filled)
    for source in (*of.keys.polite, *of.keys.yes, *of.keys.no, *of.keys.denied, of.keys.counted):
        re.compile(source)


@PACKS
@pytest.mark.parametrize("key", ["1", "0", "12", "*", "#"])
def test_an_announcement_says_the_key_that_is_taken(tag: str, key: str) -> None:
    """What announces a key is understood as that key, also by its name."""
    of = pack(tag)
    names = {"*": str(of.sentences.star), "#": str(of.sentences.pound)}
    named = names.get(key, of.keys.digits.replace("{digits}", key))
    said = str(of.sentences.announce).replace("{key}", named).replace("{for}", "WhatsApp")
    assert said_keys(said, tag) == [key]


@PACKS
def test_the_keys_of_the_own_sentences_are_understood(tag: str) -> None:
    """A yes is 1 and a no is 2, and a good entry is 1 and a new one is 2."""
    sentences = pack(tag).sentences
    assert said_keys(str(sentences.yes_no), tag) == ["1", "2"]
    assert said_keys(str(sentences.read_back), tag) == ["1", "2"]


DATE_WORDS = {
    "ar": "لليوم للشهر للسنة", "de": "Tag Monat Jahr", "en": "day month year", "es": "día mes año", "fr": "jour mois année",
    "hi": "दिन महीने साल", "it": "giorno mese anno", "ja": "日2 月2 西暦", "ko": "일 월 연도", "pt": "dia mês ano",
    "ru": "день месяц год", "vi": "ngày, tháng năm", "yue": "日同 月各 年份", "zh": "日 月 年",
}  # fmt: skip


@PACKS
def test_the_hint_of_a_date_names_the_order_in_which_it_is_typed(tag: str) -> None:
    """Day, month and year come in the sentence as they are read."""
    hint = str(pack(tag).sentences.hint_date)
    places = zip(
        "dmy", (hint.rindex(word) for word in DATE_WORDS[tag.partition("-")[0]].split()), strict=True
    )
    assert "".join(each for each, _ in sorted(places, key=lambda place: place[1])) == date_order(tag)


@PACKS
def test_a_caller_may_say_a_key(tag: str) -> None:
    """Each name of a key means the key, also with what is put before and after it."""
    of = pack(tag)
    for key, names in of.keys.names.items():
        assert [spoken_key(name, tag) for name in names] == [key] * len(names)
        assert spoken_key(f"{of.keys.before[0]} {names[0]} {of.keys.after[0]}", tag) == key


@pytest.mark.parametrize(
    ("language", "tag"),
    [
        ("zh-CN", "zh-CN"),
        ("en-CA", "en-US"),
        ("en-AU", "en-GB"),
        ("es-AR", "es-MX"),
        ("ar-EG", "ar"),
        ("zh-HK", "yue-HK"),
        ("zh", "zh-CN"),
        ("nl-NL", ""),
        ("", ""),
    ],
)
def test_a_language_finds_its_pack(language: str, tag: str) -> None:
    """Its own, or the nearest, or an empty one."""
    assert pack_tag(language) == tag
    assert pack(language).language == tag


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("zh-CN", "ymd"),
        ("en-US", "mdy"),
        ("en-GB", "dmy"),
        ("en-CA", "mdy"),
        ("fr-CA", "ymd"),
        ("nl-NL", "dmy"),
        ("hu-HU", "ymd"),
        ("en-PH", "mdy"),
    ],
)
def test_a_date_is_typed_as_the_region_writes_it(language: str, order: str) -> None:
    """As the pack says, whose hint names the order, or else as the region writes dates."""
    assert date_order(language) == order


def test_a_language_without_a_pack_knows_nothing() -> None:
    """Its hotline writes every sentence, and no rule looks at its words."""
    assert pack("nl-NL") == Pack()
