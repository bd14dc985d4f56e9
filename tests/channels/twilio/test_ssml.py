"""The markup of a text as the SSML of each family of voices. The strict checker sees every document."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.calls.line import Heard
from ivr.channels.twilio.player.interpreter import PlayedItem, PlayerError, SpokenElement
from ivr.channels.twilio.player.remote_line import PlayerLine
from ivr.channels.twilio.twiml import Urls, render
from ivr.engine.commands import Gather, Say
from ivr.menu.language.pronunciation import Pronunciation
from ivr.menu.language.words import RecordedWords
from ivr.menu.speech.markup import SAID_AS, marked_text, plain
from ivr.menu.speech.prompts import Utterance, Voice
from ivr.menu.speech.pronunciation import pronouncer
from tests.support.table_server import Server, ring

URLS = Urls(turn="/voice/en-US/3", recording="/voice/recording", audio="/audio/")
VOICES = {
    "basic": "man",
    "standard": "Polly.Joanna",
    "neural": "Polly.Joanna-Neural",
    "generative": "Polly.Joanna-Generative",
    "wavenet": "Google.en-US-Wavenet-A",
    "neural2": "Google.en-US-Neural2-A",
    "chirp": "Google.en-US-Chirp3-HD-Kore",
}
WORDS: dict[str, dict[str, str | Pronunciation]] = {
    "SMS": {"en-US": "text message"},
    "Yu'e": {"en-US": Pronunciation(ipa="juː.ə", alias="you uh")},
    "A&B": {"en-US": 'A "and" B'},
    "Odd": {"en-US": "o\x02d"},
}


def uttered(text: str, voice: str, values: dict[str, str] | None = None) -> Utterance:
    """Return what a text becomes in a voice."""
    speaker = Voice("en-US", voice, pronouncer=pronouncer(WORDS, "en-US", voice))
    return speaker.prompt(text).utter(values or {})


def said(text: str, voice: str, values: dict[str, str] | None = None) -> str:
    """Return the verbs that say a text, without the attributes of Say."""
    document = render([Say((uttered(text, voice, values),))], URLS).decode()
    body = document.partition("<Response>")[2].removesuffix("</Response>")
    return body.replace(f' language="en-US" voice="{voice}"', "")


SLOWED = '<prosody rate="80%">{}</prosody>'
DIGITS = '<say-as interpret-as="{}">95</say-as>'
ALL, SSML = "basic standard neural generative wavenet neural2 chirp", "standard neural wavenet neural2"
BARE = "basic generative chirp"
TABLE: list[tuple[str, list[tuple[str, str]]]] = [
    ("Hello, you.", [(ALL, "<Say>Hello, you.</Say>")]),
    ("A <pause> b", [(SSML, '<Say>A <break time="500ms" />b</Say>'), (BARE, "<Say>A b</Say>")]),
    (
        "A.<pause 2s>B.<pause 1s>",
        [
            (SSML, '<Say>A.<break time="2000ms" />B.<break time="1000ms" /></Say>'),
            (BARE, '<Say>A.</Say><Pause length="2" /><Say>B.</Say><Pause length="1" />'),
        ],
    ),
    ("A <slow>b & c</slow>.", [(SSML, f"<Say>A {SLOWED.format('b &amp; c')}.</Say>"), (BARE, "<Say>A b &amp; c.</Say>")]),
    # Around a break, marks keep the order in which they are typed.
    ("<pause><slow>A</slow><pause>", [(SSML, f'<Say><break time="500ms" />{SLOWED.format("A")}<break time="500ms" /></Say>')]),
    ("<slow>A<pause>b</slow>", [(SSML, f"""<Say>{SLOWED.format('A<break time="500ms" />b')}</Say>""")]),
    ("<pause><spell>ab</spell>", [("standard", '<Say><break time="500ms" /><say-as interpret-as="characters">ab</say-as></Say>')]),
    (
        "<spell>abc</spell>",
        [
            ("standard wavenet neural2", '<Say><say-as interpret-as="characters">abc</say-as></Say>'),
            ("neural", '<Say><sub alias="A B C">abc</sub></Say>'),
            (BARE, "<Say>A B C</Say>"),
        ],
    ),
    (
        "<say as digits>95</say>",
        [
            ("standard neural", f"<Say>{DIGITS.format('digits')}</Say>"),
            ("wavenet neural2", f"<Say>{DIGITS.format('characters')}</Say>"),
            (BARE, "<Say>9 5</Say>"),
        ],
    ),
    (
        "<say as date mdy>10/01/2026</say>",
        [(SSML, '<Say><say-as interpret-as="date" format="mdy">10/01/2026</say-as></Say>'), (BARE, "<Say>10/01/2026</Say>")],
    ),
    # pronounce:
    ("An SMS.", [(SSML, '<Say>An <sub alias="text message">SMS</sub>.</Say>'), (BARE, "<Say>An text message.</Say>")]),
    ("Yu'e", [(SSML, """<Say><phoneme alphabet="ipa" ph="juː.ə">Yu'e</phoneme></Say>"""), (BARE, "<Say>you uh</Say>")]),
    ("A&B", [(SSML, """<Say><sub alias='A "and" B'>A&amp;B</sub></Say>"""), (BARE, '<Say>A "and" B</Say>')]),
    ("Odd", [(SSML, '<Say><sub alias="od">Odd</sub></Say>'), (BARE, "<Say>od</Say>")]),
    ("<slow>An SMS</slow>", [(SSML, f'<Say>{SLOWED.format("""An <sub alias="text message">SMS</sub>""")}</Say>')]),
    ("<spell>SMS</spell>", [("neural", '<Say><sub alias="S M S">SMS</sub></Say>')]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "family", "verbs"),
    [(text, each, verbs) for text, row in TABLE for names, verbs in row for each in names.split()],
)
def test_each_voice_is_given_what_it_takes(text: str, family: str, verbs: str) -> None:
    """The elements of SSML where a voice takes them, words or a pause of Twilio's where it does not."""
    assert said(text, VOICES[family]) == verbs


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
@pytest.mark.parametrize("kind", SAID_AS)
def test_everything_that_can_be_typed_passes_the_checker(kind: str, voice: str) -> None:
    """Each kind of `say as` makes a document that Twilio takes, in every voice."""
    assert "95" in said(f"A <slow><say as {kind}>95</say></slow> b", voice).replace("9 5", "95")


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
@pytest.mark.parametrize(
    "value", ["<pause>", "<break time='1h'/>", "</Say><Hangup/>", "\x01\x02", "\U000f0000", "&amp;"]
)
def test_a_value_is_said_as_text(value: str, voice: str) -> None:
    """Whatever a caller types: the document has the elements of the menu's own marks only."""
    text = "<slow>{{ name }}</slow> and <spell>{{ name }}</spell> and SMS"

    def tags(value: str) -> list[str]:
        document = render([Say((uttered(text, voice, {"name": value}),))], URLS)
        return [element.tag for element in ET.fromstring(document).iter()]

    assert tags(value + "x") == tags("Ada")


