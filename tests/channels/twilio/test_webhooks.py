"""The voice webhooks, as a call lives through them: every request signed, every document checked."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from structlog.testing import capture_logs
from werkzeug.datastructures import MultiDict

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.perform import perform
from ivr.app import Application, create_app, web_program
from ivr.calls.action_results import Actions
from ivr.calls.turns import Perform
from ivr.config import BadSetting, HotlineLimits, Settings
from ivr.logs import ONE_BY_ONE
from ivr.storage.base import CallFilter, Voicemail
from ivr.storage.sqlite import SqliteStore
from tests.support.bank import ACTIONS
from tests.support.keys import keys_to
from tests.support.phone import (
    CUSTOMER,
    DAYTIME,
    FORM,
    HOTLINE,
    HUMAN,
    PUBLIC,
    SETTINGS,
    SID,
    TOKEN,
    YUEBAO,
    Answer,
    Phone,
    demonstration,
    phrase,
    program,
    said_at,
    signed,
    small_hotline,
)

SORRY = phrase("internal_error")
SORRY_IN_ENGLISH = phrase("internal_error", "en-US")
GOODBYE = phrase("farewell")
GOODBYE_IN_ENGLISH = phrase("farewell", "en-US")
SORRY_IN = {"zh-CN": SORRY, "en-US": SORRY_IN_ENGLISH}
SPEAKERS = {"zh-CN": CUSTOMER, "en-US": "+12025550142"}
"""A customer whose account is in each language."""


@pytest.fixture
def phone() -> Phone:
    """Return a customer's telephone, before his call."""
    return Phone(program())


# --- the course of a call


def test_the_first_webhook_greets_and_listens(phone: Phone) -> None:
    """A call begins with the greeting, inside the Gather, so that an early key is not lost."""
    answer = phone.rings()
    assert phone.node == "main"
    assert said_at("greeting") in answer.said
    assert said_at("english_hint") in answer.said
    assert answer.verbs == ["Gather", "Redirect"]


def test_every_later_url_carries_the_language_and_the_next_turn(phone: Phone) -> None:
    """The Gather's action and the Redirect that reports its silence are one URL; it counts the turns."""
    assert phone.rings().urls == ["/voice/zh-CN/1"] * 2
    assert phone.chooses("other_language").urls == ["/voice/en-US/2"] * 2
    assert phone.is_silent().urls == ["/voice/en-US/3"] * 2
    assert phone.is_silent().urls == ["/voice/en-US/4"] * 2


def test_a_whole_call_ends_as_the_menu_says(phone: Phone) -> None:
    """Main menu, best hours to call, nothing more: the last document hangs up, and the record says so."""
    phone.rings()
    phone.chooses("help", "best_hours")
    assert phone.node == "anything_else"
    assert phone.chooses("goodbye").verbs == ["Say", "Hangup"]
    assert phone.ending == "completed"


def test_keys_typed_into_an_entry_prove_who_calls(phone: Phone) -> None:
    """The tail of the ID card opens the account's own facts."""
    phone.rings()
    phone.chooses("withdrawals", "limits")
    assert phone.node == "id_tail"
    phone.presses("1237")
    assert (phone.node, phone.nodes[-1]) == ("anything_else", "limits")


def test_a_transfer_reports_back_to_the_next_turn(phone: Phone) -> None:
    """0 rings the desk; a conversation ends the call, and an unanswered desk leads to the voicemail."""
    phone.rings()
    answer = phone.presses("0")
    assert (answer.dials, answer.urls) == (["+8657100000001"], ["/voice/zh-CN/2"])
    assert phone.is_transferred().verbs == ["Hangup"]
    assert phone.ending == "transferred"


def test_a_desk_that_does_not_answer_leads_to_the_voicemail(phone: Phone) -> None:
    """A recording is kept with its length, also when the callback reports it once more."""
    phone.rings()
    phone.presses("0")
    answer = phone.is_transferred("no-answer", "false")
    record = answer.document.find("Record")
    assert record is not None
    assert record.attrib["recordingStatusCallback"] == "/voice/recording"
    phone.records(12)
    assert phone.node == "anything_else"
    assert phone.again().status == 200
    phone.reports("/voice/recording", RecordingUrl="https://api.twilio.com/RE1", RecordingDuration="12")
    history = phone.application.store.call(SID)
    assert history is not None
    assert [(kept.url, kept.seconds) for kept in history.voicemails] == [("https://api.twilio.com/RE1", 12)]


# --- arrivals: first, second, late, unknown


def test_the_first_arrival_wins_and_a_second_gets_the_same_bytes(phone: Phone) -> None:
    """A request that comes twice has one effect, and one answer."""
    phone.rings()
    first = phone.chooses("login")
    assert phone.again().body == first.body
    assert phone.nodes == ["", "find_account", "main"]


def test_a_second_arrival_with_another_body_gets_the_first_one_s_answer(phone: Phone) -> None:
    """The Gather's action and its Redirect can both arrive; the turn is the first one's, whatever the second says."""
    url = phone.rings().urls[0]
    first = phone.chooses("login")
    assert phone.posts(url).body == first.body
    assert phone.posts(url, Digits="0").body == first.body


