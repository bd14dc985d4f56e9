"""The machine's own sentences."""

from __future__ import annotations

import pytest

from ivr.menu.checks.words import said_keys
from ivr.menu.language.phrases import Phrases
from ivr.menu.speech.packs import pack, pack_tags
from ivr.menu.speech.phrases import PATTERNS, complete


@pytest.mark.parametrize("language", ["zh-CN", "en-US", "en-GB", "zh-TW"])
def test_a_language_that_the_machine_speaks_lacks_nothing(language: str) -> None:
    """Chinese and English are whole, whatever the region."""
    found, missing = complete(language, Phrases())
    assert not missing
    assert found.keys() == Phrases.model_fields.keys()


def test_a_hotlines_own_sentence_comes_first() -> None:
    """One is replaced, the others stay."""
    found, _ = complete("en-US", Phrases(top="You are at the top."))
    assert found["top"] == "You are at the top."
    assert found["star"] == "star"


def test_another_language_needs_them_all() -> None:
    """Those that are missing are named."""
    found, missing = complete("nl-NL", Phrases(top="Hoofdmenu."))
    assert found == {"top": "Hoofdmenu."}
    assert missing == [name for name in Phrases.model_fields if name != "top"]


@pytest.mark.parametrize("language", pack_tags())
def test_patterns_have_their_places(language: str) -> None:
    """An announcement names purpose and key, a read-back its value, a hint its length."""
    usual = pack(language).sentences
    assert "{for}" in str(usual.announce)
    assert "{key}" in str(usual.announce)
    assert "{value}" in str(usual.read_back)
    assert "{length}" in str(usual.hint_digits)


@pytest.mark.parametrize("language", pack_tags())
def test_only_patterns_have_braces(language: str) -> None:
    """A sentence that is spoken as it stands has no place for a value."""
    for name in Phrases.model_fields.keys() - set(PATTERNS):
        assert "{" not in str(getattr(pack(language).sentences, name)), name


@pytest.mark.parametrize("language", pack_tags())
def test_yes_and_no_are_the_keys_that_are_taken(language: str) -> None:
    """1 is yes, 2 is no, and the words say so."""
    assert said_keys(str(pack(language).sentences.yes_no), language) == ["1", "2"]


@pytest.mark.parametrize(
    ("language", "announced"), [("zh-CN", "{for}请按{key}。"), ("en-US", "For {for}, press {key}.")]
)
def test_the_announcement_of_an_option_is_fixed(language: str, announced: str) -> None:
    """A person, or a program that listens, finds the key in these words."""
    assert pack(language).sentences.announce == announced
