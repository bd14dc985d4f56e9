"""What the records tell of the ways that callers went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.diagrams.call_stats import CallStats, count, shade_of
from ivr.diagrams.dot import dot
from ivr.diagrams.mermaid import mermaid
from ivr.diagrams.page import page
from ivr.diagrams.svg import svg
from ivr.diagrams.translations import drawing_words
from ivr.menu.loader import Loaded
from ivr.storage.base import CallHistory, CallRecord, PathEntry, Voicemail
from tests.support.drawings import drawing_of, plain
from tests.support.menus import CONTRACTS, bilingual, hotline

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
Event = tuple[str, str, str, str, str]
"""A node, an event, its keys, its outcome, and the nodes that were entered after it."""


def call(*events: Event, ending: str = "hung_up", version: str = "") -> CallHistory:
    """Return the record of a call."""
    record = CallRecord("CA1", "small", version, "", "en-US", AT, AT, ending, len(events))
    path = [
        PathEntry(turn, AT + timedelta(seconds=turn), node, event, keys, outcome, tuple(nodes.split()))
        for turn, (node, event, keys, outcome, nodes) in enumerate(events)
    ]
    return CallHistory(record, tuple(path))


def left(history: CallHistory) -> CallHistory:
    """Return the record of a call whose last event is a recording that was kept."""
    return replace(history, voicemails=(Voicemail("CA1", "recording://1", 5, history.path[-1].at),))


def pressed(node: str, keys: str, nodes: str = "") -> Event:
    """Return the event of keys."""
    return node, "DigitsPressed", keys, "", nodes


START: Event = ("", "CallStarted", "", "", "main")


HOURS = pressed("main", "1", "hours main")


def counted(loaded: Loaded, calls: Sequence[CallHistory]) -> CallStats:
    """Count calls on a hotline."""
    assert loaded.tree
    return count(loaded.tree, calls)


def on(traffic: CallStats) -> dict[tuple[str, str, str], int]:
    """Return how many calls went each way that some call went."""
    return {(way.node, way.kind, way.name): len(calls) for way, calls in traffic.drawn_edges.items()}


def test_keys_and_what_follows_them_are_counted_once_a_call() -> None:
    """A caller who hears the hours twice is one caller on that way; nodes between two events count, too."""
    traffic = counted(
        plain(),
        [
            call(START, HOURS, HOURS, pressed("main", "2", "code")),
            call(START, HOURS),
        ],
    )
    assert on(traffic) == {("main", "key", "1"): 2, ("hours", "then", ""): 2, ("main", "key", "2"): 1}
    assert {node: traffic.at(node) for node in ("main", "hours", "code")} == {
        "main": 2,
        "hours": 2,
        "code": 1,
    }
    assert traffic.hung_up == {"code": {0}, "main": {1}}


def test_the_way_through_a_condition_is_the_one_that_was_recorded() -> None:
    """And to a desk, whose answer is counted on its own box."""
    events = [
        START,
        pressed("main", "2", "code"),
        pressed("code", "1111", "thanks thanked pick agent"),
        ("agent", "TransferEnded", "", "transfer: busy", "bye"),
    ]
    assert on(counted(plain(), [call(*events, ending="completed")])) == {
        ("main", "key", "2"): 1,
        ("code", "then", ""): 1,
        ("thanks", "then", ""): 1,
        ("thanked", "then", ""): 1,
        ("pick", "else", ""): 1,
        ("agent", "ring", ""): 1,
        ("desk service", "desk", "busy"): 1,
    }


def test_a_closed_desk_is_passed() -> None:
    """It is counted with the arrows to it and from it, as nobody rings there."""
    traffic = counted(bilingual(), [call(START, pressed("main", "0", "agent voicemail"))])
    assert on(traffic) == {("agent", "ring", ""): 1, ("desk service", "desk", "closed"): 1}
    assert (traffic.at("desk service"), traffic.hung_up) == (1, {"voicemail": {0}})


def test_silence_and_wrong_keys_are_counted_at_menus_apart() -> None:
    """The way after the last try is taken when the call has moved on; a key of `anywhere` is no arrow."""
    silent, third = ("main", "NoInput", "", "", ""), ("main", "NoInput", "", "", "bye")
    traffic = counted(
        plain(),
        [
            call(START, silent, pressed("main", ""), silent, third, ending="completed"),
            call(
                START,
                pressed("main", "0", "agent"),
                ("agent", "TransferEnded", "", "transfer: answered", ""),
                ending="transferred",
            ),
        ],
    )
    assert traffic.noinput == {"main": {0}}
    assert traffic.nomatch == {"main": {0}}
    assert traffic.hung_up == {}
    assert on(traffic) == {("main", "after_tries", ""): 1, ("agent", "ring", ""): 1}
    moved = [START, third, ("bye", "CallerHungUp", "", "", "")]
    assert on(counted(plain(), [call(*moved)])) == {("main", "after_tries", ""): 1}


def test_outcomes_and_the_questions_of_identity() -> None:
    """An arrow that leads to a node which asks who is calling is counted; so are the answers, and what comes after."""
    traffic = counted(
        bilingual(),
        [
            call(
                ("", "CallStarted", "", "", "greeting main"),
                pressed("main", "1", "limits who"),
                ("who", "ActionFinished", "", "find_account: found", "prove"),
                pressed("prove", "", "check"),
                ("check", "ActionFinished", "", "check_tail: mismatch", "prove"),
                pressed("prove", "", "check"),
                ("check", "ActionFinished", "", "check_tail: ok", "limits"),
                ("limits", "ActionFinished", "", "limits: ok", "limits_told main"),
                pressed("main", "3", "bye"),
            )
        ],
    )
    assert on(traffic) == {
        ("greeting", "then", ""): 1,
        ("main", "key", "1"): 1,
        ("who", "outcome", "found"): 1,
        ("prove", "then", ""): 1,
        ("check", "outcome", "mismatch"): 1,
        ("check", "outcome", "ok"): 1,
        ("limits", "outcome", "ok"): 1,
        ("limits_told", "then", ""): 1,
        ("main", "key", "3"): 1,
    }


ENDS = """\
hotline: ends
languages: [en-US]
start: main
agent: agent
desks: {service: {number: "+8657100000001", busy: bye, no_answer: bye, failed: bye}}
nodes:
  main: {KIND, THEN: bye}
  agent: {transfer: service}
  bye: {end: Bye.}