def test_a_late_arrival_gets_the_present_prompt_without_effect(phone: Phone) -> None:
    """Keys of a turn that is long over choose nothing."""
    url = phone.rings().urls[0]
    phone.chooses("withdrawals")
    present = phone.chooses("limits")
    steps = phone.nodes
    assert phone.posts(url, Digits="0").body == present.body
    assert phone.posts("/voice").body == present.body
    assert phone.nodes == steps


def test_two_arrivals_at_the_same_moment_are_answered_alike() -> None:
    """While a slow service works for the first one, the second waits, and gets the same bytes; it runs once."""
    runs: list[str] = []
    working, go_on = threading.Event(), threading.Event()

    def slow(name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS) -> ActionResult:
        if name == "bulletins":
            runs.append(asked.key)
            working.set()
            assert go_on.wait(10)
        return perform(name, services, asked, actions)

    phone = Phone(program(perform=slow))
    phone.rings()
    url = phone.chooses("help").urls[0]
    key = phone.key("bulletins")
    answers: list[bytes] = []

    def arrive() -> None:
        answers.append(phone.sends(url, {**phone.standard(), "Digits": key}).body)

    both = [threading.Thread(target=arrive) for _ in range(2)]
    both[0].start()
    assert working.wait(10)
    both[1].start()
    go_on.set()
    for each in both:
        each.join(10)
    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert runs == [f"{SID}/2/1"]


def test_an_unknown_call_at_a_later_url_starts_over(phone: Phone) -> None:
    """After a purge, or a change of the database, the caller is greeted, and nothing breaks."""
    answer = phone.posts("/voice/zh-CN/7", Digits="1")
    assert phone.node == "main"
    assert said_at("greeting") in answer.said
    assert answer.urls == ["/voice/zh-CN/1"] * 2


def test_nothing_happens_in_a_call_that_is_over(phone: Phone) -> None:
    """A captured request that is sent again after the end changes no record and runs no action."""
    phone.rings()
    phone.chooses("login")
    phone.hangs_up()
    steps = phone.nodes
    for place in range(3):
        phone.again(place)
    assert (phone.nodes, phone.ending) == (steps, "hung_up")


# --- who calls


def test_in_an_outbound_call_the_caller_is_the_one_who_is_called() -> None:
    """Where we rang the customer, he is known by the number that we rang."""
    phone = Phone(program(), direction="outbound-api")
    phone.rings()
    phone.chooses("withdrawals", "limits")
    assert phone.node == "id_tail"
    history = phone.application.store.call(SID)
    assert history is not None
    assert history.record.caller == CUSTOMER


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "", "Restricted", "client:joe", "+0"])
def test_a_withheld_number_is_no_number(caller: str) -> None:
    """Such a caller is asked for the number on file; a desk is shown our own."""
    phone = Phone(program(), caller=caller)
    phone.rings()
    phone.chooses("withdrawals", "limits")
    assert phone.node == "other_number"
    answer = phone.presses("0")
    dial = answer.document.find("Dial")
    assert dial is not None
    assert dial.attrib["callerId"] == HOTLINE


def test_a_desk_is_shown_the_caller_s_number(phone: Phone) -> None:
    """Without a callerId Twilio shows the caller's own."""
    phone.rings()
    dial = phone.presses("0").document.find("Dial")
    assert dial is not None
    assert "callerId" not in dial.attrib


# --- fallback, status, recording


@pytest.mark.parametrize(
    ("failed", "words"),
    [
        (f"{PUBLIC}/voice/en-US/3", SORRY_IN_ENGLISH),
        (f"{PUBLIC}/voice/zh-CN/3", SORRY),
        (f"{PUBLIC}/voice/en-US/3?x=/voice/zh-CN/4", SORRY_IN_ENGLISH),
        (f"{PUBLIC}/voice", SORRY),
        (f"{PUBLIC}/voice/xx-XX/3", SORRY),
        ("", SORRY),
    ],
)
def test_the_fallback_apologises_in_the_language_of_what_failed(
    phone: Phone, failed: str, words: str
) -> None:
    """The action URL names the language; without one it is the hotline's first."""
    answer = phone.posts("/voice/fallback", ErrorCode="11200", ErrorUrl=failed)
    assert words in answer.said
    assert (answer.verbs, answer.dials) == (["Say", "Dial"], [HUMAN])


def test_without_a_number_of_its_own_the_fallback_rings_the_agent_s_desk() -> None:
    """A caller is never dropped: the menu's own human is rung."""
    phone = Phone(program(dataclasses.replace(SETTINGS, fallback_number="")))
    answer = phone.posts("/voice/fallback", ErrorUrl=f"{PUBLIC}/voice/en-US/3")
    assert (answer.verbs, answer.dials) == (["Say", "Dial"], ["+8657100000001"])


