"""Webhooks that Twilio did not send: none is answered with TwiML, and none leaves a trace."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Mapping
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from tests.support.attacker import written
from tests.support.figures import figure
from tests.support.phone import CUSTOMER, FORM, PUBLIC, SID, TOKEN, Phone, signed

WEBHOOKS = (
    "/voice",
    "/voice/zh-CN/1",
    "/voice/fallback",
    "/voice/zh-CN/dialed",
    "/voice/status",
    "/voice/recording",
    "/messages/1/status",
)
THE_FORM = {
    "CallSid": SID,
    "CallStatus": "completed",
    "From": CUSTOMER,
    "Digits": "1",
    "RecordingUrl": "https://evil.example/1.wav",
    "RecordingDuration": "9",
    "MessageStatus": "delivered",
    "MessageSid": "SM1",
}
RIGHT = {path: signed(PUBLIC + path, THE_FORM) for path in WEBHOOKS}


def refused(answer: TestResponse) -> bool:
    """Say whether an answer is a refusal that tells nothing: no TwiML, no cookie, nowhere to go."""
    told = b"<Response>" in answer.data or "Set-Cookie" in answer.headers or "Location" in answer.headers
    return answer.status_code == 403 and not told


def untouched(phone: Phone) -> bool:
    """Say whether nothing at all was written since the beginning."""
    return not any(written(phone.application).values())


def test_the_right_signature_is_taken(phone: Phone) -> None:
    """What is refused below is refused for what is wrong with it."""
    phone.rings()
    for path in WEBHOOKS:
        answer = phone.client.post(path, data=THE_FORM, headers={"X-Twilio-Signature": RIGHT[path]})
        assert answer.status_code in {200, 204}
    assert written(phone.application)["voicemails"] == 1


def wrong_headers(path: str) -> Mapping[str, Mapping[str, str]]:
    """Return headers that sign nothing, or something else."""
    right = RIGHT[path]
    return {
        "no signature": {},
        "an empty one": {"X-Twilio-Signature": ""},
        "nonsense": {"X-Twilio-Signature": "c2lnbmF0dXJl"},
        "one of another account": {
            "X-Twilio-Signature": signed(PUBLIC + path, THE_FORM, "the-attacker-s-token")
        },
        "one of an empty token": {"X-Twilio-Signature": signed(PUBLIC + path, THE_FORM, "")},
        "one of another path": {"X-Twilio-Signature": signed(f"{PUBLIC}/voice/en-US/1", THE_FORM)},
        "one of another host": {"X-Twilio-Signature": signed(f"https://evil.example{path}", THE_FORM)},
        "one of another scheme": {"X-Twilio-Signature": signed(f"http://ivr.example.com{path}", THE_FORM)},
        "one of other fields": {"X-Twilio-Signature": signed(PUBLIC + path, {**THE_FORM, "Digits": "2"})},
        "one of the URL alone": {"X-Twilio-Signature": signed(PUBLIC + path, {})},
        "two of them": {"X-Twilio-Signature": f"{right}, {right}"},
        "one with a space": {"X-Twilio-Signature": f"{right} x"},
        "one in other letters": {"X-Twilio-Signature": right.swapcase()},
        "one without padding": {"X-Twilio-Signature": right.rstrip("=")},
        "one under another name": {"Twilio-Signature": right},
        "one that names its algorithm": {
            "X-Twilio-Signature": "x",
            "X-Twilio-Webhooks-Signature-Settings": "key=x,algorithm=none",
        },
        "letters beyond ASCII": {"X-Twilio-Signature": "签名".encode().decode("latin-1")},
        "ten thousand letters": {"X-Twilio-Signature": right * 400},
    }


def test_a_wrong_signature_opens_no_webhook(phone: Phone) -> None:
    """Each webhook, with every wrong signature."""
    answers = [
        phone.client.post(path, data=THE_FORM, headers=header)
        for path in WEBHOOKS
        for header in wrong_headers(path).values()
    ]
    count = sum(map(refused, answers))
    figure("webhooks with a wrong signature", len(answers), f"{count} refused, nothing written")
    assert count == len(answers)
    assert untouched(phone)


def test_no_signature_is_hit_by_chance(phone: Phone) -> None:
    """A thousand signatures near the right one: each letter changed, and random ones of the right length."""
    chance = random.Random(1)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    right = RIGHT["/voice"]
    tried = {right[:place] + letter + right[place + 1 :] for place in range(27) for letter in letters[::4]}
    tried |= {"".join(chance.choices(letters, k=27)) + "=" for _ in range(1000 - len(tried) + 1)}
    tried.discard(right)
    client = phone.client
    answers = [
        client.post("/voice", data=THE_FORM, headers={"X-Twilio-Signature": each}) for each in sorted(tried)
    ]
    count = sum(map(refused, answers))
    figure("signatures guessed", len(answers), f"{count} refused; the right one is one of 2^160")
    assert count == len(answers) >= 1000
    assert untouched(phone)


def test_what_is_added_to_a_signed_request_breaks_it(phone: Phone) -> None:
    """A query, a field, a field twice with two values, another body behind the same signature."""
    right, client = {"X-Twilio-Signature": RIGHT["/voice"]}, phone.client
    answers = [
        client.post("/voice?Digits=0", data=THE_FORM, headers=right),
        client.post("/voice?", data={**THE_FORM, "x": ""}, headers=right),
        client.post("/voice", data={**THE_FORM, "Digits": ["1", "2"]}, headers=right),
        client.post("/voice", data={**THE_FORM, "": "x"}, headers=right),
        client.post(
            "/voice", data=urlencode(THE_FORM) + "&From=%2B8613800138001", content_type=FORM, headers=right
        ),
        client.post("/voice", data=urlencode(THE_FORM) + "%00", content_type=FORM, headers=right),
    ]
    count = sum(map(refused, answers))
    figure("signed requests with something added", len(answers), f"{count} refused")
    assert count == len(answers)
    assert untouched(phone)


KINDS = (
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
    f"{FORM}x",
)


def test_another_kind_of_body_is_covered_by_no_signature(phone: Phone) -> None:
    """The signature of the URL alone, which a captured callback without fields would have, opens nothing either."""
    multipart = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in THE_FORM.items()
    )
    bodies = (json.dumps(THE_FORM), urlencode(THE_FORM), f"{multipart}--x--\r\n", "")
    answers = [
        phone.client.post(path, data=body, content_type=kind, headers={"X-Twilio-Signature": header})
        for path, kind, body in itertools.product(WEBHOOKS, KINDS, bodies)
        for header in (RIGHT[path], signed(PUBLIC + path, {}))
    ]
    count = sum(map(refused, answers))
    figure("bodies of another kind", len(answers), f"{count} refused")
    assert count == len(answers)
    assert untouched(phone)


METHODS = ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST")


def test_no_method_and_no_word_for_another_one_is_a_way_in(phone: Phone) -> None:
    """Unsigned, each method is refused, also with what other frameworks take for another method."""
    override = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST", "X-Method-Override": "POST"}
    queries = ("", f"?_method=POST&{urlencode(THE_FORM)}")
    answers = [
        phone.client.open(path + query, method=method, data=THE_FORM, headers=headers)
        for path, query, method, headers in itertools.product(WEBHOOKS, queries, METHODS, ({}, override))
    ]
    count = sum(map(refused, answers))
    figure("methods, and words for another one, without a signature", len(answers), f"{count} refused")
    assert count == len(answers)
    assert untouched(phone)


SPELLINGS = (
    "//voice", "///voice", "/./voice", "/voice/", "/voice//", "/voice/.", "/voice/../voice", "/x/../voice", "/%2e/voice",
    "/%2fvoice", "/voice%2f", "/voice%2fstatus", "/voice%00", "/voice%0a", "/voice;x", "/voice;/status", "/%76oice",
    "/VOICE", "/voice/zh-CN/1/", "/voice/zh-CN/-1", "/voice/zh-CN/1e3", "/voice/zh-CN/01", "/voice/zh-CN/99999999999",
    "/voice/zh-CN/" + "9" * 5000, "/voice/../../etc/passwd", "/\\voice", "/voice\\status", "/messages/1/status/",
    "/messages/1//status", "//messages/1/status", "/messages/-1/status", "/messages/%31/status", "/messages/1/status%2f",
    "/messages/" + "9" * 5000 + "/status", "/messages", "/voice?x", "/voice#x", "/voice/zh-CN/١",
)  # fmt: skip


def test_no_spelling_of_a_path_is_a_way_around(phone: Phone) -> None:
    """Without a signature a webhook's path is refused however it is spelt, or it is no path of ours: never an answer."""
    statuses = []
    for path in SPELLINGS:
        answer = phone.client.post(path, data=THE_FORM)
        statuses.append(answer.status_code)
        assert answer.status_code in {403, 404}, path
        assert b"<Response>" not in answer.data, path
        assert "Location" not in answer.headers, path
    figure(
        "spellings of a webhook's path", len(statuses), f"{statuses.count(403)} refused, the others not found"
    )
    assert untouched(phone)