"""


@pytest.mark.parametrize(
    ("kind", "event", "way"),
    [
        ("ask: digits, length: 4, say: Well?", pressed("main", "1234", "bye"), ("then", "then", "")),
        ("ask: yes_no, no: agent, say: Well?", pressed("main", "1", "bye"), ("yes", "outcome", "yes")),
        (
            "record: voicemail, then: agent, say: Well?",
            ("main", "RecordingEnded", "", "", "bye"),
            ("nothing", "outcome", "nothing"),
        ),
    ],
)
def test_the_way_to_an_ending_is_counted(kind: str, event: Event, way: tuple[str, str, str]) -> None:
    """The call is over there, and no event follows; a caller whose entry was wrong has gone nowhere."""
    key, *drawn = way
    loaded = hotline(ENDS.replace("KIND", kind).replace("THEN", key))
    assert on(counted(loaded, [call(START, event, ending="completed")])) == {("main", *drawn): 1}
    if event[1] == "DigitsPressed":
        wrong = *event[:4], ""
        for ending in ("", "hung_up"):
            assert on(counted(loaded, [call(START, wrong, ending=ending)])) == {}


def test_yes_and_no_a_message_and_a_recording() -> None:
    """Each event takes the way that its node writes for it."""
    menu = """\
    hotline: kinds
    languages: [en-US]
    start: main
    desks: {service: {number: "+8657100000001", busy: tape, no_answer: tape, failed: tape}}
    nodes:
      main: {ask: yes_no, say: Well?, yes: send, no: tape}
      send: {text: Hello., then: bye, unable: tape, rationed: agent, unavailable: agent}
      tape: {record: voicemail, then: bye, nothing: agent}
      agent: {say: One moment., transfer: service}
      bye: {end: Bye.}
    """
    loaded = hotline(menu)
    yes, no = pressed("main", "1", "send"), pressed("main", "2", "tape")
    sent = call(START, yes, ("send", "ActionFinished", "", "send_text: sent", "bye"))
    kept = left(call(START, no, ("tape", "RecordingEnded", "", "", "bye")))
    none = call(START, no, ("tape", "NoInput", "", "", "agent"))
    dear = call(START, yes, ("send", "ActionFinished", "", "send_text: rationed", "agent"))
    unable = left(call(START, pressed("main", "1", "send tape"), ("tape", "RecordingEnded", "", "", "bye")))
    assert on(counted(loaded, [sent, kept, none, dear, unable])) == {
        ("main", "outcome", "yes"): 3,
        ("main", "outcome", "no"): 2,
        ("send", "then", ""): 1,
        ("send", "outcome", "rationed"): 1,
        ("send", "outcome", "unable"): 1,
        ("tape", "then", ""): 2,
        ("tape", "outcome", "nothing"): 1,
    }
    assert CONTRACTS


def test_the_legend_tells_the_days_of_the_hotline() -> None:
    """It is Tuesday in Shanghai when it is Monday evening in London."""
    night = call(START)
    record = replace(night.record, started=datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
    tree = plain().tree
    assert tree
    traffic = count(replace(tree, timezone=ZoneInfo("Asia/Shanghai")), [replace(night, record=record)])
    assert next(traffic.legend(drawing_words("en-US"))) == "1 calls, from 2026-11-24 to 2026-11-24."


def test_calls_of_another_menu_do_no_harm() -> None:
    """Nodes that are no more are left out, and the legend says how many calls they were."""
    gone = call(
        START,
        pressed("gone", "1", "away"),
        ("away", "TransferEnded", "", "transfer: busy", "off"),
        version="old",
    )
    traffic = counted(plain(), [gone])
    assert on(traffic) == {}
    words = drawing_words("en-US")
    assert any("1 of them were on another version" in line for line in traffic.legend(words))


def test_figures_are_told_on_arrows_boxes_and_in_the_legend() -> None:
    """Calls, and per cent of those at the box; a share that rounds to nothing is not nothing."""
    loaded = plain()
    calls = [call(START, HOURS, pressed("main", "")) for _ in range(3)] + [call(START)]
    traffic, drawing = counted(loaded, calls), drawing_of(loaded)
    seen = traffic.on_drawing(drawing)
    arrows = {arrow.label: arrow for arrow in seen.arrows if arrow.source == "main"}
    assert (arrows["1 the hours"].figures, arrows["1 the hours"].share) == ("3 · 75%", 0.75)
    assert arrows["2 a code"].figures == "0 · 0%"
    assert seen.boxes["main"].figures == "4 · hung up 100% · wrong key 75%"
    assert seen.boxes["code"].figures == "0"
    assert seen.boxes["main"].dropped == 1
    assert seen.call_legend[0] == "4 calls, from 2026-11-23 to 2026-11-23."
    many = counted(loaded, [call(START)] * 300 + [call(START, pressed("main", "2", "code"))])
    (two,) = (arrow for arrow in many.on_drawing(drawing).arrows if arrow.label == "2 a code")
    assert two.figures == "1 · <1%"


def test_every_format_shows_the_figures() -> None:
    """With a line that is wider and darker, the more calls went there."""
    loaded = plain()
    traffic = counted(
        loaded,
        [call(START, HOURS, pressed("main", "2", "code")), call(START, HOURS)],
    )
    drawing = drawing_of(loaded)
    counted_on = traffic.on_drawing(drawing)
    for text in (svg(counted_on), dot(counted_on), mermaid(counted_on), page([counted_on])):
        assert "2 · 100%" in text.replace("#183;", "·").replace("#37;", "%")
        assert "2 calls, from" in text
    assert "linkStyle" in mermaid(counted_on)
    assert 'class="line t5"' in svg(counted_on)
    assert 'class="dropped"' in svg(counted_on)
    assert 'class="line"' in svg(drawing)


def test_an_empty_store_says_so() -> None:
    """And nothing is divided by nothing."""
    traffic, drawing = counted(plain(), []), drawing_of(plain())
    assert list(traffic.legend(drawing.words)) == ["The store has no calls yet."]
    assert "The store has no calls yet." in svg(traffic.on_drawing(drawing))


@pytest.mark.parametrize(("less", "more"), [(0.01, 0.1), (0.1, 0.5), (0.5, 1.0)])
def test_more_traffic_is_darker(less: float, more: float) -> None:
    """One hue, so that it can be told apart without seeing colours."""

    def light(colour: str) -> int:
        return sum(int(colour[at : at + 2], 16) for at in (1, 3, 5))

    assert light(shade_of(more)) < light(shade_of(less))
    assert shade_of(0) == "#b0b0b0"
