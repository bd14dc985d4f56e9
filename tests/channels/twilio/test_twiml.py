"""Commands as TwiML: a table of commands and the exact text, with what Twilio says about each above it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels.twilio import twiml
from ivr.channels.twilio.twiml import DocumentTooLarge, Urls, apology, goodbye, render
from ivr.engine.commands import (
    Command,
    Gather,
    Hangup,
    Record,
    RunAction,
    Say,
    SendText,
    Transfer,
)
from ivr.menu.speech.prompts import Utterance

URLS = Urls(turn="/voice/zh-CN/3", recording="/voice/recording", audio="/audio/")
HELLO = Utterance("您好。", "zh-CN", "Polly.Zhiyu-Neural", static=True)
ENGLISH = Utterance("For English, press 3.", "en-US", "Polly.Joanna-Neural", static=True)
BALANCE = Utterance("您有 88 元。", "zh-CN", "Polly.Zhiyu-Neural")
DESK = Transfer("general", "+862155550100", 30, "zh-CN")

SAID_HELLO = '<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">您好。</Say>'
SAID_ENGLISH = '<Say language="en-US" voice="Polly.Joanna-Neural">For English, press 3.</Say>'
SAID_BALANCE = '<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">您有 88 元。</Say>'
KEYS = 'finishOnKey="" input="dtmf" method="POST" numDigits="1" timeout="5"'
LONG_HINT = "a" * 100
AGAIN = '<Redirect method="POST">/voice/zh-CN/3</Redirect>'
DIAL = '<Dial action="/voice/zh-CN/3" method="POST" timeout="30">'
NUMBER = "<Number>+862155550100</Number></Dial>"


def document(*body: str) -> bytes:
    """Return the document with these verbs."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(body)}</Response>'.encode()


