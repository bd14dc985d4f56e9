"""How long callers listen: to the key that they want, to what is asked, and to the words that they waited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.calls.line import Heard
from ivr.harness import DirectHarnesses
from ivr.menu.speech.durations import spoken_seconds
from ivr.written.listening import SILENCE_AFTER, Listening, listening
from ivr.written.model import WrittenCall
from ivr.written.runner import PlayedCall, PlayedStep, play, read_calls

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
CALLS = [(file, call) for file, call in read_calls(YUEBAO)[0] if call.call.startswith("How long")]


def said(*texts: str) -> tuple[Heard, ...]:
    """Return prompts in English."""
    return tuple(Heard(text, "en-US") for text in texts)


def seconds(*texts: str) -> float:
    """Return how long they take, with the silence after each."""
    return sum(spoken_seconds(text, "en-US", "") + SILENCE_AFTER for text in texts)


def heard(steps: list[object], *rows: tuple[Heard, ...], silent: float = 0.0) -> Listening:
    """Return the seconds of a call in which this is heard when it begins, and after each step."""
    call = WrittenCall.model_validate({"call": "a call", "steps": steps})
    played = PlayedCall("", call, [PlayedStep("", row, seconds=silent) for row in rows])
    return listening(played)


MENU = said("Hello.", "For news, press 1.", "For a person, press 0.")


def test_a_caller_listens_until_their_key_has_been_said() -> None:
    """And then to the words that the call is about; who knows the keys hears only these."""
    found = heard(
        [{"press": "1"}, {"hears": "rain"}], MENU, said("One moment.", "It will rain. Take care."), ()
    )
    last = seconds("One moment.", "It will rain.")
    assert found.listening == pytest.approx(seconds("Hello.", "For news, press 1.") + last)
    assert found.knowing == pytest.approx(last)


def test_a_question_is_heard_to_its_end() -> None:
    """The keys that lead away from it come after that. A key among them is waited for."""
    question = said("Your number?", "For another one, press 1, then pound.")
    typed = heard([{"press": "4711"}, {"hears": "Thanks"}], question, said("Thanks."), ())
    assert typed.listening == pytest.approx(seconds("Your number?", "Thanks."))
    other = heard([{"press": "1#"}, {"hears": "Thanks"}], question, said("Thanks."), ())
    assert other.listening == pytest.approx(seconds(*(each.text for each in question), "Thanks."))
    code = heard([{"code": "latest"}, {"hears": "Thanks"}], question, said("Thanks."), ())
    assert code == typed


def test_a_key_that_nothing_says_is_pressed_after_everything() -> None:
    """There the menu has words of its own."""
    found = heard([{"press": "1"}, {"hears": "Yes"}], said("Say yes or no."), said("Yes."), ())
    assert found.listening == pytest.approx(seconds("Say yes or no.", "Yes."))


def test_silence_takes_its_time() -> None:
    """The caller waits until the hotline goes on, after all that was said."""
    found = heard(
        ["silence", {"hears": "Still"}], MENU, said("Still there?"), (), silent=5 + seconds("Still there?")
    )
    assert found.listening > seconds(*(each.text for each in MENU), "Still there?") + 4.5


def test_without_words_to_hear_all_of_it_counts() -> None:
    """Such a call says nothing of what its caller waited for."""
    assert heard([{"press": "1"}], MENU, said("One.", "Two.")).knowing == pytest.approx(
        seconds("One.", "Two.")
    )


AIMS = {
    "the last option of the main menu": 22,
    "the key that freezes an account": 15,
    "today's limit": 35,
    "the payment password is reset": 60,
    "the login password is reset": 60,
}
"""Seconds that a caller of the shipped hotline listens at most."""
KNOWN_RESET = 35
"""Those of a reset for a caller who knows the keys."""


@pytest.mark.parametrize("what", AIMS)
def test_the_shipped_hotline_comes_to_the_point(what: str) -> None:
    """In both languages, within the seconds that it promises."""
    harnesses = DirectHarnesses(YUEBAO, load_tree(YUEBAO))
    found = [(file, call) for file, call in CALLS if f": {what}, " in call.call]
    assert [call.call.rpartition(" ")[2] for _, call in found] == ["Chinese", "English"]
    for file, call in found:
        played = play(file, call, harnesses)
        assert played.failures == []
        seconds = listening(played)
        assert 0 < seconds.listening <= AIMS[what]
        if "reset" in what:
            assert seconds.knowing <= KNOWN_RESET