@pytest.mark.parametrize(("language", "goodbye"), [("zh-CN", GOODBYE), ("en-US", GOODBYE_IN_ENGLISH)])
@pytest.mark.parametrize(
    ("status", "bridged", "answered"),
    [
        ("completed", "true", True),
        ("completed", "false", False),
        ("no-answer", "false", False),
        ("busy", "false", False),
        ("failed", "false", False),
        ("", "", False),
    ],
)
def test_after_the_fallback_s_human_only_an_unanswered_call_hears_so(
    phone: Phone, language: str, goodbye: str, status: str, bridged: str, *, answered: bool
) -> None:
    """Whoever has spoken with a human is not told that nobody can answer."""
    (url,) = phone.posts("/voice/fallback", ErrorUrl=f"{PUBLIC}/voice/{language}/3").urls
    answer = phone.posts(url, DialCallStatus=status, DialBridged=bridged)
    assert (answer.verbs, answer.said) == ((["Hangup"], "") if answered else (["Say", "Hangup"], goodbye))


def test_a_human_who_was_rung_is_not_rung_again_and_again(phone: Phone) -> None:
    """If the answer after the last human's call fails, the fallback says goodbye: else the two would ring for ever."""
    answer = phone.posts("/voice/fallback", ErrorUrl=f"{PUBLIC}/voice/en-US/dialed")
    assert (answer.verbs, answer.said) == (["Say", "Hangup"], GOODBYE_IN_ENGLISH)


def test_the_fallback_rings_the_desk_of_the_menu_in_force(tmp_path: Path) -> None:
    """A desk's new number is rung as soon as the changed menu is taken up, not after the next start."""
    folder = small_hotline(tmp_path / "small", "  main: {end: Hello.}\n")
    app = program(dataclasses.replace(SETTINGS, fallback_number=""), folder=folder)
    phone = Phone(app)
    assert phone.posts("/voice/fallback").dials == ["+12025550100"]
    menu = folder / "menu.yaml"
    menu.write_text(menu.read_text("utf-8").replace("+12025550100", "+12025550177"), encoding="utf-8")
    phone.application.hotline.look_every = 0
    assert phone.posts("/voice/fallback").dials == ["+12025550177"]


def test_apologies_outlive_a_menu_that_cannot_be_had(tmp_path: Path) -> None:
    """What is made again from the menu keeps its last good state, whatever breaks."""
    phone = Phone(program(dataclasses.replace(SETTINGS, fallback_number="")))
    phone.application.hotline.look_every = 0
    phone.application.hotline.folder = tmp_path / "gone"
    assert phone.posts("/voice/fallback").dials == ["+8657100000001"]
    object.__setattr__(phone.application.hotline, "folder", None)
    assert phone.posts("/voice/fallback").dials == ["+8657100000001"]


def test_where_there_is_no_human_at_all_the_fallback_says_goodbye(tmp_path: Path) -> None:
    """It promises nobody where nobody is to be rung."""
    text = "hotline: alone\nlanguages: [en-US]\nstart: person\nagent: person\nnodes:\n  person: {end: Goodbye.}\n"
    (tmp_path / "menu.yaml").write_text(text, encoding="utf-8")
    answer = Phone(program(dataclasses.replace(SETTINGS, fallback_number=""), folder=tmp_path)).posts(
        "/voice/fallback"
    )
    assert answer.verbs == ["Say", "Hangup"]


def test_the_fallback_shows_our_number_where_the_caller_s_cannot_be() -> None:
    """A withheld number would make the far carrier refuse the call."""
    dial = Phone(program(), caller="anonymous").posts("/voice/fallback").document.find("Dial")
    assert dial is not None
    assert dial.attrib["callerId"] == HOTLINE


def test_the_fallback_needs_neither_store_nor_tree() -> None:
    """It answers when everything else is broken."""

    def break_all(application: Application) -> None:
        application.switchboard.store, application.switchboard.hotline = Broken(), Broken()  # type: ignore[assignment]

    answer = Phone(program(spoil=break_all)).posts("/voice/fallback")
    assert answer.dials == [HUMAN]


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_the_status_callback_ends_the_record(phone: Phone, status: str) -> None:
    """Whatever the reason, a call that is over is over; nothing is said back."""
    phone.rings()
    answer = phone.reports("/voice/status", CallStatus=status)
    assert (answer.status, answer.body) == (204, b"")
    assert phone.ending == "hung_up"


@pytest.mark.parametrize("status", ["ringing", "in-progress", "", "queued"])
def test_a_status_that_is_no_end_ends_nothing(phone: Phone, status: str) -> None:
    """Callbacks come out of order: one that speaks of the beginning says nothing about the end."""
    phone.rings()
    phone.reports("/voice/status", CallStatus=status)
    assert phone.ending == ""


