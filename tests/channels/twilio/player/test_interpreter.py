"""The player against tables of documents: what the caller does, and what Twilio does with each verb."""

from __future__ import annotations

import re

import pytest

from ivr.channels.twilio.player.interpreter import Answer, PlayedItem, PlayerError
from ivr.channels.twilio.player.leg import CallLeg, NumberSettings
from tests.support.table_server import Server, ring, say


@pytest.mark.parametrize(
    ("gather", "does", "posted", "lost"),
    [
        # nothing until the timeout
        ('finishOnKey="#"', ["silence"], None, ""),
        ('finishOnKey="#" actionOnEmptyResult="true"', ["silence"], ("", ""), ""),
        # the finishing key alone is no entry
        ('finishOnKey="#"', ["#"], None, ""),
        ("", ["#"], None, ""),
        ('finishOnKey="#" actionOnEmptyResult="true"', ["#"], ("", "#"), ""),
        # the entry is full
        ('finishOnKey="#" numDigits="1"', ["1"], ("1", ""), ""),
        ('finishOnKey="#" numDigits="1"', ["*"], ("*", ""), ""),
        ('finishOnKey="" numDigits="1"', ["#"], ("#", ""), ""),
        # the finishing key ends it, and is no part of it
        ('finishOnKey="#" numDigits="4"', ["12#"], ("12", "#"), ""),
        ('finishOnKey="#" numDigits="4"', ["1", "2", "#"], ("12", "#"), ""),
        ('finishOnKey="*"', ["0012*"], ("0012", "*"), ""),
        # a partial entry is submitted at the timeout
        ('finishOnKey="#" numDigits="4"', ["12", "silence"], ("12", ""), ""),
        ('finishOnKey=""', ["1*#", "silence"], ("1*#", ""), ""),
        # what comes after the listening is lost
        ('finishOnKey="#" numDigits="4"', ["12345"], ("1234", ""), "5"),
        ('finishOnKey="#" numDigits="4"', ["12#34"], ("12", "#"), "34"),
        ('finishOnKey="#"', ["#1"], None, "1"),
        # a wrong number is a warning, and means the default
        ('finishOnKey="#" numDigits="0"', ["12#"], ("12", "#"), ""),
        # speech
        ('input="speech"', ["1", "silence"], None, "1"),
    ],
)
def test_the_decision_table_of_gather(
    gather: str, does: list[str], posted: tuple[str, str] | None, lost: str
) -> None:
    """Keys and silence either request the action, or go on to the verb after the Gather."""
    server = Server({"/voice": f'<Gather action="/got" {gather}/>{say("还在吗")}', "/got": ""})
    player = ring(server)
    lost_keys = ""
    for act in does:
        if act == "silence":
            player.silence()
        else:
            lost_keys += player.press(act)
    assert player.waiting == "ended"
    assert lost_keys == lost
    if posted is None:
        assert server.urls() == ["/voice"]
        assert player.heard == [PlayedItem("还在吗", "cmn-CN")]
    else:
        assert server.urls() == ["/voice", "/got"]
        assert (server.last("Digits", "FinishedOnKey", "msg")) == {
            "Digits": posted[0],
            "FinishedOnKey": posted[1],
            "msg": "Gather End",
        }


def test_everything_is_heard_in_order() -> None:
    """Words and recordings, inside a Gather and beside it; pauses and silence take virtual time only."""
    menu = f'<Gather action="/1" timeout="4">{say("请按一")}<Play>b.wav</Play></Gather>'
    server = Server(
        {"/audio/voice": f'{say("您好")}<Pause length="2"/><Play>a.wav</Play>{menu}{say("再见")}<Hangup/>'}
    )
    player = ring(server, NumberSettings("/audio/voice"))
    player.silence()
    assert player.heard == [
        PlayedItem("您好", "cmn-CN"),
        PlayedItem(audio="/audio/a.wav"),
        PlayedItem("请按一", "cmn-CN"),
        PlayedItem(audio="/audio/b.wav"),
        PlayedItem("再见", "cmn-CN"),
    ]
    assert player.waiting == "ended"
    assert player.seconds == 6


