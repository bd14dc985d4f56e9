"""The pitfalls of Twilio's voice webhooks that its users report, one test for each that concerns this program.

The numbers are those of our list of them. Those that are not here do not concern us yet:

* 16 (a mobile's voicemail swallows a transfer) needs a key that the human presses first; desks have no such screening.
* 20 (a relative action in TwiML that is pushed) and 44 (no time limit of the REST client): nothing is sent by REST.
* 38 (a Record that should record a conversation): conversations are not recorded.
* 41 and 42 (documents of waiting callers): there are no queues and no conferences.
* 43 (a wrong code does not raise): codes are not checked by Twilio.
* 48 (what a trial account may not do) is Twilio's to say, and nothing of ours depends on it.
"""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.perform import perform
from ivr.app import create_app
from ivr.calls.action_results import Actions
from ivr.calls.hotline_loader import load_hotline
from ivr.channels.twilio.player.interpreter import Player
from ivr.channels.twilio.player.transport import Reply
from ivr.config import BadSetting
from tests.support.bank import ACTIONS
from tests.support.keys import keys_to
from tests.support.phone import (
    CUSTOMER,
    HOTLINE,
    HUMAN,
    PUBLIC,
    SETTINGS,
    SID,
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

MENU = """\
  main:
    menu:
      "1": {for: sales, hear: [Sales, 销售], go: bye}
      "0": {for: a person, hear: [operator], go: person}
"""
DESK = "+8657100000001"


@pytest.fixture
def phone() -> Phone:
    """Return the telephone of a customer whose call has begun."""
    phone = Phone(program())
    phone.rings()
    return phone


WAYS = (
    "login",
    "earnings earnings_yesterday",
    "withdrawals limits",
    "help ready",
    "other_language help",
    "agent",
    "help agent",
    "freeze deductions",
)
"""The options that lead to many places of the demonstration."""


def pages() -> list[Answer]:
    """Return the documents on those ways, each in a call of its own, and the one after a wrong key."""
    found = []
    for way in WAYS:
        phone = Phone(program())
        found.append(phone.rings())
        found += [phone.chooses(option) for option in way.split()]
    phone = Phone(program())
    return [*found, phone.rings(), phone.presses("7")]


def verbs(name: str) -> list[ET.Element]:
    """Return every verb of this name on those pages."""
    found = [verb for page in pages() for verb in page.document.iter(name)]
    assert found
    return found


def speaking(folder: Path, *words: str) -> Phone:
    """Return the telephone of a call to a hotline that listens to speech, after these words."""
    phone = Phone(program(folder=small_hotline(folder, MENU, "speech: true\n")))
    phone.rings()
    for each in words:
        phone.says(each)
    return phone


def voicemail(phone: Phone) -> ET.Element:
    """Return the Record that a caller comes to whose desk is busy."""
    phone.presses("0")
    record = phone.is_transferred("busy", "false").document.find("Record")
    assert record is not None
    return record


def test_pitfall_01_gather_always_has_an_action() -> None:
    """Without one a Gather posts to its own document, and the call goes round in a circle."""
    assert all("/voice/" in gather.attrib["action"] for gather in verbs("Gather"))


def test_pitfall_02_gather_is_always_followed_by_something() -> None:
    """Silence goes to the next verb; where there is none, Twilio hangs up on the caller."""
    for page in pages():
        if "Gather" in page.verbs:
            assert page.verbs[-2:] == ["Gather", "Redirect"]


def test_pitfall_03_prompts_are_inside_the_gather() -> None:
    """A key that is pressed before the Gather begins is lost; so what may be interrupted is inside."""
    assert all(list(gather) for gather in verbs("Gather"))


@pytest.mark.parametrize("path", ["/voice", "/voice/", "/voice/zh-CN/1", "/voice/zh-CN/1/", "/voice//"])
def test_pitfall_04_no_webhook_redirects(phone: Phone, path: str) -> None:
    """Twilio follows a redirect of HTTP, and loses the keys on the way."""
    assert phone.reports(path, Digits="1").status == 200


@pytest.mark.parametrize("fields", [{}, {"Digits": ""}, {"Digits": "  "}])
def test_pitfall_05_absent_keys_are_silence(phone: Phone, fields: dict[str, str]) -> None:
    """No Digits, empty ones and blank ones are the same thing, and no error."""
    assert said_at("main", "noinput") in phone.goes_on(**fields).said


def test_pitfall_06_a_part_of_an_entry_is_no_entry(phone: Phone) -> None:
    """At the timeout Twilio submits what there is: two of four characters prove nothing, and are no failed try."""
    phone.chooses("withdrawals", "limits")
    for _ in range(2):
        assert phrase("unfinished") in phone.presses("12").said
    phone.presses("1237")
    assert phone.node == "anything_else"


def test_pitfall_07_pound_alone_is_silence_and_star_is_a_key(phone: Phone) -> None:
    """In a menu the star goes back; in an entry it is data, an X, and the pound ends it."""
    phone.chooses("login")
    phone.presses("*")
    assert phone.node == "main"
    other = Phone(program(), caller="+8613800138003")
    other.rings()
    gather = other.chooses("withdrawals", "limits").document.find("Gather")
    assert gather is not None
    assert gather.attrib["finishOnKey"] == "#"
    other.is_silent()
    assert other.node == "id_tail"
    other.presses("087*")
    assert other.node == "anything_else"


def test_pitfall_08_colliding_options_are_refused(tmp_path: Path) -> None:
    """A menu that takes one key never hears the second one of `12`, unless it is told to wait."""
    menu = MENU + '      "12": {for: more, go: bye}\n'
    assert load_hotline(small_hotline(tmp_path, menu)).problems
    waits = menu.replace("    menu:", "    wait: true\n    menu:")
    gather = Phone(program(folder=small_hotline(tmp_path, waits))).rings().document.find("Gather")
    assert gather is not None
    assert (gather.attrib["numDigits"], gather.attrib["finishOnKey"]) == ("2", "#")


def test_pitfall_09_the_timeout_is_said_and_short() -> None:
    """It begins after the prompt, and again with every key: some seconds are enough."""
    assert {gather.attrib["timeout"] for gather in verbs("Gather")} <= {"4", "5", "8"}


def test_pitfall_10_the_signature_holds_behind_a_proxy() -> None:
    """Scheme, host and port that the proxy has changed are not asked: the public URL is configured."""
    phone = Phone(program())
    form = phone.standard()
    header = {"X-Twilio-Signature": signed(f"{PUBLIC}/voice", form)}
    response = phone.client.post("/voice", base_url="http://10.1.2.3:8080", data=form, headers=header)
    assert response.status_code == 200


def test_pitfall_11_the_signature_holds_with_a_query(phone: Phone) -> None:
    """The query is taken as it was sent; neither unescaped nor sorted."""
    phone.posts("/voice/zh-CN/1?b=%27+x&a=%E8%8F%9C&b=1", Digits=phone.key("login"))
    assert phone.node == "login_menu"


def test_pitfall_12_nothing_is_trimmed_before_the_check(phone: Phone) -> None:
    """Blanks around a value are signed with it."""
    phone.goes_on(Digits=f" {phone.key('login')} ", FromCity="  ")
    assert phone.node == "login_menu"


@pytest.mark.parametrize(("token", "status"), [("old", 200), ("new", 200), ("secondary", 403)])
def test_pitfall_13_every_configured_token_and_no_other(token: str, status: int) -> None:
    """While a token is rotated both sign; a secondary one, or an API key's secret, never does."""
    app = program(dataclasses.replace(SETTINGS, auth_tokens=("old", "new")))
    assert Phone(app, token=token).reports("/voice").status == status


def test_pitfall_14_no_token_is_an_error_at_the_start() -> None:
    """An upgrade that loses the token must not turn every call away: the program does not start."""
    with pytest.raises(BadSetting, match="TWILIO_AUTH_TOKEN"):
        create_app(YUEBAO, dataclasses.replace(SETTINGS, auth_tokens=()))


@pytest.mark.parametrize("status", ["completed", "answered"])
def test_pitfall_15_only_a_bridge_is_a_conversation(phone: Phone, status: str) -> None:
    """A voicemail box or a declined screening is `completed` too; such a caller is not left alone."""
    phone.presses("0")
    assert "Record" in phone.is_transferred(status, "false").verbs
    other = Phone(program())
    other.rings()
    other.presses("0")
    assert other.is_transferred(status, "true").verbs == ["Hangup"]


@pytest.mark.parametrize(
    "changed", [{"fallback_number": HOTLINE}, {"number": DESK}, {"desk_numbers": {"service": HOTLINE}}]
)
def test_pitfall_17_the_hotline_does_not_ring_itself(changed: dict[str, str]) -> None:
    """A desk with the hotline's own number would be one call inside another without end: it does not start."""
    with pytest.raises(BadSetting, match="would ring itself"):
        program(dataclasses.replace(SETTINGS, **changed))  # type: ignore[arg-type]


def test_pitfall_18_a_withheld_number_is_not_shown_to_the_desk() -> None:
    """The far carrier would refuse the call; our own number is shown in its place."""
    phone = Phone(program(), caller="+266696687")
    phone.rings()
    dial = phone.presses("0").document.find("Dial")
    assert dial is not None
    assert dial.attrib["callerId"] == HOTLINE


def test_pitfall_19_nothing_stands_where_it_is_never_reached() -> None:
    """After a Dial with an action, a Record, a Redirect or a Hangup no verb is executed."""
    for page in pages():
        for verb in page.document[:-1]:
            assert verb.tag not in {"Record", "Redirect", "Hangup"}
            assert verb.tag != "Dial" or "action" not in verb.attrib


def test_pitfall_21_a_request_that_comes_twice_has_one_effect(phone: Phone) -> None:
    """A retry finds the turn done: no second message, and the same words."""
    first = phone.chooses("help", "ready", "ready_text")
    assert phone.again().body == first.body
    history = phone.application.store.call(SID)
    assert history is not None
    assert len(history.messages) == 1


def test_pitfall_22_a_status_callback_may_come_early_late_or_twice(phone: Phone) -> None:
    """It is a hint: the end is noted once, and a late one changes nothing."""
    assert Phone(phone.app, call="CA" + "f" * 32).hangs_up().status == 204
    phone.hangs_up()
    phone.hangs_up()
    phone.reports("/voice/status", CallStatus="in-progress", SequenceNumber="1")
    assert phone.ending == "hung_up"


def test_pitfall_23_the_state_of_a_call_is_in_no_worker(tmp_path: Path) -> None:
    """Each turn is taken by another program on the same database."""
    settings = dataclasses.replace(SETTINGS, database_url=f"sqlite:///{tmp_path / 'calls.sqlite3'}")
    workers = [program(settings), program(settings)]
    phone = Phone(workers[1])
    phone.rings()
    keys = [*keys_to(demonstration(), "other_language", "help", "best_hours"), "7"]
    for key, worker in zip(keys, [*workers, *workers], strict=True):
        phone.app = worker
        phone.presses(key)
    assert phone.nodes[-4:] == ["main", "main", "help_menu", "anything_else"]
    assert phone.answer.languages == {"en-US"}
    for app in workers:
        app.extensions["ivr"].close()


def test_pitfall_24_every_webhook_is_a_post() -> None:
    """Answers to a GET are kept by caches between Twilio and us."""
    for page in pages():
        for verb in page.document.iter():
            assert verb.attrib.get("method", "POST") == "POST"
            assert verb.attrib.get("recordingStatusCallbackMethod", "POST") == "POST"


@pytest.mark.parametrize("path", ["/voice/nothing", "/voice/zh-CN/x", "/voice/fallback/more"])
def test_pitfall_25_an_error_is_twiml_too(phone: Phone, path: str) -> None:
    """A page in HTML would be no TwiML, and a long one too large: what is wrong is answered with a small document."""
    assert phone.posts(path).dials == [HUMAN]
    assert len(phone.answer.body) < 1000


@pytest.mark.parametrize(
    "path", ["/voice", "/voice/nothing", "/voice/fallback", "/voice/status", "/voice/recording"]
)
def test_pitfall_26_no_plain_text_is_ever_read_aloud(phone: Phone, path: str) -> None:
    """Twilio speaks text/plain to the caller, secrets included."""
    assert not (phone.reports(path).content_type or "").startswith("text/plain")
    unsigned = phone.client.post(path)
    assert (unsigned.status_code, unsigned.mimetype) == (403, "text/html")


def test_pitfall_27_a_plus_that_became_a_space_is_no_number() -> None:
    """No number is ever put into a URL of ours; one that lost its plus elsewhere is no caller's."""
    for page in pages():
        assert not any("+" in url or "%" in url or CUSTOMER[1:] in url for url in page.urls)
    phone = Phone(program(), caller=" 8613800138000")
    phone.rings()
    phone.chooses("withdrawals", "limits")
    history = phone.application.store.call(SID)
    assert history is not None
    assert (phone.node, history.record.caller) == ("other_number", "")


def test_pitfall_28_numbers_are_spoken_digit_by_digit() -> None:
    """A bank's telephone number is no amount, and the tail of a card is no year."""
    phone = Phone(program(), caller="+8613800138004")
    phone.rings()
    phone.chooses("withdrawals", "last_withdrawal")
    assert "尾号三九零二" in phone.presses("0097").said
    assert "电话是九五五九九" in phone.chooses("bank_number").said


@pytest.mark.parametrize(
    "words", ["sales", "Sales.", " SALES! ", "ｓａｌｅｓ", "销售。", "one", "ＯＮＥ", "1."]
)
def test_pitfall_29_speech_is_compared_by_its_words(tmp_path: Path, words: str) -> None:
    """Case, width and full stops are the recogniser's taste; digits may be spoken."""
    assert speaking(tmp_path, words).answer.verbs == ["Say", "Hangup"]


def test_pitfall_30_the_pause_after_speech_is_a_number(tmp_path: Path) -> None:
    """`auto` and a named model exclude each other; we name neither, which keeps Twilio's own failover."""
    gather = speaking(tmp_path).answer.document.find("Gather")
    assert gather is not None
    assert gather.attrib["speechTimeout"].isdecimal()
    assert "speechModel" not in gather.attrib


def test_pitfall_31_chinese_has_one_code_to_speak_and_another_to_listen(tmp_path: Path) -> None:
    """`cmn-CN` for Say, `cmn-Hans-CN` for Gather; `zh-CN` belongs to a retired voice."""
    menu = small_hotline(tmp_path, MENU, "speech: true\n") / "menu.yaml"
    chinese = menu.read_text(encoding="utf-8").replace("en-US", "zh-CN").replace("Joanna", "Zhiyu")
    menu.write_text(chinese, encoding="utf-8")
    answer = Phone(program(folder=tmp_path)).rings()
    gather = answer.document.find("Gather")
    assert gather is not None
    assert (answer.languages, gather.attrib["language"]) == ({"cmn-CN"}, "cmn-Hans-CN")


def test_pitfall_32_a_voice_speaks_its_language(tmp_path: Path) -> None:
    """A pair that does not fit is silence to the caller; the menu is refused."""
    menu = small_hotline(tmp_path, MENU) / "menu.yaml"
    menu.write_text(menu.read_text(encoding="utf-8").replace("Joanna", "Zhiyu"), encoding="utf-8")
    with pytest.raises(Exception, match="does not speak en-US"):
        program(folder=tmp_path)


def test_pitfall_33_a_long_text_is_split() -> None:
    """Above 4500 characters, URL-encoded, nothing would be said: that is five hundred Chinese ones."""
    sentence = "今天没有什么新的消息。"

    def long(name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS) -> ActionResult:
        told = {"bulletins": sentence * 200}
        return ActionResult("some", told) if name == "bulletins" else perform(name, services, asked)

    phone = Phone(program(perform=long))
    phone.rings()
    says = [say.text or "" for say in phone.chooses("help", "bulletins").document.iter("Say")]
    assert sum(sentence in text for text in says) > 4
    assert "".join(says).count(sentence) == 200


def test_pitfall_34_signs_of_xml_are_escaped(tmp_path: Path) -> None:
    """An ampersand in a text is a word, and breaks no document."""
    menu = MENU.replace("menu:", "say: 'Smith & Sons < \"open\" > 5'\n    menu:", 1)
    answer = Phone(program(folder=small_hotline(tmp_path, menu))).rings()
    assert 'Smith & Sons < "open" > 5' in answer.said


def test_pitfall_35_nothing_stands_before_the_header() -> None:
    """A blank line before `<?xml` is a document that cannot be read."""
    assert all(page.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?><Response>') for page in pages())


def test_pitfall_36_blanks_around_a_url_are_tolerated() -> None:
    """Twilio strips them, and so does our player when it executes another server's document."""
    documents = iter([b"<Response><Redirect>\n  /next \n</Redirect></Response>", b"<Response/>"])
    asked: list[str] = []

    def server(_method: str, url: str, _form: object) -> Reply:
        asked.append(url)
        return Reply(200, "text/xml", next(documents))

    Player(server, call_sid=SID, caller=CUSTOMER, called=HOTLINE).start()
    assert asked == ["/voice", "/next"]


def test_pitfall_37_a_recording_is_there_when_its_callback_says_so(phone: Phone) -> None:
    """Right after the action it may be missing still: nothing is fetched then, and the callback is asked for."""
    assert voicemail(phone).attrib["recordingStatusCallback"] == "/voice/recording"


def test_pitfall_39_nothing_is_transcribed(phone: Phone) -> None:
    """Twilio transcribes English only."""
    assert not {name for name in voicemail(phone).attrib if name.startswith("transcribe")}


def test_pitfall_40_nothing_is_begun_for_a_caller_who_is_gone() -> None:
    """A request whose call is over runs no action, whatever keys it carries."""
    runs: list[str] = []

    def noted(
        name: str, services: Services, asked: ActionRequest, actions: Actions = ACTIONS
    ) -> ActionResult:
        runs.append(name)
        return perform(name, services, asked, actions)

    phone = Phone(program(perform=noted))
    phone.rings()
    phone.chooses("help")
    phone.goes_on(Digits=phone.key("bulletins"), CallStatus="completed")
    assert runs == ["find_account"]
    assert phone.ending == "hung_up"


def test_pitfall_45_what_is_listened_to_is_written_in_words(tmp_path: Path) -> None:
    """A Python list would be printed as one; Twilio wants `dtmf speech`, and hints with commas."""
    gather = speaking(tmp_path).answer.document.find("Gather")
    assert gather is not None
    assert gather.attrib["input"] == "dtmf speech"
    assert gather.attrib["hints"].startswith("Sales,销售,")


def test_pitfall_46_the_query_shadows_no_field(phone: Phone) -> None:
    """Keys in the URL are not the caller's."""
    phone.posts("/voice/zh-CN/1?Digits=0", Digits=phone.key("login"))
    assert phone.node == "login_menu"


def test_pitfall_47_a_telephone_whose_keys_never_arrive_reaches_a_human(phone: Phone) -> None:
    """Tones in the sound itself are not heard by Twilio; such a caller seems silent, and is put through."""
    for _ in range(3):
        phone.is_silent()
    assert phone.answer.dials == [DESK]