def test_a_long_text_is_cut_between_its_marks() -> None:
    """Each Say is one that Twilio takes, with its elements closed, and no word is lost."""
    text = " ".join(
        f"<slow>Sentence {number} with an SMS and <spell>abc</spell>.</slow><pause 2s>"
        for number in range(90)
    )
    for voice in VOICES.values():
        document = ET.fromstring(render([Say((uttered(text, voice),))], URLS))
        heard = " ".join("".join(say.itertext()) for say in document.iter("Say"))
        assert len(list(document.iter("Say"))) > 1
        expected = plain(text)
        for spelled, bare in (("A B C", "abc"), ("text message", "SMS")):
            heard = heard.replace(spelled, bare)
        assert heard.split() == expected.split()


def test_a_word_is_pronounced_whole_or_not_at_all() -> None:
    """Where a mark is longer than a Say, its letters are still spelled, and a date is read as it stands."""
    letters = "x" * 4000
    document = render([Say((uttered(f"<spell>{letters}</spell>", "Polly.Joanna"),))], URLS).decode()
    assert document.count("<say-as") == document.count("<Say ") > 1
    document = render([Say((uttered(f"<spell>{letters}</spell>", "Polly.Joanna-Neural"),))], URLS).decode()
    assert document.count('<sub alias="X X') == document.count("<Say ") > 1
    dates = "1" * 4000
    assert (
        "<say-as"
        not in render([Say((uttered(f"<say as date>{dates}</say>", "Polly.Joanna"),))], URLS).decode()
    )