def test_the_first_ending_stays(phone: Phone) -> None:
    """The status callback of a call that the menu ended does not make it one that was hung up."""
    phone.rings()
    phone.presses("0")
    phone.is_transferred()
    phone.hangs_up()
    assert phone.ending == "transferred"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"RecordingUrl": "https://api.twilio.com/RE1"},
        {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "-1"},
        {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "1e3"},
        {"RecordingDuration": "5"},
        {"RecordingUrl": "", "RecordingDuration": "5"},
        {"CallSid": "no call", "RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": "5"},
    ],
)
def test_a_report_of_no_recording_keeps_none(
    phone: Phone, fields: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A callback without an address, a length or a call is taken without a word, whatever call it may be of."""
    phone.rings()
    kept: list[Voicemail] = []
    monkeypatch.setattr(phone.application.store, "keep_voicemail", kept.append)
    with capture_logs() as lines:
        assert phone.reports("/voice/recording", **fields).status == 204
    assert (kept, lines) == ([], [])


@pytest.mark.parametrize(("reported", "kept"), [("9" * 5000, 999_999), ("5", 5), ("0005", 5)])
def test_a_recording_of_any_length_is_kept(phone: Phone, reported: str, kept: int) -> None:
    """A number that no recording can have breaks nothing."""
    phone.rings()
    recording = {"RecordingUrl": "https://api.twilio.com/RE1", "RecordingDuration": reported}
    assert phone.reports("/voice/recording", **recording).status == 204
    history = phone.application.store.call(SID)
    assert history is not None
    assert [voicemail.seconds for voicemail in history.voicemails] == [kept]


# --- signatures


@pytest.mark.parametrize(
    "path", ["/voice", "/voice/zh-CN/1", "/voice/fallback", "/voice/status", "/voice/recording"]
)
@pytest.mark.parametrize("header", [None, "", "x", "=" * 2000, "ü", signed(PUBLIC + "/voice", {}, "forged")])
def test_a_request_that_twilio_did_not_sign_is_refused(path: str, header: str | None) -> None:
    """No signature, nonsense, or somebody else's: 403, no TwiML, nothing begun."""
    app = program()
    headers = {} if header is None else {"X-Twilio-Signature": header}
    response = app.test_client().post(path, data={"CallSid": SID, "CallStatus": "completed"}, headers=headers)
    assert response.status_code == 403
    assert b"Response" not in response.data
    assert app.extensions["ivr"].store.call(SID) is None


def test_every_field_and_the_url_are_covered(phone: Phone) -> None:
    """A key changed on the way, a field added, or the signature of another turn: 403."""
    phone.rings()
    form = {**phone.standard(), "Digits": "1"}
    header = {"X-Twilio-Signature": signed(f"{PUBLIC}/voice/zh-CN/1", form)}
    for path, sent in [
        ("/voice/zh-CN/1", {**form, "Digits": "2"}),
        ("/voice/zh-CN/1", {**form, "Extra": "1"}),
        ("/voice/zh-CN/2", form),
        ("/voice/zh-CN/1?Digits=2", form),
    ]:
        assert phone.client.post(path, data=sent, headers=header).status_code == 403
    assert phone.client.post("/voice/zh-CN/1", data=form, headers=header).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""]
)
def test_a_body_that_is_no_form_is_refused(content_type: str) -> None:
    """Of such a body the signature would cover nothing: a captured one of the URL alone must not open the door."""
    headers = {"X-Twilio-Signature": signed(f"{PUBLIC}/voice", {}), "Content-Type": content_type}
    body = f'{{"CallSid": "{SID}"}}'
    assert program().test_client().post("/voice", data=body, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded ;charset=UTF-8",
        "Application/X-WWW-Form-URLEncoded",
    ],
)
def test_a_form_may_be_named_as_http_allows(content_type: str) -> None:
    """With a charset, in capitals, with spaces: it is the same kind of body."""
    form = {"CallSid": SID, "From": "+8613800138000", "To": "+8657100000000"}
    headers = {"X-Twilio-Signature": signed(f"{PUBLIC}/voice", form), "Content-Type": content_type}
    response = program().test_client().post("/voice", data=urlencode(form), headers=headers)
    assert (response.status_code, b"<Gather" in response.data) == (200, True)


@pytest.mark.parametrize("token", ["old", "new"])
def test_while_a_token_is_rotated_both_are_good(token: str) -> None:
    """Twilio signs with the old one until the new one is promoted."""
    app = program(dataclasses.replace(SETTINGS, auth_tokens=("old", "new")))
    assert Phone(app, token=token).rings().verbs == ["Gather", "Redirect"]


def test_without_a_token_it_does_not_start(tmp_path: Path) -> None:
    """Unsigned webhooks are served only if that is asked for in so many words."""
    settings = Settings(database_url="memory://")
    with pytest.raises(BadSetting, match="TWILIO_AUTH_TOKEN is missing"):
        create_app(YUEBAO, settings)
    with pytest.raises(BadSetting, match="IVR_PUBLIC_URL is missing"):
        create_app(YUEBAO, dataclasses.replace(settings, auth_tokens=(TOKEN,)), insecure=True)
    app = create_app(YUEBAO, settings, insecure=True, clock=lambda: DAYTIME)
    assert app.test_client().post("/voice", data={"CallSid": SID}).status_code == 200


def test_a_token_is_checked_even_where_insecurity_was_asked_for() -> None:
    """Signatures are checked whenever there is a token."""
    app = create_app(YUEBAO, SETTINGS, insecure=True)
    assert app.test_client().post("/voice", data={"CallSid": SID}).status_code == 403


