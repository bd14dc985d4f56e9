"""The way back, and hearing it again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.step import MAX_REPEATS
from tests.support.engine_call import Call, tree_of

TREE = tree_of("""
  main: {say: Welcome., then: one}
  one: {say: One., menu: {"1": {for: two, go: two}, "2": {for: three, go: three}}}
  two: {say: Two., menu: {"1": {for: three, go: three}, "2": {for: one, go: one}, "3": {for: news, go: news}}}
  three: {say: Three., menu: {"1": {for: one, go: one}, "2": {for: a number, go: number}, "3": {for: back, go: back}}}
  number: {say: How many?, ask: digits, length: "1-3", then: told}
  told: {say: "{{ number }} it is.", then: two}
  news: {say: No news., then: back}
""")
LISTENING = {"one", "two", "three", "number", "sorry"}


@pytest.fixture
def call() -> Call:
    """Ring a hotline of three menus that all lead to each other."""
    return Call(TREE)


def test_back_leads_the_way_that_the_caller_came(call: Call) -> None:
    """Each ``*`` is one menu back."""
    call.press("1").press("1").press("2")
    assert [call.press(keys).node for keys in ("*#", "*", "*")] == ["three", "two", "one"]


def test_an_option_may_lead_back(call: Call) -> None:
    """``go: back`` is the same as the key."""
    assert call.press("2").press("3").node == "one"


def test_something_said_may_lead_back(call: Call) -> None:
    """A node that only speaks goes back to the menu that led to it."""
    call.press("1").press("3")
    assert call.node == "two"
    assert call.heard[:2] == ["No news.", "Two."]


def test_at_the_top_back_says_so(call: Call) -> None:
    """Where there is no way back the menu is said again, and it is no mistake."""
    call.press("*")
    assert call.heard[:2] == ["Top already.", "One."]
    assert call.session.nomatches == 0


def test_returning_forgets_what_came_after(call: Call) -> None:
    """The way is loop-erased: at a node of the way, what came after it is no longer behind the caller."""
    call.press("1").press("1").press("1")
    assert call.session.history == ["one"]
    assert call.press("*").heard[0] == "Top already."


def test_repeat_says_everything_again(call: Call) -> None:
    """``9`` repeats the menu with its first words and what was told before it, and is no mistake."""
    call.press("1").press("3")
    first = call.heard
    assert call.press("9").heard == first
    assert (call.session.noinputs, call.session.nomatches) == (0, 0)


def test_an_answer_that_was_told_can_be_heard_again(call: Call) -> None:
    """What an entry was answered with is part of what ``9`` repeats."""
    call.press("2").press("2").press("12#")
    assert call.heard[:2] == ["12 it is.", "Two."]
    assert call.press("9").heard[:2] == ["12 it is.", "Two."]


def test_what_was_told_is_forgotten_with_the_next_key(call: Call) -> None:
    """A repeat speaks of the present place only."""
    call.press("2").press("2").press("12#").press("2").press("9")
    assert call.heard[0] == "One."


def test_repeating_has_its_own_cap(call: Call) -> None:
    """Who asks for the same again and again is asked by a human what he needs."""
    for _ in range(MAX_REPEATS):
        assert call.press("9").node == "one"
    call.press("9").hears("Giving up.", "Connecting.")


def test_repeats_do_not_bring_the_other_counters_nearer(call: Call) -> None:
    """Silence after three repeats is the first silence."""
    for _ in range(MAX_REPEATS):
        call.press("9")
    assert call.silence().heard[0] == "Silent once."


def test_another_menu_may_be_repeated_anew(call: Call) -> None:
    """The cap is for one place."""
    for _ in range(MAX_REPEATS):
        call.press("9")
    call.press("1").press("9")
    assert call.node == "two"


def test_back_and_repeat_work_in_an_entry_as_the_whole_of_it(call: Call) -> None:
    """``9#`` repeats the question and ``*#`` leads back."""
    call.press("2").press("2")
    assert call.press("9#").heard == ["How many?"]
    assert call.press("*#").node == "three"


@given(st.lists(st.sampled_from(["1", "2", "3", "*", "9", "7", "12#", "9#", ""]), max_size=60))
def test_what_the_past_costs_to_remember_is_bounded(keys: list[str]) -> None:
    """However long a call goes round, its way is no longer than there are listening nodes, and its session small."""
    call = Call(TREE)
    for each in keys:
        if call.session.ending or call.node not in LISTENING:
            break
        call.press(each) if each else call.silence()
        assert len(call.session.history) == len(set(call.session.history)) <= len(LISTENING)
        assert len(call.session.to_json()) < 1000
