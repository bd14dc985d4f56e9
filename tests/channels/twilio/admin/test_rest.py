"""Twilio's REST side against a stub that plays what goes wrong: each trouble becomes one clear error."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

from ivr.channels.twilio.admin.errors import (
    SENTENCES,
    NoAnswer,
    RequestRejected,
    RestFailed,
    TwilioUnreachable,
)
from ivr.channels.twilio.admin.http_client import LARGEST_ANSWER
from ivr.channels.twilio.admin.rest import NumberFacts, TwilioAccount, TwilioRest
from ivr.config import BadSetting, Settings
from ivr.messaging.carrier import MessageNotTaken, MessageRefused
from tests.support.dripping import Peer, dripping
from tests.support.rest_stub import (
    ACCOUNT,
    HERS,
    OURS,
    PN,
    TOKEN,
    VERIFY,
    Stub,
    breaking_server,
    closed_port,
    own_number,
    refusal,
    self_signed,
    serving,
    twilio_stub,
)

WORDS = "您的验证码是 482910"
ECHO = f"The 'To' number {HERS} is not valid for: {WORDS}"
"""Twilio likes to repeat what it refuses."""


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Return Twilio's REST interface, on this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    with twilio_stub() as stub:
        yield stub


# --- messages


def test_a_message_arrives_as_it_was_sent(stub: Stub) -> None:
    """From our number, with the URL that is told what becomes of it; its SID comes back."""
    sid = stub.rest().send(HERS, WORDS, report_url="https://ivr.example.com/messages/7/status")
    assert sid == "SM" + "4" * 32
    assert stub.last().path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert stub.last().form == {
        "To": HERS,
        "From": OURS,
        "Body": WORDS,
        "StatusCallback": "https://ivr.example.com/messages/7/status",
    }


def test_without_a_public_url_no_report_is_asked_for(stub: Stub) -> None:
    """An empty URL would be an error to Twilio."""
    stub.rest().send(HERS, WORDS, report_url="")
    assert "StatusCallback" not in stub.last().form


NEVER = [
    (refusal(400, 21211, ECHO), "this is no valid telephone number", "21211"),
    (refusal(403, 21408, ECHO), "the account may not text that country; allow it in", "21408"),
    (refusal(400, 21606, ECHO), "TWILIO_NUMBER must be one of the account's that can send texts", "21606"),
    (refusal(400, 21608, ECHO), "only numbers that are verified with Twilio", "21608"),
    (refusal(400, 21610, ECHO), "the recipient has answered STOP", "21610"),
    (refusal(400, 21612, ECHO), "there is no way for a message from our number", "21612"),
    (refusal(400, 21614, ECHO), "the number is no mobile number", "21614"),
    (refusal(400, 21617, ECHO), "the message is longer than 1600 characters", "21617"),
    (refusal(400, 21999, ECHO), "Twilio refuses it, for a reason that its list of errors tells", "21999"),
    (Response("no JSON at all", 422), "Twilio refuses it, for a reason", "422"),
]
LATER = [
    (refusal(429, 20429, ECHO), "Twilio takes no more requests at this moment", None),
    (refusal(429, 20429, ECHO, Retry_After="7"), "Twilio takes no more requests at this moment", 7),
    (refusal(429, 20429, ECHO, Retry_After="soon"), "Twilio takes no more requests at this moment", None),
    (refusal(401, 20003, ECHO), "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", 900),
    (refusal(403, 20003, ECHO), "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", 900),
    (refusal(400, 10001, ECHO), "the account is not active", 900),
    (refusal(404, 20404, ECHO), "Twilio knows nothing by that identifier", 900),
    (Response("<html>", 403), "Twilio refuses it, for a reason", 900),
]
NOBODY_KNOWS = [
    (refusal(500, 20500, ECHO), RequestRejected, "Twilio failed with HTTP 500; try again later"),
    (
        Response("<html>Bad Gateway</html>", 502),
        RequestRejected,
        "Twilio failed with HTTP 502; try again later",
    ),
    (
        Response("<html>welcome</html>", 200),
        NoAnswer,
        "the answer is not Twilio's; IVR_TWILIO_API_URL must be",
    ),
]


@pytest.mark.parametrize(("told", "reason", "code"), NEVER)
def test_a_message_that_twilio_will_never_take(stub: Stub, told: Response, reason: str, code: str) -> None:
    """Is refused, with a sentence that says why; a code that is not known here is named."""
    stub.answers["/Messages.json"] = told
    with pytest.raises(MessageRefused) as raised:
        stub.rest().send(HERS, WORDS)
    assert raised.value.reason.startswith(reason) or reason in raised.value.reason
    assert raised.value.code == code


@pytest.mark.parametrize(("told", "reason", "after"), LATER)
def test_a_message_that_may_be_sent_later(stub: Stub, told: Response, reason: str, after: int | None) -> None:
    """Too many requests, or an account that somebody must put in order: it was surely not sent."""
    stub.answers["/Messages.json"] = told
    with pytest.raises(MessageNotTaken) as raised:
        stub.rest().send(HERS, WORDS)
    assert reason in raised.value.reason
    assert raised.value.after == after


@pytest.mark.parametrize(("told", "kind", "text"), NOBODY_KNOWS)
def test_a_message_of_which_nobody_knows(
    stub: Stub, told: Response, kind: type[RestFailed], text: str
) -> None:
    """An error that says nothing, or an answer that cannot be read: it may have been sent."""
    stub.answers["/Messages.json"] = told
    with pytest.raises(kind, match=text):
        stub.rest().send(HERS, WORDS)


@pytest.mark.parametrize(
    "base",
    ["", "http://no-such-host.invalid"],
    ids=["a port where nobody listens", "a host that is not there"],
)
def test_a_connection_that_does_not_come_about_has_sent_nothing(stub: Stub, base: str) -> None:
    """Refused, or a name that nobody knows: the message may be tried again."""
    with pytest.raises(
        MessageNotTaken, match="Twilio cannot be reached; see this machine's network"
    ) as raised:
        stub.rest(api=base or closed_port()).send(HERS, WORDS)
    assert raised.value.after == 5


def test_a_certificate_that_nobody_trusts_has_sent_nothing(stub: Stub, tmp_path: Path) -> None:
    """The connection ends before the request."""
    with (
        serving(stub, self_signed(tmp_path)) as base,
        pytest.raises(MessageNotTaken, match="Twilio's certificate is not trusted"),
    ):
        stub.rest(api=base.replace("http:", "https:")).send(HERS, WORDS)
    assert stub.asked == []


def test_no_answer_in_time_is_not_the_same_as_no_message(stub: Stub) -> None:
    """It may have been sent, and nobody may send it again."""
    stub.silent = True
    with pytest.raises(NoAnswer, match="no answer in time"):
        stub.rest(timeout=0.2).send(HERS, WORDS)
    assert stub.last().form["To"] == HERS


@pytest.mark.parametrize(
    "peer",
    [
        Peer(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n"),
        Peer(b"HTTP/1.1 201 Created\r\nContent-Length: 4000\r\n\r\n", b" "),
        Peer(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 4000\r\n\r\n", b" "),
    ],
    ids=["headers", "body", "redirect"],
)
def test_an_answer_that_drips_is_given_up_in_time(stub: Stub, peer: Peer) -> None:
    """It may have been sent. The same holds for codes, which a caller waits for."""
    with dripping(peer):
        rest = stub.rest(api=peer.url, verify=peer.url, timeout=0.3)
        for send in (lambda: rest.send(HERS, WORDS), lambda: rest.start_verification(VERIFY, HERS, "zh")):
            began = time.monotonic()
            with pytest.raises(NoAnswer, match="no answer in time"):
                send()
            assert 0.3 <= time.monotonic() - began < 1.5
            assert peer.hung_up.acquire(timeout=5)


def test_an_answer_of_any_size_is_not_read(stub: Stub) -> None:
    """Only some other server would have so much to say."""
    stub.answers["/Messages.json"] = Response(" " * (LARGEST_ANSWER + 1), 201)
    with pytest.raises(NoAnswer, match="the connection to Twilio broke"):
        stub.rest().send(HERS, WORDS)


def test_a_connection_that_breaks_is_not_the_same_as_no_message(stub: Stub) -> None:
    """The request was read before it broke."""
    with breaking_server() as base, pytest.raises(NoAnswer, match="the connection to Twilio broke"):
        stub.rest(api=base).send(HERS, WORDS)


def test_what_twilio_would_refuse_is_not_even_asked(stub: Stub) -> None:
    """A message that is too long will never be taken; one without a sender waits until there is one."""
    with pytest.raises(MessageRefused, match="longer than 1600 characters") as refused:
        stub.rest().send(HERS, "长" * 1601)
    assert refused.value.code == "21617"
    with pytest.raises(MessageNotTaken, match="TWILIO_NUMBER is missing"):
        stub.rest(number="").send(HERS, WORDS)
    assert stub.asked == []
    assert stub.rest().send(HERS, "长" * 1600)


@pytest.mark.parametrize("told", [told for told, *_ in [*NEVER, *LATER, *NOBODY_KNOWS]])
def test_no_error_tells_the_number_the_words_or_the_token(stub: Stub, told: Response) -> None:
    """Whatever Twilio repeats: errors go to the log and to a list that many may see."""
    stub.answers["/Messages.json"] = told
    with pytest.raises(Exception) as raised:
        stub.rest().send(HERS, WORDS)
    shown = "".join(traceback.format_exception(raised.value))
    assert not [secret for secret in (HERS[1:], WORDS[:5], "482910", TOKEN) if secret in shown]


# --- everything else


def test_the_account_says_who_it_is(stub: Stub) -> None:
    """Which proves that our credentials are taken; and its answer tells Twilio's time."""
    rest = stub.rest()
    assert rest.account() == TwilioAccount("Demo", "active", trial=False)
    assert rest.server_time is not None
    assert abs((rest.server_time - datetime.now(UTC)).total_seconds()) < 60


