"""Silence and wrong keys: counted apart, worded more helpfully each time, and in the end a human."""

from __future__ import annotations

import pytest

from tests.support.engine_call import Call, tree_of

TREE = tree_of("""
  main: {say: Welcome., then: choose}
  choose:
    say: [What is it?, Take your time.]
    menu:
      "1": {for: more, go: more}
      "2": {for: the end, go: bye}
  more:
    say: More.
    tries: 2
    noinput: Are you there?
    after_tries: bye
    menu: {"1": {for: the end, go: bye}, "2": {for: a number, go: number}}
  number: {say: How many?, ask: digits, length: "4", then: bye}
""")
OPTIONS = ["For more, press 1.", "For the end, press 2."]


@pytest.fixture
def call() -> Call:
    """Ring a hotline that greets and has a menu, a smaller one below it, and a typed entry below that."""
    return Call(TREE)


def test_the_greeting_is_said_once(call: Call) -> None:
    """Silence after the greeting repeats the options, and neither the greeting nor the menu's first words."""
    call.hears("Welcome.", "What is it?", *OPTIONS)
    call.silence().hears("Silent once.", "Take your time.", *OPTIONS)


def test_the_wording_grows_more_helpful(call: Call) -> None:
    """Each further silence has the next wording; where the menu has none left, its lead-in is not said again."""
    call.silence().silence().hears("Silent twice.", *OPTIONS)


@pytest.mark.parametrize(("times", "sentence"), [(1, "Wrong once."), (2, "Wrong twice.")])
def test_a_wrong_key_is_told_apart_from_silence(call: Call, times: int, sentence: str) -> None:
    """A key that is no choice has sentences of its own."""
    for _ in range(times):
        call.press("7")
    assert call.heard[0] == sentence


def test_silence_and_wrong_keys_are_counted_apart(call: Call) -> None:
    """Two silences and two wrong keys are not yet three of one kind."""
    call.silence().press("7").silence().press("8")
    assert call.heard[0] == "Wrong twice."
    assert call.node == "choose"


@pytest.mark.parametrize("mistake", ["silence", "wrong"])
def test_after_the_third_failure_comes_a_sentence_and_the_human(call: Call, mistake: str) -> None:
    """Whoever fails three times hears what happens next and is connected."""
    for _ in range(3):
        call.silence() if mistake == "silence" else call.press("7")
    call.hears("Giving up.", "Connecting.")
    assert call.transfer.desk == "service"


def test_a_good_key_forgets_the_mistakes(call: Call) -> None:
    """The next menu counts from the beginning."""
    call.silence().silence().press("7").press("1")
    assert (call.session.noinputs, call.session.nomatches) == (0, 0)


def test_coming_back_counts_afresh(call: Call) -> None:
    """A menu that is entered again does not remember the mistakes of the first time."""
    call.silence().silence().press("1").press("*").silence()
    assert call.heard[0] == "Silent once."


def test_a_node_has_its_own_tries_sentence_and_way_on(call: Call) -> None:
    """``tries``, ``noinput`` and ``after_tries`` of a node come before the usual ones."""
    call.press("1").silence()
    assert call.heard[0] == "Are you there?"
    call.silence().hears("Goodbye.")


def test_an_entry_repeats_its_question(call: Call) -> None:
    """Where something is typed the question is said again after silence, in words for typing."""
    call.press("1").press("2").silence().hears("Nothing typed once.", "How many?")


def test_a_second_bad_entry_is_helped(call: Call) -> None:
    """After the second entry that cannot be right the caller is told what one looks like."""
    call.press("1").press("2").press("12*4").hears("Bad entry once.", "How many?")
    call.press("12*4").hears("Bad entry twice.", "Please enter 4 digits.")


def test_the_last_try_at_an_entry_ends_at_the_human(call: Call) -> None:
    """Three bad entries are as many as three wrong keys."""
    call.press("1").press("2").press("12*4").press("12*4").press("12*4")
    call.hears("Giving up.", "Connecting.")


def test_giving_up_after_a_human_was_sought_in_vain_ends_politely(call: Call) -> None:
    """A caller who stays silent after nobody answered hears goodbye, and is not sent round in a circle."""
    call.silence().silence().silence().desk("no_answer")
    assert call.node == "sorry"
    call.silence().silence().silence().hears("Farewell.")
    assert call.ending == "farewell"


def test_a_pound_key_alone_at_an_entry_is_silence(call: Call) -> None:
    """An entry that was ended before it began is no wrong one."""
    call.press("1").press("2").press("#")
    assert call.heard[0] == "Nothing typed once."
    assert call.session.nomatches == 0