@pytest.mark.parametrize(
    "public",
    [
        "https://ivr.example.com",
        "https://ivr.example.com/",
        "https://ivr.example.com/hotline",
        "https://ivr.example.com/hotline/",
        "https://ivr.example.com:8443/a/b",
        "http://ivr.example.com:8080",
    ],
)
def test_the_public_url_may_have_a_path_a_port_and_a_slash(public: str) -> None:
    """Its path begins every URL of the TwiML, and the signature is that of the URL that Twilio calls."""
    phone = Phone(program(dataclasses.replace(SETTINGS, public_url=public)), public=public.rstrip("/"))
    assert phone.rings().urls == [f"{phone.prefix}/voice/zh-CN/1"] * 2
    assert phone.chooses("other_language").urls[0] == f"{phone.prefix}/voice/en-US/2"
    phone.presses("0")
    record = phone.is_transferred("busy", "false").document.find("Record")
    assert record is not None
    assert record.attrib["recordingStatusCallback"] == f"{phone.prefix}/voice/recording"


@pytest.mark.parametrize(
    "query", ["a=b+c&d=%2B%27&e=", "Digits=9", "x=%E8%8F%9C%E5%8D%95", "a=1&a=0", "%zz", "&&"]
)
def test_a_query_is_signed_as_it_was_sent_and_never_read(phone: Phone, query: str) -> None:
    """Escapes, order and repeats stay; a field of the query shadows none of the form."""
    phone.rings()
    phone.posts(f"/voice/zh-CN/1?{query}", Digits=phone.key("login"))
    assert phone.node == "login_menu"


@pytest.mark.parametrize("host", ["evil.example", "ivr.example.com:9", "127.0.0.1", "a b", ""])
def test_the_host_of_the_request_decides_nothing(phone: Phone, host: str) -> None:
    """Neither the Host nor what a proxy adds changes what is checked or said: only the configured URL does."""
    form = phone.standard()
    headers = {
        "Host": host,
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": "http",
        "X-Original-URL": "/healthz",
        "X-Twilio-Signature": signed(f"{PUBLIC}/voice", form),
    }
    answer = Answer(phone.client.post("/voice", data=form, headers=headers))
    assert answer.urls == ["/voice/zh-CN/1"] * 2
    assert host == "" or host.encode() not in answer.body


# --- whatever breaks