def test_a_wrong_token_is_told(stub: Stub) -> None:
    """With the settings that are to be checked."""
    with pytest.raises(
        RequestRejected, match=r"check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN \(error 20003\)"
    ):
        stub.rest(token="forged").account()


def test_the_numbers_of_the_account(stub: Stub) -> None:
    """All of them, or those that look like one; what is not set is empty."""
    stub.numbers.append(own_number("+442071838750", capabilities={"voice": True, "sms": False}))
    assert [own.number for own in stub.rest().numbers()] == [OURS, "+442071838750"]
    (own,) = stub.rest().numbers("+4420")
    assert (own.sid, own.voice, own.sms, own.settings["voice_url"]) == (PN, True, False, "")


def test_an_answer_that_is_no_list_of_numbers(stub: Stub) -> None:
    """Some other server's, for instance."""
    stub.answers["/IncomingPhoneNumbers.json"] = Response(
        '{"hello": "world"}', content_type="application/json"
    )
    with pytest.raises(NoAnswer, match="IVR_TWILIO_API_URL"):
        stub.rest().numbers()


def test_facts_of_a_number(stub: Stub) -> None:
    """Whether it is one at all, and how it is written where it lives."""
    assert stub.rest().look_up(HERS) == NumberFacts(valid=True, national="138 0013 8000", country="CN")
    assert not stub.rest().look_up("+19995550100").valid


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (21205, "IVR_PUBLIC_URL must be an address that it can reach"),
        (21210, "TWILIO_NUMBER must be one that it owns"),
        (21215, "the account may not call that country"),
        (21219, "may call only numbers that are verified"),
        (21999, "Twilio refused it: No number like … here"),
    ],
)
def test_a_call_that_is_refused(stub: Stub, code: int, text: str) -> None:
    """In our words where we know the code, otherwise in Twilio's, without the number and with a page to read."""
    stub.answers["/Calls.json"] = refusal(400, code, f"No number like {HERS} here")
    settings = own_number(
        voice_url="https://x/voice", voice_fallback_url="https://x/f", status_callback="https://x/s"
    )
    with pytest.raises(RequestRejected, match=text) as raised:
        stub.rest().call(HERS, settings, ring_seconds=40)
    assert f"error {code}" in str(raised.value)
    assert HERS not in str(raised.value)


