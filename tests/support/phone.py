"""A telephone for tests: calls a program of webhooks as Twilio does, signed, and shows what came back.

It reads like a call: ``phone.rings()``, ``phone.presses("1")``, ``phone.is_silent()``, ``phone.hangs_up()``. Nothing
else is known to it than the TwiML, so that every later URL comes from there; and which keys the demonstration offers.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from ivr.actions.perform import perform
from ivr.app import Application, build_application, web_program
from ivr.calls.hotline_loader import load_hotline
from ivr.calls.turns import Perform
from ivr.channels.twilio.signature import Signature
from ivr.config import Settings
from ivr.menu.tree import Tree
from tests.support.keys import key_of

YUEBAO = Path(__file__).parents[2] / "menus" / "yuebao"
PUBLIC = "https://ivr.example.com"
TOKEN = "the-auth-token-of-the-tests"
SID = "CA" + "0123456789abcdef" * 2
CUSTOMER = "+8613800138000"
HOTLINE = "+8657100000000"
HUMAN = "+8657100000009"
DAYTIME = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Shanghai."""
FORM = "application/x-www-form-urlencoded"

SETTINGS = Settings(
    auth_tokens=(TOKEN,),
    public_url=PUBLIC,
    number=HOTLINE,
    database_url="memory://",
    fallback_number=HUMAN,
)

SMALL = """\
hotline: small
languages: [en-US]
voices: {en-US: Polly.Joanna-Neural}
timezone: UTC
start: main
agent: person
desks:
  desk: {number: "+12025550100", busy: bye, no_answer: bye, failed: bye}
"""
SMALL_NODES = """\
nodes:
  person: {say: "I'm getting someone.", transfer: desk}
  bye: {end: Goodbye.}
"""


def small_hotline(folder: Path, nodes: str, top: str = "") -> Path:
    """Write a hotline into a folder: these nodes, with ``main`` among them, beside ``person`` and ``bye``."""
    folder.mkdir(exist_ok=True)
    (folder / "menu.yaml").write_text(SMALL + top + SMALL_NODES + nodes, encoding="utf-8")
    return folder


@cache
def demonstration() -> Tree:
    """Return the demonstration's menu, which is read once in a run of the tests."""
    loaded = load_hotline(YUEBAO)
    assert loaded.tree is not None, loaded.problems
    return loaded.tree


def program(
    settings: Settings = SETTINGS,
    *,
    folder: Path = YUEBAO,
    perform: Perform = perform,
    clock: Callable[[], datetime] = lambda: DAYTIME,
    spoil: Callable[[Application], object] = lambda _house: None,
) -> Flask:
    """Return the web program of a hotline; ``spoil`` may put something broken into its house."""
    tree = demonstration() if folder == YUEBAO else None
    application = build_application(folder, settings, perform=perform, tree=tree)
    nodes: dict[str, str] = {}
    application.switchboard.observers.append(
        lambda turn, _event: nodes.update({turn.session.call: turn.session.node})
    )
    spoil(application)
    app = web_program(application, settings, Signature(settings.auth_tokens, settings.public_url), clock)
    app.extensions["nodes"] = nodes
    return app


def phrase(name: str, language: str = "zh-CN", count: int = 1) -> str:
    """Return one of the demonstration's general sentences, in its wording for this time."""
    prompt = demonstration().speech[language].phrases[name][count - 1]
    assert prompt.fixed is not None
    return prompt.fixed.text


def said_at(node: str, key: str = "say", language: str = "zh-CN", count: int = 1) -> str:
    """Return what the demonstration says at a node: under ``say``, under ``noinput``, or as the ``announced`` options."""
    prompt = dict(demonstration().speech[language].nodes[node].prompts)[key][count - 1]
    assert prompt.fixed is not None
    return prompt.fixed.text


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> str:
    """Return Twilio's signature of a POST of this form to this URL."""
    return str(RequestValidator(token).compute_signature(url, form))


class Answer:
    """What came back for a webhook."""

    def __init__(self, response: TestResponse) -> None:
        self.status = response.status_code
        self.content_type = response.content_type
        self.body = response.data
        self.headers = response.headers

    @cached_property
    def document(self) -> ET.Element:
        """The TwiML; anything else fails the test; that it is good TwiML is checked where it is made."""
        assert (self.status, self.content_type) == (200, "text/xml; charset=utf-8"), self.body[:200]
        return ET.fromstring(self.body)

    @property
    def said(self) -> str:
        """Every word, one sentence a line."""
        return "\n".join("".join(say.itertext()) for say in self.document.iter("Say"))

    @property
    def languages(self) -> set[str]:
        """The languages that the words are said in."""
        return {say.attrib["language"] for say in self.document.iter("Say")}

    @property
    def urls(self) -> list[str]:
        """Every URL that the call may go to from here, in the order of the document."""
        found = []
        for verb in self.document.iter():
            found += [verb.attrib["action"]] if "action" in verb.attrib else []
            found += [verb.text or ""] if verb.tag == "Redirect" else []
        return found

    @property
    def dials(self) -> list[str]:
        """The numbers that are rung."""
        return [number.text or "" for number in self.document.iter("Number")]

    @property
    def verbs(self) -> list[str]:
        """The names of the verbs, those in a Gather left out."""
        return [verb.tag for verb in self.document]


