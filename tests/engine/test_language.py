"""The language of a call, and speech in it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from ivr.engine.events import SpeechHeard
from ivr.engine.recognition import as_keys, yes_or_no
from tests.support.engine_call import MONDAY_MORNING, Call, tree_of

NODES = """
  main:
    say: 您好。
    menu:
      "1": {for: 普通话, language: zh-CN, go: services}
      "2": {for: English, language: en-US, hear: [English, 英文], go: services}
      "3": {for: 英文短信, go: by_wish}
  services:
    say: 请选择。
    menu:
      "1": {for: 限额, hear: [限额, 能转多少], go: amount}
      "2": {for: 收益, hear: [收益], go: done}
      "3": {for: 证件, go: tail}
  amount: {say: 多少钱？, ask: amount, read_back: true, then: done}
  done: {say: 对吗？, ask: yes_no, yes: bye, no: services}
  tail: {say: 末四位？, ask: id_tail, then: check}
  check:
    run: prove
    with: {tail: "{{ tail }}"}
    outcomes: {ok: bye, mismatch: services, unavailable: agent}
  by_wish: {set: {language: "{{ wish }}"}, then: services}
  agent: {say: 转接人工。, transfer: service}
  sorry: {end: 没人接。}
  bye: {end: 再见。}
"""
ENGLISH = """
anywhere:
  agent: {for: a person, hear: [agent, a person]}
nodes:
  main: {say: Hello., menu: {by_wish: English text messages}}
  services:
    say: Please choose.
    menu:
      amount: {for: limits, hear: [limits, how much can I transfer]}
      done: earnings
      tail: identity
  amount: How much?
  done: Is that right?
  tail: The last four?
  agent: Connecting you.
  sorry: {end: Nobody answers.}
  bye: {end: Goodbye.}
