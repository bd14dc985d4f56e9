"""A strict checker of TwiML: what Twilio's documentation allows, of the verbs that this program has a use for.

It is written from the documentation, not from the renderer, and shares nothing with it. ``tests/conftest.py`` lays it
on every document that is made in a run of the tests.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from urllib.parse import quote

_INLINE = "break emphasis phoneme say-as sub"
_WORDS = f"{_INLINE} lang prosody w"
_ALL = f"{_WORDS} p s"
_VERBS = "Dial Gather Hangup Leave Pause Play Record Redirect Reject Say"
_CHILDREN = {
    "Response": _VERBS,
    "Gather": "Say Play Pause",
    "Dial": "Number Client Sip",
    "Say": _ALL,
    "prosody": _ALL,
    "lang": _ALL,
    "p": f"{_WORDS} s",
    "s": _WORDS,
    "emphasis": f"{_INLINE} lang prosody w",
    "w": f"{_INLINE} prosody",
}
"""What may stand in what; everything else holds text or nothing."""
_SSML = frozenset({*_ALL.split()})
"""The elements of a ``<Say>``, between which words may stand."""
_ENDS = {"Record", "Redirect", "Hangup", "Reject", "Leave"}
_WITH_TEXT = {*_SSML - {"break"}, "Say", "Play", "Redirect", "Number", "Client", "Sip"}

_URL = (
    r"/[A-Za-z0-9._~/-]*"  # ours are paths of unreserved characters, so that no proxy changes what was signed
)
_METHOD = "GET|POST"
_BOOLEAN = "true|false"
_POSITIVE = "[1-9][0-9]*"
_COUNT = "[0-9]+"
_TTS = "arb|(?!zh-)[a-z]{2,3}-[A-Z]{2}(-WLS)?"  # the zh- tags belong to a retired voice
_STT = "zh|[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}"
_CALLBACK = {"recordingStatusCallback": _URL, "recordingStatusCallbackMethod": _METHOD}
_TRIM = "trim-silence|do-not-trim"
_NOUN = {
    "url": _URL,
    "method": _METHOD,
    "statusCallback": _URL,
    "statusCallbackMethod": _METHOD,
    "statusCallbackEvent": "(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*",
}

_ATTRIBUTES: dict[str, dict[str, str]] = {
    "Response": {},
    "Say": {"voice": r"man|woman|Polly\..+|Google\..+", "language": _TTS, "loop": _COUNT},
    "Play": {"loop": _COUNT, "digits": "[0-9A-D#*wW]+"},
    "Pause": {"length": _POSITIVE},
    "Gather": {
        "input": "dtmf|speech|dtmf speech|speech dtmf",
        "action": _URL,
        "method": _METHOD,
        "timeout": _POSITIVE,
        "numDigits": _POSITIVE,
        "finishOnKey": "[0-9#*]?",
        "speechTimeout": f"{_POSITIVE}|auto",
        "language": _STT,
        "hints": r"[^,]{1,100}(,[^,]{1,100}){0,499}",
        "actionOnEmptyResult": _BOOLEAN,
        "profanityFilter": _BOOLEAN,
        "bargeIn": _BOOLEAN,
    },
    "Redirect": {"method": _METHOD},
    "Reject": {"reason": "rejected|busy"},
    "Hangup": {},
    "Leave": {},
    "Record": {
        "action": _URL,
        "method": _METHOD,
        "timeout": _COUNT,
        "finishOnKey": "[0-9#*]*",
        "maxLength": _POSITIVE,
        "playBeep": _BOOLEAN,
        "trim": _TRIM,
        "recordingStatusCallbackEvent": "(in-progress|completed|absent)( (in-progress|completed|absent))*",
        **_CALLBACK,
    },
    "Dial": {
        "action": _URL,
        "method": _METHOD,
        "timeout": _POSITIVE,
        "timeLimit": _POSITIVE,
        "callerId": r"\+[1-9][0-9]{6,14}|client:.+",
        "answerOnBridge": _BOOLEAN,
        "hangupOnStar": _BOOLEAN,
        "sequential": _BOOLEAN,
        "ringTone": "[a-z]{2}|us-old",
        "record": "do-not-record|record-from-(answer|ringing)(-dual)?",
        "recordingTrack": "both|inbound|outbound",
        "trim": _TRIM,
        **_CALLBACK,
    },
    "Number": {"sendDigits": "[0-9A-D#*wW]+", **_NOUN},
    "Client": _NOUN,
    "Sip": {"username": ".+", "password": ".+", **_NOUN},
    "break": {"strength": "none|x-weak|weak|medium|strong|x-strong", "time": "[0-9]{1,5}ms|[0-9]{1,2}s"},
    "emphasis": {"level": "strong|moderate|reduced"},
    "lang": {"{http://www.w3.org/XML/1998/namespace}lang": _TTS},
    "p": {},
    "phoneme": {
        "alphabet": "ipa|x-sampa|x-amazon-(jyutping|pinyin|pron-kana|yomigana)",
        "ph": ".+",
    },
    "prosody": {
        "volume": r"silent|x-soft|soft|medium|loud|x-loud|[+-][0-9.]+dB",
        "rate": "x-slow|slow|medium|fast|x-fast|[2-9][0-9]%|1[0-9][0-9]%|200%",
        "pitch": "x-low|low|medium|high|x-high|[+-][0-9.]+%",
    },
    "s": {},
    "say-as": {
        "interpret-as": "characters|spell-out|cardinal|number|ordinal|digits|fraction|unit|date|time|address|expletive"
        "|telephone",
        "format": "mdy|dmy|ymd|md|dm|ym|my|d|m|y|yyyymmdd",
    },
    "sub": {"alias": r".*\S.*"},
    "w": {"role": ".+"},
}
_RANGES = {("Record", "maxLength"): (2, 14_400), ("Dial", "timeout"): (5, 600)}
_REQUIRED = {
    "Say": "voice language",
    "Gather": "input action method timeout finishOnKey",
    "Redirect": "method",
    "Record": "action method timeout finishOnKey maxLength",
    "lang": "{http://www.w3.org/XML/1998/namespace}lang",
    "phoneme": "alphabet ph",
    "say-as": "interpret-as",
    "sub": "alias",
}
_TEXT = {
    "Play": _URL,
    "Redirect": _URL,
    "Number": r"\+[1-9][0-9]{6,14}",
    "Sip": r"sips?:[^\s@]+@[^\s@]+",
}

_STARS = "Aoede|Charon|Fenrir|Kore|Leda|Orus|Puck|Zephyr"
_US_NEURAL = "Joanna|Matthew|Kendra|Kimberly|Salli|Joey|Justin|Kevin|Ivy"
_VOICES = {
    "en-US": rf"man|woman|Polly\.({_US_NEURAL}|({_US_NEURAL}|Danielle|Gregory|Ruth|Stephen)-Neural"
    r"|(Joanna|Matthew|Danielle|Ruth|Stephen)-Generative)"
    rf"|Google\.en-US-((Standard|Wavenet)-[A-J]|Neural2-[AC-J]|Chirp3-HD-({_STARS}))",
    "cmn-CN": rf"Polly\.Zhiyu(-Neural)?|Google\.cmn-CN-((Standard|Wavenet)-[A-D]|Chirp3-HD-({_STARS}))",
    "cmn-TW": r"Google\.cmn-TW-(Standard|Wavenet)-[A-C]",
    "yue-HK": r"Google\.yue-HK-Standard-[A-D]",
    "yue-CN": r"Polly\.Hiujin-Neural",
}
"""The voices of the languages that the hotlines speak; of the others only a voice's shape is checked."""
_PLAIN = r"man|woman|Polly\..+-Generative|Google\..+-Chirp3-HD-.+"
"""The voices of which Twilio documents no SSML."""
_NOT_TAKEN = {
    r"Polly\..+-Neural": "emphasis say-as=characters say-as=spell-out prosody=pitch",
    r"Google\..+": "w say-as=digits say-as=address phoneme=x-amazon-pinyin phoneme=x-amazon-jyutping "
    "phoneme=x-amazon-pron-kana phoneme=x-amazon-yomigana",
    r"Google\..+-Neural2-.": "emphasis prosody=pitch",
}
"""What voices have of SSML, but for these: a tag, or a tag with a value or an attribute."""
_LONGEST_SAY = {"man": 4096, "woman": 4096, "Polly": 3000, "Google": 5000}