TABLE: list[tuple[str, list[Command], list[str]]] = [
    # Hangup ends the call; as the first verb it has answered it before.
    ("hang-up", [Hangup()], ["<Hangup />"]),
    # Without a language and a voice, Say speaks what the account's settings say.
    ("say", [Say((HELLO, ENGLISH)), Hangup()], [SAID_HELLO, SAID_ENGLISH, "<Hangup />"]),
    # A hotline that names no voice still has one, and the zh-CN of Say belongs to a retired one.
    ("default voice", [Say((replace(HELLO, voice=""),)), Hangup()], [SAID_HELLO, "<Hangup />"]),
    # An empty Say is a warning (13520), and so is nothing but spaces.
    ("nothing to say", [Say((replace(HELLO, text=" \x00"),)), Hangup()], ["<Hangup />"]),
    # The characters of XML are escaped; those that XML cannot hold are left out.
    (
        "escaping",
        [Say((replace(BALANCE, text="<A> & \x07B\ud800"),)), Hangup()],
        ['<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">&lt;A&gt; &amp; B</Say>', "<Hangup />"],
    ),
    # Play fetches a recording by GET, without parameters and unsigned.
    (
        "recorded",
        [Say((replace(HELLO, audio=("greeting.1f3a9c2e.wav",)),)), Hangup()],
        ["<Play>/audio/greeting.1f3a9c2e.wav</Play>", "<Hangup />"],
    ),
    # Keys that are pressed before a Gather are lost, so its prompts stand inside; a silent caller goes on to the verb
    # after it, and without one he is cut off.
    (
        "menu",
        [Gather((HELLO, ENGLISH), "zh-CN", keys=("1", "3"), length=1)],
        [f'<Gather action="/voice/zh-CN/3" {KEYS}>', SAID_HELLO, SAID_ENGLISH, "</Gather>", AGAIN],
    ),
    # Words of one caller and words of all callers mix.
    (
        "menu with a balance",
        [Gather((BALANCE, HELLO), "zh-CN", length=1)],
        [f'<Gather action="/voice/zh-CN/3" {KEYS}>', SAID_BALANCE, SAID_HELLO, "</Gather>", AGAIN],
    ),
    # The finishing key is # unless something is written; with # an entry may have any length.
    (
        "typed entry",
        [Say((BALANCE,)), Gather((HELLO,), "zh-CN", finish="#", timeout=8, secret=True)],
        [
            SAID_BALANCE,
            '<Gather action="/voice/zh-CN/3" finishOnKey="#" input="dtmf" method="POST" timeout="8">',
            SAID_HELLO,
            "</Gather>",
            AGAIN,
        ],
    ),
    # A timeout is a positive number of seconds; 0 is none.
    (
        "no time",
        [Gather((), "zh-CN", finish="#", timeout=0)],
        [
            '<Gather action="/voice/zh-CN/3" finishOnKey="#" input="dtmf" method="POST" timeout="1"></Gather>',
            AGAIN,
        ],
    ),
    # Recognition has other codes than speech; hints are phrases between commas, of at most 100 characters.
    (
        "speech",
        [Gather((HELLO,), "zh-CN", length=1, speech=("登录", "转,出", " ", LONG_HINT + "b"))],
        [
            f'<Gather action="/voice/zh-CN/3" finishOnKey="" hints="登录,转 出,{LONG_HINT}" ',
            'input="dtmf speech" language="cmn-Hans-CN" method="POST" numDigits="1" speechTimeout="2" timeout="5">',
            SAID_HELLO,
            "</Gather>",
            AGAIN,
        ],
    ),
    (
        "speech without hints",
        [Gather((HELLO,), "en-US", length=1, speech=())],
        [
            '<Gather action="/voice/zh-CN/3" finishOnKey="" input="dtmf speech" language="en-US" method="POST" ',
            'numDigits="1" speechTimeout="2" timeout="5">',
            SAID_HELLO,
            "</Gather>",
            AGAIN,
        ],
    ),
    # Dial with an action never goes on in its own document; without a caller ID it shows the caller's number.
    ("transfer", [Say((HELLO,)), DESK], [SAID_HELLO, DIAL, NUMBER]),
    # It rings for 5 to 600 seconds.
    ("short ring", [replace(DESK, ring_seconds=1)], [DIAL.replace("30", "5"), NUMBER]),
    ("long ring", [replace(DESK, ring_seconds=900)], [DIAL.replace("30", "600"), NUMBER]),
    (
        "SIPS",
        [replace(DESK, number="sips:desk@example.com")],
        [DIAL, "<Sip>sips:desk@example.com</Sip></Dial>"],
    ),
    ("SIP", [replace(DESK, number="sip:desk@example.com")], [DIAL, "<Sip>sip:desk@example.com</Sip></Dial>"]),
    # Any key ends a recording unless one is written; its file may be ready only when the callback comes.
    (
        "voicemail",
        [Say((HELLO,)), Record("message", at_most=120, silence=4, language="zh-CN")],
        [
            SAID_HELLO,
            '<Record action="/voice/zh-CN/3" finishOnKey="#" maxLength="120" method="POST" playBeep="true" ',
            'recordingStatusCallback="/voice/recording" recordingStatusCallbackMethod="POST" timeout="4" ',
            'trim="trim-silence" />',
        ],
    ),
    # A text message is sent by another way than the call.
    ("text", [SendText("+8613800138000", "给您的链接", "zh-CN"), Hangup()], ["<Hangup />"]),
]