@pytest.mark.parametrize(
    ("verb", "act"),
    [("<Gather numDigits='1'/>", "press"), ("<Record/>", "record"), ("<Redirect></Redirect>", "none")],
)
def test_without_an_action_a_document_is_asked_for_again(verb: str, act: str) -> None:
    """Gather, Record and an empty Redirect go round in a circle; the player stops after 200 documents."""
    server = Server({"/voice": verb})
    with pytest.raises(PlayerError, match="more than 200 documents"):  # noqa: PT012 - many turns, one end
        player = ring(server)
        while True:
            player.press("1") if act == "press" else player.record(1)
    assert server.urls() == ["/voice"] * 200


def test_speech_is_heard_where_it_is_listened_for() -> None:
    """Otherwise it is silence; and keys that came first win."""
    both = '<Gather action="/got" input="dtmf speech" numDigits="4"/>'
    server = Server({"/voice": both, "/got": ""})
    ring(server).speak("转人工")
    assert server.last("SpeechResult", "Digits") == {"SpeechResult": "转人工"}
    player = ring(server)
    player.press("1")
    player.speak("转人工")
    assert server.last("SpeechResult", "Digits") == {"Digits": "1"}
    server = Server({"/voice": '<Gather action="/got"/>' + say("没听到")})
    player = ring(server)
    player.speak("转人工")
    assert player.heard == [PlayedItem("没听到", "cmn-CN")]


@pytest.mark.parametrize(
    ("answer", "status", "bridged"),
    [
        ("answered", "completed", "true"),
        ("busy", "busy", "false"),
        ("no_answer", "no-answer", "false"),
        ("failed", "failed", "false"),
    ],
)
def test_dial_with_an_action_reports_how_it_ended(answer: Answer, status: str, bridged: str) -> None:
    """What stands after it is never reached."""
    server = Server(
        {
            "/voice": '<Gather action="/dial" numDigits="1"/>',
            "/dial": f'<Dial action="/after"><Number>+862155550100</Number></Dial>{say("没有人听到")}',
            "/after": "",
        }
    )
    player = ring(server)
    player.desk_answers = lambda _: answer
    player.press("0")
    assert player.dialled == ["+862155550100"]
    assert server.last("DialCallStatus", "DialBridged") == {"DialCallStatus": status, "DialBridged": bridged}
    assert ("DialCallDuration" in server.asked[-1][2]) is (answer == "answered")
    assert player.heard == []


def test_dial_without_an_action_goes_on() -> None:
    """Unlike Gather and Record, it does not ask for its own document again."""
    server = Server({"/voice": f"<Dial><Sip>sip:desk@example.com</Sip></Dial>{say('再见')}"})
    player = ring(server)
    assert player.dialled == ["sip:desk@example.com"]
    assert player.heard == [PlayedItem("再见", "cmn-CN")]
    assert server.urls() == ["/voice"]


def test_the_first_party_that_answers_is_connected() -> None:
    """The others of a Dial are tried until then."""
    numbers = "".join(f"<Number>+86215555010{n}</Number>" for n in range(3))
    server = Server({"/voice": '<Gather action="/dial" numDigits="1"/>', "/dial": f"<Dial>{numbers}</Dial>"})
    player = ring(server)
    player.desk_answers = lambda number: "answered" if number.endswith("1") else "busy"
    player.press("0")
    assert player.dialled == ["+862155550100", "+862155550101"]


RECORD = '<Record action="/after" recordingStatusCallback="/ready" finishOnKey="#" maxLength="60"/>'