def check_twiml(document: bytes) -> None:
    """Pass a document that Twilio executes without an error or a warning.

    Raises:
        AssertionError: it does not, or ends before the call does; with the element, and what is wrong with it.

    """
    assert len(document) <= 64_000, f"{len(document)} bytes; Twilio reads 64 kB (11750)"
    assert document.startswith(b"<?xml "), (
        f"does not begin with the XML declaration: {document[:40]!r} (12100)"
    )
    try:
        root = ET.fromstring(document.decode("utf-8"))
    except (ET.ParseError, ValueError) as error:
        raise AssertionError(f"not well-formed: {error} (12100)") from error
    assert root.tag == "Response", f"the root is {root.tag} (12102)"
    _check(root)
    _check_order(list(root))


class _Shown:
    """The beginning of an element, for a message. It is written only if there is a message."""

    def __init__(self, element: ET.Element) -> None:
        self._element = element

    def __str__(self) -> str:
        return ET.tostring(self._element, encoding="unicode")[:300]


def _check(element: ET.Element) -> None:
    """Check one element and everything in it."""
    shown = _Shown(element)
    _check_attributes(element, shown)
    children = _CHILDREN.get(element.tag, "").split()
    for child in element:
        assert child.tag in children, f"{child.tag} in {element.tag}: {shown} (12200)"
        speaks = element.tag == "Say" or element.tag in _SSML
        assert speaks or not (child.tail or "").strip(), f"stray text {child.tail!r}: {shown} (12200)"
        assert not (element.tag == "Gather" and child.get("digits")), f"keys played into a Gather: {shown}"
        _check(child)
    text = ("".join(element.itertext()) if element.tag in _SSML | {"Say"} else element.text or "").strip()
    if element.tag not in _WITH_TEXT:
        assert not text, f"stray text {text!r}: {shown} (12200)"
    elif not (element.tag == "Play" and element.get("digits")):
        assert text, f"nothing in it: {shown} (13520)"
        assert re.fullmatch(_TEXT.get(element.tag, "(?s).+"), text), (
            f"{text!r} in {element.tag}: {shown} (11100)"
        )
    match element.tag:
        case "Say":
            _check_say(element, shown)
        case "Gather":
            _check_gather(element, shown)
        case "Dial":
            assert 1 <= len(element) <= 10, f"dials {len(element)} parties: {shown}"