def test_a_long_text_in_chinese_is_cut_within_its_marks() -> None:
    """Slow words go on in the next Say, which is short enough with its tags; a cut word is said as it is written."""
    word = "余额宝" * 15
    words: dict[str, dict[str, str | Pronunciation]] = {word: {"zh-CN": "余额 宝"}}
    voice = Voice("zh-CN", "Polly.Zhiyu", pronouncer=pronouncer(words, "zh-CN", "Polly.Zhiyu"))
    for text in (f"<slow>{'快' * 2000}</slow>", "快" * 450 + word, "快" * 400 + word + "快" * 400 + word):
        utterance = voice.prompt(text).fixed
        document = ET.fromstring(render([Say((utterance,))], URLS))
        assert "".join("".join(say.itertext()) for say in document.iter("Say")) == utterance.text
        for sub in document.iter("sub"):
            assert sub.text == word
        assert all(say.find("prosody") is not None for say in document.iter("Say")) is text.startswith(
            "<slow>"
        )


def test_a_recording_has_no_marks() -> None:
    """Its words may have them, for the day on which the file is missing; the file is played as it is."""
    voice = Voice("en-US", "Polly.Joanna", {"a.wav": "en-US/a.1f3a9c2e.wav"})
    prompt = voice.prompt(RecordedWords(text="A <pause 5s> b", audio="a.wav")).fixed
    assert b"<Play>/audio/en-US/a.1f3a9c2e.wav</Play>" in render([Say((prompt,))], URLS)
    assert prompt.seconds == Utterance("A b", "en-US", "Polly.Joanna").seconds


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
def test_the_player_hears_the_words_alone(voice: str) -> None:
    """SSML is silent; a break and a pause take their time."""
    utterance = uttered("Hello <pause 2s> <slow>you</slow>.", voice)
    document = render([Gather((utterance,), "en-US", length=1)], URLS).decode()
    server = Server(
        {"/voice": document.partition("<Response>")[2].removesuffix("</Response>"), "/voice/en-US/3": ""}
    )
    player = ring(server)
    words = " ".join(item.text for item in player.heard)
    assert words == "Hello you."
    assert player.seconds == 2


def test_an_element_that_is_no_ssml_ends_the_players_call() -> None:
    """As a verb in a place where none belongs does."""
    with pytest.raises(PlayerError, match="<mark> inside <Say>"):
        ring(Server({"/voice": "<Say>a<mark name='x'/></Say>"}))


PARTS = ["<pause>", "<pause 3s>", "<slow>", "</slow>", "<spell>", "</spell>", "SMS", "Yu'e", " ", "word", ". ", "好", "&", "{{ n }}"]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join), st.sampled_from(list(VOICES.values())))
def test_any_markup_makes_twiml(text: str, voice: str) -> None:
    """Whatever marks an editor puts together without a mistake, Twilio takes the document, and no word is lost."""
    if not marked_text(text).mistakes:
        utterance = uttered(text, voice, {"n": "<pause>\U000f0000" * 40})
        document = ET.fromstring(render([Say((utterance,))], URLS))
        if voice == "Polly.Joanna":
            heard = "".join("".join(say.itertext()) for say in document.iter("Say"))
            assert "".join(heard.split()) == "".join(utterance.text.split())


def test_what_a_player_heard_compares_by_words() -> None:
    """Its SSML makes no difference to what was heard."""
    element = SpokenElement(0, 1, "prosody", {"rate": "80%"})
    assert PlayedItem("a", "en-US", ssml=(element,)) == PlayedItem("a", "en-US")


@pytest.mark.parametrize("voice", ["Polly.Joanna", "Polly.Joanna-Neural", "Google.en-US-Wavenet-A", "man"])
def test_a_call_over_http_takes_the_same_time(voice: str) -> None:
    """The player knows of its document alone, and finds the seconds that the menu is reckoned with."""
    utterance = uttered(
        " An SMS <pause 2s> to <slow>Yu'e <spell>abc</spell></slow> on <say as digits>95</say>.", voice
    )
    document = render([Say((utterance,))], URLS).decode()
    server = Server({"/voice": document.partition("<Response>")[2].removesuffix("</Response>")})
    line = PlayerLine(server, "+8613800138000", languages=["en-US"])
    line.start()
    heard = [item for item in line.take() if isinstance(item, Heard)]
    seconds = sum(item.seconds for item in heard) + (2 if voice == "man" else 0)  # its pause is a verb
    assert seconds == pytest.approx(utterance.seconds, abs=0.3)
    assert seconds > Utterance(utterance.text, "en-US", voice).seconds + 2
