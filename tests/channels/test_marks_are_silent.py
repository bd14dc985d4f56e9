"""Marks are heard and never seen: a hotline with marks, in every place that shows or says its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from ivr.calls.hotline_loader import load_hotline
from ivr.calls.line import CallNote, DirectLine, Heard, VirtualClock
from ivr.diagrams.card import make_card
from ivr.diagrams.card_formats import card_text
from ivr.diagrams.dot import dot
from ivr.diagrams.mermaid import mermaid
from ivr.diagrams.svg import svg
from ivr.menu.loader import Loaded
from tests.support.drawings import drawing_of
from tests.support.phone import CUSTOMER, DAYTIME, HOTLINE, SID, Phone, program, small_hotline

NODES = """
  main:
    say: Hello. <pause 3s> An <spell>SMS</spell> costs {{ price }} <slow>today</slow>.
    menu:
      "1": {for: "<slow>opening hours</slow>", hear: [open], go: hours}
      "2": {for: a person, go: asked}
  hours: {say: "{% if price %}We open at <say as number>9</say>.{% endif %}", then: bye}
  asked: {say: One moment., transfer: desk, reason: an SMS}
"""
TOP = "variables: {price: five cents}\npronounce: {SMS: {en-US: text message}, cents: {en-US: sense}}\n"
HELLO = "Hello. An SMS costs five cents today."


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Give the web program of the hotline."""
    return program(folder=small_hotline(tmp_path / "marked", NODES, TOP))


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """Give the hotline itself."""
    return load_hotline(small_hotline(tmp_path / "marked", NODES, TOP))


def test_a_transcript_has_the_words_alone_and_the_time_of_the_pauses(app: Flask) -> None:
    """The simulator and written calls hear plain words, and their clock goes on by what is silent."""
    line = DirectLine(app.extensions["ivr"].switchboard, VirtualClock(DAYTIME), CUSTOMER, HOTLINE)
    line.start()
    heard = [item for item in line.take() if isinstance(item, Heard)]
    assert [item.text for item in heard][:2] == [HELLO, "For opening hours, press 1."]
    assert heard[0].seconds - Heard(HELLO, "en-US").seconds > 2.9
    assert (line.clock.now - DAYTIME).total_seconds() == pytest.approx(
        sum(item.seconds for item in heard), abs=0.01
    )
    line.press("2")
    notes = [item.what for item in line.take() if isinstance(item, CallNote)]
    assert "the desk hears: an SMS" in notes


def test_a_call_has_the_ssml_of_its_voice_and_the_same_words(app: Flask) -> None:
    """What Twilio is given passes the strict checker, in a value of the call and in what the desk hears, too."""
    phone = Phone(app)
    answer = phone.rings()
    assert answer.said.startswith(HELLO + "\nFor opening hours, press 1.")
    document = answer.body.decode()
    for ssml in (
        '<break time="3000ms" />',
        '<sub alias="sense">cents</sub>',
        '<prosody rate="80%">today</prosody>',
    ):
        assert ssml in document
    phone.presses("2")
    whisper = phone.reports("/voice/whisper", CallSid="CA" + "9" * 32, ParentCallSid=SID)
    assert '<sub alias="text message">SMS</sub>' in whisper.body.decode()


def test_no_drawing_and_no_card_shows_a_mark(loaded: Loaded) -> None:
    """They show the words as they are written on paper."""
    assert loaded.tree
    assert loaded.problems == ()
    card = card_text(make_card(loaded.tree, "en-US"))
    assert "opening hours" in card
    drawing = drawing_of(loaded)
    for text in (card, mermaid(drawing), dot(drawing), svg(drawing, style=False)):
        assert "slow" not in text
        assert "pause" not in text
        assert "say as" not in text