def test_a_recording_is_reported_to_its_action_and_when_it_is_ready() -> None:
    """The key that ended it is in Digits; the callback comes afterwards."""
    server = Server({"/voice": RECORD, "/after": "", "/ready": ""})
    player = ring(server)
    assert player.waiting == "recording"
    player.record(12)
    assert server.urls() == ["/voice", "/after", "/ready"]
    _, _, action = server.asked[1]
    assert (action["RecordingDuration"], action["Digits"]) == ("12", "#")
    assert server.last("RecordingUrl", "RecordingDuration", "RecordingStatus") == {
        "RecordingUrl": action["RecordingUrl"],
        "RecordingDuration": "12",
        "RecordingStatus": "completed",
    }


def test_no_two_recordings_have_the_same_identifier() -> None:
    """A server knows a recording by it: that of a later call must not replace one of an earlier call."""
    found = set()
    for call in ("CA" + "1" * 32, "CA" + "2" * 32):
        leg = CallLeg(Server({}), NumberSettings(), call, "+8613800138000", "+14155550100", "inbound")
        found |= {leg.recording(5)["RecordingSid"] for _ in range(2)}
    assert len(found) == 4
    assert all(re.fullmatch("RE[0-9a-f]{32}", sid) for sid in found)


@pytest.mark.parametrize(
    ("act", "seconds", "digits", "lost"),
    [
        ("long", "60", "", ""),
        ("silence", "0", "", ""),
        ("key", "0", "#", "5"),
        ("hang up", "0", "hangup", ""),
    ],
)
def test_how_a_recording_ends(act: str, seconds: str, digits: str, lost: str) -> None:
    """At its greatest length, at silence, at a key that ends it, or with the call; the action always comes."""
    server = Server({"/voice": RECORD, "/after": say("谢谢"), "/ready": ""})
    player = ring(server)
    match act:
        case "long":
            player.record(61)
        case "silence":
            player.silence()
        case "key":
            assert player.press("12#5") == lost
        case _:
            player.hang_up()
    _, url, action = server.asked[1]
    assert url == "/after"
    assert ("/ready" in server.urls()) is (seconds != "0")  # there is nothing to fetch of nothing
    assert (action["RecordingDuration"], action["Digits"]) == (seconds, digits)
    assert action["CallStatus"] == ("completed" if act == "hang up" else "in-progress")
    assert player.heard == ([] if act == "hang up" else [PlayedItem("谢谢", "cmn-CN")])


@pytest.mark.parametrize(
    ("verbs", "sentence"),
    [
        ("<Enqueue>support</Enqueue>", "uses <Enqueue>"),
        ("<say>hello</say>", "uses <say>"),
        ("<Gather><Redirect>/x</Redirect></Gather>", "<Redirect> inside <Gather>"),
        ("<Dial><Conference>room</Conference></Dial>", "dials <Conference>"),
        ("<Dial><Client>joe</Client></Dial>", "dials <Client>"),
    ],
)
def test_what_the_player_cannot_execute_is_said(verbs: str, sentence: str) -> None:
    """It does not pass over what a caller would notice."""
    with pytest.raises(PlayerError, match=sentence):
        ring(Server({"/voice": verbs}))


def test_hanging_up_at_a_gather_requests_no_action() -> None:
    """Only the status callback says that the caller is gone; a failed one changes nothing."""
    server = Server({"/voice": '<Gather action="/got"/><Redirect>/silent</Redirect>'})
    player = ring(server, NumberSettings(status_url="/status"))
    player.press("1")
    player.hang_up()
    assert player.waiting == "ended"
    assert server.urls() == ["/voice", "/status"]


def test_the_caller_can_do_only_what_the_call_waits_for() -> None:
    """A wrong act is a mistake of the test that plays the call, and is said."""
    server = Server({"/voice": '<Gather action="/got" numDigits="1"/>', "/got": ""})
    player = ring(server)
    with pytest.raises(PlayerError, match="waits for keys, not for recording"):
        player.record(3)
    with pytest.raises(PlayerError, match="'x' is no key"):
        player.press("1x")
    player.press("1")
    for act in (player.silence, lambda: player.press("1"), lambda: player.speak("喂")):
        with pytest.raises(PlayerError, match="waits for ended"):
            act()