class Broken:
    """A part that raises whatever it is asked for."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(*_args: object, **_named: object) -> Any:
            raise RuntimeError(f"{name} is broken, and 1237 is a secret")

        return fail


class Unreliable:
    """A store of which one method is broken."""

    def __init__(self, store: SqliteStore, broken: str) -> None:
        self.store, self.broken = store, broken

    def __getattr__(self, name: str) -> Any:
        return getattr(Broken() if name == self.broken else self.store, name)


@pytest.mark.parametrize("broken", [name for name in vars(SqliteStore) if not name.startswith("_")])
def test_whatever_of_the_store_breaks_there_is_an_answer(broken: str) -> None:
    """Whichever of its methods fails in mid-call: always TwiML for the caller, and no word for a callback."""
    phone = Phone(program())
    phone.rings()
    phone.chooses("repeat")
    phone.application.switchboard.store = Unreliable(phone.application.store, broken)  # type: ignore[assignment]
    for turn, key in enumerate(keys_to(demonstration(), "help", "bulletins"), 2):
        phone.posts(f"/voice/zh-CN/{turn}", Digits=key)
    phone.posts("/voice/zh-CN/4", RecordingUrl="https://x/RE1", RecordingDuration="5")
    assert phone.hangs_up().status == 204
    assert phone.reports("/voice/recording", RecordingUrl="u", RecordingDuration="5").status == 204


@pytest.mark.parametrize(("language", "sorry"), [("zh-CN", SORRY), ("en-US", SORRY_IN_ENGLISH)])
def test_a_broken_store_ends_in_an_apology_and_a_human(language: str, sorry: str) -> None:
    """The apology is in the language of the URL, since nothing else can be known of the call."""
    phone = Phone(program())
    phone.application.switchboard.store = Broken()  # type: ignore[assignment]
    answer = phone.posts(f"/voice/{language}/3", Digits="1")
    assert sorry in answer.said
    assert answer.dials == [HUMAN]


@pytest.mark.parametrize("language", SPEAKERS)
def test_a_broken_tree_ends_in_an_apology_and_a_human(language: str) -> None:
    """The menu cannot be had at all: the documents of last resort need none."""
    phone = Phone(program(), SPEAKERS[language])
    phone.rings()
    phone.application.switchboard.hotline = Broken()  # type: ignore[assignment]
    answer = phone.chooses("help")
    assert SORRY_IN[language] in answer.said
    assert answer.dials == [HUMAN]


def telling(**results: object) -> Callable[[str, Services, ActionRequest], ActionResult]:
    """Return a way to run actions in which the bulletins are these."""

    def run(name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS) -> ActionResult:
        return ActionResult("some", results) if name == "bulletins" else perform(name, services, asked)

    return run


def raising(name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS) -> ActionResult:
    """Run an action whose machinery breaks."""
    if name == "bulletins":
        raise RuntimeError("1237 is a secret")
    return perform(name, services, asked, actions)


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(raising, id="an action raises"),
        pytest.param(telling(bulletins=object()), id="a result cannot be kept"),
        pytest.param(telling(), id="a template finds nothing"),
        pytest.param(telling(bulletins="字" * 30_000), id="the document is too large for Twilio"),
    ],
)
@pytest.mark.parametrize("language", SPEAKERS)
def test_a_broken_turn_ends_in_an_apology_and_a_human(run: Perform, language: str) -> None:
    """An action, a template or the rendering fails: the caller hears so in his language and is put through."""
    phone = Phone(program(perform=run), SPEAKERS[language])
    phone.rings()
    phone.chooses("help")
    answer = phone.chooses("bulletins")
    assert SORRY_IN[language] in answer.said
    assert answer.dials in (["+8657100000001"], [HUMAN])
    assert phone.again().body == answer.body


def test_a_turn_that_takes_too_long_is_not_waited_for_until_twilio_gives_up() -> None:
    """A second arrival whose turn another worker does not finish hears an apology, not fifteen seconds of nothing."""
    phone = Phone(program())
    url = phone.rings().urls[0]
    phone.application.switchboard.wait, phone.application.switchboard.patience = lambda _seconds: None, 1.0
    phone.application.store.claim(SID, 1, DAYTIME)
    assert SORRY in phone.posts(url, Digits="1").said
    phone.application.switchboard.patience = 60.0
    phone.posts(url, Digits=phone.key("login"))
    assert phone.node == "login_menu"


# --- paths, methods, bodies


@pytest.mark.parametrize(
    "path",
    [
        "/voice//",
        "/voice//zh-CN//1",
        "/voice/nothing/here",
        "/voice/zh-CN/-1",
        "/voice/zh-CN/1e9",
        "/voice/zh-CN/99999999999999999999999",
        "/voice/zh-CN/" + "9" * 5000,
        "/voice/../healthz",
        "/voice/../voice",
    ],
)
def test_what_is_no_webhook_is_an_apology_and_a_human(phone: Phone, path: str) -> None:
    """Whatever Twilio was told to call by mistake: never an error, never a redirect."""
    phone.rings()
    assert phone.posts(path, Digits="1").dials == [HUMAN]


def test_a_slash_at_the_end_is_no_redirect(phone: Phone) -> None:
    """Twilio would follow one, and lose the keys on the way."""
    phone.posts("/voice/")
    assert phone.node == "main"
    phone.posts("/voice/zh-CN/1/", Digits=phone.key("login"))
    assert phone.node == "login_menu"
    assert phone.posts("/voice/fallback/").dials == [HUMAN]
    assert phone.reports("/voice/recording/").status == 204
    assert phone.reports("/voice/status/", CallStatus="completed").status == 204
    assert phone.ending == "hung_up"


@pytest.mark.parametrize("path", ["//voice", "///voice/zh-CN/1"])
def test_a_slash_too_many_in_front_is_no_way_around_the_signature(phone: Phone, path: str) -> None:
    """Unsigned it is refused as any other webhook is; signed, as it was sent, it is answered."""
    form, sent = phone.standard(), {"PATH_INFO": path}
    assert phone.client.post("/", data=form, environ_overrides=sent).status_code == 403
    header = {"X-Twilio-Signature": signed(PUBLIC + path, form)}
    answer = Answer(phone.client.post("/", data=form, headers=header, environ_overrides=sent))
    assert answer.urls == ["/voice/zh-CN/1"] * 2


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/voice", "/voice/en-US/1", "/voice/status"])
def test_a_wrong_method_is_refused_or_answered_with_an_apology(method: str, path: str) -> None:
    """Unsigned it is 403; a number that was set up with GET gets a human, and the log says what is wrong."""
    client = program().test_client()
    assert client.open(path, method=method).status_code == 403
    header = {"X-Twilio-Signature": signed(PUBLIC + path, {})}
    response = client.open(path, method=method, headers=header)
    assert response.status_code in {200, 204}
    if method == "GET" and path != "/voice/status":
        answer = Answer(response)
        assert answer.dials == [HUMAN]
        assert (SORRY_IN_ENGLISH if "en-US" in path else SORRY) in answer.said


@pytest.mark.parametrize("size", [64 * 1024 + 1, 5_000_000])
def test_a_body_too_large_is_refused_unread(size: int) -> None:
    """Signed or not: it is not Twilio's."""
    form = {"CallSid": SID, "SpeechResult": "x" * size}
    for headers in ({}, {"X-Twilio-Signature": signed(f"{PUBLIC}/voice", form)}):
        assert program().test_client().post("/voice", data=form, headers=headers).status_code == 403


def test_a_body_too_large_gets_an_apology_where_nobody_checks() -> None:
    """With --insecure too, nothing answers 5xx."""
    app = web_program(program().extensions["ivr"], SETTINGS, None)
    answer = Answer(app.test_client().post("/voice", data={"CallSid": SID, "x": "y" * 100_000}))
    assert answer.dials == [HUMAN]