def test_newer_services_word_their_errors_otherwise(stub: Stub) -> None:
    """As RFC 9457 has it: without a message."""
    told = '{"type": "https://x", "title": "Bad locale", "status": 400, "code": 60999}'
    stub.answers["/Verifications"] = Response(told, 400, content_type="application/problem+json")
    with pytest.raises(RequestRejected, match="Twilio refused it: Bad locale"):
        stub.rest().start_verification(VERIFY, HERS, "zh")


# --- settings


@pytest.mark.parametrize(
    ("account", "token", "missing"), [("", TOKEN, "TWILIO_ACCOUNT_SID"), (ACCOUNT, "", "TWILIO_AUTH_TOKEN")]
)
def test_without_credentials_nothing_is_asked(
    stub: Stub, account: str, token: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even those of the environment, which the client would look for behind our back."""
    monkeypatch.setenv(missing, "from the environment")
    with pytest.raises(BadSetting, match=f"{missing} is missing"):
        stub.rest(account=account, token=token)


def test_the_settings_say_which_credentials_and_which_base(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of several tokens; and one base for all, with Verify under a path of its own."""
    monkeypatch.setenv("TWILIO_REGION", "ie1")  # would turn 127.0.0.1 into a host that is none
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    settings = Settings(account_sid=ACCOUNT, auth_tokens=(TOKEN, "old"), number=OURS, twilio_api_url=stub.url)
    rest = TwilioRest.of(settings)
    rest.send(HERS, WORDS)
    rest.start_verification(VERIFY, HERS, "zh")
    rest.look_up(HERS)
    assert [asked.path for asked in stub.asked] == [
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
        f"/verify/v2/Services/{VERIFY}/Verifications",
        f"/v2/PhoneNumbers/{HERS}",
    ]


def test_without_another_base_it_is_twilio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each product at a host of its own."""
    asked: list[str] = []

    def request(_method: str, url: str, **_kwargs: Any) -> None:
        asked.append(url)
        raise TwilioUnreachable("no test asks Twilio itself")

    rest = TwilioRest.of(Settings(account_sid=ACCOUNT, auth_tokens=(TOKEN,), number=OURS))
    monkeypatch.setattr(rest._exchange, "request", request)
    for ask in (
        rest.account,
        lambda: rest.look_up(HERS),
        lambda: rest.check_verification(VERIFY, HERS, "1234"),
    ):
        with pytest.raises(TwilioUnreachable):
            ask()
    assert [url.split("/")[2] for url in asked] == [
        "api.twilio.com",
        "lookups.twilio.com",
        "verify.twilio.com",
    ]


def test_nothing_of_a_request_reaches_the_log(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    """The package's own client logs URLs and parameters; a look-up has the number in its URL."""
    caplog.set_level(logging.INFO)
    stub.rest().look_up(HERS)
    stub.rest().numbers(OURS)
    assert caplog.records == []


def test_the_client_is_imported_only_where_it_is_used() -> None:
    """It takes a fifth of a second with all that it brings."""
    code = (
        "import ivr.channels.twilio.admin.doctor, sys; print({'twilio.rest', 'requests'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_every_sentence_says_something_of_its_own() -> None:
    """So that a log is worth reading."""
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert not [sentence for sentence in SENTENCES.values() if sentence.endswith(".")]
