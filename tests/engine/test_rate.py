"""Slow speech, which a caller asks for with one key: it stays for the call, and the call waits longer for keys."""

from __future__ import annotations

import re

import pytest

from ivr.engine.commands import Gather
from ivr.engine.session import Session
from ivr.menu.speech.prompts import Utterance, slowed
from ivr.menu.speech.ssml import Break, Prosody, Span
from tests.support.engine_call import Call, tree_of

NODES = """
main:
  say: "Hello. <pause 1s> <slow>Listen</slow> well."
  timeout: 5
  menu: {"1": {for: the amount, go: amount}, "7": {to: hear it slowly, rate: slow, go: repeat}}
amount: {say: How much?, ask: amount, read_back: true, then: main}
"""
TOP = """
anywhere: {"0": agent, "*": back, "8": {to: hear it at the usual speed, rate: normal, go: repeat}}
"""
TREE = tree_of(NODES, TOP)


def gather(call: Call) -> Gather:
    """Return what the call listens with."""
    last = call.commands[-1]
    assert isinstance(last, Gather)
    return last


def slow_parts(call: Call) -> list[bool]:
    """Return of each sentence whether all of it is slow."""
    return [
        any(span == (0, len(each.text), Prosody(80)) for span in each.spans)
        for each in gather(call).utterances
    ]


def test_one_key_makes_the_whole_call_slow_and_patient() -> None:
    """Here, at the next question, where an entry is read back, and after silence. Half as long again is waited."""
    call = Call(TREE)
    assert not any(slow_parts(call))
    assert gather(call).timeout == 5
    for keys in ("7", "1", "5#", ""):
        call.press(keys)
        assert all(slow_parts(call))
        assert gather(call).timeout == 8
    assert Session.from_json(call.session.to_json()).rate == "slow"


def test_another_key_ends_it() -> None:
    """Also one that works anywhere."""
    call = Call(TREE).press("7").press("8")
    assert not any(slow_parts(call))
    assert gather(call).timeout == 5


def test_a_key_that_breaks_an_action_off_slows_the_call_down_too() -> None:
    """It leads to the human, who is announced slowly."""
    nodes = """
    main: {menu: {"1": {for: the news, go: news}}}
    news: {run: news, outcomes: {some: bye, none: main, unavailable: agent}}
    """
    call = Call(tree_of(nodes, 'anywhere: {"0": {go: agent, rate: slow}}')).press("1").goes_on().press("0")
    assert call.transfer.desk == "service"
    assert call.session.rate == "slow"


def test_a_session_of_before_is_read() -> None:
    """Calls that are under way when a server is updated go on."""
    old = re.sub(r'"rate": ?"normal", ?', "", Call(TREE).session.to_json())
    assert '"rate"' not in old
    assert Session.from_json(old).rate == "normal"


def test_a_slow_sentence_takes_longer_and_keeps_its_pauses() -> None:
    """What is slow already is not slowed twice."""
    said = Call(TREE).commands[-1]
    assert isinstance(said, Gather)
    usual = said.utterances[0]
    slow = slowed(usual)
    assert [span.element for span in slow.spans] == [Prosody(80), Break(1000)]
    assert slow.seconds == pytest.approx((usual_seconds(usual) - 1) / 0.8 + 1)


def usual_seconds(said: Utterance) -> float:
    """Return the seconds of a sentence without its slow words."""
    spans = tuple(span for span in said.spans if not isinstance(span.element, Prosody))
    return Utterance(said.text, said.language, said.voice, spans=spans).seconds


@pytest.mark.parametrize(
    "said",
    [
        Utterance("Hello.", "en-US", "Polly.Ruth-Generative"),
        Utterance("Hello.", "en-US", "woman"),
        Utterance("Hello.", "en-US", audio=("en-US/hello.wav",)),
        Utterance("Sannu.", "ha-NG", audio=("ha-NG/nodes/main/say.wav",)),
    ],
)
def test_what_cannot_be_slow_is_said_as_it_is(said: Utterance) -> None:
    """A voice that knows no such mark may be silent at it, and a recording is a recording."""
    assert slowed(said) is said


def test_the_outer_mark_comes_first() -> None:
    """So that it is written around the others."""
    inner = Utterance("Say it now.", "en-US", spans=(Span(0, 3, Break(100)),))
    assert slowed(inner).spans[0] == (0, 11, Prosody(80))
