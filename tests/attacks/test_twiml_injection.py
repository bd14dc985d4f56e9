"""Making the hotline dial, or speak, what an attacker writes: through his voice, his name, his number, or an account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.attacker import told_of_the_card
from tests.support.figures import figure
from tests.support.phone import CUSTOMER, Answer, Phone, program
from tests.support.twiml_checker import check_twiml

PAYLOADS = (
    "</Say><Dial>+19005550100</Dial><Say>",
    "</Say></Gather><Redirect>https://evil.example/</Redirect>",
    '"/><Hangup/><Say voice="',
    "' onload='x",
    "]]><Dial>+19005550100</Dial><![CDATA[",
    "<!--", "--><Hangup/>", "<?xml version='1.0'?>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    "&lt;Dial&gt;", "&#60;Dial&#62;", "&#0;", "&amp;amp;", "&", "<", ">", "%3CDial%3E",
    "\x00", "a\x00b", "\x01", "\x02", "\x03", "\x1b[2J", "\x7f", "\x85", "\u2028", "\ufffe", "\uffff",
    "\u202e>laiD<", "\u2066\u2067\u2069", "\ufeff", "\U0001f4de", "\r\nX-Header: x\r\n\r\n<Response/>",
    "<pause 10s>", "[pause]", "<break time='10s'/>", "<slow>", "\U000f0000\U000f0001", "\U000fffff",
    "9" * 500, "<" * 500, "啊" * 500, "\x01\x02\x03" * 100,
)  # fmt: skip
"""XML, its entities and comments, characters that XML forbids, those that turn the direction of writing, long ones.

The first three control characters are what the renderer itself puts for URLs and words that come in later."""


def shape(answer: Answer) -> list[tuple[str, str]]:
    """Return the verbs of a document, with where each of them leads."""
    found = []
    for verb in answer.document.iter():
        leads = verb.get("action", "") or (
            verb.text or "" if verb.tag in {"Redirect", "Number", "Sip"} else ""
        )
        found.append((verb.tag, leads))
    return found


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """Give the web program."""
    app = program()
    yield app
    app.extensions["ivr"].close()


@pytest.mark.parametrize(
    "options",
    [(), ("other_language",), ("login",), ("login", "reset_login"), ("freeze", "freeze_number")],
)
def test_speech_makes_no_verb(app: Flask, options: tuple[str, ...]) -> None:
    """Whatever is recognised, at a menu, where keys are typed or a number is asked for: the answer is that of nonsense."""

    def answer(words: str, place: int) -> Answer:
        phone = Phone(app, call=f"CA-{'-'.join(options)}-{place}")
        phone.rings()
        phone.chooses(*options)
        return phone.says(words)

    nonsense = answer("mumble", 0)
    answers = [answer(words, place) for place, words in enumerate(PAYLOADS, 1) if words.strip()]
    count = sum(shape(each) == shape(nonsense) and not set(each.dials) for each in answers)
    figure(f"words said after {' '.join(options) or '(nothing)'}", len(answers), f"{count} like any nonsense")
    assert count == len(answers)


@pytest.mark.parametrize(
    "field",
    ["CallerName", "FromCity", "From", "Caller", "Digits", "FinishedOnKey", "Direction", "AccountSid", "To"],
)
def test_no_field_of_a_webhook_makes_a_verb(app: Flask, field: str) -> None:
    """Caller name, numbers and whatever else a stranger can set: the same document as without it, in each turn."""
    documents = set()
    for place, payload in enumerate(PAYLOADS):
        phone = Phone(app, caller="" if field == "From" else CUSTOMER, call=f"CA-{field}-{place}")
        first = phone.reports("/voice", **{field: payload})
        second = phone.reports(first.urls[0], **{field: payload})
        for answer in (first, second):
            check_twiml(answer.body)
            assert not answer.headers.get("X-Header")
        documents.add((tuple(shape(first)), tuple(shape(second))))
    figure(f"payloads in {field}", len(PAYLOADS), f"{len(documents)} document of verbs")
    assert len(documents) == 1


def test_an_account_s_words_are_said_and_never_executed(app: Flask) -> None:
    """A bank's name from the account service stands in prompts as words; the verbs are those of every other bank."""
    plain, _ = told_of_the_card(app, "农行", "CA-plain")
    for place, payload in enumerate(PAYLOADS):
        told, messages = told_of_the_card(app, f"农行{payload}", f"CA-{place}")
        check_twiml(told.body)
        spoken = [each for each in shape(told) if each[0] != "Say"]
        assert spoken == [each for each in shape(plain) if each[0] != "Say"]
        assert "农行" in told.said
        assert len(messages) == 2
    figure("payloads in an account's fields", len(PAYLOADS), "0 verbs made")
