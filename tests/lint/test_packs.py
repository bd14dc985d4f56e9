"""The words that the rules look for in each language, tried on the machine's own sentences and on the starter's."""

from __future__ import annotations

import pytest

from ivr.cli.starter.words import words_in
from ivr.lint.patterns import PatternName, pattern, says_number
from ivr.menu.language.phrases import Phrases
from ivr.menu.speech.packs import pack, pack_tags

PACKS = pytest.mark.parametrize("tag", pack_tags())


def finds(name: PatternName, text: object, tag: str) -> bool:
    """Return whether a rule's words are in a text."""
    words = pattern(name, tag)
    assert words is not None
    return words.search(str(text)) is not None


@PACKS
@pytest.mark.parametrize(
    ("hint", "length"),
    [
        ("hint_digits", 8),
        ("hint_code", 6),
        ("hint_pin", 4),
        ("hint_id_tail", 4),
        ("hint_id_card", 18),
        ("hint_date", 8),
    ],
)
def test_a_hint_says_how_many_digits_are_typed(tag: str, hint: str, length: int) -> None:
    """What the machine says of an entry is what the rules want of a question."""
    said = str(getattr(pack(tag).sentences, hint)).replace("{length}", str(length))
    assert finds("enters", said, tag)
    assert says_number(said, length, tag)
    assert not says_number(said, length + 1, tag)


@PACKS
def test_a_hint_says_how_to_finish(tag: str) -> None:
    """Where the length varies the pound key is named."""
    sentences = pack(tag).sentences
    assert finds("hash", sentences.hint_phone, tag)
    assert finds("hash", sentences.hint_amount, tag)
    assert finds("enters", sentences.hint_phone, tag)


@PACKS
def test_the_machine_breaks_no_rule_itself(tag: str) -> None:
    """It says no filler, blames nobody, and names what a key is for before the key."""
    for name in Phrases.model_fields:
        said = getattr(pack(tag).sentences, name)
        for text in said if isinstance(said, list) else [said]:
            assert not finds("filler", text, tag), text
            assert not finds("blame", text, tag), text
            assert not finds("key_first", text, tag), text
            assert not finds("enters_a_key", text, tag), text
            assert not finds("password_said", text, tag), text


@PACKS
def test_the_last_words_and_the_hours_are_known(tag: str) -> None:
    """A goodbye is one, and opening hours are hours; an ordinary sentence is neither."""
    words = words_in(tag).nodes
    assert finds("goodbye", pack(tag).sentences.farewell, tag)
    assert finds("goodbye", words["goodbye"], tag)
    assert finds("hours", words["hours"], tag)
    assert finds("hours", words["closed_now"], tag)
    assert not finds("hours", words["agent"], tag)
    assert not finds("goodbye", words["hours"], tag)
    assert not finds("open_question", words["agent"], tag)


@PACKS
def test_a_wrong_entry_that_is_blamed_on_the_caller_is_found(tag: str) -> None:
    """In each language as machines say it, and as one may say it."""
    blames, fair = BLAMES[tag]
    assert finds("blame", blames, tag)
    assert not finds("blame", fair, tag)


BLAMES = {
    "ar": ("رقم غير صحيح.", "يرجى إدخال الرقم مرة أخرى."),
    "de-DE": ("Ungültige Eingabe.", "Diese Taste ist hier nicht belegt."),
    "en-GB": ("Invalid entry.", "That isn't one of the options."),
    "en-US": ("Invalid entry.", "That isn't one of the options."),
    "es-ES": ("Opción no válida.", "Esa tecla no corresponde a ninguna opción."),
    "es-MX": ("Opción incorrecta.", "Esa tecla no corresponde a ninguna opción."),
    "fr-CA": ("Choix invalide.", "Cette touche ne correspond à aucun choix."),
    "fr-FR": ("Saisie incorrecte.", "Cette touche ne correspond à aucun choix."),
    "hi-IN": ("आपने गलत नंबर दबाया है।", "इस नंबर पर कोई विकल्प नहीं है।"),
    "it-IT": ("Scelta non valida.", "A questo tasto non corrisponde alcuna scelta."),
    "ja-JP": ("無効な番号です。", "その番号のご案内はございません。"),
    "ko-KR": ("잘못 누르셨습니다.", "누르신 번호에 해당하는 항목이 없습니다."),
    "pt-BR": ("Opção inválida.", "Essa tecla não corresponde a nenhuma opção."),
    "ru-RU": ("Неверный выбор.", "Такого пункта в меню нет."),
    "vi-VN": ("Lựa chọn không hợp lệ.", "Phím này không có trong danh sách lựa chọn."),
    "yue-HK": ("輸入錯誤。", "呢個鍵冇對應嘅服務。"),
    "zh-CN": ("输入有误。", "这个键没有对应的服务。"),
    "zh-TW": ("輸入錯誤。", "這個按鍵沒有對應的服務。"),
}