@pytest.mark.parametrize("path", ["/voice", "/voice/zh-CN/1", "/voice/fallback", "/messages/1/status"])
@pytest.mark.parametrize("checked", [True, False])
def test_a_body_too_large_is_named_in_the_log(path: str, *, checked: bool) -> None:
    """It is neither a wrong signature nor a call without a name, and whoever looks for the reason finds it."""
    app = program()
    if not checked:
        app = web_program(app.extensions["ivr"], SETTINGS, None)
    with capture_logs() as lines:
        app.test_client().post(path, data={"CallSid": SID, "x": "y" * 70_000})
    told = [
        line["event"] for line in lines if line["event"] in {"signature refused", "no call", "body too large"}
    ]
    assert told == ["body too large"]


@pytest.mark.parametrize("sid", ["CA1234567890ABCDE", "0f3b6f0e-6c5e-4b7e-9d0e-2a1b3c4d5e6f"])
def test_the_identifiers_of_other_carriers_are_good(sid: str) -> None:
    """Carriers that speak TwiML too name their calls in other ways."""
    phone = Phone(program(), call=sid)
    phone.rings()
    assert phone.presses("1").verbs[0] == "Gather"


@pytest.mark.parametrize(
    "sid",
    [
        "",
        "C" * 65,
        "CA/1",
        SID + "\n",
        " " + SID,
        "CA" + "０" * 32,
        "CA" + "\0" * 32,
        "'; --",
    ],
)
def test_a_call_without_a_good_callsid_gets_an_apology(sid: str) -> None:
    """It cannot be kept, but whoever calls is put through to a human."""
    phone = Phone(program(), call=sid)
    assert SORRY in phone.posts("/voice").said
    assert phone.application.store.call(sid) is None
    assert phone.hangs_up().status == 204


def test_a_call_without_any_callsid_gets_an_apology() -> None:
    """An absent field is no KeyError."""
    answer = Phone(program()).sends("/voice", {"From": CUSTOMER})
    assert SORRY in answer.said


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Digits": ""},
        {"Digits": " "},
        {"Digits": "x" * 60_000},
        {"Digits": "١"},
        {"Digits": "1\r\nX-Injected: 1"},
        {"SpeechResult": "\0\ud7ff<Say>&amp;"},
        {"RecordingUrl": "javascript:alert(1)", "RecordingDuration": "9" * 500},
        {"DialCallStatus": "strange", "DialBridged": "perhaps"},
        {"CallStatus": "strange", "From": "+86" + "9" * 400},
        {"Direction": "outbound-api", "To": "<Dial>"},
    ],
)
def test_no_field_breaks_an_answer(phone: Phone, fields: dict[str, str]) -> None:
    """Absent, empty, long, strange: the answer is a document that Twilio executes, and no new header."""
    phone.rings()
    answer = phone.goes_on(**fields)
    assert "X-Injected" not in answer.headers


def test_many_fields_are_no_trouble() -> None:
    """New fields come without notice, and all of them are signed."""
    phone = Phone(program())
    phone.posts("/voice", **{f"Field{number}": "1" for number in range(3000)})
    assert phone.node == "main"


def test_repeated_fields_are_no_trouble() -> None:
    """The first one counts."""
    form = f"CallSid={SID}&CallSid=CA{'f' * 32}&From=%2B8613800138000"
    header = signed(
        f"{PUBLIC}/voice", MultiDict([("CallSid", SID), ("CallSid", "CA" + "f" * 32), ("From", CUSTOMER)])
    )
    app = program()
    response = app.test_client().post(
        "/voice", data=form, content_type=FORM, headers={"X-Twilio-Signature": header}
    )
    assert Answer(response).urls == ["/voice/zh-CN/1"] * 2
    assert app.extensions["ivr"].store.call(SID) is not None


def test_no_answer_to_a_call_sets_a_cookie_or_names_the_server(phone: Phone) -> None:
    """The state of a call is in the store and in the URL, and nowhere else."""
    assert set(phone.rings().headers.keys()) == {
        "Content-Type",
        "Content-Length",
        "Strict-Transport-Security",
    }


# --- health


def test_health(phone: Phone) -> None:
    """The process lives; it is ready when its store and its menu are."""
    assert phone.client.get("/healthz").data == b"ok\n"
    ready = phone.client.get("/readyz")
    assert (ready.status_code, ready.text) == (
        200,
        f"ready: menu {phone.application.hotline.current().version}\n",
    )


def test_a_worker_whose_store_is_broken_is_not_ready(phone: Phone) -> None:
    """It should get no calls; why is told by the error's type, and by no more."""
    phone.application.store = Unreliable(phone.application.store, "ping")  # type: ignore[assignment]
    ready = phone.client.get("/readyz")
    assert (ready.status_code, ready.text) == (503, "not ready: RuntimeError\n")
    assert phone.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/voices", "/accounts.yaml", "/static/x", "/healthz/../voice", "/admin"]
)
def test_nothing_else_is_there(phone: Phone, path: str) -> None:
    """Unknown paths are 404, or 403 where they look like a webhook."""
    assert phone.client.get(path).status_code in {403, 404}


