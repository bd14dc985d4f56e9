"""A language without a voice, in TwiML: recordings, and never words that Twilio would not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.channels.twilio import twiml
from ivr.channels.twilio.webhooks import apologies
from ivr.engine.commands import Say
from ivr.menu.speech.prompts import Utterance
from tests.support.menus import changed
from tests.support.phone import SETTINGS, Answer, Phone, program
from tests.support.recorded import HAUSA, MENU, WAV, WORDS, cooperative, record_all
from tests.support.twiml_checker import check_twiml


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the hotline."""
    return cooperative(tmp_path_factory.mktemp("recorded"))


@pytest.fixture
def phone(folder: Path) -> Phone:
    """Return a telephone to it."""
    return Phone(program(folder=folder))


def played(answer: Answer) -> list[str]:
    """Return the recordings that are played, without their hashes; what keys interrupt is in the Gather."""
    return [
        (each.text or "").split(".")[0].removeprefix(f"/audio/{HAUSA}/")
        for each in answer.document.iter("Play")
    ]


def test_a_call_is_played_from_recordings_alone(phone: Phone) -> None:
    """Options, values, what is read back and the machine's sentences: no words are sent. The player's strict checker takes them."""
    phone.rings()
    menu = phone.presses("3")
    assert menu.document.find(".//Say") is None
    assert played(menu)[:4] == ["nodes/main/menu/balance", "keys/1", "nodes/main/menu/sorry", "keys/2"]
    assert len(menu.document.findall("Gather/Play")) == len(played(menu))
    balance = phone.presses("1")
    assert played(balance)[:5] == [
        "nodes/balance/say", "clips/money/NGN", "clips/numbers/1000", "clips/numbers/20-2", "clips/numbers/100",
    ]  # fmt: skip
    phone.presses("4")
    assert played(phone.presses("20", "#"))[:3] == [
        "phrases/read_back-a",
        "clips/money/NGN",
        "clips/numbers/20",
    ]
    assert played(phone.presses("7"))[0] == "phrases/nomatch"


def test_each_recording_that_is_played_can_be_fetched_and_no_other(phone: Phone, folder: Path) -> None:
    """Though no source names them in full. What lies beside them is nobody's."""
    phone.rings()
    urls = [each.text or "" for each in phone.presses("3").document.iter("Play")]
    assert {phone.client.get(url, buffered=True).status_code for url in urls} == {200}
    for other in ("nodes/main/menu/hours.wav", "nodes/main/secret.wav", "clips/board.wav", "board.wav"):
        path = folder / "audio" / HAUSA / other
        path.write_bytes((folder / "audio" / HAUSA / "keys" / "1.wav").read_bytes())
        name = f"/audio/{HAUSA}/{other.replace('.wav', '.01234567.wav')}"
        assert phone.client.get(name, buffered=True).status_code == 404


def test_a_recording_of_a_kept_version_is_served(tmp_path: Path) -> None:
    """A call that began before a node was deleted still hears it, also from a worker that has just started."""
    folder = cooperative(tmp_path / "gida")
    settings = replace(SETTINGS, database_url=f"sqlite:///{tmp_path / 'calls.sqlite3'}")
    menu, words = ((folder / name).read_text() for name in ("menu.yaml", f"prompts.{HAUSA}.yaml"))
    shorter = (
        changed(
            menu,
            ("go: balance", "go: bye"),
            ('  balance: {say: "You have {{ balance | money }}.", then: main}\n', ""),
        ),
        changed(
            words, ("balance: kuɗinka", "bye: gamawa"), ('  balance: "Kana da {{ balance | money }}."\n', "")
        ),
    )
    (folder / "audio" / HAUSA / "nodes" / "nobody").mkdir()
    (folder / "audio" / HAUSA / "nodes" / "nobody" / "say.wav").write_bytes(WAV)

    def statuses(*files: str) -> list[int]:
        for name, text in zip(("menu.yaml", f"prompts.{HAUSA}.yaml"), files, strict=True):
            (folder / name).write_text(text)
        record_all(folder)
        worker = program(settings, folder=folder)
        client = worker.test_client()
        answers = [
            client.get(f"/audio/{HAUSA}/nodes/{node}/say.01234567.wav", buffered=True)
            for node in ("balance", "nobody")
        ]
        worker.extensions["ivr"].close()
        return [answer.status_code for answer in answers]

    assert [statuses(*shorter), statuses(menu, words), statuses(*shorter)] == [
        [404, 404],
        [200, 404],
        [200, 404],
    ]


def test_no_speech_is_listened_to(tmp_path: Path) -> None:
    """Twilio understands no language that it does not speak: keys alone lead on. In English both do."""
    folder = cooperative(tmp_path, changed(MENU, ("start: greeting", "speech: true\nstart: greeting")))
    phone = Phone(program(folder=folder))
    heard = [phone.rings(), phone.presses("3")]
    inputs = [each.attrib["input"] for answer in heard for each in answer.document.iter("Gather")]
    assert inputs == ["dtmf speech", "dtmf"]


def test_words_without_a_recording_are_left_out() -> None:
    """A `<Say>` in a language that Twilio does not speak would be an error in its log, and silence."""
    urls = twiml.Urls("/voice/ha-NG/1", "/voice/recording", "/audio/")
    assert b"Say" not in twiml.render([Say((Utterance("Sannu", HAUSA),))], urls)


def documents(folder: Path) -> Iterator[bytes]:
    """Yield the documents of last resort in the language."""
    made = apologies(load_tree(folder), "+12025550100", "", "/ivr")
    yield made.documents[HAUSA]
    yield made.goodbyes[HAUSA]
    yield made.many_calls[0]


def test_the_documents_of_last_resort_are_recordings_too(folder: Path) -> None:
    """There is nothing else that the caller would understand."""
    for document in documents(folder):
        check_twiml(document)
        assert b"<Play>/ivr/audio/ha-NG/phrases/" in document


def test_a_desk_hears_nothing_of_a_hotline_without_a_voice(tmp_path: Path) -> None:
    """What it would be told cannot be recorded. It is connected at once."""
    menu = (
        "hotline: gida\nlanguages: [ha-NG]\ntimezone: Africa/Lagos\nstart: agent\n"
        'desks: {office: {number: "+2348000000000", hours: always, busy: bye, no_answer: bye, failed: bye}}\n'
        "nodes:\n  agent: {say: Ɗan jira., transfer: office, reason: kuɗi}\n  bye: {end: Sai an jima.}\n"
    )
    phrases = WORDS.partition("phrases:")[2].partition("clips:")[0]
    words = menu + "phrases:" + phrases.replace("hint_amount", "hint_digits")
    folder = tmp_path / "gida"
    folder.mkdir()
    (folder / "menu.yaml").write_text(words, encoding="utf-8")
    record_all(folder)
    phone = Phone(program(folder=folder))
    assert phone.rings().document.find(".//Number") is not None
