"""An action that takes long: the caller hears that it goes on, and may always ask for a human."""

from __future__ import annotations

from ivr.engine.commands import Gather
from tests.support.engine_call import Call, tree_of

TREE = tree_of("""
  main: {say: Menu., menu: {"1": {for: the news, go: news}, "2": {for: the end, go: bye}}}
  news: {run: news, outcomes: {some: told, none: main, unavailable: agent}}
  told: {say: "{{ news }}", then: main}
""")


def slow() -> Call:
    """Return a call that waits for an action."""
    return Call(TREE).press("1").goes_on()


def test_the_caller_hears_that_it_goes_on() -> None:
    """The sentence stands within a Gather of one key, so that a key may break it off."""
    call = slow()
    assert call.heard == ["One moment, please."]
    (gather,) = (command for command in call.commands if isinstance(command, Gather))
    assert (gather.length, gather.keys, gather.speech) == (1, ("0",), None)


def test_silence_meanwhile_is_no_mistake() -> None:
    """It asks again, in other words, and counts nothing."""
    call = slow().silence()
    assert call.heard == ["Still working on it."]
    assert call.session.noinputs == 0


def test_a_key_that_means_nothing_here_is_passed_over() -> None:
    """`*` and `9` have nothing to go back to or to repeat."""
    for key in ("5", "*", "9"):
        assert slow().press(key).heard == ["Still working on it."]


def test_the_human_is_one_key_away() -> None:
    """And the action that goes on is nobody's business any more."""
    call = slow().press("0").hears("Connecting.")
    assert call.session.running == ""


def test_the_result_is_taken_up() -> None:
    """As if it had come at once."""
    call = slow().silence().finish_late("some", "news", news="No news.")
    assert call.heard == ["No news.", *Call(TREE).heard]
    assert call.session.running == ""


def test_an_action_that_is_asked_for_again_waits_anew() -> None:
    """The first wording comes first each time."""
    call = slow().silence().finish_late("none", "news").press("1").goes_on("CA1/4/1")
    assert call.heard == ["One moment, please."]


def test_a_hang_up_ends_it() -> None:
    """Whatever goes on."""
    assert slow().hang_up().session.ending == "hung_up"