@pytest.mark.parametrize(("commands", "body"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_commands_as_twiml(commands: list[Command], body: list[str]) -> None:
    """The whole document, to the letter; and the same when it is kept from before."""
    assert render(commands, URLS) == document(*body)
    assert render(commands, URLS) == document(*body)


@pytest.mark.parametrize(("wanted", "length"), [(0, 2), (120, 120), (99_999, 14_400)])
def test_a_recording_is_as_long_as_twilio_makes_it(wanted: int, length: int) -> None:
    """It lasts 2 to 14400 seconds; without a silence to end it (0), it would go on after a caller who is done."""
    document = render([Record("message", at_most=wanted, silence=0, language="zh-CN")], URLS).decode()
    assert f'maxLength="{length}"' in document
    assert ' timeout="1"' in document


def test_no_more_hints_than_twilio_takes() -> None:
    """At most 500 phrases; the first ones count."""
    menu = Gather((HELLO,), "zh-CN", length=1, speech=tuple(f"phrase {n}" for n in range(501)))
    document = render([menu], URLS)
    assert b",phrase 499" in document
    assert b",phrase 500" not in document


def test_pitfall_18_a_desk_is_shown_a_number_that_is_ours() -> None:
    """Where the caller's number cannot be shown, the hotline's is."""
    shown = DIAL.replace("method", 'callerId="+14155550100" method')
    assert render([DESK], URLS, caller_id="+14155550100") == document(shown, NUMBER)
    assert render([DESK], URLS, caller_id="") == document(DIAL, NUMBER)


def test_kept_words_go_to_the_url_of_this_turn() -> None:
    """The same menu at another turn differs in its URLs and in nothing else."""
    commands = [Gather((HELLO,), "zh-CN", length=1)]
    third = render(commands, URLS)
    fourth = render(commands, replace(URLS, turn="/voice/zh-CN/4"))
    assert fourth == third.replace(b"/voice/zh-CN/3", b"/voice/zh-CN/4")


def test_words_cannot_become_a_url() -> None:
    """A caller's words that hold what stands for a URL in a kept rendering are only words."""
    words = replace(BALANCE, text="\x01\x02\x03 {turn} %s")
    assert b">{turn} %s</Say>" in render([Say((words,)), Hangup()], URLS)


def test_a_customers_words_are_not_kept() -> None:
    """Nothing of one call stays in memory after it, whatever it was nested in."""
    kept = [value for value in vars(twiml).values() if hasattr(value, "cache_info")]
    commands: list[Command] = [Say((BALANCE,)), Gather((HELLO, BALANCE), "zh-CN", length=1)]
    render(commands, URLS)
    before = [cache.cache_info().currsize for cache in kept]
    other = replace(BALANCE, text="您有 99 元。")
    render([Say((other,)), Gather((HELLO, other), "zh-CN", length=1)], URLS)
    assert [cache.cache_info().currsize for cache in kept] == before


def test_pitfall_33_a_long_text_is_several_says() -> None:
    """One Say has at most 4500 URL-encoded characters; the rest follows in the same voice."""
    body = render([Say((replace(BALANCE, text="快" * 99 + "。" + "慢" * 450),)), Hangup()], URLS).decode()
    assert body.count("<Say ") == 2
    assert "。</Say>" in body


def test_a_document_that_twilio_would_not_read_is_refused_here() -> None:
    """64 kB is the most (11750); the caller gets an apology instead of silence."""
    with pytest.raises(DocumentTooLarge, match="Twilio reads 64000"):
        render([Say((replace(BALANCE, text="快" * 22_000),)), Hangup()], URLS)


def test_an_action_is_not_rendered() -> None:
    """Actions are run before anything is said; one that is left is a mistake of ours."""
    with pytest.raises(TypeError, match="find_account"):
        render([RunAction("find_account")], URLS)


def test_the_apology_needs_no_recording() -> None:
    """It is spoken in each language given, rings a human, and posts how that ended; nothing after a Dial's action runs."""
    recorded = replace(HELLO, audio=("greeting.1f3a9c2e.wav",))
    dial = '<Dial action="/then" {}method="POST" timeout="30">'
    assert apology([recorded, ENGLISH], "+862155550100", "/then") == document(
        SAID_HELLO, SAID_ENGLISH, dial.format(""), NUMBER
    )
    assert apology([HELLO], "+862155550100", "/then", "+14155550100") == document(
        SAID_HELLO, dial.format('callerId="+14155550100" '), NUMBER
    )
    assert apology([], "sip:desk@example.com", "/then") == document(
        dial.format(""), "<Sip>sip:desk@example.com</Sip></Dial>"
    )


def test_a_goodbye_ends_the_call() -> None:
    """With words, or without any."""
    assert goodbye([HELLO]) == document(SAID_HELLO, "<Hangup />")
    assert goodbye() == document("<Hangup />")


@given(words=st.text(), hint=st.text(), static=st.booleans())
def test_any_words_make_twiml(words: str, hint: str, static: bool) -> None:  # noqa: FBT001 - a strategy's value
    """Whatever a menu or a customer's data holds, the document is one that Twilio executes."""
    utterance = Utterance(words, "zh-CN", "Polly.Zhiyu-Neural", static=static)
    render([Say((utterance,)), Gather((utterance,), "zh-CN", finish="#", speech=(hint,))], URLS)
