"""The checker itself: each of its rules finds the document that breaks it."""

from __future__ import annotations

import pytest

from ivr.channels.twilio.twiml import Urls, render
from ivr.engine.commands import Hangup
from tests.support.twiml_checker import check_twiml

SAY = '<Say voice="Polly.Zhiyu-Neural" language="cmn-CN">您好</Say>'
GATHER = '<Gather input="dtmf" action="/voice/2" method="POST" timeout="5" finishOnKey="#" numDigits="1">'
REDIRECT = '<Redirect method="POST">/voice/2</Redirect>'
MENU = f"{GATHER}</Gather>{REDIRECT}"
RECORD = '<Record action="/voice/2" method="POST" timeout="5" finishOnKey="#" maxLength="60"/>'
DIAL = '<Dial action="/voice/2" method="POST" timeout="20"><Number>+8613800138000</Number></Dial>'


def document(body: str) -> bytes:
    """Return the document with these verbs."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>'.encode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        SAY,
        f"{GATHER}{SAY}<Pause length='1'/><Play>/audio/a.wav</Play></Gather>{REDIRECT}",
        f"{SAY}{RECORD}",
        f"{SAY}{DIAL}",
        f"<Dial timeout='5'><Sip>sip:desk@example.com</Sip></Dial>{SAY}<Hangup/>",
        "<Reject reason='busy'/>",
        '<Say voice="Polly.Hiujin-Neural" language="yue-CN">你好</Say>',
        *(
            SAY.replace("您好", ssml)
            for ssml in (
                '您<break time="500ms" />好',
                '<prosody rate="80%">您<sub alias="x">好</sub><break strength="weak" /></prosody>',
                '<p><s>您<w role="amazon:VB">好</w></s></p><lang xml:lang="en-US">hi</lang>',
                '<say-as interpret-as="date" format="ymd">2026-10-01</say-as>',
                '<phoneme alphabet="x-amazon-pinyin" ph="bao3">宝</phoneme>',
            )
        ),
        '<Say voice="Polly.Joanna" language="en-US"><emphasis level="strong">no</emphasis></Say>',
        MENU.replace('"dtmf"', '"dtmf speech" language="cmn-Hans-CN" speechTimeout="2" hints="a,b"'),
    ],
)
def test_a_good_document_passes(body: str) -> None:
    """Nothing is found where nothing is wrong."""
    check_twiml(document(body))


PLAIN = '<Say voice="man" language="en-US">a</Say>'
CHIRP = '<Say voice="Google.en-US-Chirp3-HD-Kore" language="en-US">a</Say>'
GOOGLE = '<Say voice="Google.en-US-Wavenet-A" language="en-US">a</Say>'
BREAK = '<break time="1s" />'


def with_ssml(say: str, ssml: str) -> str:
    """Return a Say with this behind its words."""
    return say.replace("</Say>", f"{ssml}</Say>")


WRONG_SSML = [
    (with_ssml(PLAIN, BREAK), "man takes no SSML"),
    (with_ssml(CHIRP, BREAK), "takes no SSML"),
    (with_ssml(PLAIN.replace("man", "Polly.Ruth-Generative"), BREAK), "takes no SSML"),
    (with_ssml(SAY, '<say-as interpret-as="characters">SMS</say-as>'), "does not take say-as=characters"),
    (with_ssml(SAY, "<emphasis>好</emphasis>"), "does not take emphasis"),
    (with_ssml(SAY, '<prosody pitch="low">好</prosody>'), "does not take prosody=pitch"),
    (with_ssml(GOOGLE, '<say-as interpret-as="digits">1</say-as>'), "does not take say-as=digits"),
    (with_ssml(GOOGLE, '<phoneme alphabet="x-amazon-pinyin" ph="a1">a</phoneme>'), "does not take phoneme="),
    (with_ssml(SAY, '<break time="1" />'), "time="),
    (with_ssml(SAY, '<break time="11s" />'), "10 is the most"),
    (with_ssml(SAY, "<break>好</break>"), "stray text"),
    (with_ssml(SAY, '<prosody rate="10%">好</prosody>'), "rate="),
    (with_ssml(SAY, "<prosody>好</prosody>"), "prosody that changes nothing"),
    (with_ssml(SAY, '<prosody rate="80%"> </prosody>'), "13520"),
    (with_ssml(SAY, '<say-as interpret-as="date">2026-10-01</say-as>'), "a date without its format"),
    (with_ssml(SAY, '<say-as interpret-as="digits">1<break /></say-as>'), "break in say-as"),
    (with_ssml(SAY, "<sub>好</sub>"), "alias is left to Twilio"),
    (with_ssml(SAY, '<phoneme ph="x">好</phoneme>'), "alphabet is left to Twilio"),
    (with_ssml(SAY, '<phoneme alphabet="arpabet" ph="x">好</phoneme>'), "alphabet="),
    (with_ssml(SAY, "<s><p>好</p></s>"), "p in s"),
    (with_ssml(SAY, "<mark name='x' />"), "mark in Say"),
    (with_ssml(SAY, '<sub alias="%s">x</sub>' % ("好" * 500)), "URL-encoded"),
    (with_ssml(SAY.replace("您好", ""), BREAK), "13520"),
]

WRONG = [
    *WRONG_SSML,
    ("<Say voice='man' language='en-US'>a & b</Say>", "12100"),
    ("<Say voice='man' language='en-US'>&#1;</Say>", "12100"),
    ("<say>hello</say>", "say in Response"),
    ("<Message>hello</Message>", "Message in Response"),
    ("hello", "stray text"),
    (f"{SAY}hello", "stray text"),
    ("<Play></Play>", "13520"),
    ("<Play>/audio/a b.wav</Play>", "11100"),
    ("<Play>/audio/%E4.wav</Play>", "11100"),
    ("<Play>file.wav?x=1</Play>", "11100"),
    ("<Pause length='0'/>", "length="),
    (f"{GATHER}</Gather>", "silence would hang up"),
    (f"{GATHER}{REDIRECT}</Gather>{REDIRECT}", "Redirect in Gather"),
    (f"{GATHER}<Play digits='1'/></Gather>{REDIRECT}", "keys played into a Gather"),
    (f"{GATHER}hello</Gather>{REDIRECT}", "stray text"),
    (f"{REDIRECT}{SAY}", "never reached"),
    (f"<Hangup/>{SAY}", "never reached"),
    (f"{RECORD}{SAY}", "never reached"),
    (f"{DIAL}{SAY}", "never reached"),
    ("<Hangup>now</Hangup>", "stray text"),
    (f"{SAY}<Reject/>", "too late"),
    ("<Reject reason='tired'/>", "reason="),
]

SPOILT = [
    (SAY, "voice=", "Voice=", "has no Voice"),
    (SAY, ' voice="Polly.Zhiyu-Neural"', "", "voice is left"),
    (SAY, ' language="cmn-CN"', "", "language is left"),
    (SAY, "Zhiyu", "Joanna", "13511"),
    (SAY, "cmn-CN", "zh-CN", "language="),
    (SAY, "cmn-CN", "cmn-TW", "13511"),
    (SAY, "Polly.Zhiyu-Neural", "alice", "voice="),
    (SAY, "Polly.Zhiyu-Neural", "Google.cmn-CN-Standard-Z", "13511"),
    (SAY, "您好", "", "13520"),
    (SAY, "您好", " \n", "13520"),
    (SAY, "您好", "快" * 500, "13521"),
    (SAY, "您好", "a" * 3001, "13521"),
    (SAY, "您好", "<b>a</b>", "b in Say"),
    (SAY, "<Say", "<Say loop='-1'", "loop="),
    (MENU, 'input="dtmf" ', "", "input is left"),
    (MENU, 'action="/voice/2" ', "", "action is left"),
    (MENU, 'method="POST" timeout', "timeout", "method is left"),
    (MENU, 'timeout="5" ', "", "timeout is left"),
    (MENU, 'finishOnKey="#" ', "", "finishOnKey is left"),
    (MENU, "dtmf", "['dtmf', 'speech']", "input="),
    (MENU, 'timeout="5"', 'timeout="0"', "timeout="),
    (MENU, 'timeout="5"', 'timeout="5.0"', "timeout="),
    (MENU, 'numDigits="1"', 'numDigits="0"', "numDigits="),
    (MENU, '"#"', '"##"', "finishOnKey="),
    (MENU, "POST", "PUT", "method="),
    (MENU, "/voice/2", "/voice?turn=2", "action="),
    (MENU, "numDigits", "minConfidence", "has no minConfidence"),
    (MENU, "numDigits", "numdigits", "has no numdigits"),
    (MENU, "dtmf", "speech", "language of speech"),
    (MENU, '"dtmf"', '"speech" language="en-US"', "speechTimeout"),
    (MENU, "<Gather", '<Gather language="en"', "language="),
    (MENU, "<Gather", f'<Gather hints="{"a" * 101}"', "hints="),
    (MENU, "<Gather", f'<Gather hints="a{",a" * 500}"', "hints="),
    (REDIRECT, ' method="POST"', "", "method is left"),
    (REDIRECT, "/voice/2", "", "nothing in it"),
    (REDIRECT, "/voice/2", "https://ivr.example.com/你好", "11100"),
    (RECORD, "60", "1", "not 2 to 14400"),
    (RECORD, '"#"', '"x"', "finishOnKey="),
    (RECORD, "/>", " trim='yes'/>", "trim="),
    (RECORD, "/>", f">{SAY}</Record>", "Say in Record"),
    (RECORD, 'action="/voice/2" ', "", "action is left"),
    (DIAL, '"20"', '"4"', "not 5 to 600"),
    (DIAL, '"20"', '"601"', "not 5 to 600"),
    (DIAL, "+8613800138000", "13800138000", "11100"),
    (DIAL, "<Number>+8613800138000</Number>", "", "dials 0 parties"),
    (DIAL, "<Number>+8613800138000</Number>", "+8613800138000", "stray text"),
    (DIAL, "Number>", "Sip>", "11100"),
    (DIAL, "<Dial", '<Dial callerId="anonymous"', "callerId="),
    (DIAL, 'method="POST" ', "", "method is left"),
]


@pytest.mark.parametrize(("body", "found"), WRONG)
def test_a_wrong_document_is_found(body: str, found: str) -> None:
    """Text, nesting and order: each rule names what is wrong."""
    with pytest.raises(AssertionError) as error:
        check_twiml(document(body))
    assert found in str(error.value)


@pytest.mark.parametrize(("good", "part", "spoilt", "found"), SPOILT)
def test_one_wrong_word_is_found(good: str, part: str, spoilt: str, found: str) -> None:
    """Attributes, values and lengths: a good document with one thing changed is a bad one."""
    check_twiml(document(good))
    assert part in good
    test_a_wrong_document_is_found(good.replace(part, spoilt), found)


@pytest.mark.parametrize(
    ("bad", "found"),
    [
        (b" " + document(""), "XML declaration"),
        (b"", "XML declaration"),
        (document(SAY)[:-3], "12100"),
        (document(SAY).replace("您".encode(), b"\xff"), "12100"),
        (document("").replace(b"Response", b"response"), "12102"),
        (document("").replace(b"<Response>", b"<Response version='1'>"), "has no version"),
        (document(SAY * 2000), "11750"),
    ],
)
def test_a_bad_whole_is_found(bad: bytes, found: str) -> None:
    """The declaration, the encoding, the root and the size."""
    with pytest.raises(AssertionError) as error:
        check_twiml(bad)
    assert found in str(error.value)


def test_every_document_is_checked_where_it_is_made(checked_documents: list[AssertionError]) -> None:
    """No test has to remember the checker; a handler that swallows its error does not hide it from the test."""
    with pytest.raises(AssertionError, match="never reached"):
        render([Hangup(), Hangup()], Urls("/voice/2", "/voice/recording", "/audio/"))
    assert len(checked_documents) == 1
    checked_documents.clear()