def test_the_clock_is_the_program_s(phone: Phone) -> None:
    """A call late in the evening finds the desk closed."""
    late = Phone(program(clock=lambda: DAYTIME + timedelta(hours=12)))
    late.rings()
    late.presses("0")
    assert late.node == "voicemail"


# --- more calls than the hotline takes


MANY, MANY_IN_ENGLISH = phrase("many_calls"), phrase("many_calls", "en-US")
TWO_A_MINUTE = dataclasses.replace(SETTINGS, hotline_limits=HotlineLimits(calls_per_minute=2))


def crowded(settings: Settings = TWO_A_MINUTE, **how: Any) -> Flask:
    """Return a program in a minute in which as many calls have begun as it takes: two, and the free one."""
    app, begun = program(settings, **how), 0
    for n in range(10_000):
        begun += not Phone(app, call=f"CA-crowd-{n}").rings().dials
        if begun == 3:
            return app
    raise AssertionError(f"{begun} calls began")


def test_a_call_too_many_is_told_in_each_language_and_rings_a_human() -> None:
    """Nobody has chosen a language yet; never silence, and never only a goodbye where there is a human."""
    answer = Phone(crowded()).rings()
    assert (answer.verbs, answer.dials) == (["Say", "Say", "Dial"], [HUMAN])
    assert answer.said == f"{MANY}\n{MANY_IN_ENGLISH}"
    assert "callerId" not in answer.document.find("Dial").attrib  # type: ignore[union-attr]
    assert answer.languages == {"cmn-CN", "en-US"}


@pytest.mark.parametrize(("bridged", "verbs"), [("true", ["Hangup"]), ("false", ["Say", "Hangup"])])
def test_after_the_human_of_a_call_too_many_the_call_ends(bridged: str, verbs: list[str]) -> None:
    """With a goodbye if nobody answered."""
    phone = Phone(crowded())
    phone.rings()
    assert phone.is_transferred(bridged=bridged).verbs == verbs


def test_a_call_too_many_costs_no_store() -> None:
    """It is answered although the store is gone, and is kept nowhere."""
    app = crowded()
    phone = Phone(app)
    before = len(phone.application.store.calls(CallFilter(limit=1000)))
    assert phone.rings().dials == [HUMAN]
    assert len(phone.application.store.calls(CallFilter(limit=1000))) == before
    phone.application.store.close()
    assert (phone.rings().dials, phone.answer.said) == ([HUMAN], f"{MANY}\n{MANY_IN_ENGLISH}")


def test_calls_that_have_begun_go_on_among_too_many() -> None:
    """Only new calls are counted."""
    app = program(TWO_A_MINUTE)
    phone = Phone(app, call="CA-first")
    phone.rings()
    for n in range(50):
        Phone(app, call=f"CA-{n}").rings()
    assert said_at("login_menu", "announced") in phone.chooses("login").said


def test_in_the_next_minute_calls_begin_again() -> None:
    """Nobody is kept out for longer than the burst lasts."""
    now = [DAYTIME]
    app = crowded(clock=lambda: now[0])
    assert Phone(app).rings().dials == [HUMAN]
    now[0] += timedelta(minutes=1)
    assert Phone(app).rings().dials == []


def test_a_human_is_shown_our_number_for_a_hidden_one_among_too_many() -> None:
    """With the hidden one, the far carrier would refuse the call."""
    answer = Phone(crowded(), caller="anonymous").rings()
    assert answer.document.find("Dial") is not None
    assert answer.document.find("Dial").attrib["callerId"] == HOTLINE  # type: ignore[union-attr]


def test_without_any_human_a_call_too_many_is_asked_to_call_again(tmp_path: Path) -> None:
    """A sentence and a goodbye."""
    text = "hotline: alone\nlanguages: [en-US]\nstart: main\nagent: main\nnodes:\n  main: {say: Hello., menu: {'1': {for: the end, go: bye}}}\n  bye: {end: Goodbye.}\n"
    (tmp_path / "menu.yaml").write_text(text, encoding="utf-8")
    app = program(dataclasses.replace(TWO_A_MINUTE, fallback_number=""), folder=tmp_path)
    answers = [Phone(app, call=f"CA-{n}").rings() for n in range(50)]
    assert (answers[-1].verbs, answers[-1].said) == (["Say", "Hangup"], GOODBYE_IN_ENGLISH)


def test_a_burst_of_calls_has_few_lines_in_the_log() -> None:
    """Warnings with a stable name, and a count of the others when the minute or the program ends."""
    with capture_logs() as logged:
        app = crowded()
        for n in range(100):
            Phone(app, call=f"CA-{n}").rings()
        app.extensions["ivr"].close()
    alarms = [each for each in logged if each["event"] == "alarm"]
    assert {(each["kind"], each["scope"]) for each in alarms} == {("burst", "new calls")}
    (more,) = (each["more"] for each in alarms if "more" in each)
    assert more >= 100 - ONE_BY_ONE
    assert len(alarms) == ONE_BY_ONE + 1