def test_a_forged_report_changes_no_message(phone: Phone) -> None:
    """Unsigned reports of every status, for every message there is: what is known of it stays."""
    phone.rings()
    phone.chooses("help", "ready", "ready_text")
    kept = phone.application.store.call(SID)
    assert kept is not None
    assert len(kept.messages) == 1
    answers = [
        phone.client.post(f"/messages/{number}/status", data={"MessageStatus": status, "MessageSid": "SM1"})
        for number in range(20)
        for status in ("sent", "delivered", "failed", "undelivered", "read")
    ]
    figure(
        "reports of messages, unsigned",
        len(answers),
        f"{sum(map(refused, answers))} refused, 0 messages changed",
    )
    assert all(map(refused, answers))
    now = phone.application.store.call(SID)
    assert now is not None
    assert now.messages == kept.messages


def test_the_token_is_in_no_answer(phone: Phone) -> None:
    """Refusals, pages of errors and the health of the program hold neither the token nor a signature."""
    paths = ("/voice", "/nowhere", "/healthz", "/readyz", "/reset", "/reset/x", "/audio/x")
    pages = [phone.client.open(path, method=method) for path in paths for method in ("GET", "POST", "PUT")]
    figure("answers searched for the token", len(pages), "0 found")
    assert not any(TOKEN in page.text or TOKEN in str(page.headers) for page in pages)
