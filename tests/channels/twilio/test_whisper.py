"""What a desk hears before it is connected: why the call comes, and what is proved."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.channels.twilio.twiml import Urls, render, whisper
from ivr.engine.commands import Transfer
from tests.support.phone import SID, Phone, program, small_hotline

URLS = Urls("/voice/zh-CN/3", "/voice/recording", "/audio/", "/voice/whisper")


def dialled(reason: str, number: str = "+8657100000001", urls: Urls = URLS) -> str:
    """Return the document of a transfer."""
    return render([Transfer("service", number, 20, "zh-CN", reason=reason)], urls).decode()


def test_a_transfer_with_a_reason_names_the_document() -> None:
    """On the desk's own leg, before the two are connected."""
    assert '<Number method="POST" url="/voice/whisper">+8657100000001</Number>' in dialled("because")
    assert 'url="/voice/whisper">sip:desk@example.com</Sip>' in dialled("because", "sip:desk@example.com")


def test_without_a_reason_the_desk_is_connected_at_once() -> None:
    """As it is where there is no such document."""
    assert "<Number>+8657100000001</Number>" in dialled("")
    assert "<Number>+8657100000001</Number>" in dialled("because", urls=Urls("/t", "/r", "/audio/"))


def test_the_desk_hears_why_the_call_comes() -> None:
    """In the hotline's first language, whatever the caller speaks; nothing that is proved need be asked again."""
    phone = Phone(program())
    phone.rings()
    phone.chooses("other_language", "withdrawals", "limits")
    phone.presses("1237")
    phone.presses("0")
    answer = phone.reports("/voice/whisper", CallSid="CA" + "9" * 32, ParentCallSid=SID)
    assert answer.said == "转出，来电说英语，账户尾号八零零零，证件尾号已核对。"
    assert answer.languages == {"cmn-CN"}


def test_the_desk_hears_it_in_the_voice_of_the_menu_that_the_call_is_on(tmp_path: Path) -> None:
    """A call stays on the menu that it began with, and so does what is said of it."""
    node = '  main: {say: Hello., menu: {"0": {for: a person, go: asked}}}\n'
    asked = "  asked: {say: One moment., transfer: desk, reason: a question}\n"
    folder = small_hotline(tmp_path / "small", node + asked)
    phone = Phone(program(folder=folder))
    phone.application.hotline.look_every = 0.0
    phone.rings()
    phone.presses("0")
    menu = folder / "menu.yaml"
    menu.write_text(
        menu.read_text(encoding="utf-8").replace("Polly.Joanna-Neural", "Polly.Matthew-Neural"), "utf-8"
    )
    assert phone.application.hotline.current().speech["en-US"].voice == "Polly.Matthew-Neural"
    answer = phone.reports("/voice/whisper", CallSid="CA" + "9" * 32, ParentCallSid=SID)
    assert 'voice="Polly.Joanna-Neural"' in answer.body.decode()


@pytest.mark.parametrize("parent", ["", "CA" + "8" * 32, "<xml>"])
def test_of_an_unknown_call_the_desk_hears_nothing(parent: str) -> None:
    """And is connected: a caller is never dropped for it."""
    answer = Phone(program()).reports("/voice/whisper", ParentCallSid=parent)
    assert answer.verbs == []


def test_a_broken_store_connects_all_the_same() -> None:
    """An apology would be for the caller, who is not on this leg; a `<Dial>` here is an error to Twilio."""
    phone = Phone(program())
    phone.rings()
    phone.application.store.call = _broken  # type: ignore[method-assign]
    assert phone.reports("/voice/whisper", ParentCallSid=SID).verbs == []


def _broken(call: str) -> None:
    raise OSError(call)


def test_nothing_to_say_is_an_empty_document() -> None:
    """It connects at once."""
    assert b"<Say" not in whisper([])