@dataclass
class Phone:
    """One call from one telephone."""

    app: Flask
    caller: str = CUSTOMER
    call: str = SID
    direction: str = "inbound"
    token: str = TOKEN
    public: str = PUBLIC
    """What Twilio calls; its path is taken off by the proxy before the program."""
    answer: Answer = field(init=False)
    """The last one."""
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Every request of the call, as it was sent."""

    def rings(self) -> Answer:
        """Begin the call."""
        return self.posts("/voice", CallStatus="ringing")

    def presses(self, keys: str, finished_by: str = "") -> Answer:
        """Press keys."""
        return self.goes_on(Digits=keys, FinishedOnKey=finished_by, msg="Gather End")

    def chooses(self, *options: str) -> Answer:
        """Press the key of an option of the demonstration, by its name; several follow one another."""
        for option in options:
            self.presses(self.key(option))
        return self.answer

    def says(self, words: str) -> Answer:
        """Say something."""
        return self.goes_on(SpeechResult=words, Confidence="0.91")

    def is_silent(self) -> Answer:
        """Wait until the listening ends: the Redirect after the Gather is followed."""
        return self.goes_on()

    def is_transferred(self, status: str = "completed", bridged: str = "true") -> Answer:
        """Report how the Dial ended."""
        return self.goes_on(DialCallStatus=status, DialBridged=bridged)

    def records(self, seconds: int) -> Answer:
        """Leave a recording."""
        return self.goes_on(RecordingUrl="https://api.twilio.com/RE1", RecordingDuration=str(seconds))

    def hangs_up(self) -> Answer:
        """Put the receiver down: only the number's status callback tells."""
        return self.reports("/voice/status", CallStatus="completed", CallDuration="9")

    def goes_on(self, **fields: str) -> Answer:
        """Post to where the present document says."""
        return self.posts(self.answer.urls[-1], **fields)

    def posts(self, path: str, **fields: str) -> Answer:
        """Post to a voice webhook; its answer is the present document."""
        self.answer = self.reports(path, **fields)
        assert self.answer.document is not None
        return self.answer

    def again(self, place: int = -1) -> Answer:
        """Send an earlier request of the call once more."""
        path, form = self.posted[place]
        return self.sends(path, form)

    def reports(self, path: str, **fields: str) -> Answer:
        """Post to any webhook; the call stays where it is."""
        path = path.removeprefix(self.prefix)
        form = {**self.standard(), **fields}
        self.posted.append((path, form))
        return self.sends(path, form)

    def sends(self, path: str, form: dict[str, str]) -> Answer:
        """Send one signed request."""
        header = {"X-Twilio-Signature": signed(self.public + path, form, self.token)}
        return Answer(self.client.post(path, data=form, headers=header))

    @property
    def client(self) -> FlaskClient:
        """A connection without cookies, as another worker of Twilio's would have."""
        return self.app.test_client(use_cookies=False)

    @property
    def application(self) -> Application:
        """What the program works with."""
        application: Application = self.app.extensions["ivr"]
        return application

    @property
    def ending(self) -> str:
        """How the record says that the call ended."""
        history = self.application.store.call(self.call)
        return history.record.ending if history else "no such call"

    @property
    def node(self) -> str:
        """The node where the call is."""
        nodes: dict[str, str] = self.app.extensions["nodes"]
        return nodes.get(self.call, "")

    def key(self, option: str) -> str:
        """Return the key of an option of the demonstration, where the call is."""
        return key_of(demonstration(), self.node, option)

    @property
    def nodes(self) -> list[str]:
        """The nodes at which something happened, as the record has them."""
        history = self.application.store.call(self.call)
        return [entry.node for entry in history.path] if history else []

    @property
    def prefix(self) -> str:
        """The path of the public URL."""
        return "/" + self.public.split("/", 3)[3] if self.public.count("/") > 2 else ""

    def standard(self) -> dict[str, str]:
        """Return what Twilio sends with every request."""
        outbound = self.direction.startswith("outbound")
        source, target = (HOTLINE, self.caller) if outbound else (self.caller, HOTLINE)
        return {
            "AccountSid": "AC" + "0" * 32,
            "ApiVersion": "2010-04-01",
            "CallSid": self.call,
            "CallStatus": "in-progress",
            "Direction": self.direction,
            "From": source,
            "To": target,
            "FromCity": "",
        }
