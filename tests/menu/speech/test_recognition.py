"""What was recognised, compared with what a menu listens for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu.speech.recognition import meant, normalise, spoken_digits, spoken_key


@pytest.mark.parametrize(
    ("heard", "comparable"),
    [
        ("Withdrawal Limits!", "withdrawal limits"),
        ("  don't   KNOW ", "dont know"),
        ("don’t know", "dont know"),
        ("转出，限额。", "转出限额"),
        ("ＡＢＣ１２３", "abc123"),
        ("我要 English 服务", "我要english服务"),
        ("…?!", ""),
        ("Straße", "strasse"),
    ],
)
def test_a_phrase_without_case_width_and_punctuation(heard: str, comparable: str) -> None:
    """NFKC, case folding, no punctuation; words stay apart."""
    assert normalise(heard) == comparable


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A phrase that is comparable stays as it is, but for letters that have no last form in Unicode."""
    once = normalise(normalise(text))
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("一", "1"),
        ("幺三八", "138"),
        ("两", "2"),
        ("洞拐", "07"),
        ("one, three 8", "138"),
        ("Oh five", "05"),
        ("１ ２", "12"),
        ("星号", "*"),
        ("井", "#"),
        ("pound", "#"),
        ("9*#", "9*#"),
        ("一共", ""),
        ("one more", ""),
        ("someone", ""),
        ("", ""),
        ("，。", ""),
    ],
)
def test_digits_said_one_by_one(said: str, keys: str) -> None:
    """Chinese and English digits are keys; anything else among them makes it no entry."""
    assert spoken_digits(said, "zh-CN") == keys


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("按一", "1"),
        ("请按1。", "1"),
        ("我要选二", "2"),
        ("选项三", "3"),
        ("第一个", "1"),
        ("二号键", "2"),
        ("星号键", "*"),
        ("press two please", "2"),
        ("Please press 2.", "2"),
        ("the star key", "*"),
        ("number five", "5"),
        ("option one", "1"),
        ("我要转账", ""),
        ("a person please", ""),
        ("press", ""),
        ("please", ""),
    ],
)
def test_a_key_said_politely(said: str, key: str) -> None:
    """The key, without the words around it."""
    assert spoken_key(said, "zh-CN") == key


HEARD = {"limit": "1", "withdrawal limit": "2", "no": "3", "额度": "4", "转出额度": "5", "账户": "6"}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("limit", "1"),
        ("What is my limit, please?", "1"),
        ("my withdrawal limit", "2"),
        ("unlimited", ""),
        ("delimit", ""),
        ("limits", ""),
        ("no", "3"),
        ("No, thank you.", "3"),
        ("I don't know", ""),
        ("nothing", ""),
        ("我想问额度", "4"),
        ("我的转出额度是多少", "5"),
        ("额度和账户", ""),
        ("转账", ""),
        ("", ""),
    ],
)
def test_what_was_meant(said: str, key: str) -> None:
    """The longest phrase that was said, in whole words; nothing when two keys are meant."""
    assert meant(said, HEARD) == key


@given(st.text(), st.dictionaries(st.text(), st.sampled_from("123")))
def test_hearing_never_raises(said: str, heard: dict[str, str]) -> None:
    """Whatever a recogniser returns is understood or not."""
    assert meant(said, heard) in {"", *heard.values()}
    assert set(spoken_key(said, "zh-CN")) <= set("0123456789*#")