"""
TOP = """
speech: true
anywhere: {"0": {go: agent, for: 人工, hear: [人工, 找人]}, "*": back}
variables: {wish: en-US}
"""
TREE = tree_of(NODES, TOP, languages="zh-CN, en-US", words=ENGLISH)


@pytest.fixture
def call() -> Call:
    """Ring a hotline in Chinese and English that listens to speech."""
    return Call(TREE)


# --- which language


def test_a_call_begins_in_the_first_language(call: Call) -> None:
    """An option that changes the language is spoken in that one."""
    call.hears("您好。", "普通话请按1。", "For English, press 2.", "英文短信请按3。", "人工请按0。")
    assert [utterance.language for utterance in call.listens.utterances] == [
        "zh-CN",
        "zh-CN",
        "en-US",
        "zh-CN",
        "zh-CN",
    ]


def test_the_language_that_was_chosen_stays(call: Call) -> None:
    """Menus, mistakes, entries and the human speak the language of the choice."""
    call.press("2")
    assert call.heard[:2] == ["Please choose.", "For limits, press 1."]
    assert call.silence().listens.language == "en-US"
    assert call.press("1").heard == ["How much?"]
    assert call.press("0#").heard == ["Connecting you."]
    assert call.transfer.language == "en-US"


def test_going_back_keeps_the_language(call: Call) -> None:
    """The first menu is heard again in the language that was chosen there."""
    assert call.press("2").press("*").heard[0] == "Hello."


def test_a_call_may_begin_in_another_language() -> None:
    """Where the language is known before, the call begins in it."""
    assert Call(TREE, language="en-US").heard[0] == "Hello."


def test_a_language_that_the_hotline_lacks_is_passed_over() -> None:
    """A call that should begin in an unknown language begins in the first."""
    assert Call(TREE, language="fr-FR").heard[0] == "您好。"


def test_a_variable_may_choose_the_language(call: Call) -> None:
    """``set: {language: …}`` changes it for the rest of the call."""
    assert call.press("3").heard[0] == "Please choose."


@pytest.mark.parametrize("nonsense", ["", "Klingon", 7, ["en-US"], None])
def test_nonsense_in_place_of_a_language_changes_nothing(call: Call, nonsense: object) -> None:
    """A template that yields no language of the hotline leaves the call in its own."""
    call.session.variables["wish"] = nonsense
    assert call.press("3").heard[0] == "请选择。"


# --- speech


@pytest.mark.parametrize(
    ("said", "node"),
    [
        ("限额", "amount"),
        ("我想问一下，能转多少？", "amount"),
        ("收 益！", "done"),
        ("一", "amount"),
        ("请按２", "done"),
        ("人工", "agent"),
        ("零", "agent"),
        ("帮我找人", "agent"),
    ],
)
def test_chinese_is_understood(call: Call, said: str, node: str) -> None:
    """Phrases, what an option is for, spoken and full-width digits count as their keys."""
    assert call.press("1").say(said).node == node


@pytest.mark.parametrize(
    ("said", "node"),
    [
        ("LIMITS, please.", "amount"),
        ("ＬＩＭＩＴＳ", "amount"),
        ("How much can I transfer?", "amount"),
        ("Earnings", "done"),
        ("press two please", "done"),
        ("agent", "agent"),
        ("zero", "agent"),
        ("a person!", "agent"),
    ],
)
def test_english_is_understood(call: Call, said: str, node: str) -> None:
    """The same in English, whatever the case, the width and the punctuation."""
    assert call.press("2").say(said).node == node


def test_words_that_mean_nothing_are_a_wrong_key(call: Call) -> None:
    """They are counted with the wrong keys, and not with silence."""
    call.press("1").say("今天天气真好")
    assert (call.session.noinputs, call.session.nomatches) == (0, 1)


@pytest.mark.parametrize(
    ("said", "heard"), [("yes", "Goodbye."), ("Yeah, right", "Goodbye."), ("No, not right", "Please choose.")]
)
def test_yes_and_no_can_be_said(call: Call, said: str, heard: str) -> None:
    """Where a yes or a no is asked for, either can be said."""
    assert call.press("2").press("2").say(said).heard[0] == heard


@pytest.mark.parametrize(
    ("said", "node"), [("没错", "done"), ("不对", "amount"), ("人工", "agent"), ("一", "done")]
)
def test_an_entry_that_is_read_back_can_be_confirmed_aloud(call: Call, said: str, node: str) -> None:
    """A read-back is answered with words as with keys."""
    call.press("1").press("1").say("五 零 零")
    assert call.session.confirming == 500
    assert call.say(said).node == node


def test_an_amount_can_be_said_digit_by_digit(call: Call) -> None:
    """``星`` is the point, as the key is."""
    call.press("1").press("1").say("一二星五")
    assert str(call.session.confirming) == "12.5"


def test_a_secret_is_not_listened_to(call: Call) -> None:
    """Where a secret is typed there is no recogniser; what is said there anyhow is a wrong entry, and not read."""
    assert call.press("1").press("3").listens.speech is None
    heard = SpeechHeard(MONDAY_MORNING, "一二三四")
    assert as_keys(call.tree, call.session, heard).digits == ""
    assert call.say(heard.text).node == "tail"
    assert call.session.nomatches == 1


def test_the_human_can_be_asked_for_where_a_secret_is_typed(call: Call) -> None:
    """Words that work anywhere work there too."""
    assert call.press("1").press("3").say("人工").node == "agent"


def test_the_phrases_are_hints_for_the_recogniser(call: Call) -> None:
    """A menu that listens to speech says what it listens for."""
    assert set(call.press("1").listens.speech or ()) >= {"限额", "能转多少", "收益", "人工", "找人"}


def test_speech_is_off_unless_it_is_asked_for() -> None:
    """Recognition costs money: a hotline that does not ask for it listens to keys only."""
    silent = tree_of(
        NODES, dedent(TOP).replace("speech: true\n", ""), languages="zh-CN, en-US", words=ENGLISH
    )
    assert Call(silent).listens.speech is None


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("是的", "1"),
        ("没错！", "1"),
        ("不错", "1"),
        ("好的", "1"),
        ("不是", "2"),
        ("好像不对", "2"),
        ("没有", "2"),
        ("错了", "2"),
        ("That's right", "1"),
        ("OK", "1"),
        ("not right", "2"),
        ("It isn’t", "2"),
        ("Nope.", "2"),
        ("now you know", ""),
        ("yesterday", ""),
        ("余额", ""),
    ],
)
def test_a_no_is_never_taken_for_a_yes(said: str, key: str) -> None:
    """A word of denial decides, whatever else is said; a part of a word is no word."""
    assert yes_or_no(said, "en-US" if said.replace("’", "").isascii() else "zh-CN") == key
