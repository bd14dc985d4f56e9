"""The bounds of a call, its end, and menus that never come to rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from jinja2 import UndefinedError

from ivr.engine.step import EndlessMenu
from tests.support.engine_call import Call, tree_of

TREE = tree_of("""
  main: {say: Menu., menu: {"1": {for: the end, go: bye}, "2": {for: a number, go: number}}}
  number: {ask: digits, length: "4", read_back: true, then: bye}
""")


@pytest.fixture
def call() -> Call:
    """Ring a hotline of one menu."""
    return Call(TREE)


def test_at_the_bound_a_human_takes_over(call: Call) -> None:
    """The caller hears why."""
    call.limit().hears("Too long.", "Connecting.")
    assert call.session.limited


def test_at_the_bound_after_a_human_was_sought_in_vain_the_call_ends(call: Call) -> None:
    """Politely."""
    assert call.press("0").desk("busy").limit().ending == "farewell"


def test_giving_up_twice_is_no_circle_even_where_no_desk_was_rung() -> None:
    """A human's node that is a menu itself is sought once; silence there ends the call politely."""
    call = Call(
        tree_of("""
          main: {say: Menu., menu: {"1": {for: the end, go: bye}}}
          agent: {say: A person., menu: {"1": {for: ringing, go: ring}}}
          ring: {transfer: service}
        """)
    )
    call.silence().silence().silence()
    assert call.node == "agent"
    assert call.silence().silence().silence().ending == "farewell"


def test_at_the_last_bound_the_call_ends(call: Call) -> None:
    """Whether or not a human was sought."""
    call.limit(hard=True).hears("Farewell.")
    assert call.ending == "farewell"


def test_an_end_says_goodbye(call: Call) -> None:
    """And forgets what the call knew."""
    call.session.variables["x"] = 1
    call.press("1").hears("Goodbye.")
    assert (call.ending, call.session.ending, call.session.variables) == ("completed", "completed", {})


def test_hanging_up_ends_the_call(call: Call) -> None:
    """Nothing is said to nobody."""
    assert call.hang_up().hears().ending == "hung_up"


@pytest.mark.parametrize("event", ["press", "silence", "limit", "trouble", "hang_up", "desk", "record"])
def test_nothing_happens_after_the_end(call: Call, event: str) -> None:
    """Whatever comes late, the call stays as it ended."""
    call.press("1")
    happen: dict[str, Callable[[], Call]] = {
        "press": lambda: call.press("0"),
        "silence": call.silence,
        "limit": lambda: call.limit(hard=True),
        "trouble": call.trouble,
        "hang_up": call.hang_up,
        "desk": lambda: call.desk("busy"),
        "record": lambda: call.record(3),
    }
    happen[event]()
    assert call.hears().ending == "completed"


def test_the_bound_may_come_while_an_entry_waits_for_its_yes(call: Call) -> None:
    """What was not confirmed is forgotten."""
    call.press("2").press("1234")
    assert call.session.confirming == "1234"
    assert call.limit().session.confirming is None


def test_a_menu_that_never_listens_raises() -> None:
    """Nothing is behind the first node, so that back leads to it again; that is not walked for ever."""
    tree = tree_of("main: {say: Hello., then: back}\nagent: {say: Connecting., transfer: service}")
    with pytest.raises(EndlessMenu):
        Call(tree)


def test_a_condition_over_nothing_raises() -> None:
    """A condition whose variable has no value is the menu's fault; the switchboard makes an apology of it."""
    tree = tree_of(
        """
        main: {menu: {"1": {for: a choice, go: choice}}}
        choice: {choose: [{if: "amount > 5", go: bye}], else: main}
        """,
        "variables: {amount: '7'}",
    )
    call = Call(tree)
    call.session.variables.clear()
    with pytest.raises(UndefinedError):
        call.press("1")


def test_a_value_that_could_not_be_saved_raises() -> None:
    """What is set must be plain data: a method is none."""
    tree = tree_of("""
      main: {menu: {"1": {for: trying, go: try}}}
      try: {set: {x: "{{ caller.upper }}"}, then: bye}
    """)
    with pytest.raises(TypeError, match="not plain data"):
        Call(tree).press("1")


def test_a_menu_that_waits_takes_the_longer_key() -> None:
    """With ``wait`` 1 and 12 are two options, and 0 is still the human."""
    tree = tree_of(
        'main: {wait: true, menu: {"1": {for: one, go: one}, "12": {for: twelve, go: bye}}}\none: {end: One.}'
    )
    assert (Call(tree).listens.length, Call(tree).listens.finish) == (2, "#")
    Call(tree).press("12").hears("Goodbye.")
    Call(tree).press("1").hears("One.")
    Call(tree).press("1#").hears("One.")
    assert Call(tree).press("0").node == "agent"
    assert Call(tree).press("13").heard[0] == "Wrong once."
