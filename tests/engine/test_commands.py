"""How commands are put together before a channel renders them."""

from __future__ import annotations

import pytest

from ivr.engine.commands import Command, Gather, Hangup, RunAction, Say, SendText, Transfer, nest
from ivr.menu.speech.prompts import Utterance


def words(text: str) -> tuple[Utterance, ...]:
    """Return one utterance for each letter."""
    return tuple(Utterance(letter, "en-US") for letter in text)


def gather(text: str) -> Gather:
    """Return a listening that says these."""
    return Gather(words(text), "en-US")


LEGAL = Say(words("l"), barge_in=False)
TEXT = SendText("+1", "Hello", "en-US")
HANGUP = Hangup()
RING = Transfer("service", "+1", 20, "en-US")


@pytest.mark.parametrize(
    ("commands", "nested"),
    [
        ([gather("g")], [gather("g")]),
        ([Say(words("a"), barge_in=True), Say(words("b"), barge_in=True), gather("g")], [gather("abg")]),
        ([Say(words("a"), barge_in=True), LEGAL, gather("g")], [Say(words("al")), gather("g")]),
        ([LEGAL, Say(words("b"), barge_in=True), gather("g")], [Say(words("l")), gather("bg")]),
        (
            [Say(words("a"), barge_in=True), LEGAL, Say(words("b"), barge_in=True), gather("")],
            [Say(words("al")), gather("b")],
        ),
        ([Say(words("a"), barge_in=True), RING], [Say(words("a")), RING]),
        ([Say(words("a"), barge_in=True), LEGAL, HANGUP], [Say(words("al")), HANGUP]),
        ([Say(words("a"), barge_in=True), TEXT, LEGAL, HANGUP], [TEXT, Say(words("al")), HANGUP]),
        ([HANGUP], [HANGUP]),
        ([], []),
    ],
)
def test_what_may_be_interrupted_is_said_while_listening(
    commands: list[Command], nested: list[Command]
) -> None:
    """An early key is only heard inside the Gather; legal wording stays outside, with what was said before it."""
    assert nest(commands) == nested


def test_the_inputs_of_an_action_are_not_shown() -> None:
    """They may hold secrets."""
    assert "7391" not in repr(RunAction("prove", {"tail": "7391"}))
