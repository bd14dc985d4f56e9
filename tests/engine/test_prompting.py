"""What is said where a call listens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ivr.engine.commands import Gather, Say
from ivr.engine.entries import say_value
from ivr.menu.speech.values.speaker import Territory
from tests.support.engine_call import Call, tree_of


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        ("0123", "en-US", "0 1 2 3"),
        ("0123", "zh-CN", "零幺二三"),
        (Decimal("99.5"), "en-US", "99 dollars and 50 cents"),
        (date(2024, 2, 29), "en-US", "February 29, 2024"),
    ],
)
def test_a_value_is_said_as_what_it_is(value: object, language: str, said: str) -> None:
    """Money as money, a date as a date, anything else digit by digit."""
    assert say_value(value, language, Territory("US", "USD")) == said


def test_legal_wording_is_not_interrupted() -> None:
    """``barge_in: false`` keeps the words outside of the listening; the options can be interrupted."""
    call = Call(
        tree_of('main: {say: Calls are recorded., barge_in: false, menu: {"1": {for: the end, go: bye}}}')
    )
    first, last = call.commands
    assert isinstance(first, Say)
    assert isinstance(last, Gather)
    assert [utterance.text for utterance in first.utterances] == ["Calls are recorded."]
    assert [utterance.text for utterance in last.utterances] == ["For the end, press 1."]


def test_a_menu_names_its_keys() -> None:
    """Those of its options and those that work anywhere, each once."""
    call = Call(tree_of('main: {menu: {"1": {for: one, go: bye}, "9": {for: nine, go: bye}}}'))
    assert call.listens.keys == ("1", "9", "0", "*")
    assert (call.listens.length, call.listens.finish, call.listens.timeout) == (1, "", 5)


def test_free_entry_names_none() -> None:
    """Where anything may be typed there is nothing to name."""
    call = Call(tree_of("main: {say: Number?, ask: phone, timeout: 9, then: bye}"))
    assert (call.listens.keys, call.listens.timeout) == ((), 9)


def test_words_that_come_to_nothing_are_not_said() -> None:
    """A template that yields an empty text says nothing."""
    call = Call(
        tree_of('main: {say: "{{ caller if withheld else \'\' }}", menu: {"1": {for: the end, go: bye}}}')
    )
    call.hears("For the end, press 1.")


def test_an_entry_with_wordings_of_its_own_uses_them() -> None:
    """Three wordings are for the first, second and third try, before any hint."""
    call = Call(tree_of('main: {say: [First., Second., Third.], ask: digits, length: "4", then: bye}'))
    call.hears("First.")
    call.press("1*34").hears("Bad entry once.", "Second.")
    call.press("1*34").hears("Bad entry twice.", "Third.")


def test_an_entry_of_several_lengths_says_both() -> None:
    """The hint names the fewest and the most keys."""
    call = Call(tree_of("main: {say: Number?, ask: digits, length: 4-8, then: bye}"))
    assert call.press("1*34#").press("1*34#").heard[1] == "Please enter 4 to 8 digits."


@pytest.mark.parametrize(
    ("top", "kind", "speech"),
    [("", "amount", None), ("speech: true", "amount", ()), ("speech: true", "pin", None)],
)
def test_an_entry_listens_to_speech_only_where_the_hotline_does(
    top: str, kind: str, speech: tuple[str, ...] | None
) -> None:
    """And never to a secret."""
    tree = tree_of(f"main: {{say: Type it., ask: {kind}, as: typed, then: bye}}", top)
    assert Call(tree).listens.speech == speech


@pytest.mark.parametrize(("top", "speech"), [("", None), ("speech: true", ())])
def test_a_confirmation_listens_to_speech_only_where_the_hotline_does(
    top: str, speech: tuple[str, ...] | None
) -> None:
    """Whoever may say the amount may also say that it is right."""
    call = Call(tree_of("main: {say: How much?, ask: amount, as: sum, read_back: true, then: bye}", top))
    assert call.press("12#").session.confirming == 12
    assert call.listens.speech == speech


def test_the_language_of_the_call_may_be_said() -> None:
    """It is a fact like the others, which the reference names."""
    call = Call(tree_of('main: {say: "You hear {{ language }}.", then: bye}'))
    assert "You hear en-US." in call.heard


def test_of_several_wordings_a_node_that_goes_on_says_the_first() -> None:
    """There is no second try at it."""
    call = Call(tree_of("main: {say: [News once., News twice.], then: bye}"))
    assert ("News once." in call.heard, "News twice." in call.heard) == (True, False)


def test_of_several_wordings_an_answer_that_is_told_again_and_an_end_say_the_first() -> None:
    """The others are for tries, of which there are none here."""
    call = Call(
        tree_of(
            "main: {say: [News once., News twice.], then: more}\n"
            'more: {say: More?, menu: {"1": {for: the end, go: over}}}\n'
            "over: {end: [Bye once., Bye twice.]}"
        )
    )
    assert call.press("9").heard[:2] == ["News once.", "More?"]
    assert call.press("1").heard == ["Bye once."]