def _check_attributes(element: ET.Element, shown: _Shown) -> None:
    allowed = _ATTRIBUTES.get(element.tag)
    assert allowed is not None, f"not a verb for us: {shown} (12200)"
    for name, value in element.attrib.items():
        assert name in allowed, f"{element.tag} has no {name}: {shown} (12200)"
        assert re.fullmatch(allowed[name], value), f"{name}={value!r}: {shown}"
        least, most = _RANGES.get((element.tag, name), (0, 0))
        assert not most or least <= int(value) <= most, f"{name}={value} is not {least} to {most}: {shown}"
    for name in _REQUIRED.get(element.tag, "").split():
        assert name in element.attrib, f"{name} is left to Twilio: {shown}"
    assert "action" not in element.attrib or "method" in element.attrib, f"method is left to Twilio: {shown}"


def _check_say(say: ET.Element, shown: _Shown) -> None:
    voice, language = say.attrib["voice"], say.attrib["language"]
    suffix = re.escape(language)
    spoken = _VOICES.get(
        language, rf"Polly\.[A-Z][a-z]+(-Neural|-Generative)?|Google\.{suffix}-[A-Za-z0-9-]+"
    )
    assert re.fullmatch(spoken, voice), f"{voice} does not speak {language}: {shown} (13511)"
    text, content = "".join(say.itertext()), _content(say)
    most, provider = _LONGEST_SAY[voice.partition(".")[0]], voice.partition(".")[0]
    counted = content if provider == "Google" else text  # Polly does not count the tags
    assert len(counted) <= most, f"{len(counted)} characters; {voice} says {most}: {shown} (13521)"
    encoded = len(quote(content, safe=""))
    assert encoded < 4500, f"{encoded} URL-encoded characters; Twilio says 4500: {shown} (13521)"
    for element in say.iter():
        if element is not say:
            _check_ssml(element, voice, shown)


def _content(element: ET.Element) -> str:
    """Return what is within an element, with its tags."""
    inside = "".join(ET.tostring(child, encoding="unicode") for child in element)
    return (element.text or "") + inside


def _check_ssml(element: ET.Element, voice: str, shown: _Shown) -> None:
    """Check that a voice takes an element of SSML: of one that it does not take, it may say nothing at all."""
    assert not re.fullmatch(_PLAIN, voice), f"{voice} takes no SSML: {shown} (13520)"
    values = {element.tag, *(f"{element.tag}={name}" for name in element.attrib)}
    values |= {f"{element.tag}={element.get(name)}" for name in ("interpret-as", "alphabet")}
    for voices, names in _NOT_TAKEN.items():
        strange = values & {*names.split()} if re.fullmatch(voices, voice) else ()
        assert not strange, f"{voice} does not take {', '.join(strange)}: {shown}"
    if element.tag == "say-as" and element.get("interpret-as") == "date":
        assert "format" in element.attrib, f"a date without its format: {shown}"
    if element.tag == "prosody":
        assert element.attrib, f"prosody that changes nothing: {shown}"
    if time := element.get("time"):
        seconds = int(time[:-2]) / 1000 if time.endswith("ms") else int(time[:-1])
        assert seconds <= 10, f"a break of {seconds} s; 10 is the most: {shown}"


def _check_gather(gather: ET.Element, shown: _Shown) -> None:
    if "speech" in gather.attrib["input"]:
        assert gather.get("language"), f"the language of speech is left to Twilio: {shown}"
        assert gather.get("speechTimeout"), f"speechTimeout is left to Twilio: {shown}"


def _check_order(verbs: list[ET.Element]) -> None:
    """Check that every verb is reached, and that silence at a Gather does not hang up on the caller."""
    for verb, following in pairwise(verbs):
        over = verb.tag in _ENDS or (verb.tag == "Dial" and "action" in verb.attrib)
        assert not over, f"{verb.tag} is followed by a verb that is never reached"
        assert following.tag != "Reject", "Reject is too late: the call is answered"
    assert not verbs or verbs[-1].tag != "Gather", "nothing after a Gather: silence would hang up"
