"""Recordings and text messages."""

from __future__ import annotations

import pytest

from ivr.engine.commands import SendText
from ivr.engine.events import ActionFinished
from ivr.engine.session import Session
from ivr.engine.step import step
from tests.support.engine_call import CALLER, Call, tree_of
from tests.support.phone import DAYTIME as AT
from tests.support.phone import demonstration

TREE = tree_of("""
  main:
    say: Menu.
    menu:
      "1": {for: a message, go: voicemail}
      "2": {for: a text, go: send}
      "3": {for: a text to another number, go: number}
  voicemail: {say: After the beep., record: voicemail, at_most: 60, silence: 4, then: thanks, nothing: nothing}
  thanks: {say: Thank you., then: bye}
  nothing: {say: Nothing was recorded., then: main}
  send: {text: "Your number is {{ caller | tail }}.", then: sent, unable: unable, rationed: rationed}
  sent: {say: On its way., then: bye}
  unable: {say: There is no number., then: bye}
  rationed: {say: No more today., then: bye}
  number: {say: Which?, ask: phone, then: send_there}
  send_there:
    say: One moment.
    text: Hello.
    to: "{{ number }}"
    then: sent
    unable: unable
    rationed: rationed
    unavailable: broken
  broken: {say: It cannot be sent., then: bye}
""")


def test_a_recording_has_its_bounds() -> None:
    """How long, and how much silence ends it, is said by the node."""
    recording = Call(TREE).press("1").hears("After the beep.").recording
    assert (recording.name, recording.at_most, recording.silence) == ("voicemail", 60, 4)


def test_a_recording_leads_on() -> None:
    """Who said something is thanked."""
    Call(TREE).press("1").record(7).hears("Thank you.", "Goodbye.")


@pytest.mark.parametrize(("seconds", "url"), [(0, "https://example.com/1"), (5, "")])
def test_an_empty_recording_is_none(seconds: int, url: str) -> None:
    """Nothing recorded, or nothing kept, leads where the node says."""
    assert Call(TREE).press("1").record(seconds, url).heard[0] == "Nothing was recorded."


def test_silence_at_a_recording_is_an_empty_one() -> None:
    """A channel that reports no recording at all reports that nothing was said."""
    assert Call(TREE).press("1").silence().heard[0] == "Nothing was recorded."


def test_a_text_message_goes_to_the_caller() -> None:
    """Whether it may is asked first; its words are made from what the call knows."""
    call = Call(TREE).press("2")
    assert (call.action.action, call.action.inputs) == ("send_text", {"to": CALLER})
    call.finish_with_text("sent", CALLER)
    assert call.texts == [SendText(CALLER, "Your number is 8 0 0 0.", "en-US", key="CA1/1/1")]
    assert call.heard[0] == "On its way."


def test_a_text_message_may_go_to_a_typed_number() -> None:
    """``to`` names the number; what the node says comes before."""
    call = Call(TREE).press("3").press("6502530000#")
    assert call.heard == ["One moment."]
    assert call.action.inputs == {"to": "+16502530000"}


def test_without_a_number_no_text_message_is_sent() -> None:
    """A caller who withholds his number hears that it cannot be done."""
    call = Call(TREE, caller="").press("2")
    assert call.texts == []
    assert call.heard[0] == "There is no number."


@pytest.mark.parametrize(
    ("outcome", "heard"), [("rationed", "No more today."), ("unavailable", "It cannot be sent.")]
)
def test_a_message_that_may_not_be_sent_is_said(outcome: str, heard: str) -> None:
    """A ration that is used up has a sentence of its own, and so has trouble."""
    call = Call(TREE).press("3").press("6502530000#").finish(outcome)
    assert call.texts == []
    assert call.heard[0] == heard


def test_without_a_word_about_trouble_a_human_takes_over() -> None:
    """A node that does not say where trouble leads leads to the human, and sends nothing."""
    call = Call(TREE).press("2").finish("unavailable")
    assert call.texts == []
    assert (call.heard[0], call.node) == ("Connecting.", "agent")


CODES = tree_of("""
  main: {say: Menu., menu: {"1": {for: a code, go: send}, "2": {for: the end, go: bye}}}
  send:
    run: send_code
    text: "Code {{ code }}, {{ minutes }} minutes."
    outcomes: {sent: main, rationed: main, unavailable: agent}
""")


def test_what_only_the_message_may_tell_is_nowhere_else() -> None:
    """A code is in the words of the message: not in the session, and not in what is said."""
    call = Call(CODES).press("1")
    call.finish_with_text("sent", CALLER, {"code": "493017"}, minutes=5)
    assert [(text.body, text.secret) for text in call.texts] == [("Code 493017, 5 minutes.", True)]
    assert "493017" not in call.session.to_json()
    assert "493017" not in repr(call.commands)
    assert call.session.variables["minutes"] == 5


def test_an_outcome_without_a_message_sends_none() -> None:
    """The words belong to the outcome that sends them."""
    assert Call(CODES).press("1").finish("rationed").texts == []


@pytest.mark.parametrize(
    ("named", "spoken", "written"),
    [
        ("en-US", "zh-CN", "en-US"),
        ("zh-CN", "en-US", "zh-CN"),
        ("", "en-US", "en-US"),
        ("fr-FR", "zh-CN", "zh-CN"),
    ],
)
def test_a_message_is_in_the_language_that_its_action_names(named: str, spoken: str, written: str) -> None:
    """The owner of an account need not speak the language of whoever calls; an unknown one is that of the call."""
    tree = demonstration()
    session = Session("CA1", tree.version, AT, language=spoken, node="freeze_this")
    event = ActionFinished(
        AT, "freeze_account", "done", {"is_frozen": True}, text_to=CALLER, text_language=named
    )
    (message,) = (each for each in step(tree, session, event)[1] if isinstance(each, SendText))
    assert message.language == written
    assert ("frozen" in message.body, "冻结" in message.body) == (written == "en-US", written == "zh-CN")
